//! Accounts, sign-ins and one-time links. Of tokens only hashes are kept, of passphrases only Argon2id.

use data_encoding::BASE64URL_NOPAD;
use rusqlite::{OptionalExtension, Row, Transaction};
use sha2::{Digest, Sha256};
use shared::{
    Actor, Role,
    account::{Account, AccountEdit, Invitation},
};

use super::{Database, Error, random, stored};

/// How long a sign-in lasts without being used, in milliseconds: a week of office days and a weekend.
pub const SESSION_MILLISECONDS: u64 = 14 * 24 * 3_600_000;
/// How long a one-time link is valid, in milliseconds.
pub const INVITATION_MILLISECONDS: u64 = 7 * 24 * 3_600_000;

const TOKEN_BYTES: usize = 32;

pub(super) fn hash(token: &str) -> [u8; 32] {
    Sha256::digest(token.as_bytes()).into()
}

pub(super) fn new_token() -> Result<String, Error> {
    Ok(BASE64URL_NOPAD.encode(&random::<TOKEN_BYTES>()?))
}

fn role_text(role: Role) -> &'static str {
    match role {
        Role::Administrator => "administrator",
        Role::Municipal => "municipal",
        Role::District => "district",
        Role::InspectionBody => "inspection_body",
    }
}

fn role(row: &Row<'_>, column: usize) -> rusqlite::Result<Role> {
    let text: String = row.get(column)?;
    serde_json::from_value(text.into()).map_err(|error| {
        rusqlite::Error::FromSqlConversionFailure(
            column,
            rusqlite::types::Type::Text,
            Box::new(error),
        )
    })
}

/// From the columns `user, role, office`.
pub(super) fn actor(row: &Row<'_>) -> rusqlite::Result<Actor> {
    Ok(Actor {
        user: row.get(0)?,
        role: role(row, 1)?,
        office: row.get(2)?,
    })
}

