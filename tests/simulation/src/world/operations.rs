//! What people do, and what fate does to tablets and server.

use shared::{
    Role,
    sync::{Input, Stage},
};

use super::{At, Happening, Profile, World};
use crate::{
    fault::Fault,
    journal::Journal,
    work::{self, LABORATORY, deed},
};

impl World {
    pub(super) fn operate(&mut self) {
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

    pub(super) fn some_tab(&mut self, tablet: usize, profile: usize) -> Option<At> {
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

    pub(super) fn work(&mut self, tablet: usize, profile: usize) {
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

    pub(super) fn partition(&mut self, tablet: usize) {
        if !self.settings.without.contains(&Fault::Partition) {
            self.tablets[tablet].is_partitioned ^= true;
        }
    }

    pub(super) fn crash_tablet(&mut self, tablet: usize) {
        for profile in 0..self.tablets[tablet].profiles.len() {
            self.tablets[tablet].profiles[profile].tabs.clear();
            let delay = self.rng.u64(100..10_000);
            self.later(delay, Happening::Opens { tablet, profile });
        }
    }

    pub(super) fn promote(&mut self) {
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

    pub(super) fn clone_profile(&mut self, tablet: usize, profile: usize) {
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
    pub(super) fn rewind(&mut self) {
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

    pub(super) fn switch_user(&mut self, tablet: usize) {
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
}
