//! The statutory documents of the regulation, as a table.
//!
//! The texts are our own words around the facts and limits that the articles ask for.

use super::Fact;
use crate::{EventKind as K, event::By};

/// How a document stands to its event.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Issue {
    /// Its issue is the event: both are written together.
    With,
    /// It is issued first; its event is its service, which the proof of service records.
    Before,
    /// It tells of an event that is on record.
    After,
}

/// A part of a text.
#[derive(Clone, Copy, Debug)]
pub(super) enum Clause {
    /// A paragraph.
    Say(&'static str),
    /// Facts under their own names.
    Facts(&'static [Fact]),
    /// Facts under other names.
    Rows(&'static [(&'static str, &'static str)]),
    /// Rights, duties and limits, each a paragraph.
    Limits(&'static [&'static str]),
    /// The limits that begin with the document's event.
    Follows,
    /// What happened, by the day.
    Course,
    /// What a visit found.
    Visit,
    /// The documents that are served.
    Served,
    /// What is written and signed by hand.
    Fields(&'static [&'static str]),
}

/// A kind of document.
///
/// A kind rests on the articles that `articles` names; what its text says of days and limits comes
/// from their rules.
///
/// ```
/// use shared::{EventKind, document::{Fact, Issue, Kind}};
/// let order = Kind::of("rectification_order").ok_or("责令整改通知书")?;
/// assert_eq!(order.articles, [14, 16, 18]);
/// assert_eq!((order.event(0), order.issue), (Some(EventKind::RectificationOrdered), Issue::With));
/// assert_eq!(order.service(0), Some(EventKind::RectificationOrderServed));
/// assert_eq!(order.rules(), ["art16.rectify"], "its text names the day by which to rectify");
/// assert!(order.facts().contains(&Fact::Requirements));
/// // One order stands for the whole case; a result is told for each inspection.
/// assert!(!order.has_rounds());
/// assert!(Kind::of("result_notice").is_some_and(Kind::has_rounds));
/// assert!(Kind::ALL.iter().all(|kind| !kind.articles.is_empty()));
/// # Ok::<(), &str>(())
/// ```
#[derive(Debug)]
pub struct Kind {
    /// Its name in the log.
    pub name: &'static str,
    /// What lists call it, such as 检验结果通知书.
    pub short: &'static str,
    /// Its title, with a place for the inspection.
    pub title: &'static str,
    /// Its word in numbers.
    pub word: &'static str,
    /// The articles it rests on.
    pub articles: &'static [u8],
    /// Who issues it.
    pub by: By,
    /// The event of the spot check's round, and of later ones.
    events: [Option<K>; 2],
    /// How it stands to its event.
    pub issue: Issue,
    /// The event by which it is served, of the spot check's round and of later ones.
    served: [Option<K>; 2],
    /// Whom it is to; none for a record.
    pub(super) to: Option<&'static str>,
    /// What it says.
    pub(super) text: &'static [Clause],
}

impl PartialEq for Kind {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for Kind {}

impl Kind {
    /// Every kind, in the order of the procedure.
    pub const ALL: &'static [Self] = KINDS;

    /// The kind of this name.
    pub fn of(name: &str) -> Option<&'static Self> {
        Self::ALL.iter().find(|kind| kind.name == name)
    }

    /// Its event, in this round.
    pub fn event(&self, round: u8) -> Option<K> {
        self.events[usize::from(round > 0)].clone()
    }

    /// The event by which it is served, in this round.
    pub fn service(&self, round: u8) -> Option<K> {
        self.served[usize::from(round > 0)].clone()
    }

    /// Whether it is about one inspection of several.
    pub fn has_rounds(&self) -> bool {
        let has = |kind: &K| kind.facts().is_some_and(|it| it.default_round.is_some());
        self.events[0] != self.events[1] || self.events[0].as_ref().is_some_and(has)
    }

    /// The facts that its text names, each once, in the order of the text.
    pub fn facts(&self) -> Vec<Fact> {
        let mut facts = Vec::new();
        for text in self.texts() {
            for piece in super::template::pieces(text) {
                if let super::template::Piece::Fact(fact) = piece {
                    facts.push(fact);
                }
            }
        }
        for clause in self.text {
            if let Facts(named) = clause {
                facts.extend_from_slice(named);
            }
        }
        let mut seen = Vec::new();
        facts.retain(|fact| {
            let new = !seen.contains(fact);
            seen.push(*fact);
            new
        });
        facts
    }

    /// The rules whose days or limits its text names, each once.
    pub fn rules(&self) -> Vec<&'static str> {
        let mut rules = Vec::new();
        for text in self.texts() {
            for piece in super::template::pieces(text) {
                use super::template::Piece::{Due, Limit};
                if let Due(rule) | Limit(rule) = piece
                    && !rules.contains(&rule)
                {
                    rules.push(rule);
                }
            }
        }
        rules
    }

