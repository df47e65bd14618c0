//! Case files: what is unknown survives, what is wrong is named, and nothing panics.

use std::{fs, path::Path, sync::LazyLock};

use proptest::{collection, option, prelude::*, sample};
use serde_json::{Value, json};
use shared::{
    CaseFile, Day,
    calendar::WorkCalendar,
    case_file::{CaseFileError, UnknownKind, read, unknown},
    report::report,
};

use crate::ledger::any_case;

const WHOLE: &str = r#"{
  "format": "aftercheck-case/1",
  "case": {
    "number": "京2013-001", "regulation": "beijing-2013", "source": "municipal",
    "spot_check": { "name": "x", "year": 2013, "quarter": 1, "wave": 2 },
    "product": { "name": "椅", "kind": "木家具", "traits": ["consumer_goods", "flammable"],
      "excluded_class": null, "colour": "红" },
    "enterprise": { "name": "雅木", "credit_code": "91110105MA001A2B2U", "phone": "010" },
    "inspection_body": "质检院", "handling_bureau": "110105", "serious": true, "mood": [1, 2.5, -1.2893005764194532e-211]
  },
  "events": [
    { "id": "e1", "type": "report_submitted", "on": "2013-03-04", "verdict": "nonconforming",
      "author": "lab", "change": "a/1", "recorded_at": 5 },
    { "id": "e2", "type": "beamed_up", "on": "2013-03-05", "due": { "x": null }, "round": "one" },
    { "id": "e3", "type": "result_served", "on": "2013-03-12", "method": "direct", "weather": "雨" }
  ],
  "edits": [{ "field": "serious", "value": true }],
  "weight": 3
}"#;

/// Every value of `part` stands in `whole` too.
fn is_within(part: &Value, whole: &Value) -> bool {
    match (part, whole) {
        (Value::Object(part), Value::Object(whole)) => part.iter().all(|(name, value)| {
            value.is_null() || whole.get(name).is_some_and(|found| is_within(value, found))
        }),
        (Value::Array(part), Value::Array(whole)) => {
            part.len() == whole.len()
                && part
                    .iter()
                    .zip(whole)
                    .all(|(part, whole)| is_within(part, whole))
        }
        _ => part == whole,
    }
}

#[test]
fn what_is_unknown_survives_a_round_trip() {
    let case = read(WHOLE.as_bytes()).unwrap();
    let written = serde_json::to_string(&case).unwrap();
    let (before, after): (Value, Value) = (
        serde_json::from_str(WHOLE).unwrap(),
        serde_json::from_str(&written).unwrap(),
    );
    assert!(is_within(&before, &after), "{written}");
    assert_eq!(read(written.as_bytes()).unwrap(), case);
    let named: Vec<_> = unknown(&case)
        .into_iter()
        .map(|it| (it.field, it.what))
        .collect();
    let named: Vec<_> = named
        .iter()
        .map(|(field, what)| (field.as_str(), *what))
        .collect();
    assert_eq!(
        named,
        [
            ("weight", UnknownKind::Field),
            ("case.mood", UnknownKind::Field),
            ("case.spot_check.wave", UnknownKind::Field),
            ("case.product.colour", UnknownKind::Field),
            ("case.product.traits[1]", UnknownKind::Trait),
            ("events[1].type", UnknownKind::EventType),
            ("events[2].weather", UnknownKind::Field),
        ]
    );
}

#[test]
fn what_is_wrong_is_named_with_line_and_field() {
    let check = |from: &str, to: &str, expected: &str| {
        assert!(WHOLE.contains(from), "{from}");
        let text = WHOLE.replacen(from, to, 1);
        let error = read(text.as_bytes()).expect_err(to).to_string();
        assert!(error.contains(expected), "{to}: {error}");
    };
    check("2013-03-04", "2013-03-32", "第 12 行");
    check("2013-03-04", "2013-03-32", "字段 events[0].on");
    check("\"nonconforming\"", "\"rotten\"", "字段 events[0].verdict");
    check("\"nonconforming\"", "7", "第 12 行");
    check("\"id\": \"e3\", ", "", "字段 events[2].id");
    check(
        "\"year\": 2013",
        "\"year\": \"2013\"",
        "字段 case.spot_check.year",
    );
    check(
        "\"serious\": true",
        "\"serious\": \"yes\"",
        "字段 case.serious",
    );
    check("\"municipal\"", "\"martian\"", "字段 case.source");
    check("\"case\": {", "\"cave\": {", "字段 case");
    check(
        "aftercheck-case/1",
        "aftercheck-case/2",
        "第 2 行，字段 format",
    );
    check("\"format\": \"aftercheck-case/1\",", "", "实为 （无）");
    check("\"weight\": 3", "\"weight\": ", "第 19 行");
    check(
        "\"nonconforming\"",
        "\"rotten\"",
        "“rotten”不在可选的值之内，应为 conforming、nonconforming",
    );
    check(
        "\"year\": 2013",
        "\"year\": \"2013\"",
        "种类不对：是文字“2013”，应为整数",
    );
    check("\"id\": \"e3\", ", "", "字段 events[2].id：缺少 id");
    check(
        "2013-03-04",
        "2013-03-32",
        "“2013-03-32”不是日期，应写作 2013-03-04",
    );
    check(
        "\"weight\": 3",
        "\"weight\": 3,",
        "不是 JSON（末尾多了逗号）",
    );
    let mut bytes = WHOLE.as_bytes().to_vec();
    bytes.insert(WHOLE.find("椅").unwrap(), 0xff);
    assert!(
        read(&bytes)
            .unwrap_err()
            .to_string()
            .contains("第 6 行不是 UTF-8")
    );
    let with_mark = format!("\u{feff}{WHOLE}");
    assert_eq!(read(with_mark.as_bytes()), read(WHOLE.as_bytes()));
}

