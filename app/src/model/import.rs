//! 导入: how a sheet's rows stand to the ledger and to who imports them.

use std::{collections::HashMap, sync::Arc};

use serde_json::Value;
use shared::{
    Actor, CaseFile, CaseHead,
    fold::fields_of,
    id::{CaseId, normalised},
    import::{BureauFrom, Finding, Proposal, RowProposal},
    permission::{Refusal, may_create, may_edit_head, may_record},
};

use crate::session::LedgerCase;

use super::duty::number_of;

/// Where a row stands.
#[derive(Clone, PartialEq, Debug)]
pub(crate) enum Standing {
    /// Its case is new.
    New,
    /// Its case is in the ledger.
    Known(News),
    /// Something in it must be mended first.
    Faulty,
    /// It is not the user's to import.
    NotPermitted(Refusal),
}

/// What a row would add to a case that is in the ledger.
#[derive(Clone, PartialEq, Debug, Default)]
pub(crate) struct News {
    /// Events that the case does not have.
    pub(crate) events: usize,
    /// Fields of the head that the case does not have.
    pub(crate) lacking: usize,
    /// Fields that the case has otherwise, with what the sheet says.
    pub(crate) other: Vec<(String, Value)>,
}

impl News {
    pub(crate) fn is_none(&self) -> bool {
        self.events + self.lacking + self.other.len() == 0
    }
}

/// A row as the page shows it.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct ImportRow {
    pub(crate) proposed: RowProposal,
    pub(crate) standing: Standing,
    /// Another case that looks like the same batch: its id, and its number or what stands for it.
    pub(crate) resembles: Option<(CaseId, String)>,
    /// Events of the row that are another office's to record: they stay in the sheet's texts.
    pub(crate) left_to_others: usize,
}

impl ImportRow {
    /// Whether it can be taken.
    pub(crate) fn can_be_taken(&self) -> bool {
        matches!(self.standing, Standing::New | Standing::Known(_))
    }

    /// The case that it makes.
    pub(crate) fn file(&self) -> CaseFile {
        let mut file = CaseFile::new(self.proposed.case.clone());
        file.events.clone_from(&self.proposed.events);
        file
    }
}

/// The cases of the ledger, to be asked whether a batch is among them.
pub(crate) struct Shelf<'a> {
    cases: HashMap<&'a CaseId, &'a LedgerCase>,
    samples: HashMap<[String; 4], &'a LedgerCase>,
}

impl<'a> Shelf<'a> {
    pub(crate) fn of(cases: &'a [Arc<LedgerCase>]) -> Self {
        let cases = || cases.iter().map(|case| &**case);
        Self {
            cases: cases().map(|case| (&case.id, case)).collect(),
            samples: cases()
                .filter_map(|case| Some((sample(&case.file.case)?, case)))
                .collect(),
        }
    }

    /// How a row stands to them and to who imports it.
    pub(crate) fn stand(&self, proposed: RowProposal, actor: &Actor) -> ImportRow {
        let (case, events) = (&proposed.case, &proposed.events);
        let known = proposed
            .id
            .as_ref()
            .and_then(|id| self.cases.get(id).copied());
        let mut file = known.map_or_else(
            || CaseFile::new(case.clone()),
            |known| CaseFile::clone(&known.file),
        );
        let (mut news, mut left_to_others) = (News::default(), 0);
        for event in events {
            if file.events.iter().any(|known| known.id == event.id) {
                continue;
            }
            if may_record(actor, &file, event).is_ok() {
                file.events.push(event.clone());
                news.events += 1;
            } else {
                left_to_others += 1;
            }
        }
        let standing = match (known, may_create(actor, case, events)) {
            _ if !proposed.is_good() => Standing::Faulty,
            (None, Err(refusal)) => Standing::NotPermitted(refusal),
            (None, Ok(())) => Standing::New,
            (Some(known), _) => {
                let has: HashMap<_, _> = fields_of(&known.file.case).into_iter().collect();
                for (field, value) in fields_of(case) {
                    let may = may_edit_head(actor, &known.file, &field).is_ok();
                    match has.get(&field) {
                        Some(same) if *same == value => {}
                        Some(_) if may => news.other.push((field, value)),
                        None if may => news.lacking += 1,
                        _ => {}
                    }
                }
                Standing::Known(news)
            }
        };
        let resembles = match known {
            Some(_) => None,
            None => sample(case)
                .and_then(|sample| self.samples.get(&sample))
                .map(|other| (other.id.clone(), number_of(other))),
        };
        ImportRow {
            proposed,
            standing,
            resembles,
            left_to_others,
        }
    }
}

