//! One user's ledger at work: the journal, the cases folded from it, and the sync machine.
//!
//! Every tab of a user has one. All of them record; one, which holds the lead, exchanges with the
//! server. The tabs tell each other when the journal has grown.

mod showing;

use std::{
    cell::{Cell, Ref, RefCell},
    collections::BTreeSet,
    rc::Rc,
};

use futures::lock::Mutex;
use gloo_timers::future::TimeoutFuture;
use leptos::{prelude::*, task::spawn_local};
use shared::{
    CaseFile,
    attachment::ContentHash,
    change::{Body, Change, ChangeId, DeviceId, Digest, Epoch, Subject},
    document::Issued,
    id::CaseId,
    sync::{
        Command, Commit, Device, DeviceState, ExchangeRequest, ExchangeResponse, Failure, Input,
        Kept, Replica, Scope, Stage, Standing,
        device::Settlement,
        replica::Applied,
        wire::{RefusalReason, Restart},
    },
};

use super::{
    Damage, RecordError, Session, Word,
    contents::{Besides, Contents},
    ledger::{from_entries, names, read_json, to_entry, write},
    now,
    server::{self, News, Unanswered},
};
use crate::{
    breath::breathe,
    store::{
        EntryKey, Store, StoreError,
        tabs::{Lead, Tabs},
    },
};

const DEVICE_STATE: &str = "device";
const PROFILE_STATE: &str = "profile";
/// What tabs say to each other: the journal has grown, or how the sync stands.
const JOURNAL_NEWS: &str = "journal";
const STATE_NEWS: &str = "state:";
/// How often a tab tries again when another has taken its next number.
const MAXIMUM_ATTEMPTS: usize = 8;
/// Entries handled at a time when the journal is read, so that the page stays responsive.
const LOADED_AT_A_TIME: usize = 2_000;

/// What a person did, before it has a number.
#[derive(Clone)]
pub(super) enum Draft {
    /// An event; without an id it is named by the change that records it.
    Event(Box<shared::Event>),
    /// Anything else.
    Other(Body),
}

pub(super) struct Engine {
    session: Session,
    store: Store,
    replica: RefCell<Replica>,
    /// The sync machine, in the tab that leads.
    machine: RefCell<Option<Device>>,
    lead: RefCell<Option<Lead>>,
    news: RefCell<Option<News>>,
    tabs: RefCell<Option<Tabs>>,
    /// Held while the journal is being read at the start, and by whoever records.
    turn: Mutex<()>,
    pub(super) contents: Contents,
    /// Only the newest wait wakes the machine.
    wait: Cell<u64>,
    /// How often cases were put up.
    shown: Cell<u64>,
    damaged: Cell<Damage>,
    closed: Cell<bool>,
    /// The server has said that this device was ended.
    revoked: Cell<bool>,
}

/// The profile that a user last had on this device.
pub(super) async fn kept_profile(store: &Store) -> Option<shared::account::Profile> {
    let state = store.state().await.ok()?;
    read_json(state.get(PROFILE_STATE)?)
}

/// Keeps the profile for the next start without a server.
pub(super) async fn keep_profile(
    store: &Store,
    profile: &shared::account::Profile,
) -> Result<(), StoreError> {
    let mut batch = store.batch();
    batch.set_state(
        PROFILE_STATE,
        &serde_json::to_vec(profile).unwrap_or_default(),
    );
    store.commit(batch).await.map(drop)
}

impl Engine {
    /// Opens the ledger. Cases from local storage are shown before the journal has been read.
    pub(super) async fn open(session: Session, store: Store) -> Result<Rc<Self>, StoreError> {
        let state = device_state(&store).await?;
        let engine = Rc::new(Self {
            session,
            store,
            replica: RefCell::new(Replica::new(state)),
            machine: RefCell::default(),
            lead: RefCell::default(),
            news: RefCell::default(),
            tabs: RefCell::default(),
            turn: Mutex::new(()),
            contents: Contents::default(),
            wait: Cell::new(0),
            shown: Cell::default(),
            damaged: Cell::default(),
            closed: Cell::new(false),
            revoked: Cell::new(false),
        });
        let cached = engine.show_cached();
        spawn_local(engine.clone().run(cached));
        Ok(engine)
    }

    /// Stops; what is under way comes to nothing here and is taken up at the next start.
    pub(super) fn close(&self) {
        self.closed.set(true);
        self.news.take();
        self.tabs.take();
        self.machine.take();
        self.lead.take();
    }

    pub(super) fn store(&self) -> &Store {
        &self.store
    }

    /// Asks the server.
    pub(super) fn wake(self: &Rc<Self>) {
        self.step(Input::Wake);
    }

