//! A change: the only thing that is stored and sent.
//!
//! Its envelope is final. A body of a kind or schema that this version does not know is kept
//! byte for byte and understood after an upgrade.

mod body;
mod digest;
mod ids;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, value::RawValue};

pub use self::{
    body::{Body, BodyError},
    digest::{ChainLink, Digest},
    ids::{ChangeId, DeviceId, Epoch, IdError, MAXIMUM_NAME_BYTES, Subject},
};
use crate::clock::HybridTime;

/// The schema of bodies that this version writes.
pub const SCHEMA: u16 = 1;
/// The largest change that is taken, in bytes of its JSON.
pub const MAXIMUM_CHANGE_BYTES: usize = 64 * 1024;

/// One immutable entry of the log.
///
/// ```
/// use shared::change::{Body, Change, Digest, MAXIMUM_CHANGE_BYTES, SCHEMA};
/// let text = r#"{"id":"m4xw/1","subject":"calendar/beijing","clock":"1363046400000-00000","author":"municipal","schema":1,"body":{"kind":"overlay","on":true}}"#;
/// let change: Change = serde_json::from_str(text)?;
/// assert_eq!(change.body()?, Body::Overlay { on: true });
/// assert_eq!(change.canonical_bytes(), text.as_bytes());
/// assert!(change.schema <= SCHEMA && text.len() <= MAXIMUM_CHANGE_BYTES);
/// assert_eq!(change.fingerprint(), Digest::of(text.as_bytes()));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Change {
    /// Its device and sequence number.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub id: ChangeId,
    /// What it is about.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub subject: Subject,
    /// When, for ordering only.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub clock: HybridTime,
    /// The account that made it. The server takes it only from that account.
    pub author: String,
    /// The schema of the body.
    pub schema: u16,
    /// The body, byte for byte; see [`Change::body`].
    #[cfg_attr(feature = "openapi", schema(value_type = serde_json::Value))]
    pub body: Box<RawValue>,
}

/// The envelope's bytes are compared, so that a body is the same only when it is written the same.
impl PartialEq for Change {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id
            && self.subject == other.subject
            && self.clock == other.clock
            && self.author == other.author
            && self.schema == other.schema
            && self.body.get() == other.body.get()
    }
}

impl Eq for Change {}

impl Change {
    /// What it says.
    ///
    /// # Errors
    /// When the kind is known and the rest is not of its shape.
    pub fn body(&self) -> Result<Body, BodyError> {
        body::read(self.body.get())
    }

    /// The bytes that are hashed, signed and compared: its JSON, fields in the order of the
    /// struct, no spaces but those inside the body.
    ///
    /// # Panics
    /// Never: the envelope is plain JSON.
    pub fn canonical_bytes(&self) -> Vec<u8> {
        serde_json::to_vec(self).expect("an envelope is plain JSON")
    }

