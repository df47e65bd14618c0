//! Where a sheet's heading stands, and what each of its columns means.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::{
    field::Field,
    heading::{Certainty, Known, Likeness},
    table::{CellKind, Sheet},
    value,
};
use crate::{bureau, id::normalised};

/// A heading further down than this is none.
const HEADING_WITHIN_ROWS: usize = 40;
/// Rows looked at for headings that are only alike, where no known one is found.
const UNKNOWN_HEADING_WITHIN_ROWS: usize = 12;
/// Headings of two rows, the upper one grouping the lower.
const HEADING_ROWS_AT_MOST: usize = 2;
/// Cells of a column that are looked at to see what it holds.
const CELLS_SAMPLED: usize = 200;
/// Of the sampled cells so many must be readable as what the column is taken for.
const FITTING_SHARE: f32 = 0.5;
/// Where only the cells tell what a column is, so many must.
const TELLING_SHARE: f32 = 0.8;
/// What a head must weigh to be one: two certain columns.
const LEAST_WEIGHT: u32 = 2 * CERTAIN_WEIGHT;
const CERTAIN_WEIGHT: u32 = 30;
/// A known heading under the heading of its group: hardly less, so that two rows are taken for the
/// heading where the upper one names columns of its own, and a title above is not.
const PART_WEIGHT: u32 = 28;
const LIKELY_WEIGHT: u32 = 20;
const UNSURE_WEIGHT: u32 = 10;

/// What the columns of one sheet mean, and where its rows begin.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Mapping {
    /// First and last row of the heading, counted from 0.
    pub heading_rows: (usize, usize),
    /// What stands above the heading, such as the name of the spot check.
    pub title: String,
    /// The columns from left to right.
    pub columns: Vec<Column>,
}

/// One column.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Column {
    /// Its heading as written; the parts of a heading of two rows are joined by ` / `.
    pub heading: String,
    /// What it means; `None` where its cells are kept under their heading.
    pub field: Option<Field>,
    /// How sure that is.
    pub certainty: Certainty,
}

/// The sheet has no rows that could be read.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("表里没有数据：要有一行表头，下面至少一行内容")]
pub struct NoTableError;

impl Mapping {
    /// Finds the heading of a sheet and matches its columns to fields: by known headings, by
    /// likeness to them, and by what the cells hold.
    ///
    /// # Errors
    /// The sheet has no row under anything that could be a heading.
    ///
    /// ```
    /// use shared::import::{Cell, Column, Field, Mapping, NoTableError, Sheet};
    /// let row = |texts: &[&str]| texts.iter().map(|text| Cell::text(*text)).collect();
    /// let sheet = Sheet {
    ///     rows: vec![row(&["2013年抽查结果"]), row(&["样品名称", "受检单位"]), row(&["电线", "某厂"])],
    ///     ..Sheet::default()
    /// };
    /// let mapping = Mapping::of(&sheet)?;
    /// assert_eq!(mapping.heading_rows, (1, 1));
    /// let second: &Column = &mapping.columns[1];
    /// assert_eq!((&*second.heading, second.field), ("受检单位", Some(Field::Enterprise)));
    /// assert_eq!(Mapping::of(&Sheet::default()), Err(NoTableError));
    /// # Ok::<(), shared::import::NoTableError>(())
    /// ```
    pub fn of(sheet: &Sheet) -> Result<Self, NoTableError> {
        let known = Known::new();
        let (first, last) = find_heading(sheet, &known).ok_or(NoTableError)?;
        let mut headings = headings(sheet, first, last);
        headings.resize(sheet.width(), String::new());
        let title: Vec<&str> = sheet.rows[..first]
            .iter()
            .filter_map(|row| {
                row.iter()
                    .map(|cell| value::content(&cell.text))
                    .find(|text| !text.is_empty())
            })
            .filter(|text| !is_annex_mark(text))
            .collect();
        let mut mapping = Self {
            heading_rows: (first, last),
            title: title.join(" "),
            columns: headings
                .into_iter()
                .map(|heading| Column {
                    heading,
                    field: None,
                    certainty: Certainty::Certain,
                })
                .collect(),
        };
        mapping.match_headings(sheet, &known);
        mapping.match_cells(sheet);
        Ok(mapping)
    }

    /// The column that means this field.
    pub fn column_of(&self, field: Field) -> Option<usize> {
        self.columns
            .iter()
            .position(|column| column.field == Some(field))
    }

