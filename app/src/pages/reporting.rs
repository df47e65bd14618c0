//! 报送: what the districts tell the municipal bureau of their work in a period, and the copies to
//! the bureaus of registration (article 21).

mod copies;
mod report;

use std::{collections::BTreeSet, sync::Arc};

use leptos::{ev, prelude::*};
use leptos_router::hooks::use_query_map;
use shared::{
    Actor, Day, EventKind, Role,
    announcement::Quarter,
    bureau::{BUREAUS, Bureau, by_code},
    change::Subject,
    span::Span,
    status::{Act, Figure, State, StatusReport, StatusReports, Step, status_figures},
};

use self::report::{Desk, state_of};
use crate::{
    components::{
        messages::{Message, Messages},
        status::{Look, status},
        table::Table,
    },
    pages::announcements::records::{KEPT, write},
    session::Session,
    words::people,
};

/// Where it stands.
pub(crate) const ADDRESS: &str = "/bureau/status";
/// Months that can be chosen, with the quarters and years that they lie in.
const MONTHS: usize = 36;

/// Where the report of a bureau on a period stands.
pub(crate) fn address(span: Span, bureau: &str) -> String {
    let span = span.to_string().replace('/', "%2F");
    format!("{ADDRESS}?period={span}&bureau={bureau}")
}

/// The page.
pub(crate) fn page(session: Session) -> AnyView {
    let query = use_query_map().get_untracked();
    let asked = |name: &str| query.get(name);
    let today = session.today().get_untracked();
    // Of the month that is over, until a person chooses.
    let last = Span::month_of(Span::month_of(today).first_day() - 1);
    let span = asked("period").and_then(|it| it.parse().ok());
    let span = RwSignal::new(span.unwrap_or(last));
    let opened = RwSignal::new(asked("bureau"));
    let reports = Memo::new(move |_| Arc::new(StatusReports::of(&session.announcement_changes())));
    let desk = Desk {
        session,
        messages: Messages::use_in(),
        reports,
        remark: RwSignal::new(String::new()),
        reason: RwSignal::new(String::new()),
    };
    let actor = session
        .profile()
        .with_untracked(|profile| profile.as_ref().map(|profile| profile.actor.clone()));
    let body = move || match &actor {
        Some(actor) if actor.role == Role::Municipal => overview(desk, span.get(), opened),
        Some(actor) => own(desk, span.get(), actor),
        None => ().into_any(),
    };
    view! {
        <main class="page announce" id="main" tabindex="-1">
            <div class="page__head">
                <h1>"处理情况报送"</h1>
                {period(session, span)}
            </div>
            {body}
            {copies::copies(session)}
        </main>
    }
    .into_any()
}

/// Years, quarters and months, the latest first.
fn period(session: Session, span: RwSignal<Span>) -> AnyView {
    let change = move |event: ev::Targeted<ev::Event, web_sys::HtmlSelectElement>| {
        if let Ok(chosen) = event.target().value().parse() {
            span.set(chosen);
        }
    };
    let groups = move || {
        let now = span.get();
        let today = session.today().get();
        let mut months = vec![Span::month_of(today)];
        while months.len() < MONTHS {
            let before = months[months.len() - 1].first_day() - 1;
            months.push(Span::month_of(before));
        }
        if !months.contains(&now) && matches!(now, Span::Month { .. }) {
            months.push(now);
        }
        let days: Vec<Day> = months.iter().map(|month| month.first_day()).collect();
        let quarters: BTreeSet<Span> = days
            .iter()
            .map(|day| Span::Quarter(Quarter::at(*day)))
            .collect();
        let years: BTreeSet<Span> = days.iter().map(|day| Span::Year(day.year())).collect();
        let group = |label: &'static str, spans: Vec<Span>| {
            let options = spans
                .into_iter()
                .map(|span| {
                    view! { <option value=span.to_string() selected=span == now>{span.word()}</option> }
                })
                .collect::<Vec<_>>();
            view! { <optgroup label=label>{options}</optgroup> }
        };
        view! {
            {group("月", months)}
            {group("季度", quarters.into_iter().rev().collect())}
            {group("年", years.into_iter().rev().collect())}
        }
    };
    view! {
        <div class="condition">
            <label for="period">"期间"</label>
            <select class="input" id="period" on:change:target=change>{groups}</select>
        </div>
    }
    .into_any()
}

/// A district's own.
fn own(desk: Desk, span: Span, actor: &Actor) -> AnyView {
    match by_code(&actor.office).filter(|_| actor.role == Role::District) {
        Some(bureau) => report::own(desk, span, bureau.code),
        None => view! {
            <div class="empty">
                <b>"处理情况由区县局报送"</b>
                <p>"区县局报送后由市局接收（第二十一条）。可到"<a href="/ledger">"台账"</a>"查看本单位的案件。"</p>
            </div>
        }
        .into_any(),
    }
}

/// The bureaus that have something to report: cases that had come to them by the period's end.
fn concerned(session: Session, span: Span) -> Vec<&'static Bureau> {
    let cases = session.cases().get();
    let with_cases: BTreeSet<&str> = cases
        .iter()
        .filter(|case| {
            let mut events = case.file.events.iter().zip(case.file.standing());
            events.any(|(event, stands)| {
                let came = matches!(
                    event.kind,
                    EventKind::MaterialsForwarded | EventKind::MaterialsReceived
                );
                stands && came && event.on <= span.last_day()
            })
        })
        .filter_map(|case| by_code(case.file.handling_bureau()))
        .map(|bureau| bureau.code)
        .collect();
    BUREAUS
        .iter()
        .filter(|bureau| with_cases.contains(bureau.code))
        .collect()
}

