//! Earlier results of the same organisation and kind of product, for category 8.
//!
//! A district does not hold the cases of other districts, so their results travel as one small
//! record per organisation and kind, kept by the server and sent to who handles a case of it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{CaseFile, CaseHead, Day, case::SpotCheck, facts::Facts};

/// When a spot check was, as "immediately preceding" (article 24(3)8) orders them.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct Period {
    /// The year.
    pub year: i32,
    /// The quarter, 1 to 4.
    pub quarter: u8,
    /// The number within the quarter, from 1.
    pub number: u32,
}

impl Period {
    /// When this spot check was.
    ///
    /// ```
    /// use shared::{case::SpotCheck, history::Period};
    /// let check = SpotCheck { year: 2013, quarter: 2, number: 1, ..Default::default() };
    /// assert!(Period::of(&check) < Period { year: 2013, quarter: 2, number: 2 });
    /// ```
    pub const fn of(spot_check: &SpotCheck) -> Self {
        Self {
            year: spot_check.year,
            quarter: spot_check.quarter,
            number: spot_check.number,
        }
    }
}

/// What one spot check found of an organisation's products of one kind.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct PeriodResult {
    /// The spot check.
    #[serde(flatten)]
    pub period: Period,
    /// A nonconforming result stands, in any of its cases.
    pub nonconforming: bool,
}

/// The results of one organisation and kind of product.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct HistoryRecord {
    /// Whose and of what.
    #[serde(flatten)]
    pub key: HistoryKey,
    /// One result for each spot check with a result on record, ascending.
    pub results: Vec<PeriodResult>,
}

/// An organisation and a kind of product.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct HistoryKey {
    /// As [`organisation`] has it.
    pub organisation: String,
    /// The kind under which spot checks count the product.
    pub kind: String,
}

impl HistoryKey {
    /// What the case is compared by; `None` where code or kind is empty, which never matches.
    ///
    /// ```
    /// use shared::{CaseHead, history::HistoryKey};
    /// assert_eq!(HistoryKey::of(&CaseHead::default()), None, "an empty code never matches");
    /// ```
    pub fn of(head: &CaseHead) -> Option<Self> {
        let organisation = organisation(&head.enterprise.credit_code);
        if organisation.is_empty() || head.product.kind.is_empty() {
            return None;
        }
        Some(Self {
            organisation,
            kind: head.product.kind.clone(),
        })
    }
}

/// The organisation that a code names: the nine characters of GB 11714, alone or as characters
/// 9 to 17 of an 18-character credit code (GB 32100). Spaces and hyphens are dropped, letters
/// raised; a code of another length stays as it is.
///
/// ```
/// use shared::history::organisation;
/// assert_eq!(organisation("91110105MA001A2B2U"), "MA001A2B2");
/// assert_eq!(organisation("ma001a2b-2"), "MA001A2B2");
/// assert_eq!(organisation("110105012345678"), "110105012345678");
/// ```
pub fn organisation(code: &str) -> String {
    let code: String = code
        .chars()
        .filter(|letter| !letter.is_whitespace() && *letter != '-')
        .flat_map(char::to_uppercase)
        .collect();
    if code.chars().count() == 18 {
        code.chars().skip(8).take(9).collect()
    } else {
        code
    }
}

/// The results that are known here.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct History {
    results: BTreeMap<HistoryKey, BTreeMap<Period, bool>>,
}

/// What the history says of the spot check before a case's.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Preceding {
    /// There was none for this organisation and kind.
    None,
    /// There was one.
    Result(PeriodResult),
    /// Nothing is known here of this organisation and kind.
    Unknown,
}

