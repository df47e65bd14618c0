//! How a row stands, said as an officer reads it: 剩 4 个工作日, 逾期 3 日, 即办，已 6 日.

use crate::{
    Day,
    assess::{Deadline, Reckoning, Status},
    calendar::WorkCalendar,
    rule::Party,
    words::Word,
};

/// How pressing a row is: what shape and colour it is given.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Mark {
    /// Not done, and past due.
    Overdue,
    /// Due today, or to be done at once.
    Today,
    /// Due within three calendar days.
    Soon,
    /// Due this week, or the enterprise's without a limit.
    Running,
    /// Due after this week.
    Later,
    /// Done in time.
    Done,
    /// Done late.
    Late,
    /// A right not used.
    Lapsed,
    /// Need not be done.
    Waived,
}

/// Calendar days that count as soon.
const SOON_DAYS: i32 = 3;

/// A row's mark, and its words.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Progress {
    /// How pressing it is.
    pub mark: Mark,
    /// The same in words.
    pub text: String,
}

/// How a row stands on a day, in the unit that its limit counts in.
///
/// ```
/// use shared::{CaseFile, CaseHead, Event, EventKind, progress::{Mark, Progress, progress}};
/// use shared::{assess::assess, calendar::WorkCalendar, history::History};
/// let mut case = CaseFile::new(CaseHead { regulation: "beijing-2013".into(), ..Default::default() });
/// case.events.push(Event::new("e1", EventKind::MaterialsReceived, "2013-02-07".parse()?));
/// let (calendar, today) = (WorkCalendar::official(), "2013-02-22".parse()?);
/// let assessment = assess(&case, &History::default(), calendar, today);
/// let serve = assessment.row("art6.serve_result", 0).ok_or("article 6")?;
/// let found: Progress = progress(serve, calendar, today);
/// assert_eq!((found.mark, &*found.text), (Mark::Overdue, "逾期 3 个工作日"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn progress(row: &Deadline, calendar: &WorkCalendar, as_of: Day) -> Progress {
    let span = |from: Day, to: Day| span(row, calendar, from, to);
    let said = |mark, text: String| Progress { mark, text };
    let word = || row.status.word().to_owned();
    match (row.status, row.due) {
        (Status::Met, _) => said(Mark::Done, word()),
        (Status::Lapsed, _) => said(Mark::Lapsed, word()),
        (Status::Waived, _) => said(Mark::Waived, word()),
        (Status::Late, Some(due)) => {
            let done = row.done.unwrap_or(due);
            said(Mark::Late, format!("迟 {}", span(due, done)))
        }
        (Status::Overdue, Some(due)) => said(Mark::Overdue, format!("逾期 {}", span(due, as_of))),
        (Status::Open, Some(due)) if due == as_of => said(Mark::Today, "今天到期".to_owned()),
        (Status::Open, Some(due)) => {
            let mark = if due - as_of <= SOON_DAYS {
                Mark::Soon
            } else if due <= as_of.monday() + 6 {
                Mark::Running
            } else {
                Mark::Later
            };
            said(mark, format!("剩 {}", span(as_of, due)))
        }
        (Status::Open | Status::Late | Status::Overdue, None) => {
            let days = as_of - row.from;
            if row.rule.party == Party::Enterprise {
                said(Mark::Running, format!("已 {days} 日"))
            } else if days == 0 {
                said(Mark::Today, "即办".to_owned())
            } else {
                said(Mark::Today, format!("即办，已 {days} 日"))
            }
        }
    }
}

/// The days after `from` up to `to`, in working days where the limit counts in them and there is
/// one between, else in days.
pub(crate) fn span(row: &Deadline, calendar: &WorkCalendar, from: Day, to: Day) -> String {
    if let Reckoning::WorkingDays(_) = row.reckoning {
        let days = calendar.of(row.rule.party).working_days_between(from, to);
        if days > 0 {
            return format!("{days} 个工作日");
        }
    }
    format!("{} 日", to - from)
}
