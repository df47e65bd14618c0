//! What a device's journal holds, in memory: changes, how far each has come, and the cases that are
//! folded from them.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde::{Deserialize, Serialize};

use super::{
    Delivered,
    device::{Commit, Settlement},
    wire::{Receipt, RefusalReason},
};
use crate::{
    attachment::ContentHash,
    calendar::CalendarLog,
    change::{Body, Change, ChangeId, Subject},
    fold::{FoldedCase, fold},
    history::History,
    mutation::mutated,
    order::{gathered, sort_by_key},
};

/// A change, and how far it has come.
#[derive(Clone, Debug, PartialEq)]
pub struct Kept {
    /// The change.
    pub change: Change,
    /// How far it has come.
    pub stage: Stage,
}

/// How far a change has come.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Stage {
    /// Made here, and not settled by the server.
    Unsent,
    /// In the server's log.
    Taken(Receipt),
    /// It was in the server's log, which has since been rolled back: the server is to give it
    /// again, or else is offered it.
    Doubtful(Receipt),
    /// In the server's review tray.
    Refused(RefusalReason),
}

/// All that the journal holds, by subject.
///
/// A case in it:
///
/// ```
/// use shared::{CaseHead, change::{Body, ChangeId, Subject}, id::CaseId};
/// use shared::sync::{DeviceState, Kept, Stage, ledger::{Ledger, ShownCase}};
/// let subject = Subject::case(&CaseId::from_random([7; 16]));
/// let head = CaseHead { serious: true, ..Default::default() };
/// let open = [(subject.clone(), |_: &ChangeId| Body::Open { head: Box::new(head) })];
/// let changes = DeviceState::new("m4xw".parse()?, "municipal").compose(1_363_046_400_000, open);
/// let id = &changes[0].id;
///
/// let mut ledger = Ledger::default();
/// let touched = ledger.put(Kept { change: changes[0].clone(), stage: Stage::Unsent });
/// assert!(touched.contains(&subject), "to be shown anew");
/// let case: ShownCase = ledger.case(&subject).ok_or("the case")?;
/// assert!(case.folded.file.case.serious && case.unsent.contains(id));
/// assert_eq!(ledger.setters_of(&subject, "serious"), [id.clone()]);
/// assert_eq!(ledger.changes(&subject), changes);
/// assert_eq!(ledger.unsent(), changes);
/// assert!(ledger.doubtful().is_empty(), "of what was not sent nothing is lost");
///
/// assert_eq!(ledger.subjects().collect::<Vec<_>>(), [&subject]);
/// assert_eq!(ledger.all().count(), 1);
/// assert_eq!(ledger.get(id), ledger.of(&subject).first());
/// ledger.clear();
/// assert_eq!(ledger.get(id), None);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// What the server and the municipal bureau say in it:
///
/// ```
/// use shared::{CaseHead, change::{Body, ChangeId, Subject}, history::*};
/// use shared::sync::{DeviceState, Kept, Stage, ledger::Ledger};
/// let key = HistoryKey { organisation: "600037341".into(), kind: "家具".into() };
/// let record = HistoryRecord { key: key.clone(), results: Vec::new() };
/// let said = [
///     (Subject::calendar(), Body::Overlay { on: true }),
///     (Subject::history(&key), Body::History { record: record.clone() }),
/// ];
/// let said = said.map(|(subject, body)| (subject, move |_: &ChangeId| body));
/// let mut ledger = Ledger::default();
/// assert!(ledger.calendar().is_none(), "nothing was said");
/// for change in DeviceState::new("m4xw".parse()?, "municipal").compose(1_363_046_400_000, said) {
///     ledger.put(Kept { change, stage: Stage::Unsent });
/// }
/// assert!(ledger.calendar().is_some_and(|calendar| calendar.overlay));
/// assert_eq!(ledger.history().records().collect::<Vec<_>>(), [record]);
/// # Ok::<(), shared::change::IdError>(())
/// ```
///
/// What a commit makes of it, here one that takes a case from the device with a photo in it:
///
/// ```
/// use shared::attachment::{Attachment, Purpose};
/// use shared::{change::{Body, ChangeId, Subject}, id::CaseId};
/// use shared::sync::{Commit, DeviceState, Kept, Stage, ledger::{Entries, Ledger}, wire::Receipt};
/// let subject = Subject::case(&CaseId::from_random([7; 16]));
/// let photo = Attachment::of(b"\xff\xd8\xff\xe0", "现场照片", Purpose::Photo)?;
/// let hash = photo.hash;
/// let attach = [(subject.clone(), |_: &ChangeId| Body::Attach { attachment: Box::new(photo) })];
/// let mut state = DeviceState::new("m4xw".parse()?, "municipal");
/// let change = state.compose(1_363_046_400_000, attach).remove(0);
/// let mut ledger = Ledger::default();
/// ledger.put(Kept { change, stage: Stage::Taken(Receipt("r".into())) });
/// assert!(ledger.names(&hash));
///
/// let entries: Entries = ledger.after(&Commit {
///     state,
///     forget_settled: false,
///     verdicts: Vec::new(),
///     received: Vec::new(),
///     revoked: vec![subject.clone()],
///     restamped: Vec::new(),
///     doubt_after: None,
///     offered: Default::default(),
///     renamed: Vec::new(),
/// });
/// assert_eq!(ledger.contents_going(&entries), [hash].into());
/// assert_eq!(ledger.apply(entries), [subject].into());
/// assert!(!ledger.names(&hash));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Ledger {
    subjects: BTreeMap<Subject, Vec<Kept>>,
    /// Under which subject each is: an id that meant one thing here may come to mean another.
    places: HashMap<ChangeId, Subject>,
}

