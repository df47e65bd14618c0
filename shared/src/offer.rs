//! What comes next: the steps that a case's state offers, and those that still lie ahead.

use crate::{
    Actor, CaseFile, Event, EventKind as K,
    assess::{Assessment, Deadline, Status, holds},
    event::{Outcome, Verdict},
    facts::Facts,
    permission::{may_record, permitted},
    rule::{Done, Rule, Trigger},
};

/// A step that the state of a case offers.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Offer {
    /// What to record.
    pub kind: K,
    /// The round it is for; 0 where the event has none.
    pub round: u8,
    /// The rule of the row that it does, where it does one.
    pub rule: Option<&'static str>,
}

/// What follows what without a limit of its own: once an event of the first type stands, the
/// others may be next, until they are recorded.
const FOLLOW_UPS: &[(K, &[K])] = &[
    (K::MaterialsForwarded, &[K::MaterialsReceived]),
    (K::RectificationOrdered, &[K::RectificationOrderServed]),
    (K::RetestOrdered, &[K::RetestSampleConfirmed]),
    (K::InvestigationStarted, &[K::InvestigationConcluded]),
    (
        K::ExtensionRequested,
        &[K::ExtensionGranted, K::ExtensionRefused],
    ),
    (K::GoodsSealed, &[K::MeasureLifted]),
    (K::GoodsSeized, &[K::MeasureLifted]),
    (K::ReinspectionReported, &[K::ReinspectionMaterialsReceived]),
    (K::ReportCorrectionRequested, &[K::ReportCorrected]),
    (K::RectificationOrderServed, &[K::ExtensionRequested]),
];

/// What the state of a case offers to this actor, most natural first: what does the pending
/// rows, by urgency; then what usually follows. Everything else that may be recorded is in
/// [`permitted`].
///
/// ```
/// use shared::{Actor, CaseFile, CaseHead, Event, EventKind, Role, offer::{Offer, offers}};
/// use shared::{assess::assess, calendar::WorkCalendar, history::History};
/// let mut case = CaseFile::new(CaseHead {
///     regulation: "beijing-2013".into(),
///     handling_bureau: "110105".into(),
///     ..Default::default()
/// });
/// let day = "2013-02-07".parse()?;
/// case.events.push(Event::new("e1", EventKind::MaterialsReceived, day));
/// let officer = Actor { user: "u".into(), role: Role::District, office: "110105".into() };
/// let assessment = assess(&case, &History::default(), WorkCalendar::official(), day);
/// let next: Vec<Offer> = offers(&officer, &case, &assessment);
/// assert_eq!((next[0].rule, next[0].round), (Some("art6.serve_result"), 0));
/// let kinds: Vec<EventKind> = next.into_iter().map(|it| it.kind).collect();
/// assert_eq!(kinds, [EventKind::ResultServed, EventKind::RectificationOrdered]);
/// # Ok::<(), shared::day::ParseDayError>(())
/// ```
pub fn offers(actor: &Actor, case: &CaseFile, assessment: &Assessment) -> Vec<Offer> {
    let may = permitted(actor, case);
    let facts = Facts::new(case, assessment.as_of);
    let mut offered: Vec<Offer> = Vec::new();
    let mut offer = |kind: &K, round: u8, rule: Option<&'static str>| {
        let known = offered
            .iter()
            .any(|it| it.kind == *kind && it.round == round);
        // Of a result it may hang on the round, whose it is to deliver.
        let event = Event {
            written_round: Some(round),
            ..Event::new("", kind.clone(), assessment.as_of)
        };
        if !known && may.contains(kind) && may_record(actor, case, &event).is_ok() {
            offered.push(Offer {
                kind: kind.clone(),
                round,
                rule,
            });
        }
    };
    for row in pending(assessment) {
        let round = match row.rule.done {
            Done::Commissioned(round) => round,
            _ => row.round,
        };
        for kind in row.rule.done_by() {
            if kind.facts().is_some_and(|it| it.many) || facts.first(kind, round).is_none() {
                offer(kind, round, Some(row.rule.id));
            }
        }
    }
    for (before, next) in FOLLOW_UPS {
        for round in &facts.rounds {
            let Some(last) = facts
                .all(before)
                .filter(|at| at.event.round() == *round)
                .last()
            else {
                continue;
            };
            let answered = next.iter().any(|kind| {
                let mut later = facts.all(kind).filter(|at| at.event.round() == *round);
                let once = kind.facts().is_some_and(|it| !it.many);
                later.any(|at| once || at.on() >= last.on())
            });
            for kind in next.iter().filter(|_| !answered) {
                offer(kind, *round, None);
            }
        }
    }
    offered
}

