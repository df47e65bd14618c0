//! What a Worker tells the page while it reads a file.

use serde::{Deserialize, Serialize};

use super::table::Sheet;
use crate::CaseFile;

/// One message from the Worker.
///
/// ```
/// use shared::import::Told;
/// assert_eq!(serde_json::to_string(&Told::Rows(200))?, r#"{"rows":200}"#);
/// # Ok::<(), serde_json::Error>(())
/// ```
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
///
/// ```
/// use shared::{CaseFile, CaseHead, import::HandedIn};
/// let good = HandedIn { name: "甲.json".into(), case: Ok(CaseFile::new(CaseHead::default())) };
/// let bad = HandedIn { name: "资料.zip/乙.json".into(), case: Err("第 1 行不是 JSON".into()) };
/// let read: Vec<HandedIn> = [good, bad].into_iter().filter(|file| file.case.is_ok()).collect();
/// assert_eq!(read[0].name, "甲.json");
/// ```
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct HandedIn {
    /// The file, within an archive after the archive's name.
    pub name: String,
    /// The case.
    pub case: Result<CaseFile, String>,
}
