//! The device's side of the protocol, as a pure state machine: (state, input) → (state, commands).
//!
//! The caller owns the journal, the network and the clock. Its part of the bargain:
//!
//! - a change is handed in as [`Input::Recorded`] only when the journal has it;
//! - [`Command::Commit`] is one journal transaction; [`Input::Committed`] says that it is on disk.
//!   Nothing that came from the server counts before that.
//! - commands are carried out in order, and every [`Command::Exchange`] is answered by
//!   [`Input::Answered`] or [`Input::Failed`] in the end.

mod words;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Map;
use sha2::{Digest as _, Sha256};

pub use self::words::{
    Command, Commit, DeviceState, Failure, Input, QUIET_WAIT_MILLISECONDS, Settlement, Standing,
};
use super::wire::{
    Delivered, ExchangeRequest, ExchangeResponse, Hold, Item, MAXIMUM_PUSH_BYTES,
    MAXIMUM_PUSH_CHANGES, PROTOCOL, RefusalReason, Restart, Verdict,
};
use crate::{
    change::{Change, ChangeId, DeviceId, Digest, Subject},
    clock::HybridTime,
    mutation::mutated,
    order::{gathered, sort_by},
};

/// The first wait after a failure, in milliseconds; it doubles with each further one.
pub const FIRST_WAIT_MILLISECONDS: u64 = 1_000;
/// The longest wait after a failure, in milliseconds.
pub const LONGEST_WAIT_MILLISECONDS: u64 = 60_000;

#[derive(Debug)]
enum Flight {
    Idle,
    /// `pushed`: there were changes in the request. `offered`: the ones offered.
    Asking {
        pushed: bool,
        offered: BTreeSet<ChangeId>,
    },
    /// `stuck`: the server settled none of what was pushed, and nothing is about to change that.
    Committing {
        commit: Box<Commit>,
        more: bool,
        stuck: bool,
    },
}

/// What a page brings.
#[derive(Default)]
struct Given {
    received: Vec<Delivered>,
    revoked: Vec<Subject>,
}

/// The state machine.
///
/// ```
/// use shared::change::{Body, ChangeId, Subject};
/// use shared::sync::{Command, Device, DeviceState, Failure, Input, Standing};
/// use shared::sync::device::{FIRST_WAIT_MILLISECONDS, LONGEST_WAIT_MILLISECONDS};
/// let now = 1_363_046_400_000;
/// let mut state = DeviceState::new("m4xw".parse()?, "municipal");
/// let mut device = Device::new(state.clone(), Vec::new(), Vec::new(), [0; 16]);
/// assert_eq!(device.standing(), Standing::Starting);
/// let said = [(Subject::calendar(), |_: &ChangeId| Body::Overlay { on: true })];
/// let changes = state.compose(now, said);
/// let commands = device.step(now, Input::Recorded(changes));
/// assert!(matches!(&commands[..], [Command::Exchange(request)] if request.push.len() == 1));
/// let commands = device.step(now, Input::Failed(Failure::Unreachable));
/// let [Command::Wait { milliseconds }] = commands[..] else { panic!("a wait") };
/// assert!(milliseconds <= FIRST_WAIT_MILLISECONDS && milliseconds < LONGEST_WAIT_MILLISECONDS);
/// assert_eq!(device.standing(), Standing::Unreachable);
/// assert_eq!(device.unsettled_count(), 1, "what is unsent is kept");
/// assert_eq!(device.state().last_sequence, 1);
/// # Ok::<(), shared::change::IdError>(())
/// ```
#[derive(Debug)]
pub struct Device {
    state: DeviceState,
    /// Own changes that are not settled, by number.
    unsettled: BTreeMap<u64, Change>,
    /// Own changes made under a name that this device has given up.
    strays: Vec<Change>,
    /// What the server may have lost, in the order of the clock.
    doubtful: Vec<Delivered>,
    /// What tells this installation from its copies.
    chance: [u8; 16],
    /// The end of the feed has been reached: what is still doubtful then, the server does not have.
    caught_up: bool,
    flight: Flight,
    /// Something came up while an exchange was under way.
    again: bool,
    failures: u32,
    standing: Standing,
}

