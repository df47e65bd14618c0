//! How alike a heading is to the headings that are known, and which field it therefore means.

use std::collections::HashMap;

use super::field::Field;
use crate::id::normalised;

/// How sure the matching of a column is.
///
/// ```
/// use shared::import::Certainty;
/// assert!(Certainty::Unsure < Certainty::Likely && Certainty::Certain < Certainty::Given);
/// ```
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Certainty {
    /// Only alike, or known by what stands below: to be looked at.
    Unsure,
    /// Most of the heading is a known one.
    Likely,
    /// The heading is a known one.
    Certain,
    /// A person said so.
    Given,
}

/// A field that a heading may mean.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) struct Likeness {
    pub(super) field: Field,
    /// From 0, nothing alike, to 1, the best known heading itself.
    pub(super) score: f32,
}

impl Likeness {
    pub(super) fn certainty(self) -> Certainty {
        match self.score {
            score if score > IN_PART => Certainty::Certain,
            score if score >= LIKELY => Certainty::Likely,
            _ => Certainty::Unsure,
        }
    }
}

const WHOLE: f32 = 1.0;
/// A known heading in brackets or beside a stroke.
const IN_PART: f32 = 0.85;
const LIKELY: f32 = 0.8;
/// Below this two headings have nothing to do with each other.
const LEAST: f32 = 0.6;
/// Taken off for each step down a field's list of synonyms, so that the better heading wins.
const PER_RANK: f32 = 0.001;

/// Words that turn a heading into another one: 复查机构 is not 机构, 是否不合格 not 是否合格.
const TURNING: [&str; 19] = [
    "不", "未", "无", "非", "拒", "复查", "复检", "整改", "改正", "处罚", "送", "申请", "严重",
    "要求", "实际", "截止", "标签", "实物", "注册",
];

/// Headings that look like known ones and mean something that a case has no place for.
const NO_FIELD: [&str; 22] = [
    "抽样单位",
    "抽样单位名称",
    "抽样机构",
    "抽样机构名称",
    "抽样人",
    "抽样人员",
    "抽样地点",
    "抽样地址",
    "抽样单编号",
    "委托单位",
    "委托单位名称",
    "销售单位",
    "销售单位名称",
    "销售企业",
    "销售企业名称",
    "经销单位",
    "经销单位名称",
    "检验日期",
    "检验时间",
    "报告日期",
    "签发日期",
    "送检日期",
];

/// What a heading's last word says that its cells are; two that say different things do not match.
const ENDINGS: [(&[&str], u8); 6] = [
    (&["日期", "时间", "日", "年月"], 1),
    (&["批号", "批次"], 0),
    (&["编号", "号", "代码", "号码"], 2),
    (&["名称", "单位", "企业", "机构", "厂家", "公司"], 3),
    (&["地址", "住所", "厂址"], 4),
    (&["数", "数量", "项数"], 5),
];

/// Words that group headings and say nothing themselves.
const NOISE: [&str; 5] = ["基本信息", "信息", "情况", "基本", "相关"];

/// All known headings, to be asked for many columns.
pub(super) struct Known {
    exact: HashMap<&'static str, Likeness>,
}

impl Known {
    pub(super) fn new() -> Self {
        let mut exact = HashMap::new();
        for &field in Field::ALL {
            for (rank, synonym) in field.synonyms().iter().enumerate() {
                #[expect(clippy::cast_precision_loss, reason = "ranks are small")]
                let score = WHOLE - rank as f32 * PER_RANK;
                exact.insert(*synonym, Likeness { field, score });
            }
        }
        Self { exact }
    }

    /// The field of which the heading, or a part of it, is a known heading.
    pub(super) fn exactly(&self, heading: &str) -> Option<Likeness> {
        let parts = Parts::of(heading);
        if let Some(found) = parts
            .wholes
            .iter()
            .find_map(|text| self.exact.get(text.as_str()))
        {
            return Some(*found);
        }
        let turning = turning(&parts.wholes[0]);
        parts
            .pieces
            .iter()
            .filter(|piece| self::turning(piece) == turning)
            .find_map(|piece| self.exact.get(piece.as_str()))
            .map(|found| Likeness {
                score: found.score - (WHOLE - IN_PART),
                ..*found
            })
    }

