//! The promises of sync, each checked.

use std::collections::{BTreeMap, BTreeSet};

use shared::{
    EventKind,
    change::{Body, Change, ChangeId, DeviceId},
    conflict::conflicts,
    fold::FoldedCase,
    sync::{Kept, Scope, Stage},
};

use crate::{
    fault::Fault,
    work::{Mark, mark},
    world::World,
};

/// What is known of every deed.
#[derive(Default)]
pub struct Marks(Vec<Deed>);

#[derive(Clone, Copy, Default)]
struct Deed {
    /// The screen said so.
    is_saved: bool,
    /// The screen said that it is synced.
    is_acknowledged: bool,
    /// Every place that had it was destroyed.
    is_excused: bool,
    /// Of a log that was rolled back nothing is left that proves it taken: it is judged anew.
    is_unproven: bool,
    /// Its author may not do it.
    is_forbidden: bool,
    /// Two profiles held it unsent: both may send it, and nobody can tell that it is one deed.
    is_copied: bool,
    /// Two profiles held it refused. What was refused is never sent again, but for a log that was
    /// rolled back: then both send it, and where one has had to give it another name since, nobody
    /// can tell that it is one deed.
    is_copied_refused: bool,
}

impl Marks {
    pub fn add(&mut self) -> Mark {
        self.0.push(Deed::default());
        self.0.len() - 1
    }

    /// It must never be in the log.
    pub fn forbid(&mut self, mark: Mark) {
        self.0[mark].is_forbidden = true;
    }

    pub fn saved(&mut self, mark: Mark) {
        self.0[mark].is_saved = true;
    }

    pub fn copied<'a>(&mut self, entries: impl Iterator<Item = &'a Kept>) {
        for kept in entries {
            if let Some(mark) = mark(&kept.change) {
                let deed = &mut self.0[mark];
                deed.is_copied |= kept.stage == Stage::Unsent;
                deed.is_copied_refused |= matches!(kept.stage, Stage::Refused(_));
            }
        }
    }
}

impl World {
    /// The deeds that are somewhere: in the log, in the review tray, in a journal.
    pub fn reachable(&self) -> BTreeSet<Mark> {
        let log = self
            .server
            .mirror
            .cases
            .values()
            .flat_map(|case| &case.changes);
        let tray = if self.server.is_up() {
            self.server.tray()
        } else {
            Vec::new()
        };
        let journals = self.tablets.iter().flat_map(|tablet| &tablet.profiles);
        let kept = journals.flat_map(|profile| profile.kept().map(|kept| &kept.change));
        log.chain(&tray).chain(kept).filter_map(mark).collect()
    }

    /// What was somewhere before something was destroyed, and is nowhere now, is not lost by us.
    pub fn excuse(&mut self, before: &BTreeSet<Mark>) {
        let now = self.reachable();
        for mark in before.difference(&now) {
            self.marks.0[*mark].is_excused = true;
        }
        if self.was_restored {
            let proven = self.proven();
            for (mark, deed) in self.marks.0.iter_mut().enumerate() {
                deed.is_unproven |= !proven.contains(&mark);
            }
        }
    }

    /// The deeds that are in the log, or in a journal with the server's receipt.
    fn proven(&self) -> BTreeSet<Mark> {
        let cases = self.server.mirror.cases.values();
        let log = cases.flat_map(|case| &case.changes);
        let journals = self.tablets.iter().flat_map(|tablet| &tablet.profiles);
        let kept = journals.flat_map(|profile| profile.kept());
        let receipts =
            kept.filter(|kept| matches!(kept.stage, Stage::Taken(_) | Stage::Doubtful(_)));
        let changes = receipts.map(|kept| &kept.change);
        log.chain(changes).filter_map(mark).collect()
    }

    /// The screen calls a deed synced: then it is in the server's log.
    pub fn acknowledged(&mut self, mark: Mark) {
        self.marks.0[mark].is_acknowledged = true;
        self.marks.0[mark].is_unproven = false;
        let log = self
            .server
            .mirror
            .cases
            .values()
            .flat_map(|case| &case.changes);
        let is_there = log.filter_map(crate::work::mark).any(|found| found == mark);
        if self.server.is_up() && !self.was_restored && !is_there {
            self.violations.push(format!(
                "lost: {mark} is called synced and is not in the log"
            ));
        }
    }

