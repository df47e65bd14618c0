//! What people record: done when the journal has it.

use std::collections::HashMap;

use leptos::prelude::*;
use shared::{
    CaseFile, Event,
    change::{Body, Subject},
    fold::fields_of,
    id::CaseId,
    permission::may_record,
};

use super::{Session, contents::Besides, engine::Draft};
use crate::store::StoreError;

/// What was written to the journal.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Saved {
    /// The ids of the events, as the case now has them.
    pub event_ids: Vec<String>,
}

/// What was taken in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Imported {
    /// New cases.
    pub cases: usize,
    /// Cases that were there before.
    pub known: usize,
}

/// Why nothing was written.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum RecordError {
    /// The store is locked.
    #[error("本机已锁定")]
    Locked,
    /// The case is not in the ledger.
    #[error("本机没有这个案件")]
    UnknownCase,
    /// The journal could not be written.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Session {
    /// What is computed from now on, on this and on every device: a notice, its withdrawal, the
    /// overlay of Beijing's bureaus.
    pub async fn say_of_calendar(&self, body: Body) -> Result<(), RecordError> {
        let drafts = vec![(Subject::calendar(), Draft::Other(body))];
        self.engine()?
            .record(drafts, &Besides::default())
            .await
            .map(drop)
    }

    /// Takes steps in the life of announcements and reports, all in one write.
    pub async fn take_steps(&self, steps: Vec<(Subject, Body)>) -> Result<(), RecordError> {
        let drafts = steps
            .into_iter()
            .map(|(subject, body)| (subject, Draft::Other(body)))
            .collect();
        self.engine()?
            .record(drafts, &Besides::default())
            .await
            .map(drop)
    }

    /// Writes events to the journal; done when it has them. An event without an id gets one.
    pub async fn record(&self, case: &CaseId, events: Vec<Event>) -> Result<Saved, RecordError> {
        let subject = Subject::case(case);
        let named: Vec<_> = events.iter().map(|event| event.id.clone()).collect();
        let drafts = events
            .into_iter()
            .map(|event| (subject.clone(), Draft::Event(Box::new(event))))
            .collect();
        let engine = self.engine()?;
        let ids = engine.record(drafts, &Besides::default()).await?;
        let event_ids = named.into_iter().zip(ids).map(|(named, id)| {
            if named.is_empty() {
                id.to_string()
            } else {
                named
            }
        });
        Ok(Saved {
            event_ids: event_ids.collect(),
        })
    }

    /// Writes one event to each of many cases, all in one write; gives back their ids.
    pub async fn record_each(
        &self,
        events: Vec<(CaseId, Event)>,
    ) -> Result<Vec<String>, RecordError> {
        let drafts = events
            .into_iter()
            .map(|(case, event)| (Subject::case(&case), Draft::Event(Box::new(event))))
            .collect();
        self.engine()?
            .record(drafts, &Besides::default())
            .await
            .map(|ids| ids.iter().map(ToString::to_string).collect())
    }

    /// Sets one field of a case's head.
    pub async fn edit_head(
        &self,
        case: &CaseId,
        field: &str,
        value: serde_json::Value,
    ) -> Result<(), RecordError> {
        self.edit_heads(vec![(case.clone(), field.to_owned(), value)])
            .await
    }

    /// Sets fields of cases' heads, all in one write.
    pub async fn edit_heads(
        &self,
        edits: Vec<(CaseId, String, serde_json::Value)>,
    ) -> Result<(), RecordError> {
        if edits.is_empty() {
            return Ok(());
        }
        let engine = self.engine()?;
        engine.ready().await;
        let drafts = edits.into_iter().map(|(case, field, value)| {
            let subject = Subject::case(&case);
            let replaces = engine.setters_of(&subject, &field);
            (
                subject,
                Draft::Other(Body::Head {
                    field,
                    value,
                    replaces,
                }),
            )
        });
        engine
            .record(drafts.collect(), &Besides::default())
            .await
            .map(drop)
    }

    /// Takes cases in. One that is there already gets only what it lacks; nothing is overwritten.
    /// Events that are not the user's to record stay out: the case keeps what the sheet says.
    pub async fn import(&self, taken: Vec<(CaseId, CaseFile)>) -> Result<Imported, RecordError> {
        let engine = self.engine()?;
        engine.ready().await;
        let actor = self
            .profile
            .with_untracked(|profile| profile.as_ref().map(|profile| profile.actor.clone()))
            .ok_or(RecordError::Locked)?;
        let cases = self.cases.get_untracked();
        let known: HashMap<&CaseId, &CaseFile> =
            cases.iter().map(|case| (&case.id, &*case.file)).collect();
        let mut drafts = Vec::new();
        let mut imported = Imported { cases: 0, known: 0 };
        for (id, file) in taken {
            let subject = Subject::case(&id);
            let mut draft = |body| drafts.push((subject.clone(), body));
            let mut before = if let Some(known) = known.get(&id) {
                imported.known += 1;
                let fields: HashMap<_, _> = fields_of(&known.case).into_iter().collect();
                for (field, value) in fields_of(&file.case) {
                    if !fields.contains_key(&field) {
                        draft(Draft::Other(Body::Head {
                            field,
                            value,
                            replaces: Vec::new(),
                        }));
                    }
                }
                CaseFile::clone(known)
            } else {
                imported.cases += 1;
                draft(Draft::Other(Body::Open {
                    head: Box::new(file.case.clone()),
                }));
                CaseFile::new(file.case)
            };
            for event in file.events {
                let is_new = before.events.iter().all(|known| known.id != event.id);
                if is_new && may_record(&actor, &before, &event).is_ok() {
                    before.events.push(event.clone());
                    draft(Draft::Event(Box::new(event)));
                }
            }
        }
        if !drafts.is_empty() {
            engine.record(drafts, &Besides::default()).await?;
        }
        Ok(imported)
    }

    /// What was written under this name and not yet recorded.
    pub async fn draft(&self, name: &str) -> Option<String> {
        let engine = self.engine().ok()?;
        let drafts = engine.store().drafts().await.ok()?;
        drafts
            .get(name)
            .and_then(|bytes| String::from_utf8(bytes.clone()).ok())
    }

    /// Keeps what is being written, or forgets it.
    pub async fn keep_draft(&self, name: &str, text: Option<&str>) -> Result<(), RecordError> {
        let engine = self.engine()?;
        let mut batch = engine.store().batch();
        match text {
            Some(text) => batch.put_draft(name, text.as_bytes()),
            None => batch.remove_draft(name),
        }
        engine.store().commit(batch).await?;
        Ok(())
    }
}
