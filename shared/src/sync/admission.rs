//! Whether the server takes a change: asked once for each, by the server and by nobody else.

use std::collections::BTreeMap;

use super::{Scope, wire::RefusalReason};
use crate::{
    Actor, CaseHead,
    attachment::Unfit,
    calendar::{CalendarFile, Loaded},
    change::{Body, BodyError, Change, MAXIMUM_CHANGE_BYTES, MAXIMUM_NAME_BYTES, SCHEMA, Subject},
    document::{Issued, Recorded},
    fold::{FoldedCase, fields_of},
    mutation::mutated,
    order::gathered,
    permission::{
        Refusal, may_attach, may_create, may_detach, may_edit_head, may_issue, may_record,
        may_set_calendar,
    },
    publication::{Announcements, Barred, Demand, Step, may_take},
    status::{self, StatusReports, may_report},
};

/// Whether a change that this user sends may be taken into the log, given the case as the log has
/// it (none where the log has nothing of it).
///
/// # Errors
/// Why it goes to the review tray instead.
///
/// ```
/// use shared::{Actor, Role, change::{Body, Change, Subject}, id::CaseId};
/// use shared::sync::{admission::admit, wire::RefusalReason};
/// let open = Change {
///     id: "m4xw/1".parse()?,
///     subject: Subject::case(&CaseId::from_random([7; 16])),
///     clock: "1363046400000-00000".parse()?,
///     author: "municipal".into(),
///     schema: 1,
///     body: Body::Open { head: Box::default() }.to_raw(),
/// };
/// let user = |user: &str, role| Actor { user: user.into(), role, office: String::new() };
/// assert_eq!(admit(&open, &user("municipal", Role::Municipal), None), Ok(()));
/// let other = admit(&open, &user("other", Role::Municipal), None);
/// assert_eq!(other, Err(RefusalReason::OtherAuthor));
/// let keeper = admit(&open, &user("municipal", Role::Administrator), None);
/// assert_eq!(keeper, Err(RefusalReason::NotPermitted), "no part in cases (article 3)");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn admit(
    change: &Change,
    actor: &Actor,
    case: Option<&FoldedCase>,
) -> Result<(), RefusalReason> {
    admit_read(change, &change.body(), actor, case)
}

/// The same as [`admit`] for a change whose body was read already.
///
/// # Errors
/// Why it goes to the review tray instead.
///
/// ```
/// use shared::{Actor, Role, change::Change, sync::{admission::admit_read, wire::RefusalReason}};
/// let change: Change = serde_json::from_str(
///     r#"{"id":"m4xw/1","subject":"calendar/beijing","clock":"1363046400000-00000","author":"d","schema":1,"body":{"kind":"overlay","on":true}}"#,
/// )?;
/// let user = |role| Actor { user: "d".into(), role, office: String::new() };
/// let body = change.body();
/// assert_eq!(admit_read(&change, &body, &user(Role::Municipal), None), Ok(()));
/// let district = admit_read(&change, &body, &user(Role::District), None);
/// assert_eq!(district, Err(RefusalReason::NotPermitted));
/// # Ok::<(), serde_json::Error>(())
/// ```
pub fn admit_read(
    change: &Change,
    body: &Result<Body, BodyError>,
    actor: &Actor,
    case: Option<&FoldedCase>,
) -> Result<(), RefusalReason> {
    if change.author != actor.user && !mutated("author-not-compared") {
        return Err(RefusalReason::OtherAuthor);
    }
    let body = readable(change, body)?;
    if change.subject == Subject::calendar() {
        return admit_to_calendar(body, actor);
    }
    is_of_a_case(change)?;
    // A case that is not the user's is refused as such, whatever the change says of it.
    if case.is_some_and(|case| !Scope::of(actor).sees(&case.file)) {
        return Err(RefusalReason::OutOfScope);
    }
    let permitted = match (body, case) {
        (Body::Open { head }, None) => may_create(actor, head, &[]),
        (Body::Open { head }, Some(case)) => {
            may_create(actor, head, &[]).and_then(|()| may_reopen(actor, head, case))
        }
        (_, None) => return Err(RefusalReason::UnknownCase),
        (Body::Event { event }, Some(case)) => may_record(actor, &case.file, event),
        (Body::Head { field, .. }, Some(case)) => may_edit_head(actor, &case.file, field),
        (Body::Attach { attachment }, Some(case)) => {
            attachment.check().map_err(|unfit| match unfit {
                Unfit::TooLarge => RefusalReason::TooLarge,
                Unfit::Empty | Unfit::OtherType | Unfit::Name => RefusalReason::Unreadable,
            })?;
            may_attach(actor, &case.file)
        }
        (Body::Detach { change }, Some(case)) => {
            let attached = case.attached.iter().find(|it| it.change == *change);
            match attached {
                Some(record) => may_detach(actor, &case.file, &record.author),
                // Taken off already, or never attached: as with a retraction of nothing.
                None => Err(Refusal::NothingToRetract),
            }
        }
        (Body::Document { document }, Some(case)) => {
            let issued = Issued::read(document).map_err(|_| RefusalReason::Unreadable)?;
            may_issue(actor, &case.file, &issued.kind)
        }
        (Body::DocumentVoided { change }, Some(case)) => {
            let mut documents = case.documents.iter();
            let issued = documents.find(|it| it.record.change == *change);
            match issued.and_then(Recorded::read) {
                Some(issued) => may_issue(actor, &case.file, &issued.kind),
                None => Err(Refusal::NothingToRetract),
            }
        }
        // History records are the server's own; the calendar and announcements are subjects of
        // their own.
        (
            Body::History { .. }
            | Body::Notice { .. }
            | Body::NoticeWithdrawn { .. }
            | Body::Overlay { .. }
            | Body::OverlayFile { .. }
            | Body::Announcement { .. }
            | Body::Status { .. },
            Some(_),
        ) => Err(Refusal::OtherRole),
        (Body::Unknown, Some(_)) => Err(Refusal::UnknownType),
    };
    if mutated("permission-not-asked") {
        return Ok(());
    }
    permitted.map_err(|refusal| match refusal {
        Refusal::UnknownType => RefusalReason::LaterVersion,
        _ => RefusalReason::NotPermitted,
    })
}

