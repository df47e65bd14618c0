//! Chance from a seed and disks that fill up, for the simulation.

use std::cell::Cell;

use sha2::{Digest, Sha256};

thread_local! {
    static STATE: Cell<Option<u64>> = const { Cell::new(None) };
    static FULL: Cell<bool> = const { Cell::new(false) };
}

/// From now on chance on this thread comes from the seed.
pub fn seed(seed: u64) {
    STATE.set(Some(seed));
}

/// From now on transactions on this thread find no room at their commit, or find it again.
pub fn fill_disk(full: bool) {
    FULL.set(full);
}

/// Whether there is room.
pub(super) fn room() -> Result<(), rusqlite::Error> {
    let full = rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_FULL);
    if FULL.get() {
        return Err(rusqlite::Error::SqliteFailure(full, None));
    }
    Ok(())
}

pub(super) fn bytes<const N: usize>() -> Option<[u8; N]> {
    let state = STATE.get()?.wrapping_add(1);
    STATE.set(Some(state));
    let hash = Sha256::digest(state.to_le_bytes());
    Some(std::array::from_fn(|index| hash[index % hash.len()]))
}

/// One time in four.
pub(super) fn fires() -> bool {
    bytes::<1>().is_some_and(|[byte]| byte < 64)
}
