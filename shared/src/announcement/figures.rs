//! The figures of a quarter: batches, visits, enterprises, kinds, and the annex.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde::{Deserialize, Serialize};

use super::Quarter;
use crate::{
    CaseFile, Day, EventKind,
    assess::{Finding, assess},
    calendar::WorkCalendar,
    event::Verdict,
    facts::Facts,
    history::{History, organisation},
    id::normalised,
    import::{undated, value},
};

/// What a quarter's spot checks found, on a day.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize)]
pub struct Figures {
    /// Batches checked: cases with a result, conforming ones too. A sampling that was refused
    /// checked no batch; a product that the regulation does not apply to (article 27) is not counted.
    pub batches: usize,
    /// 家次: enterprises, each counted once for every day on which it was sampled.
    pub visits: usize,
    /// 家: enterprises, each counted once.
    pub enterprises: usize,
    /// The kinds that were checked, in the order of the ledger; their batches add up to `batches`.
    pub kinds: Vec<KindFigures>,
    /// Who is listed: one row for each enterprise and product that is not put right.
    pub annex: Vec<Listed>,
    /// Failing batches that were put right: a reinspection found them conforming, or the decision
    /// on an objection did.
    #[serde(skip)]
    pub put_right: usize,
    /// The cases that are counted or listed, by position, in the order of the case numbers.
    #[serde(skip)]
    pub cases: Vec<usize>,
}

/// What was found of one kind of product.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct KindFigures {
    /// The kind; the product's name where the case names none.
    pub kind: String,
    /// Batches checked.
    pub batches: usize,
    /// Batches whose nonconforming result stands.
    pub failing: usize,
    /// The items that those failed, each said once, the most frequent first.
    pub failed_items: Vec<String>,
}

/// A row of the annex.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize)]
pub struct Listed {
    /// The enterprise.
    pub enterprise: String,
    /// The product.
    pub product: String,
    /// Its brand.
    #[serde(skip)]
    pub brand: String,
    /// Model and specification.
    pub model: String,
    /// Day of production or batch number.
    pub batch: String,
    /// The items that failed.
    pub failed_items: Vec<String>,
    /// The numbers in article 24(3) that apply; none where it is listed by article 20 alone, for
    /// a failed reinspection that no number covers.
    pub categories: Vec<u8>,
    /// What it is listed for, with the events behind it.
    #[serde(skip)]
    pub reasons: Vec<Reason>,
}

/// What a row of the annex rests on.
///
/// ```
/// use shared::{announcement::Reason, assess::Finding};
/// let refused = Finding { category: 1, events: vec![0], preceding: None };
/// let reason = Reason { case: 3, findings: vec![refused], failed_reinspections: Vec::new() };
/// assert_eq!(reason.findings[0].category, 1, "article 24(3)1: sampling refused");
/// ```
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Reason {
    /// The case, by position among those that were given.
    pub case: usize,
    /// The findings under article 24(3).
    pub findings: Vec<Finding>,
    /// The failed reinspections (article 20), by position in the case's list; empty where a
    /// number of article 24(3) covers them.
    pub failed_reinspections: Vec<usize>,
}

impl Figures {
    /// Batches whose nonconforming result stands.
    pub fn failing(&self) -> usize {
        self.kinds.iter().map(|kind| kind.failing).sum()
    }
}

/// The figures of a quarter as the ledger has them on a day.
///
/// A case belongs to the quarter that its head names. Events after `as_of` and events that were
/// retracted do not count, and a batch whose result was overturned counts as conforming.
/// `history` is what category 8 looks at: that of the whole ledger.
///
/// ```
/// use shared::announcement::{Figures, KindFigures, Listed, Quarter, figures};
/// use shared::{calendar::WorkCalendar, history::History};
/// let case = serde_json::from_str(r#"{ "format": "aftercheck-case/1",
///   "case": { "regulation": "beijing-2013", "spot_check": { "year": 2013, "quarter": 1 },
///     "product": { "name": "电线", "kind": "电线电缆" }, "enterprise": { "name": "某厂" },
///     "failed_items": ["标志"] },
///   "events": [{ "id": "e1", "type": "report_submitted", "on": "2013-03-04", "verdict": "nonconforming" }] }"#)?;
/// let quarter: Quarter = "2013/1".parse()?;
/// let as_of = "2013-04-01".parse()?;
/// let found: Figures = figures(&[case], &History::default(), WorkCalendar::official(), quarter, as_of);
/// assert_eq!((found.batches, found.visits, found.failing()), (1, 1, 1));
/// let wires: &KindFigures = &found.kinds[0];
/// assert_eq!(wires.failed_items, ["标志"]);
/// let annex: &[Listed] = &found.annex;
/// assert!(annex.is_empty(), "nothing of article 24(3) has happened yet");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn figures<'a>(
    ledger: impl IntoIterator<Item = &'a CaseFile>,
    history: &History,
    calendar: &WorkCalendar,
    quarter: Quarter,
    as_of: Day,
) -> Figures {
    let cases = ledger
        .into_iter()
        .enumerate()
        .filter(|(_, file)| Quarter::of(&file.case.spot_check) == Some(quarter))
        .collect();
    figures_of(cases, history, calendar, as_of)
}