/// What makes two cases look like one batch. Batches without a batch number look like nothing.
fn sample(case: &CaseHead) -> Option<[String; 4]> {
    let product = &case.product;
    let sample = [
        &case.enterprise.name,
        &product.name,
        &product.model,
        &product.batch,
    ];
    let sample = sample.map(|part| normalised(part));
    let is_telling = [0, 1, 3].iter().all(|&part| !sample[part].is_empty());
    is_telling.then_some(sample)
}

/// How many rows of which sort.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) struct Tally {
    pub(crate) rows: usize,
    pub(crate) conforming: usize,
    pub(crate) nonconforming: usize,
    pub(crate) refused: usize,
    pub(crate) new: usize,
    pub(crate) known: usize,
    /// Cannot be taken as they are.
    pub(crate) faulty: usize,
    /// Can be taken, but something is to be wondered at.
    pub(crate) doubtful: usize,
    /// The bureau was proposed from the address.
    pub(crate) placed_by_address: usize,
}

impl Tally {
    pub(crate) fn of(rows: &[Arc<ImportRow>]) -> Self {
        let count = |is: &dyn Fn(&ImportRow) -> bool| rows.iter().filter(|row| is(row)).count();
        let found = |finding| count(&|row| row.proposed.finding == finding);
        Self {
            rows: rows.len(),
            conforming: found(Finding::Conforming),
            nonconforming: found(Finding::Nonconforming),
            refused: found(Finding::Refused),
            new: count(&|row| row.standing == Standing::New),
            known: count(&|row| matches!(row.standing, Standing::Known(_))),
            faulty: count(&|row| Shown::Faulty.lets_through(row)),
            doubtful: count(&|row| Shown::Doubtful.lets_through(row)),
            placed_by_address: count(&|row| Shown::ByAddress.lets_through(row)),
        }
    }
}

/// Which rows are shown.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) enum Shown {
    #[default]
    All,
    Nonconforming,
    Faulty,
    Doubtful,
    ByAddress,
    Known,
}

impl Shown {
    pub(crate) fn lets_through(self, row: &ImportRow) -> bool {
        match self {
            Self::All => true,
            Self::Nonconforming => row.proposed.finding == Finding::Nonconforming,
            Self::Faulty => !row.can_be_taken(),
            Self::Doubtful => {
                row.can_be_taken() && (!row.proposed.problems.is_empty() || row.resembles.is_some())
            }
            Self::ByAddress => row.proposed.bureau_from == BureauFrom::Address,
            Self::Known => matches!(row.standing, Standing::Known(_)),
        }
    }

    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::All => "全部",
            Self::Nonconforming => "不合格",
            Self::Faulty => "有错",
            Self::Doubtful => "待核对",
            Self::ByAddress => "按地址定承办",
            Self::Known => "已在台账",
        }
    }

    pub(crate) fn count(self, tally: &Tally) -> usize {
        match self {
            Self::All => tally.rows,
            Self::Nonconforming => tally.nonconforming,
            Self::Faulty => tally.faulty,
            Self::Doubtful => tally.doubtful,
            Self::ByAddress => tally.placed_by_address,
            Self::Known => tally.known,
        }
    }

    pub(crate) const EVERY: [Self; 6] = [
        Self::All,
        Self::Nonconforming,
        Self::Faulty,
        Self::Doubtful,
        Self::ByAddress,
        Self::Known,
    ];
}

/// Rows of a proposal beside the ledger.
pub(crate) fn stand_all(
    proposal: Proposal,
    cases: &[Arc<LedgerCase>],
    actor: &Actor,
) -> Vec<Arc<ImportRow>> {
    let shelf = Shelf::of(cases);
    let rows = proposal.rows.into_iter();
    rows.map(|row| Arc::new(shelf.stand(row, actor))).collect()
}
