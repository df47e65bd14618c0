use std::collections::{BTreeMap, BTreeSet};

use shared::{
    Actor, EventKind, Role,
    assess::{Assessment, Deadline, Notice, Status, assess},
    calendar::DayKind,
    case::{BEIJING_2013, CASE_FORMAT, Trait},
    event::By,
    field::fields,
    fold::fold,
    history::{History, organisation},
    rule::{Limit, Party},
    sync::wire::{ExchangeRequest, Item, PROTOCOL},
};

use super::*;

mod situations;

fn day(text: &str) -> Day {
    text.parse().unwrap()
}

fn reference() -> Day {
    day("2013-03-04")
}

/// The ledger as it stands on a day, each case assessed.
fn standing_on(today: Day) -> Vec<(CaseFile, Assessment)> {
    let shift = Shift::to(today);
    let cases: Vec<_> = ledger().into_iter().map(|case| shift.case(case)).collect();
    let history = History::of_ledger(&cases, today);
    let assessed = |case: CaseFile| {
        let assessment = assess(&case, &history, WorkCalendar::official(), today);
        (case, assessment)
    };
    cases.into_iter().map(assessed).collect()
}

/// Still to be done, no mere right, and not an enterprise's without a day.
fn is_duty(row: &Deadline) -> bool {
    let dated = row.due.is_some() || row.rule.party != Party::Enterprise;
    row.status.is_pending() && !row.rule.is_right && dated
}

/// The duties of a case, such as `art6.serve_result 2013-02-28 overdue, art21.copy_report`.
fn duties(assessment: &Assessment) -> String {
    let said = assessment
        .deadlines
        .iter()
        .filter(|row| is_duty(row))
        .map(|row| {
            let due = row.due.map(|due| format!(" {due}")).unwrap_or_default();
            let overdue = if row.status == Status::Overdue {
                " overdue"
            } else {
                ""
            };
            let disputed = if row.disputed { " disputed" } else { "" };
            format!("{}{due}{overdue}{disputed}", row.rule.id)
        });
    said.collect::<Vec<_>>().join(", ")
}

fn categories(assessment: &Assessment) -> Vec<u8> {
    assessment
        .findings
        .iter()
        .map(|finding| finding.category)
        .collect()
}

fn notices(assessment: &Assessment) -> Vec<Notice> {
    assessment
        .notices
        .iter()
        .map(|raised| raised.notice)
        .collect()
}

#[test]
fn every_case_is_wholly_known_but_one_event_of_a_later_version() {
    let mut unknown = Vec::new();
    let mut reports = BTreeSet::new();
    let mut ids = BTreeSet::new();
    for case in ledger().into_iter().map(read) {
        let head = &case.case;
        let name = &head.enterprise.name;
        assert_eq!(
            (&*case.format, &*head.regulation),
            (CASE_FORMAT, BEIJING_2013),
            "{name}"
        );
        assert!(head.number.is_empty(), "the server numbers {name}");
        let others = [&case.other, &head.other, &head.spot_check.other];
        assert!(others.iter().all(|other| other.is_empty()), "{name}");
        let contact: Vec<_> = head.enterprise.other.keys().collect();
        assert_eq!(contact, ["address", "contact", "phone"], "{name}");
        assert!(
            head.product.other.keys().all(|key| key == "sampled_on"),
            "{name}"
        );
        assert!(
            !head
                .product
                .traits
                .iter()
                .any(|it| matches!(it, Trait::Unknown(_))),
            "{name}"
        );
        assert!(
            shared::bureau::by_code(&head.handling_bureau).is_some(),
            "{name}"
        );
        assert!(
            is_checked(&organisation(&head.enterprise.credit_code), 9),
            "{name}"
        );
        assert!(
            is_checked(&head.enterprise.credit_code.replace('-', ""), 18),
            "{name}"
        );
        let report = (head.inspection_body.clone(), head.report_number.clone());
        assert!(
            head.report_number.is_empty() || reports.insert(report),
            "{name}"
        );
        assert!(ids.insert(id_of(head)), "{name}");
        for (index, event) in case.events.iter().enumerate() {
            assert_eq!(event.id, format!("e{}", index + 1), "{name}");
            assert!(event.on <= reference(), "{name} {}", event.id);
            let Some(facts) = event.kind.facts() else {
                unknown.push(event.kind.name().to_owned());
                continue;
            };
            let retraction = event.retracts.is_some();
            assert!(facts.by != By::NOBODY || retraction, "{name} {}", event.id);
            let known = |field: &str| fields(&event.kind).iter().any(|it| it.name == field);
            let written = serde_json::to_value(event).unwrap();
            let written = written.as_object().unwrap().keys();
            let mut own = written.filter(|key| !["id", "type", "on"].contains(&key.as_str()));
            assert!(own.all(|key| known(key)), "{name} {}", event.id);
        }
    }
    assert_eq!(unknown, ["rectification_guidance_given"]);
}

