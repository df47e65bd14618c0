//! Attachments: photos, scans and signatures. The log names them by the hash of their bytes; the
//! bytes travel apart from it.

mod place;

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use sha2::{Digest as _, Sha256};

pub use place::{PLACE_HEAD_BYTES, Place};

/// The largest content that is taken, in bytes.
pub const MAXIMUM_CONTENT_BYTES: u64 = 20 * 1024 * 1024;
/// The most bytes of a content in one request.
///
/// ```
/// use shared::attachment::{MAXIMUM_CHUNK_BYTES, MAXIMUM_CONTENT_BYTES};
/// assert_eq!(MAXIMUM_CONTENT_BYTES.div_ceil(MAXIMUM_CHUNK_BYTES as u64), 20, "requests at most");
/// ```
pub const MAXIMUM_CHUNK_BYTES: usize = 1024 * 1024;
/// The longest name of an attachment, in characters.
pub const MAXIMUM_NAME_CHARACTERS: usize = 120;

/// The SHA-256 of a content: its name everywhere. Written as 64 lower-case hexadecimal digits.
///
/// ```
/// use shared::attachment::{ContentHash, ParseContentHashError};
/// let hash = ContentHash::of(b"abc");
/// assert_eq!(
///     hash.to_string(),
///     "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
/// );
/// assert_eq!(hash.to_string().parse(), Ok(hash));
/// assert_eq!("ba78".parse::<ContentHash>(), Err(ParseContentHashError));
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ContentHash([u8; 32]);

/// The text was not the hash of a content.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("不是内容的散列，应为 64 位小写十六进制数字")]
pub struct ParseContentHashError;

impl ContentHash {
    /// The hash of these bytes.
    pub fn of(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }
}

impl fmt::Display for ContentHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for ContentHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for ContentHash {
    type Err = ParseContentHashError;
    fn from_str(text: &str) -> Result<Self, ParseContentHashError> {
        let digit = |byte: u8| match byte {
            b'0'..=b'9' => Some(byte - b'0'),
            b'a'..=b'f' => Some(byte - b'a' + 10),
            _ => None,
        };
        let (pairs, []) = text.as_bytes().as_chunks() else {
            return Err(ParseContentHashError);
        };
        let bytes: Option<Vec<u8>> = pairs
            .iter()
            .map(|&[high, low]| Some(digit(high)? << 4 | digit(low)?))
            .collect();
        let bytes = bytes.ok_or(ParseContentHashError)?;
        bytes
            .try_into()
            .map(Self)
            .map_err(|_| ParseContentHashError)
    }
}

impl Serialize for ContentHash {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for ContentHash {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(de::Error::custom)
    }
}

/// The types of content that are taken: what every browser shows by itself.
///
/// ```
/// use shared::attachment::MediaType;
/// let (photo, scan) = (MediaType::Jpeg, MediaType::Pdf);
/// assert_eq!((photo.name(), photo.extension()), ("image/jpeg", "jpg"));
/// assert!(photo.is_picture() && !scan.is_picture());
/// assert_eq!(MediaType::ALL.into_iter().filter(|it| it.is_picture()).count(), 3);
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub enum MediaType {
    /// A photo.
    #[serde(rename = "image/jpeg")]
    Jpeg,
    /// A drawing or a signature.
    #[serde(rename = "image/png")]
    Png,
    /// A photo.
    #[serde(rename = "image/webp")]
    Webp,
    /// A scan or a document.
    #[serde(rename = "application/pdf")]
    Pdf,
}

impl MediaType {
    /// Every type.
    pub const ALL: [Self; 4] = [Self::Jpeg, Self::Png, Self::Webp, Self::Pdf];

