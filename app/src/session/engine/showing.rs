//! What the ledger, the machine and the stores hold, put before the screens and into local storage.

use std::{collections::HashMap, sync::Arc};

use leptos::prelude::*;
use shared::{
    change::{Change, Subject},
    conflict::is_recorded_again,
    id::CaseId,
    order::sort_by_key,
    sync::{Stage, Standing},
};

use super::{Engine, STATE_NEWS, is_of_announcement};
use crate::{
    breath::breathe,
    session::{
        AttachmentRecord, DeviceFacts, EventRecord, LedgerCase, OutboxRow, SyncState,
        ledger::{CachedCase, read_json, to_bytes},
    },
    store::{CaseBytes, StoreError},
    words,
};

/// How many cases are folded at a time.
const FOLDED_AT_A_TIME: usize = 6;

impl Engine {
    /// Local storage's cases; says whether they were all there.
    pub(super) fn show_cached(&self) -> bool {
        let Ok(found) = self.store.cached_cases() else {
            return false;
        };
        let cases: Option<Vec<_>> = found
            .cases
            .iter()
            .map(|(id, bytes)| {
                let case: CachedCase = read_json(bytes)?;
                Some(Arc::new(ledger_case(id.parse().ok()?, case)))
            })
            .collect();
        let Some(cases) = cases else { return false };
        self.session.cases.set(Arc::new(cases));
        found.left_out == 0
    }

    /// Folds the touched cases anew, and puts them on the screen and into local storage.
    pub(super) fn show(&self, touched: &[Subject]) {
        self.put_up(touched, self.folded(touched));
    }

    /// The same, folded portion by portion and put up at once: nothing moves on the screen twice.
    pub(super) async fn show_in_time(&self, touched: &[Subject]) {
        let (mut folded, turn) = (Vec::new(), self.shown.get());
        for portion in touched.chunks(FOLDED_AT_A_TIME) {
            folded.extend(self.folded(portion));
            breathe().await;
        }
        if self.closed.get() {
            return;
        }
        // What was recorded meanwhile may be on these very cases.
        if self.shown.get() != turn {
            folded = self.folded(touched);
        }
        self.put_up(touched, folded);
    }

    /// Cases as the ledger has them now; none where it has nothing of one any more.
    fn folded(&self, touched: &[Subject]) -> Vec<(CaseId, Option<CachedCase>)> {
        let replica = self.replica.borrow();
        let ledger = replica.ledger();
        let fold = |subject: &Subject| Some((subject.case_id()?, ledger.case(subject)));
        touched.iter().filter_map(fold).collect()
    }

    fn put_up(&self, touched: &[Subject], folded: Vec<(CaseId, Option<CachedCase>)>) {
        if touched.is_empty() {
            return;
        }
        self.shown.set(self.shown.get() + 1);
        if touched.contains(&Subject::calendar()) {
            self.show_calendar();
        }
        if touched.iter().any(is_of_announcement) {
            self.session.announced.update(|count| *count += 1);
        }
        let mut cases = Vec::clone(&self.session.cases.get_untracked());
        let places: HashMap<CaseId, usize> = cases
            .iter()
            .enumerate()
            .map(|(index, case)| (case.id.clone(), index))
            .collect();
        let (mut changed, mut removed) = (Vec::new(), Vec::new());
        for (id, case) in folded {
            match (case, places.get(&id)) {
                (Some(case), place) => {
                    changed.push(to_bytes(&case, &id));
                    let case = Arc::new(ledger_case(id, case));
                    match place {
                        Some(&place) => cases[place] = case,
                        None => cases.push(case),
                    }
                }
                (None, Some(_)) => removed.push(id.to_string()),
                (None, None) => {}
            }
        }
        cases.retain(|case| !removed.iter().any(|id| id == case.id.as_str()));
        let total = cases.len();
        self.session.cases.set(Arc::new(cases));
        if self.store.cache_cases(&changed, &removed, total).is_err() {
            self.store.rebuild_cases(&self.all_bytes());
        }
        self.show_outbox();
    }

    pub(super) fn show_all(&self) {
        self.show_calendar();
        self.session.announced.update(|count| *count += 1);
        let folded: Vec<_> = {
            let replica = self.replica.borrow();
            let ledger = replica.ledger();
            ledger
                .subjects()
                .filter_map(|subject| Some((subject.case_id()?, ledger.case(subject)?)))
                .collect()
        };
        let bytes: Vec<_> = folded.iter().map(|(id, case)| to_bytes(case, id)).collect();
        let cases = folded
            .into_iter()
            .map(|(id, case)| Arc::new(ledger_case(id, case)));
        self.session.cases.set(Arc::new(cases.collect()));
        self.store.rebuild_cases(&bytes);
        self.show_outbox();
    }

    fn all_bytes(&self) -> Vec<CaseBytes> {
        let replica = self.replica.borrow();
        let ledger = replica.ledger();
        ledger
            .subjects()
            .filter_map(|subject| Some(to_bytes(&ledger.case(subject)?, &subject.case_id()?)))
            .collect()
    }

