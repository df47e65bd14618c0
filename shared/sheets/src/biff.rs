//! An old workbook (.xls) made harmless before the library reads it.
//!
//! The library sets aside room for the rows and columns that the file claims: one wrong byte, or a
//! format given to whole columns, makes that more memory than there is, and the program ends. So
//! the claims are taken out, cells are held to the limits, and the stream goes into a fresh container.
//! Formulas and names are taken out too: their values are in the cells, and reading them can fail.

use std::io::{Cursor, Read as _, Write as _};

use cfb::{CompoundFile, Version};

use crate::{MAXIMUM_BYTES, MAXIMUM_COLUMNS, MAXIMUM_ROWS, ReadError};

// Types of records, [MS-XLS] 2.3.
const END: u16 = 0x000a;
const LOCK: u16 = 0x002f;
const SHEET: u16 = 0x0085;
const BEGIN: u16 = 0x0809;
const DIMENSIONS: u16 = 0x0200;
const NAME: u16 = 0x0018;
const FORMULA: u16 = 0x0006;
/// Where in a formula's record its value ends and what computes it begins.
const FORMULA_VALUE_BYTES: usize = 20;
/// No record is of this type: whoever reads passes over it.
const NOTHING: [u8; 2] = [0xff, 0xff];
const SEVERAL_NUMBERS: u16 = 0x00bd;
/// Those of one cell: formula, number, label, rich text, truth or error, short number, shared string.
const CELLS: [u16; 7] = [FORMULA, 0x0203, 0x0204, 0x00d6, 0x0205, 0x027e, 0x00fd];

/// The workbook with nothing but its cells, within the limits.
pub(crate) fn tamed(bytes: &[u8]) -> Result<Vec<u8>, ReadError> {
    let damaged = |_: std::io::Error| ReadError::Damaged;
    let mut container = CompoundFile::open(Cursor::new(bytes)).map_err(damaged)?;
    if container.exists("EncryptedPackage") {
        return Err(ReadError::Locked);
    }
    let name = ["Workbook", "Book"]
        .into_iter()
        .find(|name| container.is_stream(name))
        .ok_or(ReadError::UnknownFormat)?;
    let mut stream = vec![];
    container
        .open_stream(name)
        .and_then(|opened| opened.take(MAXIMUM_BYTES as u64).read_to_end(&mut stream))
        .map_err(damaged)?;
    tame(&mut stream)?;
    // Of the version that old workbooks have.
    let fresh = CompoundFile::create_with_version(Version::V3, Cursor::new(vec![]));
    let mut fresh = fresh.map_err(damaged)?;
    fresh
        .create_stream("Workbook")
        .and_then(|mut created| created.write_all(&stream).and_then(|()| created.flush()))
        .and_then(|()| fresh.flush())
        .map_err(damaged)?;
    Ok(fresh.into_inner().into_inner())
}

fn tame(stream: &mut [u8]) -> Result<(), ReadError> {
    let mut sheets = vec![];
    let mut at = 0;
    while let Some(record) = Record::at(stream, at) {
        match record.kind {
            LOCK => return Err(ReadError::Locked),
            SHEET => sheets.extend(record.number(stream, 0).zip(record.number(stream, 2))),
            NAME => stream[at..at + 2].copy_from_slice(&NOTHING),
            END => break,
            _ => {}
        }
        at = record.end;
    }
    for (index, (low, high)) in sheets.into_iter().enumerate() {
        tame_sheet(
            stream,
            usize::from(low) | usize::from(high) << 16,
            index + 1,
        )?;
    }
    Ok(())
}

/// The records of a sheet from its beginning to its end; charts within it are not looked at.
fn tame_sheet(stream: &mut [u8], start: usize, number: usize) -> Result<(), ReadError> {
    let name = || format!("第 {number} 张表");
    let (mut at, mut begun, mut depth) = (start, false, 0_usize);
    if at >= stream.len() {
        return Err(ReadError::Damaged);
    }
    while let Some(record) = Record::at(stream, at) {
        at = record.end;
        match record.kind {
            BEGIN if begun => depth += 1,
            BEGIN => begun = true,
            END if depth == 0 => break,
            END => depth -= 1,
            _ if depth > 0 => {}
            DIMENSIONS => stream[record.data..record.end].fill(0),
            kind if CELLS.contains(&kind) || kind == SEVERAL_NUMBERS => {
                let last = match kind {
                    SEVERAL_NUMBERS => (record.end - record.data).saturating_sub(2),
                    _ => 2,
                };
                let row = record.number(stream, 0).ok_or(ReadError::Damaged)?;
                let column = record.number(stream, last).ok_or(ReadError::Damaged)?;
                if kind == FORMULA && record.end - record.data > FORMULA_VALUE_BYTES {
                    stream[record.data + FORMULA_VALUE_BYTES..record.end].fill(0);
                }
                if usize::from(row) >= MAXIMUM_ROWS {
                    return Err(ReadError::TooManyRows(name()));
                }
                if usize::from(column) >= MAXIMUM_COLUMNS {
                    return Err(ReadError::TooManyColumns(name()));
                }
            }
            _ => {}
        }
    }
    Ok(())
}

/// Where a record lies: its data from `data` to `end`.
struct Record {
    kind: u16,
    data: usize,
    end: usize,
}

impl Record {
    fn at(stream: &[u8], at: usize) -> Option<Self> {
        let kind = number(stream, at)?;
        let data = at + 4;
        let end = data + usize::from(number(stream, at + 2)?);
        (end <= stream.len()).then_some(Self { kind, data, end })
    }

    /// The number of two bytes at this place in the data.
    fn number(&self, stream: &[u8], at: usize) -> Option<u16> {
        number(&stream[self.data..self.end], at)
    }
}

fn number(bytes: &[u8], at: usize) -> Option<u16> {
    let pair = bytes.get(at..at.checked_add(2)?)?;
    Some(u16::from_le_bytes([pair[0], pair[1]]))
}
