//! 分析: the figures as charts draw them and as a sheet holds them.

use shared::{
    analysis::{Analysis, Filter, Office, Rate, Step, Unit},
    bureau,
    import::quoted,
    span::Span,
    words::{self, Word},
};

use crate::{components::chart::Bar, words::people};

/// 13.3%
pub(crate) fn percent(rate: &Rate) -> String {
    let per_mille = rate.per_mille();
    format!("{}.{}%", per_mille / 10, per_mille % 10)
}

/// What cases have in common, or that they do not say.
pub(crate) fn named(name: &str) -> String {
    if name.is_empty() {
        "未注明".to_owned()
    } else {
        name.to_owned()
    }
}

/// 朝阳区, for the code of a district.
pub(crate) fn district(code: &str) -> String {
    bureau::by_code(code).map_or_else(|| named(code), |bureau| bureau.place.to_owned())
}

/// 2013 年第 1 季度, for `2013/1`.
pub(crate) fn quarter(text: &str) -> String {
    text.split_once('/').map_or_else(
        || named(text),
        |(year, quarter)| format!("{year} 年第 {quarter} 季度"),
    )
}

/// 2013 年 3 月, for `2013-03`; also what years and quarters are called.
pub(crate) fn span(text: &str) -> String {
    text.parse().map_or_else(|_| named(text), Span::word)
}

/// What was chosen, in words.
pub(crate) fn period(filter: &Filter) -> String {
    match (filter.first, filter.last) {
        (None, None) => "全部期间".to_owned(),
        (Some(first), None) => format!("{}起", first.word()),
        (None, Some(last)) => format!("至{}", last.word()),
        (Some(first), Some(last)) if first == last => first.word(),
        (Some(first), Some(last)) => format!("{}至{}", first.word(), last.word()),
    }
}

/// The office of a row of duties.
pub(crate) fn office(office: &Office) -> String {
    match office.party {
        shared::rule::Party::District => people::bureau_name(&office.name),
        party if office.name.is_empty() => party.word().to_owned(),
        _ => office.name.clone(),
    }
}

/// 个工作日 or 日.
pub(crate) const fn unit(unit: Unit) -> &'static str {
    match unit {
        Unit::WorkingDays => "工作日",
        Unit::CalendarDays => "日",
    }
}

/// The bar of a rate: the share that failed, in per cent.
pub(crate) fn rate_bar(rate: &Rate, label: String) -> Bar {
    Bar {
        label,
        value: exact(rate.per_mille()) / 10.0,
        behind: None,
        limit: None,
        figures: format!("{}（{}/{}）", percent(rate), rate.failing, rate.batches),
        is_over: false,
    }
}

/// The bar of a step: strong to the median, faint to the 90th percentile, the limit across.
pub(crate) fn step_bar(step: &Step) -> Bar {
    let limit = step.limit_days.map(f64::from);
    Bar {
        label: format!("{}（{}）", step.rule.title, step.rule.article),
        value: f64::from(step.median_days),
        behind: Some(f64::from(step.ninetieth_days)),
        limit,
        figures: format!(
            "{} / {} {}",
            step.median_days,
            step.ninetieth_days,
            unit(step.unit)
        ),
        is_over: step
            .limit_days
            .is_some_and(|limit| step.median_days > limit),
    }
}

/// The bar of an office: duties overdue.
pub(crate) fn office_bar(row: &Office) -> Bar {
    Bar {
        label: office(row),
        value: exact(row.overdue),
        behind: None,
        limit: None,
        figures: format!("{} 项", row.overdue),
        is_over: row.overdue > 0,
    }
}

#[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
fn exact(count: usize) -> f64 {
    count as f64
}

/// What batches are counted by: its word, the rates, and how each of them is named.
type Group<'a> = (&'static str, &'a [Rate], fn(&str) -> String);

