//! Reads .xlsx, .xls and .csv into plain tables of text, and case files beside them; writes documents
//! as .docx.
//!
//! What a file is shows in its bytes, not in its name: systems hand out text under the name of
//! .xls. Dates become ISO days, formulas the values that the file has for them.

pub mod archive;
mod biff;
pub mod docx;
mod file;
mod text;
mod workbook;

pub use file::{Content, Part, open};
pub use shared::import::{Cell, CellKind, Merge, Sheet};

/// A larger file is no result sheet.
pub const MAXIMUM_BYTES: usize = 32 << 20;
/// What an .xlsx may become when it is unpacked.
pub const MAXIMUM_UNPACKED_BYTES: u64 = 512 << 20;
/// Rows of a sheet, heading included.
pub const MAXIMUM_ROWS: usize = 20_000;
/// Columns of a sheet.
pub const MAXIMUM_COLUMNS: usize = 200;
/// How an archive begins, as a workbook and several case files in one file are.
const ZIP: &[u8] = b"PK\x03\x04";
/// Rows between two reports of progress.
const ROWS_PER_REPORT: usize = 500;

/// Why a file could not be read. The texts are for the person who chose the file.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// Nothing in it.
    #[error("文件是空的")]
    Empty,
    /// More than [`MAXIMUM_BYTES`].
    #[error("文件超过 {} MB，请分成几份", MAXIMUM_BYTES >> 20)]
    TooLarge,
    /// More than [`MAXIMUM_ROWS`] in a sheet.
    #[error("“{0}”超过 {MAXIMUM_ROWS} 行，请分成几份")]
    TooManyRows(String),
    /// More than [`MAXIMUM_COLUMNS`] in a sheet.
    #[error("“{0}”超过 {MAXIMUM_COLUMNS} 列，请删去右边多余的列")]
    TooManyColumns(String),
    /// A workbook locked with a password.
    #[error("文件加了密码，请先在 Excel 或 WPS 里去掉密码")]
    Locked,
    /// A web page or XML under the name of a workbook.
    #[error("文件其实是网页，不是工作簿，请在 Excel 或 WPS 里打开，另存为 .xlsx")]
    WebPage,
    /// Neither a workbook nor text.
    #[error("不是 .xlsx、.xls 或 .csv 文件")]
    UnknownFormat,
    /// A workbook that cannot be read to its end.
    #[error("工作簿已损坏，读不出来，请在 Excel 或 WPS 里打开，另存为 .xlsx")]
    Damaged,
}

/// Reads the sheets of a file that have anything in them, hidden ones left out.
///
/// `name` is the file's; a .csv is one sheet of that name.
///
/// # Errors
/// The file is too large, locked, damaged or of another format; see [`ReadError`].
///
/// ```
/// let sheets = sheets::read("结果.csv", "企业名称,产品名称\n某厂,电线\n".as_bytes())?;
/// assert_eq!(sheets[0].name, "结果");
/// assert_eq!(sheets[0].rows[1][1].text, "电线");
/// # Ok::<(), sheets::ReadError>(())
/// ```
pub fn read(name: &str, bytes: &[u8]) -> Result<Vec<Sheet>, ReadError> {
    read_reporting(name, bytes, &mut |_| {})
}

/// [`read`], telling now and then how many rows have been read.
///
/// # Errors
/// Those of [`read`].
pub fn read_reporting(
    name: &str,
    bytes: &[u8],
    report: &mut dyn FnMut(usize),
) -> Result<Vec<Sheet>, ReadError> {
    const COMPOUND_FILE: &[u8] = &[0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1];
    if bytes.len() > MAXIMUM_BYTES {
        return Err(ReadError::TooLarge);
    }
    let sheets = if bytes.starts_with(ZIP) {
        workbook::read_xlsx(bytes, report)?
    } else if bytes.starts_with(COMPOUND_FILE) {
        workbook::read_xls(bytes, report)?
    } else {
        vec![text::read(stem(name), bytes, report)?]
    };
    let sheets: Vec<Sheet> = sheets
        .into_iter()
        .filter(|sheet| !sheet.rows.is_empty())
        .map(|mut sheet| {
            sheet.fill_merged_rows();
            sheet
        })
        .collect();
    if sheets.is_empty() {
        return Err(ReadError::Empty);
    }
    Ok(sheets)
}

fn stem(name: &str) -> &str {
    let name = name.rsplit(['/', '\\']).next().unwrap_or(name);
    name.rsplit_once('.').map_or(name, |(stem, _)| stem)
}

/// A sheet as it grows, cell by cell, within the limits.
struct Growing<'a> {
    sheet: Sheet,
    report: &'a mut dyn FnMut(usize),
    reported: usize,
}

impl<'a> Growing<'a> {
    fn new(name: &str, report: &'a mut dyn FnMut(usize)) -> Self {
        Self {
            sheet: Sheet {
                name: name.to_owned(),
                ..Sheet::default()
            },
            report,
            reported: 0,
        }
    }

    /// Sets a cell that has text; one that has none takes no room, wherever it is.
    fn set(&mut self, row: usize, column: usize, cell: Cell) -> Result<(), ReadError> {
        if cell.text.trim().is_empty() {
            return Ok(());
        }
        if row >= MAXIMUM_ROWS {
            return Err(ReadError::TooManyRows(self.sheet.name.clone()));
        }
        if column >= MAXIMUM_COLUMNS {
            return Err(ReadError::TooManyColumns(self.sheet.name.clone()));
        }
        if self.sheet.rows.len() <= row {
            self.sheet.rows.resize_with(row + 1, Vec::new);
            if row >= self.reported + ROWS_PER_REPORT {
                self.reported = row;
                (self.report)(row);
            }
        }
        let cells = &mut self.sheet.rows[row];
        if cells.len() <= column {
            cells.resize_with(column + 1, Cell::default);
        }
        cells[column] = cell;
        Ok(())
    }
}
