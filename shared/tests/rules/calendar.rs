//! The calendar against a day-by-day loop, and what a notice may and may not say.

use std::collections::BTreeMap;

use proptest::prelude::*;
use shared::{
    Day,
    calendar::{
        CalendarFault, CalendarFile, CalendarLog, DayKind, Loaded, Schedule, WorkCalendar,
        statutory_holidays,
    },
    change::{Body, Change, Subject},
    rule::Party,
};

const WORKDAYS: &str = include_str!("../../data/workdays.csv");

fn day(text: &str) -> Day {
    text.parse().unwrap()
}

/// Days that the notices take out of the week, read a second time: date and kind alone.
fn exceptions() -> BTreeMap<Day, bool> {
    WORKDAYS
        .lines()
        .skip(1)
        .map(|line| {
            let cells: Vec<&str> = line.split(',').collect();
            (day(cells[0]), cells[2] == "makeup_workday")
        })
        .collect()
}

fn span() -> (Day, Day) {
    (day("2013-01-01"), day("2026-12-31"))
}

/// Every start day of the calendar's span, 1 to 60 days, against a day-by-day loop.
#[test]
fn adding_agrees_with_a_loop() {
    let calendar = WorkCalendar::official().general();
    let exceptions = exceptions();
    let (first, last) = span();
    let worked = |day: Day| {
        if day > last {
            let statutory = statutory_holidays(day.year()).any(|(holiday, _)| holiday == day);
            return !day.is_weekend() && !statutory;
        }
        exceptions.get(&day).copied().unwrap_or(!day.is_weekend())
    };
    for start in (first.unix_days()..=last.unix_days()).map(Day::from_unix_days) {
        assert_eq!(calendar.is_working(start), worked(start), "{start}");
        let mut reached = start;
        for days in 1..=60 {
            reached = reached + 1;
            while !worked(reached) {
                reached = reached + 1;
            }
            assert_eq!(
                calendar.add_working_days(start, days),
                reached,
                "{start} + {days}"
            );
            assert_eq!(
                calendar.working_days_between(start, reached),
                i32::from(days)
            );
        }
    }
}

#[test]
fn the_official_calendar_says_what_its_notices_say() {
    let calendar = WorkCalendar::official().general();
    assert_eq!(calendar.known_spans(), [span().0..=span().1]);
    for (line, text) in WORKDAYS.lines().enumerate().skip(1) {
        let cells: Vec<&str> = text.split(',').collect();
        let (name, notice) = match calendar.kind(day(cells[0])) {
            DayKind::Holiday { name, notice } if cells[2] == "holiday" => (name, notice),
            DayKind::MakeupWorkday { name, notice } if cells[2] != "holiday" => (name, notice),
            other => panic!("line {}: {other:?}", line + 1),
        };
        let notice = notice.unwrap();
        assert_eq!((name, &*notice.name), (cells[3], cells[6]));
        assert_eq!(notice.known_from, day(cells[7]));
    }
    assert_eq!(calendar.kind(day("2013-03-04")), DayKind::Working);
    assert_eq!(calendar.kind(day("2013-03-02")), DayKind::Weekend);
    // The statutory days that the notices mark are those of the law, but for one-off days.
    for text in WORKDAYS.lines().skip(1) {
        let cells: Vec<&str> = text.split(',').collect();
        if !cells[4].is_empty() && !cells[4].contains("一次性") {
            let of_law =
                statutory_holidays(day(cells[0]).year()).any(|(it, _)| it == day(cells[0]));
            assert!(of_law, "{text}");
        }
    }
}

#[test]
fn outside_the_notices_the_law_is_assumed() {
    let calendar = WorkCalendar::official().general();
    let check = |text: &str, working: bool, name: Option<&str>| {
        let day = day(text);
        assert!(!calendar.is_known(day), "{text}");
        assert_eq!(calendar.is_working(day), working, "{text}");
        let found = match calendar.kind(day) {
            DayKind::Holiday { name, notice: None } => Some(name),
            _ => None,
        };
        assert_eq!(found, name, "{text}");
    };
    check("2027-02-05", false, Some("春节"));
    check("2027-02-09", true, None);
    check("2027-06-09", false, Some("端午节"));
    check("2012-12-31", true, None);
    check("2012-10-01", false, Some("国庆节"));
    // Beyond the index.
    check("2101-01-03", true, None);
    check("2101-05-02", false, Some("劳动节"));
    check("1948-10-01", false, Some("国庆节"));
    let far = day("2100-12-30");
    assert_eq!(calendar.add_working_days(far, 3), day("2101-01-04"));
    assert_eq!(calendar.working_days_between(far, day("2101-01-04")), 3);
    assert_eq!(calendar.working_days_between(day("2101-01-04"), far), -3);
}

