//! What a Worker tells the page while it reads a file.

use serde::{Deserialize, Serialize};

use super::table::Sheet;

/// One message from the Worker.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Told {
    /// It has started and awaits the file.
    Ready,
    /// So many rows have been read.
    Rows(usize),
    /// The file has been read.
    Sheets(Vec<Sheet>),
    /// The file cannot be read, and why, in words for the person who chose it.
    Unreadable(String),
}
