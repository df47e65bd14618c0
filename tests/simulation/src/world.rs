//! Tablets, network and server of one schedule, in one thread and by one clock.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use fastrand::Rng;
use shared::{
    Actor, Role,
    change::{ChangeId, DeviceId},
    clock::MAXIMUM_CLOCK_LEAD_MILLISECONDS,
    sync::{
        Command, Commit, Device, DeviceState, ExchangeRequest, ExchangeResponse, Failure, Input,
        Kept, Replica, Scope, Stage,
        device::Settlement,
        ledger::Entries,
        replica::{Applied, Composed, Plan},
        wire::Item,
    },
};

use crate::{
    Settings,
    check::Marks,
    fault::{Counts, Fault},
    journal::{Journal, Refused},
    server::{Crash, Files, Server},
    work::{self, Deed, LABORATORY, Mark, deed, mark, written},
};

/// When the first schedule begins, in milliseconds since 1970.
const BEGINNING: u64 = 1_363_046_400_000;
/// How long the app waits for an answer (`app/src/session/server.rs`), in milliseconds.
const PATIENCE: u64 = 30_000;
/// How often a tab tries again when another has taken its next number (`session/engine.rs`).
const MAXIMUM_ATTEMPTS: usize = 8;

/// Where a tab is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct At {
    pub tablet: usize,
    pub profile: usize,
    tab: u64,
}

enum Happening {
    Arrives {
        at: At,
        exchange: u64,
        user: usize,
        request: Box<ExchangeRequest>,
    },
    Answers {
        at: At,
        exchange: u64,
        answer: Result<Box<ExchangeResponse>, Failure>,
    },
    GivesUp {
        at: At,
        exchange: u64,
    },
    Writes {
        at: At,
        plan: Box<Plan>,
        commit: Box<Commit>,
    },
    Written {
        at: At,
        plan: Box<Plan>,
    },
    Wakes {
        at: At,
        wait: u64,
    },
    Hears {
        at: At,
    },
    ServerStarts,
    Opens {
        tablet: usize,
        profile: usize,
    },
}

/// A tablet: one browser, one sign-in, a store for each user.
pub struct Tablet {
    skew: i64,
    is_partitioned: bool,
    is_old: bool,
    signed_in: usize,
    pub profiles: Vec<Profile>,
}

/// What a user has on a tablet.
pub struct Profile {
    pub user: usize,
    pub journal: Journal,
    pub tabs: Vec<Tab>,
    copy: Option<Journal>,
}

pub struct Tab {
    id: u64,
    pub replica: Replica,
    seen: u64,
    pub machine: Option<Device>,
    pending: Option<u64>,
    latest_arrived: u64,
    wait: u64,
}

pub struct World {
    pub rng: Rng,
    settings: Settings,
    now: u64,
    serial: u64,
    queue: BTreeMap<(u64, u64), Happening>,
    pub server: Server,
    server_skew: i64,
    pub users: Vec<Actor>,
    pub tablets: Vec<Tablet>,
    pub marks: Marks,
    pub counts: Counts,
    backups: Vec<Files>,
    cases: usize,
    heals: bool,
    pub was_restored: bool,
    /// The deeds that were ever sent under an id.
    pub sent: BTreeMap<ChangeId, BTreeSet<Option<Mark>>>,
    /// What went wrong.
    pub violations: Vec<String>,
}

impl World {
    pub fn new(seed: u64, settings: Settings, directory: &Path) -> Self {
        server::db::chance::seed(seed);
        let mut rng = Rng::with_seed(seed);
        let actor = |user: &str, role, office: &str| Actor {
            user: user.into(),
            role,
            office: office.into(),
        };
        let users = vec![
            actor("municipal", Role::Municipal, ""),
            actor("chaoyang", Role::District, work::BUREAUS[0]),
            actor("haidian", Role::District, work::BUREAUS[1]),
            actor("fengtai", Role::District, work::BUREAUS[2]),
            actor("laboratory", Role::InspectionBody, LABORATORY),
        ];
        let names: Vec<_> = users.iter().map(|actor| actor.user.as_str()).collect();
        let server = Server::new(directory, &names);
        let count = rng.usize(3..=8);
        let mut world = Self {
            cases: rng.usize(2..=5),
            rng,
            settings,
            now: 0,
            serial: 0,
            queue: BTreeMap::new(),
            server,
            server_skew: 0,
            tablets: Vec::new(),
            marks: Marks::default(),
            counts: Counts::default(),
            backups: Vec::new(),
            heals: false,
            was_restored: false,
            sent: BTreeMap::new(),
            violations: Vec::new(),
            users,
        };
        for tablet in 0..count {
            // Everybody has one, then some have two; every third tablet is shared.
            let first = if tablet < 5 {
                tablet
            } else {
                world.rng.usize(..5)
            };
            let mut profiles = vec![Profile::new(first)];
            if world.rng.u8(..3) == 0 {
                profiles.push(Profile::new((first + 1) % 5));
            }
            world.tablets.push(Tablet {
                skew: world.rng.i64(-2_000..2_000),
                is_partitioned: false,
                is_old: false,
                signed_in: first,
                profiles,
            });
            world.open(tablet, 0);
        }
        world
    }

