//! The device's store of record: what lies where in a user's database, and sealed.
//!
//! | object store | value |
//! | --- | --- |
//! | `changes` | `{key: "device/sequence", sealed, revision}`, indexed by `revision` |
//! | `state`, `drafts` | `{key: name, sealed}` |
//! | `contents` | `{key: hash, sealed}`: the bytes of attachments |
//! | `plain` | under `wrap`, `revision`, `removed`: what must be readable without the passphrase |
//!
//! The *revision* counts the transactions that touched `changes`. By it a tab asks for what
//! others wrote, and local storage shows that it is behind.

use std::{collections::HashMap, rc::Rc};

use js_sys::{Array, Object, Uint8Array};
use shared::attachment::ContentHash;
use wasm_bindgen::prelude::*;
use web_sys::{IdbDatabase, IdbKeyRange, IdbObjectStore, IdbObjectStoreParameters, IdbRequest};

use super::{
    EntryKey, JournalEntry, StoreError,
    database::{Database, Missing, result_of, value_at},
    vault::{Unlocked, WrapRecord},
};

const VERSION: u32 = 2;
const CHANGES: &str = "changes";
const STATE: &str = "state";
const DRAFTS: &str = "drafts";
const CONTENTS: &str = "contents";
const PLAIN: &str = "plain";
const WRAP: &str = "wrap";
const REVISION: &str = "revision";
const REMOVED: &str = "removed";

/// Entries that are fetched at a time: enough to be quick, few enough not to hold two copies of a long journal.
const PAGE_ENTRIES: u32 = 10_000;

#[wasm_bindgen]
extern "C" {
    /// A value of the stores that are sealed.
    #[wasm_bindgen(extends = Object)]
    type Record;
    #[wasm_bindgen(method, getter)]
    fn key(this: &Record) -> JsValue;
    #[wasm_bindgen(method, setter)]
    fn set_key(this: &Record, key: &str);
    #[wasm_bindgen(method, getter)]
    fn sealed(this: &Record) -> JsValue;
    #[wasm_bindgen(method, setter)]
    fn set_sealed(this: &Record, sealed: &Uint8Array);
    #[wasm_bindgen(method, setter)]
    fn set_revision(this: &Record, revision: f64);
}

/// Entries as they were read.
#[derive(Debug, Default)]
pub struct Loaded {
    /// Those that open, in no particular order.
    pub entries: Vec<JournalEntry>,
    /// Those that do not: to be fetched from the server again.
    pub damaged: Vec<EntryKey>,
    /// Whether this is the whole journal, and what is not in it is gone.
    pub whole: bool,
    pub(super) revision: u64,
}

/// A user's database before the passphrase is known.
pub(super) struct Locked {
    database: Database,
}

impl Locked {
    /// Opens the database of a user.
    pub(super) async fn open(user: &str, missing: Missing) -> Result<Self, StoreError> {
        let database = Database::open(&database_name(user), VERSION, missing, upgrade).await?;
        Ok(Self { database })
    }

    /// The wrapped data key, and the journal's revision.
    pub(super) async fn wrap(&self) -> Result<(WrapRecord, u64), StoreError> {
        wrap_in(&self.database).await
    }

    /// Keeps the wrap of a new user; an existing one stays as it is. Whatever a user without a wrap
    /// has left was sealed with a key that is gone.
    pub(super) async fn put_first_wrap(&self, wrap: &WrapRecord) -> Result<(), StoreError> {
        let wrap = bytes(wrap.as_bytes());
        let added = self
            .database
            .write(
                &[CHANGES, STATE, DRAFTS, CONTENTS, PLAIN],
                async |transaction| {
                    let plain = transaction.object_store(PLAIN)?;
                    plain.add_with_key(&wrap, &WRAP.into())?;
                    for number in [REVISION, REMOVED] {
                        plain.delete(&number.into())?;
                    }
                    for store in [CHANGES, STATE, DRAFTS, CONTENTS] {
                        transaction.object_store(store)?.clear()?;
                    }
                    Ok(())
                },
            )
            .await;
        added.map_err(|error| match error {
            StoreError::Taken => StoreError::Exists,
            error => error,
        })
    }

    /// The journal, opened.
    pub(super) fn unlocked(self, vault: Rc<Unlocked>) -> Journal {
        Journal {
            database: self.database,
            vault,
        }
    }
}

