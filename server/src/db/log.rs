//! The append-only log, the feeds that are derived from it, and the review tray.

use std::collections::BTreeSet;

use data_encoding::BASE64URL_NOPAD;
use hmac::{Hmac, KeyInit, Mac};
use rusqlite::{OptionalExtension, Row, Transaction};
use sha2::Sha256;
use shared::{
    change::{ChainLink, Change, Digest, Subject},
    mutation::mutated,
    sync::{
        Scope,
        wire::{Receipt, RefusalReason, ReviewRow},
    },
};

use super::{Database, Error, RECEIPT_KEY, fact, stored};

/// The receipt's length in bytes before encoding.
const RECEIPT_BYTES: usize = 16;

/// The log at `position` does not follow from what is before it.
#[derive(Debug, PartialEq, Eq)]
pub struct BrokenChain {
    /// Where.
    pub position: i64,
}

/// Signs receipts.
pub(super) struct Receipts(Vec<u8>);

impl Receipts {
    pub(super) fn load(transaction: &Transaction<'_>) -> Result<Self, Error> {
        fact(transaction, RECEIPT_KEY)?
            .map(Self)
            .ok_or(Error::Damaged("no receipt key"))
    }

    pub(super) fn sign(&self, canonical_bytes: &[u8]) -> Receipt {
        let mut mac =
            Hmac::<Sha256>::new_from_slice(&self.0).expect("HMAC takes keys of any length");
        mac.update(canonical_bytes);
        Receipt(BASE64URL_NOPAD.encode(&mac.finalize().into_bytes()[..RECEIPT_BYTES]))
    }
}

/// The position and link that the next change follows.
struct Head {
    position: i64,
    chain: ChainLink,
    digest: Digest,
}

fn head(transaction: &Transaction<'_>) -> Result<Head, Error> {
    let mut statement = transaction.prepare_cached(
        "SELECT position, chain, digest FROM changes ORDER BY position DESC LIMIT 1",
    )?;
    let head = statement
        .query_row([], |row| {
            Ok(Head {
                position: row.get(0)?,
                chain: ChainLink(row.get(1)?),
                digest: digest(row, 2)?,
            })
        })
        .optional()?;
    Ok(head.unwrap_or(Head {
        position: 0,
        chain: ChainLink::default(),
        digest: Digest::default(),
    }))
}

pub(super) fn digest(row: &Row<'_>, column: usize) -> rusqlite::Result<Digest> {
    row.get(column).map(Digest::from_bytes)
}

/// Appends a change and gives it to every scope that sees its subject; says which feeds grew.
pub(super) fn append(
    transaction: &Transaction<'_>,
    change: &Change,
    seeing: &BTreeSet<Scope>,
    now_milliseconds: u64,
) -> Result<BTreeSet<Scope>, Error> {
    let bytes = change.canonical_bytes();
    let fingerprint = Digest::of(&bytes);
    let head = head(transaction)?;
    let position = head.position + 1;
    let mut statement = transaction.prepare_cached(
        "INSERT INTO changes VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
    )?;
    statement.execute((
        position,
        change.id.device.as_str(),
        stored(change.id.sequence),
        change.subject.as_str(),
        change.clock.to_string(),
        &change.author,
        change.schema,
        change.body.get(),
        stored(now_milliseconds),
        if mutated("chain-not-linked") {
            ChainLink::default().next(&bytes).0
        } else {
            head.chain.next(&bytes).0
        },
        head.digest.toggled(fingerprint).as_bytes(),
    ))?;
    let mut touched = see(
        transaction,
        &change.subject,
        seeing,
        Some((position, fingerprint)),
    )?;
    touched.insert(Scope::All);
    Ok(touched)
}

/// Makes exactly these scopes see a subject. Those that saw it before are given `newest`, if there
/// is one; those that see it from now on, its whole history; from the others it is taken back.
pub(super) fn see(
    transaction: &Transaction<'_>,
    subject: &Subject,
    seeing: &BTreeSet<Scope>,
    newest: Option<(i64, Digest)>,
) -> Result<BTreeSet<Scope>, Error> {
    let before = sight(transaction, subject)?;
    let mut touched: BTreeSet<Scope> = before.symmetric_difference(seeing).cloned().collect();
    if newest.is_some() {
        for scope in seeing.intersection(&before) {
            put(transaction, scope, newest, None)?;
            touched.insert(scope.clone());
        }
    }
    for scope in seeing.difference(&before) {
        transaction
            .prepare_cached("INSERT INTO sight VALUES (?1, ?2)")?
            .execute((subject.as_str(), scope.to_string()))?;
        for entry in history(transaction, subject)? {
            put(transaction, scope, Some(entry), None)?;
        }
    }
    for scope in before.difference(seeing) {
        transaction
            .prepare_cached("DELETE FROM sight WHERE subject = ?1 AND scope = ?2")?
            .execute((subject.as_str(), scope.to_string()))?;
        let given = history(transaction, subject)?
            .into_iter()
            .filter(|(position, _)| newest.is_none_or(|(newest, _)| *position < newest))
            .fold(Digest::default(), |sum, (_, fingerprint)| {
                sum.toggled(fingerprint)
            });
        if !mutated("revocation-not-sent") {
            put(transaction, scope, None, Some((subject, given)))?;
        }
    }
    Ok(touched)
}

