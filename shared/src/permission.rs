//! Who may do what: one answer, asked by the app to hide and by the server to refuse.
//!
//! The division of duties is article 3's; which event is whose stands with the event.

use crate::{
    Actor, CaseFile, CaseHead, Event, EventKind, Role, bureau,
    document::Kind,
    event::{By, Verdict},
    sync::Scope,
};

/// Why somebody may not do something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// This role does not record events of this type, or opens no cases.
    #[error("this role does not do this")]
    OtherRole,
    /// The case is handled by another bureau, or was inspected by another body.
    #[error("the case is another office's")]
    OtherOffice,
    /// This version does not know the type of event, so not whose it is either.
    #[error("this version does not know the type of event")]
    UnknownType,
    /// A retraction that names no event of the case.
    #[error("there is no such event to retract")]
    NothingToRetract,
    /// An inspection body delivers a reinspection's result only where it is conforming (article 3).
    #[error("the reinspection is not reported conforming")]
    NotConforming,
    /// The field is not this role's to set.
    #[error("the field is not this role's to set")]
    OtherField,
    /// The case has been forwarded: what the inspection body submitted is fixed.
    #[error("the case has been forwarded")]
    Forwarded,
    /// The handling bureau changes only by forwarding the materials.
    #[error("the handling bureau changes only by forwarding the materials")]
    OnlyByForwarding,
    /// A district opens a case only for a sampling refused in its own area.
    #[error("a district opens a case only for a refused sampling")]
    OnlyRefusedSampling,
}

/// Whether the actor may record this event on the case.
///
/// # Errors
/// The [`Refusal`] that says why not.
///
/// ```
/// use shared::{Actor, CaseFile, CaseHead, Event, EventKind, Role};
/// use shared::permission::{Refusal, may_record};
/// let case = CaseFile::new(CaseHead { handling_bureau: "110105".into(), ..Default::default() });
/// let officer = |office: &str| Actor { user: "u".into(), role: Role::District, office: office.into() };
/// let served = Event::new("e1", EventKind::ResultServed, "2013-03-12".parse()?);
/// assert_eq!(may_record(&officer("110105"), &case, &served), Ok(()));
/// assert_eq!(may_record(&officer("110108"), &case, &served), Err(Refusal::OtherOffice));
/// # Ok::<(), shared::day::ParseDayError>(())
/// ```
pub fn may_record(actor: &Actor, case: &CaseFile, event: &Event) -> Result<(), Refusal> {
    if event.kind.facts().is_none() {
        return Err(Refusal::UnknownType);
    }
    let told = retracted_in_the_end(case, event)?;
    let facts = told.kind.facts().ok_or(Refusal::UnknownType)?;
    let role = by(actor.role);
    let from_sheet = role == By::MUNICIPAL && is_from_sheet(told);
    if !facts.by.includes(role) && !from_sheet {
        return Err(Refusal::OtherRole);
    }
    if !is_own(actor, case) {
        return Err(Refusal::OtherOffice);
    }
    let delivers = told.kind == EventKind::ReinspectionResultServed && role == By::INSPECTION_BODY;
    if delivers && !is_reported_conforming(case, told.round()) {
        return Err(Refusal::NotConforming);
    }
    Ok(())
}

/// The `source` of an event that a sheet tells of.
///
/// ```
/// use shared::{Actor, CaseFile, CaseHead, Event, EventKind, Role};
/// use shared::permission::{FROM_SHEET, Refusal, may_record};
/// let case = CaseFile::new(CaseHead { handling_bureau: "110105".into(), ..Default::default() });
/// let municipal = Actor { user: "u".into(), role: Role::Municipal, office: String::new() };
/// let mut served = Event::new("e1", EventKind::ResultServed, "2013-03-12".parse()?);
/// assert_eq!(may_record(&municipal, &case, &served), Err(Refusal::OtherRole), "a district's to record");
/// served.details.insert("source".into(), FROM_SHEET.into());
/// assert_eq!(may_record(&municipal, &case, &served), Ok(()));
/// # Ok::<(), shared::day::ParseDayError>(())
/// ```
pub const FROM_SHEET: &str = "sheet";

/// A sheet tells of what other offices did; the municipal bureau, which collates (article 3), takes
/// it in whole, and the record says that it comes from a sheet.
fn is_from_sheet(event: &Event) -> bool {
    event
        .details
        .get("source")
        .and_then(|source| source.as_str())
        == Some(FROM_SHEET)
}

