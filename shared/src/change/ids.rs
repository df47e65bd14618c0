//! What changes and devices are called, and what a change is about.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::Digest;
use crate::{
    history::HistoryKey,
    id::{CaseId, base32},
    publication::AnnouncementId,
    span::Span,
};

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
        Self::from_random(*Digest::of(&name).as_bytes())
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
