//! What the server does not have, taken along as a sealed file and sent from another device.
//!
//! The file holds the changes as they were recorded, with the state of the device that recorded
//! them. Whoever takes it in runs that device's sync machine once more: the server settles each
//! change under its own id, whichever device sends it, and however often.

use leptos::prelude::WithUntracked;
use serde::{Deserialize, Serialize};
use shared::{
    attachment::ContentHash,
    change::Change,
    sync::{Command, DeviceState, Failure, Input, Kept, Replica, Stage, device::Settlement},
};

use super::{
    RecordError, Session, SyncState,
    contents::waiting_key,
    engine::{self, Engine},
    ledger::read_json,
    now, server,
};
use crate::store::StoreError;

/// How many times the server is asked before it is called unwilling.
const MAXIMUM_EXCHANGES: usize = 1_000;

/// What stands in the file, before the bytes of the contents.
#[derive(Serialize, Deserialize)]
struct Head {
    state: DeviceState,
    changes: Vec<Change>,
    contents: Vec<Content>,
    drafts: Vec<(String, String)>,
}

#[derive(Serialize, Deserialize)]
struct Content {
    hash: ContentHash,
    byte_size: usize,
    /// A change names it, and the server does not have it; else a draft does.
    waiting: bool,
}

/// How much the server does not have.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Unsent {
    /// Changes.
    pub changes: usize,
    /// Attachments that changes name.
    pub contents: usize,
    /// What was begun and not recorded.
    pub drafts: usize,
}

/// What came of a file that was taken in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Sent {
    /// Changes that the server has now, whoever sent them.
    pub taken: usize,
    /// Changes that lie in the review tray.
    pub refused: usize,
    /// Attachments that are here now.
    pub contents: usize,
    /// Drafts that are here now; one that was here already stayed as it was.
    pub drafts: usize,
}

/// Why a file was not taken in.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum SealedError {
    /// Another passphrase sealed it, or another account.
    #[error("口令打不开这个文件：要用导出时的账号和口令")]
    WrongPassphrase,
    /// It is no such file, or not whole.
    #[error("这不是未发送内容的加密副本，或者文件不完整")]
    Damaged,
    /// The server is to take it.
    #[error("联系不上服务器，联网后再试；文件没有动")]
    Unreachable,
    /// The device's store.
    #[error(transparent)]
    Store(#[from] RecordError),
}

impl From<StoreError> for SealedError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::WrongPassphrase => Self::WrongPassphrase,
            StoreError::Damaged => Self::Damaged,
            error => Self::Store(error.into()),
        }
    }
}

impl Session {
    /// How much the server does not have.
    pub async fn unsent(&self) -> Result<Unsent, RecordError> {
        let engine = self.engine()?;
        engine.ready().await;
        Ok(Unsent {
            changes: engine.unsent().len(),
            contents: engine.contents_waiting().await?.len(),
            drafts: engine.store().drafts().await?.len(),
        })
    }

    /// All of that as a file that the passphrase opens.
    pub async fn sealed_unsent(&self) -> Result<Vec<u8>, RecordError> {
        let engine = self.engine()?;
        engine.ready().await;
        let waiting = engine.contents_waiting().await?;
        let (mut contents, mut bytes) = (Vec::new(), Vec::new());
        for hash in engine.store().content_hashes().await? {
            let is_waiting = waiting.contains(&hash);
            // What a change names and does not wait, the server has.
            if !is_waiting && engine.names(&hash) {
                continue;
            }
            if let Some(content) = engine.store().content(&hash).await? {
                contents.push(Content {
                    hash,
                    byte_size: content.len(),
                    waiting: is_waiting,
                });
                bytes.extend(content);
            }
        }
        let drafts = engine.store().drafts().await?.into_iter();
        let drafts = drafts.filter_map(|(name, text)| Some((name, String::from_utf8(text).ok()?)));
        let head = Head {
            state: engine.device_state(),
            changes: engine.unsent(),
            contents,
            drafts: drafts.collect(),
        };
        let head = serde_json::to_vec(&head).unwrap_or_default();
        let length = u32::try_from(head.len()).unwrap_or(u32::MAX).to_le_bytes();
        let whole = [&length, &head[..], &bytes].concat();
        Ok(engine.store().sealed_file(&whole).await?)
    }

