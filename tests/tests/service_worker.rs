//! The service worker and the script that opens the app, across releases.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering::Relaxed},
};

use axum::{
    Router,
    extract::Request,
    http::{StatusCode, header::CONTENT_TYPE},
    middleware::{Next, from_fn},
    response::IntoResponse,
    routing::get,
};
use data_encoding::BASE64;
use server::{
    api::{State, router},
    assets,
    db::Database,
    demo, http,
};
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
        Self::beside(Router::new()).await
    }

    /// With the answers of a server.
    async fn beside(api: Router) -> Self {
        let next = Arc::new(AtomicBool::new(false));
        let (page, worker) = (next.clone(), next.clone());
        let api = api
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
async fn an_app_that_is_too_old_is_told_and_updated_without_losing_a_draft() {
    let (data, profile) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let database = Database::open(data.path()).unwrap();
    demo::prepare(&database).unwrap();
    // From the upgrade on the server speaks with nobody but the next release.
    let refuses = Arc::new(AtomicBool::new(false));
    let is_refused = refuses.clone();
    let api =
        router(State::new(database, true)).layer(from_fn(move |request: Request, next: Next| {
            let refuse = request.uri().path() == "/api/exchange" && is_refused.load(Relaxed);
            async move {
                if refuse {
                    return StatusCode::UPGRADE_REQUIRED.into_response();
                }
                next.run(request).await
            }
        }));
    let releases = Releases::beside(api).await;
    let browser = Browser::launch(profile.path()).await;
    let page = open(&browser, &releases.url).await;
    let unlock = async || {
        page.fill(("textbox", "口令"), demo::PASSPHRASE).await;
        page.click(("button", "登录")).await;
        page.find(("link", "今日")).await;
    };
    page.fill(("textbox", "账号"), "chaoyang").await;
    unlock().await;
    page.see("已同步").await;
    page.click(("main", "link", "登记送达")).await;
    page.click(("radio", "留置送达")).await;
    page.click(("button", "昨天")).await;
    let day: String = page.evaluate("document.getElementById('on').value").await;

    // The journal has what was typed a moment ago.
    tokio::time::sleep(std::time::Duration::from_secs(1)).await;
    releases.upgrade();
    refuses.store(true, Relaxed);
    page.evaluate::<bool>("dispatchEvent(new Event('online'))")
        .await;
    page.see("须更新本程序").await;
    page.see("服务器已换用新版本").await;
    // The browser was made to look for it; nobody had to load the page again.
    page.find(("button", "现在更新")).await;
    page.screenshot("too-old").await;
    assert!(
        !page.evaluate::<bool>(IS_NEXT).await,
        "the officer says when"
    );
    page.click(("button", "现在更新")).await;
    page.holds(IS_NEXT).await;
    page.holds(MOUNTED).await;
    refuses.store(false, Relaxed);
    unlock().await;
    page.see("上次填写、没有登记的内容已恢复").await;
    page.holds(&format!("document.getElementById('on').value === '{day}'"))
        .await;
    page.click(("main", "button", "登记")).await;
    page.holds("!location.pathname.includes('/record/')").await;
    page.see("已存本机").await;
    page.see("已同步").await;
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
                .then((cache) => Promise.all(['/', document.querySelector('link[rel=modulepreload]').href.replace('.js', '_bg.wasm')].map((path) => cache.delete(path))))
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