/// Whether the last character is the right one for those before it: GB 11714 where the code has
/// nine, GB 32100 where it has eighteen; codes of other lengths are not asked.
fn is_checked(code: &str, length: usize) -> bool {
    const LETTERS: &str = "0123456789ABCDEFGHJKLMNPQRTUWXY";
    if code.len() != length {
        return length == 18 && code.len() == 9;
    }
    let (body, check) = code.split_at(length - 1);
    let expected = if length == 9 {
        let values = body.chars().map(|letter| letter.to_digit(36).unwrap());
        let sum: u32 = values
            .zip([3, 7, 9, 10, 5, 8, 4, 2])
            .map(|(value, weight)| value * weight)
            .sum();
        ["0", "X", "9", "8", "7", "6", "5", "4", "3", "2", "1"][sum as usize % 11]
    } else {
        let values = body.chars().map(|letter| LETTERS.find(letter).unwrap());
        let weights = std::iter::successors(Some(1), |weight| Some(weight * 3 % 31));
        let sum: usize = values
            .zip(weights)
            .map(|(value, weight)| value * weight)
            .sum();
        let at = (31 - sum % 31) % 31;
        &LETTERS[at..=at]
    };
    check == expected
}

/// A year that a text names would stay behind when the ledger moves.
#[test]
fn only_days_and_spot_checks_name_a_year() {
    fn check(value: &Value) {
        match value {
            Value::String(text) if text != BEIJING_2013 && text.parse::<Day>().is_err() => {
                assert!(!text.contains("201"), "{text}");
            }
            Value::Array(items) => items.iter().for_each(check),
            Value::Object(fields) => fields.values().for_each(check),
            _ => {}
        }
    }
    ledger().iter().for_each(check);
}

#[test]
fn days_keep_their_distance_in_working_days() {
    let check = |today: &str, pairs: &[(&str, &str)]| {
        let shift = Shift::to(day(today));
        for (written, moved) in pairs {
            assert_eq!(shift.day(day(written)), day(moved), "{written} on {today}");
        }
    };
    check(
        "2013-03-04",
        &[
            ("2012-03-19", "2012-03-19"),
            ("2013-02-07", "2013-02-07"),
            ("2013-02-13", "2013-02-13"),
            ("2013-03-03", "2013-03-03"),
            ("2013-03-04", "2013-03-04"),
            ("2013-04-12", "2013-04-12"),
        ],
    );
    // A Monday without holidays near it.
    check(
        "2026-11-23",
        &[
            ("2013-02-08", "2026-11-04"),
            ("2013-02-09", "2026-11-05"),
            ("2013-02-12", "2026-11-05"),
            ("2013-02-16", "2026-11-05"),
            ("2013-03-01", "2026-11-20"),
            ("2013-03-03", "2026-11-22"),
            ("2013-03-05", "2026-11-24"),
            ("2013-03-09", "2026-11-28"),
        ],
    );
    // Within the Spring Festival: work ends on Saturday the 14th and begins on the 24th.
    check(
        "2026-02-18",
        &[
            ("2013-03-01", "2026-02-14"),
            ("2013-03-02", "2026-02-15"),
            ("2013-03-04", "2026-02-18"),
            ("2013-03-05", "2026-02-25"),
            ("2013-03-09", "2026-03-01"),
        ],
    );
    // The last day of a year whose successor no notice speaks for.
    check(
        "2026-12-31",
        &[("2013-02-28", "2026-12-29"), ("2013-03-05", "2027-01-04")],
    );
}

