//! What goes out as a file that a Worker writes.

use serde::{Deserialize, Serialize};

use crate::{document::Document, import::Table};

/// What the page asks a Worker to write.
///
/// ```
/// use shared::outgoing::Outgoing;
/// let archive = Outgoing::Archive {
///     texts: vec![("案卷.json".into(), "{}".into())],
///     contents: vec!["现场照片.jpg".into()],
/// };
/// let sent = serde_json::to_string(&archive)?;
/// assert_eq!(serde_json::from_str::<Outgoing>(&sent)?, archive);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outgoing {
    /// A table, as an .xlsx.
    Sheet(Table),
    /// A statutory document, as a .docx; the bytes that are sent with it are the pictures of its
    /// signatures.
    Document {
        /// The document.
        document: Document,
        /// The names of the signatures, each beginning with its field's, in their order.
        signatures: Vec<String>,
    },
    /// Texts by the names of their files, as one .zip; the bytes that are sent with it lie beside
    /// them under these names.
    Archive {
        /// The texts.
        texts: Vec<(String, String)>,
        /// The names of the bytes, in their order.
        contents: Vec<String>,
    },
}
