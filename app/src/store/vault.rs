//! What makes a device's stores unreadable without the officer's passphrase.
//!
//! A random data key seals everything. The passphrase never seals anything but that key (the
//! *wrap*), so it can be changed without touching what is kept.

use chacha20poly1305::{
    KeyInit, XChaCha20Poly1305, XNonce,
    aead::{Aead, Payload},
};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::passphrase::{self, KEY_BYTES, RECIPE_BYTES};

const WRAP_VERSION: u8 = 1;
const NONCE_BYTES: usize = 24;
const TAG_BYTES: usize = 16;
const CHECKSUM_BYTES: usize = 8;

/// How much longer the sealed form is.
pub(super) const SEAL_BYTES: usize = NONCE_BYTES + TAG_BYTES;

/// The data key under a passphrase, as it lies on the disk; fields little-endian:
/// version (1), the recipe of the passphrase's key (28), sealed key (72), checksum (8).
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct WrapRecord([u8; WRAP_BYTES]);

const RECIPE_AT: usize = 1;
const SEALED_KEY_AT: usize = RECIPE_AT + RECIPE_BYTES;
const CHECKSUM_AT: usize = SEALED_KEY_AT + KEY_BYTES + SEAL_BYTES;
const WRAP_BYTES: usize = CHECKSUM_AT + CHECKSUM_BYTES;

/// Why a wrap did not open.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub(super) enum UnlockError {
    /// The record is whole and the passphrase is not the one that it was made with.
    #[error("the passphrase is wrong")]
    WrongPassphrase,
    /// The record is not whole, or of a version that this one does not know.
    #[error("the wrapped key is damaged")]
    Damaged,
    /// The Worker that makes a key of the passphrase does not run.
    #[error("no key could be made of the passphrase")]
    NoWorker,
}

/// The sealed bytes were altered, cut, or belong elsewhere.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("the sealed value is damaged")]
pub(super) struct Damaged;

impl WrapRecord {
    /// As it lies on the disk.
    pub(super) fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// Reads it back.
    ///
    /// # Errors
    /// [`Damaged`] when a bit of it is not as it was written.
    pub(super) fn from_bytes(bytes: &[u8]) -> Result<Self, Damaged> {
        let bytes: [u8; WRAP_BYTES] = bytes.try_into().map_err(|_| Damaged)?;
        // The tag of the sealed key cannot tell a flipped bit from a mistyped passphrase; this can.
        let whole = bytes[CHECKSUM_AT..] == checksum(&bytes[..CHECKSUM_AT]);
        (whole && bytes[0] == WRAP_VERSION)
            .then_some(Self(bytes))
            .ok_or(Damaged)
    }

    /// The cipher that the passphrase makes by this record's recipe.
    async fn wrapping_cipher(&self, passphrase: &str) -> Result<XChaCha20Poly1305, UnlockError> {
        let key = passphrase::key(passphrase, &self.0[RECIPE_AT..SEALED_KEY_AT])
            .await
            .map(Zeroizing::new)
            .ok_or(UnlockError::NoWorker)?;
        XChaCha20Poly1305::new_from_slice(&key).map_err(|_| UnlockError::Damaged)
    }
}

/// An open vault: what seals and opens the values of one user. The key is wiped when it is dropped.
pub(super) struct Unlocked {
    user: String,
    data_key: Zeroizing<[u8; KEY_BYTES]>,
    cipher: XChaCha20Poly1305,
}

/// Opens the vault of `user`.
///
/// # Errors
/// See [`UnlockError`].
pub(super) async fn unlock(
    user: &str,
    wrap: &WrapRecord,
    passphrase: &str,
) -> Result<Unlocked, UnlockError> {
    let cipher = wrap.wrapping_cipher(passphrase).await?;
    let sealed = &wrap.0[SEALED_KEY_AT..CHECKSUM_AT];
    let opened = open(&cipher, &wrap_context(user), sealed)
        .map(Zeroizing::new)
        .map_err(|_| UnlockError::WrongPassphrase)?;
    let mut data_key = Zeroizing::new([0; KEY_BYTES]);
    data_key.copy_from_slice(&opened);
    Ok(Unlocked::new(user, data_key))
}

impl Unlocked {
    /// With a new data key.
    pub(super) fn create(user: &str) -> Self {
        let mut data_key = Zeroizing::new([0; KEY_BYTES]);
        fill_random(&mut *data_key);
        Self::new(user, data_key)
    }