    /// What must be true after all faults have ended.
    pub fn check(&mut self) {
        self.check_deeds();
        self.check_devices();
        self.check_numbers();
        let cases = std::mem::take(&mut self.server.mirror.cases);
        for (subject, case) in &cases {
            if subject.kind() == "case" {
                self.check_disagreements(subject.as_str(), &case.changes, &case.folded);
            }
        }
        self.server.mirror.cases = cases;
        if !self.server.chain_holds() {
            self.violations
                .push("chain: the log does not follow".into());
        }
    }

    /// Promises 1, 2 and 4: saved stays, synced is in the log, once; what is refused is in sight.
    fn check_deeds(&mut self) {
        let mut log: BTreeMap<Mark, BTreeSet<&ChangeId>> = BTreeMap::new();
        for change in self
            .server
            .mirror
            .cases
            .values()
            .flat_map(|case| &case.changes)
        {
            if let Some(mark) = mark(change) {
                log.entry(mark).or_default().insert(&change.id);
            }
        }
        let tray: BTreeSet<Mark> = self.server.tray().iter().filter_map(mark).collect();
        let journals = self.tablets.iter().flat_map(|tablet| &tablet.profiles);
        let refused: BTreeSet<Mark> = journals
            .flat_map(|profile| profile.kept())
            .filter(|kept| matches!(kept.stage, Stage::Refused(_)))
            .filter_map(|kept| mark(&kept.change))
            .collect();
        let mut violations = Vec::new();
        for (mark, deed) in self.marks.0.iter().enumerate() {
            let times = log.get(&mark).map_or(0, BTreeSet::len);
            let is_copied = deed.is_copied || (deed.is_copied_refused && self.was_restored);
            if times > 1 && !is_copied {
                violations.push(format!("doubled: {mark} as {:?}", log[&mark]));
            }
            if times > 0 && deed.is_forbidden {
                violations.push(format!("permission: {mark} is in the log"));
            }
            if deed.is_excused || times > 0 {
                continue;
            }
            if deed.is_acknowledged && !(deed.is_unproven && tray.contains(&mark)) {
                violations.push(format!("lost: {mark} was synced and is not in the log"));
                continue;
            }
            // The backup of an old tray may lack it: then its author's device has it.
            let is_in_sight =
                tray.contains(&mark) || (self.was_restored && refused.contains(&mark));
            if deed.is_saved && !is_in_sight {
                violations.push(format!("lost: {mark} was saved and is nowhere"));
            }
        }
        self.violations.extend(violations);
    }

    /// Promises 2 and 3: every device has all that its user may see and nothing else, and shows it
    /// as the log says; nothing waits.
    fn check_devices(&mut self) {
        let mut violations = Vec::new();
        let mirror = &self.server.mirror;
        let bytes = |folded: &FoldedCase| serde_json::to_vec(folded).expect("a case is JSON");
        let expected: BTreeMap<_, _> = mirror
            .cases
            .iter()
            .map(|(subject, case)| (subject, bytes(&case.folded)))
            .collect();
        for (number, tablet) in self.tablets.iter().enumerate() {
            for profile in &tablet.profiles {
                let actor = &self.users[profile.user];
                let scope = Scope::of(actor);
                let name = format!("{} on tablet {number}", actor.user);
                for kept in profile.kept() {
                    let (id, subject) = (&kept.change.id, &kept.change.subject);
                    match kept.stage {
                        Stage::Unsent | Stage::Doubtful(_) => {
                            violations.push(format!("stuck: {id} with {name}: {:?}", kept.stage));
                        }
                        Stage::Taken(_) if !mirror.shows(&scope, subject) => {
                            violations.push(format!("scope: {id} of {subject} with {name}"));
                        }
                        Stage::Taken(_) | Stage::Refused(_) => {}
                    }
                }
                for tab in &profile.tabs {
                    let ledger = tab.replica.ledger();
                    let held = profile.kept().count();
                    if ledger.all().count() != held {
                        let journal: BTreeSet<_> =
                            profile.kept().map(|kept| &kept.change.id).collect();
                        let memory: BTreeSet<_> =
                            ledger.all().map(|kept| &kept.change.id).collect();
                        violations.push(format!(
                            "diverged: a tab of {name} lacks {:?}, has too much {:?}",
                            journal.difference(&memory).collect::<Vec<_>>(),
                            memory.difference(&journal).collect::<Vec<_>>()
                        ));
                    }
                    for (subject, expected) in &expected {
                        if !mirror.shows(&scope, subject) {
                            continue;
                        }
                        let shown = ledger.case(subject).map(|case| bytes(&case.folded));
                        if shown.as_ref() != Some(expected) {
                            let log: BTreeSet<_> = mirror.cases[*subject]
                                .changes
                                .iter()
                                .map(|change| {
                                    (change.id.to_string(), change.fingerprint().to_string())
                                })
                                .collect();
                            let held: BTreeSet<_> = ledger
                                .of(subject)
                                .iter()
                                .filter(|kept| !matches!(kept.stage, Stage::Refused(_)))
                                .map(|kept| &kept.change)
                                .map(|change| {
                                    (change.id.to_string(), change.fingerprint().to_string())
                                })
                                .collect();
                            violations.push(format!(
                                "diverged: {subject} with {name}: lacks {:?}, has too much {:?}",
                                log.difference(&held).collect::<Vec<_>>(),
                                held.difference(&log).collect::<Vec<_>>()
                            ));
                        }
                    }
                }
            }
        }
        self.violations.extend(violations);
    }