fn groups(found: &Analysis) -> [Group<'_>; 6] {
    [
        ("合计", std::slice::from_ref(&found.total), named),
        ("产品种类", &found.kinds, named),
        ("生产地", &found.districts, district),
        ("季度", &found.quarters, quarter),
        ("月", &found.months, span),
        ("检验机构", &found.bodies, named),
    ]
}

/// Everything on the page as one .csv: the period, then what a row is of, its name, and its figures.
pub(crate) fn csv(found: &Analysis, filter: &Filter) -> String {
    // A mark of its encoding, without which programs for sheets guess another.
    let mut text = String::from("\u{feff}");
    let mut line = |cells: &[String]| {
        let cells: Vec<String> = cells.iter().map(|cell| quoted(cell)).collect();
        text.push_str(&cells.join(","));
        text.push_str("\r\n");
    };
    let texts = |cells: &[&str]| {
        cells
            .iter()
            .map(|cell| (*cell).to_owned())
            .collect::<Vec<_>>()
    };
    line(&["期间".to_owned(), period(filter)]);
    line(&texts(&["分组", "名称", "批次", "不合格批次", "不合格率"]));
    for (group, rates, name) in groups(found) {
        for rate in rates {
            let name = if group == "合计" {
                String::new()
            } else {
                name(&rate.name)
            };
            line(&[
                group.to_owned(),
                name,
                rate.batches.to_string(),
                rate.failing.to_string(),
                percent(rate),
            ]);
        }
    }
    line(&[]);
    line(&texts(&[
        "事项",
        "条款",
        "已办",
        "逾期办理",
        "中位",
        "九成",
        "期限",
        "单位",
    ]));
    for step in &found.steps {
        line(&[
            step.rule.title.to_owned(),
            words::article(step.rule.article),
            step.done.to_string(),
            step.late.to_string(),
            step.median_days.to_string(),
            step.ninetieth_days.to_string(),
            step.limit_days
                .map(|limit| limit.to_string())
                .unwrap_or_default(),
            unit(step.unit).to_owned(),
        ]);
    }
    line(&[]);
    line(&texts(&[
        "单位",
        "逾期未办",
        "未到期",
        "逾期办理",
        "按期办理",
    ]));
    for row in &found.offices {
        line(&[
            office(row),
            row.overdue.to_string(),
            row.open.to_string(),
            row.late.to_string(),
            row.met.to_string(),
        ]);
    }
    line(&[]);
    line(&texts(&[
        "多次不合格企业",
        "机构代码",
        "产品",
        "不合格期次",
        "抽查期次",
    ]));
    for who in &found.repeated {
        line(&[
            who.enterprise.clone(),
            who.organisation.clone(),
            who.kinds.join("、"),
            periods(&who.failed),
            who.checked.to_string(),
        ]);
    }
    text
}

/// 2012 年第 4 季度、2013 年第 1 季度第 2 次
pub(crate) fn periods(failed: &[shared::history::Period]) -> String {
    let words: Vec<String> = failed
        .iter()
        .map(|period| {
            let quarter = format!("{} 年第 {} 季度", period.year, period.quarter);
            match period.number {
                0 | 1 => quarter,
                number => format!("{quarter}第 {number} 次"),
            }
        })
        .collect();
    words.join("、")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sheet_holds_what_the_page_shows() {
        let found = Analysis {
            total: Rate {
                name: String::new(),
                batches: 390,
                failing: 38,
            },
            districts: vec![Rate {
                name: "110105".into(),
                batches: 3,
                failing: 1,
            }],
            ..Analysis::default()
        };
        let filter = Filter {
            first: Some("2013-03".parse().unwrap()),
            last: Some("2013-03".parse().unwrap()),
            ..Filter::default()
        };
        let text = csv(&found, &filter);
        assert!(text.starts_with("\u{feff}期间,2013 年 3 月\r\n分组,名称,批次,不合格批次,不合格率\r\n合计,,390,38,9.7%\r\n生产地,朝阳区,3,1,33.3%\r\n\r\n"));
        assert_eq!(quarter("2013/1"), "2013 年第 1 季度");
        assert_eq!(quarter(""), "未注明");
    }
}