    /// Every field that the heading may mean, known or only alike.
    pub(super) fn alike(&self, heading: &str) -> Vec<Likeness> {
        if let Some(found) = self.exactly(heading) {
            return vec![found];
        }
        let parts = Parts::of(heading);
        if NO_FIELD.contains(&parts.wholes[0].as_str()) {
            return vec![];
        }
        let mut best: HashMap<Field, f32> = HashMap::new();
        for text in &parts.wholes {
            let (ending, turning) = (ending(text), turning(text));
            for (synonym, known) in &self.exact {
                let other = self::ending(synonym);
                if self::turning(synonym) != turning || (ending != other && ending * other != 0) {
                    continue;
                }
                let score = likeness(text, synonym) * known.score;
                if score >= LEAST {
                    let entry = best.entry(known.field).or_insert(score);
                    *entry = entry.max(score);
                }
            }
        }
        let mut found: Vec<Likeness> = best
            .into_iter()
            .map(|(field, score)| Likeness { field, score })
            .collect();
        found.sort_by(|a, b| b.score.total_cmp(&a.score).then(a.field.cmp(&b.field)));
        found
    }
}

/// A heading taken apart.
struct Parts {
    /// The whole of it, without brackets, without what the brackets hold, without noise.
    wholes: Vec<String>,
    /// What stands in brackets, and what strokes part.
    pieces: Vec<String>,
}

impl Parts {
    fn of(heading: &str) -> Self {
        let (outer, inner) = outside_brackets(heading);
        let quiet = NOISE
            .iter()
            .fold(plain(&outer), |text, noise| text.replace(noise, ""));
        let mut wholes = vec![plain(&outer), plain(&normalised(heading)), quiet];
        wholes.dedup();
        // Of a heading under the heading of its group, the group's words are no piece: 样品 / 抽样地点
        // is no 样品.
        let own = match heading.rsplit_once(" / ") {
            Some((_, own)) => outside_brackets(own).0,
            None => outer,
        };
        let pieces = own
            .split(['/', '、', ',', ';', '|', '或'])
            .map(plain)
            .chain(inner.iter().map(|text| plain(text)))
            .filter(|piece| !piece.is_empty() && *piece != wholes[0])
            .collect();
        Self { wholes, pieces }
    }
}

/// What stands outside of all brackets, and what each of them holds.
fn outside_brackets(heading: &str) -> (String, Vec<String>) {
    let (mut outer, mut inner) = (String::new(), vec![]);
    let mut depth = 0_usize;
    for letter in normalised(heading).chars() {
        match letter {
            '(' | '【' | '〔' | '[' | '{' | '<' | '《' => {
                depth += 1;
                inner.push(String::new());
            }
            ')' | '】' | '〕' | ']' | '}' | '>' | '》' => depth = depth.saturating_sub(1),
            _ if depth == 0 => outer.push(letter),
            _ => inner
                .last_mut()
                .into_iter()
                .for_each(|text| text.push(letter)),
        }
    }
    (outer, inner)
}

/// Letters, digits and ideographs only.
fn plain(text: &str) -> String {
    text.chars()
        .filter(|letter| letter.is_alphanumeric())
        .collect()
}

fn ending(text: &str) -> u8 {
    ENDINGS
        .iter()
        .filter_map(|(endings, class)| {
            let longest = endings
                .iter()
                .filter(|word| text.ends_with(**word))
                .map(|word| word.len())
                .max()?;
            Some((longest, *class))
        })
        .max()
        .map_or(0, |(_, class)| class)
}

fn turning(text: &str) -> u32 {
    TURNING
        .iter()
        .enumerate()
        .filter(|(_, word)| text.contains(*word))
        .map(|(bit, _)| 1 << bit)
        .sum()
}

