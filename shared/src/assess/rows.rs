//! The rows: which rules bind a case on a day, until when, and how each stands.

use crate::{
    Day, EventKind,
    assess::{Deadline, Reckoning, Status, Waiver},
    bureau,
    calendar::{Schedule, WorkCalendar},
    edition::Edition,
    event::{FiledWith, Verdict},
    facts::{At, Facts},
    rule::{Condition, Done, Limit, Moot, Rule, Trigger},
};

/// Where a row's clock starts.
#[derive(Clone, Copy)]
pub(super) struct Start<'a> {
    /// The day that is not counted.
    pub(super) from: Day,
    /// The event that set it off.
    pub(super) trigger: At<'a>,
    /// Another event that it rests on.
    pub(super) also: Option<At<'a>>,
    /// The inspection whose overturning takes the ground from under it.
    pub(super) inspection: u8,
    /// The day itself rests on days that no notice speaks for.
    pub(super) provisional: bool,
}

impl<'a> Start<'a> {
    pub(super) fn on(trigger: At<'a>) -> Self {
        Self {
            from: trigger.on(),
            inspection: trigger.event.round(),
            trigger,
            also: None,
            provisional: false,
        }
    }

    fn with(self, also: At<'a>) -> Self {
        Self {
            also: Some(also),
            ..self
        }
    }

    pub(super) fn from(self, from: Day) -> Self {
        Self { from, ..self }
    }
}

/// An end of a limit, and how it came about.
#[derive(Clone, Copy)]
pub(super) struct End {
    pub(super) reckoning: Reckoning,
    pub(super) due: Option<Day>,
    pub(super) provisional: bool,
}

/// How the latest request for an extension stands that was made by the due day.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Request {
    Undecided,
    Refused,
}

/// The rectification period (article 16), which many rules look at.
pub(super) struct Rectification<'a> {
    /// The limit as the regulation sets it.
    pub(super) limit_ends: Option<Day>,
    /// The same, or what the last extension made of it.
    pub(super) end: End,
    served: At<'a>,
    /// The request for an extension that counts.
    pub(super) request: Option<(At<'a>, Request)>,
}

impl<'a> Rectification<'a> {
    fn new(facts: &Facts<'a>, edition: &'static Edition, calendar: &WorkCalendar) -> Option<Self> {
        let rule = edition.rules.iter().find(|rule| rule.extendable)?;
        let served = start(rule, 0, facts, None)?.trigger;
        let limit = reckon(rule, served, served.on(), calendar.of(rule.party));
        let granted = facts
            .all(&EventKind::ExtensionGranted)
            .filter_map(|grant| Some((grant, grant.event.until?)))
            .last();
        let end = granted.map_or(limit, |(grant, until)| End {
            reckoning: Reckoning::Document(grant.position),
            due: Some(until),
            provisional: false,
        });
        let mut rectification = Self {
            limit_ends: limit.due,
            end,
            served,
            request: None,
        };
        rectification.request = rectification.counting_request(facts);
        Some(rectification)
    }

    fn counting_request(&self, facts: &Facts<'a>) -> Option<(At<'a>, Request)> {
        let due = self.end.due?;
        let request = facts
            .all(&EventKind::ExtensionRequested)
            .take_while(|request| request.on() <= due)
            .last()?;
        let answered = |kind| facts.all(kind).any(|answer| answer.on() >= request.on());
        if answered(&EventKind::ExtensionGranted) {
            return None;
        }
        let refused = answered(&EventKind::ExtensionRefused);
        Some((
            request,
            if refused {
                Request::Refused
            } else {
                Request::Undecided
            },
        ))
    }

    /// The due day, once it has passed.
    pub(super) fn fell_due(&self, as_of: Day) -> Option<Day> {
        self.end.due.filter(|due| as_of > *due)
    }

    pub(super) fn is_undecided(&self) -> bool {
        matches!(self.request, Some((_, Request::Undecided)))
    }
}

/// The rows of an edition, sorted as its rules are, then by round.
pub(super) fn rows<'a>(
    facts: &Facts<'a>,
    edition: &'static Edition,
    calendar: &WorkCalendar,
) -> (Vec<Deadline>, Option<Rectification<'a>>) {
    let rectification = Rectification::new(facts, edition, calendar);
    let mut rows = Vec::with_capacity(edition.rules.len() + 8);
    for rule in edition
        .rules
        .iter()
        .filter(|rule| holds(rule.condition, facts))
    {
        let rounds = if rule.per_round { &*facts.rounds } else { &[0] };
        for round in rounds {
            if let Some(start) = start(rule, *round, facts, rectification.as_ref()) {
                let end = match &rectification {
                    Some(rectification) if rule.extendable => rectification.end,
                    _ => reckon(rule, start.trigger, start.from, calendar.of(rule.party)),
                };
                rows.push(row(rule, *round, start, end, facts));
            }
        }
    }
    (rows, rectification)
}

