//! Two different recordings of one fact: a person settles them by retracting one.

use serde_json::{Map, Value};

use crate::{CaseFile, Event, EventKind, mutation::mutated, order::sort};

/// Standing events of one once-only type and round that say different things.
///
/// Until one of them is retracted the first counts, and what rests on it is disputed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Conflict {
    /// The type.
    pub kind: EventKind,
    /// The round.
    pub round: u8,
    /// All of them, by position in the case's list, in the order in which they count.
    pub events: Vec<usize>,
}

/// Fields of an event that say who wrote it down, not what happened.
pub(crate) const PROVENANCE: [&str; 4] = ["change", "author", "recorded_at", "source"];

/// The conflicts of a case, in the order of the regulation's events.
///
/// ```
/// use shared::{CaseFile, CaseHead, Event, EventKind, conflict::{Conflict, conflicts}};
/// let mut case = CaseFile::new(CaseHead::default());
/// case.events.push(Event::new("e1", EventKind::ResultServed, "2013-03-12".parse()?));
/// case.events.push(Event::new("e2", EventKind::ResultServed, "2013-03-11".parse()?));
/// let found: Vec<Conflict> = conflicts(&case);
/// assert_eq!((&found[0].kind, found[0].round), (&EventKind::ResultServed, 0));
/// assert_eq!(found[0].events, [1, 0], "the earlier one counts");
/// # Ok::<(), shared::day::ParseDayError>(())
/// ```
pub fn conflicts(case: &CaseFile) -> Vec<Conflict> {
    let stands = case.standing();
    let mut once: Vec<_> = case
        .events
        .iter()
        .enumerate()
        .filter(|(position, event)| {
            stands[*position] && event.kind.facts().is_some_and(|facts| !facts.many)
        })
        .map(|(position, event)| (event.kind.place(), event.round(), event.on, position))
        .collect();
    sort(&mut once);
    once.chunk_by(|a, b| (a.0, a.1) == (b.0, b.1))
        .filter(|same| {
            let first = &case.events[same[0].3];
            !mutated("conflict-not-shown")
                && same
                    .iter()
                    .any(|item| !says_the_same(first, &case.events[item.3]))
        })
        .map(|same| Conflict {
            kind: case.events[same[0].3].kind.clone(),
            round: same[0].1,
            events: same.iter().map(|item| item.3).collect(),
        })
        .collect()
}

/// Whether two events of one type and round tell the same fact, whoever wrote them down.
fn says_the_same(a: &Event, b: &Event) -> bool {
    let told = |details: &Map<String, Value>| -> Vec<(String, Value)> {
        let mut told: Vec<_> = details.clone().into_iter().collect();
        told.retain(|(name, value)| !PROVENANCE.contains(&name.as_str()) && !value.is_null());
        told
    };
    let bare = |event: &Event| Event {
        id: String::new(),
        written_round: Some(event.round()),
        details: Map::new(),
        ..event.clone()
    };
    bare(a) == bare(b) && told(&a.details) == told(&b.details)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn check(events: &Value, expected: &[(&str, u8, &[usize])]) {
        let case = json!({ "format": "aftercheck-case/1", "case": {}, "events": events });
        let case: CaseFile = serde_json::from_value(case).unwrap();
        let found = conflicts(&case);
        let found: Vec<_> = found
            .iter()
            .map(|it| (it.kind.name(), it.round, it.events.as_slice()))
            .collect();
        assert_eq!(found, expected, "{events}");
    }

    #[test]
    fn only_standing_once_only_events_of_one_round_conflict() {
        let served = |id: &str, on: &str| json!({ "id": id, "type": "result_served", "on": on });
        check(&json!([served("a", "2013-03-01")]), &[]);
        check(
            &json!([served("a", "2013-03-02"), served("b", "2013-03-01")]),
            &[("result_served", 0, &[1, 0])],
        );
        // Retracted: settled.
        let retracted =
            json!({ "id": "r", "type": "retracted", "on": "2013-03-05", "retracts": "a" });
        check(
            &json!([
                served("a", "2013-03-02"),
                served("b", "2013-03-01"),
                retracted
            ]),
            &[],
        );
        // The same content, written down twice.
        let mut again = served("b", "2013-03-01");
        again["author"] = json!("someone else");
        check(&json!([served("a", "2013-03-01"), again]), &[]);
        // Content that no rule reads is content.
        let mut method = served("b", "2013-03-01");
        method["method"] = json!("邮寄");
        check(
            &json!([served("a", "2013-03-01"), method]),
            &[("result_served", 0, &[0, 1])],
        );
        // Many are allowed.
        let sealed = |id: &str, on: &str| json!({ "id": id, "type": "goods_sealed", "on": on });
        check(
            &json!([sealed("a", "2013-03-02"), sealed("b", "2013-03-01")]),
            &[],
        );
    }

    #[test]
    fn rounds_are_facts_of_their_own() {
        let reported = |id: &str, round: Option<u8>| {
            json!({ "id": id, "type": "reinspection_reported", "on": "2013-05-20",
                "round": round, "verdict": "conforming" })
        };
        check(&json!([reported("a", None), reported("b", Some(1))]), &[]);
        check(
            &json!([reported("a", Some(1)), reported("b", Some(2))]),
            &[],
        );
        let mut other = reported("b", Some(1));
        other["verdict"] = json!("nonconforming");
        check(
            &json!([reported("a", None), other]),
            &[("reinspection_reported", 1, &[0, 1])],
        );
    }
}
