//! Announcements as a fold over the log: the same changes give the same, whatever their order.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::{AnnouncementId, Drawn, PARTS, Review, Risk, Row, Step};
use crate::{
    Day,
    announcement::Quarter,
    change::{Change, Digest},
    document::Number,
    fold::{Record, in_order},
    id::CaseId,
};

/// All announcements that a log has, with the opinions that were asked for them.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Announcements(BTreeMap<AnnouncementId, Announcement>);

/// One announcement. A district that was asked for its opinion has of it that alone.
#[derive(Clone, PartialEq, Debug)]
pub struct Announcement {
    /// Its id.
    pub id: AnnouncementId,
    /// Who began it; none on a device that holds an opinion alone.
    pub opened: Option<Record>,
    /// The quarter that it is for.
    pub period: Option<Quarter>,
    /// The announcement that it corrects.
    pub corrects: Option<AnnouncementId>,
    /// What it took from the ledger last.
    pub drawn: Option<Drawn>,
    /// The rows that it took with it.
    pub rows: Vec<Row>,
    /// What a person changed, added or left out.
    pub edited: BTreeMap<CaseId, Edit>,
    /// The parts of the text, each with who wrote it last.
    pub texts: BTreeMap<String, (String, Record)>,
    /// What was asked of each bureau and what it said, by code.
    pub opinions: BTreeMap<String, Opinion>,
    /// The risk assessment that counts: the last one.
    pub risk: Option<(Risk, Record)>,
    /// What second persons said.
    pub reviews: Vec<(Review, Record)>,
    /// Its number, and which issue of the year it is.
    pub number: Option<(Number, u32)>,
    /// Its publication: day and channels.
    pub published: Option<(Day, Vec<String>, Record)>,
    /// Its withdrawal: day and reason.
    pub withdrawn: Option<(Day, String, Record)>,
    /// Everybody who had a hand in the content.
    pub hands: BTreeSet<String>,
    /// Every step that was taken, first to last.
    pub log: Vec<Taken>,
    /// The drawing whose rows count.
    drawing: String,
    /// Rows of drawings, by drawing: a drawing and its rows may be folded in any order.
    of_drawings: BTreeMap<String, Vec<Row>>,
}

/// A row of the annex that a person changed, added or left out.
#[derive(Clone, PartialEq, Debug)]
pub struct Edit {
    /// The row as the person wrote it.
    pub row: Row,
    /// As the ledger had it then; none where it was added, or edited as a whole.
    pub base: Option<Row>,
    /// Why it is left out.
    pub left_out: Option<String>,
    /// Who did, and when.
    pub record: Record,
}

/// A step that was taken.
#[derive(Clone, PartialEq, Debug)]
pub struct Taken {
    /// The step's name.
    pub step: &'static str,
    /// The bureau, where it is of an opinion.
    pub bureau: Option<String>,
    /// Who took it, and when.
    pub record: Record,
}

/// What a district was asked, and what it said.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Opinion {
    /// What was asked last.
    pub asked: Option<Asked>,
    /// The last answer.
    pub answered: Option<Answered>,
}

/// The question to a district.
#[derive(Clone, PartialEq, Debug)]
pub struct Asked {
    /// The announcement's title.
    pub title: String,
    /// What is asked.
    pub text: String,
    /// The rows that rest on the district's cases.
    pub rows: Vec<Row>,
    /// Until when an answer is wished for.
    pub answer_by: Option<Day>,
    /// Who asked.
    pub record: Record,
}

/// The district's answer.
#[derive(Clone, PartialEq, Debug)]
pub struct Answered {
    /// No objection.
    pub agrees: bool,
    /// The opinion.
    pub text: String,
    /// The day.
    pub on: Day,
    /// Who answered.
    pub record: Record,
}

/// What an announcement says: this is approved and published.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Content {
    /// Its title.
    pub title: String,
    /// The other parts of the text that are not empty, by name, in their order.
    pub parts: Vec<(String, String)>,
    /// The annex.
    pub rows: Vec<Row>,
}

/// How far an announcement has come.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Stage {
    /// 起草
    Drafting,
    /// 已审批: what it says now is approved.
    Approved,
    /// 已发布
    Published,
    /// 已更正: another announcement corrects it.
    Corrected,
    /// 已撤回
    Withdrawn,
}