const HEADING: &str =
    "date,weekday,kind,name,statutory_festival,deviates_from_week,notice,known_from";

/// A notice for 2027 with the statutory days of the law and these lines.
fn notice_for_2027(more: &str) -> String {
    let statutory: Vec<String> = statutory_holidays(2027)
        .map(|(day, name)| format!("{day},,holiday,{name},{name},,通知,2026-11-25"))
        .collect();
    format!("{HEADING}\n{}\n{more}", statutory.join("\n"))
}

#[test]
fn a_later_notice_replaces_what_was_assumed() {
    let before = WorkCalendar::official();
    let received = day("2027-02-03");
    assert_eq!(
        before.general().add_working_days(received, 5),
        day("2027-02-12")
    );
    let more = "2027-02-09,二,holiday,春节,,1,通知,2026-11-25\n\
                2027-02-13,六,makeup_workday,春节,,1,通知,2026-11-25\n\
                2026-12-31,四,holiday,元旦,,1,通知,2026-11-25\n";
    let after = before.with_notice(&notice_for_2027(more)).unwrap();
    let schedule = after.general();
    assert_eq!(schedule.add_working_days(received, 5), day("2027-02-13"));
    assert!(schedule.is_known(day("2027-12-31")) && !schedule.is_known(day("2028-01-01")));
    assert_eq!(schedule.known_spans().len(), 1);
    // Elsewhere it speaks for the days that it names alone.
    assert!(!schedule.is_working(day("2026-12-31")));
    assert_eq!(
        schedule.is_working(day("2026-10-10")),
        before.general().is_working(day("2026-10-10"))
    );
    // The same year again, differently: nothing of the first notice is left.
    let again = after.with_notice(&notice_for_2027("")).unwrap();
    assert_eq!(
        again.general().add_working_days(received, 5),
        day("2027-02-12")
    );
    assert!(again.general().is_known(received));
}

#[test]
fn an_overlay_is_for_bureaus_alone() {
    let plain = WorkCalendar::official();
    let overlaid = plain
        .with_bureau_overlay(WorkCalendar::overlay_of_beijing())
        .unwrap();
    let from = day("2014-11-05");
    for (party, due) in [
        (Party::Municipal, "2014-11-17"),
        (Party::District, "2014-11-17"),
        (Party::Enterprise, "2014-11-12"),
        (Party::InspectionBody, "2014-11-12"),
    ] {
        assert_eq!(
            overlaid.of(party).add_working_days(from, 5),
            day(due),
            "{party:?}"
        );
        assert_eq!(plain.of(party).add_working_days(from, 5), day("2014-11-12"));
    }
    assert!(overlaid.is_overlaid(Party::District, from, day("2014-11-17")));
    assert!(!overlaid.is_overlaid(Party::Enterprise, from, day("2014-11-17")));
    assert!(!overlaid.is_overlaid(Party::District, day("2015-01-05"), day("2015-01-12")));
    // A later notice keeps it.
    let later = overlaid.with_notice(&notice_for_2027("")).unwrap();
    assert_eq!(
        later.of(Party::District).add_working_days(from, 5),
        day("2014-11-17")
    );
}