    /// One operation after another.
    pub fn run(&mut self) {
        for _ in 0..self.settings.operations {
            let until = self.now + self.rng.u64(0..3_000);
            self.pass(until);
            self.operate();
            if !self.violations.is_empty() {
                return;
            }
        }
    }

    /// Lets time pass.
    fn pass(&mut self, until: u64) {
        while let Some(entry) = self.queue.first_entry() {
            if entry.key().0 > until {
                break;
            }
            self.now = entry.key().0;
            let happening = entry.remove();
            self.happen(happening);
        }
        self.now = until;
    }

    fn later(&mut self, milliseconds: u64, happening: Happening) {
        self.serial += 1;
        self.queue
            .insert((self.now + milliseconds, self.serial), happening);
    }

    /// Whether a fault is to fire now; the one who asks counts it when it has.
    fn draws(&mut self, fault: Fault, per_mille: u16) -> bool {
        let drawn = self.rng.u16(..1_000) < per_mille;
        drawn && !self.heals && !self.settings.without.contains(&fault)
    }

    fn fires(&mut self, fault: Fault, per_mille: u16) -> bool {
        let fires = self.draws(fault, per_mille);
        if fires {
            self.counts.add(fault);
        }
        fires
    }

    fn clock(&self, skew: i64) -> u64 {
        (BEGINNING + self.now).saturating_add_signed(skew)
    }

    fn tab(&mut self, at: At) -> Option<&mut Tab> {
        let tabs = &mut self.tablets[at.tablet].profiles[at.profile].tabs;
        tabs.iter_mut().find(|tab| tab.id == at.tab)
    }

    pub fn profile(&mut self, at: At) -> &mut Profile {
        &mut self.tablets[at.tablet].profiles[at.profile]
    }

    pub fn places(&self) -> Vec<(usize, usize)> {
        let profiles = |(tablet, it): (usize, &Tablet)| {
            (0..it.profiles.len())
                .map(move |profile| (tablet, profile))
                .collect::<Vec<_>>()
        };
        self.tablets.iter().enumerate().flat_map(profiles).collect()
    }

    // ---- What a tab does, as `app/src/session/engine.rs` does it.

    /// Opens a tab; the first one leads.
    fn open(&mut self, tablet: usize, profile: usize) -> At {
        self.serial += 1;
        let at = At {
            tablet,
            profile,
            tab: self.serial,
        };
        let user = self.profile(at).user;
        let author = self.users[user].user.clone();
        let device = DeviceId::from_random(self.rng.u128(..).to_le_bytes());
        let journal = &mut self.profile(at).journal;
        let state = journal.state().cloned().unwrap_or_else(|| {
            let state = DeviceState::new(device, author);
            // A journal without room: the tab has an id of its own until the next start.
            let _ = journal.commit(&Entries::default(), Some(&state));
            state
        });
        let loaded = journal.since(0);
        let mut replica = Replica::new(state);
        replica.load(None, false, loaded.entries);
        replica.damaged(loaded.damaged);
        let leads = self.profile(at).tabs.is_empty();
        self.profile(at).tabs.push(Tab {
            id: at.tab,
            replica,
            seen: loaded.revision,
            machine: None,
            pending: None,
            latest_arrived: 0,
            wait: 0,
        });
        if leads {
            self.lead(at);
        }
        at
    }

    fn lead(&mut self, at: At) {
        self.take_news(at);
        let chance = self.rng.u128(..).to_le_bytes();
        let Some(tab) = self.tab(at) else { return };
        tab.machine = Some(tab.replica.machine(chance));
        self.step(at, Input::Wake);
    }