impl Edit {
    /// The row as it reads on what the ledger says.
    ///
    /// ```
    /// use shared::{fold::Record, id::CaseId, publication::{Edit, Row}};
    /// let row = |brand: &str| -> Result<Row, serde_json::Error> {
    ///     serde_json::from_value(serde_json::json!({
    ///         "id": CaseId::from_random([7; 16]), "enterprise": "某厂", "product": "电线",
    ///         "brand": brand, "basis": [],
    ///     }))
    /// };
    /// let record = Record {
    ///     change: "m4xw/1".parse()?, author: "municipal".into(), clock: "1363046400000-00000".parse()?,
    /// };
    /// let edit = Edit { row: row("甲")?, base: Some(row("乙")?), left_out: None, record };
    /// assert_eq!(edit.onto(&row("丙")?).brand, "甲");
    /// assert!(!edit.is_own(), "the ledger had it");
    /// let undone = Edit { row: row("乙")?, ..edit };
    /// assert_eq!(undone.onto(&row("丙")?).brand, "丙", "follows the ledger again");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn onto(&self, drawn: &Row) -> Row {
        let base = self.base.as_ref();
        base.map_or_else(|| self.row.clone(), |base| self.row.onto(base, drawn))
    }

    /// Whether the row stands whatever the ledger says: it was added, or edited as a whole.
    pub const fn is_own(&self) -> bool {
        self.base.is_none()
    }
}

impl Opinion {
    /// Whether the last question has an answer.
    ///
    /// ```
    /// use shared::{fold::Record, publication::{Answered, Asked, Opinion}};
    /// let record = |clock: &str| -> Result<Record, Box<dyn std::error::Error>> {
    ///     Ok(Record { change: "m4xw/1".parse()?, author: "municipal".into(), clock: clock.parse()? })
    /// };
    /// let asked = Asked {
    ///     title: "质量公告".into(),
    ///     text: "请核对名单。".into(),
    ///     rows: Vec::new(),
    ///     answer_by: None,
    ///     record: record("1363046400002-00000")?,
    /// };
    /// let earlier = Answered {
    ///     agrees: true,
    ///     text: String::new(),
    ///     on: "2013-03-12".parse()?,
    ///     record: record("1363046400001-00000")?,
    /// };
    /// let opinion = Opinion { asked: Some(asked), answered: Some(earlier) };
    /// assert!(!opinion.is_answered(), "that answer was to an earlier question");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn is_answered(&self) -> bool {
        match (&self.asked, &self.answered) {
            (Some(asked), Some(answered)) => {
                (answered.record.clock, &answered.record.change)
                    > (asked.record.clock, &asked.record.change)
            }
            _ => false,
        }
    }
}