/// A case as a device shows it.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct ShownCase {
    /// The case.
    pub folded: FoldedCase,
    /// Changes of it that have not been sent.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub unsent: BTreeSet<ChangeId>,
}

/// What a commit makes of the journal's entries.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Entries {
    /// Entries that must go.
    pub removed: BTreeSet<ChangeId>,
    /// Entries as they are from now on.
    pub put: Vec<Kept>,
    /// Entries that must be new: where another tab has used the number, nothing may be written.
    pub added: Vec<Kept>,
}

impl Ledger {
    /// Puts a change in, in the place of the one with its id if there is one; says which subjects
    /// are touched.
    pub fn put(&mut self, kept: Kept) -> BTreeSet<Subject> {
        let (id, subject) = (kept.change.id.clone(), kept.change.subject.clone());
        let before = self.places.insert(id.clone(), subject.clone());
        let elsewhere = before.clone().filter(|before| *before != subject);
        if let Some(items) = elsewhere.as_ref().and_then(|it| self.subjects.get_mut(it)) {
            items.retain(|item| item.change.id != id);
            self.subjects.retain(|_, items| !items.is_empty());
        }
        let items = self.subjects.entry(subject.clone()).or_default();
        match items.iter_mut().find(|item| item.change.id == id) {
            Some(item) if before.is_some() => *item = kept,
            _ => items.push(kept),
        }
        gathered(elsewhere.into_iter().chain([subject]))
    }

    /// Empties it, before a whole journal is read.
    pub fn clear(&mut self) {
        self.subjects.clear();
        self.places.clear();
    }

    /// Every change.
    pub fn all(&self) -> impl Iterator<Item = &Kept> {
        self.subjects.values().flatten()
    }

    /// What stands under an id.
    pub fn get(&self, id: &ChangeId) -> Option<&Kept> {
        let items = self.subjects.get(self.places.get(id)?)?;
        items.iter().find(|kept| kept.change.id == *id)
    }

    /// The changes of a subject.
    pub fn of(&self, subject: &Subject) -> &[Kept] {
        self.subjects.get(subject).map_or(&[], Vec::as_slice)
    }

    /// Every subject.
    pub fn subjects(&self) -> impl Iterator<Item = &Subject> {
        self.subjects.keys()
    }

    /// Own changes that the server has not settled, in order.
    pub fn unsent(&self) -> Vec<Change> {
        let mut unsent: Vec<_> = self
            .all()
            .filter(|kept| kept.stage == Stage::Unsent)
            .map(|kept| kept.change.clone())
            .collect();
        sort_by_key(&mut unsent, |change| change.id.sequence);
        unsent
    }

