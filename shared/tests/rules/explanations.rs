//! What explanations say.

use serde_json::json;
use shared::{
    CaseFile, Day,
    assess::assess,
    calendar::WorkCalendar,
    explain::{Explanation, Role, Unit, explain, of_finding, of_notice},
    history::History,
};

fn day(text: &str) -> Day {
    text.parse().unwrap()
}

fn case(events: &str) -> CaseFile {
    let events: Vec<_> = events
        .split(';')
        .enumerate()
        .map(|(at, text)| {
            let mut words = text.split_whitespace();
            let (on, kind) = (words.next(), words.next());
            let mut event = json!({ "id": format!("e{}", at + 1), "on": on, "type": kind });
            for (name, value) in words.filter_map(|word| word.split_once('=')) {
                event[name] = if value == "true" {
                    json!(true)
                } else {
                    json!(value)
                };
            }
            event
        })
        .collect();
    serde_json::from_value(json!({
        "format": "aftercheck-case/1",
        "case": { "regulation": "beijing-2013", "serious": true },
        "events": events,
    }))
    .unwrap()
}

fn explained(events: &str, as_of: &str, rule: &str, calendar: &WorkCalendar) -> Explanation {
    let case = case(events);
    let found = assess(&case, &History::default(), calendar, day(as_of));
    let mut rows = found.deadlines.iter().chain(&found.further);
    let row = rows
        .find(|row| row.rule.id == rule)
        .unwrap_or_else(|| panic!("{rule}"));
    explain(row, &case, calendar, day(as_of))
}

#[test]
fn sentences_say_how_the_day_came_about() {
    let check = |events: &str, as_of: &str, rule: &str, expected: &str| {
        let why = explained(events, as_of, rule, WorkCalendar::official());
        assert_eq!(why.sentence_text(), expected, "{rule}: {events}");
    };
    check(
        "2013-02-22 result_served",
        "2013-03-12",
        "art7.file_objection",
        "2 月 22 日当天不算。第 15 日是 3 月 9 日，遇周六，顺延到下一个工作日，3 月 11 日。依据第七条。\
         期内未提出，视为承认检验结果。",
    );
    check(
        "2013-05-27 result_served; 2013-06-12 objection_filed",
        "2013-06-14",
        "art7.file_objection",
        "5 月 27 日当天不算。第 15 日是 6 月 11 日，遇端午节放假，顺延到下一个工作日，6 月 13 日。\
         依据第七条。6 月 12 日办结。",
    );
    check(
        "2013-12-27 materials_received; 2014-01-07 result_served",
        "2014-01-08",
        "art6.serve_result",
        "12 月 27 日当天不算，从次日数起；元旦 1 月 1 日放假跳过；周末不算。\
         数到第 5 个工作日，是 2014 年 1 月 6 日。依据第六条。2014 年 1 月 7 日办结，迟 1 个工作日。",
    );
    check(
        "2027-02-03 materials_received",
        "2027-02-03",
        "art6.serve_result",
        "2 月 3 日当天不算，从次日数起；春节 2 月 5 日至 8 日暂按法定日跳过。\
         数到第 5 个工作日，是 2 月 12 日。依据第六条。",
    );
    check(
        "2013-03-12 rectification_order_served; 2013-04-07 extension_granted until=2013-05-12",
        "2013-05-13",
        "art16.rectify",
        "准予延期至 5 月 12 日，照文书，不顺延。依据第十六条。至今未办，逾期 1 日。",
    );
    check(
        "2013-03-12 rectification_order_served; 2013-04-07 extension_granted until=2013-05-12",
        "2013-05-13",
        "order133.art40.longest_extension",
        "30 日期满是 4 月 11 日，后 30 日是 5 月 11 日。\
         依据产品质量监督抽查管理办法（总局令第133号）第四十条。实际延至 5 月 12 日，超过 1 日。",
    );
    check(
        "2013-03-08 goods_sealed",
        "2013-03-09",
        "compulsion.art25.measure",
        "3 月 8 日当天不算。第 30 日是 4 月 7 日，遇休息日也不顺延。依据行政强制法第二十五条。",
    );
    check(
        "2013-03-07 materials_received",
        "2013-03-13",
        "art14.open_penalty_case",
        "3 月 7 日起应及时办理，条文没有规定天数。依据第十四条。至今未办，已 6 日。",
    );
    check(
        "2013-03-07 materials_received; 2013-03-01 result_served",
        "2013-03-13",
        "art6.serve_result",
        "3 月 7 日当天不算，从次日数起；周末不算。数到第 5 个工作日，是 3 月 14 日。依据第六条。\
         3 月 1 日已先行办结，视为按期。",
    );
    check(
        "2013-04-03 retest_ordered",
        "2013-06-01",
        "art12.report_retest",
        "文书没有写明时限，无从计算到期日。依据第十二条。至今未办，已 59 日。",
    );
    check(
        "2013-03-12 result_served; 2013-03-20 objection_decided outcome=overturned",
        "2013-03-20",
        "art15.report_disposal",
        "3 月 12 日起应及时办理，条文没有规定天数。依据第十五条。原检验结果已改变，无须办理。",
    );
}

