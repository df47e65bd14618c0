//! The visit on site by which a bureau verifies a rectification (article 17): its questions as
//! data, what follows from the answers, and what is still missing.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    Day, Event, EventKind,
    attachment::{Attachment, ContentHash},
    event::Outcome,
};

/// The field of an event that holds the record of the visit.
pub const RECORD_FIELD: &str = "visit";
/// The longest remark, in characters: all of them together stay within one change.
pub const MAXIMUM_REMARK_CHARACTERS: usize = 500;
/// The most photos of a visit.
pub const MAXIMUM_PHOTOS: usize = 60;

/// One screen of the visit, in its order.
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
    /// 核查结论
    Conclusion,
    /// 签字
    Signatures,
    /// 核查记录
    Record,
}

impl Step {
    /// Every step.
    pub const ALL: [Self; 12] = [
        Self::Officers,
        Self::Present,
        Self::Causes,
        Self::Measures,
        Self::Stock,
        Self::Sold,
        Self::Production,
        Self::Future,
        Self::Samples,
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

/// A question with its answers.
#[derive(Debug)]
pub struct Question {
    /// Its step.
    pub step: Step,
    /// As it is asked.
    pub asks: &'static str,
    /// Why it is asked, with the article.
    pub hint: &'static str,
    /// What can be answered.
    pub choices: &'static [Choice],
}

/// One answer.
#[derive(Debug)]
pub struct Choice {
    /// As it is recorded.
    pub value: &'static str,
    /// As it reads.
    pub title: &'static str,
    /// What follows from it, with the article; empty where nothing does.
    pub follows: &'static str,
    /// It must be explained in the remark.
    pub explain: bool,
}

const fn choice(value: &'static str, title: &'static str, follows: &'static str) -> Choice {
    Choice {
        value,
        title,
        follows,
        explain: false,
    }
}

const fn explained(value: &'static str, title: &'static str, follows: &'static str) -> Choice {
    Choice {
        explain: true,
        ..choice(value, title, follows)
    }
}

const NOT_READY: &str = "核查结果将为“整改措施未落实”，第二十四条（三）5；须写明情况";

/// The questions, in the order of their steps.
pub const QUESTIONS: &[Question] = &[
    Question {
        step: Step::Causes,
        asks: "企业是否已查明不合格原因？",
        hint: "企业应查明原因，查清质量责任（第十六条）。",
        choices: &[
            choice("found", "已查明", ""),
            explained("partly", "部分查明", NOT_READY),
            explained("not_found", "没有查明", NOT_READY),
        ],
    },
    Question {
        step: Step::Measures,
        asks: "整改措施是否已落实？",
        hint: "对照责令整改通知书的要求和企业的整改报告逐项核对（第十六条）。",
        choices: &[
            choice("done", "已全部落实", ""),
            explained("partly", "部分落实", NOT_READY),
            explained("not_done", "没有落实", NOT_READY),
        ],
    },
    Question {
        step: Step::Stock,
        asks: "库存的不合格产品如何处理？",
        hint: "在现场情况中写明数量和存放位置。",
        choices: &[
            choice("none", "没有库存", ""),
            choice("kept_apart", "已单独存放或封存", ""),
            choice("disposed", "已返工、改作他用或销毁", ""),
            explained("mixed", "与其他产品混放", "须写明数量和位置，当场拍照"),
        ],
    },
    Question {
        step: Step::Sold,
        asks: "已售出的不合格产品如何处理？",
        hint: "在现场情况中写明售出数量、去向和追回数量。",
        choices: &[
            choice("none", "没有售出", ""),
            choice("recovered", "已追回或召回", ""),
            explained("partly", "部分追回", "须写明未追回的数量和原因"),
            explained(
                "untreated",
                "没有处理",
                "可责令处理已售产品，第十五条；须写明情况",
            ),
        ],
    },
    Question {
        step: Step::Production,
        asks: "同型号产品是否已停止生产、销售？",
        hint: "复查合格前不得继续（第十六条）。",
        choices: &[
            choice("stopped", "已停止生产和销售", ""),
            choice(
                "selling",
                "已停止生产，仍在销售",
                "将登记为继续销售，第二十四条（三）7",
            ),
            choice(
                "producing",
                "仍在生产",
                "将登记为继续生产，第二十四条（三）7",
            ),
            explained("unclear", "现场无法确认", "须写明原因"),
        ],
    },
    Question {
        step: Step::Future,
        asks: "企业今后是否继续生产同型号产品？",
        hint: "自行停产、转产或不再生产销售的，详细记录（第十七条）。",
        choices: &[
            choice("continues", "整改后继续生产", ""),
            explained(
                "ceased",
                "停产",
                "将登记为停产，3 个工作日内报告市局，第十七条；须写明情况",
            ),
            explained(
                "switched",
                "转产",
                "将登记为转产，3 个工作日内报告市局，第十七条；须写明情况",
            ),
            explained(
                "discontinued",
                "不再生产销售同一规格型号",
                "3 个工作日内报告市局，第十七条；须写明情况",
            ),
        ],
    },
    Question {
        step: Step::Samples,
        asks: "整改后的产品是否符合复查条件？",
        hint: "按原抽查方案，数量、批次和存放足以抽取复查样品（第十七条）。",
        choices: &[
            choice("fit", "符合复查条件", ""),
            explained("too_few", "数量不足", NOT_READY),
            explained("none", "还没有整改后的产品", NOT_READY),
        ],
    },
];

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

/// A photo, and the screen that it was taken on.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Photo {
    /// The screen.
    pub step: Step,
    /// The picture.
    pub attachment: Attachment,
}

/// The record of a visit, from its first letter on.
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
    /// A visit that begins.
    pub fn new(id: String, on: Day, began_at: u64) -> Self {
        Self {
            id,
            on,
            began_at,
            officers: [Officer::default(), Officer::default()],
            present: Present::default(),
            answers: BTreeMap::new(),
            remarks: BTreeMap::new(),
            photos: Vec::new(),
            signatures: BTreeMap::new(),
            refusal: None,
        }
    }

