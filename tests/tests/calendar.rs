//! 工作日: the municipal bureau loads a notice; what it moves is seen before and after, there and
//! on a district's tablet, with the server and without.

use std::fs;

use shared::calendar::statutory_holidays;
use tests::{
    browser::{Browser, Look, Page},
    server::Server,
};

const HEADING: &str =
    "date,weekday,kind,name,statutory_festival,deviates_from_week,notice,known_from";

fn notice_for_2027(makeup: &str) -> String {
    let holidays = statutory_holidays(2027)
        .map(|(day, name)| format!("{day},,holiday,{name},{name},,2027年放假安排,2026-11-20\n"));
    let holidays: String = holidays.collect();
    format!("{HEADING}\n{holidays}{makeup},makeup_workday,春节,,1,2027年放假安排,2026-11-20\n")
}

async fn sign_in(page: &Page, user: &str) {
    page.fill(("textbox", "账号"), user).await;
    page.fill(("textbox", "口令"), "aftercheck-demo").await;
    page.click(("button", "登录")).await;
    page.see("已同步").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_notice_is_checked_loaded_and_reaches_a_district() {
    let (mut server, folder) = (Server::demo(), tempfile::tempdir().unwrap());
    let (office, tablet) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (bad, good) = (
        folder.path().join("bad.csv"),
        folder.path().join("2027.csv"),
    );
    fs::write(&bad, notice_for_2027("2027-02-19,五")).unwrap();
    fs::write(&good, notice_for_2027("2027-02-20,六")).unwrap();

    let browser = Browser::launch(office.path()).await;
    let page = browser.page(Look::DESK).await;
    page.open(&server.at("/calendar")).await;
    sign_in(&page, "municipal").await;
    page.find(("heading", "工作日")).await;
    page.see("2027 起").await;
    page.upload("input[type=file]", &bad).await;
    page.see("2027-02-19 不是周六或周日").await;
    page.upload("input[type=file]", &good).await;
    page.see("“2027.csv”可以载入").await;
    page.screenshot("calendar-before").await;
    page.click(("button", "载入")).await;
    page.see("已载入放假安排").await;
    page.see("2028 起").await;
    page.click(("button", "启用")).await;
    page.see("已启用在京机关调休").await;
    page.see("已同步").await;
    page.screenshot("calendar-after").await;
    page.assert_no_complaints().await;
    browser.close().await;

    let browser = Browser::launch(tablet.path()).await;
    let page = browser.page(Look::TABLET).await;
    page.open(&server.at("/calendar")).await;
    sign_in(&page, "chaoyang").await;
    page.see("2028 起").await;
    page.see("启用在京机关调休").await;
    page.screenshot("calendar-tablet").await;
    page.evaluate::<bool>("navigator.serviceWorker.ready.then(() => true)")
        .await;

    // Without the server it is computed from what the device holds.
    server.stop();
    page.reload().await;
    page.fill(("textbox", "口令"), "aftercheck-demo").await;
    page.click(("button", "登录")).await;
    page.see("2028 起").await;
    browser.close().await;
}
