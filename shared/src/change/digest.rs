//! Fingerprints of changes, and the chain that the log links them to.

use std::fmt;

use base64ct::{Base64UrlUnpadded, Encoding as _};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use sha2::{Digest as _, Sha256};

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
