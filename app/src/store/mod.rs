//! What a device keeps of one user: the one place that knows both stores, and that they are sealed.
//!
//! - The *journal* (IndexedDB) is the store of record: every change, small state, drafts, the
//!   bytes of attachments. Nothing
//!   is saved before [`Store::commit`] has returned.
//! - *Local storage* holds a compact copy of the cases, so that the app starts at once; it is
//!   written after the journal and rebuilt from it whenever it does not agree with it.
//!
//! Values are sealed; names of users, ids and sequence numbers are not.

mod database;
mod entry;
mod error;
mod health;
mod journal;
mod local;
mod packing;
mod passphrase;
mod sealed;
mod shelf;
pub mod tabs;
mod vault;

use std::{
    cell::Cell,
    collections::{BTreeSet, HashMap},
    rc::Rc,
};

use shared::{attachment::ContentHash, order::gathered};

use self::{
    database::{Database, Missing},
    journal::{DATABASE_PREFIX, Journal, Locked, database_name},
    local::Cache,
    shelf::{Full, LocalShelf, Shelf},
    vault::Unlocked,
};
pub use self::{
    entry::{EntryKey, EntryState, JournalEntry},
    error::StoreError,
    health::StoreHealth,
    journal::{Batch, Loaded},
    local::{CacheReport, CachedCases, CaseBytes, Unfit},
    shelf::CAPACITY_UNITS,
};

/// Where local storage remembers who has used the device: a user who is listed there and has no
/// database has lost it.
const USERS_KEY: &str = "aftercheck/users";

/// Someone who has used this device.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct KnownUser {
    /// The account's name.
    pub name: String,
    /// The browser has cleared the store: it is to be made and filled again, and the officer told.
    pub emptied: bool,
}

/// What [`Store::commit`] did.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Committed {
    /// Another tab has written as well: [`Store::news`] has what.
    pub others_wrote: bool,
}

/// The stores of one user, open.
#[derive(Clone)]
pub struct Store(Rc<Inner>);

struct Inner {
    vault: Rc<Unlocked>,
    journal: Journal,
    cache: Cache<LocalShelf>,
    /// The journal's revision that the caller has seen all of.
    seen: Cell<u64>,
    /// The revision up to which the caller has put its cases into local storage.
    cached: Cell<u64>,
    /// The journal's revision when it was opened.
    opened_at: u64,
    report: Cell<CacheReport>,
    rebuilt: Cell<Option<Unfit>>,
}

impl Store {
    /// Who has used this device.
    pub async fn known_users() -> Vec<KnownUser> {
        let listed = listed_users();
        let Some(databases) = Database::names().await else {
            return listed
                .into_iter()
                .map(|name| KnownUser {
                    name,
                    emptied: false,
                })
                .collect();
        };
        let names = databases.iter();
        let users = names.filter_map(|name| name.strip_prefix(DATABASE_PREFIX));
        let present: BTreeSet<String> = gathered(users.map(name_from_key));
        let user = |name: &String| KnownUser {
            name: name.clone(),
            emptied: !present.contains(name),
        };
        listed.union(&present).map(user).collect()
    }

    /// Makes the stores of a user who has none on this device.
    ///
    /// # Errors
    /// [`StoreError::Exists`], and what the browser says.
    pub async fn create(user: &str, passphrase: &str) -> Result<Self, StoreError> {
        let locked = Locked::open(user, Missing::Create).await?;
        let vault = Unlocked::create(user);
        let wrap = vault.wrap(passphrase).await?;
        locked.put_first_wrap(&wrap).await?;
        // Whatever is left there was sealed with a key that is gone.
        local::clear(&LocalShelf::new(), user);
        Ok(Self::open(locked, vault, 0))
    }

    /// Opens the stores of a user, without a server.
    ///
    /// # Errors
    /// [`StoreError::Absent`] where there are none or they were cleared, [`StoreError::WrongPassphrase`],
    /// [`StoreError::Damaged`], and what the browser says.
    pub async fn unlock(user: &str, passphrase: &str) -> Result<Self, StoreError> {
        let locked = Locked::open(user, Missing::Refuse).await?;
        let (wrap, revision) = locked.wrap().await?;
        let vault = vault::unlock(user, &wrap, passphrase).await?;
        Ok(Self::open(locked, vault, revision))
    }