    fn close(&mut self, at: At) {
        let tabs = &mut self.profile(at).tabs;
        let led = tabs
            .iter()
            .any(|tab| tab.id == at.tab && tab.machine.is_some());
        tabs.retain(|tab| tab.id != at.tab);
        let next = tabs.first().map(|tab| tab.id);
        if let (true, Some(tab)) = (led, next) {
            self.lead(At { tab, ..at });
        }
    }

    fn take_news(&mut self, at: At) {
        let journal = self.profile(at).journal.clone();
        let Some(tab) = self.tab(at) else { return };
        let loaded = journal.since(tab.seen);
        tab.seen = loaded.revision;
        tab.replica
            .load(journal.state().cloned(), loaded.whole, loaded.entries);
        tab.replica.damaged(loaded.damaged);
        let unsent = tab.replica.ledger().unsent();
        if !unsent.is_empty() {
            self.step(at, Input::Recorded(unsent));
        }
    }

    fn step(&mut self, at: At, input: Input) {
        let now = self.clock(self.tablets[at.tablet].skew);
        let Some(Some(machine)) = self.tab(at).map(|tab| &mut tab.machine) else {
            return;
        };
        for command in machine.step(now, input) {
            match command {
                Command::Exchange(request) => self.send(at, request),
                Command::Commit(commit) => {
                    let Some(tab) = self.tab(at) else { return };
                    let plan = Box::new(tab.replica.plan(&commit));
                    let delay = self.rng.u64(1..20);
                    self.later(delay, Happening::Writes { at, plan, commit });
                }
                Command::Wait { milliseconds } => {
                    let Some(tab) = self.tab(at) else { return };
                    tab.wait += 1;
                    let wait = tab.wait;
                    self.later(milliseconds, Happening::Wakes { at, wait });
                }
            }
        }
    }

    fn announce(&mut self, at: At) {
        let others: Vec<_> = self
            .profile(at)
            .tabs
            .iter()
            .filter(|tab| tab.id != at.tab)
            .map(|tab| tab.id)
            .collect();
        for tab in others {
            let delay = self.rng.u64(1..400);
            self.later(
                delay,
                Happening::Hears {
                    at: At { tab, ..at },
                },
            );
        }
    }

    /// Writes what a person did; says whether it was saved.
    fn record(&mut self, at: At, deed: &Deed, of: Mark) -> bool {
        for _ in 0..MAXIMUM_ATTEMPTS {
            let now = self.clock(self.tablets[at.tablet].skew);
            let Some(tab) = self.tab(at) else {
                return false;
            };
            let mut draft = deed.clone();
            if let shared::change::Body::Head {
                field, replaces, ..
            } = &mut draft.body
            {
                *replaces = tab.replica.ledger().setters_of(&deed.subject, field);
            }
            let subject = deed.subject.clone();
            let mut composed = tab.replica.compose(
                now,
                [(subject, |id: &shared::change::ChangeId| draft.named(id))],
            );
            if let Some(raw) = &deed.raw {
                composed.entries[0].change.body = raw.clone();
            }
            if self.draws(Fault::DeviceCrash, 3) {
                self.counts.add(Fault::DeviceCrash);
                let saved = self.rng.bool() && self.write_new(at, &composed).is_ok();
                self.crash_tablet(at.tablet);
                return saved;
            }
            if self.fires(Fault::DiskFull, 5) {
                return false;
            }
            match self.write_new(at, &composed) {
                Ok(revision) => {
                    let Some(tab) = self.tab(at) else { return true };
                    let others_wrote = revision > tab.seen + 1;
                    let (_, changes) = tab.replica.recorded(composed);
                    if others_wrote {
                        self.take_news(at);
                    } else {
                        tab.seen = revision;
                    }
                    self.announce(at);
                    self.step(at, Input::Recorded(changes));
                    return true;
                }
                Err(Refused::Taken) => self.take_news(at),
                Err(Refused::Quota) => {
                    self.counts.add(Fault::Quota);
                    return false;
                }
            }
        }
        let next = self.tab(at).map(|tab| tab.replica.writer().clone());
        self.violations.push(format!(
            "stuck: deed {of} finds no number that is free after {next:?} at {at:?}"
        ));
        false
    }

    fn write_new(&mut self, at: At, composed: &Composed) -> Result<u64, Refused> {
        let entries = Entries {
            added: composed.entries.clone(),
            ..Entries::default()
        };
        self.profile(at).journal.commit(&entries, None)
    }

