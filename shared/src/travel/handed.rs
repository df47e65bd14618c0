//! Case files that the app hands to the server.

use serde::{Deserialize, Serialize};

use crate::CaseFile;

/// Case files to be taken into the ledger with the changes that they carry.
///
/// ```
/// use shared::{CaseFile, CaseHead, travel::Handed};
/// let handed = Handed { cases: vec![CaseFile::new(CaseHead::default())] };
/// let sent = serde_json::to_string(&handed)?;
/// assert_eq!(serde_json::from_str::<Handed>(&sent)?, handed);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Handed {
    /// The files.
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<Object>))]
    pub cases: Vec<CaseFile>,
}

/// What came of them.
///
/// ```
/// use shared::travel::Received;
/// let came: Received = serde_json::from_str(
///     r#"{"imported":2,"updated":1,"skipped":0,"rejected":[[3,"没有权限"]]}"#,
/// )?;
/// assert_eq!((came.imported + came.updated, came.rejected[0].0), (3, 3));
/// # Ok::<(), serde_json::Error>(())
/// ```
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
