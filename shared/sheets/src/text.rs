//! .csv and its relatives: UTF-8, GB18030 or UTF-16, parted by commas, tabs or semicolons.

use std::borrow::Cow;

use encoding_rs::{GB18030, UTF_8, UTF_16BE, UTF_16LE};
use shared::import::{Cell, Sheet};

use crate::{Growing, ReadError};

/// Of the letters so few may be unreadable: a torn one at most here and there, else it is no text.
const UNREADABLE_PER_LETTERS: usize = 200;

pub(crate) fn read(
    name: &str,
    bytes: &[u8],
    report: &mut dyn FnMut(usize),
) -> Result<Sheet, ReadError> {
    let text = decode(bytes)?;
    let start = text.trim_start();
    if ["<html", "<!doctype", "<table", "<?xml", "mime-version"]
        .iter()
        .any(|tag| {
            start
                .get(..tag.len())
                .is_some_and(|head| head.eq_ignore_ascii_case(tag))
        })
    {
        return Err(ReadError::WebPage);
    }
    let mut growing = Growing::new(name, report);
    let mut text = text.into_owned();
    text.push('\n');
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter(text.trim_start()))
        .from_reader(text.as_bytes());
    let mut record = csv::StringRecord::new();
    let (mut row, mut line) = (0, reader.position().line());
    while reader
        .read_record(&mut record)
        .map_err(|_| ReadError::UnknownFormat)?
    {
        // The reader passes over blank lines; people count them.
        let own_lines = 1 + record
            .iter()
            .flat_map(str::bytes)
            .filter(|byte| *byte == b'\n')
            .count();
        let lines = usize::try_from(reader.position().line() - line).unwrap_or(own_lines);
        row += lines.saturating_sub(own_lines);
        line = reader.position().line();
        for (column, field) in record.iter().enumerate() {
            growing.set(row, column, Cell::text(unguarded(field)))?;
        }
        row += 1;
    }
    Ok(growing.sheet)
}

/// The text by its byte order mark; without one UTF-8 if it is that, else GB18030.
fn decode(bytes: &[u8]) -> Result<Cow<'_, str>, ReadError> {
    let encoding = match bytes {
        [0xff, 0xfe, ..] => UTF_16LE,
        [0xfe, 0xff, ..] => UTF_16BE,
        _ if std::str::from_utf8(bytes).is_ok() => UTF_8,
        _ => GB18030,
    };
    let (text, damaged) = encoding.decode_with_bom_removal(bytes);
    let letters = text.chars().count();
    let unreadable = text
        .chars()
        .filter(|letter| *letter == char::REPLACEMENT_CHARACTER || *letter == '\0')
        .count();
    if damaged && unreadable * UNREADABLE_PER_LETTERS > letters || text.contains('\0') {
        return Err(ReadError::UnknownFormat);
    }
    Ok(text)
}

/// Whichever stands most often in the first line that has any.
fn delimiter(text: &str) -> u8 {
    let first = text
        .lines()
        .take(40)
        .find(|line| line.contains([',', '\t', ';']))
        .unwrap_or_default();
    let count = |delimiter: u8| first.bytes().filter(|byte| *byte == delimiter).count();
    // The last of equals is taken: a comma.
    [b';', b'\t', b',']
        .into_iter()
        .max_by_key(|delimiter| count(*delimiter))
        .unwrap_or(b',')
}

/// Without what some programs put around digits so that others leave them alone: `="0123"`.
fn unguarded(field: &str) -> &str {
    field
        .strip_prefix("=\"")
        .and_then(|inner| inner.strip_suffix('"'))
        .unwrap_or(field)
}
