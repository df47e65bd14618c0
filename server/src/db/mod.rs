//! The one data file. SQL stands in this module only, and every function is a whole transaction.

mod accounts;
mod announcements;
mod cases;
#[cfg(feature = "mutations")]
pub mod chance;
mod contents;
mod devices;
mod exchange;
mod history;
mod intake;
mod ledger;
mod log;
mod numbers;
mod prepared;
mod writing;

use std::{
    path::{Path, PathBuf},
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use rusqlite::{
    Connection, OpenFlags, OptionalExtension, Transaction, TransactionBehavior, config::DbConfig,
};
use shared::change::Epoch;
#[cfg(feature = "mutations")]
use shared::mutation::mutated;

use self::prepared::Receipts;

pub use accounts::{INVITATION_MILLISECONDS, SESSION_MILLISECONDS};
pub use contents::NamedContent;
pub use devices::AtDevice;
pub use exchange::Exchanged;
pub use intake::{Arriving, Refused, Taken, TakenIn};
pub use log::BrokenChain;

/// The data file's name within the data directory.
pub const FILE_NAME: &str = "aftercheck.sqlite3";

/// Each brings the schema one version further; `user_version` counts them.
const MIGRATIONS: [&str; 3] = [
    include_str!("schema.sql"),
    include_str!("attachments.sql"),
    include_str!("desks.sql"),
];

/// Connections that only read: pulls do not wait for a push.
const READERS: usize = 3;
/// How much of the data file the writer keeps at hand, in KiB: the upper pages of every index.
const WRITER_CACHE_KIB: i32 = 8 * 1024;
/// After how many pages the write-ahead log is folded into the data file, which then has grown to
/// 64 MiB: a page that many commits write goes there once.
const CHECKPOINT_PAGES: i32 = 16_000;
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);

