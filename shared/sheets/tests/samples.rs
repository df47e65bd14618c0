//! Both samples, from bytes to cases.

use std::collections::BTreeMap;

use shared::{
    Event, EventKind,
    event::Verdict,
    id::CaseId,
    import::{
        Answers, Certainty, Field, Finding, Mapping, Period, Proposal, Question, Sheet, kept_back,
        propose,
    },
};

const RESULTS: &[u8] = include_bytes!("../../../tests/samples/spot-check-14-kinds.csv");
const FAILURES: &[u8] = include_bytes!("../../../tests/samples/failing-list.xlsx");

fn read(name: &str, bytes: &[u8]) -> (Sheet, Mapping) {
    let mut sheets = sheets::read(name, bytes).expect("the sample is readable");
    assert_eq!(sheets.len(), 1);
    let sheet = sheets.remove(0);
    let mapping = Mapping::of(&sheet).expect("the sample has a heading");
    (sheet, mapping)
}

fn answers() -> Answers {
    Answers {
        submitted_on: "2013-03-04".parse().ok(),
        ..Answers::default()
    }
}

fn results() -> Proposal {
    let (sheet, mapping) = read("spot-check-14-kinds.csv", RESULTS);
    propose(&sheet, &mapping, &answers())
}

fn count(proposal: &Proposal, kind: &EventKind) -> usize {
    proposal
        .rows
        .iter()
        .flat_map(|row| &row.events)
        .filter(|event| event.kind == *kind)
        .count()
}

#[test]
fn the_result_sheet_is_matched_column_by_column() {
    let (sheet, mapping) = read("spot-check-14-kinds.csv", RESULTS);
    assert_eq!(sheet.rows.len(), 391);
    assert_eq!(mapping.heading_rows, (0, 0));
    for column in &mapping.columns {
        match column.heading.as_str() {
            "企业规模" => assert_eq!(column.field, None),
            heading => {
                assert_eq!(column.field.map(Field::title), Some(heading));
                assert_eq!(column.certainty, Certainty::Certain);
            }
        }
    }
}

#[test]
fn the_result_sheet_makes_a_case_of_every_batch() {
    let proposal = results();
    let counts = proposal.counts();
    assert_eq!(
        (counts.rows, counts.conforming, counts.nonconforming),
        (390, 352, 38)
    );
    assert_eq!((counts.refused, counts.faulty), (0, 0));
    assert!(proposal.asides.is_empty());
    let problems: Vec<_> = proposal.rows.iter().flat_map(|row| &row.problems).collect();
    // The answer lies after the sampling of every batch and before no forwarding.
    assert_eq!(problems, Vec::<&shared::import::Problem>::new());
    assert_eq!(count(&proposal, &EventKind::ReportSubmitted), 390);
    assert_eq!(count(&proposal, &EventKind::MaterialsForwarded), 38);
    assert_eq!(count(&proposal, &EventKind::MaterialsReceived), 38);
    assert_eq!(count(&proposal, &EventKind::RectificationOrdered), 33);
    assert_eq!(count(&proposal, &EventKind::RectificationOrderServed), 0);
    assert_eq!(count(&proposal, &EventKind::RectificationReported), 24);
    assert_eq!(count(&proposal, &EventKind::ReinspectionApplied), 24);
    let mut kinds = BTreeMap::new();
    for row in &proposal.rows {
        *kinds.entry(row.case.product.kind.as_str()).or_insert(0) += 1;
    }
    assert_eq!(kinds.len(), 14);
    assert_eq!(
        (kinds["低压电器"], kinds["防伪产品"], kinds["电线电缆"]),
        (90, 73, 1)
    );
    assert!(proposal.rows.iter().all(|row| {
        row.case.handling_bureau == row.case.enterprise.production_district
            && row.case.enterprise.production_district.starts_with("1101")
            && row.case.spot_check.year == 2013
            && row.case.spot_check.quarter == 1
    }));
}

#[test]
fn the_result_sheet_leaves_one_thing_open() {
    let questions = results().questions;
    assert_eq!(
        questions,
        [Question::SubmittedOn {
            rows: 390,
            not_before: "2013-03-03".parse().ok(),
            not_after: "2013-03-04".parse().ok(),
        }]
    );
}