impl Device {
    /// The machine for a device whose journal holds this state, these unsettled changes and these
    /// that the server may have lost. `chance` is new random bytes at each start: by them an
    /// installation differs from a copy of itself.
    pub fn new(
        state: DeviceState,
        unsettled: Vec<Change>,
        doubtful: Vec<Delivered>,
        chance: [u8; 16],
    ) -> Self {
        let mut device = Self {
            state,
            unsettled: BTreeMap::new(),
            strays: Vec::new(),
            doubtful,
            chance,
            caught_up: false,
            flight: Flight::Idle,
            again: false,
            failures: 0,
            standing: Standing::Starting,
        };
        device.remember(unsettled);
        device
    }

    /// The state as the journal has it.
    pub fn state(&self) -> &DeviceState {
        &self.state
    }

    /// How many own changes are not settled.
    pub fn unsettled_count(&self) -> usize {
        self.unsettled.len() + self.strays.len()
    }

    /// How things stand.
    pub fn standing(&self) -> Standing {
        match self.standing {
            Standing::Synced if self.unsettled_count() > 0 => Standing::Exchanging,
            other => other,
        }
    }

    /// Takes an input, at this time by the device's own clock, in milliseconds since
    /// 1970-01-01T00:00:00Z.
    pub fn step(&mut self, now_milliseconds: u64, input: Input) -> Vec<Command> {
        match input {
            Input::Recorded(changes) => {
                self.remember(changes);
                self.ask()
            }
            Input::Wake => self.ask(),
            Input::Answered(response) => self.take(now_milliseconds, *response),
            Input::Failed(failure) => {
                if forgets(failure) {
                    self.unsettled.clear();
                }
                self.fail(match failure {
                    Failure::Unreachable => Standing::Unreachable,
                    Failure::SignInExpired => Standing::SignInExpired,
                    Failure::VersionTooOld => Standing::VersionTooOld,
                    Failure::Trouble => Standing::Trouble,
                })
            }
            Input::Committed {
                unsettled,
                doubtful,
            } => self.committed(unsettled, doubtful),
            Input::CommitFailed if mutated("failed-commit-counts") => {
                self.committed(Vec::new(), Vec::new())
            }
            Input::CommitFailed => self.fail(Standing::Trouble),
        }
    }

    /// Own changes may come twice (from the journal at start, and as they are recorded).
    fn remember(&mut self, changes: Vec<Change>) {
        for change in changes {
            self.state.clock = self.state.clock.observing(change.clock);
            if change.id.device != self.state.device {
                if self.strays.iter().all(|stray| stray.id != change.id) {
                    self.strays.push(change);
                }
                continue;
            }
            self.state.last_sequence = self.state.last_sequence.max(change.id.sequence);
            self.unsettled.entry(change.id.sequence).or_insert(change);
        }
    }

    fn ask(&mut self) -> Vec<Command> {
        if !matches!(self.flight, Flight::Idle) {
            self.again = true;
            return Vec::new();
        }
        // First what the server has lost, whoever made it, then what rests on it.
        let offers = if self.caught_up {
            within_limits(self.doubtful.iter(), |delivered| &delivered.change)
        } else {
            Vec::new()
        };
        let push = if self.doubtful.is_empty() {
            within_limits(self.unsettled.values(), |change| change)
        } else {
            Vec::new()
        };
        self.flight = Flight::Asking {
            pushed: !push.is_empty(),
            offered: gathered(offers.iter().map(|delivered| delivered.change.id.clone())),
        };
        self.again = false;
        if self.standing == Standing::Starting || self.unsettled_count() > 0 {
            self.standing = Standing::Exchanging;
        }
        vec![Command::Exchange(Box::new(ExchangeRequest {
            protocol: PROTOCOL,
            device: self.state.device.clone(),
            author: Some(self.state.author.clone()),
            epoch: self.state.epoch.clone(),
            scope: self.state.scope.clone(),
            cursor: self.state.cursor,
            held: self.state.held,
            settled: self.state.settled,
            holes_up_to: self.holes_up_to(&push),
            push,
            offers,
            items_at_most: None,
        }))]
    }

    /// Up to where numbers that are missing from the push are gone for good: all that was settled
    /// once, but for what is still to be sent again.
    fn holes_up_to(&self, push: &[Change]) -> u64 {
        if !self.doubtful.is_empty() {
            return 0;
        }
        let pushed = push
            .last()
            .map_or(self.state.settled, |change| change.id.sequence);
        let waits = self.unsettled.range(pushed + 1..).next();
        let sent = waits.map_or(u64::MAX, |(sequence, _)| sequence - 1);
        let holes = self.state.holes_up_to.min(sent);
        if holes > self.state.settled { holes } else { 0 }
    }

