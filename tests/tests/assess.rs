//! `aftercheck assess` as it is called: files in, a document out, errors that name their place.

use std::{
    fs,
    io::Read,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};

use serde_json::{Value, json};
use tests::server::binary;

fn assess(as_of: &str, files: &[PathBuf]) -> Command {
    let mut command = Command::new(binary());
    command.args(["assess", "--explain", "--as-of", as_of]);
    command.args(files);
    command
}

fn printed(output: &Output) -> Value {
    assert!(
        output.status.success() && output.stderr.is_empty(),
        "{output:?}"
    );
    serde_json::from_slice(&output.stdout).unwrap()
}

/// Each case in a file of its own.
fn write(folder: &Path, cases: &[Value]) -> Vec<PathBuf> {
    let file = |(at, case): (usize, &Value)| {
        let path = folder.join(format!("{at}.json"));
        fs::write(&path, serde_json::to_vec_pretty(case).unwrap()).unwrap();
        path
    };
    cases.iter().enumerate().map(file).collect()
}

fn golden() -> Vec<Value> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/tests/golden");
    let mut files: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    let read = |file| serde_json::from_slice(&fs::read(file).unwrap()).unwrap();
    files.into_iter().map(read).collect()
}

#[test]
fn every_golden_document_comes_out_of_the_binary() {
    let golden = golden();
    assert_eq!(golden.len(), 23);
    for document in golden {
        let folder = tempfile::tempdir().unwrap();
        let files = write(folder.path(), document["cases"].as_array().unwrap());
        let as_of = document["as_of"].as_str().unwrap();
        let found = printed(&assess(as_of, &files).output().unwrap());
        assert_eq!(found["as_of"], as_of);
        let (found, expected) = (&found["cases"], document["expect"].as_array().unwrap());
        assert_eq!(found.as_array().unwrap().len(), expected.len());
        for (at, expected) in expected.iter().enumerate() {
            let title = &document["title"];
            assert_eq!(found[at]["number"], expected["number"], "{title}");
            let rows = found[at]["deadlines"].as_array().unwrap().iter();
            let fields = ["rule", "round", "from", "due", "status", "done"];
            let rows = rows.map(|row| fields.map(|name| (name, row[name].clone())));
            let rows: Vec<Value> = rows.map(|row| row.into_iter().collect()).collect();
            assert_eq!(json!(rows), expected["deadlines"], "{title}");
            for set in ["announcement_categories", "restrictions", "notices"] {
                let sorted = |items: &Value| {
                    let items = items.as_array().unwrap().iter();
                    let mut items: Vec<String> = items.map(Value::to_string).collect();
                    items.sort();
                    items
                };
                assert_eq!(sorted(&found[at][set]), sorted(&expected[set]), "{title}");
            }
        }
    }
}

#[test]
fn a_case_of_an_unknown_edition_has_no_deadlines_and_says_so() {
    let mut case = golden()[1]["cases"][0].clone();
    case["case"]["regulation"] = json!("beijing-2031");
    let folder = tempfile::tempdir().unwrap();
    let found = printed(
        &assess("2013-12-31", &write(folder.path(), &[case]))
            .output()
            .unwrap(),
    );
    let case = &found["cases"][0];
    assert_eq!(
        (&case["edition"], &case["deadlines"]),
        (&Value::Null, &json!([]))
    );
    assert_eq!(
        case["remarks"],
        json!(["本版本不认识规定“beijing-2031”：列出记录，不计算期限"])
    );
    let unknown = json!([{ "field": "case.regulation", "what": "edition" }]);
    assert_eq!(case["unknown"], unknown);
}

#[test]
fn what_cannot_be_used_is_named_and_nothing_is_printed() {
    let good = golden()[1]["cases"][0].clone();
    let mut bad = good.clone();
    bad["events"][0]["on"] = json!("2013-02-31");
    let folder = tempfile::tempdir().unwrap();
    let mut files = write(folder.path(), &[good, bad]);
    files.extend(["foreign.json", "nowhere.json"].map(|name| folder.path().join(name)));
    fs::write(&files[2], "{ \"hello\": 1 }").unwrap();
    let output = assess("2013-12-31", &files).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(output.stdout.is_empty());
    let told = String::from_utf8(output.stderr).unwrap();
    let told: Vec<&str> = told.lines().collect();
    assert_eq!(told.len(), 3, "{told:?}");
    assert!(told[0].contains("1.json：第 "), "{told:?}");
    assert!(told[0].ends_with("字段 events[0].on：“2013-02-31”不是日期，应写作 2013-03-04"));
    assert!(
        told[1]
            .ends_with("foreign.json：第 1 行，字段 format：应为 aftercheck-case/1，实为 （无）")
    );
    assert!(told[2].ends_with("nowhere.json：不能读取（找不到）"));
}

#[test]
fn a_reader_that_has_enough_is_no_error() {
    let folder = tempfile::tempdir().unwrap();
    // More than a pipe holds.
    let cases = vec![golden()[1]["cases"][0].clone(); 50];
    let files = write(folder.path(), &cases);
    let mut process = assess("2013-12-31", &files)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut first = [0; 1];
    process
        .stdout
        .take()
        .unwrap()
        .read_exact(&mut first)
        .unwrap();
    let output = process.wait_with_output().unwrap();
    assert_eq!((first, output.stderr), ([b'{'], Vec::new()));
    assert!(output.status.success(), "{}", output.status);
}