    /// What the server may have lost.
    pub fn doubtful(&self) -> Vec<Delivered> {
        self.all()
            .filter_map(|kept| match &kept.stage {
                Stage::Doubtful(receipt) => Some(Delivered {
                    change: kept.change.clone(),
                    receipt: receipt.clone(),
                }),
                _ => None,
            })
            .collect()
    }

    /// The changes of a case; one that the server refused has no part in it.
    pub fn changes(&self, subject: &Subject) -> Vec<Change> {
        let counted = |kept: &&Kept| !matches!(kept.stage, Stage::Refused(_));
        let changes = self.of(subject).iter().filter(counted);
        changes.map(|kept| kept.change.clone()).collect()
    }

    /// The case as it stands; a change that the server refused has no part in it.
    pub fn case(&self, subject: &Subject) -> Option<ShownCase> {
        let counted: Vec<_> = self
            .of(subject)
            .iter()
            .filter(|kept| !matches!(kept.stage, Stage::Refused(_)))
            .collect();
        if counted.is_empty() {
            return None;
        }
        let unsent = counted.iter().filter(|kept| kept.stage == Stage::Unsent);
        let unsent = gathered(unsent.map(|kept| kept.change.id.clone()));
        Some(ShownCase {
            folded: fold(counted.iter().map(|kept| &kept.change)),
            unsent,
        })
    }

    /// The changes that a field's value rests on, for an edit that replaces them.
    pub fn setters_of(&self, subject: &Subject, field: &str) -> Vec<ChangeId> {
        let Some(case) = self.case(subject) else {
            return Vec::new();
        };
        let others = case
            .folded
            .parallel
            .iter()
            .filter(|parallel| parallel.field == field)
            .flat_map(|parallel| parallel.others.iter().map(|(_, record)| &record.change));
        let last = case.folded.fields.get(field).map(|record| &record.change);
        last.into_iter().chain(others).cloned().collect()
    }

    /// What the server tells of organisations' earlier results: of each record the last.
    pub fn history(&self) -> History {
        let records = self
            .subjects
            .iter()
            .filter(|(subject, _)| subject.kind() == "history")
            .filter_map(|(_, items)| {
                let last = items
                    .iter()
                    .max_by_key(|kept| (kept.change.clock, &kept.change.id))?;
                match last.change.body() {
                    Ok(Body::History { record }) => Some(record),
                    _ => None,
                }
            });
        History::of_records(records)
    }

    /// What the municipal bureau says of working days; none where it said nothing.
    pub fn calendar(&self) -> Option<CalendarLog> {
        let items = self.subjects.get(&Subject::calendar())?;
        let counted = items
            .iter()
            .filter(|kept| !matches!(kept.stage, Stage::Refused(_)));
        Some(CalendarLog::of(counted.map(|kept| &kept.change)))
    }

    /// Whether a change that the server has not refused attaches this content.
    pub fn names(&self, hash: &ContentHash) -> bool {
        self.all().any(|kept| {
            !matches!(kept.stage, Stage::Refused(_))
                && content_named_by(&kept.change) == Some(*hash)
        })
    }

    /// The contents that nothing names any more once these entries are carried out.
    pub fn contents_going(&self, entries: &Entries) -> BTreeSet<ContentHash> {
        if entries.removed.is_empty() {
            return BTreeSet::new();
        }
        let (going, staying): (Vec<_>, Vec<_>) = self
            .all()
            .partition(|kept| entries.removed.contains(&kept.change.id));
        let set = entries.put.iter().chain(&entries.added);
        let named = |kept: &Kept| content_named_by(&kept.change);
        let staying: BTreeSet<ContentHash> =
            gathered(staying.into_iter().chain(set).filter_map(named));
        let going = going.into_iter().filter_map(named);
        gathered(going.filter(|hash| !staying.contains(hash)))
    }