    // ---- The network.

    fn send(&mut self, at: At, mut request: Box<ExchangeRequest>) {
        self.serial += 1;
        let exchange = self.serial;
        let Some(tab) = self.tab(at) else { return };
        tab.pending = Some(exchange);
        let tablet = &self.tablets[at.tablet];
        let user = tablet.signed_in;
        if tablet.is_partitioned {
            self.counts.add(Fault::Partition);
            return self.later(50, Happening::GivesUp { at, exchange });
        }
        if tablet.is_old {
            self.counts.add(Fault::VersionSkew);
            request.protocol -= 1;
        }
        self.later(PATIENCE, Happening::GivesUp { at, exchange });
        if self.fires(Fault::Drop, 40) {
            return;
        }
        let latency = self.latency();
        if self.fires(Fault::Duplicate, 40) {
            let latency = self.latency();
            let request = request.clone();
            self.later(
                latency,
                Happening::Arrives {
                    at,
                    exchange,
                    user,
                    request,
                },
            );
        }
        if self.draws(Fault::TwoContents, 8) && !request.push.is_empty() {
            self.counts.add(Fault::TwoContents);
            let mut forged = request.clone();
            let mark = self.marks.add();
            let body = format!(
                r#"{{"kind":"head","field":"enterprise.phone","value":"{}"}}"#,
                written(mark)
            );
            let last = forged.push.last_mut().expect("it is not empty");
            if self.rng.bool() {
                last.author = "director".into();
                self.marks.forbid(mark);
            }
            last.body = serde_json::value::RawValue::from_string(body).expect("it is JSON");
            let exchange = 0;
            self.later(
                latency / 2,
                Happening::Arrives {
                    at,
                    exchange,
                    user,
                    request: forged,
                },
            );
        }
        if self.draws(Fault::Hole, 20) && request.push.len() > 1 {
            self.counts.add(Fault::Hole);
            let mut holed = request.clone();
            holed.push.remove(0);
            let exchange = 0;
            self.later(
                latency / 2,
                Happening::Arrives {
                    at,
                    exchange,
                    user,
                    request: holed,
                },
            );
        }
        self.later(
            latency,
            Happening::Arrives {
                at,
                exchange,
                user,
                request,
            },
        );
    }

    fn latency(&mut self) -> u64 {
        match self.rng.u8(..40) {
            0 if !self.heals => self.rng.u64(1_000..60_000),
            1 | 2 => self.rng.u64(300..5_000),
            _ => self.rng.u64(5..300),
        }
    }

    fn happen(&mut self, happening: Happening) {
        match happening {
            Happening::Arrives {
                at,
                exchange,
                user,
                request,
            } => {
                self.arrive(at, exchange, user, &request);
            }
            Happening::Answers {
                at,
                exchange,
                answer,
            } => {
                let Some(tab) = self.tab(at) else { return };
                if tab.pending != Some(exchange) {
                    if !self.heals {
                        self.counts.add(Fault::Delay);
                    }
                    return;
                }
                tab.pending = None;
                let input = match answer {
                    Ok(response) => Input::Answered(response),
                    Err(failure) => Input::Failed(failure),
                };
                self.step(at, input);
            }
            Happening::GivesUp { at, exchange } => {
                let Some(tab) = self.tab(at) else { return };
                if tab.pending == Some(exchange) {
                    tab.pending = None;
                    self.step(at, Input::Failed(Failure::Unreachable));
                }
            }
            Happening::Writes { at, plan, commit } => self.write(at, plan, &commit),
            Happening::Written { at, plan } => self.written(at, *plan),
            Happening::Wakes { at, wait } => {
                if self.tab(at).is_some_and(|tab| tab.wait == wait) {
                    self.step(at, Input::Wake);
                }
            }
            Happening::Hears { at } => self.take_news(at),
            Happening::ServerStarts => self.server.start(),
            Happening::Opens { tablet, profile } => {
                if self.tablets[tablet].profiles[profile].tabs.is_empty() {
                    self.open(tablet, profile);
                }
            }
        }
    }

