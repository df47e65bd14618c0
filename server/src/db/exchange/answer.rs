//! What a device is told: what became of its changes, and the next page of its feed.

use std::collections::HashMap;

use rusqlite::Transaction;
use shared::{
    Actor,
    change::{Change, Digest, Epoch, Subject},
    mutation::mutated,
    sync::{
        Delivered, ExchangeRequest, ExchangeResponse, Scope,
        wire::{Hold, Item, MAXIMUM_PAGE_BYTES, MAXIMUM_PAGE_ITEMS, Restart, Verdict},
    },
};

use crate::db::{Error, epoch, log, prepared::Receipts, stored};

/// What came of a push.
#[derive(Default)]
pub(super) struct Settled {
    /// The last of the device's changes that is settled.
    pub(super) up_to: u64,
    pub(super) verdicts: Vec<Verdict>,
    pub(super) hold: Option<Hold>,
}

impl Settled {
    pub(super) fn up_to(sequence: u64) -> Self {
        Self {
            up_to: sequence,
            ..Self::default()
        }
    }
}

/// The log as the user of a device sees it, in one transaction.
pub(super) struct View<'a> {
    transaction: &'a Transaction<'a>,
    request: &'a ExchangeRequest,
    scope: Scope,
    epoch: Epoch,
}

impl<'a> View<'a> {
    pub(super) fn new(
        transaction: &'a Transaction<'a>,
        actor: &Actor,
        request: &'a ExchangeRequest,
    ) -> Result<Self, Error> {
        Ok(Self {
            transaction,
            request,
            scope: Scope::of(actor),
            epoch: epoch(transaction)?,
        })
    }

    /// Whether the device knows more of this epoch than the database: an old copy was put back.
    pub(super) fn rolled_back(&self, settled: u64) -> Result<bool, Error> {
        if mutated("rollback-not-noticed") {
            return Ok(false);
        }
        let same_epoch = self.request.epoch.as_ref() == Some(&self.epoch);
        let same_scope = self.request.scope.as_deref() == Some(self.scope.to_string().as_str());
        let (last, _) = log::feed_head(self.transaction, &self.scope)?;
        let ahead = same_scope && stored(self.request.cursor) > last;
        Ok(same_epoch && (self.request.settled > settled || ahead))
    }

    /// Whether the user's scope is given what the municipal bureau says of working days.
    pub(super) fn sees_calendar(&self) -> Result<bool, Error> {
        let seeing = log::sight(self.transaction, &Subject::calendar())?;
        Ok(self.scope == Scope::All || seeing.contains(&self.scope))
    }

    /// The answer; `fingerprints` are those of the changes of the push.
    pub(super) fn answer(
        &self,
        settled: Settled,
        fingerprints: &[Digest],
        receipts: &Receipts,
        now_milliseconds: u64,
    ) -> Result<ExchangeResponse, Error> {
        let restart = self.restart()?;
        let cursor = if restart.is_some() {
            0
        } else {
            self.request.cursor
        };
        let sent: HashMap<u64, (&Change, Digest)> = self
            .request
            .push
            .iter()
            .zip(fingerprints)
            .map(|(change, fingerprint)| (change.id.sequence, (change, *fingerprint)))
            .collect();
        let page = self.page(stored(cursor), restart.is_some(), &sent, receipts)?;
        let (last, _) = log::feed_head(self.transaction, &self.scope)?;
        let held = log::digest_at(self.transaction, &self.scope, page.cursor)?
            .ok_or(Error::Damaged("a feed with a hole"))?;
        Ok(ExchangeResponse {
            epoch: self.epoch.clone(),
            scope: self.scope.to_string(),
            restart,
            hold: settled.hold,
            settled: settled.up_to,
            verdicts: self.in_sight(settled.verdicts, &sent)?,
            page: page.items,
            cursor: page.cursor.unsigned_abs(),
            more: page.cursor < last,
            held,
            now_milliseconds,
        })
    }

