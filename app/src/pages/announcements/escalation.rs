//! What follows a failed reinspection (article 20), over the whole ledger: announced, reinspected
//! again, suspended, reinspected, licences.

use leptos::prelude::*;
use shared::{
    Role,
    assess::Deadline,
    rule::Party,
    words::{self, Word},
};

use super::Assessed;
use crate::{
    components::{
        days::due_day,
        status::{Look, status},
        table::Table,
    },
    model::duty::{among_all, by_of, number_of, record_address, round_of, what},
    session::{LedgerCase, Session},
    words::{event, people},
};

/// Whether a row is of what follows: a step of article 20 that is to be taken, or the result of a
/// reinspection that one of them had commissioned.
fn is_awaited(row: &Deadline) -> bool {
    let is_result = row.rule.id == "art19.report_reinspection" && row.round > 1;
    row.status.is_pending() && (row.rule.article == 20 || is_result)
}

pub(super) fn escalation(cases: &Assessed, session: Session) -> AnyView {
    let mut pending: Vec<_> = cases
        .iter()
        .flat_map(|(case, assessment)| {
            let rows = assessment.deadlines.iter().filter(|row| is_awaited(row));
            rows.map(move |row| (case.clone(), row.clone(), assessment.as_of))
        })
        .collect();
    if pending.is_empty() {
        return ().into_any();
    }
    // As in 今日: what has waited longest comes first.
    pending.sort_by_key(|(_, row, _)| row.from);
    let count = pending.len();
    let calendar = session.calendar().get();
    let rows = pending
        .into_iter()
        .map(|(case, row, today)| {
            let head = &case.file.case;
            let by = by(&case, &row);
            let act = act(&case, &row, Role::Municipal);
            let (look, left) = among_all(&row, &calendar, today);
            let due = row.due.map(|due| due_day(Some(due), row.provisional));
            view! {
                <tr>
                    <td>{status(look, left)}" "{due}</td>
                    <td class="announce__short">{step(&row)}</td>
                    <td class="num"><a href=format!("/cases/{}", case.id)>{number_of(&case)}</a></td>
                    <td><span class="announce__who">{head.enterprise.name.clone()}<i>{head.product.name.clone()}</i></span></td>
                    <td class="num">{row.from.to_string()}</td>
                    <td class="announce__short">{by}</td>
                    <td>{act}</td>
                </tr>
            }
        })
        .collect::<Vec<_>>();
    view! {
        <section class="part" aria-labelledby="escalation">
            <h2 id="escalation">"复查不合格的后续"<span class="num">{count}</span></h2>
            <Table heads=["状态", "须办事项", "案号", "企业和产品", "自", "由", "办理"] class="announce__after">{rows}</Table>
        </section>
    }
    .into_any()
}

/// What is to be done; of a result, of which reinspection.
fn step(row: &Deadline) -> String {
    if row.rule.per_round {
        format!("{}（{}）", what(row), words::round(row.round))
    } else {
        what(row)
    }
}

/// Whose it is.
fn by(case: &LedgerCase, row: &Deadline) -> String {
    match row.rule.party {
        Party::District => people::bureau_name(case.file.handling_bureau()),
        party => party.word().to_owned(),
    }
}

/// The button that records what does a row, where that is for this role to record.
fn act(case: &LedgerCase, row: &Deadline, role: Role) -> Option<AnyView> {
    let kinds = row.rule.done_by();
    let kind = kinds.iter().find(|kind| {
        let facts = kind.facts();
        facts.is_some_and(|facts| facts.by.includes(by_of(role)))
    })?;
    let address = record_address(case, kind, round_of(row));
    Some(view! { <a class="btn btn--row" href=address>{event::act(kind)}</a> }.into_any())
}

/// What follows of a case that is in an announcement, but for the announcement itself (article 20);
/// each with its button.
pub(super) fn following(session: Session, case: &LedgerCase) -> Vec<AnyView> {
    let Some(profile) = session.profile().get() else {
        return Vec::new();
    };
    let assessment = session.assessment(case);
    let rows = assessment.deadlines.iter();
    let rows = rows.filter(|row| row.rule.id != "art20.announce" && is_awaited(row));
    rows.map(|row| {
        let said = format!("须办：{}，{}", step(row), by(case, row));
        view! {
            <span class="announce__because no-print">
                {status(Look::Today, said)}
                {act(case, row, profile.actor.role)}
            </span>
        }
        .into_any()
    })
    .collect()
}
