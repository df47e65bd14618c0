//! A day as the regulation knows it: a date in Beijing, without hour or zone.

use std::{fmt, ops, str::FromStr};

use chrono::{Datelike, NaiveDate, Weekday};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// One calendar day in Beijing (UTC+8, no daylight saving).
///
/// Held as the number of days since 1970-01-01, so that counting is
/// arithmetic. Written and read as `2013-03-04`.
///
/// ```
/// use shared::Day;
/// let day: Day = "2013-03-04".parse()?;
/// assert_eq!(day + 7, "2013-03-11".parse()?);
/// assert_eq!(day.weekday_from_monday(), 0);
/// # Ok::<(), shared::day::ParseDayError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(i32);

/// The text was not a day in the form `2013-03-04` between the years 1900 and 2999.
///
/// ```
/// use shared::{Day, day::ParseDayError};
/// assert_eq!("2013-02-30".parse::<Day>(), Err(ParseDayError("2013-02-30".into())));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("“{0}”不是日期，应写作 2013-03-04")]
pub struct ParseDayError(pub String);

/// Days between 0001-01-01 (chrono's common era day 1) and 1970-01-01.
const UNIX_EPOCH_FROM_CE: i32 = 719_163;
const MILLISECONDS_PER_DAY: i64 = 86_400_000;
const BEIJING_OFFSET_MILLISECONDS: i64 = 8 * 3_600_000;

impl Day {
    /// The day with this year, month (1 to 12) and day of the month, if there is one
    /// between 1900 and 2999.
    ///
    /// ```
    /// use shared::Day;
    /// assert!(Day::from_ymd(2013, 2, 28).is_some() && Day::from_ymd(2013, 2, 29).is_none());
    /// ```
    pub fn from_ymd(year: i32, month: u32, day: u32) -> Option<Self> {
        if !(1900..=2999).contains(&year) {
            return None;
        }
        NaiveDate::from_ymd_opt(year, month, day).map(Self::from_date)
    }

    /// The day `days` days after 1970-01-01.
    ///
    /// ```
    /// use shared::Day;
    /// assert_eq!(Day::from_unix_days(15_706).to_string(), "2013-01-01");
    /// ```
    pub const fn from_unix_days(days: i32) -> Self {
        Self(days)
    }

    /// Days since 1970-01-01.
    ///
    /// ```
    /// use shared::Day;
    /// assert_eq!("2013-01-01".parse::<Day>()?.unix_days(), 15_706);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub const fn unix_days(self) -> i32 {
        self.0
    }

    /// The Beijing day at this instant, in milliseconds since 1970-01-01T00:00:00Z,
    /// whatever zone the device believes it is in.
    ///
    /// ```
    /// use shared::Day;
    /// // 2013-03-03T16:00:00Z is midnight in Beijing.
    /// assert_eq!(Day::at_unix_milliseconds(1_362_326_400_000).to_string(), "2013-03-04");
    /// ```
    pub fn at_unix_milliseconds(milliseconds: i64) -> Self {
        let days = (milliseconds + BEIJING_OFFSET_MILLISECONDS).div_euclid(MILLISECONDS_PER_DAY);
        Self(i32::try_from(days).unwrap_or(i32::MAX))
    }

    /// Milliseconds since 1970-01-01T00:00:00Z of midnight in Beijing at the start of this day.
    ///
    /// ```
    /// use shared::Day;
    /// let day: Day = "2013-03-04".parse()?;
    /// assert_eq!(Day::at_unix_milliseconds(day.starts_at_unix_milliseconds()), day);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn starts_at_unix_milliseconds(self) -> i64 {
        i64::from(self.0) * MILLISECONDS_PER_DAY - BEIJING_OFFSET_MILLISECONDS
    }

    /// Year, month (1 to 12) and day of the month.
    ///
    /// ```
    /// use shared::Day;
    /// assert_eq!("2013-03-04".parse::<Day>()?.ymd(), (2013, 3, 4));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn ymd(self) -> (i32, u32, u32) {
        let date = self.date();
        (date.year(), date.month(), date.day())
    }

    /// The calendar year.
    ///
    /// ```
    /// use shared::Day;
    /// assert_eq!("2013-03-04".parse::<Day>()?.year(), 2013);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn year(self) -> i32 {
        self.date().year()
    }

    /// The calendar quarter, 1 to 4.
    ///
    /// ```
    /// use shared::Day;
    /// assert_eq!("2013-06-30".parse::<Day>()?.quarter(), 2);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn quarter(self) -> u8 {
        u8::try_from((self.date().month() - 1) / 3 + 1).unwrap_or(1)
    }

    /// 0 for Monday to 6 for Sunday.
    ///
    /// ```
    /// use shared::Day;
    /// assert_eq!("2013-03-10".parse::<Day>()?.weekday_from_monday(), 6);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub const fn weekday_from_monday(self) -> i32 {
        // 1970-01-01 was a Thursday.
        (self.0 + 3).rem_euclid(7)
    }

    /// Whether the day is a Saturday or a Sunday, whatever the notices make of it.
    ///
    /// ```
    /// use shared::Day;
    /// assert!("2013-02-16".parse::<Day>()?.is_weekend(), "though it was worked");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub const fn is_weekend(self) -> bool {
        self.weekday_from_monday() >= 5
    }

    /// The Monday of this day's week.
    ///
    /// ```
    /// use shared::Day;
    /// assert_eq!("2013-03-10".parse::<Day>()?.monday().to_string(), "2013-03-04");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub const fn monday(self) -> Self {
        Self(self.0 - self.weekday_from_monday())
    }

    /// The same day as a chrono date.
    ///
    /// ```
    /// use shared::Day;
    /// assert_eq!("2013-03-04".parse::<Day>()?.date().to_string(), "2013-03-04");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn date(self) -> NaiveDate {
        NaiveDate::from_num_days_from_ce_opt(self.0.saturating_add(UNIX_EPOCH_FROM_CE))
            .unwrap_or(NaiveDate::MAX)
    }

    fn from_date(date: NaiveDate) -> Self {
        Self(date.num_days_from_ce() - UNIX_EPOCH_FROM_CE)
    }

    /// The weekday as chrono names it.
    ///
    /// ```
    /// use shared::Day;
    /// assert_eq!("2013-03-04".parse::<Day>()?.weekday().to_string(), "Mon");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn weekday(self) -> Weekday {
        self.date().weekday()
    }
}