/// Of working days only the municipal bureau speaks, and what it loads can be computed with.
fn admit_to_calendar(body: &Body, actor: &Actor) -> Result<(), RefusalReason> {
    if !may_set_calendar(actor) {
        return Err(RefusalReason::NotPermitted);
    }
    let check = |file, csv: &str| {
        let read = Loaded::read(file, csv);
        read.map(drop).map_err(|_| RefusalReason::Unreadable)
    };
    match body {
        Body::Notice { csv } => check(CalendarFile::Notices, csv),
        Body::OverlayFile { csv } => check(CalendarFile::Overlay, csv),
        Body::NoticeWithdrawn { .. } | Body::Overlay { .. } => Ok(()),
        _ => Err(RefusalReason::NotPermitted),
    }
}

/// Whether a step in the life of an announcement may be taken into the log, given all announcements
/// as the log has them.
///
/// # Errors
/// Why it goes to the review tray instead.
///
/// ```
/// use shared::{Actor, Role, change::{Change, Digest, Subject}, id::CaseId};
/// use shared::publication::{Announcements, Step};
/// use shared::sync::{admission::admit_to_announcement, wire::RefusalReason};
/// let id = CaseId::from_random([7; 16]);
/// let mut change = Change {
///     id: "m4xw/1".parse()?,
///     subject: Subject::announcement(&id),
///     clock: "1363046400000-00000".parse()?,
///     author: "municipal".into(),
///     schema: 1,
///     body: Step::Opened { period: None, corrects: None }.body().to_raw(),
/// };
/// let user = |role| Actor { user: "municipal".into(), role, office: String::new() };
/// let municipal = user(Role::Municipal);
/// let none = Announcements::default();
/// assert_eq!(admit_to_announcement(&change, &municipal, &none), Ok(()));
/// let district = admit_to_announcement(&change, &user(Role::District), &none);
/// assert_eq!(district, Err(RefusalReason::NotPermitted));
/// let opened = Announcements::of([&change]);
/// let forged = Step::Published {
///     content: opened.get(&id).ok_or("it is there")?.digest(),
///     on: "2013-04-01".parse()?,
///     channels: vec!["市局网站".into()],
/// };
/// change.body = forged.body().to_raw();
/// let forged = admit_to_announcement(&change, &municipal, &opened);
/// assert_eq!(forged, Err(RefusalReason::OutOfOrder), "nobody approved it");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn admit_to_announcement(
    change: &Change,
    actor: &Actor,
    all: &Announcements,
) -> Result<(), RefusalReason> {
    if change.author != actor.user {
        return Err(RefusalReason::OtherAuthor);
    }
    let body = change.body();
    let body = readable(change, &body)?;
    if !matches!(body, Body::Announcement { .. }) {
        return Err(RefusalReason::NotPermitted);
    }
    let step = Step::of(body).ok_or(RefusalReason::LaterVersion)?;
    may_take(actor, &change.subject, &step, all).map_err(reason)
}

