//! A case's id: derived from what identifies the batch, so that two offices that take in one
//! sheet offline make one case.

use std::{fmt, str::FromStr};

use base32ct::{Base32Unpadded, Encoding as _};
use serde::{Deserialize, Deserializer, Serialize, de};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use crate::{CaseHead, Event, import::value};

const CASE_ID_BYTES: usize = 16;
const CASE_ID_LETTERS: usize = 26;
const EVENT_ID_BYTES: usize = 10;
/// Unit separator: no part of an identity contains it.
const SEPARATOR: u8 = 0x1f;

/// Names a case on every device: 26 characters of base32.
///
/// ```
/// use shared::id::CaseId;
/// let id = CaseId::of_report("BJ2013Q1", "北京市产品质量监督检验院", "JD2013-0117");
/// // Spaces, full-width characters and case are no difference.
/// assert_eq!(id, CaseId::of_report("ＢＪ2013Q1 ", "北京市产品质量监督检验院", "jd2013-0117"));
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize)]
#[serde(transparent)]
pub struct CaseId(Box<str>);

/// The text was not 26 characters of base32 in lower case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a case id: expected 26 characters a-z, 2-7")]
pub struct ParseCaseIdError;

/// What identifies a batch that plan, inspection body and report number do not.
#[derive(Clone, Copy, Debug, Default)]
pub struct SampleIdentity<'a> {
    /// The spot check, where no day of sampling tells the batch apart. Otherwise empty: often it
    /// is a person's answer, and two answers would make two cases of one batch.
    pub spot_check: &'a str,
    /// The report's number, where the sheet has one.
    pub report_number: &'a str,
    /// The enterprise's name.
    pub enterprise: &'a str,
    /// The product's name.
    pub product: &'a str,
    /// Its brand.
    pub brand: &'a str,
    /// Its model.
    pub model: &'a str,
    /// Its day of production or batch number.
    pub batch: &'a str,
    /// The day on which it was sampled.
    pub sampled_on: &'a str,
}

impl CaseId {
    /// The id of the batch that this report is about.
    ///
    /// ```
    /// use shared::id::CaseId;
    /// let of_report = |number| CaseId::of_report("BJ2013Q1", "北京市产品质量监督检验院", number);
    /// assert_eq!(of_report("JD2013-0117"), of_report("jd2013—0117"));
    /// assert_ne!(of_report("JD2013-0117"), of_report("JD2013-0118"));
    /// ```
    pub fn of_report(plan: &str, inspection_body: &str, report_number: &str) -> Self {
        Self::derive(
            "aftercheck case by report",
            &[plan, inspection_body, report_number],
        )
    }

    /// The id of a batch by its sample, where plan or report number is missing.
    ///
    /// ```
    /// use shared::id::{CaseId, SampleIdentity};
    /// let sample = SampleIdentity {
    ///     enterprise: "北京示例家具有限公司",
    ///     product: "木制床",
    ///     batch: "2013-01-08",
    ///     sampled_on: "2013-02-15",
    ///     ..SampleIdentity::default()
    /// };
    /// let other_day = SampleIdentity { sampled_on: "2013-02-16", ..sample };
    /// assert_ne!(CaseId::of_sample(&sample), CaseId::of_sample(&other_day));
    /// ```
    pub fn of_sample(sample: &SampleIdentity<'_>) -> Self {
        Self::derive(
            "aftercheck case by sample",
            &[
                sample.spot_check,
                sample.report_number,
                sample.enterprise,
                sample.product,
                sample.brand,
                sample.model,
                sample.batch,
                sample.sampled_on,
            ],
        )
    }

    /// The id of the batch that a head describes: by its report, else by its sample; `None` where
    /// too little of the batch is known.
    ///
    /// ```
    /// use shared::{CaseHead, id::{CaseId, SampleIdentity}};
    /// let mut head = CaseHead { report_number: "JD2013-0117".into(), ..Default::default() };
    /// assert_eq!(CaseId::of_head(&head), None, "neither plan nor enterprise is known");
    /// head.enterprise.name = "北京示例家具有限公司".into();
    /// head.product.name = "木制床".into();
    /// head.product.other.insert("sampled_on".into(), "2013-02-15".into());
    /// let sample = SampleIdentity {
    ///     report_number: "JD2013-0117",
    ///     enterprise: "北京示例家具有限公司",
    ///     product: "木制床",
    ///     sampled_on: "2013-02-15",
    ///     ..Default::default()
    /// };
    /// assert_eq!(CaseId::of_head(&head), Some(CaseId::of_sample(&sample)));
    /// ```
    pub fn of_head(head: &CaseHead) -> Option<Self> {
        let other = |map: &Map<String, Value>, name: &str| {
            map.get(name)
                .and_then(Value::as_str)
                .unwrap_or_default()
                .to_owned()
        };
        let plan = other(&head.spot_check.other, "plan");
        let by_report = [&plan, &head.inspection_body, &head.report_number];
        if by_report.iter().all(|part| !part.is_empty()) {
            return Some(Self::of_report(
                &plan,
                &head.inspection_body,
                &head.report_number,
            ));
        }
        if head.enterprise.name.is_empty() || head.product.name.is_empty() {
            return None;
        }
        let sampled_on = other(&head.product.other, "sampled_on");
        let check = &head.spot_check;
        let spot_check = match sampled_on.as_str() {
            "" => format!(
                "{}/{}/{}/{}",
                check.year, check.quarter, check.number, check.name
            ),
            _ => String::new(),
        };
        // A serial number of five digits may be a batch's as well as a day's.
        let day_of_batch = Some(normalised(&head.product.batch))
            .filter(|batch| batch.len() > 5)
            .and_then(|batch| value::day(&batch).ok());
        Some(Self::of_sample(&SampleIdentity {
            spot_check: &spot_check,
            report_number: &head.report_number,
            enterprise: &head.enterprise.name,
            product: &head.product.name,
            brand: &head.product.brand,
            model: &head.product.model,
            batch: &day_of_batch.map_or_else(|| head.product.batch.clone(), |day| day.to_string()),
            sampled_on: &sampled_on,
        }))
    }

