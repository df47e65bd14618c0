//! What is computed of a change alone: before its turn with the writers, beside them.

use data_encoding::BASE64URL_NOPAD;
use hmac::{Hmac, KeyInit, Mac};
use rusqlite::Transaction;
use sha2::Sha256;
use shared::{
    change::{Body, BodyError, Change, Digest},
    sync::wire::Receipt,
};

use super::{Error, RECEIPT_KEY, fact};

/// The receipt's length in bytes before encoding.
const RECEIPT_BYTES: usize = 16;

/// A change that was read, with its bytes and their mark.
pub(super) struct Prepared<'a> {
    pub(super) change: &'a Change,
    pub(super) body: Result<Body, BodyError>,
    /// Its canonical bytes.
    pub(super) bytes: Vec<u8>,
    pub(super) fingerprint: Digest,
    /// The receipt for it, once it is taken.
    pub(super) receipt: Option<Receipt>,
}

impl<'a> Prepared<'a> {
    pub(super) fn of(change: &'a Change) -> Self {
        let bytes = change.canonical_bytes();
        Self {
            change,
            body: change.body(),
            fingerprint: Digest::of(&bytes),
            receipt: None,
            bytes,
        }
    }

    /// Of one that a device sends.
    pub(super) fn sent(change: &'a Change, receipts: &Receipts) -> Self {
        let prepared = Self::of(change);
        Self {
            receipt: Some(receipts.sign(&prepared.bytes)),
            ..prepared
        }
    }
}

/// Signs receipts.
#[derive(Debug)]
pub(super) struct Receipts(Hmac<Sha256>);

impl Receipts {
    pub(super) fn load(transaction: &Transaction<'_>) -> Result<Self, Error> {
        let key = fact(transaction, RECEIPT_KEY)?.ok_or(Error::Damaged("no receipt key"))?;
        let mac = Hmac::new_from_slice(&key).expect("HMAC takes keys of any length");
        Ok(Self(mac))
    }

    pub(super) fn sign(&self, canonical_bytes: &[u8]) -> Receipt {
        let mut mac = self.0.clone();
        mac.update(canonical_bytes);
        Receipt(BASE64URL_NOPAD.encode(&mac.finalize().into_bytes()[..RECEIPT_BYTES]))
    }
}
