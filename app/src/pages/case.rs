//! 案件: head, timeline, and below it the deadlines with the explanation of one of them.

mod attachments;
mod conflicts;
mod deadlines;
mod log;

use std::sync::Arc;

use leptos::{ev, prelude::*};
use leptos_router::{
    NavigateOptions,
    hooks::{use_navigate, use_query_map},
};
use shared::{
    assess::{Assessment, Deadline},
    calendar::WorkCalendar,
    explain::explain,
    offer::pending,
    words::{self, Word},
};

use super::{calendar::moved_words, not_found::no_such_case};
use crate::{
    components::{
        explanation::explanation,
        messages::Messages,
        status::{Look, status, tag},
        timeline::timeline_view,
    },
    frame::InAddress,
    handing_out::hand_out,
    keys,
    model::{duty::number_of, ledger::OFFICER_FIELD, timeline::timeline},
    overview::Overview,
    session::{LedgerCase, Session},
    words::people,
};

/// The case of the address, as the ledger has it now.
pub(super) fn case_in_address() -> Memo<Option<Arc<LedgerCase>>> {
    let session = Session::use_in();
    let address = InAddress::use_in();
    Memo::new_with_compare(
        move |_| {
            let id = address.get("id");
            session
                .cases()
                .with(|cases| cases.iter().find(|case| case.id.as_str() == id).cloned())
        },
        |old, new| match (old, new) {
            (Some(Some(old)), Some(Some(new))) => !Arc::ptr_eq(old, new),
            (old, new) => old.map(Option::is_some) != new.map(Option::is_some),
        },
    )
}

/// Which of the panels is open.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Tab {
    Deadlines,
    Log,
    Attachments,
    Conflicts,
}

impl Tab {
    const ALL: [(Self, &'static str, &'static str); 4] = [
        (Self::Deadlines, "deadlines", "期限"),
        (Self::Log, "log", "记录"),
        (Self::Attachments, "attachments", "附件"),
        (Self::Conflicts, "conflicts", "冲突"),
    ];
}

/// Names a row of an assessment within the page.
fn key_of(row: &Deadline) -> String {
    format!("{}-{}", row.rule.id, row.round)
}

/// Every row that can be explained.
fn rows(assessment: &Assessment) -> impl Iterator<Item = &Deadline> {
    assessment.deadlines.iter().chain(&assessment.further)
}

/// The page.
#[component]
pub(crate) fn Case() -> impl IntoView {
    let session = Session::use_in();
    let case = case_in_address();
    let query = use_query_map();
    let tab = RwSignal::new(query.with_untracked(|query| {
        let wanted = query.get("tab");
        Tab::ALL
            .into_iter()
            .find(|(_, id, _)| wanted.as_deref() == Some(id))
            .map_or(Tab::Deadlines, |(tab, ..)| tab)
    }));
    let chosen = RwSignal::new(query.with_untracked(|query| query.get("why")));
    move || match case.get() {
        None => no_such_case(),
        Some(case) => {
            let assessment = session.assessment(&case);
            page(&case, &assessment, tab, chosen)
        }
    }
}

fn page(
    case: &Arc<LedgerCase>,
    assessment: &Arc<Assessment>,
    tab: RwSignal<Tab>,
    chosen: RwSignal<Option<String>>,
) -> AnyView {
    let session = Session::use_in();
    let calendar = session.calendar().get();
    keys_of_page(case);
    let lanes = assessment
        .edition
        .map(|_| timeline_view(&timeline(&case.file, assessment, &calendar)));
    view! {
        <main class="page page--fill" id="main" tabindex="-1">
            {head(case)}
            {lanes}
            <div class="split">
                <div class="split__main">
                    {tabs(case, assessment, tab)}
                    {panels(case, assessment, tab, chosen)}
                </div>
                {why(case, assessment, chosen)}
            </div>
        </main>
    }
    .into_any()
}

fn keys_of_page(case: &LedgerCase) {
    let navigate = use_navigate();
    let address = format!("/cases/{}/record", case.id);
    keys::on_key(move |key| {
        if key == "r" {
            navigate(&address, NavigateOptions::default());
        }
        key == "r"
    });
}

/// Who has it in hand, and the note that it was handed over with.
fn in_hand(case: &LedgerCase) -> String {
    let Some(officer) = case.file.case.other.get(OFFICER_FIELD) else {
        return String::new();
    };
    let text = |name: &str| officer[name].as_str().unwrap_or_default();
    match (text("name"), text("note")) {
        (name, "") => name.to_owned(),
        (name, note) => format!("{name}（{note}）"),
    }
}

