//! Who may record what: every type of event by every role in every relation to the case, and what
//! a state offers.

use proptest::prelude::*;
use serde_json::json;
use shared::{
    Actor, CaseFile, Day, Event, EventKind, Role,
    assess::{Assessment, Deadline, assess},
    calendar::WorkCalendar,
    field::{Entry, fields},
    history::History,
    offer::{Offer, offers, pending},
    permission::{Refusal, is_own, may_record, may_see, permitted},
    rule::Done,
};

use crate::ledger::any_case;

/// Who records each type of event, as the division of duties has it (article 3): M the municipal
/// bureau, D the district bureau, L the inspection body, C the inspection body where conforming.
const BY: &[(&str, &str)] = &[
    ("report_submitted", "L"),
    ("conforming_result_delivered", "L"),
    ("sampling_refused", "LD"),
    ("sample_tampered", "LD"),
    ("materials_forwarded", "M"),
    ("materials_received", "D"),
    ("report_correction_requested", "D"),
    ("report_corrected", "M"),
    ("result_served", "D"),
    ("objection_filed", "M"),
    ("objection_accepted", "M"),
    ("objection_rejected", "M"),
    ("retest_ordered", "M"),
    ("investigation_started", "M"),
    ("investigation_concluded", "M"),
    ("retest_sample_confirmed", "M"),
    ("retest_reported", "L"),
    ("objection_decided", "M"),
    ("decision_served", "D"),
    ("rectification_ordered", "D"),
    ("rectification_order_served", "D"),
    ("penalty_case_opened", "D"),
    ("goods_sealed", "D"),
    ("goods_seized", "D"),
    ("measure_lifted", "D"),
    ("disposal_ordered", "D"),
    ("disposal_reported", "D"),
    ("defect_investigation_started", "D"),
    ("recall_started", "D"),
    ("extension_requested", "D"),
    ("extension_granted", "D"),
    ("extension_refused", "D"),
    ("rectification_refused", "D"),
    ("rectification_reported", "D"),
    ("reinspection_applied", "D"),
    ("excuse_accepted", "D"),
    ("rectification_verified", "D"),
    ("prohibited_production_found", "D"),
    ("cessation_reported", "D"),
    ("reinspection_commissioned", "D"),
    ("reinspection_reported", "L"),
    ("reinspection_materials_received", "D"),
    ("reinspection_result_served", "DC"),
    ("announced", "M"),
    ("business_suspended", "M"),
    ("licence_revocation_recommended", "M"),
    ("production_licence_revoked", "M"),
    ("status_reported", "D"),
    ("copy_reported", "D"),
    ("closed", "DM"),
];

const LAB: &str = "质检院";

/// Everyone, as they stand to the case: role, office, and which letter of the table is theirs
/// where they act on it.
const RELATIONS: &[(&str, Role, &str, Option<char>)] = &[
    ("the municipal bureau", Role::Municipal, "", Some('M')),
    (
        "the district that handles it",
        Role::District,
        "110118",
        Some('D'),
    ),
    (
        "the same by its code of before 2015",
        Role::District,
        "110228",
        Some('D'),
    ),
    (
        "a district that handled it before",
        Role::District,
        "110105",
        None,
    ),
    ("a district that has a copy", Role::District, "110108", None),
    ("another district", Role::District, "110106", None),
    ("a district without an office", Role::District, "", None),
    ("the inspection body", Role::InspectionBody, LAB, Some('L')),
    (
        "another inspection body",
        Role::InspectionBody,
        "计量院",
        None,
    ),
    (
        "an inspection body without a name",
        Role::InspectionBody,
        "",
        None,
    ),
    ("an administrator", Role::Administrator, "", None),
];

fn actor(role: Role, office: &str) -> Actor {
    Actor {
        user: "u".into(),
        role,
        office: office.into(),
    }
}

