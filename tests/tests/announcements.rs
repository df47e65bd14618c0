//! From collecting results to the draft, and what the ledger shows: by the municipal bureau, and
//! by nobody else.

use tests::{
    browser::{Browser, Look},
    desk::sign_in,
    server::Server,
};

/// Reported nonconforming, and not forwarded yet; produced in 丰台.
const WAITING: &str = "北京素笺纸业有限公司";

#[tokio::test(flavor = "multi_thread")]
async fn results_are_forwarded_and_drafted_by_the_municipal_bureau_alone() {
    let server = Server::demo();
    let profiles: [_; 3] = std::array::from_fn(|_| tempfile::tempdir().unwrap());

    // A stranger is asked who it is, and shown nothing.
    let browser = Browser::launch(profiles[0].path()).await;
    let page = browser.page(Look::DESK).await;
    page.open(&server.at("/bureau/announcements")).await;
    page.find(("textbox", "账号")).await;
    page.see_gone("公告草案").await;

    sign_in(&page, &server, "municipal", "/").await;
    page.click(("link", "公告")).await;
    page.find(("heading", "公告草案")).await;
    page.see(WAITING).await;
    page.see("各局进度").await;
    page.screenshot("announcements-municipal").await;
    page.look(Look::TABLET).await;
    page.screenshot("announcements-municipal-tablet").await;
    page.look(Look::DESK).await;

    // The proposal is 丰台区局; a person decides otherwise.
    let bureau = "document.querySelector('.announce__bureau')";
    page.holds(&format!("{bureau}.value === '110106'")).await;
    page.choose(".announce__bureau", "朝阳区局").await;
    page.click(("button", "转交所选 1 件")).await;
    page.see("已转交 1 件").await;
    page.see("这一季度的不合格结果都已转交承办的区县局。").await;
    page.see("已同步").await;
    page.assert_no_complaints().await;
    browser.close().await;

    // The bureau that it went to has it; another has not, and neither drafts announcements.
    for (profile, user, has_it) in [
        (&profiles[1], "chaoyang", true),
        (&profiles[2], "haidian", false),
    ] {
        let browser = Browser::launch(profile.path()).await;
        let page = browser.page(Look::TABLET).await;
        sign_in(&page, &server, user, "/bureau/announcements").await;
        page.see("公告由市局办理").await;
        page.see_gone("公告草案").await;
        page.see("市局征求本局意见时，列在这里。").await;
        page.see_gone(WAITING).await;
        page.click(("link", "台账")).await;
        page.fill(("searchbox", "在台账中筛选"), "素笺").await;
        let found = if has_it { "1" } else { "0" };
        page.holds(&format!(
            "document.querySelector('.ledger .tally b').textContent === '{found}'"
        ))
        .await;
        page.assert_no_complaints().await;
        browser.close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_ledger_is_analysed_by_keyboard_and_filter() {
    let (server, profile) = (Server::demo(), tempfile::tempdir().unwrap());
    let browser = Browser::launch(profile.path()).await;
    let page = browser.page(Look::DESK).await;
    sign_in(&page, &server, "municipal", "/").await;
    page.click(("link", "分析")).await;
    page.find(("heading", "各类产品不合格率")).await;
    page.screenshot("analysis").await;

    // The arrow keys go from bar to bar, and each says what it is.
    page.evaluate::<bool>("(document.getElementById('kinds-0').focus(), true)")
        .await;
    page.press("ArrowDown").await;
    page.holds("document.activeElement.id === 'kinds-1'").await;
    page.holds(
        "/：\\d+\\.\\d%（\\d+\\/\\d+）$/.test(document.activeElement.getAttribute('aria-label'))",
    )
    .await;

    let batches = "document.querySelector('.analysis .tally b').textContent";
    let all: String = page.evaluate(batches).await;
    page.choose(("combobox", "生产地"), "海淀区").await;
    page.holds(&format!(
        "Number({batches}) > 0 && Number({batches}) < {all}"
    ))
    .await;
    page.click("section[aria-labelledby=steps-title] summary")
        .await;
    page.look(Look::TABLET.dark()).await;
    page.screenshot("analysis-tablet").await;
    page.assert_no_complaints().await;
    page.print("analysis-print").await;
    browser.close().await;
}
