//! A case is a fold over its changes: the same changes give the same case, byte for byte,
//! whatever the order in which they came.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::{
    CaseFile, CaseHead, Event,
    attachment::Attachment,
    change::{Body, Change, ChangeId},
    clock::HybridTime,
    document::Recorded,
    mutation::mutated,
    order::{gathered, sort_by},
};

/// Parts of the head whose fields are merged one by one; every other part is one field.
const NESTED_PARTS: [&str; 2] = ["product", "enterprise"];

/// A case, with what its log says beyond the case file.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct FoldedCase {
    /// Head and events, the events in the order of the log.
    pub file: CaseFile,
    /// Who recorded each event: one for each of `file.events`, in the same order.
    pub records: Vec<Record>,
    /// The change that each field of the head was last set by; an edit names it as `replaces`.
    pub fields: BTreeMap<String, Record>,
    /// Fields that were edited on two devices that did not know of each other.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parallel: Vec<ParallelEdit>,
    /// Who attached each content: one for each of `file.attachments`, in the same order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attached: Vec<Record>,
    /// The documents that were issued, void ones too, in the order of the log.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub documents: Vec<Recorded>,
    /// Changes that could not be used, kept in the log.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub set_aside: Vec<SetAside>,
}

/// Who made a change, and when by the author's device.
///
/// ```
/// use shared::fold::Record;
/// let record = Record {
///     change: "m4xw/1".parse()?,
///     author: "chaoyang".into(),
///     clock: "1363046400000-00000".parse()?,
/// };
/// assert_eq!(record.change.device.as_str(), "m4xw");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Record {
    /// The change.
    pub change: ChangeId,
    /// Its author.
    pub author: String,
    /// Its time.
    pub clock: HybridTime,
}

/// One field, edited in parallel: the last by the clock is shown, the others are listed.
///
/// ```
/// use shared::{change::{Body, Change}, fold::{ParallelEdit, fold}};
/// let change = |id: &str, clock: &str, body: Body| -> Result<Change, Box<dyn std::error::Error>> {
///     Ok(Change {
///         id: id.parse()?,
///         subject: "case/abc".parse()?,
///         clock: clock.parse()?,
///         author: "chaoyang".into(),
///         schema: 1,
///         body: body.to_raw(),
///     })
/// };
/// let set = |value: &str| Body::Head {
///     field: "product.model".into(),
///     value: value.into(),
///     replaces: Vec::new(),
/// };
/// let one = change("m4xw/1", "1363046400000-00000", set("A1"))?;
/// let other = change("k2bd/1", "1363046400001-00000", set("A2"))?;
/// let case = fold([&one, &other]);
/// assert_eq!(case.file.case.product.model, "A2", "the later one");
/// let parallel: &ParallelEdit = &case.parallel[0];
/// assert_eq!((&*parallel.field, &parallel.others[0].0), ("product.model", &"A1".into()));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct ParallelEdit {
    /// The field's path.
    pub field: String,
    /// The values that lost, with who wrote them.
    pub others: Vec<(Value, Record)>,
}

/// A change that the fold could not use.
///
/// ```
/// use shared::{change::{Body, Change}, fold::{SetAside, SetAsideReason, fold}};
/// let change = |id: &str, clock: &str, body: Body| -> Result<Change, Box<dyn std::error::Error>> {
///     Ok(Change {
///         id: id.parse()?,
///         subject: "case/abc".parse()?,
///         clock: clock.parse()?,
///         author: "chaoyang".into(),
///         schema: 1,
///         body: body.to_raw(),
///     })
/// };
/// let body = Body::Head { field: "serious".into(), value: "of course".into(), replaces: Vec::new() };
/// let case = fold([&change("m4xw/1", "1363046400000-00000", body)?]);
/// let aside: &SetAside = &case.set_aside[0];
/// assert_eq!(aside.reason, SetAsideReason::UnfitValue, "no text is its value");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct SetAside {
    /// Who made it.
    pub record: Record,
    /// Why.
    pub reason: SetAsideReason,
}

/// Why a change could not be used.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SetAsideReason {
    /// Its body is of a later version.
    LaterVersion,
    /// Its body is not of the shape that its kind has.
    Unreadable,
    /// The field cannot have that value.
    UnfitValue,
    /// Another event has the same id and says something else.
    EventIdTaken,
}