/// The rows on which something is to be done, the most urgent first; those without a due day
/// are to be done at once and stand where they would be due on the day itself.
///
/// ```
/// # use shared::{CaseFile, CaseHead, Event, EventKind, assess::assess, calendar::WorkCalendar, history::History};
/// # let mut case = CaseFile::new(CaseHead { regulation: "beijing-2013".into(), handling_bureau: "110105".into(), ..Default::default() });
/// # case.events.push(Event::new("e1", EventKind::MaterialsReceived, "2013-02-07".parse()?));
/// # let calendar = WorkCalendar::official();
/// # let found = assess(&case, &History::default(), calendar, "2013-02-18".parse()?);
/// use shared::offer::pending;
/// let rules: Vec<_> = pending(&found).into_iter().map(|row| row.rule.id).collect();
/// assert_eq!(rules, ["art6.serve_result", "art14.order_rectification"]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn pending(assessment: &Assessment) -> Vec<&Deadline> {
    let mut rows: Vec<&Deadline> = assessment
        .deadlines
        .iter()
        .filter(|row| row.status.is_pending())
        .collect();
    rows.sort_by_key(|row| {
        let due = row.due.unwrap_or(assessment.as_of);
        (due, row.rule.article, row.rule.id, row.round)
    });
    rows
}

/// A rule whose trigger has not happened and still may.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Ahead {
    /// The rule; [`Rule::after`] says what it waits for.
    pub rule: &'static Rule,
    /// The round it would have.
    pub round: u8,
    /// It lies on the case's regular way; else it comes only if something else happens first
    /// (an objection, a failed reinspection, a limit run out).
    pub regular: bool,
}

/// The steps that lie ahead of a case: rules without a row whose trigger may still happen, by
/// track, in the order in which they would come.
///
/// What a failed reinspection would bring is given one step at a time.
///
/// ```
/// # use shared::{CaseFile, CaseHead, Event, EventKind, assess::assess, calendar::WorkCalendar, history::History};
/// # let mut case = CaseFile::new(CaseHead { regulation: "beijing-2013".into(), handling_bureau: "110105".into(), ..Default::default() });
/// # case.events.push(Event::new("e1", EventKind::MaterialsReceived, "2013-02-07".parse()?));
/// # let calendar = WorkCalendar::official();
/// # let found = assess(&case, &History::default(), calendar, "2013-02-18".parse()?);
/// use shared::offer::{Ahead, ahead};
/// let steps: Vec<Ahead> = ahead(&case, &found);
/// assert!(steps.iter().any(|it| it.rule.id == "art16.rectify" && it.regular));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn ahead(case: &CaseFile, assessment: &Assessment) -> Vec<Ahead> {
    let facts = Facts::new(case, assessment.as_of);
    let Some(edition) = assessment.edition.filter(|_| facts.in_scope()) else {
        return Vec::new();
    };
    let course = Course::new(&facts, assessment);
    let mut found: Vec<Ahead> = edition
        .rules
        .iter()
        .filter(|rule| holds(rule.condition, &facts))
        .filter_map(|rule| {
            let (round, regular) = course.waits_for(rule)?;
            let has_row = assessment.row(rule.id, round).is_some();
            (!has_row).then_some(Ahead {
                rule,
                round,
                regular,
            })
        })
        .collect();
    // The order of the regulation's events is the order of the procedure.
    found.sort_by_key(|it| {
        let done_by = it.rule.done_by().first().and_then(K::place);
        (it.rule.track, it.round, done_by)
    });
    found
}

/// How far a case has come.
struct Course<'v, 'a> {
    facts: &'v Facts<'a>,
    assessment: &'v Assessment,
    /// A nonconforming result stands or is still possible, and the case has not come to its end.
    runs: bool,
    /// The same, and the enterprise has not given up the product.
    rectifies: bool,
    /// The last reinspection that was commissioned or reported; 0 where none was.
    round: u8,
}

impl<'v, 'a> Course<'v, 'a> {
    fn new(facts: &'v Facts<'a>, assessment: &'v Assessment) -> Self {
        let conforming = facts
            .only(&K::ReportSubmitted)
            .is_some_and(|report| report.event.verdict == Some(Verdict::Conforming));
        let ended = facts
            .overturned(0)
            .or(facts.passed())
            .or(facts.only(&K::Closed));
        let runs = !conforming && ended.is_none();
        let inspected = |kind: &K| facts.all(kind).map(|at| at.event.round()).max();
        let commissioned = inspected(&K::ReinspectionCommissioned);
        let reported = inspected(&K::ReinspectionReported);
        Self {
            facts,
            assessment,
            runs,
            rectifies: runs && facts.cessation().is_none(),
            round: commissioned.max(reported).unwrap_or(0),
        }
    }