    /// The visit that an event records, if it does.
    pub fn of_event(event: &Event) -> Option<Self> {
        let record = event.details.get(RECORD_FIELD)?;
        serde_json::from_value(record.clone()).ok()
    }

    /// The steps to be gone through: who stops making the product has none to sample.
    pub fn steps(&self) -> Vec<Step> {
        let ends = self.ends();
        let asked = |step: &Step| !(ends && *step == Step::Samples);
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
            Step::Conclusion => None,
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
            Step::Record => None,
            _ => match self.chosen(step) {
                None => Some("请选择一项"),
                Some(choice) if choice.explain && self.remark(step).is_empty() => {
                    Some("请在现场情况中写明")
                }
                Some(_) => None,
            },
        }
    }

    /// The events that the visit ends in; none while its result does not follow.
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
        std::iter::once(verified).chain(found).collect()
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
mod tests {
    use super::*;
    use crate::{attachment::Purpose, change::MAXIMUM_CHANGE_BYTES};

    fn visit(answers: &[(Step, &str)]) -> Visit {
        let mut visit = Visit::new("visit-1".into(), "2013-03-04".parse().unwrap(), 0);
        for (step, answer) in answers {
            visit.answers.insert(*step, (*answer).to_owned());
        }
        visit
    }

    fn picture(name: &str, purpose: Purpose) -> Attachment {
        Attachment::of(b"\x89PNG\r\n\x1a\n", name, purpose).unwrap()
    }

    #[test]
    fn questions_stand_in_the_order_of_their_steps_with_answers_apart() {
        assert!(QUESTIONS.is_sorted_by_key(|it| it.step));
        for question in QUESTIONS {
            let mut values: Vec<_> = question.choices.iter().map(|it| it.value).collect();
            values.sort_unstable();
            values.dedup();
            assert_eq!(values.len(), question.choices.len(), "{question:?}");
        }
    }

    #[test]
    fn the_result_follows_from_the_answers() {
        use Step::{Causes, Future, Measures, Production, Samples};
        let good = [
            (Causes, "found"),
            (Measures, "done"),
            (Future, "continues"),
            (Samples, "fit"),
        ];
        let check = |changed: &[(Step, &str)], expected| {
            let mut answers = visit(&good);
            for (step, answer) in changed {
                answers.answers.insert(*step, (*answer).to_owned());
            }
            assert_eq!(answers.outcome(), expected, "{changed:?}");
        };
        check(&[], Some(Outcome::Ready));
        check(&[(Causes, "partly")], Some(Outcome::NotImplemented));
        check(&[(Measures, "not_done")], Some(Outcome::NotImplemented));
        check(&[(Samples, "none")], Some(Outcome::NotImplemented));
        check(&[(Samples, "")], None);
        check(&[(Future, "")], None);
        check(&[(Future, "ceased"), (Causes, "")], Some(Outcome::Ceased));
        check(&[(Future, "switched")], Some(Outcome::Switched));
        check(&[(Future, "discontinued")], Some(Outcome::Discontinued));
        // What goes on being made is a fact of its own, not the visit's result.
        check(&[(Production, "producing")], Some(Outcome::Ready));
    }