    /// The id made of 16 random bytes, for a case that nothing identifies.
    ///
    /// ```
    /// use shared::id::{CaseId, ParseCaseIdError};
    /// let id = CaseId::from_random([7; 16]);
    /// assert_eq!(id.as_str(), "a4dqobyha4dqobyha4dqobyha4");
    /// assert_eq!(id.as_str().parse(), Ok(id));
    /// assert_eq!("a4dq".parse::<CaseId>(), Err(ParseCaseIdError));
    /// ```
    pub fn from_random(bytes: [u8; CASE_ID_BYTES]) -> Self {
        Self(base32(&bytes).into())
    }

    pub(crate) fn derive(domain: &str, parts: &[&str]) -> Self {
        Self(base32(&hash(domain, parts)[..CASE_ID_BYTES]).into())
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The id of an event that a sheet tells of: two devices that import the sheet make one event.
///
/// It depends on the case and on all of the event but its own id.
///
/// # Panics
/// Never: an event is plain JSON.
///
/// ```
/// use shared::{Event, EventKind, id::{CaseId, imported_event_id}};
/// let case = CaseId::from_random([7; 16]);
/// let served = |id: &str, on| Event::new(id, EventKind::ResultServed, on);
/// let (day, next) = ("2013-03-12".parse()?, "2013-03-13".parse()?);
/// let id = imported_event_id(&case, &served("as one device calls it", day));
/// assert!(id.starts_with("i-"));
/// assert_eq!(id, imported_event_id(&case, &served("as another does", day)));
/// assert_ne!(id, imported_event_id(&case, &served("as one device calls it", next)));
/// # Ok::<(), shared::day::ParseDayError>(())
/// ```
pub fn imported_event_id(case: &CaseId, event: &Event) -> String {
    let unnamed = Event {
        id: String::new(),
        ..event.clone()
    };
    let content = serde_json::to_string(&unnamed).expect("an event is plain JSON");
    let hash = hash("aftercheck imported event", &[case.as_str(), &content]);
    format!("i-{}", base32(&hash[..EVENT_ID_BYTES]))
}

/// A text as identities compare it: full-width letters made half-width, the many dashes made one,
/// letters raised, spaces dropped.
///
/// ```
/// use shared::id::normalised;
/// assert_eq!(normalised("ｊｄ２０１３—0117 "), "JD2013-0117");
/// ```
pub fn normalised(text: &str) -> String {
    text.chars()
        .map(|letter| match letter {
            '\u{ff01}'..='\u{ff5e}' => char::from_u32(letter as u32 - 0xfee0).unwrap_or(letter),
            '\u{2010}'..='\u{2015}' | '\u{2212}' => '-',
            other => other,
        })
        .filter(|letter| {
            !letter.is_whitespace()
                && !letter.is_control()
                && !matches!(letter, '\u{200b}'..='\u{200d}' | '\u{feff}')
        })
        .map(|letter| letter.to_ascii_uppercase())
        .collect()
}

fn hash(domain: &str, parts: &[&str]) -> [u8; 32] {
    let mut hasher = Sha256::new();
    hasher.update(domain.as_bytes());
    for part in parts {
        hasher.update([SEPARATOR]);
        hasher.update(normalised(part).as_bytes());
    }
    hasher.finalize().into()
}

/// Base32 in lower case without padding, as all ids are written.
pub(crate) fn base32(bytes: &[u8]) -> String {
    Base32Unpadded::encode_string(bytes)
}

impl fmt::Display for CaseId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for CaseId {
    type Err = ParseCaseIdError;
    fn from_str(text: &str) -> Result<Self, ParseCaseIdError> {
        let allowed = |byte: u8| matches!(byte, b'a'..=b'z' | b'2'..=b'7');
        if text.len() != CASE_ID_LETTERS || !text.bytes().all(allowed) {
            return Err(ParseCaseIdError);
        }
        Ok(Self(text.into()))
    }
}

impl<'de> Deserialize<'de> for CaseId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::EventKind;

    /// Final: every device must derive the same.
    #[test]
    fn ids_have_golden_values() {
        let id = CaseId::of_report("BJ2013Q1", "北京市产品质量监督检验院", "JD2013-0117");
        assert_eq!(id.as_str(), "zr63ijf4kgthyvvahhsotc54oa");
        let sample = SampleIdentity {
            enterprise: "北京华京顺家具厂",
            product: "衣柜",
            ..Default::default()
        };
        assert_eq!(
            CaseId::of_sample(&sample).as_str(),
            "q25hjzjyj555z3bgc3dtwcf7ty"
        );
        let event = Event::new(
            "",
            EventKind::MaterialsReceived,
            "2013-03-07".parse().unwrap(),
        );
        assert_eq!(imported_event_id(&id, &event), "i-xrowmw7tjyhiz5zp");
    }

    #[test]
    fn parts_do_not_run_together() {
        assert_ne!(
            CaseId::of_report("ab", "c", "d"),
            CaseId::of_report("a", "bc", "d")
        );
    }
}
