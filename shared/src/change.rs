//! A change: the only thing that is stored and sent.
//!
//! Its envelope is final. A body of a kind or schema that this version does not know is kept
//! byte for byte and understood after an upgrade.

mod body;

use std::{fmt, str::FromStr};

use base64ct::{Base64UrlUnpadded, Encoding as _};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use serde_json::{Map, Value, value::RawValue};
use sha2::{Digest as _, Sha256};

pub use self::body::{Body, BodyError};
use crate::{
    clock::HybridTime,
    history::HistoryKey,
    id::{CaseId, base32},
    publication::AnnouncementId,
    span::Span,
};

/// The schema of bodies that this version writes.
pub const SCHEMA: u16 = 1;
/// The largest change that is taken, in bytes of its JSON.
pub const MAXIMUM_CHANGE_BYTES: usize = 64 * 1024;
/// The largest account name, subject or device id that is taken, in bytes.
///
/// ```
/// use shared::change::{DeviceId, IdError, MAXIMUM_NAME_BYTES};
/// assert!("a".repeat(MAXIMUM_NAME_BYTES).parse::<DeviceId>().is_ok());
/// let too_long = "a".repeat(MAXIMUM_NAME_BYTES + 1);
/// assert_eq!(too_long.parse::<DeviceId>(), Err(IdError::Device));
/// ```
pub const MAXIMUM_NAME_BYTES: usize = 160;

/// One installation of the app for one user (26 characters), or the server in one epoch.
///
/// ```
/// use shared::change::{DeviceId, Epoch};
/// let device = DeviceId::from_random([7; 16]);
/// assert_eq!(device.as_str(), "a4dqobyha4dqobyha4dqobyha4");
/// let server = DeviceId::server(&Epoch::from_text("e1"));
/// assert_eq!(server.as_str(), "server-e1");
/// assert!(server.is_server() && !device.is_server());
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize)]
#[serde(transparent)]
pub struct DeviceId(Box<str>);

/// Where a change came from, and which of that device's changes it is: 1, 2, 3, … without holes.
/// Written `device/sequence`.
///
/// ```
/// use shared::change::{ChangeId, IdError};
/// let id: ChangeId = "m4xw/7".parse()?;
/// assert_eq!((id.device.as_str(), id.sequence), ("m4xw", 7));
/// assert_eq!("m4xw/0".parse::<ChangeId>(), Err(IdError::Change), "the first is 1");
/// # Ok::<(), IdError>(())
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct ChangeId {
    /// The device.
    pub device: DeviceId,
    /// Its sequence number, from 1.
    pub sequence: u64,
}

/// What a change is about: `case/…`, `announcement/…`, `opinion/…`, `status/…`, `calendar/…`, or a
/// kind of a later version.
///
/// ```
/// use shared::{change::Subject, history::HistoryKey, id::CaseId};
/// let id = CaseId::from_random([7; 16]);
/// let case = Subject::case(&id);
/// assert_eq!(case.as_str(), "case/a4dqobyha4dqobyha4dqobyha4");
/// assert_eq!((case.kind(), case.key()), ("case", id.as_str()));
/// assert_eq!(case.case_id(), Some(id));
/// let key = HistoryKey { organisation: "600037341".into(), kind: "家具".into() };
/// assert_eq!(Subject::history(&key).kind(), "history");
/// assert_eq!(Subject::calendar().as_str(), "calendar/beijing");
/// assert_eq!(Subject::calendar().case_id(), None);
/// let id = CaseId::from_random([9; 16]);
/// let announcement = Subject::announcement(&id);
/// let opinion = Subject::opinion(&id, "110105");
/// assert_eq!((announcement.kind(), announcement.asked_bureau()), ("announcement", None));
/// assert_eq!((opinion.kind(), opinion.asked_bureau()), ("opinion", Some("110105")));
/// assert_eq!(announcement.announcement_id(), opinion.announcement_id());
/// let quarter = "2013/1".parse()?;
/// let status = Subject::status(quarter, "110105");
/// assert_eq!((status.as_str(), status.status_of()), ("status/2013/1/110105", Some((quarter, "110105"))));
/// assert_eq!(opinion.status_of(), None);
/// # Ok::<(), shared::span::ParseSpanError>(())
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize)]
#[serde(transparent)]
pub struct Subject(Box<str>);

