//! The questions of a visit as data: what is asked, what can be answered, and what follows.

use super::Step;

/// A question with its answers.
#[derive(Debug)]
pub struct Question {
    /// Its step.
    pub step: Step,
    /// As it is asked.
    pub asks: &'static str,
    /// Why it is asked, with the article.
    pub hint: &'static str,
    /// What can be answered.
    pub choices: &'static [Choice],
}

/// One answer.
#[derive(Debug)]
pub struct Choice {
    /// As it is recorded.
    pub value: &'static str,
    /// As it reads.
    pub title: &'static str,
    /// What follows from it, with the article; empty where nothing does.
    pub follows: &'static str,
    /// It must be explained in the remark.
    pub explain: bool,
}

const fn choice(value: &'static str, title: &'static str, follows: &'static str) -> Choice {
    Choice {
        value,
        title,
        follows,
        explain: false,
    }
}

const fn explained(value: &'static str, title: &'static str, follows: &'static str) -> Choice {
    Choice {
        explain: true,
        ..choice(value, title, follows)
    }
}

const NOT_READY: &str = "核查结果将为“整改措施未落实”，第二十四条（三）5；须写明情况";

/// The questions, in the order of their steps.
///
/// ```
/// use shared::visit::{Choice, QUESTIONS, Question, Step};
/// let causes: &Question = &QUESTIONS[0];
/// assert_eq!(causes.step, Step::Causes);
/// let explained = |choice: &Choice| choice.explain;
/// assert!(!explained(&causes.choices[0]) && explained(&causes.choices[1]), "部分查明 says how far");
/// ```
pub const QUESTIONS: &[Question] = &[
    Question {
        step: Step::Causes,
        asks: "企业是否已查明不合格原因？",
        hint: "企业应查明原因，查清质量责任（第十六条）。",
        choices: &[
            choice("found", "已查明", ""),
            explained("partly", "部分查明", NOT_READY),
            explained("not_found", "没有查明", NOT_READY),
        ],
    },
    Question {
        step: Step::Measures,
        asks: "整改措施是否已落实？",
        hint: "对照责令整改通知书的要求和企业的整改报告逐项核对（第十六条）。",
        choices: &[
            choice("done", "已全部落实", ""),
            explained("partly", "部分落实", NOT_READY),
            explained("not_done", "没有落实", NOT_READY),
        ],
    },
    Question {
        step: Step::Stock,
        asks: "库存的不合格产品如何处理？",
        hint: "在现场情况中写明数量和存放位置。",
        choices: &[
            choice("none", "没有库存", ""),
            choice("kept_apart", "已单独存放或封存", ""),
            choice("disposed", "已返工、改作他用或销毁", ""),
            explained("mixed", "与其他产品混放", "须写明数量和位置，当场拍照"),
        ],
    },
    Question {
        step: Step::Sold,
        asks: "已售出的不合格产品如何处理？",
        hint: "在现场情况中写明售出数量、去向和追回数量。",
        choices: &[
            choice("none", "没有售出", ""),
            choice("recovered", "已追回或召回", ""),
            explained("partly", "部分追回", "须写明未追回的数量和原因"),
            explained(
                "untreated",
                "没有处理",
                "可责令处理已售产品，第十五条；须写明情况",
            ),
        ],
    },
    Question {
        step: Step::Production,
        asks: "同型号产品是否已停止生产、销售？",
        hint: "复查合格前不得继续（第十六条）。",
        choices: &[
            choice("stopped", "已停止生产和销售", ""),
            choice(
                "selling",
                "已停止生产，仍在销售",
                "将登记为继续销售，第二十四条（三）7",
            ),
            choice(
                "producing",
                "仍在生产",
                "将登记为继续生产，第二十四条（三）7",
            ),
            explained("unclear", "现场无法确认", "须写明原因"),
        ],
    },
    Question {
        step: Step::Future,
        asks: "企业今后是否继续生产同型号产品？",
        hint: "自行停产、转产或不再生产销售的，详细记录（第十七条）。",
        choices: &[
            choice("continues", "整改后继续生产", ""),
            explained(
                "ceased",
                "停产",
                "将登记为停产，3 个工作日内报告市局，第十七条；须写明情况",
            ),
            explained(
                "switched",
                "转产",
                "将登记为转产，3 个工作日内报告市局，第十七条；须写明情况",
            ),
            explained(
                "discontinued",
                "不再生产销售同一规格型号",
                "3 个工作日内报告市局，第十七条；须写明情况",
            ),
        ],
    },
    Question {
        step: Step::Samples,
        asks: "整改后的产品是否符合复查条件？",
        hint: "按原抽查方案，数量、批次和存放足以抽取复查样品（第十七条）。",
        choices: &[
            choice("fit", "符合复查条件", ""),
            explained("too_few", "数量不足", NOT_READY),
            explained("none", "还没有整改后的产品", NOT_READY),
        ],
    },
    Question {
        step: Step::Sampling,
        asks: "今天是否抽取复查样品？",
        hint: "抽样即委托复查，确定复查产品和完成时限（第十七条）；到期不申请的，强制复查（第十八条）。",
        choices: &[
            choice("later", "今天不抽样", ""),
            choice(
                "taken",
                "已抽样封样，委托复查",
                "将登记委托复查；须填检验机构和完成时限",
            ),
            explained(
                "refused",
                "企业无正当理由拒绝抽样",
                "将登记为拒绝抽样，第二十四条（三）1；须写明情况",
            ),
            explained(
                "refused_with_reason",
                "企业有正当理由不能抽样",
                "将登记为拒绝抽样，有正当理由；须写明理由",
            ),
            explained(
                "tampered",
                "已封存的样品被更换、隐匿或处理",
                "将登记为擅自处理封存样品，第二十四条（三）2；须写明情况",
            ),
        ],
    },
];
