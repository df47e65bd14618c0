//! Every public function of the rules shows by an example how it is used.

use std::{fs, path::Path};

/// The modules that hold the rules.
const RULES: [&str; 20] = [
    "analysis",
    "assess",
    "bureau",
    "calendar",
    "case",
    "case_file",
    "conflict",
    "day",
    "edition",
    "event",
    "explain",
    "facts",
    "field",
    "history",
    "offer",
    "permission",
    "progress",
    "report",
    "rule",
    "words",
];

/// The public functions of a file that have no example, by line and name.
fn without_example(text: &str) -> Vec<String> {
    let (mut found, mut has_example) = (Vec::new(), false);
    let lines = text.lines().enumerate();
    for (at, line) in lines.take_while(|(_, line)| *line != "#[cfg(test)]") {
        let line = line.trim();
        let name = ["pub fn ", "pub const fn "]
            .into_iter()
            .find_map(|it| line.strip_prefix(it));
        if let Some(name) = name {
            if !has_example {
                found.push(format!(
                    "{}: {}",
                    at + 1,
                    name.split('(').next().unwrap_or_default()
                ));
            }
            has_example = false;
        } else if line.starts_with("/// ```") {
            has_example = true;
        } else if line.is_empty() || line.ends_with(['{', '}']) {
            has_example = false;
        }
    }
    found
}

#[test]
fn every_public_function_of_the_rules_has_an_example() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    for module in RULES {
        let own = folder.join(module).with_extension("rs");
        let parts = fs::read_dir(folder.join(module)).into_iter().flatten();
        let parts = parts.map(|entry| entry.unwrap().path());
        for path in [own].into_iter().chain(parts).filter(|path| path.is_file()) {
            let found = without_example(&fs::read_to_string(&path).unwrap());
            assert!(found.is_empty(), "{}: {found:#?}", path.display());
        }
    }
}

#[test]
fn a_function_without_one_is_noticed() {
    let text =
        "/// Says.\n///\n/// ```\n/// ```\npub fn one() {}\n\n/// Says.\npub const fn two() {}\n";
    assert_eq!(without_example(text), ["8: two"]);
}
