//! Every statutory document, from a case that has all facts and from one that has none.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use shared::{
    CaseFile, Day, Role,
    assess::{Assessment, assess},
    calendar::WorkCalendar,
    document::{Block, Document, Fact, Issue, Kind, Setting, draft},
    event::By,
    history::History,
    words,
};

const TODAY: &str = "2013-12-31";

/// A case to which everything happened: an objection, a rectification, a reinspection objected to.
fn full() -> CaseFile {
    let mut visit = json!({
        "id": "verified", "on": "2013-04-10", "began_at": 0,
        "officers": [
            { "name": "核查员甲", "certificate": "A-1" },
            { "name": "核查员乙", "certificate": "A-2" },
        ],
        "present": { "name": "在场人", "post": "厂长" },
        "answers": {
            "causes": "found", "measures": "done", "stock": "sealed", "sold": "none",
            "production": "stopped", "future": "continues", "samples": "fit",
        },
    });
    // Whatever the questions offer first will do where the visit does not depend on it.
    for question in shared::visit::QUESTIONS {
        let step = serde_json::to_value(question.step).unwrap();
        let step = step.as_str().unwrap();
        let answers = visit["answers"].as_object_mut().unwrap();
        let known = answers.get(step).and_then(Value::as_str);
        if !question
            .choices
            .iter()
            .any(|choice| Some(choice.value) == known)
        {
            answers.insert(step.to_owned(), question.choices[0].value.into());
        }
    }
    let case = json!({
        "format": "aftercheck-case/1",
        "case": {
            "number": "京2013-001", "regulation": "beijing-2013",
            "spot_check": { "name": "2013年第1季度家具监督抽查", "year": 2013, "quarter": 1 },
            "product": {
                "name": "板式家具", "kind": "家具", "brand": "示例", "model": "B-1", "batch": "2012-11",
                "traits": ["production_licence"],
            },
            "enterprise": {
                "name": "北京示例家具有限公司", "credit_code": "91110000600037341L",
                "production_district": "110105", "registration_district": "110108",
                "address": "北京市朝阳区示例路1号", "contact": "联系人", "phone": "010-00000000",
            },
            "inspection_body": "示例检验所", "report_number": "JD-1", "failed_items": ["甲醛释放量"],
            "handling_bureau": "110105",
        },
        "events": [
            { "id": "report", "type": "report_submitted", "on": "2013-01-28", "verdict": "nonconforming" },
            { "id": "forwarded", "type": "materials_forwarded", "on": "2013-02-01", "to": "110105" },
            { "id": "received", "type": "materials_received", "on": "2013-02-04" },
            { "id": "served", "type": "result_served", "on": "2013-02-06", "method": "direct", "recipient": "收件人" },
            { "id": "objected", "type": "objection_filed", "on": "2013-02-18" },
            { "id": "accepted", "type": "objection_accepted", "on": "2013-02-20" },
            { "id": "rejected", "type": "objection_rejected", "on": "2013-02-20", "reason": "late" },
            { "id": "retest", "type": "retest_ordered", "on": "2013-02-22", "body": "示例检验所", "items": ["甲醛释放量"], "due": "2013-03-15" },
            { "id": "sample", "type": "retest_sample_confirmed", "on": "2013-02-25", "fit": true },
            { "id": "retested", "type": "retest_reported", "on": "2013-03-14", "verdict": "nonconforming" },
            { "id": "decided", "type": "objection_decided", "on": "2013-03-18", "outcome": "confirmed" },
            { "id": "decision-served", "type": "decision_served", "on": "2013-03-20" },
            { "id": "ordered", "type": "rectification_ordered", "on": "2013-02-08", "requirements": "查明甲醛超标的原因，更换板材" },
            { "id": "order-served", "type": "rectification_order_served", "on": "2013-02-08" },
            { "id": "reported", "type": "rectification_reported", "on": "2013-03-08" },
            { "id": "applied", "type": "reinspection_applied", "on": "2013-03-08" },
            { "id": "verified", "type": "rectification_verified", "on": "2013-03-12", "outcome": "ready", "visit": visit },
            { "id": "commissioned", "type": "reinspection_commissioned", "on": "2013-03-14", "round": 1, "body": "示例检验所", "product": "板式家具", "due": "2013-04-12" },
            { "id": "reinspected", "type": "reinspection_reported", "on": "2013-04-10", "round": 1, "verdict": "nonconforming" },
            { "id": "materials", "type": "reinspection_materials_received", "on": "2013-04-12", "round": 1 },
            { "id": "served-1", "type": "reinspection_result_served", "on": "2013-04-15", "round": 1, "method": "mailed", "recipient": "收件人" },
            { "id": "objected-1", "type": "objection_filed", "on": "2013-04-20", "round": 1, "received_on": "2013-04-22" },
            { "id": "accepted-1", "type": "objection_accepted", "on": "2013-04-24", "round": 1 },
            { "id": "rejected-1", "type": "objection_rejected", "on": "2013-04-24", "round": 1, "reason": "other_law" },
            { "id": "retest-1", "type": "retest_ordered", "on": "2013-04-26", "round": 1, "body": "另一检验所", "items": ["甲醛释放量"], "due": "2013-05-20" },
            { "id": "sample-1", "type": "retest_sample_confirmed", "on": "2013-04-28", "round": 1, "fit": true },
            { "id": "concluded-1", "type": "investigation_concluded", "on": "2013-05-10", "round": 1 },
            { "id": "decided-1", "type": "objection_decided", "on": "2013-05-21", "round": 1, "outcome": "overturned" },
            { "id": "copied", "type": "copy_reported", "on": "2013-06-03", "to": "110108" },
            { "id": "closed", "type": "closed", "on": "2013-06-05", "reason": "复查结果已改变" },
        ],
    });
    serde_json::from_value(case).unwrap()
}

