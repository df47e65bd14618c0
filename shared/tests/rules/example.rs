//! Reading `tests/examples/*.txt`.

use std::{fmt, fs, path::Path};

use serde_json::{Map, Value, json};
use shared::{
    CaseHead, Day, Event,
    history::{HistoryRecord, Period, PeriodResult},
};

/// What an example shows.
#[derive(Clone, Debug)]
pub(crate) enum Subject {
    Rule(String),
    Further(String),
    Category(u8),
    Restriction(String),
    Notice(String),
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rule(rule) => f.write_str(rule),
            Self::Further(rule) => write!(f, "further {rule}"),
            Self::Category(number) => write!(f, "category {number}"),
            Self::Restriction(name) => write!(f, "restriction {name}"),
            Self::Notice(name) => write!(f, "notice {name}"),
        }
    }
}

#[derive(Debug)]
pub(crate) struct Expected {
    pub(crate) as_of: Day,
    pub(crate) text: String,
}

#[derive(Debug)]
pub(crate) enum Step {
    Head(Vec<String>),
    Event(Box<Event>),
    Expect(Expected),
}

#[derive(Debug)]
pub(crate) struct Example {
    pub(crate) file: String,
    pub(crate) line: usize,
    pub(crate) subject: Subject,
    pub(crate) title: String,
    pub(crate) steps: Vec<Step>,
}

/// Every example, by file, then by place in it.
pub(crate) fn examples() -> Vec<Example> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/examples");
    let mut files: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    let mut found = Vec::new();
    for path in files {
        let file = path.file_name().unwrap().to_string_lossy().into_owned();
        let text = fs::read_to_string(&path).unwrap();
        let mut subject = None;
        for (line, text) in text.lines().enumerate() {
            if let Some(name) = text.strip_prefix("## ") {
                subject = Some(subject_of(name));
            } else if let Some(title) = text.strip_prefix("# ") {
                found.push(Example {
                    file: file.clone(),
                    line: line + 1,
                    subject: subject.clone().unwrap(),
                    title: title.to_owned(),
                    steps: Vec::new(),
                });
            } else if !text.is_empty() {
                let at = format!("{file}:{}: {text}", line + 1);
                let example = found.last_mut().unwrap_or_else(|| panic!("{at}"));
                example
                    .steps
                    .push(step(text).unwrap_or_else(|| panic!("{at}")));
            }
        }
    }
    found
}

fn subject_of(name: &str) -> Subject {
    match name.split_once(' ') {
        None => Subject::Rule(name.to_owned()),
        Some(("further", rule)) => Subject::Further(rule.to_owned()),
        Some(("category", number)) => Subject::Category(number.parse().unwrap()),
        Some(("restriction", name)) => Subject::Restriction(name.to_owned()),
        Some(("notice", name)) => Subject::Notice(name.to_owned()),
        Some(_) => panic!("{name}"),
    }
}

fn step(line: &str) -> Option<Step> {
    if let Some(expected) = line.strip_prefix("@ ") {
        let (as_of, text) = expected.split_once(": ")?;
        let (as_of, text) = (as_of.parse().ok()?, text.to_owned());
        return Some(Step::Expect(Expected { as_of, text }));
    }
    let mut words = line.split(' ');
    let first = words.next()?;
    if first == "head" {
        return Some(Step::Head(words.map(str::to_owned).collect()));
    }
    let mut event = Map::new();
    event.insert("id".to_owned(), json!("e"));
    event.insert("on".to_owned(), json!(first));
    event.insert("type".to_owned(), json!(words.next()?));
    for word in words {
        let (name, value) = word.split_once('=')?;
        let typed = serde_json::from_str::<Value>(value).ok();
        let typed =
            typed.filter(|_| ["round", "serious", "justified", "compelled"].contains(&name));
        event.insert(name.to_owned(), typed.unwrap_or_else(|| json!(value)));
    }
    let event: Event = serde_json::from_value(Value::Object(event)).ok()?;
    assert!(event.kind.facts().is_some(), "{line}");
    Some(Step::Event(Box::new(event)))
}

/// What a `head` line says of the case.
pub(crate) fn set(head: &mut CaseHead, history: &mut HistoryRecord, words: &[String]) {
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match words[..] {
        ["serious"] => head.serious = true,
        ["endangers_safety"] => head.endangers_safety = true,
        ["trait", name] => {
            let item = serde_json::from_value(json!(name)).unwrap();
            head.product.traits.push(item);
        }
        ["registration", code] => code.clone_into(&mut head.enterprise.registration_district),
        ["excluded", class] => head.product.excluded_class = Some(class.to_owned()),
        ["history", year, quarter, number, result] => history.results.push(PeriodResult {
            period: Period {
                year: year.parse().unwrap(),
                quarter: quarter.parse().unwrap(),
                number: number.parse().unwrap(),
            },
            nonconforming: result == "nonconforming",
        }),
        _ => panic!("head {words:?}"),
    }
}
