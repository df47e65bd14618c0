//! Two different recordings of one fact: a person settles them by retracting one.

use serde_json::{Map, Value};

use crate::{
    CaseFile, Event, EventKind,
    change::{Body, Change},
    fold::fields_of,
    mutation::mutated,
    order::sort,
};

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
pub(crate) const PROVENANCE: [&str; 5] = ["change", "author", "recorded_at", "source", RESENDS];

/// The field of an event that was recorded again after the server had refused it: the id of the
/// change that was refused.
pub const RESENDS: &str = "resends";

/// Whether a case has by now what a change says that the server refused: the field's value, or the
/// event, recorded again with [`RESENDS`].
///
/// ```
/// use shared::{CaseFile, CaseHead, Event, EventKind, change::{Body, ChangeId, Subject}, id::CaseId};
/// use shared::{conflict::{RESENDS, is_recorded_again}, sync::DeviceState};
/// let subject = Subject::case(&CaseId::from_random([7; 16]));
/// let served = Event::new("", EventKind::ResultServed, "2013-03-12".parse()?);
/// let body = |_: &ChangeId| Body::Event { event: Box::new(served.clone()) };
/// let refused = DeviceState::new("m4xw".parse()?, "u").compose(0, [(subject, body)]).remove(0);
/// let mut case = CaseFile::new(CaseHead::default());
/// assert!(!is_recorded_again(&case, &refused));
/// let mut again = served.clone();
/// again.details.insert(RESENDS.into(), refused.id.to_string().into());
/// case.events.push(again);
/// assert!(is_recorded_again(&case, &refused));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn is_recorded_again(case: &CaseFile, refused: &Change) -> bool {
    if let Ok(Body::Head { field, value, .. }) = refused.body() {
        let mut fields = fields_of(&case.case).into_iter();
        return fields.any(|(known, now)| known == field && now == value);
    }
    let id = refused.id.to_string();
    let mut resent = case.events.iter().map(|it| it.details.get(RESENDS));
    resent.any(|resent| resent.and_then(Value::as_str) == Some(&id))
}

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
    use crate::{
        CaseHead,
        assess::assess,
        calendar::WorkCalendar,
        change::{ChangeId, Subject},
        fold::fold,
        history::History,
        id::CaseId,
        sync::DeviceState,
    };

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

    /// Every order in which they may come.
    fn orders(changes: &[Change]) -> Vec<Vec<Change>> {
        if changes.is_empty() {
            return vec![Vec::new()];
        }
        let put_first = |at: usize| {
            let mut rest = changes.to_vec();
            let first = rest.remove(at);
            orders(&rest).into_iter().map(move |mut order| {
                order.insert(0, first.clone());
                order
            })
        };
        (0..changes.len()).flat_map(put_first).collect()
    }

    #[test]
    fn two_devices_disagree_until_one_of_them_retracts_and_every_device_shows_the_same() {
        let subject = Subject::case(&CaseId::from_random([7; 16]));
        let mut devices = ["m4xw", "n5yx"].map(|name| DeviceState::new(name.parse().unwrap(), "u"));
        let mut record = |device: usize, at: u64, body: &dyn Fn(&ChangeId) -> Body| {
            devices[device]
                .compose(at, [(subject.clone(), |id: &ChangeId| body(id))])
                .remove(0)
        };
        let event = |kind: EventKind, on: &str, retracts: Option<String>| {
            let on = on.parse().unwrap();
            move |id: &ChangeId| Body::Event {
                event: Box::new(Event {
                    retracts: retracts.clone(),
                    ..Event::new(id.to_string(), kind.clone(), on)
                }),
            }
        };
        let head = CaseHead {
            regulation: "beijing-2013".into(),
            ..CaseHead::default()
        };
        let opened = record(0, 1, &|_| Body::Open {
            head: Box::new(head.clone()),
        });
        let mine = record(0, 2, &event(EventKind::ResultServed, "2013-03-12", None));
        let yours = record(1, 2, &event(EventKind::ResultServed, "2013-03-11", None));
        let folded = |changes: &[Change]| {
            let mut shown = orders(changes).into_iter().map(|order| fold(order.iter()));
            let first = shown.next().unwrap();
            let bytes = serde_json::to_string(&first).unwrap();
            assert!(shown.all(|other| serde_json::to_string(&other).unwrap() == bytes));
            first.file
        };
        let disputed = |case: &CaseFile| {
            let calendar = WorkCalendar::official();
            let today = "2013-03-13".parse().unwrap();
            let rows = assess(case, &History::default(), calendar, today).deadlines;
            rows.iter().filter(|row| row.disputed).count()
        };
        let before = folded(&[opened.clone(), mine.clone(), yours.clone()]);
        assert_eq!(conflicts(&before).len(), 1);
        assert!(disputed(&before) > 0);

        let wrong = Some(mine.id.to_string());
        let retracted = record(1, 3, &event(EventKind::Retracted, "2013-03-13", wrong));
        let after = folded(&[opened, mine, yours, retracted]);
        assert_eq!(conflicts(&after), []);
        assert_eq!(disputed(&after), 0);
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
