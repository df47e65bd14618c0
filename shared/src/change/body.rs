//! What a change says.

use serde::{Deserialize, Serialize};
use serde_json::{Value, value::RawValue};

use super::ChangeId;
use crate::{CaseHead, Event, attachment::Attachment, history::HistoryRecord};

/// The table of bodies: the kind as it is written, and its fields.
///
/// The kind is read first, then the fields that it has: a body is read from its text once, not
/// from a copy of every value in it, as serde would do for a tag among the fields.
macro_rules! bodies {
    ($(
        $(#[$doc:meta])*
        $kind:literal $variant:ident { $($(#[$of_field:meta])* $field:ident: $type:ty,)* }
    )*) => {
        /// What a change says. Written with its `kind` beside its fields; read by
        /// [`Change::body`](super::Change::body).
        #[derive(Clone, Debug, PartialEq, Serialize)]
        #[serde(tag = "kind", rename_all = "snake_case")]
        pub enum Body {
            $($(#[$doc])* $variant { $($(#[$of_field])* $field: $type,)* },)*
            /// A kind that this version does not know; the change keeps its bytes.
            #[serde(skip)]
            Unknown,
        }

        fn read_as(kind: &str, text: &str) -> Result<Body, BodyError> {
            match kind {
                $($kind => {
                    #[derive(Deserialize)]
                    struct Fields { $($(#[$of_field])* $field: $type,)* }
                    let Fields { $($field,)* } = serde_json::from_str(text)?;
                    Ok(Body::$variant { $($field,)* })
                })*
                _ => Ok(Body::Unknown),
            }
        }
    };
}

bodies! {
    /// Opens a case with the head that its first writer knew; merged field by field.
    "open" Open {
        /// The head.
        head: Box<CaseHead>,
    }
    /// An event happened, or one is retracted.
    "event" Event {
        /// The event.
        event: Box<Event>,
    }
    /// One field of the head has another value.
    "head" Head {
        /// Its path, such as `enterprise.name` or `serious`.
        field: String,
        /// The value.
        value: Value,
        /// The changes whose values the author saw; edits that did not see each other are parallel,
        /// and an edit that names them all settles it.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        replaces: Vec<ChangeId>,
    }
    /// The server's record of an organisation's earlier results (category 8); the last one counts.
    "history" History {
        /// The record.
        record: HistoryRecord,
    }
    /// A content is attached; its bytes travel apart.
    "attach" Attach {
        /// What is attached.
        attachment: Box<Attachment>,
    }
    /// What a change attached no longer counts. Its bytes stay, as all that was ever recorded.
    "detach" Detach {
        /// The change that attached it.
        change: ChangeId,
    }
    /// A document is issued, with its number; its text stays as it was issued.
    "document" Document {
        /// The document, an `Issued` of `crate::document`.
        document: Value,
    }
    /// A document no longer counts. Its number stays taken.
    "document_voided" DocumentVoided {
        /// The change that issued it.
        change: ChangeId,
    }
    /// A later notice on working days, in the form of `WorkCalendar::with_notice`.
    "notice" Notice {
        /// The text of the file.
        csv: String,
    }
    /// A notice or an overlay that was loaded by mistake does not count.
    "notice_withdrawn" NoticeWithdrawn {
        /// The change that loaded it.
        notice: ChangeId,
    }
    /// Whether the days that only Beijing's bureaus were off count for the bureaus' duties.
    "overlay" Overlay {
        /// They do.
        on: bool,
    }
    /// More such days, in the form of `WorkCalendar::with_bureau_overlay`.
    "overlay_file" OverlayFile {
        /// The text of the file.
        csv: String,
    }
    /// A step in the life of an announcement, or of the opinion that a district is asked for.
    "announcement" Announcement {
        /// The step, a `Step` of `crate::publication`.
        step: Value,
    }
    /// A step in the life of a district's report on a period.
    "status" Status {
        /// The step, a `Step` of `crate::status`.
        step: Value,
    }
}

/// The body is of a kind that this version knows, but not of its shape.
///
/// ```
/// use shared::change::{Body, BodyError, Change};
/// let body = |body: &str| -> Result<Body, BodyError> {
///     let text = r#"{"id":"m4xw/1","subject":"calendar/beijing","clock":"1363046400000-00000","author":"municipal","schema":1,"body":BODY}"#;
///     serde_json::from_str::<Change>(&text.replace("BODY", body)).expect("a change").body()
/// };
/// assert!(body(r#"{"kind":"overlay","on":"perhaps"}"#).is_err());
/// assert!(matches!(body(r#"{"kind":"of a later version"}"#), Ok(Body::Unknown)));
/// ```
#[derive(Debug, thiserror::Error)]
#[error("the body is not readable: {0}")]
pub struct BodyError(#[from] serde_json::Error);

impl Body {
    /// The body as it is written into a change.
    ///
    /// # Panics
    /// Never: every body has string keys and finite numbers.
    ///
    /// ```
    /// use shared::change::Body;
    /// let body = Body::Overlay { on: true };
    /// assert_eq!(body.to_raw().get(), r#"{"kind":"overlay","on":true}"#);
    /// ```
    pub fn to_raw(&self) -> Box<RawValue> {
        serde_json::value::to_raw_value(self).expect("bodies are plain JSON")
    }
}

pub(super) fn read(text: &str) -> Result<Body, BodyError> {
    #[derive(Deserialize)]
    struct Kind<'a> {
        #[serde(borrow)]
        kind: std::borrow::Cow<'a, str>,
    }
    match serde_json::from_str(text) {
        Ok(Kind { kind }) => read_as(&kind, text),
        Err(_) => Ok(Body::Unknown),
    }
}
