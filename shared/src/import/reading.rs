//! A sheet read row by row, and what it leaves open.

use std::collections::HashMap;

use super::{
    answer::{Answers, Question},
    field::Field,
    mapping::Mapping,
    propose::RowProposal,
    row::RowReader,
    table::Sheet,
    title::{self, Title},
    value,
};
use crate::Day;

/// A row of the sheet.
#[derive(Clone, PartialEq, Debug)]
pub enum Row {
    /// A batch.
    Batch(Box<RowProposal>),
    /// A sum, a note, a repeated heading: its text.
    Aside(String),
    /// Nothing.
    Blank,
}

/// A sheet with its matching, ready to be read row by row.
///
/// ```
/// use shared::import::{Answers, Cell, Mapping, Question, Reading, Row, Sheet};
/// let row = |texts: &[&str]| texts.iter().map(|text| Cell::text(*text)).collect();
/// let sheet = Sheet {
///     rows: vec![
///         row(&["企业名称", "产品名称", "抽样日期", "综合判定"]),
///         row(&["某厂", "电线", "2013-02-15", "1"]),
///         row(&["合计", "1"]),
///     ],
///     ..Sheet::default()
/// };
/// let mapping = Mapping::of(&sheet)?;
/// let reading = Reading::new(&sheet, &mapping);
/// assert_eq!(reading.rows(), 1..3);
/// let answers = Answers::default();
/// assert!(matches!(reading.row(1, &answers), Row::Batch(batch) if batch.case.product.name == "电线"));
/// assert_eq!(reading.row(2, &answers), Row::Aside("合计".into()));
/// let asked = Question::SubmittedOn { rows: 1, not_before: "2013-02-15".parse().ok(), not_after: None };
/// assert_eq!(reading.questions()[0], asked);
/// # Ok::<(), shared::import::NoTableError>(())
/// ```
#[derive(Debug)]
pub struct Reading<'a> {
    pub(super) sheet: &'a Sheet,
    pub(super) mapping: &'a Mapping,
    pub(super) columns: HashMap<Field, usize>,
    pub(super) title: Title,
    /// Failed items and no findings: every row is a nonconforming batch.
    pub(super) lists_failures: bool,
}

/// Of a list of nonconforming batches so many rows name failed items.
const FAILING_SHARE_PERCENT: usize = 90;

impl<'a> Reading<'a> {
    /// Prepares to read the sheet.
    pub fn new(sheet: &'a Sheet, mapping: &'a Mapping) -> Self {
        let columns = mapping
            .columns
            .iter()
            .enumerate()
            .filter_map(|(index, column)| Some((column.field?, index)))
            .collect();
        let mut reading = Self {
            sheet,
            mapping,
            columns,
            title: title::read(&mapping.title),
            lists_failures: false,
        };
        reading.lists_failures = reading.looks_like_failures();
        reading
    }

    /// The indices of the rows under the heading.
    pub fn rows(&self) -> std::ops::Range<usize> {
        self.mapping.heading_rows.1 + 1..self.sheet.rows.len()
    }

    /// Reads one row. Whether its batch stands in the sheet before is told when all are read.
    pub fn row(&self, row: usize, answers: &Answers) -> Row {
        match self.aside(row) {
            Some(text) if text.is_empty() => Row::Blank,
            Some(text) => Row::Aside(text),
            None => Row::Batch(Box::new(RowReader::new(self, row, answers).read())),
        }
    }

    /// What the sheet leaves open.
    pub fn questions(&self) -> Vec<Question> {
        let batches: Vec<usize> = self
            .rows()
            .filter(|&row| self.aside(row).is_none())
            .collect();
        let lacking =
            |lacks: &dyn Fn(usize) -> bool| batches.iter().filter(|&&row| lacks(row)).count();
        let lacks = |field| move |row| self.text(row, field).is_empty();
        let days = |field| batches.iter().filter_map(move |&row| self.day(row, field));
        let mut questions = vec![];
        let mut ask = |rows: usize, question: &dyn Fn(usize) -> Question| {
            if rows > 0 {
                questions.push(question(rows));
            }
        };
        let found = |row| {
            self.lists_failures
                || !self.text(row, Field::Verdict).is_empty()
                || !self.text(row, Field::Nonconforming).is_empty()
        };
        let refused = |row| value::flag(self.text(row, Field::Refused)) == Some(true);
        if self.lists_failures {
            ask(
                lacking(&|row| !self.text(row, Field::FailedItems).is_empty()),
                &|rows| Question::FailingList { rows },
            );
        }
        ask(
            lacking(&|row| {
                found(row) && !refused(row) && self.day(row, Field::SubmittedOn).is_none()
            }),
            &|rows| Question::SubmittedOn {
                rows,
                not_before: days(Field::SampledOn).max(),
                not_after: days(Field::TransferredOn).min(),
            },
        );
        ask(lacking(&|row| self.told_period(row).is_none()), &|rows| {
            Question::SpotCheck {
                rows,
                likely: self.likely_period(&batches),
                name: self.title.spot_check.clone(),
            }
        });
        ask(lacking(&lacks(Field::InspectionBody)), &|rows| {
            Question::InspectionBody { rows }
        });
        ask(lacking(&lacks(Field::Kind)), &|rows| Question::Kind {
            rows,
            likely: self.title.kind.clone(),
        });
        ask(
            lacking(&|row| lacks(Field::District)(row) && lacks(Field::Address)(row)),
            &|rows| Question::Bureau { rows },
        );
        questions
    }

