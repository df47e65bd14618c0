//! The one context that holds the ledger: pages read it, and only [`Session::record`] and its like write.

mod contents;
mod engine;
mod ledger;
mod packing;
mod people;
mod sealed;
mod server;

use std::{
    collections::HashMap,
    rc::Rc,
    sync::{Arc, Mutex},
};

use gloo_timers::callback::Interval;
use leptos::{prelude::*, task::spawn_local};
use serde::{Deserialize, Serialize};
use shared::{
    Actor, CaseFile, Day, Event,
    assess::{Assessment, Moved},
    calendar::{CalendarLog, WorkCalendar},
    change::{Body, Change, ChangeId, Subject},
    document::{Issued, Recorded},
    fold::{ParallelEdit, SetAside, fields_of},
    history::History,
    id::CaseId,
    permission::may_record,
    sync::{Scope, wire::RefusalReason},
};
use zeroize::Zeroizing;

use self::{
    contents::Besides,
    engine::{Draft, Engine},
    server::{SignInFailure, Word},
};
pub use self::{
    contents::{ContentError, Together},
    sealed::{SealedError, Sent, Unsent},
};
use crate::{
    store::{KnownUser, Store, StoreError, StoreHealth},
    words,
};

/// What the app may show.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Phase {
    /// Looking at what the device holds.
    Starting,
    /// No user is known on this device.
    SignedOut,
    /// Stores are here and locked.
    Locked {
        /// The users whose stores they are.
        users: Vec<KnownUser>,
    },
    /// A user's store is open.
    Open,
}

/// Who is at work.
#[derive(Clone, PartialEq, Debug)]
pub struct Profile {
    /// The user as permissions see them.
    pub actor: Actor,
    /// The person's name.
    pub display: String,
    /// The office as the frame names it.
    pub office_name: String,
    /// The server is a demo whose data will be thrown away.
    pub demo: bool,
}

/// A case of the ledger.
#[derive(Clone, PartialEq, Debug)]
pub struct LedgerCase {
    /// Its id.
    pub id: CaseId,
    /// Head and events.
    pub file: Arc<CaseFile>,
    /// Who recorded each event, one for each of `file.events`.
    pub records: Arc<[EventRecord]>,
    /// Who attached each content, one for each of `file.attachments`.
    pub attached: Arc<[AttachmentRecord]>,
    /// The documents that were issued on it, void ones too.
    pub documents: Arc<[Recorded]>,
    /// Fields that were edited on two devices that did not know of each other.
    pub parallel: Arc<[ParallelEdit]>,
    /// Changes of it that could not be used.
    pub set_aside: Arc<[SetAside]>,
    /// Something of it has not been sent.
    pub unsent: bool,
}

/// Who recorded an event, and when.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct EventRecord {
    /// The event.
    pub event_id: String,
    /// The account that recorded it.
    pub author: String,
    /// When, by the author's device.
    pub recorded_at_milliseconds: i64,
    /// It has not been sent.
    pub unsent: bool,
}

/// Who attached a content, and when.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct AttachmentRecord {
    /// The change that did.
    pub change: ChangeId,
    /// The account.
    pub author: String,
    /// When, by the author's device.
    pub recorded_at_milliseconds: i64,
    /// It has not been sent.
    pub unsent: bool,
}

/// How this device and the server stand to each other.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum SyncState {
    /// Both have the same.
    Synced {
        /// When that was last known.
        at_milliseconds: i64,
    },
    /// An exchange is under way.
    Sending {
        /// How many changes it carries.
        count: usize,
    },
    /// The server cannot be reached.
    Waiting {
        /// How many changes wait.
        unsent: usize,
        /// Since when.
        since_milliseconds: Option<i64>,
    },
    /// The server wants the user to sign in again.
    SignInExpired {
        /// How many changes wait.
        unsent: usize,
    },
    /// The app is too old for the server.
    VersionTooOld {
        /// How many changes wait.
        unsent: usize,
    },
    /// The server, or this device's journal, reports trouble.
    Trouble {
        /// How many changes wait.
        unsent: usize,
    },
    /// The server did not take some changes.
    Refused {
        /// How many.
        count: usize,
    },
    /// Not yet known.
    Starting,
}

