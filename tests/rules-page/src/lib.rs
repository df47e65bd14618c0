//! What `tests/measure rules` runs in a browser: each function does its work so many times, and
//! the page looks at the clock before and after.
//!
//! What is returned was computed from all of it, so that none of it can be left out.

#[path = "../../../shared/benches/ledger/mod.rs"]
mod ledger;

use std::hint::black_box;

use shared::{
    CaseFile, Day,
    analysis::{Filter, analyse},
    announcement::{Quarter, figures},
    assess::{Assessment, assess},
    calendar::WorkCalendar,
    explain::explain,
    history::History,
};
use wasm_bindgen::prelude::wasm_bindgen;

use ledger::{as_of, case_of_30_events, full_ledger, ledger, start_days};

/// Everything that is measured upon, made before the clock runs.
#[wasm_bindgen]
pub struct Bench {
    as_of: Day,
    quarter: Quarter,
    days: Vec<Day>,
    case: CaseFile,
    history: History,
    full: Vec<CaseFile>,
    ledger: Vec<CaseFile>,
    ledger_history: History,
    assessments: Vec<Assessment>,
}

#[wasm_bindgen]
impl Bench {
    /// Makes it.
    #[wasm_bindgen(constructor)]
    #[expect(clippy::new_without_default, reason = "a browser calls it")]
    pub fn new() -> Self {
        let (as_of, case, ledger) = (as_of(), case_of_30_events(), ledger());
        let history = History::of_ledger(&ledger, as_of);
        let assessments = ledger
            .iter()
            .map(|case| assess(case, &history, WorkCalendar::official(), as_of))
            .collect();
        Self {
            as_of,
            quarter: Quarter {
                year: 2013,
                quarter: 1,
            },
            days: start_days(),
            history: History::of_ledger([&case], as_of),
            case,
            full: full_ledger(),
            ledger,
            ledger_history: history,
            assessments,
        }
    }

    /// Adds so many working days to each of 10,000 days, so many times.
    pub fn add(&self, working_days: u16, times: u32) -> i32 {
        let calendar = WorkCalendar::official().general();
        let mut sum = 0_i32;
        for _ in 0..times {
            for day in &self.days {
                let reached = calendar.add_working_days(black_box(*day), black_box(working_days));
                sum = sum.wrapping_add(reached.unix_days());
            }
        }
        sum
    }

    /// Assesses the case of 30 events so many times.
    pub fn assess(&self, times: u32) -> usize {
        (0..times)
            .map(|_| self.assessed(black_box(&self.case), &self.history))
            .sum()
    }

    /// Explains every row of that case so many times.
    pub fn explain(&self, times: u32) -> usize {
        let calendar = WorkCalendar::official();
        let found = assess(&self.case, &self.history, calendar, self.as_of);
        let days = |row| explain(row, &self.case, calendar, self.as_of).days.len();
        (0..times)
            .map(|_| black_box(&found.deadlines).iter().map(days).sum::<usize>())
            .sum()
    }

    /// Assesses 10,000 cases of 30 events.
    pub fn assess_ledger(&self) -> usize {
        let cases = black_box(&self.full).iter();
        cases
            .map(|case| self.assessed(case, &self.ledger_history))
            .sum()
    }

    /// Analyses 10,000 cases that are assessed already.
    pub fn analyse(&self) -> usize {
        let ledger = self.ledger.iter().zip(&self.assessments);
        analyse(
            black_box(ledger),
            WorkCalendar::official(),
            &Filter::default(),
        )
        .total
        .batches
    }

    /// Counts a quarter's figures of 10,000 cases for its announcement.
    pub fn figures(&self) -> usize {
        let calendar = WorkCalendar::official();
        let ledger = black_box(&self.ledger);
        figures(
            ledger,
            &self.ledger_history,
            calendar,
            self.quarter,
            self.as_of,
        )
        .batches
    }

    fn assessed(&self, case: &CaseFile, history: &History) -> usize {
        let calendar = WorkCalendar::official();
        assess(case, history, calendar, self.as_of).deadlines.len()
    }
}
