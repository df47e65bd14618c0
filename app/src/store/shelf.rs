//! Local storage, and what the cache asks of it.

use gloo_storage::{LocalStorage, Storage as _, errors::StorageError};
use js_sys::{Array, JsString, Object};
use wasm_bindgen::{JsCast, JsValue};

/// Where local storage ends, in UTF-16 units for the whole origin, keys included.
pub const CAPACITY_UNITS: usize = 5_242_880;

/// Where texts lie under keys: local storage, or a map in tests.
pub(super) trait Shelf {
    /// Every key of the origin.
    fn keys(&self) -> Vec<String>;
    /// The text under the key.
    fn get(&self, key: &str) -> Option<String>;
    /// Puts the text there; where it does not fit, what was there stays.
    ///
    /// # Errors
    /// [`Full`], also where there is no local storage at all.
    fn set(&self, key: &str, text: &str) -> Result<(), Full>;
    /// Takes it away.
    fn remove(&self, key: &str);
}

/// There is no room.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Full;

/// The browser's local storage; one that is switched off is like one that is full.
#[derive(Clone, Copy)]
pub(super) struct LocalShelf {
    available: bool,
}

impl LocalShelf {
    /// The one of this origin.
    pub(super) fn new() -> Self {
        // Gloo panics where reading the property throws.
        let storage = web_sys::window().and_then(|window| window.local_storage().ok().flatten());
        Self {
            available: storage.is_some(),
        }
    }

    /// Units in use, keys included.
    pub(super) fn used_units(self) -> usize {
        if !self.available {
            return 0;
        }
        let units = |text| JsString::from(text).length() as usize;
        let pairs = Object::entries(LocalStorage::raw().unchecked_ref());
        pairs
            .iter()
            .map(|pair| Array::from(&pair).iter().map(units).sum::<usize>())
            .sum()
    }
}

impl Shelf for LocalShelf {
    fn keys(&self) -> Vec<String> {
        if !self.available {
            return Vec::new();
        }
        let keys = Object::keys::<JsValue>(LocalStorage::raw().unchecked_ref());
        keys.iter().filter_map(|key| key.as_string()).collect()
    }

    fn get(&self, key: &str) -> Option<String> {
        if !self.available {
            return None;
        }
        match LocalStorage::get(key) {
            Ok(text) => Some(text),
            Err(StorageError::KeyNotFound(_)) => None,
            // Not JSON, so altered: what is there, but opens as nothing.
            Err(_) => Some(String::new()),
        }
    }

    fn set(&self, key: &str, text: &str) -> Result<(), Full> {
        if !self.available {
            return Err(Full);
        }
        LocalStorage::set(key, text).map_err(|_| Full)
    }

    fn remove(&self, key: &str) {
        if self.available {
            LocalStorage::delete(key);
        }
    }
}
