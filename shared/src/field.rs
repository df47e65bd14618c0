//! The own fields of each type of event: what a form asks, and what a file may say.

use crate::EventKind;

/// How a field is filled in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Entry {
    /// A day.
    Day,
    /// A line of text.
    Text,
    /// Several lines, a list in the case file.
    Lines,
    /// Yes or no.
    YesNo,
    /// Which inspection: 0 the spot check, 1 to 3 the reinspections.
    Round,
    /// The code of a bureau.
    Bureau,
    /// The id of an event of the case.
    Event,
    /// One of these values, each with what it is called.
    Choice(&'static [(&'static str, &'static str)]),
}

/// One own field of a type of event.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Field {
    /// Its name in a case file.
    pub name: &'static str,
    /// What it is called.
    pub title: &'static str,
    /// How it is filled in.
    pub entry: Entry,
    /// A rule reads it: without it the event says too little.
    pub needed: bool,
}

const fn field(name: &'static str, title: &'static str, entry: Entry) -> Field {
    Field {
        name,
        title,
        entry,
        needed: false,
    }
}

const fn needed(name: &'static str, title: &'static str, entry: Entry) -> Field {
    Field {
        needed: true,
        ..field(name, title, entry)
    }
}

const ANNOUNCEMENT: Field = field("announcement", "公告编号", Entry::Text);
const BODY: Field = field("body", "检验机构", Entry::Text);
const COMPELLED: Field = field("compelled", "强制复查", Entry::YesNo);
const DUE: Field = needed("due", "完成时限", Entry::Day);
const FIT: Field = field("fit", "符合复检条件", Entry::YesNo);
const FORWARDED_TO: Field = needed("to", "承办区县局", Entry::Bureau);
const ITEMS: Field = field("items", "检验项目", Entry::Lines);
const JUSTIFIED: Field = field("justified", "有正当理由", Entry::YesNo);
const PRODUCT: Field = field("product", "复查产品", Entry::Text);
const REASON: Field = field("reason", "理由", Entry::Text);
const RECEIVED_ON: Field = field("received_on", "收到日期", Entry::Day);
const RECIPIENT: Field = field("recipient", "收件人", Entry::Text);
const REPORTED_TO: Field = field("to", "报送机关", Entry::Bureau);
const REQUIREMENTS: Field = field("requirements", "整改要求", Entry::Text);
const RETRACTS: Field = needed("retracts", "撤销的记录", Entry::Event);
const ROUND: Field = field("round", "检验次序", Entry::Round);
const SERIOUS: Field = field("serious", "有严重质量问题", Entry::YesNo);
const UNTIL: Field = needed("until", "截止日期", Entry::Day);
const WHAT: Field = field("what", "内容", Entry::Text);

const DECISION: Field = needed(
    "outcome",
    "处理结果",
    Entry::Choice(&[("confirmed", "维持原结果"), ("overturned", "改变原结果")]),
);
const FILED_WITH: Field = field(
    "filed_with",
    "提交机关",
    Entry::Choice(&[("municipal", "市局"), ("national", "国家质检总局")]),
);
const FOUND: Field = field(
    "what",
    "违规行为",
    Entry::Choice(&[("production", "继续生产"), ("sale", "继续销售")]),
);
const METHOD: Field = field(
    "method",
    "送达方式",
    Entry::Choice(&[
        ("direct", "直接送达"),
        ("left", "留置送达"),
        ("entrusted", "委托送达"),
        ("mailed", "邮寄送达"),
        ("published", "公告送达"),
    ]),
);
const REJECTED_FOR: Field = field(
    "reason",
    "不予受理理由",
    Entry::Choice(&[("late", "逾期提出"), ("other_law", "法律法规规章另有规定")]),
);
const VERDICT: Field = needed(
    "verdict",
    "结论",
    Entry::Choice(&[("conforming", "合格"), ("nonconforming", "不合格")]),
);
const VERIFIED: Field = needed(
    "outcome",
    "核查结果",
    Entry::Choice(&[
        ("ready", "具备复查条件"),
        ("not_implemented", "整改措施未落实"),
        ("ceased", "停产"),
        ("switched", "转产"),
        ("discontinued", "不再生产销售同一规格型号"),
    ]),
);

