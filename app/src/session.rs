//! The one context that holds the ledger: pages read it, and only [`Session::record`] and its like write.

mod assessing;
mod contents;
mod engine;
mod ledger;
mod packing;
mod people;
mod recording;
mod sealed;
mod server;
mod shown;
mod signing_in;

use std::{
    rc::Rc,
    sync::{Arc, Mutex},
};

use gloo_timers::callback::Interval;
use leptos::{prelude::*, task::spawn_local};
use shared::{
    CaseFile, Day,
    calendar::{CalendarLog, WorkCalendar},
    change::{Change, ChangeId},
    document::Issued,
    history::History,
    id::CaseId,
    sync::wire::RefusalReason,
};
use zeroize::Zeroizing;

use self::{assessing::Memo, engine::Engine, server::Word};
pub use self::{
    contents::{ContentError, Together},
    recording::{Imported, RecordError, Saved},
    sealed::{SealedError, Sent, Unsent},
    shown::{
        AttachmentRecord, CLOCK_TOLERANCE_MILLISECONDS, Damage, DeviceFacts, EventRecord,
        LedgerCase, OutboxRow, Phase, Profile, SyncState,
    },
    signing_in::SignInError,
};

/// How often the day is looked at, in milliseconds: it changes at midnight in Beijing.
const DAY_CHECK_MILLISECONDS: u32 = 20_000;

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

    /// Asks the server now.
    pub fn sync_now(&self) {
        self.with_engine(Engine::wake);
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

#[expect(
    clippy::cast_possible_truncation,
    reason = "milliseconds since 1970 are far below 2^53"
)]
fn now() -> i64 {
    js_sys::Date::now() as i64
}
