//! A document, filled from a case.

use std::collections::BTreeMap;

use super::{
    Block, Document, Fact, Kind, Line, Part,
    fact::{MUNICIPAL, bureau_in_full},
    kind::Clause,
    template::{fill, value},
};
use crate::{
    CaseFile, CaseHead, Day, Event, EventKind as K, Role,
    assess::Assessment,
    facts::Facts,
    rule::Rule,
    visit::{QUESTIONS, Step, Visit},
    words,
};

/// What a document is drawn from. An event that its issue would record is in the case and in the
/// assessment already.
#[derive(Clone, Copy, Debug)]
pub struct Setting<'a> {
    /// The case.
    pub case: &'a CaseFile,
    /// The case on the day.
    pub assessment: &'a Assessment,
    /// The inspection that the document is about.
    pub round: u8,
    /// The day that stands under it.
    pub on: Day,
    /// Whose document it is.
    pub by: Role,
    /// What a person has said of facts that the case lacks, by the fact's name.
    pub said: &'a BTreeMap<String, String>,
    /// The documents that are served, as the proof of service names them.
    pub served: &'a [String],
    /// The event that a proof of service records, where it is not the result's service.
    pub event: Option<&'a K>,
}

/// The case as texts ask it.
pub(super) struct Scene<'a> {
    setting: Setting<'a>,
    facts: Facts<'a>,
    /// The document's event.
    event: Option<K>,
}

/// The document of this kind; without a number until it is issued. `None` where this version does
/// not know the edition that the case is bound to.
///
/// ```
/// use std::collections::BTreeMap;
/// use shared::{CaseFile, CaseHead, Role, assess::assess, calendar::WorkCalendar, history::History};
/// use shared::document::{Kind, Setting, draft};
/// let mut case = CaseFile::new(CaseHead {
///     regulation: "beijing-2013".into(),
///     handling_bureau: "110105".into(),
///     ..Default::default()
/// });
/// case.case.enterprise.name = "北京示例家具有限公司".into();
/// let day = "2013-03-04".parse()?;
/// let setting = Setting {
///     case: &case,
///     assessment: &assess(&case, &History::default(), WorkCalendar::official(), day),
///     round: 0,
///     on: day,
///     by: Role::District,
///     said: &BTreeMap::new(),
///     served: &[],
///     event: None,
/// };
/// let order = Kind::of("rectification_order").ok_or("the order")?;
/// let order = draft(order, &setting).ok_or("the edition")?;
/// assert_eq!(order.office, "北京市朝阳区质量技术监督局");
/// assert_eq!(order.blanks()[0], "产品名称", "what the case lacks stays a blank");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn draft(kind: &Kind, setting: &Setting<'_>) -> Option<Document> {
    let edition = setting.assessment.edition?;
    let scene = Scene {
        setting: *setting,
        facts: Facts::new(setting.case, setting.assessment.as_of.max(setting.on)),
        event: setting.event.cloned().or_else(|| kind.event(setting.round)),
    };
    let line = |text: &str| fill(text, &scene);
    let mut blocks = Vec::new();
    if let Some(to) = kind.to {
        blocks.push(Block::Addressee(line(to)));
    }
    for clause in kind.text {
        blocks.push(match *clause {
            Clause::Say(text) => Block::Paragraph(line(text)),
            Clause::Facts(facts) => {
                let row = |fact: &Fact| {
                    let part = value(scene.value(*fact), fact.title());
                    (fact.title().to_owned(), vec![part])
                };
                Block::Facts(facts.iter().map(row).collect())
            }
            Clause::Rows(rows) => {
                let row = |(name, text): &(&str, &str)| ((*name).to_owned(), line(text));
                Block::Facts(rows.iter().map(row).collect())
            }
            Clause::Limits(limits) => Block::Limits(limits.iter().map(|text| line(text)).collect()),
            Clause::Follows => Block::Limits(scene.follows()),
            Clause::Course => Block::Facts(scene.course()),
            Clause::Visit => Block::Facts(scene.found()),
            Clause::Served => Block::Facts(scene.served()),
            Clause::Fields(fields) => {
                Block::Fields(fields.iter().map(|&field| field.to_owned()).collect())
            }
        });
    }
    let articles: Vec<_> = kind.articles.iter().copied().map(words::article).collect();
    let basis = format!("依据：《{}》{}。", edition.title, articles.join("、"));
    let basis = Block::Paragraph(vec![Part::Text(basis)]);
    let office = scene.office();
    let place = match blocks.iter().position(|it| matches!(it, Block::Fields(_))) {
        Some(fields) => fields,
        None => blocks.len(),
    };
    let signature = Block::Signature {
        office: vec![value(office.clone(), Fact::Bureau.title())],
        on: fill("{on}", &scene),
    };
    blocks.splice(place..place, [basis, signature]);
    // A block without lines says nothing.
    blocks.retain(|block| !matches!(block, Block::Limits(lines) if lines.is_empty()));
    let title = line(kind.title);
    Some(Document {
        kind: kind.name.to_owned(),
        office: office.unwrap_or_default(),
        title: super::text_of(&title),
        number: String::new(),
        blocks,
    })
}

/// A day as a document writes it: 2013年3月4日.
pub(super) fn date(day: Day) -> String {
    let (year, month, day) = day.ymd();
    format!("{year}年{month}月{day}日")
}