/// The event that a retraction is about in the end: who may record it may retract it, and may
/// retract the retraction.
fn retracted_in_the_end<'e>(case: &'e CaseFile, event: &'e Event) -> Result<&'e Event, Refusal> {
    let mut told = event;
    for _ in 0..=case.events.len() {
        if told.kind != EventKind::Retracted {
            return Ok(told);
        }
        let named = told.retracts.as_deref().ok_or(Refusal::NothingToRetract)?;
        let mut events = case.events.iter();
        told = events
            .find(|event| event.id == named)
            .ok_or(Refusal::NothingToRetract)?;
    }
    Err(Refusal::NothingToRetract)
}

fn is_reported_conforming(case: &CaseFile, round: u8) -> bool {
    let stands = case.standing();
    let reports = case.events.iter().zip(stands).filter(|(event, stands)| {
        *stands && event.kind == EventKind::ReinspectionReported && event.round() == round
    });
    let first = reports.map(|(event, _)| event).min_by_key(|event| event.on);
    first.is_some_and(|report| report.verdict == Some(Verdict::Conforming))
}

pub(crate) const fn by(role: Role) -> By {
    match role {
        Role::Administrator => By::NOBODY,
        Role::Municipal => By::MUNICIPAL,
        Role::District => By::DISTRICT,
        Role::InspectionBody => By::INSPECTION_BODY,
    }
}

/// Whether the case is one that the actor acts on (article 3): a district's where its bureau
/// handles it, an inspection body's where it is the head's, all for the municipal bureau.
///
/// ```
/// # use shared::{CaseFile, CaseHead, Event, EventKind, assess::assess, calendar::WorkCalendar, history::History};
/// # let mut case = CaseFile::new(CaseHead { regulation: "beijing-2013".into(), handling_bureau: "110105".into(), ..Default::default() });
/// # case.events.push(Event::new("e1", EventKind::MaterialsReceived, "2013-02-07".parse()?));
/// # let calendar = WorkCalendar::official();
/// # let found = assess(&case, &History::default(), calendar, "2013-02-18".parse()?);
/// # use shared::{Actor, Role};
/// # let officer = |office: &str| Actor { user: "u".into(), role: Role::District, office: office.into() };
/// use shared::permission::is_own;
/// assert!(is_own(&officer("110105"), &case) && !is_own(&officer("110108"), &case));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn is_own(actor: &Actor, case: &CaseFile) -> bool {
    match actor.role {
        Role::Administrator => false,
        Role::Municipal => true,
        Role::District => is_bureau(&actor.office, case.handling_bureau()),
        Role::InspectionBody => {
            !actor.office.is_empty() && actor.office == case.case.inspection_body
        }
    }
}

/// Whether two codes mean one bureau: 110228 is 110118 since 2015.
pub(crate) fn is_bureau(office: &str, code: &str) -> bool {
    let today = |code| bureau::by_code(code).map_or(code, |bureau| bureau.code);
    !office.is_empty() && today(office) == today(code)
}

/// Whether the actor may attach something to the case: whoever acts on it (article 3).
///
/// # Errors
/// The [`Refusal`] that says why not.
///
/// ```
/// # use shared::{CaseFile, CaseHead, Event, EventKind, assess::assess, calendar::WorkCalendar, history::History};
/// # let mut case = CaseFile::new(CaseHead { regulation: "beijing-2013".into(), handling_bureau: "110105".into(), ..Default::default() });
/// # case.events.push(Event::new("e1", EventKind::MaterialsReceived, "2013-02-07".parse()?));
/// # let calendar = WorkCalendar::official();
/// # let found = assess(&case, &History::default(), calendar, "2013-02-18".parse()?);
/// # use shared::{Actor, Role};
/// # let officer = |office: &str| Actor { user: "u".into(), role: Role::District, office: office.into() };
/// use shared::permission::{Refusal, may_attach};
/// assert_eq!(may_attach(&officer("110105"), &case), Ok(()));
/// assert_eq!(may_attach(&officer("110108"), &case), Err(Refusal::OtherOffice));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn may_attach(actor: &Actor, case: &CaseFile) -> Result<(), Refusal> {
    if actor.role == Role::Administrator {
        Err(Refusal::OtherRole)
    } else if is_own(actor, case) {
        Ok(())
    } else {
        Err(Refusal::OtherOffice)
    }
}

