//! A stretch of the calendar that reports and analyses are about.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::{Day, announcement::Quarter};

/// A year, a quarter or a month. Written `2013`, `2013/1` and `2013-03`.
///
/// ```
/// use shared::span::{ParseSpanError, Span};
/// let march: Span = "2013-03".parse()?;
/// assert_eq!((march.first_day().to_string(), march.last_day().to_string()), ("2013-03-01".into(), "2013-03-31".into()));
/// assert_eq!(march, Span::month_of(march.last_day()));
/// assert!(march.holds(march.first_day()) && !march.holds(march.last_day() + 1));
/// assert_eq!(march.word(), "2013 年 3 月");
/// let (quarter, year): (Span, Span) = ("2013/1".parse()?, "2013".parse()?);
/// assert_eq!((quarter.word(), quarter.last_day()), ("2013 年第 1 季度".into(), march.last_day()));
/// assert_eq!((year.word(), year.to_string()), ("2013 年".into(), "2013".into()));
/// assert!(year.is_like(&"2014".parse()?) && !year.is_like(&march));
/// assert_eq!("2013-13".parse::<Span>(), Err(ParseSpanError));
/// # Ok::<(), ParseSpanError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Span {
    /// 年
    Year(i32),
    /// 季度
    Quarter(Quarter),
    /// 月
    Month {
        /// The year.
        year: i32,
        /// 1 to 12.
        month: u8,
    },
}

impl Span {
    /// The month in which this day lies.
    pub fn month_of(day: Day) -> Self {
        let (year, month, _) = day.ymd();
        Self::Month {
            year,
            month: u8::try_from(month).unwrap_or(1),
        }
    }

    /// Its first day.
    pub fn first_day(self) -> Day {
        let (year, month) = match self {
            Self::Year(year) => (year, 1),
            Self::Quarter(quarter) => return quarter.first_day(),
            Self::Month { year, month } => (year, u32::from(month)),
        };
        Day::from_ymd(year, month, 1).unwrap_or(Day::from_unix_days(0))
    }

    /// Its last day.
    pub fn last_day(self) -> Day {
        let (year, month) = match self {
            Self::Quarter(quarter) => return quarter.last_day(),
            Self::Year(year) | Self::Month { year, month: 12 } => (year + 1, 1),
            Self::Month { year, month } => (year, u32::from(month) + 1),
        };
        Day::from_ymd(year, month, 1).unwrap_or(Day::from_unix_days(1)) - 1
    }

    /// Whether the day lies in it.
    pub fn holds(self, day: Day) -> bool {
        (self.first_day()..=self.last_day()).contains(&day)
    }

    /// Whether both are years, both quarters or both months.
    pub const fn is_like(&self, other: &Self) -> bool {
        matches!(
            (self, other),
            (Self::Year(_), Self::Year(_))
                | (Self::Quarter(_), Self::Quarter(_))
                | (Self::Month { .. }, Self::Month { .. })
        )
    }

    /// What it is called: 2013 年第 1 季度.
    pub fn word(self) -> String {
        match self {
            Self::Year(year) => format!("{year} 年"),
            Self::Quarter(Quarter { year, quarter }) => format!("{year} 年第 {quarter} 季度"),
            Self::Month { year, month } => format!("{year} 年 {month} 月"),
        }
    }
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Year(year) => write!(f, "{year:04}"),
            Self::Quarter(quarter) => quarter.fmt(f),
            Self::Month { year, month } => write!(f, "{year:04}-{month:02}"),
        }
    }
}

/// The text was no year, quarter or month.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a period: expected a year, a quarter or a month, such as 2013, 2013/1 or 2013-03")]
pub struct ParseSpanError;

impl FromStr for Span {
    type Err = ParseSpanError;
    fn from_str(text: &str) -> Result<Self, ParseSpanError> {
        if text.contains('/') {
            return text.parse().map(Self::Quarter).map_err(|_| ParseSpanError);
        }
        let year = |text: &str| match text.parse() {
            Ok(year) if text.len() == 4 && (1..=9999).contains(&year) => Ok(year),
            _ => Err(ParseSpanError),
        };
        let Some((of_year, month)) = text.split_once('-') else {
            return year(text).map(Self::Year);
        };
        match month.parse() {
            Ok(number) if month.len() == 2 && (1..=12).contains(&number) => Ok(Self::Month {
                year: year(of_year)?,
                month: number,
            }),
            _ => Err(ParseSpanError),
        }
    }
}

impl Serialize for Span {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Span {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(de::Error::custom)
    }
}
