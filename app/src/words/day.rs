//! Days and hours as lists and frames show them, always Beijing's.

use shared::Day;

const BEIJING_OFFSET_MINUTES: i64 = 8 * 60;

/// 星期四
pub(crate) fn weekday_in_full(day: Day) -> String {
    shared::words::weekday(day).replacen('周', "星期", 1)
}

/// 02-07, with its year where that is not the year of `beside`.
pub(crate) fn short(day: Day, beside: Day) -> String {
    let full = day.to_string();
    if day.year() == beside.year() {
        full.get(5..).unwrap_or_default().to_owned()
    } else {
        full
    }
}

/// 09:41, the hour in Beijing at this instant (milliseconds since 1970-01-01T00:00:00Z).
fn hour(milliseconds: i64) -> String {
    let minutes = milliseconds.div_euclid(60_000) + BEIJING_OFFSET_MINUTES;
    let of_day = minutes.rem_euclid(24 * 60);
    format!("{:02}:{:02}", of_day / 60, of_day % 60)
}

/// 09:41 where it is today, else 03-04 09:41, with the year where that is another.
pub(crate) fn moment(milliseconds: i64, today: Day) -> String {
    let day = Day::at_unix_milliseconds(milliseconds);
    let hour = hour(milliseconds);
    if day == today {
        hour
    } else {
        format!("{} {hour}", short(day, today))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Day {
        text.parse().unwrap()
    }

    #[test]
    fn days_in_words() {
        let today = day("2013-03-04");
        assert_eq!(weekday_in_full(today), "星期一");
        assert_eq!(short(day("2013-02-07"), today), "02-07");
        assert_eq!(short(day("2012-12-30"), today), "2012-12-30");
    }

    #[test]
    fn hours_are_beijings() {
        let midnight = day("2013-03-04").starts_at_unix_milliseconds();
        let check = |minutes: i64, words: &str| {
            assert_eq!(
                moment(midnight + minutes * 60_000, day("2013-03-04")),
                words
            );
        };
        check(0, "00:00");
        check(9 * 60 + 41, "09:41");
        check(-1, "03-03 23:59");
        check(-400 * 24 * 60, "2012-01-29 00:00");
    }
}