/// Whether the actor may issue documents of this kind on the case, or make one void: whoever the
/// articles of the [`Kind`] name, on a case of its own.
///
/// # Errors
/// The [`Refusal`] that says why not.
///
/// ```
/// use shared::{Actor, CaseFile, CaseHead, Role, permission::{Refusal, may_issue}};
/// let case = CaseFile::new(CaseHead { handling_bureau: "110105".into(), ..Default::default() });
/// let officer = |office: &str| Actor { user: "u".into(), role: Role::District, office: office.into() };
/// // 责令整改通知书 (article 14) is the bureau's that handles the case, 异议受理通知书 (article 8) 市局's.
/// assert_eq!(may_issue(&officer("110105"), &case, "rectification_order"), Ok(()));
/// assert_eq!(may_issue(&officer("110108"), &case, "rectification_order"), Err(Refusal::OtherOffice));
/// assert_eq!(may_issue(&officer("110105"), &case, "acceptance_notice"), Err(Refusal::OtherRole));
/// assert_eq!(may_issue(&officer("110105"), &case, "of a later version"), Err(Refusal::UnknownType));
/// ```
pub fn may_issue(actor: &Actor, case: &CaseFile, kind: &str) -> Result<(), Refusal> {
    let kind = Kind::of(kind).ok_or(Refusal::UnknownType)?;
    if !kind.by.includes(by(actor.role)) {
        return Err(Refusal::OtherRole);
    }
    if !is_own(actor, case) {
        return Err(Refusal::OtherOffice);
    }
    Ok(())
}

/// Whether the actor may take an attachment off that `author` attached: the author alone.
///
/// # Errors
/// The [`Refusal`] that says why not.
///
/// ```
/// # use shared::{CaseFile, CaseHead, Event, EventKind, assess::assess, calendar::WorkCalendar, history::History};
/// # let mut case = CaseFile::new(CaseHead { regulation: "beijing-2013".into(), handling_bureau: "110105".into(), ..Default::default() });
/// # case.events.push(Event::new("e1", EventKind::MaterialsReceived, "2013-02-07".parse()?));
/// # let calendar = WorkCalendar::official();
/// # let found = assess(&case, &History::default(), calendar, "2013-02-18".parse()?);
/// # use shared::{Actor, Role};
/// # let officer = |office: &str| Actor { user: "u".into(), role: Role::District, office: office.into() };
/// use shared::permission::{Refusal, may_detach};
/// assert_eq!(may_detach(&officer("110105"), &case, "u"), Ok(()));
/// assert_eq!(may_detach(&officer("110105"), &case, "v"), Err(Refusal::OtherRole));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn may_detach(actor: &Actor, case: &CaseFile, author: &str) -> Result<(), Refusal> {
    may_attach(actor, case)?;
    if actor.user == author {
        Ok(())
    } else {
        Err(Refusal::OtherRole)
    }
}

/// Whether the actor may set this field of the case's head.
///
/// `field` is a path: `serious`, `product.model`, `enterprise.name`, …
///
/// # Errors
/// The [`Refusal`] that says why not.
///
/// ```
/// # use shared::{CaseFile, CaseHead, Event, EventKind, assess::assess, calendar::WorkCalendar, history::History};
/// # let mut case = CaseFile::new(CaseHead { regulation: "beijing-2013".into(), handling_bureau: "110105".into(), ..Default::default() });
/// # case.events.push(Event::new("e1", EventKind::MaterialsReceived, "2013-02-07".parse()?));
/// # let calendar = WorkCalendar::official();
/// # let found = assess(&case, &History::default(), calendar, "2013-02-18".parse()?);
/// # use shared::{Actor, Role};
/// # let officer = |office: &str| Actor { user: "u".into(), role: Role::District, office: office.into() };
/// use shared::permission::{Refusal, may_edit_head};
/// let officer = officer("110105");
/// assert_eq!(may_edit_head(&officer, &case, "serious"), Ok(()));
/// assert_eq!(may_edit_head(&officer, &case, "handling_bureau"), Err(Refusal::OnlyByForwarding));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn may_edit_head(actor: &Actor, case: &CaseFile, field: &str) -> Result<(), Refusal> {
    if field == "handling_bureau" {
        return Err(Refusal::OnlyByForwarding);
    }
    if actor.role == Role::Administrator {
        return Err(Refusal::OtherRole);
    }
    if !is_own(actor, case) {
        return Err(Refusal::OtherOffice);
    }
    match actor.role {
        Role::District if is_districts(field) => Ok(()),
        Role::InspectionBody if is_submitted(field) => {
            if is_forwarded(case) {
                Err(Refusal::Forwarded)
            } else {
                Ok(())
            }
        }
        Role::Municipal => Ok(()),
        _ => Err(Refusal::OtherField),
    }
}

