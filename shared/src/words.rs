//! What things are called: the words of the regulation, in Chinese, for pages, documents and
//! the command line alike.

use crate::{
    Day, Event, EventKind, Role,
    assess::{Category8, NationalRule, Notice, Restriction, Status},
    attachment::Place,
    case::{Source, Trait},
    event::{FiledWith, Outcome, Verdict},
    field::{Entry, fields},
    permission::Refusal,
    rule::{Limit, Moot, Party, Track},
};

/// Anything that has one name, known beforehand.
///
/// ```
/// use shared::{Role, rule::Party, words::Word};
/// let words: [&dyn Word; 2] = [&Party::Enterprise, &Role::Administrator];
/// assert_eq!(words.map(Word::word), ["企业", "管理员"]);
/// ```
pub trait Word {
    /// What it is called.
    fn word(&self) -> &'static str;
}

macro_rules! words {
    ($($type:ty { $($pattern:pat => $word:literal,)* })*) => {
        $(impl Word for $type {
            fn word(&self) -> &'static str {
                #[allow(clippy::enum_glob_use)]
                use $type::*;
                match self { $($pattern => $word,)* }
            }
        })*
    };
}

words! {
    Party {
        Municipal => "市局",
        District => "区县局",
        InspectionBody => "检验机构",
        Enterprise => "企业",
    }
    Role {
        Administrator => "管理员",
        Municipal => "市局",
        District => "区县局",
        InspectionBody => "检验机构",
    }
    Track {
        Service => "送达",
        Objection => "异议",
        Rectification => "整改复查",
        Enforcement => "处罚与强制",
        Announcement => "公告",
    }
    Status {
        Overdue => "逾期",
        Open => "进行中",
        Late => "逾期办结",
        Met => "已办",
        Lapsed => "未行使",
        Waived => "无须办理",
    }
    Restriction {
        NoProductionOrSaleOfNonconforming => "不得生产、销售该批不合格产品",
        NoProductionOrSaleOfSameModel => "不得生产、销售同型号产品",
        BusinessSuspended => "停业整顿",
    }
    Notice {
        FutureEvent => "有晚于核算日的记录，未计入",
        OutOfScopeProduct => "该类产品不适用本规定",
        BeforeEffectiveDate => "收到材料早于规定施行之日",
        LateObjection => "异议逾期提出",
        LateObjectionAccepted => "逾期异议已受理",
        ReceiptDayMissing => "向总局提出的异议未登记市局收到日期",
        ExtensionRequestedLate => "延期申请迟于整改期满 5 日前",
        ExtensionTooLong => "延期超过 30 日",
        ExtendedTwice => "延期超过一次",
        RectifiedLate => "整改报告和复查申请逾期提交",
        Category4Doubtful => "是否属于第 4 类情形条文未明，须人裁定",
    }
    Category8 {
        Applies => "连续两次监督抽查不合格",
        DoesNotApply => "上次监督抽查无不合格，或无上次抽查",
        NotDeterminableHere => "本机无该企业同类产品的抽查历史，无法判断",
    }
    NationalRule {
        EarlierNotComputed => "2011 年 2 月 1 日以前的国家规定未计算",
        Order133 => "产品质量监督抽查管理办法（总局令第 133 号）",
        Order18NotComputed => "产品质量监督抽查管理暂行办法（市场监管总局令第 18 号）未计算",
    }
    Moot {
        ResultOverturned => "原检验结果已改变",
        ReinspectionOverturned => "复查结果已改变",
        CessationStands => "企业已停产、转产或不再生产该型号",
        ExcuseAccepted => "未申请复查有正当理由",
        AppliedLate => "企业已补交复查申请",
    }
    Verdict {
        Conforming => "合格",
        Nonconforming => "不合格",
    }
    Outcome {
        Ready => "具备复查条件",
        NotImplemented => "整改措施未落实",
        Ceased => "停产",
        Switched => "转产",
        Discontinued => "不再生产销售同一规格型号",
        Confirmed => "维持原结果",
        Overturned => "改变原结果",
    }
    FiledWith {
        Municipal => "市局",
        National => "国家质检总局",
    }
    Source {
        Municipal => "市级监督抽查",
        National => "国家监督抽查",
    }
    Refusal {
        OtherRole => "您的身份不能登记此事项",
        OtherOffice => "该案不由您的单位承办",
        UnknownType => "本机版本不认识此类记录，请先升级",
        NothingToRetract => "没有可撤销的记录",
        NotConforming => "复查未报合格，由区县局送达",
        OtherField => "此项不由您的单位填写",
        Forwarded => "材料已转交，不能再改",
        OnlyByForwarding => "承办单位只能通过转交材料改变",
        OnlyRefusedSampling => "区县局只能为拒绝抽查立案卷",
    }
}

