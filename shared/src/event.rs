//! The events that a case is made of: facts, dated, in the past tense.

mod read;

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value};

use crate::Day;

/// Who has a part in a case (`spec` column "by"), as bits so that several may share an event.
///
/// ```
/// use shared::{EventKind, event::By};
/// let facts = EventKind::ReportSubmitted.facts().ok_or("known")?;
/// assert!(facts.by.includes(By::INSPECTION_BODY) && !facts.by.includes(By::DISTRICT));
/// # Ok::<(), &str>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct By(u8);

impl By {
    /// 市局, the municipal bureau.
    pub const MUNICIPAL: Self = Self(1);
    /// 区县局, the district bureau.
    pub const DISTRICT: Self = Self(2);
    /// 检验机构, the inspection body.
    pub const INSPECTION_BODY: Self = Self(4);
    /// Nobody by this table: what may be recorded depends on something else.
    pub const NOBODY: Self = Self(0);

    pub(crate) const fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether all of `other` is in `self`.
    ///
    /// ```
    /// use shared::event::By;
    /// assert!(By::DISTRICT.includes(By::DISTRICT) && !By::DISTRICT.includes(By::MUNICIPAL));
    /// assert!(!By::DISTRICT.includes(By::NOBODY));
    /// ```
    pub const fn includes(self, other: Self) -> bool {
        other.0 != 0 && self.0 & other.0 == other.0
    }
}

/// What the rules say of one type of event, apart from deadlines.
#[derive(Debug)]
pub struct EventFacts {
    /// The name in a case file, such as `materials_received`.
    pub name: &'static str,
    /// What it is called, such as 收到材料.
    pub title: &'static str,
    /// Who may record it.
    pub by: By,
    /// May stand more than once on a case (and round).
    pub many: bool,
    /// Carries a `round`, and which one is meant where it is left out.
    pub default_round: Option<u8>,
    /// The articles it comes from.
    pub articles: &'static [u8],
}

macro_rules! event_kinds {
    ($($variant:ident $name:literal $by:expr, $many:literal, $round:expr, [$($article:literal),*], $doc:literal;)*) => {
        /// The types of event that the rules know.
        ///
        /// Types of later versions are kept as [`EventKind::Unknown`], shown and passed on,
        /// and no rule reads them.
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
        pub enum EventKind {
            $(#[doc = $doc] $variant,)*
            /// A type that this version does not know, by its name.
            Unknown(Box<str>),
        }

        impl EventKind {
            /// Every known type, in the order of the regulation.
            pub const ALL: &'static [EventKind] = &[$(EventKind::$variant),*];

            /// What the rules say of it; `None` for a type of a later version.
            ///
            /// ```
            /// use shared::{EventKind, event::{By, EventFacts}};
            /// let facts: &EventFacts = EventKind::ResultServed.facts().ok_or("known")?;
            /// assert!(facts.by.includes(By::DISTRICT) && !facts.many && facts.articles == [6]);
            /// # Ok::<(), &str>(())
            /// ```
            pub fn facts(&self) -> Option<&'static EventFacts> {
                match self {
                    $(EventKind::$variant => {
                        const FACTS: EventFacts = EventFacts {
                            name: $name, title: $doc, by: $by, many: $many, default_round: $round, articles: &[$($article),*],
                        };
                        Some(&FACTS)
                    })*
                    EventKind::Unknown(_) => None,
                }
            }

            /// Its place in [`EventKind::ALL`]; `None` for a type of a later version.
            pub(crate) const fn place(&self) -> Option<usize> {
                enum Place { $($variant),* }
                match self {
                    $(EventKind::$variant => Some(Place::$variant as usize),)*
                    EventKind::Unknown(_) => None,
                }
            }

            /// The name in a case file.
            ///
            /// ```
            /// assert_eq!(shared::EventKind::ResultServed.name(), "result_served");
            /// ```
            pub fn name(&self) -> &str {
                match self {
                    $(EventKind::$variant => $name,)*
                    EventKind::Unknown(name) => name,
                }
            }

            /// The type with this name, known or not.
            ///
            /// ```
            /// use shared::EventKind;
            /// assert_eq!(EventKind::from_name("result_served"), EventKind::ResultServed);
            /// assert_eq!(EventKind::from_name("beamed_up").name(), "beamed_up");
            /// assert!(EventKind::ALL.iter().all(|kind| EventKind::from_name(kind.name()) == *kind));
            /// ```
            pub fn from_name(name: &str) -> Self {
                match name {
                    $($name => EventKind::$variant,)*
                    other => EventKind::Unknown(other.into()),
                }
            }
        }
    };
}

const M: By = By::MUNICIPAL;
const D: By = By::DISTRICT;
const L: By = By::INSPECTION_BODY;
const ROUND_0: Option<u8> = Some(0);
const ROUND_1: Option<u8> = Some(1);

