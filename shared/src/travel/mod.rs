//! A case as it travels between ledgers: the file that holds all of its changes, and what such a
//! file adds to a ledger that may know the case already.
//!
//! An event carries the change that recorded it (`change`, `author`, `recorded_at`); every other
//! change of the case stands in the file's `edits`. From both the changes are made again, byte for
//! byte, so that a case that comes back is recognised and adds nothing. A file without them, as
//! another program writes it, is told by whoever takes it in.

mod bundle;
mod handed;
mod moment;
mod names;

use std::collections::{BTreeMap, HashMap, HashSet};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, value::RawValue};

use crate::{
    CaseFile, CaseHead, Event,
    change::{Body, Change, ChangeId, SCHEMA, Subject},
    clock::HybridTime,
    fold::{FoldedCase, fields_of, fold, head_with},
    id::CaseId,
};

pub use bundle::{MAXIMUM_BUNDLE_BYTES, read_all};
pub use handed::{Handed, Received};
pub use names::{attachment_name, file_name};

/// The file's own name for the case, on every device.
const ID: &str = "id";
/// The changes of the case that no event of the file stands for.
const EDITS: &str = "edits";
/// The part of a head in which a ledger keeps what a file has beside head and events.
const BESIDE: &str = "file";
/// What an event carries of its change.
const CARRIED: [&str; 3] = ["change", "author", "recorded_at"];

/// A change of the case that no event of the file stands for.
#[derive(Serialize, Deserialize)]
struct Edit {
    change: ChangeId,
    author: String,
    #[serde(with = "moment")]
    recorded_at: HybridTime,
    #[serde(default = "schema", skip_serializing_if = "is_schema")]
    schema: u16,
    /// What the change says; as text where it would not come back byte for byte.
    body: Value,
}

fn schema() -> u16 {
    SCHEMA
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks so")]
fn is_schema(schema: &u16) -> bool {
    *schema == SCHEMA
}

impl Edit {
    fn of(change: &Change) -> Self {
        let text = change.body.get();
        let again = serde_json::from_str::<Value>(text).ok().filter(|value| {
            let sorted = serde_json::value::to_raw_value(value);
            let again = sorted.map(|body| Change {
                body,
                ..change.clone()
            });
            again.is_ok_and(|again| as_written(&again).is_some_and(|raw| raw.get() == text))
        });
        Self {
            change: change.id.clone(),
            author: change.author.clone(),
            recorded_at: change.clock,
            schema: change.schema,
            body: again.unwrap_or_else(|| text.into()),
        }
    }

    fn change(self, subject: &Subject) -> Option<Change> {
        let (body, is_text) = match &self.body {
            Value::String(text) => (RawValue::from_string(text.clone()), true),
            value => (serde_json::value::to_raw_value(value), false),
        };
        let mut change = Change {
            id: self.change,
            subject: subject.clone(),
            clock: self.recorded_at,
            author: self.author,
            schema: self.schema,
            body: body.ok()?,
        };
        if !is_text {
            change.body = as_written(&change)?;
        }
        Some(change)
    }
}

/// The body as this version writes it; `None` where this version does not know it.
fn as_written(change: &Change) -> Option<Box<RawValue>> {
    match change.body().ok()? {
        Body::Unknown => None,
        body => Some(body.to_raw()),
    }
}

/// The case as one file, with all of its changes.
///
/// The same changes give the same file, whatever the order in which they came.
///
/// ```
/// use shared::{CaseHead, change::{Body, Change}, id::CaseId, travel};
/// let id = CaseId::from_random([7; 16]);
/// let open = Change {
///     id: "m4xw/1".parse()?,
///     subject: shared::change::Subject::case(&id),
///     clock: "1363046400000-00000".parse()?,
///     author: "municipal".into(),
///     schema: 1,
///     body: Body::Open { head: Box::new(CaseHead { serious: true, ..Default::default() }) }.to_raw(),
/// };
/// let file = travel::pack(&id, &[open.clone()]);
/// assert_eq!(file.other["edits"][0]["recorded_at"], "2013-03-12T08:00:00.000+08:00");
/// let unpacked: travel::Unpacked = travel::unpack(file);
/// assert_eq!((unpacked.id, unpacked.carried), (id, vec![open]));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn pack(id: &CaseId, changes: &[Change]) -> CaseFile {
    let FoldedCase {
        mut file, records, ..
    } = fold(changes);
    let by_id: HashMap<&ChangeId, &Change> =
        changes.iter().map(|change| (&change.id, change)).collect();
    let mut shown: HashSet<&ChangeId> = HashSet::new();
    for (event, record) in file.events.iter_mut().zip(&records) {
        let body = Body::Event {
            event: Box::new(event.clone()),
        };
        let Some(change) = by_id.get(&record.change) else {
            continue;
        };
        let speaks = change.schema == SCHEMA && change.body.get() == body.to_raw().get();
        if speaks && !CARRIED.iter().any(|name| event.details.contains_key(*name)) {
            shown.insert(&change.id);
            let values = [
                change.id.to_string(),
                change.author.clone(),
                moment::written(change.clock),
            ];
            let carried = CARRIED.iter().zip(values);
            event
                .details
                .extend(carried.map(|(name, value)| ((*name).to_owned(), value.into())));
        }
    }
    let mut others: Vec<&Change> = changes
        .iter()
        .filter(|change| !shown.contains(&change.id))
        .collect();
    others.sort_by_key(|change| (change.clock, &change.id));
    others.dedup();
    let mut edits: Vec<Value> = others
        .into_iter()
        .filter_map(|change| serde_json::to_value(Edit::of(change)).ok())
        .collect();
    if let Some(Value::Object(beside)) = file.case.other.remove(BESIDE) {
        file.other = beside;
    }
    if let Some(Value::Array(foreign)) = file.other.remove(EDITS) {
        edits.extend(foreign);
    }
    file.other.insert(ID.to_owned(), id.as_str().into());
    file.other.insert(EDITS.to_owned(), edits.into());
    file
}

