//! What can happen to an announcement, as a change of the log says it.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::AnnouncementId;
use crate::{
    Day,
    announcement::{KindFigures, Quarter},
    change::{Body, Digest},
    document::Number,
    id::CaseId,
};

/// The parts of the text in their order, with what each is called. The title is one of them.
///
/// ```
/// use shared::publication::{PARTS, part_title};
/// assert!(PARTS.iter().all(|(part, title)| part_title(part) == *title));
/// ```
pub const PARTS: [(&str, &str); 6] = [
    ("title", "标题"),
    ("checked", "抽查情况"),
    ("clean", "未发现不合格的产品"),
    ("failing", "不合格产品和项目"),
    ("meaning", "对使用者的说明"),
    ("handled", "处理情况"),
];

/// The channels that article 26 names.
///
/// ```
/// use shared::publication::{CHANNELS, Step};
/// let on = "2013-06-28".parse()?;
/// let publish = |channels| Step::Published { content: Default::default(), on, channels };
/// assert!(publish(vec![CHANNELS[0].to_owned()]).is_complete());
/// assert!(!publish(Vec::new()).is_complete());
/// # Ok::<(), shared::day::ParseDayError>(())
/// ```
pub const CHANNELS: [&str; 5] = ["市局网站", "报刊", "广播", "电视", "新闻发布会"];

/// How many rows of the annex one change carries: a change has at most 64 KiB.
///
/// ```
/// use shared::publication::{MAXIMUM_ROWS_OF_STEP, Row, Step};
/// let rows = vec![0; 45];
/// assert_eq!(rows.chunks(MAXIMUM_ROWS_OF_STEP).count(), 3);
/// ```
pub const MAXIMUM_ROWS_OF_STEP: usize = 20;

/// What a part of the text is called; the name itself where a later version has one more.
///
/// ```
/// use shared::publication::part_title;
/// assert_eq!(part_title("handled"), "处理情况");
/// ```
pub fn part_title(part: &str) -> &str {
    let known = PARTS.iter().find(|(name, _)| *name == part);
    known.map_or(part, |(_, title)| title)
}

/// One step in the life of an announcement.
///
/// ```
/// use shared::publication::Step;
/// let step = Step::Text { part: "meaning".into(), text: "可能引发火灾。".into() };
/// assert_eq!((step.name(), step.is_complete(), step.is_of_opinion()), ("text", true, false));
/// assert_eq!(Step::of(&step.body()), Some(step));
/// ```
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// It is begun: for a quarter (定期公告), or for a matter that cannot wait (article 25).
    Opened {
        /// The quarter; none where it is not a periodic one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        period: Option<Quarter>,
        /// The published announcement that this one corrects.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        corrects: Option<AnnouncementId>,
    },
    /// Figures were taken from the ledger; rows of an earlier drawing count no more.
    Drawn {
        /// Names the drawing, for its rows.
        drawing: String,
        /// The figures.
        drawn: Box<Drawn>,
    },
    /// Rows of the annex that were taken with a drawing.
    Rows {
        /// The drawing.
        drawing: String,
        /// Some of its rows.
        rows: Vec<Row>,
    },
    /// A part of the text was written.
    Text {
        /// Its name, one of [`PARTS`].
        part: String,
        /// The text; empty where the part is left out.
        text: String,
    },
    /// A person changed a row of the annex, added one, left one out, or put it back.
    Row {
        /// The row as it is from now on, recognised by its id.
        row: Box<Row>,
        /// Why it is left out; none where it is in the annex.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        left_out: Option<String>,
        /// The row as the ledger had it: cells that are the same in both go on following the
        /// ledger. None where the person added the row.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        base: Option<Box<Row>>,
    },
    /// A district was asked for its opinion (article 23), with what it needs for it.
    Asked {
        /// The announcement's title.
        title: String,
        /// What is going to be said, and what is asked.
        text: String,
        /// The rows of the annex that rest on cases of that bureau.
        rows: Vec<Row>,
        /// Until when an answer is wished for; the regulation sets no day.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        answer_by: Option<Day>,
    },
    /// The district answered.
    Answered {
        /// It has no objection.
        agrees: bool,
        /// Its opinion.
        text: String,
        /// On which day.
        on: Day,
    },
    /// The social-stability risk was assessed (article 23).
    RiskAssessed {
        /// The assessment.
        risk: Risk,
    },
    /// A second person has looked at it.
    Reviewed {
        /// What was found.
        review: Review,
    },
    /// It was given its number.
    Numbered {
        /// The number.
        number: Number,
        /// Which issue of the year it is (第 n 期); 0 where that is not said.
        #[serde(default)]
        issue: u32,
    },
    /// It was published (article 26).
    Published {
        /// What was published.
        content: Digest,
        /// On which day.
        on: Day,
        /// Through what.
        channels: Vec<String>,
    },
    /// It was withdrawn after its publication.
    Withdrawn {
        /// On which day.
        on: Day,
        /// Why.
        reason: String,
    },
}

