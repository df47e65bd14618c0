//! The journal's entries as the store keeps them, and the cases as local storage does.

use serde::Deserialize;
use shared::{
    change::ChangeId,
    id::CaseId,
    sync::{
        Kept, Stage,
        ledger::Entries,
        wire::{Receipt, RefusalReason},
    },
};

pub(super) use shared::sync::ledger::ShownCase as CachedCase;

use crate::store::{Batch, CaseBytes, EntryKey, EntryState, JournalEntry};

/// Entries as the ledger takes them. Those that cannot be read are left where they are.
pub(super) fn from_entries(entries: Vec<JournalEntry>) -> Vec<Kept> {
    entries.into_iter().filter_map(from_entry).collect()
}

/// The changes that entries are named after.
pub(super) fn names(keys: &[EntryKey]) -> Vec<ChangeId> {
    let name = |key: &EntryKey| format!("{}/{}", key.device, key.sequence).parse().ok();
    keys.iter().filter_map(name).collect()
}

/// What a commit of the sync machine makes of the entries.
pub(super) fn write(entries: &Entries, batch: &mut Batch) {
    for id in &entries.removed {
        batch.remove(&key(id));
    }
    for kept in &entries.put {
        batch.put(&to_entry(kept));
    }
    for kept in &entries.added {
        batch.add(&to_entry(kept));
    }
}

/// What local storage keeps of a case. Closed ones may be left out first.
pub(super) fn to_bytes(case: &CachedCase, id: &CaseId) -> CaseBytes {
    let events = &case.folded.file.events;
    let closed = events
        .iter()
        .any(|event| event.kind == shared::EventKind::Closed);
    CaseBytes {
        id: id.to_string(),
        bytes: serde_json::to_vec(case).unwrap_or_default(),
        may_leave_out: closed && case.unsent.is_empty(),
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
        Stage::Doubtful(receipt) => EntryState::Doubtful(receipt.0.clone().into_bytes()),
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
        EntryState::Doubtful(receipt) => Stage::Doubtful(Receipt(String::from_utf8(receipt).ok()?)),
        EntryState::Refused(reason) => {
            Stage::Refused(read_json(&reason).unwrap_or(RefusalReason::Other))
        }
    };
    Some(Kept {
        change: read_json(&entry.body)?,
        stage,
    })
}