#[test]
fn spot_checks_lie_in_a_quarter_that_fits_their_samples() {
    let check = |today: &str, year: i32, quarter: u8| {
        let mut current = SpotCheck {
            year: 2013,
            quarter: 1,
            ..SpotCheck::default()
        };
        Shift::to(day(today)).spot_check(&mut current);
        assert_eq!((current.year, current.quarter), (year, quarter), "{today}");
    };
    check("2013-03-04", 2013, 1);
    check("2026-01-05", 2025, 4);
    check("2026-02-18", 2026, 1);
    check("2026-04-02", 2026, 1);
    check("2026-11-23", 2026, 4);
    check("2026-12-31", 2026, 4);
    let mut older = SpotCheck {
        year: 2012,
        quarter: 2,
        ..SpotCheck::default()
    };
    Shift::to(day("2026-11-23")).spot_check(&mut older);
    assert_eq!((older.year, older.quarter), (2026, 1));
}

/// Days of every kind: ordinary ones, weekends, make-up days, in and around festivals, the turn
/// of the year, a year without a notice.
const TODAYS: [&str; 16] = [
    "2024-02-18",
    "2025-09-28",
    "2025-10-09",
    "2025-12-31",
    "2026-01-05",
    "2026-02-14",
    "2026-02-18",
    "2026-02-24",
    "2026-03-02",
    "2026-07-04",
    "2026-10-03",
    "2026-10-08",
    "2026-11-23",
    "2026-12-27",
    "2026-12-31",
    "2027-05-10",
];

/// Limits in calendar days of which holidays may make more of less; the margins of the written
/// days are wide enough for all others.
const SWAYED: [&str; 3] = [
    "art5.deliver_conforming",
    "art7.file_objection",
    "art19.deliver_reinspection",
];

#[test]
fn the_ledger_stands_the_same_on_any_day() {
    let written = standing_on(reference());
    for today in TODAYS.map(day) {
        let shift = Shift::to(today);
        for ((case, before), (_, after)) in written.iter().zip(&standing_on(today)) {
            let name = format!("{} on {today}", case.case.enterprise.name);
            assert_eq!(categories(before), categories(after), "{name}");
            // The one notice that asks for a date, not for a distance.
            let mut told = notices(before);
            told.retain(|notice| *notice != Notice::BeforeEffectiveDate);
            assert_eq!(told, notices(after), "{name}");
            assert_eq!(
                before.restrictions.len(),
                after.restrictions.len(),
                "{name}"
            );
            assert_eq!(before.deadlines.len(), after.deadlines.len(), "{name}");
            for (before, after) in before.deadlines.iter().zip(&after.deadlines) {
                check_row(&shift, before, after, &name);
            }
        }
    }
}

fn check_row(shift: &Shift, before: &Deadline, after: &Deadline, name: &str) {
    let name = format!("{} of {name}", before.rule.id);
    assert_eq!(
        (before.rule.id, before.round),
        (after.rule.id, after.round),
        "{name}"
    );
    if !SWAYED.contains(&before.rule.id) {
        assert_eq!(before.status, after.status, "{name}");
    }
    let (Some(written), Some(moved)) = (before.due, after.due) else {
        assert_eq!(before.due, after.due, "{name}");
        return;
    };
    if matches!(before.rule.limit, Limit::CalendarDays(_)) && !is_of_document(before) {
        let sway = (moved - shift.today) - (written - shift.reference);
        let pending = before.status.is_pending();
        assert!(!pending || (-10..=15).contains(&sway), "{name} {sway}");
    } else if written == shift.reference {
        assert_eq!(moved, shift.anchor, "{name}");
    } else if before.from < shift.reference || shift.today == shift.anchor {
        // Of what begins today while nobody works the next working day is already the first.
        assert_eq!(moved, shift.day(written), "{name}");
    }
}

