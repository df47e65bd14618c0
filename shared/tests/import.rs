//! Sheets as people send them: odd headings, odd cells, odd rows.

use proptest::prelude::*;
use shared::{
    event::Verdict,
    import::{
        Answers, BureauFrom, Cell, CellKind, Certainty, Fault, Field, Finding, Mapping, Memory,
        Merge, Proposal, Question, Sheet, propose,
    },
};

/// A sheet from lines with cells parted by `|`.
fn sheet(lines: &[&str]) -> Sheet {
    Sheet {
        name: "表".to_owned(),
        rows: lines
            .iter()
            .map(|line| line.split('|').map(Cell::text).collect())
            .collect(),
        merges: vec![],
    }
}

fn proposed(lines: &[&str]) -> Proposal {
    let sheet = sheet(lines);
    propose(
        &sheet,
        &Mapping::of(&sheet).expect("there is a heading"),
        &answers(),
    )
}

fn answers() -> Answers {
    Answers {
        submitted_on: "2013-03-01".parse().ok(),
        ..Answers::default()
    }
}

/// Heading of the rows that the tables below vary.
const HEADING: &str = "企业名称|产品名称|抽样日期|综合判定|不合格项目|行政区划|组织机构代码|企业是否拒检|接收移送时间|责令整改通知书发出日期";
const GOOD: &str = "某厂|电线|2013-02-15|0|结构|朝阳区|713238633|0|2013-03-04|2013-03-07";

#[test]
fn a_good_row_has_no_problem() {
    let proposal = proposed(&[HEADING, GOOD]);
    assert_eq!(proposal.rows[0].problems, []);
    assert!(proposal.rows[0].is_good());
}

#[test]
fn every_cell_is_checked() {
    let check = |column: usize, text: &str, error: bool, message: &str| {
        let mut cells: Vec<&str> = GOOD.split('|').collect();
        cells[column] = text;
        let proposal = proposed(&[HEADING, &cells.join("|")]);
        let row = &proposal.rows[0];
        let problems: Vec<(Option<usize>, String)> = row
            .problems
            .iter()
            .map(|problem| (problem.column, problem.fault.to_string()))
            .collect();
        assert_eq!(problems, [(Some(column), message.to_owned())], "{text}");
        assert_eq!(row.is_good(), !error, "{text}");
    };
    check(0, "", true, "缺少企业名称");
    check(1, "----", true, "缺少产品名称");
    check(2, "2013-02-30", true, "“2013-02-30”：没有这一天");
    check(
        2,
        "2013年2月",
        true,
        "“2013年2月”：日期不完整，要有四位数的年、月和日",
    );
    check(
        2,
        "13.2.15",
        true,
        "“13.2.15”：日期不完整，要有四位数的年、月和日",
    );
    check(
        2,
        "2/3/2013",
        true,
        "“2/3/2013”：日期的年月日次序不明，请写成 2013-03-04 的样子",
    );
    check(
        2,
        "二月中旬",
        true,
        "“二月中旬”：认不出是哪一天，请写成 2013-03-04 的样子",
    );
    check(
        3,
        "待定",
        true,
        "“待定”认不出是合格还是不合格，请写 1 或 0，或合格、不合格",
    );
    check(3, "", true, "缺少综合判定");
    check(4, "/", false, "判定为不合格，却没有列出不合格项目");
    check(5, "长安区", true, "“长安区”不是北京的行政区划名称或代码");
    check(5, "110199", true, "“110199”不是北京的行政区划名称或代码");
    check(
        6,
        "91110000600037341M",
        true,
        "“91110000600037341M”：代码的校验位不对：照前面各位应为“L”，请核对",
    );
    check(
        6,
        "71323863-4",
        true,
        "“71323863-4”：代码的校验位不对：照前面各位应为“3”，请核对",
    );
    check(
        6,
        "9111000060003734IL",
        true,
        "“9111000060003734IL”：代码里不会有“I”，请核对",
    );
    check(
        6,
        "110105012345678",
        false,
        "“110105012345678”既不是 18 位信用代码，也不是 9 位组织机构代码",
    );
    check(
        7,
        "不清楚",
        true,
        "“不清楚”认不出是与否，请写 1 或 0，或是、否",
    );
    check(8, "2013-02-20", false, "早于报送日期（2013-03-01）");
    check(9, "2013-03-03", false, "早于接收移送时间（2013-03-04）");
}

