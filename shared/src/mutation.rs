//! Faults put into this code on purpose.
//!
//! The simulation of sync proves that it would find a fault by putting one in and looking for it.
//! Each fault is one call of [`mutated`] at the place that it spoils. Without the feature
//! `mutations`, which only the simulation is built with, the answer is the constant `false`.

/// Every fault, by name.
pub const MUTATIONS: &[&str] = &[
    "acknowledged-before-commit",
    "author-not-compared",
    "chain-not-linked",
    "clock-not-bounded",
    "conflict-not-shown",
    "contents-not-compared",
    "copies-share-a-name",
    "counted-before-commit",
    "damage-not-noticed",
    "digest-not-compared",
    "double-goes-on",
    "epoch-ignored",
    "failed-commit-counts",
    "first-contact-not-kept",
    "full-disk-ignored",
    "gap-not-noticed",
    "merged-by-arrival",
    "number-reused",
    "offers-ignored",
    "old-version-forgets",
    "own-taken-for-held",
    "parallel-not-shown",
    "permission-not-asked",
    "refusal-blocks",
    "refused-dropped",
    "repetition-not-known",
    "revocation-not-sent",
    "revocation-skipped",
    "rollback-not-noticed",
    "scope-kept",
    "settled-stamped-anew",
    "sight-not-told",
    "sign-in-not-compared",
    "tab-keeps-old-state",
    "unreachable-forgets",
    "unsent-forgotten",
    "unsent-not-resumed",
];

/// Whether this fault is in.
///
/// ```
/// use shared::mutation::{MUTATIONS, mutated};
/// assert!(MUTATIONS.contains(&"epoch-ignored"));
/// assert!(!mutated("epoch-ignored"), "unless the simulation has put it in");
/// ```
#[cfg(not(feature = "mutations"))]
#[inline]
pub const fn mutated(_name: &'static str) -> bool {
    false
}

#[cfg(feature = "mutations")]
pub use chosen::{mutate, mutated};

#[cfg(feature = "mutations")]
mod chosen {
    use std::cell::Cell;

    thread_local! {
        static CHOSEN: Cell<Option<&'static str>> = const { Cell::new(None) };
    }

    /// Puts a fault in, on this thread, or takes it out.
    ///
    /// # Panics
    /// Where there is none of that name.
    ///
    /// ```
    /// use shared::mutation::{mutate, mutated};
    /// mutate(Some("epoch-ignored"));
    /// assert!(mutated("epoch-ignored"));
    /// mutate(None);
    /// assert!(!mutated("epoch-ignored"));
    /// ```
    pub fn mutate(name: Option<&str>) {
        let known = |name| {
            let found = super::MUTATIONS.iter().find(|known| **known == name);
            *found.unwrap_or_else(|| panic!("there is no mutation {name}"))
        };
        CHOSEN.set(name.map(known));
    }

    /// Whether this fault is in.
    #[inline]
    pub fn mutated(name: &'static str) -> bool {
        debug_assert!(
            super::MUTATIONS.contains(&name),
            "{name} is not in the list"
        );
        CHOSEN.get() == Some(name)
    }
}
