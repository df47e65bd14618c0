//! What a category, restriction or notice rests on: its clause and its events.

use serde::Serialize;

use crate::{
    CaseFile, Event, EventKind,
    assess::{Finding, InForce, Notice, Raised},
    edition::Edition,
    event::Outcome,
    words::{self, Word},
};

/// A statement about a case, where it stands in the law, and what shows it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Basis {
    /// The statement.
    pub title: String,
    /// Where it stands, such as 第二十四条（三）4.
    pub clause: String,
    /// The ids of the events that it rests on.
    pub events: Vec<String>,
    /// The same in a sentence.
    pub sentence: String,
    /// What in it a person decided.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub judged: Option<&'static str>,
}

/// What an announcement category rests on. A finding is a proposal: only an approved
/// announcement publishes it (article 22).
///
/// ```
/// # use shared::{CaseFile, CaseHead, Event, EventKind, assess::assess, calendar::WorkCalendar, history::History};
/// # let mut case = CaseFile::new(CaseHead { regulation: "beijing-2013".into(), handling_bureau: "110105".into(), ..Default::default() });
/// # case.events.push(Event::new("e1", EventKind::MaterialsReceived, "2013-02-07".parse()?));
/// # let calendar = WorkCalendar::official();
/// # let found = assess(&case, &History::default(), calendar, "2013-02-18".parse()?);
/// # case.events.push(Event::new("e2", EventKind::SamplingRefused, "2013-02-07".parse()?));
/// # let found = assess(&case, &History::default(), calendar, found.as_of);
/// use shared::explain::{Basis, of_finding};
/// let edition = found.edition.ok_or("known")?;
/// let basis: Basis = of_finding(&found.findings[0], &case, edition);
/// assert_eq!((&*basis.clause, &*basis.events), ("第二十四条（三）1", &["e2".to_owned()][..]));
/// assert!(basis.judged.is_some(), "that it was without a proper reason, a person said");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn of_finding(finding: &Finding, case: &CaseFile, edition: &Edition) -> Basis {
    let category = edition.category(finding.category);
    let found = Some(Outcome::NotImplemented);
    let judged = match finding.category {
        1 => Some("拒绝抽查没有正当理由，由登记人认定"),
        3 => Some("拒绝整改没有正当理由，由登记人认定"),
        5 if any(&finding.events, case, |event| event.outcome == found) => {
            Some("整改措施没有落实，由核查人认定")
        }
        _ => None,
    };
    let preceding = finding.preceding.map(|period| {
        let number = match period.number {
            1 => String::new(),
            more => format!("第 {more} 次"),
        };
        format!(
            "上次抽查（{} 年第 {} 季度{number}）不合格",
            period.year, period.quarter
        )
    });
    basis(
        category.map_or("", |category| category.title),
        category.map_or("", |category| category.clause).to_owned(),
        &finding.events,
        preceding,
        judged,
        case,
    )
}

/// What a restriction in force rests on.
///
/// ```
/// # use shared::{CaseFile, CaseHead, Event, EventKind, assess::assess, calendar::WorkCalendar, history::History};
/// # let mut case = CaseFile::new(CaseHead { regulation: "beijing-2013".into(), handling_bureau: "110105".into(), ..Default::default() });
/// # case.events.push(Event::new("e1", EventKind::MaterialsReceived, "2013-02-07".parse()?));
/// # let calendar = WorkCalendar::official();
/// # let found = assess(&case, &History::default(), calendar, "2013-02-18".parse()?);
/// # case.events.push(Event::new("e2", EventKind::ResultServed, "2013-02-08".parse()?));
/// # let found = assess(&case, &History::default(), calendar, found.as_of);
/// use shared::explain::of_restriction;
/// let edition = found.edition.ok_or("known")?;
/// let basis = of_restriction(&found.restrictions[0], &case, edition);
/// assert_eq!((&*basis.clause, &*basis.events), ("第十五条", &["e2".to_owned()][..]));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn of_restriction(in_force: &InForce, case: &CaseFile, edition: &Edition) -> Basis {
    let article = edition
        .restrictions
        .iter()
        .find(|(restriction, _)| *restriction == in_force.restriction)
        .map_or_else(String::new, |(_, article)| words::article(*article));
    basis(
        in_force.restriction.word(),
        article,
        &[in_force.event],
        None,
        None,
        case,
    )
}

/// What a notice rests on. A case of an unknown edition has none but that on future events.
///
/// ```
/// # use shared::{CaseFile, CaseHead, Event, EventKind, assess::assess, calendar::WorkCalendar, history::History};
/// # let mut case = CaseFile::new(CaseHead { regulation: "beijing-2013".into(), handling_bureau: "110105".into(), ..Default::default() });
/// # case.events.push(Event::new("e1", EventKind::MaterialsReceived, "2013-02-07".parse()?));
/// # let calendar = WorkCalendar::official();
/// # let found = assess(&case, &History::default(), calendar, "2013-02-18".parse()?);
/// # case.events[0].on = "2012-12-28".parse()?;
/// # let found = assess(&case, &History::default(), calendar, found.as_of);
/// use shared::explain::of_notice;
/// let basis = of_notice(&found.notices[0], &case, found.edition);
/// assert_eq!((&*basis.clause, &*basis.events), ("第二十九条", &["e1".to_owned()][..]));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn of_notice(raised: &Raised, case: &CaseFile, edition: Option<&Edition>) -> Basis {
    let clause = edition
        .and_then(|edition| edition.notices.iter().find(|(it, _)| *it == raised.notice))
        .map_or("", |(_, clause)| clause);
    let excused = |event: &Event| event.kind == EventKind::ExcuseAccepted;
    let judged = match raised.notice {
        Notice::Category4Doubtful if any(&raised.events, case, excused) => {
            Some("未申请复查有正当理由，由区县局认定")
        }
        _ => None,
    };
    let class = case.case.product.excluded_class.as_deref();
    let class = class
        .filter(|_| raised.notice == Notice::OutOfScopeProduct)
        .map(|class| words::excluded_class(class).to_owned());
    basis(
        raised.notice.word(),
        clause.to_owned(),
        &raised.events,
        class,
        judged,
        case,
    )
}

/// Whether one of the events at these positions is such a one.
fn any(positions: &[usize], case: &CaseFile, is: impl Fn(&Event) -> bool) -> bool {
    let mut events = positions.iter().filter_map(|at| case.events.get(*at));
    events.any(is)
}

fn basis(
    title: &str,
    clause: String,
    events: &[usize],
    also: Option<String>,
    judged: Option<&'static str>,
    case: &CaseFile,
) -> Basis {
    let events: Vec<_> = events
        .iter()
        .filter_map(|position| case.events.get(*position))
        .collect();
    let mut because: Vec<String> = events
        .iter()
        .map(|event| format!("{} {}", event.on, words::told(event)))
        .collect();
    because.extend(also);
    let because = because.join("，");
    let sentence = match (because.as_str(), clause.as_str()) {
        ("", "") => format!("{title}。"),
        ("", clause) => format!("{title}。依据{clause}。"),
        (because, "") => format!("{title}：{because}。"),
        (because, clause) => format!("{title}：{because}。依据{clause}。"),
    };
    Basis {
        title: title.to_owned(),
        clause,
        events: events.iter().map(|event| event.id.clone()).collect(),
        sentence,
        judged,
    }
}
