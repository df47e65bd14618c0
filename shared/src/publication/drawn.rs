//! What a draft takes from the ledger, and the text that it can write from that alone.

use std::collections::BTreeSet;

use super::{Basis, Drawn, Row};
use crate::{
    CaseFile, Day,
    announcement::{Draft, Figures, Listed, Quarter, drafted, figures_of},
    bureau,
    calendar::WorkCalendar,
    case::{Product, Trait},
    history::History,
    id::CaseId,
};

/// Which cases an announcement is about.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Chosen {
    /// Those of a quarter's spot checks: a periodic one.
    Quarter(Quarter),
    /// These: one that cannot wait (article 25).
    Cases(BTreeSet<CaseId>),
}

/// Figures and annex, as the ledger has them.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Draw {
    /// The figures.
    pub drawn: Drawn,
    /// The annex.
    pub rows: Vec<Row>,
}

/// Takes figures and annex from the ledger as of a day: the same computation as the draft's
/// [`figures`](crate::announcement::figures).
///
/// ```
/// use shared::{CaseFile, calendar::WorkCalendar, history::History, id::CaseId};
/// use shared::publication::{Chosen, Draw, draw, generated};
/// let case: CaseFile = serde_json::from_str(r#"{ "format": "aftercheck-case/1",
///   "case": { "regulation": "beijing-2013", "spot_check": { "year": 2013, "quarter": 1 },
///     "product": { "name": "电热毯", "kind": "电热毯", "traits": ["consumer_goods"] },
///     "enterprise": { "name": "某厂" }, "handling_bureau": "110105", "failed_items": ["标志"] },
///   "events": [{ "id": "e1", "type": "sampling_refused", "on": "2013-03-04" }] }"#)?;
/// let id = CaseId::from_random([7; 16]);
/// let quarter = Chosen::Quarter("2013/1".parse()?);
/// let as_of = "2013-04-01".parse()?;
/// let calendar = WorkCalendar::official();
/// let found: Draw = draw([(&id, &case)], &History::default(), calendar, &quarter, as_of);
/// assert_eq!(found.rows[0].clauses(), "第二十四条（三）1");
/// assert_eq!((&*found.rows[0].basis[0].bureau, &*found.rows[0].basis[0].events), ("110105", &["e1".to_owned()][..]));
/// assert_eq!(found.drawn.sensitive, ["电热毯"], "article 23: consumer goods");
/// let texts = generated(&found, Some("2013/1".parse()?));
/// assert_eq!(texts[0], ("title", "北京市 2013 年第 1 季度产品质量监督抽查情况公告".to_owned()));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn draw<'a>(
    ledger: impl IntoIterator<Item = (&'a CaseId, &'a CaseFile)>,
    history: &History,
    calendar: &WorkCalendar,
    chosen: &Chosen,
    as_of: Day,
) -> Draw {
    let cases: Vec<(&CaseId, &CaseFile)> = ledger
        .into_iter()
        .filter(|(id, file)| match chosen {
            Chosen::Quarter(quarter) => Quarter::of(&file.case.spot_check) == Some(*quarter),
            Chosen::Cases(cases) => cases.contains(*id),
        })
        .collect();
    let numbered = cases.iter().enumerate().map(|(at, (_, file))| (at, *file));
    let figures = figures_of(numbered.collect(), history, calendar, as_of);
    let mut sensitive: Vec<String> = Vec::new();
    for at in &figures.cases {
        let product = &cases[*at].1.case.product;
        let kind = match product.kind.trim() {
            "" => product.name.trim(),
            kind => kind,
        };
        if demands_risk(product) && !sensitive.iter().any(|known| known == kind) {
            sensitive.push(kind.to_owned());
        }
    }
    Draw {
        rows: figures
            .annex
            .iter()
            .filter_map(|listed| row(listed, &cases))
            .collect(),
        drawn: Drawn {
            on: as_of,
            batches: figures.batches,
            visits: figures.visits,
            enterprises: figures.enterprises,
            put_right: figures.put_right,
            kinds: figures.kinds,
            sensitive,
            cases: match chosen {
                Chosen::Quarter(_) => Vec::new(),
                Chosen::Cases(cases) => cases.iter().cloned().collect(),
            },
        },
    }
}

/// Whether article 23 demands a risk assessment before anything of this product is announced: it is
/// of public safety, or for daily use.
///
/// ```
/// use shared::{case::{Product, Trait}, publication::demands_risk};
/// let mut product = Product::default();
/// assert!(!demands_risk(&product));
/// product.traits.push(Trait::ConsumerGoods);
/// assert!(demands_risk(&product));
/// ```
pub fn demands_risk(product: &Product) -> bool {
    let demands = |it: &Trait| matches!(it, Trait::PublicSafety | Trait::ConsumerGoods);
    product.traits.iter().any(demands)
}

fn row(listed: &Listed, cases: &[(&CaseId, &CaseFile)]) -> Option<Row> {
    let basis: Vec<Basis> = listed
        .reasons
        .iter()
        .map(|reason| {
            let (id, file) = cases[reason.case];
            let found = reason.findings.iter().flat_map(|finding| &finding.events);
            let code = file.handling_bureau();
            let bureau = bureau::by_code(code).map_or(code, |bureau| bureau.code);
            let mut events: Vec<String> = Vec::new();
            for at in found.chain(&reason.failed_reinspections) {
                let named = file.events.get(*at).map(|event| event.id.clone());
                events.extend(named.filter(|id| !events.contains(id)));
            }
            Basis {
                case: id.clone(),
                bureau: bureau.to_owned(),
                events,
            }
        })
        .collect();
    let mut reasons = listed.reasons.iter();
    Some(Row {
        id: basis.first()?.case.clone(),
        enterprise: listed.enterprise.clone(),
        product: listed.product.clone(),
        brand: listed.brand.clone(),
        model: listed.model.clone(),
        batch: listed.batch.clone(),
        failed_items: listed.failed_items.clone(),
        categories: listed.categories.clone(),
        reinspection_failed: reasons.any(|reason| !reason.failed_reinspections.is_empty()),
        basis,
    })
}

/// The parts of the text that the figures alone can write, by name, in their order; what the items
/// mean for the user a person writes.
pub fn generated(found: &Draw, period: Option<Quarter>) -> Vec<(&'static str, String)> {
    let drawn = &found.drawn;
    let figures = Figures {
        batches: drawn.batches,
        visits: drawn.visits,
        enterprises: drawn.enterprises,
        kinds: drawn.kinds.clone(),
        annex: found.rows.iter().map(|_| Listed::default()).collect(),
        put_right: drawn.put_right,
        cases: Vec::new(),
    };
    let Draft {
        title,
        checked,
        clean,
        failing,
        handled,
    } = drafted(&figures, period);
    vec![
        ("title", title),
        ("checked", checked),
        ("clean", clean.unwrap_or_default()),
        ("failing", failing.join("\n")),
        ("handled", handled),
    ]
}
