//! The sample ledger.

use std::collections::BTreeSet;

use shared::sync::Scope;

use crate::db::{Database, Error};

/// Loads the sample ledger.
///
/// # Errors
/// Where the database fails.
pub fn load(
    _database: &Database,
    _author: &str,
    _now_milliseconds: u64,
) -> Result<BTreeSet<Scope>, Error> {
    Ok(BTreeSet::new())
}
