//! Settling what a device sends.

use std::{borrow::Cow, collections::BTreeSet};

use shared::{
    Actor,
    change::{Change, Epoch, Subject},
    clock::MAXIMUM_CLOCK_LEAD_MILLISECONDS,
    mutation::mutated,
    publication::Announcements,
    status::StatusReports,
    sync::{
        Delivered, ExchangeRequest, Scope,
        admission::{admit_read, admit_to_announcement, admit_to_status},
        wire::{Hold, RefusalReason, Verdict},
    },
};

use super::answer::Settled;
use crate::db::{
    Error, announcements,
    cases::Cases,
    log,
    prepared::{Prepared, Receipts},
};

/// A push under way.
pub(super) struct Desk<'a> {
    pub(super) actor: &'a Actor,
    pub(super) request: &'a ExchangeRequest,
    pub(super) now_milliseconds: u64,
    pub(super) epoch: Epoch,
    pub(super) receipts: &'a Receipts,
    pub(super) cases: Cases<'a>,
    /// The steps of all announcements, once one is sent.
    pub(super) announcements: Option<Vec<Change>>,
    pub(super) settled: Settled,
}

impl Desk<'_> {
    /// Everyone computes dates: a scope is given the calendar from its first exchange on.
    pub(super) fn show_calendar(&mut self) -> Result<(), Error> {
        match Scope::of(self.actor) {
            Scope::All => Ok(()),
            scope => self.cases.log.also_see(&Subject::calendar(), &scope),
        }
    }

    /// Settles the offers and what is pushed.
    pub(super) fn settle(&mut self, push: Vec<Prepared<'_>>) -> Result<(), Error> {
        let request = self.request;
        let settled = self.settled.up_to;
        let mut subjects: BTreeSet<&Subject> = BTreeSet::new();
        for offer in &request.offers {
            if self.take_back(offer)? {
                subjects.insert(&offer.change.subject);
            }
        }
        let (repeated, new): (Vec<_>, Vec<_>) = push
            .into_iter()
            .partition(|prepared| prepared.change.id.sequence <= settled);
        let mut reused = false;
        for prepared in repeated {
            let verdict = self.repeat(&prepared)?;
            reused |= verdict.refused == Some(RefusalReason::IdReused);
            self.settled.verdicts.push(verdict);
        }
        let latest = self.now_milliseconds + MAXIMUM_CLOCK_LEAD_MILLISECONDS;
        let is_ahead = |prepared: &Prepared<'_>| prepared.change.clock.milliseconds > latest;
        if !self.is_dense(&new) {
            self.settled.hold = Some(Hold::Gap);
        } else if new.iter().any(is_ahead) && !mutated("clock-not-bounded") {
            self.settled.hold = Some(Hold::ClockAhead);
        } else if !reused {
            // What follows a number that means something else may speak of it: the device sends it
            // again under another name.
            let known = self.known(&new)?;
            for prepared in new {
                let change = prepared.change;
                let verdict = if known.contains(&change.id.sequence) {
                    self.settle_known(change)?
                } else {
                    self.settle_one(prepared)?
                };
                let blocked = verdict.refused == Some(RefusalReason::IdReused)
                    || (verdict.refused.is_some() && mutated("refusal-blocks"));
                self.settled.verdicts.push(verdict);
                if blocked {
                    break;
                }
                self.settled.up_to = change.id.sequence;
                subjects.insert(&change.subject);
            }
            if self.settled.verdicts.len() == request.push.len() {
                self.settled.up_to = self.settled.up_to.max(request.holes_up_to);
            }
        }
        for subject in subjects.into_iter().filter(|it| it.case_id().is_some()) {
            self.cases
                .tell_history(&self.epoch, subject, self.now_milliseconds)?;
        }
        Ok(())
    }

    /// Which of these the log has: a case file, or another device's offers, may have brought them
    /// before their own device did.
    fn known(&self, new: &[Prepared<'_>]) -> Result<BTreeSet<u64>, Error> {
        match (new.first(), new.last()) {
            (Some(first), Some(last)) => log::sequences(
                self.cases.log.transaction,
                &self.request.device,
                first.change.id.sequence,
                last.change.id.sequence,
            ),
            _ => Ok(BTreeSet::new()),
        }
    }

    /// Whether the changes follow one another and what is settled, but for numbers that are gone.
    fn is_dense(&self, new: &[Prepared<'_>]) -> bool {
        let mut last = self.settled.up_to;
        new.iter().all(|Prepared { change, .. }| {
            let sequence = change.id.sequence;
            let follows = sequence == last + 1
                || (sequence > last && sequence <= self.request.holes_up_to + 1)
                || (mutated("gap-not-noticed") && sequence > last);
            last = sequence;
            follows && change.id.device == self.request.device
        })
    }

    /// Takes a change that the log had once; says whether it was missing. The receipt proves that it
    /// was admitted then; one without is judged as if it were sent now.
    fn take_back(&mut self, offer: &Delivered) -> Result<bool, Error> {
        let Delivered { change, receipt } = offer;
        let is_calendar = change.subject == Subject::calendar();
        let is_step = is_record(&change.subject);
        // Records of history the server makes anew.
        let is_taken = is_calendar || is_step || change.subject.case_id().is_some();
        let proven = self.receipts.sign(&change.canonical_bytes()) == *receipt;
        let transaction = self.cases.log.transaction;
        if !is_taken || !proven || mutated("offers-ignored") {
            return Ok(false);
        }
        let change = match log::change_by_id(transaction, &change.id)? {
            None => Cow::Borrowed(change),
            Some(known) if known.is_same_deed(change) => return Ok(false),
            // Its number has been used again since the log was rolled back.
            Some(_) => Cow::Owned(change.displaced()),
        };
        if matches!(change, Cow::Owned(_)) && log::change_by_id(transaction, &change.id)?.is_some()
        {
            return Ok(false);
        }
        if is_calendar {
            self.append_to_calendar(&Prepared::of(&change))?;
            return Ok(true);
        }
        if is_step {
            self.append_step(&Prepared::of(&change))?;
            return Ok(true);
        }
        let now = self.now_milliseconds;
        self.cases.append(Prepared::of(&change), now)?;
        Ok(true)
    }

    /// The verdict on a change that was settled before.
    fn repeat(&self, prepared: &Prepared<'_>) -> Result<Verdict, Error> {
        let (transaction, change) = (self.cases.log.transaction, prepared.change);
        if let Some(known) = log::change_by_id(transaction, &change.id)? {
            let is_same = known.is_same_deed(change) || mutated("contents-not-compared");
            if is_same && !mutated("repetition-not-known") {
                return Ok(self.taken_as(&known, change));
            }
        } else if let Some(reason) = log::refused_before(transaction, change)? {
            return Ok(Verdict::refused(change.id.sequence, reason));
        }
        self.refuse(change, RefusalReason::IdReused)
    }

    /// The verdict on a change whose number the log has, though the device does not know of it.
    fn settle_known(&self, change: &Change) -> Result<Verdict, Error> {
        match log::change_by_id(self.cases.log.transaction, &change.id)? {
            Some(known) if known.is_same_deed(change) => Ok(self.taken_as(&known, change)),
            _ => self.refuse(change, RefusalReason::IdReused),
        }
    }

    fn settle_one(&mut self, mut prepared: Prepared<'_>) -> Result<Verdict, Error> {
        let change = prepared.change;
        if change.subject == Subject::calendar() {
            return self.settle_calendar(&mut prepared);
        }
        if change.subject.announcement_id().is_some() {
            return self.settle_step(&mut prepared);
        }
        if change.subject.status_of().is_some() {
            return self.settle_status(&mut prepared);
        }
        let case = self.cases.get(&change.subject)?;
        if let Err(reason) = admit_read(change, &prepared.body, self.actor, case) {
            return self.refuse(change, reason);
        }
        let verdict = taken(&mut prepared);
        let now = self.now_milliseconds;
        self.cases.append(prepared, now)?;
        self.cases.number(&self.epoch, &change.subject, now)?;
        Ok(verdict)
    }

    /// What is said of working days reaches every scope.
    fn settle_calendar(&mut self, prepared: &mut Prepared<'_>) -> Result<Verdict, Error> {
        if let Err(reason) = admit_read(prepared.change, &prepared.body, self.actor, None) {
            return self.refuse(prepared.change, reason);
        }
        self.append_to_calendar(prepared)?;
        Ok(taken(prepared))
    }

    fn append_to_calendar(&mut self, prepared: &Prepared<'_>) -> Result<(), Error> {
        let log = &mut self.cases.log;
        let seeing = log.sight(&prepared.change.subject)?.clone();
        log.append(prepared, &seeing, self.now_milliseconds)
    }

    /// A step in the life of an announcement, or of an opinion on one.
    fn settle_step(&mut self, prepared: &mut Prepared<'_>) -> Result<Verdict, Error> {
        let (transaction, change) = (self.cases.log.transaction, prepared.change);
        let all = match &mut self.announcements {
            Some(changes) => Announcements::of(&*changes),
            none => Announcements::of(&*none.insert(announcements::changes(transaction)?)),
        };
        if let Err(reason) = admit_to_announcement(change, self.actor, &all) {
            return self.refuse(change, reason);
        }
        if announcements::lacks_risk(&mut self.cases, &all, change)? {
            return self.refuse(change, RefusalReason::OutOfOrder);
        }
        self.append_step(prepared)?;
        Ok(taken(prepared))
    }

    /// A step in the life of a district's report.
    fn settle_status(&mut self, prepared: &mut Prepared<'_>) -> Result<Verdict, Error> {
        let (transaction, change) = (self.cases.log.transaction, prepared.change);
        let known = log::changes_of(transaction, &change.subject)?;
        if let Err(reason) = admit_to_status(change, self.actor, &StatusReports::of(&known)) {
            return self.refuse(change, reason);
        }
        self.append_step(prepared)?;
        Ok(taken(prepared))
    }

    fn append_step(&mut self, prepared: &Prepared<'_>) -> Result<(), Error> {
        let (change, now) = (prepared.change, self.now_milliseconds);
        let seeing = Scope::seeing_of_record(&change.subject);
        self.cases.log.append(prepared, &seeing, now)?;
        if let Some(changes) = &mut self.announcements {
            changes.push(change.clone());
        }
        announcements::tell_cases(&mut self.cases, &self.epoch, change, now)
    }

    /// The verdict on one that the log has, perhaps with another stamp than it was sent with.
    fn taken_as(&self, known: &Change, sent: &Change) -> Verdict {
        let receipt = self.receipts.sign(&known.canonical_bytes());
        Verdict {
            clock: (known.clock != sent.clock).then_some(known.clock),
            ..Verdict::taken(known.id.sequence, receipt)
        }
    }

    fn refuse(&self, change: &Change, reason: RefusalReason) -> Result<Verdict, Error> {
        if !mutated("refused-dropped") {
            log::put_aside(
                self.cases.log.transaction,
                change,
                &self.actor.user,
                reason,
                self.now_milliseconds,
            )?;
        }
        Ok(Verdict::refused(change.id.sequence, reason))
    }
}

/// The verdict on a change that was taken as it was sent.
fn taken(prepared: &mut Prepared<'_>) -> Verdict {
    Verdict {
        sequence: prepared.change.id.sequence,
        receipt: prepared.receipt.take(),
        refused: None,
        clock: None,
        out_of_sight: false,
    }
}

/// Whether it is a record of its own: an announcement, an opinion on one, or a report.
fn is_record(subject: &Subject) -> bool {
    subject.announcement_id().is_some() || subject.status_of().is_some()
}