impl ops::Add<i32> for Day {
    type Output = Self;
    fn add(self, days: i32) -> Self {
        Self(self.0.saturating_add(days))
    }
}

impl ops::Sub<i32> for Day {
    type Output = Self;
    fn sub(self, days: i32) -> Self {
        Self(self.0.saturating_sub(days))
    }
}

/// Days from `other` to `self`; negative when `other` is later.
impl ops::Sub for Day {
    type Output = i32;
    fn sub(self, other: Self) -> i32 {
        self.0 - other.0
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = self.ymd();
        write!(f, "{year:04}-{month:02}-{day:02}")
    }
}

impl fmt::Debug for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Day {
    type Err = ParseDayError;

    fn from_str(text: &str) -> Result<Self, ParseDayError> {
        let error = || ParseDayError(text.chars().take(40).collect());
        let bytes = text.as_bytes();
        if bytes.len() != 10 || bytes[4] != b'-' || bytes[7] != b'-' {
            return Err(error());
        }
        let number = |range: ops::Range<usize>| -> Result<u32, ParseDayError> {
            let digits = bytes.get(range).unwrap_or_default();
            digits.iter().try_fold(0, |sum, byte| match byte {
                b'0'..=b'9' => Ok(sum * 10 + u32::from(byte - b'0')),
                _ => Err(error()),
            })
        };
        let year = i32::try_from(number(0..4)?).map_err(|_| error())?;
        Self::from_ymd(year, number(5..7)?, number(8..10)?).ok_or_else(error)
    }
}

impl Serialize for Day {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Day {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_and_writes_iso_days_only() {
        for text in [
            "1900-01-01",
            "1970-01-01",
            "2012-02-29",
            "2013-03-04",
            "2999-12-31",
        ] {
            assert_eq!(
                text.parse::<Day>().map(|day| day.to_string()),
                Ok(text.to_owned())
            );
        }
        for text in [
            "",
            "2013-3-4",
            "2013-02-29",
            "2013-13-01",
            "1899-12-31",
            "20130304",
            "2013-03-04T",
            "２０13-03",
        ] {
            assert!(text.parse::<Day>().is_err(), "{text}");
        }
    }

    #[test]
    fn weekdays_agree_with_chrono() {
        for days in -30_000..30_000 {
            let day = Day::from_unix_days(days);
            assert_eq!(
                i64::from(day.weekday_from_monday()),
                i64::from(day.weekday().num_days_from_monday())
            );
        }
    }
}
