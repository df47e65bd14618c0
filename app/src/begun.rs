//! What lives as long as the frame, but is begun by the page that first needs it: the frame need not
//! know what it is, and its code comes with the page.

use leptos::prelude::*;

/// A place for it.
pub(crate) struct Begun<T: 'static> {
    owner: StoredValue<Owner>,
    value: StoredValue<Option<T>>,
}

impl<T> Copy for Begun<T> {}

impl<T> Clone for Begun<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T: Copy + Send + Sync> Begun<T> {
    /// An empty place, kept by who makes it.
    pub(crate) fn here() -> Self {
        Self {
            owner: StoredValue::new(Owner::current().unwrap_or_default()),
            value: StoredValue::new(None),
        }
    }

    /// What is there, begun if nothing is.
    pub(crate) fn or_begin(self, begin: impl FnOnce() -> T) -> T {
        self.value.get_value().unwrap_or_else(|| {
            let begun = self.owner.with_value(|owner| owner.with(begin));
            self.value.set_value(Some(begun));
            begun
        })
    }
}