/// A file taken apart.
#[derive(Clone, PartialEq, Debug)]
pub struct Unpacked {
    /// The case: named by the file, else by what identifies it.
    pub id: CaseId,
    /// The changes that the file carries.
    pub carried: Vec<Change>,
    /// Head and events, without what they carry of changes.
    pub told: CaseFile,
}

/// Takes a case file apart. What does not read as a change is left where it stands.
///
/// A file that names no case is the case of its number and batch, so that the same file is the same
/// case again.
pub fn unpack(mut file: CaseFile) -> Unpacked {
    let named = file.other.get(ID).and_then(Value::as_str);
    let id = match named.and_then(|id| id.parse().ok()) {
        Some(id) => {
            file.other.remove(ID);
            id
        }
        None => id_of(&file),
    };
    let subject = Subject::case(&id);
    let mut carried = Vec::new();
    let mut foreign = Vec::new();
    if let Some(Value::Array(edits)) = file.other.remove(EDITS) {
        for edit in edits {
            let read = serde_json::from_value::<Edit>(edit.clone()).ok();
            match read.and_then(|edit| edit.change(&subject)) {
                Some(change) => carried.push(change),
                None => foreign.push(edit),
            }
        }
    }
    if !foreign.is_empty() {
        file.other.insert(EDITS.to_owned(), foreign.into());
    }
    let in_full: Vec<Event> = carried
        .iter()
        .filter_map(|change| match change.body() {
            Ok(Body::Event { event }) => Some(*event),
            _ => None,
        })
        .collect();
    for event in &mut file.events {
        // The change of an event that could not carry it stands among the edits.
        if !in_full.contains(event) {
            carried.extend(carried_by(event, &subject));
        }
    }
    if !file.other.is_empty() {
        let beside = std::mem::take(&mut file.other);
        file.case
            .other
            .insert(BESIDE.to_owned(), Value::Object(beside));
    }
    Unpacked {
        id,
        carried,
        told: file,
    }
}

/// The change that recorded an event, taken out of the event; `None`, and nothing taken out, where
/// the event does not carry all of it.
fn carried_by(event: &mut Event, subject: &Subject) -> Option<Change> {
    let text = |name: &str| event.details.get(name).and_then(Value::as_str);
    let [change, author, recorded_at] = CARRIED.map(text);
    let (id, author) = (change?.parse().ok()?, author?.to_owned());
    let clock = moment::read(recorded_at?)?;
    for name in CARRIED {
        event.details.remove(name);
    }
    let event = Box::new(event.clone());
    Some(Change {
        id,
        subject: subject.clone(),
        clock,
        author,
        schema: SCHEMA,
        body: Body::Event { event }.to_raw(),
    })
}

/// What identifies the case of a file that does not name it.
fn id_of(file: &CaseFile) -> CaseId {
    let batch = CaseId::of_head(&file.case);
    if file.case.number.is_empty() {
        return batch.unwrap_or_else(|| {
            let whole = serde_json::to_string(file).unwrap_or_default();
            CaseId::derive("aftercheck case by file", &[&whole])
        });
    }
    // Offices write their own numbers: one number may be two batches, one batch two cases.
    let batch = batch.as_ref().map_or("", CaseId::as_str);
    CaseId::derive("aftercheck case by number", &[&file.case.number, batch])
}

/// What a file or a row adds to a ledger.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Additions {
    /// Changes that the file carries and the ledger has not, in the order of their clocks.
    pub carried: Vec<Change>,
    /// What the file says beyond all changes: to be written by whoever takes it in.
    pub bodies: Vec<Body>,
    /// Events, by position in the file, whose id stands for something else in the ledger.
    pub differing: Vec<usize>,
}

impl Additions {
    /// Whether there is nothing to write.
    pub fn is_none(&self) -> bool {
        self.carried.is_empty() && self.bodies.is_empty()
    }
}

