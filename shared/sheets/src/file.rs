//! Whatever an officer may hand in: a sheet, a case file, several of them in one archive.

use std::io::{Cursor, Read as _};

use shared::{CaseFile, attachment::MediaType, case_file::CaseFileError, travel};

use crate::{MAXIMUM_UNPACKED_BYTES, ReadError, Sheet, ZIP, read_reporting};

/// One file, or one of an archive.
#[derive(Debug)]
pub struct Part {
    /// Its name; within an archive after the archive's, parted by `/`.
    pub name: String,
    /// What it holds, or why it cannot be read.
    pub content: Result<Content, ReadError>,
}

/// What a file holds.
#[derive(Debug)]
pub enum Content {
    /// Tables.
    Sheets(Vec<Sheet>),
    /// Cases, each with its errors.
    Cases(Vec<Result<CaseFile, CaseFileError>>),
    /// What a case names by its hash: a photo, a scan, a signature.
    Attachment(Vec<u8>),
}

/// Reads a file of any kind that is handed in: sheets as [`read`](crate::read) does, case files as
/// [`travel::read_all`] does, what cases attach, and an archive (.zip) file by file.
///
/// ```
/// use sheets::{Content, open};
/// let case = br#"{ "format": "aftercheck-case/1", "case": {}, "events": [] }"#;
/// let parts = open("一件.json", case, &mut |_| {});
/// assert!(matches!(&parts[0].content, Ok(Content::Cases(cases)) if cases[0].is_ok()));
/// ```
pub fn open(name: &str, bytes: &[u8], report: &mut dyn FnMut(usize)) -> Vec<Part> {
    let whole = |content| {
        vec![Part {
            name: name.to_owned(),
            content,
        }]
    };
    if !bytes.starts_with(ZIP) {
        return whole(read_one(name, bytes, report));
    }
    let Ok(mut archive) = zip::ZipArchive::new(Cursor::new(bytes)) else {
        return whole(Err(ReadError::Damaged));
    };
    if is_workbook(&archive) {
        return whole(read_one(name, bytes, report));
    }
    let (mut parts, mut unpacked) = (Vec::new(), 0_u64);
    for index in 0..archive.len() {
        let Ok(entry) = archive.by_index(index) else {
            return whole(Err(ReadError::Damaged));
        };
        let Ok(inner) = entry.name().map(|inner| inner.replace('\\', "/")) else {
            return whole(Err(ReadError::Damaged));
        };
        if !entry.is_file() || is_litter(&inner) {
            continue;
        }
        let left = MAXIMUM_UNPACKED_BYTES.saturating_sub(unpacked);
        let mut content = Vec::new();
        // What an entry says of its size need not be true.
        let read = entry.take(left + 1).read_to_end(&mut content);
        unpacked += content.len() as u64;
        let content = match read {
            _ if unpacked > MAXIMUM_UNPACKED_BYTES => return whole(Err(ReadError::TooLarge)),
            Ok(_) => read_one(&inner, &content, report),
            Err(_) => Err(ReadError::Damaged),
        };
        parts.push(Part {
            name: format!("{name}/{inner}"),
            content,
        });
    }
    if parts.is_empty() {
        return whole(Err(ReadError::Empty));
    }
    parts
}

fn read_one(name: &str, bytes: &[u8], report: &mut dyn FnMut(usize)) -> Result<Content, ReadError> {
    if is_json(name, bytes) {
        return Ok(Content::Cases(travel::read_all(bytes)));
    }
    if MediaType::of_content(bytes).is_some() {
        return Ok(Content::Attachment(bytes.to_vec()));
    }
    read_reporting(name, bytes, report).map(Content::Sheets)
}

fn is_json(name: &str, bytes: &[u8]) -> bool {
    let text = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes);
    let begins = text.trim_ascii_start();
    begins.starts_with(b"{")
        || begins.starts_with(b"[")
        || name
            .rsplit_once('.')
            .is_some_and(|(_, end)| end.eq_ignore_ascii_case("json"))
}

fn is_workbook(archive: &zip::ZipArchive<Cursor<&[u8]>>) -> bool {
    let mut names = archive.file_names().flatten();
    names.any(|name| name == "[Content_Types].xml" || name.starts_with("xl/"))
}

/// What systems put into archives of their own accord.
fn is_litter(name: &str) -> bool {
    name.split('/')
        .any(|part| part.starts_with('.') || part == "__MACOSX")
}
