//! What stands of a case on a day: the events that count, in the order of their day.

use crate::{
    CaseFile, CaseHead, Day, Event, EventKind,
    event::{Outcome, Verdict},
};

/// An event, and where it stands in the case's list.
#[derive(Clone, Copy, Debug)]
pub(crate) struct At<'a> {
    pub(crate) position: usize,
    pub(crate) event: &'a Event,
}

impl At<'_> {
    pub(crate) const fn on(&self) -> Day {
        self.event.on
    }

    /// The day on which it reached the bureau.
    pub(crate) fn received(&self) -> Day {
        self.event.received_on.unwrap_or(self.event.on)
    }
}

const NONE: u32 = u32::MAX;

/// The events of a case that count on a day, threaded by type in the order of their day.
pub(crate) struct Facts<'a> {
    pub(crate) case: &'a CaseFile,
    pub(crate) as_of: Day,
    /// Positions of standing events after `as_of`, retractions aside.
    pub(crate) future: Vec<usize>,
    /// The rounds that events are written for, ascending; always the spot check's.
    pub(crate) rounds: Vec<u8>,
    /// The day of the last event that counts.
    pub(crate) latest: Option<Day>,
    /// A once-only type occurs more than once: there may be a conflict.
    pub(crate) may_conflict: bool,
    /// By type, the first thread entry.
    heads: [u32; EventKind::ALL.len()],
    threads: Vec<Thread>,
}

struct Thread {
    position: u32,
    next: u32,
    round: u8,
}

impl<'a> Facts<'a> {
    pub(crate) fn new(case: &'a CaseFile, as_of: Day) -> Self {
        let stands = case.standing();
        let mut facts = Self {
            case,
            as_of,
            future: Vec::new(),
            rounds: vec![0],
            latest: None,
            may_conflict: false,
            heads: [NONE; EventKind::ALL.len()],
            threads: Vec::with_capacity(case.events.len()),
        };
        let mut counted: Vec<(Day, u32)> = Vec::with_capacity(case.events.len());
        for (position, event) in case.events.iter().enumerate() {
            if !stands[position] || event.kind == EventKind::Retracted {
                continue;
            }
            if event.on > as_of {
                facts.future.push(position);
            } else if let Ok(position) = u32::try_from(position) {
                counted.push((event.on, position));
            }
        }
        // Ties are broken by position, so the order is the only one.
        counted.sort_unstable();
        facts.latest = counted.last().map(|(day, _)| *day);
        for (_, position) in counted.into_iter().rev() {
            let event = &case.events[position as usize];
            let Some(place) = event.kind.place() else {
                continue;
            };
            let round = event.round();
            if !facts.rounds.contains(&round) {
                facts.rounds.push(round);
            }
            let next = facts.heads[place];
            facts.may_conflict |= facts.first(&event.kind, round).is_some()
                && event.kind.facts().is_some_and(|it| !it.many);
            facts.heads[place] = u32::try_from(facts.threads.len()).unwrap_or(NONE);
            facts.threads.push(Thread {
                position,
                next,
                round,
            });
        }
        facts.rounds.sort_unstable();
        facts.may_conflict |= !facts.future.is_empty();
        facts
    }

