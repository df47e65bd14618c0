//! Districts of Beijing (GB/T 2260) and the bureaus that handle cases in them.

/// A district bureau (区县局): one for each district, and three for places within a district.
#[derive(PartialEq, Eq, Debug)]
pub struct Bureau {
    /// The district's code, or `bda`, `yanshan`, `airport`.
    pub code: &'static str,
    /// What it is called in the frame and in lists, such as 朝阳区局.
    pub name: &'static str,
    /// The place it is responsible for, such as 朝阳区.
    pub place: &'static str,
    /// GB/T 2260 code of the district in which it lies.
    pub district: &'static str,
    /// How an address or a sheet names the place, other than by its code.
    pub also: &'static [&'static str],
    /// Code of the same district before it was renamed or merged.
    pub former_codes: &'static [&'static str],
}

macro_rules! bureaus {
    ($($code:literal $name:literal $place:literal in $district:literal, also $also:expr, formerly $former:expr;)*) => {
        /// Every bureau: the districts in the order of their codes, then the three others.
        ///
        /// ```
        /// use shared::bureau::BUREAUS;
        /// assert_eq!(BUREAUS.iter().filter(|bureau| bureau.is_district()).count(), 16);
        /// ```
        pub const BUREAUS: &[Bureau] = &[$(Bureau {
            code: $code, name: $name, place: $place, district: $district, also: &$also, former_codes: &$former,
        }),*];
    };
}

// Districts were merged in 2010 (崇文 into 东城, 宣武 into 西城); counties renamed in 2015.
bureaus! {
    "110101" "东城区局" "东城区" in "110101", also ["东城", "崇文"], formerly ["110103"];
    "110102" "西城区局" "西城区" in "110102", also ["西城", "宣武"], formerly ["110104"];
    "110105" "朝阳区局" "朝阳区" in "110105", also ["朝阳"], formerly [];
    "110106" "丰台区局" "丰台区" in "110106", also ["丰台"], formerly [];
    "110107" "石景山区局" "石景山区" in "110107", also ["石景山"], formerly [];
    "110108" "海淀区局" "海淀区" in "110108", also ["海淀"], formerly [];
    "110109" "门头沟区局" "门头沟区" in "110109", also ["门头沟"], formerly [];
    "110111" "房山区局" "房山区" in "110111", also ["房山"], formerly [];
    "110112" "通州区局" "通州区" in "110112", also ["通州"], formerly [];
    "110113" "顺义区局" "顺义区" in "110113", also ["顺义"], formerly [];
    "110114" "昌平区局" "昌平区" in "110114", also ["昌平"], formerly [];
    "110115" "大兴区局" "大兴区" in "110115", also ["大兴"], formerly [];
    "110116" "怀柔区局" "怀柔区" in "110116", also ["怀柔"], formerly [];
    "110117" "平谷区局" "平谷区" in "110117", also ["平谷"], formerly [];
    "110118" "密云区局" "密云区" in "110118", also ["密云"], formerly ["110228"];
    "110119" "延庆区局" "延庆区" in "110119", also ["延庆"], formerly ["110229"];
    "bda" "开发区局" "经济技术开发区" in "110115", also ["北京经济技术开发区", "经济技术开发区", "亦庄"], formerly [];
    "yanshan" "燕山局" "燕山" in "110111", also ["燕山"], formerly [];
    "airport" "机场局" "首都机场" in "110113", also ["首都机场", "首都国际机场"], formerly [];
}

/// What follows a place's bare name in a district column.
const SUFFIXES: [&str; 5] = ["地区", "新区", "区", "县", "市"];

impl Bureau {
    /// Whether it is responsible for a whole district, not for a place within one.
    ///
    /// ```
    /// use shared::bureau::by_code;
    /// assert_eq!(by_code("110105").map(|it| it.is_district()), Some(true));
    /// assert_eq!(by_code("bda").map(|it| it.is_district()), Some(false));
    /// ```
    pub fn is_district(&self) -> bool {
        self.code == self.district
    }
}

/// The bureau with this code; a former code (110228, 110229) means the bureau of today's.
///
/// ```
/// use shared::bureau::{self, Bureau};
/// let airport: Option<&Bureau> = bureau::by_code("airport");
/// assert_eq!(airport.map(|bureau| bureau.name), Some("机场局"));
/// assert_eq!(bureau::by_code("110228").map(|bureau| bureau.name), Some("密云区局"));
/// assert_eq!(bureau::by_code("bda").map(|bureau| bureau.district), Some("110115"));
/// assert_eq!(bureau::by_code("310101"), None);
/// ```
pub fn by_code(code: &str) -> Option<&'static Bureau> {
    BUREAUS
        .iter()
        .find(|bureau| bureau.code == code || bureau.former_codes.contains(&code))
}

