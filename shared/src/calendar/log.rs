//! What the municipal bureau said of working days, folded from the log: the same changes give the
//! same calendar on every device, whatever the order in which they came.

use std::collections::BTreeSet;

use super::{
    CalendarError, CalendarFault, Notice, WorkCalendar,
    table::{Row, read_notices, read_overlay, years_spoken_for},
};
use crate::{
    Day,
    change::{Body, Change, ChangeId, MAXIMUM_CHANGE_BYTES},
    fold::{Record, in_order},
    order::gathered,
};

/// The calendar as the log has it.
#[derive(Clone, PartialEq, Debug)]
pub struct CalendarLog {
    /// What dates are computed by.
    pub calendar: WorkCalendar,
    /// What was said, first to last.
    pub entries: Vec<Entry>,
    /// The overlays of Beijing's bureaus count.
    pub overlay: bool,
}

/// One thing that was said.
#[derive(Clone, PartialEq, Debug)]
pub struct Entry {
    /// Who said it, and when.
    pub record: Record,
    /// What.
    pub says: Says,
}

/// What the municipal bureau may say of working days.
#[derive(Clone, PartialEq, Debug)]
pub enum Says {
    /// A file was loaded.
    Loaded {
        /// Of which kind.
        file: CalendarFile,
        /// Its text; [`Loaded::read`] says what it holds.
        csv: String,
        /// It was withdrawn afterwards, and does not count.
        withdrawn: bool,
    },
    /// The overlays were switched.
    Overlay {
        /// On.
        on: bool,
    },
}

/// The kinds of file that the municipal bureau may load.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum CalendarFile {
    /// Yearly notices, which are for everyone: the form of [`WorkCalendar::with_notice`].
    Notices,
    /// Days that only Beijing's bureaus were off or worked: the form of
    /// [`WorkCalendar::with_bureau_overlay`]. They count while the overlays are switched on.
    Overlay,
}

impl CalendarFile {
    fn rows(self, csv: &str) -> Result<Vec<Row>, CalendarError> {
        match self {
            Self::Notices => read_notices(csv),
            Self::Overlay => read_overlay(csv),
        }
    }

    /// What loading such a file says.
    ///
    /// ```
    /// use shared::{calendar::CalendarFile, change::Body};
    /// let body = CalendarFile::Overlay.body("date,kind,name".into());
    /// assert!(matches!(body, Body::OverlayFile { .. }));
    /// ```
    pub fn body(self, csv: String) -> Body {
        match self {
            Self::Notices => Body::Notice { csv },
            Self::Overlay => Body::OverlayFile { csv },
        }
    }

    /// The file that this body loads, and its text.
    fn of(body: &Body) -> Option<(Self, &str)> {
        match body {
            Body::Notice { csv } => Some((Self::Notices, csv)),
            Body::OverlayFile { csv } => Some((Self::Overlay, csv)),
            _ => None,
        }
    }
}

/// What a file holds.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Loaded {
    /// The notices that it quotes, each with the day on which it became known; none in an overlay.
    pub notices: Vec<Notice>,
    /// What its days are called, each name once.
    pub names: Vec<Box<str>>,
    /// The years that it speaks for as a whole, ascending.
    pub years: Vec<i32>,
    /// The first day that it names.
    pub first: Day,
    /// The last one.
    pub last: Day,
    /// How many days off it names.
    pub holidays: usize,
    /// How many Saturdays and Sundays it has worked.
    pub makeup_workdays: usize,
}

