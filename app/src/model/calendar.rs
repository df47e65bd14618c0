//! The calendar of an explanation: whole weeks, each day with what it is to the count.

use shared::{
    Day,
    explain::{Cell, Explanation, Role},
    words::{day_beside, month_and_day},
};

/// Over so many weeks the middle is folded away.
const WEEKS_IN_FULL: usize = 5;

/// A week: Monday to Sunday.
pub(crate) type Week = [Square; 7];

/// A stretch of the calendar: weeks drawn, or weeks folded into one line.
#[derive(Clone, PartialEq, Debug)]
pub(crate) enum Stretch {
    /// Drawn.
    Shown(Vec<Week>),
    /// Folded until it is opened.
    Folded(Vec<Week>),
}

/// One day as it is drawn.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Square {
    /// The day.
    pub(crate) day: Day,
    /// What stands in its corner: 4, and with its month on the first and at the beginning.
    pub(crate) label: String,
    /// What it is to the count; none outside of it.
    pub(crate) cell: Option<Cell>,
    /// Why it and the days after it in this week are free, on the first of them: words, days.
    pub(crate) run: Option<(String, usize)>,
}

/// The calendar of this explanation; nothing where the law sets no day.
pub(crate) fn stretches(why: &Explanation) -> Vec<Stretch> {
    let (Some(first), Some(last)) = (why.days.first(), why.days.last()) else {
        return Vec::new();
    };
    let begin = first.day.monday();
    let count = usize::try_from((last.day.monday() - begin) / 7 + 1).unwrap_or(1);
    let weeks: Vec<Week> = (0..count)
        .map(|index| week(why, begin + 7 * i32::try_from(index).unwrap_or(0), begin))
        .collect();
    if count <= WEEKS_IN_FULL {
        return vec![Stretch::Shown(weeks)];
    }
    let due = why
        .days
        .iter()
        .find(|cell| cell.role == Role::Due)
        .and_then(|cell| usize::try_from((cell.day - begin) / 7).ok());
    let is_shown = |index: usize| index == 0 || index + 2 >= count || Some(index) == due;
    // One week alone takes no more room drawn than folded.
    let keep =
        |index: usize| is_shown(index) || (index > 0 && is_shown(index - 1) && is_shown(index + 1));
    let mut stretches: Vec<Stretch> = Vec::new();
    for (index, week) in weeks.into_iter().enumerate() {
        match (stretches.last_mut(), keep(index)) {
            (Some(Stretch::Shown(weeks)), true) | (Some(Stretch::Folded(weeks)), false) => {
                weeks.push(week);
            }
            (_, true) => stretches.push(Stretch::Shown(vec![week])),
            (_, false) => stretches.push(Stretch::Folded(vec![week])),
        }
    }
    stretches
}

fn week(why: &Explanation, monday: Day, begin: Day) -> Week {
    let cell = |day: Day| {
        let first = why.days.first()?.day;
        why.days.get(usize::try_from(day - first).ok()?).cloned()
    };
    let mut week = [0, 1, 2, 3, 4, 5, 6].map(|offset| {
        let day = monday + offset;
        Square {
            day,
            label: label(day, begin),
            cell: cell(day),
            run: None,
        }
    });
    let names = week
        .each_ref()
        .map(|square| square.cell.as_ref().and_then(free_words));
    let mut at = 0;
    while at < week.len() {
        let length = names[at..]
            .iter()
            .take_while(|name| **name == names[at])
            .count();
        week[at].run = names[at].clone().map(|name| (name, length));
        at += length;
    }
    week
}

fn label(day: Day, begin: Day) -> String {
    let (_, month, of_month) = day.ymd();
    if of_month == 1 || day == begin {
        format!("{month} 月 {of_month}")
    } else {
        of_month.to_string()
    }
}

/// What is written across days that are not worked and therefore not counted.
fn free_words(cell: &Cell) -> Option<String> {
    let name = cell.free.as_deref().filter(|_| cell.role == Role::Off)?;
    Some(match name {
        "休息日" => "周末".to_owned(),
        name if cell.assumed => format!("{name}，暂按法定日"),
        name => format!("{name}放假"),
    })
}

/// 2013 年 2 月 4 日至 24 日：逐日计数
pub(crate) fn caption(why: &Explanation) -> String {
    let (Some(first), Some(last)) = (why.days.first(), why.days.last()) else {
        return String::new();
    };
    let first = first.day.monday();
    let last = last.day.monday() + 6;
    format!(
        "{} 年 {}至 {}：逐日计数",
        first.year(),
        month_and_day(first),
        day_beside(last, first)
    )
}

