//! The devices of users: which they are, and which were ended. And the links to their calendars.

use rusqlite::{OptionalExtension, Row, Transaction};
use shared::{Actor, account::KnownDevice, change::DeviceId};

use super::{
    Database, Error,
    accounts::{actor, hash, new_token},
    stored,
};

/// A device that is in touch all the time is noted this often, in milliseconds.
const NOTED_EVERY_MILLISECONDS: i64 = 60_000;

/// A device in touch: what is noted of it.
#[derive(Clone, Copy, Debug)]
pub struct AtDevice<'a> {
    /// The token of the sign-in that speaks for it.
    pub token: &'a str,
    /// The device.
    pub device: &'a DeviceId,
    /// Browser and system.
    pub name: &'a str,
    /// How many of its changes are left with it.
    pub unsent: u64,
}

impl Database {
    /// Who speaks for this device with this token.
    ///
    /// # Errors
    /// [`Error::DeviceRevoked`] where the device was ended, or the account disabled.
    pub fn at_device(
        &self,
        token: &str,
        device: &DeviceId,
        now_milliseconds: u64,
    ) -> Result<Option<Actor>, Error> {
        self.read(|transaction| {
            let mut statement = transaction.prepare_cached(
                "SELECT user, role, office, disabled_at IS NOT NULL, device
                 FROM sessions JOIN accounts USING (user) WHERE token = ?1 AND expires_at >= ?2",
            )?;
            let found = statement
                .query_row((hash(token), stored(now_milliseconds)), |row| {
                    let spoken_for: Option<String> = row.get(4)?;
                    Ok((actor(row)?, row.get::<_, bool>(3)?, spoken_for))
                })
                .optional()?;
            let Some((actor, disabled, spoken_for)) = found else {
                return Ok(None);
            };
            let revoked = |device: &str| is_revoked(transaction, &actor.user, device);
            let of_another = spoken_for.as_deref().filter(|it| *it != device.as_str());
            match of_another {
                // What an ended device had not sent, its user may send from another one.
                Some(other) if disabled || revoked(other)?.unwrap_or_default() => Ok(None),
                Some(_) => Ok(Some(actor)),
                None => match revoked(device.as_str())? {
                    Some(revoked) if revoked || disabled => Err(Error::DeviceRevoked),
                    None if disabled => Ok(None),
                    _ => Ok(Some(actor)),
                },
            }
        })
    }

