//! Cases that travel as files: nothing is lost on the way, nothing comes back twice.
#![allow(clippy::unwrap_used, reason = "a test stops where it stands")]

use proptest::{prelude::*, sample};
use serde_json::{Value, json, value::RawValue};
use shared::{
    CaseFile, CaseHead, Day, Event, EventKind,
    change::{Body, Change, Subject},
    clock::HybridTime,
    fold::fold,
    id::CaseId,
    travel::{Unpacked, additions, pack, read_all, unpack},
};

fn id() -> CaseId {
    CaseId::from_random([7; 16])
}

fn change(
    device: &str,
    sequence: u64,
    clock: (u64, u32),
    schema: u16,
    body: Box<RawValue>,
) -> Change {
    let (milliseconds, counter) = clock;
    Change {
        id: format!("{device}/{sequence}").parse().unwrap(),
        subject: Subject::case(&id()),
        clock: HybridTime {
            milliseconds,
            counter,
        },
        author: format!("{device}的人"),
        schema,
        body,
    }
}

/// Bodies as devices write them, as two devices write one fact, and as nobody should.
fn any_body() -> impl Strategy<Value = (u16, Box<RawValue>)> {
    let event =
        (0..3_u8, 0..3_i32, any::<bool>(), any::<bool>()).prop_map(|(id, day, claims, source)| {
            let mut event = Event::new(
                format!("e{id}"),
                [EventKind::ResultServed, EventKind::from_name("beamed_up")][usize::from(id) % 2]
                    .clone(),
                Day::from_unix_days(15_800 + day),
            );
            if claims {
                event.details.insert("author".into(), json!("某人"));
                event.details.insert("change".into(), json!("zzz/9"));
                event
                    .details
                    .insert("recorded_at".into(), json!("2013-03-12T08:00:00Z"));
            }
            if source {
                event.details.insert("source".into(), json!("sheet"));
            }
            Body::Event {
                event: Box::new(event),
            }
            .to_raw()
        });
    let head = ("[a-c]{0,2}", any::<bool>()).prop_map(|(number, serious)| {
        let mut head = CaseHead {
            number,
            serious,
            ..CaseHead::default()
        };
        head.other.insert("sheet".into(), json!({"备注": "x"}));
        Body::Open {
            head: Box::new(head),
        }
        .to_raw()
    });
    let edit = ("[a-c]{0,2}", 0..2_usize).prop_map(|(value, field)| {
        let field = ["number", "enterprise.name"][field].to_owned();
        Body::Head {
            field,
            value: value.into(),
            replaces: vec!["a/1".parse().unwrap()],
        }
        .to_raw()
    });
    let raw = sample::select(vec![
        r#"{"kind":"moved",  "x": [1, 2.50] }"#,
        r#"{"kind":"event","event":{"on":"2013-03-12","id":"e0","type":"result_served"}}"#,
        r#"{ "kind": "head", "field": "serious", "value": "perhaps" }"#,
        r#"{"kind":"open"}"#,
        r#""bare""#,
        "7",
    ])
    .prop_map(|text| RawValue::from_string(text.to_owned()).unwrap());
    prop_oneof![
        6 => event.prop_map(|body| (1, body)),
        3 => head.prop_map(|body| (1, body)),
        3 => edit.prop_map(|body| (1, body)),
        1 => (1..3_u16, raw),
    ]
}

fn any_changes() -> impl Strategy<Value = Vec<Change>> {
    let one = (0..3_usize, 1..9_u64, 0..5_u64, 0..2_u32, any_body());
    prop::collection::vec(one, 0..16).prop_map(|changes| {
        let mut changes: Vec<Change> = changes
            .into_iter()
            .map(|(device, sequence, time, counter, (schema, body))| {
                change(
                    ["a", "b", "c"][device],
                    sequence,
                    (1_363_046_400_000 + time, counter),
                    schema,
                    body,
                )
            })
            .collect();
        // A log has one change of an id.
        changes.sort_by(|a, b| a.id.cmp(&b.id));
        changes.dedup_by(|a, b| a.id == b.id);
        changes
    })
}

fn through_text(file: &CaseFile) -> CaseFile {
    let text = serde_json::to_string_pretty(file).unwrap();
    read_all(text.as_bytes()).remove(0).unwrap()
}

fn sorted(mut changes: Vec<Change>) -> Vec<Change> {
    changes.sort_by(|a, b| a.id.cmp(&b.id));
    changes
}