/// Every bureau at a glance, for the municipal bureau.
fn overview(desk: Desk, span: Span, opened: RwSignal<Option<String>>) -> AnyView {
    let all = desk.reports.get();
    let none = StatusReport::default();
    let mut bureaus = concerned(desk.session, span);
    let reporting = BUREAUS
        .iter()
        .filter(|it| all.get(span, it.code).is_some_and(is_confirmed));
    for bureau in reporting {
        if !bureaus.iter().any(|known| known.code == bureau.code) {
            bureaus.push(bureau);
        }
    }
    if bureaus.is_empty() {
        return view! {
            <div class="empty">
                <b>"这一期没有承办案件的区县局"</b>
                <p>"可换一个期间，或到"<a href="/bureau/announcements">"公告"</a>"转交不合格结果。"</p>
            </div>
        }
        .into_any();
    }
    let mut rows: Vec<_> = bureaus
        .into_iter()
        .map(|bureau| (bureau, all.get(span, bureau.code).unwrap_or(&none)))
        .collect();
    rows.sort_by_key(|(_, report)| report.state());
    let count = |state: State| {
        let of_state = rows.iter().filter(|(_, report)| report.state() == state);
        of_state.count()
    };
    let waiting: Vec<(Subject, Step)> = rows
        .iter()
        .filter(|(_, report)| report.state() == State::Reported)
        .filter_map(|(bureau, report)| {
            let drawing = report.confirmed.as_ref()?.drawing.clone();
            let subject = Subject::status(span, bureau.code);
            Some((subject, Step::Received { drawing }))
        })
        .collect();
    let tally = [
        ("未报送", count(State::Unreported)),
        ("退回", count(State::Returned)),
        ("待接收", count(State::Reported)),
        ("已接收", count(State::Received)),
    ];
    let tally = tally
        .into_iter()
        .map(|(word, count)| view! { <span>{word}<b class="num">{count}</b></span> })
        .collect::<Vec<_>>();
    let lines = rows
        .iter()
        .map(|(bureau, report)| row(bureau.code, report, opened))
        .collect::<Vec<_>>();
    let all_at_once = (waiting.len() > 1).then(|| {
        let count = waiting.len();
        let receive = move |_| {
            let bodies = waiting.iter().map(|(on, step)| (on.clone(), step.body()));
            let done = Message::done(format!("已接收 {count} 份")).more(KEPT);
            write(desk.session, desk.messages, bodies.collect(), done, || {});
        };
        view! {
            <div class="part__acts">
                <button type="button" class="btn btn--main" on:click=receive>{format!("接收全部 {count} 份")}</button>
            </div>
        }
    });
    let shown = SHOWN.iter().map(|(_, word)| *word);
    let heads = ["区县局", "状态", "报送"].into_iter();
    let heads: Vec<_> = heads.chain(shown).chain(["办理"]).collect();
    view! {
        <section class="part" aria-labelledby="bureaus">
            <h2 id="bureaus">{format!("{}各局报送", span.word())}<span class="part__note">"第二十一条"</span></h2>
            <p class="tally" role="status">{tally}</p>
            <Table heads>{lines}</Table>
            {all_at_once}
        </section>
        {move || opened.get().map(|bureau| report::received(desk, span, &bureau))}
    }
    .into_any()
}

const fn is_confirmed(report: &StatusReport) -> bool {
    report.confirmed.is_some()
}

/// The figures that stand beside each bureau.
const SHOWN: [(Act, &str); 7] = [
    (Act::Received, "收件"),
    (Act::Served, "送达"),
    (Act::Ordered, "责令整改"),
    (Act::Verified, "核查"),
    (Act::Reinspected, "复查"),
    (Act::Closed, "结案"),
    (Act::Overdue, "逾期"),
];

fn row(code: &'static str, report: &StatusReport, opened: RwSignal<Option<String>>) -> AnyView {
    let confirmed = report.confirmed.as_ref();
    let figures = status_figures(report.lines());
    let cells = SHOWN
        .iter()
        .map(|(act, _)| {
            let of_act = |figure: &&Figure| figure.act == *act;
            let times = figures.iter().find(of_act).map_or(0, |it| it.times);
            let shown = match (confirmed, times) {
                (None, _) => view! { <span class="muted">"–"</span> }.into_any(),
                (_, 0) => view! { <span class="muted">"0"</span> }.into_any(),
                (_, times) if *act == Act::Overdue => status(Look::Overdue, times.to_string()),
                (_, times) => times.into_any(),
            };
            view! { <td class="num">{shown}</td> }
        })
        .collect::<Vec<_>>();
    let (look, word) = state_of(report.state());
    let open = move |_| opened.set(Some(code.to_owned()));
    let name = people::bureau_name(code);
    let label = format!("看{name}的报送");
    view! {
        <tr>
            <th scope="row">{name}</th>
            <td>{status(look, word)}</td>
            <td class="num">{confirmed.map(|it| report::day_of(&it.record).to_string())}</td>
            {cells}
            <td>{confirmed.map(|_| view! {
                <button type="button" class="btn btn--row" aria-label=label on:click=open>"看"</button>
            })}</td>
        </tr>
    }
    .into_any()
}