impl CalendarLog {
    /// Folds the changes of the subject `calendar/beijing`, on top of the notices and the overlay
    /// that come with this version. A file that cannot be read has no part in it, and neither has
    /// what a later version says.
    ///
    /// ```
    /// use shared::{calendar::{CalendarLog, Entry, Says}, change::{Body, Change, Subject}};
    /// let switched = Change {
    ///     id: "m4xw/1".parse()?,
    ///     subject: Subject::calendar(),
    ///     clock: "1415000000000-00000".parse()?,
    ///     author: "municipal".into(),
    ///     schema: 1,
    ///     body: Body::Overlay { on: true }.to_raw(),
    /// };
    /// let log = CalendarLog::of([&switched]);
    /// assert!(log.overlay);
    /// let said: &Entry = &log.entries[0];
    /// assert!(matches!(said.says, Says::Overlay { on: true }));
    /// assert_eq!(log.calendar.overlay_days().count(), 6, "APEC 2014");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn of<'a>(changes: impl IntoIterator<Item = &'a Change>) -> Self {
        let said: Vec<(&Change, Body)> = in_order(changes)
            .into_iter()
            .filter_map(|change| Some((change, change.body().ok()?)))
            .collect();
        let withdrawn = said.iter().filter_map(|(_, body)| match body {
            Body::NoticeWithdrawn { notice } => Some(notice.clone()),
            _ => None,
        });
        let withdrawn: BTreeSet<ChangeId> = gathered(withdrawn);
        let mut log = Self {
            calendar: WorkCalendar::official().clone(),
            entries: Vec::new(),
            overlay: false,
        };
        let mut overlays: Vec<Vec<Row>> = Vec::new();
        for (change, body) in said {
            let says = match (CalendarFile::of(&body), &body) {
                (Some((file, csv)), _) => {
                    let Ok(rows) = file.rows(csv) else {
                        continue;
                    };
                    let says = Says::Loaded {
                        file,
                        csv: csv.to_owned(),
                        withdrawn: withdrawn.contains(&change.id),
                    };
                    match file {
                        _ if withdrawn.contains(&change.id) => {}
                        CalendarFile::Notices => log.calendar = log.calendar.with_rows(&rows),
                        CalendarFile::Overlay => overlays.push(rows),
                    }
                    says
                }
                (None, Body::Overlay { on }) => {
                    log.overlay = *on;
                    Says::Overlay { on: *on }
                }
                _ => continue,
            };
            let record = Record::of(change);
            log.entries.push(Entry { record, says });
        }
        if log.overlay {
            let own = log.calendar.with_overlay_of_beijing();
            log.calendar = overlays
                .iter()
                .fold(own, |calendar, rows| calendar.with_overlay_rows(rows));
        }
        log
    }
}

impl Default for CalendarLog {
    fn default() -> Self {
        Self::of([])
    }
}

impl Loaded {
    /// What a file holds, without loading it.
    ///
    /// # Errors
    /// As [`WorkCalendar::with_notice`] and [`WorkCalendar::with_bureau_overlay`], and where the
    /// file is larger than a change can be.
    ///
    /// ```
    /// use shared::calendar::{CalendarFile, Loaded};
    /// let loaded = Loaded::read(CalendarFile::Overlay, "date,kind,name\n2015-09-02,holiday,会议")?;
    /// assert_eq!((loaded.holidays, loaded.makeup_workdays), (1, 0));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn read(file: CalendarFile, csv: &str) -> Result<Self, CalendarError> {
        let rows = file.rows(csv)?;
        if file.body(csv.to_owned()).to_raw().get().len() > MAXIMUM_CHANGE_BYTES {
            return Err(CalendarError {
                line: 1,
                fault: CalendarFault::TooLarge,
            });
        }
        Ok(Self::of(&rows))
    }

    fn of(rows: &[Row]) -> Self {
        let mut notices: Vec<Notice> = Vec::new();
        for notice in rows.iter().filter_map(|row| row.notice.as_deref()) {
            if !notices.contains(notice) {
                notices.push(notice.clone());
            }
        }
        let mut names: Vec<Box<str>> = Vec::new();
        for row in rows {
            if !names.iter().any(|known| **known == *row.name) {
                names.push((*row.name).into());
            }
        }
        let day = |row: Option<&Row>| row.map_or(Day::from_unix_days(0), |row| row.day);
        let makeup_workdays = rows.iter().filter(|row| row.worked).count();
        Self {
            notices,
            names,
            years: years_spoken_for(rows),
            first: day(rows.first()),
            last: day(rows.last()),
            holidays: rows.len() - makeup_workdays,
            makeup_workdays,
        }
    }
}
