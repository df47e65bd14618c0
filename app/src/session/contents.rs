//! The bytes of attachments: kept with the change that names them, sent behind it, fetched when
//! somebody looks, and then kept too.

use std::{
    cell::{Cell, RefCell},
    collections::{BTreeSet, HashMap},
    rc::Rc,
};

use futures::{FutureExt, future::LocalBoxFuture};
use gloo_timers::future::TimeoutFuture;
use leptos::task::spawn_local;
use shared::{
    Event,
    attachment::{Attachment, ContentHash, MAXIMUM_CHUNK_BYTES},
    change::{Body, ChangeId, Subject},
    document::Issued,
    id::CaseId,
    sync::Failure,
};
use wasm_split_helpers::{SplitLoaderError, wasm_split};

use super::{
    RecordError, Saved, Session,
    engine::{Draft, Engine},
    server::{self, Uploaded},
};
use crate::store::{Batch, StoreError};

/// What the state of a content that the server does not have begins with; its hash follows. The
/// value is empty while it waits, and says so once the server has refused it.
const WAITING: &str = "content/";
const REFUSED: &[u8] = b"refused";
/// How long the device waits after a failure before it tries again, in milliseconds.
const PAUSE_MILLISECONDS: u32 = 15_000;

/// What is written in the same transaction as changes.
#[derive(Default)]
pub(super) struct Besides {
    contents: Vec<(ContentHash, Vec<u8>)>,
    /// Contents that changes name from now on: to be sent.
    named: Vec<ContentHash>,
    forgotten_draft: Option<String>,
    cleared: Vec<ContentHash>,
}

impl Besides {
    pub(super) fn write(&self, batch: &mut Batch) {
        for (hash, bytes) in &self.contents {
            batch.put_content(hash, bytes);
        }
        for hash in &self.named {
            batch.set_state(&waiting_key(hash), &[]);
        }
        for hash in &self.cleared {
            batch.remove_content(hash);
        }
        if let Some(name) = &self.forgotten_draft {
            batch.remove_draft(name);
        }
    }
}

/// What a tab knows of contents under way.
#[derive(Default)]
pub(super) struct Contents {
    is_sending: Cell<bool>,
    waiting: Cell<usize>,
    /// What has come of those that are being fetched: a failure does not begin anew.
    partial: RefCell<HashMap<ContentHash, Vec<u8>>>,
}

impl Contents {
    /// How many wait to be sent.
    pub(super) fn waiting(&self) -> usize {
        self.waiting.get()
    }

    pub(super) fn expect(&self, besides: &Besides) {
        self.waiting.set(self.waiting.get() + besides.named.len());
    }
}

/// Why there is nothing to show.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum ContentError {
    /// It is not on this device, and the server does not answer.
    #[error("本机没有，联网后取回")]
    Unreachable,
    /// The device that took it has not sent it yet.
    #[error("拍摄的设备还没有上传")]
    NotYet,
    /// The server wants the user to sign in again.
    #[error("登录已过期，重新登录后取回")]
    SignInExpired,
    /// What came is not what the log names.
    #[error("取回的内容与记录不符，没有采用")]
    Damaged,
    /// The device's store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The store is locked.
    #[error(transparent)]
    Locked(#[from] RecordError),
}

/// The server did not answer as it should: later again.
struct Later;

impl Engine {
    /// Sends what waits, one after the other. Only the tab that syncs calls it.
    pub(super) fn send_contents(self: &Rc<Self>) {
        if self.contents.is_sending.replace(true) {
            return;
        }
        let engine = self.clone();
        spawn_local(async move {
            let sent = engine.send_what_waits().await;
            engine.contents.is_sending.set(false);
            engine.show_state();
            if sent.is_err() {
                TimeoutFuture::new(PAUSE_MILLISECONDS).await;
                if !engine.is_closed() {
                    engine.wake();
                }
            }
        });
    }

    /// Mostly nothing waits; what sends comes when something does.
    async fn send_what_waits(self: &Rc<Self>) -> Result<(), Later> {
        if self.look_for_waiting().await?.is_empty() {
            return Ok(());
        }
        match sending(self.clone()).await {
            Ok(sent) => sent.await,
            Err(_) => Err(Later),
        }
    }

    async fn look_for_waiting(&self) -> Result<Vec<ContentHash>, Later> {
        let waiting = self.contents_waiting().await.map_err(|error| {
            self.trouble(&error);
            Later
        })?;
        self.contents.waiting.set(waiting.len());
        self.show_state();
        Ok(waiting)
    }

