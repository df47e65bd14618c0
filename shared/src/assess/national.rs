//! Limits of national law that run beside the regulation, where it says more.
//!
//! They are shown as further limits and never mixed with the rows of the regulation.

use super::{
    Deadline, NationalRule,
    rows::{Start, reckon, row},
};
use crate::{
    Day, EventKind as K,
    calendar::WorkCalendar,
    facts::Facts,
    order::sort_by_key,
    rule::{Done, Limit, Moot, Party, Rule, Track, Trigger},
};

/// 产品质量监督抽查管理办法, order 133 of the national bureau: in force from 2011-02-01 until
/// order 18 replaced it on 2020-01-01.
const ORDER_133_FROM: Day = Day::from_unix_days(15_006);
const ORDER_18_FROM: Day = Day::from_unix_days(18_262);
/// 行政强制法: in force from 2012-01-01.
const COMPULSION_LAW_FROM: Day = Day::from_unix_days(15_340);

const OVERTURNED: &[Moot] = &[Moot::ResultOverturned];

const FURTHER: Rule = Rule {
    track: Track::Rectification,
    ..Rule::DUTY
};

/// Article 42 of order 133: reinspection is organised within 15 days of the application.
static ORGANISE_REINSPECTION: Rule = Rule {
    id: "order133.art42.organise_reinspection",
    article: 42,
    title: "组织复查",
    step: "组织复查",
    from: "收到复查申请",
    due: "应组织复查",
    after: "收到申请后",
    trigger: Trigger::Received(&[K::ReinspectionApplied]),
    limit: Limit::CalendarDays(15),
    done: Done::Commissioned(1),
    moot: OVERTURNED,
    ..FURTHER
};

/// Article 40 of order 133: an extension is asked for 5 days before the limit ends.
static REQUEST_EXTENSION: Rule = Rule {
    id: "order133.art40.request_extension",
    article: 40,
    party: Party::Enterprise,
    title: "申请延期",
    step: "申请延期",
    from: "接到责令通知",
    due: "最迟申请",
    after: "责令送达后",
    is_right: true,
    trigger: Trigger::First(&[K::RectificationOrderServed]),
    limit: Limit::FromEndOf {
        calendar_days: 30,
        offset_days: -5,
    },
    done: Done::Any(&[K::ExtensionRequested]),
    moot: OVERTURNED,
    ..FURTHER
};

/// Article 40 of order 133: an extension is of at most 30 days.
static LONGEST_EXTENSION: Rule = Rule {
    id: "order133.art40.longest_extension",
    article: 40,
    title: "延期最长至",
    step: "延期",
    from: "接到责令通知",
    due: "延期最长至",
    after: "准予延期时",
    trigger: Trigger::First(&[K::RectificationOrderServed]),
    limit: Limit::FromEndOf {
        calendar_days: 30,
        offset_days: 30,
    },
    done: Done::Until(&[K::ExtensionGranted]),
    ..FURTHER
};

/// Article 25 of the Administrative Compulsion Law: a measure lasts at most 30 days.
static MEASURE: Rule = Rule {
    id: "compulsion.art25.measure",
    article: 25,
    track: Track::Enforcement,
    title: "解除封存扣押，或决定延长",
    step: "解除措施",
    from: "封存或扣押",
    due: "措施期满",
    after: "封存或扣押后",
    trigger: Trigger::Each(&[K::GoodsSealed, K::GoodsSeized]),
    limit: Limit::CalendarDaysUnmoved(30),
    done: Done::Since(&[K::MeasureLifted]),
    ..FURTHER
};

/// Article 25 of the Administrative Compulsion Law: it is extended once, by at most 30 days.
static EXTENDED_MEASURE: Rule = Rule {
    id: "compulsion.art25.extended_measure",
    title: "解除延长后的封存扣押",
    due: "延长期满",
    limit: Limit::CalendarDaysUnmoved(60),
    ..MEASURE
};

/// Every rule of national law that is computed, and the law that it is of.
pub static NATIONAL_RULES: [(&Rule, &str); 5] = [
    (&EXTENDED_MEASURE, COMPULSION_LAW),
    (&MEASURE, COMPULSION_LAW),
    (&LONGEST_EXTENSION, ORDER_133),
    (&REQUEST_EXTENSION, ORDER_133),
    (&ORGANISE_REINSPECTION, ORDER_133),
];
const COMPULSION_LAW: &str = "行政强制法";
const ORDER_133: &str = "产品质量监督抽查管理办法（总局令第133号）";

/// The law that a national rule is of; `None` for a rule of an edition.
///
/// ```
/// use shared::assess::{NATIONAL_RULES, law_of};
/// assert!(NATIONAL_RULES.iter().all(|(rule, law)| law_of(rule) == Some(*law)));
/// ```
pub fn law_of(rule: &Rule) -> Option<&'static str> {
    NATIONAL_RULES
        .iter()
        .find(|(national, _)| national.id == rule.id)
        .map(|(_, law)| *law)
}

/// The further limits, and which national rule on spot checks the case falls under.
pub(super) fn further(
    facts: &Facts<'_>,
    calendar: &WorkCalendar,
) -> (Vec<Deadline>, Option<NationalRule>) {
    let mut rows = Vec::new();
    let mut add = |rule: &'static Rule, start: Start<'_>| {
        let end = reckon(rule, start.trigger, start.from, calendar.of(rule.party));
        rows.push(row(rule, 0, start, end, facts));
    };
    let mut national_rule = None;
    let mut governs = |day: Day| {
        let rule = in_force_on(day);
        // Where triggers fall under different rules, the later one is said.
        national_rule = national_rule.max(Some(rule));
        rule == NationalRule::Order133
    };
    if let Some(served) = facts.only(&K::RectificationOrderServed)
        && governs(served.on())
    {
        add(&REQUEST_EXTENSION, Start::on(served));
        if facts.only(&K::ExtensionGranted).is_some() {
            add(&LONGEST_EXTENSION, Start::on(served));
        }
    }
    if let Some(applied) = facts.only(&K::ReinspectionApplied)
        && applied.received() <= facts.as_of
        && governs(applied.received())
    {
        let start = Start::on(applied).from(applied.received());
        add(&ORGANISE_REINSPECTION, start);
    }
    for kind in MEASURE.triggers() {
        for taken in facts.all(kind).filter(|at| at.on() >= COMPULSION_LAW_FROM) {
            add(&MEASURE, Start::on(taken));
            // The longer limit matters once the first has passed with the goods still held.
            let first_ends = taken.on() + 30;
            let held = !facts
                .all(&K::MeasureLifted)
                .any(|lifted| lifted.on() >= taken.on() && lifted.on() <= first_ends);
            if held && facts.as_of > first_ends {
                add(&EXTENDED_MEASURE, Start::on(taken));
            }
        }
    }
    sort_by_key(&mut rows, |row| (row.rule.id, row.from, row.rests_on[0]));
    // Nothing triggered yet: the rule that what comes next would fall under.
    (rows, national_rule.or(facts.latest.map(in_force_on)))
}

/// The national rule on spot checks that was in force on a day.
fn in_force_on(day: Day) -> NationalRule {
    if day >= ORDER_18_FROM {
        NationalRule::Order18NotComputed
    } else if day >= ORDER_133_FROM {
        NationalRule::Order133
    } else {
        NationalRule::EarlierNotComputed
    }
}
