//! Which days are worked: the yearly notices of the State Council, and what is assumed without one.
//!
//! A limit in working days (articles 6, 8, 9, 14, 17, 19) counts what the notices make of the
//! week: public holidays are off, make-up Saturdays and Sundays (调休) are on. A year without a
//! notice is assumed to have its weekends and the statutory holidays on their legal dates, and
//! every day that rests on such a year is provisional.

mod log;
mod schedule;
mod statutory;
mod table;

use std::sync::OnceLock;

pub use log::{CalendarFile, CalendarLog, Entry, Loaded, Says};
pub use schedule::{DayKind, Notice, Schedule};
pub use statutory::statutory_holidays;
pub use table::{CalendarError, CalendarFault};

use crate::{Day, rule::Party};

const OFFICIAL: &str = include_str!("../data/workdays.csv");
const BUREAUS_OF_BEIJING: &str = include_str!("../data/bureau-overlay.csv");

/// The working days of everyone, and, where switched on, those of Beijing's bureaus.
///
/// ```
/// use shared::{Day, calendar::WorkCalendar};
/// let calendar = WorkCalendar::official().general();
/// let received: Day = "2013-02-07".parse()?;
/// // Five working days across the Spring Festival, two make-up days among them.
/// assert_eq!(calendar.add_working_days(received, 5), "2013-02-19".parse()?);
/// # Ok::<(), shared::day::ParseDayError>(())
/// ```
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct WorkCalendar {
    general: Schedule,
    overlay: Vec<table::Row>,
    bureaus: Option<Schedule>,
}

