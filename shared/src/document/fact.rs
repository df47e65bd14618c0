//! The facts that documents name: what each is called, and where the case has it.

use serde_json::Value;

use super::draft::{Scene, date};
use crate::{
    Day, Event, EventKind as K, bureau,
    event::{FiledWith, Outcome},
    visit::Visit,
    words::{self, Word},
};

macro_rules! facts {
    ($($variant:ident $name:literal $title:literal $read:expr;)*) => {
        /// A fact that a document names, by its place `{name}` in the text.
        ///
        /// ```
        /// use shared::document::Fact;
        /// assert_eq!(Fact::of("enterprise"), Some(Fact::Enterprise));
        /// assert_eq!((Fact::Enterprise.name(), Fact::Enterprise.title()), ("enterprise", "企业名称"));
        /// assert_eq!(Fact::of("weather"), None);
        /// assert!(Fact::ALL.iter().all(|fact| Fact::of(fact.name()) == Some(*fact)));
        /// ```
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
        pub enum Fact {
            $(#[doc = $title] $variant,)*
        }

        impl Fact {
            /// Every fact.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// Its name in a text, and under which a person's entry is kept.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// What it is called: the name of the blank where it is missing.
            pub const fn title(self) -> &'static str {
                match self { $(Self::$variant => $title,)* }
            }

            /// What the case says of it.
            pub(super) fn read(self, scene: &Scene<'_>) -> Option<String> {
                match self {
                    $(Self::$variant => {
                        let read: fn(&Scene<'_>) -> Option<String> = $read;
                        read(scene)
                    })*
                }
            }
        }
    };
}

/// What only a person can say.
const BY_HAND: fn(&Scene<'_>) -> Option<String> = |_| None;

facts! {
    // The case.
    Enterprise "enterprise" "企业名称" |s| text(&s.head().enterprise.name);
    CreditCode "credit_code" "统一社会信用代码或组织机构代码" |s| text(&s.head().enterprise.credit_code);
    Address "address" "企业地址" |s| s.of_enterprise("address");
    Contact "contact" "企业联系人" |s| s.of_enterprise("contact");
    Phone "phone" "企业联系电话" |s| s.of_enterprise("phone");
    Product "product" "产品名称" |s| text(&s.head().product.name);
    Brand "brand" "商标" |s| text(&s.head().product.brand);
    Model "model" "规格型号" |s| text(&s.head().product.model);
    Batch "batch" "生产日期或批号" |s| text(&s.head().product.batch);
    SpotCheck "spot_check" "监督抽查名称" |s| text(&s.head().spot_check.name);
    InspectionBody "inspection_body" "承检机构" |s| text(&s.head().inspection_body);
    ReportNumber "report_number" "检验报告编号" |s| text(&s.head().report_number);
    FailedItems "failed_items" "不合格项目" |s| text(&s.head().failed_items.join("、"));
    CaseNumber "case_number" "案号" |s| text(&s.head().number);
    Inspection "inspection" "检验类别" |s| Some(if s.round() == 0 { "抽查" } else { "复查" }.to_owned());
    Municipal "municipal" "市局" |_| Some(MUNICIPAL.to_owned());
    Bureau "bureau" "承办区县局" |s| bureau_in_full(s.handling_bureau());
    Place "place" "生产地" |s| Some(bureau::by_code(&s.head().enterprise.production_district)?.place.to_owned());
    RegistrationBureau "registration_bureau" "注册地区县局" |s| bureau_in_full(&s.head().enterprise.registration_district);
    On "on" "落款日期" |s| Some(date(s.on()));

    // What happened.
    ResultServedOn "result_served_on" "检验结果送达日期" |s| Some(date(s.result_served()?.on));
    Method "method" "送达方式" |s| detail(s.event()?, "method");
    Recipient "recipient" "收件人" |s| detail(s.event()?, "recipient");
    ServedOn "served_on" "送达日期" |s| Some(date(s.event()?.on));
    ObjectionOn "objection_on" "提出异议日期" |s| Some(date(s.first(&K::ObjectionFiled)?.on));
    ObjectionReceivedOn "objection_received_on" "收到异议日期" |s| received(s.first(&K::ObjectionFiled)?).map(date);
    RejectionReason "rejection_reason" "不予受理的理由" |s| detail(s.first(&K::ObjectionRejected)?, "reason");
    RetestBody "retest_body" "复检机构" |s| detail(s.first(&K::RetestOrdered)?, "body");
    RetestItems "retest_items" "复检项目" |s| detail(s.first(&K::RetestOrdered)?, "items");
    RetestDue "retest_due" "复检完成时限" |s| s.first(&K::RetestOrdered)?.due.map(date);
    SampleFit "sample_fit" "样品是否符合复检条件" |s| detail(s.first(&K::RetestSampleConfirmed)?, "fit");
    DecisionGround "decision_ground" "决定所依的复检或调查核实" |s| decision_ground(s);
    Decision "decision" "异议处理结果" |s| Some(s.first(&K::ObjectionDecided)?.outcome?.word().to_owned());
    Requirements "requirements" "整改要求" |s| detail(s.only(&K::RectificationOrdered)?, "requirements");
    VerifiedOn "verified_on" "整改核查日期" |s| Some(date(s.verified()?.on));
    Verified "verified" "整改核查结果" |s| Some(s.verified()?.outcome?.word().to_owned());
    Officers "officers" "核查人员及执法证号" |s| officers(&s.visit()?);
    Present "present" "企业在场人员" |s| present(&s.visit()?);
    CommissionGround "commission_ground" "委托复查的缘由" |s| commission_ground(s);
    CommissionBody "commission_body" "复查检验机构" |s| detail(s.first(&K::ReinspectionCommissioned)?, "body");
    CommissionProduct "commission_product" "复查产品" |s| detail(s.first(&K::ReinspectionCommissioned)?, "product");
    CommissionDue "commission_due" "复查完成时限" |s| s.first(&K::ReinspectionCommissioned)?.due.map(date);
    Result "result" "处理结果" |s| result(s);
    ClosedReason "closed_reason" "结案理由" |s| detail(s.only(&K::Closed)?, "reason");

    // What a person says.
    OfficeAddress "office_address" "本局地址" BY_HAND;
    OfficeContact "office_contact" "本局联系人及电话" BY_HAND;
    SampleHandling "sample_handling" "样品的退还或处理" BY_HAND;
    SampleCollection "sample_collection" "领取地点和时间" BY_HAND;
    ServedAt "served_at" "送达地点" BY_HAND;
    RefusedFor "refused_for" "拒收的理由" |s| Some(detail(s.event()?, "refused_for").unwrap_or_else(|| "无".to_owned()));
    SampleSeal "sample_seal" "封条和封样状况" BY_HAND;
    SampleState "sample_state" "样品外观和数量" BY_HAND;
    SamplePlace "sample_place" "核对地点" BY_HAND;
    Sampler "sampler" "抽样人员" BY_HAND;
    Handler "handler" "企业抽样经手人" BY_HAND;
    SamplingDay "sampling_day" "抽样时间和地点" BY_HAND;
}

impl Fact {
    /// The fact of this name.
    pub fn of(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|fact| fact.name() == name)
    }
}

/// 市局 in full.
pub(crate) const MUNICIPAL: &str = "北京市质量技术监督局";

/// A bureau as it signs; `None` for a code that no bureau has.
pub(crate) fn bureau_in_full(code: &str) -> Option<String> {
    let bureau = bureau::by_code(code)?;
    Some(if bureau.is_district() {
        format!("北京市{}质量技术监督局", bureau.place)
    } else {
        format!("{MUNICIPAL}{}", bureau.name.replace('局', "分局"))
    })
}

fn text(text: &str) -> Option<String> {
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

/// The day on which the bureau's clock starts; not known of what was filed elsewhere.
fn received(event: &Event) -> Option<Day> {
    let own = event.filed_with != Some(FiledWith::National);
    event.received_on.or(own.then_some(event.on))
}

/// The value of a field as a person reads it.
fn detail(event: &Event, name: &str) -> Option<String> {
    match event.details.get(name)? {
        Value::String(value) => text(words::value(&event.kind, name, value)),
        Value::Bool(yes) => Some(if *yes { "是" } else { "否" }.to_owned()),
        Value::Array(items) => {
            let items: Vec<&str> = items.iter().filter_map(Value::as_str).collect();
            text(&items.join("、"))
        }
        _ => None,
    }
}

fn decision_ground(scene: &Scene<'_>) -> Option<String> {
    let retest = scene.first(&K::RetestReported);
    let retested = retest.and_then(|event| {
        let verdict = event.verdict?.word();
        Some(format!("复检，{}报送的结论为{verdict}", date(event.on)))
    });
    let investigated = || {
        let event = scene.first(&K::InvestigationConcluded)?;
        Some(format!("调查核实，于{}结束", date(event.on)))
    };
    retested.or_else(investigated)
}

fn commission_ground(scene: &Scene<'_>) -> Option<String> {
    let commission = scene.first(&K::ReinspectionCommissioned)?;
    if commission.details.get("compelled") == Some(&Value::Bool(true)) {
        return Some("整改期满，无正当理由未申请复查".to_owned());
    }
    match commission.round() {
        2 => return Some("公告之后须再次复查".to_owned()),
        3 => return Some("停业整顿期满须再次复查".to_owned()),
        _ => {}
    }
    let verified = scene.verified()?;
    (verified.outcome == Some(Outcome::Ready)).then(|| {
        format!(
            "企业已整改并申请复查，经{}核查{}",
            date(verified.on),
            Outcome::Ready.word()
        )
    })
}

fn officers(visit: &Visit) -> Option<String> {
    let named = visit.officers.iter().filter(|it| !it.name.is_empty());
    let each = named.map(|it| format!("{}（{}）", it.name, it.certificate));
    text(&each.collect::<Vec<_>>().join("、"))
}

fn present(visit: &Visit) -> Option<String> {
    let present = &visit.present;
    text(&match present.post.as_str() {
        "" => present.name.clone(),
        post => format!("{}（{post}）", present.name),
    })
}

/// How the case stands in the end.
fn result(scene: &Scene<'_>) -> Option<String> {
    if scene.overturned() {
        return Some("原检验结果已改变".to_owned());
    }
    if let Some(passed) = scene.passed() {
        return Some(format!("{}复查合格", date(passed)));
    }
    if let Some(cessation) = scene.cessation() {
        let outcome = cessation.outcome?.word();
        return Some(format!("经{}核查，企业{outcome}", date(cessation.on)));
    }
    let report = scene.last_reinspection()?;
    Some(format!("{}复查{}", date(report.on), report.verdict?.word()))
}
