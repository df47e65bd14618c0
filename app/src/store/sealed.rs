//! A file that leaves the device sealed: the passphrase opens it anywhere.

use super::{
    error::StoreError,
    vault::{self, Unlocked, WrapRecord},
};

/// How every such file begins. What follows: the length of the wrap (1 byte), the wrap of the data
/// key as the store has it, and what it seals.
const MARK: &[u8] = b"AFTERCHECK SEALED 1\n";
/// The place that it is sealed for.
const CONTEXT: &str = "file/1";

/// Seals bytes under the data key, which goes along under the passphrase.
pub(super) fn file(vault: &Unlocked, wrap: &WrapRecord, bytes: &[u8]) -> Vec<u8> {
    let wrap = wrap.as_bytes();
    let length = u8::try_from(wrap.len()).expect("a wrap is shorter than 256 bytes");
    let sealed = vault.seal(CONTEXT, bytes);
    [MARK, &[length], wrap, &sealed].concat()
}

/// Opens what [`file`] sealed for this user.
///
/// # Errors
/// [`StoreError::WrongPassphrase`]; [`StoreError::Damaged`] where it is no such file, or not whole.
pub(super) async fn open(user: &str, file: &[u8], passphrase: &str) -> Result<Vec<u8>, StoreError> {
    let parts = file
        .strip_prefix(MARK)
        .and_then(|rest| rest.split_first())
        .and_then(|(length, rest)| rest.split_at_checked(usize::from(*length)));
    let (wrap, sealed) = parts.ok_or(StoreError::Damaged)?;
    let wrap = WrapRecord::from_bytes(wrap).map_err(|_| StoreError::Damaged)?;
    let vault = vault::unlock(user, &wrap, passphrase).await?;
    vault.open(CONTEXT, sealed).map_err(|_| StoreError::Damaged)
}

#[cfg(test)]
mod tests {
    use futures::FutureExt;

    use super::*;

    fn open(user: &str, file: &[u8], passphrase: &str) -> Result<Vec<u8>, StoreError> {
        let opened = super::open(user, file, passphrase).now_or_never();
        opened.unwrap()
    }

    #[test]
    fn a_file_opens_for_its_user_with_the_passphrase_and_only_whole() {
        let vault = Unlocked::create("chaoyang");
        let wrap = vault.wrap("correct horse").now_or_never();
        let wrap = wrap.unwrap().unwrap();
        let made = file(&vault, &wrap, "未发送".as_bytes());
        assert!(made.starts_with(b"AFTERCHECK SEALED 1\n"));
        assert_eq!(
            open("chaoyang", &made, "correct horse").unwrap(),
            "未发送".as_bytes()
        );
        for (user, passphrase) in [("chaoyang", "correct horsf"), ("haidian", "correct horse")] {
            let refused = open(user, &made, passphrase);
            assert_eq!(
                refused,
                Err(StoreError::WrongPassphrase),
                "{user} {passphrase}"
            );
        }
        for cut in [0, 10, 21, 60, made.len() - 1] {
            let refused = open("chaoyang", &made[..cut], "correct horse");
            assert_eq!(refused, Err(StoreError::Damaged), "cut at {cut}");
        }
    }
}
