//! The draft's text: the parts that the ledger alone can write (article 24). A person adds what
//! the items mean for the user, and edits the rest.

use super::{Figures, Quarter};

/// The parts of an announcement's text, in their order; the annex is [`Figures::annex`].
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Draft {
    /// The title, without the number of the issue.
    pub title: String,
    /// What was checked: kinds, visits, enterprises, batches, and the batches of each kind.
    pub checked: String,
    /// The kinds without a failure, named together; none where every kind failed.
    pub clean: Option<String>,
    /// Each kind that failed, with its items.
    pub failing: Vec<String>,
    /// How the failures were handled, and who is in the annex.
    pub handled: String,
}

/// Writes the draft of a quarter's periodic announcement.
///
/// ```
/// use shared::announcement::{Draft, Figures, KindFigures, draft};
/// let kind = |kind: &str, batches, failing, items: &[&str]| KindFigures {
///     kind: kind.into(), batches, failing, failed_items: items.iter().map(|it| (*it).into()).collect(),
/// };
/// let figures = Figures {
///     batches: 63, visits: 50, enterprises: 48, put_right: 2,
///     kinds: vec![kind("商用燃气灶具", 59, 11, &["结构", "热效率"]), kind("机动车制动液", 4, 0, &[])],
///     ..Figures::default()
/// };
/// let draft: Draft = draft(&figures, "2013/1".parse()?);
/// assert!(draft.checked.contains("2 种产品，企业 50 家次（48 家），产品 63 批次"));
/// assert_eq!(draft.clean.as_deref(), Some("机动车制动液未发现不合格。"));
/// assert_eq!(draft.failing, ["商用燃气灶具：抽查 59 批次，不合格 11 批次，不合格项目为结构、热效率。"]);
/// # Ok::<(), shared::announcement::ParseQuarterError>(())
/// ```
pub fn draft(figures: &Figures, quarter: Quarter) -> Draft {
    drafted(figures, Some(quarter))
}

/// The same for a quarter, or for what cannot wait for one.
pub(crate) fn drafted(figures: &Figures, period: Option<Quarter>) -> Draft {
    let of_period = period.map_or_else(String::new, |Quarter { year, quarter }| {
        format!(" {year} 年第 {quarter} 季度")
    });
    let when = of_period.trim_start();
    let when = if when.is_empty() {
        String::new()
    } else {
        format!("{when}，")
    };
    let of_kinds: Vec<String> = figures
        .kinds
        .iter()
        .map(|kind| format!("{} {} 批次", kind.kind, kind.batches))
        .collect();
    let of_kinds = if of_kinds.is_empty() {
        String::new()
    } else {
        format!("：{}", of_kinds.join("、"))
    };
    let clean: Vec<&str> = figures
        .kinds
        .iter()
        .filter(|kind| kind.failing == 0)
        .map(|kind| kind.kind.as_str())
        .collect();
    let failing = figures.kinds.iter().filter(|kind| kind.failing > 0);
    Draft {
        title: format!("北京市{of_period}产品质量监督抽查情况公告"),
        checked: format!(
            "{when}市局组织抽查 {} 种产品，企业 {} 家次（{} 家），产品 {} 批次{of_kinds}。\
             同一企业在不同日抽样的，每日计一家次。",
            figures.kinds.len(),
            figures.visits,
            figures.enterprises,
            figures.batches,
        ),
        clean: match clean.as_slice() {
            [] => None,
            [one] => Some(format!("{one}未发现不合格。")),
            many => Some(format!(
                "{}等 {} 种产品未发现不合格。",
                many.join("、"),
                many.len()
            )),
        },
        failing: failing
            .map(|kind| {
                let items = if kind.failed_items.is_empty() {
                    "不合格项目未记载".to_owned()
                } else {
                    format!("不合格项目为{}", kind.failed_items.join("、"))
                };
                format!(
                    "{}：抽查 {} 批次，不合格 {} 批次，{items}。",
                    kind.kind, kind.batches, kind.failing
                )
            })
            .collect(),
        handled: handled(figures),
    }
}

fn handled(figures: &Figures) -> String {
    let failing = figures.failing();
    let dealt = match (failing, figures.put_right) {
        (0, _) => "抽查未发现不合格产品。".to_owned(),
        (failing, 0) => format!("不合格的 {failing} 批次产品，由承办的区县局依法处理。"),
        (failing, right) => format!(
            "不合格的 {failing} 批次产品，由承办的区县局依法处理，其中 {right} 批次整改后复查合格。"
        ),
    };
    let listed = match figures.annex.len() {
        0 => "没有应当列入附表的企业。".to_owned(),
        rows => format!("应当公布的企业和产品共 {rows} 项，列于附表。"),
    };
    dealt + &listed
}
