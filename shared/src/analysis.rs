//! 分析: what a whole ledger shows. Rates of nonconformity, time taken for each step against its
//! limit, what is overdue at which office, and who failed again (article 23: 汇总、分析).

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::{
    CaseFile, Day, EventKind,
    announcement::{Quarter, result},
    assess::{Assessment, Deadline, Status},
    bureau,
    calendar::WorkCalendar,
    event::Verdict,
    facts::Facts,
    history::{Period, organisation},
    id::normalised,
    rule::{Limit, Party, Rule},
    span::Span,
};

/// Which cases are looked at; each left out lets all through. A quarter or a year is that of the
/// spot check, a month that in which the result came.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Filter {
    /// From this period on.
    pub first: Option<Span>,
    /// Up to this one.
    pub last: Option<Span>,
    /// Of this kind of product.
    pub kind: Option<String>,
    /// Produced in this district (GB/T 2260 code).
    pub district: Option<String>,
    /// Tested by this inspection body.
    pub body: Option<String>,
}

/// What the cases that were let through show, on the day of their assessments.
#[derive(Clone, PartialEq, Debug, Default, Serialize)]
pub struct Analysis {
    /// All batches with a result.
    pub total: Rate,
    /// By kind of product, the most batches first.
    pub kinds: Vec<Rate>,
    /// By district of production (its code), the most batches first.
    pub districts: Vec<Rate>,
    /// By quarter of the spot check (`2013/1`), ascending.
    pub quarters: Vec<Rate>,
    /// By month in which the result came (`2013-03`), ascending.
    pub months: Vec<Rate>,
    /// By inspection body, the most batches first.
    pub bodies: Vec<Rate>,
    /// Time taken for each step that was done, in the order of the articles.
    pub steps: Vec<Step>,
    /// Duties by office, the most overdue first.
    pub offices: Vec<Office>,
    /// Who failed in more than one spot check, the most often first.
    pub repeated: Vec<Repeated>,
}

/// Batches, and how many of them failed.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize)]
pub struct Rate {
    /// What they have in common; empty where the cases do not say.
    pub name: String,
    /// Batches with a result.
    pub batches: usize,
    /// Batches whose nonconforming result stands.
    pub failing: usize,
}

impl Rate {
    /// The share that failed, in per mille of the batches, rounded; 0 where there are none.
    ///
    /// ```
    /// use shared::analysis::Rate;
    /// let rate = Rate { name: String::new(), batches: 390, failing: 38 };
    /// assert_eq!(rate.per_mille(), 97);
    /// ```
    pub const fn per_mille(&self) -> usize {
        match self.batches {
            0 => 0,
            batches => (self.failing * 1000 + batches / 2) / batches,
        }
    }
}

/// What the days of a step are counted in.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// 工作日, by the calendar of whom the step falls on.
    WorkingDays,
    /// 日
    CalendarDays,
}

/// How long one step took, over all cases in which it was done.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Step {
    /// The rule.
    pub rule: &'static Rule,
    /// How often it was done.
    pub done: usize,
    /// How often after its due day.
    pub late: usize,
    /// Days from its trigger, in `unit`: of as many times as below it, as many above (the lower of
    /// two).
    pub median_days: i32,
    /// Days in which nine of ten were done, in `unit`.
    pub ninetieth_days: i32,
    /// The limit in `unit`, where the regulation sets the same number for all cases.
    pub limit_days: Option<i32>,
    /// What the days are counted in.
    pub unit: Unit,
}

/// How one office stands with its duties.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Office {
    /// Whose they are: municipal bureau, district bureau or inspection body.
    pub party: Party,
    /// The bureau's code, or the inspection body's name; empty for the municipal bureau, and
    /// where nobody handles the case yet.
    pub name: String,
    /// Not done, past due.
    pub overdue: usize,
    /// Not done, not past due.
    pub open: usize,
    /// Done after the due day.
    pub late: usize,
    /// Done in time, or where there is no due day.
    pub met: usize,
}

/// An enterprise that failed in more than one spot check.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Repeated {
    /// Its name, as the latest case has it.
    pub enterprise: String,
    /// Organisation code; empty where it is known by name only.
    pub organisation: String,
    /// The kinds that failed.
    pub kinds: Vec<String>,
    /// The spot checks in which it failed, ascending.
    pub failed: Vec<Period>,
    /// In how many spot checks it had a result.
    pub checked: usize,
    /// The cases that failed, by position among those that were given.
    pub cases: Vec<usize>,
}