/// A user's journal.
pub(super) struct Journal {
    database: Database,
    vault: Rc<Unlocked>,
}

/// What a transaction did.
pub(super) struct Written {
    /// The journal's revision after it.
    pub(super) after: u64,
    /// Whether it made that revision.
    pub(super) touched_entries: bool,
}

/// What is to be written together, sealed as it comes.
pub struct Batch {
    vault: Rc<Unlocked>,
    writes: Vec<Write>,
}

struct Write {
    store: &'static str,
    key: String,
    what: What,
}

enum What {
    Add(Vec<u8>),
    Put(Vec<u8>),
    Remove,
}

impl Batch {
    pub(super) fn new(vault: Rc<Unlocked>) -> Self {
        Self {
            vault,
            writes: Vec::new(),
        }
    }

    /// An entry that must be new: where another tab has taken its sequence number, nothing of the
    /// batch is written ([`StoreError::Taken`]).
    pub fn add(&mut self, entry: &JournalEntry) {
        self.entry(entry, What::Add);
    }

    /// An entry as it is now, whether or not it was there.
    pub fn put(&mut self, entry: &JournalEntry) {
        self.entry(entry, What::Put);
    }

    /// Removes an entry that this device may no longer hold.
    pub fn remove(&mut self, key: &EntryKey) {
        self.writes.push(Write {
            store: CHANGES,
            key: key.to_string(),
            what: What::Remove,
        });
    }

    /// Small state that belongs to the entries: a cursor, the device's id, the clock, the epoch.
    pub fn set_state(&mut self, name: &str, value: &[u8]) {
        self.value(STATE, name, value);
    }

    /// Removes small state, if it is there.
    pub fn remove_state(&mut self, name: &str) {
        self.removal(STATE, name);
    }

    /// The bytes of an attachment, by their hash.
    pub fn put_content(&mut self, hash: &ContentHash, bytes: &[u8]) {
        self.value(CONTENTS, &hash.to_string(), bytes);
    }

    /// Removes the bytes of an attachment, if they are there.
    pub fn remove_content(&mut self, hash: &ContentHash) {
        self.removal(CONTENTS, &hash.to_string());
    }

    /// What the officer has begun to write.
    pub fn put_draft(&mut self, name: &str, value: &[u8]) {
        self.value(DRAFTS, name, value);
    }

    /// Removes a draft, if it is there.
    pub fn remove_draft(&mut self, name: &str) {
        self.removal(DRAFTS, name);
    }

    /// Whether there is nothing to write.
    pub fn is_empty(&self) -> bool {
        self.writes.is_empty()
    }

    fn removal(&mut self, store: &'static str, name: &str) {
        self.writes.push(Write {
            store,
            key: name.to_owned(),
            what: What::Remove,
        });
    }

    fn entry(&mut self, entry: &JournalEntry, what: fn(Vec<u8>) -> What) {
        let key = entry.key.to_string();
        let sealed = self.vault.seal(&context(CHANGES, &key), &entry.encode());
        self.writes.push(Write {
            store: CHANGES,
            key,
            what: what(sealed),
        });
    }

    fn value(&mut self, store: &'static str, name: &str, value: &[u8]) {
        let sealed = self.vault.seal(&context(store, name), value);
        self.writes.push(Write {
            store,
            key: name.to_owned(),
            what: What::Put(sealed),
        });
    }
}

impl Journal {
    /// Writes a batch in one durable transaction.
    pub(super) async fn commit(&self, batch: &Batch) -> Result<Written, StoreError> {
        self.database
            .write(
                &[CHANGES, STATE, DRAFTS, CONTENTS, PLAIN],
                async |transaction| {
                    let plain = transaction.object_store(PLAIN)?;
                    let before = number_at(&plain, REVISION).await?;
                    let mut changes = batch
                        .writes
                        .iter()
                        .filter(|write| write.store == CHANGES)
                        .peekable();
                    let touched_entries = changes.peek().is_some();
                    let revision = before + u64::from(touched_entries);
                    if touched_entries {
                        plain.put_with_key(&number(revision), &REVISION.into())?;
                    }
                    if changes.any(|write| matches!(write.what, What::Remove)) {
                        plain.put_with_key(&number(revision), &REMOVED.into())?;
                    }
                    for write in &batch.writes {
                        write.send(&transaction.object_store(write.store)?, revision)?;
                    }
                    Ok(Written {
                        after: revision,
                        touched_entries,
                    })
                },
            )
            .await
    }

