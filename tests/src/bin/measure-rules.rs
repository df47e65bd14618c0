//! The second half of `tests/measure rules`: the same work in Chromium, in wasm that is compiled as
//! the app's is, and a table of both beside the marks.

use std::{env, fs, path::Path};

use bundler::{Asset, Make, Module, module};
use data_encoding::BASE64;
use serde_json::Value;
use tests::{
    browser::{Browser, Look, Page},
    measure::{Figure, Mark, Table},
};

const RULES_PAGE: Module = Module {
    name: "rules",
    package: "rules-page",
    scripts: None,
    split: false,
};

/// The module's script and wasm go into an empty page as they are; `bench` does the work, and
/// `runs` says how long it took, in milliseconds, again and again.
const PAGE: &str = "(async () => {
    const bytes = (text) => Uint8Array.from(atob(text), (it) => it.charCodeAt(0));
    const script = new Blob([bytes('SCRIPT')], { type: 'text/javascript' });
    const rules = await import(URL.createObjectURL(script));
    await rules.default({ module_or_path: bytes('WASM') });
    const bench = new rules.Bench();
    globalThis.runs = (count, method, ...words) => Array.from({ length: count }, () => {
        const before = performance.now();
        if (!bench[method](...words)) throw Error(`${method} did nothing`);
        return performance.now() - before;
    });
    return navigator.userAgent.match(/Chrome\\/\\d+/)[0];
})()";

/// Working days that are added: the time must not depend on it.
const LIMITS: [u16; 5] = [1, 5, 30, 250, 2_500];
/// Days that they are added to at a time.
const START_DAYS: f64 = 10_000.0;
const RUNS: u32 = 15;

#[tokio::main]
async fn main() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let program = env::current_exe().expect("a program has a file");
    // target/debug/measure-rules
    let target = program
        .ancestors()
        .nth(2)
        .expect("cargo puts it into target");
    let assets = module(&root, &target.join("app"), Make::Release, &RULES_PAGE)
        .unwrap_or_else(|error| panic!("{error}"));

    let profile = tempfile::tempdir().expect("a folder is made");
    let browser = Browser::launch(profile.path()).await;
    let page = browser.page(Look::DESK).await;
    let content = |ending: &str| {
        let mut assets = assets.iter();
        let asset: &Asset = assets
            .find(|asset| asset.path.ends_with(ending))
            .expect("a module has a script and its wasm");
        BASE64.encode(&asset.bytes)
    };
    let set_up = PAGE
        .replace("SCRIPT", &content(".js"))
        .replace("WASM", &content(".wasm"));
    let chromium: String = page.evaluate(&set_up).await;
    let table = table(&page, &target.join("criterion")).await;
    println!("\nRules, natively and in {chromium} (wasm in the profile of the app):\n\n{table}");
    browser.close().await;
}

async fn table(page: &Page, criterion: &Path) -> Table {
    let native = |name: &str| criterion_found(&criterion.join(name));
    let mut table = Table::new(&["native", "Chromium"]);
    let a_second = |milliseconds: f64| START_DAYS / milliseconds / 1e3;
    let mut medians = (Vec::new(), Vec::new());
    for limit in LIMITS {
        let own = native(&format!("add_working_days/{limit}"));
        let own = own.map(|it| it.map(a_second));
        let times = 1_000;
        let there = runs(page, &format!("'add', {limit}, {times}")).await;
        let there = there.map(|it| a_second(it / f64::from(times)));
        medians.0.extend(own.map(|it| it.median));
        medians.1.push(there.median);
        table.line(
            &format!("adding {limit} working days"),
            "million a second",
            &[(own, Mark::AtLeast(20.0)), (Some(there), Mark::None)],
        );
    }
    let spread = |medians: Vec<f64>| {
        let all = (!medians.is_empty()).then(|| Figure::of(medians))?;
        Some(Figure::of(vec![all.span.1 / all.span.0]))
    };
    table.line(
        "the fastest of these against the slowest",
        "ratio",
        &[
            (spread(medians.0), Mark::None),
            (spread(medians.1), Mark::None),
        ],
    );

    let microseconds = |milliseconds: f64| milliseconds * 1e3;
    for (what, name, method, marks) in [
        (
            "assessing a case of 30 events",
            "assess",
            "assess",
            (Mark::Below(10.0), Mark::Below(30.0)),
        ),
        (
            "explaining every row of it",
            "explain every row",
            "explain",
            (Mark::None, Mark::None),
        ),
    ] {
        let times = 1_000;
        let there = runs(page, &format!("'{method}', {times}")).await;
        let there = there.map(|it| microseconds(it / f64::from(times)));
        let own = native(&format!("case of 30 events/{name}")).map(|it| it.map(microseconds));
        table.line(what, "µs", &[(own, marks.0), (Some(there), marks.1)]);
    }
    for (what, name, method, marks) in [
        (
            "assessing 10,000 cases of 30 events",
            "assess, 30 events each",
            "assess_ledger",
            (Mark::None, Mark::Below(300.0)),
        ),
        (
            "analysing a ledger of 10,000 cases",
            "analyse",
            "analyse",
            (Mark::Below(200.0), Mark::Below(200.0)),
        ),
        (
            "a quarter's figures of it",
            "figures of a quarter",
            "figures",
            (Mark::Below(200.0), Mark::Below(200.0)),
        ),
    ] {
        let there = runs(page, &format!("'{method}'")).await;
        let own = native(&format!("ledger of 10,000 cases/{name}"));
        table.line(what, "ms", &[(own, marks.0), (Some(there), marks.1)]);
    }
    table
}

/// Milliseconds in the browser; the first runs, while it still compiles, are left out.
async fn runs(page: &Page, words: &str) -> Figure {
    page.evaluate::<Vec<f64>>(&format!("runs(3, {words})"))
        .await;
    Figure::of(page.evaluate(&format!("runs({RUNS}, {words})")).await)
}

/// What criterion found last, in milliseconds.
fn criterion_found(folder: &Path) -> Option<Figure> {
    let text = fs::read_to_string(folder.join("new/estimates.json")).ok()?;
    let found: Value = serde_json::from_str(&text).ok()?;
    let median = &found["median"];
    let interval = &median["confidence_interval"];
    let milliseconds = |value: &Value| Some(value.as_f64()? / 1e6);
    Some(Figure {
        median: milliseconds(&median["point_estimate"])?,
        span: (
            milliseconds(&interval["lower_bound"])?,
            milliseconds(&interval["upper_bound"])?,
        ),
    })
}
