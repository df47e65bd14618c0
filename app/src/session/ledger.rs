//! The journal in memory, and the cases that are folded from it.

use std::collections::{BTreeSet, HashMap};

use serde::{Deserialize, Serialize};
use shared::{
    attachment::ContentHash,
    calendar::CalendarLog,
    change::{Body, Change, ChangeId, Subject},
    fold::{FoldedCase, fold},
    history::History,
    id::CaseId,
    sync::{
        Commit, Delivered,
        device::Settlement,
        wire::{Receipt, RefusalReason},
    },
};

use crate::store::{Batch, CaseBytes, EntryKey, EntryState, JournalEntry};

/// A change, and how far it has come.
#[derive(Clone, Debug)]
pub(super) struct Kept {
    pub(super) change: Change,
    pub(super) stage: Stage,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Stage {
    Unsent,
    Taken(Receipt),
    Refused(RefusalReason),
}

/// All that the journal holds, by subject.
#[derive(Default)]
pub(super) struct Ledger {
    subjects: HashMap<Subject, Vec<Kept>>,
}

/// A case as it is put into local storage.
#[derive(Serialize, Deserialize)]
pub(super) struct CachedCase {
    pub(super) folded: FoldedCase,
    /// Changes of it that have not been sent.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub(super) unsent: BTreeSet<ChangeId>,
}

impl Ledger {
    /// Takes in what the journal gave, and says which subjects are touched. Entries that cannot be
    /// read are left where they are.
    pub(super) fn load(&mut self, entries: Vec<JournalEntry>) -> BTreeSet<Subject> {
        entries
            .into_iter()
            .filter_map(from_entry)
            .map(|kept| self.put(kept))
            .collect()
    }

    pub(super) fn put(&mut self, kept: Kept) -> Subject {
        let subject = kept.change.subject.clone();
        let items = self.subjects.entry(subject.clone()).or_default();
        match items
            .iter_mut()
            .find(|item| item.change.id == kept.change.id)
        {
            Some(item) => *item = kept,
            None => items.push(kept),
        }
        subject
    }

    pub(super) fn clear(&mut self) {
        self.subjects.clear();
    }

    pub(super) fn all(&self) -> impl Iterator<Item = &Kept> {
        self.subjects.values().flatten()
    }

    pub(super) fn subjects(&self) -> impl Iterator<Item = &Subject> {
        self.subjects.keys()
    }

    /// Own changes that the server has not settled, in order.
    pub(super) fn unsent(&self) -> Vec<Change> {
        let mut unsent: Vec<_> = self
            .all()
            .filter(|kept| kept.stage == Stage::Unsent)
            .map(|kept| kept.change.clone())
            .collect();
        unsent.sort_by_key(|change| change.id.sequence);
        unsent
    }

    /// The case as it stands; a change that the server refused has no part in it.
    pub(super) fn case(&self, subject: &Subject) -> Option<CachedCase> {
        let items = self.subjects.get(subject)?;
        let counted: Vec<_> = items
            .iter()
            .filter(|kept| !matches!(kept.stage, Stage::Refused(_)))
            .collect();
        if counted.is_empty() {
            return None;
        }
        let unsent = counted
            .iter()
            .filter(|kept| kept.stage == Stage::Unsent)
            .map(|kept| kept.change.id.clone())
            .collect();
        Some(CachedCase {
            folded: fold(counted.iter().map(|kept| &kept.change)),
            unsent,
        })
    }

    /// The changes of a case; one that the server refused has no part in it.
    pub(super) fn changes(&self, subject: &Subject) -> Vec<Change> {
        let items = self.subjects.get(subject).into_iter().flatten();
        items
            .filter(|kept| !matches!(kept.stage, Stage::Refused(_)))
            .map(|kept| kept.change.clone())
            .collect()
    }

