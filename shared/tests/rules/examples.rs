//! The rules by example: tables in `tests/examples/`, read by one check.
//!
//! `## rule` names what is shown; `# title` begins an example; `head …` says something of the
//! case, a line with a date and a type records an event, and `@ date: …` says what is computed
//! on that day from what stands above it.

use std::collections::BTreeSet;

use crate::example::{self, Example, Expected, Step, Subject, examples};
use serde_json::json;
use shared::{
    CaseFile, Day,
    assess::{Assessment, Deadline, NATIONAL_RULES, assess},
    calendar::WorkCalendar,
    edition::Edition,
    history::{History, HistoryKey, HistoryRecord},
};

const ORGANISATION: &str = "MA001A2B2";

fn rows(rows: &[Deadline], rule: &str) -> String {
    let day = |day: Option<Day>| day.map_or("-".to_owned(), |day| day.to_string());
    let rows: Vec<String> = rows
        .iter()
        .filter(|row| row.rule.id == rule)
        .map(|row| {
            let (round, from, due) = (row.round, row.from, day(row.due));
            let status = json!(row.status);
            let status = status.as_str().unwrap();
            let done = row.done.map_or(String::new(), |done| format!(" {done}"));
            format!("{round} {from} {due} {status}{done}")
        })
        .collect();
    if rows.is_empty() {
        "no row".to_owned()
    } else {
        rows.join("; ")
    }
}

fn found(subject: &Subject, assessment: &Assessment) -> String {
    let applies = |found: bool| if found { "applies" } else { "does not apply" }.to_owned();
    let named = |code: serde_json::Value, name: &str| code == json!(name);
    match subject {
        Subject::Rule(rule) => rows(&assessment.deadlines, rule),
        Subject::Further(rule) => rows(&assessment.further, rule),
        Subject::Category(number) => {
            applies(assessment.findings.iter().any(|it| it.category == *number))
        }
        Subject::Restriction(name) => {
            let mut restrictions = assessment.restrictions.iter();
            applies(restrictions.any(|it| named(json!(it.restriction), name)))
        }
        Subject::Notice(name) => {
            let mut notices = assessment.notices.iter();
            applies(notices.any(|it| named(json!(it.notice), name)))
        }
    }
}

fn check(example: &Example) {
    let mut case: CaseFile = serde_json::from_value(json!({
        "format": "aftercheck-case/1",
        "case": {
            "regulation": "beijing-2013",
            "spot_check": { "year": 2013, "quarter": 2 },
            "product": { "kind": "木家具" },
            "enterprise": { "credit_code": ORGANISATION, "registration_district": "110105" },
            "handling_bureau": "110105",
        },
    }))
    .unwrap();
    let mut history = HistoryRecord {
        key: HistoryKey::of(&case.case).unwrap(),
        results: Vec::new(),
    };
    for step in &example.steps {
        match step {
            Step::Head(words) => example::set(&mut case.case, &mut history, words),
            Step::Event(event) => {
                let mut event = (**event).clone();
                event.id = format!("e{}", case.events.len() + 1);
                case.events.push(event);
            }
            Step::Expect(Expected { as_of, text }) => {
                let history = History::of_records([history.clone()]);
                let assessment = assess(&case, &history, WorkCalendar::official(), *as_of);
                let found = found(&example.subject, &assessment);
                assert_eq!(found, *text, "{}:{} ({as_of})", example.file, example.line);
            }
        }
    }
}

#[test]
fn examples_hold() {
    let examples = examples();
    assert!(examples.len() > 100, "{}", examples.len());
    examples.iter().for_each(check);
}

/// Nothing that can be computed is without an example, and every example is of something.
#[test]
fn everything_has_an_example() {
    let examples = examples();
    let shown: BTreeSet<String> = examples.iter().map(|it| it.subject.to_string()).collect();
    // Not of an edition: it says what every assessment leaves out.
    let mut computed = BTreeSet::from(["notice future_event".to_owned()]);
    for edition in Edition::ALL {
        computed.extend(edition.rules.iter().map(|rule| rule.id.to_owned()));
        computed.extend(
            edition
                .categories
                .iter()
                .map(|it| format!("category {}", it.number)),
        );
        let code = |value: serde_json::Value| value.as_str().unwrap().to_owned();
        let restrictions = edition.restrictions.iter();
        computed.extend(restrictions.map(|(it, _)| format!("restriction {}", code(json!(it)))));
        let notices = edition.notices.iter();
        computed.extend(notices.map(|(it, _)| format!("notice {}", code(json!(it)))));
    }
    computed.extend(
        NATIONAL_RULES
            .iter()
            .map(|(rule, _)| format!("further {}", rule.id)),
    );
    assert_eq!(shown, computed);
}
