//! One file as it goes over the wire.

use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
};

use data_encoding::{BASE64, HEXLOWER};
use flate2::{Compression, write::GzEncoder};
use sha2::{Digest, Sha256};

use crate::{Error, Make};

/// A file of the app.
#[derive(Clone, Debug)]
pub struct Asset {
    /// What templates call it, such as `app/app.js` or `style.css`.
    pub name: String,
    /// Where it is served, such as `/assets/style-0123456789abcdef.css`.
    pub path: String,
    /// The value of `Content-Type`.
    pub content_type: &'static str,
    /// Whether the path changes with the content, so that a browser may keep it for ever.
    pub immutable: bool,
    /// The content.
    pub bytes: Vec<u8>,
}

/// How far the hash in a name goes: 64 bits, against accident and not against malice.
const HASH_BYTES: usize = 8;

/// A content's name: the beginning of its SHA-256.
pub(crate) fn hash<'a>(parts: impl IntoIterator<Item = &'a [u8]>) -> String {
    let mut digest = Sha256::new();
    for part in parts {
        digest.update((part.len() as u64).to_le_bytes());
        digest.update(part);
    }
    HEXLOWER.encode(&digest.finalize()[..HASH_BYTES])
}

impl Asset {
    /// A file under a name made of its content: `icon.svg` becomes `/assets/icon-….svg`.
    pub(crate) fn hashed(name: &str, bytes: Vec<u8>) -> Result<Self, Error> {
        let (stem, extension) = name.rsplit_once('.').unwrap_or((name, ""));
        let path = format!("/assets/{stem}-{}.{extension}", hash([bytes.as_slice()]));
        Self::new(name, path, true, bytes)
    }

    /// A file of a folder that is named by the content of all its files, so that they may import
    /// each other by their plain names.
    pub(crate) fn in_folder(
        folder: &str,
        hash: &str,
        file: &str,
        bytes: Vec<u8>,
    ) -> Result<Self, Error> {
        Self::new(
            &format!("{folder}/{file}"),
            format!("/assets/{folder}-{hash}/{file}"),
            true,
            bytes,
        )
    }

    /// A file at a fixed address, asked for again each time.
    pub(crate) fn fixed(path: &str, bytes: Vec<u8>) -> Result<Self, Error> {
        Self::new(path, path.to_owned(), false, bytes)
    }

    fn new(name: &str, path: String, immutable: bool, bytes: Vec<u8>) -> Result<Self, Error> {
        let content_type = content_type(&path)?;
        Ok(Self {
            name: name.to_owned(),
            path,
            content_type,
            immutable,
            bytes,
        })
    }

    /// What the `integrity` of a request for it must be.
    pub(crate) fn integrity(&self) -> String {
        format!("sha256-{}", BASE64.encode(&Sha256::digest(&self.bytes)))
    }

    /// The content in brotli at its best; `None` where that does not pay.
    pub fn brotli(&self) -> Option<Vec<u8>> {
        let params = brotli::enc::BrotliEncoderParams {
            quality: 11,
            lgwin: 22,
            ..Default::default()
        };
        let mut packed = Vec::new();
        brotli::BrotliCompress(&mut self.bytes.as_slice(), &mut packed, &params).ok()?;
        self.if_it_pays(packed)
    }

    /// The content in gzip at its best; `None` where that does not pay.
    pub fn gzip(&self) -> Option<Vec<u8>> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(&self.bytes).ok()?;
        self.if_it_pays(encoder.finish().ok()?)
    }

    fn if_it_pays(&self, packed: Vec<u8>) -> Option<Vec<u8>> {
        (packed.len() * 10 < self.bytes.len() * 9).then_some(packed)
    }

    /// Writes the forms into `out`, notes them in `kept`, and returns the table's row.
    pub(crate) fn embed(
        &self,
        out: &Path,
        make: Make,
        kept: &mut Vec<PathBuf>,
    ) -> Result<String, Error> {
        let hash = hash([self.bytes.as_slice()]);
        let mut form = |extension: &str, make: &dyn Fn() -> Option<Vec<u8>>| {
            let name = format!("{hash}{extension}");
            let path = out.join(&name);
            if !path.exists() {
                write_whole(&path, &make().unwrap_or_default())?;
            }
            kept.push(path);
            Ok::<_, Error>(format!("include_bytes!({name:?})"))
        };
        let plain = form("", &|| Some(self.bytes.clone()))?;
        let mut packed = |extension: &str, pack: &dyn Fn() -> Option<Vec<u8>>| match make {
            Make::Release => form(&format!(".{extension}"), pack),
            Make::Quick => form(".unpacked", &|| None),
        };
        Ok(format!(
            "Asset {{ path: {:?}, content_type: {:?}, hash: {hash:?}, immutable: {}, \
             plain: {plain}, brotli: {}, gzip: {} }},\n",
            self.path,
            self.content_type,
            self.immutable,
            packed("br", &|| self.brotli())?,
            packed("gz", &|| self.gzip())?,
        ))
    }
}

/// Under its name only once it is complete: a build may be stopped at any moment, and the next
/// one takes what it finds.
fn write_whole(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    let unfinished = path.with_added_extension("unfinished");
    fs::write(&unfinished, bytes)
        .and_then(|()| fs::rename(&unfinished, path))
        .map_err(Error::io(path))
}

fn content_type(path: &str) -> Result<&'static str, Error> {
    Ok(
        match path.rsplit_once('.').map_or("", |(_, extension)| extension) {
            _ if path.ends_with('/') => "text/html; charset=utf-8",
            "js" => "text/javascript; charset=utf-8",
            "css" => "text/css; charset=utf-8",
            "wasm" => "application/wasm",
            "svg" => "image/svg+xml",
            "png" => "image/png",
            "webmanifest" => "application/manifest+json",
            _ => return Err(Error::ContentType(path.to_owned())),
        },
    )
}