/// The enterprise's contact details, the product's traits, what a person found of the case, and who
/// has it in hand.
fn is_districts(field: &str) -> bool {
    const IDENTITY: [&str; 4] = [
        "name",
        "credit_code",
        "production_district",
        "registration_district",
    ];
    match field.strip_prefix("enterprise.") {
        Some(detail) => !detail.is_empty() && !IDENTITY.contains(&detail),
        None => ["product.traits", "serious", "endangers_safety", "officer"].contains(&field),
    }
}

/// What an inspection body submits.
fn is_submitted(field: &str) -> bool {
    let part = field.split('.').next().unwrap_or_default();
    ["spot_check", "product", "report_number", "failed_items"].contains(&part)
}

fn is_forwarded(case: &CaseFile) -> bool {
    let mut events = case.events.iter().zip(case.standing());
    events.any(|(event, stands)| stands && event.kind == EventKind::MaterialsForwarded)
}

/// Whether the actor may open a case with this head. `events` are those recorded with it; none
/// where only the opening is asked about.
///
/// The municipal bureau and inspection bodies open cases (articles 3 and 4); a district only one of
/// its own in which a sampling was refused (article 24(3)1), and of which there is no report.
///
/// # Errors
/// The [`Refusal`] that says why not.
///
/// ```
/// # use shared::{Actor, Role};
/// # let officer = |office: &str| Actor { user: "u".into(), role: Role::District, office: office.into() };
/// use shared::{CaseHead, permission::{Refusal, may_create}};
/// let head = CaseHead { handling_bureau: "110105".into(), report_number: "1".into(), ..Default::default() };
/// assert_eq!(may_create(&officer("110105"), &head, &[]), Err(Refusal::OnlyRefusedSampling));
/// ```
pub fn may_create(actor: &Actor, head: &CaseHead, events: &[Event]) -> Result<(), Refusal> {
    match actor.role {
        Role::Administrator => Err(Refusal::OtherRole),
        Role::Municipal => Ok(()),
        Role::InspectionBody => {
            if !actor.office.is_empty() && actor.office == head.inspection_body {
                Ok(())
            } else {
                Err(Refusal::OtherOffice)
            }
        }
        Role::District => {
            let refused = events
                .iter()
                .all(|event| event.kind == EventKind::SamplingRefused);
            if !is_bureau(&actor.office, &head.handling_bureau) {
                Err(Refusal::OtherOffice)
            } else if !head.report_number.is_empty() || !refused {
                Err(Refusal::OnlyRefusedSampling)
            } else {
                Ok(())
            }
        }
    }
}

/// Whether the actor may load notices on working days and switch the bureaus' overlay: the
/// municipal bureau alone.
///
/// ```
/// # use shared::{Actor, Role};
/// # let officer = |office: &str| Actor { user: "u".into(), role: Role::District, office: office.into() };
/// use shared::permission::may_set_calendar;
/// assert!(!may_set_calendar(&officer("110105")));
/// ```
pub const fn may_set_calendar(actor: &Actor) -> bool {
    matches!(actor.role, Role::Municipal)
}

/// Whether the actor may see the case: what it acts on, and for a district also the copies for
/// enterprises that are registered with it (article 21). Administrators see none.
///
/// ```
/// # use shared::{CaseFile, CaseHead, Event, EventKind, assess::assess, calendar::WorkCalendar, history::History};
/// # let mut case = CaseFile::new(CaseHead { regulation: "beijing-2013".into(), handling_bureau: "110105".into(), ..Default::default() });
/// # case.events.push(Event::new("e1", EventKind::MaterialsReceived, "2013-02-07".parse()?));
/// # let calendar = WorkCalendar::official();
/// # let found = assess(&case, &History::default(), calendar, "2013-02-18".parse()?);
/// # use shared::{Actor, Role};
/// # let officer = |office: &str| Actor { user: "u".into(), role: Role::District, office: office.into() };
/// use shared::permission::may_see;
/// assert!(may_see(&officer("110105"), &case) && !may_see(&officer("110108"), &case));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn may_see(actor: &Actor, case: &CaseFile) -> bool {
    is_own(actor, case) || Scope::of(actor).sees(case)
}