#[test]
fn a_number_that_is_null_is_left_out() {
    let text = WHOLE.replace("\"wave\": 2", "\"number\": null");
    assert_eq!(read(text.as_bytes()).unwrap().case.spot_check.number, 1);
}

/// Reads the text as the command line does, and computes what can be read.
fn run(text: &[u8]) {
    let Ok(case) = read(text) else { return };
    let written = serde_json::to_vec(&case).expect("a case can be written");
    assert_eq!(read(&written).as_ref(), Ok(&case));
    for as_of in ["1900-01-01", "2013-06-01", "2101-01-01"] {
        let as_of: Day = as_of.parse().expect("a day");
        let ledger = std::slice::from_ref(&case);
        let report = report(ledger, WorkCalendar::official(), as_of, true);
        serde_json::to_vec(&report).expect("a report can be written");
    }
}

/// Puts another value where one of the document's values stands.
fn mutate(value: &mut Value, path: &[sample::Index], put: &Value) {
    match (value, path) {
        (Value::Object(map), [first, rest @ ..]) if !map.is_empty() => {
            let name = map
                .keys()
                .nth(first.index(map.len()))
                .cloned()
                .unwrap_or_default();
            if let Some(inner) = map.get_mut(&name) {
                mutate(inner, rest, put);
            }
        }
        (Value::Array(items), [first, rest @ ..]) if !items.is_empty() => {
            let at = first.index(items.len());
            mutate(&mut items[at], rest, put);
        }
        (value, _) => *value = put.clone(),
    }
}

fn any_put() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(|number| json!(number)),
        "\\PC{0,12}".prop_map(Value::from),
        sample::select(vec![
            "1900-01-01",
            "2999-12-31",
            "e1",
            "retracted",
            "food",
            "conforming"
        ])
        .prop_map(Value::from),
        Just(json!([])),
        Just(json!({ "a": { "b": [1] } })),
    ]
}

/// Every case of the worked examples, as a person would write it.
static GOLDEN: LazyLock<Vec<Value>> = LazyLock::new(|| {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
    let mut paths: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    paths.sort();
    let cases = paths.iter().flat_map(|path| {
        let golden: Value = serde_json::from_slice(&fs::read(path).unwrap()).unwrap();
        golden["cases"].as_array().unwrap().clone()
    });
    cases.collect()
});

/// Apart from what the file says itself and names of fields and values, nothing is in English.
fn assert_is_in_chinese(reason: &str) {
    const ENGLISH: [&str; 9] = [
        "expected",
        "invalid",
        "missing",
        "unknown",
        "duplicate",
        "while",
        "number",
        "trailing",
        "character",
    ];
    let ours: String = reason
        .split('“')
        .map(|part| part.split_once('”').map_or(part, |(_, after)| after))
        .collect();
    assert!(!ENGLISH.iter().any(|word| ours.contains(word)), "{reason}");
    assert!(
        reason.chars().any(|it| ('一'..='鿿').contains(&it)),
        "{reason}"
    );
}

/// What is wrong is named with a line that the file has and, in JSON, with the field; what is read
/// and written has lost nothing.
fn check_any(text: &[u8]) {
    run(text);
    let lines = text.split(|byte| *byte == b'\n').count();
    let has = |line: usize| (1..=lines).contains(&line);
    match read(text) {
        Ok(case) => {
            let text = text.strip_prefix("\u{feff}".as_bytes()).unwrap_or(text);
            let before: Value = serde_json::from_slice(text).expect("it was read");
            let after = serde_json::to_value(&case).expect("a case can be written");
            assert!(is_within(&before, &after), "{before}\n{after}");
        }
        Err(CaseFileError::Unfit {
            line,
            field,
            reason,
            ..
        }) => {
            assert!(has(line), "line {line} of {lines}");
            assert!(!field.is_empty() && field != ".", "a field without a name");
            assert_is_in_chinese(&reason);
        }
        Err(CaseFileError::NotJson { line, reason, .. }) => {
            assert!(has(line), "line {line} of {lines}");
            assert_is_in_chinese(&reason);
        }
        Err(CaseFileError::NotUtf8 { line } | CaseFileError::OtherFormat { line, .. }) => {
            assert!(has(line), "line {line} of {lines}");
        }
        Err(CaseFileError::TooLarge) => panic!("it is small"),
    }
}

