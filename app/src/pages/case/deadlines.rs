//! 期限: what is open first, then what is closed, then what lies ahead; below it what is in force.

use std::sync::Arc;

use leptos::prelude::*;
use shared::{
    Day,
    assess::{Assessment, Deadline, NationalRule, Status, law_of},
    explain::{Basis, of_finding, of_notice, of_restriction},
    offer::{Ahead, ahead},
    progress::progress,
    rule::Limit,
    words::{self, Word},
};

use super::{
    disputed_link, explained, key_of, law_of_row, party_of, told_of_moved, told_of_notices,
};
use crate::{
    components::{
        days::short_day,
        status::{Look, status},
    },
    model::duty::what,
    session::{LedgerCase, Session},
    words::people,
};

/// The panel.
pub(super) fn panel(
    case: &Arc<LedgerCase>,
    assessment: &Arc<Assessment>,
    chosen: RwSignal<Option<String>>,
) -> AnyView {
    let mut rows: Vec<&Deadline> = assessment.deadlines.iter().collect();
    rows.sort_by_key(|row| (rank(row.status), row.due.is_none(), row.due, row.from));
    let ahead: Vec<Ahead> = ahead(&case.file, assessment)
        .into_iter()
        .filter(|it| it.regular)
        .collect();
    let body = rows
        .iter()
        .map(|row| row_view(row, case, assessment, chosen))
        .collect::<Vec<_>>();
    let waiting = ahead
        .iter()
        .map(|it| ahead_view(it, case))
        .collect::<Vec<_>>();
    let further = further(case, assessment, chosen);
    view! {
        {told_of_notices(assessment)}
        {told_of_moved(case)}
        <table class="dl">
            <caption class="vh">"期限"</caption>
            <thead>
                <tr>
                    <th scope="col">"状态"</th>
                    <th scope="col">"事项"</th>
                    <th scope="col">"依据"</th>
                    <th scope="col">"起算"</th>
                    <th scope="col">"到期"</th>
                    <th scope="col">"办结"</th>
                </tr>
            </thead>
            <tbody>{body}{waiting}</tbody>
            {further}
        </table>
        {in_force(case, assessment)}
    }
    .into_any()
}

/// Open first, then late, done, and what need not be done.
const fn rank(status: Status) -> u8 {
    match status {
        Status::Overdue | Status::Open => 0,
        Status::Late => 1,
        Status::Met => 2,
        Status::Lapsed | Status::Waived => 3,
    }
}

fn row_view(
    row: &Deadline,
    case: &Arc<LedgerCase>,
    assessment: &Arc<Assessment>,
    chosen: RwSignal<Option<String>>,
) -> AnyView {
    let session = Session::use_in();
    let today = assessment.as_of;
    let standing = if row.disputed {
        disputed_link()
    } else {
        let progress = progress(row, &session.calendar().get(), today);
        status(Look::in_case(progress.mark), progress.text)
    };
    let key = key_of(row);
    let assessment = assessment.clone();
    let is_current = {
        let key = key.clone();
        Memo::new(move |_| {
            chosen.with(|chosen| {
                explained(&assessment, chosen.as_deref()).is_some_and(|row| key_of(row) == key)
            })
        })
    };
    let choose = move |_| chosen.set(Some(key.clone()));
    let round = (row.round > 0).then(|| format!("，{}", words::round(row.round)));
    view! {
        <tr class:is-current=move || is_current.get() on:click=choose>
            <td>{standing}</td>
            <td class="what">{what(row)}<small>{party_of(row, case, session)}{round}</small></td>
            <td class="law">{law_of_row(row)}</td>
            <td>{short_day(row.from, today)}</td>
            <td class="due">{due(row, today)}</td>
            <td>{row.done.map(|done| short_day(done, today))}</td>
        </tr>
    }
    .into_any()
}

/// The day as a button, for the keyboard; a click anywhere in the row does the same.
fn due(row: &Deadline, today: Day) -> AnyView {
    let (text, label) = match row.due {
        Some(due) => (
            short_day(due, today),
            format!("{}：为什么是这一天", row.rule.title),
        ),
        None => (
            view! { <span class="muted">"未定"</span> }.into_any(),
            format!("{}：为什么没有期限", row.rule.title),
        ),
    };
    let guess = row
        .provisional
        .then(crate::components::days::provisional_word);
    view! {
        <button type="button" class="due__why" aria-controls="why" title=label>
            {text}
        </button>
        {guess}
    }
    .into_any()
}

