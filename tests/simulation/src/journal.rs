//! A device's store of record, as `app/src/store/journal.rs` is: transactions that are there whole or
//! not at all, entries that must be new where they are added, a revision by which tabs find what
//! others wrote.

use std::collections::{BTreeMap, BTreeSet};

use shared::{
    change::ChangeId,
    sync::{DeviceState, Kept, ledger::Entries},
};

/// Why nothing was written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Refused {
    /// Another tab has used the number.
    Taken,
    /// There is no room.
    Quota,
}

#[derive(Clone, Debug, Default)]
pub struct Journal {
    entries: BTreeMap<ChangeId, (Kept, u64)>,
    damaged: BTreeSet<ChangeId>,
    state: Option<DeviceState>,
    revision: u64,
    removed: u64,
    /// It takes nothing.
    pub full: bool,
}

/// What a tab reads.
pub struct Loaded {
    pub entries: Vec<Kept>,
    pub damaged: Vec<ChangeId>,
    pub whole: bool,
    pub revision: u64,
}

impl Journal {
    /// One transaction; says the revision after it.
    pub fn commit(
        &mut self,
        entries: &Entries,
        state: Option<&DeviceState>,
    ) -> Result<u64, Refused> {
        if self.full {
            return Err(Refused::Quota);
        }
        let taken = |id: &ChangeId| {
            let goes = entries.removed.contains(id);
            !goes && (self.entries.contains_key(id) || self.damaged.contains(id))
        };
        if entries.added.iter().any(|kept| taken(&kept.change.id)) {
            return Err(Refused::Taken);
        }
        let set = || entries.put.iter().chain(&entries.added);
        self.revision += u64::from(!entries.removed.is_empty() || set().next().is_some());
        for id in &entries.removed {
            self.entries.remove(id);
            self.damaged.remove(id);
            self.removed = self.revision;
        }
        for kept in set() {
            self.damaged.remove(&kept.change.id);
            self.entries
                .insert(kept.change.id.clone(), (kept.clone(), self.revision));
        }
        if let Some(state) = state {
            self.state = Some(state.clone());
        }
        Ok(self.revision)
    }

    pub fn state(&self) -> Option<&DeviceState> {
        self.state.as_ref()
    }

    /// What was written after a revision; the whole where entries were removed since.
    pub fn since(&self, revision: u64) -> Loaded {
        let whole = revision == 0 || self.removed > revision;
        let news = self
            .entries
            .values()
            .filter(|(_, at)| whole || *at > revision);
        Loaded {
            entries: news.map(|(kept, _)| kept.clone()).collect(),
            damaged: self.damaged.iter().cloned().collect(),
            whole,
            revision: self.revision,
        }
    }

    pub fn entries(&self) -> impl Iterator<Item = &Kept> {
        self.entries.values().map(|(kept, _)| kept)
    }

    pub fn count(&self) -> usize {
        self.entries.len()
    }

    /// An entry can no longer be read.
    pub fn damage(&mut self, index: usize) {
        if let Some(id) = self.entries.keys().nth(index).cloned() {
            self.entries.remove(&id);
            self.damaged.insert(id);
        }
    }
}
