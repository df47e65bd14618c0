//! What is wrong with a row, in words for people.

use super::{
    field::Field,
    value::{CodeError, DayError},
};
use crate::Day;

/// Something wrong or odd in a row, and where.
///
/// ```
/// use shared::import::{Fault, Field, Problem};
/// let problem = Problem { column: Some(2), field: Some(Field::SampledOn), fault: Fault::InFuture };
/// assert!(!problem.fault.is_error());
/// ```
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Problem {
    /// The column, counted from 0; `None` where it is the row as a whole, or a column is missing.
    pub column: Option<usize>,
    /// What the cell was to be; `None` where it is the row as a whole.
    pub field: Option<Field>,
    /// What.
    pub fault: Fault,
}

/// What can be wrong with a row.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Fault {
    /// A cell without which there is no case.
    #[error("缺少{}", .0.title())]
    Missing(Field),
    /// Not a day, or not surely one.
    #[error("“{text}”：{error}")]
    Day {
        /// The cell's text.
        text: String,
        /// Why not.
        error: DayError,
    },
    /// Neither conforming nor nonconforming.
    #[error("“{0}”认不出是合格还是不合格，请写 1 或 0，或合格、不合格")]
    Verdict(String),
    /// Neither yes nor no.
    #[error("“{0}”认不出是与否，请写 1 或 0，或是、否")]
    Flag(String),
    /// A credit code or organisation code with a mistake in it.
    #[error("“{text}”：{error}")]
    Code {
        /// The cell's text.
        text: String,
        /// What is wrong.
        error: CodeError,
    },
    /// No district of Beijing, by name or code.
    #[error("“{0}”不是北京的行政区划名称或代码")]
    District(String),
    /// A formula that failed.
    #[error("公式出错，值为“{0}”")]
    Formula(String),
    /// A formula that the program which wrote the file did not compute.
    #[error("公式“{0}”没有存下结果，请在 Excel 或 WPS 里打开并保存")]
    Uncomputed(String),
    /// More text than any such cell has.
    #[error("文字太长，超过 {limit} 字")]
    TooLong {
        /// The limit in letters.
        limit: usize,
    },
    /// The same batch stands in the sheet before.
    #[error("与第 {row} 行是同一批次")]
    SameBatch {
        /// That row, as the sheet counts it, from 1.
        row: usize,
    },
    /// Materials were forwarded, but to whom cannot be told.
    #[error("有移送日期，但定不出由哪个局处理，请指定")]
    ForwardedToNobody,
    /// A code that is neither 9 nor 18 characters long.
    #[error("“{0}”既不是 18 位信用代码，也不是 9 位组织机构代码")]
    CodeLength(String),
    /// A district of another province.
    #[error("“{0}”不在北京，请指定由哪个局处理")]
    OutsideBeijing(String),
    /// Address and district name different districts.
    #[error("生产地址在{address}，与行政区划不一致")]
    Disagrees {
        /// The district that the address names.
        address: &'static str,
    },
    /// A day that lies before the day of what it follows.
    #[error("早于{}（{on}）", .after.title())]
    Before {
        /// What it follows.
        after: Field,
        /// Its day.
        on: Day,
    },
    /// A day that is still to come.
    #[error("晚于今天")]
    InFuture,
    /// A finding is missing and nothing says what it is.
    #[error("没有判定，暂不知是否合格")]
    NoVerdict,
    /// Conforming, and yet items failed.
    #[error("判定为合格，却列有不合格项目")]
    ConformingWithItems,
    /// Nonconforming, but no item is named.
    #[error("判定为不合格，却没有列出不合格项目")]
    NoItems,
    /// A refusal whose day is not told.
    #[error("拒检而没有抽样日期，拒检暂不登记，留待补日期")]
    RefusedWithoutDay,
    /// A refusal, and yet a finding: the finding is kept as said, no report is recorded.
    #[error("企业拒检，却有判定；不登记检验报告")]
    RefusedWithVerdict,
    /// The program that made the sheet took the text for a date.
    #[error("表格软件把本格当成了日期，可能已不是原文，请核对")]
    TakenForDay,
}

impl Fault {
    /// Whether the row cannot be taken until it is mended; all else a person may pass over.
    ///
    /// ```
    /// use shared::import::{Fault, Field};
    /// assert!(Fault::Missing(Field::Enterprise).is_error());
    /// assert!(!Fault::InFuture.is_error(), "wondered at, and taken");
    /// ```
    pub fn is_error(&self) -> bool {
        match self {
            Self::Missing(_)
            | Self::Day { .. }
            | Self::Verdict(_)
            | Self::Flag(_)
            | Self::Code { .. }
            | Self::District(_)
            | Self::Formula(_)
            | Self::Uncomputed(_)
            | Self::TooLong { .. }
            | Self::SameBatch { .. }
            | Self::ForwardedToNobody => true,
            Self::CodeLength(_)
            | Self::OutsideBeijing(_)
            | Self::Disagrees { .. }
            | Self::Before { .. }
            | Self::InFuture
            | Self::NoVerdict
            | Self::ConformingWithItems
            | Self::NoItems
            | Self::RefusedWithoutDay
            | Self::RefusedWithVerdict
            | Self::TakenForDay => false,
        }
    }
}
