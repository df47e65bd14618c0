//! One tab's view of a user's journal: the ledger, and what the next change is made with.
//!
//! The caller owns the journal. What it reads is handed in, what is to be written is handed out, and
//! nothing counts before it says that the journal has it.

use std::collections::BTreeSet;

use super::{
    Commit, Delivered, Device, DeviceState,
    ledger::{Entries, Kept, Ledger, Stage},
};
use crate::{
    change::{Body, Change, ChangeId, Digest, Subject},
    mutation::mutated,
    order::{gathered, sort_by},
};

/// The ledger in memory, and the numbers and the clock that the next change is made with.
///
/// What a person does, on its way into the journal and to the server and back:
///
/// ```
/// use shared::change::{Body, ChangeId, Digest, Epoch, Subject};
/// use shared::sync::{Command, DeviceState, ExchangeResponse, Input, Replica};
/// use shared::sync::replica::{Applied, Composed, Plan};
/// use shared::sync::wire::{Receipt, Verdict};
/// let now = 1_363_046_400_000;
/// let mut replica = Replica::new(DeviceState::new("m4xw".parse()?, "municipal"));
/// let mut machine = replica.machine([0; 16]);
///
/// let said = [(Subject::calendar(), |_: &ChangeId| Body::Overlay { on: true })];
/// let composed: Composed = replica.compose(now, said);
/// assert_eq!(replica.writer().last_sequence, 0, "nothing counts before the journal has it");
/// let (touched, changes) = replica.recorded(composed);
/// assert_eq!((replica.writer().last_sequence, touched), (1, [Subject::calendar()].into()));
///
/// machine.step(now, Input::Recorded(changes));
/// let answer = ExchangeResponse {
///     epoch: Epoch::from_text("e1"),
///     scope: "all".into(),
///     restart: None,
///     hold: None,
///     settled: 1,
///     verdicts: vec![Verdict::taken(1, Receipt("r".into()))],
///     page: Vec::new(),
///     cursor: 0,
///     more: false,
///     held: Digest::default(),
///     now_milliseconds: now,
/// };
/// let commands = machine.step(now, Input::Answered(Box::new(answer)));
/// let [Command::Commit(commit)] = &commands[..] else { panic!("a commit") };
/// assert_eq!(replica.ledger().unsent().len(), 1);
/// let plan: Plan = replica.plan(commit);
/// let applied: Applied = replica.committed(plan);
/// assert!(replica.ledger().unsent().is_empty());
/// assert_eq!(applied.touched, [Subject::calendar()].into());
/// # Ok::<(), shared::change::IdError>(())
/// ```
///
/// What the journal holds at the start, and what of it is damaged:
///
/// ```
/// use shared::change::{Body, ChangeId, Subject};
/// use shared::sync::{DeviceState, Replica};
/// let state = DeviceState::new("m4xw".parse()?, "municipal");
/// let said = [(Subject::calendar(), |_: &ChangeId| Body::Overlay { on: true })];
/// let entries = Replica::new(state.clone()).compose(1_363_046_400_000, said).entries;
/// let mut replica = Replica::new(state);
/// let touched = replica.load(None, true, entries);
/// assert_eq!(touched, [Subject::calendar()].into());
/// replica.damaged(["m4xw/2".parse()?]);
/// assert_eq!(replica.writer().last_sequence, 2, "its number stays used");
/// # Ok::<(), shared::change::IdError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Replica {
    ledger: Ledger,
    writer: DeviceState,
    damaged: BTreeSet<ChangeId>,
}

/// Changes that are to be written as new entries, all or none.
#[derive(Clone, Debug)]
pub struct Composed {
    /// The entries.
    pub entries: Vec<Kept>,
    writer: DeviceState,
}

/// A commit of the sync machine, as the journal is to write it: all or nothing.
#[derive(Clone, Debug)]
pub struct Plan {
    /// What becomes of the entries.
    pub entries: Entries,
    /// The device's state.
    pub state: DeviceState,
    doubted: bool,
}

/// What a written [`Plan`] has changed.
#[derive(Debug)]
pub struct Applied {
    /// The subjects that are to be shown anew.
    pub touched: BTreeSet<Subject>,
    /// For [`Input::Committed`](super::Input::Committed).
    pub unsettled: Vec<Change>,
    /// For [`Input::Committed`](super::Input::Committed).
    pub doubtful: Vec<Delivered>,
}

