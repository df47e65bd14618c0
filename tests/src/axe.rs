//! axe-core, fetched once from the package registry through npm, and asked about a page.

use std::{env, fs, path::PathBuf, process::Command};

use serde::Deserialize;

use crate::browser::Page;

/// Which one.
const VERSION: &str = "4.14.1";

/// A rule that a page breaks.
#[derive(Debug, Deserialize)]
pub struct Violation {
    /// The rule.
    pub id: String,
    /// What it asks.
    pub help: String,
    /// Where it is broken, as selectors.
    pub targets: Vec<String>,
}

/// Its script; fetched where it is not here yet.
pub fn script() -> String {
    let program = env::current_exe().expect("a program has a file");
    // target/debug/deps/the-test
    let target = program.ancestors().nth(3).expect("cargo puts it there");
    let folder = target.join(format!("axe-core-{VERSION}"));
    let file = folder.join("package/axe.min.js");
    if !file.exists() {
        fetch(&folder);
    }
    fs::read_to_string(file).expect("the package has its script")
}

fn fetch(folder: &PathBuf) {
    fs::create_dir_all(folder).expect("target can be written");
    let run = |command: &mut Command| {
        let done = command.current_dir(folder).status();
        assert!(done.is_ok_and(|status| status.success()), "{command:?}");
    };
    let package = format!("axe-core@{VERSION}");
    run(Command::new("npm").args(["pack", "--silent", &package]));
    run(Command::new("tar").args(["xzf", &format!("axe-core-{VERSION}.tgz")]));
}

impl Page {
    /// Which rules the page breaks as it stands.
    pub async fn violations(&self, script: &str) -> Vec<Violation> {
        let is_here: bool = self.evaluate("typeof axe === 'object'").await;
        if !is_here {
            self.evaluate::<bool>(&format!("{script}; typeof axe === 'object'"))
                .await;
        }
        self.evaluate(
            "axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) =>
                violations.map(({ id, help, nodes }) => ({
                    id, help, targets: nodes.map(({ target }) => target.join(' ')),
                })))",
        )
        .await
    }
}
