//! An announcement as a document on paper, by the conventions of the other documents.

use super::{Announcement, Row};
use crate::{
    document::{Block, Document, Line, MUNICIPAL, Part},
    words::month_and_day,
};

/// The announcement as a document: its text, its annex, the bureau and the day.
///
/// ```
/// use shared::{change::{Change, Subject}, id::CaseId};
/// use shared::publication::{Announcements, Step, document};
/// let id = CaseId::from_random([7; 16]);
/// let titled = Change {
///     id: "m4xw/1".parse()?,
///     subject: Subject::announcement(&id),
///     clock: "1363046400000-00000".parse()?,
///     author: "municipal".into(),
///     schema: 1,
///     body: Step::Text { part: "title".into(), text: "质量公告".into() }.body().to_raw(),
/// };
/// let all = Announcements::of([&titled]);
/// let paper = document(all.get(&id).ok_or("it is there")?);
/// assert_eq!((&*paper.title, &*paper.number), ("质量公告", ""));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn document(announcement: &Announcement) -> Document {
    let content = announcement.content();
    let text = |text: &str| -> Line { vec![Part::Text(text.to_owned())] };
    let lines = content.parts.iter().flat_map(|(_, part)| part.lines());
    let mut blocks: Vec<Block> = lines.map(|line| Block::Paragraph(text(line))).collect();
    if !content.rows.is_empty() {
        blocks.push(Block::Paragraph(text("附表：应当公布的企业和产品")));
        let rows = content.rows.iter().enumerate();
        blocks.push(Block::Facts(
            rows.map(|(at, row)| (format!("{}　{}", at + 1, row.enterprise), text(&told(row))))
                .collect(),
        ));
    }
    let on = match &announcement.published {
        Some((on, ..)) => {
            let (year, ..) = on.ymd();
            text(&format!("{year} 年 {}", month_and_day(*on)))
        }
        None => vec![Part::Blank("发布日期".to_owned())],
    };
    let office = text(MUNICIPAL);
    blocks.push(Block::Signature { office, on });
    Document {
        kind: "announcement".to_owned(),
        office: MUNICIPAL.to_owned(),
        title: content.title,
        number: announcement
            .number
            .as_ref()
            .map_or_else(String::new, |(number, _)| number.to_string()),
        blocks,
    }
}

/// What a row of the annex says beside the enterprise, in one line.
fn told(row: &Row) -> String {
    let cells = [
        ("商标", row.brand.as_str()),
        ("规格型号", row.model.as_str()),
        ("生产日期/批号", row.batch.as_str()),
    ];
    let cells = cells
        .iter()
        .filter(|(_, cell)| !cell.is_empty())
        .map(|(name, cell)| format!("{name} {cell}"));
    let failed = (!row.failed_items.is_empty())
        .then(|| format!("不合格项目：{}", row.failed_items.join("、")));
    let parts: Vec<String> = std::iter::once(row.product.clone())
        .chain(cells)
        .chain(failed)
        .chain(std::iter::once(row.clauses()))
        .filter(|part| !part.is_empty())
        .collect();
    parts.join("；")
}