fn head(case: &Arc<LedgerCase>) -> AnyView {
    let head = &case.file.case;
    let overview = Overview::use_in();
    let id = case.id.clone();
    let stage = move || {
        let row = overview
            .rows()
            .with(|rows| rows.iter().find(|row| row.case.id == id).cloned());
        row.map(|row| {
            let look = if row.is_running() {
                Look::Running
            } else {
                row.look
            };
            tag(look, row.stage)
        })
    };
    let product = [&head.product.name, &head.product.brand, &head.product.model]
        .into_iter()
        .filter(|part| !part.is_empty())
        .cloned()
        .collect::<Vec<_>>()
        .join(" ");
    let batch = if head.product.batch.is_empty() {
        String::new()
    } else {
        format!("，批次 {}", head.product.batch)
    };
    let report = [&head.report_number, &head.inspection_body]
        .into_iter()
        .filter(|part| !part.is_empty())
        .cloned()
        .collect::<Vec<_>>()
        .join("，");
    let found = [
        (head.serious, "严重质量问题"),
        (head.endangers_safety, "危及人体健康、人身财产安全"),
    ];
    let found: Vec<&str> = found
        .into_iter()
        .filter(|(is, _)| *is)
        .map(|(_, words)| words)
        .collect();
    let facts = [
        ("产品", product + &batch),
        ("不合格项目", head.failed_items.join("、")),
        ("报告", report),
        ("抽查", head.spot_check.name.clone()),
        ("承办", people::bureau_name(case.file.handling_bureau())),
        ("经办", in_hand(case)),
        ("认定", found.join("；")),
    ];
    let facts = facts
        .into_iter()
        .filter(|(_, value)| !value.is_empty())
        .map(|(name, value)| {
            view! {
                <div>
                    <dt>{name}</dt>
                    <dd>{value}</dd>
                </div>
            }
        })
        .collect::<Vec<_>>();
    let name = if head.enterprise.name.is_empty() {
        "企业名称未填".to_owned()
    } else {
        head.enterprise.name.clone()
    };
    let messages = Messages::use_in();
    let (session, id) = (Session::use_in(), case.id.clone());
    let number = number_of(case);
    let take_along = move |_| hand_out(session, messages, vec![id.clone()], number.clone());
    let print = |_| {
        // Refused only where the browser cannot print at all.
        let _ = window().print();
    };
    view! {
        <div class="case-head">
            <h1>
                <span>{name}</span>
                <span class="no num">{number_of(case)}</span>
                {stage}
                {(!may_record(case)).then(|| tag(Look::Waived, "抄报本局，只能查看"))}
            </h1>
            <dl class="facts">{facts}</dl>
            <div class="acts">
                <button type="button" class="btn" on:click=print>
                    "打印"
                </button>
                <button type="button" class="btn" title="含记录人、时间、更正和附件，可再导入" on:click=take_along>
                    "导出"
                </button>
                <a class="btn" href=format!("/cases/{}/documents", case.id)>"文书"</a>
                {may_visit(case).then(|| view! { <a class="btn" href=format!("/cases/{}/visit", case.id)>"现场核查"</a> })}
                {may_record(case).then(|| view! { <a class="btn btn--main" href=format!("/cases/{}/record", case.id)>"登记事件"</a> })}
            </div>
        </div>
    }
    .into_any()
}

fn may_visit(case: &LedgerCase) -> bool {
    let profile = Session::use_in().profile().get();
    profile.is_some_and(|profile| {
        shared::permission::permitted(&profile.actor, &case.file)
            .contains(&shared::EventKind::RectificationVerified)
    })
}

fn may_record(case: &LedgerCase) -> bool {
    let profile = Session::use_in().profile().get();
    profile.is_some_and(|profile| shared::permission::is_own(&profile.actor, &case.file))
}

fn tabs(case: &LedgerCase, assessment: &Assessment, chosen: RwSignal<Tab>) -> AnyView {
    let counts = [
        rows(assessment).count(),
        case.file.events.len(),
        case.file.attachments.len(),
        conflicts::count(case),
    ];
    let tabs = Tab::ALL
        .into_iter()
        .zip(counts)
        .map(|((tab, id, word), count)| {
            let is_chosen = move || chosen.get() == tab;
            view! {
                <button
                    type="button"
                    role="tab"
                    id=format!("tab-{id}")
                    aria-controls=format!("panel-{id}")
                    aria-selected=move || if is_chosen() { "true" } else { "false" }
                    tabindex=move || if is_chosen() { "0" } else { "-1" }
                    on:click=move |_| chosen.set(tab)
                >
                    {word}
                    <span class="num">{count}</span>
                </button>
            }
        })
        .collect::<Vec<_>>();
    let on_keydown = move |event: ev::KeyboardEvent| {
        let at = Tab::ALL
            .iter()
            .position(|(tab, ..)| *tab == chosen.get_untracked())
            .unwrap_or(0);
        let to = match event.key().as_str() {
            "ArrowRight" => (at + 1) % Tab::ALL.len(),
            "ArrowLeft" => (at + Tab::ALL.len() - 1) % Tab::ALL.len(),
            _ => return,
        };
        event.prevent_default();
        let (tab, id, _) = Tab::ALL[to];
        chosen.set(tab);
        keys::focus(&format!("tab-{id}"));
    };
    view! { <div class="tabs" role="tablist" aria-label="案件内容" on:keydown=on_keydown>{tabs}</div> }.into_any()
}

