//! The rows that could not be taken, as a sheet to mend.

use super::{field::Field, mapping::Mapping, propose::RowProposal, table::Sheet};

/// These rows as a .csv that the import reads again: what stands above the heading, the heading,
/// the rows as they are now, and in a last column what is wrong with each. That column is passed
/// over when the mended sheet is read.
///
/// Begins with a byte order mark: without it Excel takes Chinese text for another encoding.
///
/// ```
/// use shared::import::{Answers, Cell, Mapping, Sheet, kept_back, propose};
/// let row = |texts: &[&str]| texts.iter().map(|text| Cell::text(*text)).collect();
/// let sheet = Sheet {
///     rows: vec![row(&["企业名称", "产品名称", "综合判定"]), row(&["某厂", "", "1"])],
///     ..Sheet::default()
/// };
/// let mapping = Mapping::of(&sheet)?;
/// let proposal = propose(&sheet, &mapping, &Answers::default());
/// let text = kept_back(&sheet, &mapping, proposal.rows.iter().filter(|row| !row.is_good()));
/// assert_eq!(text, "\u{feff}企业名称,产品名称,综合判定,未导入的原因\r\n某厂,,1,产品名称：缺少产品名称\r\n");
/// # Ok::<(), shared::import::NoTableError>(())
/// ```
pub fn kept_back<'a>(
    sheet: &Sheet,
    mapping: &Mapping,
    rows: impl Iterator<Item = &'a RowProposal>,
) -> String {
    let reasons = mapping
        .column_of(Field::Reasons)
        .unwrap_or(mapping.columns.len());
    let width = mapping.columns.len().max(reasons + 1);
    let mut text = String::from('\u{feff}');
    let mut line = |row: usize, reason: &str| {
        for column in 0..width {
            if column > 0 {
                text.push(',');
            }
            let cell = &sheet.cell(row, column).text;
            text.push_str(&quoted(if column == reasons { reason } else { cell }));
        }
        text.push_str("\r\n");
    };
    let (_, last) = mapping.heading_rows;
    for row in 0..=last {
        line(
            row,
            if row == last {
                Field::Reasons.title()
            } else {
                ""
            },
        );
    }
    for proposed in rows {
        line(proposed.row, &reasons_of(proposed, mapping));
    }
    text
}

/// What keeps a row from being taken, each with the heading of its column.
fn reasons_of(row: &RowProposal, mapping: &Mapping) -> String {
    let errors = row
        .problems
        .iter()
        .filter(|problem| problem.fault.is_error());
    let words: Vec<String> = errors
        .map(|problem| {
            match problem
                .column
                .and_then(|column| mapping.columns.get(column))
            {
                Some(column) => format!("{}：{}", column.heading, problem.fault),
                None => problem.fault.to_string(),
            }
        })
        .collect();
    words.join("；")
}

/// A cell of a .csv. What a program for sheets would take for a formula gets a tab before it, which
/// the import passes over.
///
/// ```
/// use shared::import::quoted;
/// assert_eq!(quoted("桌,椅"), "\"桌,椅\"");
/// assert_eq!(quoted("=1+1"), "\"\t=1+1\"", "not computed by whoever opens the file");
/// assert_eq!(quoted("--"), "--");
/// ```
pub fn quoted(cell: &str) -> String {
    let computes = cell.len() > 1
        && cell.starts_with(['=', '+', '-', '@'])
        && !cell.trim_start_matches('-').is_empty();
    let guarded = if computes {
        format!("\t{cell}")
    } else {
        cell.to_owned()
    };
    if guarded.contains([',', '"', '\n', '\r', '\t']) {
        format!("\"{}\"", guarded.replace('"', "\"\""))
    } else {
        guarded
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_quoted_where_they_must_be() {
        for (cell, written) in [
            ("", ""),
            ("电线", "电线"),
            ("a,b", "\"a,b\""),
            ("说\"好\"", "\"说\"\"好\"\"\""),
            ("----", "----"),
            ("-", "-"),
            ("=1+1", "\"\t=1+1\""),
            ("-1+1", "\"\t-1+1\""),
            ("@SUM", "\"\t@SUM\""),
        ] {
            assert_eq!(quoted(cell), written, "{cell}");
        }
    }
}
