//! What people chose for columns, remembered.

use serde::{Deserialize, Serialize};

use super::{field::Field, heading::Certainty, mapping::Mapping};
use crate::id::normalised;

/// Remembered matchings are used for a sheet that has so many of their headings.
const RECALL_SHARE: f32 = 0.6;
/// Matchings kept, the oldest forgotten first.
const MATCHINGS_REMEMBERED: usize = 50;

/// What people chose for the columns of earlier sheets, kept for the next sheet of the same sender:
/// a sender is known by the headings it uses.
///
/// ```
/// use shared::import::{Cell, Field, Mapping, Memory, Sheet};
/// let row = |texts: &[&str]| texts.iter().map(|text| Cell::text(*text)).collect();
/// let sheet = Sheet {
///     rows: vec![row(&["企业名称", "产品名称", "去向"]), row(&["某厂", "电线", "朝阳区"])],
///     ..Sheet::default()
/// };
/// let mut chosen = Mapping::of(&sheet)?;
/// chosen.choose(2, Some(Field::Remarks));
/// let mut memory = Memory::default();
/// memory.keep(&chosen);
/// let mut next = Mapping::of(&sheet)?;
/// assert!(memory.recall(&mut next));
/// assert_eq!(next.columns[2].field, Some(Field::Remarks));
/// # Ok::<(), shared::import::NoTableError>(())
/// ```
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Memory {
    remembered: Vec<Vec<Remembered>>,
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
struct Remembered {
    heading: String,
    /// Set where a person chose, be it that the column is only kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    choice: Option<Choice>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
struct Choice {
    field: Option<Field>,
}

impl Memory {
    /// Remembers what a person chose in this matching, in place of what was known of its sender.
    pub fn keep(&mut self, mapping: &Mapping) {
        let headings = folded_headings(mapping);
        if let Some(index) = self.nearest(&headings) {
            self.remembered.remove(index);
        }
        if mapping
            .columns
            .iter()
            .all(|column| column.certainty != Certainty::Given)
        {
            return;
        }
        let columns = mapping
            .columns
            .iter()
            .zip(headings)
            .map(|(column, heading)| Remembered {
                heading,
                choice: (column.certainty == Certainty::Given).then_some(Choice {
                    field: column.field,
                }),
            });
        self.remembered.push(columns.collect());
        if self.remembered.len() > MATCHINGS_REMEMBERED {
            self.remembered.remove(0);
        }
    }

    /// Chooses as a person chose for the last sheet with these headings, if there was one.
    /// Says whether anything was chosen.
    pub fn recall(&self, mapping: &mut Mapping) -> bool {
        let headings = folded_headings(mapping);
        let Some(index) = self.nearest(&headings) else {
            return false;
        };
        let mut recalled = false;
        for remembered in &self.remembered[index] {
            let column = headings
                .iter()
                .position(|heading| *heading == remembered.heading);
            if let (Some(column), Some(choice)) = (column, remembered.choice) {
                mapping.choose(column, choice.field);
                recalled = true;
            }
        }
        recalled
    }

    /// The remembered sheet that shares most of its headings with these.
    fn nearest(&self, headings: &[String]) -> Option<usize> {
        #[expect(clippy::cast_precision_loss, reason = "a sheet has few columns")]
        let share = |remembered: &[Remembered]| {
            let shared = remembered
                .iter()
                .filter(|column| headings.contains(&column.heading))
                .count();
            shared as f32 / remembered.len().max(headings.len()).max(1) as f32
        };
        self.remembered
            .iter()
            .map(|remembered| share(remembered))
            .enumerate()
            .filter(|(_, share)| *share >= RECALL_SHARE)
            .max_by(|(a_index, a), (b_index, b)| a.total_cmp(b).then(a_index.cmp(b_index)))
            .map(|(index, _)| index)
    }
}

fn folded_headings(mapping: &Mapping) -> Vec<String> {
    mapping
        .columns
        .iter()
        .map(|column| normalised(&column.heading))
        .collect()
}
