//! .xlsx and .xls.

use std::{
    collections::HashSet,
    io::Cursor,
    panic::{AssertUnwindSafe, catch_unwind},
};

use calamine::{
    Data, Dimensions, ExcelDateTime, Reader as _, SheetType, SheetVisible, Xls, XlsError, Xlsx,
    XlsxError,
};
use shared::import::{Cell, CellKind, Merge, Sheet};

use crate::{Growing, MAXIMUM_UNPACKED_BYTES, ReadError, biff};

pub(crate) fn read_xlsx(
    bytes: &[u8],
    report: &mut dyn FnMut(usize),
) -> Result<Vec<Sheet>, ReadError> {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).map_err(|_| ReadError::Damaged)?;
    let mut unpacked = 0_u64;
    for index in 0..archive.len() {
        let entry = archive
            .by_index_raw(index)
            .map_err(|_| ReadError::Damaged)?;
        unpacked = unpacked.saturating_add(entry.size());
    }
    if unpacked > MAXIMUM_UNPACKED_BYTES {
        return Err(ReadError::TooLarge);
    }
    if !archive
        .file_names()
        .flatten()
        .any(|name| name.starts_with("xl/"))
    {
        return Err(ReadError::UnknownFormat);
    }
    guarded(|| {
        let mut workbook = Xlsx::new(Cursor::new(bytes)).map_err(of_xlsx)?;
        let mut sheets = vec![];
        for name in visible(workbook.sheets_metadata()) {
            let merges = workbook.merge_cells_by_sheet_name(&name).map_err(of_xlsx)?;
            let mut growing = Growing::new(&name, report);
            let mut cells = workbook.worksheet_cells_reader(&name).map_err(of_xlsx)?;
            let mut computed_empty = HashSet::new();
            while let Some(cell) = cells.next_cell().map_err(of_xlsx)? {
                let (row, column) = cell.get_position();
                let value: Data = cell.get_value().clone().into();
                if matches!(&value, Data::String(text) if text.is_empty()) {
                    computed_empty.insert((row, column));
                }
                growing.set(row as usize, column as usize, from_data(value))?;
            }
            drop(cells);
            // A program that computes nothing leaves formulas without values: the cell is not empty,
            // what it says is not known.
            let mut formulas = workbook.worksheet_cells_reader(&name).map_err(of_xlsx)?;
            while let Ok(Some(formula)) = formulas.next_formula() {
                let (row, column) = formula.get_position();
                let uncomputed = !formula.get_value().is_empty()
                    && !computed_empty.contains(&(row, column))
                    && growing
                        .sheet
                        .cell(row as usize, column as usize)
                        .text
                        .is_empty();
                if uncomputed {
                    let text = format!("={}", formula.get_value());
                    let cell = Cell::new(text, CellKind::Error);
                    growing.set(row as usize, column as usize, cell)?;
                }
            }
            growing.sheet.merges = merges.iter().map(merge).collect();
            sheets.push(growing.sheet);
        }
        Ok(sheets)
    })
}

pub(crate) fn read_xls(
    bytes: &[u8],
    report: &mut dyn FnMut(usize),
) -> Result<Vec<Sheet>, ReadError> {
    let tamed = biff::tamed(bytes)?;
    guarded(|| {
        let mut workbook = Xls::new(Cursor::new(tamed)).map_err(|error| match error {
            XlsError::Password => ReadError::Locked,
            _ => ReadError::Damaged,
        })?;
        let mut sheets = vec![];
        for name in visible(workbook.sheets_metadata()) {
            let Ok(range) = workbook.worksheet_range(&name) else {
                continue;
            };
            let mut growing = Growing::new(&name, report);
            let (top, left) = range.start().unwrap_or_default();
            for (row, column, value) in range.used_cells() {
                let (row, column) = (row + top as usize, column + left as usize);
                growing.set(row, column, from_data(value.clone()))?;
            }
            let merges = workbook
                .merge_cells_by_sheet_name(&name)
                .unwrap_or_default();
            growing.sheet.merges = merges.iter().map(merge).collect();
            sheets.push(growing.sheet);
        }
        Ok(sheets)
    })
}

/// The library reads formats that were never meant to be read by others, from files that anyone
/// may have damaged: should it stumble, the file is at fault, not the officer's afternoon.
fn guarded<T>(read: impl FnOnce() -> Result<T, ReadError>) -> Result<T, ReadError> {
    catch_unwind(AssertUnwindSafe(read)).unwrap_or(Err(ReadError::Damaged))
}

fn visible(sheets: &[calamine::Sheet]) -> Vec<String> {
    sheets
        .iter()
        .filter(|sheet| sheet.visible == SheetVisible::Visible && sheet.typ == SheetType::WorkSheet)
        .map(|sheet| sheet.name.clone())
        .collect()
}

#[expect(clippy::needless_pass_by_value, reason = "it is the error's end")]
fn of_xlsx(error: XlsxError) -> ReadError {
    match error {
        XlsxError::Password => ReadError::Locked,
        _ => ReadError::Damaged,
    }
}

fn merge(dimensions: &Dimensions) -> Merge {
    let cell = |(row, column): (u32, u32)| (row as usize, column as usize);
    Merge {
        from: cell(dimensions.start),
        to: cell(dimensions.end),
    }
}

fn from_data(value: Data) -> Cell {
    match value {
        Data::Empty => Cell::default(),
        Data::String(text) | Data::DurationIso(text) => Cell::text(text),
        Data::Int(number) => Cell::new(number.to_string(), CellKind::Number),
        Data::Float(number) => Cell::new(number.to_string(), CellKind::Number),
        Data::Bool(yes) => Cell::text(if yes { "是" } else { "否" }),
        Data::DateTime(moment) => from_moment(moment),
        Data::DateTimeIso(text) => Cell::new(text, CellKind::Day),
        Data::Error(error) => Cell::new(error.to_string(), CellKind::Error),
    }
}

/// A date, with its time where it has one; a bare time or duration is text.
fn from_moment(moment: ExcelDateTime) -> Cell {
    let (year, month, day, hour, minute, second, _) = moment.to_ymd_hms_milli();
    let time = format!("{hour:02}:{minute:02}:{second:02}");
    if moment.is_duration() || moment.as_f64() < 1.0 {
        return Cell::text(time);
    }
    let date = format!("{year:04}-{month:02}-{day:02}");
    let text = match (hour, minute, second) {
        (0, 0, 0) => date,
        _ => format!("{date} {time}"),
    };
    Cell::new(text, CellKind::Day)
}