    /// The cell's text where it says something, else nothing.
    pub(super) fn text(&self, row: usize, field: Field) -> &'a str {
        match self.columns.get(&field) {
            Some(&column) => value::content(&self.sheet.cell(row, column).text),
            None => "",
        }
    }

    pub(super) fn day(&self, row: usize, field: Field) -> Option<Day> {
        value::day(self.text(row, field)).ok()
    }

    /// Year and quarter, where the row or the title tells both.
    pub(super) fn told_period(&self, row: usize) -> Option<(i32, u8)> {
        let year = value::period(self.text(row, Field::Year)).map(|(year, _)| year);
        let quarter_text = self.text(row, Field::Quarter);
        let quarter = value::quarter(quarter_text).or_else(|| quarter_text.parse().ok());
        if let (Some(year), Some(quarter @ 1..=4)) = (year, quarter) {
            return Some((year, quarter));
        }
        [
            self.text(row, Field::Plan),
            self.text(row, Field::SpotCheckName),
            &self.mapping.title,
        ]
        .into_iter()
        .find_map(|text| match value::period(text) {
            Some((year, Some(quarter))) => Some((year, quarter)),
            _ => None,
        })
    }

    /// The year that the title tells, and the quarter in which all sampling lies.
    fn likely_period(&self, batches: &[usize]) -> Option<(i32, Option<u8>)> {
        let mut periods = batches
            .iter()
            .filter_map(|&row| self.day(row, Field::SampledOn))
            .map(|day| (day.year(), day.quarter()));
        let told = value::period(&self.mapping.title);
        let Some(first) = periods.next() else {
            return told;
        };
        if periods.all(|period| period == first) && told.is_none_or(|(year, _)| year == first.0) {
            return Some((first.0, Some(first.1)));
        }
        told
    }

    fn looks_like_failures(&self) -> bool {
        let has = |field| self.columns.contains_key(&field);
        if has(Field::Verdict) || has(Field::Nonconforming) || !has(Field::FailedItems) {
            return false;
        }
        let (mut rows, mut failing) = (0, 0);
        for row in self.rows().filter(|&row| self.aside(row).is_none()) {
            rows += 1;
            failing += usize::from(!self.text(row, Field::FailedItems).is_empty());
        }
        failing * 100 >= rows * FAILING_SHARE_PERCENT
    }

    /// The text of a row that is no batch, empty where the row is; `None` for a batch.
    fn aside(&self, row: usize) -> Option<String> {
        let serial = self.columns.get(&Field::Serial).copied();
        let cells = self.sheet.rows.get(row).map_or(&[][..], Vec::as_slice);
        let mut texts = cells
            .iter()
            .enumerate()
            .filter(|(column, _)| Some(*column) != serial)
            .map(|(_, cell)| cell.text.trim())
            .filter(|text| !text.is_empty());
        let Some(first) = texts.next() else {
            // A number alone was filled in beforehand; words in its place are a note.
            let alone = serial.map_or("", |column| self.sheet.cell(row, column).text.trim());
            let is_number = alone.chars().all(char::is_numeric);
            return Some(if is_number {
                String::new()
            } else {
                alone.to_owned()
            });
        };
        let further = texts.count();
        let names = [Field::Enterprise, Field::Product];
        let nameless = names.iter().any(|field| self.columns.contains_key(field))
            && names.iter().all(|&field| self.text(row, field).is_empty());
        let leading = cells
            .iter()
            .map(|cell| cell.text.trim())
            .find(|text| !text.is_empty());
        let sum = ["合计", "总计", "小计", "共计"].iter().any(|word| {
            let unnamed = self.text(row, Field::Enterprise).is_empty();
            leading.is_some_and(|text| text == *word || unnamed && text.starts_with(word))
        });
        let note = further == 0 && !self.text(row, Field::Enterprise).is_empty() && is_note(first);
        let heading = self.repeats_heading(row);
        if heading || note || sum || nameless && further < 3 {
            return Some(leading.unwrap_or(first).to_owned());
        }
        None
    }

    fn repeats_heading(&self, row: usize) -> bool {
        let (first, last) = self.mapping.heading_rows;
        let names = [Field::Enterprise, Field::Product];
        (first..=last).any(|heading| {
            names
                .iter()
                .filter_map(|field| self.columns.get(field))
                .any(|&column| {
                    let text = self.sheet.cell(heading, column).text.trim();
                    !text.is_empty() && text == self.sheet.cell(row, column).text.trim()
                })
        })
    }
}

/// A line under the table that fell into the enterprise's column.
fn is_note(text: &str) -> bool {
    [
        "注：",
        "注:",
        "备注：",
        "说明：",
        "填表人",
        "制表",
        "审核",
        "单位盖章",
        "日期：",
    ]
    .iter()
    .any(|word| text.starts_with(word))
}