    /// Writes what a person did; done when the journal has it.
    pub(super) async fn record(
        self: &Rc<Self>,
        drafts: Vec<(Subject, Draft)>,
        besides: &Besides,
    ) -> Result<Vec<ChangeId>, RecordError> {
        let turn = self.turn.lock().await;
        for _ in 0..MAXIMUM_ATTEMPTS {
            let composed = self.replica.borrow().compose(
                now().unsigned_abs(),
                drafts
                    .iter()
                    .cloned()
                    .map(|(subject, draft)| (subject, |id: &ChangeId| draft.named(id))),
            );
            let mut batch = self.store.batch();
            for kept in &composed.entries {
                batch.add(&to_entry(kept));
            }
            besides.write(&mut batch);
            match self.store.commit(batch).await {
                Ok(committed) => {
                    let (touched, changes) = self.replica.borrow_mut().recorded(composed);
                    let touched = listed(touched);
                    if committed.others_wrote {
                        self.take_news().await?;
                    }
                    self.show(&touched);
                    drop(turn);
                    self.contents.expect(besides);
                    self.tell(JOURNAL_NEWS);
                    let ids = changes.iter().map(|change| change.id.clone()).collect();
                    self.step(Input::Recorded(changes));
                    return Ok(ids);
                }
                // Another tab was faster with this number.
                Err(StoreError::Taken) => self.take_news().await?,
                Err(error) => return Err(error.into()),
            }
        }
        Err(StoreError::Taken.into())
    }

    /// The changes that a field's value rests on, for an edit that replaces them.
    pub(super) fn setters_of(&self, subject: &Subject, field: &str) -> Vec<ChangeId> {
        self.replica.borrow().ledger().setters_of(subject, field)
    }

    /// A document as it was issued; `None` where the journal does not have it, or no longer.
    pub(super) fn issued(&self, case: &CaseId, issuing: &ChangeId) -> Option<Issued> {
        let changes = self.replica.borrow().ledger().changes(&Subject::case(case));
        let change = changes.iter().find(|change| change.id == *issuing)?;
        match change.body() {
            Ok(Body::Document { document }) => Issued::read(&document).ok(),
            _ => None,
        }
    }

    /// Every change of announcements, of opinions on them, and of districts' reports.
    pub(super) fn announcement_changes(&self) -> Vec<Change> {
        let replica = self.replica.borrow();
        let ledger = replica.ledger();
        let subjects = ledger.subjects().filter(|it| is_of_announcement(it));
        subjects.flat_map(|it| ledger.changes(it)).collect()
    }

    /// A case as one file, with all of its changes.
    pub(super) fn packed(&self, case: &CaseId) -> CaseFile {
        let changes = self.replica.borrow().ledger().changes(&Subject::case(case));
        shared::travel::pack(case, &changes)
    }

