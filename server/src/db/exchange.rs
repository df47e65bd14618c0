//! One exchange with a device: what it sends is settled in one transaction, and then it is told what
//! became of it and given the next page of its feed.

mod answer;
mod desk;

use std::collections::BTreeSet;

use rusqlite::{OptionalExtension, Transaction};
use shared::{
    Actor,
    change::{Body, DeviceId, Subject},
    mutation::mutated,
    sync::{ExchangeRequest, ExchangeResponse, Scope},
};

use self::{
    answer::{Settled, View},
    desk::Desk,
};
use super::{
    Database, EPOCH, Error,
    cases::{Cases, Ready},
    epoch, new_epoch,
    prepared::Prepared,
    set_fact, stored,
};

/// What came of an exchange.
#[derive(Debug)]
pub struct Exchanged {
    /// What the device is told.
    pub response: ExchangeResponse,
    /// The scopes that have news.
    pub touched: BTreeSet<Scope>,
}

impl Database {
    /// Settles what a device sends, and gives it the next page of its feed.
    ///
    /// # Errors
    /// Where the database fails, or the device belongs to another account. What was settled before
    /// that stays settled: the device asks again.
    pub fn exchange(
        &self,
        actor: &Actor,
        request: &ExchangeRequest,
        now_milliseconds: u64,
    ) -> Result<Exchanged, Error> {
        // Only asking for news takes no turn with the writers.
        if request.push.is_empty() && request.offers.is_empty() && request.holes_up_to == 0 {
            let quiet = self.read(|transaction| {
                let known = device(transaction, actor, request)?;
                let view = View::new(transaction, actor, request)?;
                match known {
                    Some(settled) if !view.rolled_back(settled)? && view.sees_calendar()? => {
                        let settled = Settled::up_to(settled);
                        let answer = view.answer(settled, &[], &self.receipts, now_milliseconds);
                        answer.map(Some)
                    }
                    _ => Ok(None),
                }
            })?;
            if let Some(response) = quiet {
                return Ok(Exchanged {
                    response,
                    touched: BTreeSet::new(),
                });
            }
        }
        // Whatever needs no turn with the writers is done before it, and after it.
        let push: Vec<Prepared<'_>> = request
            .push
            .iter()
            .map(|change| Prepared::sent(change, &self.receipts))
            .collect();
        let fingerprints: Vec<_> = push.iter().map(|prepared| prepared.fingerprint).collect();
        let ready = self.read(|transaction| {
            let subjects = request.push.iter().map(|change| &change.subject);
            Ready::read(transaction, subjects.filter(|it| it.case_id().is_some()))
        })?;
        let (settled, touched) = self.write(|transaction| {
            let settled = match device(transaction, actor, request)? {
                Some(settled) => settled,
                None => register(transaction, actor, &request.device, now_milliseconds)?,
            };
            let view = View::new(transaction, actor, request)?;
            let mut desk = Desk {
                actor,
                request,
                now_milliseconds,
                epoch: epoch(transaction)?,
                receipts: &self.receipts,
                cases: Cases::new(transaction, ready),
                announcements: None,
                settled: Settled::up_to(settled),
            };
            if view.rolled_back(settled)? {
                desk.epoch = new_epoch()?;
                set_fact(transaction, EPOCH, desk.epoch.as_str().as_bytes())?;
            }
            desk.show_calendar()?;
            desk.settle(push)?;
            transaction
                .prepare_cached(
                    "UPDATE devices SET settled = ?2, last_contact = ?3 WHERE device = ?1",
                )?
                .execute((
                    request.device.as_str(),
                    stored(desk.settled.up_to),
                    stored(now_milliseconds),
                ))?;
            Ok((desk.settled, desk.cases.log.into_touched()))
        })?;
        let response = self.read(|transaction| {
            let view = View::new(transaction, actor, request)?;
            view.answer(settled, &fingerprints, &self.receipts, now_milliseconds)
        })?;
        Ok(Exchanged { response, touched })
    }

    /// Writes cases of the server's own making, as the sample ledger is, in one transaction; one
    /// that the log has already stays as it is. `author` is the author of every change.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn write_cases(
        &self,
        author: &str,
        written: &[(Subject, Vec<Body>)],
        now_milliseconds: u64,
    ) -> Result<BTreeSet<Scope>, Error> {
        self.write(|transaction| {
            let epoch = epoch(transaction)?;
            let mut cases = Cases::new(transaction, Ready::default());
            for (subject, bodies) in written {
                if cases.get(subject)?.is_some() {
                    continue;
                }
                for body in bodies {
                    cases.write(&epoch, author, subject, body, now_milliseconds)?;
                }
                cases.number(&epoch, subject, now_milliseconds)?;
                cases.tell_history(&epoch, subject, now_milliseconds)?;
            }
            Ok(cases.log.into_touched())
        })
    }
}

/// The last settled change of a device that is known.
fn device(
    transaction: &Transaction<'_>,
    actor: &Actor,
    request: &ExchangeRequest,
) -> Result<Option<u64>, Error> {
    let ExchangeRequest { device, author, .. } = request;
    let author = author.as_ref();
    // In one browser another account may have signed in beside the one whose device it is.
    if author.is_some_and(|author| *author != actor.user) && !mutated("sign-in-not-compared") {
        return Err(Error::DeviceOfOther);
    }
    let known = transaction
        .prepare_cached("SELECT user, settled FROM devices WHERE device = ?1")?
        .query_row([device.as_str()], |row| {
            Ok((row.get::<_, String>(0)?, row.get::<_, i64>(1)?))
        })
        .optional()?;
    match known {
        None => Ok(None),
        Some((user, settled)) if user == actor.user => Ok(Some(settled.unsigned_abs())),
        Some(_) => Err(Error::DeviceOfOther),
    }
}

fn register(
    transaction: &Transaction<'_>,
    actor: &Actor,
    device: &DeviceId,
    now_milliseconds: u64,
) -> Result<u64, Error> {
    // The server's own name is nobody's.
    if device.is_server() {
        return Err(Error::DeviceOfOther);
    }
    transaction
        .prepare_cached(
            "INSERT INTO devices (device, user, settled, created_at, last_contact)
             VALUES (?1, ?2, 0, ?3, ?3)",
        )?
        .execute((device.as_str(), &actor.user, stored(now_milliseconds)))?;
    Ok(0)
}
