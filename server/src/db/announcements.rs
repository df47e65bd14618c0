//! Announcements as the log has them, and what their publication records on the cases in them.

use std::collections::BTreeSet;

use rusqlite::Transaction;
use shared::{
    Event, EventKind,
    announcement::Quarter,
    change::{Body, Change, Epoch, Subject},
    publication::{Announcements, Step, demands_risk},
};

use super::{Database, Error, cases::Cases, log, prepared::Prepared};

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

/// Whether this change publishes what article 23 demands a risk assessment for, and there is none:
/// by the ledger of now, whatever the draft took from it.
pub(super) fn lacks_risk(
    cases: &mut Cases<'_>,
    all: &Announcements,
    change: &Change,
) -> Result<bool, Error> {
    let step = change.body().ok().as_ref().and_then(Step::of);
    let own = change.subject.announcement_id().and_then(|id| all.get(&id));
    let (Some(Step::Published { .. }), Some(own)) = (step, own) else {
        return Ok(false);
    };
    if own.risk.is_some() {
        return Ok(false);
    }
    let rows = own.content().rows;
    let listed = rows.iter().flat_map(|row| &row.basis).map(|it| &it.case);
    let chosen = own.drawn.iter().flat_map(|drawn| &drawn.cases);
    let named: BTreeSet<Subject> = listed.chain(chosen).map(Subject::case).collect();
    // A trait is always written by its name.
    let mut statement = cases.log.transaction.prepare_cached(
        "SELECT DISTINCT subject FROM changes WHERE subject LIKE 'case/%'
         AND (body LIKE '%public_safety%' OR body LIKE '%consumer_goods%')",
    )?;
    let subjects = statement.query_map([], |row| row.get::<_, String>(0))?;
    for subject in subjects {
        let subject: Subject = subject?
            .parse()
            .map_err(|_| Error::Damaged("a subject in the log"))?;
        let Some(case) = cases.get(&subject)? else {
            continue;
        };
        let head = &case.file.case;
        let quarter = Quarter::of(&head.spot_check);
        let is_in = named.contains(&subject) || (quarter.is_some() && quarter == own.period);
        if is_in && head.product.excluded_class.is_none() && demands_risk(&head.product) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Records on each case in the annex that it was announced (articles 20, 24), where this change
/// publishes it and the case does not have it yet; the publisher is the author.
pub(super) fn tell_cases(
    cases: &mut Cases<'_>,
    epoch: &Epoch,
    change: &Change,
    now_milliseconds: u64,
) -> Result<(), Error> {
    let step = change.body().ok().as_ref().and_then(Step::of);
    let (Some(Step::Published { on, .. }), Some(id)) = (step, change.subject.announcement_id())
    else {
        return Ok(());
    };
    let all = Announcements::of(&cases.changes(&change.subject)?);
    let Some(announcement) = all.get(&id) else {
        return Ok(());
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
        match cases.get(&subject)? {
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
        let mut change = cases.log.own_change(
            epoch,
            &change.author,
            &subject,
            &recorded(event.clone()),
            now_milliseconds,
        )?;
        // An event is named by the change that records it.
        event.id = change.id.to_string();
        change.body = recorded(event).to_raw();
        cases.append(Prepared::of(&change), now_milliseconds)?;
    }
    Ok(())
}