/// The figures of these cases, each with its position.
pub(crate) fn figures_of(
    mut cases: Vec<(usize, &CaseFile)>,
    history: &History,
    calendar: &WorkCalendar,
    as_of: Day,
) -> Figures {
    cases.sort_by_key(|(_, file)| order(file));
    let mut counting = Counting::of(cases.iter().map(|(_, file)| *file));
    for (position, file) in cases {
        let facts = Facts::new(file, as_of);
        if !facts.in_scope() {
            continue;
        }
        let checked = counting.check(file, &facts);
        let reason = may_be_listed(&facts)
            .then(|| reason(position, file, &facts, history, calendar))
            .flatten();
        if checked || reason.is_some() {
            counting.figures.cases.push(position);
        }
        if let Some(reason) = reason {
            counting.list(file, reason);
        }
    }
    counting.finish()
}

/// Cases by number; those without one last. A longer number is a later one.
fn order(file: &CaseFile) -> (bool, usize, &str, &str, &str) {
    let head = &file.case;
    (
        head.number.is_empty(),
        head.number.chars().count(),
        &head.number,
        &head.report_number,
        &head.enterprise.name,
    )
}

/// Only what is nonconforming, or never came to a result, can be listed.
fn may_be_listed(facts: &Facts<'_>) -> bool {
    facts.result_stands()
        || facts.only(&EventKind::SamplingRefused).is_some()
        || facts.only(&EventKind::SampleTampered).is_some()
}

/// Why the case is listed, if it is: a category of article 24(3), or a failed reinspection that
/// none covers (article 20); what was put right is not.
fn reason(
    case: usize,
    file: &CaseFile,
    facts: &Facts<'_>,
    history: &History,
    calendar: &WorkCalendar,
) -> Option<Reason> {
    if facts.passed().is_some() {
        return None;
    }
    let findings = assess(file, history, calendar, facts.as_of).findings;
    let covered = findings.iter().any(|finding| finding.category == 5);
    let failed_reinspections: Vec<usize> = facts
        .reinspections()
        .filter(|_| !covered && facts.result_stands())
        .filter(|report| {
            report.event.verdict == Some(Verdict::Nonconforming)
                && facts.overturned(report.event.round()).is_none()
        })
        .map(|report| report.position)
        .collect();
    (!findings.is_empty() || !failed_reinspections.is_empty()).then_some(Reason {
        case,
        findings,
        failed_reinspections,
    })
}

/// What is known of the result of a batch.
pub(crate) fn result(file: &CaseFile, facts: &Facts<'_>) -> Option<Verdict> {
    if facts.has_result() {
        return Some(if facts.result_stands() {
            Verdict::Nonconforming
        } else {
            Verdict::Conforming
        });
    }
    // A sheet told the result without the day on which it was submitted; to count needs no day.
    undated(file)
        .into_iter()
        .find(|fact| fact.event == EventKind::ReportSubmitted)?
        .verdict
}

/// The day on which the batch was sampled, or else the day nearest to it that is on record.
fn visited_on(file: &CaseFile, facts: &Facts<'_>) -> Option<Day> {
    let written = file.case.product.other.get("sampled_on");
    let sampled = written
        .and_then(serde_json::Value::as_str)
        .and_then(|text| value::day(text).ok());
    sampled.or_else(|| {
        let recorded = facts.earliest(
            &[
                EventKind::SampleTampered,
                EventKind::ReportSubmitted,
                EventKind::MaterialsReceived,
                EventKind::ResultServed,
            ],
            0,
        );
        recorded.map(|at| at.on())
    })
}