    pub(super) fn new(user: &str, data_key: Zeroizing<[u8; KEY_BYTES]>) -> Self {
        let cipher = XChaCha20Poly1305::new((&*data_key).into());
        Self {
            user: user.to_owned(),
            data_key,
            cipher,
        }
    }

    /// The data key under a passphrase, the first or another.
    ///
    /// # Errors
    /// [`UnlockError::NoWorker`].
    pub(super) async fn wrap(&self, passphrase: &str) -> Result<WrapRecord, UnlockError> {
        let mut record = WrapRecord([0; WRAP_BYTES]);
        record.0[0] = WRAP_VERSION;
        record.0[RECIPE_AT..SEALED_KEY_AT].copy_from_slice(&passphrase::recipe(fill_random));
        let cipher = record.wrapping_cipher(passphrase).await?;
        let sealed = seal(&cipher, &wrap_context(&self.user), &*self.data_key);
        record.0[SEALED_KEY_AT..CHECKSUM_AT].copy_from_slice(&sealed);
        let sum = checksum(&record.0[..CHECKSUM_AT]);
        record.0[CHECKSUM_AT..].copy_from_slice(&sum);
        Ok(record)
    }

    /// Whose vault it is.
    pub(super) fn user(&self) -> &str {
        &self.user
    }

    /// Seals a value for one place: `context` names the store and the key in it, so that a value
    /// put into another place, or into another user's, does not open there.
    pub(super) fn seal(&self, context: &str, bytes: &[u8]) -> Vec<u8> {
        seal(&self.cipher, &self.associated(context), bytes)
    }

    /// Opens what [`Unlocked::seal`] sealed for the same place.
    ///
    /// # Errors
    /// [`Damaged`] when it is not that.
    pub(super) fn open(&self, context: &str, sealed: &[u8]) -> Result<Vec<u8>, Damaged> {
        open(&self.cipher, &self.associated(context), sealed)
    }

    fn associated(&self, context: &str) -> String {
        format!("{}\n{context}", self.user)
    }
}

fn wrap_context(user: &str) -> String {
    format!("{user}\nwrap/{WRAP_VERSION}")
}

fn seal(cipher: &XChaCha20Poly1305, associated: &str, bytes: &[u8]) -> Vec<u8> {
    let mut nonce = [0; NONCE_BYTES];
    fill_random(&mut nonce);
    let payload = Payload {
        msg: bytes,
        aad: associated.as_bytes(),
    };
    let sealed = cipher
        .encrypt(&XNonce::from(nonce), payload)
        .expect("a value in memory is below the cipher's limit of 256 GiB");
    [&nonce[..], &sealed].concat()
}

fn open(cipher: &XChaCha20Poly1305, associated: &str, sealed: &[u8]) -> Result<Vec<u8>, Damaged> {
    let (nonce, sealed) = sealed.split_first_chunk::<NONCE_BYTES>().ok_or(Damaged)?;
    let payload = Payload {
        msg: sealed,
        aad: associated.as_bytes(),
    };
    cipher
        .decrypt(&XNonce::from(*nonce), payload)
        .map_err(|_| Damaged)
}

fn checksum(bytes: &[u8]) -> [u8; CHECKSUM_BYTES] {
    let mut sum = [0; CHECKSUM_BYTES];
    sum.copy_from_slice(&Sha256::digest(bytes)[..CHECKSUM_BYTES]);
    sum
}

fn fill_random(bytes: &mut [u8]) {
    getrandom::fill(bytes).expect("every browser that runs this has crypto.getRandomValues");
}

#[cfg(test)]
mod tests {
    use futures::FutureExt;

    use super::*;

    fn create(user: &str, passphrase: &str) -> (Unlocked, WrapRecord) {
        let vault = Unlocked::create(user);
        let wrap = vault.wrap(passphrase).now_or_never();
        (vault, wrap.unwrap().unwrap())
    }

    fn unlock(user: &str, wrap: &WrapRecord, passphrase: &str) -> Result<Unlocked, UnlockError> {
        let opened = super::unlock(user, wrap, passphrase).now_or_never();
        opened.unwrap()
    }