    fn has(&self, kind: &K, round: u8) -> bool {
        self.facts.first(kind, round).is_some()
    }

    fn failed(&self, round: u8) -> bool {
        self.facts
            .reinspection(round, Verdict::Nonconforming)
            .is_some()
            && self.facts.overturned(round).is_none()
    }

    fn awaits_report(&self, round: u8) -> bool {
        self.has(&K::ReinspectionCommissioned, round) && !self.has(&K::ReinspectionReported, round)
    }

    /// The round in which the rule's trigger may still happen, and whether it regularly does.
    fn waits_for(&self, rule: &Rule) -> Option<(u8, bool)> {
        let when = |possible: bool, round: u8, regular: bool| possible.then_some((round, regular));
        match rule.trigger {
            Trigger::Report(verdict) => {
                let unreported = !self.has(&K::ReportSubmitted, 0);
                when(self.runs && unreported, 0, true).filter(|_| verdict == Verdict::Nonconforming)
            }
            Trigger::First(kinds) => match kinds.first()? {
                K::ReinspectionCommissioned => when(self.rectifies && self.round == 0, 1, true),
                K::MaterialsReceived | K::ResultServed => when(self.runs, 0, true),
                K::RectificationOrderServed => when(self.rectifies, 0, true),
                _ => self.objection(rule),
            },
            Trigger::ObjectionReceived => self.objection(rule),
            Trigger::ResultServed if self.round == 0 => when(self.runs, 0, true),
            Trigger::ResultServed => when(self.failed(self.round), self.round, true),
            Trigger::RectificationReceived => {
                let open = self.round == 0 && !self.has(&K::RectificationVerified, 0);
                when(self.rectifies && open, 0, true)
            }
            Trigger::Verified(outcomes) => {
                let open = self.rectifies && self.round == 0;
                when(open && outcomes.contains(&Outcome::Ready), 0, true)
            }
            Trigger::RectificationFellDue => {
                let running = self.has(&K::RectificationOrderServed, 0)
                    && !self.has(&K::ReinspectionApplied, 0)
                    && !self.has(&K::ExcuseAccepted, 0);
                when(self.rectifies && running && self.round == 0, 0, false)
            }
            Trigger::ReinspectionMaterials => {
                let awaited = self.awaits_report(self.round) || self.failed(self.round);
                when(self.round > 0 && awaited, self.round, true)
            }
            Trigger::Reinspection(None, _) => {
                when(self.awaits_report(self.round), self.round, true)
            }
            Trigger::Reinspection(Some(1), _) => when(self.rectifies && self.round <= 1, 0, false),
            Trigger::Reinspection(Some(round), _) => when(self.awaits_report(round), 0, false),
            Trigger::FailureAnnounced => when(self.failed(1), 0, true),
            Trigger::SuspensionEnded => when(
                self.has(&K::BusinessSuspended, 0) || self.failed(2),
                0,
                true,
            ),
            Trigger::FirstFailure => when(self.rectifies, 0, false),
            Trigger::SeriousFailure | Trigger::Received(_) | Trigger::Each(_) => None,
        }
    }