#[test]
fn an_overlay_adds_to_the_ones_before() {
    let more = "date,kind,name\n2015-09-02,holiday,x\n2014-11-12,holiday,y\n";
    let overlaid = WorkCalendar::official()
        .with_bureau_overlay(WorkCalendar::overlay_of_beijing())
        .and_then(|calendar| calendar.with_bureau_overlay(more))
        .unwrap();
    let days: Vec<(String, String)> = overlaid
        .overlay_days()
        .map(|(day, name, _)| (day.to_string(), name.to_owned()))
        .collect();
    assert_eq!(days.len(), 7, "one is named in both");
    assert!(
        days.contains(&("2014-11-12".into(), "y".into())),
        "the later counts"
    );
    let district = overlaid.of(Party::District);
    assert_eq!(
        district.add_working_days(day("2014-11-05"), 5),
        day("2014-11-17")
    );
    assert!(!district.is_working(day("2015-09-02")));
    assert!(overlaid.of(Party::Enterprise).is_working(day("2015-09-02")));
}

#[test]
fn an_overlay_is_checked_before_it_moves_a_day() {
    let check = |csv: &str, expected: &str| {
        let error = Loaded::read(CalendarFile::Overlay, csv).expect_err(csv);
        assert_eq!(error.to_string(), expected);
    };
    check(
        "date,kind,name\n2015-09-31,holiday,x",
        "第 2 行，字段 date：“2015-09-31”不是日期，应写作 2013-03-04",
    );
    check(
        "date,kind,name\n2015-09-02,holiday,x\n2015-09-03,makeup_workday,x",
        "第 3 行，字段 kind：2015-09-03 不是周六或周日，不会是调休上班",
    );
    check(
        "date,kind,name\n2015-09-02,holiday,x\n\n2015-09-02,holiday,x",
        "第 4 行，字段 date：2015-09-02 写了两次",
    );
    check(
        "date,name\n2015-09-02,x",
        "第 1 行，字段 kind：第一行没有 kind 这一列",
    );
    check(
        "date,kind,name\n2015-09-02,holiday,",
        "第 2 行，字段 name：没有填写",
    );
    check(
        "date,kind,name\n2015-09-02,holiday",
        "第 2 行：有 2 格，应有 3 格",
    );
    check("date,kind,name\n", "第 1 行：没有任何日子");
    check(
        &notice_for_2027(""),
        "第 1 行，字段 notice：这是放假安排，不是在京机关调休：有 notice 这一列，适用于各方，应作为放假安排载入",
    );
    let own = Loaded::read(CalendarFile::Overlay, WorkCalendar::overlay_of_beijing()).unwrap();
    assert_eq!((own.holidays, own.makeup_workdays), (4, 2));
    assert!(own.notices.is_empty() && own.years.is_empty() && own.names.len() == 2);
}

#[test]
fn a_notice_is_checked_before_it_moves_a_day() {
    let check = |more: &str, line: usize, fault: CalendarFault| {
        let error = WorkCalendar::official()
            .with_notice(&notice_for_2027(more))
            .expect_err(more);
        assert_eq!((error.line, error.fault), (line, fault), "{more}");
    };
    let line = 2 + statutory_holidays(2027).count();
    check(
        "2027-02-30,,holiday,x,,,n,2026-11-25",
        line,
        CalendarFault::NotADay {
            column: "date",
            text: "2027-02-30".into(),
        },
    );
    check(
        "2027-02-09,,holiday,x,,,n,soon",
        line,
        CalendarFault::NotADay {
            column: "known_from",
            text: "soon".into(),
        },
    );
    check(
        "2027-02-09,,strike,x,,,n,2026-11-25",
        line,
        CalendarFault::UnknownKind("strike".into()),
    );
    check(
        "2027-02-09,,holiday,,,,n,2026-11-25",
        line,
        CalendarFault::Empty("name"),
    );
    check(
        "2027-02-09,,holiday,x,,,,2026-11-25",
        line,
        CalendarFault::Empty("notice"),
    );
    check(
        "2027-02-09,,makeup_workday,x,,,n,2026-11-25",
        line,
        CalendarFault::MakeupOnWeekday(day("2027-02-09")),
    );
    check(
        "2027-02-09,三,holiday,x,,,n,2026-11-25",
        line,
        CalendarFault::WrongWeekday {
            day: day("2027-02-09"),
            written: "三".into(),
        },
    );
    check(
        "2027-02-09,二,holiday,x,,0,n,2026-11-25",
        line,
        CalendarFault::WrongDeviation(day("2027-02-09")),
    );
    check(
        "\n2027-01-01,,holiday,x,,,n,2026-11-25",
        line + 1,
        CalendarFault::NamedTwice(day("2027-01-01")),
    );
    check(
        "2027-02-09,二",
        line,
        CalendarFault::CellCount {
            found: 2,
            expected: 8,
        },
    );
    for (csv, fault) in [
        ("", CalendarFault::NoDays),
        (HEADING, CalendarFault::NoDays),
        (
            "date,kind,name\n2027-01-01,holiday,元旦",
            CalendarFault::MissingColumn("notice"),
        ),
        (
            &format!("{HEADING}\n2027-01-01,五,holiday,元旦,,1,n,2026-11-25"),
            CalendarFault::MissingHoliday {
                year: 2027,
                name: "春节",
                day: day("2027-02-05"),
            },
        ),
    ] {
        let error = WorkCalendar::official().with_notice(csv).expect_err(csv);
        assert_eq!(error.fault, fault, "{csv}");
    }
}

