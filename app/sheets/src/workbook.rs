//! A table as an .xlsx: real dates, widths, a head that stays in sight and filters.

use rust_xlsxwriter::{ExcelDateTime, Format, FormatAlign, Workbook, XlsxError};
use shared::import::{CellKind, Table};

const DAY: &str = "yyyy-mm-dd";

/// The table as the bytes of a workbook of one sheet.
///
/// # Errors
/// More rows or longer texts than a sheet takes.
pub fn xlsx(table: &Table) -> Result<Vec<u8>, XlsxError> {
    let head = Format::new()
        .set_bold()
        .set_text_wrap()
        .set_align(FormatAlign::VerticalCenter);
    let (text, day) = (
        Format::new().set_text_wrap().set_align(FormatAlign::Top),
        Format::new()
            .set_num_format(DAY)
            .set_align(FormatAlign::Top),
    );
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    sheet.set_name(&table.name)?.set_freeze_panes(1, 0)?;
    for (column, (word, width)) in (0..).zip(&table.columns) {
        // A Chinese letter is as wide as two digits.
        sheet.set_column_width(column, f64::from(width * 2))?;
        sheet.write_with_format(0, column, word, &head)?;
    }
    let mut last = 0;
    for (row, cells) in (1..).zip(&table.rows) {
        last = row;
        for (column, cell) in (0..).zip(cells) {
            let as_day = (cell.kind == CellKind::Day)
                .then(|| ExcelDateTime::parse_from_str(&cell.text).ok())
                .flatten();
            let as_number = (cell.kind == CellKind::Number)
                .then(|| cell.text.parse::<f64>().ok())
                .flatten();
            match (as_day, as_number) {
                (Some(moment), _) => {
                    sheet.write_datetime_with_format(row, column, &moment, &day)?
                }
                (_, Some(number)) => sheet.write_number_with_format(row, column, number, &text)?,
                _ if cell.text.is_empty() => continue,
                _ => sheet.write_string_with_format(row, column, &cell.text, &text)?,
            };
        }
    }
    if let Some(rightmost) = table.columns.len().checked_sub(1) {
        let rightmost = u16::try_from(rightmost).unwrap_or(u16::MAX);
        sheet.autofilter(0, 0, last, rightmost)?;
    }
    workbook.save_to_buffer()
}

#[cfg(test)]
mod tests {
    use shared::import::Cell;

    use super::*;

    #[test]
    fn what_is_written_reads_back_with_its_kinds() {
        let row = |number: &str| {
            vec![
                Cell::text(number),
                Cell::new("2013-03-04", CellKind::Day),
                Cell::default(),
                Cell::new("3.5", CellKind::Number),
                Cell::text("=1+1"),
            ]
        };
        let heads = ["案号", "收到材料", "空", "数", "式"];
        let table = Table {
            name: "台账".into(),
            columns: heads.map(|head| (head.to_owned(), 6)).into(),
            rows: vec![row("0117"), row("京2013-002")],
        };
        let bytes = xlsx(&table).expect("a table of two rows fits");
        let sheets = sheets::read("台账.xlsx", &bytes).expect("what was written is readable");
        assert_eq!(sheets[0].name, "台账");
        let read: Vec<_> = sheets[0].rows[0].iter().map(|cell| &*cell.text).collect();
        assert_eq!(read, heads);
        assert_eq!(sheets[0].rows[1..], table.rows);
    }
}
