//! Writing to the log, and to the feeds that are derived from it.

use std::collections::{BTreeSet, HashMap};

use rusqlite::{OptionalExtension, Transaction};
use shared::{
    change::{Body, ChainLink, Change, ChangeId, DeviceId, Digest, Epoch, SCHEMA, Subject},
    clock::HybridTime,
    mutation::mutated,
    sync::Scope,
};

use super::{
    Error,
    log::{self, Head},
    prepared::Prepared,
    stored,
};

/// The log and the feeds within one transaction: where they end and who sees what is read once,
/// and kept up to date until it is over.
pub(super) struct LogWriter<'a> {
    pub(super) transaction: &'a Transaction<'a>,
    head: Option<Head>,
    /// The number of a scope's last item, and the digest of all up to it.
    feeds: HashMap<Scope, (i64, Digest)>,
    sights: HashMap<Subject, BTreeSet<Scope>>,
    touched: BTreeSet<Scope>,
}

impl<'a> LogWriter<'a> {
    pub(super) fn new(transaction: &'a Transaction<'a>) -> Self {
        Self {
            transaction,
            head: None,
            feeds: HashMap::new(),
            sights: HashMap::new(),
            touched: BTreeSet::new(),
        }
    }

    /// The scopes that have news.
    pub(super) fn into_touched(self) -> BTreeSet<Scope> {
        self.touched
    }

    /// Appends a change and gives it to every scope that sees its subject.
    pub(super) fn append(
        &mut self,
        prepared: &Prepared<'_>,
        seeing: &BTreeSet<Scope>,
        now_milliseconds: u64,
    ) -> Result<(), Error> {
        let Prepared {
            change,
            bytes,
            fingerprint,
            ..
        } = prepared;
        let head = match &mut self.head {
            Some(head) => head,
            none => none.insert(log::head(self.transaction)?),
        };
        head.position += 1;
        head.chain = if mutated("chain-not-linked") {
            ChainLink::default().next(bytes)
        } else {
            head.chain.next(bytes)
        };
        head.digest = head.digest.toggled(*fingerprint);
        let position = head.position;
        self.transaction
            .prepare_cached(
                "INSERT INTO changes VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
            )?
            .execute((
                position,
                change.id.device.as_str(),
                stored(change.id.sequence),
                change.subject.as_str(),
                change.clock.to_string(),
                &change.author,
                change.schema,
                change.body.get(),
                stored(now_milliseconds),
                head.chain.0,
                head.digest.as_bytes(),
            ))?;
        self.touch(&Scope::All);
        self.show(&change.subject, seeing, Some((position, *fingerprint)))
    }

    /// Makes exactly these scopes see a subject: those that see it from now on are given its whole
    /// history, from the others it is taken back.
    pub(super) fn see(&mut self, subject: &Subject, seeing: &BTreeSet<Scope>) -> Result<(), Error> {
        self.show(subject, seeing, None)
    }

    /// The same; those that saw it before are given `newest`, if there is one.
    fn show(
        &mut self,
        subject: &Subject,
        seeing: &BTreeSet<Scope>,
        newest: Option<(i64, Digest)>,
    ) -> Result<(), Error> {
        let before = self.sight(subject)?;
        // Nearly always nobody's sight changes.
        if before == seeing {
            if newest.is_some() {
                for scope in seeing {
                    self.put(scope, newest, None)?;
                    self.touch(scope);
                }
            }
            return Ok(());
        }
        let before = before.clone();
        if newest.is_some() {
            for scope in seeing.intersection(&before) {
                self.put(scope, newest, None)?;
                self.touch(scope);
            }
        }
        for scope in seeing.difference(&before) {
            self.begin(subject, scope)?;
            self.touch(scope);
        }
        for scope in before.difference(seeing) {
            self.end(subject, scope, newest.map(|(position, _)| position))?;
            self.touch(scope);
        }
        Ok(())
    }

    /// Makes this scope see a subject beside those that see it already. For those it is no news.
    pub(super) fn also_see(&mut self, subject: &Subject, scope: &Scope) -> Result<(), Error> {
        if self.sight(subject)?.contains(scope) {
            return Ok(());
        }
        self.begin(subject, scope)
    }

