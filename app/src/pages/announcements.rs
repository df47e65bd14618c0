//! 公告: a quarter's results, forwarded to the bureaus, followed there, and drafted into the
//! announcement (articles 4, 20, 24, 25). The municipal bureau's.

mod escalation;
mod forward;
pub(crate) mod one;
mod opinions;
pub(crate) mod records;
mod text;

use std::{collections::BTreeSet, sync::Arc};

use leptos::{ev, prelude::*};
use leptos_router::hooks::use_location;
use shared::{
    Day, Role,
    announcement::{
        BureauProgress, Collected, Figures, Quarter, collected, figures, progress_of_bureaus,
    },
    assess::Assessment,
    history::History,
};

pub(crate) use self::records::Announcing;
use crate::{
    components::{
        status::{Look, status},
        table::Table,
    },
    model::analysis::quarter as quarter_words,
    pages::reporting,
    session::{LedgerCase, Session},
    words::people,
};

/// The cases that the page is about, each with its assessment.
type Assessed = Arc<Vec<(Arc<LedgerCase>, Arc<Assessment>)>>;

/// The page; or 报送, which comes with it: both are of the bureaus, and small.
#[component]
pub(crate) fn Announcements() -> impl IntoView {
    let session = Session::use_in();
    let path = use_location().pathname.get_untracked();
    if path.trim_end_matches('/') == reporting::ADDRESS {
        return reporting::page(session);
    }
    let role = session
        .profile()
        .with_untracked(|profile| profile.as_ref().map(|profile| profile.actor.role));
    match role {
        Some(Role::Municipal) => page(session),
        _ => opinions::opinions(session),
    }
}

fn page(session: Session) -> AnyView {
    let chosen = RwSignal::new(None::<Quarter>);
    let quarters = Memo::new(move |_| quarters(session));
    // The latest, until a person chooses.
    let quarter = Memo::new(move |_| {
        let latest = quarters.with(|quarters| quarters.last().copied());
        chosen
            .get()
            .or(latest)
            .unwrap_or_else(|| Quarter::at(session.today().get()))
    });
    let all: Memo<Assessed> = Memo::new_with_compare(
        move |_| {
            let cases = session.cases().get();
            let assessed = cases
                .iter()
                .map(|case| (case.clone(), session.assessment(case)));
            Arc::new(assessed.collect())
        },
        |_, _| true,
    );
    let found = Memo::new(move |_| {
        let all = all.get();
        let files = || all.iter().map(|(case, _)| &*case.file);
        let today = session.today().get();
        let history = History::of_ledger(files(), today);
        figures(
            files(),
            &history,
            &session.calendar().get(),
            quarter.get(),
            today,
        )
    });
    let of_quarter: Memo<Assessed> = Memo::new_with_compare(
        move |_| {
            let quarter = quarter.get();
            let all = all.get();
            let is_in =
                |case: &LedgerCase| Quarter::of(&case.file.case.spot_check) == Some(quarter);
            Arc::new(
                all.iter()
                    .filter(|(case, _)| is_in(case))
                    .cloned()
                    .collect(),
            )
        },
        |_, _| true,
    );
    let decisions = forward::Decisions::none(session.today().get_untracked());
    view! {
        <main class="page announce" id="main" tabindex="-1">
            <div class="page__head">
                <h1>"公告"</h1>
                {choice(quarters, quarter, chosen)}
                <p class="tally" role="status">{move || tally(&found.get())}</p>
            </div>
            {move || due(quarter.get(), session.today().get())}
            {records::records(session, quarter)}
            {move || results(&of_quarter.get())}
            {move || forward::forwarding(&of_quarter.get(), decisions, session)}
            {move || bureaus(&of_quarter.get())}
            {move || escalation::escalation(&all.get(), session)}
            {move || text::draft_view(&found.get(), quarter.get(), &all.get())}
        </main>
    }
    .into_any()
}

fn quarters(session: Session) -> BTreeSet<Quarter> {
    session.cases().with(|cases| {
        cases
            .iter()
            .filter_map(|case| Quarter::of(&case.file.case.spot_check))
            .collect()
    })
}

fn choice(
    quarters: Memo<BTreeSet<Quarter>>,
    quarter: Memo<Quarter>,
    chosen: RwSignal<Option<Quarter>>,
) -> AnyView {
    let change = move |event: ev::Targeted<ev::Event, web_sys::HtmlSelectElement>| {
        chosen.set(event.target().value().parse().ok());
    };
    let options = move || {
        let now = quarter.get();
        quarters
            .get()
            .into_iter()
            .rev()
            .map(|quarter| {
                let value = quarter.to_string();
                let words = quarter_words(&value);
                view! { <option value=value selected=quarter == now>{words}</option> }
            })
            .collect::<Vec<_>>()
    };
    view! {
        <div class="condition">
            <label for="quarter">"监督抽查"</label>
            <select class="input" id="quarter" on:change:target=change>{options}</select>
        </div>
    }
    .into_any()
}

