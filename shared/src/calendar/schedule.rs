//! One way of dividing days into worked and free, counted in constant time.

use std::ops::RangeInclusive;

use super::{
    statutory::statutory_holidays,
    table::{Row, years_spoken_for},
};
use crate::{
    Day,
    order::{sort, sort_by_key},
};

/// A notice of the State Council, and since when it was known.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Notice {
    /// Its number or title.
    pub name: String,
    /// The day on which it was made public.
    pub known_from: Day,
}

/// What a day is, and by what it is that.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum DayKind<'a> {
    /// Worked, as the week has it.
    Working,
    /// A Saturday or Sunday, free.
    Weekend,
    /// Free, by a notice, an overlay or (without either) the law itself.
    Holiday {
        /// The holiday, such as 春节.
        name: &'a str,
        /// The notice; none for a day of an overlay, and for one that is assumed from the law.
        notice: Option<&'a Notice>,
    },
    /// A Saturday or Sunday worked to make up for a holiday (调休).
    MakeupWorkday {
        /// The holiday that it makes up for.
        name: &'a str,
        /// The notice; none for a day of an overlay.
        notice: Option<&'a Notice>,
    },
}

impl DayKind<'_> {
    /// Whether the day is worked.
    ///
    /// ```
    /// use shared::calendar::DayKind;
    /// assert!(DayKind::Working.is_working() && !DayKind::Weekend.is_working());
    /// ```
    pub const fn is_working(&self) -> bool {
        matches!(self, Self::Working | Self::MakeupWorkday { .. })
    }
}

/// The index covers these days; what lies outside is counted day by day.
/// They are the years whose lunar festivals are known, and few enough for 16 bits.
const INDEX_BEGINS: (i32, u32, u32) = (1949, 1, 1);
const INDEX_DAYS: u16 = 55_517;

/// Days divided into worked and free.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Schedule {
    /// What notices and overlay take out of the ordinary week, by day.
    rows: Vec<Row>,
    /// The years that a notice speaks for, ascending.
    known_years: Vec<i32>,
    /// The same as runs of days.
    known: Vec<RangeInclusive<Day>>,
    index: Index,
}

/// `worked_through[d]` counts the working days up to the index's day `d`, and `nth[k]` is the
/// (k+1)-th of them: adding working days is two look-ups, whatever their number.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Index {
    begins: Day,
    worked_through: Vec<u16>,
    nth: Vec<u16>,
}

impl Schedule {
    pub(super) fn new(rows: Vec<Row>) -> Self {
        let known_years = years_spoken_for(&rows);
        Self::with_years(rows, known_years)
    }

    /// `later` speaks for its years alone, and elsewhere for the days that it names.
    pub(super) fn replaced_by(&self, later: &[Row]) -> Self {
        let spoken_for = years_spoken_for(later);
        let mut known_years = [self.known_years.as_slice(), &spoken_for].concat();
        sort(&mut known_years);
        known_years.dedup();
        let kept = |row: &&Row| !spoken_for.contains(&row.day.year());
        Self::with_years(merged(self.rows.iter().filter(kept), later), known_years)
    }

    /// The same years known, with other days free or worked.
    pub(super) fn overlaid_by(&self, overlay: &[Row]) -> Self {
        Self::with_years(merged(self.rows.iter(), overlay), self.known_years.clone())
    }

    fn with_years(rows: Vec<Row>, known_years: Vec<i32>) -> Self {
        let mut known: Vec<RangeInclusive<Day>> = Vec::new();
        for year in &known_years {
            let (Some(first), Some(last)) =
                (Day::from_ymd(*year, 1, 1), Day::from_ymd(*year, 12, 31))
            else {
                continue;
            };
            match known.last_mut() {
                Some(run) if *run.end() + 1 == first => *run = *run.start()..=last,
                _ => known.push(first..=last),
            }
        }
        let index = Index::new(&rows, &known_years);
        Self {
            rows,
            known_years,
            known,
            index,
        }
    }