    /// The steps of an objection to the latest result, while one may be filed or is under way.
    fn objection(&self, rule: &Rule) -> Option<(u8, bool)> {
        let round = self.round;
        let right = self.assessment.deadlines.iter();
        let right = right
            .filter(|row| row.rule.is_right && row.round == round)
            .find(|row| row.rule.trigger == Trigger::ResultServed);
        let filed = self.has(&K::ObjectionFiled, round);
        let may_file = match right {
            Some(row) => row.status == Status::Open,
            None => self.runs && (round == 0 || self.failed(round)),
        };
        let settled =
            self.has(&K::ObjectionRejected, round) || self.has(&K::ObjectionDecided, round);
        if settled || !(filed || may_file) {
            return None;
        }
        // Of retest and investigation the other one was chosen.
        let retest = rule.trigger == Trigger::First(&[K::RetestOrdered]);
        let other = retest && self.has(&K::InvestigationStarted, round);
        (!other).then_some((round, filed))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{Role, assess::assess, calendar::WorkCalendar, history::History};

    fn case(events: &serde_json::Value) -> CaseFile {
        let mut events = events.clone();
        for (at, event) in events.as_array_mut().unwrap().iter_mut().enumerate() {
            event["id"] = json!(format!("e{at}"));
        }
        serde_json::from_value(json!({
            "format": "aftercheck-case/1",
            "case": { "regulation": "beijing-2013", "handling_bureau": "110105" },
            "events": events,
        }))
        .unwrap()
    }

    fn lies_ahead(events: &serde_json::Value, as_of: &str) -> Vec<String> {
        let case = case(events);
        let as_of = as_of.parse().unwrap();
        let assessment = assess(&case, &History::default(), WorkCalendar::official(), as_of);
        let ahead = ahead(&case, &assessment);
        let step = |it: &Ahead| {
            let sign = if it.regular { "" } else { "?" };
            format!("{}{sign}", it.rule.step)
        };
        ahead.iter().map(step).collect()
    }

    #[test]
    fn the_way_ahead_shortens_as_the_case_goes_on() {
        let mut events = json!([
            { "type": "report_submitted", "on": "2013-02-04", "verdict": "nonconforming" },
            { "type": "materials_forwarded", "on": "2013-02-06", "to": "110105" },
            { "type": "materials_received", "on": "2013-02-07" },
            { "type": "result_served", "on": "2013-02-22" },
            { "type": "rectification_ordered", "on": "2013-02-25" },
            { "type": "rectification_order_served", "on": "2013-02-25" },
        ]);
        assert_eq!(
            lies_ahead(&events, "2013-03-04"),
            [
                "受理?",
                "组织复检?",
                "复检?",
                "决定?",
                "送达决定?",
                "核查",
                "委托",
                "强制复查?",
                "复查",
                "公告?"
            ],
        );
        for event in [
            json!({ "type": "rectification_reported", "on": "2013-03-18" }),
            json!({ "type": "reinspection_applied", "on": "2013-03-18" }),
            json!({ "type": "rectification_verified", "on": "2013-03-20", "outcome": "ready" }),
            json!({ "type": "reinspection_commissioned", "on": "2013-03-21", "due": "2013-04-19" }),
        ] {
            events.as_array_mut().unwrap().push(event);
        }
        assert_eq!(
            lies_ahead(&events, "2013-03-22"),
            ["送达复查", "送达复查", "公告?"]
        );
        events.as_array_mut().unwrap().push(
            json!({ "type": "reinspection_reported", "on": "2013-04-19", "verdict": "conforming" }),
        );
        assert_eq!(lies_ahead(&events, "2013-04-19"), Vec::<String>::new());
    }

    #[test]
    fn a_conforming_result_leads_nowhere_else() {
        let events =
            json!([{ "type": "report_submitted", "on": "2013-02-04", "verdict": "conforming" }]);
        assert_eq!(lies_ahead(&events, "2013-02-05"), Vec::<String>::new());
    }

    #[test]
    fn offers_follow_the_state_and_the_role() {
        let check = |role: Role, events: &serde_json::Value, expected: &[(K, u8)]| {
            let case = case(events);
            let office = if role == Role::District { "110105" } else { "" };
            let actor = Actor {
                user: "u".into(),
                role,
                office: office.into(),
            };
            let as_of = "2013-12-31".parse().unwrap();
            let assessment = assess(&case, &History::default(), WorkCalendar::official(), as_of);
            let found = offers(&actor, &case, &assessment);
            let found: Vec<_> = found.into_iter().map(|it| (it.kind, it.round)).collect();
            assert_eq!(found, expected);
        };
        let mut events = json!([
            { "type": "report_submitted", "on": "2013-02-04", "verdict": "nonconforming" },
        ]);
        check(Role::Municipal, &events, &[(K::MaterialsForwarded, 0)]);
        check(Role::District, &events, &[]);
        let mut push = |event| events.as_array_mut().unwrap().push(event);
        push(json!({ "type": "materials_forwarded", "on": "2013-02-06", "to": "110105" }));
        push(json!({ "type": "materials_received", "on": "2013-02-07" }));
        push(json!({ "type": "result_served", "on": "2013-02-08" }));
        push(json!({ "type": "rectification_ordered", "on": "2013-02-08" }));
        check(
            Role::District,
            &events,
            &[(K::DisposalReported, 0), (K::RectificationOrderServed, 0)],
        );
        let mut push = |event| events.as_array_mut().unwrap().push(event);
        push(
            json!({ "type": "reinspection_reported", "on": "2013-05-20", "verdict": "nonconforming" }),
        );
        push(json!({ "type": "announced", "on": "2013-07-15" }));
        check(Role::Municipal, &events, &[]);
        check(
            Role::District,
            &events,
            &[
                (K::DisposalReported, 0),
                (K::ReinspectionCommissioned, 2),
                (K::RectificationOrderServed, 0),
                (K::ReinspectionMaterialsReceived, 1),
            ],
        );
    }
}
