//! Reading the calendar's CSV forms, and checking them before they move anyone's days.

use std::sync::Arc;

use super::{schedule::Notice, statutory::statutory_holidays};
use crate::Day;

/// One day that a notice takes out of the ordinary week.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Row {
    pub(super) day: Day,
    pub(super) worked: bool,
    pub(super) name: Arc<str>,
    /// None in an overlay.
    pub(super) notice: Option<Arc<Notice>>,
}

/// A calendar file cannot be used, and where.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("line {line}: {fault}")]
pub struct CalendarError {
    /// The line of the file, from 1.
    pub line: usize,
    /// What is wrong there.
    pub fault: CalendarFault,
}

/// What is wrong with a calendar file.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum CalendarFault {
    /// A column that the form has is not named in the first line.
    #[error("there is no column `{0}`")]
    MissingColumn(&'static str),
    /// The line has another number of cells than the first one.
    #[error("{found} cells, expected {expected}")]
    CellCount {
        /// Cells in this line.
        found: usize,
        /// Cells in the first line.
        expected: usize,
    },
    /// Not a day.
    #[error("`{0}` is not a day: expected a date like 2013-03-04")]
    NotADay(String),
    /// Neither a holiday nor a make-up day.
    #[error("`{0}` is not a kind of day: expected holiday or makeup_workday")]
    UnknownKind(String),
    /// A cell that must say something is empty.
    #[error("`{0}` is empty")]
    Empty(&'static str),
    /// The weekday written is not that of the date.
    #[error("{day} is not a 星期{written}")]
    WrongWeekday {
        /// The date.
        day: Day,
        /// What the file says.
        written: String,
    },
    /// A make-up day on a day that is worked anyway.
    #[error("{0} is no Saturday or Sunday: nothing is made up on it")]
    MakeupOnWeekday(Day),
    /// `deviates_from_week` says something else than date and kind do.
    #[error("{0}: deviates_from_week does not fit the weekday")]
    WrongDeviation(Day),
    /// The same date twice.
    #[error("{0} is named twice")]
    NamedTwice(Day),
    /// The year's 1 January is named, so the whole year is, but a statutory holiday is missing.
    #[error("{year} leaves out {name} on {day}, a statutory holiday")]
    MissingHoliday {
        /// The year that the notice speaks for.
        year: i32,
        /// The holiday's name.
        name: &'static str,
        /// Its legal date.
        day: Day,
    },
    /// Nothing but a heading, or nothing at all.
    #[error("no days")]
    NoDays,
}

const WEEKDAYS: [&str; 7] = ["一", "二", "三", "四", "五", "六", "日"];

/// Rows of yearly notices, sorted by day, every year that they speak for complete.
pub(super) fn read_notices(csv: &str) -> Result<Vec<Row>, CalendarError> {
    let rows = read(csv, true)?;
    for year in years_spoken_for(&rows) {
        for (day, name) in statutory_holidays(year) {
            let found = rows.binary_search_by_key(&day, |row| row.day);
            if found.is_ok_and(|at| !rows[at].worked) {
                continue;
            }
            return Err(CalendarError {
                line: 1,
                fault: CalendarFault::MissingHoliday { year, name, day },
            });
        }
    }
    Ok(rows)
}

/// Rows of days that only some offices were off or worked, sorted by day.
pub(super) fn read_overlay(csv: &str) -> Result<Vec<Row>, CalendarError> {
    read(csv, false)
}

/// The years whose 1 January is named, ascending.
pub(super) fn years_spoken_for(rows: &[Row]) -> Vec<i32> {
    rows.iter()
        .map(|row| row.day.ymd())
        .filter(|(_, month, day)| (*month, *day) == (1, 1))
        .map(|(year, _, _)| year)
        .collect()
}

fn cells(line: &str) -> impl Iterator<Item = &str> {
    line.split(',').map(|cell| cell.trim().trim_matches('"'))
}

fn read(csv: &str, of_notices: bool) -> Result<Vec<Row>, CalendarError> {
    let csv = csv.trim_start_matches('\u{feff}');
    let mut lines = csv
        .lines()
        .enumerate()
        .map(|(index, line)| (index + 1, line))
        .filter(|(_, line)| !line.trim().is_empty());
    let nothing = CalendarError {
        line: 1,
        fault: CalendarFault::NoDays,
    };
    let (heading_line, heading) = lines.next().ok_or_else(|| nothing.clone())?;
    let columns: Vec<&str> = cells(heading).collect();
    let column = |name| columns.iter().position(|column| *column == name);
    let needed = |name: &'static str| {
        column(name).ok_or(CalendarError {
            line: heading_line,
            fault: CalendarFault::MissingColumn(name),
        })
    };
    let (date, kind, name) = (needed("date")?, needed("kind")?, needed("name")?);
    let source = if of_notices {
        Some((needed("notice")?, needed("known_from")?))
    } else {
        None
    };
    let (weekday, deviates) = (column("weekday"), column("deviates_from_week"));

    let mut texts = Texts::default();
    let mut rows = Vec::new();
    for (line, text) in lines {
        let at = |fault| CalendarError { line, fault };
        let cells: Vec<&str> = cells(text).collect();
        if cells.len() != columns.len() {
            return Err(at(CalendarFault::CellCount {
                found: cells.len(),
                expected: columns.len(),
            }));
        }
        let filled = |index: usize, column: &'static str| match cells[index] {
            "" => Err(at(CalendarFault::Empty(column))),
            text => Ok(text),
        };
        let a_day = |text: &str| -> Result<Day, CalendarError> {
            let not_a_day = |_| at(CalendarFault::NotADay(text.chars().take(40).collect()));
            text.parse().map_err(not_a_day)
        };
        let day = a_day(cells[date])?;
        let worked = match cells[kind] {
            "holiday" => false,
            "makeup_workday" => true,
            other => {
                let other = other.chars().take(40).collect();
                return Err(at(CalendarFault::UnknownKind(other)));
            }
        };
        if worked && !day.is_weekend() {
            return Err(at(CalendarFault::MakeupOnWeekday(day)));
        }
        let weekday_of_day = WEEKDAYS[usize::try_from(day.weekday_from_monday()).unwrap_or(0)];
        if let Some(written) = weekday.map(|index| cells[index])
            && !written.is_empty()
            && written != weekday_of_day
        {
            let written = written.chars().take(8).collect();
            return Err(at(CalendarFault::WrongWeekday { day, written }));
        }
        let deviation = if worked == day.is_weekend() { "1" } else { "0" };
        if let Some(written) = deviates.map(|index| cells[index])
            && !written.is_empty()
            && written != deviation
        {
            return Err(at(CalendarFault::WrongDeviation(day)));
        }
        let notice = match source {
            Some((notice, known_from)) => {
                Some(texts.notice(filled(notice, "notice")?, a_day(cells[known_from])?))
            }
            None => None,
        };
        rows.push((
            line,
            Row {
                day,
                worked,
                name: texts.name(filled(name, "name")?),
                notice,
            },
        ));
    }
    if rows.is_empty() {
        return Err(nothing);
    }
    rows.sort_by_key(|(_, row)| row.day);
    if let Some(pair) = rows.windows(2).find(|pair| pair[0].1.day == pair[1].1.day) {
        return Err(CalendarError {
            line: pair[1].0,
            fault: CalendarFault::NamedTwice(pair[1].1.day),
        });
    }
    Ok(rows.into_iter().map(|(_, row)| row).collect())
}

/// One copy of each text: a notice's name stands in every one of its lines.
#[derive(Default)]
struct Texts {
    names: Vec<Arc<str>>,
    notices: Vec<Arc<Notice>>,
}

impl Texts {
    fn name(&mut self, text: &str) -> Arc<str> {
        if let Some(known) = self.names.iter().rev().find(|known| ***known == *text) {
            return Arc::clone(known);
        }
        self.names.push(text.into());
        Arc::clone(&self.names[self.names.len() - 1])
    }

    fn notice(&mut self, name: &str, known_from: Day) -> Arc<Notice> {
        let same = |known: &&Arc<Notice>| known.name == name && known.known_from == known_from;
        if let Some(known) = self.notices.iter().rev().find(same) {
            return Arc::clone(known);
        }
        self.notices.push(Arc::new(Notice {
            name: name.to_owned(),
            known_from,
        }));
        Arc::clone(&self.notices[self.notices.len() - 1])
    }
}
