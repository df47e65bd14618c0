//! What a ledger shows: rates, times, offices, and who failed again.

use serde_json::json;
use shared::{
    CaseFile, Day,
    analysis::{Analysis, Filter, Unit, analyse},
    assess::assess,
    calendar::WorkCalendar,
    history::History,
    rule::Party,
};

use crate::fixture::{Told, case_of};

/// Enterprise code, kind, district, year and quarter, inspection body, and events as `type day`.
fn case(head: [&str; 4], period: (i32, u8), events: &[Told<'_>]) -> CaseFile {
    let [code, kind, district, body] = head;
    let head = json!({
        "regulation": "beijing-2013",
        "spot_check": { "year": period.0, "quarter": period.1 },
        "product": { "name": "样品", "kind": kind },
        "enterprise": { "name": format!("{code}厂"), "credit_code": code, "production_district": district },
        "inspection_body": body, "handling_bureau": district,
    });
    case_of(&head, events)
}

fn analysed(ledger: &[CaseFile], filter: &Filter) -> Analysis {
    let as_of: Day = "2013-06-28".parse().unwrap();
    let history = History::of_ledger(ledger, as_of);
    let calendar = WorkCalendar::official();
    let assessments: Vec<_> = ledger
        .iter()
        .map(|case| assess(case, &history, calendar, as_of))
        .collect();
    analyse(ledger.iter().zip(&assessments), calendar, filter)
}

fn ledger() -> Vec<CaseFile> {
    let reported = |verdict: &str| {
        (
            "report_submitted",
            "2013-03-04",
            json!({ "verdict": verdict }),
        )
    };
    let received = ("materials_received", "2013-03-07", json!({}));
    let served = |on| ("result_served", on, json!({}));
    vec![
        case(
            ["A", "电线", "110105", "甲院"],
            (2012, 4),
            &[reported("nonconforming")],
        ),
        case(
            ["A", "插座", "110105", "甲院"],
            (2013, 1),
            &[
                reported("nonconforming"),
                received.clone(),
                served("2013-03-08"),
            ],
        ),
        case(
            ["A", "插座", "110105", "乙院"],
            (2013, 1),
            &[
                reported("nonconforming"),
                received.clone(),
                served("2013-03-18"),
            ],
        ),
        case(
            ["B", "插座", "110228", "乙院"],
            (2013, 1),
            &[reported("nonconforming"), received],
        ),
        case(
            ["C", "插座", "110118", "乙院"],
            (2013, 1),
            &[
                reported("conforming"),
                ("conforming_result_delivered", "2013-03-08", json!({})),
            ],
        ),
        case(["D", "插座", "110118", "乙院"], (2013, 1), &[]),
    ]
}

#[test]
fn rates_by_each_of_four() {
    let found = analysed(&ledger(), &Filter::default());
    let rates = |rates: &[shared::analysis::Rate]| -> Vec<(String, usize, usize)> {
        rates
            .iter()
            .map(|rate| (rate.name.clone(), rate.batches, rate.failing))
            .collect()
    };
    let expected = |items: &[(&str, usize, usize)]| -> Vec<(String, usize, usize)> {
        items
            .iter()
            .map(|(name, batches, failing)| ((*name).to_owned(), *batches, *failing))
            .collect()
    };
    assert_eq!((found.total.batches, found.total.failing), (5, 4));
    assert_eq!(
        rates(&found.kinds),
        expected(&[("插座", 4, 3), ("电线", 1, 1)])
    );
    // 110228 became 110118.
    assert_eq!(
        rates(&found.districts),
        expected(&[("110105", 3, 3), ("110118", 2, 1)])
    );
    assert_eq!(
        rates(&found.quarters),
        expected(&[("2012/4", 1, 1), ("2013/1", 4, 3)])
    );
    assert_eq!(rates(&found.months), expected(&[("2013-03", 5, 4)]));
    assert_eq!(
        rates(&found.bodies),
        expected(&[("乙院", 3, 2), ("甲院", 2, 2)])
    );
}

/// Results of two months within one quarter, one of them known by its service alone.
#[test]
fn a_month_is_that_in_which_the_result_came() {
    let head = ["A", "插座", "110105", "甲院"];
    let verdict = json!({ "verdict": "nonconforming" });
    let ledger = [
        case(
            head,
            (2013, 1),
            &[("report_submitted", "2013-01-31", verdict.clone())],
        ),
        case(
            head,
            (2013, 1),
            &[("report_submitted", "2013-02-01", verdict)],
        ),
        case(
            head,
            (2013, 1),
            &[("result_served", "2013-02-28", json!({}))],
        ),
        case(head, (2013, 1), &[]),
    ];
    for (first, last, batches) in [
        ("2013-01", "2013-01", 1),
        ("2013-02", "2013-02", 2),
        ("2013-01", "2013-02", 3),
        ("2013-03", "2013-12", 0),
    ] {
        let filter = Filter {
            first: Some(first.parse().unwrap()),
            last: Some(last.parse().unwrap()),
            ..Filter::default()
        };
        let found = analysed(&ledger, &filter);
        assert_eq!(found.total.batches, batches, "{first} to {last}");
        let months: usize = found.months.iter().map(|it| it.batches).sum();
        assert_eq!(months, batches);
    }
}

#[test]
fn times_are_counted_in_the_unit_of_the_limit() {
    let found = analysed(&ledger(), &Filter::default());
    let step = |rule: &str| {
        found
            .steps
            .iter()
            .find(|step| step.rule.id == rule)
            .unwrap()
    };
    let served = step("art6.serve_result");
    assert_eq!((served.done, served.late), (2, 1));
    assert_eq!((served.median_days, served.ninetieth_days), (1, 7));
    assert_eq!(
        (served.limit_days, served.unit),
        (Some(5), Unit::WorkingDays)
    );
    let delivered = step("art5.deliver_conforming");
    assert_eq!((delivered.median_days, delivered.limit_days), (4, Some(7)));
    assert_eq!(delivered.unit, Unit::CalendarDays);
    assert!(found.steps.iter().all(|step| !step.rule.is_right));
    assert!(found.steps.is_sorted_by_key(|step| step.rule.article));
}

#[test]
fn offices_and_who_failed_again() {
    let found = analysed(&ledger(), &Filter::default());
    let office = |party: Party, name: &str| {
        let mut offices = found.offices.iter();
        offices
            .find(|it| it.party == party && it.name == name)
            .unwrap()
    };
    // Serving and ordering are overdue at the bureau that is 110118 today.
    assert_eq!(office(Party::District, "110118").overdue, 2);
    let chaoyang = office(Party::District, "110105");
    assert_eq!((chaoyang.overdue, chaoyang.late, chaoyang.met), (2, 1, 1));
    assert!(
        office(Party::Municipal, "").open >= 4,
        "forwarding has no day"
    );
    assert_eq!(found.repeated.len(), 1);
    let again = &found.repeated[0];
    assert_eq!(
        (&*again.enterprise, again.failed.len(), again.checked),
        ("A厂", 2, 2)
    );
    assert_eq!(again.kinds, ["插座", "电线"]);
    assert_eq!(again.cases, [0, 1, 2]);
}

#[test]
fn filters_let_through_what_they_name() {
    let check = |filter: Filter, batches: usize| {
        assert_eq!(
            analysed(&ledger(), &filter).total.batches,
            batches,
            "{filter:?}"
        );
    };
    let quarter = |text: &str| Some(text.parse().unwrap());
    check(
        Filter {
            first: quarter("2013/1"),
            ..Filter::default()
        },
        4,
    );
    check(
        Filter {
            last: quarter("2012/4"),
            ..Filter::default()
        },
        1,
    );
    // A year takes in its quarters; a month is that in which the result came.
    check(
        Filter {
            last: quarter("2012"),
            ..Filter::default()
        },
        1,
    );
    check(
        Filter {
            first: quarter("2013-03"),
            last: quarter("2013-03"),
            ..Filter::default()
        },
        5,
    );
    check(
        Filter {
            first: quarter("2013-04"),
            ..Filter::default()
        },
        0,
    );
    check(
        Filter {
            kind: Some("电线".into()),
            ..Filter::default()
        },
        1,
    );
    check(
        Filter {
            district: Some("110118".into()),
            ..Filter::default()
        },
        2,
    );
    check(
        Filter {
            body: Some("甲院".into()),
            first: quarter("2013/1"),
            ..Filter::default()
        },
        1,
    );
}