    /// Tells of what was taken whether the user still sees it: it may have been taken earlier, and
    /// the answer lost, before the case or the user went elsewhere.
    fn in_sight(
        &self,
        mut verdicts: Vec<Verdict>,
        sent: &HashMap<u64, (&Change, Digest)>,
    ) -> Result<Vec<Verdict>, Error> {
        if self.scope == Scope::All || mutated("sight-not-told") {
            return Ok(verdicts);
        }
        let mut sights: HashMap<&Subject, bool> = HashMap::new();
        for verdict in verdicts.iter_mut().filter(|it| it.receipt.is_some()) {
            let Some((change, _)) = sent.get(&verdict.sequence) else {
                continue;
            };
            let seen = match sights.get(&change.subject) {
                Some(seen) => *seen,
                None => log::sight(self.transaction, &change.subject)?.contains(&self.scope),
            };
            sights.insert(&change.subject, seen);
            verdict.out_of_sight = !seen;
        }
        Ok(verdicts)
    }

    fn restart(&self) -> Result<Option<Restart>, Error> {
        let request = self.request;
        let (Some(epoch), Some(scope)) = (&request.epoch, &request.scope) else {
            return Ok(Some(Restart::FirstContact));
        };
        if *scope != self.scope.to_string() {
            return Ok(Some(Restart::NewScope));
        }
        if *epoch != self.epoch {
            return Ok(Some(Restart::NewEpoch));
        }
        let given = log::digest_at(self.transaction, &self.scope, stored(request.cursor))?;
        let differs = given != Some(request.held) && !mutated("digest-not-compared");
        Ok(differs.then_some(Restart::DigestMismatch))
    }

    /// Of its own changes a device that goes on surely holds those that it has just sent. Others
    /// were perhaps taken back from it meanwhile, or sent by a copy of its profile.
    fn page(
        &self,
        cursor: i64,
        is_restart: bool,
        sent: &HashMap<u64, (&Change, Digest)>,
        receipts: &Receipts,
    ) -> Result<Page, Error> {
        let mut takes_back = is_restart;
        let wanted = self.request.items_at_most.map(|items| items as usize);
        let limit = wanted.unwrap_or(MAXIMUM_PAGE_ITEMS).min(MAXIMUM_PAGE_ITEMS);
        let sql = if self.scope == Scope::All {
            "SELECT position, NULL, NULL, device, sequence, subject, clock, author, schema, body
             FROM changes WHERE position > ?2 AND ?1 = 'all' ORDER BY position LIMIT ?3"
        } else {
            "SELECT number, revoked, held, device, sequence, subject, clock, author, schema, body
             FROM feed LEFT JOIN changes USING (position)
             WHERE scope = ?1 AND number > ?2 ORDER BY number LIMIT ?3"
        };
        let mut statement = self.transaction.prepare_cached(sql)?;
        let mut rows = statement.query((self.scope.to_string(), cursor, stored(limit as u64)))?;
        let mut page = Page {
            items: Vec::new(),
            cursor,
        };
        let mut bytes = 0;
        while let Some(row) = rows.next()? {
            let item = if let Some(subject) = row.get::<_, Option<String>>(1)? {
                takes_back = true;
                let subject = subject
                    .parse()
                    .map_err(|_| Error::Damaged("a revoked subject"))?;
                Item::Revoked {
                    subject,
                    held: log::digest(row, 2)?,
                }
            } else {
                let change = log::change(row, 3)?;
                if let Some(fingerprint) = self.held(&change, takes_back, sent) {
                    Item::Own {
                        sequence: change.id.sequence,
                        fingerprint,
                    }
                } else {
                    let canonical = change.canonical_bytes();
                    bytes += canonical.len();
                    if bytes > MAXIMUM_PAGE_BYTES && !page.items.is_empty() {
                        break;
                    }
                    Item::Change(Box::new(Delivered {
                        receipt: receipts.sign(&canonical),
                        change,
                    }))
                }
            };
            page.items.push(item);
            page.cursor = row.get(0)?;
        }
        Ok(page)
    }

    /// The fingerprint of a change that the device surely holds.
    fn held(
        &self,
        change: &Change,
        takes_back: bool,
        sent: &HashMap<u64, (&Change, Digest)>,
    ) -> Option<Digest> {
        if mutated("own-taken-for-held") {
            let is_own = change.id.device == self.request.device;
            let is_held = is_own && change.id.sequence <= self.request.settled;
            return is_held.then(|| change.fingerprint());
        }
        let (sent, fingerprint) = sent.get(&change.id.sequence)?;
        (!takes_back && *sent == change).then_some(*fingerprint)
    }
}

struct Page {
    items: Vec<Item>,
    cursor: i64,
}
