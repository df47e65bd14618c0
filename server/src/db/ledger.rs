//! The whole ledger at once, for commands that compute with all of it.

use shared::{
    calendar::CalendarLog,
    change::{Change, Subject},
    fold::{FoldedCase, fold},
    id::CaseId,
    sync::Scope,
};

use super::{Database, Error, log};

impl Database {
    /// What dates are computed by: the notices that come with the program, and what the log adds.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn calendar(&self) -> Result<CalendarLog, Error> {
        self.read(|transaction| {
            let changes = log::changes_of(transaction, &Subject::calendar())?;
            Ok(CalendarLog::of(&changes))
        })
    }

    /// The cases that a scope sees now, folded.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn cases_in_sight(&self, scope: &Scope) -> Result<Vec<(CaseId, FoldedCase)>, Error> {
        self.read(|transaction| {
            let subjects = match scope {
                Scope::All => log::subjects(transaction, "case")?,
                scope => log::seen_by(transaction, scope)?,
            };
            let mut cases = Vec::new();
            for subject in &subjects {
                if let Some(id) = subject.case_id() {
                    cases.push((id, fold(&log::changes_of(transaction, subject)?)));
                }
            }
            Ok(cases)
        })
    }

    /// Every case, folded, in the order in which the log first names them.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn ledger(&self) -> Result<Vec<(CaseId, FoldedCase)>, Error> {
        self.read(|transaction| {
            let mut statement = transaction.prepare(
                "SELECT device, sequence, subject, clock, author, schema, body FROM changes
                 JOIN (SELECT subject, MIN(position) AS opened FROM changes
                       WHERE subject LIKE 'case/%' GROUP BY subject) USING (subject)
                 ORDER BY opened, position",
            )?;
            let mut rows = statement.query([])?;
            let mut ledger = Vec::new();
            let mut changes: Vec<Change> = Vec::new();
            loop {
                let next = rows.next()?.map(|row| log::change(row, 0)).transpose()?;
                let same = match (changes.first(), &next) {
                    (Some(first), Some(next)) => first.subject == next.subject,
                    (None, _) => true,
                    (Some(_), None) => false,
                };
                if !same {
                    let case_id = changes.first().map(|change| &change.subject);
                    if let Some(id) = case_id.and_then(Subject::case_id) {
                        ledger.push((id, fold(&changes)));
                    }
                    changes.clear();
                }
                match next {
                    Some(change) => changes.push(change),
                    None => return Ok(ledger),
                }
            }
        })
    }
}