    /// A request reaches the server.
    fn arrive(&mut self, at: At, exchange: u64, user: usize, request: &ExchangeRequest) {
        if let Some(tab) = self.tab(at) {
            let overtaken = exchange != 0 && exchange < tab.latest_arrived;
            tab.latest_arrived = tab.latest_arrived.max(exchange);
            if overtaken {
                self.counts.add(Fault::Reorder);
            }
        }
        // As it stands on the wire.
        let text = serde_json::to_string(request).expect("a request is JSON");
        let request: ExchangeRequest =
            serde_json::from_str(&text).expect("what was written can be read");
        for change in &request.push {
            let deeds = self.sent.entry(change.id.clone()).or_default();
            deeds.insert(mark(change));
        }
        let actor = self.users[user].clone();
        self.trace(|| format!("{at:?} {} asks {text}", actor.user));
        let crash = if !self.server.is_up() {
            None
        } else if self.fires(Fault::TornWrite, 5) {
            Some(Crash::Torn(self.rng.u8(..)))
        } else if self.fires(Fault::ServerCrash, 8) {
            Some(if self.rng.bool() {
                Crash::Before
            } else {
                Crash::After
            })
        } else {
            None
        };
        let full = self.server.is_up() && self.fires(Fault::ServerDiskFull, 8);
        let now = self.clock(self.server_skew);
        let answered = self.server.exchange(&actor, &request, now, crash, full);
        if crash.is_some() {
            let delay = self.rng.u64(100..20_000);
            self.later(delay, Happening::ServerStarts);
        }
        self.trace(|| format!("{at:?} {} hears {answered:?}", actor.user));
        let answer = match answered {
            Ok((response, touched)) => {
                self.check_scope(&actor, &response);
                self.check_clocks(&request, &response, now);
                self.spread(&touched);
                let text = serde_json::to_string(&response).expect("an answer is JSON");
                Ok(serde_json::from_str(&text).expect("what was written can be read"))
            }
            Err(failure) => Err(failure),
        };
        if exchange == 0 || self.fires(Fault::Drop, 40) {
            return;
        }
        let latency = self.latency();
        self.later(
            latency,
            Happening::Answers {
                at,
                exchange,
                answer,
            },
        );
    }

    fn trace(&self, told: impl FnOnce() -> String) {
        if self.settings.trace {
            eprintln!("{:>9} {}", self.now, told());
        }
    }

    /// Nothing is taken whose clock is far ahead.
    fn check_clocks(&mut self, request: &ExchangeRequest, response: &ExchangeResponse, now: u64) {
        for verdict in &response.verdicts {
            let mut sent = request.push.iter();
            let Some(change) = sent.find(|sent| sent.id.sequence == verdict.sequence) else {
                continue;
            };
            // What was taken before the server's clock went back is only confirmed.
            let is_new = verdict.receipt.is_some() && verdict.sequence > request.settled;
            let case = self.server.mirror.cases.get(&change.subject);
            let mut log = case.iter().flat_map(|case| &case.changes);
            let is_ahead = log.any(|taken| {
                let lead = taken.clock.milliseconds.saturating_sub(now);
                taken.id == change.id && lead > MAXIMUM_CLOCK_LEAD_MILLISECONDS
            });
            if is_new && is_ahead && self.counts.of(Fault::ServerClockJump) == 0 {
                self.violations
                    .push(format!("clock: {} is far ahead", change.id));
            }
        }
    }

    /// Nothing is given to a user who may not see it.
    fn check_scope(&mut self, actor: &Actor, response: &ExchangeResponse) {
        let scope = Scope::of(actor);
        let mut given: BTreeMap<_, _> = BTreeMap::new();
        for item in &response.page {
            match item {
                Item::Change(delivered) => {
                    given.insert(&delivered.change.subject, &delivered.change.id);
                }
                Item::Revoked { subject, .. } => {
                    given.remove(subject);
                }
                Item::Own { .. } => {}
            }
        }
        for (subject, id) in given {
            if !response.more && !self.server.mirror.shows(&scope, subject) {
                self.violations
                    .push(format!("scope: {id} of {subject} given to {}", actor.user));
            }
        }
    }

    /// The stream of news.
    fn spread(&mut self, touched: &std::collections::BTreeSet<Scope>) {
        for (tablet, profile) in self.places() {
            let it = &self.tablets[tablet];
            let user = it.profiles[profile].user;
            let hears = !it.is_partitioned && it.signed_in == user;
            if hears && touched.contains(&Scope::of(&self.users[user])) {
                let tabs = &it.profiles[profile].tabs;
                let Some(tab) = tabs.iter().find(|tab| tab.machine.is_some()) else {
                    continue;
                };
                let (at, wait) = (
                    At {
                        tablet,
                        profile,
                        tab: tab.id,
                    },
                    tab.wait,
                );
                let delay = self.rng.u64(5..900);
                self.later(delay, Happening::Wakes { at, wait });
            }
        }
    }