impl<'a> Scene<'a> {
    pub(super) fn head(&self) -> &'a CaseHead {
        self.facts.head()
    }

    pub(super) const fn round(&self) -> u8 {
        self.setting.round
    }

    pub(super) const fn on(&self) -> Day {
        self.setting.on
    }

    pub(super) fn handling_bureau(&self) -> &'a str {
        self.facts.handling_bureau()
    }

    pub(super) fn of_enterprise(&self, name: &str) -> Option<String> {
        let value = self.head().enterprise.other.get(name)?.as_str()?.trim();
        (!value.is_empty()).then(|| value.to_owned())
    }

    /// A fact: what a person said of it, else what the case says.
    pub(super) fn value(&self, fact: Fact) -> Option<String> {
        let said = self.setting.said.get(fact.name());
        let said = said.map(|text| text.trim()).filter(|text| !text.is_empty());
        said.map(str::to_owned).or_else(|| fact.read(self))
    }

    /// The first event of this type and the document's round.
    pub(super) fn first(&self, kind: &K) -> Option<&'a Event> {
        let has_round = kind.facts().is_some_and(|it| it.default_round.is_some());
        let round = if has_round { self.round() } else { 0 };
        self.facts.first(kind, round).map(|at| at.event)
    }

    /// The first event of a type that has no rounds.
    pub(super) fn only(&self, kind: &K) -> Option<&'a Event> {
        self.facts.only(kind).map(|at| at.event)
    }

    /// The event by which the document's result was served.
    pub(super) fn result_served(&self) -> Option<&'a Event> {
        if self.round() == 0 {
            self.only(&K::ResultServed)
        } else {
            self.first(&K::ReinspectionResultServed)
        }
    }

    /// The document's own event; of one that may happen more than once the last.
    pub(super) fn event(&self) -> Option<&'a Event> {
        let kind = self.event.as_ref()?;
        if kind.facts().is_some_and(|it| it.many) {
            self.facts.last(kind).map(|at| at.event)
        } else {
            self.first(kind)
        }
    }

    pub(super) fn verified(&self) -> Option<&'a Event> {
        self.facts
            .last(&K::RectificationVerified)
            .map(|at| at.event)
    }

    pub(super) fn visit(&self) -> Option<Visit> {
        Visit::of_event(self.verified()?)
    }

    pub(super) fn overturned(&self) -> bool {
        self.facts.overturned(0).is_some()
    }

    pub(super) fn passed(&self) -> Option<Day> {
        Some(self.facts.passed()?.on())
    }

    pub(super) fn cessation(&self) -> Option<&'a Event> {
        Some(self.facts.cessation()?.event)
    }

    pub(super) fn last_reinspection(&self) -> Option<&'a Event> {
        Some(self.facts.reinspections().last()?.event)
    }

    pub(super) fn rule(&self, id: &str) -> Option<&'static Rule> {
        self.setting.assessment.edition?.rule(id)
    }

    /// The due day of a rule's row, of the document's round where the rule has rounds.
    pub(super) fn due(&self, id: &str) -> Option<Day> {
        let per_round = self.rule(id)?.per_round;
        let round = if per_round { self.round() } else { 0 };
        self.setting.assessment.row(id, round)?.due
    }

    fn office(&self) -> Option<String> {
        match self.setting.by {
            Role::District => bureau_in_full(self.handling_bureau()),
            _ => Some(MUNICIPAL.to_owned()),
        }
    }

    /// The limits that begin with the document's event, from the rows of the assessment.
    fn follows(&self) -> Vec<Line> {
        let Some(event) = self.event() else {
            return Vec::new();
        };
        let rows = self.setting.assessment.deadlines.iter();
        let begins = rows.filter(|row| {
            row.due.is_some()
                && row
                    .rests_on
                    .first()
                    .is_some_and(|&at| self.facts.at(at).is_some_and(|at| at.event.id == event.id))
        });
        begins
            .filter_map(|row| {
                let due = date(row.due?);
                let title = row.rule.title;
                let article = words::article(row.rule.article);
                let head = format!("{title}：自{}次日起算，", date(row.from));
                Some(vec![
                    Part::Text(head),
                    Part::Value(format!("{due}止")),
                    Part::Text(format!("（{article}）。")),
                ])
            })
            .collect()
    }

    /// What happened, by the day.
    fn course(&self) -> Vec<(String, Line)> {
        let mut events: Vec<&Event> = K::ALL
            .iter()
            .filter(|kind| !matches!(kind, K::Retracted))
            .flat_map(|kind| self.facts.all(kind))
            .map(|at| at.event)
            .collect();
        events.sort_by_key(|event| event.on);
        events
            .into_iter()
            .map(|event| (date(event.on), vec![Part::Value(words::told(event))]))
            .collect()
    }

    /// What a visit found, question by question.
    fn found(&self) -> Vec<(String, Line)> {
        let visit = self.visit();
        let steps = visit.as_ref().map(Visit::steps).unwrap_or_default();
        let asked = |step: Step| visit.is_none() || steps.contains(&step);
        QUESTIONS
            .iter()
            .filter(|question| asked(question.step))
            .map(|question| {
                let title = question.step.title();
                let found = visit.as_ref().and_then(|visit| {
                    let chosen = visit.chosen(question.step)?.title;
                    Some(match visit.remark(question.step) {
                        "" => chosen.to_owned(),
                        remark => format!("{chosen}。{remark}"),
                    })
                });
                (title.to_owned(), vec![value(found, title)])
            })
            .collect()
    }

    /// The documents that a proof of service names.
    fn served(&self) -> Vec<(String, Line)> {
        const NAME: &str = "送达文书";
        if self.setting.served.is_empty() {
            return vec![(NAME.to_owned(), vec![value(None, "送达的文书和文号")])];
        }
        let served = self.setting.served.iter();
        served
            .map(|name| (NAME.to_owned(), vec![Part::Value(name.clone())]))
            .collect()
    }
}