    /// Removes all that is kept of a user, unsent changes as well.
    ///
    /// # Errors
    /// [`StoreError::Blocked`], and what the browser says.
    pub async fn forget(user: &str) -> Result<(), StoreError> {
        Database::delete(&database_name(user)).await?;
        local::clear(&LocalShelf::new(), user);
        let mut users = listed_users();
        users.remove(user);
        list_users(&users);
        Ok(())
    }

    /// Whose stores they are.
    pub fn user(&self) -> &str {
        self.0.vault.user()
    }

    /// From now on another passphrase opens the stores. What is in them stays as it is.
    ///
    /// # Errors
    /// What the browser says; then the old one still opens them.
    pub async fn change_passphrase(&self, passphrase: &str) -> Result<(), StoreError> {
        let wrap = self.0.vault.wrap(passphrase).await?;
        self.0.journal.put_wrap(&wrap).await
    }

    /// Seals bytes to a file that the passphrase opens on any device.
    ///
    /// # Errors
    /// What the browser says.
    pub async fn sealed_file(&self, bytes: &[u8]) -> Result<Vec<u8>, StoreError> {
        let wrap = self.0.journal.wrap().await?;
        Ok(sealed::file(&self.0.vault, &wrap, bytes))
    }

    /// Opens such a file of the same user.
    ///
    /// # Errors
    /// [`StoreError::WrongPassphrase`], and [`StoreError::Damaged`] where it is not such a file.
    pub async fn open_file(&self, file: &[u8], passphrase: &str) -> Result<Vec<u8>, StoreError> {
        sealed::open(self.user(), file, passphrase).await
    }

    /// An empty batch.
    pub fn batch(&self) -> Batch {
        Batch::new(Rc::clone(&self.0.vault))
    }

    /// Writes the batch, all of it or nothing. After `Ok` it survives a crash, and only then may
    /// the screen say saved.
    ///
    /// # Errors
    /// [`StoreError::Taken`] where an added entry is not new, [`StoreError::Quota`], and what the browser says.
    pub async fn commit(&self, batch: Batch) -> Result<Committed, StoreError> {
        let written = self.0.journal.commit(&batch).await?;
        let others_wrote = written.after > self.0.seen.get() + u64::from(written.touched_entries);
        if !others_wrote {
            self.0.seen.set(written.after);
        }
        Ok(Committed { others_wrote })
    }

    /// The whole journal.
    ///
    /// # Errors
    /// What the browser says.
    pub async fn load_all(&self) -> Result<Loaded, StoreError> {
        self.load_since(0).await
    }

    /// What other tabs have written since this one last looked or wrote: new and altered entries, or
    /// the whole journal where some were removed. May repeat what this tab wrote itself.
    ///
    /// # Errors
    /// What the browser says.
    pub async fn news(&self) -> Result<Loaded, StoreError> {
        self.load_since(self.0.seen.get()).await
    }

    /// All that [`Batch::set_state`] has set.
    ///
    /// # Errors
    /// What the browser says.
    pub async fn state(&self) -> Result<HashMap<String, Vec<u8>>, StoreError> {
        self.0.journal.state().await
    }

    /// The bytes of an attachment; none where they are not here, or are damaged.
    ///
    /// # Errors
    /// What the browser says.
    pub async fn content(&self, hash: &ContentHash) -> Result<Option<Vec<u8>>, StoreError> {
        self.0.journal.content(hash).await
    }

    /// Which attachments' bytes are here.
    ///
    /// # Errors
    /// What the browser says.
    pub async fn content_hashes(&self) -> Result<Vec<ContentHash>, StoreError> {
        self.0.journal.content_hashes().await
    }

