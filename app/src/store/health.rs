//! How the stores are: whether the browser may clear them, and how full they are.

use js_sys::Reflect;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{StorageEstimate, StorageManager};

use super::{CAPACITY_UNITS, CacheReport, LocalShelf, Unfit};

/// How the stores are.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct StoreHealth {
    /// Whether the page is in a secure context. Outside one there is no service worker and no lock
    /// between tabs, and nothing is known of what follows.
    pub secure_context: bool,
    /// Whether the browser has promised not to clear the stores by itself.
    pub persisted: Option<bool>,
    /// What the origin takes on the disk, in bytes.
    pub used_bytes: Option<f64>,
    /// What it may take, in bytes.
    pub quota_bytes: Option<f64>,
    /// What is used of local storage, in UTF-16 units of [`CAPACITY_UNITS`].
    pub local_used_units: usize,
    /// The cases in local storage, and those that had no room.
    pub cases: CacheReport,
    /// Why local storage had to be filled again at this start.
    pub rebuilt: Option<Unfit>,
}

/// The share of what the browser grants from which on room runs out.
const NEARLY_FULL: f64 = 0.9;

impl StoreHealth {
    /// Whether the officer is to be told of something.
    pub fn ails(&self) -> bool {
        // Local storage that is behind the journal is what a tab leaves that is ended at once.
        let is_damaged = self.rebuilt.is_some_and(|unfit| unfit != Unfit::Stale);
        is_damaged || self.cases.left_out > 0 || self.is_nearly_full()
    }

    /// Whether the browser will soon refuse to keep more.
    pub fn is_nearly_full(&self) -> bool {
        let share = self.used_bytes.zip(self.quota_bytes);
        share.is_some_and(|(used, quota)| used > quota * NEARLY_FULL)
    }

    /// How full local storage is, from 0 to 1.
    #[expect(clippy::cast_precision_loss, reason = "a share for people")]
    pub fn local_share(&self) -> f64 {
        self.local_used_units as f64 / CAPACITY_UNITS as f64
    }
}

pub(super) async fn examine(cases: CacheReport, rebuilt: Option<Unfit>) -> StoreHealth {
    let storage = storage_manager();
    let estimate = match storage.as_ref().map(StorageManager::estimate) {
        Some(Ok(promise)) => JsFuture::from(promise).await.ok(),
        _ => None,
    };
    let persisted = match storage.as_ref().map(StorageManager::persisted) {
        Some(Ok(promise)) => JsFuture::from(promise)
            .await
            .ok()
            .and_then(|value| value.as_bool()),
        _ => None,
    };
    let estimate: Option<StorageEstimate> = estimate.map(JsCast::unchecked_into);
    StoreHealth {
        secure_context: web_sys::window().is_some_and(|window| window.is_secure_context()),
        persisted,
        used_bytes: estimate.as_ref().and_then(StorageEstimate::get_usage),
        quota_bytes: estimate.as_ref().and_then(StorageEstimate::get_quota),
        local_used_units: LocalShelf::new().used_units(),
        cases,
        rebuilt,
    }
}

/// Asks the browser to keep the stores even when the disk fills up. It may ask the officer, so
/// nothing waits for the answer.
pub(super) fn ask_to_persist() {
    if let Some(storage) = storage_manager() {
        let _ = storage.persist();
    }
}

/// `navigator.storage`, which is undefined outside a secure context.
fn storage_manager() -> Option<StorageManager> {
    let navigator = web_sys::window()?.navigator();
    let storage = Reflect::get(&navigator, &JsValue::from_str("storage")).ok()?;
    (!storage.is_undefined()).then(|| storage.unchecked_into())
}
