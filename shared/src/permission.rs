//! Who may record what.

use crate::{Actor, CaseFile, CaseHead, Event, Role, event::By};

/// Why somebody may not do something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the role may not do this")]
pub struct Refusal;

fn by(role: Role) -> By {
    match role {
        Role::Administrator => By::NOBODY,
        Role::Municipal => By::MUNICIPAL,
        Role::District => By::DISTRICT,
        Role::InspectionBody => By::INSPECTION_BODY,
    }
}

/// Whether the event may be recorded.
///
/// # Errors
/// Where it may not.
pub fn may_record(actor: &Actor, _case: &CaseFile, event: &Event) -> Result<(), Refusal> {
    let facts = event.kind.facts().ok_or(Refusal)?;
    if facts.by.includes(by(actor.role)) {
        Ok(())
    } else {
        Err(Refusal)
    }
}

/// Whether the field may be edited.
///
/// # Errors
/// Where it may not.
pub fn may_edit_head(actor: &Actor, _case: &CaseFile, _field: &str) -> Result<(), Refusal> {
    if actor.role == Role::Municipal {
        Ok(())
    } else {
        Err(Refusal)
    }
}

/// Whether a case may be opened.
///
/// # Errors
/// Where it may not.
pub fn may_create(actor: &Actor, _head: &CaseHead) -> Result<(), Refusal> {
    if matches!(actor.role, Role::Municipal | Role::InspectionBody) {
        Ok(())
    } else {
        Err(Refusal)
    }
}