#[test]
fn a_finding_that_its_items_deny_is_said() {
    let proposal = proposed(&[HEADING, &GOOD.replace("|0|结构", "|1|结构")]);
    assert_eq!(
        proposal.rows[0].problems[0].fault,
        Fault::ConformingWithItems
    );
    assert!(proposal.rows[0].is_good());
}

#[test]
fn days_are_read_in_all_their_forms() {
    for text in [
        "2013-02-15",
        "2013/2/15",
        "2013.2.15",
        "2013年2月15日",
        "20130215",
        "41320",
        "２０１３．２．１５",
        " 2013 年 02 月 15 日 ",
        "2013-02-15 00:00:00",
        "2013/2/15 9:30",
        "2013-02-15T08:00:00",
        "41320.5",
    ] {
        let proposal = proposed(&[HEADING, &GOOD.replace("2013-02-15", text)]);
        assert_eq!(proposal.rows[0].problems, [], "{text}");
        assert_eq!(
            proposal.rows[0].case.product.other["sampled_on"], "2013-02-15",
            "{text}"
        );
        assert_eq!(
            proposal.rows[0].id,
            proposed(&[HEADING, GOOD]).rows[0].id,
            "{text}"
        );
    }
}

#[test]
fn districts_are_read_by_code_and_name_of_then_and_now() {
    for (text, district, bureau) in [
        ("110228", "110118", "110118"),
        ("密云县", "110118", "110118"),
        ("密云区", "110118", "110118"),
        ("110119 延庆", "110119", "110119"),
        ("北京市延庆县", "110119", "110119"),
        ("110105001000", "110105", "110105"),
        ("开发区（110115）", "110115", "110115"),
        ("北京经济技术开发区", "110115", "bda"),
        ("燕山", "110111", "yanshan"),
        ("北京市朝阳区酒仙桥路4号", "110105", "110105"),
        ("１１０１０８", "110108", "110108"),
        ("130102", "130102", ""),
    ] {
        let row = GOOD.replace("朝阳区", text).replace("2013-03-04", "");
        let proposal = proposed(&[HEADING, &row]);
        let case = &proposal.rows[0].case;
        assert_eq!(case.enterprise.production_district, district, "{text}");
        assert_eq!(case.handling_bureau, bureau, "{text}");
        assert!(proposal.rows[0].is_good(), "{text}");
    }
}

#[test]
fn places_within_a_district_are_proposed_from_the_address() {
    let heading = "企业名称|产品名称|综合判定|生产地址|行政区划|接收移送时间";
    for (address, district, bureau, from) in [
        (
            "北京市大兴区亦庄镇荣华路8号",
            "大兴区",
            "bda",
            BureauFrom::Address,
        ),
        (
            "北京市房山区燕山岗南路1号",
            "",
            "yanshan",
            BureauFrom::Address,
        ),
        (
            "北京市顺义区首都机场路3号",
            "110113",
            "airport",
            BureauFrom::Address,
        ),
        (
            "北京市石景山区工业园77号",
            "",
            "110107",
            BureauFrom::Address,
        ),
        ("工业园77号", "110107", "110107", BureauFrom::District),
    ] {
        let row = format!("某厂|电线|1|{address}|{district}|2013-03-04");
        let proposal = proposed(&[heading, &row]);
        let row = &proposal.rows[0];
        assert_eq!(
            (row.case.handling_bureau.as_str(), row.bureau_from),
            (bureau, from),
            "{address}"
        );
        assert_eq!(row.events[1].to.as_deref(), Some(bureau), "{address}");
    }
    let proposal = proposed(&[heading, "某厂|电线|1|北京市海淀区中关村1号|朝阳区|"]);
    assert_eq!(
        proposal.rows[0].problems[0].fault,
        Fault::Disagrees {
            address: "海淀区"
        }
    );
    let nowhere = proposed(&[heading, "某厂|电线|1|工业园|/|2013-03-04"]);
    assert_eq!(nowhere.rows[0].problems[0].fault, Fault::ForwardedToNobody);
    let sheet = sheet(&[heading, "某厂|电线|1|工业园|/|2013-03-04"]);
    let answers = Answers {
        bureaus: [(1, "bda".to_owned())].into(),
        ..answers()
    };
    let chosen = propose(&sheet, &Mapping::of(&sheet).unwrap(), &answers);
    assert_eq!(chosen.rows[0].bureau_from, BureauFrom::Person);
    assert!(chosen.rows[0].is_good());
}

