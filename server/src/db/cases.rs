//! The cases that a transaction touches, each read and folded once and kept up to date.

use std::collections::{BTreeSet, HashMap};

use rusqlite::{OptionalExtension, Transaction};
use shared::{
    change::{Body, BodyError, Change, ChangeId, Epoch, Subject},
    clock::HybridTime,
    fold::{FoldedCase, fold},
    sync::Scope,
};

use super::{
    Error, contents::name_content, log, numbers, prepared::Prepared, stored, writing::LogWriter,
};

/// The author of what the server writes itself.
pub(super) const AUTHOR: &str = "server";

/// The log within a transaction that writes, and the cases that it touches.
pub(super) struct Cases<'a> {
    pub(super) log: LogWriter<'a>,
    loaded: HashMap<Subject, Loaded>,
    ready: Ready,
}

/// Cases that were read before the transaction began, beside those who write: each is taken where
/// nothing of it was written meanwhile.
#[derive(Default)]
pub(super) struct Ready(HashMap<Subject, Loaded>);

struct Loaded {
    folded: FoldedCase,
    /// Stamp and id of the change that comes last in the order of the fold; none where the log has
    /// nothing of the case.
    last: Option<(HybridTime, ChangeId)>,
    /// Where the log had its last change when it was read, or 0.
    position: i64,
    /// Who saw it then.
    seeing: BTreeSet<Scope>,
}

impl Ready {
    pub(super) fn read<'s>(
        transaction: &Transaction<'_>,
        subjects: impl IntoIterator<Item = &'s Subject>,
    ) -> Result<Self, Error> {
        let subjects: BTreeSet<&Subject> = subjects.into_iter().collect();
        let cases = subjects.into_iter().map(|subject| {
            let loaded = Loaded::read(transaction, subject)?;
            Ok((subject.clone(), loaded))
        });
        cases.collect::<Result<_, Error>>().map(Self)
    }
}

impl Loaded {
    fn read(transaction: &Transaction<'_>, subject: &Subject) -> Result<Self, Error> {
        let placed = log::placed(transaction, subject)?;
        let changes = || placed.iter().map(|(_, change)| change);
        let last = changes().map(|it| (it.clock, &it.id)).max();
        Ok(Self {
            last: last.map(|(clock, id)| (clock, id.clone())),
            folded: fold(changes()),
            position: placed.last().map_or(0, |(position, _)| *position),
            seeing: log::sight(transaction, subject)?,
        })
    }

    /// Most changes come after all others, or set a field that a later one sets: then not all of
    /// them are folded anew.
    fn take(
        &mut self,
        transaction: &Transaction<'_>,
        change: &Change,
        body: Result<Body, BodyError>,
    ) -> Result<(), Error> {
        let comes_last = self
            .last
            .as_ref()
            .is_none_or(|(clock, id)| (change.clock, &change.id) > (*clock, id));
        if comes_last {
            self.last = Some((change.clock, change.id.clone()));
        }
        let is_taken = body.is_ok_and(|body| {
            if comes_last {
                self.folded.extend_read(change, body)
            } else {
                self.folded.outdoes(change, &body)
            }
        });
        if !is_taken {
            let known = log::changes_of(transaction, &change.subject)?;
            self.folded = fold(known.iter().chain([change]));
        }
        Ok(())
    }
}

/// Where the log has the last change of a subject, or 0.
fn last_position(transaction: &Transaction<'_>, subject: &Subject) -> Result<i64, Error> {
    let mut statement = transaction.prepare_cached(
        "SELECT position FROM changes WHERE subject = ?1 ORDER BY position DESC LIMIT 1",
    )?;
    let found = statement.query_row([subject.as_str()], |row| row.get(0));
    Ok(found.optional()?.unwrap_or_default())
}

impl<'a> Cases<'a> {
    pub(super) fn new(transaction: &'a Transaction<'a>, ready: Ready) -> Self {
        Self {
            log: LogWriter::new(transaction),
            loaded: HashMap::new(),
            ready,
        }
    }

    fn load(&mut self, subject: &Subject) -> Result<&mut Loaded, Error> {
        if !self.loaded.contains_key(subject) {
            let transaction = self.log.transaction;
            let mut loaded = match self.ready.0.remove(subject) {
                Some(ready) if ready.position == last_position(transaction, subject)? => ready,
                _ => Loaded::read(transaction, subject)?,
            };
            self.log
                .sight_is(subject, std::mem::take(&mut loaded.seeing));
            self.loaded.insert(subject.clone(), loaded);
        }
        self.loaded
            .get_mut(subject)
            .ok_or(Error::Damaged("a case that was just loaded"))
    }

    /// The case, if anything of it is in the log.
    pub(super) fn get(&mut self, subject: &Subject) -> Result<Option<&FoldedCase>, Error> {
        let loaded = self.load(subject)?;
        Ok(loaded.last.is_some().then_some(&loaded.folded))
    }

    pub(super) fn append(
        &mut self,
        mut prepared: Prepared<'_>,
        now_milliseconds: u64,
    ) -> Result<(), Error> {
        let (transaction, change) = (self.log.transaction, prepared.change);
        match &prepared.body {
            Ok(Body::Attach { attachment }) => {
                name_content(transaction, &change.subject, attachment)?;
            }
            // Numbers go on after one that comes with a change: from a file, or back from a device.
            Ok(Body::Open { head }) => numbers::go_on_after(transaction, &head.number)?,
            Ok(Body::Head { field, value, .. }) if field == "number" => {
                numbers::go_on_after(transaction, value.as_str().unwrap_or_default())?;
            }
            _ => {}
        }
        let body = std::mem::replace(&mut prepared.body, Ok(Body::Unknown));
        let loaded = self.load(&change.subject)?;
        loaded.take(transaction, change, body)?;
        let seeing = Scope::seeing(&loaded.folded.file);
        self.log.append(&prepared, &seeing, now_milliseconds)
    }

    /// Writes a change of the server's own.
    pub(super) fn write(
        &mut self,
        epoch: &Epoch,
        author: &str,
        subject: &Subject,
        body: &Body,
        now_milliseconds: u64,
    ) -> Result<(), Error> {
        let log = &self.log;
        let change = log.own_change(epoch, author, subject, body, now_milliseconds)?;
        self.append(Prepared::of(&change), now_milliseconds)
    }

    /// All changes of the case that the log has.
    pub(super) fn changes(&self, subject: &Subject) -> Result<Vec<Change>, Error> {
        log::changes_of(self.log.transaction, subject)
    }

    /// Gives the case its number, if it has none.
    pub(super) fn number(
        &mut self,
        epoch: &Epoch,
        subject: &Subject,
        now_milliseconds: u64,
    ) -> Result<(), Error> {
        let transaction = self.log.transaction;
        let head = &self.load(subject)?.folded.file.case;
        if !head.number.is_empty() {
            return Ok(());
        }
        let number = numbers::next(transaction, head.spot_check.year, stored(now_milliseconds))?;
        let body = Body::Head {
            field: "number".into(),
            value: number.into(),
            replaces: Vec::new(),
        };
        self.write(epoch, AUTHOR, subject, &body, now_milliseconds)
    }
}