    #[test]
    fn opens_with_the_passphrase_and_with_no_other() {
        let (first, wrap) = create("chaoyang", "correct horse");
        let sealed = first.seal("changes/a/1", b"value");
        let again = WrapRecord::from_bytes(wrap.as_bytes()).unwrap();
        let second = unlock("chaoyang", &again, "correct horse").unwrap();
        assert_eq!(second.open("changes/a/1", &sealed).unwrap(), b"value");
        for (user, passphrase) in [
            ("chaoyang", "correct horsf"),
            ("chaoyang", ""),
            ("haidian", "correct horse"),
        ] {
            assert_eq!(
                unlock(user, &wrap, passphrase).err(),
                Some(UnlockError::WrongPassphrase),
                "{user} {passphrase}"
            );
        }
        let renewed = second.wrap("电池 staple").now_or_never();
        let renewed = renewed.unwrap().unwrap();
        assert_eq!(
            unlock("chaoyang", &renewed, "correct horse").err(),
            Some(UnlockError::WrongPassphrase)
        );
        let third = unlock("chaoyang", &renewed, "电池 staple").unwrap();
        assert_eq!(third.open("changes/a/1", &sealed).unwrap(), b"value");
    }

    #[test]
    fn a_damaged_wrap_is_not_taken_for_a_wrong_passphrase() {
        let (_, wrap) = create("chaoyang", "x");
        for at in 0..WRAP_BYTES {
            let mut bytes = wrap.0;
            bytes[at] ^= 0x10;
            assert_eq!(WrapRecord::from_bytes(&bytes), Err(Damaged), "byte {at}");
        }
        assert_eq!(WrapRecord::from_bytes(&wrap.0[1..]), Err(Damaged));
        assert_eq!(WrapRecord::from_bytes(&[]), Err(Damaged));
    }

    #[test]
    fn a_wrap_cannot_ask_for_more_than_the_device_has() {
        let (_, wrap) = create("chaoyang", "x");
        for (at, value) in [
            (1, passphrase::MAXIMUM_MEMORY_KIB + 1),
            (5, passphrase::MAXIMUM_PASSES + 1),
            (5, 0),
            (9, 0),
        ] {
            let mut bytes = wrap.0;
            bytes[at..at + 4].copy_from_slice(&value.to_le_bytes());
            let sum = checksum(&bytes[..CHECKSUM_AT]);
            bytes[CHECKSUM_AT..].copy_from_slice(&sum);
            let record = WrapRecord::from_bytes(&bytes).unwrap();
            assert_eq!(
                unlock("chaoyang", &record, "x").err(),
                Some(UnlockError::Damaged)
            );
        }
    }

    #[test]
    fn a_value_opens_only_whole_and_where_it_was_sealed() {
        let (vault, _) = create("chaoyang", "x");
        let sealed = vault.seal("local/case/1", "北京雅木家具有限公司".as_bytes());
        assert_eq!(sealed.len(), 30 + SEAL_BYTES);
        assert_ne!(
            sealed,
            vault.seal("local/case/1", "北京雅木家具有限公司".as_bytes())
        );
        assert_eq!(vault.open("local/case/2", &sealed), Err(Damaged));
        assert_eq!(vault.open("changes/case/1", &sealed), Err(Damaged));
        for at in 0..sealed.len() {
            let mut altered = sealed.clone();
            altered[at] ^= 1;
            assert_eq!(
                vault.open("local/case/1", &altered),
                Err(Damaged),
                "byte {at}"
            );
            assert_eq!(
                vault.open("local/case/1", &sealed[..at]),
                Err(Damaged),
                "cut at {at}"
            );
        }
        let (other, _) = create("chaoyang", "x");
        assert_eq!(other.open("local/case/1", &sealed), Err(Damaged));
    }

    /// The form on the disk is final: a later version opens what the first one wrote.
    #[test]
    fn what_the_first_version_wrote_still_opens() {
        let bytes = |hex: &str| data_encoding::HEXLOWER.decode(hex.as_bytes()).unwrap();
        let wrap = WrapRecord::from_bytes(&bytes(FIRST_WRAP)).unwrap();
        let vault = unlock("chaoyang", &wrap, "correct horse").unwrap();
        assert_eq!(
            vault.open("changes/a/1", &bytes(FIRST_VALUE)).unwrap(),
            b"value"
        );
    }

    const FIRST_WRAP: &str = "01004c00000200000001000000a18fa6b97b45796b287d3f737fa24aa72c2f4d702bfe9594ed4f42\
        18957da5554924882ea187836e2898c329d9f8652fd68e44ae9e2a12ac285182630e448905f6e29d\
        d4e7ba8fbcd3f61ca4fd1458413cc8085e1c6aa6eb737d5502c661c547";
    const FIRST_VALUE: &str = "d73f48841aec080392b59e3fb577cbf53d1e81ffd3204523675813afb756c58c3cd375ef891a26e8\
        2c9c5e33d6";
}