/// The own fields of this type of event, in the order of a form; none for a type of a later
/// version.
///
/// ```
/// use shared::{EventKind, field::{Entry, Field, fields}};
/// let own: &[Field] = fields(&EventKind::ExtensionGranted);
/// assert_eq!((own.len(), own[0].name, own[0].entry), (1, "until", Entry::Day));
/// ```
pub const fn fields(kind: &EventKind) -> &'static [Field] {
    use EventKind as K;
    match kind {
        K::ReportSubmitted => &[VERDICT],
        K::SamplingRefused | K::RectificationRefused => &[JUSTIFIED],
        K::MaterialsForwarded => &[FORWARDED_TO],
        K::ReportCorrectionRequested | K::ReportCorrected | K::DisposalOrdered => &[WHAT],
        K::ResultServed => &[METHOD, RECIPIENT],
        K::ObjectionFiled => &[ROUND, RECEIVED_ON, FILED_WITH],
        K::ObjectionRejected => &[ROUND, REJECTED_FOR],
        K::RetestOrdered => &[ROUND, BODY, ITEMS, DUE],
        K::RetestSampleConfirmed => &[ROUND, FIT],
        K::RetestReported => &[ROUND, VERDICT],
        K::ObjectionDecided => &[ROUND, DECISION],
        K::RectificationOrdered | K::RectificationOrderServed => &[REQUIREMENTS],
        K::DisposalReported | K::RectificationReported | K::ReinspectionApplied => &[RECEIVED_ON],
        K::ExtensionGranted | K::BusinessSuspended => &[UNTIL],
        K::ExcuseAccepted | K::Closed => &[REASON],
        K::RectificationVerified => &[VERIFIED],
        K::ProhibitedProductionFound => &[FOUND],
        K::ReinspectionCommissioned => &[ROUND, BODY, PRODUCT, DUE, COMPELLED],
        K::ReinspectionReported => &[ROUND, VERDICT, SERIOUS],
        K::ObjectionAccepted
        | K::InvestigationStarted
        | K::InvestigationConcluded
        | K::DecisionServed
        | K::ReinspectionMaterialsReceived
        | K::ReinspectionResultServed => &[ROUND],
        K::Announced => &[ANNOUNCEMENT],
        K::StatusReported | K::CopyReported => &[REPORTED_TO],
        K::Retracted => &[RETRACTS],
        _ => &[],
    }
}

/// What a field of a case head is called, by its path; `None` for one that no page names.
///
/// ```
/// use shared::field::head_field;
/// assert_eq!(head_field("product.model"), Some("规格型号"));
/// assert_eq!(head_field("product.colour"), None);
/// ```
pub fn head_field(path: &str) -> Option<&'static str> {
    let title = match path {
        "number" => "案号",
        "regulation" => "适用规定",
        "source" => "抽查来源",
        "spot_check" => "监督抽查",
        "product" => "产品",
        "product.name" => "产品名称",
        "product.kind" => "产品类别",
        "product.brand" => "商标",
        "product.model" => "规格型号",
        "product.batch" => "生产日期或批号",
        "product.traits" => "产品属性",
        "product.excluded_class" => "不适用类别",
        "enterprise" => "企业",
        "enterprise.name" => "企业名称",
        "enterprise.credit_code" => "统一社会信用代码",
        "enterprise.production_district" => "生产地",
        "enterprise.registration_district" => "注册地",
        "inspection_body" => "检验机构",
        "report_number" => "报告编号",
        "failed_items" => "不合格项目",
        "handling_bureau" => "承办区县局",
        "officer" => "经办",
        "serious" => "有严重质量问题",
        "endangers_safety" => "危及人体健康、人身财产安全",
        _ => return None,
    };
    Some(title)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_round_is_asked_exactly_where_the_event_has_one() {
        for kind in EventKind::ALL {
            let asked = fields(kind).iter().any(|field| field.entry == Entry::Round);
            let has = kind
                .facts()
                .is_some_and(|facts| facts.default_round.is_some());
            assert_eq!(asked, has, "{kind}");
        }
    }
}