#[cfg(test)]
mod tests {
    use shared::{
        CaseFile, CaseHead, Event, EventKind, assess::assess, calendar::WorkCalendar,
        explain::explain, history::History,
    };

    use super::*;

    /// One letter a day: outside `.`, start `S`, counted `c`, off `o`, full `f`, roll `r`, due `D`,
    /// late `l`, between `b`; weeks apart, folded weeks as `~n`.
    fn drawn(events: &[(&str, &str, &str)], rule: &str, as_of: &str) -> String {
        let mut case = CaseFile::new(CaseHead {
            regulation: "beijing-2013".into(),
            ..CaseHead::default()
        });
        for (kind, on, until) in events {
            let mut event = Event::new(*kind, EventKind::from_name(kind), on.parse().unwrap());
            event.until = until.parse().ok();
            event.due = until.parse().ok();
            case.events.push(event);
        }
        let (calendar, as_of) = (WorkCalendar::official(), as_of.parse().unwrap());
        let assessment = assess(&case, &History::default(), calendar, as_of);
        let row = assessment
            .deadlines
            .iter()
            .find(|row| row.rule.id == rule)
            .unwrap();
        let why = explain(row, &case, calendar, as_of);
        let letter = |square: &Square| match square.cell.as_ref().map(|cell| cell.role) {
            None => '.',
            Some(Role::Start) => 'S',
            Some(Role::Count) => 'c',
            Some(Role::Off) => 'o',
            Some(Role::Full) => 'f',
            Some(Role::Roll) => 'r',
            Some(Role::Due) => 'D',
            Some(Role::Late) => 'l',
            Some(Role::Between) => 'b',
        };
        let weeks = stretches(&why)
            .into_iter()
            .flat_map(|stretch| match stretch {
                Stretch::Shown(weeks) => weeks
                    .iter()
                    .map(|week| week.iter().map(letter).collect())
                    .collect::<Vec<String>>(),
                Stretch::Folded(weeks) => vec![format!("~{}", weeks.len())],
            });
        weeks.collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn weeks_are_whole_and_long_ones_folded() {
        let check = |events: &[(&str, &str, &str)], rule, as_of, expected| {
            assert_eq!(drawn(events, rule, as_of), expected);
        };
        let received = ("materials_received", "2013-02-07", "");
        check(
            &[received],
            "art6.serve_result",
            "2013-02-18",
            "...Scoo ooooocc cD.....",
        );
        check(
            &[received, ("result_served", "2013-02-22", "")],
            "art6.serve_result",
            "2013-03-04",
            "...Scoo ooooocc cDlll..",
        );
        check(
            &[("result_served", "2013-02-22", "")],
            "art7.file_objection",
            "2013-03-04",
            "....Scc ccccccc cccccfr D......",
        );
        let ordered = ("rectification_order_served", "2013-02-25", "");
        check(
            &[ordered],
            "art16.rectify",
            "2013-03-04",
            "Scccccc ccccccc ccccccc ccccccc ccD....",
        );
        check(
            &[ordered, ("extension_granted", "2013-03-10", "2013-04-20")],
            "art16.rectify",
            "2013-03-11",
            "Sbbbbbb ~5 bbbbbbb bbbbbD.",
        );
        // However late, the week of the due day stays in sight.
        let drawn = drawn(&[received], "art6.serve_result", "2013-05-20");
        assert!(drawn.starts_with("...Scoo ooooocc cDllloo ~"), "{drawn}");
    }

    #[test]
    fn free_days_are_named_once_a_week() {
        let mut case = CaseFile::new(CaseHead {
            regulation: "beijing-2013".into(),
            ..CaseHead::default()
        });
        case.events.push(Event::new(
            "e",
            EventKind::MaterialsReceived,
            "2013-02-07".parse().unwrap(),
        ));
        let (calendar, as_of) = (WorkCalendar::official(), "2013-02-18".parse().unwrap());
        let assessment = assess(&case, &History::default(), calendar, as_of);
        let row = assessment.row("art6.serve_result", 0).unwrap();
        let why = explain(row, &case, calendar, as_of);
        let Some(Stretch::Shown(weeks)) = stretches(&why).into_iter().next() else {
            panic!("drawn in full")
        };
        let runs: Vec<_> = weeks
            .iter()
            .flatten()
            .filter_map(|square| square.run.clone())
            .collect();
        assert_eq!(
            runs,
            [("春节放假".to_owned(), 2), ("春节放假".to_owned(), 5)]
        );
        assert_eq!(weeks[0][0].label, "2 月 4");
        assert_eq!(caption(&why), "2013 年 2 月 4 日至 2 月 24 日：逐日计数");
    }
}
