//! The rules of the house that no compiler keeps.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use serde_json::Value;

/// Which rooms a room may use. `app` and `server` never meet but through `shared`.
const ARROWS: [(&str, &[&str]); 4] = [
    ("shared", &["shared"]),
    ("app", &["shared", "app"]),
    ("server", &["shared", "server"]),
    ("tests", &["shared", "server"]),
];

/// What would bring a clock, chance, a network or a browser into `shared`.
const IMPURE_PACKAGES: [&str; 12] = [
    "getrandom",
    "gloo",
    "iana-time-zone",
    "js-sys",
    "leptos",
    "mio",
    "rand",
    "rusqlite",
    "time",
    "tokio",
    "wasm-bindgen",
    "web-sys",
];

/// The same, of the standard library and chrono.
const IMPURE_WORDS: [&str; 11] = [
    "std::env",
    "std::fs",
    "std::io",
    "std::net",
    "std::process",
    "std::thread",
    "std::time",
    "Instant::now",
    "Local::now",
    "SystemTime",
    "Utc::now",
];

/// What nobody leaves behind. In pieces, so that this list does not find itself.
const LEFT_BEHIND: [(&str, &str); 8] = [
    ("to", "do!("),
    ("unimple", "mented!("),
    ("TO", "DO"),
    ("FIX", "ME"),
    ("XX", "X"),
    ("HA", "CK"),
    ("#[ig", "nore"),
    ("allow(unsa", "fe_code"),
];

const SQL: [&str; 6] = [
    "SELECT ",
    "INSERT INTO",
    "DELETE FROM",
    "CREATE TABLE",
    "PRAGMA ",
    "rusqlite::",
];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("the room is in the workspace")
}

/// Every text file that we wrote in a folder, with its path from the root.
fn sources(folder: &str, extensions: &[&str]) -> BTreeMap<String, String> {
    fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
            let path = entry.path();
            let ours = !["target", "out", "data"]
                .iter()
                .any(|name| entry.file_name() == *name);
            if path.is_file() {
                found.push(path);
            } else if ours {
                walk(&path, found);
            }
        }
    }
    let mut found = Vec::new();
    walk(&root().join(folder), &mut found);
    found
        .into_iter()
        .filter(|path| {
            path.extension()
                .is_some_and(|ending| extensions.iter().any(|known| ending == *known))
        })
        .map(|path| {
            let name = path.strip_prefix(root()).unwrap().display().to_string();
            (name, fs::read_to_string(path).unwrap())
        })
        .collect()
}

/// Fails with every line of `sources` that has one of `words`.
fn assert_without<'a>(
    why: &str,
    sources: &BTreeMap<String, String>,
    words: impl IntoIterator<Item = &'a str> + Clone,
) {
    assert!(!sources.is_empty(), "{why}: looked at nothing");
    let found: Vec<_> = sources
        .iter()
        .flat_map(|(name, text)| {
            text.lines()
                .zip(1..)
                .map(move |(line, number)| (name, number, line))
        })
        .filter(|(_, _, line)| words.clone().into_iter().any(|word| line.contains(word)))
        .map(|(name, number, line)| format!("{name}:{number}: {}", line.trim()))
        .collect();
    assert!(found.is_empty(), "{why}:\n{}", found.join("\n"));
}