    /// Takes such a file in: the server gets the changes, this device what was begun.
    pub async fn take_sealed(&self, file: &[u8], passphrase: &str) -> Result<Sent, SealedError> {
        let engine = self.engine()?;
        engine.ready().await;
        let opened = engine.store().open_file(file, passphrase).await?;
        let (head, bytes) = opened_parts(&opened).ok_or(SealedError::Damaged)?;
        // A sign-in speaks first for the device that it belongs to.
        let in_touch = |state: &SyncState| {
            matches!(state, SyncState::Synced { .. } | SyncState::Refused { .. })
        };
        if !self.sync_state.with_untracked(in_touch) {
            return Err(SealedError::Unreachable);
        }
        let count = head.changes.len();
        let refused = if count == 0 {
            0
        } else {
            send(head.state, head.changes).await?
        };
        let (mut batch, mut contents, mut drafts) = (engine.store().batch(), 0, 0);
        let mut rest = bytes;
        for content in head.contents {
            let Some((bytes, after)) = rest.split_at_checked(content.byte_size) else {
                return Err(SealedError::Damaged);
            };
            rest = after;
            batch.put_content(&content.hash, bytes);
            if content.waiting {
                batch.set_state(&waiting_key(&content.hash), &[]);
            }
            contents += 1;
        }
        let here = engine.store().drafts().await?;
        for (name, text) in head.drafts {
            if !here.contains_key(&name) {
                batch.put_draft(&name, text.as_bytes());
                drafts += 1;
            }
        }
        engine.store().commit(batch).await?;
        engine.wake();
        Ok(Sent {
            taken: count - refused,
            refused,
            contents,
            drafts,
        })
    }
}

fn opened_parts(opened: &[u8]) -> Option<(Head, &[u8])> {
    let (length, rest) = opened.split_first_chunk::<4>()?;
    let length = usize::try_from(u32::from_le_bytes(*length)).ok()?;
    let (head, bytes) = rest.split_at_checked(length)?;
    Some((read_json(head)?, bytes))
}

/// Has the server settle these changes of a device; says how many it put into the review tray.
async fn send(state: DeviceState, changes: Vec<Change>) -> Result<usize, SealedError> {
    let mut replica = Replica::new(state);
    let kept = changes.into_iter().map(|change| Kept {
        change,
        stage: Stage::Unsent,
    });
    replica.load(None, true, kept);
    let chance = engine::random()?;
    let mut machine = replica.machine(chance);
    let at = || now().unsigned_abs();
    let mut commands = machine.step(at(), Input::Wake);
    let (mut refused, mut exchanges) = (0, 0);
    while machine.unsettled_count() > 0 {
        // The machine waits only where the server does not answer as it should.
        let next = commands
            .into_iter()
            .find(|command| !matches!(command, Command::Wait { .. }))
            .ok_or(SealedError::Unreachable)?;
        let input = match next {
            Command::Exchange(request) => {
                exchanges += 1;
                if exchanges > MAXIMUM_EXCHANGES {
                    return Err(SealedError::Unreachable);
                }
                match server::exchange(&request).await {
                    Ok(response) => Input::Answered(Box::new(response)),
                    Err(_) => Input::Failed(Failure::Unreachable),
                }
            }
            Command::Commit(commit) => {
                let settled = commit.verdicts.iter();
                refused += settled
                    .filter(|(_, settlement)| matches!(settlement, Settlement::Refused(_)))
                    .count();
                let plan = replica.plan(&commit);
                let applied = replica.committed(plan);
                Input::Committed {
                    unsettled: applied.unsettled,
                    doubtful: applied.doubtful,
                }
            }
            Command::Wait { .. } => return Err(SealedError::Unreachable),
        };
        commands = machine.step(at(), input);
    }
    Ok(refused)
}

impl Engine {
    /// What was recorded here and not settled by the server.
    fn unsent(&self) -> Vec<Change> {
        self.replica().ledger().unsent()
    }

    fn device_state(&self) -> DeviceState {
        self.replica().writer().clone()
    }
}