/// What a product's trait is called; one of a later version by its name in the case file.
///
/// ```
/// use shared::{case::Trait, words::product_trait};
/// assert_eq!(product_trait(&Trait::ChildrenToy), "儿童玩具");
/// ```
pub fn product_trait(product_trait: &Trait) -> &str {
    match product_trait {
        Trait::ChildrenToy => "儿童玩具",
        Trait::AgriculturalMachinery => "农业机械",
        Trait::CompulsoryCertification => "强制性认证",
        Trait::ProductionLicence => "生产许可证",
        Trait::PublicSafety => "公共安全类",
        Trait::ConsumerGoods => "日用消费类",
        Trait::Unknown(name) => name,
    }
}

/// What a type of event is called; one of a later version by its name in the case file.
///
/// ```
/// use shared::{EventKind, words::event};
/// assert_eq!(event(&EventKind::ResultServed), "送达检验结果");
/// assert_eq!(event(&EventKind::from_name("beamed_up")), "beamed_up");
/// ```
pub fn event(kind: &EventKind) -> &str {
    kind.facts()
        .map_or_else(|| kind.name(), |facts| facts.title)
}

/// What takes a product out of the regulation's scope (article 27).
///
/// ```
/// use shared::words::excluded_class;
/// assert_eq!(excluded_class("food"), "食品");
/// ```
pub fn excluded_class(class: &str) -> &str {
    match class {
        "food" => "食品",
        "food_related" => "食品相关产品",
        "cosmetics" => "化妆品",
        "measuring_instrument" => "计量器具",
        other => other,
    }
}

/// What a value of an event's field is called; the value itself where it has no name.
///
/// ```
/// use shared::{EventKind, words::value};
/// assert_eq!(value(&EventKind::ObjectionRejected, "reason", "late"), "逾期提出");
/// ```
pub fn value<'v>(kind: &EventKind, field: &str, value: &'v str) -> &'v str {
    let named = fields(kind).iter().find(|known| known.name == field);
    match named.map(|field| field.entry) {
        Some(Entry::Choice(choices)) => choices
            .iter()
            .find(|(name, _)| *name == value)
            .map_or(value, |(_, title)| title),
        _ => value,
    }
}

/// Which inspection a round is.
///
/// ```
/// use shared::words::round;
/// assert_eq!([round(0), round(2)], ["监督抽查", "公告后复查"]);
/// ```
pub fn round(round: u8) -> String {
    match round {
        0 => "监督抽查".to_owned(),
        1 => "复查".to_owned(),
        2 => "公告后复查".to_owned(),
        3 => "整顿后复查".to_owned(),
        more => format!("第 {more} 次复查"),
    }
}

/// A place in degrees, to about a metre.
///
/// ```
/// use shared::{attachment::Place, words::place};
/// let sydney = Place { latitude_microdegrees: -33_868_800, longitude_microdegrees: 151_209_300 };
/// assert_eq!(place(sydney), "南纬\u{a0}33.86880°，东经\u{a0}151.20930°");
/// ```
pub fn place(place: Place) -> String {
    let axis = |sides: [&str; 2], microdegrees: i32| {
        let side = sides[usize::from(microdegrees < 0)];
        let degrees = microdegrees.unsigned_abs();
        format!(
            "{side}\u{a0}{}.{:05}°",
            degrees / 1_000_000,
            degrees % 1_000_000 / 10
        )
    };
    format!(
        "{}，{}",
        axis(["北纬", "南纬"], place.latitude_microdegrees),
        axis(["东经", "西经"], place.longitude_microdegrees)
    )
}

/// What happened, in a few words: 报送复查结果：不合格. The round is said where the event's name leaves
/// it open.
///
/// ```
/// use shared::{Event, EventKind, event::Verdict, words::told};
/// let reported = Event::new("e1", EventKind::ReinspectionReported, "2013-05-20".parse()?);
/// let reported = Event { verdict: Some(Verdict::Nonconforming), ..reported };
/// assert_eq!(told(&reported), "报送复查结果：不合格");
/// let again = Event { written_round: Some(2), ..reported };
/// assert_eq!(told(&again), "报送复查结果（公告后复查）：不合格");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn told(event: &Event) -> String {
    let kind = self::event(&event.kind);
    let default = event.kind.facts().and_then(|facts| facts.default_round);
    let round = match default {
        Some(default) if default != event.round() => format!("（{}）", round(event.round())),
        _ => String::new(),
    };
    let finding = match (event.verdict, event.outcome) {
        (Some(verdict), _) => verdict.word(),
        (None, Some(outcome)) => outcome.word(),
        (None, None) => return format!("{kind}{round}"),
    };
    format!("{kind}{round}：{finding}")
}