fn tally(found: &Figures) -> AnyView {
    view! {
        <span>"种类"<b class="num">{found.kinds.len()}</b></span>
        <span>"批次"<b class="num">{found.batches}</b></span>
        <span>"家次"<b class="num">{found.visits}</b></span>
        <span>"不合格"<b class="num">{found.failing()}</b></span>
        <span>"附表"<b class="num">{found.annex.len()}</b></span>
    }
    .into_any()
}

/// When the periodic announcement is due (article 25).
fn due(quarter: Quarter, today: Day) -> AnyView {
    let by = quarter.announce_by();
    let (look, words) = if today > by {
        (
            Look::Overdue,
            format!("定期公告原则上应于 {by} 前发布，已过 {} 日", today - by),
        )
    } else if today > quarter.last_day() {
        (
            Look::Running,
            format!("定期公告原则上于 {by} 前发布，剩 {} 日", by - today),
        )
    } else {
        (
            Look::Missing,
            format!("本季度监督抽查尚未结束；定期公告原则上于 {by} 前发布"),
        )
    };
    view! { <p class="announce__due">{status(look, words)}<span>"第二十五条"</span></p> }.into_any()
}

/// The results of the quarter by spot check (article 4: 汇总、整理).
fn results(cases: &Assessed) -> AnyView {
    let ledger = cases
        .iter()
        .map(|(case, assessment)| (&*case.file, &**assessment));
    let checks = collected(ledger);
    if checks.is_empty() {
        return view! {
            <div class="empty">
                <b>"这一季度还没有检验结果"</b>
                <p>"到"<a href="/import">"导入"</a>"取入检验机构报送的结果。"</p>
            </div>
        }
        .into_any();
    }
    let count = checks.len();
    let rows = checks
        .into_iter()
        .map(
            |Collected {
                 name,
                 number,
                 cases,
                 batches,
                 failing,
                 waiting,
             }| {
                let name = if name.is_empty() {
                    "未注明".to_owned()
                } else {
                    name
                };
                let waiting = if waiting == 0 {
                    view! { <span class="muted">"0"</span> }.into_any()
                } else {
                    status(Look::Today, waiting.to_string())
                };
                view! {
                    <tr>
                        <th scope="row">{name}</th>
                        <td class="num">{number}</td>
                        <td class="num">{cases}</td>
                        <td class="num">{batches}</td>
                        <td class="num">{failing}</td>
                        <td class="num">{waiting}</td>
                    </tr>
                }
            },
        )
        .collect::<Vec<_>>();
    view! {
        <details class="part fold">
            <summary><h2>"检验结果"</h2><span class="num">{format!("{count} 次监督抽查")}</span></summary>
            <Table heads=["监督抽查", "期次", "案件", "已有结果", "不合格", "待转交"]>{rows}</Table>
        </details>
    }
    .into_any()
}

/// What each bureau has not yet received or acted on.
fn bureaus(cases: &Assessed) -> AnyView {
    let ledger = cases
        .iter()
        .map(|(case, assessment)| (&*case.file, &**assessment));
    let bureaus = progress_of_bureaus(ledger);
    if bureaus.is_empty() {
        return ().into_any();
    }
    let count = |look: Look, count: usize| {
        if count == 0 {
            view! { <span class="muted">"0"</span> }.into_any()
        } else {
            status(look, count.to_string())
        }
    };
    let rows = bureaus
        .into_iter()
        .map(
            |BureauProgress {
                 bureau,
                 cases,
                 unreceived,
                 unserved,
                 unordered,
                 overdue,
                 settled,
             }| {
                view! {
                    <tr>
                        <th scope="row">{people::bureau_name(&bureau)}</th>
                        <td class="num">{cases}</td>
                        <td class="num">{count(Look::Running, unreceived)}</td>
                        <td class="num">{count(Look::Running, unserved)}</td>
                        <td class="num">{count(Look::Running, unordered)}</td>
                        <td class="num">{count(Look::Overdue, overdue)}</td>
                        <td class="num">{settled}</td>
                    </tr>
                }
            },
        )
        .collect::<Vec<_>>();
    view! {
        <section class="part" aria-labelledby="bureaus">
            <h2 id="bureaus">"各局进度"</h2>
            <Table heads=["承办局", "转交案件", "未收件", "未送达结果", "未责令整改", "有逾期事项", "已办结"]>{rows}</Table>
        </section>
    }
    .into_any()
}
