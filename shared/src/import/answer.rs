//! What a sheet leaves open, and what a person answers.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::Day;

/// A person's answers to what the sheet leaves open. Each may be left out: the facts that rest on
/// it then stay without a date, or empty.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Answers {
    /// The day on which the inspection body submitted the reports.
    pub submitted_on: Option<Day>,
    /// The spot check's period, for rows that do not tell it.
    pub period: Option<Period>,
    /// The spot check's name, for rows that do not tell it.
    pub spot_check_name: Option<String>,
    /// The inspection body, for rows that do not name it.
    pub inspection_body: Option<String>,
    /// The product's kind, for rows that do not name it.
    pub kind: Option<String>,
    /// Whether a list of failed items without findings is a list of nonconforming batches;
    /// where left out, it is.
    pub failing_list: Option<bool>,
    /// The bureau for rows that name no place.
    pub bureau: Option<String>,
    /// The bureau that a person chose for a row, by the row's index in the sheet.
    pub bureaus: BTreeMap<usize, String>,
    /// Today: later days are wondered at.
    pub today: Option<Day>,
}

/// When a spot check took place.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Period {
    /// The year.
    pub year: i32,
    /// The quarter, 1 to 4.
    pub quarter: u8,
    /// The number within the quarter, from 1.
    pub number: u32,
}

/// What the sheet leaves open, with the number of rows that it concerns.
///
/// ```
/// use shared::import::{Answers, Cell, Mapping, Period, Question, Sheet, propose};
/// let row = |texts: &[&str]| texts.iter().map(|text| Cell::text(*text)).collect();
/// let sheet = Sheet {
///     rows: vec![
///         row(&["企业名称", "产品名称", "抽样日期", "综合判定", "行政区划"]),
///         row(&["某厂", "电线", "2013.2.15", "0", "朝阳区"]),
///     ],
///     ..Sheet::default()
/// };
/// let mapping = Mapping::of(&sheet)?;
/// let open: Vec<Question> = propose(&sheet, &mapping, &Answers::default()).questions;
/// let likely = open.iter().find_map(|it| match it {
///     Question::SpotCheck { likely, .. } => *likely,
///     _ => None,
/// });
/// assert_eq!(likely, Some((2013, Some(1))), "by the days of sampling");
/// let period = Some(Period { year: 2013, quarter: 1, number: 2 });
/// let answered = propose(&sheet, &mapping, &Answers { period, ..Answers::default() });
/// assert_eq!(answered.rows[0].case.spot_check.number, 2);
/// # Ok::<(), shared::import::NoTableError>(())
/// ```
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Question {
    /// When the reports were submitted.
    SubmittedOn {
        /// Rows with a finding and no such day.
        rows: usize,
        /// The last day of sampling: it was not earlier.
        not_before: Option<Day>,
        /// The first day on which materials were forwarded: it was not later.
        not_after: Option<Day>,
    },
    /// In which spot check the batches were sampled.
    SpotCheck {
        /// Rows that do not tell its year and quarter.
        rows: usize,
        /// The year and quarter that the title or the days of sampling point to.
        likely: Option<(i32, Option<u8>)>,
        /// The name that the title gives.
        name: String,
    },
    /// Whether the sheet, which has failed items and no findings, lists nonconforming batches.
    FailingList {
        /// Rows with failed items.
        rows: usize,
    },
    /// Who inspected the batches.
    InspectionBody {
        /// Rows that do not name it.
        rows: usize,
    },
    /// Under which kind of product the spot check counts the batches.
    Kind {
        /// Rows that do not name it.
        rows: usize,
        /// What the title calls it.
        likely: Option<String>,
    },
    /// Which bureau handles the batches.
    Bureau {
        /// Rows that name no place.
        rows: usize,
    },
}