    /// Order: the numbers of a device have no holes, but for those that were destroyed.
    fn check_numbers(&mut self) {
        if self.was_restored || self.counts.of(Fault::Damaged) > 0 {
            return;
        }
        let mut numbers: BTreeMap<DeviceId, BTreeSet<u64>> = BTreeMap::new();
        let log = self
            .server
            .mirror
            .cases
            .values()
            .flat_map(|case| &case.changes);
        for change in log.chain(&self.server.tray()) {
            let id = &change.id;
            numbers
                .entry(id.device.clone())
                .or_default()
                .insert(id.sequence);
        }
        for id in self.server.reused() {
            if self.sent.get(&id).is_none_or(|deeds| deeds.len() < 2) {
                self.violations
                    .push(format!("gap: {id} was passed over, and then set aside"));
            }
        }
        for (device, numbers) in numbers {
            let last = numbers.last().copied().unwrap_or_default();
            if numbers.len() as u64 != last {
                self.violations.push(format!(
                    "gap: of {last} numbers of {device} {} are there",
                    numbers.len()
                ));
            }
        }
    }

    /// Promise 5: whoever disagrees is shown, and nothing is picked silently.
    fn check_disagreements(&mut self, subject: &str, changes: &[Change], folded: &FoldedCase) {
        let mut edits: BTreeMap<String, Vec<(&Change, serde_json::Value)>> = BTreeMap::new();
        let mut replaced: BTreeSet<ChangeId> = BTreeSet::new();
        for change in changes {
            if let Ok(Body::Head {
                field,
                value,
                replaces,
            }) = change.body()
            {
                replaced.extend(replaces);
                edits.entry(field).or_default().push((change, value));
            }
        }
        for (field, edits) in &edits {
            let open: BTreeSet<String> = edits
                .iter()
                .filter(|(change, _)| !replaced.contains(&change.id))
                .map(|(_, value)| value.to_string())
                .collect();
            let listed = folded
                .parallel
                .iter()
                .filter(|parallel| parallel.field == *field);
            let listed = listed.flat_map(|parallel| &parallel.others).count();
            if open.len() > 1 && listed + 1 < open.len() {
                self.violations.push(format!(
                    "silent: {} values of {field} of {subject}",
                    open.len()
                ));
            }
        }
        let file = &folded.file;
        let standing = file.standing();
        // Events of different deeds never say the same.
        let mut once: BTreeMap<(&EventKind, u8), BTreeSet<String>> = BTreeMap::new();
        for (event, stands) in file.events.iter().zip(standing) {
            if stands && event.kind.facts().is_some_and(|facts| !facts.many) {
                let deed = event.details.get("mark").map(ToString::to_string);
                let deeds = once.entry((&event.kind, event.round())).or_default();
                deeds.extend(deed);
            }
        }
        let known = conflicts(file);
        for ((kind, round), deeds) in once.into_iter().filter(|(_, deeds)| deeds.len() > 1) {
            let count = deeds.len();
            let shown = known.iter().any(|conflict| {
                conflict.kind == *kind && conflict.round == round && conflict.events.len() >= count
            });
            if !shown {
                self.violations
                    .push(format!("silent: {count} times {kind:?} on {subject}"));
            }
        }
    }
}
