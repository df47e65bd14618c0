//! Cases that come from files on the command line, and go out as files.

use std::collections::BTreeSet;

use shared::{
    Actor, CaseFile, Role,
    change::{Body, Change, ChangeId, Epoch, Subject},
    clock::MAXIMUM_CLOCK_LEAD_MILLISECONDS,
    fold::fold,
    sync::{
        Scope,
        admission::{admit, admit_carried},
        wire::RefusalReason,
    },
    travel::{additions, beside_known},
};

use super::{
    Database, Error,
    cases::{AUTHOR, Cases, Ready},
    epoch, log,
    prepared::Prepared,
};

/// A case that a file tells of.
#[derive(Clone, Debug)]
pub struct Arriving {
    /// The case.
    pub subject: Subject,
    /// The changes that the file carries.
    pub carried: Vec<Change>,
    /// Head and events.
    pub told: CaseFile,
    /// A row of a sheet: taken in as the municipal bureau would take it, which collates sheets.
    pub from_sheet: bool,
}

/// What came of one case.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Taken {
    /// It is new.
    Imported,
    /// The ledger had it, and it brought something new.
    Updated,
    /// The ledger had all of it.
    Unchanged,
    /// Nothing of it was taken.
    Refused(ChangeId, RefusalReason),
}

/// An event, by its position in the file, whose id stands for another in the ledger: only it was
/// left out.
pub type Refused = usize;

/// What came of cases taken in.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct TakenIn {
    /// For each of them, in their order.
    pub cases: Vec<(Taken, Vec<Refused>)>,
    /// Who has something new to see.
    pub touched: BTreeSet<Scope>,
}

impl Database {
    /// Takes cases in, all in one transaction; each of them is taken whole or not at all, but for
    /// events whose ids stand for something else.
    ///
    /// Changes that a file carries keep their ids, authors and clocks. What it says beyond them is
    /// written by the server, under the device that names the epoch.
    ///
    /// # Errors
    /// Where the database fails; then nothing was taken.
    pub fn take_in(
        &self,
        arriving: Vec<Arriving>,
        now_milliseconds: u64,
    ) -> Result<TakenIn, Error> {
        self.write(|transaction| {
            let mut intake = Intake {
                epoch: epoch(transaction)?,
                cases: Cases::new(transaction, Ready::default()),
                now_milliseconds,
            };
            let cases = arriving
                .into_iter()
                .map(|arriving| intake.take(arriving))
                .collect::<Result<_, _>>()?;
            Ok(TakenIn {
                cases,
                touched: intake.cases.log.into_touched(),
            })
        })
    }

    /// Shows every case of the ledger with all of its changes, in the order of their ids.
    ///
    /// # Errors
    /// Where the database fails, or what `show` gives back.
    pub fn each_case<E: From<Error>>(
        &self,
        mut show: impl FnMut(&Subject, &[Change]) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut result = Ok(());
        self.read(|transaction| {
            for subject in log::subjects(transaction, "case")? {
                let changes = log::changes_of(transaction, &subject)?;
                result = show(&subject, &changes);
                if result.is_err() {
                    break;
                }
            }
            Ok(())
        })?;
        result
    }
}

/// Cases being taken in.
struct Intake<'a> {
    epoch: Epoch,
    cases: Cases<'a>,
    now_milliseconds: u64,
}

impl Intake<'_> {
    fn take(&mut self, arriving: Arriving) -> Result<(Taken, Vec<Refused>), Error> {
        let Arriving {
            subject,
            carried,
            mut told,
            from_sheet,
        } = arriving;
        let known = self.cases.changes(&subject)?;
        let is_new = known.is_empty();
        if from_sheet && !is_new {
            beside_known(&mut told, &fold(&known).file);
        }
        let additions = additions(&known, carried, &told);
        if let Some((change, reason)) = self.unfit(&additions.carried)? {
            return Ok((Taken::Refused(change, reason), additions.differing));
        }
        let mut written = additions.carried.len();
        for change in &additions.carried {
            self.append(change)?;
        }
        for body in &additions.bodies {
            match self.write(&subject, body, from_sheet)? {
                Ok(()) => written += 1,
                // Without its head there is no case.
                Err((change, reason)) if written == 0 && is_new => {
                    return Ok((Taken::Refused(change, reason), additions.differing));
                }
                // A field that is set otherwise than by a sheet, as the bureau is.
                Err(_) => {}
            }
        }
        if written > 0 {
            let now = self.now_milliseconds;
            self.cases.number(&self.epoch, &subject, now)?;
            self.cases.tell_history(&self.epoch, &subject, now)?;
        }
        let taken = match (is_new, written) {
            (true, _) => Taken::Imported,
            (false, 0) => Taken::Unchanged,
            (false, _) => Taken::Updated,
        };
        Ok((taken, additions.differing))
    }

    /// The first of these changes that the log cannot take, and why.
    fn unfit(&self, carried: &[Change]) -> Result<Option<(ChangeId, RefusalReason)>, Error> {
        let latest = self.now_milliseconds + MAXIMUM_CLOCK_LEAD_MILLISECONDS;
        for (position, change) in carried.iter().enumerate() {
            let again = carried[..position]
                .iter()
                .any(|other| other.id == change.id);
            let reason =
                if again || log::change_by_id(self.cases.log.transaction, &change.id)?.is_some() {
                    Some(RefusalReason::IdReused)
                } else if change.clock.milliseconds > latest {
                    Some(RefusalReason::Other)
                } else {
                    admit_carried(change).err()
                };
            if let Some(reason) = reason {
                return Ok(Some((change.id.clone(), reason)));
            }
        }
        Ok(None)
    }

    /// Writes a change of the server's own; gives it back where it may not be.
    fn write(
        &mut self,
        subject: &Subject,
        body: &Body,
        from_sheet: bool,
    ) -> Result<Result<(), (ChangeId, RefusalReason)>, Error> {
        let change =
            self.cases
                .log
                .own_change(&self.epoch, AUTHOR, subject, body, self.now_milliseconds)?;
        let admitted = if from_sheet {
            let collating = Actor {
                user: AUTHOR.to_owned(),
                role: Role::Municipal,
                office: String::new(),
            };
            let case = self.cases.get(subject)?;
            admit(&change, &collating, case)
        } else {
            admit_carried(&change)
        };
        match admitted {
            Ok(()) => self.append(&change).map(Ok),
            Err(reason) => Ok(Err((change.id, reason))),
        }
    }

    fn append(&mut self, change: &Change) -> Result<(), Error> {
        self.cases
            .append(Prepared::of(change), self.now_milliseconds)
    }
}