#[derive(Default)]
struct Counting {
    figures: Figures,
    /// The organisation code of enterprises by name, for cases that lack it.
    codes: HashMap<String, String>,
    visits: BTreeSet<(String, Option<Day>)>,
    /// By kind, where it stands among the kinds.
    kinds: HashMap<String, usize>,
    /// For each kind its failed items, and how they are written.
    items: Vec<BTreeMap<String, Item>>,
    /// By enterprise, product, brand, model and batch, where it stands in the annex.
    rows: HashMap<[String; 5], usize>,
}

/// A failed item: how many batches failed it, and how it was first written.
struct Item {
    batches: usize,
    first: usize,
    written: String,
}

impl Counting {
    fn of<'a>(cases: impl Iterator<Item = &'a CaseFile>) -> Self {
        let mut counting = Self::default();
        for file in cases {
            let enterprise = &file.case.enterprise;
            let code = organisation(&enterprise.credit_code);
            if !code.is_empty() {
                let name = normalised(&enterprise.name);
                counting.codes.entry(name).or_insert(code);
            }
        }
        counting
    }

    /// Who it is: the organisation code, or the name where no case of that name has a code.
    fn enterprise(&self, file: &CaseFile) -> String {
        let enterprise = &file.case.enterprise;
        let code = organisation(&enterprise.credit_code);
        if !code.is_empty() {
            return code;
        }
        let name = normalised(&enterprise.name);
        self.codes.get(&name).cloned().unwrap_or(name)
    }

    /// Counts the case's batch; says whether one was checked.
    fn check(&mut self, file: &CaseFile, facts: &Facts<'_>) -> bool {
        let Some(verdict) = result(file, facts) else {
            return false;
        };
        let head = &file.case;
        self.figures.batches += 1;
        self.visits
            .insert((self.enterprise(file), visited_on(file, facts)));
        let kind = match head.product.kind.trim() {
            "" => head.product.name.trim(),
            kind => kind,
        };
        let place = *self.kinds.entry(kind.to_owned()).or_insert_with(|| {
            self.items.push(BTreeMap::new());
            self.figures.kinds.push(KindFigures {
                kind: kind.to_owned(),
                ..KindFigures::default()
            });
            self.figures.kinds.len() - 1
        });
        self.figures.kinds[place].batches += 1;
        if verdict == Verdict::Nonconforming {
            self.figures.kinds[place].failing += 1;
            self.figures.put_right += usize::from(facts.passed().is_some());
            let items = &mut self.items[place];
            let mut said = BTreeSet::new();
            for written in head.failed_items.iter().map(|item| item.trim()) {
                let name = normalised(written);
                if name.is_empty() || !said.insert(name.clone()) {
                    continue;
                }
                let first = items.len();
                let item = items.entry(name).or_insert_with(|| Item {
                    batches: 0,
                    first,
                    written: written.to_owned(),
                });
                item.batches += 1;
            }
        }
        true
    }

    /// Puts a case into the annex; batches that agree in every column share a row.
    fn list(&mut self, file: &CaseFile, reason: Reason) {
        let head = &file.case;
        let key = [
            self.enterprise(file),
            normalised(&head.product.name),
            normalised(&head.product.brand),
            normalised(&head.product.model),
            normalised(&head.product.batch),
        ];
        let annex = &mut self.figures.annex;
        let place = *self.rows.entry(key).or_insert_with(|| {
            annex.push(Listed {
                enterprise: head.enterprise.name.clone(),
                product: head.product.name.clone(),
                brand: head.product.brand.clone(),
                model: head.product.model.clone(),
                batch: head.product.batch.clone(),
                ..Listed::default()
            });
            annex.len() - 1
        });
        let row = &mut annex[place];
        for item in head.failed_items.iter().map(|item| item.trim()) {
            let known = |known: &String| normalised(known) == normalised(item);
            if !item.is_empty() && !row.failed_items.iter().any(known) {
                row.failed_items.push(item.to_owned());
            }
        }
        let categories = reason.findings.iter().map(|finding| finding.category);
        row.categories.extend(categories);
        row.categories.sort_unstable();
        row.categories.dedup();
        row.reasons.push(reason);
    }

    fn finish(self) -> Figures {
        let mut figures = self.figures;
        figures.visits = self.visits.len();
        let enterprises: BTreeSet<&String> = self.visits.iter().map(|(who, _)| who).collect();
        figures.enterprises = enterprises.len();
        for (kind, items) in figures.kinds.iter_mut().zip(self.items) {
            let mut items: Vec<Item> = items.into_values().collect();
            items.sort_by_key(|item| (std::cmp::Reverse(item.batches), item.first));
            kind.failed_items = items.into_iter().map(|item| item.written).collect();
        }
        figures
    }
}
