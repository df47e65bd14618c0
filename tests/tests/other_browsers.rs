//! The same short day in Firefox and in WebKit: sign in, see why a date is what it is, record an
//! event, and start again where there is no server. And what each browser has of what the app would
//! use, as `app/docs/browsers.md` says it.

use std::fs;

use serde_json::Value;
use tests::{
    browser::{Browser, Look},
    driven::{Driven, Engine},
    server::Server,
};

/// The table of the page, and how a browser is asked for each of its rows.
const SUPPORT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../app/docs/browsers.md");
const ASKED: [(&str, &str); 9] = [
    ("service worker", "'serviceWorker' in navigator"),
    (
        "journal flushed before 已存本机",
        "'durability' in IDBTransaction.prototype",
    ),
    ("asks not to be cleared", "!!navigator.storage?.persist"),
    (
        "tells how full the device is",
        "!!navigator.storage?.estimate",
    ),
    ("one tab syncs for all", "'locks' in navigator"),
    ("other tabs hear at once", "'BroadcastChannel' in window"),
    ("news from the server at once", "'EventSource' in window"),
    ("requests packed", "'CompressionStream' in window"),
    ("count on the icon", "'setAppBadge' in navigator"),
];

/// What the page says of a browser, by the head of its column.
fn told(browser: &str) -> Vec<(String, bool)> {
    let text = fs::read_to_string(SUPPORT).unwrap();
    let cells = |line: &str| -> Vec<String> {
        let line = line.trim().trim_matches('|');
        line.split('|').map(|cell| cell.trim().to_owned()).collect()
    };
    let mut lines = text.lines().filter(|line| line.starts_with('|')).map(cells);
    let head = lines.next().unwrap();
    let column = head.iter().position(|it| it == browser).unwrap();
    lines
        .skip(1)
        .map(|row| (row[0].clone(), row[column].starts_with("yes")))
        .collect()
}

/// The same, asked of the browser.
fn script() -> String {
    let asked = ASKED.map(|(_, asked)| asked).join(", ");
    format!("[{asked}]")
}

fn named(found: &Value) -> Vec<(String, bool)> {
    let found = found.as_array().unwrap().iter();
    ASKED
        .iter()
        .zip(found)
        .map(|((name, _), it)| ((*name).to_owned(), it.as_bool().unwrap()))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn chromium_has_what_is_said() {
    let (server, profile) = (Server::demo(), tempfile::tempdir().unwrap());
    let browser = Browser::launch(profile.path()).await;
    let page = browser.page(Look::DESK).await;
    page.open(&server.url()).await;
    assert_eq!(named(&page.evaluate(&script()).await), told("Chromium"));
    browser.close().await;
}

const ENTERPRISE: &str = "北京华盛电缆有限公司";

async fn short_day(engine: Engine) {
    let mut server = Server::demo();
    let browser = Driven::launch(engine, (1440, 900)).await;
    let name = format!("{engine:?}").to_lowercase();

    browser.open(&server.url()).await;
    assert_eq!(
        named(&browser.evaluate(&script()).await),
        told(&format!("{engine:?}"))
    );
    browser.fill("#user", "chaoyang").await;
    browser.fill("#passphrase", "aftercheck-demo").await;
    browser.click("//button[text()='登录']").await;
    browser.see("已同步").await;
    browser
        .holds("document.querySelector('h1').innerText === '今日'")
        .await;
    browser.screenshot(&format!("{name}-today")).await;

    // An event on a case out of the ledger.
    browser.click("//nav//a[contains(., '台账')]").await;
    browser
        .click(&format!("//main//a[contains(., '{ENTERPRISE}')]"))
        .await;
    browser.click("//main//a[contains(., '登记')]").await;
    browser
        .click("//main//a[contains(., '送达检验结果')]")
        .await;
    browser.see("登记后").await;
    browser.screenshot(&format!("{name}-record")).await;
    browser.click("//label[contains(., '直接送达')]").await;
    browser.click("//button[text()='昨天']").await;
    browser.click("//main//button[text()='登记']").await;
    browser.see("已存本机").await;
    browser.see("已同步").await;

    // Why the objection's last day is that day, as a calendar.
    browser
        .holds("document.querySelector('.why td, .why [role=gridcell]')")
        .await;
    browser.screenshot(&format!("{name}-why")).await;

    let says_of_update = browser.text().await.contains("新版本已备好");
    assert!(!says_of_update, "nothing is new on the first day");

    // Without a server it starts again, and has what was recorded.
    browser.holds("navigator.serviceWorker.controller").await;
    server.stop();
    browser.open(&server.url()).await;
    browser.fill("#passphrase", "aftercheck-demo").await;
    browser.click("//button[text()='登录']").await;
    browser
        .holds("document.querySelector('h1').innerText === '今日'")
        .await;
    browser.click("//nav//a[contains(., '台账')]").await;
    browser
        .click(&format!("//main//a[contains(., '{ENTERPRISE}')]"))
        .await;
    browser.see("送达检验结果").await;
    browser.screenshot(&format!("{name}-without-server")).await;
    browser.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn firefox_does_a_short_day() {
    short_day(Engine::Firefox).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn webkit_does_a_short_day() {
    short_day(Engine::WebKit).await;
}