#[test]
fn a_refusal_is_an_event_and_no_report() {
    let proposal = proposed(&[HEADING, "某厂|电线|2013-02-15|||朝阳区||1||"]);
    let row = &proposal.rows[0];
    assert_eq!((row.finding, row.is_good()), (Finding::Refused, true));
    assert_eq!(row.events.len(), 1);
    assert_eq!(row.events[0].kind.name(), "sampling_refused");
    assert_eq!(row.events[0].on.to_string(), "2013-02-15");
    assert_eq!(row.events[0].justified, Some(false));
    let undated = proposed(&[HEADING, "某厂|电线||||朝阳区||是||"]);
    assert_eq!(undated.rows[0].events, []);
    assert_eq!(undated.rows[0].case.other["sheet"]["企业是否拒检"], "是");
}

#[test]
fn headings_nobody_has_seen_are_found() {
    use Field as F;
    let check = |lines: &[&str], first: usize, last: usize, fields: &[Option<Field>]| {
        let mapping = Mapping::of(&sheet(lines)).unwrap();
        assert_eq!(mapping.heading_rows, (first, last), "{lines:?}");
        let found: Vec<_> = mapping.columns.iter().map(|column| column.field).collect();
        assert_eq!(found, fields, "{lines:?}");
    };
    check(
        &[
            "附件1||||||",
            "2014年第2季度插座产品监督抽查结果||||||",
            "填报单位：||||||",
            "NO.|样品名称|标称生产单位|规格/型号|检验报告书编号|检测结论|不符合项",
            "1|插座|某厂|A|X-1|符合|",
        ],
        3,
        3,
        &[
            Some(F::Serial),
            Some(F::Product),
            Some(F::Enterprise),
            Some(F::Model),
            Some(F::ReportNumber),
            Some(F::Verdict),
            Some(F::FailedItems),
        ],
    );
    // The upper row groups the lower; a .csv knows no merged cells.
    check(
        &[
            "企业信息|||产品信息||检验|",
            "名称|地址|区县|名称|型号|机构|结论",
            "某厂|工业园|朝阳区|电线|A|质检院|合格",
        ],
        0,
        1,
        &[
            Some(F::Enterprise),
            Some(F::Address),
            Some(F::District),
            Some(F::Product),
            Some(F::Model),
            Some(F::InspectionBody),
            Some(F::Verdict),
        ],
    );
    // Nothing known: the cells tell.
    check(
        &[
            "甲|乙|丙|丁|戊",
            "北京京宏家具有限公司|木椅|合格|朝阳区|713238633",
            "北京华京顺家具厂|木桌|不合格|海淀区|71323863-3",
        ],
        0,
        0,
        &[
            Some(F::Enterprise),
            None,
            Some(F::Verdict),
            Some(F::District),
            Some(F::Code),
        ],
    );
    // Who sampled, who sold and who asked are not the enterprise; the later days are not the sampling.
    check(
        &[
            "抽样单位|销售单位|被抽样单位|抽样日期|检验日期|报告日期|样品名称",
            "稽查队|商场|某厂|2013-02-15|2013-02-20|2013-03-01|电线",
        ],
        0,
        0,
        &[
            None,
            None,
            Some(F::Enterprise),
            Some(F::SampledOn),
            None,
            None,
            Some(F::Product),
        ],
    );
}