/// Puts a field that no version knows into one of the document's objects.
fn add_unknown(value: &mut Value, path: &[sample::Index], put: &Value) {
    match (value, path) {
        (Value::Object(map), [first, rest @ ..])
            if first.index(2) == 0 && map.values().any(|it| it.is_object() || it.is_array()) =>
        {
            let mut inner: Vec<_> = map
                .values_mut()
                .filter(|it| it.is_object() || it.is_array())
                .collect();
            let at = first.index(inner.len());
            add_unknown(inner[at], rest, put);
        }
        (Value::Array(items), [first, rest @ ..]) if !items.is_empty() => {
            let at = first.index(items.len());
            add_unknown(&mut items[at], rest, put);
        }
        (Value::Object(map), _) => drop(map.insert("weather".to_owned(), put.clone())),
        _ => {}
    }
}

type Paths = Vec<(Vec<sample::Index>, Value)>;

fn any_places(most: usize) -> impl Strategy<Value = Paths> {
    let path = collection::vec(any::<sample::Index>(), 1..6);
    collection::vec((path, any_put()), 0..most)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3_000))]

    #[test]
    fn worked_examples_with_other_values_and_unknown_fields_are_read_or_named(
        golden in any::<sample::Index>(),
        changed in any_places(3),
        unknown in any_places(4),
        kind in option::weighted(0.3, any::<sample::Index>()),
    ) {
        let mut value = golden.get(&GOLDEN).clone();
        for (path, put) in &changed {
            mutate(&mut value, path, put);
        }
        for (path, put) in &unknown {
            add_unknown(&mut value, path, put);
        }
        let events = value.get_mut("events").and_then(Value::as_array_mut);
        if let (Some(kind), Some(events)) = (kind, events)
            && !events.is_empty()
        {
            let at = kind.index(events.len());
            if let Some(event) = events[at].as_object_mut() {
                event.insert("type".to_owned(), json!("beamed_up"));
            }
        }
        check_any(&serde_json::to_vec_pretty(&value).unwrap());
    }

    #[test]
    fn worked_examples_with_other_bytes_are_read_or_named(
        golden in any::<sample::Index>(),
        edits in collection::vec((any::<sample::Index>(), 0..4_usize, collection::vec(any::<u8>(), 0..4)), 1..6),
        cut in option::weighted(0.2, any::<sample::Index>()),
    ) {
        let mut text = serde_json::to_vec_pretty(golden.get(&GOLDEN)).unwrap();
        for (at, removed, put) in edits {
            let at = at.index(text.len());
            let end = (at + removed).min(text.len());
            text.splice(at..end, put);
        }
        if let Some(cut) = cut {
            text.truncate(cut.index(text.len().max(1)));
        }
        check_any(&text);
    }

    #[test]
    fn any_bytes_are_named(bytes in collection::vec(any::<u8>(), 0..300)) {
        check_any(&bytes);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_500))]

    #[test]
    fn any_bytes_are_read_or_refused(bytes in collection::vec(any::<u8>(), 0..200)) {
        run(&bytes);
    }

    #[test]
    fn a_damaged_file_is_read_or_refused(
        (case, _) in any_case(),
        cut in any::<sample::Index>(),
        byte in any::<u8>(),
    ) {
        let mut text = serde_json::to_vec(&case).unwrap();
        let at = cut.index(text.len());
        text[at] = byte;
        run(&text);
        text.truncate(at);
        run(&text);
    }

    #[test]
    fn any_value_in_any_place_is_read_or_refused(
        (case, _) in any_case(),
        changes in collection::vec((collection::vec(any::<sample::Index>(), 1..5), any_put()), 1..5),
    ) {
        let mut value = serde_json::to_value(&case).unwrap();
        for (path, put) in &changes {
            mutate(&mut value, path, put);
        }
        run(&serde_json::to_vec(&value).unwrap());
    }

    /// A case that was read and written is the same case.
    #[test]
    fn cases_survive_a_round_trip((case, _) in any_case()) {
        let text = serde_json::to_vec(&case).unwrap();
        prop_assert_eq!(read(&text), Ok::<CaseFile, _>(case));
    }
}