/// One change that the server does not have.
#[derive(Clone, PartialEq, Debug)]
pub struct OutboxRow {
    /// The case; none where it is about working days, an announcement or a report.
    pub case: Option<CaseId>,
    /// Its number, or what stands for it.
    pub number: String,
    /// The enterprise.
    pub enterprise: String,
    /// What was recorded.
    pub what: String,
    /// When.
    pub recorded_at_milliseconds: i64,
    /// Why the server did not take it.
    pub refused: Option<RefusalReason>,
}

/// How this device is.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct DeviceFacts {
    /// Its id.
    pub device: String,
    /// When the server last answered.
    pub last_contact_milliseconds: Option<i64>,
    /// How far its clock is ahead of the server's.
    pub clock_ahead_milliseconds: i64,
    /// How its stores are, once they have been looked at.
    pub health: Option<StoreHealth>,
    /// Cases in the journal.
    pub cases_kept: usize,
    /// Entries of the journal that could not be read.
    pub damaged: Damage,
    /// What the store has refused since it was last looked at.
    pub error: Option<StoreError>,
}

/// What of the journal could not be read at this start.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Damage {
    /// Entries that the server has: they are fetched again.
    pub fetched: usize,
    /// Entries that had not been sent: nobody has them.
    pub lost: usize,
}

/// Clocks further apart than this are said to be wrong.
pub const CLOCK_TOLERANCE_MILLISECONDS: i64 = 10 * 60 * 1000;

impl DeviceFacts {
    /// Whether something is wrong that the officer is told on whatever page.
    pub fn ails(&self) -> bool {
        self.clock_ahead_milliseconds.abs() > CLOCK_TOLERANCE_MILLISECONDS
            || self.damaged != Damage::default()
            || self.error.is_some()
            || self.health.is_some_and(|health| health.ails())
    }
}

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
    #[error("{0}")]
    Store(String),
}

impl From<StoreError> for RecordError {
    fn from(error: StoreError) -> Self {
        Self::Store(words::store::error(&error))
    }
}

/// Why nobody was signed in.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum SignInError {
    /// Account or passphrase is wrong.
    #[error("账号或口令不对")]
    Wrong,
    /// The server does not answer, and this device does not know the user.
    #[error("联系不上服务器，而且这个账号没有在本机登录过")]
    Unreachable,
    /// Too many wrong passphrases.
    #[error("口令错误次数过多，请过几分钟再试")]
    TooMany,
    /// The server knows another passphrase than the one that this device's stores are sealed with.
    #[error("口令已在别处更换")]
    OldPassphrase,
    /// The device's store cannot be opened.
    #[error("{0}")]
    Store(String),
}

/// How often the day is looked at, in milliseconds: it changes at midnight in Beijing.
const DAY_CHECK_MILLISECONDS: u32 = 20_000;

/// What was computed last, and of what.
#[derive(Default)]
struct Memo {
    assessed: HashMap<CaseId, (Day, Arc<CaseFile>, Arc<Assessment>)>,
    /// The history that they were computed with.
    history: Option<Arc<History>>,
    /// The calendar that they were computed by.
    calendar: Option<Arc<WorkCalendar>>,
    /// The history of a whole ledger, as it was on that day.
    ledger: Option<(Day, Arc<Vec<Arc<LedgerCase>>>, Arc<History>)>,
}

