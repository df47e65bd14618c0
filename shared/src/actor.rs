//! Who is acting: a user's role and the office that it is held for.

use serde::{Deserialize, Serialize};

/// What a user may do, by the division of duties in article 3.
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
