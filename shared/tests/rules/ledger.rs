//! Any ledger: what the laws are tried on.

use proptest::{collection, option, prelude::*, sample};
use serde_json::{Map, Value, json};
use shared::{
    CaseFile, Day, EventKind,
    field::{Entry, fields},
};

/// Days from here; enough years for the calendar to be known and, in some ledgers, to run out.
const FIRST_DAYS: [&str; 4] = ["2012-11-20", "2013-01-10", "2019-12-10", "2026-09-01"];
const SPAN_DAYS: i32 = 400;

/// A day of a ledger's span.
pub(crate) fn any_offset() -> impl Strategy<Value = i32> {
    // Many events of a case fall close together, and on one day.
    prop_oneof![0..60_i32, 0..SPAN_DAYS]
}

fn any_value(entry: Entry, on: Day) -> BoxedStrategy<Value> {
    match entry {
        Entry::Day => (-3..70_i32).prop_map(move |days| json!(on + days)).boxed(),
        Entry::YesNo => any::<bool>().prop_map(Value::from).boxed(),
        Entry::Round => (0..4_u8).prop_map(Value::from).boxed(),
        Entry::Bureau => sample::select(vec!["110105", "110108", "110228", "bda", "yanshan"])
            .prop_map(Value::from)
            .boxed(),
        Entry::Choice(choices) => sample::select(choices)
            .prop_map(|(name, _)| json!(name))
            .boxed(),
        Entry::Event => (0..30_u8).prop_map(|id| json!(format!("e{id}"))).boxed(),
        Entry::Text => "[一-龥]{0,4}".prop_map(Value::from).boxed(),
        Entry::Lines => collection::vec("[一-龥]{0,4}", 0..3)
            .prop_map(|it| json!(it))
            .boxed(),
    }
}

/// An event of any type with any of the fields that it may have, needed ones mostly there.
pub(crate) fn any_event(first: Day) -> impl Strategy<Value = Value> {
    let kinds: Vec<EventKind> = EventKind::ALL
        .iter()
        .filter(|kind| **kind != EventKind::Retracted)
        .cloned()
        .collect();
    (sample::select(kinds), any_offset()).prop_flat_map(move |(kind, days)| {
        let on = first + days;
        let values: Vec<_> = fields(&kind)
            .iter()
            .map(|field| {
                let share = if field.needed { 0.97 } else { 0.6 };
                let name = field.name;
                option::weighted(share, any_value(field.entry, on))
                    .prop_map(move |value| value.map(|value| (name.to_owned(), value)))
            })
            .collect();
        values.prop_map(move |values| {
            let mut event: Map<String, Value> = values.into_iter().flatten().collect();
            event.insert("type".to_owned(), json!(kind));
            event.insert("on".to_owned(), json!(on));
            Value::Object(event)
        })
    })
}

fn any_head() -> impl Strategy<Value = Value> {
    let traits = sample::subsequence(
        vec![
            "children_toy",
            "production_licence",
            "consumer_goods",
            "agricultural_machinery",
        ],
        0..=4,
    );
    let codes = sample::select(vec![
        "91110105MA001A2B2U",
        "ma001a2b-2",
        "110105012345678",
        "",
    ]);
    let district = sample::select(vec!["110105", "110108", "110118", "110111", "310101", ""]);
    let excluded = option::weighted(0.05, Just("food"));
    (
        traits,
        codes,
        district,
        excluded,
        any::<(bool, bool)>(),
        (2013..2015_i32, 1..5_u8),
    )
        .prop_map(
            |(traits, code, district, excluded, (serious, endangers), (year, quarter))| {
                json!({
                    "regulation": "beijing-2013",
                    "spot_check": { "year": year, "quarter": quarter },
                    "product": { "kind": "木家具", "traits": traits, "excluded_class": excluded },
                    "enterprise": { "credit_code": code, "registration_district": district },
                    "handling_bureau": "110105",
                    "serious": serious,
                    "endangers_safety": endangers,
                })
            },
        )
}

fn case_of(head: &Value, mut events: Vec<Value>, retracted: &[u8]) -> CaseFile {
    let last = events
        .last()
        .map_or(json!("2013-01-01"), |event| event["on"].clone());
    for number in retracted {
        events.push(json!({ "type": "retracted", "on": last, "retracts": format!("e{number}") }));
    }
    for (at, event) in events.iter_mut().enumerate() {
        event["id"] = json!(format!("e{at}"));
    }
    let case = json!({ "format": "aftercheck-case/1", "case": head, "events": events });
    serde_json::from_value(case).expect("built of what a case file may say")
}

/// Any case, and a day on which to look at it.
pub(crate) fn any_case() -> impl Strategy<Value = (CaseFile, Day)> {
    sample::select(&FIRST_DAYS[..]).prop_flat_map(|first| {
        let first: Day = first.parse().expect("a day");
        (
            any_head(),
            collection::vec(any_event(first), 0..24),
            collection::vec(0..30_u8, 0..4),
            0..SPAN_DAYS + 120,
        )
            .prop_map(move |(head, events, retracted, as_of)| {
                (case_of(&head, events, &retracted), first + as_of)
            })
    })
}