    /// Every text with places in it.
    pub(super) fn texts(&self) -> Vec<&'static str> {
        let mut texts = vec![self.title];
        texts.extend(self.to);
        for clause in self.text {
            match clause {
                Say(text) => texts.push(text),
                Rows(rows) => texts.extend(rows.iter().map(|(_, text)| *text)),
                Limits(limits) => texts.extend_from_slice(limits),
                _ => {}
            }
        }
        texts
    }
}

use Clause::{Course, Facts, Fields, Follows, Limits, Rows, Say, Served, Visit};

const MUNICIPAL: By = By::MUNICIPAL;
const DISTRICT: By = By::DISTRICT;

/// What is known of the batch.
const BATCH: Clause = Facts(&[
    Fact::Product,
    Fact::Brand,
    Fact::Model,
    Fact::Batch,
    Fact::SpotCheck,
    Fact::InspectionBody,
    Fact::ReportNumber,
    Fact::FailedItems,
]);
const BATCH_IN_SHORT: Clause =
    Facts(&[Fact::Product, Fact::Model, Fact::Batch, Fact::ReportNumber]);
const REACH: Clause = Say("联系方式：{office_address}，{office_contact}。");

const KINDS: &[Kind] = &[
    Kind {
        name: "result_notice",
        short: "检验结果通知书",
        title: "工业产品质量监督{inspection}检验结果通知书",
        word: "抽告",
        articles: &[6, 7, 15],
        by: DISTRICT,
        events: [Some(K::ResultServed), Some(K::ReinspectionResultServed)],
        issue: Issue::Before,
        served: [Some(K::ResultServed), Some(K::ReinspectionResultServed)],
        to: Some("{enterprise}"),
        text: &[
            Say(
                "你单位的下列产品经监督{inspection}检验，结论为不合格。检验报告一份随本通知书送达。",
            ),
            BATCH,
            Limits(&[
                "异议：对检验结果有异议的，可自收到之日起{art7.file_objection:limit}内向{municipal}或者国家质量监督检验检疫总局书面申请复检，交申请原件和主体证明，并抄送本局；本次期限到{art7.file_objection}为止，过期即按认可结果办理（第七条）。",
                "办理：提出异议期间，责令整改、行政强制措施和案件办理照常进行（第八条）。",
                "处理：收到结果当日起，这一产品即须停产停售；清理库存和退回的样品，依法处理已出厂、销售的产品，并把处理情况书面报告本局（第十五条）。",
            ]),
            REACH,
        ],
    },
    Kind {
        name: "sample_notice",
        short: "不合格样品处理通知书",
        title: "工业产品质量监督{inspection}不合格样品处理通知书",
        word: "抽样",
        articles: &[6, 15],
        by: DISTRICT,
        events: [Some(K::ResultServed), Some(K::ReinspectionResultServed)],
        issue: Issue::Before,
        served: [Some(K::ResultServed), Some(K::ReinspectionResultServed)],
        to: Some("{enterprise}"),
        text: &[
            Say("你单位下列产品的样品经监督{inspection}检验不合格，现将样品的处理通知如下。"),
            BATCH,
            Facts(&[Fact::SampleHandling, Fact::SampleCollection]),
            Limits(&[
                "退回的不合格样品须与库存的不合格产品一并清理，不得销售；处理结果写入向本局的书面报告（第十五条）。",
            ]),
            REACH,
        ],
    },
    Kind {
        name: "service_proof",
        short: "送达回证",
        title: "送达回证",
        word: "抽证",
        articles: &[6, 13, 14, 19],
        by: DISTRICT,
        events: [Some(K::ResultServed), Some(K::ReinspectionResultServed)],
        issue: Issue::With,
        served: [Some(K::ResultServed), Some(K::ReinspectionResultServed)],
        to: None,
        text: &[
            Facts(&[
                Fact::Enterprise,
                Fact::CaseNumber,
                Fact::Product,
                Fact::ReportNumber,
            ]),
            Served,
            Facts(&[
                Fact::Method,
                Fact::Recipient,
                Fact::ServedOn,
                Fact::ServedAt,
                Fact::RefusedFor,
            ]),
            Follows,
            Fields(&["受送达人签名或者盖章", "送达人签名（两人）", "见证人签名"]),
        ],
    },
    Kind {
        name: "acceptance_notice",
        short: "异议受理通知书",
        title: "工业产品质量监督{inspection}异议受理通知书",
        word: "异受",
        articles: &[8, 9],
        by: MUNICIPAL,
        events: [Some(K::ObjectionAccepted), Some(K::ObjectionAccepted)],
        issue: Issue::With,
        served: [None, None],
        to: Some("{enterprise}、{bureau}"),
        text: &[
            Say(
                "{enterprise}于{objection_on}对下列产品的监督{inspection}检验结果提出异议，材料于{objection_received_on}收到。经审查，本局决定受理。",
            ),
            BATCH_IN_SHORT,
            Limits(&[
                "本局自受理之日起{art9.arrange_review:limit}内、即{art9.arrange_review}以前，安排复检或者调查核实（第九条）。",
                "受理不影响责令整改、行政强制措施和案件的办理（第八条）。",
            ]),
        ],
    },
    Kind {
        name: "rejection_notice",
        short: "不予受理说明",
        title: "工业产品质量监督{inspection}异议不予受理说明",
        word: "异不",
        articles: &[7, 8],
        by: MUNICIPAL,
        events: [Some(K::ObjectionRejected), Some(K::ObjectionRejected)],
        issue: Issue::With,
        served: [None, None],
        to: Some("{enterprise}"),
        text: &[
            Say(
                "你单位于{objection_on}对下列产品的监督{inspection}检验结果提出异议。经审查，本局不予受理，理由是：{rejection_reason}。",
            ),
            BATCH_IN_SHORT,
            Rows(&[
                ("检验结果送达日期", "{result_served_on}"),
                ("异议期满", "{art7.file_objection}"),
                ("收到异议日期", "{objection_received_on}"),
            ]),
        ],
    },
    Kind {
        name: "retest_order",
        short: "复检任务书",
        title: "工业产品质量监督{inspection}复检任务书",
        word: "复任",
        articles: &[10, 12],
        by: MUNICIPAL,
        events: [Some(K::RetestOrdered), Some(K::RetestOrdered)],
        issue: Issue::With,
        served: [None, None],
        to: Some("{retest_body}"),
        text: &[
            Say(
                "{enterprise}对下列产品的监督{inspection}检验结果有异议，本局已受理。现由你单位按原抽查方案复检。",
            ),
            BATCH,
            Facts(&[Fact::RetestItems, Fact::RetestDue]),
            Limits(&[
                "复检结果须在{art12.report_retest}以前报送本局（第十二条）。",
                "复检样品由抽样人员和企业经手人核对确认以后交接（第十一条）。",
            ]),
        ],
    },
    Kind {
        name: "retest_sample_record",
        short: "复检样品确认书",
        title: "工业产品质量监督{inspection}复检样品确认书",
        word: "复样",
        articles: &[11],
        by: MUNICIPAL,
        events: [
            Some(K::RetestSampleConfirmed),
            Some(K::RetestSampleConfirmed),
        ],
        issue: Issue::With,
        served: [None, None],
        to: None,
        text: &[
            Say(
                "为复检{enterprise}的下列产品，抽样人员{sampler}和企业抽样经手人{handler}于{on}在{sample_place}共同核对了复检样品。",
            ),
            BATCH_IN_SHORT,
            Facts(&[
                Fact::RetestBody,
                Fact::SampleSeal,
                Fact::SampleState,
                Fact::SampleFit,
            ]),
            Fields(&[
                "抽样人员签名",
                "企业抽样经手人签名",
                "市局经办人签名",
                "复检机构接收人签名",
            ]),
        ],
    },
    Kind {
        name: "decision_notice",
        short: "异议处理通知书",
        title: "工业产品质量监督{inspection}异议处理通知书",
        word: "异决",
        articles: &[13],
        by: MUNICIPAL,
        events: [Some(K::ObjectionDecided), Some(K::ObjectionDecided)],
        issue: Issue::With,
        served: [Some(K::DecisionServed), Some(K::DecisionServed)],
        to: Some("{enterprise}"),
        text: &[
            Say(
                "你单位对下列产品的监督{inspection}检验结果提出的异议，本局已经办结。依据{decision_ground}，决定{decision}。",
            ),
            BATCH_IN_SHORT,
            Limits(&["本通知书由{bureau}送达（第十三条）。"]),
        ],
    },
    Kind {
        name: "rectification_order",
        short: "责令整改通知书",
        title: "工业产品质量监督抽查责令整改通知书",
        word: "责改",
        articles: &[14, 16, 18],
        by: DISTRICT,
        events: [Some(K::RectificationOrdered), Some(K::RectificationOrdered)],
        issue: Issue::With,
        served: [
            Some(K::RectificationOrderServed),
            Some(K::RectificationOrderServed),
        ],
        to: Some("{enterprise}"),
        text: &[
            Say("你单位的下列产品在监督抽查中被判定不合格，现责令你单位整改。"),
            BATCH,
            Facts(&[Fact::Requirements]),
            Limits(&[
                "整改：自接到本通知书之日起{art16.rectify:limit}内查明原因、分清质量责任，按上列要求完成整改，向本局提交整改报告并申请复查；本次期限到{art16.rectify}为止（第十四条、第十六条）。",
                "限制：复查合格以前，不得生产、销售同一规格型号的产品（第十六条）。",
                "期满没有正当理由又不申请复查的，本局依法组织强制复查（第十八条）。",
            ]),
            REACH,
        ],
    },
    Kind {
        name: "reinspection_commission",
        short: "复查委托书",
        title: "工业产品质量监督复查委托书",
        word: "复委",
        articles: &[17, 18, 19],
        by: DISTRICT,
        events: [
            Some(K::ReinspectionCommissioned),
            Some(K::ReinspectionCommissioned),
        ],
        issue: Issue::With,
        served: [None, None],
        to: Some("{commission_body}"),
        text: &[
            Say(
                "现委托你单位按原抽查方案，对{enterprise}的下列产品抽样复查。委托的缘由：{commission_ground}。",
            ),
            Facts(&[
                Fact::CommissionProduct,
                Fact::Model,
                Fact::Address,
                Fact::Contact,
                Fact::Phone,
            ]),
            Rows(&[
                ("原检验报告编号", "{report_number}"),
                ("原不合格项目", "{failed_items}"),
                ("完成时限", "{commission_due}"),
            ]),
            Limits(&[
                "复查的抽样和检验须在{art19.report_reinspection}以前完成，结果及时报送{municipal}（第十九条）。",
            ]),
        ],
    },
    Kind {
        name: "verification_record",
        short: "整改核查记录",
        title: "工业产品质量监督抽查整改核查记录",
        word: "整核",
        articles: &[17],
        by: DISTRICT,
        events: [
            Some(K::RectificationVerified),
            Some(K::RectificationVerified),
        ],
        issue: Issue::After,
        served: [None, None],
        to: None,
        text: &[
            Facts(&[
                Fact::Enterprise,
                Fact::Product,
                Fact::Model,
                Fact::FailedItems,
                Fact::VerifiedOn,
                Fact::Officers,
                Fact::Present,
            ]),
            Visit,
            Facts(&[Fact::Verified]),
            Follows,
            Fields(&["核查人员签名（两人）", "企业在场负责人签名", "见证人签名"]),
        ],
    },
    Kind {
        name: "reinspection_notice",
        short: "复查通知",
        title: "工业产品质量监督复查通知",
        word: "复通",
        articles: &[16, 17, 18],
        by: DISTRICT,
        events: [
            Some(K::ReinspectionCommissioned),
            Some(K::ReinspectionCommissioned),
        ],
        issue: Issue::After,
        served: [None, None],
        to: Some("{enterprise}"),
        text: &[
            Say(
                "本局已委托{commission_body}按原抽查方案对你单位的下列产品复查，请予配合，备好样品和原检验报告。复查的缘由：{commission_ground}。",
            ),
            Facts(&[Fact::CommissionProduct, Fact::Model, Fact::SamplingDay]),
            Limits(&[
                "复查须在{art19.report_reinspection}以前完成（第十七条）。",
                "复查合格以前，不得生产、销售同一规格型号的产品（第十六条）。",
            ]),
            REACH,
        ],
    },
    Kind {
        name: "copy_report",
        short: "抄报",
        title: "关于不合格企业后处理情况的抄报",
        word: "抄报",
        articles: &[21],
        by: DISTRICT,
        events: [Some(K::CopyReported), Some(K::CopyReported)],
        issue: Issue::With,
        served: [None, None],
        to: Some("{registration_bureau}"),
        text: &[
            Say(
                "{enterprise}的营业执照在你局辖区登记，其不合格产品在{place}生产，由本局处理。现将后处理情况抄报你局。",
            ),
            Facts(&[
                Fact::CreditCode,
                Fact::Product,
                Fact::Model,
                Fact::Batch,
                Fact::SpotCheck,
                Fact::FailedItems,
            ]),
            Course,
        ],
    },
    Kind {
        name: "closing_report",
        short: "结案报告",
        title: "产品质量监督抽查后处理结案报告",
        word: "抽结",
        articles: &[2, 16, 21],
        by: DISTRICT.or(MUNICIPAL),
        events: [Some(K::Closed), Some(K::Closed)],
        issue: Issue::With,
        served: [None, None],
        to: None,
        text: &[
            Facts(&[
                Fact::CaseNumber,
                Fact::Enterprise,
                Fact::CreditCode,
                Fact::Product,
                Fact::Model,
                Fact::Batch,
                Fact::SpotCheck,
                Fact::ReportNumber,
                Fact::FailedItems,
            ]),
            Say("处理经过如下。"),
            Course,
            Facts(&[Fact::Result, Fact::ClosedReason]),
            Fields(&["经办人", "审核人", "批准人"]),
        ],
    },
];
