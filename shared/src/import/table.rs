//! A sheet as plain text: what the readers of files give and the import reads.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// One sheet of a workbook, or a whole .csv.
///
/// Of cells merged downwards each row says the same:
///
/// ```
/// use shared::import::{Cell, CellKind, Merge, Sheet};
/// let mut sheet = Sheet {
///     rows: vec![
///         vec![Cell::text("某厂"), Cell::new("2013-02-15", CellKind::Day)],
///         vec![Cell::default(), Cell::new("2013-02-16", CellKind::Day)],
///     ],
///     merges: vec![Merge { from: (0, 0), to: (1, 0) }],
///     ..Sheet::default()
/// };
/// sheet.fill_merged_rows();
/// assert_eq!(sheet.cell(1, 0).text, "某厂");
/// assert_eq!(sheet.cell(9, 9), &Cell::default(), "nothing beyond the end");
/// assert_eq!(sheet.width(), 2);
/// ```
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Sheet {
    /// Its name; the file's for a .csv.
    pub name: String,
    /// The cells by row. Row 0 is the sheet's first, used or not; rows end with their last used cell.
    pub rows: Vec<Vec<Cell>>,
    /// Cells that are shown as one; only the first of them has text.
    #[serde(default)]
    pub merges: Vec<Merge>,
}

/// A cell as a person sees it, except that dates are ISO days.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Cell {
    /// Its text, empty where there is none.
    pub text: String,
    /// What the file says it is.
    pub kind: CellKind,
}

/// What a file says of a cell's value.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum CellKind {
    /// Text, or nothing.
    #[default]
    Text,
    /// A number.
    Number,
    /// A date; the text is `2013-03-04`, with a time where it has one.
    Day,
    /// A formula that failed, such as `#REF!`.
    Error,
}

/// A block of merged cells, all bounds inclusive and counted from 0.
///
/// ```
/// use shared::import::Merge;
/// let merge = Merge { from: (0, 0), to: (1, 0) };
/// assert!(merge.holds(1, 0) && !merge.holds(1, 1));
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Merge {
    /// First row and column.
    pub from: (usize, usize),
    /// Last row and column.
    pub to: (usize, usize),
}

impl Cell {
    /// A cell of plain text.
    pub fn text(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            kind: CellKind::Text,
        }
    }

    /// A cell of another kind.
    pub fn new(text: impl Into<String>, kind: CellKind) -> Self {
        Self {
            text: text.into(),
            kind,
        }
    }
}

impl Merge {
    /// Whether the cell lies in it.
    pub fn holds(&self, row: usize, column: usize) -> bool {
        (self.from.0..=self.to.0).contains(&row) && (self.from.1..=self.to.1).contains(&column)
    }
}

impl Sheet {
    /// The cell at this row and column; an empty one beyond the end.
    pub fn cell(&self, row: usize, column: usize) -> &Cell {
        const EMPTY: &Cell = &Cell {
            text: String::new(),
            kind: CellKind::Text,
        };
        self.rows
            .get(row)
            .and_then(|cells| cells.get(column))
            .unwrap_or(EMPTY)
    }

    /// The number of columns of the widest row.
    pub fn width(&self) -> usize {
        self.rows.iter().map(Vec::len).max().unwrap_or(0)
    }

    /// Writes each block of cells merged downwards into all of its rows: a name that stands once
    /// for three batches belongs to each of them.
    ///
    /// Sideways nothing is repeated: a title over ten columns is one title.
    pub fn fill_merged_rows(&mut self) {
        for merge in &self.merges {
            let (first, column) = merge.from;
            let cell = self.cell(first, column).clone();
            if cell.text.is_empty() {
                continue;
            }
            let last = merge.to.0.min(self.rows.len().saturating_sub(1));
            for row in self.rows.iter_mut().take(last + 1).skip(first + 1) {
                if row.len() <= column {
                    row.resize(column + 1, Cell::default());
                }
                row[column] = cell.clone();
            }
        }
    }
}

/// Text stands as itself, other kinds as `["d", "2013-03-04"]`: sheets are mostly text, and long.
impl Serialize for Cell {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let kind = match self.kind {
            CellKind::Text => return serializer.serialize_str(&self.text),
            CellKind::Number => "n",
            CellKind::Day => "d",
            CellKind::Error => "e",
        };
        (kind, &self.text).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Cell {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl<'de> de::Visitor<'de> for Visitor {
            type Value = Cell;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a cell: text, or its kind and text")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Cell, E> {
                Ok(Cell::text(text))
            }

            fn visit_string<E: de::Error>(self, text: String) -> Result<Cell, E> {
                Ok(Cell::text(text))
            }

            fn visit_seq<A: de::SeqAccess<'de>>(self, mut parts: A) -> Result<Cell, A::Error> {
                let short = |length| de::Error::invalid_length(length, &"a kind and a text");
                let kind: String = parts.next_element()?.ok_or_else(|| short(0))?;
                let text: String = parts.next_element()?.ok_or_else(|| short(1))?;
                let kind = match kind.as_str() {
                    "n" => CellKind::Number,
                    "d" => CellKind::Day,
                    "e" => CellKind::Error,
                    other => return Err(de::Error::unknown_variant(other, &["n", "d", "e"])),
                };
                Ok(Cell::new(text, kind))
            }
        }
        deserializer.deserialize_any(Visitor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_travel_as_short_json() {
        let row = vec![
            Cell::text("电线"),
            Cell::default(),
            Cell::new("2013-03-04", CellKind::Day),
            Cell::new("3.5", CellKind::Number),
        ];
        let json = serde_json::to_string(&row).unwrap();
        assert_eq!(json, r#"["电线","",["d","2013-03-04"],["n","3.5"]]"#);
        assert_eq!(serde_json::from_str::<Vec<Cell>>(&json).unwrap(), row);
        for bad in ["3", "[\"d\"]", "[\"x\",\"y\"]", "null"] {
            assert!(serde_json::from_str::<Cell>(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn merged_rows_are_filled_downwards_only() {
        let mut sheet = Sheet {
            name: String::new(),
            rows: vec![
                vec![Cell::text("标题"), Cell::default()],
                vec![Cell::text("甲厂"), Cell::text("椅")],
                vec![],
            ],
            merges: vec![
                Merge {
                    from: (0, 0),
                    to: (0, 1),
                },
                Merge {
                    from: (1, 0),
                    to: (9, 0),
                },
            ],
        };
        sheet.fill_merged_rows();
        assert_eq!(sheet.cell(0, 1).text, "");
        assert_eq!(sheet.cell(2, 0).text, "甲厂");
        assert_eq!(sheet.rows.len(), 3);
    }
}