event_kinds! {
    ReportSubmitted "report_submitted" L, false, None, [4], "报送检验报告";
    ConformingResultDelivered "conforming_result_delivered" L, false, None, [5], "送达合格结果";
    SamplingRefused "sampling_refused" L.or(D), true, None, [24], "拒绝抽查";
    SampleTampered "sample_tampered" L.or(D), false, None, [24], "擅自处理封存样品";
    MaterialsForwarded "materials_forwarded" M, true, None, [4], "转交材料";
    MaterialsReceived "materials_received" D, false, None, [6, 14], "收到材料";
    ReportCorrectionRequested "report_correction_requested" D, false, None, [14], "报请更正报告";
    ReportCorrected "report_corrected" M, false, None, [14], "报告已更正";
    ResultServed "result_served" D, false, None, [6], "送达检验结果";
    ObjectionFiled "objection_filed" M, false, ROUND_0, [7], "提出异议";
    ObjectionAccepted "objection_accepted" M, false, ROUND_0, [8], "受理异议";
    ObjectionRejected "objection_rejected" M, false, ROUND_0, [8], "不予受理异议";
    RetestOrdered "retest_ordered" M, false, ROUND_0, [10], "下达复检任务";
    InvestigationStarted "investigation_started" M, false, ROUND_0, [9], "开始调查核实";
    InvestigationConcluded "investigation_concluded" M, false, ROUND_0, [9], "调查核实结束";
    RetestSampleConfirmed "retest_sample_confirmed" M, false, ROUND_0, [11], "确认复检样品";
    RetestReported "retest_reported" L, false, ROUND_0, [12], "报送复检结果";
    ObjectionDecided "objection_decided" M, false, ROUND_0, [13], "作出异议处理决定";
    DecisionServed "decision_served" D, false, ROUND_0, [13], "送达异议处理决定";
    RectificationOrdered "rectification_ordered" D, false, None, [14, 16], "责令整改";
    RectificationOrderServed "rectification_order_served" D, false, None, [14, 16], "送达责令整改通知书";
    PenaltyCaseOpened "penalty_case_opened" D, true, None, [14, 20], "立案处罚";
    GoodsSealed "goods_sealed" D, true, None, [15], "封存产品";
    GoodsSeized "goods_seized" D, true, None, [15], "扣押产品";
    MeasureLifted "measure_lifted" D, true, None, [15], "解除强制措施";
    DisposalOrdered "disposal_ordered" D, false, None, [15], "责令处理已售产品";
    DisposalReported "disposal_reported" D, false, None, [15], "企业报告不合格品处理";
    DefectInvestigationStarted "defect_investigation_started" D, false, None, [15], "开展缺陷调查";
    RecallStarted "recall_started" D, false, None, [15], "实施召回";
    ExtensionRequested "extension_requested" D, true, None, [24], "申请延期复查";
    ExtensionGranted "extension_granted" D, true, None, [24], "准予延期";
    ExtensionRefused "extension_refused" D, true, None, [24], "不准延期";
    RectificationRefused "rectification_refused" D, true, None, [24], "拒绝整改";
    RectificationReported "rectification_reported" D, false, None, [16], "提交整改报告";
    ReinspectionApplied "reinspection_applied" D, false, None, [16], "申请复查";
    ExcuseAccepted "excuse_accepted" D, false, None, [18], "认可正当理由";
    RectificationVerified "rectification_verified" D, true, None, [17], "核查整改情况";
    ProhibitedProductionFound "prohibited_production_found" D, true, None, [24], "发现违规生产销售";
    CessationReported "cessation_reported" D, false, None, [17], "报告停产转产情况";
    ReinspectionCommissioned "reinspection_commissioned" D, false, ROUND_1, [17, 18], "委托复查";
    ReinspectionReported "reinspection_reported" L, false, ROUND_1, [19, 20], "报送复查结果";
    ReinspectionMaterialsReceived "reinspection_materials_received" D, false, ROUND_1, [19], "收到复查材料";
    ReinspectionResultServed "reinspection_result_served" D.or(L), false, ROUND_1, [19], "送达复查结果";
    Announced "announced" M, true, None, [20, 24], "公告";
    BusinessSuspended "business_suspended" M, false, None, [20], "责令停业整顿";
    LicenceRevocationRecommended "licence_revocation_recommended" M, false, None, [20], "建议吊销营业执照";
    ProductionLicenceRevoked "production_licence_revoked" M, false, None, [20], "吊销生产许可证";
    StatusReported "status_reported" D, true, None, [21], "报送处理情况";
    CopyReported "copy_reported" D, false, None, [21], "抄报注册地";
    Retracted "retracted" By::NOBODY, true, None, [], "撤销记录";
    Closed "closed" D.or(M), false, None, [], "结案";
}

impl Serialize for EventKind {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

impl<'de> Deserialize<'de> for EventKind {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        Ok(Self::from_name(&name))
    }
}

impl fmt::Display for EventKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for EventKind {
    type Err = std::convert::Infallible;
    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Ok(Self::from_name(name))
    }
}

