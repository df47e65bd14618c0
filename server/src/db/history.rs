//! History records: what a district must know of an organisation's earlier results for category 8,
//! without seeing the cases of other districts.

use std::collections::BTreeSet;

use rusqlite::Transaction;
use shared::{
    CaseFile, Day,
    change::{Body, Epoch, Subject},
    history::{History, HistoryKey, HistoryRecord},
    sync::Scope,
};

use super::{
    Error,
    cases::{AUTHOR, Cases},
    log,
    prepared::Prepared,
    stored,
};

impl Cases<'_> {
    /// Brings the history records that a case has a part in up to date, for the bureaus that handle
    /// a case of the same organisation and kind.
    pub(super) fn tell_history(
        &mut self,
        epoch: &Epoch,
        subject: &Subject,
        now_milliseconds: u64,
    ) -> Result<(), Error> {
        let transaction = self.log.transaction;
        let Some(case) = self.get(subject)? else {
            return Ok(());
        };
        let key = HistoryKey::of(&case.file.case);
        let mut histories = move_to(transaction, subject, key.as_ref())?;
        histories.extend(key.as_ref().map(Subject::history));
        for history in histories {
            self.refresh(epoch, &history, now_milliseconds)?;
        }
        Ok(())
    }

    fn refresh(
        &mut self,
        epoch: &Epoch,
        history: &Subject,
        now_milliseconds: u64,
    ) -> Result<(), Error> {
        let transaction = self.log.transaction;
        let members: Vec<Subject> = subjects(
            transaction,
            "SELECT subject FROM histories WHERE history = ?1",
            history,
        )?;
        let mut files: Vec<CaseFile> = Vec::new();
        for member in &members {
            files.extend(self.get(member)?.map(|case| case.file.clone()));
        }
        let bureaus = |file| {
            Scope::seeing(file)
                .into_iter()
                .filter(|scope| matches!(scope, Scope::Bureau(_)))
        };
        let seeing: BTreeSet<Scope> = files.iter().flat_map(bureaus).collect();
        let today = Day::at_unix_milliseconds(stored(now_milliseconds));
        let record = History::of_ledger(&files, today).records().next();
        let told = last_told(transaction, history)?;
        match record {
            // Where nothing ever failed, nothing need be told.
            Some(record)
                if told.as_ref() != Some(&record)
                    && (told.is_some()
                        || record.results.iter().any(|result| result.nonconforming)) =>
            {
                let body = Body::History { record };
                let log = &self.log;
                let change = log.own_change(epoch, AUTHOR, history, &body, now_milliseconds)?;
                self.log
                    .append(&Prepared::of(&change), &seeing, now_milliseconds)
            }
            _ if told.is_some() => self.log.see(history, &seeing),
            _ => Ok(()),
        }
    }
}

/// Notes where a case belongs now; returns where it belonged before, if that was elsewhere.
fn move_to(
    transaction: &Transaction<'_>,
    subject: &Subject,
    key: Option<&HistoryKey>,
) -> Result<BTreeSet<Subject>, Error> {
    let before: BTreeSet<Subject> = subjects(
        transaction,
        "SELECT history FROM histories WHERE subject = ?1",
        subject,
    )?;
    let now: BTreeSet<Subject> = key.map(Subject::history).into_iter().collect();
    for history in before.difference(&now) {
        transaction
            .prepare_cached("DELETE FROM histories WHERE history = ?1 AND subject = ?2")?
            .execute((history.as_str(), subject.as_str()))?;
    }
    for history in now.difference(&before) {
        transaction
            .prepare_cached("INSERT INTO histories VALUES (?1, ?2)")?
            .execute((history.as_str(), subject.as_str()))?;
    }
    Ok(before.difference(&now).cloned().collect())
}

fn subjects<C: FromIterator<Subject>>(
    transaction: &Transaction<'_>,
    sql: &str,
    of: &Subject,
) -> Result<C, Error> {
    let mut statement = transaction.prepare_cached(sql)?;
    let rows = statement.query_map([of.as_str()], |row| row.get::<_, String>(0))?;
    rows.map(|subject| {
        subject?
            .parse()
            .map_err(|_| Error::Damaged("a subject of a history"))
    })
    .collect()
}

/// The record as it was last told.
fn last_told(
    transaction: &Transaction<'_>,
    history: &Subject,
) -> Result<Option<HistoryRecord>, Error> {
    let changes = log::changes_of(transaction, history)?;
    Ok(changes.last().and_then(|change| match change.body() {
        Ok(Body::History { record }) => Some(record),
        _ => None,
    }))
}
