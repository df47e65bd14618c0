//! The sample ledger: invented enterprises in every situation that the rules know, as of one
//! Monday, moved so that the Monday is today.

use std::collections::BTreeSet;

use serde_json::Value;
use shared::{
    CaseFile, CaseHead, Day,
    calendar::{Schedule, WorkCalendar},
    case::SpotCheck,
    change::{Body, Subject},
    id::{CaseId, SampleIdentity},
    sync::Scope,
};

use crate::db::{Database, Error};

#[cfg(test)]
mod tests;

const LEDGER: &str = include_str!("../sample/ledger.json");
/// The plan that the cases' ids are derived from.
const PLAN: &str = "示例";
/// The day as of which the ledger is written, a Monday.
const REFERENCE: (i32, u32, u32) = (2013, 3, 4);
/// How long before it the samples were taken that are now dealt with.
const SAMPLED_WORKING_DAYS_BEFORE: i32 = 30;

/// Writes the sample ledger as it would stand today. A case that the log has already is left as
/// it is, so that loading again changes nothing.
///
/// # Errors
/// Where the database fails.
pub fn load(
    database: &Database,
    author: &str,
    now_milliseconds: u64,
) -> Result<BTreeSet<Scope>, Error> {
    let now = i64::try_from(now_milliseconds).unwrap_or(i64::MAX);
    let shift = Shift::to(Day::at_unix_milliseconds(now));
    let cases: Vec<_> = ledger()
        .into_iter()
        .map(|written| {
            // Named by what was written: another day's loading must find the same case.
            let subject = Subject::case(&id_of(&read(written.clone()).case));
            (subject, bodies(shift.case(written)))
        })
        .collect();
    database.write_cases(author, &cases, now_milliseconds)
}

/// The case files as they are written.
fn ledger() -> Vec<Value> {
    serde_json::from_str(LEDGER).expect("a test reads the ledger")
}

fn read(case: Value) -> CaseFile {
    serde_json::from_value(case).expect("a test reads every case")
}

/// A batch that was refused or spoilt has no report; it is named by its sample.
fn id_of(head: &CaseHead) -> CaseId {
    if !head.report_number.is_empty() {
        return CaseId::of_report(PLAN, &head.inspection_body, &head.report_number);
    }
    CaseId::of_sample(&SampleIdentity {
        spot_check: PLAN,
        report_number: "",
        enterprise: &head.enterprise.name,
        product: &head.product.name,
        brand: &head.product.brand,
        model: &head.product.model,
        batch: "",
        sampled_on: "",
    })
}

fn bodies(case: CaseFile) -> Vec<Body> {
    let open = Body::Open {
        head: Box::new(case.case),
    };
    let events = case.events.into_iter().map(|event| Body::Event {
        event: Box::new(event),
    });
    std::iter::once(open).chain(events).collect()
}

/// Moves days so that as many working days lie between each and today as between what was
/// written and the reference day.
///
/// A limit in working days, and a day fixed by a document, thus fall as far from today as in the
/// ledger, and what was overdue there is overdue, no more and no less. A limit in calendar days
/// is counted anew from its moved trigger, and so falls some days earlier or later, as holidays
/// lie. Where today is no working day, what was due on the reference day is due on the next one.
struct Shift {
    schedule: &'static Schedule,
    reference: Day,
    today: Day,
    /// The first working day from today on.
    anchor: Day,
}

impl Shift {
    fn to(today: Day) -> Self {
        let (year, month, day) = REFERENCE;
        let schedule = WorkCalendar::official().general();
        Self {
            schedule,
            reference: Day::from_ymd(year, month, day).expect("a constant, and a date"),
            today,
            anchor: schedule.next_working_day(today),
        }
    }

    /// The case with every day of it moved, wherever it stands, and its spot check's quarter.
    fn case(&self, mut case: Value) -> CaseFile {
        self.value(&mut case);
        let mut case = read(case);
        self.spot_check(&mut case.case.spot_check);
        case
    }

    fn value(&self, value: &mut Value) {
        match value {
            Value::String(text) => {
                if let Ok(day) = text.parse() {
                    *text = self.day(day).to_string();
                }
            }
            Value::Array(items) => items.iter_mut().for_each(|item| self.value(item)),
            Value::Object(fields) => fields.values_mut().for_each(|field| self.value(field)),
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    fn day(&self, day: Day) -> Day {
        if !self.schedule.is_working(day) {
            // As far behind the working day before it, but not past the next one.
            let mut before = day - 1;
            while !self.schedule.is_working(before) {
                before = before - 1;
            }
            let next = self.schedule.next_working_day(day);
            return (self.day(before) + (day - before)).min(self.day(next));
        }
        let moved = self.working_day(self.schedule.working_days_between(self.reference, day));
        if day <= self.reference {
            // What has happened has happened by today, though today be a Sunday.
            moved.min(self.today)
        } else {
            moved
        }
    }

    /// The working day so many after the anchor, or before it where negative.
    fn working_day(&self, distance: i32) -> Day {
        // Working days are counted forwards only, so from far enough back.
        let origin = self.anchor - 2 * distance.abs() - 30;
        let days = self.schedule.working_days_between(origin, self.anchor) + distance;
        let days = u16::try_from(days).expect("two days in three are working days at least");
        self.schedule.add_working_days(origin, days)
    }

    /// A spot check lies as many quarters before the one of the ledger's samples as written.
    fn spot_check(&self, check: &mut SpotCheck) {
        let quarters = |day: Day| day.year() * 4 + i32::from(day.quarter()) - 1;
        let sampled = |anchor| Self { anchor, ..*self }.working_day(-SAMPLED_WORKING_DAYS_BEFORE);
        let moved = quarters(sampled(self.anchor)) - quarters(sampled(self.reference));
        let quarter = check.year * 4 + i32::from(check.quarter) - 1 + moved;
        check.year = quarter.div_euclid(4);
        check.quarter = u8::try_from(quarter.rem_euclid(4) + 1).unwrap_or(1);
    }
}