    #[test]
    fn what_goes_on_is_recorded_beside_the_result() {
        let check = |production: &str, expected: &[(&str, Option<&str>)]| {
            let visit = visit(&[
                (Step::Future, "discontinued"),
                (Step::Production, production),
            ]);
            let events = visit.events();
            let told: Vec<_> = events
                .iter()
                .map(|event| {
                    let what = event.details.get("what").and_then(Value::as_str);
                    (event.kind.name(), what)
                })
                .collect();
            assert_eq!(told, expected);
            assert_eq!(Visit::of_event(&events[0]), Some(visit));
        };
        let verified = ("rectification_verified", None);
        check("stopped", &[verified]);
        check("unclear", &[verified]);
        let found = "prohibited_production_found";
        check("selling", &[verified, (found, Some("sale"))]);
        check("producing", &[verified, (found, Some("production"))]);
        assert!(visit(&[]).events().is_empty());
    }

    /// A visit with nothing missing.
    fn whole() -> Visit {
        let mut visit = visit(&[
            (Step::Causes, "found"),
            (Step::Measures, "done"),
            (Step::Stock, "none"),
            (Step::Sold, "none"),
            (Step::Production, "stopped"),
            (Step::Future, "continues"),
            (Step::Samples, "fit"),
        ]);
        for (at, officer) in visit.officers.iter_mut().enumerate() {
            officer.name = format!("officer {at}");
            officer.certificate = format!("0105033{at}");
        }
        visit.present.name = "present".into();
        for signer in [Signer::First, Signer::Second, Signer::Enterprise] {
            let signature = Signature {
                attachment: picture("签字", Purpose::Signature),
                signed_at: 0,
            };
            visit.signatures.insert(signer, signature);
        }
        visit
    }

    #[test]
    fn what_is_missing_is_named_where_it_is_missing() {
        let check = |change: fn(&mut Visit), expected: &[Step]| {
            let mut visit = whole();
            change(&mut visit);
            let steps: Vec<_> = visit.missing().into_iter().map(|it| it.step).collect();
            assert_eq!(steps, expected);
        };
        check(|_| {}, &[]);
        check(|it| it.officers[1].certificate.clear(), &[Step::Officers]);
        check(
            |it| it.officers[1].certificate = it.officers[0].certificate.clone(),
            &[Step::Officers],
        );
        check(|it| it.present.name = " ".into(), &[Step::Present]);
        check(|it| drop(it.answers.remove(&Step::Sold)), &[Step::Sold]);
        let explain: fn(&mut Visit) = |it| {
            it.answers.insert(Step::Production, "unclear".into());
        };
        check(explain, &[Step::Production]);
        check(
            |it| {
                it.answers.insert(Step::Production, "unclear".into());
                it.remarks.insert(Step::Production, "仓库上锁".into());
            },
            &[],
        );
        // Who ends production has no samples to show, and cannot go on producing.
        check(
            |it| {
                it.answers.insert(Step::Future, "ceased".into());
                it.remarks.insert(Step::Future, "设备已拆除".into());
                it.answers.remove(&Step::Samples);
            },
            &[],
        );
        check(
            |it| {
                it.answers.insert(Step::Future, "ceased".into());
                it.remarks.insert(Step::Future, "设备已拆除".into());
                it.answers.insert(Step::Production, "producing".into());
            },
            &[Step::Future],
        );
        check(
            |it| drop(it.signatures.remove(&Signer::Second)),
            &[Step::Signatures],
        );
        // A refusal takes a reason, a witness, and the witness's signature in place of the other.
        check(
            |it| it.refusal = Some(Refusal::default()),
            &[Step::Signatures],
        );
        let refused: fn(&mut Visit) = |it| {
            it.refusal = Some(Refusal {
                reason: "对结论有异议".into(),
                witness: "witness".into(),
            });
        };
        check(refused, &[Step::Signatures]);
        let mut visit = whole();
        refused(&mut visit);
        let signature = visit.signatures[&Signer::Enterprise].clone();
        visit.signatures.insert(Signer::Witness, signature);
        assert!(visit.missing().is_empty());
        assert_eq!(visit.attachments().len(), 3);
    }

    #[test]
    fn the_longest_visit_fits_into_one_change() {
        let mut visit = whole();
        let longest = "长".repeat(MAXIMUM_REMARK_CHARACTERS);
        for step in Step::ALL {
            visit.remarks.insert(step, longest.clone());
        }
        visit.refusal = Some(Refusal {
            reason: longest.clone(),
            witness: longest,
        });
        for _ in 0..MAXIMUM_PHOTOS {
            let mut attachment = picture("不合格原因 照片 60", Purpose::Photo);
            attachment.taken_at = Some(1_362_364_800_000);
            attachment.place = Some("39.904690,116.407170".into());
            let step = Step::Production;
            visit.photos.push(Photo { step, attachment });
        }
        let event = visit.events().remove(0);
        assert!(serde_json::to_vec(&event).unwrap().len() < MAXIMUM_CHANGE_BYTES - 1024);
    }
}