/// ```
/// use shared::{change::{Change, Subject}, id::CaseId};
/// use shared::publication::{Announcement, Announcements, Content, Stage, Step, Taken};
/// let id = CaseId::from_random([7; 16]);
/// let change = |sequence: u64, step: Step| -> Result<Change, Box<dyn std::error::Error>> {
///     Ok(Change {
///         id: format!("m4xw/{sequence}").parse()?,
///         subject: Subject::announcement(&id),
///         clock: format!("{}-00000", 1_363_046_400_000 + sequence).parse()?,
///         author: "municipal".into(),
///         schema: 1,
///         body: step.body().to_raw(),
///     })
/// };
/// let log = [
///     change(1, Step::Opened { period: Some("2013/1".parse()?), corrects: None })?,
///     change(2, Step::Text { part: "title".into(), text: "质量公告".into() })?,
/// ];
/// let all = Announcements::of(&log);
/// let found: &Announcement = all.get(&id).ok_or("it is there")?;
/// let content: Content = found.content();
/// assert_eq!(content.title, "质量公告");
/// let steps: Vec<_> = found.log.iter().map(|Taken { step, .. }| *step).collect();
/// assert_eq!(steps, ["opened", "text"]);
/// assert_eq!(found.digest(), all.all().next().ok_or("the one")?.digest());
/// assert!(found.bureaus().is_empty() && found.approval().is_none() && !found.needs_risk());
/// assert_eq!(found.missing_questions(), Vec::<String>::new());
/// assert_eq!(found.missing_answers(), Vec::<String>::new());
/// assert_eq!(all.stage(found), Stage::Drafting);
/// assert!(all.correction_of(&id).is_none());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
impl Announcements {
    /// Folds changes of the subjects `announcement/…` and `opinion/…`; others have no part in it,
    /// and neither has what a later version says.
    pub fn of<'a>(changes: impl IntoIterator<Item = &'a Change>) -> Self {
        let mut all = Self::default();
        for change in in_order(changes) {
            let Some(id) = change.subject.announcement_id() else {
                continue;
            };
            let Some(step) = change.body().ok().as_ref().and_then(Step::of) else {
                continue;
            };
            let bureau = change.subject.asked_bureau();
            if step.is_of_opinion() != bureau.is_some() {
                continue;
            }
            let announcement = all
                .0
                .entry(id.clone())
                .or_insert_with(|| Announcement::new(id));
            announcement.take(step, bureau, Record::of(change));
        }
        all
    }

    /// One of them.
    pub fn get(&self, id: &AnnouncementId) -> Option<&Announcement> {
        self.0.get(id)
    }

    /// Each of them, in the order of their ids.
    pub fn all(&self) -> impl Iterator<Item = &Announcement> {
        self.0.values()
    }

    /// The published announcement that corrects this one; the last, where there are several.
    pub fn correction_of(&self, id: &AnnouncementId) -> Option<&Announcement> {
        let corrects = |it: &&Announcement| it.corrects.as_ref() == Some(id);
        let published = self.all().filter(corrects).filter_map(|it| {
            let (_, _, record) = it.published.as_ref()?;
            it.withdrawn.is_none().then_some((record.clock, it))
        });
        let last = published.max_by_key(|(clock, _)| *clock);
        last.map(|(_, it)| it)
    }

    /// How far it has come.
    pub fn stage(&self, announcement: &Announcement) -> Stage {
        if announcement.withdrawn.is_some() {
            Stage::Withdrawn
        } else if announcement.published.is_none() {
            let approved = announcement.approval().is_some();
            if approved {
                Stage::Approved
            } else {
                Stage::Drafting
            }
        } else if self.correction_of(&announcement.id).is_some() {
            Stage::Corrected
        } else {
            Stage::Published
        }
    }
}

impl Announcement {
    const fn new(id: AnnouncementId) -> Self {
        Self {
            id,
            opened: None,
            period: None,
            corrects: None,
            drawn: None,
            rows: Vec::new(),
            edited: BTreeMap::new(),
            texts: BTreeMap::new(),
            opinions: BTreeMap::new(),
            risk: None,
            reviews: Vec::new(),
            number: None,
            published: None,
            withdrawn: None,
            hands: BTreeSet::new(),
            log: Vec::new(),
            drawing: String::new(),
            of_drawings: BTreeMap::new(),
        }
    }

    fn take(&mut self, step: Step, bureau: Option<&str>, record: Record) {
        self.log.push(Taken {
            step: step.name(),
            bureau: bureau.map(str::to_owned),
            record: record.clone(),
        });
        // What is published stays as it was published; only a further record says otherwise.
        let is_fixed = self.published.is_some();
        match step {
            Step::Withdrawn { on, reason } if is_fixed => {
                self.withdrawn.get_or_insert((on, reason, record));
            }
            _ if is_fixed => {}
            Step::Opened { period, corrects } => {
                if self.opened.is_none() {
                    self.period = period;
                    self.corrects = corrects;
                    self.hands.insert(record.author.clone());
                    self.opened = Some(record);
                }
            }
            Step::Drawn { drawing, drawn } => {
                self.rows = self.of_drawings.remove(&drawing).unwrap_or_default();
                self.drawing = drawing;
                self.drawn = Some(*drawn);
                self.hands.insert(record.author);
            }
            Step::Rows { drawing, rows } => {
                if drawing == self.drawing {
                    self.rows.extend(rows);
                } else {
                    self.of_drawings.entry(drawing).or_default().extend(rows);
                }
                self.hands.insert(record.author);
            }
            Step::Text { part, text } => {
                self.hands.insert(record.author.clone());
                self.texts.insert(part, (text, record));
            }
            Step::Row {
                row,
                left_out,
                base,
            } => {
                self.hands.insert(record.author.clone());
                let edit = Edit {
                    row: *row,
                    base: base.map(|base| *base),
                    left_out,
                    record,
                };
                self.edited.insert(edit.row.id.clone(), edit);
            }
            Step::Asked {
                title,
                text,
                rows,
                answer_by,
            } => {
                self.opinion(bureau).asked = Some(Asked {
                    title,
                    text,
                    rows,
                    answer_by,
                    record,
                });
            }
            Step::Answered { agrees, text, on } => {
                self.opinion(bureau).answered = Some(Answered {
                    agrees,
                    text,
                    on,
                    record,
                });
            }
            Step::RiskAssessed { risk } => self.risk = Some((risk, record)),
            Step::Reviewed { review } => self.reviews.push((review, record)),
            Step::Numbered { number, issue } => self.number = Some((number, issue)),
            Step::Published { on, channels, .. } => self.published = Some((on, channels, record)),
            Step::Withdrawn { .. } => {}
        }
    }