    pub(super) fn replica(&self) -> Ref<'_, Replica> {
        self.replica.borrow()
    }

    /// Waits until the journal has been read.
    pub(super) async fn ready(&self) {
        drop(self.turn.lock().await);
    }

    async fn run(self: Rc<Self>, cached: bool) {
        if let Err(error) = self.read_journal(cached).await {
            self.trouble(&error);
            return;
        }
        let heard = Rc::downgrade(&self);
        *self.tabs.borrow_mut() = Some(Tabs::listen(self.store.user(), move |news| {
            if let Some(engine) = heard.upgrade() {
                spawn_local(engine.hear(news));
            }
        }));
        self.examine().await;
        let lead = Lead::wait(self.store.user()).await;
        if self.closed.get() {
            return;
        }
        *self.lead.borrow_mut() = Some(lead);
        // What other tabs wrote before this one led.
        if self.take_news().await.is_err() || self.closed.get() {
            return;
        }
        let Ok(chance) = random() else { return };
        let machine = self.replica.borrow().machine(chance);
        *self.machine.borrow_mut() = Some(machine);
        self.listen();
        self.wake();
    }

    async fn read_journal(self: &Rc<Self>, cached: bool) -> Result<(), StoreError> {
        let _turn = self.turn.lock().await;
        let loaded = self.store.load_all().await?;
        let mut entries = loaded.entries;
        while !entries.is_empty() {
            let rest = entries.split_off(entries.len().min(LOADED_AT_A_TIME));
            let entries_read = from_entries(entries);
            self.replica.borrow_mut().load(None, false, entries_read);
            entries = rest;
            breathe().await;
        }
        self.note_damage(&loaded.damaged);
        self.show_calendar();
        // What local storage shows of what is damaged is not on record any more.
        if cached && loaded.damaged.is_empty() {
            self.session.announced.update(|count| *count += 1);
            self.show_outbox();
        } else {
            self.show_all();
        }
        Ok(())
    }

    async fn hear(self: Rc<Self>, news: String) {
        if let Some(state) = news.strip_prefix(STATE_NEWS) {
            if let (None, Ok(state)) = (&*self.machine.borrow(), serde_json::from_str(state)) {
                self.session.sync_state.set(state);
            }
        } else if let Err(error) = self.take_news().await {
            self.trouble(&error);
        }
    }

    /// What other tabs have written.
    async fn take_news(self: &Rc<Self>) -> Result<(), StoreError> {
        let loaded = self.store.news().await?;
        let state = kept_state(&self.store).await?;
        let touched = {
            let mut replica = self.replica.borrow_mut();
            replica.load(state, loaded.whole, from_entries(loaded.entries))
        };
        let touched = listed(touched);
        self.note_damage(&loaded.damaged);
        if loaded.whole {
            self.show_all();
        } else {
            self.show(&touched);
        }
        let unsent = self.replica.borrow().ledger().unsent();
        if !unsent.is_empty() {
            self.step(Input::Recorded(unsent));
        }
        Ok(())
    }

    /// What cannot be read is fetched again, as far as the server has it; the officer is told.
    fn note_damage(&self, damaged: &[EntryKey]) {
        if damaged.is_empty() {
            return;
        }
        let names = names(damaged);
        let mut replica = self.replica.borrow_mut();
        let writer = replica.writer();
        let is_lost = |id: &&ChangeId| id.device == writer.device && id.sequence > writer.settled;
        let lost = names.iter().filter(is_lost).count();
        self.damaged.set(Damage {
            fetched: names.len() - lost,
            lost,
        });
        replica.damaged(names);
    }

    /// What the server did not take.
    pub(super) fn refused(&self) -> Vec<(Change, RefusalReason)> {
        let replica = self.replica.borrow();
        let refused = |kept: &Kept| match kept.stage {
            Stage::Refused(reason) => Some((kept.change.clone(), reason)),
            _ => None,
        };
        replica.ledger().all().filter_map(refused).collect()
    }

    fn listen(self: &Rc<Self>) {
        let heard = Rc::downgrade(self);
        *self.news.borrow_mut() = News::listen(move |word| {
            let Some(engine) = heard.upgrade() else {
                return;
            };
            let synced = engine.standing() == Some(Standing::Synced);
            if word == Word::Ask || synced {
                engine.wake();
            }
        });
    }

    pub(super) fn is_closed(&self) -> bool {
        self.closed.get()
    }

    pub(super) fn names(&self, hash: &ContentHash) -> bool {
        self.replica.borrow().ledger().names(hash)
    }

    /// Opens a broken stream: the browser takes seconds before it does, and gives up where it was
    /// refused, as without a sign-in. Until it is open, what others record comes late, though the
    /// mark says synced.
    fn listen_again(self: &Rc<Self>) {
        let is_deaf = self.news.borrow().as_ref().is_none_or(News::is_broken);
        if is_deaf && !self.closed.get() {
            self.listen();
        }
    }

    fn standing(&self) -> Option<Standing> {
        self.machine.borrow().as_ref().map(Device::standing)
    }

    fn step(self: &Rc<Self>, input: Input) {
        let commands = match &mut *self.machine.borrow_mut() {
            Some(machine) => machine.step(now().unsigned_abs(), input),
            None => return,
        };
        self.show_state();
        for command in commands {
            spawn_local(self.clone().carry_out(command));
        }
        if self.standing() == Some(Standing::Synced) {
            self.send_contents();
        }
    }

    async fn carry_out(self: Rc<Self>, command: Command) {
        match command {
            Command::Exchange(request) => {
                let input = match server::exchange(&request).await {
                    Ok(response) => Input::Answered(Box::new(response)),
                    Err(Unanswered::Revoked) => self.revoked(&request),
                    Err(Unanswered::Failed(Failure::SignInExpired))
                        if !self.revoked.get() && self.session.sign_in_again().await =>
                    {
                        self.step(Input::Failed(Failure::Unreachable));
                        Input::Wake
                    }
                    Err(Unanswered::Failed(failure)) => Input::Failed(failure),
                };
                self.step(input);
            }
            Command::Commit(commit) => {
                breathe().await;
                if self.closed.get() {
                    return;
                }
                let input = match self.commit(&commit).await {
                    Ok(Some(input)) => input,
                    Ok(None) => return,
                    Err(error) => {
                        self.trouble(&error);
                        Input::CommitFailed
                    }
                };
                let was_synced = self.standing() == Some(Standing::Synced);
                self.step(input);
                if !was_synced && self.standing() == Some(Standing::Synced) {
                    self.listen_again();
                }
            }
            Command::Wait { milliseconds } => {
                let wait = self.wait.get() + 1;
                self.wait.set(wait);
                TimeoutFuture::new(u32::try_from(milliseconds).unwrap_or(u32::MAX)).await;
                if self.wait.get() == wait {
                    self.listen_again();
                    self.wake();
                }
            }
        }
    }

    /// The device was ended: the machine lets all go that the server has, once.
    fn revoked(&self, request: &ExchangeRequest) -> Input {
        if self.revoked.replace(true) {
            return Input::Failed(Failure::SignInExpired);
        }
        self.session.ended.set(true);
        let nothing = ExchangeResponse {
            epoch: request
                .epoch
                .clone()
                .unwrap_or_else(|| Epoch::from_text("")),
            scope: Scope::Nothing.to_string(),
            restart: Some(Restart::NewScope),
            hold: None,
            settled: request.settled,
            verdicts: Vec::new(),
            page: Vec::new(),
            cursor: 0,
            more: false,
            held: Digest::default(),
            now_milliseconds: now().unsigned_abs(),
        };
        Input::Answered(Box::new(nothing))
    }

    /// One transaction; returns what the machine is to be told, if it is still at work.
    async fn commit(self: &Rc<Self>, commit: &Commit) -> Result<Option<Input>, StoreError> {
        let plan = self.replica.borrow().plan(commit);
        let mut batch = self.store.batch();
        write(&plan.entries, &mut batch);
        batch.set_state(
            DEVICE_STATE,
            &serde_json::to_vec(&plan.state).unwrap_or_default(),
        );
        for hash in self.replica.borrow().ledger().contents_going(&plan.entries) {
            batch.remove_content(&hash);
        }
        let before = self.replica.borrow().writer().epoch.clone();
        if before.is_some() && before != plan.state.epoch {
            self.send_all_again(&mut batch).await?;
        }
        match self.store.commit(batch).await {
            Ok(_) => {}
            // Another tab was faster with a number: the machine tries again knowing of it.
            Err(StoreError::Taken) => {
                self.take_news().await?;
                return Ok(Some(Input::CommitFailed));
            }
            Err(error) => return Err(error),
        }
        let Applied {
            touched,
            unsettled,
            doubtful,
        } = self.replica.borrow_mut().committed(plan);
        let touched = listed(touched);
        self.show_in_time(&touched).await;
        // The screen is somebody else's now, or nobody's.
        if self.closed.get() {
            return Ok(None);
        }
        if !touched.is_empty() {
            self.tell(JOURNAL_NEWS);
        }
        if commit
            .verdicts
            .iter()
            .any(|(_, settlement)| matches!(settlement, Settlement::Refused(_)))
            || !touched.is_empty()
        {
            self.show_outbox();
        }
        self.examine().await;
        Ok(Some(Input::Committed {
            unsettled,
            doubtful,
        }))
    }

    fn tell(&self, news: &str) {
        if let Some(tabs) = &*self.tabs.borrow() {
            tabs.announce(news);
        }
    }
}

