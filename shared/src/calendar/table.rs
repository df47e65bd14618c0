//! Reading the calendar's CSV forms, and checking them before they move anyone's days.

use std::sync::Arc;

use super::{schedule::Notice, statutory::statutory_holidays};
use crate::{Day, order::sort_by_key};

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
///
/// ```
/// use shared::calendar::{CalendarError, CalendarFault, CalendarFile, Loaded};
/// let read = Loaded::read(CalendarFile::Overlay, "date,kind,name\n2015-09-02,fair,会议");
/// let fault = CalendarFault::UnknownKind("fair".into());
/// assert_eq!(read.err(), Some(CalendarError { line: 2, fault }));
/// ```
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("第 {line} 行{}：{fault}", field_part(.fault))]
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
    #[error("第一行没有 {0} 这一列")]
    MissingColumn(&'static str),
    /// The line has another number of cells than the first one.
    #[error("有 {found} 格，应有 {expected} 格")]
    CellCount {
        /// Cells in this line.
        found: usize,
        /// Cells in the first line.
        expected: usize,
    },
    /// Not a day.
    #[error("“{text}”不是日期，应写作 2013-03-04")]
    NotADay {
        /// The column.
        column: &'static str,
        /// What it says.
        text: String,
    },
    /// Neither a holiday nor a make-up day.
    #[error("“{0}”不是日子的种类，应为 holiday（放假）或 makeup_workday（调休上班）")]
    UnknownKind(String),
    /// A cell that must say something is empty.
    #[error("没有填写")]
    Empty(&'static str),
    /// The weekday written is not that of the date.
    #[error("{day} 不是星期{written}")]
    WrongWeekday {
        /// The date.
        day: Day,
        /// What the file says.
        written: String,
    },
    /// A make-up day on a day that is worked anyway.
    #[error("{0} 不是周六或周日，不会是调休上班")]
    MakeupOnWeekday(Day),
    /// `deviates_from_week` says something else than date and kind do.
    #[error("与 {0} 是星期几不符")]
    WrongDeviation(Day),
    /// The same date twice.
    #[error("{0} 写了两次")]
    NamedTwice(Day),
    /// The year's 1 January is named, so the whole year is, but a statutory holiday is missing.
    #[error("{year} 年缺少法定节日{name}（{day}）")]
    MissingHoliday {
        /// The year that the notice speaks for.
        year: i32,
        /// The holiday's name.
        name: &'static str,
        /// Its legal date.
        day: Day,
    },
    /// An overlay that quotes notices: those are for everyone, and loaded as such.
    #[error("这是放假安排，不是在京机关调休：有 {0} 这一列，适用于各方，应作为放假安排载入")]
    IsNotice(&'static str),
    /// Larger than one change of the log can be.
    #[error("文件太大：一次只载入一年或几年的安排")]
    TooLarge,
    /// Nothing but a heading, or nothing at all.
    #[error("没有任何日子")]
    NoDays,
}

impl CalendarFault {
    /// The column that is wrong, where one is.
    ///
    /// ```
    /// use shared::calendar::CalendarFault;
    /// assert_eq!(CalendarFault::Empty("name").field(), Some("name"));
    /// assert_eq!(CalendarFault::NoDays.field(), None);
    /// ```
    pub const fn field(&self) -> Option<&'static str> {
        match self {
            Self::MissingColumn(column)
            | Self::IsNotice(column)
            | Self::Empty(column)
            | Self::NotADay { column, .. } => Some(column),
            Self::UnknownKind(_) | Self::MakeupOnWeekday(_) => Some("kind"),
            Self::WrongWeekday { .. } => Some("weekday"),
            Self::WrongDeviation(_) => Some("deviates_from_week"),
            Self::NamedTwice(_) | Self::MissingHoliday { .. } => Some("date"),
            Self::CellCount { .. } | Self::TooLarge | Self::NoDays => None,
        }
    }
}

fn field_part(fault: &CalendarFault) -> String {
    fault
        .field()
        .map_or_else(String::new, |field| format!("，字段 {field}"))
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

fn a_day(text: &str, column: &'static str) -> Result<Day, CalendarFault> {
    text.parse().map_err(|_| CalendarFault::NotADay {
        column,
        text: text.chars().take(40).collect(),
    })
}

fn is_worked(kind: &str) -> Result<bool, CalendarFault> {
    match kind {
        "holiday" => Ok(false),
        "makeup_workday" => Ok(true),
        other => Err(CalendarFault::UnknownKind(other.chars().take(40).collect())),
    }
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
    } else if let Some(of_notice) = ["notice", "known_from"]
        .into_iter()
        .find(|name| column(name).is_some())
    {
        return Err(CalendarError {
            line: heading_line,
            fault: CalendarFault::IsNotice(of_notice),
        });
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
        let a_day = |text, column| a_day(text, column).map_err(at);
        let day = a_day(cells[date], "date")?;
        let worked = is_worked(cells[kind]).map_err(at)?;
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
            Some((notice, known_from)) => Some(texts.notice(
                filled(notice, "notice")?,
                a_day(cells[known_from], "known_from")?,
            )),
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
    sort_by_key(&mut rows, |(_, row)| row.day);
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