    /// Its registered name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
            Self::Webp => "image/webp",
            Self::Pdf => "application/pdf",
        }
    }

    /// How names of its files end.
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Jpeg => "jpg",
            Self::Png => "png",
            Self::Webp => "webp",
            Self::Pdf => "pdf",
        }
    }

    /// Whether it is a picture.
    pub const fn is_picture(self) -> bool {
        !matches!(self, Self::Pdf)
    }

    /// What these bytes are, by how they begin; a name proves nothing.
    ///
    /// ```
    /// use shared::attachment::MediaType;
    /// assert_eq!(MediaType::of_content(b"%PDF-1.7\n"), Some(MediaType::Pdf));
    /// assert_eq!(MediaType::of_content(b"<html>"), None);
    /// ```
    pub fn of_content(bytes: &[u8]) -> Option<Self> {
        if bytes.starts_with(&[0xff, 0xd8, 0xff]) {
            Some(Self::Jpeg)
        } else if bytes.starts_with(b"\x89PNG\r\n\x1a\n") {
            Some(Self::Png)
        } else if bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP") {
            Some(Self::Webp)
        } else if bytes.starts_with(b"%PDF-") {
            Some(Self::Pdf)
        } else {
            None
        }
    }
}

impl fmt::Display for MediaType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// What an attachment is for.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// 照片
    Photo,
    /// 签字
    Signature,
    /// 文书、扫描件; and whatever a later version knows.
    #[default]
    #[serde(other)]
    Document,
}

/// One content, attached to a case or to one of its events.
///
/// ```
/// use shared::attachment::{
///     Attachment, ContentHash, MAXIMUM_NAME_CHARACTERS, MediaType, Purpose, Unfit,
/// };
/// let mut scan = Attachment::of(b"%PDF-1.4", "责令整改通知书", Purpose::Document)?;
/// assert_eq!((scan.media_type, scan.byte_size), (MediaType::Pdf, 8));
/// assert_eq!(scan.hash, ContentHash::of(b"%PDF-1.4"));
/// assert_eq!(Attachment::of(b"<html>", "网页.pdf", Purpose::Document), Err(Unfit::OtherType));
/// scan.name = "字".repeat(MAXIMUM_NAME_CHARACTERS + 1);
/// assert_eq!(scan.check(), Err(Unfit::Name));
/// scan.name.clear();
/// assert_eq!(scan.check(), Err(Unfit::Name));
/// # Ok::<(), Unfit>(())
/// ```
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Attachment {
    /// The hash of its bytes.
    pub hash: ContentHash,
    /// What they are.
    pub media_type: MediaType,
    /// How many bytes they are.
    pub byte_size: u64,
    /// What a person calls it.
    pub name: String,
    /// What it is for.
    #[serde(default)]
    pub purpose: Purpose,
    /// The event that it belongs to; none where it is the whole case's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub event: Option<String>,
    /// When it was taken or signed by the device's clock, in milliseconds since
    /// 1970-01-01T00:00:00Z. For people to read: no rule reads it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub taken_at: Option<u64>,
}

/// Why a content cannot be attached.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unfit {
    /// There is nothing in it.
    #[error("the content is empty")]
    Empty,
    /// It is larger than [`MAXIMUM_CONTENT_BYTES`].
    #[error("the content is larger than {MAXIMUM_CONTENT_BYTES} bytes")]
    TooLarge,
    /// It is none of [`MediaType::ALL`], whatever its name says.
    #[error("the content is no JPEG, PNG, WebP or PDF")]
    OtherType,
    /// The name is empty or longer than [`MAXIMUM_NAME_CHARACTERS`].
    #[error("the name has 1 to {MAXIMUM_NAME_CHARACTERS} characters")]
    Name,
}

impl Attachment {
    /// The attachment that these bytes are, under this name.
    ///
    /// # Errors
    /// [`Unfit`], where the bytes cannot be attached.
    pub fn of(bytes: &[u8], name: &str, purpose: Purpose) -> Result<Self, Unfit> {
        let byte_size = bytes.len() as u64;
        // The size first: it is told even where the rest was not read.
        if byte_size > MAXIMUM_CONTENT_BYTES {
            return Err(Unfit::TooLarge);
        }
        if bytes.is_empty() {
            return Err(Unfit::Empty);
        }
        let media_type = MediaType::of_content(bytes).ok_or(Unfit::OtherType)?;
        let attachment = Self {
            hash: ContentHash::of(bytes),
            media_type,
            byte_size,
            name: name.to_owned(),
            purpose,
            event: None,
            taken_at: None,
        };
        attachment.check()?;
        Ok(attachment)
    }

