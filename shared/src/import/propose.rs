//! From the rows of a sheet to cases with their events.

use std::collections::HashMap;

use super::{
    answer::{Answers, Question},
    mapping::Mapping,
    problem::{Fault, Problem},
    reading::{Reading, Row},
    table::Sheet,
};
use crate::{CaseHead, Event, event::Verdict, id::CaseId};

/// What a sheet would make: its rows one by one, and what it leaves open.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Proposal {
    /// A proposal for each batch, in the order of the sheet.
    pub rows: Vec<RowProposal>,
    /// Rows that are no batch (sums, notes, repeated headings), by their index, with their text.
    pub asides: Vec<(usize, String)>,
    /// What the sheet leaves open, answered or not.
    pub questions: Vec<Question>,
}

/// What one row would make.
#[derive(Clone, PartialEq, Debug)]
pub struct RowProposal {
    /// Its index in the sheet, from 0; people count from 1.
    pub row: usize,
    /// The case's id; `None` where too little of the batch is known.
    pub id: Option<CaseId>,
    /// The case's head.
    pub case: CaseHead,
    /// What the sheet dates, in the order of the regulation.
    pub events: Vec<Event>,
    /// What it says of the batch.
    pub finding: Finding,
    /// Where the handling bureau comes from.
    pub bureau_from: BureauFrom,
    /// What is wrong with it.
    pub problems: Vec<Problem>,
}

/// What a row says of its batch.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Finding {
    /// 合格
    Conforming,
    /// 不合格
    Nonconforming,
    /// 拒检
    Refused,
    /// Nothing.
    None,
}

/// Where a proposed bureau comes from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum BureauFrom {
    /// The district that the sheet names.
    District,
    /// A place named in the address: to be confirmed.
    Address,
    /// A person.
    Person,
    /// Nowhere: there is none.
    Nowhere,
}

/// How many rows of which sort a proposal has.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Counts {
    /// All batches.
    pub rows: usize,
    /// Batches found conforming.
    pub conforming: usize,
    /// Batches found nonconforming.
    pub nonconforming: usize,
    /// Refusals.
    pub refused: usize,
    /// Rows that cannot be taken as they are.
    pub faulty: usize,
}

impl RowProposal {
    /// Whether it can be taken.
    pub fn is_good(&self) -> bool {
        self.id.is_some() && !self.problems.iter().any(|problem| problem.fault.is_error())
    }
}

impl Proposal {
    /// Counts its rows.
    pub fn counts(&self) -> Counts {
        let with = |finding| {
            self.rows
                .iter()
                .filter(|row| row.finding == finding)
                .count()
        };
        Counts {
            rows: self.rows.len(),
            conforming: with(Finding::Conforming),
            nonconforming: with(Finding::Nonconforming),
            refused: with(Finding::Refused),
            faulty: self.rows.iter().filter(|row| !row.is_good()).count(),
        }
    }
}

/// Everything that a sheet would make by this matching and these answers.
///
/// Long sheets may be read a row at a time through [`Reading`], which this does at once.
///
/// ```
/// use shared::import::{Answers, Cell, Mapping, Sheet, propose};
/// use shared::import::{BureauFrom, Counts, Finding, Proposal, RowProposal};
/// let row = |texts: &[&str]| texts.iter().map(|text| Cell::text(*text)).collect();
/// let sheet = Sheet {
///     rows: vec![
///         row(&["企业名称", "产品名称", "抽样日期", "综合判定", "行政区划"]),
///         row(&["某厂", "电线", "2013.2.15", "0", "朝阳区"]),
///     ],
///     ..Sheet::default()
/// };
/// let mapping = Mapping::of(&sheet)?;
/// let answers = Answers { submitted_on: "2013-03-01".parse().ok(), ..Answers::default() };
/// let proposal: Proposal = propose(&sheet, &mapping, &answers);
/// let Counts { rows, nonconforming, .. } = proposal.counts();
/// assert_eq!((rows, nonconforming), (1, 1));
/// let first: &RowProposal = &proposal.rows[0];
/// assert_eq!(first.finding, Finding::Nonconforming);
/// assert_eq!(first.case.handling_bureau, "110105");
/// assert_eq!(first.bureau_from, BureauFrom::District);
/// assert_eq!(first.events[0].kind.name(), "report_submitted");
/// # Ok::<(), shared::import::NoTableError>(())
/// ```
pub fn propose(sheet: &Sheet, mapping: &Mapping, answers: &Answers) -> Proposal {
    let reading = Reading::new(sheet, mapping);
    let mut proposal = Proposal {
        questions: reading.questions(),
        ..Proposal::default()
    };
    for row in reading.rows() {
        match reading.row(row, answers) {
            Row::Batch(read) => proposal.rows.push(*read),
            Row::Aside(text) => proposal.asides.push((row, text)),
            Row::Blank => {}
        }
    }
    mark_doubles(&mut proposal.rows);
    proposal
}

/// Marks each row whose batch stands in the sheet before: it is not taken silently.
///
/// ```
/// use shared::import::{Answers, Cell, Fault, Mapping, Reading, Row, Sheet, mark_doubles};
/// let row = |texts: &[&str]| texts.iter().map(|text| Cell::text(*text)).collect();
/// let batch = ["某厂", "电线", "2013-02-15", "1"];
/// let sheet = Sheet {
///     rows: vec![row(&["企业名称", "产品名称", "抽样日期", "综合判定"]), row(&batch), row(&batch)],
///     ..Sheet::default()
/// };
/// let mapping = Mapping::of(&sheet)?;
/// let reading = Reading::new(&sheet, &mapping);
/// let read = reading.rows().map(|row| reading.row(row, &Answers::default()));
/// let mut rows: Vec<_> = read
///     .filter_map(|row| match row {
///         Row::Batch(batch) => Some(*batch),
///         _ => None,
///     })
///     .collect();
/// assert!(rows[0].is_good() && rows[1].is_good());
/// mark_doubles(&mut rows);
/// assert!(rows[0].is_good() && !rows[1].is_good());
/// let last = rows[1].problems.last().map(|problem| &problem.fault);
/// assert_eq!(last, Some(&Fault::SameBatch { row: 2 }), "people count rows from 1");
/// # Ok::<(), shared::import::NoTableError>(())
/// ```
pub fn mark_doubles(rows: &mut [RowProposal]) {
    let mut first: HashMap<CaseId, usize> = HashMap::new();
    for proposed in rows {
        proposed
            .problems
            .retain(|problem| !matches!(problem.fault, Fault::SameBatch { .. }));
        let Some(id) = &proposed.id else { continue };
        match first.get(id) {
            Some(earlier) => proposed.problems.push(Problem {
                column: None,
                field: None,
                fault: Fault::SameBatch { row: earlier + 1 },
            }),
            None => {
                first.insert(id.clone(), proposed.row);
            }
        }
    }
}

/// The finding as the table of events knows it.
impl From<Verdict> for Finding {
    fn from(verdict: Verdict) -> Self {
        match verdict {
            Verdict::Conforming => Self::Conforming,
            Verdict::Nonconforming => Self::Nonconforming,
        }
    }
}