/// An article, such as 第二十一条.
///
/// ```
/// use shared::words::article;
/// assert_eq!([article(6), article(10), article(21)], ["第六条", "第十条", "第二十一条"]);
/// ```
pub fn article(number: u8) -> String {
    const DIGITS: [&str; 10] = ["", "一", "二", "三", "四", "五", "六", "七", "八", "九"];
    let ones = DIGITS[usize::from(number % 10)];
    let tens = match number / 10 % 10 {
        0 => String::new(),
        1 => "十".to_owned(),
        many => format!("{}十", DIGITS[usize::from(many)]),
    };
    format!("第{tens}{ones}条")
}

/// How long there is, such as 5 个工作日; 未定期限 where the text sets no number.
///
/// ```
/// use shared::{rule::Limit, words::limit};
/// assert_eq!(limit(Limit::WorkingDays(5)), "5 个工作日");
/// assert_eq!(limit(Limit::None), "未定期限");
/// ```
pub fn limit(limit: Limit) -> String {
    match limit {
        Limit::None => "未定期限".to_owned(),
        Limit::WorkingDays(days) => format!("{days} 个工作日"),
        Limit::CalendarDays(days) | Limit::CalendarDaysUnmoved(days) => format!("{days} 日"),
        Limit::FromEndOf {
            calendar_days,
            offset_days,
        } => {
            let side = if offset_days < 0 { "前" } else { "后" };
            format!(
                "{calendar_days} 日期满{side} {} 日",
                offset_days.unsigned_abs()
            )
        }
        Limit::Document => "文书指定之日".to_owned(),
    }
}

/// The day in the year: 2 月 7 日.
///
/// ```
/// use shared::words::month_and_day;
/// assert_eq!(month_and_day("2013-02-07".parse()?), "2 月 7 日");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn month_and_day(day: Day) -> String {
    let (_, month, day) = day.ymd();
    format!("{month} 月 {day} 日")
}

/// The day, with its year where that is another than `beside`'s: 2014 年 1 月 3 日.
///
/// ```
/// use shared::words::day_beside;
/// assert_eq!(day_beside("2014-01-03".parse()?, "2013-12-30".parse()?), "2014 年 1 月 3 日");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn day_beside(day: Day, beside: Day) -> String {
    let (year, ..) = day.ymd();
    if year == beside.year() {
        month_and_day(day)
    } else {
        format!("{year} 年 {}", month_and_day(day))
    }
}

/// The day of the week: 周四.
///
/// ```
/// use shared::words::weekday;
/// assert_eq!(weekday("2013-02-07".parse()?), "周四");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn weekday(day: Day) -> &'static str {
    const WEEKDAYS: [&str; 7] = ["周一", "周二", "周三", "周四", "周五", "周六", "周日"];
    WEEKDAYS[usize::try_from(day.weekday_from_monday()).unwrap_or(0)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn articles_are_counted_as_the_law_counts_them() {
        for (number, expected) in [
            (1, "第一条"),
            (11, "第十一条"),
            (20, "第二十条"),
            (29, "第二十九条"),
        ] {
            assert_eq!(article(number), expected);
        }
    }

    #[test]
    fn every_choice_that_rules_read_has_one_word() {
        // The form's choices and the rules' values are named in two places: they agree.
        let outcomes = [
            Outcome::Ready,
            Outcome::NotImplemented,
            Outcome::Ceased,
            Outcome::Switched,
            Outcome::Discontinued,
            Outcome::Confirmed,
            Outcome::Overturned,
        ];
        for outcome in outcomes {
            let name = serde_json::to_value(outcome).unwrap();
            let name = name.as_str().unwrap();
            let kinds = [
                EventKind::RectificationVerified,
                EventKind::ObjectionDecided,
            ];
            let words: Vec<_> = kinds
                .iter()
                .map(|kind| value(kind, "outcome", name))
                .collect();
            assert!(words.contains(&outcome.word()), "{name}: {words:?}");
        }
        assert_eq!(
            value(&EventKind::ReportSubmitted, "verdict", "conforming"),
            "合格"
        );
        assert_eq!(
            value(&EventKind::ObjectionFiled, "filed_with", "national"),
            FiledWith::National.word()
        );
    }
}
