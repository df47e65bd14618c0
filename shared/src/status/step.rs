//! What can happen to a district's report, as a change of the log says it.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{Day, EventKind, change::Body, id::CaseId};

/// How many lines one change carries: a change has at most 64 KiB.
///
/// ```
/// use shared::status::MAXIMUM_LINES_OF_STEP;
/// assert_eq!([0; 130].chunks(MAXIMUM_LINES_OF_STEP).count(), 3);
/// ```
pub const MAXIMUM_LINES_OF_STEP: usize = 60;

/// What a line of a report is about.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Act {
    /// 收到材料
    Received,
    /// 送达检验结果
    Served,
    /// 责令整改
    Ordered,
    /// 强制措施
    Measure,
    /// 立案
    PenaltyCase,
    /// 整改核查
    Verified,
    /// 委托复查
    Commissioned,
    /// 复查结果
    Reinspected,
    /// 抄报注册地
    Copied,
    /// 结案
    Closed,
    /// 逾期未办, on the last day that the report speaks of
    Overdue,
}

/// What each is called, and the events that it is; 逾期未办 is no event. The order of a report.
///
/// ```
/// use shared::{EventKind, status::{ACTS, Act}};
/// let served = ACTS.iter().find(|(act, ..)| *act == Act::Served);
/// assert_eq!(served, Some(&(Act::Served, "送达检验结果", &[EventKind::ResultServed][..])));
/// ```
pub const ACTS: [(Act, &str, &[EventKind]); 11] = [
    (Act::Received, "收到材料", &[EventKind::MaterialsReceived]),
    (Act::Served, "送达检验结果", &[EventKind::ResultServed]),
    (Act::Ordered, "责令整改", &[EventKind::RectificationOrdered]),
    (
        Act::Measure,
        "封存、扣押",
        &[EventKind::GoodsSealed, EventKind::GoodsSeized],
    ),
    (Act::PenaltyCase, "立案", &[EventKind::PenaltyCaseOpened]),
    (
        Act::Verified,
        "整改核查",
        &[EventKind::RectificationVerified],
    ),
    (
        Act::Commissioned,
        "委托复查",
        &[EventKind::ReinspectionCommissioned],
    ),
    (
        Act::Reinspected,
        "复查结果",
        &[EventKind::ReinspectionReported],
    ),
    (Act::Copied, "抄报注册地", &[EventKind::CopyReported]),
    (Act::Closed, "结案", &[EventKind::Closed]),
    (Act::Overdue, "逾期未办", &[]),
];

/// One thing that was done in the period, or that was overdue at its end.
///
/// ```
/// use shared::status::{Act, Line};
/// let line: Line = serde_json::from_str(
///     r#"{ "act": "served", "case": "a4dqobyha4dqobyha4dqobyha4", "number": "京2013-003",
///          "enterprise": "某厂", "product": "电线", "on": "2013-03-12" }"#,
/// )?;
/// assert_eq!((line.act, &*line.note), (Act::Served, ""));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
pub struct Line {
    /// What.
    pub act: Act,
    /// When; of what is overdue the due day.
    pub on: Day,
    /// The case.
    pub case: CaseId,
    /// Its number.
    pub number: String,
    /// The enterprise.
    pub enterprise: String,
    /// The product.
    pub product: String,
    /// What came of it, or which duty is overdue.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
}

/// One step in the life of a report.
///
/// ```
/// use shared::status::Step;
/// let step = Step::Returned { drawing: "d".into(), reason: "请补充核查结果。".into() };
/// assert_eq!((step.name(), step.is_complete()), ("returned", true));
/// assert_eq!(Step::of(&step.body()), Some(step));
/// ```
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// Lines were drawn from the log, for a confirmation to come.
    Lines {
        /// Names the drawing.
        drawing: String,
        /// Some of its lines.
        lines: Vec<Line>,
    },
    /// The district's officer confirms what was drawn: it is reported.
    Confirmed {
        /// The drawing.
        drawing: String,
        /// The ledger as of this day: the last of the period, or the day of the report.
        as_of: Day,
        /// How many lines the drawing has.
        lines: usize,
        /// What the officer adds.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        remark: String,
    },
    /// The municipal bureau has received it.
    Received {
        /// The drawing that was received: another one is not received by it.
        drawing: String,
    },
    /// The municipal bureau sends it back.
    Returned {
        /// The drawing that was looked at.
        drawing: String,
        /// What is wrong with it.
        reason: String,
    },
}

impl Step {
    /// The body of the change that says it.
    pub fn body(&self) -> Body {
        Body::Status {
            step: serde_json::to_value(self).unwrap_or(Value::Null),
        }
    }

    /// The step that a body says; none where it says none, or one of a later version.
    pub fn of(body: &Body) -> Option<Self> {
        match body {
            Body::Status { step } => Self::deserialize(step).ok(),
            _ => None,
        }
    }

    /// Its name in the log.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Lines { .. } => "lines",
            Self::Confirmed { .. } => "confirmed",
            Self::Received { .. } => "received",
            Self::Returned { .. } => "returned",
        }
    }

    /// The drawing that it is about.
    pub(super) fn drawing(&self) -> &str {
        match self {
            Self::Lines { drawing, .. }
            | Self::Confirmed { drawing, .. }
            | Self::Received { drawing }
            | Self::Returned { drawing, .. } => drawing,
        }
    }

    /// Whether all is there that it cannot be without.
    pub fn is_complete(&self) -> bool {
        let said = |text: &str| !text.trim().is_empty();
        said(self.drawing())
            && match self {
                Self::Returned { reason, .. } => said(reason),
                _ => true,
            }
    }
}
