//! Which contents the cases name, who sees them, and which of them are here.

use rusqlite::{OptionalExtension, Transaction};
use shared::{
    attachment::{Attachment, ContentHash, MediaType},
    change::Subject,
    sync::Scope,
};

use super::{Database, Error, stored};

/// A content that some case of a scope names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NamedContent {
    /// What the log says it is.
    pub media_type: MediaType,
    /// How many bytes it has, by the log.
    pub byte_size: u64,
    /// Whether its bytes are here.
    pub complete: bool,
}

impl Database {
    /// A content, if a case that the scope sees now names it.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn content(
        &self,
        scope: &Scope,
        hash: &ContentHash,
    ) -> Result<Option<NamedContent>, Error> {
        self.read(|transaction| {
            let sql = if *scope == Scope::All {
                "SELECT media_type, byte_size, EXISTS (SELECT 1 FROM contents WHERE hash = ?1)
                 FROM content_uses WHERE hash = ?1 AND ?2 = 'all' LIMIT 1"
            } else {
                "SELECT media_type, byte_size, EXISTS (SELECT 1 FROM contents WHERE hash = ?1)
                 FROM content_uses JOIN sight USING (subject)
                 WHERE hash = ?1 AND scope = ?2 LIMIT 1"
            };
            let found = transaction
                .prepare_cached(sql)?
                .query_row((hash.to_string(), scope.to_string()), |row| {
                    Ok((
                        row.get::<_, String>(0)?,
                        row.get::<_, i64>(1)?,
                        row.get::<_, bool>(2)?,
                    ))
                })
                .optional()?;
            let Some((name, size, complete)) = found else {
                return Ok(None);
            };
            let media_type = MediaType::ALL
                .into_iter()
                .find(|known| known.name() == name)
                .ok_or(Error::Damaged("a type of content"))?;
            Ok(Some(NamedContent {
                media_type,
                byte_size: size.unsigned_abs(),
                complete,
            }))
        })
    }

    /// Notes that a content's bytes are here, whole, checked and flushed.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn content_completed(
        &self,
        hash: &ContentHash,
        media_type: MediaType,
        byte_size: u64,
        now_milliseconds: u64,
    ) -> Result<(), Error> {
        self.write(|transaction| {
            transaction
                .prepare_cached("INSERT OR IGNORE INTO contents VALUES (?1, ?2, ?3, ?4)")?
                .execute((
                    hash.to_string(),
                    media_type.name(),
                    stored(byte_size),
                    stored(now_milliseconds),
                ))?;
            Ok(())
        })
    }
}

/// Notes that a case names a content. One that was named before keeps what was said of it first.
pub(super) fn name_content(
    transaction: &Transaction<'_>,
    subject: &Subject,
    attachment: &Attachment,
) -> Result<(), Error> {
    transaction
        .prepare_cached("INSERT OR IGNORE INTO content_uses VALUES (?1, ?2, ?3, ?4)")?
        .execute((
            attachment.hash.to_string(),
            subject.as_str(),
            attachment.media_type.name(),
            stored(attachment.byte_size),
        ))?;
    Ok(())
}