impl History {
    /// The history that a whole ledger is, on a day.
    ///
    /// ```
    /// use shared::{CaseFile, CaseHead, history::History};
    /// let empty = CaseFile::new(CaseHead::default());
    /// assert_eq!(History::of_ledger([&empty], "2013-03-01".parse()?), History::default());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn of_ledger<'a>(cases: impl IntoIterator<Item = &'a CaseFile>, as_of: Day) -> Self {
        let mut history = Self::default();
        for case in cases {
            history.add(case, as_of);
        }
        history
    }

    /// The history that these records hold.
    ///
    /// ```
    /// use shared::history::{History, HistoryKey, HistoryRecord, Period, PeriodResult};
    /// let record = HistoryRecord {
    ///     key: HistoryKey { organisation: "MA001A2B2".into(), kind: "木家具".into() },
    ///     results: vec![PeriodResult {
    ///         period: Period { year: 2013, quarter: 1, number: 0 },
    ///         nonconforming: true,
    ///     }],
    /// };
    /// let history = History::of_records([record.clone()]);
    /// assert_eq!(history.records().collect::<Vec<_>>(), [record]);
    /// assert_eq!(History::of_records([]), History::default());
    /// ```
    pub fn of_records(records: impl IntoIterator<Item = HistoryRecord>) -> Self {
        let mut history = Self::default();
        for record in records {
            let results = history.results.entry(record.key).or_default();
            for result in record.results {
                *results.entry(result.period).or_default() |= result.nonconforming;
            }
        }
        history
    }

    /// Adds what a case shows on a day; nothing where it has no result on record or is out of
    /// the regulation's scope.
    ///
    /// ```
    /// use shared::{CaseFile, CaseHead, Event, EventKind, history::History};
    /// let mut case = CaseFile::new(CaseHead::default());
    /// case.case.enterprise.credit_code = "MA001A2B2".into();
    /// case.case.product.kind = "木家具".into();
    /// case.events.push(Event::new("e1", EventKind::ResultServed, "2013-03-12".parse()?));
    /// let mut history = History::default();
    /// history.add(&case, "2013-03-11".parse()?);
    /// assert_eq!(history.records().count(), 0, "it is still to come");
    /// history.add(&case, "2013-03-12".parse()?);
    /// assert!(history.records().all(|record| record.results[0].nonconforming));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn add(&mut self, case: &CaseFile, as_of: Day) {
        let Some(key) = HistoryKey::of(&case.case) else {
            return;
        };
        let facts = Facts::new(case, as_of);
        if !facts.has_result() {
            return;
        }
        let period = Period::of(&case.case.spot_check);
        let results = self.results.entry(key).or_default();
        *results.entry(period).or_default() |= facts.result_stands();
    }

    /// All of it, one record for each organisation and kind.
    ///
    /// ```
    /// use shared::history::History;
    /// assert_eq!(History::default().records().count(), 0);
    /// ```
    pub fn records(&self) -> impl Iterator<Item = HistoryRecord> {
        self.results.iter().map(|(key, results)| HistoryRecord {
            key: key.clone(),
            results: results
                .iter()
                .map(|(period, nonconforming)| PeriodResult {
                    period: *period,
                    nonconforming: *nonconforming,
                })
                .collect(),
        })
    }

    /// The result of the spot check immediately before the case's.
    ///
    /// ```
    /// use shared::{CaseHead, history::{History, Preceding}};
    /// let mut head = CaseHead::default();
    /// assert_eq!(History::default().preceding(&head), Preceding::None, "it names no organisation");
    /// head.enterprise.credit_code = "MA001A2B2".into();
    /// head.product.kind = "木家具".into();
    /// assert_eq!(History::default().preceding(&head), Preceding::Unknown);
    /// ```
    pub fn preceding(&self, head: &CaseHead) -> Preceding {
        let Some(key) = HistoryKey::of(head) else {
            return Preceding::None;
        };
        let Some(results) = self.results.get(&key) else {
            return Preceding::Unknown;
        };
        results
            .range(..Period::of(&head.spot_check))
            .next_back()
            .map_or(Preceding::None, |(period, nonconforming)| {
                Preceding::Result(PeriodResult {
                    period: *period,
                    nonconforming: *nonconforming,
                })
            })
    }
}
