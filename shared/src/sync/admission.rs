//! Whether the server takes a change: asked once for each, by the server and by nobody else.

use std::collections::BTreeMap;

use super::{Scope, wire::RefusalReason};
use crate::{
    Actor, CaseHead,
    change::{Body, Change, MAXIMUM_CHANGE_BYTES, MAXIMUM_NAME_BYTES, SCHEMA},
    fold::{FoldedCase, fields_of},
    mutation::mutated,
    permission::{Refusal, may_create, may_edit_head, may_record},
};

/// Whether a change that this user sends may be taken into the log, given the case as the log has
/// it (none where the log has nothing of it).
///
/// # Errors
/// Why it goes to the review tray instead.
pub fn admit(
    change: &Change,
    actor: &Actor,
    case: Option<&FoldedCase>,
) -> Result<(), RefusalReason> {
    if change.author != actor.user && !mutated("author-not-compared") {
        return Err(RefusalReason::OtherAuthor);
    }
    if change.body.get().len() > MAXIMUM_CHANGE_BYTES || change.author.len() > MAXIMUM_NAME_BYTES {
        return Err(RefusalReason::TooLarge);
    }
    let body = match change.body() {
        _ if change.schema > SCHEMA => return Err(RefusalReason::LaterVersion),
        Ok(Body::Unknown) => return Err(RefusalReason::LaterVersion),
        Err(_) => return Err(RefusalReason::Unreadable),
        Ok(body) => body,
    };
    if change.subject.case_id().is_none() {
        let known = change.subject.kind() == "case";
        return Err(if known {
            RefusalReason::Unreadable
        } else {
            RefusalReason::LaterVersion
        });
    }
    // A case that is not the user's is refused as such, whatever the change says of it.
    if case.is_some_and(|case| !Scope::of(actor).sees(&case.file)) {
        return Err(RefusalReason::OutOfScope);
    }
    let permitted = match (&body, case) {
        (Body::Open { head }, None) => may_create(actor, head, &[]),
        (Body::Open { head }, Some(case)) => {
            may_create(actor, head, &[]).and_then(|()| may_reopen(actor, head, case))
        }
        (_, None) => return Err(RefusalReason::UnknownCase),
        (Body::Event { event }, Some(case)) => may_record(actor, &case.file, event),
        (Body::Head { field, .. }, Some(case)) => may_edit_head(actor, &case.file, field),
        // History records are the server's own.
        (Body::History { .. }, Some(_)) => Err(Refusal::OtherRole),
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

/// Opening what is open, as two offices that take in one sheet do, may add what the other did not
/// know; to change a field takes the right to edit it.
fn may_reopen(actor: &Actor, head: &CaseHead, case: &FoldedCase) -> Result<(), Refusal> {
    let known: BTreeMap<_, _> = fields_of(&case.file.case).into_iter().collect();
    fields_of(head)
        .into_iter()
        .filter(|(field, value)| known.get(field).is_some_and(|known| known != value))
        .try_for_each(|(field, _)| may_edit_head(actor, &case.file, &field))
}