fn assessed(case: &CaseFile) -> Assessment {
    let today = TODAY.parse().unwrap();
    assess(case, &History::default(), WorkCalendar::official(), today)
}

fn role_of(kind: &Kind) -> Role {
    if kind.by.includes(By::DISTRICT) {
        Role::District
    } else {
        Role::Municipal
    }
}

fn drafted(
    kind: &Kind,
    case: &CaseFile,
    round: u8,
    said: &BTreeMap<String, String>,
    served: &[String],
) -> (Document, Assessment) {
    let assessment = assessed(case);
    let setting = Setting {
        case,
        assessment: &assessment,
        round,
        on: TODAY.parse().unwrap(),
        by: role_of(kind),
        said,
        served,
        event: None,
    };
    (draft(kind, &setting).unwrap(), assessment)
}

fn date(day: Day) -> String {
    let (year, month, day) = day.ymd();
    format!("{year}年{month}月{day}日")
}

#[test]
fn every_document_of_the_regulation_is_there() {
    let shorts: Vec<_> = Kind::ALL.iter().map(|kind| kind.short).collect();
    assert_eq!(
        shorts,
        [
            "检验结果通知书",
            "不合格样品处理通知书",
            "送达回证",
            "异议受理通知书",
            "不予受理说明",
            "复检任务书",
            "复检样品确认书",
            "异议处理通知书",
            "责令整改通知书",
            "复查委托书",
            "整改核查记录",
            "复查通知",
            "抄报",
            "结案报告",
        ]
    );
    let mut words: Vec<_> = Kind::ALL.iter().map(|kind| kind.word).collect();
    words.sort_unstable();
    words.dedup();
    assert_eq!(
        words.len(),
        Kind::ALL.len(),
        "each kind is a series of its own"
    );
}

#[test]
fn who_issues_a_document_may_record_its_event() {
    for kind in Kind::ALL {
        for round in 0..2 {
            let event = kind.event(round).unwrap();
            let by = event.facts().unwrap().by;
            assert!(by.includes(kind.by), "{} {event}", kind.name);
            let served = kind.service(round);
            assert!(
                kind.issue != Issue::Before || served == Some(event),
                "{}",
                kind.name
            );
        }
    }
}