    /// The years that a notice speaks for, as runs of days without a gap.
    ///
    /// ```
    /// use shared::{Day, calendar::WorkCalendar};
    /// let calendar = WorkCalendar::official().general();
    /// let day = |text: &str| text.parse::<Day>();
    /// assert_eq!(calendar.known_spans()[0], day("2013-01-01")?..=day("2026-12-31")?);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn known_spans(&self) -> &[RangeInclusive<Day>] {
        &self.known
    }

    /// Whether a notice speaks for the day's year; else what is said of the day is assumed.
    ///
    /// ```
    /// use shared::{Day, calendar::WorkCalendar};
    /// let calendar = WorkCalendar::official().general();
    /// let day = |text: &str| text.parse::<Day>();
    /// assert!(calendar.is_known(day("2013-03-04")?) && !calendar.is_known(day("2031-03-04")?));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn is_known(&self, day: Day) -> bool {
        self.known.iter().any(|run| run.contains(&day))
    }

    /// Whether a notice speaks for every day from `first` to `last`.
    ///
    /// ```
    /// use shared::{Day, calendar::WorkCalendar};
    /// let calendar = WorkCalendar::official().general();
    /// let day = |text: &str| text.parse::<Day>();
    /// assert!(!calendar.is_known_through(day("2026-12-30")?, day("2027-01-04")?));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn is_known_through(&self, first: Day, last: Day) -> bool {
        let contains = |run: &RangeInclusive<Day>| run.contains(&first) && run.contains(&last);
        self.known.iter().any(contains)
    }

    /// Whether the day is worked.
    ///
    /// ```
    /// use shared::{Day, calendar::WorkCalendar};
    /// let calendar = WorkCalendar::official().general();
    /// let day = |text: &str| text.parse::<Day>();
    /// assert!(calendar.is_working(day("2013-02-16")?), "a Saturday worked for 春节");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn is_working(&self, day: Day) -> bool {
        match self.index.offset(day) {
            Some(0) => self.index.worked_through[0] == 1,
            Some(offset) => {
                self.index.worked_through[offset] != self.index.worked_through[offset - 1]
            }
            None => self.kind(day).is_working(),
        }
    }

    /// What the day is, and by which notice.
    ///
    /// ```
    /// use shared::calendar::{DayKind, WorkCalendar};
    /// let calendar = WorkCalendar::official().general();
    /// let DayKind::MakeupWorkday { name, notice } = calendar.kind("2013-02-16".parse()?) else {
    ///     panic!("a Saturday worked for the Spring Festival");
    /// };
    /// assert_eq!(name, "春节");
    /// assert_eq!(notice.map(|notice| notice.name.as_str()), Some("国办发明电〔2012〕33号"));
    /// # Ok::<(), shared::day::ParseDayError>(())
    /// ```
    pub fn kind(&self, day: Day) -> DayKind<'_> {
        if let Ok(at) = self.rows.binary_search_by_key(&day, |row| row.day) {
            let row = &self.rows[at];
            let (name, notice) = (&*row.name, row.notice.as_deref());
            return if row.worked {
                DayKind::MakeupWorkday { name, notice }
            } else {
                DayKind::Holiday { name, notice }
            };
        }
        let assumed = || statutory_holidays(day.year()).find(|(holiday, _)| *holiday == day);
        match (!self.is_known(day)).then(assumed).flatten() {
            Some((_, name)) => DayKind::Holiday { name, notice: None },
            None if day.is_weekend() => DayKind::Weekend,
            None => DayKind::Working,
        }
    }

    /// The `days`-th working day after `day`; `day` itself when `days` is 0.
    ///
    /// Takes the same time for any number of days, from 1949 to 2100.
    ///
    /// ```
    /// use shared::calendar::WorkCalendar;
    /// let calendar = WorkCalendar::official().general();
    /// let day = calendar.add_working_days("2013-04-01".parse()?, 3);
    /// assert_eq!(day.to_string(), "2013-04-07", "a Sunday, worked for 清明");
    /// # Ok::<(), shared::day::ParseDayError>(())
    /// ```
    #[inline]
    pub fn add_working_days(&self, day: Day, days: u16) -> Day {
        if days == 0 {
            return day;
        }
        if let Some(offset) = self.index.offset(day) {
            let wanted = usize::from(self.index.worked_through[offset]) + usize::from(days) - 1;
            if let Some(nth) = self.index.nth.get(wanted) {
                return self.index.begins + i32::from(*nth);
            }
        }
        self.walk_working_days(day, days)
    }

    fn walk_working_days(&self, mut day: Day, days: u16) -> Day {
        for _ in 0..days {
            day = self.next_working_day(day + 1);
        }
        day
    }

    /// `day` where it is worked, else the first working day after it.
    ///
    /// ```
    /// use shared::{Day, calendar::WorkCalendar};
    /// let calendar = WorkCalendar::official().general();
    /// let day = |text: &str| text.parse::<Day>();
    /// assert_eq!(calendar.next_working_day(day("2013-04-04")?), day("2013-04-07")?, "清明");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn next_working_day(&self, mut day: Day) -> Day {
        while !self.is_working(day) {
            day = day + 1;
        }
        day
    }

    /// The working days after `from` up to and with `to`; negative where `to` is earlier.
    ///
    /// From today to the due day it is how many are left (剩 n 个工作日), from the due day to
    /// the day on which it was done how many it was late (迟 n 个工作日).
    ///
    /// ```
    /// use shared::{Day, calendar::WorkCalendar};
    /// let calendar = WorkCalendar::official().general();
    /// let day = |text: &str| text.parse::<Day>();
    /// let (from, to) = (day("2013-02-07")?, day("2013-02-19")?);
    /// assert_eq!(calendar.working_days_between(from, to), 5);
    /// assert_eq!(calendar.working_days_between(to, from), -5);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn working_days_between(&self, from: Day, to: Day) -> i32 {
        if to < from {
            return -self.working_days_between(to, from);
        }
        if let (Some(first), Some(last)) = (self.index.offset(from), self.index.offset(to)) {
            let worked = &self.index.worked_through;
            return i32::from(worked[last]) - i32::from(worked[first]);
        }
        let days = (from.unix_days() + 1)..=to.unix_days();
        let worked = days.filter(|day| self.is_working(Day::from_unix_days(*day)));
        i32::try_from(worked.count()).unwrap_or(i32::MAX)
    }

    /// The notices from which these days are known, each once, in the order of the days.
    ///
    /// ```
    /// use shared::{Day, calendar::{Notice, Schedule, WorkCalendar}};
    /// let calendar: &Schedule = WorkCalendar::official().general();
    /// let day = |text: &str| text.parse::<Day>();
    /// let notices: Vec<&Notice> = calendar.notices(day("2013-02-07")?..=day("2013-02-19")?);
    /// assert_eq!(notices[0].known_from, day("2012-12-08")?);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn notices(&self, days: RangeInclusive<Day>) -> Vec<&Notice> {
        let from = self.rows.partition_point(|row| row.day < *days.start());
        let mut found: Vec<&Notice> = Vec::new();
        for row in self.rows[from..]
            .iter()
            .take_while(|row| row.day <= *days.end())
        {
            if let Some(notice) = row.notice.as_deref()
                && !found.contains(&notice)
            {
                found.push(notice);
            }
        }
        found
    }

    /// The notice that speaks for a year: the one that names its 1 January.
    ///
    /// ```
    /// use shared::{Day, calendar::WorkCalendar};
    /// let calendar = WorkCalendar::official().general();
    /// let day = |text: &str| text.parse::<Day>();
    /// assert!(calendar.notice_of_year(2026).is_some() && calendar.notice_of_year(2031).is_none());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn notice_of_year(&self, year: i32) -> Option<&Notice> {
        let first = Day::from_ymd(year, 1, 1)?;
        let at = self.rows.binary_search_by_key(&first, |row| row.day).ok()?;
        self.rows[at].notice.as_deref()
    }
}

