//! What holds of every ledger.

use std::collections::BTreeSet;

use proptest::prelude::*;
use serde_json::{Value, json};
use shared::{
    CaseFile, Day, Event, EventKind,
    assess::{Assessment, Deadline, Reckoning, Status, assess},
    calendar::WorkCalendar,
    explain::{Role, explain},
    history::History,
    progress::progress,
};

use crate::ledger::{any_case, any_event};

fn assessed(case: &CaseFile, as_of: Day) -> Assessment {
    assess(case, &History::default(), WorkCalendar::official(), as_of)
}

fn ids(case: &CaseFile, positions: &[usize]) -> BTreeSet<String> {
    positions
        .iter()
        .map(|at| case.events[*at].id.clone())
        .collect()
}

/// A row in a form that does not depend on where events stand in the list.
fn row(case: &CaseFile, row: &Deadline) -> Value {
    json!([
        row.rule,
        row.round,
        row.from,
        row.due,
        row.status,
        row.done,
        ids(case, &row.rests_on),
        ids(case, &row.done_by),
        row.waiver
            .map(|it| (it.reason, case.events[it.event].id.clone())),
        row.provisional,
        row.disputed,
    ])
}

/// The whole assessment in such a form.
fn whole(case: &CaseFile, as_of: Day) -> Value {
    let found = assessed(case, as_of);
    let rows = found.deadlines.iter().chain(&found.further);
    let findings = found.findings.iter();
    json!({
        "rows": rows.map(|it| row(case, it)).collect::<Vec<_>>(),
        "findings": findings.map(|it| json!([it.category, ids(case, &it.events)])).collect::<Vec<_>>(),
        "restrictions": found.restrictions.iter()
            .map(|it| json!([it.restriction, it.since, case.events[it.event].id]))
            .collect::<Vec<_>>(),
        "notices": found.notices.iter()
            .map(|it| json!([it.notice, ids(case, &it.events)]))
            .collect::<Vec<_>>(),
        "category_8": found.category_8,
        "national_rule": found.national_rule,
    })
}

fn event(value: &Value, id: &str) -> Event {
    let mut value = value.clone();
    value["id"] = json!(id);
    serde_json::from_value(value).expect("built of what an event may say")
}

fn retraction(id: &str, named: &str, on: Day) -> Event {
    Event {
        retracts: Some(named.to_owned()),
        ..Event::new(id, EventKind::Retracted, on)
    }
}

