//! A case as it travels: its head, and the events that happened to it.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::{Event, EventKind, attachment::Attachment, standing::standing};

/// The `format` of a case file.
///
/// ```
/// use shared::{CaseFile, CaseHead, case::CASE_FORMAT};
/// assert_eq!(CaseFile::new(CaseHead::default()).format, CASE_FORMAT);
/// ```
pub const CASE_FORMAT: &str = "aftercheck-case/1";

/// The edition that this version computes: 北京市产品质量监督抽查后处理工作规定（试行）, in force 2013-01-01.
///
/// ```
/// use shared::{case::BEIJING_2013, edition::Edition};
/// assert_eq!(Edition::of(BEIJING_2013).map(|it| it.in_force.to_string()), Some("2013-01-01".into()));
/// ```
pub const BEIJING_2013: &str = "beijing-2013";

/// Who ordered the spot check.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// 市级监督抽查
    #[default]
    Municipal,
    /// 国家监督抽查 (article 28: handled by the same rules)
    National,
}

/// The spot check that the batch was sampled in. "Immediately preceding" (category 8) orders
/// by year, quarter, number.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct SpotCheck {
    /// What it is called.
    #[serde(default)]
    pub name: String,
    /// The year.
    #[serde(default)]
    pub year: i32,
    /// The quarter, 1 to 4.
    #[serde(default)]
    pub quarter: u8,
    /// The number within the quarter, where there is more than one.
    #[serde(default = "one", deserialize_with = "one_where_left_out")]
    pub number: u32,
    /// Fields of later versions, kept.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

fn one() -> u32 {
    1
}

/// `null` leaves the number out as much as its absence does.
fn one_where_left_out<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<u32, D::Error> {
    Ok(Option::deserialize(deserializer)?.unwrap_or_else(one))
}

/// A property of the product that a rule asks for.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Trait {
    /// 儿童玩具 (article 15)
    ChildrenToy,
    /// 农业机械 (article 15)
    AgriculturalMachinery,
    /// 强制性认证 (article 15)
    CompulsoryCertification,
    /// 取得生产许可证 (article 20)
    ProductionLicence,
    /// 公共安全类 (article 23)
    PublicSafety,
    /// 日用消费类 (article 23)
    ConsumerGoods,
    /// One that this version does not know.
    Unknown(Box<str>),
}