impl Draft {
    fn named(self, id: &ChangeId) -> Body {
        match self {
            Self::Event(mut event) => {
                if event.id.is_empty() {
                    event.id = id.to_string();
                }
                Body::Event { event }
            }
            Self::Other(body) => body,
        }
    }
}

/// The device's state as the journal has it.
async fn kept_state(store: &Store) -> Result<Option<DeviceState>, StoreError> {
    let known = store.state().await?;
    Ok(known.get(DEVICE_STATE).and_then(|bytes| read_json(bytes)))
}

async fn device_state(store: &Store) -> Result<DeviceState, StoreError> {
    if let Some(state) = kept_state(store).await? {
        return Ok(state);
    }
    let device = DeviceId::from_random(random()?);
    let state = DeviceState::new(device, store.user());
    let mut batch = store.batch();
    batch.set_state(
        DEVICE_STATE,
        &serde_json::to_vec(&state).unwrap_or_default(),
    );
    store.commit(batch).await?;
    Ok(state)
}

pub(super) fn random() -> Result<[u8; 16], StoreError> {
    let mut random = [0; 16];
    getrandom::fill(&mut random).map_err(|_| StoreError::Unavailable)?;
    Ok(random)
}

fn listed(subjects: BTreeSet<Subject>) -> Vec<Subject> {
    subjects.into_iter().collect()
}

fn is_of_announcement(subject: &Subject) -> bool {
    matches!(subject.kind(), "announcement" | "opinion" | "status")
}