    /// What the server tells of organisations' earlier results: of each record the last.
    pub(super) fn history(&self) -> History {
        let records = self
            .subjects
            .iter()
            .filter(|(subject, _)| subject.kind() == "history")
            .filter_map(|(_, items)| {
                let last = items
                    .iter()
                    .max_by_key(|kept| (kept.change.clock, &kept.change.id))?;
                match last.change.body() {
                    Ok(Body::History { record }) => Some(record),
                    _ => None,
                }
            });
        History::of_records(records)
    }

    /// What the municipal bureau says of working days; none where it said nothing.
    pub(super) fn calendar(&self) -> Option<CalendarLog> {
        let items = self.subjects.get(&Subject::calendar())?;
        let counted = items
            .iter()
            .filter(|kept| !matches!(kept.stage, Stage::Refused(_)));
        Some(CalendarLog::of(counted.map(|kept| &kept.change)))
    }

    /// The journal's part of a commit of the sync machine.
    pub(super) fn write(&self, commit: &Commit, batch: &mut Batch) {
        let next = self.after(commit);
        for (id, stage) in next
            .removed
            .iter()
            .map(|id| (id, None))
            .chain(next.set.iter().map(|kept| (&kept.change.id, Some(kept))))
        {
            match stage {
                None => batch.remove(&key(id)),
                Some(kept) => batch.put(&to_entry(kept)),
            }
        }
    }

    /// Carries the commit out in memory, once the journal has it; says which subjects are touched.
    pub(super) fn apply(&mut self, commit: &Commit) -> BTreeSet<Subject> {
        let next = self.after(commit);
        let mut touched = BTreeSet::new();
        if !next.removed.is_empty() {
            let removed: BTreeSet<_> = next.removed.into_iter().collect();
            for (subject, items) in &mut self.subjects {
                let before = items.len();
                items.retain(|kept| !removed.contains(&kept.change.id));
                if items.len() != before {
                    touched.insert(subject.clone());
                }
            }
            self.subjects.retain(|_, items| !items.is_empty());
        }
        touched.extend(next.set.into_iter().map(|kept| self.put(kept)));
        touched
    }

    /// The contents that nothing names any more once the commit is carried out.
    pub(super) fn contents_going(&self, commit: &Commit) -> BTreeSet<ContentHash> {
        let going: BTreeSet<_> = self.after(commit).removed.into_iter().collect();
        if going.is_empty() {
            return BTreeSet::new();
        }
        let (going, staying): (Vec<_>, Vec<_>) =
            self.all().partition(|kept| going.contains(&kept.change.id));
        let named = |kept: Vec<&Kept>| -> BTreeSet<ContentHash> {
            kept.into_iter()
                .filter_map(|kept| content_named_by(&kept.change))
                .collect()
        };
        let staying = named(staying);
        named(going).difference(&staying).copied().collect()
    }

    /// Whether a change that the server has not refused attaches this content.
    pub(super) fn names(&self, hash: &ContentHash) -> bool {
        self.all().any(|kept| {
            !matches!(kept.stage, Stage::Refused(_))
                && content_named_by(&kept.change) == Some(*hash)
        })
    }