fn ahead_view(it: &Ahead, case: &LedgerCase) -> AnyView {
    let session = Session::use_in();
    let rule = it.rule;
    let role = session.profile().get().map(|profile| profile.actor.role);
    let party = role.map(|role| people::party(rule.party, case.file.handling_bureau(), role));
    let limit = match rule.limit {
        Limit::None => format!("{}及时", rule.after),
        limit => format!("{} {}", rule.after, words::limit(limit)),
    };
    view! {
        <tr class="next">
            <td>{status(Look::Missing, "未触发")}</td>
            <td class="what">{rule.title}<small>{party}</small></td>
            <td class="law">{words::article(rule.article)}</td>
            <td></td>
            <td class="due" colspan="2">{limit}</td>
        </tr>
    }
    .into_any()
}

/// Limits of national law, apart from the regulation's, by law.
fn further(
    case: &Arc<LedgerCase>,
    assessment: &Arc<Assessment>,
    chosen: RwSignal<Option<String>>,
) -> Vec<AnyView> {
    let same_law = |one: &Deadline, other: &Deadline| law_of(one.rule) == law_of(other.rule);
    let mut parts: Vec<AnyView> = assessment
        .further
        .chunk_by(same_law)
        .map(|rows| {
            let law = law_of(rows[0].rule).unwrap_or_default();
            let rows = rows
                .iter()
                .map(|row| row_view(row, case, assessment, chosen))
                .collect::<Vec<_>>();
            part(format!("另依{law}"), rows)
        })
        .collect();
    let not_computed = assessment
        .national_rule
        .filter(|rule| *rule != NationalRule::Order133);
    parts.extend(not_computed.map(|rule| part(rule.word().to_owned(), Vec::new())));
    parts
}

fn part(title: String, rows: Vec<AnyView>) -> AnyView {
    view! {
        <tbody>
            <tr class="dl__part">
                <th scope="rowgroup" colspan="6">
                    {title}
                </th>
            </tr>
            {rows}
        </tbody>
    }
    .into_any()
}

/// Restrictions, notices and categories: each with what it rests on.
fn in_force(case: &LedgerCase, assessment: &Assessment) -> Vec<AnyView> {
    let file = &case.file;
    let Some(edition) = assessment.edition else {
        return Vec::new();
    };
    let today = assessment.as_of;
    let restrictions = assessment.restrictions.iter().map(|in_force| {
        let basis = of_restriction(in_force, file, edition);
        said(
            &basis,
            Some(format!(
                "，自 {}",
                crate::words::day::short(in_force.since, today)
            )),
        )
    });
    let notices = assessment
        .notices
        .iter()
        .map(|raised| said(&of_notice(raised, file, Some(edition)), None));
    let findings = assessment.findings.iter().map(|finding| {
        let basis = of_finding(finding, file, edition);
        said(&basis, None)
    });
    [
        list("限制", restrictions.collect()),
        list("提示", notices.collect()),
        list("可列入公告（须市局批准）", findings.collect()),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn list(title: &'static str, items: Vec<AnyView>) -> Option<AnyView> {
    (!items.is_empty()).then(|| {
        let items = items
            .into_iter()
            .map(|item| view! { <dd>{item}</dd> })
            .collect::<Vec<_>>();
        view! {
            <dl class="limits">
                <dt>{title}</dt>
                {items}
            </dl>
        }
        .into_any()
    })
}

/// The statement; what it rests on behind it.
fn said(basis: &Basis, since: Option<String>) -> AnyView {
    let because = basis
        .sentence
        .strip_prefix(basis.title.as_str())
        .unwrap_or_default()
        .trim_start_matches(['：', '。'])
        .to_owned();
    view! {
        {basis.title.clone()}
        {since}
        {(!because.is_empty()).then(|| view! { <small>{because}</small> })}
        {basis.judged.map(|judged| view! { <small>{judged}</small> })}
    }
    .into_any()
}