fn a_day() -> Day {
    "2013-03-01".parse().expect("a day")
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    /// An event that no rule of a row names changes nothing in it.
    #[test]
    fn rows_read_only_what_their_rule_names(
        (case, as_of) in any_case(),
        added in any_event(a_day()),
        at in any::<prop::sample::Index>(),
    ) {
        let added = event(&added, "added");
        let mut more = case.clone();
        more.events.insert(at.index(case.events.len() + 1), added.clone());
        let unread = |of: &CaseFile| -> Vec<Value> {
            let found = assessed(of, as_of);
            let rows = found.deadlines.iter().chain(&found.further);
            rows.filter(|it| it.rule.reads().all(|kind| *kind != added.kind))
                .map(|it| row(of, it))
                .collect()
        };
        prop_assert_eq!(unread(&case), unread(&more), "{:?}", added);
    }

    /// The order of the log matters only between events of one day.
    #[test]
    fn order_matters_only_for_ties((case, as_of) in any_case(), seed in any::<u64>()) {
        let mut shuffled = case.clone();
        // Days in any order, each with its events as they were.
        let rank = |day: Day| {
            (u64::from(day.unix_days().unsigned_abs()) ^ seed).wrapping_mul(0x9e37_79b9_7f4a_7c15)
        };
        shuffled.events.sort_by_key(|event| rank(event.on));
        prop_assert_eq!(whole(&case, as_of), whole(&shuffled, as_of));
    }

    /// A retraction undoes exactly its event, and its own retraction restores it.
    #[test]
    fn retractions_undo_exactly_their_event(
        (case, as_of) in any_case(),
        added in any_event(a_day()),
        at in any::<prop::sample::Index>(),
        later in -500..500_i32,
    ) {
        let mut with = case.clone();
        with.events.insert(at.index(case.events.len() + 1), event(&added, "added"));
        let before = whole(&with, as_of);
        with.events.push(retraction("undone", "added", as_of + later));
        prop_assert_eq!(whole(&with, as_of), whole(&case, as_of));
        with.events.push(retraction("restored", "undone", as_of + later));
        prop_assert_eq!(whole(&with, as_of), before);
    }

    /// Every due day that is computed is a working day; one that a document names is as written.
    #[test]
    fn due_days_are_working_days((case, as_of) in any_case()) {
        let calendar = WorkCalendar::official();
        for row in &assessed(&case, as_of).deadlines {
            let Some(due) = row.due else { continue };
            match row.reckoning {
                Reckoning::Document(at) => {
                    let written = [case.events[at].due, case.events[at].until];
                    prop_assert!(written.contains(&Some(due)), "{:?}", row);
                }
                _ => prop_assert!(calendar.of(row.rule.party).is_working(due), "{:?}", row),
            }
        }
    }

    /// Rows are sorted, say of themselves what their days say, and start no later than the day.
    #[test]
    fn rows_agree_with_themselves((case, as_of) in any_case()) {
        let found = assessed(&case, as_of);
        prop_assert!(found.deadlines.is_sorted_by_key(|row| (row.rule.id, row.round)));
        for row in &found.deadlines {
            let past = |day: Day| row.due.is_some_and(|due| day > due);
            let expected = match row.done {
                Some(done) if past(done) => Status::Late,
                Some(_) => Status::Met,
                None if row.waiver.is_some() => Status::Waived,
                None if !past(as_of) => Status::Open,
                None if row.rule.is_right => Status::Lapsed,
                None => Status::Overdue,
            };
            prop_assert_eq!(row.status, expected);
            prop_assert!(row.from <= as_of && row.done.is_none_or(|done| done <= as_of), "{:?}", row);
            prop_assert!(!progress(row, WorkCalendar::official(), as_of).text.is_empty());
        }
    }

    /// The explanation counts to the day that the row has, day by day.
    #[test]
    fn explanations_count_to_the_due_day((case, as_of) in any_case()) {
        let calendar = WorkCalendar::official();
        let found = assessed(&case, as_of);
        for row in found.deadlines.iter().chain(&found.further) {
            let why = explain(row, &case, calendar, as_of);
            prop_assert!(!why.sentence_text().is_empty() && !why.to_string().is_empty());
            let Some(due) = row.due else {
                prop_assert!(why.days.is_empty());
                continue;
            };
            let of_role = |role: Role| why.days.iter().filter(move |cell| cell.role == role);
            prop_assert!(why.days.windows(2).all(|pair| pair[1].day == pair[0].day + 1));
            prop_assert_eq!(of_role(Role::Due).map(|cell| cell.day).collect::<Vec<_>>(), [due]);
            let counted: Vec<i32> = why
                .days
                .iter()
                .filter(|cell| [Role::Count, Role::Full, Role::Due].contains(&cell.role))
                .filter_map(|cell| cell.number)
                .collect();
            let days = match row.reckoning {
                Reckoning::WorkingDays(days)
                | Reckoning::CalendarDays { days, .. }
                | Reckoning::CalendarDaysUnmoved(days) => i32::from(days),
                _ => 0,
            };
            prop_assert_eq!(counted, (1..=days).collect::<Vec<_>>(), "{:?}", row);
            let provisional = why.days.iter().any(|cell| cell.assumed);
            prop_assert!(provisional || !row.provisional, "{:?}", row);
        }
    }

    /// What is in the future does not count: it is as if it were not there, but for the notice.
    #[test]
    fn the_future_does_not_count((case, as_of) in any_case()) {
        let mut present = case.clone();
        let mut stands = case.standing().into_iter();
        present.events.retain(|event| {
            let stands = stands.next() == Some(true);
            stands && event.kind != EventKind::Retracted && event.on <= as_of
        });
        let without_notice = |mut found: Value| {
            if let Some(notices) = found["notices"].as_array_mut() {
                notices.retain(|it| it[0] != json!("future_event"));
            }
            // A conflict with what is to come is a conflict all the same.
            for row in found["rows"].as_array_mut().into_iter().flatten() {
                row[10] = Value::Null;
            }
            found
        };
        prop_assert_eq!(
            without_notice(whole(&case, as_of)),
            without_notice(whole(&present, as_of))
        );
    }
}