    /// A person's choice for a column; another column that had the field loses it.
    ///
    /// ```
    /// use shared::import::{Cell, Certainty, Field, Mapping, Sheet};
    /// let row = |texts: &[&str]| texts.iter().map(|text| Cell::text(*text)).collect();
    /// let sheet = Sheet {
    ///     rows: vec![row(&["企业名称", "产品名称", "受托方"]), row(&["某集团", "电线", "某厂"])],
    ///     ..Sheet::default()
    /// };
    /// let mut mapping = Mapping::of(&sheet)?;
    /// assert_eq!(mapping.column_of(Field::Enterprise), Some(0));
    /// mapping.choose(2, Some(Field::Enterprise));
    /// assert_eq!(mapping.column_of(Field::Enterprise), Some(2));
    /// assert_eq!((mapping.columns[0].field, mapping.columns[0].certainty), (None, Certainty::Given));
    /// # Ok::<(), shared::import::NoTableError>(())
    /// ```
    pub fn choose(&mut self, column: usize, field: Option<Field>) {
        for (index, other) in self.columns.iter_mut().enumerate() {
            if index == column {
                other.field = field;
                other.certainty = Certainty::Given;
            } else if field.is_some() && other.field == field {
                other.field = None;
                other.certainty = Certainty::Given;
            }
        }
    }

    /// The best matches first, each field and each column once.
    fn match_headings(&mut self, sheet: &Sheet, known: &Known) {
        let mut found: Vec<(usize, Likeness)> = vec![];
        for (index, column) in self.columns.iter().enumerate() {
            found.extend(
                known
                    .alike(&column.heading)
                    .into_iter()
                    .map(|likeness| (index, likeness)),
            );
        }
        found.sort_by(|(a_index, a), (b_index, b)| {
            b.score.total_cmp(&a.score).then(a_index.cmp(b_index))
        });
        for (index, likeness) in found {
            let certainty = likeness.certainty();
            let fits = certainty == Certainty::Certain
                || self
                    .share(sheet, index, likeness.field)
                    .is_none_or(|share| share >= FITTING_SHARE);
            if fits {
                self.take(index, likeness.field, certainty);
            }
        }
    }

    /// Columns whose headings say nothing, by their cells.
    fn match_cells(&mut self, sheet: &Sheet) {
        for field in [
            Field::Code,
            Field::District,
            Field::Verdict,
            Field::Enterprise,
            Field::InspectionBody,
            Field::Address,
        ] {
            let best = (0..self.columns.len())
                .filter(|&index| self.columns[index].field.is_none())
                .filter_map(|index| Some((self.telling_share(sheet, index, field)?, index)))
                .filter(|&(share, _)| share >= TELLING_SHARE)
                .max_by(|(a, a_index), (b, b_index)| a.total_cmp(b).then(b_index.cmp(a_index)));
            if let Some((_, index)) = best {
                self.take(index, field, Certainty::Unsure);
            }
        }
    }

    fn take(&mut self, index: usize, field: Field, certainty: Certainty) {
        if self.columns[index].field.is_none() && self.column_of(field).is_none() {
            self.columns[index].field = Some(field);
            self.columns[index].certainty = certainty;
        }
    }

    /// How many of the column's cells can be read as the field's; `None` where any text can.
    fn share(&self, sheet: &Sheet, column: usize, field: Field) -> Option<f32> {
        let fits: fn(&str) -> bool = if field.is_day() {
            |text| value::day(text).is_ok()
        } else if field.is_verdict() {
            |text| value::verdict(text).is_some()
        } else if field.is_flag() {
            |text| value::flag(text).is_some()
        } else {
            match field {
                Field::Code => |text| (8..=20).contains(&text.chars().count()) && text.is_ascii(),
                Field::District => {
                    |text| bureau::by_place(text).is_some() || is_district_code(text)
                }
                Field::Year => |text| {
                    text.parse()
                        .is_ok_and(|year: i32| (1990..2100).contains(&year))
                },
                _ => return None,
            }
        };
        self.sampled(sheet, column, fits)
    }

    /// How many of the column's cells can be nothing but the field's.
    fn telling_share(&self, sheet: &Sheet, column: usize, field: Field) -> Option<f32> {
        let tells: fn(&str) -> bool = match field {
            Field::Code => {
                |text| value::code(text).is_ok_and(|code| value::is_standard_length(&code))
            }
            Field::District => |text| bureau::by_place(text).is_some(),
            Field::Verdict => |text| matches!(normalised(text).as_str(), "合格" | "不合格"),
            Field::Enterprise => |text| {
                ["公司", "厂", "合作社", "经营部", "集团"]
                    .iter()
                    .any(|end| text.ends_with(end))
            },
            Field::InspectionBody => |text| {
                ["检验", "检测", "质检"]
                    .iter()
                    .any(|word| text.contains(word))
                    && ["院", "所", "站", "中心", "公司"]
                        .iter()
                        .any(|end| text.ends_with(end))
            },
            Field::Address => |text| {
                ["区", "县", "镇", "乡"]
                    .iter()
                    .any(|word| text.contains(word))
                    && ["号", "路", "街", "村", "园"]
                        .iter()
                        .any(|word| text.contains(word))
            },
            _ => return None,
        };
        self.sampled(sheet, column, tells)
    }

