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
    #[serde(default)]
    pub text: Value,
}

impl Issued {
    /// Reads it from a change.
    ///
    /// # Errors
    /// Where it is of another shape.
    ///
    /// ```
    /// use serde_json::json;
    /// use shared::document::Issued;
    /// let issued = json!({
    ///     "kind": "rectification_order", "on": "2013-03-12", "text": {},
    ///     "number": { "series": "京朝质监责改", "year": 2013, "serial": 7 },
    /// });
    /// assert_eq!(Issued::read(&issued)?.number.serial, 7);
    /// assert!(Issued::read(&json!({})).is_err());
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    pub fn read(document: &Value) -> Result<Self, serde_json::Error> {
        serde_json::from_value(document.clone())
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks so")]
fn is_zero(round: &u8) -> bool {
    *round == 0
}

/// What a case says of a document that was issued, as it was written; its text stands in the log.
/// Read where documents are looked at: what every device loads first need not know their shape.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Recorded {
    /// Who issued it: the change has its text.
    pub record: Record,
    /// An [`Issued`] without its text.
    pub document: Value,
    /// It no longer counts; its number stays taken.
    #[serde(default)]
    pub is_void: bool,
}

impl Recorded {
    pub(crate) fn of(mut document: Value, record: Record) -> Self {
        if let Value::Object(fields) = &mut document {
            fields.remove("text");
        }
        Self {
            record,
            document,
            is_void: false,
        }
    }

    /// What it says; `None` where this version cannot read it.
    ///
    /// ```
    /// use serde_json::json;
    /// use shared::{document::Recorded, fold::Record};
    /// let mut recorded = Recorded {
    ///     record: Record { change: "m4xw/1".parse()?, author: "chaoyang".into(), clock: Default::default() },
    ///     document: json!({
    ///         "kind": "rectification_order", "on": "2013-03-12",
    ///         "number": { "series": "京朝质监责改", "year": 2013, "serial": 7 },
    ///     }),
    ///     is_void: false,
    /// };
    /// let read = recorded.read().ok_or("readable")?;
    /// assert_eq!(read.number.to_string(), "京朝质监责改〔2013〕7号");
    /// recorded.document = json!({ "kind": 1 });
    /// assert_eq!(recorded.read(), None);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn read(&self) -> Option<DocumentRecord> {
        let Issued {
            kind,
            number,
            on,
            round,
            event,
            ..
        } = serde_json::from_value(self.document.clone()).ok()?;
        Some(DocumentRecord {
            record: self.record.clone(),
            kind,
            number,
            on,
            round,
            event,
            is_void: self.is_void,
        })
    }
}

/// A document that was issued, as a case knows it.
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
#[derive(Clone, PartialEq, Eq, Debug)]
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
    /// The change that issued it.
    pub fn change(&self) -> &ChangeId {
        &self.record.change
    }

    /// What it is, where this version knows it.
    pub fn known_kind(&self) -> Option<&'static Kind> {
        Kind::of(&self.kind)
    }
}
