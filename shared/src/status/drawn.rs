//! What a report says, drawn from the logs of the district's cases.

use super::{ACTS, Act, Line};
use crate::{
    CaseFile, Day, Event, EventKind,
    assess::{Status, assess},
    bureau,
    calendar::WorkCalendar,
    history::History,
    id::CaseId,
    permission::is_bureau,
    rule::Party,
    span::Span,
    words::{self, Word},
};

/// What the bureau did in the period up to `as_of`, and what was overdue on that day: of the cases
/// that it handles, in the order of [`ACTS`], then of days and numbers.
///
/// ```
/// use shared::{CaseFile, calendar::WorkCalendar, id::CaseId};
/// use shared::status::{Act, Figure, Line, status_figures, status_lines};
/// let case: CaseFile = serde_json::from_str(r#"{ "format": "aftercheck-case/1",
///   "case": { "number": "京2013-003", "regulation": "beijing-2013", "handling_bureau": "110105",
///     "enterprise": { "name": "某厂" }, "product": { "name": "电线" } },
///   "events": [
///     { "id": "e1", "type": "materials_received", "on": "2013-03-04" },
///     { "id": "e2", "type": "rectification_ordered", "on": "2013-03-08" }] }"#)?;
/// let id = CaseId::from_random([7; 16]);
/// let march = "2013-03".parse()?;
/// let drawn = |bureau| {
///     let as_of = "2013-03-31".parse().expect("a day");
///     status_lines([(&id, &case)], WorkCalendar::official(), bureau, march, as_of)
/// };
/// let lines: Vec<Line> = drawn("110105");
/// let acts: Vec<_> = lines.iter().map(|line| line.act).collect();
/// assert_eq!(acts, [Act::Received, Act::Ordered, Act::Overdue]);
/// assert_eq!((&*lines[2].note, lines[2].on.to_string()), ("送达检验结果", "2013-03-11".to_owned()));
/// assert_eq!(drawn("110108"), [], "the case is not that bureau's");
/// let received: Figure = status_figures(&lines).remove(0);
/// assert_eq!((received.title, received.times, received.cases), ("收到材料", 1, 1));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn status_lines<'a>(
    ledger: impl IntoIterator<Item = (&'a CaseId, &'a CaseFile)>,
    calendar: &WorkCalendar,
    bureau: &str,
    span: Span,
    as_of: Day,
) -> Vec<Line> {
    let own = ledger
        .into_iter()
        .filter(|(_, file)| is_bureau(file.handling_bureau(), bureau));
    let mut lines: Vec<Line> = own
        .flat_map(|(id, file)| of_case(id, file, calendar, span, as_of))
        .collect();
    lines.sort();
    lines
}

fn of_case(
    id: &CaseId,
    file: &CaseFile,
    calendar: &WorkCalendar,
    span: Span,
    as_of: Day,
) -> Vec<Line> {
    let head = &file.case;
    let line = |act, on, note: String| Line {
        act,
        on,
        case: id.clone(),
        number: head.number.clone(),
        enterprise: head.enterprise.name.clone(),
        product: head.product.name.clone(),
        note,
    };
    let act = |kind: &EventKind| {
        let mut acts = ACTS.iter();
        acts.find(|(_, _, kinds)| kinds.contains(kind))
            .map(|(act, ..)| *act)
    };
    let events = file.events.iter().zip(file.standing());
    let in_period = events
        .filter(|(event, stands)| *stands && span.holds(event.on) && event.on <= as_of)
        .filter_map(|(event, _)| Some(line(act(&event.kind)?, event.on, note(event))));
    // Earlier results have no part in what is due.
    let assessment = assess(file, &History::default(), calendar, as_of);
    let overdue = assessment.deadlines.iter().filter_map(|row| {
        let is_own = row.rule.party == Party::District && row.status == Status::Overdue;
        let due = row.due.filter(|_| is_own)?;
        Some(line(Act::Overdue, due, row.rule.title.to_owned()))
    });
    in_period.chain(overdue).collect()
}

/// What came of it, where the event says more than that it was done.
fn note(event: &Event) -> String {
    let to = event.to.as_deref().and_then(bureau::by_code);
    match (event.verdict, event.outcome, to) {
        (Some(verdict), ..) => verdict.word().to_owned(),
        (_, Some(outcome), _) => outcome.word().to_owned(),
        (.., Some(to)) => to.name.to_owned(),
        _ if event.kind == EventKind::GoodsSealed || event.kind == EventKind::GoodsSeized => {
            words::event(&event.kind).to_owned()
        }
        _ => String::new(),
    }
}

/// How often something was done, and on how many cases.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Figure {
    /// What.
    pub act: Act,
    /// What it is called.
    pub title: &'static str,
    /// How often.
    pub times: usize,
    /// On how many cases.
    pub cases: usize,
}

/// The figures of a report, one for each of [`ACTS`].
pub fn status_figures(lines: &[Line]) -> Vec<Figure> {
    let figure = |(act, title, _): &(Act, &'static str, _)| {
        let of_act = lines.iter().filter(|line| line.act == *act);
        let mut cases: Vec<&CaseId> = of_act.clone().map(|line| &line.case).collect();
        cases.sort_unstable();
        cases.dedup();
        Figure {
            act: *act,
            title,
            times: of_act.count(),
            cases: cases.len(),
        }
    };
    ACTS.iter().map(figure).collect()
}