/// Forwarded from one district to another, copied to a third; the first reinspection failed, the
/// second did not. `mine` is an event of this type that stands, where one is named.
fn case(mine: Option<&str>) -> CaseFile {
    let mut events = vec![
        json!({ "id": "m1", "type": "materials_forwarded", "on": "2013-03-01", "to": "110105" }),
        json!({ "id": "m2", "type": "materials_forwarded", "on": "2013-03-06", "to": "110228" }),
        json!({ "id": "c1", "type": "copy_reported", "on": "2013-03-20", "to": "110108" }),
        json!({ "id": "b1", "type": "reinspection_reported", "on": "2013-05-20", "verdict": "nonconforming" }),
        json!({ "id": "b2", "type": "reinspection_reported", "on": "2013-08-20", "round": 2, "verdict": "conforming" }),
    ];
    events.extend(
        mine.map(|kind| json!({ "id": "mine", "type": kind, "on": "2013-08-21", "round": 2 })),
    );
    serde_json::from_value(json!({
        "format": "aftercheck-case/1",
        "case": { "regulation": "beijing-2013", "handling_bureau": "110105", "inspection_body": LAB },
        "events": events,
    }))
    .unwrap()
}

fn event(kind: &str, round: u8) -> Event {
    let event = json!({ "id": "new", "type": kind, "on": "2013-09-01", "round": round });
    serde_json::from_value(event).unwrap()
}

/// What the table has for this type, letter and round.
fn expected(by: &str, letter: Option<char>, round: u8) -> Result<(), Refusal> {
    match letter {
        Some('L') if by.contains('C') && round == 2 => Ok(()),
        Some('L') if by.contains('C') => Err(Refusal::NotConforming),
        Some(letter) if by.contains(letter) => Ok(()),
        _ => Err(Refusal::OtherRole),
    }
}

#[test]
fn the_table_names_every_type_once() {
    let named: Vec<&str> = BY.iter().map(|(kind, _)| *kind).collect();
    let known: Vec<&str> = EventKind::ALL
        .iter()
        .filter(|kind| **kind != EventKind::Retracted)
        .map(EventKind::name)
        .collect();
    assert_eq!(named, known);
}

/// Every type × everyone: recording it, retracting it, retracting that, and being offered a form.
#[test]
fn every_event_is_recorded_by_whom_the_table_names_and_by_nobody_else() {
    for (kind, by) in BY {
        for (who, role, office, letter) in RELATIONS {
            let (actor, at) = (actor(*role, office), format!("{kind} by {who}"));
            let own_role = match role {
                Role::Municipal => by.contains('M'),
                Role::District => by.contains('D'),
                Role::InspectionBody => by.contains('L') || by.contains('C'),
                Role::Administrator => false,
            };
            for round in [1, 2] {
                let found = may_record(&actor, &case(None), &event(kind, round));
                let expected = match letter {
                    None if own_role => Err(Refusal::OtherOffice),
                    letter => expected(by, *letter, round),
                };
                assert_eq!(found, expected, "{at}, round {round}");
            }

            // Who may record it may take it back, and take that back.
            let mut case = case(Some(kind));
            let may = may_record(&actor, &case, &event(kind, 2));
            let retraction = |id: &str, named: &str| Event {
                retracts: Some(named.into()),
                ..Event::new(id, EventKind::Retracted, day("2013-09-02"))
            };
            let first = retraction("r1", "mine");
            assert_eq!(may_record(&actor, &case, &first), may, "{at}, retracted");
            case.events.push(first);
            let second = retraction("r2", "r1");
            assert_eq!(may_record(&actor, &case, &second), may, "{at}, restored");

            // The form is there for whoever may record it, unless it happened and happens once.
            let kind = EventKind::from_name(kind);
            let facts = kind.facts().unwrap();
            let case = self::case(None);
            let has_happened = case.events.iter().any(|event| event.kind == kind);
            let again = facts.many || facts.default_round.is_some() || !has_happened;
            let form = permitted(&actor, &case).contains(&kind);
            let expected = letter.is_some() && expected(by, *letter, 2).is_ok() && again;
            assert_eq!(form, expected, "{at}, a form");
        }
    }
}

