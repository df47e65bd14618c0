//! What is measured natively by `benches/rules.rs`, and in a browser by `tests/rules-page`.

use serde_json::json;
use shared::{CaseFile, Day};

/// The day on which all is assessed.
pub(crate) fn as_of() -> Day {
    "2014-01-20".parse().expect("a day")
}

/// Start days in no order, as cases have them.
pub(crate) fn start_days() -> Vec<Day> {
    let first = 15_706;
    (0..10_000_i32)
        .map(|index| Day::from_unix_days(first + index.wrapping_mul(7_919).rem_euclid(5_000)))
        .collect()
}

/// A case that went all the way: served, objected to, extended, failed three times, retracted
/// once; thirty events.
pub(crate) fn case_of_30_events() -> CaseFile {
    let event = |at: usize, text: &str| {
        let mut words = text.split(' ');
        let mut event = json!({ "id": format!("e{at}"), "on": words.next(), "type": words.next() });
        for word in words {
            if let Some((name, value)) = word.split_once('=') {
                event[name] = value
                    .parse::<u8>()
                    .map_or_else(|_| json!(value), |it| json!(it));
            }
        }
        event
    };
    let events = [
        "2013-03-04 report_submitted verdict=nonconforming",
        "2013-03-06 materials_forwarded to=110105",
        "2013-03-07 materials_received",
        "2013-03-12 result_served method=direct recipient=张三",
        "2013-03-12 rectification_ordered",
        "2013-03-12 rectification_order_served",
        "2013-03-20 disposal_reported",
        "2013-03-25 objection_filed received_on=2013-03-27",
        "2013-03-29 objection_accepted",
        "2013-04-03 retest_ordered due=2013-04-26",
        "2013-04-25 retest_reported verdict=nonconforming",
        "2013-05-02 objection_decided outcome=confirmed",
        "2013-05-06 decision_served",
        "2013-04-02 extension_requested",
        "2013-04-07 extension_granted until=2013-05-10",
        "2013-05-08 rectification_reported",
        "2013-05-08 reinspection_applied",
        "2013-05-14 rectification_verified outcome=ready",
        "2013-05-15 reinspection_commissioned round=1 due=2013-06-14",
        "2013-06-13 reinspection_reported round=1 verdict=nonconforming",
        "2013-06-17 reinspection_materials_received round=1",
        "2013-06-20 reinspection_result_served round=1",
        "2013-07-15 announced",
        "2013-08-01 reinspection_commissioned round=2 due=2013-08-30",
        "2013-08-29 reinspection_reported round=2 verdict=nonconforming",
        "2013-09-02 reinspection_materials_received round=2",
        "2013-09-06 reinspection_result_served round=2",
        "2013-09-16 business_suspended until=2013-12-16",
        "2013-09-17 closed reason=误记",
        "2013-09-18 retracted retracts=e28",
    ];
    let events: Vec<_> = events
        .iter()
        .enumerate()
        .map(|(at, it)| event(at, it))
        .collect();
    assert_eq!(events.len(), 30);
    let case = json!({
        "format": "aftercheck-case/1",
        "case": {
            "number": "京2013-010", "regulation": "beijing-2013",
            "spot_check": { "name": "2013年第一季度市级监督抽查", "year": 2013, "quarter": 1 },
            "product": { "name": "实木餐椅", "kind": "木家具", "traits": ["production_licence"] },
            "enterprise": {
                "name": "北京雅木家具有限公司", "credit_code": "91110105MA001A2B2U",
                "production_district": "110105", "registration_district": "110108"
            },
            "handling_bureau": "110105", "serious": true
        },
        "events": events,
    });
    serde_json::from_value(case).expect("written as a case file")
}

/// Ten thousand such cases, of as many enterprises.
pub(crate) fn full_ledger() -> Vec<CaseFile> {
    let case = case_of_30_events();
    (0..10_000).map(|index| of_another(&case, index)).collect()
}

/// Ten thousand cases as they come: nine in ten are conforming, the others went all the way.
pub(crate) fn ledger() -> Vec<CaseFile> {
    let failing = case_of_30_events();
    let mut conforming = failing.clone();
    conforming.events.truncate(1);
    conforming.events[0].verdict = Some(shared::event::Verdict::Conforming);
    let case = |index: u32| {
        if index.is_multiple_of(10) {
            &failing
        } else {
            &conforming
        }
    };
    (0..10_000)
        .map(|index| of_another(case(index), index))
        .collect()
}

/// The same case of another enterprise, kind and quarter.
fn of_another(case: &CaseFile, index: u32) -> CaseFile {
    let mut case = case.clone();
    let head = &mut case.case;
    head.number = format!("京2013-{index:03}");
    head.enterprise.credit_code = format!("91110105{:09}U", index / 3);
    head.product.kind = format!("第 {} 类", index % 40);
    head.spot_check.quarter = u8::try_from(index % 4 + 1).expect("1 to 4");
    case
}
