//! What can go wrong with a device's stores.

use js_sys::Reflect;
use wasm_bindgen::JsValue;

use super::vault::UnlockError;

/// Why the stores could not be opened, read or written.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum StoreError {
    /// The browser has no IndexedDB, or does not let this page have it.
    #[error("the browser does not let the app keep anything")]
    Unavailable,
    /// This user has no stores on this device, or the browser has cleared them.
    #[error("there are no stores of this user on this device")]
    Absent,
    /// This user has stores on this device already.
    #[error("this user has stores on this device already")]
    Exists,
    /// The passphrase does not open them.
    #[error("the passphrase is wrong")]
    WrongPassphrase,
    /// The key of the stores can no longer be read: they are lost, and what the server has is to be fetched again.
    #[error("the key of the stores is damaged")]
    Damaged,
    /// The Worker that makes a key of the passphrase does not run: nothing was changed.
    #[error("no key could be made of the passphrase")]
    NoWorker,
    /// Another tab holds an older form of the stores open.
    #[error("another tab blocks the stores")]
    Blocked,
    /// A newer version of the app has been at the stores: this page is to be loaded again.
    #[error("the stores are of a newer version of the app")]
    Newer,
    /// The stores were closed under this page: it is to be loaded again.
    #[error("the stores are closed")]
    Closed,
    /// There is no room on the device. Nothing was written.
    #[error("there is no room on the device")]
    Quota,
    /// Another tab has used this sequence number. Nothing was written.
    #[error("another tab has written an entry of this name")]
    Taken,
    /// The browser broke the transaction off. Nothing was written.
    #[error("the browser broke the transaction off")]
    Aborted,
    /// Anything else, by the browser's name for it.
    #[error("the browser reports {name}")]
    Failed {
        /// The name of the exception.
        name: String,
    },
}

impl StoreError {
    pub(super) fn from_js(error: &JsValue) -> Self {
        let name = Reflect::get(error, &"name".into())
            .ok()
            .and_then(|name| name.as_string());
        match name.as_deref() {
            Some("QuotaExceededError") => Self::Quota,
            Some("ConstraintError") => Self::Taken,
            Some("InvalidStateError") => Self::Closed,
            Some("VersionError") => Self::Newer,
            Some("AbortError") => Self::Aborted,
            Some("SecurityError") => Self::Unavailable,
            name => Self::Failed {
                name: name.unwrap_or("no reason").to_owned(),
            },
        }
    }
}

impl From<UnlockError> for StoreError {
    fn from(error: UnlockError) -> Self {
        match error {
            UnlockError::WrongPassphrase => Self::WrongPassphrase,
            UnlockError::Damaged => Self::Damaged,
            UnlockError::NoWorker => Self::NoWorker,
        }
    }
}
