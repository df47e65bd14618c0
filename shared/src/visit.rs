//! The visit on site by which a bureau verifies a rectification and takes the samples of a
//! reinspection (articles 17 and 18): its questions as data, what follows from the answers, and what
//! is still missing.

mod questions;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    Day, Event, EventKind,
    attachment::{Attachment, ContentHash, Place},
    event::Outcome,
};

pub use questions::{Choice, QUESTIONS, Question};

/// The field of an event that holds the record of the visit.
pub const RECORD_FIELD: &str = "visit";
/// The longest remark, in characters: all of them together stay within one change.
pub const MAXIMUM_REMARK_CHARACTERS: usize = 500;
/// The most photos of a visit.
pub const MAXIMUM_PHOTOS: usize = 60;

/// One screen of the visit, in its order.
///
/// ```
/// use shared::visit::Step;
/// let question = Step::Causes.question().ok_or("a question")?;
/// assert_eq!(Step::Causes.title(), "不合格原因");
/// assert_eq!(question.choices[0].value, "found");
/// assert!(Step::Signatures.question().is_none(), "nothing to choose from");
/// assert_eq!((Step::ALL[0], Step::ALL[12]), (Step::Officers, Step::Record));
/// # Ok::<(), &str>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// 核查人员
    Officers,
    /// 在场人员
    Present,
    /// 不合格原因
    Causes,
    /// 整改措施
    Measures,
    /// 库存产品
    Stock,
    /// 已售产品
    Sold,
    /// 生产与销售
    Production,
    /// 停产转产
    Future,
    /// 复查样品
    Samples,
    /// 抽取样品
    Sampling,
    /// 核查结论
    Conclusion,
    /// 签字
    Signatures,
    /// 核查记录
    Record,
}

impl Step {
    /// Every step.
    pub const ALL: [Self; 13] = [
        Self::Officers,
        Self::Present,
        Self::Causes,
        Self::Measures,
        Self::Stock,
        Self::Sold,
        Self::Production,
        Self::Future,
        Self::Samples,
        Self::Sampling,
        Self::Conclusion,
        Self::Signatures,
        Self::Record,
    ];

    /// What it is called.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Officers => "核查人员",
            Self::Present => "在场人员",
            Self::Causes => "不合格原因",
            Self::Measures => "整改措施",
            Self::Stock => "库存产品",
            Self::Sold => "已售产品",
            Self::Production => "生产与销售",
            Self::Future => "停产转产",
            Self::Samples => "复查样品",
            Self::Sampling => "抽取样品",
            Self::Conclusion => "核查结论",
            Self::Signatures => "签字",
            Self::Record => "核查记录",
        }
    }

    /// Its question, where it is one with answers to choose from.
    pub fn question(self) -> Option<&'static Question> {
        QUESTIONS.iter().find(|question| question.step == self)
    }
}

/// One of the two officers.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Officer {
    /// Name.
    pub name: String,
    /// 执法证号
    pub certificate: String,
}

/// Whoever was there for the enterprise.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Present {
    /// Name.
    pub name: String,
    /// Position.
    pub post: String,
}

/// Who signs.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Signer {
    /// The first officer.
    First,
    /// The second officer.
    Second,
    /// Whoever was there for the enterprise.
    Enterprise,
    /// The witness of a refusal.
    Witness,
}

/// A signature that is done.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Signature {
    /// Its picture.
    pub attachment: Attachment,
    /// When, in milliseconds since 1970-01-01T00:00:00Z.
    pub signed_at: u64,
}

/// A refusal to sign.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Refusal {
    /// Why.
    pub reason: String,
    /// Who saw it.
    pub witness: String,
}

/// The answers of [`Step::Sampling`]; all but the first record something.
const LATER: &str = "later";
const TAKEN: &str = "taken";
const REFUSED: &str = "refused";
const REFUSED_WITH_REASON: &str = "refused_with_reason";
const TAMPERED: &str = "tampered";