/// Whether a rule's condition holds of the case, whatever has happened.
pub(crate) fn holds(condition: Condition, facts: &Facts<'_>) -> bool {
    let head = facts.head();
    match condition {
        Condition::Always => true,
        Condition::Serious => head.serious,
        Condition::EndangersSafety => head.endangers_safety,
        Condition::Trait(any) => head.product.traits.iter().any(|item| any.contains(item)),
        Condition::RegisteredElsewhere => {
            let registered = &head.enterprise.registration_district;
            registered.starts_with("11")
                && district(registered) != district(facts.handling_bureau())
        }
    }
}

/// The district that a district's or a bureau's code means.
fn district(code: &str) -> &str {
    bureau::by_code(code).map_or(code, |bureau| bureau.district)
}

/// Where the row of this rule and round starts, once its trigger has happened.
fn start<'a>(
    rule: &Rule,
    round: u8,
    facts: &Facts<'a>,
    rectification: Option<&Rectification<'a>>,
) -> Option<Start<'a>> {
    match rule.trigger {
        Trigger::First(kinds) => facts.earliest(kinds, round).map(Start::on),
        Trigger::Report(verdict) => facts
            .only(&EventKind::ReportSubmitted)
            .filter(|report| report.event.verdict == Some(verdict))
            .map(Start::on),
        Trigger::Verified(outcomes) => facts
            .all(&EventKind::RectificationVerified)
            .find(|verified| {
                verified
                    .event
                    .outcome
                    .is_some_and(|it| outcomes.contains(&it))
            })
            .map(Start::on),
        Trigger::ResultServed if round == 0 => facts.only(&EventKind::ResultServed).map(Start::on),
        Trigger::ResultServed => {
            let failed = facts.reinspection(round, Verdict::Nonconforming)?;
            let served = facts.first(&EventKind::ReinspectionResultServed, round)?;
            Some(Start::on(served).with(failed))
        }
        Trigger::ObjectionReceived => {
            let filed = facts.first(&EventKind::ObjectionFiled, round)?;
            let elsewhere = filed.event.filed_with == Some(FiledWith::National);
            if elsewhere && filed.event.received_on.is_none() {
                return None;
            }
            received(filed, facts)
        }
        Trigger::Received(kinds) => received(facts.earliest(kinds, round)?, facts),
        Trigger::RectificationReceived => {
            let report = received(facts.only(&EventKind::RectificationReported)?, facts)?;
            let applied = received(facts.only(&EventKind::ReinspectionApplied)?, facts)?;
            Some(if report.from > applied.from {
                report.with(applied.trigger)
            } else {
                applied.with(report.trigger)
            })
        }
        Trigger::RectificationFellDue => {
            let rectification = rectification?;
            let due = rectification.fell_due(facts.as_of)?;
            let applied = facts.only(&EventKind::ReinspectionApplied);
            if applied.is_some_and(|applied| applied.on() <= due) || rectification.is_undecided() {
                return None;
            }
            let granted = match rectification.end.reckoning {
                Reckoning::Document(position) => facts.at(position),
                _ => None,
            };
            Some(Start {
                also: granted,
                provisional: rectification.end.provisional,
                ..Start::on(rectification.served).from(due + 1)
            })
        }
        Trigger::Reinspection(of_round, verdict) => facts
            .reinspection(of_round.unwrap_or(round), verdict)
            .map(Start::on),
        Trigger::ReinspectionMaterials => {
            if facts.reinspection(round, Verdict::Conforming).is_some() {
                return None;
            }
            facts
                .first(&EventKind::ReinspectionMaterialsReceived, round)
                .map(Start::on)
        }
        Trigger::FailureAnnounced => {
            let failed = facts.reinspection(1, Verdict::Nonconforming)?;
            let announced = facts
                .all(&EventKind::Announced)
                .find(|announced| announced.on() >= failed.on())?;
            Some(Start {
                inspection: 1,
                ..Start::on(announced).with(failed)
            })
        }
        Trigger::SuspensionEnded => {
            let suspended = facts.only(&EventKind::BusinessSuspended)?;
            let until = suspended.event.until.filter(|until| facts.as_of > *until)?;
            Some(Start {
                inspection: 2,
                ..Start::on(suspended).from(until)
            })
        }
        Trigger::FirstFailure => {
            let rank = |failed: &At<'_>| {
                let overturned = facts.overturned(failed.event.round()).is_some();
                (overturned, failed.on(), failed.position)
            };
            failures(facts).min_by_key(rank).map(Start::on)
        }
        Trigger::SeriousFailure => failures(facts)
            .find(|failed| failed.event.serious == Some(true))
            .map(Start::on),
        Trigger::Each(_) => None,
    }
}

/// The nonconforming reinspections, by round.
fn failures<'a>(facts: &Facts<'a>) -> impl Iterator<Item = At<'a>> {
    facts
        .reinspections()
        .filter(|report| report.event.verdict == Some(Verdict::Nonconforming))
}

/// The bureau's clock: it starts when the paper arrives, and not before it has.
fn received<'a>(handed_in: At<'a>, facts: &Facts<'a>) -> Option<Start<'a>> {
    let received = handed_in.received();
    (received <= facts.as_of).then(|| Start::on(handed_in).from(received))
}

