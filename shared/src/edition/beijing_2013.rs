//! 北京市产品质量监督抽查后处理工作规定（试行）, in force from 2013-01-01.

use super::{Category, Edition, Unruled};
use crate::{
    Day, EventKind as K,
    assess::{Notice, Restriction},
    case::{BEIJING_2013 as ID, Trait},
    event::{Outcome, Verdict},
    rule::{Condition, Done, Limit, Moot, Party, Rule, Track, Trigger},
};

/// What the regulation asks about the materials, once the district bureau has them.
const ON_MATERIALS: Rule = Rule {
    from: "收到材料",
    after: "收到材料后",
    trigger: Trigger::First(&[K::MaterialsReceived]),
    moot: OVERTURNED,
    ..Rule::DUTY
};

/// What follows a reinspection, on the timeline's last lane.
const ON_FAILURE: Rule = Rule {
    article: 20,
    party: Party::Municipal,
    track: Track::Announcement,
    moot: &[Moot::ResultOverturned, Moot::ReinspectionOverturned],
    ..Rule::DUTY
};

const OVERTURNED: &[Moot] = &[Moot::ResultOverturned];

pub(super) static BEIJING_2013: Edition = Edition {
    id: ID,
    title: "北京市产品质量监督抽查后处理工作规定（试行）",
    in_force: Day::from_unix_days(15_706),
    articles: 29,
    rules: RULES,
    extension_asked_days_before: 5,
    extension_longest_days: 30,
    scope_article: 27,
    categories: CATEGORIES,
    restrictions: &[
        (Restriction::NoProductionOrSaleOfNonconforming, 15),
        (Restriction::NoProductionOrSaleOfSameModel, 16),
        (Restriction::BusinessSuspended, 20),
    ],
    notices: &[
        (Notice::OutOfScopeProduct, "第二十七条"),
        (Notice::BeforeEffectiveDate, "第二十九条"),
        (Notice::LateObjection, "第七条"),
        (Notice::LateObjectionAccepted, "第八条"),
        (Notice::ReceiptDayMissing, "第七条、第八条"),
        (
            Notice::ExtensionRequestedLate,
            "第十四条、总局令第 133 号第四十条",
        ),
        (
            Notice::ExtensionTooLong,
            "第十四条、总局令第 133 号第四十条",
        ),
        (Notice::ExtendedTwice, "第十四条、总局令第 133 号第四十条"),
        (Notice::RectifiedLate, "第十六条"),
        (Notice::Category4Doubtful, "第二十四条（三）4"),
    ],
    unruled: UNRULED,
};

