//! The numbers that the server gives to cases.

use rusqlite::Transaction;
use shared::day::Day;

use super::Error;

/// The next number of a year's series, such as 京2013-003; of this year's where the case has none.
pub(super) fn next(
    transaction: &Transaction<'_>,
    year: i32,
    now_milliseconds: i64,
) -> Result<String, Error> {
    let year = match year {
        0 => Day::at_unix_milliseconds(now_milliseconds).year(),
        year => year,
    };
    let series = format!("京{year}");
    let last: i64 = transaction
        .prepare_cached(
            "INSERT INTO numbers VALUES (?1, 1)
             ON CONFLICT DO UPDATE SET last = last + 1 RETURNING last",
        )?
        .query_row([&series], |row| row.get(0))?;
    Ok(format!("{series}-{last:03}"))
}

/// The series and the place in it of a number as this server gives them, such as 京2013-003.
fn in_series(number: &str) -> Option<(&str, i64)> {
    const DIGITS_AT_MOST: usize = 6;
    let (series, place) = number.split_once('-')?;
    let year = series.strip_prefix('京')?;
    let is_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let fits = year.len() == 4 && is_digits(year) && is_digits(place);
    (fits && place.len() <= DIGITS_AT_MOST)
        .then(|| Some((series, place.parse().ok()?)))
        .flatten()
}

/// Numbers of its series go on after this one.
pub(super) fn go_on_after(transaction: &Transaction<'_>, number: &str) -> Result<(), Error> {
    if let Some((series, place)) = in_series(number) {
        transaction
            .prepare_cached(
                "INSERT INTO numbers VALUES (?1, ?2)
                 ON CONFLICT DO UPDATE SET last = ?2 WHERE last < ?2",
            )?
            .execute((series, place))?;
    }
    Ok(())
}