impl Replica {
    /// With the state that the journal has, before its entries are read.
    pub fn new(state: DeviceState) -> Self {
        Self {
            ledger: Ledger::default(),
            writer: state,
            damaged: BTreeSet::new(),
        }
    }

    /// The changes.
    pub fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    /// What the next change is made with.
    pub fn writer(&self) -> &DeviceState {
        &self.writer
    }

    /// The sync machine as it starts; see [`Device::new`].
    pub fn machine(&self, chance: [u8; 16]) -> Device {
        let unsent = if mutated("unsent-not-resumed") {
            Vec::new()
        } else {
            self.ledger.unsent()
        };
        Device::new(self.writer.clone(), unsent, self.doubtful(), chance)
    }

    /// Makes changes of what a person did; see [`DeviceState::compose`].
    pub fn compose(
        &self,
        now_milliseconds: u64,
        bodies: impl IntoIterator<Item = (Subject, impl FnOnce(&ChangeId) -> Body)>,
    ) -> Composed {
        let mut writer = self.writer.clone();
        let changes = writer.compose(now_milliseconds, bodies);
        let unsent = |change| Kept {
            change,
            stage: Stage::Unsent,
        };
        Composed {
            entries: changes.into_iter().map(unsent).collect(),
            writer,
        }
    }

    /// The journal has them.
    pub fn recorded(&mut self, composed: Composed) -> (BTreeSet<Subject>, Vec<Change>) {
        self.writer = composed.writer;
        let changes = composed
            .entries
            .iter()
            .map(|kept| kept.change.clone())
            .collect();
        let touched = composed.entries.into_iter();
        let touched = gathered(touched.flat_map(|kept| self.ledger.put(kept)));
        (touched, changes)
    }

    /// Takes in entries of the journal, at the start or as other tabs have written them. `whole`:
    /// they are all that there is. `state` is the journal's: what another tab's sync has come to.
    pub fn load(
        &mut self,
        state: Option<DeviceState>,
        whole: bool,
        entries: impl IntoIterator<Item = Kept>,
    ) -> BTreeSet<Subject> {
        if whole {
            self.ledger.clear();
            self.damaged.clear();
        }
        let before = self.writer.clone();
        if let Some(state) = state
            && !mutated("tab-keeps-old-state")
        {
            self.writer = state;
            self.writer.clock = self.writer.clock.observing(before.clock);
            if self.writer.device == before.device {
                self.writer.last_sequence = self.writer.last_sequence.max(before.last_sequence);
            }
        }
        let mut touched = BTreeSet::new();
        for kept in entries {
            self.writer.clock = self.writer.clock.observing(kept.change.clock);
            self.count(&kept.change.id);
            // Another tab has mended it.
            self.damaged.remove(&kept.change.id);
            touched.extend(self.ledger.put(kept));
        }
        self.mark_damage();
        touched
    }

    /// Entries of these names cannot be read any more. Their numbers stay used, and what the server
    /// has of them is fetched again.
    pub fn damaged(&mut self, names: impl IntoIterator<Item = ChangeId>) {
        for name in names {
            self.count(&name);
            self.damaged.insert(name);
        }
        self.mark_damage();
    }

    /// What the journal says of itself holds only without its damaged entries, whoever wrote it.
    fn mark_damage(&mut self) {
        for name in &self.damaged {
            if name.device == self.writer.device {
                self.writer.holes_up_to = self.writer.holes_up_to.max(name.sequence);
            }
            if !mutated("damage-not-noticed") {
                self.writer.held = Digest::of(b"entries of the journal are damaged");
            }
        }
    }

    /// A number that is used is not given again, whoever of the tabs used it.
    fn count(&mut self, id: &ChangeId) {
        if id.device == self.writer.device && !mutated("number-reused") {
            self.writer.last_sequence = self.writer.last_sequence.max(id.sequence);
        }
    }

