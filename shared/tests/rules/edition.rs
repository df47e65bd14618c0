//! A second edition stands beside the first: other numbers, other articles, one rule more.

use serde_json::json;
use shared::{
    CaseFile, Day,
    assess::{Assessment, Notice, Restriction, assess, assess_by},
    calendar::WorkCalendar,
    edition::{Category, Edition},
    history::History,
    rule::{Limit, Rule},
};

fn of_2013(id: &str) -> Rule {
    *Edition::of("beijing-2013").unwrap().rule(id).unwrap()
}

/// The service of the result within 7 days instead of 5 working days, rectification within 20
/// days instead of 30, an extension asked 3 days before; nothing else.
fn of_2031() -> &'static Edition {
    let rules = [
        Rule {
            id: "art12.rectify",
            article: 12,
            limit: Limit::CalendarDays(20),
            ..of_2013("art16.rectify")
        },
        Rule {
            id: "art3.serve_result",
            article: 3,
            limit: Limit::CalendarDays(7),
            ..of_2013("art6.serve_result")
        },
    ];
    Box::leak(Box::new(Edition {
        id: "beijing-2031",
        title: "试验用规定",
        in_force: "2031-01-01".parse().unwrap(),
        articles: 20,
        rules: Box::leak(Box::new(rules)),
        extension_asked_days_before: 3,
        extension_longest_days: 10,
        scope_article: 19,
        categories: &[Category {
            number: 4,
            title: "逾期未整改",
            clause: "第十五条",
        }],
        restrictions: &[(Restriction::NoProductionOrSaleOfSameModel, 12)],
        notices: &[(Notice::ExtensionRequestedLate, "第十三条")],
        unruled: &[],
    }))
}

fn case(regulation: &str) -> CaseFile {
    serde_json::from_value(json!({
        "format": "aftercheck-case/1",
        "case": { "regulation": regulation },
        "events": [
            { "id": "e1", "type": "materials_received", "on": "2013-03-07" },
            { "id": "e2", "type": "result_served", "on": "2013-03-12" },
            { "id": "e3", "type": "rectification_order_served", "on": "2013-03-12" },
            { "id": "e4", "type": "sampling_refused", "on": "2013-03-12" },
        ],
    }))
    .unwrap()
}

fn day(text: &str) -> Day {
    text.parse().unwrap()
}

fn dues(assessment: &Assessment) -> Vec<(&'static str, Option<Day>)> {
    assessment
        .deadlines
        .iter()
        .map(|row| (row.rule.id, row.due))
        .collect()
}

#[test]
fn a_second_edition_has_its_own_numbers() {
    let (history, calendar) = (History::default(), WorkCalendar::official());
    let case = case("beijing-2031");
    let found = assess_by(
        Some(of_2031()),
        &case,
        &history,
        calendar,
        day("2013-04-03"),
    );
    assert_eq!(
        dues(&found),
        [
            ("art12.rectify", Some(day("2013-04-01"))),
            ("art3.serve_result", Some(day("2013-03-14")))
        ],
    );
    let categories: Vec<u8> = found.findings.iter().map(|it| it.category).collect();
    assert_eq!(categories, [4], "it has no category 1");
    assert_eq!(found.restrictions.len(), 1, "it has one restriction");
    assert!(
        found
            .notices
            .iter()
            .any(|it| it.notice == Notice::BeforeEffectiveDate)
    );
}

#[test]
fn the_first_edition_is_as_it_was() {
    let found = assess(
        &case("beijing-2013"),
        &History::default(),
        WorkCalendar::official(),
        day("2013-04-03"),
    );
    assert!(dues(&found).contains(&("art16.rectify", Some(day("2013-04-11")))));
    assert!(dues(&found).contains(&("art6.serve_result", Some(day("2013-03-14")))));
}

#[test]
fn a_case_of_an_unknown_edition_has_events_and_no_deadlines() {
    let found = assess(
        &case("beijing-2031"),
        &History::default(),
        WorkCalendar::official(),
        day("2013-03-10"),
    );
    assert!(found.edition.is_none() && found.deadlines.is_empty() && found.further.is_empty());
    assert!(found.findings.is_empty() && found.restrictions.is_empty());
    let notices: Vec<Notice> = found.notices.iter().map(|it| it.notice).collect();
    assert_eq!(notices, [Notice::FutureEvent]);
}

#[test]
fn an_edition_finds_its_rules() {
    for edition in Edition::ALL {
        assert!(
            edition.rules.is_sorted_by_key(|rule| rule.id),
            "rows come out in this order"
        );
        for rule in edition.rules {
            assert_eq!(edition.rule(rule.id), Some(rule));
            assert!(
                rule.id.starts_with(&format!("art{}.", rule.article)),
                "{}",
                rule.id
            );
            let words = [rule.title, rule.step, rule.from, rule.due, rule.after];
            assert!(words.iter().all(|word| !word.is_empty()), "{}", rule.id);
        }
        assert_eq!(edition.rule("art99.nothing"), None);
    }
}