    fn take(&mut self, now_milliseconds: u64, response: ExchangeResponse) -> Vec<Command> {
        let Flight::Asking { pushed, offered } = &self.flight else {
            return Vec::new();
        };
        let (pushed, offered) = (*pushed, offered.clone());
        let mut state = self.state.clone();
        state.clock_offset_milliseconds = i64::try_from(response.now_milliseconds)
            .unwrap_or(i64::MAX)
            .saturating_sub(i64::try_from(now_milliseconds).unwrap_or(i64::MAX));
        state.last_contact_milliseconds = Some(response.now_milliseconds);
        state.epoch = Some(response.epoch);
        state.scope = Some(response.scope);
        if response.restart.is_some() {
            state.cursor = 0;
            state.held = Digest::default();
        }

        // The log is not the one that it was: a copy was put back, or what is held is not what was given.
        let other_log = response.settled < self.state.settled
            || matches!(
                response.restart,
                Some(Restart::NewEpoch | Restart::DigestMismatch)
            );
        state.settled = response.settled;
        state.holes_up_to = state.holes_up_to.max(state.settled);

        let mut given = self.read(&mut state, response.page, response.cursor, response.held);
        if response.restart == Some(Restart::FirstContact) && mutated("first-contact-not-kept") {
            given.received.clear();
        }
        self.heed(&response.verdicts, &mut given);
        let Given { received, revoked } = given;
        let verdicts: Vec<_> = response
            .verdicts
            .into_iter()
            .filter_map(|verdict| settlement(&self.state.device, verdict))
            .collect();
        let is_double = self.is_double(&verdicts, &received);
        // What comes back with somebody else's offers is settled, and need not be sent.
        let mut settled: BTreeSet<ChangeId> = gathered(verdicts.iter().map(|(id, _)| id.clone()));
        for id in received.iter().map(|delivered| &delivered.change.id) {
            if id.device == state.device {
                state.holes_up_to = state.holes_up_to.max(id.sequence);
                settled.insert(id.clone());
            }
        }
        // A copy of this device may have used them.
        state.last_sequence = state.last_sequence.max(state.holes_up_to);
        let restamped = if response.hold == Some(Hold::ClockAhead) {
            self.restamped(&mut state, now_milliseconds, &settled)
        } else {
            Vec::new()
        };
        let renamed = if is_double || !self.strays.is_empty() {
            self.renamed(&mut state, &verdicts, &received, is_double)
        } else {
            Vec::new()
        };
        let commit = Box::new(Commit {
            forget_settled: response.restart == Some(Restart::NewScope) && !mutated("scope-kept"),
            doubt_after: (other_log && !mutated("epoch-ignored")).then_some(response.settled),
            state,
            verdicts,
            received,
            revoked,
            restamped,
            offered,
            renamed,
        });
        let stuck = pushed
            && commit.verdicts.is_empty()
            && commit.restamped.is_empty()
            && commit.doubt_after.is_none();
        if mutated("counted-before-commit") {
            self.state = commit.state.clone();
        }
        self.flight = Flight::Committing {
            commit: commit.clone(),
            more: response.more,
            stuck,
        };
        vec![Command::Commit(commit)]
    }

    /// Reads a page on top of what is held. One that does not add up is not kept: the next exchange
    /// tells the server so.
    fn read(&self, state: &mut DeviceState, page: Vec<Item>, cursor: u64, held: Digest) -> Given {
        let mut given = Given::default();
        for item in page {
            match item {
                Item::Change(delivered) => {
                    state.held = state.held.toggled(delivered.change.fingerprint());
                    state.clock = state.clock.observing(delivered.change.clock);
                    given.received.push(*delivered);
                }
                Item::Own { fingerprint, .. } => state.held = state.held.toggled(fingerprint),
                Item::Revoked { subject, held } => {
                    state.held = state.held.toggled(held);
                    given
                        .received
                        .retain(|delivered| delivered.change.subject != subject);
                    given.revoked.push(subject);
                }
            }
        }
        state.cursor = cursor;
        if state.held != held {
            given = Given::default();
            state.cursor = self.state.cursor;
            state.held = Digest::of(b"what is held is not what was given");
        }
        given
    }

    /// What verdicts say beyond taken: it stands in the log with another stamp, or is to be seen no
    /// more.
    fn heed(&self, verdicts: &[Verdict], given: &mut Given) {
        for verdict in verdicts {
            let (Some(own), Some(receipt)) =
                (self.unsettled.get(&verdict.sequence), &verdict.receipt)
            else {
                continue;
            };
            if verdict.out_of_sight {
                given.revoked.push(own.subject.clone());
            } else if let Some(clock) = verdict.clock {
                given.received.push(Delivered {
                    change: Change {
                        clock,
                        ..own.clone()
                    },
                    receipt: receipt.clone(),
                });
            }
        }
    }