#[test]
fn every_day_has_its_role() {
    let check = |events: &str, as_of: &str, rule: &str, expected: &[&str]| {
        let why = explained(events, as_of, rule, WorkCalendar::official());
        let cells = why.days.iter().map(|cell| {
            let (_, month, date) = cell.day.ymd();
            format!("{month}-{date} {}", cell.label(why.counts_working_days()))
        });
        assert_eq!(cells.collect::<Vec<_>>(), expected, "{rule}");
    };
    check(
        "2013-02-07 materials_received; 2013-02-22 result_served",
        "2013-03-04",
        "art6.serve_result",
        &[
            "2-7 周四，起算日，不计入",
            "2-8 周五，第 1 个工作日",
            "2-9 周六，春节放假，不计入",
            "2-10 周日，春节放假，不计入",
            "2-11 周一，春节放假，不计入",
            "2-12 周二，春节放假，不计入",
            "2-13 周三，春节放假，不计入",
            "2-14 周四，春节放假，不计入",
            "2-15 周五，春节放假，不计入",
            "2-16 周六，调休上班，第 2 个工作日",
            "2-17 周日，调休上班，第 3 个工作日",
            "2-18 周一，第 4 个工作日",
            "2-19 周二，第 5 个工作日，到期",
            "2-20 周三，迟 1 个工作日",
            "2-21 周四，迟 2 个工作日",
            "2-22 周五，迟 3 个工作日，办结",
        ],
    );
    check(
        "2013-03-29 report_submitted verdict=conforming",
        "2013-04-01",
        "art5.deliver_conforming",
        &[
            "3-29 周五，起算日，不计入",
            "3-30 周六，休息日，第 1 日",
            "3-31 周日，休息日，第 2 日",
            "4-1 周一，第 3 日",
            "4-2 周二，第 4 日",
            "4-3 周三，第 5 日",
            "4-4 周四，清明节放假，第 6 日",
            "4-5 周五，清明节放假，第 7 日，期满，非工作日",
            "4-6 周六，清明节放假，顺延",
            "4-7 周日，调休上班，到期",
        ],
    );
    check(
        "2013-04-03 retest_ordered due=2013-04-06; 2013-04-07 retest_reported verdict=conforming",
        "2013-04-08",
        "art12.report_retest",
        &[
            "4-3 周三，起算日，不计入",
            "4-4 周四，清明节放假",
            "4-5 周五，清明节放假",
            "4-6 周六，清明节放假，到期",
            "4-7 周日，调休上班，迟 1 日，办结",
        ],
    );
    check(
        "2027-02-03 materials_received",
        "2027-02-03",
        "art6.serve_result",
        &[
            "2-3 周三，起算日，不计入，暂定",
            "2-4 周四，第 1 个工作日，暂定",
            "2-5 周五，春节，暂按法定日，不计入，暂定",
            "2-6 周六，春节，暂按法定日，不计入，暂定",
            "2-7 周日，春节，暂按法定日，不计入，暂定",
            "2-8 周一，春节，暂按法定日，不计入，暂定",
            "2-9 周二，第 2 个工作日，暂定",
            "2-10 周三，第 3 个工作日，暂定",
            "2-11 周四，第 4 个工作日，暂定",
            "2-12 周五，第 5 个工作日，到期，暂定",
        ],
    );
}

