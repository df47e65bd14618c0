//! The figures of a quarter: who is counted, who is listed, and who is not.

use serde_json::{Value, json};
use shared::{
    CaseFile, Day,
    announcement::{Figures, Quarter, figures},
    calendar::WorkCalendar,
    history::History,
};

use crate::fixture::{Told, case_of};

const AS_OF: &str = "2013-09-30";

/// A case of the first quarter of 2013: enterprise, day of sampling, and its events as
/// `type day` with the other fields behind.
fn case(enterprise: &str, sampled: &str, events: &[Told<'_>]) -> CaseFile {
    let head = json!({
        "regulation": "beijing-2013",
        "spot_check": { "year": 2013, "quarter": 1 },
        "product": { "name": "插座", "kind": "低压电器", "model": "X-1", "batch": sampled, "sampled_on": sampled },
        "enterprise": { "name": enterprise },
        "failed_items": ["标志"],
    });
    case_of(&head, events)
}

fn counted(ledger: &[CaseFile]) -> Figures {
    let as_of: Day = AS_OF.parse().unwrap();
    let history = History::of_ledger(ledger, as_of);
    let quarter: Quarter = "2013/1".parse().unwrap();
    figures(ledger, &history, WorkCalendar::official(), quarter, as_of)
}

type Events = Vec<Told<'static>>;

fn nonconforming() -> Events {
    vec![(
        "report_submitted",
        "2013-03-04",
        json!({ "verdict": "nonconforming" }),
    )]
}

/// Served and ordered to rectify: the limit ends on 2013-04-15.
fn ordered() -> Events {
    let mut events = nonconforming();
    events.extend([
        ("materials_received", "2013-03-07", json!({})),
        ("result_served", "2013-03-12", json!({})),
        ("rectification_order_served", "2013-03-14", json!({})),
    ]);
    events
}

/// Rectified in time and reinspected with this verdict.
fn reinspected(verdict: &'static str) -> Events {
    let mut events = ordered();
    events.extend([
        ("rectification_reported", "2013-04-01", json!({})),
        ("reinspection_applied", "2013-04-01", json!({})),
        (
            "rectification_verified",
            "2013-04-03",
            json!({ "outcome": "ready" }),
        ),
        (
            "reinspection_reported",
            "2013-04-20",
            json!({ "verdict": verdict }),
        ),
    ]);
    events
}

fn with(mut events: Events, more: Events) -> Events {
    events.extend(more);
    events
}

/// Of one case: whether a batch is counted, whether it fails, and why it is listed, if it is.
fn check(what: &str, events: &Events, expected: (usize, usize, Option<&[u8]>)) {
    let found = counted(&[case("某厂", "2013-02-01", events)]);
    let listed = found.annex.first().map(|row| &row.categories[..]);
    assert_eq!((found.batches, found.failing(), listed), expected, "{what}");
    assert_eq!(found.visits, found.batches, "{what}");
}

fn of(kind: &'static str, on: &'static str, more: Value) -> Events {
    vec![(kind, on, more)]
}

#[test]
fn what_is_counted_and_who_is_listed_before_any_reinspection() {
    check("nothing has come yet", &vec![], (0, 0, None));
    check(
        "conforming",
        &of(
            "report_submitted",
            "2013-03-04",
            json!({ "verdict": "conforming" }),
        ),
        (1, 0, None),
    );
    check(
        "reported after the day",
        &of(
            "report_submitted",
            "2013-10-08",
            json!({ "verdict": "nonconforming" }),
        ),
        (0, 0, None),
    );
    check(
        "nonconforming, still within its limits",
        &nonconforming(),
        (1, 1, None),
    );
    check(
        "1: refused",
        &of(
            "sampling_refused",
            "2013-02-01",
            json!({ "justified": false }),
        ),
        (0, 0, Some(&[1])),
    );
    check(
        "refused for a proper reason",
        &of(
            "sampling_refused",
            "2013-02-01",
            json!({ "justified": true }),
        ),
        (0, 0, None),
    );
    check(
        "2: tampered with",
        &of("sample_tampered", "2013-02-05", json!({})),
        (0, 0, Some(&[2])),
    );
    check(
        "3: refuses to rectify",
        &with(
            nonconforming(),
            of("rectification_refused", "2013-03-20", json!({})),
        ),
        (1, 1, Some(&[3])),
    );
    check(
        "4: nothing filed by the limit",
        &ordered(),
        (1, 1, Some(&[4])),
    );
    check(
        "4, and the serving retracted",
        &with(
            ordered(),
            of("retracted", "2013-04-20", json!({ "retracts": "e3" })),
        ),
        (1, 1, None),
    );
    check(
        "6: ceased",
        &with(
            ordered(),
            of(
                "rectification_verified",
                "2013-04-01",
                json!({ "outcome": "ceased" }),
            ),
        ),
        (1, 1, Some(&[6])),
    );
    check(
        "7: went on",
        &with(
            nonconforming(),
            vec![
                ("result_served", "2013-03-12", json!({})),
                (
                    "prohibited_production_found",
                    "2013-03-20",
                    json!({ "what": "sale" }),
                ),
            ],
        ),
        (1, 1, Some(&[7])),
    );
}

#[test]
fn what_was_put_right_or_overturned_is_not_listed() {
    check(
        "5: fails again",
        &reinspected("nonconforming"),
        (1, 1, Some(&[5])),
    );
    check("put right", &reinspected("conforming"), (1, 1, None));
    let second = json!({ "verdict": "conforming", "round": 2 });
    check(
        "put right the second time",
        &with(
            reinspected("nonconforming"),
            of("reinspection_reported", "2013-07-01", second),
        ),
        (1, 1, None),
    );
    // The application came after the limit, so no number covers the failure: article 20 does.
    let late = vec![
        ("rectification_reported", "2013-04-20", json!({})),
        ("reinspection_applied", "2013-04-20", json!({})),
        (
            "reinspection_reported",
            "2013-05-20",
            json!({ "verdict": "nonconforming" }),
        ),
    ];
    check(
        "article 20",
        &with(ordered(), late.clone()),
        (1, 1, Some(&[])),
    );
    let overturned = |round: u8| {
        (
            "objection_decided",
            "2013-06-20",
            json!({ "round": round, "outcome": "overturned" }),
        )
    };
    check(
        "the reinspection overturned",
        &with(with(ordered(), late.clone()), vec![overturned(1)]),
        (1, 1, None),
    );
    check(
        "the result overturned",
        &with(with(ordered(), late), vec![overturned(0)]),
        (1, 0, None),
    );
    check(
        "the result overturned, though it was refused before",
        &with(
            of("sampling_refused", "2013-02-01", json!({})),
            with(nonconforming(), vec![overturned(0)]),
        ),
        (1, 0, Some(&[1])),
    );
}

#[test]
fn only_the_quarter_and_only_what_the_regulation_applies_to() {
    let mut ledger = vec![case("甲厂", "2013-02-01", &nonconforming())];
    let mut other = ledger[0].clone();
    other.case.spot_check.quarter = 2;
    let mut food = ledger[0].clone();
    food.case.product.excluded_class = Some("food".into());
    let mut later = ledger[0].clone();
    later.case.spot_check.number = 2;
    ledger.extend([other, food, later]);
    let found = counted(&ledger);
    assert_eq!(found.batches, 2, "both spot checks of the quarter");
    assert_eq!(found.cases, [0, 3]);
}

/// 家次 counts an enterprise once a day, 家 once, whether its code is written or not.
#[test]
fn visits_and_enterprises() {
    let conforming: Events = vec![(
        "report_submitted",
        "2013-03-04",
        json!({ "verdict": "conforming" }),
    )];
    let coded = |code: &str, sampled: &str| {
        let mut case = case("某 厂", sampled, &conforming);
        case.case.enterprise.credit_code = code.into();
        case
    };
    let found = counted(&[
        coded("91110105MA001A2B2U", "2013-02-01"),
        coded("MA001A2B-2", "2013-02-01"),
        coded("", "2013-02-20"),
        coded("MA001A2B2", ""),
        case("别厂", "2013-02-01", &conforming),
    ]);
    // A batch without a day of sampling goes by the day of its report.
    assert_eq!((found.batches, found.visits, found.enterprises), (5, 4, 2));
}

#[test]
fn items_are_said_once_and_rows_of_one_batch_are_one() {
    let with_items = |items: Value, batch: &str| {
        let mut case = case("某厂", batch, &ordered());
        case.case.failed_items = serde_json::from_value(items).unwrap();
        case
    };
    let found = counted(&[
        with_items(json!(["温升极限"]), "2013-02-01"),
        with_items(json!(["标志", "30MHz-1GHz辐射骚扰"]), "2013-02-01"),
        with_items(json!(["标志", "30MHz–1GHz 辐射骚扰", " "]), "2013-02-02"),
    ]);
    assert_eq!(
        found.kinds[0].failed_items,
        ["标志", "30MHz-1GHz辐射骚扰", "温升极限"]
            .map(String::from)
            .to_vec()
    );
    assert_eq!(found.annex.len(), 2);
    assert_eq!(
        found.annex[0].failed_items,
        ["温升极限", "标志", "30MHz-1GHz辐射骚扰"]
    );
    assert_eq!(found.annex[0].reasons.len(), 2);
    assert_eq!(found.annex[0].categories, [4]);
}

/// Category 8 looks beyond the quarter.
#[test]
fn twice_running_is_seen_in_the_whole_ledger() {
    let mut before = case("某厂", "2012-11-01", &nonconforming());
    before.case.spot_check.year = 2012;
    before.case.spot_check.quarter = 4;
    before.case.enterprise.credit_code = "MA001A2B2".into();
    let mut now = case("某厂", "2013-02-01", &nonconforming());
    now.case.enterprise.credit_code = "91110105MA001A2B2U".into();
    let found = counted(&[before, now]);
    assert_eq!(found.annex.len(), 1);
    assert_eq!(found.annex[0].categories, [8]);
}

/// The document that the command prints.
#[test]
fn figures_are_written_with_these_fields() {
    let found = counted(&[case("某厂", "2013-02-01", &ordered())]);
    assert_eq!(
        serde_json::to_value(&found).unwrap(),
        json!({
            "batches": 1, "visits": 1, "enterprises": 1,
            "kinds": [{ "kind": "低压电器", "batches": 1, "failing": 1, "failed_items": ["标志"] }],
            "annex": [{ "enterprise": "某厂", "product": "插座", "model": "X-1", "batch": "2013-02-01",
                "failed_items": ["标志"], "categories": [4] }],
        })
    );
}

#[test]
fn what_each_bureau_has_not_yet_done() {
    use shared::{
        announcement::{collected, progress_of_bureaus, waits_for_forwarding},
        assess::assess,
    };
    let forwarded = |to: &str| ("materials_forwarded", "2013-03-06", json!({ "to": to }));
    let received = ("materials_received", "2013-03-07", json!({}));
    let ledger = [
        case("甲厂", "2013-02-01", &nonconforming()),
        case(
            "乙厂",
            "2013-02-01",
            &with(nonconforming(), vec![forwarded("110105")]),
        ),
        case(
            "丙厂",
            "2013-02-01",
            &with(nonconforming(), vec![forwarded("110105"), received.clone()]),
        ),
        case(
            "丁厂",
            "2013-02-01",
            &with(
                nonconforming(),
                vec![
                    forwarded("110228"),
                    received,
                    ("result_served", "2013-03-12", json!({})),
                    ("rectification_ordered", "2013-03-12", json!({})),
                ],
            ),
        ),
        case(
            "戊厂",
            "2013-02-01",
            &of(
                "report_submitted",
                "2013-03-04",
                json!({ "verdict": "conforming" }),
            ),
        ),
    ];
    let as_of: Day = "2013-03-20".parse().unwrap();
    let calendar = WorkCalendar::official();
    let history = History::of_ledger(&ledger, as_of);
    let assessments: Vec<_> = ledger
        .iter()
        .map(|case| assess(case, &history, calendar, as_of))
        .collect();
    let waiting: Vec<bool> = assessments.iter().map(waits_for_forwarding).collect();
    assert_eq!(waiting, [true, false, false, false, false]);
    let found: Vec<_> = progress_of_bureaus(ledger.iter().zip(&assessments))
        .into_iter()
        .map(|it| {
            (
                it.bureau,
                [
                    it.cases,
                    it.unreceived,
                    it.unserved,
                    it.unordered,
                    it.overdue,
                    it.settled,
                ],
            )
        })
        .collect();
    assert_eq!(
        found,
        [
            ("110105".to_owned(), [2, 1, 1, 1, 1, 0]),
            ("110118".to_owned(), [1, 0, 0, 0, 0, 1]),
        ]
    );
    let checks = collected(ledger.iter().zip(&assessments));
    assert_eq!(checks.len(), 1);
    let all = &checks[0];
    assert_eq!(
        (all.cases, all.batches, all.failing, all.waiting),
        (5, 5, 4, 1)
    );
}