    fn opinion(&mut self, bureau: Option<&str>) -> &mut Opinion {
        self.opinions
            .entry(bureau.unwrap_or_default().to_owned())
            .or_default()
    }

    /// What it says.
    pub fn content(&self) -> Content {
        let text = |part: &str| {
            let written = self.texts.get(part);
            written.map_or("", |(text, _)| text.trim()).to_owned()
        };
        let parts = PARTS[1..]
            .iter()
            .map(|(part, _)| ((*part).into(), text(part)));
        let as_edited = self
            .rows
            .iter()
            .filter_map(|row| match self.edited.get(&row.id) {
                Some(edit) if edit.left_out.is_some() => None,
                Some(edit) => Some(edit.onto(row)),
                None => Some(row.clone()),
            });
        let is_drawn = |row: &Row| self.rows.iter().any(|drawn| drawn.id == row.id);
        let added = self
            .edited
            .values()
            .filter(|edit| edit.left_out.is_none() && edit.is_own() && !is_drawn(&edit.row));
        Content {
            title: text("title"),
            parts: parts
                .filter(|(_, text): &(String, String)| !text.is_empty())
                .collect(),
            rows: as_edited
                .chain(added.map(|edit| edit.row.clone()))
                .collect(),
        }
    }

    /// Names what it says: an approval and a publication are of that and of nothing else.
    pub fn digest(&self) -> Digest {
        Digest::of(&serde_json::to_vec(&self.content()).unwrap_or_default())
    }

    /// The bureaus whose cases are in the annex, by code.
    pub fn bureaus(&self) -> BTreeSet<String> {
        let rows = self.content().rows;
        let basis = rows.into_iter().flat_map(|row| row.basis);
        basis
            .map(|basis| basis.bureau)
            .filter(|bureau| !bureau.is_empty())
            .collect()
    }

    /// The bureaus of the annex that have not been asked for their opinion.
    pub fn missing_questions(&self) -> Vec<String> {
        let asked = |bureau: &String| {
            let opinion = self.opinions.get(bureau);
            opinion.is_some_and(|opinion| opinion.asked.is_some())
        };
        self.bureaus().into_iter().filter(|it| !asked(it)).collect()
    }

    /// The bureaus that were asked for their opinion and have not answered.
    pub fn missing_answers(&self) -> Vec<String> {
        let open = self.opinions.iter().filter(|(_, it)| !it.is_answered());
        open.map(|(bureau, _)| bureau.clone()).collect()
    }

    /// Whether article 23 demands a risk assessment and there is none.
    pub fn needs_risk(&self) -> bool {
        let sensitive = |drawn: &Drawn| !drawn.sensitive.is_empty();
        self.risk.is_none() && self.drawn.as_ref().is_some_and(sensitive)
    }

    /// The approval of what it says now: the last review of it, where that approves.
    pub fn approval(&self) -> Option<(&Review, &Record)> {
        let digest = self.digest();
        let of_now = |(review, _): &&(Review, Record)| review.content == digest;
        let (review, record) = self.reviews.iter().rev().find(of_now)?;
        review.approved.then_some((review, record))
    }
}
