//! What the municipal bureau said of working days, folded from the log: the same changes give the
//! same calendar on every device, whatever the order in which they came.

use std::collections::BTreeSet;

use super::{
    CalendarError, CalendarFault, Notice, WorkCalendar,
    table::{self, Row, years_spoken_for},
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
    /// The overlay of Beijing's bureaus counts.
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
    /// A notice was loaded.
    Notice {
        /// What it holds.
        loaded: Loaded,
        /// It was withdrawn afterwards, and does not count.
        withdrawn: bool,
    },
    /// The overlay was switched.
    Overlay {
        /// On.
        on: bool,
    },
}

/// What a file of notices holds.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Loaded {
    /// The notices that it quotes, each with the day on which it became known.
    pub notices: Vec<Notice>,
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
    /// Folds the changes of the subject `calendar/beijing`, on top of the notices that come with
    /// this version. A notice that cannot be read has no part in it, and neither has what a later
    /// version says.
    ///
    /// ```
    /// use shared::{calendar::CalendarLog, change::{Body, Change, Subject}};
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
        for (change, body) in said {
            let says = match body {
                Body::Notice { csv } => {
                    let Ok(rows) = table::read_notices(&csv) else {
                        continue;
                    };
                    let withdrawn = withdrawn.contains(&change.id);
                    if !withdrawn {
                        log.calendar = log.calendar.with_rows(&rows);
                    }
                    Says::Notice {
                        loaded: Loaded::of(&rows),
                        withdrawn,
                    }
                }
                Body::Overlay { on } => {
                    log.overlay = on;
                    Says::Overlay { on }
                }
                _ => continue,
            };
            let record = Record::of(change);
            log.entries.push(Entry { record, says });
        }
        if log.overlay {
            log.calendar = log.calendar.with_overlay_of_beijing(true);
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
    /// As [`WorkCalendar::with_notice`], and where the file is larger than a change can be.
    pub fn read(csv: &str) -> Result<Self, CalendarError> {
        let rows = table::read_notices(csv)?;
        let body = Body::Notice {
            csv: csv.to_owned(),
        };
        if body.to_raw().get().len() > MAXIMUM_CHANGE_BYTES {
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
        let day = |row: Option<&Row>| row.map_or(Day::from_unix_days(0), |row| row.day);
        let makeup_workdays = rows.iter().filter(|row| row.worked).count();
        Self {
            notices,
            years: years_spoken_for(rows),
            first: day(rows.first()),
            last: day(rows.last()),
            holidays: rows.len() - makeup_workdays,
            makeup_workdays,
        }
    }
}

/// Whether a notice can be loaded.
///
/// # Errors
/// As [`Loaded::read`].
pub fn check_notice(csv: &str) -> Result<(), CalendarError> {
    Loaded::read(csv).map(drop)
}