    async fn send_waiting(self: &Rc<Self>) -> Result<(), Later> {
        let mut looked_at = BTreeSet::new();
        loop {
            let waiting = self.look_for_waiting().await?;
            let Some(hash) = waiting.into_iter().find(|hash| looked_at.insert(*hash)) else {
                return Ok(());
            };
            if self.is_closed() {
                return Ok(());
            }
            let mut batch = self.store().batch();
            match self.send(&hash).await? {
                Sent::Whole => batch.remove_state(&waiting_key(&hash)),
                Sent::Refused => batch.set_state(&waiting_key(&hash), REFUSED),
            }
            self.store().commit(batch).await.map_err(|error| {
                self.trouble(&error);
                Later
            })?;
        }
    }

    async fn send(&self, hash: &ContentHash) -> Result<Sent, Later> {
        let bytes = self.store().content(hash).await.map_err(|_| Later)?;
        // Cleared by the browser, or damaged: there is nothing that could be sent.
        let Some(bytes) = bytes else {
            return Ok(Sent::Refused);
        };
        let mut before = None;
        let mut answer = server::uploaded(hash).await.ok_or(Later)?;
        loop {
            let offset = match answer {
                Uploaded::Whole => return Ok(Sent::Whole),
                Uploaded::Refused => return Ok(Sent::Refused),
                // The change that names it is on its way, or else was refused.
                Uploaded::Unknown if self.names(hash) => return Err(Later),
                Uploaded::Unknown => return Ok(Sent::Refused),
                Uploaded::Up(offset) => offset,
            };
            let start = usize::try_from(offset).map_err(|_| Later)?;
            // A server that does not move on would be asked for ever.
            if start >= bytes.len() || before == Some(offset) || self.is_closed() {
                return Err(Later);
            }
            before = Some(offset);
            let end = bytes.len().min(start + MAXIMUM_CHUNK_BYTES);
            answer = server::upload(hash, offset, &bytes[start..end])
                .await
                .ok_or(Later)?;
        }
    }

    pub(super) async fn contents_waiting(&self) -> Result<Vec<ContentHash>, StoreError> {
        let state = self.store().state().await?;
        let waiting = state.iter().filter(|(_, value)| value.is_empty());
        Ok(waiting
            .filter_map(|(name, _)| name.strip_prefix(WAITING)?.parse().ok())
            .collect())
    }

    /// A server that was rolled back may have lost what it had: it is asked for each again.
    pub(super) async fn send_all_again(&self, batch: &mut Batch) -> Result<(), StoreError> {
        for hash in self.store().content_hashes().await? {
            if self.names(&hash) {
                batch.set_state(&waiting_key(&hash), &[]);
            }
        }
        Ok(())
    }

    /// The bytes of an attachment: the device's, else the server's, which then are the device's.
    async fn content(&self, attachment: &Attachment) -> Result<Vec<u8>, ContentError> {
        let hash = &attachment.hash;
        if let Some(bytes) = self.store().content(hash).await? {
            return Ok(bytes);
        }
        let mut bytes = self
            .contents
            .partial
            .borrow_mut()
            .remove(hash)
            .unwrap_or_default();
        while (bytes.len() as u64) < attachment.byte_size {
            let start = bytes.len() as u64;
            let end = attachment.byte_size.min(start + MAXIMUM_CHUNK_BYTES as u64);
            match server::download(hash, start, end).await {
                Ok(Some(part)) if !part.is_empty() => bytes.extend(part),
                Ok(_) => return Err(ContentError::NotYet),
                Err(failure) => {
                    self.contents.partial.borrow_mut().insert(*hash, bytes);
                    return Err(match failure {
                        Failure::SignInExpired => ContentError::SignInExpired,
                        _ => ContentError::Unreachable,
                    });
                }
            }
        }
        if ContentHash::of(&bytes) != *hash {
            return Err(ContentError::Damaged);
        }
        let mut batch = self.store().batch();
        batch.put_content(hash, &bytes);
        // Where there is no room it can still be looked at.
        let _ = self.store().commit(batch).await;
        Ok(bytes)
    }
}

/// A part of its own.
#[allow(clippy::unnecessary_wraps, reason = "that its code comes may fail")]
#[wasm_split(contents, fallible)]
fn sending(
    engine: Rc<Engine>,
) -> Result<LocalBoxFuture<'static, Result<(), Later>>, SplitLoaderError> {
    Ok(async move { engine.send_waiting().await }.boxed_local())
}

enum Sent {
    Whole,
    Refused,
}