/// Sorted by id: rows of an assessment come out in this order.
const RULES: &[Rule] = &[
    Rule {
        id: "art12.report_retest",
        article: 12,
        party: Party::InspectionBody,
        track: Track::Objection,
        title: "报送复检结果",
        step: "复检",
        from: "下达复检任务",
        due: "应报送",
        after: "下达任务后",
        per_round: true,
        trigger: Trigger::First(&[K::RetestOrdered]),
        limit: Limit::Document,
        done: Done::Any(&[K::RetestReported]),
        ..Rule::DUTY
    },
    Rule {
        id: "art13.decide_objection",
        article: 13,
        party: Party::Municipal,
        track: Track::Objection,
        title: "作出异议处理决定",
        step: "决定",
        from: "复检或核实结束",
        due: "应决定",
        after: "复检或核实后",
        per_round: true,
        trigger: Trigger::First(&[K::RetestReported, K::InvestigationConcluded]),
        done: Done::Any(&[K::ObjectionDecided]),
        ..Rule::DUTY
    },
    Rule {
        id: "art13.serve_decision",
        article: 13,
        track: Track::Objection,
        title: "送达异议处理决定",
        step: "送达决定",
        from: "作出决定",
        due: "应送达",
        after: "决定后",
        per_round: true,
        trigger: Trigger::First(&[K::ObjectionDecided]),
        done: Done::Any(&[K::DecisionServed]),
        ..Rule::DUTY
    },
    Rule {
        id: "art14.open_penalty_case",
        article: 14,
        track: Track::Enforcement,
        title: "立案处罚",
        step: "立案",
        due: "应立案",
        condition: Condition::Serious,
        done: Done::Any(&[K::PenaltyCaseOpened]),
        ..ON_MATERIALS
    },
    Rule {
        id: "art14.order_rectification",
        article: 14,
        track: Track::Rectification,
        title: "责令整改",
        step: "责令",
        due: "应责令",
        limit: Limit::WorkingDays(5),
        done: Done::Any(&[K::RectificationOrdered]),
        ..ON_MATERIALS
    },
    Rule {
        id: "art15.investigate_defect",
        article: 15,
        party: Party::Enterprise,
        track: Track::Enforcement,
        title: "开展缺陷调查",
        step: "缺陷调查",
        from: "接到结果",
        due: "应调查",
        after: "送达后",
        trigger: Trigger::First(&[K::ResultServed]),
        condition: Condition::Trait(&[
            Trait::ChildrenToy,
            Trait::AgriculturalMachinery,
            Trait::CompulsoryCertification,
        ]),
        done: Done::Any(&[K::DefectInvestigationStarted]),
        moot: OVERTURNED,
        ..Rule::DUTY
    },
    Rule {
        id: "art15.order_disposal",
        article: 15,
        track: Track::Enforcement,
        title: "责令处理已售产品",
        step: "责令处理",
        due: "应责令",
        condition: Condition::EndangersSafety,
        done: Done::Any(&[K::DisposalOrdered]),
        ..ON_MATERIALS
    },
    Rule {
        id: "art15.report_disposal",
        article: 15,
        party: Party::Enterprise,
        track: Track::Enforcement,
        title: "报告不合格品处理",
        step: "报告处理",
        from: "接到结果",
        due: "应报告",
        after: "送达后",
        trigger: Trigger::First(&[K::ResultServed]),
        done: Done::Any(&[K::DisposalReported]),
        moot: OVERTURNED,
        ..Rule::DUTY
    },
    Rule {
        id: "art15.seal_or_seize",
        article: 15,
        track: Track::Enforcement,
        title: "封存或扣押产品",
        step: "封存扣押",
        due: "应采取措施",
        condition: Condition::EndangersSafety,
        done: Done::Any(&[K::GoodsSealed, K::GoodsSeized]),
        ..ON_MATERIALS
    },
    Rule {
        id: "art16.rectify",
        article: 16,
        party: Party::Enterprise,
        track: Track::Rectification,
        title: "整改并申请复查",
        step: "整改",
        from: "接到责令通知",
        due: "整改期满",
        after: "责令送达后",
        trigger: Trigger::First(&[K::RectificationOrderServed]),
        limit: Limit::CalendarDays(30),
        done: Done::All(&[K::RectificationReported, K::ReinspectionApplied]),
        extendable: true,
        moot: &[Moot::ResultOverturned, Moot::CessationStands],
        ..Rule::DUTY
    },
    Rule {
        id: "art17.commission_reinspection",
        article: 17,
        track: Track::Rectification,
        title: "委托复查",
        step: "委托",
        from: "核查完成",
        due: "应委托",
        after: "核查后",
        trigger: Trigger::Verified(&[Outcome::Ready]),
        limit: Limit::WorkingDays(3),
        done: Done::Commissioned(1),
        moot: OVERTURNED,
        ..Rule::DUTY
    },
    Rule {
        id: "art17.report_cessation",
        article: 17,
        track: Track::Rectification,
        title: "报告停产情况",
        step: "报告停产",
        from: "核查完成",
        due: "应报告",
        after: "核实停产后",
        trigger: Trigger::Verified(CESSATION),
        limit: Limit::WorkingDays(3),
        done: Done::Any(&[K::CessationReported]),
        moot: OVERTURNED,
        ..Rule::DUTY
    },
    Rule {
        id: "art17.verify",
        article: 17,
        track: Track::Rectification,
        title: "现场核查整改",
        step: "核查",
        from: "收到报告和申请",
        due: "应核查",
        after: "收件后",
        trigger: Trigger::RectificationReceived,
        limit: Limit::WorkingDays(5),
        done: Done::Any(&[K::RectificationVerified]),
        moot: OVERTURNED,
        ..Rule::DUTY
    },
    Rule {
        id: "art18.compel_reinspection",
        article: 18,
        track: Track::Rectification,
        title: "强制复查",
        step: "强制复查",
        from: "整改到期次日",
        due: "应组织",
        after: "到期未申请时",
        trigger: Trigger::RectificationFellDue,
        done: Done::Commissioned(1),
        moot: &[
            Moot::ResultOverturned,
            Moot::CessationStands,
            Moot::ExcuseAccepted,
            Moot::AppliedLate,
        ],
        ..Rule::DUTY
    },
    Rule {
        id: "art19.deliver_reinspection",
        article: 19,
        party: Party::InspectionBody,
        track: Track::Service,
        title: "送达复查合格结果",
        step: "送达复查",
        from: "报送复查结果",
        due: "应送达",
        after: "复查合格后",
        per_round: true,
        trigger: Trigger::Reinspection(None, Verdict::Conforming),
        limit: Limit::CalendarDays(7),
        done: Done::Any(&[K::ReinspectionResultServed]),
        ..Rule::DUTY
    },
    Rule {
        id: "art19.report_reinspection",
        article: 19,
        party: Party::InspectionBody,
        track: Track::Rectification,
        title: "报送复查结果",
        step: "复查",
        from: "委托复查",
        due: "应报送",
        after: "委托后",
        per_round: true,
        trigger: Trigger::First(&[K::ReinspectionCommissioned]),
        limit: Limit::Document,
        done: Done::Any(&[K::ReinspectionReported]),
        moot: OVERTURNED,
        ..Rule::DUTY
    },
    Rule {
        id: "art19.serve_reinspection",
        article: 19,
        track: Track::Service,
        title: "送达复查结果",
        step: "送达复查",
        from: "收到复查材料",
        due: "应送达",
        after: "收到复查材料后",
        per_round: true,
        trigger: Trigger::ReinspectionMaterials,
        limit: Limit::WorkingDays(5),
        done: Done::Any(&[K::ReinspectionResultServed]),
        ..Rule::DUTY
    },
    Rule {
        id: "art20.announce",
        title: "公告复查不合格",
        step: "公告",
        from: "复查不合格",
        due: "应公告",
        after: "复查不合格时",
        trigger: Trigger::Reinspection(Some(1), Verdict::Nonconforming),
        done: Done::Since(&[K::Announced]),
        ..ON_FAILURE
    },
    Rule {
        id: "art20.open_penalty_case",
        party: Party::District,
        track: Track::Enforcement,
        title: "复查严重不合格立案",
        step: "立案",
        from: "复查严重不合格",
        due: "应立案",
        after: "复查严重不合格时",
        trigger: Trigger::SeriousFailure,
        done: Done::Since(&[K::PenaltyCaseOpened]),
        ..ON_FAILURE
    },
    Rule {
        id: "art20.recommend_licence_revocation",
        title: "建议吊销营业执照",
        step: "建议吊销",
        from: "整顿后复查不合格",
        due: "应建议",
        after: "整顿后复查不合格时",
        trigger: Trigger::Reinspection(Some(3), Verdict::Nonconforming),
        done: Done::Any(&[K::LicenceRevocationRecommended]),
        ..ON_FAILURE
    },
    Rule {
        id: "art20.reinspect_after_announcement",
        party: Party::District,
        track: Track::Rectification,
        title: "公告后复查",
        step: "再次复查",
        from: "公告",
        due: "应委托",
        after: "公告后",
        trigger: Trigger::FailureAnnounced,
        done: Done::Commissioned(2),
        ..ON_FAILURE
    },
    Rule {
        id: "art20.reinspect_after_suspension",
        party: Party::District,
        track: Track::Rectification,
        title: "整顿期满复查",
        step: "期满复查",
        from: "整顿期满",
        due: "应委托",
        after: "整顿期满后",
        trigger: Trigger::SuspensionEnded,
        done: Done::Commissioned(3),
        ..ON_FAILURE
    },
    Rule {
        id: "art20.revoke_production_licence",
        title: "吊销生产许可证",
        step: "吊销许可",
        from: "复查不合格",
        due: "应吊销",
        after: "复查不合格时",
        trigger: Trigger::FirstFailure,
        condition: Condition::Trait(&[Trait::ProductionLicence]),
        done: Done::Any(&[K::ProductionLicenceRevoked]),
        ..ON_FAILURE
    },
    Rule {
        id: "art20.suspend_business",
        title: "责令停业整顿",
        step: "停业整顿",
        from: "公告后复查不合格",
        due: "应责令",
        after: "公告后复查不合格时",
        trigger: Trigger::Reinspection(Some(2), Verdict::Nonconforming),
        done: Done::Any(&[K::BusinessSuspended]),
        ..ON_FAILURE
    },
    Rule {
        id: "art21.copy_report",
        article: 21,
        track: Track::Announcement,
        title: "抄报注册地区县局",
        step: "抄报",
        due: "应抄报",
        condition: Condition::RegisteredElsewhere,
        done: Done::Any(&[K::CopyReported]),
        ..ON_MATERIALS
    },
    Rule {
        id: "art4.forward_materials",
        article: 4,
        party: Party::Municipal,
        title: "转交材料",
        step: "转交",
        from: "报送不合格报告",
        due: "应转交",
        after: "报送后",
        trigger: Trigger::Report(Verdict::Nonconforming),
        done: Done::Any(&[K::MaterialsForwarded]),
        moot: OVERTURNED,
        ..Rule::DUTY
    },
    Rule {
        id: "art5.deliver_conforming",
        article: 5,
        party: Party::InspectionBody,
        title: "送达合格结果",
        step: "送达",
        from: "报送结果",
        due: "应送达",
        after: "报送合格结果后",
        trigger: Trigger::Report(Verdict::Conforming),
        limit: Limit::CalendarDays(7),
        done: Done::Any(&[K::ConformingResultDelivered]),
        ..Rule::DUTY
    },
    Rule {
        id: "art6.serve_result",
        article: 6,
        title: "送达检验结果",
        step: "送达",
        due: "应送达",
        limit: Limit::WorkingDays(5),
        done: Done::Any(&[K::ResultServed]),
        ..ON_MATERIALS
    },
    Rule {
        id: "art7.file_objection",
        article: 7,
        party: Party::Enterprise,
        track: Track::Objection,
        title: "提出异议",
        step: "异议",
        from: "接到结果",
        due: "异议期满",
        after: "送达后",
        is_right: true,
        per_round: true,
        trigger: Trigger::ResultServed,
        limit: Limit::CalendarDays(15),
        done: Done::Any(&[K::ObjectionFiled]),
        ..Rule::DUTY
    },
    Rule {
        id: "art8.decide_acceptance",
        article: 8,
        party: Party::Municipal,
        track: Track::Objection,
        title: "决定是否受理异议",
        step: "受理",
        from: "收到异议",
        due: "应决定",
        after: "收到异议后",
        per_round: true,
        trigger: Trigger::ObjectionReceived,
        limit: Limit::WorkingDays(3),
        done: Done::Any(&[K::ObjectionAccepted, K::ObjectionRejected]),
        ..Rule::DUTY
    },
    Rule {
        id: "art9.arrange_review",
        article: 9,
        party: Party::Municipal,
        track: Track::Objection,
        title: "组织复检或调查核实",
        step: "组织复检",
        from: "受理异议",
        due: "应组织",
        after: "受理后",
        per_round: true,
        trigger: Trigger::First(&[K::ObjectionAccepted]),
        limit: Limit::WorkingDays(5),
        done: Done::Any(&[K::RetestOrdered, K::InvestigationStarted]),
        ..Rule::DUTY
    },
];

