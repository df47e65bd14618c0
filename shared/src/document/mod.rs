//! Statutory documents: what they are as data, filled from the case, numbered.
//!
//! A [`Kind`] says what a document is: its title, whose it is, the event that its issue records, the
//! articles it rests on, and its text with places for facts. [`draft`] fills the places from a case
//! and its assessment, so that a day in a document is the day of the assessment's row. A fact that
//! the case lacks stays a named blank, to be filled by a person: nothing is invented.

mod draft;
mod fact;
mod kind;
mod number;
mod record;
mod template;

use serde::{Deserialize, Serialize};

pub use draft::{Setting, draft};
pub use fact::Fact;
pub(crate) use fact::{MUNICIPAL, bureau_in_full};
pub use kind::{Issue, Kind};
pub use number::{Clash, Number, clashes, next_serial, series};
pub use record::{DocumentRecord, Issued, Recorded};

/// A document, from its head to the signature.
///
/// ```
/// use shared::document::{Block, Document, Part, text_of};
/// let text = |text: &str| Part::Text(text.into());
/// let order = Document {
///     kind: "rectification_order".into(),
///     office: "北京市朝阳区质量技术监督局".into(),
///     title: "责令整改通知书".into(),
///     number: "京朝质监责改〔2013〕7号".into(),
///     blocks: vec![
///         Block::Addressee(vec![Part::Value("北京示例家具有限公司".into())]),
///         Block::Paragraph(vec![text("检验报告"), Part::Blank("检验报告编号".into()), text("。")]),
///     ],
/// };
/// assert_eq!(order.lines().map(text_of).collect::<Vec<_>>(), [
///     "北京示例家具有限公司",
///     "检验报告［检验报告编号］。",
/// ]);
/// assert_eq!(order.blanks(), ["检验报告编号"]);
/// assert!(order.to_text().starts_with("北京市朝阳区质量技术监督局\n责令整改通知书\n"));
/// ```
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Document {
    /// The name of its [`Kind`].
    pub kind: String,
    /// The office whose document it is, in full.
    pub office: String,
    /// What it is called.
    pub title: String,
    /// Its number; empty as long as it has none.
    pub number: String,
    /// Its parts, in their order.
    pub blocks: Vec<Block>,
}

/// A part of a document.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Block {
    /// Whom it is to.
    Addressee(Line),
    /// A paragraph.
    Paragraph(Line),
    /// Facts by name.
    Facts(Vec<(String, Line)>),
    /// Rights, duties and time limits, each a paragraph.
    Limits(Vec<Line>),
    /// Who issues it, and the day.
    Signature {
        /// The office.
        office: Line,
        /// The day.
        on: Line,
    },
    /// What is written and signed by hand.
    Fields(Vec<String>),
}

/// A run of text with facts in it.
pub type Line = Vec<Part>;

/// A piece of a line.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// Words of the document's own.
    Text(String),
    /// A fact of the case.
    Value(String),
    /// A fact that the case lacks, by its name.
    Blank(String),
}

impl Document {
    /// Every line, in its order.
    pub fn lines(&self) -> impl Iterator<Item = &Line> {
        self.blocks.iter().flat_map(|block| -> Vec<&Line> {
            match block {
                Block::Addressee(line) | Block::Paragraph(line) => vec![line],
                Block::Facts(facts) => facts.iter().map(|(_, line)| line).collect(),
                Block::Limits(lines) => lines.iter().collect(),
                Block::Signature { office, on } => vec![office, on],
                Block::Fields(_) => Vec::new(),
            }
        })
    }

    /// The names of the facts that are missing, each once.
    pub fn blanks(&self) -> Vec<&str> {
        let mut blanks = Vec::new();
        for part in self.lines().flatten() {
            if let Part::Blank(name) = part
                && !blanks.contains(&name.as_str())
            {
                blanks.push(name.as_str());
            }
        }
        blanks
    }

    /// The text as a reader sees it, a line each, blanks in brackets.
    pub fn to_text(&self) -> String {
        let mut lines = vec![self.office.clone(), self.title.clone(), self.number.clone()];
        for block in &self.blocks {
            match block {
                Block::Facts(facts) => {
                    let row = |(name, line): &(String, Line)| format!("{name}：{}", text_of(line));
                    lines.extend(facts.iter().map(row));
                }
                Block::Fields(fields) => {
                    lines.extend(fields.iter().map(|field| format!("{field}：")));
                }
                Block::Addressee(line) | Block::Paragraph(line) => lines.push(text_of(line)),
                Block::Limits(limits) => lines.extend(limits.iter().map(text_of)),
                Block::Signature { office, on } => lines.extend([text_of(office), text_of(on)]),
            }
        }
        lines.join("\n")
    }
}

/// A line as a reader sees it, blanks in brackets.
///
/// ```
/// use shared::document::{Line, Part, text_of};
/// let line: Line = vec![Part::Text("产品：".into()), Part::Blank("产品名称".into())];
/// assert_eq!(text_of(&line), "产品：［产品名称］");
/// ```
pub fn text_of(line: &Line) -> String {
    line.iter()
        .map(|part| match part {
            Part::Text(text) | Part::Value(text) => text.clone(),
            Part::Blank(name) => format!("［{name}］"),
        })
        .collect()
}