    /// The unsettled changes with the stamps that a right clock would have given them. One that the
    /// server has had before, and settles again now, stays as it is.
    fn restamped(
        &self,
        state: &mut DeviceState,
        now_milliseconds: u64,
        settled: &BTreeSet<ChangeId>,
    ) -> Vec<Change> {
        state.clock = HybridTime::default();
        let is_open =
            |change: &&Change| !settled.contains(&change.id) || mutated("settled-stamped-anew");
        let mut restamped: Vec<_> = self.unsettled.values().filter(is_open).cloned().collect();
        for change in &mut restamped {
            state.clock = state.clock.next(state.corrected(now_milliseconds));
            change.clock = state.clock;
        }
        restamped
    }

    /// Whether another installation makes changes under this device's name: the profile was copied,
    /// or an old one put back.
    fn is_double(&self, verdicts: &[(ChangeId, Settlement)], received: &[Delivered]) -> bool {
        let reused = verdicts
            .iter()
            .any(|(_, verdict)| *verdict == Settlement::Refused(RefusalReason::IdReused));
        let given = received.iter().map(|delivered| &delivered.change);
        let other = given.into_iter().any(|change| {
            change.id.device == self.state.device
                && self
                    .unsettled
                    .get(&change.id.sequence)
                    .is_some_and(|own| !own.is_same_deed(change))
        });
        (reused || other) && !mutated("double-goes-on")
    }

    /// Takes another name, and gives the changes that are to be sent numbers under it. They keep
    /// their clock, and refer to each other as before.
    fn renamed(
        &self,
        state: &mut DeviceState,
        verdicts: &[(ChangeId, Settlement)],
        received: &[Delivered],
        is_double: bool,
    ) -> Vec<(ChangeId, Change)> {
        let done = |own: &Change| {
            let mut others = verdicts.iter().filter(|(of, _)| *of == own.id);
            let mut given = received.iter().map(|delivered| &delivered.change);
            others.any(|(_, verdict)| *verdict != Settlement::Refused(RefusalReason::IdReused))
                || given.any(|given| given.id == own.id && given.is_same_deed(own))
        };
        let unsettled = self
            .unsettled
            .values()
            .filter(|change| is_double && !done(change));
        let mut changes: Vec<Change> = self.strays.iter().chain(unsettled).cloned().collect();
        sort_by(&mut changes, |a, b| (a.clock, &a.id).cmp(&(b.clock, &b.id)));
        if is_double && let Some(first) = changes.first() {
            let is_shared = mutated("copies-share-a-name");
            let chance = if is_shared { [0; 16] } else { self.chance };
            state.device = self.state.device.forked(chance, &first.fingerprint());
            (state.last_sequence, state.settled, state.holes_up_to) = (0, 0, 0);
        }
        let mut ids = Vec::with_capacity(changes.len());
        let mut names = Map::new();
        for change in &changes {
            state.last_sequence += 1;
            let id = ChangeId {
                device: state.device.clone(),
                sequence: state.last_sequence,
            };
            names.insert(change.id.to_string(), id.to_string().into());
            ids.push(id);
        }
        let renamed = |(change, id): (Change, ChangeId)| {
            let new = change.renamed(id, &names);
            (change.id, new)
        };
        changes.into_iter().zip(ids).map(renamed).collect()
    }

