//! What the line above the heading tells: 2013年家具类产品质量监督抽查不合格产品及其生产企业名单.

/// What a title tells.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct Title {
    /// The spot check's name, empty where it does not name one.
    pub(super) spot_check: String,
    /// The field of products.
    pub(super) kind: Option<String>,
}

/// Shorter than this no name tells one spot check from another.
const NAME_LETTERS_AT_LEAST: usize = 6;

pub(super) fn read(title: &str) -> Title {
    let Some(end) = title.rfind("抽查") else {
        return Title::default();
    };
    let name = title[..end + "抽查".len()].trim();
    if name.chars().count() < NAME_LETTERS_AT_LEAST {
        return Title::default();
    }
    Title {
        spot_check: name.to_owned(),
        kind: kind(name),
    }
}

/// What stands between the period and 产品质量监督抽查.
fn kind(name: &str) -> Option<String> {
    let after_period = ["季度", "年度", "年", "北京市"]
        .iter()
        .fold(name, |rest, word| {
            rest.rfind(word).map_or(rest, |at| &rest[at + word.len()..])
        });
    let end = ["产品质量", "质量", "国家监督", "监督抽查", "专项", "抽查"]
        .iter()
        .filter_map(|word| after_period.find(word))
        .min()?;
    let kind = after_period[..end]
        .trim()
        .trim_end_matches("产品")
        .trim_end_matches(['类', '等']);
    let kind = kind.trim_start_matches("市级").trim_start_matches("省级");
    (!kind.is_empty()).then(|| kind.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_name_the_spot_check_and_the_kind() {
        for (title, name, kind) in [
            (
                "2013年家具类产品质量监督抽查不合格产品及其生产企业名单",
                "2013年家具类产品质量监督抽查",
                Some("家具"),
            ),
            (
                "2014年第3季度电线电缆产品质量监督抽查结果汇总表",
                "2014年第3季度电线电缆产品质量监督抽查",
                Some("电线电缆"),
            ),
            (
                "北京市2013年产品质量监督抽查",
                "北京市2013年产品质量监督抽查",
                None,
            ),
            ("抽查结果", "", None),
            ("不合格名单", "", None),
            ("", "", None),
        ] {
            let expected = Title {
                spot_check: name.to_owned(),
                kind: kind.map(str::to_owned),
            };
            assert_eq!(read(title), expected, "{title}");
        }
    }
}
