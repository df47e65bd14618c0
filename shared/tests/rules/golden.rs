//! Every worked example is computed as it says, field by field, in the document that
//! `aftercheck assess` prints.

use std::{fs, path::Path};

use serde::Deserialize;
use serde_json::{Value, json};
use shared::{CaseFile, Day, calendar::WorkCalendar, report::report};

#[derive(Deserialize)]
struct Golden {
    title: String,
    as_of: Day,
    cases: Vec<CaseFile>,
    expect: Vec<Value>,
}

const ROW: [&str; 6] = ["rule", "round", "from", "due", "status", "done"];

fn sorted(items: &Value) -> Vec<String> {
    let mut items: Vec<String> = items
        .as_array()
        .map(|items| items.iter().map(Value::to_string).collect())
        .unwrap_or_default();
    items.sort();
    items
}

fn check(golden: &Golden) {
    let found = report(&golden.cases, WorkCalendar::official(), golden.as_of, true);
    let found = serde_json::to_value(&found).unwrap();
    assert_eq!(found["as_of"], json!(golden.as_of));
    assert_eq!(
        found["cases"].as_array().map(Vec::len),
        Some(golden.expect.len())
    );
    for (at, expected) in golden.expect.iter().enumerate() {
        let found = &found["cases"][at];
        let at = format!("{}, {}", golden.title, expected["number"]);
        assert_eq!(found["number"], expected["number"], "{at}");
        let rows: Vec<Value> = found["deadlines"]
            .as_array()
            .into_iter()
            .flatten()
            .map(|row| {
                ROW.iter()
                    .map(|name| (*name, row[*name].clone()))
                    .collect::<Value>()
            })
            .collect();
        assert_eq!(json!(rows), expected["deadlines"], "{at}");
        let categories = "announcement_categories";
        assert_eq!(found[categories], expected[categories], "{at}");
        for set in ["restrictions", "notices"] {
            assert_eq!(sorted(&found[set]), sorted(&expected[set]), "{at}");
        }
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
