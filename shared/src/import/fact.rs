//! What a sheet said of a case that is no event yet, because it has no legal day.

use serde_json::Value;

use super::{field::Field, value};
use crate::{CaseFile, CaseHead, Day, EventKind, event::Verdict};

/// A fact that a sheet told without the day on which it became one. It becomes an event when a
/// person gives the day; it is never dated by guess.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Undated {
    /// What the sheet tells.
    pub field: Field,
    /// As it stands in the sheet.
    pub text: String,
    /// The event that it would be, or the first of several that a person chooses from.
    pub event: EventKind,
    /// The finding, where it is an inspection's.
    pub verdict: Option<Verdict>,
}

/// The facts of a case that still lack their day: told by the sheet, and no standing event says so.
///
/// ```
/// use shared::{CaseFile, CaseHead, Event, EventKind, import};
/// let mut head = CaseHead::default();
/// head.other.insert("sheet".into(), serde_json::json!({"复查是否合格": "1", "备注": "无"}));
/// let mut case = CaseFile::new(head);
/// let told: Vec<import::Undated> = import::undated(&case);
/// assert_eq!(told[0].event, EventKind::ReinspectionReported);
/// case.events.push(Event::new("e1", EventKind::ReinspectionReported, "2013-05-20".parse()?));
/// assert!(import::undated(&case).is_empty());
/// # Ok::<(), shared::day::ParseDayError>(())
/// ```
pub fn undated(case: &CaseFile) -> Vec<Undated> {
    let standing = case.standing();
    let recorded = |kinds: &[EventKind]| {
        case.events
            .iter()
            .zip(&standing)
            .any(|(event, stands)| *stands && kinds.contains(&event.kind))
    };
    TOLD.iter()
        .filter(|(_, kinds)| !recorded(kinds))
        .filter_map(|(field, kinds)| {
            let text = said(&case.case, *field)?;
            let verdict = value::verdict(text).filter(|_| field.is_verdict());
            let happened = if field.is_verdict() {
                verdict.is_some()
            } else if field.is_flag() {
                value::flag(text) != Some(false)
            } else {
                true
            };
            happened.then(|| Undated {
                field: *field,
                text: text.to_owned(),
                event: kinds[0].clone(),
                verdict,
            })
        })
        .collect()
}

/// What tells of an event without its day, and the events any of which settles it.
const TOLD: [(Field, &[EventKind]); 6] = [
    (Field::Verdict, &[EventKind::ReportSubmitted]),
    (Field::Refused, &[EventKind::SamplingRefused]),
    (
        Field::RectifiedOn,
        &[
            EventKind::RectificationVerified,
            EventKind::ReinspectionCommissioned,
        ],
    ),
    (
        Field::ReinspectionVerdict,
        &[EventKind::ReinspectionReported],
    ),
    (Field::Penalised, &[EventKind::PenaltyCaseOpened]),
    (
        Field::CannotHandle,
        &[EventKind::RectificationVerified, EventKind::Closed],
    ),
];

/// What the sheet said in this column, where no event and no part of the head holds it.
///
/// ```
/// use shared::{CaseHead, import::{Field, said}};
/// let mut head = CaseHead::default();
/// head.other.insert("sheet".into(), serde_json::json!({"备注": "已停产"}));
/// assert_eq!(said(&head, Field::Remarks), Some("已停产"));
/// assert_eq!(said(&head, Field::Penalised), None);
/// ```
pub fn said(case: &CaseHead, field: Field) -> Option<&str> {
    case.other
        .get("sheet")?
        .get(field.title())
        .and_then(Value::as_str)
}

/// The days that the sheet gave for what the rules compute, to be compared with the computed day:
/// 整改要求完成时间 ([`Field::RectifyBy`]) and 后处理截止时间 ([`Field::HandleBy`]).
///
/// ```
/// use shared::{CaseHead, import::{Field, said_day}};
/// let mut head = CaseHead::default();
/// head.other.insert("sheet".into(), serde_json::json!({"整改要求完成时间": "2013年4月12日"}));
/// assert_eq!(said_day(&head, Field::RectifyBy), "2013-04-12".parse().ok());
/// assert_eq!(said_day(&head, Field::HandleBy), None);
/// ```
pub fn said_day(case: &CaseHead, field: Field) -> Option<Day> {
    value::day(said(case, field)?).ok()
}