fn panels(
    case: &Arc<LedgerCase>,
    assessment: &Arc<Assessment>,
    tab: RwSignal<Tab>,
    chosen: RwSignal<Option<String>>,
) -> AnyView {
    let (case, assessment) = (case.clone(), assessment.clone());
    let panel = move || match tab.get() {
        Tab::Deadlines => deadlines::panel(&case, &assessment, chosen),
        Tab::Log => log::panel(&case),
        Tab::Attachments => attachments::panel(&case),
        Tab::Conflicts => conflicts::panel(&case),
    };
    let id = move || {
        Tab::ALL
            .into_iter()
            .find(|(known, ..)| *known == tab.get())
            .map_or("", |(_, id, _)| id)
    };
    view! {
        <div role="tabpanel" id=move || format!("panel-{}", id()) aria-labelledby=move || format!("tab-{}", id())>
            {panel}
        </div>
    }
    .into_any()
}

/// The row that is explained: the chosen one, else the one that presses most.
fn explained<'a>(assessment: &'a Assessment, chosen: Option<&str>) -> Option<&'a Deadline> {
    let by_name = || rows(assessment).find(|row| chosen == Some(key_of(row).as_str()));
    let pressing = || {
        pending(assessment)
            .into_iter()
            .find(|row| row.due.is_some())
    };
    let any = || rows(assessment).max_by_key(|row| row.due);
    by_name().or_else(pressing).or_else(any)
}

fn why(
    case: &Arc<LedgerCase>,
    assessment: &Arc<Assessment>,
    chosen: RwSignal<Option<String>>,
) -> AnyView {
    let session = Session::use_in();
    let (case, assessment) = (case.clone(), assessment.clone());
    let shown = move || {
        let calendar = session.calendar().get();
        let chosen = chosen.get();
        match explained(&assessment, chosen.as_deref()) {
            Some(row) => {
                let why = explain(row, &case.file, &calendar, assessment.as_of);
                explanation(row, &why, &case, assessment.as_of, printed_by(session))
            }
            None => nothing_to_explain(&assessment),
        }
    };
    shown.into_any()
}

/// Who prints, and of which day what is printed speaks.
fn printed_by(session: Session) -> String {
    let today = session.today().get();
    let profile = session.profile().get();
    let who = profile.map_or_else(String::new, |profile| {
        format!("{}　{}　", profile.office_name, profile.display)
    });
    format!("{who}{today} 打印，所列状态截至当日")
}

fn nothing_to_explain(assessment: &Assessment) -> AnyView {
    let words = match assessment.edition {
        None => "本版本不认识这个案件所用的规定，不计算期限；记录照常可看。",
        Some(_) => "还没有开始计算的期限。登记第一个事件后，期限会在这里逐日说明。",
    };
    view! {
        <section class="why" id="why">
            <p class="why__say">{words}</p>
        </section>
    }
    .into_any()
}

/// What stands under the rows: notices, restrictions, categories.
fn told_of_notices(assessment: &Assessment) -> Option<AnyView> {
    let provisional = rows(assessment).any(|row| row.provisional && row.status.is_pending());
    provisional.then(|| {
        view! {
            <div class="msg msg--prov" role="note">
                {Look::Provisional.mark()}
                <div>
                    <b>"有日期暂定"</b>
                    <p>"所依年份的放假安排尚未公布，按周末和法定节日当日推算，未计调休。"</p>
                </div>
            </div>
        }
        .into_any()
    })
}

/// Which dates of the case rest on other working days than those that came with the app.
fn told_of_moved(case: &LedgerCase) -> Option<AnyView> {
    let session = Session::use_in();
    let log = session.calendar_log().get();
    if log.entries.is_empty() {
        return None;
    }
    let moved = session.moved(case, WorkCalendar::official(), &log.calendar);
    if moved.is_empty() {
        return None;
    }
    let count = moved.len();
    let today = session.today().get();
    let items = moved
        .iter()
        .map(|it| view! { <li>{it.rule.title}"："{moved_words(it, today)}</li> })
        .collect::<Vec<_>>();
    let view = view! {
        <div class="msg" role="note">
            {Look::Later.mark()}
            <div>
                <b>"市局更新了工作日，"{count}" 个日期有变"</b>
                <ul class="moves num">{items}</ul>
            </div>
        </div>
    };
    Some(view.into_any())
}

/// 第六条 of the regulation, or an article of a national law by its short name.
fn law_of_row(row: &Deadline) -> String {
    words::article(row.rule.article)
}

fn party_of(row: &Deadline, case: &LedgerCase, session: Session) -> String {
    let role = session.profile().get().map(|profile| profile.actor.role);
    let right = if row.rule.is_right { "权利" } else { "" };
    let party = role.map_or_else(
        || row.rule.party.word().to_owned(),
        |role| people::party(row.rule.party, case.file.handling_bureau(), role),
    );
    party + right
}

fn disputed_link() -> AnyView {
    status(Look::Disputed, crate::model::duty::DISPUTED)
}
