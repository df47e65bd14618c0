//! Who is acting: a user's role and the office that it is held for.

use serde::{Deserialize, Serialize};

/// What a user may do, by the division of duties in article 3.
///
/// ```
/// use shared::Role;
/// assert_eq!(serde_json::to_string(&Role::InspectionBody)?, r#""inspection_body""#);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Keeps accounts, bureaus and calendars; has no part in cases.
    Administrator,
    /// 市局: all cases.
    Municipal,
    /// 区县局: the cases that its bureau handles, and copies for cases registered with it.
    District,
    /// 检验机构: the cases whose batch it inspected.
    InspectionBody,
}

/// A signed-in user as permissions see them.
///
/// ```
/// use shared::{Actor, Role};
/// let officer: Actor = serde_json::from_str(r#"{"user":"limin","role":"district","office":"110105"}"#)?;
/// assert_eq!(officer, Actor { user: "limin".into(), role: Role::District, office: "110105".into() });
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Actor {
    /// The account's name, unique on a server.
    pub user: String,
    /// The role.
    pub role: Role,
    /// For a district officer the code of the bureau (`110105`, `bda`, …); for an inspection body
    /// its name as cases give it; empty for the others.
    #[serde(default)]
    pub office: String,
}