fn cargo(arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO"))
        .current_dir(root())
        .args(arguments)
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn rooms_meet_only_where_they_may() {
    let metadata: Value = serde_json::from_str(&cargo(&[
        "metadata",
        "--format-version=1",
        "--no-deps",
        "--locked",
        "--offline",
    ]))
    .unwrap();
    let room = |path: &Value| {
        let path = Path::new(path.as_str().unwrap())
            .strip_prefix(root())
            .unwrap();
        path.components()
            .next()
            .unwrap()
            .as_os_str()
            .to_str()
            .unwrap()
            .to_owned()
    };
    let arrows: BTreeMap<_, _> = ARROWS.into();
    for package in metadata["packages"].as_array().unwrap() {
        let from = room(&package["manifest_path"]);
        let may = arrows
            .get(from.as_str())
            .unwrap_or_else(|| panic!("{from} is no room"));
        for used in package["dependencies"].as_array().unwrap() {
            if used["path"].is_string() {
                let to = room(&used["path"]);
                assert!(
                    may.contains(&to.as_str()),
                    "{} uses {}: {from} may not use {to}",
                    package["name"],
                    used["name"]
                );
            }
        }
    }
}

#[test]
fn shared_is_pure() {
    let tree = cargo(&[
        "tree",
        "--package=shared",
        "--edges=normal",
        "--target=all",
        "--all-features",
        "--prefix=none",
        "--locked",
        "--offline",
    ]);
    assert!(tree.starts_with("shared "), "{tree}");
    for line in tree.lines() {
        let package = line.split(' ').next().unwrap();
        let impure = IMPURE_PACKAGES
            .iter()
            .any(|name| package == *name || package.starts_with(&format!("{name}-")));
        assert!(!impure, "shared depends on {package}");
    }
    assert_without(
        "shared has no clock, chance, input or output",
        &sources("shared/src", &["rs"]),
        IMPURE_WORDS,
    );
}

#[test]
fn sql_stands_in_one_place() {
    for room in ["app/src", "server/src", "shared/src"] {
        let mut sources = sources(room, &["rs"]);
        sources.retain(|name, _| !name.starts_with("server/src/db"));
        assert_without("SQL belongs into server/src/db", &sources, SQL);
    }
}

#[test]
fn nothing_is_inline() {
    const INLINE: [&str; 7] = [
        "<style",
        "style=",
        "<script>",
        "javascript:",
        "onclick",
        "onload",
        "onerror",
    ];
    let pages = sources("app/static", &["html", "svg"]);
    assert_without("the content policy refuses it", &pages, INLINE);
    let views = sources("app/src", &["rs"]);
    assert_without(
        "set positions through the style object",
        &views,
        ["style=\"", "style=format"],
    );
}

/// A page's address can be opened by hand, with no service worker yet: the server has to know it.
#[test]
fn the_server_knows_every_page() {
    let addresses = |file: &str| -> BTreeSet<String> {
        let text = fs::read_to_string(root().join(file)).unwrap();
        let (_, list) = text.split_once("const ").unwrap();
        let (list, _) = list.split_once("];").unwrap();
        let quoted = list.split('"').skip(1).step_by(2);
        let unnamed = quoted.map(|address| {
            let segments = address.split('/').map(|segment| match segment {
                it if it.starts_with([':', '{']) => "*",
                it => it,
            });
            segments.collect::<Vec<_>>().join("/")
        });
        unnamed.collect()
    };
    let mut routes = addresses("app/src/frame/routes.rs");
    // The server's own answer, and a page outside the frame.
    routes.remove("/");
    routes.insert("/welcome".to_owned());
    assert_eq!(routes, addresses("server/src/http.rs"));
}

#[test]
fn scripts_can_be_read() {
    for script in [
        ".ci/run",
        "tests/measure",
        "tests/from-npm",
        "tests/screens",
        "tests/run",
        "tests/simulate",
    ] {
        let read = Command::new("bash")
            .args(["-n", script])
            .current_dir(root())
            .status();
        assert!(read.unwrap().success(), "{script}");
    }
}

#[test]
fn nothing_is_left_behind() {
    const WRITTEN: [&str; 9] = [
        "rs",
        "toml",
        "md",
        "css",
        "js",
        "html",
        "svg",
        "json",
        "webmanifest",
    ];
    let words: Vec<_> = LEFT_BEHIND
        .iter()
        .map(|(begin, end)| format!("{begin}{end}"))
        .collect();
    for (room, _) in ARROWS {
        assert_without(
            "left behind",
            &sources(room, &WRITTEN),
            words.iter().map(String::as_str),
        );
    }
    assert_without(
        "left behind",
        &sources("style", &WRITTEN),
        words.iter().map(String::as_str),
    );
}