impl Record {
    pub(crate) fn of(change: &Change) -> Self {
        Self {
            change: change.id.clone(),
            author: change.author.clone(),
            clock: change.clock,
        }
    }
}

struct Edit {
    value: Value,
    replaces: Vec<ChangeId>,
    record: Record,
}

/// Folds the changes of one case.
///
/// Duplicates are taken once. Of two changes with one id and different contents the one that
/// sorts first counts, on every device the same.
///
/// ```
/// use shared::{CaseHead, change::{Body, Change}, fold::{FoldedCase, fold}};
/// let open = Change {
///     id: "m4xw/1".parse()?,
///     subject: "case/abc".parse()?,
///     clock: "1363046400000-00000".parse()?,
///     author: "municipal".into(),
///     schema: 1,
///     body: Body::Open { head: Box::new(CaseHead { serious: true, ..Default::default() }) }.to_raw(),
/// };
/// let case: FoldedCase = fold([&open, &open]);
/// assert!(case.file.case.serious);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn fold<'a>(changes: impl IntoIterator<Item = &'a Change>) -> FoldedCase {
    let mut folding = Folding::default();
    for change in in_order(changes) {
        folding.take(change);
    }
    folding.finish()
}

impl FoldedCase {
    /// Takes in one more change, which comes after all that were folded in the order of the fold:
    /// the same as folding all of them anew at a fraction of its cost, but for
    /// [`FoldedCase::parallel`], which stays as it was. Says whether it could.
    ///
    /// ```
    /// use shared::{CaseHead, change::{Body, ChangeId, Subject}, fold::fold, sync::DeviceState};
    /// let subject: Subject = "case/abc".parse()?;
    /// let open = Body::Open { head: Box::new(CaseHead::default()) };
    /// let edit = Body::Head { field: "serious".into(), value: true.into(), replaces: vec![] };
    /// let bodies = [open, edit].map(|body| (subject.clone(), move |_: &ChangeId| body));
    /// let changes = DeviceState::new("m4xw".parse()?, "u").compose(0, bodies);
    /// let mut case = fold(&changes[..1]);
    /// assert!(case.extend(&changes[1]) && case.file.case.serious);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn extend(&mut self, change: &Change) -> bool {
        change
            .body()
            .is_ok_and(|body| self.extend_read(change, body))
    }

    /// The same as [`FoldedCase::extend`] with a change whose body was read already.
    ///
    /// ```
    /// use shared::{CaseHead, change::{Body, ChangeId, Subject}, fold::fold, sync::DeviceState};
    /// let subject: Subject = "case/abc".parse()?;
    /// let open = Body::Open { head: Box::new(CaseHead::default()) };
    /// let edit = Body::Head { field: "serious".into(), value: true.into(), replaces: vec![] };
    /// let bodies = [open, edit].map(|body| (subject.clone(), move |_: &ChangeId| body));
    /// let changes = DeviceState::new("m4xw".parse()?, "u").compose(0, bodies);
    /// let mut case = fold(&changes[..1]);
    /// assert!(case.extend_read(&changes[1], changes[1].body()?) && case == fold(&changes));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn extend_read(&mut self, change: &Change, body: Body) -> bool {
        let mut aside = |reason| {
            let record = Record::of(change);
            self.set_aside.push(SetAside { record, reason });
        };
        match body {
            Body::Event { event } => {
                match self.file.events.iter().find(|known| known.id == event.id) {
                    None => {
                        self.file.events.push(*event);
                        self.records.push(Record::of(change));
                    }
                    Some(known) if *known == *event => {}
                    Some(_) => aside(SetAsideReason::EventIdTaken),
                }
            }
            Body::Head { field, value, .. } => {
                let written = serde_json::to_string(&self.file.case).unwrap_or_default();
                let Ok(mut head) = serde_json::from_str(&written) else {
                    return false;
                };
                // Fields do not depend on each other: the others fit already.
                if put_field(&mut head, &field, &value)
                    && let Ok(head) = head_of(&head)
                {
                    self.file.case = head;
                    self.fields.insert(field, Record::of(change));
                } else {
                    aside(SetAsideReason::UnfitValue);
                }
            }
            _ => return false,
        }
        true
    }

    /// Whether one more change says nothing beside those that were folded: it sets a field that a
    /// later one of them sets. Only [`FoldedCase::parallel`] may have to name it.
    ///
    /// ```
    /// use shared::{CaseHead, change::{Body, ChangeId, Subject}, fold::fold, sync::DeviceState};
    /// let subject: Subject = "case/abc".parse()?;
    /// let set = |on: bool| Body::Head { field: "serious".into(), value: on.into(), replaces: vec![] };
    /// let bodies = [set(true), set(false)].map(|body| (subject.clone(), move |_: &ChangeId| body));
    /// let changes = DeviceState::new("m4xw".parse()?, "u").compose(0, bodies);
    /// let case = fold(&changes[1..]);
    /// assert!(case.outdoes(&changes[0], &changes[0].body()?));
    /// assert!(!fold(&changes[..1]).outdoes(&changes[1], &changes[1].body()?), "it comes last");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn outdoes(&self, change: &Change, body: &Body) -> bool {
        let Body::Head { field, value, .. } = body else {
            return false;
        };
        let is_later = |last: &Record| (last.clock, &last.change) > (change.clock, &change.id);
        self.fields.get(field).is_some_and(is_later) && fits(field, value)
    }
}

