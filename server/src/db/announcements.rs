//! Announcements as the log has them, and what their publication records on the cases in them.

use std::collections::BTreeSet;

use rusqlite::Transaction;
use shared::{
    Event, EventKind,
    change::{Body, Change, Epoch, Subject},
    publication::{Announcements, Step},
    sync::Scope,
};

use super::{
    Database, Error,
    exchange::{Cases, own_change},
    log,
};

impl Database {
    /// Every announcement, published or not, with the opinions on it.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn announcements(&self) -> Result<Announcements, Error> {
        self.read(|transaction| Ok(Announcements::of(&changes(transaction)?)))
    }
}

/// Every step of every announcement, and of the opinions on them.
pub(super) fn changes(transaction: &Transaction<'_>) -> Result<Vec<Change>, Error> {
    let mut found = Vec::new();
    for kind in ["announcement", "opinion"] {
        for subject in log::subjects(transaction, kind)? {
            found.extend(log::changes_of(transaction, &subject)?);
        }
    }
    Ok(found)
}

/// Records on each case in the annex that it was announced (articles 20, 24), where this change
/// publishes it and the case does not have it yet; the publisher is the author.
pub(super) fn tell_cases(
    transaction: &Transaction<'_>,
    cases: &mut Cases,
    epoch: &Epoch,
    change: &Change,
    now_milliseconds: u64,
) -> Result<BTreeSet<Scope>, Error> {
    let mut touched = BTreeSet::new();
    let step = change.body().ok().as_ref().and_then(Step::of);
    let (Some(Step::Published { on, .. }), Some(id)) = (step, change.subject.announcement_id())
    else {
        return Ok(touched);
    };
    let all = Announcements::of(&log::changes_of(transaction, &change.subject)?);
    let Some(announcement) = all.get(&id) else {
        return Ok(touched);
    };
    let number = announcement
        .number
        .as_ref()
        .map_or_else(|| id.to_string(), |(number, _)| number.to_string());
    let rows = announcement.content().rows;
    let named: BTreeSet<Subject> = rows
        .iter()
        .flat_map(|row| &row.basis)
        .map(|basis| Subject::case(&basis.case))
        .collect();
    for subject in named {
        let is_told = |event: &Event| {
            event.kind == EventKind::Announced
                && event.details.get("announcement").and_then(|it| it.as_str()) == Some(&number)
        };
        match cases.get(transaction, &subject)? {
            Some(case) if !case.file.events.iter().any(is_told) => {}
            _ => continue,
        }
        let mut event = Event::new("", EventKind::Announced, on);
        event
            .details
            .insert("announcement".to_owned(), number.clone().into());
        let recorded = |event: Event| Body::Event {
            event: Box::new(event),
        };
        let mut change = own_change(
            transaction,
            epoch,
            &change.author,
            &subject,
            &recorded(event.clone()),
            now_milliseconds,
        )?;
        // An event is named by the change that records it.
        event.id = change.id.to_string();
        change.body = recorded(event).to_raw();
        touched.extend(cases.append(transaction, &change, now_milliseconds)?);
    }
    Ok(touched)
}