fn is_of_document(row: &Deadline) -> bool {
    matches!(row.reckoning, shared::assess::Reckoning::Document(_))
}

#[test]
fn days_stay_in_order_and_nothing_is_ahead_of_today() {
    let official = WorkCalendar::official().general();
    for today in TODAYS.map(day) {
        let shift = Shift::to(today);
        let moved: Vec<_> = (-500..200)
            .map(|days| shift.day(reference() + days))
            .collect();
        assert!(moved.is_sorted(), "{today}");
        assert!(moved[500] == today && moved[501] > today, "{today}");
        let worked = (-500..0).filter(|days| official.is_working(reference() + *days));
        for days in worked {
            let kind = official.kind(shift.day(reference() + days));
            assert!(
                matches!(kind, DayKind::Working | DayKind::MakeupWorkday { .. }),
                "{today}"
            );
        }
    }
}

/// What a municipal device that knows nothing receives.
fn received(database: &Database, now_milliseconds: u64) -> Vec<CaseFile> {
    let actor = Actor {
        user: "municipal".into(),
        role: Role::Municipal,
        office: String::new(),
    };
    database
        .create_account(&actor, "", "", now_milliseconds)
        .unwrap();
    let request = ExchangeRequest {
        protocol: PROTOCOL,
        device: "tablet".parse().unwrap(),
        epoch: None,
        scope: None,
        cursor: 0,
        held: shared::change::Digest::default(),
        settled: 0,
        author: None,
        holes_up_to: 0,
        push: Vec::new(),
        offers: Vec::new(),
        items_at_most: None,
    };
    let response = database
        .exchange(&actor, &request, now_milliseconds)
        .unwrap()
        .response;
    assert!(!response.more, "one page holds the ledger");
    let mut subjects: Vec<(Subject, Vec<_>)> = Vec::new();
    for item in response.page {
        let Item::Change(delivered) = item else {
            panic!("{item:?}")
        };
        match subjects
            .iter_mut()
            .find(|(subject, _)| *subject == delivered.change.subject)
        {
            Some((_, changes)) => changes.push(delivered.change),
            None => subjects.push((delivered.change.subject.clone(), vec![delivered.change])),
        }
    }
    subjects
        .iter()
        .filter(|(subject, _)| subject.case_id().is_some())
        .map(|(_, changes)| fold(changes).file)
        .collect()
}

#[test]
fn loading_writes_the_ledger_once() {
    let folder = tempfile::tempdir().unwrap();
    let database = Database::open(folder.path()).unwrap();
    let at = |day: Day| u64::try_from(day.starts_at_unix_milliseconds()).unwrap() + 9 * 3_600_000;
    let touched = load(&database, "municipal", at(reference())).unwrap();
    let body = Scope::InspectionBody("北京市产品质量监督检验院".into());
    for scope in [Scope::All, Scope::Bureau("110105".into()), body] {
        assert!(touched.contains(&scope), "{scope}");
    }

    let mut written: Vec<_> = ledger().into_iter().map(read).collect();
    let mut numbers = BTreeMap::new();
    for case in &mut written {
        let year = case.case.spot_check.year;
        let last = numbers.entry(year).or_insert(0);
        *last += 1;
        case.case.number = format!("京{year}-{last:03}");
    }
    let first = received(&database, at(reference()));
    assert_eq!(first, written);
    for (number, name, _) in situations::CHAOYANG {
        let drawn = first.iter().find(|case| case.case.number == *number);
        assert_eq!(drawn.unwrap().case.enterprise.name, *name);
    }

    // Neither the same day nor another adds anything.
    let length = database.verify_chain().unwrap();
    for days in [0, 1, 4_000] {
        let touched = load(&database, "municipal", at(reference() + days)).unwrap();
        assert!(touched.is_empty(), "{touched:?}");
        assert_eq!(database.verify_chain().unwrap(), length);
    }
}