    /// What the journal is to write.
    pub fn plan(&self, commit: &Commit) -> Plan {
        let mut state = commit.state.clone();
        if state.device == self.writer.device {
            state.last_sequence = state.last_sequence.max(self.writer.last_sequence);
            state.holes_up_to = state.holes_up_to.max(self.writer.holes_up_to);
        }
        let mut entries = self.ledger.after(commit);
        // A number whose entry is damaged is used by nobody else.
        let (mended, added): (Vec<_>, Vec<_>) = std::mem::take(&mut entries.added)
            .into_iter()
            .partition(|kept| self.damaged.contains(&kept.change.id));
        entries.put.extend(mended);
        entries.added = added;
        if commit.doubt_after.is_some() {
            // All is given again: what cannot be read has served its time.
            entries.removed.extend(self.damaged.iter().cloned());
            let given = |id: &ChangeId| {
                let mut set = entries.put.iter().chain(&entries.added);
                set.any(|kept| kept.change.id == *id)
            };
            let removed = std::mem::take(&mut entries.removed);
            entries.removed = gathered(removed.into_iter().filter(|id| !given(id)));
        }
        state.displaced.clone_from(&self.writer.displaced);
        state
            .displaced
            .retain(|it| !commit.forget_settled && !commit.offered.contains(&it.change.id));
        self.displace(&mut entries.put, &mut state.displaced);
        Plan {
            entries,
            state,
            doubted: commit.doubt_after.is_some(),
        }
    }

    /// In a log that was rolled back, ids may mean other changes than they did. What was refused
    /// under one stays in sight under an id of its own; what was taken is to be offered.
    fn displace(&self, put: &mut Vec<Kept>, displaced: &mut Vec<Delivered>) {
        let mut refused = Vec::new();
        for kept in put.iter() {
            let Some(held) = self.ledger.get(&kept.change.id) else {
                continue;
            };
            if held.change.is_same_deed(&kept.change) {
                continue;
            }
            match &held.stage {
                Stage::Refused(_) => refused.push(Kept {
                    change: held.change.displaced(),
                    stage: held.stage.clone(),
                }),
                Stage::Taken(receipt) | Stage::Doubtful(receipt) => displaced.push(Delivered {
                    change: held.change.clone(),
                    receipt: receipt.clone(),
                }),
                // The machine has given it another name.
                Stage::Unsent => {}
            }
        }
        put.extend(refused);
    }

    /// What the server may have lost, in the order of the clock.
    fn doubtful(&self) -> Vec<Delivered> {
        let mut doubtful = self.ledger.doubtful();
        doubtful.extend(self.writer.displaced.iter().cloned());
        sort_by(&mut doubtful, |a, b| {
            (a.change.clock, &a.change.id).cmp(&(b.change.clock, &b.change.id))
        });
        doubtful
    }