    /// The data key as the passphrase opens it.
    pub(super) async fn wrap(&self) -> Result<WrapRecord, StoreError> {
        Ok(wrap_in(&self.database).await?.0)
    }

    /// Keeps another wrap of the same data key.
    pub(super) async fn put_wrap(&self, wrap: &WrapRecord) -> Result<(), StoreError> {
        let wrap = bytes(wrap.as_bytes());
        self.database
            .write(&[PLAIN], async |transaction| {
                transaction
                    .object_store(PLAIN)?
                    .put_with_key(&wrap, &WRAP.into())
                    .map(drop)
            })
            .await
    }

    /// The entries written after this revision; the whole journal where some were removed since.
    pub(super) async fn load_since(&self, known: u64) -> Result<Loaded, StoreError> {
        self.database
            .read(&[CHANGES, PLAIN], async |transaction| {
                let plain = transaction.object_store(PLAIN)?;
                let revision = number_at(&plain, REVISION).await?;
                let whole = known == 0 || number_at(&plain, REMOVED).await? > known;
                let mut loaded = Loaded {
                    whole,
                    revision,
                    ..Loaded::default()
                };
                let changes = transaction.object_store(CHANGES)?;
                if whole {
                    self.load_whole(&changes, &mut loaded).await?;
                } else if revision > known {
                    let range = IdbKeyRange::lower_bound_with_open(&number(known), true)?;
                    let later = changes.index(REVISION)?.get_all_with_key(&range);
                    self.open_all(records(later).await?, &mut loaded);
                }
                Ok(loaded)
            })
            .await
    }

    async fn load_whole(
        &self,
        changes: &IdbObjectStore,
        loaded: &mut Loaded,
    ) -> Result<(), JsValue> {
        let mut range = JsValue::UNDEFINED;
        loop {
            let page = changes.get_all_with_key_and_limit(&range, PAGE_ENTRIES);
            let page: Vec<Record> = records(page).await?.collect();
            let Some(last) = page.last() else {
                return Ok(());
            };
            range = IdbKeyRange::lower_bound_with_open(&last.key(), true)?.into();
            self.open_all(page.into_iter(), loaded);
        }
    }

    fn open_all(&self, records: impl Iterator<Item = Record>, loaded: &mut Loaded) {
        for record in records {
            let Some(name) = record.key().as_string() else {
                continue;
            };
            let Some(key) = EntryKey::parse(&name) else {
                continue;
            };
            let opened = record.open(&self.vault, CHANGES, &name);
            match opened.and_then(|bytes| JournalEntry::decode(&key, &bytes)) {
                Some(entry) => loaded.entries.push(entry),
                None => loaded.damaged.push(key),
            }
        }
    }

    /// All small state.
    pub(super) async fn state(&self) -> Result<HashMap<String, Vec<u8>>, StoreError> {
        self.named(STATE).await
    }

    /// The bytes of an attachment; none where they are not here, or do not open.
    pub(super) async fn content(&self, hash: &ContentHash) -> Result<Option<Vec<u8>>, StoreError> {
        let name = hash.to_string();
        self.database
            .read(&[CONTENTS], async |transaction| {
                let found = value_at(&transaction.object_store(CONTENTS)?, &name).await?;
                let record: Option<Record> = found.is_object().then(|| found.unchecked_into());
                Ok(record.and_then(|record| record.open(&self.vault, CONTENTS, &name)))
            })
            .await
    }

    /// Which contents are here.
    pub(super) async fn content_hashes(&self) -> Result<Vec<ContentHash>, StoreError> {
        self.database
            .read(&[CONTENTS], async |transaction| {
                let keys = transaction.object_store(CONTENTS)?.get_all_keys();
                let keys: Array = result_of(keys).await?.unchecked_into();
                let hashes = keys.iter().filter_map(|key| key.as_string()?.parse().ok());
                Ok(hashes.collect())
            })
            .await
    }

    /// All drafts.
    pub(super) async fn drafts(&self) -> Result<HashMap<String, Vec<u8>>, StoreError> {
        self.named(DRAFTS).await
    }