/// The types of event that the actor may record on the case now, in the order of the regulation:
/// without those that happen once and have happened. Retractions are not among them.
///
/// ```
/// # use shared::{CaseFile, CaseHead, Event, EventKind, assess::assess, calendar::WorkCalendar, history::History};
/// # let mut case = CaseFile::new(CaseHead { regulation: "beijing-2013".into(), handling_bureau: "110105".into(), ..Default::default() });
/// # case.events.push(Event::new("e1", EventKind::MaterialsReceived, "2013-02-07".parse()?));
/// # let calendar = WorkCalendar::official();
/// # let found = assess(&case, &History::default(), calendar, "2013-02-18".parse()?);
/// # use shared::{Actor, Role};
/// # let officer = |office: &str| Actor { user: "u".into(), role: Role::District, office: office.into() };
/// use shared::permission::permitted;
/// let may = permitted(&officer("110105"), &case);
/// assert!(may.contains(&EventKind::ResultServed));
/// assert!(!may.contains(&EventKind::MaterialsReceived), "it happened, and happens once");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn permitted(actor: &Actor, case: &CaseFile) -> Vec<EventKind> {
    if !is_own(actor, case) {
        return Vec::new();
    }
    let stands = case.standing();
    let has_happened = |kind: &EventKind| {
        let mut events = case.events.iter().zip(&stands);
        events.any(|(event, stands)| *stands && event.kind == *kind)
    };
    let conforming = (0..=3).any(|round| is_reported_conforming(case, round));
    let role = by(actor.role);
    let may = |kind: &&EventKind| {
        kind.facts().is_some_and(|facts| {
            let open = facts.many || facts.default_round.is_some() || !has_happened(kind);
            let delivers =
                **kind == EventKind::ReinspectionResultServed && role == By::INSPECTION_BODY;
            facts.by.includes(role) && open && (!delivers || conforming)
        })
    };
    EventKind::ALL.iter().filter(may).cloned().collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use Refusal::{
        Forwarded, NotConforming, NothingToRetract, OnlyByForwarding, OnlyRefusedSampling,
        OtherField, OtherOffice, OtherRole, UnknownType,
    };

    fn actor(name: &str) -> Actor {
        let (role, office) = match name {
            "admin" => (Role::Administrator, ""),
            "municipal" => (Role::Municipal, ""),
            "lab" => (Role::InspectionBody, "质检院"),
            "other lab" => (Role::InspectionBody, "计量院"),
            code => (Role::District, code),
        };
        Actor {
            user: name.into(),
            role,
            office: office.into(),
        }
    }

    fn case() -> CaseFile {
        serde_json::from_value(json!({
            "format": "aftercheck-case/1",
            "case": { "handling_bureau": "110105", "inspection_body": "质检院" },
            "events": [
                { "id": "m1", "type": "materials_forwarded", "on": "2013-03-06", "to": "110228" },
                { "id": "s1", "type": "result_served", "on": "2013-03-12" },
                { "id": "r1", "type": "retracted", "on": "2013-03-13", "retracts": "s1" },
                { "id": "x1", "type": "beamed_up", "on": "2013-03-13" },
                { "id": "b1", "type": "reinspection_reported", "on": "2013-05-20",
                  "verdict": "nonconforming" },
                { "id": "b2", "type": "reinspection_reported", "on": "2013-08-20", "round": 2,
                  "verdict": "conforming" },
            ],
        }))
        .unwrap()
    }

    #[test]
    fn events_are_recorded_by_whom_the_table_names() {
        let check = |name: &str, event: &serde_json::Value, expected: Result<(), Refusal>| {
            let mut event = event.clone();
            event["id"] = json!("new");
            event["on"] = json!("2013-09-01");
            let event: Event = serde_json::from_value(event).unwrap();
            assert_eq!(
                may_record(&actor(name), &case(), &event),
                expected,
                "{name} {event:?}"
            );
        };
        let of = |kind: &str| json!({ "type": kind });
        check("110118", &of("result_served"), Ok(()));
        check("110228", &of("result_served"), Ok(()));
        check("110105", &of("result_served"), Err(OtherOffice));
        check("municipal", &of("result_served"), Err(OtherRole));
        check("lab", &of("result_served"), Err(OtherRole));
        check("admin", &of("closed"), Err(OtherRole));
        check("municipal", &of("closed"), Ok(()));
        check("110118", &of("closed"), Ok(()));
        check("lab", &of("sampling_refused"), Ok(()));
        check("other lab", &of("sampling_refused"), Err(OtherOffice));
        check("municipal", &of("beamed_up"), Err(UnknownType));
        let retracts = |id: &str| json!({ "type": "retracted", "retracts": id });
        check("110118", &retracts("s1"), Ok(()));
        check("110118", &retracts("r1"), Ok(()));
        check("municipal", &retracts("s1"), Err(OtherRole));
        check("municipal", &retracts("r1"), Err(OtherRole));
        check("municipal", &retracts("m1"), Ok(()));
        check("110118", &retracts("m1"), Err(OtherRole));
        check("110118", &retracts("x1"), Err(UnknownType));
        check("110118", &retracts("nothing"), Err(NothingToRetract));
        check("110118", &of("retracted"), Err(NothingToRetract));
        let served = |round: u8| json!({ "type": "reinspection_result_served", "round": round });
        check("110118", &served(1), Ok(()));
        check("lab", &served(1), Err(NotConforming));
        check("lab", &served(2), Ok(()));
        check("lab", &served(3), Err(NotConforming));
    }

    #[test]
    fn fields_are_set_by_whom_the_page_names() {
        let check = |name: &str, field: &str, expected: Result<(), Refusal>| {
            let found = may_edit_head(&actor(name), &case(), field);
            assert_eq!(found, expected, "{name} {field}");
        };
        check("municipal", "enterprise.name", Ok(()));
        check("municipal", "handling_bureau", Err(OnlyByForwarding));
        check("110118", "handling_bureau", Err(OnlyByForwarding));
        check("110118", "enterprise.name", Err(OtherField));
        check("110118", "enterprise.phone", Ok(()));
        check("110118", "product.traits", Ok(()));
        check("110118", "product.model", Err(OtherField));
        check("110118", "serious", Ok(()));
        check("110118", "officer", Ok(()));
        check("110105", "officer", Err(OtherOffice));
        check("110105", "serious", Err(OtherOffice));
        check("lab", "product.model", Err(Forwarded));
        check("lab", "serious", Err(OtherField));
        check("admin", "serious", Err(OtherRole));
        let mut unforwarded = case();
        unforwarded.events.clear();
        for (field, expected) in [
            ("product.model", Ok(())),
            ("spot_check", Ok(())),
            ("failed_items", Ok(())),
            ("report_number", Ok(())),
            ("enterprise.name", Err(OtherField)),
        ] {
            assert_eq!(
                may_edit_head(&actor("lab"), &unforwarded, field),
                expected,
                "{field}"
            );
        }
    }

    #[test]
    fn cases_are_opened_by_whom_the_page_names() {
        let head = |report: &str| CaseHead {
            handling_bureau: "110105".into(),
            inspection_body: "质检院".into(),
            report_number: report.into(),
            ..CaseHead::default()
        };
        let day = crate::Day::from_unix_days(15_800);
        let refused = [Event::new("e", EventKind::SamplingRefused, day)];
        let received = [Event::new("e", EventKind::MaterialsReceived, day)];
        let check = |name: &str, report: &str, events: &[Event], expected| {
            assert_eq!(
                may_create(&actor(name), &head(report), events),
                expected,
                "{name}"
            );
        };
        check("municipal", "1", &[], Ok(()));
        check("lab", "1", &[], Ok(()));
        check("other lab", "1", &[], Err(OtherOffice));
        check("admin", "", &[], Err(OtherRole));
        check("110105", "", &refused, Ok(()));
        check("110105", "", &received, Err(OnlyRefusedSampling));
        check("110105", "1", &refused, Err(OnlyRefusedSampling));
        check("110108", "", &refused, Err(OtherOffice));
    }

    #[test]
    fn seeing_is_wider_than_acting() {
        let mut copied = case();
        copied.events.push(Event {
            to: Some("110108".into()),
            ..Event::new(
                "c",
                EventKind::CopyReported,
                crate::Day::from_unix_days(15_800),
            )
        });
        for (name, sees) in [
            ("admin", false),
            ("municipal", true),
            ("110118", true),
            ("110108", true),
            ("110105", false),
            ("lab", true),
            ("other lab", false),
        ] {
            assert_eq!(may_see(&actor(name), &copied), sees, "{name}");
        }
        assert!(permitted(&actor("110108"), &copied).is_empty());
        assert!(permitted(&actor("admin"), &copied).is_empty());
        let may = permitted(&actor("110118"), &copied);
        assert!(
            may.contains(&EventKind::ResultServed),
            "its recording is retracted"
        );
        assert!(!may.contains(&EventKind::CopyReported), "it happened");
        assert!(!may.contains(&EventKind::Retracted));
    }
}
