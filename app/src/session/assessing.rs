//! Cases assessed: each once for each state of the case, the calendar, the history and the day.

use std::{collections::HashMap, sync::Arc};

use leptos::prelude::*;
use shared::{
    CaseFile, Day, Event,
    assess::{Assessment, Moved},
    calendar::WorkCalendar,
    history::History,
    id::CaseId,
    sync::Scope,
};

use super::{LedgerCase, Profile, Session};

/// What was computed last, and of what.
#[derive(Default)]
pub(super) struct Memo {
    assessed: HashMap<CaseId, (Day, Arc<CaseFile>, Arc<Assessment>)>,
    /// The history that they were computed with.
    history: Option<Arc<History>>,
    /// The calendar that they were computed by.
    calendar: Option<Arc<WorkCalendar>>,
    /// The history of a whole ledger, as it was on that day.
    ledger: Option<(Day, Arc<Vec<Arc<LedgerCase>>>, Arc<History>)>,
}

impl Session {
    /// The case today; computed once for each state of the case and day.
    pub fn assessment(&self, case: &LedgerCase) -> Arc<Assessment> {
        let today = self.today.get();
        let memo = self.assessed.get_value();
        let history = self.history(today);
        let calendar = self.calendar.get();
        if let Ok(mut memo) = memo.lock()
            && !memo
                .calendar
                .as_ref()
                .is_some_and(|before| Arc::ptr_eq(before, &calendar))
        {
            memo.assessed.clear();
            memo.calendar = Some(calendar.clone());
        }
        let known = memo.lock().ok().and_then(|memo| {
            let (day, file, assessment) = memo.assessed.get(&case.id)?;
            (*day == today && Arc::ptr_eq(file, &case.file)).then(|| assessment.clone())
        });
        known.unwrap_or_else(|| {
            let assessment = shared::assess::assess(&case.file, &history, &calendar, today);
            let assessment = Arc::new(assessment);
            if let Ok(mut memo) = memo.lock() {
                memo.assessed.insert(
                    case.id.clone(),
                    (today, case.file.clone(), assessment.clone()),
                );
            }
            assessment
        })
    }

    /// The case today, had these events happened too.
    pub fn assess_with(&self, case: &LedgerCase, extra: &[Event]) -> Assessment {
        let mut file = CaseFile::clone(&case.file);
        file.events.extend_from_slice(extra);
        self.assess_on(&file, self.today.get())
    }

    /// A case as it will stand on a day.
    pub fn assess_on(&self, file: &CaseFile, day: Day) -> Assessment {
        shared::assess::assess(file, &self.history(day), &self.calendar.get(), day)
    }

    /// The dates of a case that this calendar has on other days than that one.
    pub fn moved(&self, case: &LedgerCase, from: &WorkCalendar, to: &WorkCalendar) -> Vec<Moved> {
        let today = self.today.get();
        // Earlier results have no part in dates.
        let on =
            |calendar| shared::assess::assess(&case.file, &History::default(), calendar, today);
        shared::assess::moved(&on(from), &on(to))
    }

    /// Earlier results, for category 8: of the whole ledger where the user sees all of it, else as
    /// the server tells them.
    fn history(&self, today: Day) -> Arc<History> {
        let sees_all = |profile: &Option<Arc<Profile>>| {
            profile
                .as_ref()
                .is_some_and(|profile| Scope::of(&profile.actor) == Scope::All)
        };
        let memo = self.assessed.get_value();
        let Ok(mut memo) = memo.lock() else {
            return Arc::default();
        };
        let history = if self.profile.with(sees_all) {
            let cases = self.cases.get();
            match &memo.ledger {
                Some((day, of, history)) if *day == today && Arc::ptr_eq(of, &cases) => {
                    history.clone()
                }
                _ => {
                    let history = Arc::new(History::of_ledger(
                        cases.iter().map(|case| &*case.file),
                        today,
                    ));
                    memo.ledger = Some((today, cases, history.clone()));
                    history
                }
            }
        } else {
            self.told.get()
        };
        // Category 8 of one case rests on the others.
        if memo
            .history
            .as_ref()
            .is_none_or(|before| *before != history)
        {
            memo.assessed.clear();
            memo.history = Some(history.clone());
        }
        history
    }
}