    pub(in crate::session) fn show_state(&self) {
        let state = {
            let machine = self.machine.borrow();
            let Some(machine) = &*machine else { return };
            let unsent = machine.unsettled_count();
            let contact = machine
                .state()
                .last_contact_milliseconds
                .and_then(|at| i64::try_from(at).ok());
            let cases = self.session.cases.get_untracked();
            let is_mended = |change: &Change| {
                let id = change.subject.case_id();
                let case = cases.iter().find(|case| Some(&case.id) == id.as_ref());
                case.is_some_and(|case| is_recorded_again(&case.file, change))
            };
            let refused = self.refused();
            let refused = refused.iter().filter(|(it, _)| !is_mended(it)).count();
            match machine.standing() {
                Standing::Starting => SyncState::Starting,
                Standing::Exchanging => SyncState::Sending { count: unsent },
                Standing::Synced if self.contents.waiting() > 0 => SyncState::Sending {
                    count: self.contents.waiting(),
                },
                Standing::Synced if refused > 0 => SyncState::Refused { count: refused },
                Standing::Synced => SyncState::Synced {
                    at_milliseconds: contact.unwrap_or_default(),
                },
                Standing::SignInExpired => SyncState::SignInExpired { unsent },
                Standing::VersionTooOld => SyncState::VersionTooOld { unsent },
                Standing::Trouble => SyncState::Trouble { unsent },
                Standing::Unreachable => SyncState::Waiting {
                    unsent,
                    since_milliseconds: contact,
                },
            }
        };
        if self
            .session
            .sync_state
            .with_untracked(|known| *known != state)
        {
            if let Ok(text) = serde_json::to_string(&state) {
                self.tell(&format!("{STATE_NEWS}{text}"));
            }
            self.session.sync_state.set(state);
        }
    }

    pub(super) fn show_outbox(&self) {
        self.show_history();
        let cases = self.session.cases.get_untracked();
        let replica = self.replica.borrow();
        let mut rows: Vec<_> = replica
            .ledger()
            .all()
            .filter_map(|kept| {
                let refused = match &kept.stage {
                    Stage::Unsent => None,
                    Stage::Refused(reason) => Some(*reason),
                    Stage::Taken(_) | Stage::Doubtful(_) => return None,
                };
                let id = kept.change.subject.case_id();
                let file = cases
                    .iter()
                    .find(|case| Some(&case.id) == id.as_ref())
                    .map(|case| case.file.clone());
                let head = file.as_ref().map(|file| &file.case);
                Some(OutboxRow {
                    number: match head {
                        Some(head) => head.number.clone(),
                        None if kept.change.subject.kind() == "status" => "报送".to_owned(),
                        None if is_of_announcement(&kept.change.subject) => "公告".to_owned(),
                        None => String::new(),
                    },
                    enterprise: head
                        .map(|head| head.enterprise.name.clone())
                        .unwrap_or_default(),
                    what: words::sync::what(&kept.change),
                    recorded_at_milliseconds: recorded_at(&kept.change),
                    refused,
                    case: id,
                })
            })
            .collect();
        sort_by_key(&mut rows, |row| row.recorded_at_milliseconds);
        let rows = Arc::new(rows);
        if self.session.outbox.with_untracked(|known| *known != rows) {
            self.session.outbox.set(rows);
        }
    }

    pub(super) fn show_history(&self) {
        let history = Arc::new(self.replica.borrow().ledger().history());
        if self.session.told.with_untracked(|known| *known != history) {
            self.session.told.set(history);
        }
    }

    /// What dates are computed by: the notices that come with the app, and what the log adds.
    pub(super) fn show_calendar(&self) {
        let log = self
            .replica
            .borrow()
            .ledger()
            .calendar()
            .unwrap_or_default();
        self.session.show_calendar(log);
    }

    /// How the device is, for the sync page.
    pub(super) async fn examine(&self) {
        let health = self.store.health().await;
        let facts = {
            let replica = self.replica.borrow();
            let writer = replica.writer();
            DeviceFacts {
                device: writer.device.to_string(),
                last_contact_milliseconds: writer
                    .last_contact_milliseconds
                    .and_then(|at| i64::try_from(at).ok()),
                clock_ahead_milliseconds: -writer.clock_offset_milliseconds,
                health: Some(health),
                cases_kept: self.session.cases.with_untracked(|cases| cases.len()),
                damaged: self.damaged.get(),
                error: None,
            }
        };
        let facts = Arc::new(facts);
        if self.session.device.with_untracked(|known| *known != facts) {
            self.session.device.set(facts);
        }
    }

    pub(in crate::session) fn trouble(&self, error: &StoreError) {
        self.session.device.update(|facts| {
            *facts = Arc::new(DeviceFacts {
                error: Some(error.clone()),
                ..DeviceFacts::clone(facts)
            });
        });
    }
}

fn ledger_case(id: CaseId, case: CachedCase) -> LedgerCase {
    let CachedCase { folded, unsent } = case;
    let attached = folded.attached.iter().map(|record| AttachmentRecord {
        change: record.change.clone(),
        author: record.author.clone(),
        recorded_at_milliseconds: i64::try_from(record.clock.milliseconds).unwrap_or(i64::MAX),
        unsent: unsent.contains(&record.change),
    });
    let attached = attached.collect();
    let records = folded
        .file
        .events
        .iter()
        .zip(&folded.records)
        .map(|(event, record)| EventRecord {
            event_id: event.id.clone(),
            author: record.author.clone(),
            recorded_at_milliseconds: i64::try_from(record.clock.milliseconds).unwrap_or(i64::MAX),
            unsent: unsent.contains(&record.change),
        });
    LedgerCase {
        id,
        records: records.collect(),
        attached,
        documents: folded.documents.into(),
        parallel: folded.parallel.into(),
        set_aside: folded.set_aside.into(),
        file: Arc::new(folded.file),
        unsent: !unsent.is_empty(),
    }
}

fn recorded_at(change: &Change) -> i64 {
    i64::try_from(change.clock.milliseconds).unwrap_or(i64::MAX)
}
