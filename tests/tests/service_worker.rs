//! The service worker and the script that opens the app, across releases.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering::Relaxed},
};

use axum::{Router, http::header::CONTENT_TYPE, response::IntoResponse, routing::get};
use data_encoding::BASE64;
use server::{assets, http};
use sha2::{Digest, Sha256};
use tests::browser::{Browser, Look, Page};
use tokio::net::TcpListener;

/// A server of the app that can be upgraded while it runs.
struct Releases {
    url: String,
    next: Arc<AtomicBool>,
}

impl Releases {
    async fn serve() -> Self {
        let next = Arc::new(AtomicBool::new(false));
        let (page, worker) = (next.clone(), next.clone());
        let api = Router::new()
            .route("/", get(async move || html(page_of(page.load(Relaxed)))))
            .route(
                "/sw.js",
                get(async move || script(worker_of(worker.load(Relaxed)))),
            );
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(http::serve(
            listener,
            http::router(api),
            std::future::pending(),
        ));
        Self { url, next }
    }

    fn upgrade(&self) {
        self.next.store(true, Relaxed);
    }
}

fn html(text: String) -> impl IntoResponse {
    ([(CONTENT_TYPE, "text/html")], text)
}

fn script(text: String) -> impl IntoResponse {
    ([(CONTENT_TYPE, "text/javascript")], text)
}

fn text(path: &str) -> String {
    let asset = assets::find(path).expect("the app is embedded: AFTERCHECK_APP is not set");
    String::from_utf8(asset.plain.to_vec()).unwrap()
}

/// The page of a release; the next one is told by its mark.
fn page_of(next: bool) -> String {
    let mark = if next {
        "<meta name=\"next\"></head>"
    } else {
        "</head>"
    };
    text("/").replacen("</head>", mark, 1)
}

/// The service worker of a release: its version, and the integrity of its page.
fn worker_of(next: bool) -> String {
    let integrity = |page: String| BASE64.encode(&Sha256::digest(page));
    let worker = text("/sw.js").replacen(&integrity(page_of(false)), &integrity(page_of(next)), 1);
    if next {
        worker.replacen(
            "const CACHE = \"aftercheck-",
            "const CACHE = \"aftercheck-next-",
            1,
        )
    } else {
        worker
    }
}

const IS_NEXT: &str = "document.querySelector('meta[name=next]') !== null";
const IS_KEPT: &str = "navigator.serviceWorker.controller !== null";
const MOUNTED: &str = "!document.getElementById('opening')";

async fn open(browser: &Browser, url: &str) -> Page {
    let page = browser.page(Look::DESK).await;
    page.open(url).await;
    page.holds(MOUNTED).await;
    page.holds(IS_KEPT).await;
    page
}

#[tokio::test(flavor = "multi_thread")]
async fn a_newer_version_waits_until_it_is_taken() {
    let (releases, profile) = (Releases::serve().await, tempfile::tempdir().unwrap());
    let browser = Browser::launch(profile.path()).await;
    let page = open(&browser, &releases.url).await;
    let other = open(&browser, &releases.url).await;
    assert!(
        page.evaluate::<bool>("!document.documentElement.dataset.update")
            .await,
        "the first version replaces none"
    );

    releases.upgrade();
    page.reload().await;
    page.holds("document.documentElement.dataset.update === 'ready'")
        .await;
    page.reload().await;
    page.holds("document.documentElement.dataset.update === 'ready'")
        .await;
    assert!(
        !page.evaluate::<bool>(IS_NEXT).await,
        "it is not taken before the officer says so"
    );

    page.evaluate::<bool>("dispatchEvent(new Event('update-take'))")
        .await;
    page.holds(IS_NEXT).await;
    page.holds(MOUNTED).await;
    page.holds("caches.keys().then((names) => names.length === 1 && names[0].startsWith('aftercheck-next-'))").await;

    other
        .holds("document.documentElement.dataset.update === 'ready'")
        .await;
    assert!(
        !other.evaluate::<bool>(IS_NEXT).await,
        "another tab may hold half a form: it only says so"
    );
    other
        .evaluate::<bool>("dispatchEvent(new Event('update-take'))")
        .await;
    other.holds(IS_NEXT).await;
    browser.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_entry_is_fetched_again() {
    let (releases, profile) = (Releases::serve().await, tempfile::tempdir().unwrap());
    let browser = Browser::launch(profile.path()).await;
    let page = open(&browser, &releases.url).await;

    const ENTRIES: &str =
        "caches.keys().then(([name]) => caches.open(name)).then((cache) => cache.keys())";
    let whole: u32 = page
        .evaluate(&format!("{ENTRIES}.then((entries) => entries.length)"))
        .await;
    let removed: bool = page
        .evaluate(
            "caches.keys().then(([name]) => caches.open(name))
                .then((cache) => Promise.all(['/', document.querySelector('link[rel=preload]').href].map((path) => cache.delete(path))))
                .then((deleted) => deleted.every(Boolean))",
        )
        .await;
    assert!(removed);

    page.reload().await;
    page.holds(MOUNTED).await;
    page.holds(&format!(
        "{ENTRIES}.then((entries) => entries.length === {whole})"
    ))
    .await;
    browser.close().await;
}