impl Trait {
    /// Every known trait with its name in a case file.
    ///
    /// ```
    /// use shared::case::Trait;
    /// assert!(Trait::ALL.iter().all(|(known, name)| known.name() == *name));
    /// ```
    pub const ALL: [(Self, &'static str); 6] = [
        (Self::ChildrenToy, "children_toy"),
        (Self::AgriculturalMachinery, "agricultural_machinery"),
        (Self::CompulsoryCertification, "compulsory_certification"),
        (Self::ProductionLicence, "production_licence"),
        (Self::PublicSafety, "public_safety"),
        (Self::ConsumerGoods, "consumer_goods"),
    ];

    /// The name in a case file.
    ///
    /// ```
    /// use shared::case::Trait;
    /// assert_eq!(Trait::ChildrenToy.name(), "children_toy");
    /// ```
    pub fn name(&self) -> &str {
        match self {
            Self::Unknown(name) => name,
            known => Self::ALL
                .iter()
                .find(|(item, _)| item == known)
                .map_or("", |(_, name)| name),
        }
    }
}

impl Serialize for Trait {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

impl<'de> Deserialize<'de> for Trait {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        Ok(Self::ALL
            .iter()
            .find(|(_, known)| *known == name)
            .map_or_else(
                || Self::Unknown(name.as_ref().into()),
                |(item, _)| item.clone(),
            ))
    }
}

/// The product batch.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Product {
    /// What it is.
    #[serde(default)]
    pub name: String,
    /// The kind under which the spot check counts it; category 8 compares it.
    #[serde(default)]
    pub kind: String,
    /// The brand, empty where there is none.
    #[serde(default)]
    pub brand: String,
    /// Model and specification.
    #[serde(default)]
    pub model: String,
    /// Day of production or batch number, as written on the product.
    #[serde(default)]
    pub batch: String,
    /// Properties that rules ask for.
    #[serde(default)]
    pub traits: Vec<Trait>,
    /// The class that takes the product out of the regulation's scope (article 27):
    /// `food`, `food_related`, `cosmetics`, `measuring_instrument`.
    #[serde(default)]
    pub excluded_class: Option<String>,
    /// Fields of later versions, kept.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// The enterprise whose batch it is.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Enterprise {
    /// Its name.
    #[serde(default)]
    pub name: String,
    /// Credit code (18 characters, GB 32100) or organisation code (9, GB 11714), as given.
    #[serde(default)]
    pub credit_code: String,
    /// GB/T 2260 code of the district of production.
    #[serde(default)]
    pub production_district: String,
    /// GB/T 2260 code of the district where its licence is registered.
    #[serde(default)]
    pub registration_district: String,
    /// Contact details, and fields of later versions, kept.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// What is known of a case apart from its events.
///
/// ```
/// use shared::{CaseHead, case::{Enterprise, Product, Source, SpotCheck}};
/// let head = CaseHead {
///     source: Source::Municipal,
///     spot_check: SpotCheck { year: 2013, quarter: 1, ..SpotCheck::default() },
///     product: Product { name: "木制床".into(), ..Product::default() },
///     enterprise: Enterprise { production_district: "110105".into(), ..Enterprise::default() },
///     ..CaseHead::default()
/// };
/// let text = serde_json::to_string(&head)?;
/// assert_eq!(serde_json::from_str::<CaseHead>(&text)?, head);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct CaseHead {
    /// The case number that the server gave; provisional where empty.
    #[serde(default)]
    pub number: String,
    /// The edition of the rules that the case is bound to, such as [`BEIJING_2013`].
    #[serde(default)]
    pub regulation: String,
    /// Who ordered the spot check.
    #[serde(default)]
    pub source: Source,
    /// The spot check.
    #[serde(default)]
    pub spot_check: SpotCheck,
    /// The product batch.
    #[serde(default)]
    pub product: Product,
    /// The enterprise.
    #[serde(default)]
    pub enterprise: Enterprise,
    /// The inspection body's name.
    #[serde(default)]
    pub inspection_body: String,
    /// The number of the inspection report.
    #[serde(default)]
    pub report_number: String,
    /// The items that failed.
    #[serde(default)]
    pub failed_items: Vec<String>,
    /// The bureau that handles the case until a `materials_forwarded` says otherwise.
    #[serde(default)]
    pub handling_bureau: String,
    /// A person's finding of 严重质量问题 (article 14).
    #[serde(default)]
    pub serious: bool,
    /// A person's finding of 危及人体健康、人身财产安全 (article 15).
    #[serde(default)]
    pub endangers_safety: bool,
    /// Fields of later versions, kept.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// A case as one JSON document.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct CaseFile {
    /// Always [`CASE_FORMAT`].
    pub format: String,
    /// The head.
    pub case: CaseHead,
    /// What happened, in the order of the log.
    #[serde(default)]
    pub events: Vec<Event>,
    /// What is attached, by the hash of its bytes, which the document does not hold.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attachments: Vec<Attachment>,
    /// `edits` and fields of later versions, kept.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

impl CaseFile {
    /// A case with this head and no events.
    ///
    /// ```
    /// use shared::{CaseFile, CaseHead};
    /// assert!(CaseFile::new(CaseHead::default()).events.is_empty());
    /// ```
    pub fn new(case: CaseHead) -> Self {
        Self {
            format: CASE_FORMAT.to_owned(),
            case,
            events: Vec::new(),
            attachments: Vec::new(),
            other: Map::new(),
        }
    }

    /// For each event, in the order of the log, whether it stands: no standing retraction names it.
    ///
    /// A retraction may itself be retracted, and counts whatever its own date. Of retractions that
    /// name each other in a circle, the one that the log has last stands.
    ///
    /// ```
    /// use shared::{CaseFile, CaseHead, Event, EventKind};
    /// let day = "2013-03-04".parse()?;
    /// let mut case = CaseFile::new(CaseHead::default());
    /// case.events.push(Event::new("e1", EventKind::ResultServed, day));
    /// case.events.push(Event { retracts: Some("e1".into()), ..Event::new("e2", EventKind::Retracted, day) });
    /// assert_eq!(case.standing(), [false, true]);
    /// case.events.push(Event { retracts: Some("e2".into()), ..Event::new("e3", EventKind::Retracted, day) });
    /// assert_eq!(case.standing(), [true, false, true]);
    /// # Ok::<(), shared::day::ParseDayError>(())
    /// ```
    pub fn standing(&self) -> Vec<bool> {
        standing(&self.events)
    }

    /// The bureau that handles the case: the `to` of the last standing `materials_forwarded` (by
    /// day, ties by the log), else the one that the head names.
    ///
    /// ```
    /// use shared::{CaseFile, CaseHead, Event, EventKind};
    /// let mut case = CaseFile::new(CaseHead { handling_bureau: "110105".into(), ..Default::default() });
    /// let forwarded = Event::new("e1", EventKind::MaterialsForwarded, "2013-03-06".parse()?);
    /// case.events.push(Event { to: Some("bda".into()), ..forwarded });
    /// assert_eq!(case.handling_bureau(), "bda");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn handling_bureau(&self) -> &str {
        let standing = self.standing();
        self.events
            .iter()
            .zip(standing)
            .filter(|(event, stands)| *stands && event.kind == EventKind::MaterialsForwarded)
            .filter_map(|(event, _)| event.to.as_deref().map(|to| (event.on, to)))
            .max_by_key(|(on, _)| *on)
            .map_or(&self.case.handling_bureau, |(_, to)| to)
    }
}