/// Makes this scope see a subject beside those that see it already; says whether it did not.
pub(super) fn also_see(
    transaction: &Transaction<'_>,
    subject: &Subject,
    scope: &Scope,
) -> Result<bool, Error> {
    let mut seeing = sight(transaction, subject)?;
    let is_new = seeing.insert(scope.clone());
    if is_new {
        see(transaction, subject, &seeing, None)?;
    }
    Ok(is_new)
}

pub(super) fn sight(
    transaction: &Transaction<'_>,
    subject: &Subject,
) -> Result<BTreeSet<Scope>, Error> {
    let mut statement = transaction.prepare_cached("SELECT scope FROM sight WHERE subject = ?1")?;
    let rows = statement.query_map([subject.as_str()], |row| row.get::<_, String>(0))?;
    rows.map(|scope| {
        scope?
            .parse()
            .map_err(|_| Error::Damaged("a scope in sight"))
    })
    .collect()
}

/// The subjects that a scope sees now.
pub(super) fn seen_by(transaction: &Transaction<'_>, scope: &Scope) -> Result<Vec<Subject>, Error> {
    let mut statement = transaction.prepare_cached("SELECT subject FROM sight WHERE scope = ?1")?;
    let rows = statement.query_map([scope.to_string()], |row| row.get::<_, String>(0))?;
    rows.map(|subject| {
        subject?
            .parse()
            .map_err(|_| Error::Damaged("a subject in sight"))
    })
    .collect()
}

/// Positions and fingerprints of all changes of a subject.
fn history(transaction: &Transaction<'_>, subject: &Subject) -> Result<Vec<(i64, Digest)>, Error> {
    let positioned = |row: &Row<'_>| Ok((row.get(0)?, change(row, 1)?));
    let mut statement = transaction.prepare_cached(
        "SELECT position, device, sequence, subject, clock, author, schema, body
         FROM changes WHERE subject = ?1 ORDER BY position",
    )?;
    let rows = statement.query_map([subject.as_str()], positioned)?;
    rows.map(|row| {
        let (position, change): (i64, Change) = row?;
        Ok((position, change.fingerprint()))
    })
    .collect()
}

fn put(
    transaction: &Transaction<'_>,
    scope: &Scope,
    given: Option<(i64, Digest)>,
    revoked: Option<(&Subject, Digest)>,
) -> Result<(), Error> {
    let (number, held) = feed_head(transaction, scope)?;
    let toggled = given
        .map(|(_, fingerprint)| fingerprint)
        .or(revoked.map(|(_, held)| held));
    let digest = held.toggled(toggled.unwrap_or_default());
    transaction
        .prepare_cached("INSERT INTO feed VALUES (?1, ?2, ?3, ?4, ?5, ?6)")?
        .execute((
            scope.to_string(),
            number + 1,
            given.map(|(position, _)| position),
            revoked.map(|(subject, _)| subject.as_str()),
            revoked.map(|(_, held)| *held.as_bytes()),
            digest.as_bytes(),
        ))?;
    Ok(())
}

/// The number of a scope's last item, and the digest of all up to it.
pub(super) fn feed_head(
    transaction: &Transaction<'_>,
    scope: &Scope,
) -> Result<(i64, Digest), Error> {
    if *scope == Scope::All {
        let head = head(transaction)?;
        return Ok((head.position, head.digest));
    }
    let mut statement = transaction.prepare_cached(
        "SELECT number, digest FROM feed WHERE scope = ?1 ORDER BY number DESC LIMIT 1",
    )?;
    let head = statement
        .query_row([scope.to_string()], |row| {
            Ok((row.get(0)?, digest(row, 1)?))
        })
        .optional()?;
    Ok(head.unwrap_or((0, Digest::default())))
}

/// The digest of a scope's feed up to an item; none where there is no such item.
pub(super) fn digest_at(
    transaction: &Transaction<'_>,
    scope: &Scope,
    number: i64,
) -> Result<Option<Digest>, Error> {
    if number == 0 {
        return Ok(Some(Digest::default()));
    }
    let found = if *scope == Scope::All {
        transaction
            .prepare_cached("SELECT digest FROM changes WHERE position = ?1")?
            .query_row([number], |row| digest(row, 0))
    } else {
        transaction
            .prepare_cached("SELECT digest FROM feed WHERE scope = ?1 AND number = ?2")?
            .query_row((scope.to_string(), number), |row| digest(row, 0))
    };
    Ok(found.optional()?)
}