#[test]
fn merged_headings_and_merged_rows_are_understood() {
    let mut sheet = sheet(&[
        "2013年电线产品质量监督抽查结果|||||",
        "序号|受检单位||产品||综合判定",
        "|名称|地址|名称|商标|",
        "1|某厂|北京市朝阳区1号|电线|/|1",
        "2|||电缆|图形|0",
    ]);
    sheet.merges = [
        ((0, 0), (0, 5)),
        ((1, 0), (2, 0)),
        ((1, 1), (1, 2)),
        ((1, 3), (1, 4)),
        ((1, 5), (2, 5)),
        ((3, 1), (4, 1)),
        ((3, 2), (4, 2)),
    ]
    .map(|(from, to)| Merge { from, to })
    .to_vec();
    sheet.fill_merged_rows();
    let mapping = Mapping::of(&sheet).unwrap();
    assert_eq!(mapping.heading_rows, (1, 2));
    let headings: Vec<&str> = mapping
        .columns
        .iter()
        .map(|column| column.heading.as_str())
        .collect();
    assert_eq!(
        headings,
        [
            "序号",
            "受检单位 / 名称",
            "受检单位 / 地址",
            "产品 / 名称",
            "产品 / 商标",
            "综合判定"
        ]
    );
    let proposal = propose(&sheet, &mapping, &answers());
    assert_eq!(proposal.rows.len(), 2);
    assert_eq!(proposal.rows[1].case.enterprise.name, "某厂");
    assert_eq!(proposal.rows[1].case.handling_bureau, "110105");
    assert_eq!(proposal.rows[1].case.product.name, "电缆");
}

#[test]
fn sums_notes_and_blank_rows_are_no_batches() {
    let proposal = proposed(&[
        "序号|企业名称|产品名称|综合判定|抽样日期",
        "1|某厂|电线|1|2013-02-15",
        "2||||",
        "||||",
        "序号|企业名称|产品名称|综合判定|抽样日期",
        "3|某厂|电缆|1|2013-02-15",
        "合计||2|2|",
        "|注：1 为合格|||",
        "填表人：张三||||",
        "||||",
    ]);
    assert_eq!(
        proposal.rows.iter().map(|row| row.row).collect::<Vec<_>>(),
        [1, 5]
    );
    let asides: Vec<(usize, &str)> = proposal
        .asides
        .iter()
        .map(|(row, text)| (*row, text.as_str()))
        .collect();
    assert_eq!(
        asides,
        [
            (4, "序号"),
            (6, "合计"),
            (7, "注：1 为合格"),
            (8, "填表人：张三")
        ]
    );
}

#[test]
fn one_batch_twice_in_a_sheet_is_said() {
    let proposal = proposed(&[HEADING, GOOD, &GOOD.replace("某厂", "某 厂")]);
    assert!(proposal.rows[0].is_good());
    assert_eq!(
        proposal.rows[1].problems[0].fault,
        Fault::SameBatch { row: 2 }
    );
}

#[test]
fn what_no_field_holds_is_kept_under_its_heading() {
    let sheet = sheet(&[
        "企业名称|产品名称|综合判定|企业规模|备注|备注|复查是否合格|标签判定",
        "某厂|电线|1|大型|甲|乙|1|/|溢出",
    ]);
    let proposal = propose(&sheet, &Mapping::of(&sheet).unwrap(), &Answers::default());
    let kept = &proposal.rows[0].case.other["sheet"];
    let expected = serde_json::json!({
        "企业规模": "大型", "备注": "甲", "备注（2）": "乙", "复查是否合格": "1", "综合判定": "合格", "第 9 列": "溢出",
    });
    assert_eq!(*kept, expected);
}