    fn begin(&mut self, subject: &Subject, scope: &Scope) -> Result<(), Error> {
        self.transaction
            .prepare_cached("INSERT INTO sight VALUES (?1, ?2)")?
            .execute((subject.as_str(), scope.to_string()))?;
        self.sights
            .entry(subject.clone())
            .or_default()
            .insert(scope.clone());
        for (position, change) in log::placed(self.transaction, subject)? {
            self.put(scope, Some((position, change.fingerprint())), None)?;
        }
        Ok(())
    }

    fn end(&mut self, subject: &Subject, scope: &Scope, newest: Option<i64>) -> Result<(), Error> {
        self.transaction
            .prepare_cached("DELETE FROM sight WHERE subject = ?1 AND scope = ?2")?
            .execute((subject.as_str(), scope.to_string()))?;
        if let Some(seeing) = self.sights.get_mut(subject) {
            seeing.remove(scope);
        }
        let given = log::placed(self.transaction, subject)?
            .into_iter()
            .filter(|(position, _)| newest.is_none_or(|newest| *position < newest))
            .fold(Digest::default(), |sum, (_, change)| {
                sum.toggled(change.fingerprint())
            });
        if !mutated("revocation-not-sent") {
            self.put(scope, None, Some((subject, given)))?;
        }
        Ok(())
    }

    /// The scopes beside [`Scope::All`] that see a subject now.
    pub(super) fn sight(&mut self, subject: &Subject) -> Result<&BTreeSet<Scope>, Error> {
        if !self.sights.contains_key(subject) {
            let seeing = log::sight(self.transaction, subject)?;
            self.sights.insert(subject.clone(), seeing);
        }
        self.sights
            .get(subject)
            .ok_or(Error::Damaged("a sight that was just read"))
    }

    /// What was read of it; what this transaction has changed since stays.
    pub(super) fn sight_is(&mut self, subject: &Subject, seeing: BTreeSet<Scope>) {
        self.sights.entry(subject.clone()).or_insert(seeing);
    }

    fn touch(&mut self, scope: &Scope) {
        if !self.touched.contains(scope) {
            self.touched.insert(scope.clone());
        }
    }

    fn put(
        &mut self,
        scope: &Scope,
        given: Option<(i64, Digest)>,
        revoked: Option<(&Subject, Digest)>,
    ) -> Result<(), Error> {
        if !self.feeds.contains_key(scope) {
            let end = log::feed_head(self.transaction, scope)?;
            self.feeds.insert(scope.clone(), end);
        }
        let (number, digest) = self
            .feeds
            .get_mut(scope)
            .ok_or(Error::Damaged("a feed that was just read"))?;
        let toggled = given
            .map(|(_, fingerprint)| fingerprint)
            .or(revoked.map(|(_, held)| held));
        *number += 1;
        *digest = digest.toggled(toggled.unwrap_or_default());
        self.transaction
            .prepare_cached("INSERT INTO feed VALUES (?1, ?2, ?3, ?4, ?5, ?6)")?
            .execute((
                scope.to_string(),
                *number,
                given.map(|(position, _)| position),
                revoked.map(|(subject, _)| subject.as_str()),
                revoked.map(|(_, held)| *held.as_bytes()),
                digest.as_bytes(),
            ))?;
        Ok(())
    }

    /// The next change of the server's own in this epoch.
    pub(super) fn own_change(
        &self,
        epoch: &Epoch,
        author: &str,
        subject: &Subject,
        body: &Body,
        now_milliseconds: u64,
    ) -> Result<Change, Error> {
        let device = DeviceId::server(epoch);
        let last: Option<(i64, String)> = self
            .transaction
            .prepare_cached(
                "SELECT sequence, clock FROM changes WHERE device = ?1
                 ORDER BY sequence DESC LIMIT 1",
            )?
            .query_row([device.as_str()], |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()?;
        let (sequence, clock) = match last {
            None => (0, HybridTime::default()),
            Some((sequence, clock)) => (
                sequence.unsigned_abs(),
                clock
                    .parse()
                    .map_err(|_| Error::Damaged("a clock of the server's"))?,
            ),
        };
        Ok(Change {
            id: ChangeId {
                device,
                sequence: sequence + 1,
            },
            subject: subject.clone(),
            clock: clock.next(now_milliseconds),
            author: author.to_owned(),
            schema: SCHEMA,
            body: body.to_raw(),
        })
    }
}
