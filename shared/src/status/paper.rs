//! A report on paper, by the conventions of the other documents.

use super::{ACTS, Confirmed, Line, status_figures};
use crate::{
    Day,
    document::{Block, Document, MUNICIPAL, Part, bureau_in_full},
    span::Span,
    words::month_and_day,
};

/// The report as a document to the municipal bureau: figures, and the list behind them. Without a
/// confirmation the day is a blank.
///
/// ```
/// use shared::status::{Act, Line, status_document};
/// let line = Line {
///     act: Act::Served,
///     on: "2013-03-12".parse()?,
///     case: shared::id::CaseId::from_random([7; 16]),
///     number: "京2013-003".into(),
///     enterprise: "某厂".into(),
///     product: "电线".into(),
///     note: "直接".into(),
/// };
/// let paper = status_document("2013-03".parse()?, "110105", &[line], None);
/// assert_eq!(paper.title, "2013 年 3 月产品质量监督抽查后处理情况报告");
/// let text = paper.to_text();
/// assert!(text.contains("送达检验结果 1 件") && text.contains("3 月 12 日，京2013-003，某厂，电线，直接"), "{text}");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn status_document(
    span: Span,
    bureau: &str,
    lines: &[Line],
    confirmed: Option<&Confirmed>,
) -> Document {
    let text = |text: String| vec![Part::Text(text)];
    let office = bureau_in_full(bureau).unwrap_or_else(|| bureau.to_owned());
    let figures: Vec<String> = status_figures(lines)
        .iter()
        .filter(|figure| figure.times > 0)
        .map(|figure| match figure.cases {
            cases if cases == figure.times => format!("{} {cases} 件", figure.title),
            cases => format!("{} {} 次（{cases} 件）", figure.title, figure.times),
        })
        .collect();
    let figures = if figures.is_empty() {
        "本期没有办理事项，也没有逾期未办事项".to_owned()
    } else {
        figures.join("，")
    };
    let mut blocks = vec![
        Block::Addressee(text(MUNICIPAL.to_owned())),
        Block::Paragraph(text(format!(
            "现将本局 {}产品质量监督抽查后处理情况报告如下：{figures}。",
            span.word()
        ))),
    ];
    let remark = confirmed.map_or("", |it| it.remark.trim());
    let remarks = remark.lines().filter(|line| !line.trim().is_empty());
    blocks.extend(remarks.map(|line| Block::Paragraph(text(line.to_owned()))));
    for (act, title, _) in &ACTS {
        let rows: Vec<_> = lines
            .iter()
            .filter(|line| line.act == *act)
            .enumerate()
            .map(|(at, line)| (format!("{title} {}", at + 1), text(told(line))))
            .collect();
        if !rows.is_empty() {
            blocks.push(Block::Facts(rows));
        }
    }
    let on = confirmed.map(|confirmed| {
        let milliseconds = i64::try_from(confirmed.record.clock.milliseconds).unwrap_or(0);
        let day = Day::at_unix_milliseconds(milliseconds);
        format!("{} 年 {}", day.year(), month_and_day(day))
    });
    blocks.push(Block::Signature {
        office: text(office.clone()),
        on: on.map_or_else(|| vec![Part::Blank("报送日期".to_owned())], text),
    });
    Document {
        kind: "status_report".to_owned(),
        office,
        title: format!("{}产品质量监督抽查后处理情况报告", span.word()),
        number: String::new(),
        blocks,
    }
}

fn told(line: &Line) -> String {
    let day = month_and_day(line.on);
    let parts = [
        day.as_str(),
        &line.number,
        &line.enterprise,
        &line.product,
        &line.note,
    ];
    let parts: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    parts.join("，")
}