/// The context.
#[derive(Clone, Copy)]
pub struct Session {
    phase: RwSignal<Phase>,
    profile: RwSignal<Option<Arc<Profile>>>,
    today: RwSignal<Day>,
    calendar: RwSignal<Arc<WorkCalendar>>,
    calendar_log: RwSignal<Arc<CalendarLog>>,
    cases: RwSignal<Arc<Vec<Arc<LedgerCase>>>>,
    /// Counts up whenever something of an announcement came or was recorded.
    announced: RwSignal<u32>,
    sync_state: RwSignal<SyncState>,
    outbox: RwSignal<Arc<Vec<OutboxRow>>>,
    device: RwSignal<Arc<DeviceFacts>>,
    /// The server has said that this device was ended.
    ended: RwSignal<bool>,
    /// Earlier results as the server tells them to a district.
    told: RwSignal<Arc<History>>,
    assessed: StoredValue<Arc<Mutex<Memo>>>,
    engine: StoredValue<Option<Rc<Engine>>, LocalStorage>,
    /// Account and passphrase of a store that was opened without the server, until it answers.
    unconfirmed: StoredValue<Option<(String, Zeroizing<String>)>>,
}

impl Session {
    /// Puts the ledger in context.
    pub fn provide() -> Self {
        let session = Self {
            phase: RwSignal::new(Phase::Starting),
            profile: RwSignal::new(None),
            today: RwSignal::new(Day::at_unix_milliseconds(now())),
            calendar: RwSignal::new(Arc::new(WorkCalendar::official().clone())),
            calendar_log: RwSignal::new(Arc::default()),
            cases: RwSignal::new(Arc::default()),
            announced: RwSignal::new(0),
            sync_state: RwSignal::new(SyncState::Starting),
            outbox: RwSignal::new(Arc::default()),
            device: RwSignal::new(Arc::default()),
            ended: RwSignal::new(false),
            told: RwSignal::new(Arc::default()),
            assessed: StoredValue::new(Arc::default()),
            engine: StoredValue::new_local(None),
            unconfirmed: StoredValue::new(None),
        };
        provide_context(session);
        spawn_local(session.shut());
        // The app lives as long as the page.
        Interval::new(DAY_CHECK_MILLISECONDS, move || session.look_at_day()).forget();
        for event in ["online", "focus"] {
            window_event_listener_untyped(event, move |_| {
                session.look_at_day();
                session.with_engine(Engine::wake);
            });
        }
        session
    }

    /// The ledger in context.
    pub fn use_in() -> Self {
        expect_context()
    }

    /// What the app may show.
    pub fn phase(&self) -> Signal<Phase> {
        self.phase.into()
    }

    /// Who is at work.
    pub fn profile(&self) -> Signal<Option<Arc<Profile>>> {
        self.profile.into()
    }

    /// The day in Beijing.
    pub fn today(&self) -> Signal<Day> {
        self.today.into()
    }

    /// Which days are worked.
    pub fn calendar(&self) -> Signal<Arc<WorkCalendar>> {
        self.calendar.into()
    }

    /// What the municipal bureau has said of them.
    pub fn calendar_log(&self) -> Signal<Arc<CalendarLog>> {
        self.calendar_log.into()
    }

    /// What is computed from now on, on this and on every device: a notice, its withdrawal, the
    /// overlay of Beijing's bureaus.
    pub async fn say_of_calendar(&self, body: Body) -> Result<(), RecordError> {
        let drafts = vec![(Subject::calendar(), Draft::Other(body))];
        self.engine()?
            .record(drafts, &Besides::default())
            .await
            .map(drop)
    }

    fn show_calendar(&self, log: CalendarLog) {
        if self.calendar_log.with_untracked(|known| **known == log) {
            return;
        }
        if self
            .calendar
            .with_untracked(|known| **known != log.calendar)
        {
            self.calendar.set(Arc::new(log.calendar.clone()));
        }
        self.calendar_log.set(Arc::new(log));
    }