/// What a draft took from the ledger.
///
/// ```
/// use shared::publication::Drawn;
/// let drawn: Drawn = serde_json::from_str(
///     r#"{ "on": "2013-04-01", "batches": 390, "visits": 351, "enterprises": 338,
///          "put_right": 12, "kinds": [] }"#,
/// )?;
/// assert!(drawn.sensitive.is_empty(), "article 23 demands no risk assessment");
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Drawn {
    /// The ledger as of this day.
    pub on: Day,
    /// Batches checked.
    pub batches: usize,
    /// 家次.
    pub visits: usize,
    /// 家.
    pub enterprises: usize,
    /// Failing batches that were put right.
    pub put_right: usize,
    /// The kinds of product.
    pub kinds: Vec<KindFigures>,
    /// The kinds that article 23 demands a risk assessment for: 公共安全类, 日用消费类.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sensitive: Vec<String>,
    /// The cases that a person chose; none where it is a quarter's.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cases: Vec<CaseId>,
}

/// A row of the annex, as an announcement has it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Row {
    /// Names the row: the first case that it rests on.
    pub id: CaseId,
    /// The enterprise.
    pub enterprise: String,
    /// The product.
    pub product: String,
    /// Its brand.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub brand: String,
    /// Model and specification.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub model: String,
    /// Day of production or batch number.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub batch: String,
    /// The items that failed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub failed_items: Vec<String>,
    /// The numbers in article 24(3).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub categories: Vec<u8>,
    /// It is listed for a failed reinspection that no number covers (article 20).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub reinspection_failed: bool,
    /// The cases that it rests on.
    pub basis: Vec<Basis>,
}

/// A case behind a row.
///
/// ```
/// use shared::{id::CaseId, publication::Basis};
/// let basis = Basis {
///     case: CaseId::from_random([7; 16]),
///     bureau: "110105".into(),
///     events: vec!["e1".into()],
/// };
/// assert_eq!(serde_json::to_value(&basis)?["events"][0], "e1");
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Basis {
    /// The case.
    pub case: CaseId,
    /// The bureau that handles it.
    pub bureau: String,
    /// The events that the findings rest on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub events: Vec<String>,
}

