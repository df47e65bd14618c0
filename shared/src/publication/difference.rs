//! What the ledger says now and a draft has not taken: computed, never stored.

use super::{Draw, Drawn, Row};

/// One way in which the ledger has gone on since the draft was taken from it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Difference {
    /// A figure of the whole.
    Figure {
        /// What it counts.
        what: &'static str,
        /// In the draft.
        then: usize,
        /// Now.
        now: usize,
    },
    /// A kind of product has other figures, or has come or gone; each as batches and failing ones.
    Kind {
        /// The kind.
        kind: String,
        /// In the draft.
        then: Option<(usize, usize)>,
        /// Now.
        now: Option<(usize, usize)>,
    },
    /// An enterprise is listed now.
    Came(Row),
    /// An enterprise is listed no more: it was put right, or the finding fell away.
    Went(Row),
    /// A row says something else, or rests on something else.
    Changed {
        /// In the draft.
        then: Box<Row>,
        /// Now.
        now: Box<Row>,
    },
    /// Other kinds demand a risk assessment (article 23).
    Sensitive(Vec<String>),
}

/// The differences between what a draft took and what the ledger says now; what a person wrote or
/// changed in the draft has no part in them.
///
/// ```
/// use shared::publication::{Difference, Draw, Drawn, differences};
/// let draw = |batches| -> Result<Draw, Box<dyn std::error::Error>> {
///     let drawn = Drawn {
///         on: "2013-04-01".parse()?, batches, visits: 1, enterprises: 1, put_right: 0,
///         kinds: Vec::new(), sensitive: Vec::new(), cases: Vec::new(),
///     };
///     Ok(Draw { drawn, rows: Vec::new() })
/// };
/// assert_eq!(differences(&draw(1)?, &draw(1)?), []);
/// let found = differences(&draw(1)?, &draw(2)?);
/// assert_eq!(found, [Difference::Figure { what: "批次", then: 1, now: 2 }]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn differences(then: &Draw, now: &Draw) -> Vec<Difference> {
    let of = |drawn: &Drawn| {
        [
            ("批次", drawn.batches),
            ("家次", drawn.visits),
            ("企业", drawn.enterprises),
            ("整改后复查合格", drawn.put_right),
        ]
    };
    let mut found: Vec<Difference> = of(&then.drawn)
        .into_iter()
        .zip(of(&now.drawn))
        .filter(|((_, then), (_, now))| then != now)
        .map(|((what, then), (_, now))| Difference::Figure { what, then, now })
        .collect();
    found.extend(kinds(&then.drawn, &now.drawn));
    found.extend(rows(&then.rows, &now.rows));
    if now.drawn.sensitive != then.drawn.sensitive {
        found.push(Difference::Sensitive(now.drawn.sensitive.clone()));
    }
    found
}

fn kinds(then: &Drawn, now: &Drawn) -> Vec<Difference> {
    let figures = |drawn: &Drawn, name: &str| {
        let kind = drawn.kinds.iter().find(|kind| kind.kind == name)?;
        Some((kind.batches, kind.failing))
    };
    let new = |name: &&str| figures(then, name).is_none();
    let before = then.kinds.iter().map(|kind| kind.kind.as_str());
    let after = now.kinds.iter().map(|kind| kind.kind.as_str());
    before
        .chain(after.filter(new))
        .map(|name| (name, figures(then, name), figures(now, name)))
        .filter(|(_, then, now)| then != now)
        .map(|(kind, then, now)| Difference::Kind {
            kind: kind.to_owned(),
            then,
            now,
        })
        .collect()
}

fn rows(then: &[Row], now: &[Row]) -> Vec<Difference> {
    let of = |rows: &[Row], row: &Row| rows.iter().find(|it| it.id == row.id).cloned();
    let went_or_changed = then.iter().filter_map(|row| match of(now, row) {
        None => Some(Difference::Went(row.clone())),
        Some(after) if after != *row => Some(Difference::Changed {
            then: Box::new(row.clone()),
            now: Box::new(after),
        }),
        Some(_) => None,
    });
    let came = now.iter().filter(|row| of(then, row).is_none());
    went_or_changed
        .chain(came.map(|row| Difference::Came(row.clone())))
        .collect()
}