fn schedule() -> &'static Schedule {
    WorkCalendar::official().general()
}

proptest! {
    /// Adding and counting undo each other, in and beyond the index.
    #[test]
    fn counting_undoes_adding(start in -50_000..80_000_i32, days in 0..400_u16) {
        let start = Day::from_unix_days(start);
        let reached = schedule().add_working_days(start, days);
        prop_assert_eq!(schedule().working_days_between(start, reached), i32::from(days));
        prop_assert_eq!(schedule().working_days_between(reached, start), -i32::from(days));
        prop_assert!(days == 0 || schedule().is_working(reached));
    }

    /// Whether a day is worked is one answer, however it is asked.
    #[test]
    fn kinds_agree_with_the_index(day in -50_000..80_000_i32) {
        let day = Day::from_unix_days(day);
        prop_assert_eq!(schedule().kind(day).is_working(), schedule().is_working(day));
        let next = schedule().next_working_day(day);
        prop_assert_eq!(next == day, schedule().is_working(day));
    }

    /// No file makes the reader panic.
    #[test]
    fn any_text_is_read_or_refused(text in "\\PC{0,200}", lines in "([0-9,一holidaymakeup-]{0,24}\n){0,6}") {
        let official = WorkCalendar::official();
        let _ = official.with_notice(&text);
        let _ = official.with_bureau_overlay(&format!("date,kind,name\n{lines}"));
        let _ = official.with_notice(&format!("{HEADING}\n{lines}"));
    }
}

fn said(device: &str, sequence: u64, at: u64, body: &Body) -> Change {
    Change {
        id: format!("{device}/{sequence}").parse().unwrap(),
        subject: Subject::calendar(),
        clock: format!("{at}-00000").parse().unwrap(),
        author: "municipal".into(),
        schema: 1,
        body: body.to_raw(),
    }
}

#[test]
fn the_log_gives_one_calendar_whatever_the_order() {
    let saturday = day("2027-02-20");
    let notice = |more: &str| Body::Notice {
        csv: notice_for_2027(more),
    };
    let makeup = "2027-02-20,六,makeup_workday,春节,,1,第一次,2026-11-25";
    let first = said("a", 1, 1_000_000_000_000, &notice(makeup));
    let corrected = said("a", 2, 1_000_000_001_000, &notice(""));
    let on = said("b", 1, 1_000_000_002_000, &Body::Overlay { on: true });
    let off = said("b", 2, 1_000_000_003_000, &Body::Overlay { on: false });
    let withdrawn = Body::NoticeWithdrawn {
        notice: corrected.id.clone(),
    };
    let withdrawn = said("a", 3, 1_000_000_004_000, &withdrawn);
    let bad = said("c", 1, 1_000_000_005_000, &Body::Notice { csv: "x".into() });
    let check = |changes: &[&Change], known: bool, works: bool, overlay: bool, entries: usize| {
        let log = CalendarLog::of(changes.iter().copied());
        assert_eq!(log.calendar.general().is_known(saturday), known);
        assert_eq!(log.calendar.general().is_working(saturday), works);
        assert_eq!(log.overlay, overlay);
        assert_eq!(
            log.calendar.overlay_days().count(),
            if overlay { 6 } else { 0 }
        );
        assert_eq!(log.entries.len(), entries);
        let backwards = CalendarLog::of(changes.iter().rev().copied().chain(changes.to_vec()));
        assert_eq!(backwards, log);
    };
    check(&[], false, false, false, 0);
    check(&[&bad], false, false, false, 0);
    check(&[&first], true, true, false, 1);
    check(&[&first, &corrected], true, false, false, 2);
    check(&[&first, &corrected, &withdrawn], true, true, false, 2);
    check(&[&corrected, &withdrawn], false, false, false, 1);
    check(&[&first, &on], true, true, true, 2);
    check(&[&first, &on, &off, &bad], true, true, false, 3);
}

