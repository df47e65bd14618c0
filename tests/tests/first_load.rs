//! What an officer's tablet downloads before it can be worked with, and behind that.

use server::assets::{ASSETS, Asset};
use tests::{
    browser::{Browser, Look},
    server::Server,
};

/// All bytes on the wire until 今日 is usable, the user's own cases included. The mark: it may be
/// lowered, never raised.
const FIRST_LOAD_LIMIT_BYTES: usize = 400_000;
/// What the service worker fetches behind it for a district's officer: the mark, as before.
const BEHIND_LIMIT_BYTES: usize = 1_500_000;

fn on_the_wire(asset: &Asset) -> usize {
    if asset.brotli.is_empty() {
        asset.plain.len()
    } else {
        asset.brotli.len()
    }
}

/// What only those who import are given.
fn is_for_imports(asset: &Asset) -> bool {
    asset.path.contains("/split_import.")
}

/// Whether opening the app needs it; what remains is for later, or for installing.
fn is_first(asset: &Asset) -> bool {
    // The parts of the app come with the pages that need them.
    let later = [
        "/assets/sheets-",
        "/assets/pages-",
        "/sw.js",
        "/split_",
        "/chunk_",
    ];
    asset.content_type != "image/png" && !later.iter().any(|later| asset.path.contains(later))
}

#[test]
fn the_bundle_keeps_its_limits() {
    assert!(
        !ASSETS.is_empty(),
        "the app is embedded: AFTERCHECK_APP is not set"
    );
    let sum = |first: bool| {
        ASSETS
            .iter()
            .filter(|asset| is_first(asset) == first && !is_for_imports(asset))
            .map(on_the_wire)
            .sum::<usize>()
    };
    for asset in ASSETS {
        println!(
            "{:>9} {:>9} {}",
            asset.plain.len(),
            on_the_wire(asset),
            asset.path
        );
    }
    let imports = ASSETS.iter().filter(|asset| is_for_imports(asset));
    let imports: usize = imports.map(on_the_wire).sum();
    println!(
        "first {} behind {} for imports {imports}",
        sum(true),
        sum(false)
    );
    assert!(imports > 0, "the part for imports has its name");
    assert!(
        sum(true) <= FIRST_LOAD_LIMIT_BYTES,
        "first load: {} bytes",
        sum(true)
    );
    assert!(
        sum(false) <= BEHIND_LIMIT_BYTES,
        "behind it: {} bytes",
        sum(false)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_real_browser_sees_no_more() {
    let (server, profile) = (Server::demo(), tempfile::tempdir().unwrap());
    let browser = Browser::launch(profile.path()).await;
    let page = browser.page(Look::TABLET).await;
    page.open(&server.url()).await;
    page.sign_in("chaoyang", "aftercheck-demo").await;
    page.find(("heading", "今日")).await;
    page.see("已同步").await;

    let mut bytes = 0;
    for received in page.record().received.values() {
        println!(
            "{:>9} {:<12} {}",
            received.bytes, received.kind, received.url
        );
        assert!(
            received.url.starts_with(&server.url()),
            "from another origin: {}",
            received.url
        );
        bytes += usize::try_from(received.bytes).unwrap();
    }
    println!("{bytes:>9} in all");
    assert!(bytes > 50_000, "the browser counted: {bytes} bytes");
    assert!(bytes <= FIRST_LOAD_LIMIT_BYTES, "first load: {bytes} bytes");
    browser.close().await;
}