impl Filter {
    fn lets_through(&self, file: &CaseFile, as_of: Day) -> bool {
        let head = &file.case;
        // A day by which the case lies in a period or beside it.
        let day = |span: Span| match span {
            Span::Month { .. } => result_day(&Facts::new(file, as_of)),
            Span::Quarter(_) | Span::Year(_) => {
                Quarter::of(&head.spot_check).map(Quarter::first_day)
            }
        };
        let is = |wanted: &Option<String>, value: &str| {
            wanted.as_ref().is_none_or(|wanted| wanted == value)
        };
        self.first
            .is_none_or(|first| day(first).is_some_and(|day| day >= first.first_day()))
            && self
                .last
                .is_none_or(|last| day(last).is_some_and(|day| day <= last.last_day()))
            && is(&self.kind, &head.product.kind)
            && is(&self.body, &head.inspection_body)
            && is(
                &self.district,
                district(&head.enterprise.production_district),
            )
    }
}

/// The day on which the case's result came: that of its report, or of what else shows that there is
/// a result.
fn result_day(facts: &Facts<'_>) -> Option<Day> {
    const SHOWN_BY: [EventKind; 2] = [EventKind::MaterialsReceived, EventKind::ResultServed];
    let report = facts.only(&EventKind::ReportSubmitted);
    let found = report.or_else(|| facts.earliest(&SHOWN_BY, 0));
    found
        .or_else(|| facts.only(&EventKind::SamplingRefused))
        .map(|at| at.on())
}

/// The month in which the case's result came, by which an analysis takes it in or leaves it out;
/// none where there is no result.
///
/// ```
/// use shared::{CaseFile, analysis::result_month, span::Span};
/// let case: CaseFile = serde_json::from_str(r#"{ "format": "aftercheck-case/1",
///   "case": { "regulation": "beijing-2013" },
///   "events": [{ "id": "e1", "type": "report_submitted", "on": "2013-03-04" }] }"#)?;
/// assert_eq!(result_month(&case, "2013-04-01".parse()?), Some("2013-03".parse()?));
/// assert_eq!(result_month(&case, "2013-03-01".parse()?), None, "not yet");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn result_month(file: &CaseFile, as_of: Day) -> Option<Span> {
    result_day(&Facts::new(file, as_of)).map(Span::month_of)
}

/// The district by its code of today; what is no code of Beijing's stays as written.
fn district(code: &str) -> &str {
    bureau::by_code(code).map_or(code, |bureau| bureau.district)
}

/// Analyses the cases that the filter lets through, each with its assessment of one day.
///
/// ```
/// use shared::{CaseFile, CaseHead, calendar::WorkCalendar};
/// use shared::analysis::{Analysis, Filter, Office, Repeated, Step, Unit, analyse};
/// use shared::{assess::assess, history::History};
/// let case: CaseFile = serde_json::from_str(r#"{ "format": "aftercheck-case/1",
///   "case": { "regulation": "beijing-2013", "product": { "kind": "电线电缆" } },
///   "events": [
///     { "id": "e1", "type": "materials_received", "on": "2013-03-04" },
///     { "id": "e2", "type": "result_served", "on": "2013-03-08" }] }"#)?;
/// let calendar = WorkCalendar::official();
/// let assessment = assess(&case, &History::default(), calendar, "2013-03-11".parse()?);
/// let found: Analysis = analyse([(&case, &assessment)], calendar, &Filter::default());
/// assert_eq!((found.total.batches, found.total.failing), (1, 1));
/// let served: &Step = &found.steps[0];
/// assert_eq!(served.unit, Unit::WorkingDays);
/// assert_eq!((served.rule.id, served.median_days, served.limit_days), ("art6.serve_result", 4, Some(5)));
/// let repeated: &[Repeated] = &found.repeated;
/// assert!(repeated.is_empty(), "one failed spot check alone");
/// let late = |office: &Office| office.late > 0 || office.overdue > 0;
/// assert!(!found.offices.iter().any(late));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn analyse<'a>(
    ledger: impl IntoIterator<Item = (&'a CaseFile, &'a Assessment)>,
    calendar: &WorkCalendar,
    filter: &Filter,
) -> Analysis {
    let mut counting = Counting::default();
    for (position, (file, assessment)) in ledger.into_iter().enumerate() {
        if filter.lets_through(file, assessment.as_of) {
            counting.rates(position, file, assessment.as_of);
            for row in &assessment.deadlines {
                counting.step(row, calendar);
                counting.duty(row, file);
            }
        }
    }
    counting.finish()
}