/// What `told` adds to a ledger that has these changes of the case, when it comes with those.
///
/// Fields that the file leaves empty say nothing. A field that the ledger has otherwise is taken
/// from the file, unless the file's own changes say the same as the file: then the ledger's later
/// edits stand.
///
/// ```
/// use shared::{CaseFile, CaseHead, Event, EventKind, change::{Body, Change, Subject}, id::CaseId};
/// use shared::travel::{Additions, additions, pack, unpack};
/// let mut told = CaseFile::new(CaseHead { serious: true, ..Default::default() });
/// told.events.push(Event::new("e1", EventKind::ResultServed, "2013-03-12".parse()?));
/// let new: Additions = additions(&[], Vec::new(), &told);
/// assert!(matches!(new.bodies[..], [Body::Open { .. }, Body::Event { .. }]));
///
/// let id = CaseId::from_random([7; 16]);
/// let known = [Change {
///     id: "m4xw/1".parse()?,
///     subject: Subject::case(&id),
///     clock: "1363046400000-00000".parse()?,
///     author: "municipal".into(),
///     schema: 1,
///     body: Body::Open { head: Box::new(told.case) }.to_raw(),
/// }];
/// let back = unpack(pack(&id, &known));
/// assert!(additions(&known, back.carried, &back.told).is_none(), "it only comes back");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn additions(known: &[Change], carried: Vec<Change>, told: &CaseFile) -> Additions {
    let has: HashMap<&ChangeId, &Change> =
        known.iter().map(|change| (&change.id, change)).collect();
    let own = fold(&carried);
    let mut new: Vec<Change> = carried
        .into_iter()
        .filter(|change| has.get(&change.id).is_none_or(|known| *known != change))
        .collect();
    new.sort_by(|a, b| (a.clock, &a.id).cmp(&(b.clock, &b.id)));
    new.dedup();
    let all = fold(known.iter().chain(&new));
    let mut additions = Additions {
        carried: new,
        ..Additions::default()
    };
    additions.bodies = head_bodies(&own, &all, &told.case);
    for (position, event) in told.events.iter().enumerate() {
        match all.file.events.iter().find(|known| known.id == event.id) {
            None => additions.bodies.push(Body::Event {
                event: Box::new(event.clone()),
            }),
            Some(known) if known == event => {}
            Some(_) => additions.differing.push(position),
        }
    }
    additions
}

/// What brings a head to what is told: fields that it lacks as one opening, others as edits that
/// know what they replace.
fn head_bodies(own: &FoldedCase, all: &FoldedCase, told: &CaseHead) -> Vec<Body> {
    let fields =
        |head: &CaseHead| -> BTreeMap<String, Value> { fields_of(head).into_iter().collect() };
    let (own, has) = (fields(&own.file.case), fields(&all.file.case));
    let (mut lacking, mut bodies) = (Vec::new(), Vec::new());
    for (field, value) in fields_of(told) {
        if own.get(&field) == Some(&value) || has.get(&field) == Some(&value) {
            continue;
        }
        let Some(setter) = all.fields.get(&field) else {
            lacking.push((field, value));
            continue;
        };
        let others = all.parallel.iter().filter(|edit| edit.field == field);
        let others = others.flat_map(|edit| &edit.others);
        let replaces = std::iter::once(&setter.change)
            .chain(others.map(|(_, record)| &record.change))
            .cloned()
            .collect();
        bodies.push(Body::Head {
            field,
            value,
            replaces,
        });
    }
    if !lacking.is_empty() || all.fields.is_empty() {
        let head = Box::new(head_with(&lacking));
        bodies.insert(0, Body::Open { head });
    }
    bodies
}

/// What a sheet tells of a case, beside what is known of it: what the sheet leaves open does not
/// replace what was answered before.
///
/// ```
/// use serde_json::json;
/// use shared::{CaseFile, CaseHead, travel::beside_known};
/// let said = |told| {
///     let mut case = CaseFile::new(CaseHead::default());
///     case.case.other.insert("sheet".into(), told);
///     case
/// };
/// let mut known = said(json!({"备注": "已停产"}));
/// known.case.spot_check.year = 2013;
/// let mut told = said(json!({"是否已处罚": "是"}));
/// beside_known(&mut told, &known);
/// assert_eq!(told.case.spot_check.year, 2013);
/// assert_eq!(told.case.other["sheet"], json!({"备注": "已停产", "是否已处罚": "是"}));
/// ```
pub fn beside_known(told: &mut CaseFile, known: &CaseFile) {
    const SHEET: &str = "sheet";
    let (check, before) = (&mut told.case.spot_check, &known.case.spot_check);
    if check.year == 0 && before.year != 0 {
        check.clone_from(before);
    }
    let Some(Value::Object(before)) = known.case.other.get(SHEET) else {
        return;
    };
    let Some(Value::Object(texts)) = told.case.other.get_mut(SHEET) else {
        return;
    };
    let reported = known
        .events
        .iter()
        .zip(known.standing())
        .any(|(event, stands)| stands && event.kind == crate::EventKind::ReportSubmitted);
    if reported {
        texts.remove(crate::import::Field::Verdict.title());
    }
    let mut merged: Map<String, Value> = before.clone();
    merged.append(texts);
    *texts = merged;
}