/// Samples that were taken, and the reinspection that they are commissioned for.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Commission {
    /// Which reinspection: 1 the first, 2 the one after the announcement, 3 the one after suspension.
    pub round: u8,
    /// The enterprise has not applied for it in time (article 18): then it does not take a
    /// rectification that is ready.
    #[serde(default)]
    pub compelled: bool,
    /// The inspection body.
    #[serde(default)]
    pub body: String,
    /// What was taken, such as the batch and the number of samples.
    #[serde(default)]
    pub product: String,
    /// The day by which the result is due.
    #[serde(default)]
    pub due: Option<Day>,
}

/// A photo, and the screen that it was taken on.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Photo {
    /// The screen.
    pub step: Step,
    /// The picture. It never tells by itself where it was taken.
    pub attachment: Attachment,
    /// Where the camera says that was, and only where the officers chose to keep it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<Place>,
}

/// The record of a visit, from its first letter on.
///
/// What was answered, and the events that follow from it (articles 17 and 24):
///
/// ```
/// use shared::visit::{MAXIMUM_REMARK_CHARACTERS, Missing, RECORD_FIELD, Step, Visit};
/// let mut visit = Visit::new("v".into(), "2013-03-04".parse()?, 1_362_358_800_000);
/// visit.answers.insert(Step::Production, "producing".into());
/// visit.answers.insert(Step::Future, "switched".into());
/// visit.remarks.insert(Step::Future, " 三月起转产灯具 ".into());
/// assert_eq!(visit.answer(Step::Future), "switched");
/// assert_eq!(visit.chosen(Step::Future).map(|choice| choice.title), Some("转产"));
/// assert_eq!(visit.remark(Step::Future), "三月起转产灯具");
/// assert!(visit.remark(Step::Future).chars().count() <= MAXIMUM_REMARK_CHARACTERS);
/// assert!(!visit.steps().contains(&Step::Samples), "who stops has none to sample");
/// assert!(visit.missing_at(Step::Future).is_some(), "仍在生产 contradicts 转产");
/// let missing: Vec<Missing> = visit.missing();
/// assert_eq!(missing[0].step, Step::Officers);
/// let events = visit.events();
/// let kinds: Vec<_> = events.iter().map(|event| event.kind.name()).collect();
/// assert_eq!(kinds, ["rectification_verified", "prohibited_production_found"]);
/// assert!(events[0].details.contains_key(RECORD_FIELD));
/// assert_eq!(Visit::of_event(&events[0]), Some(visit));
/// # Ok::<(), shared::day::ParseDayError>(())
/// ```
///
/// Who signs, and what goes with the event:
///
/// ```
/// use shared::attachment::{Attachment, Purpose};
/// use shared::visit::{MAXIMUM_PHOTOS, Officer, Photo, Present};
/// use shared::visit::{Refusal, Signature, Signer, Step, Visit};
/// let mut visit = Visit::new("v".into(), "2013-03-04".parse()?, 1_362_358_800_000);
/// assert_eq!(visit.signers()[2], Signer::Enterprise);
/// visit.refusal = Some(Refusal { reason: "负责人不在".into(), witness: "居委会代表".into() });
/// assert_eq!(visit.signers()[2], Signer::Witness);
/// assert_eq!(visit.name_of(Signer::Witness), "居委会代表");
/// let attachment = Attachment::of(b"\x89PNG\r\n\x1a\n", "见证人签字", Purpose::Signature)?;
/// let signature = Signature { attachment, signed_at: 1_362_362_400_000 };
/// let hash = signature.attachment.hash;
/// visit.signatures.insert(Signer::Witness, signature);
/// assert_eq!(visit.attachments()[0].event.as_deref(), Some("v"));
/// assert_eq!(visit.contents(), [hash]);
///
/// visit.officers[0] = Officer { name: "甲".into(), certificate: "京质监001".into() };
/// assert_eq!(visit.name_of(Signer::First), "甲");
/// visit.present = Present { name: "乙".into(), post: "厂长".into() };
/// assert_eq!(visit.name_of(Signer::Enterprise), "乙");
/// let attachment = Attachment::of(b"\xff\xd8\xff\xe0", "库存", Purpose::Photo)?;
/// visit.photos.push(Photo { step: Step::Stock, attachment, place: None });
/// assert!(visit.photos.len() <= MAXIMUM_PHOTOS);
/// assert_eq!(visit.contents().len(), 2);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// Samples that are taken on the spot commission the reinspection:
///
/// ```
/// use shared::visit::{Commission, Step, Visit};
/// let mut visit = Visit::new("v".into(), "2013-04-15".parse()?, 0);
/// for (step, answer) in [
///     (Step::Causes, "found"), (Step::Measures, "done"), (Step::Future, "continues"),
///     (Step::Samples, "fit"), (Step::Sampling, "taken"),
/// ] {
///     visit.answers.insert(step, answer.into());
/// }
/// assert!(visit.takes_samples() && visit.missing_at(Step::Sampling).is_some(), "for whom?");
/// visit.commission = Some(Commission {
///     round: 1,
///     body: "市质检院".into(),
///     due: Some("2013-05-10".parse()?),
///     ..Commission::default()
/// });
/// assert_eq!(visit.missing_at(Step::Sampling), None);
/// let kinds: Vec<_> = visit.events().into_iter().map(|event| event.kind.to_string()).collect();
/// assert_eq!(kinds, ["rectification_verified", "reinspection_commissioned"]);
/// # Ok::<(), shared::day::ParseDayError>(())
/// ```
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Visit {
    /// The id of the event that it ends in.
    pub id: String,
    /// The day.
    pub on: Day,
    /// When it began, in milliseconds since 1970-01-01T00:00:00Z.
    pub began_at: u64,
    /// The two officers.
    pub officers: [Officer; 2],
    /// Whoever was there for the enterprise.
    pub present: Present,
    /// The answers.
    #[serde(default)]
    pub answers: BTreeMap<Step, String>,
    /// What was remarked.
    #[serde(default)]
    pub remarks: BTreeMap<Step, String>,
    /// The photos.
    #[serde(default)]
    pub photos: Vec<Photo>,
    /// The signatures.
    #[serde(default)]
    pub signatures: BTreeMap<Signer, Signature>,
    /// The enterprise refused to sign.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refusal: Option<Refusal>,
    /// The reinspection that the samples are commissioned for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub commission: Option<Commission>,
    /// Photos keep the place that the camera wrote into them.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub keeps_places: bool,
}