    /// The same under another id. Where its body names one of `names`, as an event is named by its
    /// change, it names the new one.
    ///
    /// ```
    /// use shared::{Event, EventKind, change::{Body, Change, Subject}, id::CaseId};
    /// let served = Event::new("m4xw/7", EventKind::ResultServed, "2013-03-12".parse()?);
    /// let change = Change {
    ///     id: "m4xw/7".parse()?,
    ///     subject: Subject::case(&CaseId::from_random([7; 16])),
    ///     clock: "1363046400000-00000".parse()?,
    ///     author: "chaoyang".into(),
    ///     schema: 1,
    ///     body: Body::Event { event: Box::new(served) }.to_raw(),
    /// };
    /// let is_named_by_its_change = |change: &Change| match change.body() {
    ///     Ok(Body::Event { event }) => event.id == change.id.to_string(),
    ///     _ => false,
    /// };
    /// let renamed = change.renamed("k2bd/1".parse()?, &[("m4xw/7".into(), "k2bd/1".into())].into_iter().collect());
    /// assert!(is_named_by_its_change(&renamed));
    /// let displaced = change.displaced();
    /// assert_ne!(displaced.id, change.id);
    /// assert!(is_named_by_its_change(&displaced));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn renamed(&self, id: ChangeId, names: &Map<String, Value>) -> Self {
        fn rename(value: &mut Value, names: &Map<String, Value>) -> bool {
            match value {
                Value::String(text) => match names.get(text) {
                    Some(name) => {
                        *value = name.clone();
                        true
                    }
                    None => false,
                },
                Value::Array(items) => items
                    .iter_mut()
                    .fold(false, |any, item| rename(item, names) | any),
                Value::Object(map) => map
                    .values_mut()
                    .fold(false, |any, item| rename(item, names) | any),
                _ => false,
            }
        }
        let body = serde_json::from_str(self.body.get())
            .ok()
            .and_then(|mut body| {
                rename(&mut body, names)
                    .then(|| serde_json::value::to_raw_value(&body).ok())
                    .flatten()
            });
        Self {
            id,
            body: body.unwrap_or_else(|| self.body.clone()),
            ..self.clone()
        }
    }

    /// The same under an id that only it can have: its own means another change by now.
    #[must_use]
    pub fn displaced(&self) -> Self {
        let id = ChangeId {
            device: self.id.device.forked([0; 16], &self.fingerprint()),
            sequence: 1,
        };
        let mut names = Map::new();
        names.insert(self.id.to_string(), id.to_string().into());
        self.renamed(id, &names)
    }

    /// Whether both are one deed, whatever their stamps: a device may have stamped it anew without
    /// knowing that it had arrived.
    ///
    /// ```
    /// use shared::change::Change;
    /// let change: Change = serde_json::from_str(
    ///     r#"{"id":"m4xw/1","subject":"calendar/beijing","clock":"1363046400000-00000","author":"municipal","schema":1,"body":{"kind":"overlay","on":true}}"#,
    /// )?;
    /// let stamped_anew = Change { clock: change.clock.next(0), ..change.clone() };
    /// assert!(change.is_same_deed(&stamped_anew) && change != stamped_anew);
    /// let by_another = Change { author: "other".into(), ..change.clone() };
    /// assert!(!change.is_same_deed(&by_another));
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    pub fn is_same_deed(&self, other: &Self) -> bool {
        *self
            == Self {
                clock: self.clock,
                ..other.clone()
            }
    }

    /// The fingerprint that digests are made of.
    pub fn fingerprint(&self) -> Digest {
        Digest::of(&self.canonical_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Event;
    use crate::EventKind;

    fn golden() -> Change {
        let mut event = Event::new(
            "m4xw/7",
            EventKind::ResultServed,
            "2013-03-12".parse().unwrap(),
        );
        event.details.insert("method".into(), "直接".into());
        Change {
            id: "m4xw/7".parse().unwrap(),
            subject: "case/abc".parse().unwrap(),
            clock: "1363046400000-00002".parse().unwrap(),
            author: "chaoyang".into(),
            schema: SCHEMA,
            body: Body::Event {
                event: Box::new(event),
            }
            .to_raw(),
        }
    }

    /// These bytes are final: every log and every device holds hashes of such.
    #[test]
    fn envelope_has_golden_bytes() {
        let change = golden();
        let bytes = change.canonical_bytes();
        assert_eq!(
            String::from_utf8(bytes.clone()).unwrap(),
            r#"{"id":"m4xw/7","subject":"case/abc","clock":"1363046400000-00002","author":"chaoyang","schema":1,"body":{"kind":"event","event":{"id":"m4xw/7","type":"result_served","on":"2013-03-12","method":"直接"}}}"#
        );
        let again: Change = serde_json::from_slice(&bytes).unwrap();
        assert_eq!(again, change);
        assert_eq!(change.fingerprint().to_string(), "d1Nw60HaoUA5iL0XtclazA");
        let link = ChainLink::default().next(&bytes);
        assert_eq!(
            data_encoding::HEXLOWER.encode(&link.0),
            "abb6f5dd1078eba206a532532ccaa7e69289fe5d9051b6de44cc1471e9c9957b"
        );
    }

    /// Final as well: what is said of working days.
    #[test]
    fn bodies_of_the_calendar_have_golden_bytes() {
        for (body, text) in [
            (
                Body::Notice {
                    csv: "date\n".into(),
                },
                r#"{"kind":"notice","csv":"date\n"}"#,
            ),
            (
                Body::NoticeWithdrawn {
                    notice: "m4xw/7".parse().unwrap(),
                },
                r#"{"kind":"notice_withdrawn","notice":"m4xw/7"}"#,
            ),
            (
                Body::Overlay { on: true },
                r#"{"kind":"overlay","on":true}"#,
            ),
            (
                Body::OverlayFile {
                    csv: "date\n".into(),
                },
                r#"{"kind":"overlay_file","csv":"date\n"}"#,
            ),
        ] {
            let change = Change {
                subject: Subject::calendar(),
                body: body.to_raw(),
                ..golden()
            };
            assert_eq!(change.body.get(), text);
            assert_eq!(change.body().unwrap(), body);
        }
        assert_eq!(Subject::calendar().to_string(), "calendar/beijing");
    }

    #[test]
    fn bodies_of_a_later_version_are_kept_byte_for_byte() {
        let text = r#"{"id":"m4xw/8","subject":"plan/x","clock":"1363046400000-00003","author":"a","schema":9,"body":{"kind":"moved",  "x": [1, 2.50] }}"#;
        let change: Change = serde_json::from_str(text).unwrap();
        assert_eq!(change.body().unwrap(), Body::Unknown);
        assert_eq!(String::from_utf8(change.canonical_bytes()).unwrap(), text);
    }

    #[test]
    fn identifiers_have_one_form() {
        for text in ["a/1", "server-x2/9007199254740992"] {
            assert_eq!(text.parse::<ChangeId>().unwrap().to_string(), text);
        }
        for text in [
            "a/0",
            "a/01",
            "/1",
            "a",
            "A/1",
            "a/-1",
            "a/+1",
            "a/9007199254740993",
            "a/1/",
        ] {
            assert!(text.parse::<ChangeId>().is_err(), "{text}");
        }
        for text in ["case/", "/x", "case", "Case/x", "case/a\nb"] {
            assert!(text.parse::<Subject>().is_err(), "{text}");
        }
    }
}
