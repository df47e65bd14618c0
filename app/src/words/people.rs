//! Roles, offices and parties in words.

use shared::{Role, bureau, rule::Party, words::Word};

/// Every role, in the order of article 3.
pub(crate) const ROLES: [Role; 4] = [
    Role::Municipal,
    Role::District,
    Role::InspectionBody,
    Role::Administrator,
];

/// The office that a role is held for, as the frame names it.
pub(crate) fn office(held: Role, office: &str) -> String {
    match held {
        Role::District => bureau_name(office),
        Role::InspectionBody if !office.is_empty() => office.to_owned(),
        other => other.word().to_owned(),
    }
}

/// 朝阳区局; the code itself where no bureau has it.
pub(crate) fn bureau_name(code: &str) -> String {
    match bureau::by_code(code) {
        Some(bureau) => bureau.name.to_owned(),
        None if code.is_empty() => "未定".to_owned(),
        None => code.to_owned(),
    }
}

/// Whom a duty falls on, in a case that `handling` handles, as `reader` would say it.
pub(crate) fn party(party: Party, handling: &str, reader: Role) -> String {
    match (party, reader) {
        (Party::Municipal, Role::Municipal) | (Party::District, Role::District) => {
            "本局".to_owned()
        }
        (Party::InspectionBody, Role::InspectionBody) => "本机构".to_owned(),
        (Party::District, _) => bureau_name(handling),
        (other, _) => other.word().to_owned(),
    }
}