/// Each change once, in the order in which every device takes them.
pub(crate) fn in_order<'a>(changes: impl IntoIterator<Item = &'a Change>) -> Vec<&'a Change> {
    let mut ordered: Vec<&Change> = changes.into_iter().collect();
    if !mutated("merged-by-arrival") {
        sort_by(&mut ordered, |a, b| {
            (a.clock, &a.id)
                .cmp(&(b.clock, &b.id))
                .then_with(|| a.body.get().cmp(b.body.get()))
        });
    }
    let mut seen = HashSet::new();
    ordered.retain(|change| seen.insert(&change.id));
    ordered
}

#[derive(Default)]
struct Folding {
    edits: BTreeMap<String, Vec<Edit>>,
    events: Vec<Event>,
    records: Vec<Record>,
    attached: Vec<(Attachment, Record)>,
    detached: HashSet<ChangeId>,
    documents: Vec<Recorded>,
    voided: HashSet<ChangeId>,
    set_aside: Vec<SetAside>,
}

impl Folding {
    fn take(&mut self, change: &Change) {
        match change.body() {
            Ok(Body::Open { head }) => {
                for (field, value) in fields_of(&head) {
                    self.edits.entry(field).or_default().push(Edit {
                        value,
                        replaces: Vec::new(),
                        record: Record::of(change),
                    });
                }
            }
            Ok(Body::Head {
                field,
                value,
                replaces,
            }) => {
                if fits(&field, &value) {
                    self.edits.entry(field).or_default().push(Edit {
                        value,
                        replaces,
                        record: Record::of(change),
                    });
                } else {
                    self.put_aside(change, SetAsideReason::UnfitValue);
                }
            }
            Ok(Body::Event { event }) => {
                match self.events.iter().find(|known| known.id == event.id) {
                    None => {
                        self.events.push(*event);
                        self.records.push(Record::of(change));
                    }
                    // Two devices that import one sheet make the same event.
                    Some(known) if *known == *event => {}
                    Some(_) => self.put_aside(change, SetAsideReason::EventIdTaken),
                }
            }
            Ok(Body::Attach { attachment }) => {
                self.attached.push((*attachment, Record::of(change)));
            }
            Ok(Body::Detach { change: attaching }) => {
                self.detached.insert(attaching);
            }
            Ok(Body::Document { document }) => {
                let record = Record::of(change);
                self.documents.push(Recorded::of(document, record));
            }
            Ok(Body::DocumentVoided { change: issuing }) => {
                self.voided.insert(issuing);
            }
            Ok(
                Body::History { .. }
                | Body::Notice { .. }
                | Body::NoticeWithdrawn { .. }
                | Body::Overlay { .. }
                | Body::OverlayFile { .. }
                | Body::Announcement { .. }
                | Body::Status { .. }
                | Body::Unknown,
            ) => {
                self.put_aside(change, SetAsideReason::LaterVersion);
            }
            Err(_) => self.put_aside(change, SetAsideReason::Unreadable),
        }
    }

    fn put_aside(&mut self, change: &Change, reason: SetAsideReason) {
        self.set_aside.push(SetAside {
            record: Record::of(change),
            reason,
        });
    }

