//! Which dates another calendar moves.

use super::{Assessment, Deadline};
use crate::{Day, rule::Rule};

/// A row whose days another calendar moves.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Moved {
    /// The rule.
    pub rule: &'static Rule,
    /// Its round.
    pub round: u8,
    /// The due day before, or the day it started from where it has none; none where the row is new.
    pub was: Option<Day>,
    /// The same after; none where the row is gone.
    pub now: Option<Day>,
}

/// The rows that differ in their days between two assessments of one case on one day: what a
/// later notice, or the bureaus' overlay, moved.
///
/// ```
/// use shared::{CaseFile, CaseHead, Event, EventKind};
/// use shared::{assess::{Moved, assess, moved}, calendar::WorkCalendar, history::History};
/// let mut case = CaseFile::new(CaseHead { regulation: "beijing-2013".into(), ..Default::default() });
/// case.events.push(Event::new("e1", EventKind::MaterialsReceived, "2014-11-05".parse()?));
/// let plain = WorkCalendar::official();
/// let overlaid = plain.with_bureau_overlay(WorkCalendar::overlay_of_beijing())?;
/// let on = |calendar| assess(&case, &History::default(), calendar, "2014-11-06".parse().unwrap());
/// let moved: Vec<Moved> = moved(&on(plain), &on(&overlaid));
/// assert_eq!(moved.len(), 2, "articles 6 and 14");
/// assert_eq!(moved[0].now, Some("2014-11-17".parse()?));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn moved(before: &Assessment, after: &Assessment) -> Vec<Moved> {
    fn all(assessment: &Assessment) -> impl Iterator<Item = &Deadline> {
        assessment.deadlines.iter().chain(&assessment.further)
    }
    let same = |a: &Deadline, b: &Deadline| {
        (a.rule.id, a.round, a.trigger()) == (b.rule.id, b.round, b.trigger())
    };
    let day = |row: &Deadline| row.due.unwrap_or(row.from);
    let changed = all(after).filter_map(|row| {
        let was = all(before).find(|it| same(it, row)).map(day);
        let now = Some(day(row));
        (was != now).then_some((row, was, now))
    });
    let gone = all(before)
        .filter(|row| !all(after).any(|it| same(it, row)))
        .map(|row| (row, Some(day(row)), None));
    changed
        .chain(gone)
        .map(|(row, was, now)| Moved {
            rule: row.rule,
            round: row.round,
            was,
            now,
        })
        .collect()
}