    fn committed(&mut self, unsettled: Vec<Change>, doubtful: Vec<Delivered>) -> Vec<Command> {
        if !matches!(self.flight, Flight::Committing { .. }) {
            return Vec::new();
        }
        let Flight::Committing {
            commit,
            more,
            stuck,
        } = std::mem::replace(&mut self.flight, Flight::Idle)
        else {
            return Vec::new();
        };
        // What was recorded meanwhile moved these on.
        let mut last_sequence = commit.state.last_sequence.max(commit.state.settled);
        if commit.state.device == self.state.device {
            last_sequence = last_sequence.max(self.state.last_sequence);
        }
        let clock = self.state.clock.observing(commit.state.clock);
        self.state = DeviceState {
            last_sequence,
            clock,
            ..commit.state
        };
        let before = std::mem::take(&mut self.unsettled).into_values();
        let strays = std::mem::take(&mut self.strays);
        let old: BTreeSet<ChangeId> = gathered(commit.renamed.iter().map(|(id, _)| id.clone()));
        let restamped = commit.restamped.into_iter();
        let replaced: BTreeMap<u64, Change> =
            gathered(restamped.map(|change| (change.id.sequence, change)));
        let mut settled: BTreeSet<ChangeId> =
            gathered(commit.verdicts.into_iter().map(|(id, _)| id));
        let received = commit.received.iter();
        settled.extend(received.map(|delivered| delivered.change.id.clone()));
        let remaining: Vec<Change> = before
            .chain(strays)
            .filter(|change| !old.contains(&change.id) && !settled.contains(&change.id))
            .map(|change| match replaced.get(&change.id.sequence) {
                Some(stamped) if stamped.id == change.id => stamped.clone(),
                _ => change,
            })
            .collect();
        self.remember(remaining);
        self.remember(
            commit
                .renamed
                .into_iter()
                .map(|(_, change)| change)
                .collect(),
        );
        if commit.doubt_after.is_some() {
            self.remember(unsettled);
            self.doubtful = doubtful;
        }
        if commit.forget_settled {
            self.doubtful.clear();
        }
        let is_given = |doubtful: &Change| {
            let mut given = commit.received.iter().map(|delivered| &delivered.change);
            given.any(|given| given.id == doubtful.id && given.is_same_deed(doubtful))
        };
        self.doubtful.retain(|Delivered { change, .. }| {
            !commit.offered.contains(&change.id) && !is_given(change)
        });
        self.caught_up = !more;
        if stuck {
            return self.wait_after(Standing::Trouble);
        }
        self.failures = 0;
        if more || self.again || self.unsettled_count() > 0 || !self.doubtful.is_empty() {
            return self.ask();
        }
        self.standing = Standing::Synced;
        vec![Command::Wait {
            milliseconds: QUIET_WAIT_MILLISECONDS,
        }]
    }

    fn fail(&mut self, standing: Standing) -> Vec<Command> {
        if matches!(self.flight, Flight::Idle) {
            return Vec::new();
        }
        self.wait_after(standing)
    }

    fn wait_after(&mut self, standing: Standing) -> Vec<Command> {
        self.flight = Flight::Idle;
        self.again = false;
        self.standing = standing;
        self.failures = self.failures.saturating_add(1);
        vec![Command::Wait {
            milliseconds: self.wait_milliseconds(),
        }]
    }

    /// Doubles with each failure, and differs from device to device so that they do not all
    /// come back at once.
    fn wait_milliseconds(&self) -> u64 {
        let doubled = FIRST_WAIT_MILLISECONDS << (self.failures - 1).min(16);
        let longest = doubled.min(LONGEST_WAIT_MILLISECONDS);
        let hash = Sha256::digest(format!("{}/{}", self.state.device, self.failures));
        longest / 2 + longest / 2 * u64::from(hash[0]) / 255
    }
}

/// Whether a failure makes the device forget what it had to send: none does.
fn forgets(failure: Failure) -> bool {
    match failure {
        Failure::Unreachable => mutated("unreachable-forgets"),
        Failure::VersionTooOld => mutated("old-version-forgets"),
        Failure::SignInExpired | Failure::Trouble => false,
    }
}

/// What an envelope weighs beside its body, roughly, for filling pushes.
const ENVELOPE_BYTES: usize = 200;

/// As many as one request takes.
fn within_limits<'a, T: Clone + 'a>(
    items: impl Iterator<Item = &'a T>,
    change: impl Fn(&T) -> &Change,
) -> Vec<T> {
    let mut bytes = 0;
    items
        .take(MAXIMUM_PUSH_CHANGES)
        .enumerate()
        .take_while(|(index, item)| {
            bytes += change(item).body.get().len() + ENVELOPE_BYTES;
            *index == 0 || bytes <= MAXIMUM_PUSH_BYTES
        })
        .map(|(_, item)| item.clone())
        .collect()
}

fn settlement(device: &DeviceId, verdict: Verdict) -> Option<(ChangeId, Settlement)> {
    let settlement = match (verdict.receipt, verdict.refused) {
        (_, Some(reason)) => Settlement::Refused(reason),
        (Some(receipt), None) => Settlement::Taken(receipt),
        (None, None) => return None,
    };
    let id = ChangeId {
        device: device.clone(),
        sequence: verdict.sequence,
    };
    Some((id, settlement))
}

#[cfg(test)]
mod tests;
