//! A table that goes out as a sheet.

use serde::{Deserialize, Serialize};

use super::{back::quoted, table::Cell};

/// What is written as a sheet: one row of heads, and under it the cells.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Table {
    /// What the sheet is called.
    pub name: String,
    /// The heads, each with the width of its column in letters.
    pub columns: Vec<(String, u16)>,
    /// The cells by row.
    pub rows: Vec<Vec<Cell>>,
}

impl Table {
    /// The table as a .csv that Excel reads as Chinese: it begins with a byte order mark.
    ///
    /// ```
    /// use shared::import::{Cell, Table};
    /// let table = Table {
    ///     name: "台账".into(),
    ///     columns: vec![("案号".into(), 14), ("产品".into(), 20)],
    ///     rows: vec![vec![Cell::text("京2013-001"), Cell::text("桌,椅")]],
    /// };
    /// assert_eq!(table.to_csv(), "\u{feff}案号,产品\r\n京2013-001,\"桌,椅\"\r\n");
    /// ```
    pub fn to_csv(&self) -> String {
        let heads = self.columns.iter().map(|(head, _)| quoted(head)).collect();
        let rows = self
            .rows
            .iter()
            .map(|row| row.iter().map(|cell| quoted(&cell.text)).collect());
        let mut text = String::from('\u{feff}');
        for line in std::iter::once(heads).chain(rows) {
            let line: Vec<String> = line;
            text.push_str(&line.join(","));
            text.push_str("\r\n");
        }
        text
    }
}