    fn finish(self) -> FoldedCase {
        let mut head = Map::new();
        let mut fields = BTreeMap::new();
        let mut parallel = Vec::new();
        for (field, mut edits) in self.edits {
            let Some(last) = edits.pop() else { continue };
            put_field(&mut head, &field, &last.value);
            let others = unseen_by(&last, edits);
            if !others.is_empty() && !mutated("parallel-not-shown") {
                parallel.push(ParallelEdit {
                    field: field.clone(),
                    others,
                });
            }
            fields.insert(field, last.record);
        }
        let case = head_of(&head)
            .expect("each field was tried on its own, and fields do not depend on each other");
        let mut file = CaseFile::new(case);
        file.events = self.events;
        let counts = |(_, record): &(Attachment, Record)| !self.detached.contains(&record.change);
        let attached: Vec<Record>;
        (file.attachments, attached) = self.attached.into_iter().filter(counts).unzip();
        let mut documents = self.documents;
        for document in &mut documents {
            document.is_void = self.voided.contains(&document.record.change);
        }
        FoldedCase {
            file,
            records: self.records,
            fields,
            parallel,
            attached,
            documents,
            set_aside: self.set_aside,
        }
    }
}

/// The edits with other values that nobody has replaced: made without knowledge of `last`, or
/// the ends of other lines of edits.
fn unseen_by(last: &Edit, earlier: Vec<Edit>) -> Vec<(Value, Record)> {
    let edits = earlier.iter().chain([last]);
    let replaced: BTreeSet<ChangeId> =
        gathered(edits.flat_map(|edit| edit.replaces.iter().cloned()));
    earlier
        .into_iter()
        .filter(|edit| !replaced.contains(&edit.record.change) && edit.value != last.value)
        .map(|edit| (edit.value, edit.record))
        .collect()
}

/// The fields of a head that say something, by path.
///
/// ```
/// use shared::{CaseHead, fold::{fields_of, head_with}};
/// let mut head = CaseHead { serious: true, ..Default::default() };
/// head.product.model = "A1".into();
/// let fields = fields_of(&head);
/// assert!(fields.contains(&("product.model".into(), "A1".into())));
/// assert!(!fields.iter().any(|(path, _)| path == "report_number"), "it says nothing");
/// assert_eq!(head_with(&fields), head);
/// ```
pub fn fields_of(head: &CaseHead) -> Vec<(String, Value)> {
    let written = serde_json::to_string(head).unwrap_or_default();
    let Ok(Value::Object(parts)) = serde_json::from_str(&written) else {
        return Vec::new();
    };
    let mut fields = Vec::new();
    for (part, value) in parts {
        match value {
            Value::Object(inner) if NESTED_PARTS.contains(&part.as_str()) => {
                fields.extend(
                    inner
                        .into_iter()
                        .map(|(name, value)| (format!("{part}.{name}"), value)),
                );
            }
            value => fields.push((part, value)),
        }
    }
    fields.retain(|(_, value)| !says_nothing(value));
    fields
}

/// The head with these fields and no others; a value that its field cannot have is left out.
///
/// # Panics
/// Never: each field is tried on its own, and fields do not depend on each other.
///
/// ```
/// use shared::fold::head_with;
/// let head = head_with(&[("product.model".into(), "A1".into()), ("serious".into(), "of course".into())]);
/// assert_eq!(head.product.model, "A1");
/// assert!(!head.serious, "no text is its value");
/// ```
pub fn head_with(fields: &[(String, Value)]) -> CaseHead {
    let mut head = Map::new();
    for (field, value) in fields.iter().filter(|(field, value)| fits(field, value)) {
        put_field(&mut head, field, value);
    }
    head_of(&head).expect("each field was tried on its own, and fields do not depend on each other")
}

/// Empty values are the defaults; leaving them out keeps them from hiding what another device knows.
fn says_nothing(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => true,
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        _ => false,
    }
}

/// Whether a head can have this in this field.
fn fits(field: &str, value: &Value) -> bool {
    let mut alone = Map::new();
    put_field(&mut alone, field, value) && head_of(&alone).is_ok()
}

/// Sets a field by path, whatever the value is; says whether a head has such a path.
fn put_field(head: &mut Map<String, Value>, field: &str, value: &Value) -> bool {
    match field.split_once('.') {
        None if NESTED_PARTS.contains(&field) => false,
        None => {
            head.insert(field.to_owned(), value.clone());
            true
        }
        Some((part, name)) if NESTED_PARTS.contains(&part) && !name.is_empty() => {
            if let Value::Object(inner) = head
                .entry(part)
                .or_insert_with(|| Value::Object(Map::new()))
            {
                inner.insert(name.to_owned(), value.clone());
            }
            true
        }
        Some(_) => false,
    }
}

