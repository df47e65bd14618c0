//! Tabs: they open, hear of each other, record, and write what the state machine plans.

use shared::{
    change::DeviceId,
    sync::{
        Command, Commit, DeviceState, Input, Replica,
        device::Settlement,
        ledger::Entries,
        replica::{Applied, Composed, Plan},
    },
};

use super::{At, Happening, MAXIMUM_ATTEMPTS, Tab, World};
use crate::{
    fault::Fault,
    journal::Refused,
    work::{Deed, Mark, mark},
};

impl World {
    /// Opens a tab; the first one leads.
    pub(super) fn open(&mut self, tablet: usize, profile: usize) -> At {
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

    pub(super) fn lead(&mut self, at: At) {
        self.take_news(at);
        let chance = self.rng.u128(..).to_le_bytes();
        let Some(tab) = self.tab(at) else { return };
        tab.machine = Some(tab.replica.machine(chance));
        self.step(at, Input::Wake);
    }

    pub(super) fn close(&mut self, at: At) {
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

    pub(super) fn take_news(&mut self, at: At) {
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

    pub(super) fn step(&mut self, at: At, input: Input) {
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

    pub(super) fn announce(&mut self, at: At) {
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
    pub(super) fn record(&mut self, at: At, deed: &Deed, of: Mark) -> bool {
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

    pub(super) fn write_new(&mut self, at: At, composed: &Composed) -> Result<u64, Refused> {
        let entries = Entries {
            added: composed.entries.clone(),
            ..Entries::default()
        };
        self.profile(at).journal.commit(&entries, None)
    }

    pub(super) fn write(&mut self, at: At, plan: Box<Plan>, commit: &Commit) {
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

    pub(super) fn written(&mut self, at: At, plan: Plan) {
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
}
