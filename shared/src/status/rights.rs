//! Who may take which step of a report: a table, as for announcements.

use super::{State, StatusReport, StatusReports, Step};
use crate::{
    Actor, bureau,
    change::Subject,
    event::By,
    permission::{by, is_bureau},
    publication::{Barred, Demand, Right},
    span::Span,
};

/// Every step.
///
/// ```
/// use shared::{event::By, publication::Demand, status::STATUS_RIGHTS};
/// let received = STATUS_RIGHTS.iter().find(|it| it.step == "received").ok_or("it is listed")?;
/// assert_eq!((received.by, received.demands), (By::MUNICIPAL, &[Demand::Reported, Demand::SameContent][..]));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub const STATUS_RIGHTS: [Right; 4] = [
    Right {
        step: "lines",
        by: By::DISTRICT,
        demands: &[Demand::OwnBureau],
    },
    Right {
        step: "confirmed",
        by: By::DISTRICT,
        demands: &[Demand::OwnBureau, Demand::InPeriod, Demand::Whole],
    },
    Right {
        step: "received",
        by: By::MUNICIPAL,
        demands: &[Demand::Reported, Demand::SameContent],
    },
    Right {
        step: "returned",
        by: By::MUNICIPAL,
        demands: &[Demand::Reported, Demand::SameContent],
    },
];

/// Whether the actor may take this step on the report that the subject is.
///
/// The app asks it to say what is missing, the server to refuse.
///
/// # Errors
/// The first thing that bars it.
///
/// ```
/// use shared::{Actor, Role, change::Subject};
/// use shared::{publication::{Barred, Demand}, status::{StatusReports, Step, may_report}};
/// let of = |role, office: &str| Actor { user: "u".into(), role, office: office.into() };
/// let subject = Subject::status("2013-03".parse()?, "110105");
/// let (as_of, none) = ("2013-03-31".parse()?, StatusReports::default());
/// let report = Step::Confirmed { drawing: "d".into(), as_of, lines: 0, remark: String::new() };
/// let may = |actor: &Actor| may_report(actor, &subject, &report, &none);
/// assert_eq!(may(&of(Role::District, "110105")), Ok(()));
/// assert_eq!(may(&of(Role::District, "110108")), Err(Barred::Missing(Demand::OwnBureau)));
/// assert_eq!(may(&of(Role::Municipal, "")), Err(Barred::OtherRole));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn may_report(
    actor: &Actor,
    subject: &Subject,
    step: &Step,
    all: &StatusReports,
) -> Result<(), Barred> {
    let right = STATUS_RIGHTS.iter().find(|it| it.step == step.name());
    let right = right.filter(|right| right.by.includes(by(actor.role)));
    let right = right.ok_or(Barred::OtherRole)?;
    let (span, of_bureau) = subject.status_of().ok_or(Barred::OtherSubject)?;
    // One bureau has one name, and so one report.
    if bureau::by_code(of_bureau).is_none_or(|known| known.code != of_bureau) {
        return Err(Barred::OtherSubject);
    }
    if !step.is_complete() {
        return Err(Barred::Incomplete);
    }
    let none = StatusReport::default();
    let own = all.get(span, of_bureau).unwrap_or(&none);
    let missing = right.demands.iter().find(|demand| match demand {
        Demand::OwnBureau => !is_bureau(&actor.office, of_bureau),
        demand => !is_met(**demand, span, step, own),
    });
    missing.map_or(Ok(()), |demand| Err(Barred::Missing(*demand)))
}

fn is_met(demand: Demand, span: Span, step: &Step, own: &StatusReport) -> bool {
    match (demand, step) {
        (Demand::InPeriod, Step::Confirmed { as_of, .. }) => span.holds(*as_of),
        (Demand::Whole, Step::Confirmed { drawing, lines, .. }) => own.lines_of(drawing) == *lines,
        (Demand::Reported, _) => own.state() == State::Reported,
        (Demand::SameContent, step) => own.is_of(step.drawing()),
        // Demands of announcements: no step of a report makes them.
        _ => false,
    }
}