    fn sampled(&self, sheet: &Sheet, column: usize, fits: fn(&str) -> bool) -> Option<f32> {
        let (mut of, mut fitting) = (0_u16, 0_u16);
        for row in sheet
            .rows
            .iter()
            .skip(self.heading_rows.1 + 1)
            .take(CELLS_SAMPLED)
        {
            let text = value::content(row.get(column).map_or("", |cell| &cell.text));
            if !text.is_empty() {
                of += 1;
                fitting += u16::from(fits(text));
            }
        }
        (of > 0).then(|| f32::from(fitting) / f32::from(of))
    }
}

fn is_district_code(text: &str) -> bool {
    text.len() == 6 && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// 附件1, 附表二: where a sheet was bound in, not what it is called.
fn is_annex_mark(text: &str) -> bool {
    let folded = normalised(text);
    ["附件", "附表"].iter().any(|word| {
        folded.strip_prefix(word).is_some_and(|rest| {
            rest.chars()
                .all(|letter| letter.is_numeric() || "一二三四五六七八九十:：".contains(letter))
        })
    })
}

/// The rows of the heading: those whose texts are most often known headings; failing that, most
/// often like them; failing that, the first row that is as wide as the sheet and all text.
fn find_heading(sheet: &Sheet, known: &Known) -> Option<(usize, usize)> {
    let most = |rows: usize, weigh: &dyn Fn(&str) -> Option<(Field, u32)>| {
        let mut best = (LEAST_WEIGHT - 1, None);
        for first in 0..rows.min(sheet.rows.len()) {
            for last in first..(first + HEADING_ROWS_AT_MOST).min(sheet.rows.len()) {
                let mut fields = BTreeSet::new();
                let weight = headings(sheet, first, last)
                    .iter()
                    .filter_map(|heading| weigh(heading))
                    .filter(|(field, _)| fields.insert(*field))
                    .map(|(_, weight)| weight)
                    .sum();
                if weight > best.0 {
                    best = (weight, Some((first, last)));
                }
            }
        }
        best.1
    };
    let weight = |likeness: Likeness| match likeness.certainty() {
        Certainty::Certain | Certainty::Given => CERTAIN_WEIGHT,
        Certainty::Likely => LIKELY_WEIGHT,
        Certainty::Unsure => UNSURE_WEIGHT,
    };
    let exactly = |heading: &str| {
        known
            .exactly(heading)
            .map(|found| (found.field, weight(found).max(PART_WEIGHT)))
    };
    let alike = |heading: &str| {
        known
            .alike(heading)
            .first()
            .map(|found| (found.field, weight(*found)))
    };
    let found = most(HEADING_WITHIN_ROWS, &exactly)
        .or_else(|| most(UNKNOWN_HEADING_WITHIN_ROWS, &alike))
        .or_else(|| widest(sheet))?;
    let has_rows = sheet
        .rows
        .iter()
        .skip(found.1 + 1)
        .any(|row| row.iter().any(|cell| !cell.text.is_empty()));
    has_rows.then_some(found)
}

/// The first row of texts that is at least half as wide as the sheet.
fn widest(sheet: &Sheet) -> Option<(usize, usize)> {
    let width = sheet.width().max(4);
    let row = sheet
        .rows
        .iter()
        .take(HEADING_WITHIN_ROWS)
        .position(|row| {
            let used = row.iter().filter(|cell| !cell.text.trim().is_empty());
            used.clone().all(|cell| cell.kind == CellKind::Text) && used.count() * 2 >= width
        })?;
    Some((row, row))
}

/// The headings of the columns when these rows are the heading.
///
/// A block of merged cells says the same for all of its cells. In a file that knows no merging
/// (.csv) an upper heading reaches as far to the right as the cells beside it are empty.
fn headings(sheet: &Sheet, first: usize, last: usize) -> Vec<String> {
    let width = sheet.rows[first..=last]
        .iter()
        .map(Vec::len)
        .max()
        .unwrap_or(0);
    (0..width)
        .map(|column| {
            let mut parts: Vec<&str> = vec![];
            for row in first..=last {
                let text = heading_at(sheet, row, column, row < last);
                if !text.is_empty() && !parts.contains(&text) {
                    parts.push(text);
                }
            }
            parts.join(" / ")
        })
        .collect()
}

fn heading_at(sheet: &Sheet, row: usize, column: usize, groups: bool) -> &str {
    let own = sheet.cell(row, column).text.trim();
    if !own.is_empty() {
        return own;
    }
    if let Some(merge) = sheet.merges.iter().find(|merge| merge.holds(row, column)) {
        return sheet.cell(merge.from.0, merge.from.1).text.trim();
    }
    if !groups || !sheet.merges.is_empty() {
        return "";
    }
    let left = (0..column)
        .rev()
        .map(|column| sheet.cell(row, column).text.trim());
    left.into_iter().find(|text| !text.is_empty()).unwrap_or("")
}
