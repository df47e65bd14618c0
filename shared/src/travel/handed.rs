//! Case files that the app hands to the server.

use serde::{Deserialize, Serialize};

use crate::CaseFile;

/// Case files to be taken into the ledger with the changes that they carry.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Handed {
    /// The files.
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<Object>))]
    pub cases: Vec<CaseFile>,
}

/// What came of them.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Received {
    /// New cases.
    pub imported: usize,
    /// Cases that the ledger had, and that have something new now.
    pub updated: usize,
    /// Cases of which the ledger had everything.
    pub skipped: usize,
    /// What was not taken: the file by its position, and why.
    pub rejected: Vec<(usize, String)>,
}