/// A change from the columns `device, sequence, subject, clock, author, schema, body`, the first of
/// them at `first`.
pub(super) fn change(row: &Row<'_>, first: usize) -> rusqlite::Result<Change> {
    let unfit = |column: usize| {
        move |error: Box<dyn std::error::Error + Send + Sync>| {
            rusqlite::Error::FromSqlConversionFailure(column, rusqlite::types::Type::Text, error)
        }
    };
    let text = |column: usize| {
        row.get_ref(column)?
            .as_str()
            .map_err(|error| unfit(column)(error.into()))
    };
    let sequence: i64 = row.get(first + 1)?;
    let body: String = row.get(first + 6)?;
    Ok(Change {
        id: shared::change::ChangeId {
            device: text(first)?
                .parse()
                .map_err(|error| unfit(first)(Box::new(error)))?,
            sequence: sequence.unsigned_abs(),
        },
        subject: text(first + 2)?
            .parse()
            .map_err(|error| unfit(first + 2)(Box::new(error)))?,
        clock: text(first + 3)?
            .parse()
            .map_err(|error| unfit(first + 3)(Box::new(error)))?,
        author: row.get(first + 4)?,
        schema: row.get(first + 5)?,
        body: serde_json::value::RawValue::from_string(body)
            .map_err(|error| unfit(first + 6)(Box::new(error)))?,
    })
}

/// All changes of a subject.
pub(super) fn changes_of(
    transaction: &Transaction<'_>,
    subject: &Subject,
) -> Result<Vec<Change>, Error> {
    let mut statement = transaction.prepare_cached(
        "SELECT device, sequence, subject, clock, author, schema, body
         FROM changes WHERE subject = ?1 ORDER BY position",
    )?;
    let rows = statement.query_map([subject.as_str()], |row| change(row, 0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Every subject of a kind that the log has, in the order of their keys.
pub(super) fn subjects(transaction: &Transaction<'_>, kind: &str) -> Result<Vec<Subject>, Error> {
    // After the slash comes `0`.
    let mut statement = transaction.prepare_cached(
        "SELECT DISTINCT subject FROM changes
         WHERE subject > ?1 || '/' AND subject < ?1 || '0' ORDER BY subject",
    )?;
    let rows = statement.query_map([kind], |row| row.get::<_, String>(0))?;
    rows.map(|subject| {
        subject?
            .parse()
            .map_err(|_| Error::Damaged("a subject in the log"))
    })
    .collect()
}

/// Puts a change into the review tray.
pub(super) fn put_aside(
    transaction: &Transaction<'_>,
    change: &Change,
    author: &str,
    reason: RefusalReason,
    now_milliseconds: u64,
) -> Result<(), Error> {
    let text = String::from_utf8(change.canonical_bytes()).expect("JSON is UTF-8");
    transaction
        .prepare_cached(
            "INSERT INTO review (device, sequence, author, subject, reason, change, received_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        )?
        .execute((
            change.id.device.as_str(),
            stored(change.id.sequence),
            author,
            change.subject.as_str(),
            reason_text(reason)?,
            text,
            stored(now_milliseconds),
        ))?;
    Ok(())
}

fn reason_text(reason: RefusalReason) -> Result<String, Error> {
    match serde_json::to_value(reason) {
        Ok(serde_json::Value::String(text)) => Ok(text),
        _ => Err(Error::Damaged("a refusal reason without a name")),
    }
}

impl Database {
    /// The changes that were not taken: a user's own, or all of them.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn review(&self, author: Option<&str>) -> Result<Vec<ReviewRow>, Error> {
        self.read(|transaction| {
            let mut statement = transaction.prepare_cached(
                "SELECT number, reason, change, received_at, author FROM review
                 WHERE ?1 IS NULL OR author = ?1 ORDER BY number",
            )?;
            let rows = statement.query_map([author], |row| {
                Ok((
                    row.get(0)?,
                    row.get::<_, String>(1)?,
                    row.get::<_, String>(2)?,
                    row.get(3)?,
                    row.get(4)?,
                ))
            })?;
            rows.map(|row| {
                let (number, reason, change, received_milliseconds, sent_by) = row?;
                let reason = serde_json::from_value(reason.into());
                let change = serde_json::from_str(&change);
                let (Ok(reason), Ok(change)) = (reason, change) else {
                    return Err(Error::Damaged("a row of the review tray"));
                };
                Ok(ReviewRow {
                    number,
                    reason,
                    change,
                    received_milliseconds,
                    sent_by,
                })
            })
            .collect()
        })
    }

    /// Walks the whole log and checks that each link follows from the one before it.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn verify_chain(&self) -> Result<Result<i64, BrokenChain>, Error> {
        self.read(|transaction| {
            let mut statement = transaction.prepare(
                "SELECT position, device, sequence, subject, clock, author, schema, body, chain
                 FROM changes ORDER BY position",
            )?;
            let mut rows = statement.query([])?;
            let (mut last, mut count) = (ChainLink::default(), 0);
            while let Some(row) = rows.next()? {
                let position: i64 = row.get(0)?;
                let next = last.next(&change(row, 1)?.canonical_bytes());
                count += 1;
                if position != count || next.0 != row.get::<_, [u8; 32]>(8)? {
                    return Ok(Err(BrokenChain { position }));
                }
                last = next;
            }
            Ok(Ok(count))
        })
    }
}