    /// What a commit of the sync machine makes of the entries.
    pub fn after(&self, commit: &Commit) -> Entries {
        let received = commit.received.iter();
        let received: BTreeSet<ChangeId> = gathered(received.map(|it| it.change.id.clone()));
        let mut put: BTreeMap<ChangeId, Kept> = BTreeMap::new();
        self.settle(commit, &mut put);
        let mut stray: BTreeMap<ChangeId, Kept> = BTreeMap::new();
        for Delivered { change, receipt } in &commit.received {
            let kept = Kept {
                change: change.clone(),
                stage: Stage::Taken(receipt.clone()),
            };
            // A number of one's own, coming from the server: a tab may have used it meanwhile, also
            // under a name that this very commit gives up, or one given up before that the tab has
            // not heard of. Whatever a tab records is of this author.
            let is_new = !self.places.contains_key(&change.id);
            if is_new && change.author == commit.state.author {
                stray.insert(change.id.clone(), kept);
            } else {
                put.insert(change.id.clone(), kept);
            }
        }

        let forgotten = |stage: &Stage| match stage {
            Stage::Taken(_) => true,
            Stage::Doubtful(_) => commit.forget_settled,
            Stage::Unsent => commit.forget_settled && mutated("unsent-forgotten"),
            Stage::Refused(_) => false,
        };
        let revoked = |kept: &&Kept| {
            let stage = put
                .get(&kept.change.id)
                .map_or(&kept.stage, |next| &next.stage);
            let goes = commit.forget_settled || commit.revoked.contains(&kept.change.subject);
            goes && forgotten(stage) && !mutated("revocation-skipped")
        };
        let offered = |kept: &&Kept| {
            matches!(kept.stage, Stage::Doubtful(_)) && commit.offered.contains(&kept.change.id)
        };
        let going = self.all().filter(|kept| revoked(kept) || offered(kept));
        let mut removed: BTreeSet<ChangeId> = gathered(going.map(|kept| kept.change.id.clone()));
        removed.extend(commit.renamed.iter().map(|(id, _)| id.clone()));
        // What is taken back and given again in one page stays.
        removed.retain(|id| !received.contains(id));
        put.retain(|id, _| !removed.contains(id));
        let renamed = commit.renamed.iter().map(|(_, change)| Kept {
            change: change.clone(),
            stage: Stage::Unsent,
        });
        Entries {
            removed,
            put: put.into_values().collect(),
            added: stray.into_values().chain(renamed).collect(),
        }
    }

    /// Verdicts, doubts and new stamps.
    fn settle(&self, commit: &Commit, put: &mut BTreeMap<ChangeId, Kept>) {
        for (id, settlement) in &commit.verdicts {
            let Some(kept) = self.get(id) else {
                continue;
            };
            let stage = match settlement {
                Settlement::Taken(receipt) => Stage::Taken(receipt.clone()),
                Settlement::Refused(reason) => Stage::Refused(*reason),
            };
            let change = kept.change.clone();
            put.insert(id.clone(), Kept { change, stage });
        }
        if let Some(last) = commit.doubt_after {
            for kept in self.all() {
                let id = &kept.change.id;
                let stage = match &kept.stage {
                    _ if put.contains_key(id) => continue,
                    Stage::Taken(receipt) => Stage::Doubtful(receipt.clone()),
                    Stage::Refused(_) if id.device == commit.state.device && id.sequence > last => {
                        Stage::Unsent
                    }
                    _ => continue,
                };
                let change = kept.change.clone();
                put.insert(id.clone(), Kept { change, stage });
            }
        }
        for change in &commit.restamped {
            put.insert(
                change.id.clone(),
                Kept {
                    change: change.clone(),
                    stage: Stage::Unsent,
                },
            );
        }
    }

    /// Carries it out in memory, once the journal has it; says which subjects are touched.
    pub fn apply(&mut self, entries: Entries) -> BTreeSet<Subject> {
        let mut touched = BTreeSet::new();
        if !entries.removed.is_empty() {
            for (subject, items) in &mut self.subjects {
                let before = items.len();
                items.retain(|kept| !entries.removed.contains(&kept.change.id));
                if items.len() != before {
                    touched.insert(subject.clone());
                }
            }
            self.subjects.retain(|_, items| !items.is_empty());
            self.places.retain(|id, _| !entries.removed.contains(id));
        }
        let set = entries.put.into_iter().chain(entries.added);
        touched.extend(set.flat_map(|kept| self.put(kept)));
        touched
    }
}

/// The content that a change attaches. Most changes attach none, and are not read for it.
fn content_named_by(change: &Change) -> Option<ContentHash> {
    if !change.body.get().contains("\"attach\"") {
        return None;
    }
    match change.body() {
        Ok(Body::Attach { attachment }) => Some(attachment.hash),
        _ => None,
    }
}
