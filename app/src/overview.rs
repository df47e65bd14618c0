//! All cases at a glance: computed once for the rail, the search, 今日 and 台账.

use std::{collections::HashMap, sync::Arc};

use leptos::prelude::*;
use shared::{Day, calendar::WorkCalendar, id::CaseId, order::sort_by};

use crate::{
    begun::Begun,
    model::{
        duty::{self, Duty},
        ledger::LedgerRow,
    },
    people::People,
    pinyin::Initials,
    session::{LedgerCase, Session},
};

/// As many rows of 今日 as a screen shows.
const DRAWN_AT_ONCE: usize = 8;

/// Duties and rows of all cases. In context: [`Overview::use_in`].
#[derive(Clone, Copy)]
pub(crate) struct Overview {
    /// What is still to be done, the most urgent first.
    pub(crate) duties: Memo<Arc<Vec<Duty>>>,
    /// How many of them 今日 has got round to.
    pub(crate) drawn: RwSignal<usize>,
    rows: Begun<Rows>,
    people: Begun<People>,
}

/// One row for each case, in the order of the ledger.
type Rows = Memo<Arc<Vec<Arc<LedgerRow>>>>;

impl Overview {
    /// Puts it in context; nothing is computed before it is asked for.
    pub(crate) fn provide() {
        let session = Session::use_in();
        provide_context(Self {
            duties: Memo::new_with_compare(move |_| Arc::new(duties(session)), |_, _| true),
            drawn: RwSignal::new(DRAWN_AT_ONCE),
            rows: Begun::here(),
            people: Begun::here(),
        });
    }

    /// One row for each case, in the order of the ledger.
    pub(crate) fn rows(self) -> Rows {
        self.rows.or_begin(|| rows(Session::use_in()))
    }

    /// What those are called who recorded something.
    pub(crate) fn people(self) -> People {
        self.people.or_begin(|| People::begin(Session::use_in()))
    }

    /// The one in context.
    pub(crate) fn use_in() -> Self {
        expect_context()
    }
}

fn duties(session: Session) -> Vec<Duty> {
    let Some(profile) = session.profile().get() else {
        return Vec::new();
    };
    let calendar = session.calendar().get();
    let cases = session.cases().get();
    let mut duties: Vec<Duty> = cases
        .iter()
        .flat_map(|case| {
            let assessment = session.assessment(case);
            duty::of_case(case, &assessment, &calendar, &profile.actor).collect::<Vec<_>>()
        })
        .collect();
    sort_by(&mut duties, duty::by_urgency);
    duties
}

type KeptRows = HashMap<CaseId, (Day, Arc<WorkCalendar>, Arc<LedgerRow>)>;

/// A row is made anew only where its case, the day or the calendar is another.
fn rows(session: Session) -> Rows {
    let initials = StoredValue::new_local(Initials::new());
    let kept = StoredValue::new(KeptRows::new());
    let row_of = move |case: &Arc<LedgerCase>, today: Day, calendar: &Arc<WorkCalendar>| {
        let known = kept.with_value(|kept| {
            let (day, by, row) = kept.get(&case.id)?;
            (*day == today && Arc::ptr_eq(by, calendar) && Arc::ptr_eq(&row.case, case))
                .then(|| row.clone())
        });
        known.unwrap_or_else(|| {
            let assessment = session.assessment(case);
            let row = initials.with_value(|initials| {
                LedgerRow::of(case, &assessment, calendar, |text| initials.of(text))
            });
            let row = Arc::new(row);
            kept.update_value(|kept| {
                drop(kept.insert(case.id.clone(), (today, calendar.clone(), row.clone())));
            });
            row
        })
    };
    Memo::new_with_compare(
        move |_| {
            let (today, calendar) = (session.today().get(), session.calendar().get());
            Arc::new(
                session
                    .cases()
                    .get()
                    .iter()
                    .map(|case| row_of(case, today, &calendar))
                    .collect(),
            )
        },
        |_, _| true,
    )
}