/// The text was not an identifier of the kind asked for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IdError {
    /// Not `a-z 0-9 -`, or empty, or too long.
    #[error(
        "not a device id: lower-case letters, digits and hyphens, at most {MAXIMUM_NAME_BYTES}"
    )]
    Device,
    /// Not `device/sequence` with a sequence from 1.
    #[error("not a change id: expected device/sequence, the sequence from 1")]
    Change,
    /// Not `kind/key`.
    #[error("not a subject: expected kind/key, at most {MAXIMUM_NAME_BYTES} bytes")]
    Subject,
}

impl DeviceId {
    /// The id made of 16 random bytes.
    pub fn from_random(bytes: [u8; 16]) -> Self {
        Self(base32(&bytes).into())
    }

    /// The id under which the server itself writes in an epoch: a new epoch must never reuse
    /// the numbers of one that was rolled back.
    pub fn server(epoch: &Epoch) -> Self {
        Self(format!("server-{epoch}").into())
    }

    /// The id that one of several installations with one id goes on under. Only `chance` tells it
    /// from its copies, which may have the same to send.
    ///
    /// ```
    /// use shared::change::{DeviceId, Digest};
    /// let device = DeviceId::from_random([7; 16]);
    /// let sent = Digest::of(b"the same, sent by both copies");
    /// assert_ne!(device.forked([1; 16], &sent), device.forked([2; 16], &sent));
    /// ```
    #[must_use]
    pub fn forked(&self, chance: [u8; 16], sent: &Digest) -> Self {
        let name = [self.0.as_bytes(), &chance, sent.as_bytes()].concat();
        Self::from_random(Digest::of(&name).0)
    }

    /// Whether this is a server's, in any epoch.
    pub fn is_server(&self) -> bool {
        self.0.starts_with("server-")
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for DeviceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for DeviceId {
    type Err = IdError;
    fn from_str(text: &str) -> Result<Self, IdError> {
        let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        if text.is_empty() || text.len() > MAXIMUM_NAME_BYTES || !text.bytes().all(allowed) {
            return Err(IdError::Device);
        }
        Ok(Self(text.into()))
    }
}

impl fmt::Display for ChangeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.device, self.sequence)
    }
}

impl FromStr for ChangeId {
    type Err = IdError;
    fn from_str(text: &str) -> Result<Self, IdError> {
        let (device, sequence) = text.rsplit_once('/').ok_or(IdError::Change)?;
        let sequence: u64 = sequence.parse().map_err(|_| IdError::Change)?;
        // Above 2^53 a number no longer survives JavaScript; leading zeros would give one id two names.
        if sequence == 0 || sequence > 1 << 53 || text.len() != device.len() + 1 + digits(sequence)
        {
            return Err(IdError::Change);
        }
        Ok(Self {
            device: device.parse()?,
            sequence,
        })
    }
}

fn digits(number: u64) -> usize {
    number.checked_ilog10().map_or(1, |log| log as usize + 1)
}

impl Subject {
    /// The subject that a case is.
    pub fn case(id: &CaseId) -> Self {
        Self(format!("case/{id}").into())
    }

    /// The subject of the history record of an organisation and product kind.
    pub fn history(key: &HistoryKey) -> Self {
        let id = CaseId::derive("aftercheck history", &[&key.organisation, &key.kind]);
        Self(format!("history/{id}").into())
    }

    /// The subject of everything that the municipal bureau says of working days.
    pub fn calendar() -> Self {
        Self("calendar/beijing".into())
    }

    /// The subject that an announcement is.
    pub fn announcement(id: &AnnouncementId) -> Self {
        Self(format!("announcement/{id}").into())
    }

    /// The subject of the opinion that a bureau is asked for on an announcement: all that it is
    /// given of one that is not published (article 22).
    pub fn opinion(id: &AnnouncementId, bureau: &str) -> Self {
        Self(format!("opinion/{id}/{bureau}").into())
    }

    /// The announcement that it is, or that it is an opinion on.
    pub fn announcement_id(&self) -> Option<AnnouncementId> {
        match self.kind() {
            "announcement" => self.key().parse().ok(),
            "opinion" => self.key().split_once('/')?.0.parse().ok(),
            _ => None,
        }
    }

    /// The bureau whose opinion it is, if it is one.
    pub fn asked_bureau(&self) -> Option<&str> {
        let asked = (self.kind() == "opinion").then(|| self.key().split_once('/'));
        asked.flatten().map(|(_, bureau)| bureau)
    }

    /// The subject of a district bureau's report on a period (article 21).
    pub fn status(span: Span, bureau: &str) -> Self {
        Self(format!("status/{span}/{bureau}").into())
    }