type Counts = BTreeMap<String, (usize, usize)>;

#[derive(Default)]
struct Counting {
    total: Rate,
    kinds: Counts,
    districts: Counts,
    quarters: BTreeMap<Option<Quarter>, (usize, usize)>,
    months: BTreeMap<Option<Span>, (usize, usize)>,
    bodies: Counts,
    /// By rule: article and name, so that they come in the order of the articles.
    steps: BTreeMap<(u8, &'static str), Times>,
    offices: BTreeMap<(u8, String), Office>,
    organisations: BTreeMap<String, Results>,
}

struct Times {
    rule: &'static Rule,
    days: Vec<i32>,
    late: usize,
}

#[derive(Default)]
struct Results {
    enterprise: (Option<Period>, String),
    organisation: String,
    kinds: BTreeSet<String>,
    checked: BTreeSet<Period>,
    failed: BTreeSet<Period>,
    cases: Vec<usize>,
}

impl Counting {
    fn rates(&mut self, position: usize, file: &CaseFile, as_of: Day) {
        let facts = Facts::new(file, as_of);
        let Some(verdict) = facts.in_scope().then(|| result(file, &facts)).flatten() else {
            return;
        };
        let failed = verdict == Verdict::Nonconforming;
        let head = &file.case;
        let count = |counts: &mut (usize, usize)| {
            counts.0 += 1;
            counts.1 += usize::from(failed);
        };
        self.total.batches += 1;
        self.total.failing += usize::from(failed);
        let place = district(&head.enterprise.production_district);
        for (counts, name) in [
            (&mut self.kinds, head.product.kind.as_str()),
            (&mut self.districts, place),
            (&mut self.bodies, head.inspection_body.as_str()),
        ] {
            match counts.get_mut(name) {
                Some(known) => count(known),
                None => count(counts.entry(name.to_owned()).or_default()),
            }
        }
        count(
            self.quarters
                .entry(Quarter::of(&head.spot_check))
                .or_default(),
        );
        let month = result_day(&facts).map(Span::month_of);
        count(self.months.entry(month).or_default());
        self.result_of(position, file, failed);
    }

    fn result_of(&mut self, position: usize, file: &CaseFile, failed: bool) {
        let head = &file.case;
        let code = organisation(&head.enterprise.credit_code);
        let who = if code.is_empty() {
            normalised(&head.enterprise.name)
        } else {
            code.clone()
        };
        if who.is_empty() {
            return;
        }
        let period = Period::of(&head.spot_check);
        let results = self.organisations.entry(who).or_default();
        results.organisation = code;
        results.checked.insert(period);
        if results.enterprise.0 <= Some(period) {
            results.enterprise = (Some(period), head.enterprise.name.clone());
        }
        if failed {
            results.failed.insert(period);
            results.kinds.insert(head.product.kind.clone());
            results.cases.push(position);
        }
    }

    fn step(&mut self, row: &Deadline, calendar: &WorkCalendar) {
        let Some(done) = row.done.filter(|_| !row.rule.is_right) else {
            return;
        };
        let days = match unit(row.rule) {
            Unit::WorkingDays => calendar
                .of(row.rule.party)
                .working_days_between(row.from, done),
            Unit::CalendarDays => done - row.from,
        };
        let times = self
            .steps
            .entry((row.rule.article, row.rule.id))
            .or_insert_with(|| Times {
                rule: row.rule,
                days: Vec::new(),
                late: 0,
            });
        // What is done before its trigger is done at once.
        times.days.push(days.max(0));
        times.late += usize::from(row.status == Status::Late);
    }