    /// The event at this position of the list.
    pub(crate) fn at(&self, position: usize) -> Option<At<'a>> {
        let event = self.case.events.get(position)?;
        Some(At { position, event })
    }

    pub(crate) const fn head(&self) -> &'a CaseHead {
        &self.case.case
    }

    fn threads(&self, kind: &EventKind) -> impl Iterator<Item = &Thread> {
        let first = kind.place().map_or(NONE, |place| self.heads[place]);
        let thread = |at: u32| self.threads.get(at as usize);
        std::iter::successors(thread(first), move |before| thread(before.next))
    }

    fn at_thread(&self, thread: &Thread) -> At<'a> {
        let position = thread.position as usize;
        At {
            position,
            event: &self.case.events[position],
        }
    }

    /// Every event of this type that counts, in the order of the day.
    pub(crate) fn all(&self, kind: &EventKind) -> impl Iterator<Item = At<'a>> {
        self.threads(kind).map(|thread| self.at_thread(thread))
    }

    /// The first event of this type and round.
    pub(crate) fn first(&self, kind: &EventKind, round: u8) -> Option<At<'a>> {
        let mut threads = self.threads(kind);
        let first = threads.find(|thread| thread.round == round)?;
        Some(self.at_thread(first))
    }

    /// The first event of this type, which has no rounds.
    pub(crate) fn only(&self, kind: &EventKind) -> Option<At<'a>> {
        self.all(kind).next()
    }

    /// The last event of this type.
    pub(crate) fn last(&self, kind: &EventKind) -> Option<At<'a>> {
        self.all(kind).last()
    }

    /// The earliest of the first events of these types, in this round; of two on one day the
    /// one that stands first in the log.
    pub(crate) fn earliest(&self, kinds: &[EventKind], round: u8) -> Option<At<'a>> {
        kinds
            .iter()
            .filter_map(|kind| self.first(kind, round))
            .min_by_key(|at| (at.on(), at.position))
    }

    /// The reinspections that are reported: the first report of each round, by round.
    pub(crate) fn reinspections(&self) -> impl Iterator<Item = At<'a>> {
        self.rounds
            .iter()
            .filter_map(|round| self.first(&EventKind::ReinspectionReported, *round))
    }

    /// The reinspection of this round, where it is reported with this verdict.
    pub(crate) fn reinspection(&self, round: u8, verdict: Verdict) -> Option<At<'a>> {
        self.first(&EventKind::ReinspectionReported, round)
            .filter(|at| at.event.verdict == Some(verdict))
    }

    /// The decision that overturned the result of this round's inspection.
    pub(crate) fn overturned(&self, round: u8) -> Option<At<'a>> {
        self.first(&EventKind::ObjectionDecided, round)
            .filter(|at| at.event.outcome == Some(Outcome::Overturned))
    }

    /// What shows that the spot check's result was nonconforming, whether it still stands or not.
    pub(crate) fn nonconforming(&self) -> Option<At<'a>> {
        match self.only(&EventKind::ReportSubmitted) {
            Some(report) => {
                Some(report).filter(|at| at.event.verdict == Some(Verdict::Nonconforming))
            }
            None => self.earliest(&[EventKind::MaterialsReceived, EventKind::ResultServed], 0),
        }
    }

    /// Whether the regulation's scope takes in the product.
    pub(crate) fn in_scope(&self) -> bool {
        let excluded = self.head().product.excluded_class.as_deref();
        excluded.unwrap_or_default().is_empty()
    }

    /// Whether a result is on record, as category 8 asks of a spot check.
    pub(crate) fn has_result(&self) -> bool {
        const RESULTS: [EventKind; 3] = [
            EventKind::ReportSubmitted,
            EventKind::MaterialsReceived,
            EventKind::ResultServed,
        ];
        self.in_scope() && self.earliest(&RESULTS, 0).is_some()
    }

    /// Whether there is a nonconforming result that stands.
    pub(crate) fn result_stands(&self) -> bool {
        self.nonconforming().is_some() && self.overturned(0).is_none()
    }

    /// The verification by which a cessation stands.
    pub(crate) fn cessation(&self) -> Option<At<'a>> {
        let verified = self.last(&EventKind::RectificationVerified)?;
        let ceased = matches!(
            verified.event.outcome,
            Some(Outcome::Ceased | Outcome::Switched | Outcome::Discontinued)
        );
        let resumed = self
            .all(&EventKind::ProhibitedProductionFound)
            .any(|found| found.on() > verified.on());
        (ceased && !resumed).then_some(verified)
    }

    /// The event by which the case passes: the first day on which a reinspection is reported
    /// conforming or a decision overturns a nonconforming one.
    pub(crate) fn passed(&self) -> Option<At<'a>> {
        self.reinspections()
            .filter_map(|report| match report.event.verdict? {
                Verdict::Conforming => Some(report),
                Verdict::Nonconforming => self.overturned(report.event.round()),
            })
            .min_by_key(|at| (at.on(), at.position))
    }

    /// The code of the bureau that handles the case.
    pub(crate) fn handling_bureau(&self) -> &'a str {
        self.all(&EventKind::MaterialsForwarded)
            .filter_map(|at| at.event.to.as_deref())
            .last()
            .unwrap_or(&self.head().handling_bureau)
    }
}