    /// The period and the bureau of the report that it is, if it is one.
    pub fn status_of(&self) -> Option<(Span, &str)> {
        let of = (self.kind() == "status").then(|| self.key().rsplit_once('/'));
        let (span, bureau) = of.flatten()?;
        Some((span.parse().ok()?, bureau))
    }

    /// What is before the slash.
    pub fn kind(&self) -> &str {
        self.0.split_once('/').map_or(&*self.0, |(kind, _)| kind)
    }

    /// What is after it.
    pub fn key(&self) -> &str {
        self.0.split_once('/').map_or("", |(_, key)| key)
    }

    /// The case that it is, if it is one.
    pub fn case_id(&self) -> Option<CaseId> {
        (self.kind() == "case")
            .then(|| self.key().parse().ok())
            .flatten()
    }

    /// The subject as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for Subject {
    type Err = IdError;
    fn from_str(text: &str) -> Result<Self, IdError> {
        match text.split_once('/') {
            Some((kind, key))
                if text.len() <= MAXIMUM_NAME_BYTES
                    && !key.is_empty()
                    && !kind.is_empty()
                    && kind.bytes().all(|byte| byte.is_ascii_lowercase())
                    && !text.chars().any(char::is_control) =>
            {
                Ok(Self(text.into()))
            }
            _ => Err(IdError::Subject),
        }
    }
}

macro_rules! read_from_text {
    ($($name:ident),*) => {$(
        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
                text.parse().map_err(de::Error::custom)
            }
        }
    )*};
}
read_from_text!(DeviceId, ChangeId, Subject);

impl Serialize for ChangeId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// Names one unbroken life of a server's log. A log that was rolled back starts a new one.
///
/// ```
/// use shared::change::Epoch;
/// let epoch = Epoch::from_random([1; 10]);
/// assert_eq!(epoch.as_str().len(), 16);
/// assert_eq!(Epoch::from_text(epoch.as_str()), epoch);
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Epoch(Box<str>);

impl Epoch {
    /// The epoch made of 10 random bytes.
    pub fn from_random(bytes: [u8; 10]) -> Self {
        Self(base32(&bytes).into())
    }

    /// An epoch read back from where it was kept.
    pub fn from_text(text: &str) -> Self {
        Self(text.into())
    }

    /// The epoch as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Epoch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

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

/// A fingerprint of a set of changes: the exclusive or of theirs, so that the order in which
/// they came makes no difference and one can be taken out again.
///
/// ```
/// use shared::change::Digest;
/// let (first, second) = (Digest::of(b"first"), Digest::of(b"second"));
/// let none = Digest::default();
/// assert_eq!(none.toggled(first).toggled(second), none.toggled(second).toggled(first));
/// assert_eq!(none.toggled(first).toggled(first), none);
/// assert_eq!(Digest::from_bytes(*first.as_bytes()), first);
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Default, Hash)]
pub struct Digest([u8; 16]);

impl Digest {
    /// The fingerprint of these bytes: the first half of their SHA-256.
    pub fn of(bytes: &[u8]) -> Self {
        let hash = Sha256::digest(bytes);
        let mut digest = [0; 16];
        digest.copy_from_slice(&hash[..16]);
        Self(digest)
    }

    /// This set with the change of that fingerprint put in, or taken out if it was in.
    #[must_use]
    pub fn toggled(mut self, fingerprint: Self) -> Self {
        for (byte, other) in self.0.iter_mut().zip(fingerprint.0) {
            *byte ^= other;
        }
        self
    }

    /// Its bytes.
    pub fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }

    /// From its bytes.
    pub fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&Base64UrlUnpadded::encode_string(&self.0))
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for Digest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Digest {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        let bytes = Base64UrlUnpadded::decode_vec(&text).map_err(de::Error::custom)?;
        bytes
            .try_into()
            .map(Self)
            .map_err(|_| de::Error::custom("a digest has 16 bytes"))
    }
}

/// The head of the server's log: each link is the SHA-256 of the link before it and the change's
/// canonical bytes, so that nothing can be altered, dropped or put in without breaking the rest.
///
/// ```
/// use shared::change::ChainLink;
/// let head = ChainLink::default().next(b"first").next(b"second");
/// assert_ne!(head, ChainLink::default().next(b"second").next(b"first"));
/// assert_eq!(head, ChainLink(head.0), "its 32 bytes are all of it");
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct ChainLink(pub [u8; 32]);

impl ChainLink {
    /// The link after this one.
    #[must_use]
    pub fn next(self, canonical_bytes: &[u8]) -> Self {
        let mut hasher = Sha256::new();
        hasher.update(self.0);
        hasher.update(canonical_bytes);
        Self(hasher.finalize().into())
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