    fn duty(&mut self, row: &Deadline, file: &CaseFile) {
        let (rank, name) = match row.rule.party {
            Party::Municipal => (0, ""),
            Party::District => (1, file.handling_bureau()),
            Party::InspectionBody => (2, file.case.inspection_body.as_str()),
            Party::Enterprise => return,
        };
        let name = bureau::by_code(name).map_or(name, |bureau| bureau.code);
        let office = self
            .offices
            .entry((rank, name.to_owned()))
            .or_insert_with(|| Office {
                party: row.rule.party,
                name: name.to_owned(),
                overdue: 0,
                open: 0,
                late: 0,
                met: 0,
            });
        match row.status {
            Status::Overdue => office.overdue += 1,
            Status::Open => office.open += 1,
            Status::Late => office.late += 1,
            Status::Met => office.met += 1,
            Status::Lapsed | Status::Waived => {}
        }
    }

    fn finish(self) -> Analysis {
        let quarters = self.quarters.into_iter().map(|(quarter, counts)| {
            let name = quarter.map(|quarter| quarter.to_string());
            rate((name.unwrap_or_default(), counts))
        });
        let months = self.months.into_iter().map(|(month, counts)| {
            let name = month.map(|month| month.to_string());
            rate((name.unwrap_or_default(), counts))
        });
        let mut offices: Vec<Office> = self.offices.into_values().collect();
        offices.sort_by_key(|office| std::cmp::Reverse((office.overdue, office.open)));
        let mut repeated: Vec<Repeated> = self
            .organisations
            .into_values()
            .filter(|results| results.failed.len() > 1)
            .map(Results::repeated)
            .collect();
        repeated.sort_by_key(|who| std::cmp::Reverse((who.failed.len(), who.cases.len())));
        Analysis {
            total: self.total,
            kinds: rates(self.kinds),
            districts: rates(self.districts),
            quarters: quarters.collect(),
            months: months.collect(),
            bodies: rates(self.bodies),
            steps: self.steps.into_values().map(Times::step).collect(),
            offices,
            repeated,
        }
    }
}

fn rate((name, (batches, failing)): (String, (usize, usize))) -> Rate {
    Rate {
        name,
        batches,
        failing,
    }
}

fn rates(counts: Counts) -> Vec<Rate> {
    let mut rates: Vec<Rate> = counts.into_iter().map(rate).collect();
    rates.sort_by_key(|rate| std::cmp::Reverse(rate.batches));
    rates
}

fn unit(rule: &Rule) -> Unit {
    match rule.limit {
        Limit::WorkingDays(_) => Unit::WorkingDays,
        _ => Unit::CalendarDays,
    }
}

impl Times {
    fn step(mut self) -> Step {
        self.days.sort_unstable();
        Step {
            rule: self.rule,
            done: self.days.len(),
            late: self.late,
            median_days: percentile(&self.days, 50),
            ninetieth_days: percentile(&self.days, 90),
            limit_days: match self.rule.limit {
                Limit::WorkingDays(days)
                | Limit::CalendarDays(days)
                | Limit::CalendarDaysUnmoved(days) => Some(i32::from(days)),
                Limit::None | Limit::Document | Limit::FromEndOf { .. } => None,
            },
            unit: unit(self.rule),
        }
    }
}

/// The smallest value that is not below this many hundredths of all (nearest rank); `sorted`
/// ascends.
fn percentile(sorted: &[i32], hundredths: usize) -> i32 {
    let rank = (sorted.len() * hundredths).div_ceil(100).max(1);
    sorted.get(rank - 1).copied().unwrap_or_default()
}

impl Results {
    fn repeated(self) -> Repeated {
        Repeated {
            enterprise: self.enterprise.1,
            organisation: self.organisation,
            kinds: self.kinds.into_iter().collect(),
            failed: self.failed.into_iter().collect(),
            checked: self.checked.len(),
            cases: self.cases,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_values_that_occurred() {
        let check = |days: &[i32], expected: (i32, i32)| {
            assert_eq!(
                (percentile(days, 50), percentile(days, 90)),
                expected,
                "{days:?}"
            );
        };
        check(&[], (0, 0));
        check(&[3], (3, 3));
        check(&[1, 2], (1, 2));
        check(&[1, 2, 3, 4, 5, 6, 7, 8, 9, 10], (5, 9));
        check(&[0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 40], (0, 0));
        check(&[1, 1, 1, 1, 1, 1, 1, 1, 9, 40], (1, 9));
    }
}
