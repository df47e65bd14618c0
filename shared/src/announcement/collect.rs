//! 汇总、转交 (article 4): which results wait to be forwarded, to whom, and what each bureau has
//! not yet received or acted on.

use std::collections::BTreeMap;

use super::result;
use crate::{
    CaseFile, EventKind,
    assess::{Assessment, Status},
    bureau::{self, Bureau},
    event::Verdict,
    facts::Facts,
    rule::Party,
};

/// Whether the municipal bureau has still to forward the case's materials (article 4).
///
/// ```
/// use shared::{CaseFile, CaseHead, Day, Event, EventKind, event::Verdict};
/// use shared::{assess::assess, announcement::waits_for_forwarding, calendar::WorkCalendar, history::History};
/// let mut case = CaseFile::new(CaseHead { regulation: "beijing-2013".into(), ..Default::default() });
/// let as_of: Day = "2013-03-06".parse()?;
/// let waits = |case: &CaseFile| {
///     waits_for_forwarding(&assess(case, &History::default(), WorkCalendar::official(), as_of))
/// };
/// let report = Event::new("e1", EventKind::ReportSubmitted, "2013-03-04".parse()?);
/// case.events.push(Event { verdict: Some(Verdict::Nonconforming), ..report });
/// assert!(waits(&case));
/// case.events.push(Event::new("e2", EventKind::MaterialsForwarded, as_of));
/// assert!(!waits(&case));
/// # Ok::<(), shared::day::ParseDayError>(())
/// ```
pub fn waits_for_forwarding(assessment: &Assessment) -> bool {
    assessment
        .row("art4.forward_materials", 0)
        .is_some_and(|row| row.status.is_pending())
}

/// The bureau to which the case's materials go by the place of production (违法生产行为发生地): the
/// one that the head names already, or else that of the district and address. A proposal: a
/// person confirms it. None where the place has no bureau in Beijing.
///
/// ```
/// use shared::{CaseHead, announcement::proposed_bureau};
/// let mut head = CaseHead::default();
/// head.enterprise.production_district = "110115".into();
/// assert_eq!(proposed_bureau(&head).map(|bureau| bureau.code), Some("110115"));
/// head.enterprise.other.insert("address".into(), "大兴区亦庄镇荣华路8号".into());
/// assert_eq!(proposed_bureau(&head).map(|bureau| bureau.code), Some("bda"));
/// ```
pub fn proposed_bureau(head: &crate::CaseHead) -> Option<&'static Bureau> {
    let written = head.enterprise.other.get("address");
    let address = written
        .and_then(serde_json::Value::as_str)
        .unwrap_or_default();
    bureau::by_code(&head.handling_bureau)
        .or_else(|| bureau::proposed(address, &head.enterprise.production_district))
}

/// What has come of one spot check.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Collected {
    /// Its name; empty where the cases do not say.
    pub name: String,
    /// Its number within the quarter.
    pub number: u32,
    /// Cases opened for it.
    pub cases: usize,
    /// Batches with a result.
    pub batches: usize,
    /// Batches whose nonconforming result stands.
    pub failing: usize,
    /// Nonconforming results that are not forwarded yet.
    pub waiting: usize,
}

/// The results of each spot check among these cases (汇总, article 4), by number and name.
///
/// ```
/// use shared::{CaseFile, CaseHead, Event, EventKind, announcement::{Collected, collected}, event::Verdict};
/// use shared::{assess::assess, calendar::WorkCalendar, history::History};
/// let mut case = CaseFile::new(CaseHead { regulation: "beijing-2013".into(), ..Default::default() });
/// case.case.spot_check.name = "2013年第一季度家具监督抽查".into();
/// let report = Event::new("e1", EventKind::ReportSubmitted, "2013-03-04".parse()?);
/// case.events.push(Event { verdict: Some(Verdict::Nonconforming), ..report });
/// let on_6_march = assess(&case, &History::default(), WorkCalendar::official(), "2013-03-06".parse()?);
/// let checks: Vec<Collected> = collected([(&case, &on_6_march)]);
/// assert_eq!(checks[0].name, "2013年第一季度家具监督抽查");
/// assert_eq!((checks[0].batches, checks[0].failing, checks[0].waiting), (1, 1, 1));
/// # Ok::<(), shared::day::ParseDayError>(())
/// ```
pub fn collected<'a>(
    ledger: impl IntoIterator<Item = (&'a CaseFile, &'a Assessment)>,
) -> Vec<Collected> {
    let mut checks: BTreeMap<(u32, &str), Collected> = BTreeMap::new();
    for (file, assessment) in ledger {
        let check = &file.case.spot_check;
        let collected = checks
            .entry((check.number, check.name.as_str()))
            .or_insert_with(|| Collected {
                name: check.name.clone(),
                number: check.number,
                ..Collected::default()
            });
        let facts = Facts::new(file, assessment.as_of);
        let verdict = facts.in_scope().then(|| result(file, &facts)).flatten();
        collected.cases += 1;
        collected.batches += usize::from(verdict.is_some());
        collected.failing += usize::from(verdict == Some(Verdict::Nonconforming));
        collected.waiting += usize::from(waits_for_forwarding(assessment));
    }
    checks.into_values().collect()
}

