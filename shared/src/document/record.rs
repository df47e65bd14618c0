//! A document that was issued, as the log holds it.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Kind, Number};
use crate::{Day, change::ChangeId, fold::Record};

/// A document that was issued.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Issued {
    /// The name of its [`Kind`]; one of a later version is kept.
    pub kind: String,
    /// Its number.
    pub number: Number,
    /// The day that stands under it.
    pub on: Day,
    /// The inspection it belongs to.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub round: u8,
    /// The event that its issue recorded, or that it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub event: Option<String>,
    /// The [`Document`](super::Document) as it was issued.
    pub text: Value,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks so")]
fn is_zero(round: &u8) -> bool {
    *round == 0
}

/// What a case says of a document that was issued; its text stands in the log.
///
/// ```
/// use shared::{document::{DocumentRecord, Number}, fold::Record};
/// let issued = DocumentRecord {
///     record: Record { change: "m4xw/1".parse()?, author: "chaoyang".into(), clock: Default::default() },
///     kind: "rectification_order".into(),
///     number: Number { series: "京朝质监责改".into(), year: 2013, serial: 7 },
///     on: "2013-03-12".parse()?,
///     round: 0,
///     event: Some("m4xw/2".into()),
///     is_void: false,
/// };
/// assert_eq!(issued.change().to_string(), "m4xw/1");
/// assert_eq!(issued.known_kind().map(|kind| kind.short), Some("责令整改通知书"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct DocumentRecord {
    /// Who issued it: the change has its text.
    pub record: Record,
    /// The name of its [`Kind`].
    pub kind: String,
    /// Its number.
    pub number: Number,
    /// The day that stands under it.
    pub on: Day,
    /// The inspection it belongs to.
    pub round: u8,
    /// The event that its issue recorded, or that it is about.
    pub event: Option<String>,
    /// It no longer counts; its number stays taken.
    pub is_void: bool,
}

impl DocumentRecord {
    pub(crate) fn of(issued: &Issued, record: Record) -> Self {
        Self {
            record,
            kind: issued.kind.clone(),
            number: issued.number.clone(),
            on: issued.on,
            round: issued.round,
            event: issued.event.clone(),
            is_void: false,
        }
    }

    /// The change that issued it.
    pub fn change(&self) -> &ChangeId {
        &self.record.change
    }

    /// What it is, where this version knows it.
    pub fn known_kind(&self) -> Option<&'static Kind> {
        Kind::of(&self.kind)
    }
}