    /// All drafts.
    ///
    /// # Errors
    /// What the browser says.
    pub async fn drafts(&self) -> Result<HashMap<String, Vec<u8>>, StoreError> {
        self.0.journal.drafts().await
    }

    /// The cases in local storage as the journal had them when the stores were opened.
    /// Where some were left out, [`Store::load_all`] has them.
    ///
    /// # Errors
    /// Why they cannot be used: then [`Store::load_all`] and [`Store::rebuild_cases`].
    pub fn cached_cases(&self) -> Result<CachedCases, Unfit> {
        let found = self.0.cache.read(self.0.opened_at);
        match &found {
            Ok(found) => {
                self.0.seen.set(self.0.opened_at);
                self.0.cached.set(self.0.opened_at);
                self.0.report.set(CacheReport {
                    kept: found.cases.len(),
                    left_out: found.left_out,
                });
            }
            Err(unfit) => self.0.rebuilt.set(Some(*unfit)),
        }
        found
    }

    /// Writes all cases into local storage, as far as there is room; the most wanted come first.
    pub fn rebuild_cases(&self, cases: &[CaseBytes]) -> CacheReport {
        let seen = self.0.seen.get();
        let report = self.0.cache.replace(cases, seen);
        self.0.cached.set(seen);
        self.0.report.set(report);
        report
    }

    /// Writes the cases that have changed since the last call, and removes those that are gone. To be called
    /// after each [`Store::commit`] and [`Store::news`] with all cases that they touched; `total` is
    /// the number of cases now.
    ///
    /// # Errors
    /// Where local storage is not as it was left: [`Store::rebuild_cases`].
    pub fn cache_cases(
        &self,
        changed: &[CaseBytes],
        removed: &[String],
        total: usize,
    ) -> Result<CacheReport, Unfit> {
        let (cached, seen) = (self.0.cached.get(), self.0.seen.get());
        let report = self.0.cache.update(changed, removed, total, cached, seen)?;
        self.0.cached.set(seen);
        self.0.report.set(report);
        Ok(report)
    }

    /// How the stores are.
    pub async fn health(&self) -> StoreHealth {
        health::examine(self.0.report.get(), self.0.rebuilt.get()).await
    }

    fn open(locked: Locked, vault: Unlocked, opened_at: u64) -> Self {
        let mut users = listed_users();
        if users.insert(vault.user().to_owned()) {
            list_users(&users);
        }
        health::ask_to_persist();
        let vault = Rc::new(vault);
        Self(Rc::new(Inner {
            journal: locked.unlocked(Rc::clone(&vault)),
            cache: Cache::new(LocalShelf::new(), Rc::clone(&vault)),
            vault,
            seen: Cell::new(0),
            cached: Cell::new(0),
            opened_at,
            report: Cell::default(),
            rebuilt: Cell::default(),
        }))
    }

    async fn load_since(&self, revision: u64) -> Result<Loaded, StoreError> {
        let loaded = self.0.journal.load_since(revision).await?;
        self.0.seen.set(loaded.revision);
        Ok(loaded)
    }
}

fn listed_users() -> BTreeSet<String> {
    let text = LocalShelf::new().get(USERS_KEY).unwrap_or_default();
    let names = text.split('/').filter(|name| !name.is_empty());
    gathered(names.map(name_from_key))
}

fn list_users(users: &BTreeSet<String>) {
    let names: Vec<_> = users.iter().map(|name| name_in_key(name)).collect();
    // Where there is no room the list of databases still tells who is here.
    let _ = LocalShelf::new().set(USERS_KEY, &names.join("/"));
}

/// A user's name as it stands in keys, which slashes divide.
fn name_in_key(name: &str) -> String {
    name.replace('%', "%25").replace('/', "%2F")
}

fn name_from_key(name: &str) -> String {
    name.replace("%2F", "/").replace("%25", "%")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_survive_being_part_of_a_key() {
        for name in ["chaoyang", "王小明", "a/b", "%2F", "a%/25", ""] {
            let key = name_in_key(name);
            assert!(!key.contains('/'), "{key}");
            assert_eq!(name_from_key(&key), name);
        }
    }
}