/// From 0 to 1: how many pairs of neighbouring letters two texts share (Dice), or how much of the
/// one is the other where it ends with it, for in Chinese the last word is what a thing is.
fn likeness(text: &str, known: &str) -> f32 {
    let (a, b): (Vec<char>, Vec<char>) = (text.chars().collect(), known.chars().collect());
    if a.len() < 2 || b.len() < 2 {
        return 0.0;
    }
    let mut pairs: Vec<&[char]> = b.windows(2).collect();
    let shared = a
        .windows(2)
        .filter(|pair| {
            let found = pairs.iter().position(|other| other == pair);
            found.map(|index| pairs.swap_remove(index)).is_some()
        })
        .count();
    #[expect(clippy::cast_precision_loss, reason = "headings are short")]
    let ratio = |part: usize, whole: usize| part as f32 / whole as f32;
    let dice = ratio(2 * shared, a.len() + b.len() - 2);
    let as_ending = if a.ends_with(&b) {
        LEAST + 0.35 * ratio(b.len(), a.len())
    } else {
        0.0
    };
    // However alike: only a known heading is certain.
    dice.max(as_ending).min(IN_PART)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings_find_their_fields() {
        let known = Known::new();
        for (heading, field, certainty) in [
            ("企业名称", Some(Field::Enterprise), Certainty::Certain),
            ("企 业\n名 称", Some(Field::Enterprise), Certainty::Certain),
            (
                "被抽查单位（标称生产企业名称）",
                Some(Field::Enterprise),
                Certainty::Certain,
            ),
            ("商标（标称）", Some(Field::Brand), Certainty::Certain),
            ("*产品名称：", Some(Field::Product), Certainty::Certain),
            ("生产日期/批号", Some(Field::Batch), Certainty::Certain),
            ("规格／型号", Some(Field::Model), Certainty::Certain),
            (
                "统一社会信用代码（组织机构代码）",
                Some(Field::Code),
                Certainty::Certain,
            ),
            (
                "综合判定(1 合格, 0 不合格)",
                Some(Field::Verdict),
                Certainty::Certain,
            ),
            (
                "企业信息 / 名称",
                Some(Field::Enterprise),
                Certainty::Certain,
            ),
            ("抽样 / 日期", Some(Field::SampledOn), Certainty::Certain),
            (
                "报告编号/样品编号",
                Some(Field::ReportNumber),
                Certainty::Likely,
            ),
            (
                "被抽查企业所在区县",
                Some(Field::District),
                Certainty::Likely,
            ),
            ("受检企业详细地址", Some(Field::Address), Certainty::Likely),
            (
                "检验机构全称",
                Some(Field::InspectionBody),
                Certainty::Unsure,
            ),
            ("是否不合格", Some(Field::Nonconforming), Certainty::Certain),
            (
                "复查承检机构",
                Some(Field::ReinspectionBody),
                Certainty::Certain,
            ),
            (
                "复查 / 是否合格",
                Some(Field::ReinspectionVerdict),
                Certainty::Certain,
            ),
            (
                "责令整改通知书送达日期",
                Some(Field::OrderServedOn),
                Certainty::Certain,
            ),
            ("抽样单位", None, Certainty::Unsure),
            ("抽样基数", None, Certainty::Unsure),
            ("执行标准", None, Certainty::Unsure),
            ("检验依据", None, Certainty::Unsure),
            ("样品等级", None, Certainty::Unsure),
            ("检验报告日期", None, Certainty::Unsure),
            ("", None, Certainty::Unsure),
            ("（）", None, Certainty::Unsure),
        ] {
            let found = known.alike(heading).first().copied();
            assert_eq!(
                found.map(|found| found.field),
                field,
                "{heading}: {found:?}"
            );
            if let Some(found) = found {
                assert_eq!(found.certainty(), certainty, "{heading}: {found:?}");
            }
        }
    }
}