#[test]
fn overlays_that_are_loaded_count_while_they_are_switched_on() {
    let csv = "date,kind,name\n2015-09-02,holiday,x\n".to_owned();
    let file = said("a", 1, 1_000_000_000_000, &Body::OverlayFile { csv });
    let on = said("b", 1, 1_000_000_001_000, &Body::Overlay { on: true });
    let off = said("b", 2, 1_000_000_002_000, &Body::Overlay { on: false });
    let withdrawn = Body::NoticeWithdrawn {
        notice: file.id.clone(),
    };
    let withdrawn = said("a", 2, 1_000_000_003_000, &withdrawn);
    let notice = Body::Notice {
        csv: notice_for_2027(""),
    };
    let notice = said("c", 1, 1_000_000_004_000, &notice);
    let bad = Body::OverlayFile {
        csv: notice_for_2027(""),
    };
    let bad = said("d", 1, 1_000_000_005_000, &bad);
    let check = |changes: &[&Change], days: usize, entries: usize| {
        let log = CalendarLog::of(changes.iter().copied());
        assert_eq!(log.calendar.overlay_days().count(), days);
        assert_eq!(log.entries.len(), entries);
        let worked = |party| log.calendar.of(party).is_working(day("2015-09-02"));
        assert_eq!(worked(Party::Municipal), days < 7);
        assert!(worked(Party::Enterprise));
        let backwards = CalendarLog::of(changes.iter().rev().copied().chain(changes.to_vec()));
        assert_eq!(backwards, log);
    };
    check(&[&file], 0, 1);
    check(&[&file, &on], 7, 2);
    check(&[&file, &on, &off], 0, 3);
    check(&[&file, &on, &withdrawn], 6, 2);
    check(&[&file, &on, &notice, &bad], 7, 3);
    check(&[&on, &bad], 6, 1);
}

#[test]
fn what_is_wrong_with_a_notice_is_said_with_line_and_field() {
    let check = |csv: &str, expected: &str| {
        let error = Loaded::read(CalendarFile::Notices, csv)
            .expect_err(csv)
            .to_string();
        assert_eq!(error, expected);
    };
    let line = 2 + statutory_holidays(2027).count();
    check(
        &notice_for_2027("2027-02-30,,holiday,x,,,n,2026-11-25"),
        &format!("第 {line} 行，字段 date：“2027-02-30”不是日期，应写作 2013-03-04"),
    );
    check(
        &notice_for_2027("2027-02-09,,strike,x,,,n,2026-11-25"),
        &format!(
            "第 {line} 行，字段 kind：“strike”不是日子的种类，应为 holiday（放假）或 makeup_workday（调休上班）"
        ),
    );
    check(
        "date,kind,name\n2027-01-01,holiday,元旦",
        "第 1 行，字段 notice：第一行没有 notice 这一列",
    );
    check("", "第 1 行：没有任何日子");
    check(
        &format!("{HEADING}\n{}", "\n".repeat(70_000)),
        "第 1 行：没有任何日子",
    );
    let padded = notice_for_2027("") + &"\n".repeat(70_000);
    check(&padded, "第 1 行：文件太大：一次只载入一年或几年的安排");
    let whole = include_str!("../../data/workdays.csv");
    let loaded = Loaded::read(CalendarFile::Notices, whole).unwrap();
    assert_eq!(
        loaded.years.len(),
        14,
        "the whole of the calendar fits into one change"
    );
    assert_eq!(loaded.first, day("2013-01-01"));
}