/// Both, by day; where both name a day, `over` counts.
pub(super) fn merged<'a>(under: impl Iterator<Item = &'a Row>, over: &'a [Row]) -> Vec<Row> {
    let covered = |row: &&Row| {
        over.binary_search_by_key(&row.day, |over| over.day)
            .is_err()
    };
    let mut rows: Vec<Row> = under.filter(covered).chain(over).cloned().collect();
    sort_by_key(&mut rows, |row| row.day);
    rows
}

impl Index {
    fn new(rows: &[Row], known_years: &[i32]) -> Self {
        let (year, month, day) = INDEX_BEGINS;
        let begins = Day::from_ymd(year, month, day).expect("a constant, and a date");
        let mut free: Vec<bool> = (0..i32::from(INDEX_DAYS))
            .map(|offset| (begins + offset).is_weekend())
            .collect();
        let mut set = |day: Day, is_free: bool| {
            let slot = usize::try_from(day - begins).ok();
            if let Some(slot) = slot.and_then(|offset| free.get_mut(offset)) {
                *slot = is_free;
            }
        };
        let last_year = (begins + i32::from(INDEX_DAYS) - 1).year();
        for year in (year..=last_year).filter(|year| !known_years.contains(year)) {
            for (holiday, _) in statutory_holidays(year) {
                set(holiday, true);
            }
        }
        for row in rows {
            set(row.day, !row.worked);
        }
        let mut worked_through = Vec::with_capacity(free.len());
        let mut nth = Vec::with_capacity(free.len() * 3 / 4);
        let mut worked = 0;
        for (offset, is_free) in (0..INDEX_DAYS).zip(free) {
            if !is_free {
                worked += 1;
                nth.push(offset);
            }
            worked_through.push(worked);
        }
        Self {
            begins,
            worked_through,
            nth,
        }
    }

    #[inline]
    fn offset(&self, day: Day) -> Option<usize> {
        let offset = usize::try_from(day - self.begins).ok()?;
        (offset < self.worked_through.len()).then_some(offset)
    }
}