/// Heads are read from text everywhere: a second reader, of values, would only weigh on the app.
fn head_of(fields: &Map<String, Value>) -> serde_json::Result<CaseHead> {
    serde_json::from_str(&serde_json::to_string(fields)?)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::SetAsideReason::{EventIdTaken, UnfitValue};
    use super::*;
    use crate::{Day, EventKind, attachment::Purpose};

    fn change(device: &str, sequence: u64, time: u64, body: &Body) -> Change {
        Change {
            id: format!("{device}/{sequence}").parse().unwrap(),
            subject: "case/abc".parse().unwrap(),
            clock: HybridTime {
                milliseconds: time,
                counter: 0,
            },
            author: device.to_owned(),
            schema: 1,
            body: body.to_raw(),
        }
    }

    fn edit(field: &str, value: &Value, replaces: &[&str]) -> Body {
        Body::Head {
            field: field.into(),
            value: value.clone(),
            replaces: replaces.iter().map(|id| id.parse().unwrap()).collect(),
        }
    }

    fn event(id: &str, kind: EventKind, unix_days: i32) -> Body {
        Body::Event {
            event: Box::new(Event::new(id, kind, Day::from_unix_days(unix_days))),
        }
    }

    #[test]
    fn edits_of_different_fields_both_hold() {
        let case = fold(&[
            change("a", 1, 1, &edit("product.name", &json!("插座"), &[])),
            change("b", 1, 2, &edit("product.model", &json!("X-1"), &[])),
            change("b", 2, 3, &edit("serious", &json!(true), &[])),
        ]);
        assert_eq!(
            (
                &*case.file.case.product.name,
                &*case.file.case.product.model
            ),
            ("插座", "X-1")
        );
        assert!(case.file.case.serious && case.parallel.is_empty());
    }

    #[test]
    fn only_edits_that_did_not_know_each_other_are_parallel() {
        let first = change("a", 1, 1, &edit("number", &json!("1"), &[]));
        let knowing = change("b", 1, 2, &edit("number", &json!("2"), &["a/1"]));
        let unknowing = change("c", 1, 3, &edit("number", &json!("3"), &["a/1"]));
        let settled = change("a", 2, 4, &edit("number", &json!("4"), &["b/1", "c/1"]));
        assert!(fold([&first, &knowing]).parallel.is_empty());
        let case = fold([&first, &knowing, &unknowing]);
        assert_eq!(case.file.case.number, "3");
        assert_eq!(case.parallel.len(), 1);
        assert_eq!(case.parallel[0].others[0].0, json!("2"));
        assert!(
            fold([&first, &knowing, &unknowing, &settled])
                .parallel
                .is_empty()
        );
        // The same value written twice is no disagreement.
        let same = change("d", 1, 5, &edit("number", &json!("2"), &[]));
        assert!(
            fold([&change("e", 1, 1, &edit("number", &json!("2"), &[])), &same])
                .parallel
                .is_empty()
        );
    }

    #[test]
    fn what_cannot_be_used_is_set_aside_and_blocks_nothing() {
        let case = fold(&[
            change("a", 1, 1, &edit("serious", &json!("perhaps"), &[])),
            change("a", 2, 2, &edit("product", &json!({}), &[])),
            change("a", 3, 3, &event("e", EventKind::MaterialsReceived, 1)),
            change("b", 1, 4, &event("e", EventKind::MaterialsReceived, 1)),
            change("b", 2, 5, &event("e", EventKind::MaterialsReceived, 2)),
            change("b", 3, 6, &edit("handling_bureau", &json!("110105"), &[])),
        ]);
        let reasons: Vec<_> = case.set_aside.iter().map(|item| item.reason).collect();
        assert_eq!(reasons, [UnfitValue, UnfitValue, EventIdTaken]);
        assert_eq!(case.file.events.len(), 1);
        assert_eq!(case.file.case.handling_bureau, "110105");
    }

    fn attach(name: &str) -> Body {
        let attachment = Attachment::of(b"%PDF-1.4", name, Purpose::Document).unwrap();
        Body::Attach {
            attachment: Box::new(attachment),
        }
    }

    #[test]
    fn what_is_taken_off_does_not_count_whatever_came_first() {
        let detach = |id: &str| Body::Detach {
            change: id.parse().unwrap(),
        };
        let case = fold(&[
            change("a", 1, 9, &attach("报告.pdf")),
            change("b", 1, 3, &detach("a/1")),
            change("a", 2, 4, &attach("合同.pdf")),
        ]);
        let names: Vec<_> = case.file.attachments.iter().map(|it| &*it.name).collect();
        assert_eq!(names, ["合同.pdf"]);
        assert_eq!(case.attached[0].change, "a/2".parse().unwrap());
        assert!(case.set_aside.is_empty());
    }

    fn any_change() -> impl Strategy<Value = Change> {
        let body = prop_oneof![
            (
                0..3_usize,
                "[a-c]{0,2}",
                prop::collection::vec((0..3_usize, 1..6_u64), 0..3)
            )
                .prop_map(|(field, value, replaces)| {
                    let field = ["number", "enterprise.name", "failed_items"][field];
                    let replaces: Vec<String> = replaces
                        .into_iter()
                        .map(|(device, sequence)| format!("{}/{sequence}", ["a", "b", "c"][device]))
                        .collect();
                    edit(
                        field,
                        &json!(value),
                        &replaces.iter().map(String::as_str).collect::<Vec<_>>(),
                    )
                }),
            (0..4_u8, 0..3_i32).prop_map(|(id, day)| event(
                &format!("e{id}"),
                EventKind::ResultServed,
                day
            )),
            "[xy]".prop_map(|name| attach(&name)),
            (0..3_usize, 1..6_u64).prop_map(|(device, sequence)| Body::Detach {
                change: format!("{}/{sequence}", ["a", "b", "c"][device])
                    .parse()
                    .unwrap(),
            }),
        ];
        (0..3_usize, 1..6_u64, 0..5_u64, body).prop_map(|(device, sequence, time, body)| {
            change(["a", "b", "c"][device], sequence, time, &body)
        })
    }

    proptest! {
        /// Merging logs is set union: the order and repetition of changes make no difference.
        #[test]
        fn the_same_changes_give_the_same_bytes(
            (changes, shuffled) in prop::collection::vec(any_change(), 0..14)
                .prop_flat_map(|changes| (Just(changes.clone()), Just(changes).prop_shuffle())),
            repeat in 0..5_usize,
        ) {
            let expected = serde_json::to_string(&fold(&changes)).unwrap();
            let again = shuffled.iter().chain(shuffled.iter().take(repeat));
            prop_assert_eq!(serde_json::to_string(&fold(again)).unwrap(), expected);
        }

        #[test]
        fn a_case_is_extended_as_if_it_were_folded_anew(
            changes in prop::collection::vec(any_change(), 1..14),
        ) {
            let changes = in_order(&changes);
            let mut case = fold(changes[..1].iter().copied());
            for end in 2..=changes.len() {
                let anew = fold(changes[..end].iter().copied());
                let could = case.extend(changes[end - 1]);
                if could {
                    case.parallel.clone_from(&anew.parallel);
                }
                prop_assert!(!could || case == anew);
                case = anew;
            }
        }

        #[test]
        fn what_is_outdone_is_seen_by_nobody(
            changes in prop::collection::vec(any_change(), 1..14), left in 0..14_usize,
        ) {
            let changes = in_order(&changes);
            let left = left % changes.len();
            let change = changes[left];
            let others = changes.iter().enumerate().filter(|(at, _)| *at != left);
            let case = fold(others.map(|(_, change)| *change));
            if case.outdoes(change, &change.body().unwrap()) {
                let anew = fold(changes.iter().copied());
                prop_assert_eq!(FoldedCase { parallel: anew.parallel.clone(), ..case }, anew);
            }
        }

        #[test]
        fn opening_carries_every_field(name in "[一-龥]{0,8}", number in "[a-z0-9]{0,8}", serious: bool) {
            let mut head = CaseHead { number, serious, ..CaseHead::default() };
            head.enterprise.name = name;
            head.other.insert("sheet".into(), json!({"备注": "x"}));
            let open = change("a", 1, 1, &Body::Open { head: Box::new(head.clone()) });
            prop_assert_eq!(fold([&open]).file.case, head);
        }
    }
}