impl Row {
    /// Its cells, in the order of the annex: what each is called, and what stands in it.
    ///
    /// ```
    /// use shared::{id::CaseId, publication::Row};
    /// let ledger: Row = serde_json::from_value(serde_json::json!({
    ///     "id": CaseId::from_random([7; 16]), "enterprise": "某厂", "product": "电线",
    ///     "failed_items": ["标志", "结构"], "basis": [],
    /// }))?;
    /// assert_eq!(ledger.cells()[5], ("不合格项目", "标志、结构".to_owned()));
    /// let edited = ledger.with_cell(2, "某牌").with_cell(5, "标志、温升");
    /// assert_eq!((&*edited.brand, &edited.failed_items[1]), ("某牌", &"温升".to_owned()));
    /// // The ledger says another product by now; what was edited stays edited.
    /// let now = ledger.with_cell(1, "电缆");
    /// assert_eq!(edited.onto(&ledger, &now), edited.with_cell(1, "电缆"));
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    pub fn cells(&self) -> [(&'static str, String); 6] {
        [
            ("企业名称", self.enterprise.clone()),
            ("产品名称", self.product.clone()),
            ("商标", self.brand.clone()),
            ("规格型号", self.model.clone()),
            ("生产日期/批号", self.batch.clone()),
            ("不合格项目", self.failed_items.join("、")),
        ]
    }

    /// The row with another text in one of its [`cells`](Self::cells).
    #[must_use]
    pub fn with_cell(&self, at: usize, text: &str) -> Self {
        let mut row = self.clone();
        let text = text.trim();
        match at {
            0 => text.clone_into(&mut row.enterprise),
            1 => text.clone_into(&mut row.product),
            2 => text.clone_into(&mut row.brand),
            3 => text.clone_into(&mut row.model),
            4 => text.clone_into(&mut row.batch),
            _ => {
                let items = text.split(['、', '\n', ';', '；']).map(str::trim);
                row.failed_items = items
                    .filter(|item| !item.is_empty())
                    .map(str::to_owned)
                    .collect();
            }
        }
        row
    }

    /// This row, edited from `base`, on what the ledger says now: a cell that was not edited says
    /// what the ledger says, and so do the reasons and cases.
    #[must_use]
    pub fn onto(&self, base: &Self, now: &Self) -> Self {
        let cells = self.cells().into_iter().zip(base.cells()).enumerate();
        let edited = cells.filter(|(_, (own, base))| own != base);
        edited.fold(now.clone(), |row, (at, ((_, text), _))| {
            row.with_cell(at, &text)
        })
    }

    /// 第二十四条（三）5、8；第二十条
    ///
    /// ```
    /// use shared::{id::CaseId, publication::Row};
    /// let row: Row = serde_json::from_value(serde_json::json!({
    ///     "id": CaseId::from_random([7; 16]), "enterprise": "某厂", "product": "电线",
    ///     "categories": [5, 8], "reinspection_failed": true, "basis": [],
    /// }))?;
    /// assert_eq!(row.clauses(), "第二十四条（三）5、8；第二十条");
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    pub fn clauses(&self) -> String {
        let numbers: Vec<String> = self.categories.iter().map(u8::to_string).collect();
        let of_24 = (!numbers.is_empty())
            .then(|| format!("{}（三）{}", crate::words::article(24), numbers.join("、")));
        let of_20 = self.reinspection_failed.then(|| crate::words::article(20));
        of_24
            .into_iter()
            .chain(of_20)
            .collect::<Vec<_>>()
            .join("；")
    }
}

/// A social-stability risk assessment (article 23).
///
/// ```
/// use shared::publication::{Risk, Step};
/// let risk = Risk { on: "2013-06-20".parse()?, by: "市局法规处".into(), conclusion: String::new() };
/// assert!(!Step::RiskAssessed { risk }.is_complete(), "it concludes nothing");
/// # Ok::<(), shared::day::ParseDayError>(())
/// ```
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Risk {
    /// On which day it was concluded.
    pub on: Day,
    /// Who assessed.
    pub by: String,
    /// What was found, and what is done about it.
    pub conclusion: String,
}

/// What the second person says of it.
///
/// ```
/// use shared::publication::{Review, Step};
/// let review = Review {
///     content: Default::default(),
///     approved: false,
///     remark: String::new(),
///     without: "已逾答复期限。".into(),
/// };
/// assert!(review.goes_without());
/// assert!(!Step::Reviewed { review }.is_complete(), "what is sent back comes with a remark");
/// ```
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Review {
    /// The content that was looked at: another one is not approved by it.
    pub content: Digest,
    /// Approved; otherwise sent back.
    pub approved: bool,
    /// What the person remarks.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub remark: String,
    /// Why it goes without the answers that are missing (article 23); empty where none is.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub without: String,
}

impl Review {
    /// Whether it says why the announcement goes without the answers that are missing.
    pub fn goes_without(&self) -> bool {
        !self.without.trim().is_empty()
    }
}

impl Step {
    /// The body of the change that says it.
    pub fn body(&self) -> Body {
        Body::Announcement {
            step: serde_json::to_value(self).unwrap_or(Value::Null),
        }
    }

    /// The step that a body says; none where it says none, or one of a later version.
    pub fn of(body: &Body) -> Option<Self> {
        match body {
            Body::Announcement { step } => Self::deserialize(step).ok(),
            _ => None,
        }
    }

    /// Its name in the log.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Opened { .. } => "opened",
            Self::Drawn { .. } => "drawn",
            Self::Rows { .. } => "rows",
            Self::Text { .. } => "text",
            Self::Row { .. } => "row",
            Self::Asked { .. } => "asked",
            Self::Answered { .. } => "answered",
            Self::RiskAssessed { .. } => "risk_assessed",
            Self::Reviewed { .. } => "reviewed",
            Self::Numbered { .. } => "numbered",
            Self::Published { .. } => "published",
            Self::Withdrawn { .. } => "withdrawn",
        }
    }

    /// Whether it is between the municipal bureau and a district, on the subject of an opinion.
    pub const fn is_of_opinion(&self) -> bool {
        matches!(self, Self::Asked { .. } | Self::Answered { .. })
    }

    /// Whether all is there that it cannot be without.
    pub fn is_complete(&self) -> bool {
        let said = |text: &str| !text.trim().is_empty();
        match self {
            Self::Opened { .. } | Self::Drawn { .. } | Self::Rows { .. } => true,
            Self::Text { part, text } => said(part) && (part != "title" || said(text)),
            Self::Row { row, left_out, .. } => {
                said(&row.enterprise) && left_out.as_deref().is_none_or(said)
            }
            Self::Asked { title, text, .. } => said(title) && said(text),
            Self::Answered { agrees, text, .. } => *agrees || said(text),
            Self::RiskAssessed { risk } => said(&risk.by) && said(&risk.conclusion),
            Self::Reviewed { review } => review.approved || said(&review.remark),
            Self::Numbered { number, .. } => said(&number.series) && number.serial > 0,
            Self::Published { channels, .. } => channels.iter().any(|channel| said(channel)),
            Self::Withdrawn { reason, .. } => said(reason),
        }
    }
}