#[test]
fn assumptions_are_named() {
    let overlaid = WorkCalendar::official()
        .with_bureau_overlay(WorkCalendar::overlay_of_beijing())
        .unwrap();
    let check = |events: &str, as_of: &str, rule: &str, title: &str, expected: &str| {
        let why = explained(events, as_of, rule, &overlaid);
        let found = why.assumptions.iter().find(|it| it.title == title);
        assert_eq!(
            found.map(|it| it.text.as_str()),
            Some(expected),
            "{rule} {title}"
        );
    };
    let verified = "2013-04-18 rectification_reported received_on=2013-04-19; \
                    2013-04-18 reinspection_applied received_on=2013-04-22 author=李敏";
    check(
        verified,
        "2013-04-23",
        "art17.verify",
        "起算事件",
        "2013-04-18 申请复查，2013-04-22 收到（e2），李敏登记",
    );
    check(
        verified,
        "2013-04-23",
        "art17.verify",
        "另据",
        "2013-04-18 提交整改报告，2013-04-19 收到（e1）",
    );
    check(
        "2014-11-05 materials_received",
        "2014-11-06",
        "art6.serve_result",
        "工作日历",
        "国务院办公厅关于2014年部分节假日安排的通知（2013-12-11 公布）；在京机关另有放假安排，已计入",
    );
    check(
        "2026-12-30 materials_received",
        "2026-12-31",
        "art6.serve_result",
        "工作日历",
        "国务院办公厅关于2026年部分节假日安排的通知（2025-11-04 公布）；\
         2027 年放假安排尚未公布，按周末和法定节日当日推算，未计调休，暂定",
    );
    check(
        "2013-03-07 materials_received",
        "2013-03-08",
        "art14.open_penalty_case",
        "由人认定",
        "产品有严重质量问题，由承办人认定并填入案件",
    );
    check(
        "2013-03-12 result_served",
        "2013-03-13",
        "art15.report_disposal",
        "由人认定",
        "是否及时，条文没有天数，由人判断",
    );
    check(
        "2013-06-13 reinspection_reported verdict=nonconforming serious=true",
        "2013-06-14",
        "art20.open_penalty_case",
        "由人认定",
        "复查发现严重质量问题，由登记复查结果的人认定",
    );
    check(
        "2013-03-12 rectification_order_served; 2013-04-15 excuse_accepted reason=搬迁",
        "2013-04-16",
        "art18.compel_reinspection",
        "由人认定",
        "是否及时，条文没有天数，由人判断",
    );
    check(
        "2013-03-07 materials_received; 2013-03-08 materials_received",
        "2013-03-09",
        "art6.serve_result",
        "争议",
        "两处登记不一，暂按在先的一条计算，须人裁定",
    );
    check(
        "2013-03-12 rectification_order_served; 2013-04-15 excuse_accepted reason=搬迁",
        "2013-04-16",
        "art18.compel_reinspection",
        "无须办理",
        "未申请复查有正当理由：2013-04-15 认可正当理由（e2）",
    );
}

