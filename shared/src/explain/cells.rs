//! The days of a count, one by one.

use serde::Serialize;

use crate::{
    Day,
    assess::{Deadline, Reckoning, Status},
    calendar::{DayKind, Schedule},
    words::weekday,
};

/// What a day is to the count.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// The trigger's day: not counted.
    Start,
    /// Counted, with its number.
    Count,
    /// Not worked, and therefore not counted.
    Off,
    /// The last day of a limit in calendar days, and not worked: the limit is full, but rolls on.
    Full,
    /// Rolled over on the way to the next working day.
    Roll,
    /// The last day for it.
    Due,
    /// After the due day: so many days late.
    Late,
    /// Between, where a document names the day and nothing is counted.
    Between,
}

/// One day of an explanation.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Cell {
    /// The day.
    pub day: Day,
    /// What it is to the count.
    pub role: Role,
    /// Its number: of the days counted, or of the days late.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub number: Option<i32>,
    /// Why it is not worked: the holiday's name, or 休息日.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub free: Option<String>,
    /// A Saturday or Sunday worked to make up for this holiday.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub makeup: Option<String>,
    /// No notice speaks for the day yet.
    pub assumed: bool,
    /// It was done on this day.
    pub done: bool,
}

/// The most days after the due day that are listed one by one.
const LATE_DAYS_LISTED: i32 = 366;

pub(super) fn cells(row: &Deadline, schedule: &Schedule, as_of: Day) -> Vec<Cell> {
    let Some(due) = row.due else {
        return Vec::new();
    };
    let late_until = match row.status {
        Status::Late => row.done,
        Status::Overdue => Some(as_of),
        _ => None,
    };
    let last = late_until.map_or(due, |day| day.min(due + LATE_DAYS_LISTED));
    let first = row.from.min(due);
    let counter = Counter { row, schedule, due };
    (first.unix_days()..=last.unix_days())
        .map(Day::from_unix_days)
        .map(|day| counter.cell(day))
        .collect()
}

struct Counter<'r> {
    row: &'r Deadline,
    schedule: &'r Schedule,
    due: Day,
}

impl Counter<'_> {
    fn cell(&self, day: Day) -> Cell {
        let (role, number) = self.role(day);
        let kind = self.schedule.kind(day);
        let free = match kind {
            DayKind::Holiday { name, .. } => Some(name.to_owned()),
            DayKind::Weekend => Some("休息日".to_owned()),
            DayKind::Working | DayKind::MakeupWorkday { .. } => None,
        };
        let makeup = match kind {
            DayKind::MakeupWorkday { name, .. } => Some(name.to_owned()),
            _ => None,
        };
        Cell {
            day,
            role,
            number,
            free,
            makeup,
            assumed: !self.schedule.is_known(day),
            done: self.row.done == Some(day),
        }
    }

    fn role(&self, day: Day) -> (Role, Option<i32>) {
        let (row, due) = (self.row, self.due);
        if day > due {
            return self.late(day);
        }
        // What falls due before it begins (a document's day) has nothing to count.
        if day == row.from && row.from < due {
            return (Role::Start, None);
        }
        let in_days = day - row.from;
        match row.reckoning {
            Reckoning::WorkingDays(_) => {
                let number = self.schedule.working_days_between(row.from, day);
                match (day == due, self.schedule.is_working(day)) {
                    (true, _) => (Role::Due, Some(number)),
                    (false, true) => (Role::Count, Some(number)),
                    (false, false) => (Role::Off, None),
                }
            }
            Reckoning::CalendarDays { full, .. } if day < full => (Role::Count, Some(in_days)),
            Reckoning::CalendarDays { full, .. } if day == full && full == due => {
                (Role::Due, Some(in_days))
            }
            Reckoning::CalendarDays { full, .. } if day == full => (Role::Full, Some(in_days)),
            Reckoning::CalendarDays { .. } if day < due => (Role::Roll, None),
            Reckoning::CalendarDaysUnmoved(_) if day < due => (Role::Count, Some(in_days)),
            Reckoning::CalendarDaysUnmoved(_) => (Role::Due, Some(in_days)),
            _ if day == due => (Role::Due, None),
            _ => (Role::Between, None),
        }
    }

    fn late(&self, day: Day) -> (Role, Option<i32>) {
        let due = self.due;
        match self.row.reckoning {
            Reckoning::WorkingDays(_) if !self.schedule.is_working(day) => (Role::Off, None),
            Reckoning::WorkingDays(_) => {
                let number = self.schedule.working_days_between(due, day);
                (Role::Late, Some(number))
            }
            _ => (Role::Late, Some(day - due)),
        }
    }
}

impl Cell {
    /// The day said in full: 2 月 16 日 is left to the reader's date; then 周六，调休上班，第 2 个工作日.
    ///
    /// ```
    /// # use shared::{CaseFile, CaseHead, Event, EventKind, assess::assess, calendar::WorkCalendar, history::History};
    /// # let mut case = CaseFile::new(CaseHead { regulation: "beijing-2013".into(), handling_bureau: "110105".into(), ..Default::default() });
    /// # case.events.push(Event::new("e1", EventKind::MaterialsReceived, "2013-02-07".parse()?));
    /// # let calendar = WorkCalendar::official();
    /// # let found = assess(&case, &History::default(), calendar, "2013-02-18".parse()?);
    /// use shared::explain::{Cell, Role, explain};
    /// let row = found.row("art6.serve_result", 0).ok_or("article 6")?;
    /// let why = explain(row, &case, calendar, found.as_of);
    /// let saturday: &Cell = &why.days[9];
    /// assert_eq!((saturday.role, saturday.number), (Role::Count, Some(2)));
    /// assert_eq!(saturday.label(true), "周六，调休上班，第 2 个工作日");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn label(&self, counts_working_days: bool) -> String {
        let unit = if counts_working_days {
            "个工作日"
        } else {
            "日"
        };
        let number = self.number.unwrap_or_default();
        let role = match self.role {
            Role::Start => "起算日，不计入".to_owned(),
            Role::Count => format!("第 {number} {unit}"),
            Role::Off => "不计入".to_owned(),
            Role::Full => format!("第 {number} {unit}，期满，非工作日"),
            Role::Roll => "顺延".to_owned(),
            Role::Due if self.number.is_some() => format!("第 {number} {unit}，到期"),
            Role::Due => "到期".to_owned(),
            Role::Late => format!("迟 {number} {unit}"),
            Role::Between => String::new(),
        };
        let worked = match (&self.free, &self.makeup) {
            (Some(name), _) if name == "休息日" => "休息日".to_owned(),
            (Some(name), _) if self.assumed => format!("{name}，暂按法定日"),
            (Some(name), _) => format!("{name}放假"),
            (None, Some(_)) => "调休上班".to_owned(),
            (None, None) => String::new(),
        };
        let done = if self.done { "办结" } else { "" };
        let assumed = if self.assumed { "暂定" } else { "" };
        let mut parts = vec![weekday(self.day).to_owned(), worked, role];
        parts.extend([done, assumed].map(str::to_owned));
        parts.retain(|part| !part.is_empty());
        parts.join("，")
    }
}