    // ---- The journal.

    fn write(&mut self, at: At, plan: Box<Plan>, commit: &Commit) {
        if self.tab(at).is_none() {
            return;
        }
        let crash = self.fires(Fault::DeviceCrash, 8);
        if crash && self.rng.bool() {
            return self.crash_tablet(at.tablet);
        }
        if self.fires(Fault::DiskFull, 10) {
            return self.step(at, Input::CommitFailed);
        }
        self.trace(|| {
            format!(
                "{at:?} writes {:?} removed {:?}",
                plan.state, plan.entries.removed
            )
        });
        let forgets = commit.forget_settled && self.was_restored;
        let before = forgets.then(|| self.reachable());
        let verdicts: Vec<_> = commit
            .verdicts
            .iter()
            .filter(|(_, verdict)| matches!(verdict, Settlement::Taken(_)))
            .filter_map(|(id, _)| {
                let mut kept = self.tablets[at.tablet].profiles[at.profile]
                    .journal
                    .entries();
                kept.find(|kept| kept.change.id == *id)
                    .and_then(|kept| mark(&kept.change))
            })
            .collect();
        let written = self
            .profile(at)
            .journal
            .commit(&plan.entries, Some(&plan.state));
        match written {
            Ok(revision) => {
                let touched = &plan.entries;
                let touches = !(touched.removed.is_empty()
                    && touched.put.is_empty()
                    && touched.added.is_empty());
                let Some(tab) = self.tab(at) else { return };
                if revision <= tab.seen + u64::from(touches) {
                    tab.seen = revision;
                }
                for mark in verdicts {
                    self.acknowledged(mark);
                }
                if let Some(before) = before {
                    self.excuse(&before);
                }
                if crash {
                    return self.crash_tablet(at.tablet);
                }
                let delay = self.rng.u64(1..10);
                self.later(delay, Happening::Written { at, plan });
            }
            Err(refused) => {
                match refused {
                    Refused::Quota => self.counts.add(Fault::Quota),
                    Refused::Taken => self.take_news(at),
                }
                self.step(at, Input::CommitFailed);
            }
        }
    }

    fn written(&mut self, at: At, plan: Plan) {
        let Some(tab) = self.tab(at) else { return };
        let Applied {
            touched,
            unsettled,
            doubtful,
        } = tab.replica.committed(plan);
        if !touched.is_empty() {
            self.announce(at);
        }
        self.step(
            at,
            Input::Committed {
                unsettled,
                doubtful,
            },
        );
    }

    // ---- Operations.

    fn operate(&mut self) {
        let places = self.places();
        let (tablet, profile) = places[self.rng.usize(..places.len())];
        match self.rng.u16(..1_000) {
            0..=6 => self.partition(tablet),
            7..=14 => {
                if self.fires(Fault::DeviceCrash, 1_000) {
                    self.crash_tablet(tablet);
                }
            }
            15..=20 if self.fires(Fault::Quota, 1_000) => {
                self.tablets[tablet].profiles[profile].journal.full ^= true;
            }
            21..=23 if self.fires(Fault::Evicted, 1_000) => {
                let before = self.reachable();
                let place = &mut self.tablets[tablet].profiles[profile];
                place.journal = Journal::default();
                place.tabs.clear();
                self.excuse(&before);
            }
            24..=27 => {
                let entries = self.tablets[tablet].profiles[profile].journal.count();
                if entries > 0 && self.fires(Fault::Damaged, 1_000) {
                    let before = self.reachable();
                    let index = self.rng.usize(..entries);
                    let place = &mut self.tablets[tablet].profiles[profile];
                    place.journal.damage(index);
                    // It is found at the next start.
                    place.tabs.clear();
                    self.excuse(&before);
                }
            }
            28..=35 if self.fires(Fault::ClockJump, 1_000) => {
                self.tablets[tablet].skew = match self.rng.u8(..3) {
                    0 => 0,
                    _ => self.rng.i64(-10_800_000..10_800_000),
                };
            }
            36..=40 if self.fires(Fault::ServerClockJump, 1_000) => {
                self.server_skew = self.rng.i64(-7_200_000..7_200_000);
            }
            41..=50 if self.fires(Fault::RoleChanged, 1_000) => self.promote(),
            51..=54 => {
                if !self.settings.without.contains(&Fault::VersionSkew) {
                    self.tablets[tablet].is_old ^= true;
                }
            }
            55..=60 if self.server.is_up() => self.backups.push(self.server.backup()),
            61..=68 => {
                if !self.backups.is_empty()
                    && self.server.is_up()
                    && self.fires(Fault::Restored, 1_000)
                {
                    let before = self.reachable();
                    let backup = self.backups[self.rng.usize(..self.backups.len())].clone();
                    self.server.restore(&backup);
                    self.was_restored = true;
                    self.excuse(&before);
                }
            }
            69..=74 if self.fires(Fault::Cloned, 1_000) => self.clone_profile(tablet, profile),
            75..=80 => {
                let place = &mut self.tablets[tablet].profiles[profile];
                place.copy = Some(place.journal.clone());
            }
            81..=88 => self.rewind(),
            89..=102 => self.switch_user(tablet),
            103..=112 => {
                let tabs = self.tablets[tablet].profiles[profile].tabs.len();
                if (1..3).contains(&tabs) && self.fires(Fault::TwoTabs, 1_000) {
                    self.open(tablet, profile);
                }
            }
            113..=127 => {
                let tabs = &self.tablets[tablet].profiles[profile].tabs;
                if !tabs.is_empty() {
                    let tab = tabs[self.rng.usize(..tabs.len())].id;
                    self.close(At {
                        tablet,
                        profile,
                        tab,
                    });
                }
            }
            128..=197 => {
                if let Some(at) = self.some_tab(tablet, profile) {
                    self.step(at, Input::Wake);
                }
            }
            _ => self.work(tablet, profile),
        }
    }