#[test]
fn a_list_without_findings_is_asked_about() {
    let lines = [
        "产品名称|企业名称|不合格项目",
        "电线|某厂|结构",
        "电缆|某厂|",
    ];
    let sheet = sheet(&lines);
    let mapping = Mapping::of(&sheet).unwrap();
    // Half of the rows name no item: that is no list of failures.
    let proposal = propose(&sheet, &mapping, &answers());
    assert_eq!(proposal.rows[0].problems[0].fault, Fault::NoVerdict);
    let failures = proposed(&lines[..2]);
    assert!(
        failures
            .questions
            .contains(&Question::FailingList { rows: 1 })
    );
    assert_eq!(
        failures.rows[0].events[0].verdict,
        Some(Verdict::Nonconforming)
    );
    let refuted = {
        let sheet = Sheet {
            rows: sheet.rows[..2].to_vec(),
            ..sheet.clone()
        };
        let answers = Answers {
            failing_list: Some(false),
            ..answers()
        };
        propose(&sheet, &Mapping::of(&sheet).unwrap(), &answers)
    };
    assert_eq!(refuted.rows[0].finding, Finding::None);
}

#[test]
fn a_cell_that_became_a_date_or_an_error_is_said() {
    let mut sheet = sheet(&["企业名称|产品名称|规格型号|综合判定", "某厂|电线|x|1"]);
    sheet.rows[1][2] = Cell::new("2013-01-02", CellKind::Day);
    sheet.rows[1][1] = Cell::new("#REF!", CellKind::Error);
    let proposal = propose(&sheet, &Mapping::of(&sheet).unwrap(), &answers());
    let faults: Vec<&Fault> = proposal.rows[0]
        .problems
        .iter()
        .map(|problem| &problem.fault)
        .collect();
    assert_eq!(
        faults,
        [&Fault::Formula("#REF!".to_owned()), &Fault::TakenForDay]
    );
}

#[test]
fn a_choice_is_remembered_for_the_same_headings() {
    let lines = ["单位|货|判|地方", "某厂|电线|合格|朝阳区"];
    let mut first = Mapping::of(&sheet(&lines)).unwrap();
    first.choose(0, Some(Field::Enterprise));
    first.choose(1, Some(Field::Product));
    first.choose(3, None);
    let mut memory = Memory::default();
    memory.keep(&first);
    let json = serde_json::to_string(&memory).unwrap();
    let memory: Memory = serde_json::from_str(&json).unwrap();
    // A further column does not make it another sender.
    let mut next =
        Mapping::of(&sheet(&["单位|货|判|地方|新列", "某厂|电线|合格|朝阳区|?"])).unwrap();
    assert!(memory.recall(&mut next));
    assert_eq!(next.columns[0].field, Some(Field::Enterprise));
    assert_eq!(next.columns[1].certainty, Certainty::Given);
    assert_eq!(next.columns[2].field, Some(Field::Verdict));
    assert_eq!(next.columns[3].field, None);
    let mut stranger = Mapping::of(&sheet(&["企业名称|产品名称", "某厂|电线"])).unwrap();
    assert!(!memory.recall(&mut stranger));
}

#[test]
fn a_field_belongs_to_one_column() {
    let mut mapping = Mapping::of(&sheet(&["企业名称|产品名称|客户", "某厂|电线|某商场"])).unwrap();
    mapping.choose(2, Some(Field::Enterprise));
    assert_eq!(mapping.columns[0].field, None);
    assert_eq!(mapping.column_of(Field::Enterprise), Some(2));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Any sheet gives an answer; a good row has a case, and its events have their ids.
    #[test]
    fn no_sheet_is_too_odd(
        rows in proptest::collection::vec(proptest::collection::vec(
            prop_oneof![
                "\\PC{0,12}",
                proptest::sample::select(HEADING.split('|').chain(GOOD.split('|')).chain(["1", "/", "110105", "合计", "2013.2.3", "第3季"]).collect::<Vec<_>>()).prop_map(str::to_owned),
            ], 0..12), 0..12),
        merges in proptest::collection::vec(((0usize..12, 0usize..12), (0usize..14, 0usize..14)), 0..3),
    ) {
        let mut sheet = Sheet {
            name: String::new(),
            rows: rows.into_iter().map(|row| row.into_iter().map(Cell::text).collect()).collect(),
            merges: merges.into_iter().map(|(from, to)| Merge { from, to }).collect(),
        };
        sheet.fill_merged_rows();
        if let Ok(mapping) = Mapping::of(&sheet) {
            let proposal = propose(&sheet, &mapping, &answers());
            for row in &proposal.rows {
                prop_assert!(row.events.iter().all(|event| event.id.starts_with("i-") || row.id.is_none()));
                prop_assert!(!row.is_good() || !row.case.enterprise.name.is_empty());
            }
            prop_assert_eq!(&proposal, &propose(&sheet, &mapping, &answers()));
        }
    }

}