#[test]
fn with_all_facts_nothing_is_blank_and_every_limit_is_the_assessment_s() {
    // What the case says is not overwritten by what is typed: only what it lacks is said here.
    let said: BTreeMap<String, String> = Fact::ALL
        .iter()
        .map(|fact| (fact.name().to_owned(), format!("填写的{}", fact.title())))
        .filter(|(name, _)| {
            let by_hand = [
                "office_address",
                "office_contact",
                "sample_handling",
                "sample_collection",
                "served_at",
                "sample_seal",
                "sample_state",
                "sample_place",
                "sampler",
                "handler",
                "sampling_day",
            ];
            by_hand.contains(&name.as_str())
        })
        .collect();
    let served = ["检验结果通知书　京朝质监抽告〔2013〕7号".to_owned()];
    let case = full();
    let mut limits = 0;
    for kind in Kind::ALL {
        let rounds = if kind.has_rounds() { 0..2 } else { 0..1 };
        for round in rounds {
            // Nothing of the reinspection's course is commissioned in round 0.
            let commission = ["reinspection_commission", "reinspection_notice"];
            if commission.contains(&kind.name) && round == 0 {
                continue;
            }
            let (document, assessment) = drafted(kind, &case, round, &said, &served);
            let text = document.to_text();
            let name = format!("{} {round}\n{text}", kind.name);
            assert_eq!(document.blanks(), Vec::<&str>::new(), "{name}");
            assert!(!text.contains(['{', '}', '［']), "{name}");
            for article in kind.articles {
                assert!(text.contains(&words::article(*article)), "{article} {name}");
            }
            let edition = assessment.edition.unwrap();
            assert!(text.contains(edition.title), "{name}");
            for id in kind.rules() {
                let rule = edition
                    .rule(id)
                    .unwrap_or_else(|| panic!("{id} is no rule"));
                let of = if rule.per_round { round } else { 0 };
                let due = assessment.row(id, of).and_then(|row| row.due);
                assert!(text.contains(&date(due.unwrap())), "{id} {name}");
                limits += 1;
            }
            let signed = document
                .blocks
                .iter()
                .any(|it| matches!(it, Block::Signature { .. }));
            assert!(signed, "{name}");
        }
    }
    assert!(limits > 10, "{limits}");
}

#[test]
fn a_proof_of_service_tells_the_limits_that_the_service_begins() {
    let proof = Kind::of("service_proof").unwrap();
    for (round, first) in [(0, "2013年2月21日止"), (1, "2013年5月2日止")] {
        let (document, assessment) = drafted(proof, &full(), round, &BTreeMap::new(), &[]);
        let text = document.to_text();
        let row = assessment.row("art7.file_objection", round).unwrap();
        assert_eq!(format!("{}止", date(row.due.unwrap())), first);
        assert!(text.contains(first), "{text}");
    }
}

#[test]
fn what_a_case_lacks_stays_a_named_blank() {
    let bare = json!({
        "format": "aftercheck-case/1", "case": { "regulation": "beijing-2013" }, "events": [],
    });
    let bare: CaseFile = serde_json::from_value(bare).unwrap();
    for kind in Kind::ALL {
        let (document, _) = drafted(kind, &bare, 0, &BTreeMap::new(), &[]);
        let blanks = document.blanks();
        assert!(!blanks.is_empty(), "{}", kind.name);
        for fact in kind.facts() {
            let known = [Fact::Municipal, Fact::On, Fact::Inspection].contains(&fact);
            assert_eq!(
                blanks.contains(&fact.title()),
                !known,
                "{} {fact:?}",
                kind.name
            );
        }
    }
    let other = json!({
        "format": "aftercheck-case/1", "case": { "regulation": "beijing-2031" }, "events": [],
    });
    let other: CaseFile = serde_json::from_value(other).unwrap();
    let assessment = assessed(&other);
    let setting = Setting {
        case: &other,
        assessment: &assessment,
        round: 0,
        on: TODAY.parse().unwrap(),
        by: Role::District,
        said: &BTreeMap::new(),
        served: &[],
        event: None,
    };
    assert_eq!(
        draft(&Kind::ALL[0], &setting),
        None,
        "of an unknown edition nothing is said"
    );
}