    fn some_tab(&mut self, tablet: usize, profile: usize) -> Option<At> {
        let count = self.tablets[tablet].profiles[profile].tabs.len();
        if count == 0 {
            return Some(self.open(tablet, profile));
        }
        let index = self.rng.usize(..count);
        let tab = self.tablets[tablet].profiles[profile].tabs[index].id;
        Some(At {
            tablet,
            profile,
            tab,
        })
    }

    fn work(&mut self, tablet: usize, profile: usize) {
        let Some(at) = self.some_tab(tablet, profile) else {
            return;
        };
        let user = self.profile(at).user;
        let actor = self.users[user].clone();
        let known: Vec<String> = {
            let Some(tab) = self.tab(at) else { return };
            let ledger = tab.replica.ledger();
            let first = ledger.subjects().next().cloned();
            let case = first.and_then(|subject| ledger.case(&subject));
            let events = case.map(|case| case.folded.file.events).unwrap_or_default();
            events.into_iter().map(|event| event.id).collect()
        };
        let mark = self.marks.add();
        let deed = deed(&mut self.rng, &actor, self.cases, mark, &known);
        if deed.is_bad && self.settings.without.contains(&Fault::BadChange)
            || deed.is_later && self.settings.without.contains(&Fault::LaterBody)
        {
            return;
        }
        if deed.is_forbidden {
            self.marks.forbid(mark);
        }
        if self.record(at, &deed, mark) {
            if deed.is_bad {
                self.counts.add(Fault::BadChange);
            }
            if deed.is_later {
                self.counts.add(Fault::LaterBody);
            }
            self.marks.saved(mark);
        }
    }

    fn partition(&mut self, tablet: usize) {
        if !self.settings.without.contains(&Fault::Partition) {
            self.tablets[tablet].is_partitioned ^= true;
        }
    }

    fn crash_tablet(&mut self, tablet: usize) {
        for profile in 0..self.tablets[tablet].profiles.len() {
            self.tablets[tablet].profiles[profile].tabs.clear();
            let delay = self.rng.u64(100..10_000);
            self.later(delay, Happening::Opens { tablet, profile });
        }
    }

    fn promote(&mut self) {
        let user = self.rng.usize(1..self.users.len());
        let (role, office) = match self.rng.u8(..6) {
            0 => (Role::Municipal, ""),
            1 => (Role::InspectionBody, LABORATORY),
            2 => (Role::Administrator, ""),
            _ => (Role::District, work::BUREAUS[self.rng.usize(..3)]),
        };
        self.users[user].role = role;
        self.users[user].office = office.into();
    }

