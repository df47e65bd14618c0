//! What the append-only log says, and the feeds that are derived from it; and the review tray.

use std::collections::BTreeSet;

use rusqlite::{OptionalExtension, Row, Transaction};
use shared::{
    change::{ChainLink, Change, ChangeId, DeviceId, Digest, Subject},
    sync::{
        Scope,
        wire::{RefusalReason, ReviewRow},
    },
};

use super::{Database, Error, stored};

/// The log at `position` does not follow from what is before it.
#[derive(Debug, PartialEq, Eq)]
pub struct BrokenChain {
    /// Where.
    pub position: i64,
}

/// The position and link that the next change follows.
pub(super) struct Head {
    pub(super) position: i64,
    pub(super) chain: ChainLink,
    pub(super) digest: Digest,
}

pub(super) fn head(transaction: &Transaction<'_>) -> Result<Head, Error> {
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

/// The scopes beside [`Scope::All`] that see a subject now.
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

/// All changes of a subject, each with its position.
pub(super) fn placed(
    transaction: &Transaction<'_>,
    subject: &Subject,
) -> Result<Vec<(i64, Change)>, Error> {
    let mut statement = transaction.prepare_cached(
        "SELECT position, device, sequence, subject, clock, author, schema, body
         FROM changes WHERE subject = ?1 ORDER BY position",
    )?;
    let placed = |row: &Row<'_>| Ok((row.get(0)?, change(row, 1)?));
    let rows = statement.query_map([subject.as_str()], placed)?;
    Ok(rows.collect::<Result<_, _>>()?)
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
        id: ChangeId {
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
    let placed = placed(transaction, subject)?;
    Ok(placed.into_iter().map(|(_, change)| change).collect())
}

pub(super) fn change_by_id(
    transaction: &Transaction<'_>,
    id: &ChangeId,
) -> Result<Option<Change>, Error> {
    Ok(transaction
        .prepare_cached(
            "SELECT device, sequence, subject, clock, author, schema, body
             FROM changes WHERE device = ?1 AND sequence = ?2",
        )?
        .query_row((id.device.as_str(), stored(id.sequence)), |row| {
            change(row, 0)
        })
        .optional()?)
}

/// Which of a device's changes between these two, both included, the log has.
pub(super) fn sequences(
    transaction: &Transaction<'_>,
    device: &DeviceId,
    first: u64,
    last: u64,
) -> Result<BTreeSet<u64>, Error> {
    let mut statement = transaction.prepare_cached(
        "SELECT sequence FROM changes WHERE device = ?1 AND sequence BETWEEN ?2 AND ?3",
    )?;
    let span = (device.as_str(), stored(first), stored(last));
    let rows = statement.query_map(span, |row| row.get::<_, i64>(0))?;
    Ok(rows
        .map(|sequence| sequence.map(i64::unsigned_abs))
        .collect::<Result<_, _>>()?)
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

/// Why this very change went to the review tray, whatever its stamp was then, if it did.
pub(super) fn refused_before(
    transaction: &Transaction<'_>,
    change: &Change,
) -> Result<Option<RefusalReason>, Error> {
    let mut statement = transaction.prepare_cached(
        "SELECT reason, change FROM review WHERE device = ?1 AND sequence = ?2 ORDER BY number",
    )?;
    let mut rows = statement.query((change.id.device.as_str(), stored(change.id.sequence)))?;
    while let Some(row) = rows.next()? {
        let (reason, text): (String, String) = (row.get(0)?, row.get(1)?);
        let known: Change =
            serde_json::from_str(&text).map_err(|_| Error::Damaged("a change in the tray"))?;
        if known.is_same_deed(change) {
            let reason = serde_json::from_value(reason.into());
            return Ok(Some(reason.unwrap_or(RefusalReason::Other)));
        }
    }
    Ok(None)
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
