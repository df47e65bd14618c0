//! The first case, end to end: accounts by one-time links, a ledger on every desk, a service
//! recorded with the network gone and the power cut, and the other offices when it is back.

use std::time::{Duration, Instant};

use serde_json::json;
use tests::{
    browser::{Browser, Look, Page},
    server::Server,
};
use tokio::time::sleep;

const PASSPHRASE: &str = "correct horse battery";
/// How long after "saved" the power goes.
const AFTER_SAVED: Duration = Duration::from_millis(50);
/// How soon an office that is online sees what another has recorded.
const NEWS: Duration = Duration::from_secs(1);

/// 北京华盛电缆有限公司 in the ledger: its result is overdue for service.
const CASE: (&str, &str) = ("link", "-011");
const ENTERPRISE: &str = "北京华盛电缆有限公司";

/// Somebody's browser, with a profile of its own.
struct Desk {
    profile: tempfile::TempDir,
    browser: Browser,
    page: Page,
}

impl Desk {
    async fn new(look: Look) -> Self {
        let profile = tempfile::tempdir().unwrap();
        let browser = Browser::launch(profile.path()).await;
        let page = browser.page(look).await;
        Self {
            profile,
            browser,
            page,
        }
    }

    /// Makes an account by a one-time link and comes in.
    async fn welcome(look: Look, link: &str, user: &str, name: &str) -> Self {
        let desk = Self::new(look).await;
        let page = &desk.page;
        page.open(link).await;
        page.fill(("textbox", "账号"), user).await;
        page.fill(("textbox", "姓名"), name).await;
        page.fill(("textbox", "口令"), PASSPHRASE).await;
        page.fill(("textbox", "再输一遍口令"), PASSPHRASE).await;
        page.click(".form .btn--main").await;
        page.see("已同步").await;
        page.evaluate::<bool>("navigator.serviceWorker.ready.then(() => true)")
            .await;
        desk
    }

    /// The power goes; the browser comes back on the same profile.
    async fn cut_power(self, look: Look) -> Self {
        let Self {
            profile, browser, ..
        } = self;
        browser.kill().await;
        let browser = Browser::launch(profile.path()).await;
        let page = browser.page(look).await;
        Self {
            profile,
            browser,
            page,
        }
    }
}

async fn unlock(page: &Page, url: &str) {
    page.open(url).await;
    page.fill(("textbox", "口令"), PASSPHRASE).await;
    page.click(("button", "登录")).await;
    page.find(("link", "今日")).await;
}

/// A one-time link, as an administrator's page makes it.
async fn invite(server: &Server, admin: &Page, role: &str, office: &str) -> String {
    let invitation = json!({"role": role, "office": office});
    let token: String = admin
        .evaluate(&format!(
            "fetch('/api/invitations', {{method: 'POST', headers: {{'content-type': 'application/json'}},
                body: JSON.stringify({invitation})}}).then(answer => answer.json()).then(made => made.token)"
        ))
        .await;
    server.at(&format!("/welcome#{token}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_recorded_with_the_network_gone_reaches_those_who_may_see_it() {
    let data = tempfile::tempdir().unwrap();
    let mut server = Server::start(data.path());
    let line = server.said("/welcome#");
    let token = line.split_once('#').unwrap().1.trim();

    // The first administrator, the sample ledger, and a link for each office.
    let admin = Desk::welcome(
        Look::DESK,
        &server.at(&format!("/welcome#{token}")),
        "first",
        "管理员",
    )
    .await;
    admin.page.click(("link", "管理")).await;
    admin.page.click(("button", "载入示例台账")).await;
    admin.page.click(("button", "载入")).await;
    admin.page.see("已载入").await;
    let link = invite(&server, &admin.page, "municipal", "").await;
    let municipal = Desk::welcome(Look::DESK, &link, "municipal", "周岚").await;
    let link = invite(&server, &admin.page, "district", "110105").await;
    let chaoyang = Desk::welcome(Look::TABLET, &link, "chaoyang", "李敏").await;
    let link = invite(&server, &admin.page, "district", "110108").await;
    let haidian = Desk::welcome(Look::DESK, &link, "haidian", "赵刚").await;
    admin.browser.close().await;

    // What falls due at 朝阳; a due date explains itself day by day.
    let page = &chaoyang.page;
    page.see("已逾期").await;
    page.see(ENTERPRISE).await;
    municipal.page.click(("link", "台账")).await;
    municipal.page.see(ENTERPRISE).await;
    haidian.page.click(("link", "台账")).await;
    haidian.page.see("北京明睿诚电器有限公司").await;
    assert!(!haidian.page.text().await.contains(ENTERPRISE));

    // The network goes: the page comes up from a reload, unlocks, and records.
    server.stop();
    page.see("离线").await;
    unlock(page, &server.at("/ledger")).await;
    page.click(CASE).await;
    page.find(".why .cal").await;
    page.see("不计入").await;
    page.screenshot("journey-case-offline").await;
    page.click(("link", "登记事件")).await;
    page.click(("link", "送达检验结果")).await;
    page.see("异议期满").await;
    page.click(("radio", "直接送达")).await;
    page.screenshot("journey-record-offline").await;
    page.click(("button", "登记")).await;
    page.see("已存本机").await;
    page.see("离线，待发 1 条").await;

    // The power goes just after that word.
    sleep(AFTER_SAVED).await;
    let chaoyang = chaoyang.cut_power(Look::TABLET).await;
    let page = &chaoyang.page;
    unlock(page, &server.at("/ledger")).await;
    page.see("离线，待发 1 条").await;
    page.click(CASE).await;
    page.see("异议期满").await;

    // The server is back: the change goes without a click, and the municipal bureau sees it.
    server.start_again();
    page.see("已同步").await;
    municipal.page.see("已同步").await;
    municipal.page.click(CASE).await;
    municipal.page.see("异议期满").await;
    assert!(!haidian.page.text().await.contains(ENTERPRISE));

    // While both are online it takes no second.
    page.click(("link", "登记事件")).await;
    page.click(("link", "报送处理情况")).await;
    page.click(("button", "登记")).await;
    page.see("已存本机").await;
    let saved = Instant::now();
    municipal.page.see("报送处理情况").await;
    assert!(saved.elapsed() < NEWS, "it took {:?}", saved.elapsed());
    for desk in [chaoyang, municipal, haidian] {
        desk.browser.close().await;
    }
}