    /// The journal has written it.
    pub fn committed(&mut self, plan: Plan) -> Applied {
        let mended = |id: &ChangeId| {
            let mut put = plan.entries.put.iter();
            plan.entries.removed.contains(id) || put.any(|kept| kept.change.id == *id)
        };
        self.damaged.retain(|id| !mended(id));
        let touched = self.ledger.apply(plan.entries);
        let before = std::mem::replace(&mut self.writer, plan.state);
        self.writer.clock = self.writer.clock.observing(before.clock);
        if self.writer.device == before.device {
            self.writer.last_sequence = self
                .writer
                .last_sequence
                .max(before.last_sequence)
                .max(self.writer.settled);
        }
        let (unsettled, doubtful) = if plan.doubted {
            (self.ledger.unsent(), self.doubtful())
        } else {
            (Vec::new(), Vec::new())
        };
        Applied {
            touched,
            unsettled,
            doubtful,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sync::wire::{Receipt, RefusalReason};

    const NOW: u64 = 1_363_046_400_000;

    fn replica() -> Replica {
        Replica::new(DeviceState::new("m4xw".parse().unwrap(), "chaoyang"))
    }

    fn edit(_: &ChangeId) -> Body {
        Body::Head {
            field: "number".into(),
            value: "1".into(),
            replaces: Vec::new(),
        }
    }

    fn record(replica: &mut Replica, subject: &str) -> Change {
        let subject: Subject = subject.parse().unwrap();
        let composed = replica.compose(NOW, [(subject, edit)]);
        replica.recorded(composed).1.remove(0)
    }

    fn commit(replica: &Replica) -> Commit {
        Commit {
            state: replica.writer().clone(),
            forget_settled: false,
            verdicts: Vec::new(),
            received: Vec::new(),
            revoked: Vec::new(),
            restamped: Vec::new(),
            doubt_after: None,
            offered: BTreeSet::new(),
            renamed: Vec::new(),
        }
    }

    fn kept(change: &Change, stage: Stage) -> Kept {
        Kept {
            change: change.clone(),
            stage,
        }
    }

    #[test]
    fn the_number_of_a_damaged_entry_stays_used() {
        let mut replica = replica();
        replica.damaged(["m4xw/7".parse().unwrap()]);
        assert_eq!(record(&mut replica, "case/abc").id.sequence, 8);
        assert_eq!(replica.writer().holes_up_to, 7);
    }

    #[test]
    fn damage_is_not_forgotten_over_what_other_tabs_have_written() {
        let mut replica = replica();
        record(&mut replica, "case/a");
        let state = replica.writer().clone();
        replica.damaged(["m4xw/1".parse().unwrap()]);
        let (held, holes) = (replica.writer().held, replica.writer().holes_up_to);
        assert_ne!(held, state.held);
        assert_eq!(holes, 1, "a number that nobody can send any more");
        replica.load(Some(state.clone()), false, []);
        assert_eq!(replica.writer().held, held);
        assert_eq!(replica.writer().holes_up_to, holes);
        // Another tab has mended it, and the whole journal is read again.
        replica.load(Some(state.clone()), true, []);
        assert_eq!(replica.writer().held, state.held);
    }

    #[test]
    fn another_tab_goes_on_from_what_the_journal_says() {
        let (mut first, mut second) = (replica(), replica());
        let change = record(&mut first, "case/abc");
        let state = DeviceState {
            cursor: 9,
            ..first.writer().clone()
        };
        second.load(Some(state), false, [kept(&change, Stage::Unsent)]);
        assert_eq!(second.writer().cursor, 9);
        assert_eq!(record(&mut second, "case/abc").id.sequence, 2);
    }

    #[test]
    fn what_comes_under_a_number_that_a_tab_may_use_meanwhile_must_be_new() {
        for goes_on_as in ["m4xw", "other"] {
            let mut replica = replica();
            let earlier = record(&mut replica, "case/abc");
            let mut commit = commit(&replica);
            commit.state.device = goes_on_as.parse().unwrap();
            let copy = Change {
                id: "m4xw/2".parse().unwrap(),
                ..earlier.clone()
            };
            let stranger = Change {
                id: "zzzz/2".parse().unwrap(),
                author: "haidian".into(),
                ..earlier.clone()
            };
            commit.received = [&earlier, &copy, &stranger]
                .map(|change| Delivered {
                    change: change.clone(),
                    receipt: Receipt("r".into()),
                })
                .to_vec();
            let plan = replica.plan(&commit);
            // The journal refuses the plan if the number is used by then, and nothing is lost.
            assert_eq!(record(&mut replica, "case/abd").id, copy.id);
            let ids = |entries: &[Kept]| -> Vec<_> {
                entries.iter().map(|kept| kept.change.id.clone()).collect()
            };
            assert_eq!(ids(&plan.entries.added), [copy.id], "{goes_on_as}");
            assert_eq!(ids(&plan.entries.put), [earlier.id, stranger.id]);
        }
    }

    #[test]
    fn an_id_stands_under_one_subject_at_a_time() {
        let mut replica = replica();
        let change = record(&mut replica, "case/abc");
        let moved = Change {
            subject: "case/abd".parse().unwrap(),
            ..change.clone()
        };
        let touched = replica.load(None, false, [kept(&moved, Stage::Unsent)]);
        assert_eq!(touched.len(), 2);
        let ledger = replica.ledger();
        assert_eq!(ledger.all().count(), 1);
        assert_eq!(ledger.get(&change.id).unwrap().change, moved);
        assert!(ledger.case(&change.subject).is_none());
    }

    #[test]
    fn what_a_rolled_back_log_names_otherwise_is_not_lost() {
        let receipt = || Receipt("r".into());
        for stage in [
            Stage::Taken(receipt()),
            Stage::Refused(RefusalReason::OutOfScope),
        ] {
            let mut replica = replica();
            let ours = record(&mut replica, "case/abc");
            replica.load(None, false, [kept(&ours, stage.clone())]);
            let theirs = Change {
                subject: "case/abd".parse().unwrap(),
                ..ours.clone()
            };
            let mut commit = commit(&replica);
            commit.received.push(Delivered {
                change: theirs.clone(),
                receipt: receipt(),
            });
            let plan = replica.plan(&commit);
            replica.committed(plan);
            assert_eq!(replica.ledger().get(&theirs.id).unwrap().change, theirs);
            let offered = &replica.writer().displaced;
            if let Stage::Taken(receipt) = stage {
                let change = ours;
                assert_eq!(offered[..], [Delivered { change, receipt }]);
            } else {
                let aside = replica.ledger().get(&ours.displaced().id).unwrap();
                assert_eq!((&aside.stage, offered.len()), (&stage, 0));
            }
        }
    }
}