/// The end of a rule's limit that starts from a day.
pub(super) fn reckon(rule: &Rule, trigger: At<'_>, from: Day, schedule: &Schedule) -> End {
    let moved = |days: u16| {
        let full = from + i32::from(days);
        let end = schedule.next_working_day(full);
        (full, end, !schedule.is_known_through(full, end))
    };
    let (reckoning, due, provisional) = match rule.limit {
        Limit::None => (Reckoning::NoLimit, None, false),
        Limit::WorkingDays(days) => {
            let due = schedule.add_working_days(from, days);
            let known = days == 0 || schedule.is_known_through(from + 1, due);
            (Reckoning::WorkingDays(days), Some(due), !known)
        }
        Limit::CalendarDays(days) => {
            let (full, due, provisional) = moved(days);
            let reckoning = Reckoning::CalendarDays { days, full };
            (reckoning, Some(due), provisional)
        }
        Limit::CalendarDaysUnmoved(days) => (
            Reckoning::CalendarDaysUnmoved(days),
            Some(from + i32::from(days)),
            false,
        ),
        Limit::FromEndOf {
            calendar_days,
            offset_days,
        } => {
            let (_, end, provisional) = moved(calendar_days);
            let reckoning = Reckoning::FromEnd {
                days: calendar_days,
                end,
                offset_days,
            };
            (reckoning, Some(end + i32::from(offset_days)), provisional)
        }
        Limit::Document => match trigger.event.due {
            Some(due) => (Reckoning::Document(trigger.position), Some(due), false),
            None => (Reckoning::DocumentWithoutDay(trigger.position), None, false),
        },
    };
    End {
        reckoning,
        due,
        provisional,
    }
}

pub(super) fn row(
    rule: &'static Rule,
    round: u8,
    start: Start<'_>,
    end: End,
    facts: &Facts<'_>,
) -> Deadline {
    let (done, done_by) = done(rule, round, &start, facts);
    let waiver = match done {
        Some(_) => None,
        None => rule
            .moot
            .iter()
            .find_map(|moot| waiver(*moot, &start, facts)),
    };
    let mut rests_on = Vec::with_capacity(2);
    rests_on.push(start.trigger.position);
    rests_on.extend(start.also.map(|also| also.position));
    if let Reckoning::Document(position) = end.reckoning
        && !rests_on.contains(&position)
    {
        rests_on.push(position);
    }
    let past_due = |day: Day| end.due.is_some_and(|due| day > due);
    let status = match done {
        Some(done) if past_due(done) => Status::Late,
        Some(_) => Status::Met,
        None if waiver.is_some() => Status::Waived,
        None if !past_due(facts.as_of) => Status::Open,
        None if rule.is_right => Status::Lapsed,
        None => Status::Overdue,
    };
    Deadline {
        rule,
        round,
        from: start.from,
        rests_on,
        reckoning: end.reckoning,
        due: end.due,
        status,
        done,
        done_by,
        waiver,
        provisional: end.provisional || start.provisional,
        disputed: false,
    }
}

fn done(rule: &Rule, round: u8, start: &Start<'_>, facts: &Facts<'_>) -> (Option<Day>, Vec<usize>) {
    let by = |found: Option<At<'_>>| match found {
        Some(at) => (Some(at.on()), vec![at.position]),
        None => (None, Vec::new()),
    };
    match rule.done {
        Done::Any(kinds) => by(facts.earliest(kinds, round)),
        Done::Commissioned(round) => by(facts.first(&EventKind::ReinspectionCommissioned, round)),
        Done::Since(kinds) => by(kinds
            .iter()
            .filter_map(|kind| facts.all(kind).find(|at| at.on() >= start.from))
            .min_by_key(|at| (at.on(), at.position))),
        Done::All(kinds) => {
            let each = kinds.iter().map(|kind| facts.first(kind, round));
            let Some(all) = each.collect::<Option<Vec<_>>>() else {
                return (None, Vec::new());
            };
            let last = all.iter().map(At::on).max();
            (last, all.iter().map(|at| at.position).collect())
        }
        Done::Until(kinds) => kinds
            .iter()
            .filter_map(|kind| facts.last(kind))
            .find_map(|at| Some((Some(at.event.until?), vec![at.position])))
            .unwrap_or_default(),
    }
}

fn waiver(moot: Moot, start: &Start<'_>, facts: &Facts<'_>) -> Option<Waiver> {
    let event = match moot {
        Moot::ResultOverturned => facts.overturned(0),
        Moot::ReinspectionOverturned => facts.overturned(start.inspection),
        Moot::CessationStands => facts.cessation(),
        Moot::ExcuseAccepted => facts.only(&EventKind::ExcuseAccepted),
        Moot::AppliedLate => facts.only(&EventKind::ReinspectionApplied),
    }?;
    Some(Waiver {
        reason: moot,
        event: event.position,
    })
}
