//! Numbers of documents: a series for each bureau and kind, counted by the year.

use std::{collections::BTreeMap, fmt};

use serde::{Deserialize, Serialize};

use super::{DocumentRecord, Kind};
use crate::id::CaseId;

/// A number, such as 京朝质监抽告〔2013〕7号: no leading zero, the year in its own brackets.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct Number {
    /// The bureau's and the kind's word.
    pub series: String,
    /// The year.
    pub year: i32,
    /// The place within the year, from 1.
    pub serial: u32,
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}〔{}〕{}号", self.series, self.year, self.serial)
    }
}

/// How the bureaus are named in numbers.
const WORDS: [(&str, &str); 20] = [
    ("", "京质监"),
    ("110101", "京东质监"),
    ("110102", "京西质监"),
    ("110105", "京朝质监"),
    ("110106", "京丰质监"),
    ("110107", "京石质监"),
    ("110108", "京海质监"),
    ("110109", "京门质监"),
    ("110111", "京房质监"),
    ("110112", "京通质监"),
    ("110113", "京顺质监"),
    ("110114", "京昌质监"),
    ("110115", "京兴质监"),
    ("110116", "京怀质监"),
    ("110117", "京平质监"),
    ("110118", "京密质监"),
    ("110119", "京延质监"),
    ("bda", "京开质监"),
    ("yanshan", "京燕质监"),
    ("airport", "京机质监"),
];

/// The series in which a bureau counts documents of a kind; the municipal bureau's code is empty.
///
/// ```
/// use shared::document::{Kind, series};
/// let order = Kind::of("rectification_order").ok_or("the order")?;
/// assert_eq!(series("110105", order), "京朝质监责改");
/// assert_eq!(series("110228", order), "京密质监责改", "renamed in 2015");
/// # Ok::<(), &str>(())
/// ```
pub fn series(bureau: &str, kind: &Kind) -> String {
    let code = crate::bureau::by_code(bureau).map_or(bureau, |bureau| bureau.code);
    let word = WORDS.iter().find(|(known, _)| *known == code);
    format!("{}{}", word.map_or("京质监", |(_, word)| word), kind.word)
}

/// The next free place of a series in a year, after all documents that are known, void ones too.
///
/// ```
/// use shared::{document::{DocumentRecord, Number, next_serial}, fold::Record};
/// let series = "京朝质监责改";
/// let issued = DocumentRecord {
///     record: Record { change: "m4xw/1".parse()?, author: "chaoyang".into(), clock: Default::default() },
///     kind: "rectification_order".into(),
///     number: Number { series: series.into(), year: 2013, serial: 7 },
///     on: "2013-03-12".parse()?,
///     round: 0,
///     event: None,
///     is_void: true,
/// };
/// assert_eq!(next_serial(series, 2013, [&issued]), 8, "a void document keeps its number");
/// assert_eq!(next_serial(series, 2014, [&issued]), 1, "each year begins anew");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn next_serial<'a>(
    series: &str,
    year: i32,
    documents: impl IntoIterator<Item = &'a DocumentRecord>,
) -> u32 {
    let taken = documents
        .into_iter()
        .filter(|it| it.number.series == series && it.number.year == year)
        .map(|it| it.number.serial);
    taken.max().unwrap_or(0) + 1
}

/// Documents that count and have one number, as two devices without network may have given it: a
/// person gives one of them another.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Clash {
    /// The number.
    pub number: Number,
    /// The documents, each with its case, in the order in which they were issued.
    pub documents: Vec<(CaseId, DocumentRecord)>,
}

/// The numbers that more than one document has.
///
/// ```
/// use shared::{document::{Clash, DocumentRecord, Number, clashes}, fold::Record, id::CaseId};
/// let issued = |change: &str| -> Result<DocumentRecord, Box<dyn std::error::Error>> {
///     Ok(DocumentRecord {
///         record: Record { change: change.parse()?, author: "chaoyang".into(), clock: Default::default() },
///         kind: "rectification_order".into(),
///         number: Number { series: "京朝质监责改".into(), year: 2013, serial: 7 },
///         on: "2013-03-12".parse()?,
///         round: 0,
///         event: None,
///         is_void: false,
///     })
/// };
/// let (case, other) = (CaseId::from_random([1; 16]), CaseId::from_random([2; 16]));
/// let (first, mut second) = (issued("m4xw/1")?, issued("k2bd/1")?);
/// let found: Vec<Clash> = clashes([(&case, &first), (&other, &second)]);
/// assert_eq!(found[0].number.to_string(), "京朝质监责改〔2013〕7号");
/// assert_eq!(found[0].documents.len(), 2);
/// second.is_void = true;
/// assert!(clashes([(&case, &first), (&other, &second)]).is_empty());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn clashes<'a>(
    documents: impl IntoIterator<Item = (&'a CaseId, &'a DocumentRecord)>,
) -> Vec<Clash> {
    let mut by_number: BTreeMap<&Number, Vec<(&CaseId, &DocumentRecord)>> = BTreeMap::new();
    for (case, document) in documents {
        if !document.is_void {
            by_number
                .entry(&document.number)
                .or_default()
                .push((case, document));
        }
    }
    by_number
        .into_iter()
        .filter(|(_, documents)| documents.len() > 1)
        .map(|(number, mut documents)| {
            documents.sort_by_key(|(_, it)| (it.record.clock, it.change().clone()));
            let documents = documents
                .into_iter()
                .map(|(case, document)| (case.clone(), document.clone()))
                .collect();
            Clash {
                number: number.clone(),
                documents,
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{bureau::BUREAUS, fold::Record};

    #[test]
    fn every_bureau_has_a_word_of_its_own() {
        for bureau in BUREAUS {
            let found = WORDS.iter().filter(|(code, _)| *code == bureau.code);
            assert_eq!(found.count(), 1, "{}", bureau.name);
        }
        let mut words: Vec<_> = WORDS.iter().map(|(_, word)| word).collect();
        words.sort_unstable();
        words.dedup();
        assert_eq!(words.len(), WORDS.len());
    }

    fn document(change: &str, clock: &str, serial: u32, is_void: bool) -> DocumentRecord {
        DocumentRecord {
            record: Record {
                change: change.parse().unwrap(),
                author: "u".into(),
                clock: clock.parse().unwrap(),
            },
            kind: "rectification_order".into(),
            number: Number {
                series: "京朝质监责改".into(),
                year: 2013,
                serial,
            },
            on: "2013-03-04".parse().unwrap(),
            round: 0,
            event: None,
            is_void,
        }
    }

    #[test]
    fn numbers_go_on_and_clash_across_cases() {
        let documents = [
            document("b/1", "1363046400002-00000", 7, false),
            document("a/1", "1363046400001-00000", 7, false),
            document("a/2", "1363046400003-00000", 8, true),
            document("c/1", "1363046400004-00000", 8, false),
        ];
        let next = |series: &str, year| next_serial(series, year, &documents);
        assert_eq!(next("京朝质监责改", 2013), 9, "a void number stays taken");
        assert_eq!(next("京朝质监责改", 2014), 1);
        assert_eq!(next("京海质监责改", 2013), 1);
        assert_eq!(documents[0].number.to_string(), "京朝质监责改〔2013〕7号");

        let cases = [[1; 16], [2; 16], [3; 16], [4; 16]].map(CaseId::from_random);
        let found = clashes(cases.iter().zip(&documents));
        assert_eq!(found.len(), 1);
        let of: Vec<_> = found[0].documents.iter().map(|(case, _)| case).collect();
        assert_eq!(of, [&cases[1], &cases[0]], "the earlier one first");
    }
}