/// Whether a step in the life of a district's report may be taken into the log, given the reports
/// as the log has them.
///
/// # Errors
/// Why it goes to the review tray instead.
///
/// ```
/// use shared::{Actor, Role, change::{Change, Subject}, status::{StatusReports, Step}};
/// use shared::sync::{admission::admit_to_status, wire::RefusalReason};
/// let lines = Step::Lines { drawing: "d".into(), lines: Vec::new() };
/// let change = Change {
///     id: "m4xw/1".parse()?,
///     subject: Subject::status("2013-03".parse()?, "110105"),
///     clock: "1363046400000-00000".parse()?,
///     author: "u".into(),
///     schema: 1,
///     body: lines.body().to_raw(),
/// };
/// let of = |office: &str| Actor { user: "u".into(), role: Role::District, office: office.into() };
/// let none = StatusReports::default();
/// assert_eq!(admit_to_status(&change, &of("110105"), &none), Ok(()));
/// let other = admit_to_status(&change, &of("110108"), &none);
/// assert_eq!(other, Err(RefusalReason::OutOfScope));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn admit_to_status(
    change: &Change,
    actor: &Actor,
    all: &StatusReports,
) -> Result<(), RefusalReason> {
    if change.author != actor.user {
        return Err(RefusalReason::OtherAuthor);
    }
    let body = change.body();
    let body = readable(change, &body)?;
    if !matches!(body, Body::Status { .. }) {
        return Err(RefusalReason::NotPermitted);
    }
    let step = status::Step::of(body).ok_or(RefusalReason::LaterVersion)?;
    may_report(actor, &change.subject, &step, all).map_err(reason)
}

const fn reason(barred: Barred) -> RefusalReason {
    match barred {
        Barred::OtherRole => RefusalReason::NotPermitted,
        Barred::OtherSubject | Barred::Incomplete => RefusalReason::Unreadable,
        Barred::Missing(Demand::OwnBureau) => RefusalReason::OutOfScope,
        Barred::Missing(_) => RefusalReason::OutOfOrder,
    }
}

/// Whether a change that a case file carries may be taken into the log. Its author was permitted
/// where it was recorded, and has no account here perhaps: what is asked is whether it is a change
/// of a case that this version can read.
///
/// # Errors
/// Why it cannot be taken.
///
/// ```
/// use shared::{change::{Body, Change, Subject}, id::CaseId};
/// use shared::sync::{admission::admit_carried, wire::RefusalReason};
/// let mut change = Change {
///     id: "m4xw/1".parse()?,
///     subject: Subject::case(&CaseId::from_random([7; 16])),
///     clock: "1363046400000-00000".parse()?,
///     author: "of another ledger".into(),
///     schema: 1,
///     body: Body::Open { head: Box::default() }.to_raw(),
/// };
/// assert_eq!(admit_carried(&change), Ok(()));
/// change.body = Body::Overlay { on: true }.to_raw();
/// assert_eq!(admit_carried(&change), Err(RefusalReason::NotPermitted), "not of a case");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn admit_carried(change: &Change) -> Result<(), RefusalReason> {
    let body = change.body();
    let body = readable(change, &body)?;
    is_of_a_case(change)?;
    match body {
        Body::Open { .. }
        | Body::Event { .. }
        | Body::Head { .. }
        | Body::Attach { .. }
        | Body::Detach { .. }
        | Body::Document { .. }
        | Body::DocumentVoided { .. } => Ok(()),
        // History records are each server's own.
        _ => Err(RefusalReason::NotPermitted),
    }
}

/// What a change says, if this version can read it.
fn readable<'b>(
    change: &Change,
    body: &'b Result<Body, BodyError>,
) -> Result<&'b Body, RefusalReason> {
    if change.body.get().len() > MAXIMUM_CHANGE_BYTES || change.author.len() > MAXIMUM_NAME_BYTES {
        return Err(RefusalReason::TooLarge);
    }
    match body {
        _ if change.schema > SCHEMA => Err(RefusalReason::LaterVersion),
        Ok(Body::Unknown) => Err(RefusalReason::LaterVersion),
        Err(_) => Err(RefusalReason::Unreadable),
        Ok(body) => Ok(body),
    }
}

fn is_of_a_case(change: &Change) -> Result<(), RefusalReason> {
    if change.subject.case_id().is_none() {
        let known = change.subject.kind() == "case";
        return Err(if known {
            RefusalReason::Unreadable
        } else {
            RefusalReason::LaterVersion
        });
    }
    Ok(())
}

/// Opening what is open, as two offices that take in one sheet do, may add what the other did not
/// know; to change a field takes the right to edit it.
fn may_reopen(actor: &Actor, head: &CaseHead, case: &FoldedCase) -> Result<(), Refusal> {
    let known: BTreeMap<_, _> = gathered(fields_of(&case.file.case));
    fields_of(head)
        .into_iter()
        .filter(|(field, value)| known.get(field).is_some_and(|known| known != value))
        .try_for_each(|(field, _)| may_edit_head(actor, &case.file, &field))
}