#[test]
fn a_row_becomes_what_the_table_says() {
    let proposal = results();
    let row = proposal
        .rows
        .iter()
        .find(|row| row.case.report_number == "JD2013-0313")
        .expect("the report is in the sheet");
    let case = &row.case;
    assert_eq!(case.failed_items, ["绝缘材料的耐热性", "标志"]);
    assert_eq!(
        serde_json::to_value(&case.product.traits).expect("traits are names"),
        serde_json::json!(["compulsory_certification"])
    );
    let events: Vec<(&str, String)> = row
        .events
        .iter()
        .map(|event| (event.kind.name(), event.on.to_string()))
        .collect();
    assert_eq!(
        events,
        [
            ("report_submitted", "2013-03-04"),
            ("materials_forwarded", "2013-03-11"),
            ("materials_received", "2013-03-11"),
            ("rectification_ordered", "2013-03-13"),
            ("rectification_reported", "2013-03-28"),
            ("reinspection_applied", "2013-03-30"),
        ]
        .map(|(kind, on)| (kind, on.to_owned()))
    );
    assert_eq!(row.events[0].verdict, Some(Verdict::Nonconforming));
    assert_eq!(
        row.events[1].to.as_deref(),
        Some(case.handling_bureau.as_str())
    );
    let sheet = &case.other["sheet"];
    assert_eq!(sheet["整改要求完成时间"], "2013.4.12");
    assert_eq!(sheet["实际整改完成时间"], "2013.3.27");
    assert_eq!(sheet["复查是否合格"], "0");
    assert_eq!(sheet["企业规模"].as_str().map(str::is_empty), Some(false));
}

#[test]
fn without_the_day_of_submission_findings_stay_undated() {
    let (sheet, mapping) = read("spot-check-14-kinds.csv", RESULTS);
    let proposal = propose(&sheet, &mapping, &Answers::default());
    assert_eq!(proposal.counts().faulty, 0);
    assert_eq!(count(&proposal, &EventKind::ReportSubmitted), 0);
    for row in &proposal.rows {
        let mut case = shared::CaseFile::new(row.case.clone());
        case.events.clone_from(&row.events);
        let undated = shared::import::undated(&case);
        assert!(
            undated
                .iter()
                .any(|fact| fact.event == EventKind::ReportSubmitted)
        );
    }
}

#[test]
fn two_imports_make_the_same_cases_and_events() {
    let ids = |proposal: &Proposal| -> Vec<_> {
        let of_row = |row: &shared::import::RowProposal| {
            let events: Vec<String> = row.events.iter().map(|event| event.id.clone()).collect();
            (row.id.clone(), events)
        };
        proposal.rows.iter().map(of_row).collect()
    };
    let once = ids(&results());
    assert_eq!(once, ids(&results()));
    let mut distinct: Vec<_> = once.iter().filter_map(|(id, _)| id.clone()).collect();
    distinct.sort();
    distinct.dedup();
    assert_eq!(distinct.len(), 390);
    // Final: other values would double every case that is imported again.
    assert_eq!(
        once[0].0.as_ref().map(CaseId::as_str),
        Some("yxxswpnctc3hmzeeaomb76hj5m")
    );
    assert_eq!(once[0].1, ["i-k6ttuybzl65whdvf"]);
}

#[test]
fn the_published_list_is_nonconforming_throughout() {
    let (sheet, mapping) = read("failing-list.xlsx", FAILURES);
    assert_eq!(mapping.heading_rows, (1, 1));
    let fields: Vec<_> = mapping.columns.iter().map(|column| column.field).collect();
    assert_eq!(
        fields,
        [
            Field::Serial,
            Field::Enterprise,
            Field::Product,
            Field::Brand,
            Field::Model,
            Field::Batch,
            Field::SampledOn,
            Field::FailedItems,
            Field::InspectionBody,
            Field::Remarks,
        ]
        .map(Some)
    );
    let answers = Answers {
        submitted_on: "2013-06-03".parse().ok(),
        period: Some(Period {
            year: 2013,
            quarter: 2,
            number: 1,
        }),
        ..Answers::default()
    };
    let proposal = propose(&sheet, &mapping, &answers);
    let counts = proposal.counts();
    assert_eq!(
        (counts.rows, counts.nonconforming, counts.faulty),
        (43, 43, 0)
    );
    assert_eq!(
        proposal.questions,
        [
            Question::FailingList { rows: 43 },
            Question::SubmittedOn {
                rows: 43,
                not_before: "2013-05-28".parse().ok(),
                not_after: None
            },
            Question::SpotCheck {
                rows: 43,
                likely: Some((2013, Some(2))),
                name: "2013年家具类产品质量监督抽查".to_owned(),
            },
            Question::Kind {
                rows: 43,
                likely: Some("家具".to_owned())
            },
            Question::Bureau { rows: 43 },
        ]
    );
    // A day as text and a day as a serial number are the same day.
    let second = &proposal.rows[1].case;
    assert_eq!(second.product.batch, "2013-03-12");
    assert_eq!(second.product.other["sampled_on"], "2013-04-11");
    assert_eq!(second.product.brand, "");
    assert_eq!(second.spot_check.name, "2013年家具类产品质量监督抽查");
    let reported = |event: &Event| event.kind == EventKind::ReportSubmitted;
    assert!(
        proposal
            .rows
            .iter()
            .all(|row| row.events.iter().all(reported))
    );
    assert!(
        proposal
            .rows
            .iter()
            .all(|row| row.finding == Finding::Nonconforming)
    );
    assert_eq!(
        proposal.rows[1].id.as_ref().map(CaseId::as_str),
        Some("dp35ixh55iwsatbtgbbzcnvf6a")
    );
}