/// The bureau whose place a district column names: by code or by name, with or without 北京市 and
/// 区 or 县. Spaces are ignored; other text around the name is not: that is an address.
///
/// ```
/// use shared::bureau;
/// assert_eq!(bureau::by_place("延庆县").map(|bureau| bureau.code), Some("110119"));
/// assert_eq!(bureau::by_place("北京市朝阳区").map(|bureau| bureau.code), Some("110105"));
/// assert_eq!(bureau::by_place("亦庄").map(|bureau| bureau.code), Some("bda"));
/// assert_eq!(bureau::by_place("朝阳路"), None);
/// ```
pub fn by_place(text: &str) -> Option<&'static Bureau> {
    let text: String = text
        .chars()
        .filter(|letter| !letter.is_whitespace())
        .collect();
    if let Some(bureau) = by_code(&text) {
        return Some(bureau);
    }
    let text = text.strip_prefix("北京市").unwrap_or(&text);
    let text = text.strip_suffix("市辖区").unwrap_or(text);
    let named = |text: &str| {
        BUREAUS
            .iter()
            .find(|bureau| bureau.place == text || bureau.also.contains(&text))
    };
    named(text)
        .or_else(|| named(text.strip_prefix("北京")?))
        .or_else(|| {
            SUFFIXES
                .iter()
                .find_map(|suffix| named(text.strip_suffix(suffix)?))
        })
}

/// The bureau that an address lies with: that of the district, or of the place within it
/// (开发区, 燕山, 首都机场) that the address names. A proposal: a person confirms it.
///
/// `district` is a code, or empty where only the address is known. A district outside Beijing
/// has no bureau here.
///
/// ```
/// use shared::bureau::proposed;
/// let code = |address, district| proposed(address, district).map(|bureau| bureau.code);
/// assert_eq!(code("北京市大兴区亦庄镇荣华路8号", "110115"), Some("bda"));
/// assert_eq!(code("北京市房山区燕山岗南路1号", ""), Some("yanshan"));
/// // Other districts have such zones and streets too.
/// assert_eq!(code("北京市朝阳区燕山路2号", "110105"), Some("110105"));
/// assert_eq!(code("石家庄市长安区1号", ""), None);
/// ```
pub fn proposed(address: &str, district: &str) -> Option<&'static Bureau> {
    let district = match by_code(district) {
        Some(bureau) => Some(bureau.district),
        None if district.is_empty() => district_of_address(address),
        None => return None,
    };
    let within = BUREAUS.iter().find(|bureau| {
        !bureau.is_district()
            && district.is_none_or(|code| code == bureau.district)
            && bureau.also.iter().any(|place| address.contains(place))
            && (district.is_some() || address.contains("北京"))
    });
    within.or_else(|| by_code(district?))
}

/// The district that an address names, by the full names of today and of before
/// (北京市密云县…, 石景山区…); the first one where it names several.
fn district_of_address(address: &str) -> Option<&'static str> {
    BUREAUS
        .iter()
        .filter(|bureau| bureau.is_district())
        .filter_map(|bureau| {
            let named = bureau.also.iter().flat_map(|place| {
                ["区", "县"].map(|suffix| address.find(&format!("{place}{suffix}")))
            });
            Some((named.flatten().min()?, bureau.code))
        })
        .min()
        .filter(|&(at, _)| {
            // 北京市 or nothing before it; 长春市朝阳区 and 台湾省大兴县 are elsewhere.
            let before = &address[..at];
            before.is_empty() || before.ends_with("北京市") || before.ends_with("北京")
        })
        .map(|(_, code)| code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_places() {
        for (text, code) in [
            ("110105", Some("110105")),
            ("110229", Some("110119")),
            ("密云县", Some("110118")),
            ("密云", Some("110118")),
            ("密云区", Some("110118")),
            (" 石景山 区 ", Some("110107")),
            ("北京市海淀区", Some("110108")),
            ("北京海淀", Some("110108")),
            ("宣武区", Some("110102")),
            ("北京经济技术开发区", Some("bda")),
            ("燕山地区", Some("yanshan")),
            ("首都机场", Some("airport")),
            ("", None),
            ("北京市", None),
            ("长安区", None),
            ("130102", None),
            ("区", None),
        ] {
            assert_eq!(by_place(text).map(|bureau| bureau.code), code, "{text}");
        }
    }

    #[test]
    fn proposes_bureaus() {
        for (address, district, code) in [
            ("北京市石景山区工业园77号", "110107", Some("110107")),
            ("北京市石景山区工业园77号", "", Some("110107")),
            ("密云县工业园11号", "", Some("110118")),
            ("北京市密云县工业园11号", "110228", Some("110118")),
            ("北京经济技术开发区荣华南路1号", "", Some("bda")),
            ("北京市大兴区工业园9号", "110115", Some("110115")),
            ("北京市顺义区林河经济技术开发区", "110113", Some("110113")),
            ("北京市顺义区首都机场四纬路", "110113", Some("airport")),
            ("", "110101", Some("110101")),
            ("", "", None),
            ("长春市朝阳区人民大街1号", "", None),
            ("北京市朝阳区", "220104", None),
            ("上海市燕山路1号", "", None),
        ] {
            assert_eq!(
                proposed(address, district).map(|bureau| bureau.code),
                code,
                "{address} {district}"
            );
        }
    }

    #[test]
    fn every_bureau_lies_in_a_district() {
        for bureau in BUREAUS {
            assert_eq!(
                by_code(bureau.district).map(Bureau::is_district),
                Some(true)
            );
            assert_eq!(by_place(bureau.place), Some(bureau));
            assert_eq!(by_code(bureau.code), Some(bureau));
        }
    }
}