/// Why the database did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// SQLite reports an error; nothing of the transaction was kept.
    #[error("database: {0}")]
    Sqlite(#[from] rusqlite::Error),
    /// The file was written by a later version.
    #[error(
        "the data file has schema {found}, this version knows up to {known}: use the newer version"
    )]
    LaterSchema {
        /// The file's.
        found: usize,
        /// This program's.
        known: usize,
    },
    /// A row holds what no version wrote.
    #[error("the data file is damaged: {0}")]
    Damaged(&'static str),
    /// No randomness could be had.
    #[error("the operating system gives no random numbers: {0}")]
    Random(#[from] getrandom::Error),
    /// The device is somebody else's.
    #[error("the device belongs to another account")]
    DeviceOfOther,
    /// The account's name is taken.
    #[error("the account exists")]
    AccountExists,
    /// There is no such account.
    #[error("there is no such account")]
    NoAccount,
    /// Nobody would be left who keeps accounts.
    #[error("it is the last administrator")]
    LastAdministrator,
    /// The device was ended, or its account disabled: what it holds must go.
    #[error("the device was ended")]
    DeviceRevoked,
    /// The one-time link was used, is too old, or never was.
    #[error("the link is not valid any more")]
    LinkInvalid,
}

/// The database: one connection that writes, a few that read.
#[derive(Debug)]
pub struct Database {
    directory: PathBuf,
    receipts: Receipts,
    readers: [Mutex<Connection>; READERS],
    /// Closed last: only then SQLite folds the write-ahead log into the data file.
    writer: Mutex<Connection>,
}

impl Database {
    /// Opens the data file in this directory, making or upgrading it where needed.
    ///
    /// # Errors
    /// Where the file cannot be opened, or was written by a later version.
    pub fn open(directory: &Path) -> Result<Self, Error> {
        let path = directory.join(FILE_NAME);
        let mut writer = Connection::open(&path)?;
        configure(&writer)?;
        // WAL with FULL: a commit is on disk before anybody is told of it.
        writer.pragma_update(None, "journal_mode", "WAL")?;
        writer.pragma_update(None, "synchronous", "FULL")?;
        writer.pragma_update(None, "cache_size", -WRITER_CACHE_KIB)?;
        writer.pragma_update(None, "wal_autocheckpoint", CHECKPOINT_PAGES)?;
        migrate(&mut writer)?;
        let receipts = Receipts::load(&writer.transaction()?)?;
        let reader = || -> Result<_, Error> {
            let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
            let connection = Connection::open_with_flags(&path, flags)?;
            configure(&connection)?;
            Ok(Mutex::new(connection))
        };
        Ok(Self {
            directory: directory.to_owned(),
            receipts,
            writer: Mutex::new(writer),
            readers: [reader()?, reader()?, reader()?],
        })
    }

    /// The directory that it was opened in.
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// Runs a transaction that writes.
    fn write<T>(
        &self,
        work: impl FnOnce(&Transaction<'_>) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let mut connection = lock(&self.writer);
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let result = work(&transaction)?;
        #[cfg(feature = "mutations")]
        {
            let room = chance::room();
            if room.is_err() && mutated("full-disk-ignored") {
                return Ok(result);
            }
            room?;
            // What a power cut leaves of a transaction that nobody waited for.
            if mutated("acknowledged-before-commit") && chance::fires() {
                return Ok(result);
            }
        }
        transaction.commit()?;
        Ok(result)
    }

    /// Runs a transaction that only reads, on the first connection that is free.
    fn read<T>(&self, work: impl FnOnce(&Transaction<'_>) -> Result<T, Error>) -> Result<T, Error> {
        let mut connection = self
            .readers
            .iter()
            .find_map(|reader| reader.try_lock().ok())
            .unwrap_or_else(|| lock(&self.readers[0]));
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Deferred)?;
        work(&transaction)
    }
}

/// A panic elsewhere leaves the connection usable: its transaction was rolled back.
fn lock(connection: &Mutex<Connection>) -> MutexGuard<'_, Connection> {
    connection.lock().unwrap_or_else(PoisonError::into_inner)
}

fn configure(connection: &Connection) -> Result<(), Error> {
    connection.busy_timeout(BUSY_TIMEOUT)?;
    connection.pragma_update(None, "foreign_keys", true)?;
    // Statements are planned once: otherwise some are for each value that is bound to them.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    connection.set_prepared_statement_cache_capacity(64);
    Ok(())
}

fn migrate(connection: &mut Connection) -> Result<(), Error> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let found: u32 = transaction.pragma_query_value(None, "user_version", |row| row.get(0))?;
    let (found, known) = (found as usize, MIGRATIONS.len());
    if found > known {
        return Err(Error::LaterSchema { found, known });
    }
    for migration in &MIGRATIONS[found..] {
        transaction.execute_batch(migration)?;
    }
    transaction.pragma_update(
        None,
        "user_version",
        u32::try_from(known).unwrap_or(u32::MAX),
    )?;
    if fact(&transaction, EPOCH)?.is_none() {
        set_fact(&transaction, EPOCH, new_epoch()?.as_str().as_bytes())?;
        set_fact(&transaction, RECEIPT_KEY, &random::<32>()?)?;
    }
    transaction.commit()?;
    Ok(())
}

const EPOCH: &str = "epoch";
const RECEIPT_KEY: &str = "receipt_key";

fn fact(transaction: &Transaction<'_>, name: &str) -> Result<Option<Vec<u8>>, Error> {
    let mut statement = transaction.prepare_cached("SELECT value FROM facts WHERE name = ?1")?;
    Ok(statement.query_row([name], |row| row.get(0)).optional()?)
}

fn set_fact(transaction: &Transaction<'_>, name: &str, value: &[u8]) -> Result<(), Error> {
    let mut statement = transaction
        .prepare_cached("INSERT INTO facts VALUES (?1, ?2) ON CONFLICT DO UPDATE SET value = ?2")?;
    statement.execute((name, value))?;
    Ok(())
}

fn epoch(transaction: &Transaction<'_>) -> Result<Epoch, Error> {
    let value = fact(transaction, EPOCH)?.ok_or(Error::Damaged("no epoch"))?;
    let text = std::str::from_utf8(&value).map_err(|_| Error::Damaged("the epoch is no text"))?;
    Ok(Epoch::from_text(text))
}

fn new_epoch() -> Result<Epoch, Error> {
    Ok(Epoch::from_random(random()?))
}

/// Random bytes from the operating system.
///
/// # Errors
/// Where it has none.
pub fn random<const N: usize>() -> Result<[u8; N], Error> {
    #[cfg(feature = "mutations")]
    if let Some(bytes) = chance::bytes() {
        return Ok(bytes);
    }
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes)?;
    Ok(bytes)
}

/// Milliseconds as SQLite keeps them.
fn stored(milliseconds: u64) -> i64 {
    i64::try_from(milliseconds).unwrap_or(i64::MAX)
}