impl Database {
    /// Whether anybody has an account.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn has_accounts(&self) -> Result<bool, Error> {
        self.read(|transaction| {
            Ok(
                transaction.query_row("SELECT EXISTS (SELECT 1 FROM accounts)", [], |row| {
                    row.get(0)
                })?,
            )
        })
    }

    /// Makes a one-time link, and returns its token.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn invite(&self, invitation: &Invitation, now_milliseconds: u64) -> Result<String, Error> {
        let token = new_token()?;
        self.write(|transaction| {
            transaction
                .prepare_cached(
                    "INSERT INTO invitations VALUES (?1, ?2, ?3, ?4, ?5, ?6, NULL, ?7)",
                )?
                .execute((
                    hash(&token),
                    role_text(invitation.role),
                    &invitation.office,
                    &invitation.display,
                    stored(now_milliseconds),
                    stored(now_milliseconds + INVITATION_MILLISECONDS),
                    &invitation.user,
                ))?;
            Ok(())
        })?;
        Ok(token)
    }

    /// What a one-time link is for.
    ///
    /// # Errors
    /// [`Error::LinkInvalid`] where it was used, is too old, or never was.
    pub fn invitation(&self, token: &str, now_milliseconds: u64) -> Result<Invitation, Error> {
        self.read(|transaction| find_invitation(transaction, token, now_milliseconds))
    }

    /// Makes the account that a one-time link is for, or gives it another passphrase, and uses the
    /// link up; says which account it is.
    ///
    /// # Errors
    /// [`Error::LinkInvalid`], or [`Error::AccountExists`] where the name is taken.
    pub fn accept(
        &self,
        token: &str,
        user: &str,
        display: &str,
        passphrase_hash: &str,
        now_milliseconds: u64,
    ) -> Result<String, Error> {
        self.write(|transaction| {
            let Invitation {
                role,
                office,
                user: known,
                ..
            } = find_invitation(transaction, token, now_milliseconds)?;
            transaction
                .prepare_cached("UPDATE invitations SET used_at = ?2 WHERE token = ?1")?
                .execute((hash(token), stored(now_milliseconds)))?;
            if let Some(known) = known {
                set_passphrase(transaction, &known, passphrase_hash, "")?;
                return Ok(known);
            }
            let actor = Actor {
                user: user.to_owned(),
                role,
                office,
            };
            insert_account(
                transaction,
                &actor,
                display,
                passphrase_hash,
                now_milliseconds,
            )?;
            Ok(actor.user)
        })
    }

    /// Gives an account another passphrase, and ends its sign-ins but this one.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn change_passphrase(
        &self,
        user: &str,
        passphrase_hash: &str,
        staying_token: &str,
    ) -> Result<(), Error> {
        self.write(|transaction| set_passphrase(transaction, user, passphrase_hash, staying_token))
    }

    /// Makes of an account what the administrator says, and gives back as whom it acted before.
    ///
    /// # Errors
    /// [`Error::NoAccount`], or [`Error::LastAdministrator`].
    pub fn edit_account(
        &self,
        user: &str,
        edit: &AccountEdit,
        now_milliseconds: u64,
    ) -> Result<Actor, Error> {
        self.write(|transaction| {
            let before = transaction
                .prepare_cached("SELECT user, role, office FROM accounts WHERE user = ?1")?
                .query_row([user], actor)
                .optional()?
                .ok_or(Error::NoAccount)?;
            transaction
                .prepare_cached(
                    "UPDATE accounts SET display = ?2, role = ?3, office = ?4,
                     disabled_at = CASE WHEN ?5 THEN coalesce(disabled_at, ?6) END
                     WHERE user = ?1",
                )?
                .execute((
                    user,
                    &edit.display,
                    role_text(edit.role),
                    &edit.office,
                    edit.disabled,
                    stored(now_milliseconds),
                ))?;
            let administered: bool = transaction.query_row(
                "SELECT EXISTS (SELECT 1 FROM accounts
                 WHERE role = 'administrator' AND disabled_at IS NULL)",
                [],
                |row| row.get(0),
            )?;
            if administered {
                Ok(before)
            } else {
                Err(Error::LastAdministrator)
            }
        })
    }

    /// The account of this name as an invitation to a new passphrase.
    ///
    /// # Errors
    /// [`Error::NoAccount`].
    pub fn reset_of(&self, user: &str) -> Result<Invitation, Error> {
        self.read(|transaction| {
            transaction
                .prepare_cached("SELECT user, role, office, display FROM accounts WHERE user = ?1")?
                .query_row([user], |row| {
                    let Actor { user, role, office } = actor(row)?;
                    Ok(Invitation {
                        role,
                        office,
                        display: row.get(3)?,
                        user: Some(user),
                    })
                })
                .optional()?
                .ok_or(Error::NoAccount)
        })
    }

    /// Makes an account without a link: the demo's.
    ///
    /// # Errors
    /// [`Error::AccountExists`] where the name is taken.
    pub fn create_account(
        &self,
        actor: &Actor,
        display: &str,
        passphrase_hash: &str,
        now_milliseconds: u64,
    ) -> Result<(), Error> {
        self.write(|transaction| {
            insert_account(
                transaction,
                actor,
                display,
                passphrase_hash,
                now_milliseconds,
            )
        })
    }

    /// The passphrase hash of an account that may sign in.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn passphrase_hash(&self, user: &str) -> Result<Option<String>, Error> {
        self.read(|transaction| {
            let mut statement = transaction.prepare_cached(
                "SELECT passphrase FROM accounts WHERE user = ?1 AND disabled_at IS NULL",
            )?;
            Ok(statement.query_row([user], |row| row.get(0)).optional()?)
        })
    }

    /// Signs a user in, and returns the token of the sign-in.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn sign_in(&self, user: &str, now_milliseconds: u64) -> Result<String, Error> {
        let token = new_token()?;
        self.write(|transaction| {
            transaction.execute(
                "DELETE FROM sessions WHERE expires_at < ?1",
                [stored(now_milliseconds)],
            )?;
            transaction
                .prepare_cached("INSERT INTO sessions VALUES (?1, ?2, ?3, ?4, NULL)")?
                .execute((
                    hash(&token),
                    user,
                    stored(now_milliseconds),
                    stored(now_milliseconds + SESSION_MILLISECONDS),
                ))?;
            Ok(())
        })?;
        Ok(token)
    }

    /// Ends a sign-in.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn sign_out(&self, token: &str) -> Result<(), Error> {
        self.write(|transaction| {
            transaction
                .prepare_cached("DELETE FROM sessions WHERE token = ?1")?
                .execute([hash(token)])?;
            Ok(())
        })
    }

    /// Who is signed in with this token, and the person's name.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn signed_in(
        &self,
        token: &str,
        now_milliseconds: u64,
    ) -> Result<Option<(Actor, String)>, Error> {
        self.read(|transaction| {
            let mut statement = transaction.prepare_cached(
                "SELECT accounts.user, role, office, display
                 FROM sessions JOIN accounts USING (user) LEFT JOIN devices USING (device)
                 WHERE token = ?1 AND expires_at >= ?2
                 AND disabled_at IS NULL AND revoked_at IS NULL",
            )?;
            let found = statement.query_row((hash(token), stored(now_milliseconds)), |row| {
                Ok((actor(row)?, row.get(3)?))
            });
            Ok(found.optional()?)
        })
    }

    /// Every account, by name.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn accounts(&self) -> Result<Vec<Account>, Error> {
        self.read(|transaction| {
            let mut statement = transaction.prepare_cached(
                "SELECT user, role, office, display, accounts.created_at, max(last_contact),
                 disabled_at IS NOT NULL
                 FROM accounts LEFT JOIN devices USING (user)
                 GROUP BY user ORDER BY disabled_at IS NOT NULL, user",
            )?;
            let rows = statement.query_map([], |row| {
                Ok(Account {
                    actor: actor(row)?,
                    display: row.get(3)?,
                    created_milliseconds: row.get::<_, i64>(4)?.unsigned_abs(),
                    last_contact_milliseconds: row.get::<_, Option<i64>>(5)?.map(i64::unsigned_abs),
                    disabled: row.get(6)?,
                })
            })?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }
}

