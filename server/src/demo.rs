//! The throwaway server that shows what the app does.

use shared::{Actor, Role};

use crate::{
    api::{Problem, hash_passphrase, now_milliseconds},
    db::{self, Database},
    sample,
};

/// The passphrase of every demo account.
pub const PASSPHRASE: &str = "aftercheck-demo";

/// Account, person, role, office.
const ACCOUNTS: [(&str, &str, Role, &str); 5] = [
    ("admin", "管理员", Role::Administrator, ""),
    ("municipal", "周岚", Role::Municipal, ""),
    ("chaoyang", "李敏", Role::District, "110105"),
    ("haidian", "赵刚", Role::District, "110108"),
    (
        "lab",
        "王岩",
        Role::InspectionBody,
        "北京市产品质量监督检验院",
    ),
];

/// Why the demo could not be prepared.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The passphrase could not be hashed.
    #[error("the passphrase could not be hashed")]
    Hash(Problem),
    /// The database failed.
    #[error(transparent)]
    Database(#[from] db::Error),
}

/// Makes the demo accounts and loads the sample ledger.
///
/// # Errors
/// Where the database fails.
pub fn prepare(database: &Database) -> Result<(), Error> {
    let now = now_milliseconds();
    // One hash for all: it is no secret.
    let hash = hash_passphrase(PASSPHRASE).map_err(Error::Hash)?;
    for (user, display, role, office) in ACCOUNTS {
        let actor = Actor {
            user: user.into(),
            role,
            office: office.into(),
        };
        database.create_account(&actor, display, &hash, now)?;
    }
    sample::load(database, "municipal", now)?;
    Ok(())
}