proptest! {
    /// Out and in again are the same changes, byte for byte; what is known already adds nothing.
    #[test]
    fn a_case_travels_without_loss(changes in any_changes(), known in any::<sample::Index>()) {
        let file = pack(&id(), &changes);
        let Unpacked { id: named, carried, told } = unpack(through_text(&file));
        prop_assert_eq!(named, id());
        prop_assert_eq!(&sorted(carried.clone()), &changes);
        let again = pack(&id(), &carried);
        prop_assert_eq!(serde_json::to_string(&again).unwrap(), serde_json::to_string(&file).unwrap());

        let whole = additions(&changes, carried.clone(), &told);
        prop_assert!(whole.differing.is_empty());
        if fold(&changes).fields.is_empty() {
            // Events of a case that nobody opened: whoever takes it in opens it.
            let opened = matches!(whole.bodies[..], [Body::Open { .. }]);
            prop_assert!(opened);
        } else {
            prop_assert!(whole.is_none(), "{whole:?}");
        }

        let part = &changes[..known.index(changes.len() + 1)];
        let rest = additions(part, carried, &told);
        prop_assert_eq!(sorted(rest.carried), &changes[part.len()..]);
    }

    /// A file that carries no changes is told once, and adds nothing the second time.
    #[test]
    fn a_bare_file_is_told_once(changes in any_changes()) {
        let mut bare = pack(&id(), &changes);
        bare.other.remove("edits");
        bare.other.insert("weight".into(), json!(3));
        for event in &mut bare.events {
            event.details.retain(|name, _| !["change", "author", "recorded_at"].contains(&name.as_str()));
        }
        let bare = through_text(&bare);
        let Unpacked { carried, told, .. } = unpack(bare.clone());
        prop_assert!(carried.is_empty());
        let first = additions(&[], vec![], &told);
        let log: Vec<Change> = (1..)
            .zip(&first.bodies)
            .map(|(sequence, body)| change("import", sequence, (1_400_000_000_000, 0), 1, body.to_raw()))
            .collect();
        prop_assert!(additions(&log, vec![], &told).is_none());
        let back = pack(&id(), &log);
        prop_assert_eq!(&back.case, &bare.case);
        prop_assert_eq!(back.events.len(), bare.events.len());
        prop_assert_eq!(back.other.get("weight"), Some(&json!(3)));
        let Unpacked { carried, told, .. } = unpack(through_text(&back));
        prop_assert!(additions(&log, carried, &told).is_none());
    }

    /// Whatever is done to a file, reading it ends with a word, not with the program.
    #[test]
    fn a_damaged_file_stops_nothing(
        changes in any_changes(),
        cuts in prop::collection::vec((any::<sample::Index>(), any::<u8>(), 0..4_usize), 1..6),
    ) {
        let mut bytes = serde_json::to_vec(&json!({ "cases": [pack(&id(), &changes)] })).unwrap();
        for (at, byte, cut) in cuts {
            let at = at.index(bytes.len());
            let end = (at + cut).min(bytes.len());
            bytes.splice(at..end, [byte]);
        }
        for file in read_all(&bytes).into_iter().flatten() {
            let Unpacked { carried, told, .. } = unpack(file);
            let _ = additions(&changes, carried, &told);
        }
    }
}

fn case(number: &str, report: &str) -> CaseFile {
    let mut file = CaseFile::new(CaseHead {
        number: number.into(),
        report_number: report.into(),
        inspection_body: "质检院".into(),
        ..CaseHead::default()
    });
    file.case
        .spot_check
        .other
        .insert("plan".into(), "P1".into());
    file
}

#[test]
fn a_file_that_names_no_case_is_the_case_of_its_number_and_batch() {
    let id = |file: &CaseFile| unpack(file.clone()).id;
    assert_eq!(
        id(&case("", "JD-1")),
        CaseId::of_report("P1", "质检院", "JD-1")
    );
    assert_eq!(id(&case("1", "JD-1")), id(&case("1", "JD-1")));
    assert_ne!(id(&case("1", "JD-1")), id(&case("2", "JD-1")));
    assert_ne!(id(&case("1", "JD-1")), id(&case("1", "JD-2")));
    let nameless = CaseFile::new(CaseHead::default());
    assert_eq!(id(&nameless), id(&nameless));
    let mut named = case("1", "JD-1");
    named.other.insert("id".into(), Value::from(some_id()));
    assert_eq!(id(&named).as_str(), some_id());
}

fn some_id() -> &'static str {
    "aaaaaaaaaaaaaaaaaaaaaaaaaa"
}

#[test]
fn an_event_that_says_something_else_is_named_and_left_out() {
    let served = |day: i32| Event::new("e1", EventKind::ResultServed, Day::from_unix_days(day));
    let mut told = case("1", "JD-1");
    told.events = vec![served(15_800)];
    let known = [change(
        "a",
        1,
        (1, 0),
        1,
        Body::Event {
            event: Box::new(served(15_801)),
        }
        .to_raw(),
    )];
    let found = additions(&known, vec![], &told);
    assert_eq!(found.differing, [0]);
    assert!(matches!(found.bodies[..], [Body::Open { .. }]));
}

#[test]
fn later_edits_of_the_ledger_outlive_an_earlier_export() {
    let open = |serious| Body::Open {
        head: Box::new(CaseHead {
            number: "1".into(),
            serious,
            ..CaseHead::default()
        }),
    };
    let first = change("a", 1, (1, 0), 1, open(true).to_raw());
    let exported = pack(&id(), std::slice::from_ref(&first));
    let edit = Body::Head {
        field: "number".into(),
        value: "2".into(),
        replaces: vec![first.id.clone()],
    };
    let known = [first, change("a", 2, (2, 0), 1, edit.to_raw())];
    let Unpacked {
        carried, mut told, ..
    } = unpack(exported);
    assert!(additions(&known, carried.clone(), &told).is_none());
    // What a person changed in the file is news, and knows what it replaces.
    told.case.number = "3".into();
    let found = additions(&known, carried, &told).bodies;
    let [
        Body::Head {
            value, replaces, ..
        },
    ] = &found[..]
    else {
        panic!("{found:?}");
    };
    assert_eq!(
        (value, replaces[0].to_string()),
        (&json!("3"), "a/2".to_owned())
    );
}