    fn clone_profile(&mut self, tablet: usize, profile: usize) {
        let other = self.rng.usize(..self.tablets.len());
        let place = &self.tablets[tablet].profiles[profile];
        let (user, journal) = (place.user, place.journal.clone());
        if other == tablet || journal.state().is_none() {
            return;
        }
        self.marks.copied(journal.entries());
        let before = self.reachable();
        let places = &mut self.tablets[other].profiles;
        match places.iter_mut().find(|place| place.user == user) {
            Some(place) => {
                place.journal = journal;
                place.tabs.clear();
            }
            None => places.push(Profile {
                journal,
                ..Profile::new(user)
            }),
        }
        self.excuse(&before);
    }

    /// Puts a profile of which there is an old copy back to it.
    fn rewind(&mut self) {
        let has_copy = |(tablet, profile): &(usize, usize)| {
            self.tablets[*tablet].profiles[*profile].copy.is_some()
        };
        let places: Vec<_> = self.places().into_iter().filter(has_copy).collect();
        if places.is_empty() || !self.fires(Fault::Rewound, 1_000) {
            return;
        }
        let (tablet, profile) = places[self.rng.usize(..places.len())];
        let before = self.reachable();
        let place = &mut self.tablets[tablet].profiles[profile];
        if let Some(copy) = place.copy.take() {
            self.marks.copied(copy.entries());
            place.journal = copy;
            place.tabs.clear();
        }
        self.excuse(&before);
    }

    fn switch_user(&mut self, tablet: usize) {
        let it = &self.tablets[tablet];
        let current = it
            .profiles
            .iter()
            .position(|place| place.user == it.signed_in);
        let next = (current.unwrap_or(0) + 1) % it.profiles.len();
        let waits = it.profiles.iter().any(|place| {
            place.user == it.signed_in
                && place
                    .journal
                    .entries()
                    .any(|kept| kept.stage == Stage::Unsent)
        });
        let user = it.profiles[next].user;
        if user == it.signed_in {
            return;
        }
        if waits {
            if self.settings.without.contains(&Fault::UserSwitched) {
                return;
            }
            self.counts.add(Fault::UserSwitched);
        }
        self.tablets[tablet].signed_in = user;
        if let Some(at) = self.some_tab(tablet, next) {
            self.step(at, Input::Wake);
        }
    }

    // ---- Healing.

    /// Ends all faults, and lets everybody sync until nothing moves any more.
    pub fn heal(&mut self) {
        self.heals = true;
        self.server.start();
        self.server_skew = 0;
        for tablet in &mut self.tablets {
            tablet.skew = 0;
            tablet.is_partitioned = false;
            tablet.is_old = false;
            for profile in &mut tablet.profiles {
                profile.journal.full = false;
            }
        }
        let mut before = None;
        for _ in 0..8 {
            for (tablet, profile) in self.places() {
                self.tablets[tablet].signed_in = self.tablets[tablet].profiles[profile].user;
                if let Some(at) = self.some_tab(tablet, profile) {
                    let leader = self
                        .profile(at)
                        .tabs
                        .iter()
                        .find(|tab| tab.machine.is_some());
                    let Some(tab) = leader.map(|tab| tab.id) else {
                        continue;
                    };
                    self.step(At { tab, ..at }, Input::Wake);
                }
                self.settle(tablet, profile);
            }
            let now = (self.server.mirror.count(), self.server.tray().len());
            if before == Some(now) {
                return;
            }
            before = Some(now);
        }
        self.violations
            .push("stuck: the log grows without end".into());
    }

    /// Until this profile has nothing to send or to fetch, or its patience ends.
    fn settle(&mut self, tablet: usize, profile: usize) {
        let end = self.now + 40 * PATIENCE;
        while self.now < end {
            let step = self.now + 500;
            self.pass(step);
            let idle = self.tablets[tablet].profiles[profile]
                .tabs
                .iter()
                .all(|tab| {
                    let synced =
                        |machine: &Device| machine.standing() == shared::sync::Standing::Synced;
                    tab.pending.is_none() && tab.machine.as_ref().is_none_or(synced)
                });
            let moves = self.queue.values().any(|happening| {
                !matches!(
                    happening,
                    Happening::Wakes { .. } | Happening::GivesUp { .. }
                )
            });
            if idle && !moves {
                return;
            }
        }
    }
}

impl Profile {
    fn new(user: usize) -> Self {
        Self {
            user,
            journal: Journal::default(),
            tabs: Vec::new(),
            copy: None,
        }
    }

    /// What the tab that leads holds.
    pub fn kept(&self) -> impl Iterator<Item = &Kept> {
        self.journal.entries()
    }
}