#[test]
fn consequences_name_clause_and_events() {
    let case = case(
        "2013-03-12 result_served; 2013-04-01 rectification_refused; 2013-03-30 objection_filed",
    );
    let found = assess(
        &case,
        &History::default(),
        WorkCalendar::official(),
        day("2013-04-02"),
    );
    let edition = found.edition.unwrap();
    let refused = of_finding(&found.findings[0], &case, edition);
    assert_eq!(refused.events, ["e2"]);
    assert_eq!(
        refused.sentence,
        "无正当理由拒绝整改：2013-04-01 拒绝整改。依据第二十四条（三）3。"
    );
    assert_eq!(refused.judged, Some("拒绝整改没有正当理由，由登记人认定"));
    let late = of_notice(&found.notices[0], &case, Some(edition));
    assert_eq!(late.judged, None);
    assert_eq!(
        late.sentence,
        "异议逾期提出：2013-03-30 提出异议。依据第七条。"
    );
}

#[test]
fn what_a_person_decided_is_named_where_it_counts() {
    let judged = |events: &str, as_of: &str| -> Vec<Option<&'static str>> {
        let case = case(events);
        let (history, official) = (History::default(), WorkCalendar::official());
        let found = assess(&case, &history, official, day(as_of));
        let edition = found.edition.unwrap();
        let findings = found.findings.iter();
        let notices = found.notices.iter();
        findings
            .map(|it| of_finding(it, &case, edition).judged)
            .chain(notices.map(|it| of_notice(it, &case, Some(edition)).judged))
            .collect()
    };
    let filed = "2013-03-08 report_submitted verdict=nonconforming; \
                 2013-03-12 rectification_order_served; 2013-03-20 rectification_reported; \
                 2013-03-20 reinspection_applied";
    let visited = format!("{filed}; 2013-03-22 rectification_verified outcome=not_implemented");
    assert_eq!(
        judged(&visited, "2013-03-22"),
        [Some("整改措施没有落实，由核查人认定")]
    );
    let again = format!("{filed}; 2013-03-29 reinspection_reported verdict=nonconforming");
    assert_eq!(
        judged(&again, "2013-03-29"),
        [None],
        "a laboratory found it"
    );
    let excused = "2013-03-08 report_submitted verdict=nonconforming; \
                   2013-03-12 rectification_order_served; 2013-04-15 excuse_accepted";
    assert_eq!(
        judged(excused, "2013-04-16"),
        [Some("未申请复查有正当理由，由区县局认定")]
    );
    let refused = "2013-03-08 sampling_refused";
    assert_eq!(
        judged(refused, "2013-03-08"),
        [Some("拒绝抽查没有正当理由，由登记人认定")]
    );
}

#[test]
fn an_explanation_names_trigger_unit_and_article() {
    let check = |events: &str, rule: &str, trigger: &str, unit: Unit, article: &str| {
        let why = explained(events, "2013-04-16", rule, WorkCalendar::official());
        let sum = &why.equation;
        assert_eq!(
            (&*sum.trigger, sum.unit, &*sum.article),
            (trigger, unit, article),
            "{rule}"
        );
    };
    let served = "2013-03-07 materials_received; 2013-03-12 result_served; \
                  2013-03-12 rectification_order_served; 2013-04-03 retest_ordered due=2013-04-26";
    check(
        served,
        "art6.serve_result",
        "e1",
        Unit::WorkingDays,
        "第六条",
    );
    check(
        served,
        "art7.file_objection",
        "e2",
        Unit::CalendarDays,
        "第七条",
    );
    check(
        served,
        "art18.compel_reinspection",
        "e3",
        Unit::None,
        "第十八条",
    );
    check(
        served,
        "art12.report_retest",
        "e4",
        Unit::Document,
        "第十二条",
    );
    check(
        served,
        "order133.art40.request_extension",
        "e3",
        Unit::CalendarDays,
        "第四十条",
    );
}

#[test]
fn a_long_delay_is_not_listed_for_ever() {
    let official = WorkCalendar::official();
    let why = explained(
        "2013-03-07 materials_received",
        "2026-01-01",
        "art6.serve_result",
        official,
    );
    assert!(why.days.len() < 400, "{}", why.days.len());
    assert_eq!(
        why.days
            .iter()
            .filter(|cell| cell.role == Role::Due)
            .count(),
        1
    );
}