/// The finding of an inspection, retest or reinspection.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// 合格
    Conforming,
    /// 不合格
    Nonconforming,
}

/// What a verification found (article 17), or what an objection was decided to be (article 13).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// 具备复查条件 (verification)
    Ready,
    /// 整改措施未落实 (verification)
    NotImplemented,
    /// 停产 (verification)
    Ceased,
    /// 转产 (verification)
    Switched,
    /// 不再生产销售同一规格型号 (verification)
    Discontinued,
    /// 维持原结果 (objection)
    Confirmed,
    /// 改变原结果 (objection)
    Overturned,
}

/// With whom an objection was filed (article 7).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FiledWith {
    /// 市局
    Municipal,
    /// 国家质检总局
    National,
}

/// One dated fact of a case.
///
/// The fields that rules read are named here; all others (`method`, `recipient`, `reason`,
/// `body`, …, and those of later versions) stay verbatim in [`Event::details`]. A value that a
/// named field cannot have is an error where the type of event has that field, and stays in the
/// details where it has not.
///
/// ```
/// use shared::{Event, event::{FiledWith, Outcome, Verdict}};
/// let filed: Event = serde_json::from_str(
///     r#"{"id":"e1","type":"objection_filed","on":"2013-03-20","filed_with":"national","method":"邮寄"}"#,
/// )?;
/// assert_eq!(filed.filed_with, Some(FiledWith::National));
/// assert_eq!(filed.details["method"], "邮寄", "no rule reads it");
/// let decided: Event = serde_json::from_str(
///     r#"{"id":"e2","type":"objection_decided","on":"2013-03-27","outcome":"overturned"}"#,
/// )?;
/// assert_eq!((decided.outcome, decided.verdict), (Some(Outcome::Overturned), None));
/// let odd = r#"{"id":"e3","type":"report_submitted","on":"2013-03-04","verdict":"perhaps"}"#;
/// assert!(serde_json::from_str::<Event>(odd).is_err());
/// assert!(serde_json::from_str::<Event>(&odd.replace("perhaps", "conforming"))
///     .is_ok_and(|event| event.verdict == Some(Verdict::Conforming)));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Event {
    /// Names the event within its case; what a retraction points at.
    pub id: String,
    /// What happened.
    #[serde(rename = "type")]
    pub kind: EventKind,
    /// The legal day on which it happened (for what was mailed: the day it was sent).
    pub on: Day,
    /// Which inspection it belongs to, as written; read it through [`Event::round`].
    #[serde(rename = "round", skip_serializing_if = "Option::is_none")]
    pub written_round: Option<u8>,
    /// The day on which what an enterprise handed in arrived.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub received_on: Option<Day>,
    /// The finding, where it is an inspection's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub verdict: Option<Verdict>,
    /// The finding, where it is a verification's or a decision's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outcome: Option<Outcome>,
    /// With whom the objection was filed; the municipal bureau where left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub filed_with: Option<FiledWith>,
    /// A day fixed by a document: taken as written, never moved.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due: Option<Day>,
    /// The day an extension or a suspension runs to, as written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<Day>,
    /// The code of the bureau that materials, a report or a copy went to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// A person's finding that a refusal had a proper reason (正当理由).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub justified: Option<bool>,
    /// A person's finding of 严重质量问题 in a reinspection.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub serious: Option<bool>,
    /// The id of the event that this one takes back.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retracts: Option<String>,
    /// All other fields, verbatim.
    #[serde(flatten)]
    pub details: Map<String, Value>,
}

impl Event {
    /// An event with nothing but its type and day.
    ///
    /// ```
    /// use shared::{Event, EventKind};
    /// let served = Event::new("e1", EventKind::ResultServed, "2013-03-12".parse()?);
    /// assert_eq!(served.received_on, None);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn new(id: impl Into<String>, kind: EventKind, on: Day) -> Self {
        Self {
            id: id.into(),
            kind,
            on,
            written_round: None,
            received_on: None,
            verdict: None,
            outcome: None,
            filed_with: None,
            due: None,
            until: None,
            to: None,
            justified: None,
            serious: None,
            retracts: None,
            details: Map::new(),
        }
    }

    /// The inspection it belongs to: 0 the spot check, 1 to 3 the reinspections.
    ///
    /// Left out, it is 1 for events named `reinspection_…` with a round and 0 for all others;
    /// on events without that field whatever is written is ignored.
    ///
    /// ```
    /// use shared::{Event, EventKind};
    /// let day = "2013-05-20".parse()?;
    /// assert_eq!(Event::new("e1", EventKind::ReinspectionReported, day).round(), 1);
    /// assert_eq!(Event::new("e2", EventKind::ObjectionFiled, day).round(), 0);
    /// # Ok::<(), shared::day::ParseDayError>(())
    /// ```
    pub fn round(&self) -> u8 {
        match self.kind.facts().and_then(|facts| facts.default_round) {
            Some(default) => self.written_round.unwrap_or(default),
            None => 0,
        }
    }
}