    fn after(&self, commit: &Commit) -> Next {
        let device = &commit.state.device;
        let settled = |kept: &&Kept| matches!(kept.stage, Stage::Taken(_));
        let mut removed: BTreeSet<ChangeId> = BTreeSet::new();
        if commit.forget_settled {
            removed.extend(
                self.all()
                    .filter(settled)
                    .map(|kept| kept.change.id.clone()),
            );
        }
        for subject in &commit.revoked {
            let items = self.subjects.get(subject).into_iter().flatten();
            removed.extend(items.filter(settled).map(|kept| kept.change.id.clone()));
        }
        let mut set: HashMap<ChangeId, Kept> = HashMap::new();
        let verdicts: HashMap<u64, &Settlement> = commit
            .verdicts
            .iter()
            .map(|(sequence, settlement)| (*sequence, settlement))
            .collect();
        for kept in self.all().filter(|kept| kept.change.id.device == *device) {
            let sequence = kept.change.id.sequence;
            let stage = match verdicts.get(&sequence) {
                Some(Settlement::Taken(receipt)) => Stage::Taken(receipt.clone()),
                Some(Settlement::Refused(reason)) => Stage::Refused(*reason),
                None if commit.reload_after.is_some_and(|last| sequence > last) => Stage::Unsent,
                None => continue,
            };
            set.insert(
                kept.change.id.clone(),
                Kept {
                    change: kept.change.clone(),
                    stage,
                },
            );
        }
        for change in &commit.restamped {
            set.insert(
                change.id.clone(),
                Kept {
                    change: change.clone(),
                    stage: Stage::Unsent,
                },
            );
        }
        for Delivered { change, receipt } in &commit.received {
            set.insert(
                change.id.clone(),
                Kept {
                    change: change.clone(),
                    stage: Stage::Taken(receipt.clone()),
                },
            );
        }
        // What is taken back and given again in one page stays; what was only just settled goes.
        let received: BTreeSet<&ChangeId> = commit
            .received
            .iter()
            .map(|delivered| &delivered.change.id)
            .collect();
        removed.extend(
            set.values()
                .filter(settled)
                .filter(|kept| commit.revoked.contains(&kept.change.subject))
                .map(|kept| kept.change.id.clone()),
        );
        removed.retain(|id| !received.contains(id));
        set.retain(|id, _| !removed.contains(id));
        Next {
            removed: removed.into_iter().collect(),
            set: set.into_values().collect(),
        }
    }
}

struct Next {
    removed: Vec<ChangeId>,
    set: Vec<Kept>,
}

impl CachedCase {
    /// What local storage keeps of it. Closed cases may be left out first.
    pub(super) fn to_bytes(&self, id: &CaseId) -> CaseBytes {
        let events = &self.folded.file.events;
        let closed = events
            .iter()
            .any(|event| event.kind == shared::EventKind::Closed);
        CaseBytes {
            id: id.to_string(),
            bytes: serde_json::to_vec(self).unwrap_or_default(),
            may_leave_out: closed && self.unsent.is_empty(),
        }
    }
}

/// The content that a change attaches. Most changes attach none, and are not read for it.
fn content_named_by(change: &Change) -> Option<ContentHash> {
    if !change.body.get().contains("\"attach\"") {
        return None;
    }
    match change.body() {
        Ok(Body::Attach { attachment }) => Some(attachment.hash),
        _ => None,
    }
}

fn key(id: &ChangeId) -> EntryKey {
    EntryKey {
        device: id.device.to_string(),
        sequence: id.sequence,
    }
}

pub(super) fn to_entry(kept: &Kept) -> JournalEntry {
    let state = match &kept.stage {
        Stage::Unsent => EntryState::Unsent,
        Stage::Taken(receipt) => EntryState::Acknowledged(receipt.0.clone().into_bytes()),
        Stage::Refused(reason) => {
            EntryState::Refused(serde_json::to_vec(reason).unwrap_or_default())
        }
    };
    JournalEntry {
        key: key(&kept.change.id),
        state,
        body: kept.change.canonical_bytes(),
    }
}

/// What a store holds of JSON. Always read as text: each further kind of reader would bring its own
/// copy of every type into the app.
pub(super) fn read_json<'a, T: Deserialize<'a>>(bytes: &'a [u8]) -> Option<T> {
    serde_json::from_str(str::from_utf8(bytes).ok()?).ok()
}

fn from_entry(entry: JournalEntry) -> Option<Kept> {
    let stage = match entry.state {
        EntryState::Unsent => Stage::Unsent,
        EntryState::Acknowledged(receipt) => {
            Stage::Taken(Receipt(String::from_utf8(receipt).ok()?))
        }
        EntryState::Refused(reason) => {
            Stage::Refused(read_json(&reason).unwrap_or(RefusalReason::Other))
        }
    };
    Some(Kept {
        change: read_json(&entry.body)?,
        stage,
    })
}
