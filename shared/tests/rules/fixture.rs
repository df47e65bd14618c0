//! A case of a few events, as tests of whole ledgers write it.

use serde_json::{Value, json};
use shared::CaseFile;

/// An event: type, day, and its other fields.
pub(crate) type Told<'t> = (&'t str, &'t str, Value);

/// A case with this head; its events are `e0`, `e1`, …
pub(crate) fn case_of(head: &Value, events: &[Told<'_>]) -> CaseFile {
    let events = events.iter().enumerate().map(|(at, (kind, on, more))| {
        let mut event = json!({ "id": format!("e{at}"), "type": kind, "on": on });
        for (name, value) in more.as_object().into_iter().flatten() {
            event[name] = value.clone();
        }
        event
    });
    let events: Vec<Value> = events.collect();
    let case = json!({ "format": "aftercheck-case/1", "case": head, "events": events });
    serde_json::from_value(case).expect("written as a case file")
}