/// Something without which the visit cannot be recorded.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Missing {
    /// Where it is to be filled in.
    pub step: Step,
    /// What.
    pub what: &'static str,
}

impl Visit {
    /// A visit that begins, with the id of the event that it ends in; `began_at` is in milliseconds
    /// since 1970-01-01T00:00:00Z.
    pub fn new(id: String, on: Day, began_at: u64) -> Self {
        Self {
            id,
            on,
            began_at,
            officers: [Officer::default(), Officer::default()],
            present: Present::default(),
            // Most visits take none: whoever does, says so.
            answers: BTreeMap::from([(Step::Sampling, LATER.to_owned())]),
            remarks: BTreeMap::new(),
            photos: Vec::new(),
            signatures: BTreeMap::new(),
            refusal: None,
            commission: None,
            keeps_places: false,
        }
    }

    /// The visit that an event records, if it does.
    pub fn of_event(event: &Event) -> Option<Self> {
        let record = event.details.get(RECORD_FIELD)?;
        serde_json::from_str(&record.to_string()).ok()
    }

    /// The steps to be gone through: who stops making the product has none to sample (article 17).
    pub fn steps(&self) -> Vec<Step> {
        let ends = self.ends();
        let asked = |step: &Step| !(ends && matches!(step, Step::Samples | Step::Sampling));
        Step::ALL.into_iter().filter(asked).collect()
    }

    /// The value of an answer, empty where there is none.
    pub fn answer(&self, step: Step) -> &str {
        self.answers.get(&step).map_or("", String::as_str)
    }