    /// Notes that a device is in touch, where that has changed what is known of it.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn note_contact(&self, at: AtDevice<'_>, now_milliseconds: u64) -> Result<(), Error> {
        let (now, unsent) = (stored(now_milliseconds), stored(at.unsent));
        let is_known = self.read(|transaction| {
            let mut statement = transaction.prepare_cached(
                "SELECT EXISTS (
                     SELECT 1 FROM devices, sessions WHERE devices.device = ?1 AND token = ?2
                     AND sessions.device IS NOT NULL AND name = ?3 AND unsent = ?4
                     AND last_contact > ?5)",
            )?;
            let recently = now - NOTED_EVERY_MILLISECONDS;
            let row = (
                at.device.as_str(),
                hash(at.token),
                at.name,
                unsent,
                recently,
            );
            Ok(statement.query_row(row, |row| row.get(0))?)
        })?;
        if is_known {
            return Ok(());
        }
        self.write(|transaction| {
            transaction
                .prepare_cached(
                    "UPDATE devices SET name = ?2, unsent = ?3, last_contact = max(last_contact, ?4)
                     WHERE device = ?1",
                )?
                .execute((at.device.as_str(), at.name, unsent, now))?;
            transaction
                .prepare_cached(
                    "UPDATE sessions SET device = ?2 WHERE token = ?1 AND device IS NULL",
                )?
                .execute((hash(at.token), at.device.as_str()))?;
            Ok(())
        })
    }

    /// The devices of a user, or of all users, those last in touch first.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn devices(&self, user: Option<&str>) -> Result<Vec<KnownDevice>, Error> {
        self.read(|transaction| {
            let mut statement = transaction.prepare_cached(
                "SELECT device, user, display, name, devices.created_at, last_contact, unsent,
                 revoked_at IS NOT NULL
                 FROM devices JOIN accounts USING (user) WHERE ?1 IS NULL OR user = ?1
                 ORDER BY revoked_at IS NOT NULL, last_contact DESC",
            )?;
            let rows = statement.query_map([user], known_device)?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }

    /// Ends a device; says whose it was, or nothing where there is no such device.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn revoke_device(
        &self,
        device: &str,
        now_milliseconds: u64,
    ) -> Result<Option<Actor>, Error> {
        self.write(|transaction| {
            transaction
                .prepare_cached(
                    "UPDATE devices SET revoked_at = coalesce(revoked_at, ?2) WHERE device = ?1",
                )?
                .execute((device, stored(now_milliseconds)))?;
            let mut statement = transaction.prepare_cached(
                "SELECT user, role, office FROM devices JOIN accounts USING (user) WHERE device = ?1",
            )?;
            Ok(statement.query_row([device], actor).optional()?)
        })
    }

    /// Whose device it is.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn user_of_device(&self, device: &str) -> Result<Option<String>, Error> {
        self.read(|transaction| {
            let mut statement =
                transaction.prepare_cached("SELECT user FROM devices WHERE device = ?1")?;
            Ok(statement.query_row([device], |row| row.get(0)).optional()?)
        })
    }

    /// When the link to a user's calendar was made, where there is one.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn calendar_link(&self, user: &str) -> Result<Option<u64>, Error> {
        self.read(|transaction| {
            let mut statement = transaction
                .prepare_cached("SELECT created_at FROM calendar_links WHERE user = ?1")?;
            let found = statement.query_row([user], |row| row.get::<_, i64>(0));
            Ok(found.optional()?.map(i64::unsigned_abs))
        })
    }

    /// Makes a link to a user's calendar in the place of the one before, and returns its token.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn make_calendar_link(&self, user: &str, now_milliseconds: u64) -> Result<String, Error> {
        let token = new_token()?;
        self.write(|transaction| {
            transaction
                .prepare_cached("INSERT OR REPLACE INTO calendar_links VALUES (?1, ?2, ?3)")?
                .execute((user, hash(&token), stored(now_milliseconds)))?;
            Ok(())
        })?;
        Ok(token)
    }

    /// The link to a user's calendar leads nowhere from now on.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn drop_calendar_link(&self, user: &str) -> Result<(), Error> {
        self.write(|transaction| {
            transaction
                .prepare_cached("DELETE FROM calendar_links WHERE user = ?1")?
                .execute([user])?;
            Ok(())
        })
    }

    /// Whose calendar a link leads to.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn calendar_of(&self, token: &str) -> Result<Option<Actor>, Error> {
        self.read(|transaction| {
            let mut statement = transaction.prepare_cached(
                "SELECT user, role, office FROM calendar_links JOIN accounts USING (user)
                 WHERE token = ?1 AND disabled_at IS NULL",
            )?;
            Ok(statement.query_row([hash(token)], actor).optional()?)
        })
    }
}

/// Whether a device of this user was ended; nothing where it is not known.
fn is_revoked(
    transaction: &Transaction<'_>,
    user: &str,
    device: &str,
) -> Result<Option<bool>, Error> {
    let mut statement = transaction.prepare_cached(
        "SELECT revoked_at IS NOT NULL FROM devices WHERE user = ?1 AND device = ?2",
    )?;
    Ok(statement
        .query_row((user, device), |row| row.get(0))
        .optional()?)
}

fn known_device(row: &Row<'_>) -> rusqlite::Result<KnownDevice> {
    let moment =
        |column| -> rusqlite::Result<u64> { Ok(row.get::<_, i64>(column)?.unsigned_abs()) };
    Ok(KnownDevice {
        device: row.get(0)?,
        user: row.get(1)?,
        display: row.get(2)?,
        name: row.get(3)?,
        created_milliseconds: moment(4)?,
        last_contact_milliseconds: moment(5)?,
        unsent: row.get::<_, Option<i64>>(6)?.map(i64::unsigned_abs),
        revoked: row.get(7)?,
    })
}
