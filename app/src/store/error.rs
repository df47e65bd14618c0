//! What can go wrong with a device's stores.

use js_sys::Reflect;
use wasm_bindgen::JsValue;

use super::vault::UnlockError;

/// Why the stores could not be opened, read or written, and what to do.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum StoreError {
    /// The browser has no IndexedDB, or does not let this page have it.
    #[error("浏览器不允许本页存储数据，请检查浏览器的隐私设置")]
    Unavailable,
    /// This user has no stores on this device, or the browser has cleared them.
    #[error("本机没有这个账号的数据，请联网登录一次")]
    Absent,
    /// This user has stores on this device already.
    #[error("本机已有这个账号的数据，请重新打开本页")]
    Exists,
    /// The passphrase does not open them.
    #[error("口令不对")]
    WrongPassphrase,
    /// The key of the stores can no longer be read: they are lost, and what the server has is to be fetched again.
    #[error("本机数据的密钥已损坏，请联网登录后重新取回")]
    Damaged,
    /// The Worker that makes a key of the passphrase does not run: nothing was changed.
    #[error("浏览器没能核对口令，本机数据没有动，请刷新本页再试")]
    NoWorker,
    /// Another tab holds an older form of the stores open.
    #[error("另一个标签页占用着旧版数据，请关闭其他标签页")]
    Blocked,
    /// A newer version of the app has been at the stores: this page is to be loaded again.
    #[error("本机数据属于较新的版本，请刷新本页")]
    Newer,
    /// The stores were closed under this page: it is to be loaded again.
    #[error("本机存储已关闭，请刷新本页")]
    Closed,
    /// There is no room on the device. Nothing was written.
    #[error("本机空间不足，这一笔没有存下；已存的都在。请清出空间后再存")]
    Quota,
    /// Another tab has used this sequence number. Nothing was written.
    #[error("另一个标签页正在写入，这一笔没有存下，请再存一次")]
    Taken,
    /// The browser broke the transaction off. Nothing was written.
    #[error("浏览器中断了写入，这一笔没有存下，请再存一次")]
    Aborted,
    /// Anything else, by the browser's name for it.
    #[error("浏览器报告 {name}，这一笔没有存下")]
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