#[test]
fn acting_and_seeing_are_as_the_relations_say() {
    for (who, role, office, letter) in RELATIONS {
        let actor = actor(*role, office);
        assert_eq!(is_own(&actor, &case(None)), letter.is_some(), "{who}");
        let sees = letter.is_some() || *office == "110108";
        assert_eq!(may_see(&actor, &case(None)), sees, "{who}");
    }
}

#[test]
fn what_a_sheet_tells_of_other_offices_the_municipal_bureau_takes_in() {
    for (kind, by) in BY {
        let mut told = event(kind, 2);
        told.details.insert("source".into(), json!("sheet"));
        for (who, role, office, letter) in RELATIONS {
            let plain = may_record(&actor(*role, office), &case(None), &event(kind, 2));
            let expected = if *letter == Some('M') { Ok(()) } else { plain };
            let found = may_record(&actor(*role, office), &case(None), &told);
            assert_eq!(found, expected, "{kind} ({by}) by {who}");
        }
    }
}

fn day(text: &str) -> Day {
    text.parse().unwrap()
}

fn assessed(case: &CaseFile, as_of: Day) -> Assessment {
    assess(case, &History::default(), WorkCalendar::official(), as_of)
}

/// What was offered, recorded on this day as the form would fill it in.
fn recorded(offer: &Offer, on: Day) -> Event {
    let mut event = json!({ "id": "offered", "type": offer.kind, "on": on });
    for field in fields(&offer.kind) {
        event[field.name] = match field.entry {
            Entry::Round => json!(offer.round),
            Entry::Day if field.needed => json!(on),
            Entry::Choice(choices) if field.needed => json!(choices[0].0),
            Entry::Bureau => json!("110105"),
            _ => continue,
        };
    }
    serde_json::from_value(event).unwrap()
}

/// The round of the event that does it.
fn round_of(row: &Deadline) -> u8 {
    match row.rule.done {
        Done::Commissioned(round) => round,
        _ => row.round,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    /// Whatever is offered may be recorded, by this actor, for this round; it does what it was
    /// offered for; and whatever is pending and the actor's is offered.
    #[test]
    fn offers_are_what_may_and_should_be_recorded((case, as_of) in any_case()) {
        let mut case = case;
        case.case.inspection_body = LAB.into();
        let found = assessed(&case, as_of);
        let bureau = case.handling_bureau().to_owned();
        for actor in [
            actor(Role::Municipal, ""),
            actor(Role::District, &bureau),
            actor(Role::InspectionBody, LAB),
            actor(Role::District, "110101"),
            actor(Role::Administrator, ""),
        ] {
            let offered = offers(&actor, &case, &found);
            prop_assert!(is_own(&actor, &case) || offered.is_empty());
            for (at, offer) in offered.iter().enumerate() {
                let event = recorded(offer, as_of);
                prop_assert_eq!(may_record(&actor, &case, &event), Ok(()), "{:?}", offer);
                prop_assert!(!offered[..at].iter().any(|it| (&it.kind, it.round) == (&offer.kind, offer.round)));
                let Some(rule) = offer.rule else { continue };
                let row = pending(&found).into_iter().find(|row| {
                    row.rule.id == rule && round_of(row) == offer.round
                });
                let row = row.expect("it was offered for a pending row");
                if matches!(row.rule.done, Done::All(_)) {
                    continue;
                }
                let mut more = case.clone();
                more.events.push(event);
                let after = assessed(&more, as_of);
                let done = after.row(row.rule.id, row.round).is_none_or(|it| it.done.is_some());
                prop_assert!(done, "{:?} does not do {:?}", offer, row);
            }
            for row in pending(&found) {
                let round = round_of(row);
                for kind in row.rule.done_by() {
                    let offer = Offer { kind: kind.clone(), round, rule: None };
                    let may = permitted(&actor, &case).contains(kind)
                        && may_record(&actor, &case, &recorded(&offer, as_of)).is_ok();
                    let is_offered = offered.iter().any(|it| (&it.kind, it.round) == (kind, round));
                    let half = matches!(row.rule.done, Done::All(_));
                    prop_assert!(is_offered || !may || half, "{} does {:?}", kind, row);
                }
            }
        }
    }
}
