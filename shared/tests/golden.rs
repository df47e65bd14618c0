//! Every worked example is computed as it says, field by field.

use std::{fs, path::Path};

use serde::Deserialize;
use serde_json::{Value, json};
use shared::{CaseFile, Day, assess::assess, calendar::WorkCalendar, history::History};

#[derive(Deserialize)]
struct Golden {
    title: String,
    as_of: Day,
    cases: Vec<CaseFile>,
    expect: Vec<Value>,
}

fn sorted(mut items: Vec<Value>) -> Value {
    items.sort_by_key(Value::to_string);
    Value::Array(items)
}

fn check(golden: &Golden) {
    let history = History::of_ledger(&golden.cases, golden.as_of);
    assert_eq!(golden.cases.len(), golden.expect.len(), "{}", golden.title);
    for (case, expected) in golden.cases.iter().zip(&golden.expect) {
        let found = assess(case, &history, WorkCalendar::official(), golden.as_of);
        let rows: Vec<Value> = found
            .deadlines
            .iter()
            .map(|row| {
                json!({
                    "rule": row.rule, "round": row.round, "from": row.from, "due": row.due,
                    "status": row.status, "done": row.done,
                })
            })
            .collect();
        let categories: Vec<u8> = found.findings.iter().map(|it| it.category).collect();
        let restrictions = found.restrictions.iter().map(|it| json!(it.restriction));
        let notices = found.notices.iter().map(|it| json!(it.notice));
        let set = |name: &str| sorted(expected[name].as_array().cloned().unwrap_or_default());
        let at = format!("{}, {}", golden.title, case.case.number);
        assert_eq!(json!(case.case.number), expected["number"], "{at}");
        assert_eq!(json!(rows), expected["deadlines"], "{at}");
        assert_eq!(
            json!(categories),
            expected["announcement_categories"],
            "{at}"
        );
        assert_eq!(sorted(restrictions.collect()), set("restrictions"), "{at}");
        assert_eq!(sorted(notices.collect()), set("notices"), "{at}");
    }
}

#[test]
fn golden_documents_match() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
    let mut files: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    assert_eq!(files.len(), 23);
    for file in files {
        let text = fs::read_to_string(&file).unwrap();
        check(&serde_json::from_str(&text).unwrap_or_else(|error| panic!("{file:?}: {error}")));
    }
}