/// How far a bureau has come with what was forwarded to it.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct BureauProgress {
    /// Its code, as the bureau is known today.
    pub bureau: String,
    /// Cases forwarded to it, or received by it.
    pub cases: usize,
    /// Not yet received.
    pub unreceived: usize,
    /// Received, and the result not served (article 6).
    pub unserved: usize,
    /// Received, and rectification not ordered (article 14).
    pub unordered: usize,
    /// Cases in which a duty of the bureau is overdue.
    pub overdue: usize,
    /// Cases in which nothing of the bureau's is pending.
    pub settled: usize,
}

/// The progress of each bureau that has cases (articles 4, 6 and 14), the most overdue first.
///
/// ```
/// use shared::{CaseFile, CaseHead, Event, EventKind, event::Verdict};
/// use shared::announcement::{BureauProgress, progress_of_bureaus};
/// use shared::{assess::assess, calendar::WorkCalendar, history::History};
/// let mut case = CaseFile::new(CaseHead {
///     regulation: "beijing-2013".into(),
///     handling_bureau: "110105".into(),
///     ..Default::default()
/// });
/// let report = Event::new("e1", EventKind::ReportSubmitted, "2013-03-04".parse()?);
/// case.events.push(Event { verdict: Some(Verdict::Nonconforming), ..report });
/// case.events.push(Event::new("e2", EventKind::MaterialsForwarded, "2013-03-06".parse()?));
/// case.events.push(Event::new("e3", EventKind::MaterialsReceived, "2013-03-07".parse()?));
/// let on_8_march = assess(&case, &History::default(), WorkCalendar::official(), "2013-03-08".parse()?);
/// let bureaus: Vec<BureauProgress> = progress_of_bureaus([(&case, &on_8_march)]);
/// assert_eq!(bureaus[0].bureau, "110105");
/// assert_eq!((bureaus[0].unreceived, bureaus[0].unserved, bureaus[0].overdue), (0, 1, 0));
/// # Ok::<(), shared::day::ParseDayError>(())
/// ```
pub fn progress_of_bureaus<'a>(
    ledger: impl IntoIterator<Item = (&'a CaseFile, &'a Assessment)>,
) -> Vec<BureauProgress> {
    let mut bureaus: BTreeMap<String, BureauProgress> = BTreeMap::new();
    for (file, assessment) in ledger {
        let recorded = |kind: &EventKind| {
            let mut events = file.events.iter().zip(file.standing());
            events.any(|(event, stands)| {
                stands && event.kind == *kind && event.on <= assessment.as_of
            })
        };
        let received = recorded(&EventKind::MaterialsReceived);
        if !received && !recorded(&EventKind::MaterialsForwarded) {
            continue;
        }
        let code = file.handling_bureau();
        let code = bureau::by_code(code).map_or(code, |bureau| bureau.code);
        let progress = bureaus
            .entry(code.to_owned())
            .or_insert_with(|| BureauProgress {
                bureau: code.to_owned(),
                ..BureauProgress::default()
            });
        let pending = |rule: &str| {
            assessment
                .row(rule, 0)
                .is_some_and(|row| row.status.is_pending())
        };
        let mut own = assessment
            .deadlines
            .iter()
            .filter(|row| row.rule.party == Party::District);
        progress.cases += 1;
        progress.unreceived += usize::from(!received);
        progress.unserved += usize::from(pending("art6.serve_result"));
        progress.unordered += usize::from(pending("art14.order_rectification"));
        progress.overdue += usize::from(own.clone().any(|row| row.status == Status::Overdue));
        progress.settled += usize::from(received && !own.any(|row| row.status.is_pending()));
    }
    let mut bureaus: Vec<BureauProgress> = bureaus.into_values().collect();
    bureaus.sort_by_key(|it| std::cmp::Reverse((it.overdue, it.unreceived, it.cases)));
    bureaus
}