const CESSATION: &[Outcome] = &[Outcome::Ceased, Outcome::Switched, Outcome::Discontinued];

const CATEGORIES: &[Category] = &[
    Category {
        number: 1,
        title: "无正当理由拒绝抽查",
        clause: "第二十四条（三）1",
    },
    Category {
        number: 2,
        title: "擅自处理已封存样品",
        clause: "第二十四条（三）2",
    },
    Category {
        number: 3,
        title: "无正当理由拒绝整改",
        clause: "第二十四条（三）3",
    },
    Category {
        number: 4,
        title: "整改期满未申请复查或延期",
        clause: "第二十四条（三）4",
    },
    Category {
        number: 5,
        title: "整改未落实或复查仍不合格",
        clause: "第二十四条（三）5",
    },
    Category {
        number: 6,
        title: "停产、转产未完成复查",
        clause: "第二十四条（三）6",
    },
    Category {
        number: 7,
        title: "复查合格前继续生产销售",
        clause: "第二十四条（三）7",
    },
    Category {
        number: 8,
        title: "连续两次抽查不合格",
        clause: "第二十四条（三）8",
    },
];

/// Reasons are for whoever checks the index of articles: whose duty it is, and why nothing that
/// is recorded of a case could show whether it was done.
const UNRULED: &[Unruled] = &[
    Unruled {
        article: 1,
        whose: "nobody's",
        reason: "It states the purpose and the laws it rests on, and asks no act of anyone.",
    },
    Unruled {
        article: 2,
        whose: "both bureaus'",
        reason: "It defines what handling is and refers penalties to the penalty procedure, whose \
                 steps are recorded in that procedure's own files, not in these cases.",
    },
    Unruled {
        article: 3,
        whose: "both bureaus', the inspection bodies' and the enterprise's",
        reason: "It divides the duties that the other articles set. Who may record which event \
                 follows it (permissions); organising and guiding leave no event of a case.",
    },
    Unruled {
        article: 10,
        whose: "the municipal bureau's",
        reason: "Body, items and time of a retest are the bureau's choice, and whether another \
                 body is necessary its judgement. The time chosen is computed with article 12.",
    },
    Unruled {
        article: 11,
        whose: "the municipal bureau's, the samplers' and the enterprise's",
        reason: "Whether a sample is intact is seen by those who stand before it; what they find \
                 is recorded (retest_sample_confirmed), and the text ties no day to it.",
    },
    Unruled {
        article: 22,
        whose: "the municipal bureau's; a prohibition for everyone",
        reason: "A leak happens outside the system. Within it only the municipal bureau publishes, \
                 nothing unpublished reaches who has no part in it (the rights of a publication), \
                 and the categories of article 24 are proposals to it until it approves.",
    },
    Unruled {
        article: 23,
        whose: "the municipal bureau's",
        reason: "Analysis, the districts' opinions and the risk assessment are about an \
                 announcement, not a case: steps of its own log, without which it is not published. \
                 The text sets no day, and their worth is judged by people.",
    },
    Unruled {
        article: 25,
        whose: "the municipal bureau's",
        reason: "The quarter for periodic announcements holds as a principle only, of the \
                 announcement and not of a case: 今日 shows its last day. Whether a risk is urgent \
                 is the bureau's judgement.",
    },
    Unruled {
        article: 26,
        whose: "the municipal bureau's",
        reason: "Which press, broadcast or conference carries an announcement is the bureau's \
                 choice, recorded with the publication; the text makes each of them optional.",
    },
    Unruled {
        article: 28,
        whose: "both bureaus'",
        reason: "It has national spot checks handled alike: a case says its source, and no rule \
                 asks for it, so there is nothing further to compute.",
    },
];