    /// The answer to a question.
    pub fn chosen(&self, step: Step) -> Option<&'static Choice> {
        let answer = self.answer(step);
        let choices = step.question()?.choices;
        choices.iter().find(|choice| choice.value == answer)
    }

    /// What was remarked at a step, without the space around it.
    pub fn remark(&self, step: Step) -> &str {
        self.remarks.get(&step).map_or("", |text| text.trim())
    }

    fn ends(&self) -> bool {
        matches!(
            self.answer(Step::Future),
            "ceased" | "switched" | "discontinued"
        )
    }

    /// The result that follows from the answers (article 17), once they are enough for one.
    ///
    /// Ready is only what has found its causes, has done its measures and has products fit for
    /// reinspection; an enterprise that ends production is recorded as that.
    ///
    /// ```
    /// use shared::{event::Outcome, visit::{Step, Visit}};
    /// let mut visit = Visit::new("v".into(), "2013-03-04".parse()?, 0);
    /// for (step, answer) in [
    ///     (Step::Causes, "found"), (Step::Measures, "done"),
    ///     (Step::Future, "continues"), (Step::Samples, "fit"),
    /// ] {
    ///     visit.answers.insert(step, answer.into());
    /// }
    /// assert_eq!(visit.outcome(), Some(Outcome::Ready));
    /// # Ok::<(), shared::day::ParseDayError>(())
    /// ```
    pub fn outcome(&self) -> Option<Outcome> {
        match self.answer(Step::Future) {
            "ceased" => return Some(Outcome::Ceased),
            "switched" => return Some(Outcome::Switched),
            "discontinued" => return Some(Outcome::Discontinued),
            "continues" => {}
            _ => return None,
        }
        let conditions = [
            (Step::Causes, "found"),
            (Step::Measures, "done"),
            (Step::Samples, "fit"),
        ];
        let answers = conditions.map(|(step, met)| {
            let chosen = self.chosen(step)?;
            Some(chosen.value == met)
        });
        let [Some(causes), Some(measures), Some(samples)] = answers else {
            return None;
        };
        Some(if causes && measures && samples {
            Outcome::Ready
        } else {
            Outcome::NotImplemented
        })
    }

    /// Whether samples of a reinspection are taken.
    pub fn takes_samples(&self) -> bool {
        !self.ends() && self.answer(Step::Sampling) == TAKEN
    }

    /// Who has to sign.
    pub fn signers(&self) -> [Signer; 3] {
        let third = if self.refusal.is_some() {
            Signer::Witness
        } else {
            Signer::Enterprise
        };
        [Signer::First, Signer::Second, third]
    }

    /// The name of a signer.
    pub fn name_of(&self, signer: Signer) -> &str {
        match signer {
            Signer::First => &self.officers[0].name,
            Signer::Second => &self.officers[1].name,
            Signer::Enterprise => &self.present.name,
            Signer::Witness => self.refusal.as_ref().map_or("", |it| &it.witness),
        }
    }

    /// What is missing before the visit can be recorded, in the order of the steps.
    pub fn missing(&self) -> Vec<Missing> {
        let mut missing: Vec<Missing> = self
            .steps()
            .into_iter()
            .filter_map(|step| Some((step, self.missing_at(step)?)))
            .map(|(step, what)| Missing { step, what })
            .collect();
        missing.sort_by_key(|it| it.step);
        missing
    }

    /// What is missing at one step.
    pub fn missing_at(&self, step: Step) -> Option<&'static str> {
        let empty = |text: &str| text.trim().is_empty();
        match step {
            Step::Officers => {
                let [first, second] = &self.officers;
                let lacks = |it: &Officer| empty(&it.name) || empty(&it.certificate);
                if lacks(first) || lacks(second) {
                    Some("两名核查人员的姓名和执法证号")
                } else if first.certificate.trim() == second.certificate.trim() {
                    Some("两名核查人员的执法证号不能相同")
                } else {
                    None
                }
            }
            Step::Present => empty(&self.present.name).then_some("企业在场人员的姓名"),
            Step::Future if self.ends() && self.answer(Step::Production) == "producing" => {
                Some("“仍在生产”与停产、转产矛盾，请核对")
            }
            Step::Sampling if self.takes_samples() => self.missing_of_commission(),
            Step::Sampling if self.answer(step).is_empty() => None,
            Step::Conclusion | Step::Record => None,
            Step::Signatures => {
                if self
                    .refusal
                    .as_ref()
                    .is_some_and(|it| empty(&it.reason) || empty(&it.witness))
                {
                    Some("拒绝签字的理由和见证人")
                } else if self
                    .signers()
                    .iter()
                    .any(|signer| !self.signatures.contains_key(signer))
                {
                    Some("签字")
                } else {
                    None
                }
            }
            _ => match self.chosen(step) {
                None => Some("请选择一项"),
                Some(choice) if choice.explain && self.remark(step).is_empty() => {
                    Some("请在现场情况中写明")
                }
                Some(_) => None,
            },
        }
    }

    fn missing_of_commission(&self) -> Option<&'static str> {
        let Some(commission) = &self.commission else {
            return Some("请选择一项");
        };
        let is_ready = self.outcome().is_none_or(|it| it == Outcome::Ready);
        if !is_ready && !commission.compelled {
            return Some("整改未落实，不能委托复查，请核对");
        }
        if commission.body.trim().is_empty() {
            return Some("受委托的检验机构");
        }
        match commission.due {
            None => Some("复查完成时限"),
            Some(due) if due < self.on => Some("复查完成时限不能早于核查当日"),
            Some(_) => None,
        }
    }

    /// The events that the visit ends in: what was verified (article 17), goods that were still made
    /// or sold (article 24(3)7), and what became of the samples: a reinspection commissioned (articles
    /// 17 and 18), or a refusal or tampering (article 24(3)1 and 2); none while its result does not
    /// follow.
    pub fn events(&self) -> Vec<Event> {
        let Some(outcome) = self.outcome() else {
            return Vec::new();
        };
        let mut verified = Event::new(self.id.clone(), EventKind::RectificationVerified, self.on);
        verified.outcome = Some(outcome);
        let record = serde_json::to_value(self).unwrap_or(Value::Null);
        verified.details.insert(RECORD_FIELD.to_owned(), record);
        let what = match self.answer(Step::Production) {
            "producing" => Some("production"),
            "selling" => Some("sale"),
            _ => None,
        };
        let found = what.map(|what| {
            let id = format!("{}-found", self.id);
            let mut found = Event::new(id, EventKind::ProhibitedProductionFound, self.on);
            found.details.insert("what".to_owned(), what.into());
            found
        });
        std::iter::once(verified)
            .chain(found)
            .chain(self.sampling())
            .collect()
    }

    fn sampling(&self) -> Option<Event> {
        let answer = (!self.ends()).then(|| self.answer(Step::Sampling))?;
        let kind = match answer {
            TAKEN => EventKind::ReinspectionCommissioned,
            REFUSED | REFUSED_WITH_REASON => EventKind::SamplingRefused,
            TAMPERED => EventKind::SampleTampered,
            _ => return None,
        };
        let mut event = Event::new(format!("{}-sampling", self.id), kind, self.on);
        match event.kind {
            EventKind::ReinspectionCommissioned => {
                let commission = self.commission.as_ref()?;
                event.written_round = Some(commission.round);
                event.due = commission.due;
                let mut tell = |name: &str, text: &str| {
                    if !text.trim().is_empty() {
                        event.details.insert(name.to_owned(), text.trim().into());
                    }
                };
                tell("body", &commission.body);
                tell("product", &commission.product);
                if commission.compelled {
                    event.details.insert("compelled".to_owned(), true.into());
                }
            }
            EventKind::SamplingRefused => event.justified = Some(answer == REFUSED_WITH_REASON),
            _ => {}
        }
        Some(event)
    }

    /// All that it attaches to its event: photos, then the signatures that count.
    pub fn attachments(&self) -> Vec<Attachment> {
        let photos = self.photos.iter().map(|photo| &photo.attachment);
        let signers = self.signers();
        let signatures = signers
            .iter()
            .filter_map(|signer| self.signatures.get(signer))
            .map(|signature| &signature.attachment);
        photos
            .chain(signatures)
            .map(|attachment| Attachment {
                event: Some(self.id.clone()),
                ..attachment.clone()
            })
            .collect()
    }

    /// Every content that the journal keeps for it.
    pub fn contents(&self) -> Vec<ContentHash> {
        let photos = self.photos.iter().map(|photo| photo.attachment.hash);
        let signatures = self.signatures.values().map(|it| it.attachment.hash);
        photos.chain(signatures).collect()
    }
}

#[cfg(test)]
mod tests;