fn find_invitation(
    transaction: &Transaction<'_>,
    token: &str,
    now_milliseconds: u64,
) -> Result<Invitation, Error> {
    transaction
        .prepare_cached(
            "SELECT role, office, display, user FROM invitations
             WHERE token = ?1 AND used_at IS NULL AND expires_at >= ?2",
        )?
        .query_row((hash(token), stored(now_milliseconds)), |row| {
            Ok(Invitation {
                role: role(row, 0)?,
                office: row.get(1)?,
                display: row.get(2)?,
                user: row.get(3)?,
            })
        })
        .optional()?
        .ok_or(Error::LinkInvalid)
}

fn set_passphrase(
    transaction: &Transaction<'_>,
    user: &str,
    passphrase_hash: &str,
    staying_token: &str,
) -> Result<(), Error> {
    transaction
        .prepare_cached("UPDATE accounts SET passphrase = ?2 WHERE user = ?1")?
        .execute((user, passphrase_hash))?;
    transaction
        .prepare_cached("DELETE FROM sessions WHERE user = ?1 AND token <> ?2")?
        .execute((user, hash(staying_token)))?;
    Ok(())
}

fn insert_account(
    transaction: &Transaction<'_>,
    actor: &Actor,
    display: &str,
    passphrase_hash: &str,
    now_milliseconds: u64,
) -> Result<(), Error> {
    let inserted = transaction
        .prepare_cached(
            "INSERT INTO accounts VALUES (?1, ?2, ?3, ?4, ?5, ?6, NULL) ON CONFLICT DO NOTHING",
        )?
        .execute((
            &actor.user,
            display,
            role_text(actor.role),
            &actor.office,
            passphrase_hash,
            stored(now_milliseconds),
        ))?;
    if inserted == 1 {
        Ok(())
    } else {
        Err(Error::AccountExists)
    }
}
