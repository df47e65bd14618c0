//! The quarter that a periodic announcement is about, and when it is due.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::{Day, case::SpotCheck};

/// A quarter of a year: all of its spot checks go into one periodic announcement.
///
/// ```
/// use shared::announcement::{ParseQuarterError, Quarter};
/// let quarter: Quarter = "2013/4".parse()?;
/// // Article 25: in the quarter after the one of the spot check.
/// assert_eq!(quarter.next().to_string(), "2014/1");
/// assert_eq!(quarter.announce_by().to_string(), "2014-03-31");
/// assert_eq!("2013/5".parse::<Quarter>(), Err(ParseQuarterError));
/// # Ok::<(), shared::announcement::ParseQuarterError>(())
/// ```
///
/// ```
/// use shared::{announcement::Quarter, case::SpotCheck};
/// let check = SpotCheck { year: 2013, quarter: 1, ..SpotCheck::default() };
/// let quarter = Quarter::of(&check).ok_or("a year and a quarter")?;
/// assert_eq!(quarter, Quarter::at("2013-02-15".parse()?));
/// assert_eq!(quarter.first_day().to_string(), "2013-01-01");
/// assert_eq!(quarter.last_day().to_string(), "2013-03-31");
/// assert_eq!(Quarter::of(&SpotCheck::default()), None, "a case that names no quarter");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct Quarter {
    /// The year.
    pub year: i32,
    /// 1 to 4.
    pub quarter: u8,
}

impl Quarter {
    /// The quarter in which this spot check was, by which it is announced (article 25); none where it
    /// does not say.
    pub fn of(spot_check: &SpotCheck) -> Option<Self> {
        (spot_check.year > 0 && (1..=4).contains(&spot_check.quarter)).then_some(Self {
            year: spot_check.year,
            quarter: spot_check.quarter,
        })
    }

    /// The quarter in which this day lies.
    pub fn at(day: Day) -> Self {
        Self {
            year: day.year(),
            quarter: day.quarter(),
        }
    }

    /// The quarter after it.
    #[must_use]
    pub const fn next(self) -> Self {
        if self.quarter >= 4 {
            Self {
                year: self.year + 1,
                quarter: 1,
            }
        } else {
            Self {
                year: self.year,
                quarter: self.quarter + 1,
            }
        }
    }

    /// Its first day.
    pub fn first_day(self) -> Day {
        let month = u32::from(self.quarter.clamp(1, 4)) * 3 - 2;
        Day::from_ymd(self.year, month, 1).unwrap_or(Day::from_unix_days(0))
    }

    /// Its last day.
    pub fn last_day(self) -> Day {
        self.next().first_day() - 1
    }

    /// The day by which its periodic announcement is published: the last of the next quarter
    /// (article 25, 原则上). Fixed by the calendar, so not moved where it is no working day.
    pub fn announce_by(self) -> Day {
        self.next().last_day()
    }
}

impl fmt::Display for Quarter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.year, self.quarter)
    }
}

/// The text was not a year and a quarter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a quarter: expected year/quarter, such as 2013/1")]
pub struct ParseQuarterError;

impl FromStr for Quarter {
    type Err = ParseQuarterError;
    fn from_str(text: &str) -> Result<Self, ParseQuarterError> {
        let (year, quarter) = text.split_once('/').ok_or(ParseQuarterError)?;
        let year = year.parse().map_err(|_| ParseQuarterError)?;
        let quarter = quarter.parse().map_err(|_| ParseQuarterError)?;
        if (1..=9999).contains(&year) && (1..=4).contains(&quarter) {
            Ok(Self { year, quarter })
        } else {
            Err(ParseQuarterError)
        }
    }
}
