//! Tablets, network and server of one schedule, in one thread and by one clock.

mod healing;
mod operations;
mod tabs;
mod wire;

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use fastrand::Rng;
use shared::{
    Actor, Role,
    change::ChangeId,
    sync::{
        Commit, Device, ExchangeRequest, ExchangeResponse, Failure, Input, Kept, Replica,
        replica::Plan,
    },
};

use crate::{
    Settings,
    check::Marks,
    fault::{Counts, Fault},
    journal::Journal,
    server::{Files, Server},
    work::{self, LABORATORY, Mark},
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

    fn trace(&self, told: impl FnOnce() -> String) {
        if self.settings.trace {
            eprintln!("{:>9} {}", self.now, told());
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