    /// Whether it may stand in the log as it is written.
    ///
    /// # Errors
    /// [`Unfit`], where it may not.
    pub fn check(&self) -> Result<(), Unfit> {
        if self.byte_size == 0 {
            return Err(Unfit::Empty);
        }
        if self.byte_size > MAXIMUM_CONTENT_BYTES {
            return Err(Unfit::TooLarge);
        }
        let characters = self.name.chars().count();
        if characters == 0 || characters > MAXIMUM_NAME_CHARACTERS {
            return Err(Unfit::Name);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contents_are_known_by_how_they_begin() {
        let check = |bytes: &[u8], expected| assert_eq!(MediaType::of_content(bytes), expected);
        check(b"\xff\xd8\xff\xe0\0\x10JFIF", Some(MediaType::Jpeg));
        check(b"\x89PNG\r\n\x1a\n\0", Some(MediaType::Png));
        check(b"RIFF\x24\0\0\0WEBPVP8 ", Some(MediaType::Webp));
        check(b"RIFF\x24\0\0\0WAVEfmt ", None);
        check(b"%PDF-1.4", Some(MediaType::Pdf));
        check(b"GIF89a", None);
        check(b"<svg xmlns=", None);
        check(b"MZ\x90", None);
        check(b"", None);
    }

    #[test]
    fn what_cannot_be_attached_is_refused_with_its_reason() {
        let limit = usize::try_from(MAXIMUM_CONTENT_BYTES).unwrap();
        let mut large = b"%PDF-1.4".to_vec();
        large.resize(limit, 0);
        let of = |bytes: &[u8], name: &str| {
            Attachment::of(bytes, name, Purpose::Document).map(|it| it.byte_size)
        };
        assert_eq!(of(&large, "x.pdf"), Ok(MAXIMUM_CONTENT_BYTES));
        large.push(0);
        assert_eq!(of(&large, "x.pdf"), Err(Unfit::TooLarge));
        assert_eq!(of(b"", "x.pdf"), Err(Unfit::Empty));
        assert_eq!(of(b"<html>", "x.pdf"), Err(Unfit::OtherType));
        assert_eq!(of(b"%PDF-1.4", ""), Err(Unfit::Name));
        assert_eq!(of(b"%PDF-1.4", &"长".repeat(121)), Err(Unfit::Name));
        assert_eq!(of(b"%PDF-1.4", &"长".repeat(120)), Ok(8));
    }

    /// These bytes are final: they stand in logs.
    #[test]
    fn an_attachment_has_golden_bytes() {
        let golden = r#"{"hash":"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad","media_type":"image/jpeg","byte_size":3,"name":"现场照片 1","purpose":"photo","event":"m4xw/7","taken_at":1362364800000}"#;
        let attachment = Attachment {
            hash: ContentHash::of(b"abc"),
            media_type: MediaType::Jpeg,
            byte_size: 3,
            name: "现场照片 1".into(),
            purpose: Purpose::Photo,
            event: Some("m4xw/7".into()),
            taken_at: Some(1_362_364_800_000),
        };
        assert_eq!(serde_json::to_string(&attachment).unwrap(), golden);
        assert_eq!(
            serde_json::from_str::<Attachment>(golden).unwrap(),
            attachment
        );
    }

    #[test]
    fn other_texts_are_no_hashes() {
        for text in ["", "abc", &"A".repeat(64), &"g".repeat(64), &"a".repeat(66)] {
            assert_eq!(text.parse::<ContentHash>(), Err(ParseContentHashError));
        }
    }
}