pub(super) fn waiting_key(hash: &ContentHash) -> String {
    format!("{WAITING}{hash}")
}

/// What is recorded together: events, attachments, and the draft that they come from.
#[derive(Default)]
pub struct Together {
    /// Events; one without an id gets one.
    pub events: Vec<Event>,
    /// What is attached.
    pub attachments: Vec<Attachment>,
    /// Documents that are issued.
    pub documents: Vec<Issued>,
    /// Documents that no longer count.
    pub voided: Vec<ChangeId>,
    /// Bytes that the journal does not have yet.
    pub contents: Vec<(ContentHash, Vec<u8>)>,
    /// The draft that is done with.
    pub draft: Option<String>,
    /// Contents of the draft that nothing names.
    pub cleared: Vec<ContentHash>,
}

impl Session {
    /// Writes events and attachments to the journal, all or nothing; done when it has them.
    pub async fn record_together(
        &self,
        case: &CaseId,
        together: Together,
    ) -> Result<Saved, RecordError> {
        let subject = Subject::case(case);
        let names: Vec<_> = together.events.iter().map(|it| it.id.clone()).collect();
        let named = together.attachments.iter().map(|it| it.hash).collect();
        let events = together
            .events
            .into_iter()
            .map(|it| Draft::Event(Box::new(it)));
        let attachments = together.attachments.into_iter().map(|attachment| {
            Draft::Other(Body::Attach {
                attachment: Box::new(attachment),
            })
        });
        let documents = together.documents.into_iter().map(|document| {
            Draft::Other(Body::Document {
                document: serde_json::to_value(&document).unwrap_or_default(),
            })
        });
        let voided = together.voided.into_iter();
        let voided = voided.map(|change| Draft::Other(Body::DocumentVoided { change }));
        let drafts = events
            .chain(attachments)
            .chain(documents)
            .chain(voided)
            .map(|draft| (subject.clone(), draft))
            .collect();
        let besides = Besides {
            contents: together.contents,
            named,
            forgotten_draft: together.draft,
            cleared: together.cleared,
        };
        let ids = self.engine()?.record(drafts, &besides).await?;
        let event_ids = names.into_iter().zip(ids).map(|(name, id)| {
            if name.is_empty() {
                id.to_string()
            } else {
                name
            }
        });
        Ok(Saved {
            event_ids: event_ids.collect(),
        })
    }

    /// Takes an attachment off. Its bytes stay where they are.
    pub async fn detach(&self, case: &CaseId, change: ChangeId) -> Result<(), RecordError> {
        let draft = Draft::Other(Body::Detach { change });
        let drafts = vec![(Subject::case(case), draft)];
        self.engine()?
            .record(drafts, &Besides::default())
            .await
            .map(drop)
    }

    /// Keeps bytes that cases name on the server by now; they are sent there.
    pub async fn keep_contents(&self, contents: Vec<Vec<u8>>) -> Result<(), RecordError> {
        let engine = self.engine()?;
        let contents: Vec<_> = contents
            .into_iter()
            .map(|bytes| (ContentHash::of(&bytes), bytes))
            .collect();
        let besides = Besides {
            named: contents.iter().map(|(hash, _)| *hash).collect(),
            contents,
            ..Besides::default()
        };
        let mut batch = engine.store().batch();
        besides.write(&mut batch);
        engine.store().commit(batch).await?;
        engine.contents.expect(&besides);
        engine.wake();
        Ok(())
    }

    /// The bytes of an attachment.
    pub async fn content(&self, attachment: &Attachment) -> Result<Vec<u8>, ContentError> {
        self.engine()?.content(attachment).await
    }

    /// Keeps what is being written, and the contents that belong to it, in one write.
    pub async fn keep_draft_with(
        &self,
        name: &str,
        text: &str,
        put: &[(ContentHash, Vec<u8>)],
    ) -> Result<(), RecordError> {
        let engine = self.engine()?;
        let mut batch = engine.store().batch();
        batch.put_draft(name, text.as_bytes());
        for (hash, bytes) in put {
            batch.put_content(hash, bytes);
        }
        engine.store().commit(batch).await?;
        Ok(())
    }

    /// Forgets a draft and the contents that only it has named.
    pub async fn drop_draft_with(
        &self,
        name: &str,
        contents: &[ContentHash],
    ) -> Result<(), RecordError> {
        let engine = self.engine()?;
        let mut batch = engine.store().batch();
        batch.remove_draft(name);
        for hash in contents {
            batch.remove_content(hash);
        }
        engine.store().commit(batch).await?;
        Ok(())
    }
}