    /// Every change of announcements, of opinions on them and of districts' reports that the user may
    /// see. What they say is for the pages that show it: the rest of the app carries none of it.
    pub fn announcement_changes(&self) -> Vec<Change> {
        self.announced.track();
        self.engine()
            .map(|engine| engine.announcement_changes())
            .unwrap_or_default()
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

    /// The dates of a case that this calendar has on other days than that one.
    pub fn moved(&self, case: &LedgerCase, from: &WorkCalendar, to: &WorkCalendar) -> Vec<Moved> {
        let today = self.today.get();
        // Earlier results have no part in dates.
        let on =
            |calendar| shared::assess::assess(&case.file, &History::default(), calendar, today);
        shared::assess::moved(&on(from), &on(to))
    }

    /// All cases that the user may see.
    pub fn cases(&self) -> Signal<Arc<Vec<Arc<LedgerCase>>>> {
        self.cases.into()
    }

    /// How device and server stand to each other.
    pub fn sync_state(&self) -> Signal<SyncState> {
        self.sync_state.into()
    }

    /// What the server does not have.
    pub fn outbox(&self) -> Signal<Arc<Vec<OutboxRow>>> {
        self.outbox.into()
    }

    /// How this device is.
    pub fn device(&self) -> Signal<Arc<DeviceFacts>> {
        self.device.into()
    }

    /// Whether the server has said that this device was ended.
    pub fn ended(&self) -> Signal<bool> {
        self.ended.into()
    }

    /// The case today; computed once for each state of the case and day.
    pub fn assessment(&self, case: &LedgerCase) -> Arc<Assessment> {
        let today = self.today.get();
        let memo = self.assessed.get_value();
        let history = self.history(today);
        let calendar = self.calendar.get();
        if let Ok(mut memo) = memo.lock()
            && !memo
                .calendar
                .as_ref()
                .is_some_and(|before| Arc::ptr_eq(before, &calendar))
        {
            memo.assessed.clear();
            memo.calendar = Some(calendar.clone());
        }
        let known = memo.lock().ok().and_then(|memo| {
            let (day, file, assessment) = memo.assessed.get(&case.id)?;
            (*day == today && Arc::ptr_eq(file, &case.file)).then(|| assessment.clone())
        });
        known.unwrap_or_else(|| {
            let assessment = shared::assess::assess(&case.file, &history, &calendar, today);
            let assessment = Arc::new(assessment);
            if let Ok(mut memo) = memo.lock() {
                memo.assessed.insert(
                    case.id.clone(),
                    (today, case.file.clone(), assessment.clone()),
                );
            }
            assessment
        })
    }

    /// The case today, had these events happened too.
    pub fn assess_with(&self, case: &LedgerCase, extra: &[Event]) -> Assessment {
        let mut file = CaseFile::clone(&case.file);
        file.events.extend_from_slice(extra);
        self.assess_on(&file, self.today.get())
    }

    /// A case as it will stand on a day.
    pub fn assess_on(&self, file: &CaseFile, day: Day) -> Assessment {
        shared::assess::assess(file, &self.history(day), &self.calendar.get(), day)
    }

    /// Earlier results, for category 8: of the whole ledger where the user sees all of it, else as
    /// the server tells them.
    fn history(&self, today: Day) -> Arc<History> {
        let sees_all = |profile: &Option<Arc<Profile>>| {
            profile
                .as_ref()
                .is_some_and(|profile| Scope::of(&profile.actor) == Scope::All)
        };
        let memo = self.assessed.get_value();
        let Ok(mut memo) = memo.lock() else {
            return Arc::default();
        };
        let history = if self.profile.with(sees_all) {
            let cases = self.cases.get();
            match &memo.ledger {
                Some((day, of, history)) if *day == today && Arc::ptr_eq(of, &cases) => {
                    history.clone()
                }
                _ => {
                    let history = Arc::new(History::of_ledger(
                        cases.iter().map(|case| &*case.file),
                        today,
                    ));
                    memo.ledger = Some((today, cases, history.clone()));
                    history
                }
            }
        } else {
            self.told.get()
        };
        // Category 8 of one case rests on the others.
        if memo
            .history
            .as_ref()
            .is_none_or(|before| *before != history)
        {
            memo.assessed.clear();
            memo.history = Some(history.clone());
        }
        history
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

    /// A case as one file, with authors, times and edits, once the journal has been read.
    pub async fn case_file(&self, case: &CaseId) -> Result<CaseFile, RecordError> {
        let engine = self.engine()?;
        engine.ready().await;
        Ok(engine.packed(case))
    }

    /// A document as it was issued.
    pub async fn issued(&self, case: &CaseId, issuing: &ChangeId) -> Option<Issued> {
        let engine = self.engine().ok()?;
        engine.ready().await;
        engine.issued(case, issuing)
    }

    /// What the server did not take, as this device has it.
    pub fn refused(&self) -> Vec<(Change, RefusalReason)> {
        self.outbox.track();
        self.engine()
            .map(|engine| engine.refused())
            .unwrap_or_default()
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

    /// Asks the server now.
    pub fn sync_now(&self) {
        self.with_engine(Engine::wake);
    }

    /// Opens this device's store, and signs in on the server: whichever can be had first. A device
    /// that knows the user does not wait for the network.
    pub async fn sign_in(&self, user: String, passphrase: String) -> Result<(), SignInError> {
        match Store::unlock(&user, &passphrase).await {
            Ok(store) => {
                if let Some(profile) = engine::kept_profile(&store).await {
                    self.open(store, &profile).await?;
                    spawn_local(self.confirm(user, passphrase));
                    Ok(())
                } else {
                    let profile = server::sign_in(&user, &passphrase).await?;
                    self.open(store, &profile).await
                }
            }
            Err(StoreError::Absent | StoreError::Damaged) => {
                let profile = server::sign_in(&user, &passphrase).await?;
                // What is damaged cannot be opened by anybody; the server has what was sent.
                Store::forget(&user).await.map_err(SignInError::from)?;
                let store = Store::create(&user, &passphrase).await?;
                self.open(store, &profile).await
            }
            Err(StoreError::WrongPassphrase) => match server::sign_in(&user, &passphrase).await {
                Ok(_) => Err(SignInError::OldPassphrase),
                Err(SignInFailure::TooMany) => Err(SignInError::TooMany),
                Err(_) => Err(SignInError::Wrong),
            },
            Err(error) => Err(error.into()),
        }
    }

    /// Opens this device's store with the passphrase that it was sealed with, and signs in with the
    /// one that the server knows, which opens the store from then on.
    pub async fn sign_in_with_old(
        &self,
        user: &str,
        old: &str,
        passphrase: &str,
    ) -> Result<(), SignInError> {
        let store = match Store::unlock(user, old).await {
            Err(StoreError::WrongPassphrase) => return Err(SignInError::Wrong),
            store => store?,
        };
        let profile = server::sign_in(user, passphrase).await?;
        store.change_passphrase(passphrase).await?;
        self.open(store, &profile).await
    }

    /// Removes all that this device keeps of a user who is not at work, unsent changes as well, and
    /// signs in anew.
    pub async fn sign_in_afresh(
        &self,
        user: String,
        passphrase: String,
    ) -> Result<(), SignInError> {
        let profile = server::sign_in(&user, &passphrase).await?;
        Store::forget(&user).await?;
        let store = Store::create(&user, &passphrase).await?;
        self.open(store, &profile).await
    }

    /// From now on another passphrase opens this device's store: the server has it already.
    pub async fn passphrase_changed(&self, passphrase: &str) -> Result<(), RecordError> {
        let engine = self.engine()?;
        engine.store().change_passphrase(passphrase).await?;
        // What the store was opened with is not the account's any more.
        self.unconfirmed.set_value(None);
        Ok(())
    }

    /// Closes the store; the sign-in on the server stays.
    pub async fn lock(&self) {
        self.close();
        self.shut().await;
    }

    /// Closes the store and the sign-in on the server. What is unsent stays, sealed, for the next time.
    pub async fn sign_out(&self) {
        self.close();
        server::sign_out().await;
        self.shut().await;
    }

    async fn open(
        self,
        store: Store,
        profile: &shared::account::Profile,
    ) -> Result<(), SignInError> {
        self.close();
        // A device without room opens all the same, with the profile that it has.
        let _ = engine::keep_profile(&store, profile).await;
        self.profile.set(Some(Arc::new(profile.into())));
        let engine = Engine::open(self, store).await?;
        self.engine.set_value(Some(engine));
        self.phase.set(Phase::Open);
        Ok(())
    }

    /// Signs in on the server behind a store that was opened without it.
    async fn confirm(self, user: String, passphrase: String) {
        self.unconfirmed
            .set_value(Some((user.clone(), Zeroizing::new(passphrase))));
        match server::signed_in().await {
            Some(profile) if profile.actor.user == user => self.confirmed(&profile).await,
            _ => {
                self.sign_in_again().await;
            }
        }
    }

    /// Signs in with what the store was opened with, where the server has not answered since;
    /// says whether that helped.
    async fn sign_in_again(self) -> bool {
        let Some((user, passphrase)) = self.unconfirmed.get_value() else {
            return false;
        };
        match server::sign_in(&user, &passphrase).await {
            Ok(profile) => {
                self.confirmed(&profile).await;
                true
            }
            Err(SignInFailure::Unreachable) => false,
            Err(SignInFailure::Wrong | SignInFailure::TooMany) => {
                self.unconfirmed.set_value(None);
                false
            }
        }
    }

    async fn confirmed(self, profile: &shared::account::Profile) {
        self.unconfirmed.set_value(None);
        let Ok(engine) = self.engine() else { return };
        // A failure leaves the profile that was kept before.
        let _ = engine::keep_profile(engine.store(), profile).await;
        self.profile.set(Some(Arc::new(profile.into())));
        engine.wake();
    }

    fn close(&self) {
        self.with_engine(|engine| engine.close());
        self.engine.set_value(None);
        self.unconfirmed.set_value(None);
        self.profile.set(None);
        self.show_calendar(CalendarLog::default());
        self.cases.set(Arc::default());
        self.announced.update(|count| *count += 1);
        self.outbox.set(Arc::default());
        self.device.set(Arc::default());
        self.ended.set(false);
        self.sync_state.set(SyncState::Starting);
        if let Ok(mut memo) = self.assessed.get_value().lock() {
            *memo = Memo::default();
        }
    }

    async fn shut(self) {
        let users = Store::known_users().await;
        self.phase.set(if users.is_empty() {
            Phase::SignedOut
        } else {
            Phase::Locked { users }
        });
    }

    fn engine(&self) -> Result<Rc<Engine>, RecordError> {
        self.engine.get_value().ok_or(RecordError::Locked)
    }

    fn with_engine(&self, act: impl FnOnce(&Rc<Engine>)) {
        if let Some(engine) = self.engine.get_value() {
            act(&engine);
        }
    }

    fn look_at_day(&self) {
        let today = Day::at_unix_milliseconds(now());
        if self.today.get_untracked() != today {
            self.today.set(today);
        }
    }
}

impl From<SignInFailure> for SignInError {
    fn from(failure: SignInFailure) -> Self {
        match failure {
            SignInFailure::Wrong => Self::Wrong,
            SignInFailure::TooMany => Self::TooMany,
            SignInFailure::Unreachable => Self::Unreachable,
        }
    }
}

impl From<StoreError> for SignInError {
    fn from(error: StoreError) -> Self {
        Self::Store(words::store::error(&error))
    }
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "milliseconds since 1970 are far below 2^53"
)]
fn now() -> i64 {
    js_sys::Date::now() as i64
}