/// Answers differ between two people; the cases must not.
#[test]
fn answers_do_not_change_whose_case_it_is() {
    let (sheet, mapping) = read("failing-list.xlsx", FAILURES);
    let with = |quarter| {
        let answers = Answers {
            period: Some(Period {
                year: 2013,
                quarter,
                number: 1,
            }),
            kind: Some(format!("家具{quarter}")),
            ..Answers::default()
        };
        propose(&sheet, &mapping, &answers)
            .rows
            .into_iter()
            .map(|row| row.id)
    };
    assert!(with(1).eq(with(2)));
}

/// What was kept back, mended in the sheet that was given back, makes the case that it would have.
#[test]
fn the_rows_kept_back_can_be_mended_and_read_again() {
    let (mut sheet, mapping) = read("failing-list.xlsx", FAILURES);
    let right = propose(&sheet, &mapping, &answers());
    let sampled_on = mapping
        .column_of(Field::SampledOn)
        .expect("the list has one");
    sheet.rows[3][sampled_on] = sheets::Cell::text("2013年4月31日");
    let proposal = propose(&sheet, &mapping, &answers());
    assert_eq!(proposal.counts().faulty, 1);
    let bad = proposal.rows.iter().filter(|row| !row.is_good());
    let back = kept_back(&sheet, &mapping, bad);
    assert!(back.contains("抽查时间：“2013年4月31日”：没有这一天"));
    let mended = back.replacen("2013年4月31日", "2013年4月11日", 1);
    let (sheet, mapping) = read("要改的行.csv", mended.as_bytes());
    let again = propose(&sheet, &mapping, &answers());
    assert_eq!(again.rows.len(), 1);
    assert_eq!(again.rows[0].id, right.rows[1].id);
    assert_eq!(again.rows[0].case, right.rows[1].case);
}

/// The published example: counts and findings, rebuilt from its sheet.
#[test]
fn the_announcement_of_the_result_sheet() {
    const KINDS: [(&str, usize, &[&str]); 14] = [
        (
            "商用燃气灶具",
            59,
            &["结构", "热负荷准确度", "热效率", "能效限定值", "燃烧工况"],
        ),
        ("机动车制动液", 4, &[]),
        ("发动机冷却液", 35, &["玻璃器皿腐蚀"]),
        ("电动汽车用充电设备", 4, &[]),
        ("IC卡及IC卡机读写机", 61, &["30MHz-1GHz辐射骚扰"]),
        ("防伪产品", 73, &[]),
        ("车用润滑油", 25, &[]),
        ("车用氮氧化物还原剂", 6, &[]),
        ("低压电器", 90, &["标志", "温升极限", "绝缘材料的耐热性"]),
        (
            "防爆电气",
            28,
            &["接地导体或等电位导体连接件", "隔爆接合面"],
        ),
        ("信息处理设备", 1, &[]),
        ("汽油清净剂", 1, &[]),
        ("危险化学品", 2, &[]),
        ("电线电缆", 1, &[]),
    ];
    let (sheet, mapping) = read("spot-check-14-kinds.csv", RESULTS);
    // With the day of submission and without it: to count needs no day.
    for answers in [answers(), Answers::default()] {
        let ledger: Vec<shared::CaseFile> = propose(&sheet, &mapping, &answers)
            .rows
            .into_iter()
            .map(|row| {
                let mut file = shared::CaseFile::new(row.case);
                file.events = row.events;
                file
            })
            .collect();
        let as_of = "2013-06-30".parse().expect("a day");
        let history = shared::history::History::of_ledger(&ledger, as_of);
        let calendar = shared::calendar::WorkCalendar::official();
        let quarter = "2013/1".parse().expect("a quarter");
        let found = shared::announcement::figures(&ledger, &history, calendar, quarter, as_of);
        assert_eq!((found.batches, found.visits), (390, 351));
        assert_eq!(found.failing(), 38);
        assert_eq!(found.kinds.len(), KINDS.len());
        for (kind, (name, batches, items)) in found.kinds.iter().zip(KINDS) {
            assert_eq!((kind.kind.as_str(), kind.batches), (name, batches));
            let mut said = kind.failed_items.clone();
            let mut items: Vec<String> = items.iter().map(|item| (*item).to_owned()).collect();
            said.sort();
            items.sort();
            assert_eq!(said, items, "{name}");
            assert_eq!(kind.failing == 0, items.is_empty(), "{name}");
        }
        // Nothing of it was served yet, so no limit has run out; what the sheet says of
        // reinspections lacks its day.
        assert!(found.annex.is_empty());
    }
}