    /// The values of a store that open. One that does not is as good as absent: its owner begins anew.
    async fn named(&self, store: &'static str) -> Result<HashMap<String, Vec<u8>>, StoreError> {
        self.database
            .read(&[store], async |transaction| {
                let open = |record: Record| {
                    let name = record.key().as_string()?;
                    let value = record.open(&self.vault, store, &name)?;
                    Some((name, value))
                };
                let all = records(transaction.object_store(store)?.get_all()).await?;
                Ok(all.filter_map(open).collect())
            })
            .await
    }
}

impl Record {
    /// What is sealed in it, if it is whole and in its place.
    fn open(&self, vault: &Unlocked, store: &str, name: &str) -> Option<Vec<u8>> {
        let sealed: Uint8Array = self.sealed().dyn_into().ok()?;
        vault.open(&context(store, name), &sealed.to_vec()).ok()
    }
}

impl Write {
    fn send(&self, store: &IdbObjectStore, revision: u64) -> Result<(), JsValue> {
        let record = |sealed: &[u8]| {
            let record = Object::new().unchecked_into::<Record>();
            record.set_key(&self.key);
            record.set_sealed(&bytes(sealed));
            if self.store == CHANGES {
                record.set_revision(to_double(revision));
            }
            record
        };
        match &self.what {
            What::Add(sealed) => store.add(&record(sealed)),
            What::Put(sealed) => store.put(&record(sealed)),
            What::Remove => store.delete(&self.key.as_str().into()),
        }
        .map(drop)
    }
}

async fn wrap_in(database: &Database) -> Result<(WrapRecord, u64), StoreError> {
    let (wrap, revision) = database
        .read(&[PLAIN], async |transaction| {
            let plain = transaction.object_store(PLAIN)?;
            Ok((
                value_at(&plain, WRAP).await?,
                number_at(&plain, REVISION).await?,
            ))
        })
        .await?;
    // A database without a wrap is one whose making was cut short: nothing is in it.
    let wrap: Uint8Array = wrap.dyn_into().map_err(|_| StoreError::Absent)?;
    let wrap = WrapRecord::from_bytes(&wrap.to_vec()).map_err(|_| StoreError::Damaged)?;
    Ok((wrap, revision))
}

/// The name of a user's database.
pub(super) fn database_name(user: &str) -> String {
    format!("{DATABASE_PREFIX}{}", super::name_in_key(user))
}

/// What the names of users' databases begin with.
pub(super) const DATABASE_PREFIX: &str = "aftercheck/";

fn upgrade(database: &IdbDatabase, found: u32) -> Result<(), JsValue> {
    if found < 1 {
        let create = |store| database.create_object_store_with_optional_parameters(store, &keyed());
        create(CHANGES)?.create_index_with_str(REVISION, REVISION)?;
        create(STATE)?;
        create(DRAFTS)?;
        database.create_object_store(PLAIN)?;
    }
    if found < 2 {
        database.create_object_store_with_optional_parameters(CONTENTS, &keyed())?;
    }
    Ok(())
}

/// Records carry their own key.
fn keyed() -> IdbObjectStoreParameters {
    let keyed = IdbObjectStoreParameters::new();
    keyed.set_key_path(&"key".into());
    keyed
}

fn context(store: &str, key: &str) -> String {
    format!("{store}/{key}")
}

fn bytes(bytes: &[u8]) -> Uint8Array {
    Uint8Array::from(bytes)
}

async fn records(
    request: Result<IdbRequest, JsValue>,
) -> Result<impl Iterator<Item = Record>, JsValue> {
    let records: Array = result_of(request).await?.unchecked_into();
    Ok((0..records.length()).map(move |index| records.get(index).unchecked_into()))
}

fn number(number: u64) -> JsValue {
    JsValue::from_f64(to_double(number))
}

#[expect(clippy::cast_precision_loss, reason = "a revision never reaches 2^53")]
fn to_double(number: u64) -> f64 {
    number as f64
}

async fn number_at(store: &IdbObjectStore, key: &str) -> Result<u64, JsValue> {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "only whole numbers are written here"
    )]
    Ok(value_at(store, key)
        .await?
        .as_f64()
        .map_or(0, |number| number as u64))
}