proptest! {
    /// Whatever is typed into a date, it is a day of that very reading or no day.
    #[test]
    fn days_survive_every_form(days in 10_000i32..40_000) {
        let day = shared::Day::from_unix_days(days);
        let (year, month, date) = day.ymd();
        for text in [
            format!("{year}-{month:02}-{date:02}"), format!("{year}/{month}/{date}"), format!("{year}.{month}.{date}"),
            format!("{year}年{month}月{date}日"), format!("{year}{month:02}{date:02}"), format!("{}", days + 25_569),
        ] {
            prop_assert_eq!(shared::import::value::day(&text), Ok(day), "{}", text);
        }
    }

    /// A wrong letter anywhere in a credit code is noticed.
    #[test]
    fn one_wrong_letter_in_a_code_is_noticed(at in 0usize..18, letter in "[0-9A-Z]") {
        let right = "91110000600037341L";
        let mut wrong = right.to_owned();
        wrong.replace_range(at..=at, &letter);
        prop_assert_eq!(shared::import::value::code(&wrong).is_ok(), wrong == right);
    }
}

#[test]
fn a_heading_of_two_rows_is_read_whole() {
    let merge = |from, to| Merge { from, to };
    let mut grouped = sheet(&[
        "2013年第一季度家具产品质量监督抽查结果汇总表",
        "序号|受检单位信息||样品信息||检验情况||备注|抽样",
        "|单位全称|所属区(县)|品名|型 号 规 格|检测报告书编号|检验结论||日期",
        "1|某厂|朝阳区|电线|X-1|JD-1|不合格|无|2013-02-15",
    ]);
    grouped.merges = vec![
        merge((0, 0), (0, 8)),
        merge((1, 0), (2, 0)),
        merge((1, 1), (1, 2)),
        merge((1, 3), (1, 4)),
        merge((1, 5), (1, 6)),
        merge((1, 7), (2, 7)),
    ];
    let mapping = Mapping::of(&grouped).unwrap();
    assert_eq!(mapping.heading_rows, (1, 2));
    let fields: Vec<_> = mapping.columns.iter().map(|column| column.field).collect();
    let expected = [
        Field::Serial,
        Field::Enterprise,
        Field::District,
        Field::Product,
        Field::Model,
        Field::ReportNumber,
        Field::Verdict,
        Field::Remarks,
        Field::SampledOn,
    ];
    assert_eq!(fields, expected.map(Some));
}

#[test]
fn groups_name_what_their_columns_leave_out() {
    let merge = |from, to| Merge { from, to };
    let mut grouped = sheet(&[
        "附件1",
        "2013年玩具产品质量监督抽查",
        "企业|||样品|||结果|",
        "名称|地址|信用代码|名称|型号|批号|判定|问题项目",
        "某玩具厂|北京市昌平区沙河镇1号|91110000600037341L|积木|A1|1|合格|",
        "某玩具公司|北京市海淀区中关村2号||积木|A2|2|不合格|小零件",
    ]);
    grouped.merges = vec![
        merge((1, 0), (1, 7)),
        merge((2, 0), (2, 2)),
        merge((2, 3), (2, 5)),
        merge((2, 6), (2, 7)),
    ];
    let mapping = Mapping::of(&grouped).unwrap();
    assert_eq!(mapping.title, "2013年玩具产品质量监督抽查");
    assert_eq!(mapping.heading_rows, (2, 3), "{mapping:?}");
    let fields: Vec<_> = mapping.columns.iter().map(|column| column.field).collect();
    let expected = [
        Field::Enterprise,
        Field::Address,
        Field::Code,
        Field::Product,
        Field::Model,
        Field::Batch,
        Field::Verdict,
        Field::FailedItems,
    ];
    assert_eq!(fields, expected.map(Some), "{mapping:?}");
}
