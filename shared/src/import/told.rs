//! What a Worker tells the page while it reads a file.

use serde::{Deserialize, Serialize};

use super::table::Sheet;
use crate::CaseFile;

/// One message from the Worker.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Told {
    /// It has started and awaits the file.
    Ready,
    /// So many rows have been read.
    Rows(usize),
    /// The file has been read.
    Sheets(Vec<Sheet>),
    /// The file holds cases; what they attach was sent before, as bytes.
    Cases(Vec<HandedIn>),
    /// The file cannot be read, and why, in words for the person who chose it.
    Unreadable(String),
}

/// A case of a file that was handed in, or why it cannot be read.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct HandedIn {
    /// The file, within an archive after the archive's name.
    pub name: String,
    /// The case.
    pub case: Result<CaseFile, String>,
}