impl WorkCalendar {
    /// The notices that come with this version: 2013 to 2026, each with the day it became known.
    ///
    /// ```
    /// use shared::calendar::WorkCalendar;
    /// let spans = WorkCalendar::official().general().known_spans();
    /// assert_eq!(spans[0].start().year(), 2013);
    /// ```
    #[expect(
        clippy::missing_panics_doc,
        reason = "a test reads the notices that come with it"
    )]
    pub fn official() -> &'static Self {
        static OFFICIAL_CALENDAR: OnceLock<WorkCalendar> = OnceLock::new();
        OFFICIAL_CALENDAR.get_or_init(|| {
            Self::from_notices(OFFICIAL).expect("a test reads the notices that come with it")
        })
    }

    /// The days on which Beijing's bureaus alone were off or worked (APEC 2014), for
    /// [`WorkCalendar::with_bureau_overlay`].
    ///
    /// ```
    /// use shared::calendar::WorkCalendar;
    /// assert!(WorkCalendar::overlay_of_beijing().starts_with("date,kind,name"));
    /// ```
    pub const fn overlay_of_beijing() -> &'static str {
        BUREAUS_OF_BEIJING
    }

    /// A calendar of these notices alone, in the form of [`WorkCalendar::with_notice`].
    ///
    /// # Errors
    /// As [`WorkCalendar::with_notice`].
    ///
    /// ```
    /// use shared::calendar::WorkCalendar;
    /// let calendar = WorkCalendar::from_notices(
    ///     "date,kind,name,notice,known_from\n2013-06-08,makeup_workday,端午节,通知,2012-12-08",
    /// )?;
    /// assert!(calendar.general().is_working("2013-06-08".parse()?), "a Saturday");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn from_notices(csv: &str) -> Result<Self, CalendarError> {
        let rows = table::read_notices(csv)?;
        Ok(Self {
            general: Schedule::new(rows),
            overlay: Vec::new(),
            bureaus: None,
        })
    }

    /// This calendar with a later notice, which replaces what was assumed or announced before.
    ///
    /// The text has a line `date,weekday,kind,name,statutory_festival,deviates_from_week,notice,known_from`
    /// and then one line a day, `kind` being `holiday` or `makeup_workday`. A notice speaks for
    /// the whole of every year whose 1 January it names; in other years only for the days that
    /// it names.
    ///
    /// # Errors
    /// [`CalendarError`] with the line and what is wrong with it: a column missing, a date not a
    /// date, a weekday that does not fit, a day named twice, a make-up day that is no weekend, a
    /// year that leaves out a statutory holiday.
    ///
    /// ```
    /// use shared::calendar::WorkCalendar;
    /// let heading = "date,kind,name,notice,known_from\n";
    /// let wrong = format!("{heading}2027-02-19,makeup_workday,春节,通知,2026-11-20");
    /// let error = WorkCalendar::official().with_notice(&wrong).unwrap_err();
    /// assert_eq!(error.to_string(), "第 2 行，字段 kind：2027-02-19 不是周六或周日，不会是调休上班");
    /// ```
    pub fn with_notice(&self, csv: &str) -> Result<Self, CalendarError> {
        Ok(self.with_rows(&table::read_notices(csv)?))
    }

    fn with_rows(&self, rows: &[table::Row]) -> Self {
        Self {
            general: self.general.replaced_by(rows),
            overlay: self.overlay.clone(),
            bureaus: None,
        }
        .with_bureaus()
    }

    /// This calendar with days that only Beijing's bureaus were off or worked, beside those that
    /// it already has: they apply to the duties of the municipal and the district bureaus, and
    /// not to the enterprise's.
    ///
    /// The text has a line `date,kind,name` and then one line a day, `kind` being `holiday` or
    /// `makeup_workday`.
    ///
    /// # Errors
    /// [`CalendarError`] with the line and what is wrong with it, a file of notices among them:
    /// those are for everyone.
    ///
    /// ```
    /// use shared::{calendar::WorkCalendar, rule::Party};
    /// let overlaid = WorkCalendar::official()
    ///     .with_bureau_overlay("date,kind,name\n2015-09-02,holiday,会议")?;
    /// let day = "2015-09-02".parse()?;
    /// assert!(!overlaid.of(Party::District).is_working(day));
    /// assert!(overlaid.of(Party::Enterprise).is_working(day));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn with_bureau_overlay(&self, csv: &str) -> Result<Self, CalendarError> {
        Ok(self.with_overlay_rows(&table::read_overlay(csv)?))
    }

    /// The overlay that comes with this version, and the rows of later ones on top of it.
    fn with_overlays(&self, later: &[Vec<table::Row>]) -> Self {
        let own = table::read_overlay(BUREAUS_OF_BEIJING)
            .expect("a test reads the overlay that comes with it");
        let rows = later
            .iter()
            .fold(own, |rows, later| schedule::merged(rows.iter(), later));
        self.with_overlay_rows(&rows)
    }

    fn with_overlay_rows(&self, rows: &[table::Row]) -> Self {
        Self {
            general: self.general.clone(),
            overlay: schedule::merged(self.overlay.iter(), rows),
            bureaus: None,
        }
        .with_bureaus()
    }

    /// The days of the overlay that counts, each with its name and whether it is worked.
    ///
    /// ```
    /// use shared::calendar::WorkCalendar;
    /// assert_eq!(WorkCalendar::official().overlay_days().count(), 0, "it is switched off");
    /// ```
    pub fn overlay_days(&self) -> impl Iterator<Item = (Day, &str, bool)> {
        self.overlay
            .iter()
            .map(|row| (row.day, &*row.name, row.worked))
    }

    fn with_bureaus(mut self) -> Self {
        if !self.overlay.is_empty() {
            self.bureaus = Some(self.general.overlaid_by(&self.overlay));
        }
        self
    }

    /// The working days of the country.
    ///
    /// ```
    /// use shared::{Day, calendar::WorkCalendar};
    /// let calendar = WorkCalendar::official().general();
    /// let day = |text: &str| text.parse::<Day>();
    /// assert!(!calendar.is_working(day("2013-02-11")?), "春节");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub const fn general(&self) -> &Schedule {
        &self.general
    }

    /// The working days by which a duty of this party is counted.
    ///
    /// ```
    /// use shared::{calendar::WorkCalendar, rule::Party};
    /// let calendar = WorkCalendar::official();
    /// assert_eq!(calendar.of(Party::District), calendar.general(), "no overlay counts");
    /// ```
    pub fn of(&self, party: Party) -> &Schedule {
        match party {
            Party::Municipal | Party::District => self.bureaus.as_ref().unwrap_or(&self.general),
            Party::InspectionBody | Party::Enterprise => &self.general,
        }
    }

    /// Whether any day from `first` to `last` is another for this party's duties than for
    /// everyone's.
    ///
    /// ```
    /// use shared::{calendar::WorkCalendar, rule::Party};
    /// let overlaid = WorkCalendar::official()
    ///     .with_bureau_overlay(WorkCalendar::overlay_of_beijing())?;
    /// let (first, last) = ("2014-11-05".parse()?, "2014-11-17".parse()?);
    /// assert!(overlaid.is_overlaid(Party::Municipal, first, last));
    /// assert!(!overlaid.is_overlaid(Party::Enterprise, first, last));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn is_overlaid(&self, party: Party, first: Day, last: Day) -> bool {
        let own = self.of(party);
        let mut days = self.overlay.iter().map(|row| row.day);
        !std::ptr::eq(own, &raw const self.general) && days.any(|day| first <= day && day <= last)
    }
}
