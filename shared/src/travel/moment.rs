//! When a change was recorded, as RFC 3339 writes it: Beijing time, milliseconds, and the clock's
//! counter as five further digits where there is one. Text sorts as time does.

use serde::{Deserialize, Deserializer, Serializer, de};

use crate::{Day, clock::HybridTime};

const MILLISECONDS_PER_MINUTE: u64 = 60_000;
const BEIJING: &str = "+08:00";
/// Milliseconds, then the counter.
const FRACTION_DIGITS: usize = 8;

/// The time as text, such as `2013-03-12T08:00:00.123+08:00`.
pub(super) fn written(clock: HybridTime) -> String {
    let day = Day::at_unix_milliseconds(clock.milliseconds.cast_signed());
    let within = clock
        .milliseconds
        .wrapping_sub(day.starts_at_unix_milliseconds().cast_unsigned());
    let (minutes, rest) = (
        within / MILLISECONDS_PER_MINUTE,
        within % MILLISECONDS_PER_MINUTE,
    );
    let (hour, minute) = (minutes / 60, minutes % 60);
    let (second, milliseconds) = (rest / 1000, rest % 1000);
    let counter = match clock.counter {
        0 => String::new(),
        counter => format!("{counter:05}"),
    };
    format!("{day}T{hour:02}:{minute:02}:{second:02}.{milliseconds:03}{counter}{BEIJING}")
}

/// The time that a text of RFC 3339 names.
pub(super) fn read(text: &str) -> Option<HybridTime> {
    let (day, time) = text.split_once(['T', ' '])?;
    let day: Day = day.parse().ok()?;
    let (time, offset) = if let Some(time) = time.strip_suffix(['Z', 'z']) {
        (time, 0)
    } else {
        let at = time.rfind(['+', '-'])?;
        (&time[..at], offset_minutes(&time[at..])?)
    };
    let (time, fraction) = time.split_once('.').unwrap_or((time, "0"));
    let parts: Vec<u64> = time.split(':').map(two_digits).collect::<Option<_>>()?;
    let [hour @ 0..24, minute @ 0..60, second @ 0..60] = parts[..] else {
        return None;
    };
    let is_digits = fraction.bytes().all(|byte| byte.is_ascii_digit());
    if !is_digits || !(1..=FRACTION_DIGITS).contains(&fraction.len()) {
        return None;
    }
    let fraction = format!("{fraction:0<FRACTION_DIGITS$}");
    let midnight = i64::from(day.unix_days()) * 24 * 60;
    let minutes = midnight + (hour * 60 + minute).cast_signed() - offset;
    Some(HybridTime {
        milliseconds: u64::try_from(minutes).ok()? * MILLISECONDS_PER_MINUTE
            + second * 1000
            + fraction[..3].parse::<u64>().ok()?,
        counter: fraction[3..].parse().ok()?,
    })
}

fn two_digits(text: &str) -> Option<u64> {
    let fits = text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit());
    fits.then(|| text.parse().ok()).flatten()
}

fn offset_minutes(text: &str) -> Option<i64> {
    let (hours, minutes) = text.get(1..)?.split_once(':')?;
    let minutes = (two_digits(hours)? * 60 + two_digits(minutes)?).cast_signed();
    Some(if text.starts_with('-') {
        -minutes
    } else {
        minutes
    })
}

pub(super) fn serialize<S: Serializer>(
    clock: &HybridTime,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&written(*clock))
}

pub(super) fn deserialize<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<HybridTime, D::Error> {
    let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
    read(&text).ok_or_else(|| de::Error::custom("not a time of RFC 3339"))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn times_are_read_in_any_zone() {
        let check = |text: &str, expected: Option<(u64, u32)>| {
            let found = read(text).map(|clock| (clock.milliseconds, clock.counter));
            assert_eq!(found, expected, "{text}");
        };
        let noon = 1_363_060_800_000;
        check("2013-03-12T12:00:00+08:00", Some((noon, 0)));
        check("2013-03-12T04:00:00Z", Some((noon, 0)));
        check("2013-03-12T00:00:00-04:00", Some((noon, 0)));
        check("2013-03-12 12:00:00.5+08:00", Some((noon + 500, 0)));
        check("2013-03-12T12:00:00.12300007+08:00", Some((noon + 123, 7)));
        for text in [
            "",
            "2013-03-12",
            "2013-03-12T24:00:00Z",
            "2013-02-30T12:00:00Z",
            "2013-03-12T12:00:00",
            "2013-03-12T12:00Z",
            "2013-03-12T12:00:00.Z",
            "2013-03-12T12:00:00.123456789Z",
            "2013-03-12T12:00:00+8:00",
            "1960-03-12T12:00:00Z",
        ] {
            check(text, None);
        }
    }

    proptest! {
        #[test]
        fn every_clock_comes_back(milliseconds in 0..9_999_999_999_999_u64, counter in 0..100_000_u32) {
            let clock = HybridTime { milliseconds, counter };
            prop_assert_eq!(read(&written(clock)), Some(clock));
        }

        #[test]
        fn no_text_stops_the_reader(text in ".{0,40}", near in "[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9:.+Zé-]{0,24}") {
            let _ = (read(&text), read(&near));
        }
    }
}
