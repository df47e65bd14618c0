//! 公告 from the draft to the public page: by two people of the municipal bureau and a district.

use std::{fs, path::Path};

use ::server::{
    api::now_milliseconds,
    db::Database,
    demo,
    import::{self, Open},
};
use serde_json::json;
use shared::EventKind;
use tests::{
    browser::{Browser, Look, Page},
    desk::Desk,
    server::Server,
};

/// Refused the sampling; of a quarter that the sample ledger has nothing of.
const ENTERPRISE: &str = "北京暖棉家纺有限公司";
const TITLE: &str = "北京市 2020 年第 3 季度产品质量监督抽查情况公告";

/// The demo's accounts and ledger, and two cases of a quarter of their own.
fn prepare(data: &Path) {
    let case = |report: &str, enterprise: &str, event: serde_json::Value| {
        json!({
            "format": "aftercheck-case/1",
            "case": {
                "number": format!("京2020-{report}"), "regulation": "beijing-2013",
                "spot_check": { "name": "2020年第三季度监督抽查", "year": 2020, "quarter": 3, "number": 1 },
                "product": { "name": "电热毯", "kind": "电热毯", "traits": ["consumer_goods"] },
                "enterprise": { "name": enterprise, "production_district": "110105" },
                "inspection_body": "北京市产品质量监督检验院", "report_number": format!("2020-3-{report}"),
                "handling_bureau": "110105",
            },
            "events": [event],
        })
    };
    let cases = json!([
        case(
            "901",
            ENTERPRISE,
            json!({ "id": "e1", "type": "sampling_refused", "on": "2020-09-01" })
        ),
        case(
            "902",
            "北京晴川家纺有限公司",
            json!({
                "id": "e1", "type": "report_submitted", "on": "2020-09-02", "verdict": "conforming",
            })
        ),
    ]);
    let file = data.join("cases.json");
    fs::write(&file, cases.to_string()).unwrap();
    let database = Database::open(data).unwrap();
    demo::prepare(&database).unwrap();
    let report = import::run(&database, &[file], Open::default(), now_milliseconds()).unwrap();
    assert_eq!(report.imported, 2, "{report:?}");
}

async fn sign_in(page: &Page, server: &Server, user: &str, address: &str) {
    page.open(&server.at(address)).await;
    page.fill(("textbox", "账号"), user).await;
    page.fill(("textbox", "口令"), demo::PASSPHRASE).await;
    page.click(("button", "登录")).await;
    page.see("已同步").await;
}

/// Waits until nothing is under way between device and server.
async fn synced(page: &Page) {
    page.holds("document.querySelector('.bar a[href=\"/sync\"]').innerText.includes('已同步')")
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_announcement_is_drafted_asked_approved_and_published() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    fs::create_dir(&data).unwrap();
    prepare(&data);
    let server = Server::start(&data);
    let profiles: [_; 4] = std::array::from_fn(|_| tempfile::tempdir().unwrap());

    // The municipal bureau drafts, after 今日 said that it is due.
    let municipal = Browser::launch(profiles[0].path()).await;
    let page = municipal.page(Look::DESK).await;
    sign_in(&page, &server, "municipal", "/").await;
    page.see("发布定期公告").await;
    page.see("2020 年第 3 季度").await;
    page.screenshot("publication-today").await;
    page.click(("link", "公告")).await;
    page.choose("#quarter", "2020 年第 3 季度").await;
    page.click(("button", "起草 2020 年第 3 季度公告")).await;
    page.find(("heading", TITLE)).await;
    page.see("取自").await;
    page.see("应当评估").await;
    page.fill(
        ("textbox", "对使用者的说明"),
        "请查验产品的强制性认证标志。",
    )
    .await;
    page.click(("button", "保存 1 处改动")).await;
    page.see("正文已保存").await;
    page.click(("button", "征求 1 局意见")).await;
    page.see("1 局中 0 局已答复").await;
    // Nothing may be approved or published out of turn.
    page.holds(
        "[...document.querySelectorAll('.btn')].find(it => it.innerText === '批准').disabled",
    )
    .await;
    page.holds(
        "[...document.querySelectorAll('.btn')].find(it => it.innerText === '发布公告').disabled",
    )
    .await;
    page.fill(
        ("textbox", "评估单位"),
        "工业产品质量安全风险信息管理工作办公室",
    )
    .await;
    page.fill(("textbox", "结论和措施"), "风险低，已备答复口径。")
        .await;
    page.click(("button", "记录风险评估")).await;
    page.see("已评估").await;
    page.see("起草、修改过的人不能审批，请由另一人办理").await;
    synced(&page).await;
    page.evaluate::<bool>("(scrollTo(0, 0), true)").await;
    page.screenshot("publication-draft").await;
    page.look(Look::TABLET).await;
    page.screenshot("publication-draft-tablet").await;
    page.print("publication-draft").await;
    page.look(Look::DESK).await;

    // The district sees what it is asked, and answers; another one sees nothing.
    let chaoyang = Browser::launch(profiles[1].path()).await;
    let district = chaoyang.page(Look::TABLET).await;
    sign_in(&district, &server, "chaoyang", "/").await;
    district.see("答复公告意见").await;
    district.see(TITLE).await;
    district.click(("link", "公告")).await;
    district.see(ENTERPRISE).await;
    district.screenshot("publication-opinion").await;
    district.fill(("textbox", "本局意见"), "事实无误。").await;
    district.click(("button", "无意见")).await;
    district.see("已答复").await;
    synced(&district).await;
    district.assert_no_complaints().await;
    let haidian = Browser::launch(profiles[2].path()).await;
    let other = haidian.page(Look::TABLET).await;
    sign_in(&other, &server, "haidian", "/bureau/announcements").await;
    other.see("公告由市局办理").await;
    other.see_gone(ENTERPRISE).await;
    haidian.close().await;

    // A second person, whom the administrator invites, approves.
    page.see("1 局都已答复").await;
    let keeper = Browser::launch(profiles[3].path()).await;
    let admin = keeper.page(Look::DESK).await;
    sign_in(&admin, &server, "admin", "/admin").await;
    admin.click(("radio", "市局")).await;
    admin.fill("#invited", "审批人").await;
    admin.click(("button", "生成链接")).await;
    admin.find(".token").await;
    let link: String = admin
        .evaluate("document.querySelector('.token').innerText")
        .await;
    keeper.close().await;
    let second = Desk::welcome(Look::DESK, &link, "second", "审批人").await;
    second.page.click(("link", "公告")).await;
    second.page.click(("link", TITLE)).await;
    second
        .page
        .holds("document.querySelector('#part-meaning').value === '请查验产品的强制性认证标志。'")
        .await;
    second.page.click(("button", "批准")).await;
    second.page.see("second 已审批").await;
    synced(&second.page).await;
    second.page.assert_no_complaints().await;
    second.close().await;

    // The first numbers and publishes it.
    page.see("second 已审批").await;
    page.click(("button", "编号")).await;
    page.see("已编号").await;
    page.holds(
        "!document.querySelector('section[aria-labelledby=publication] .btn--main').disabled",
    )
    .await;
    page.click(("button", "发布公告")).await;
    page.see("起草更正公告").await;
    synced(&page).await;
    page.screenshot("publication-published").await;

    // The case in it carries it, at the bureau too.
    district.open(&server.at("/ledger")).await;
    district.fill(("textbox", "口令"), demo::PASSPHRASE).await;
    district.click(("button", "登录")).await;
    synced(&district).await;
    district.fill(("searchbox", "在台账中筛选"), "暖棉").await;
    district
        .holds("document.querySelector('.ledger .tally b').textContent === '1'")
        .await;
    chaoyang.close().await;

    // The service worker hands the public page on to the server.
    page.evaluate::<bool>("navigator.serviceWorker.ready.then(() => true)")
        .await;
    page.open(&server.at("/announcements")).await;
    page.see(TITLE).await;
    let is_kept = "caches.match('/announcements').then(found => found !== undefined)";
    assert!(!page.evaluate::<bool>(is_kept).await);
    let entries = "fetch('/announcements/feed.atom').then(it => it.text()).then(text => {
        const feed = new DOMParser().parseFromString(text, 'application/xml');
        return [...feed.querySelectorAll('parsererror, entry > title')].map(it => it.textContent);
    })";
    assert_eq!(page.evaluate::<Vec<String>>(entries).await, [TITLE]);
    page.assert_no_complaints().await;
    municipal.close().await;

    // Everyone reads it without a script.
    let stranger = tempfile::tempdir().unwrap();
    let browser = Browser::launch(stranger.path()).await;
    let page = browser.page(Look::DESK).await;
    page.without_scripts().await;
    page.open(&server.at("/announcements?q=暖棉")).await;
    page.see(TITLE).await;
    page.screenshot("public-list").await;
    page.click(("link", TITLE)).await;
    page.see(ENTERPRISE).await;
    page.see("第二十四条（三）1").await;
    page.see("京质监公告〔").await;
    page.screenshot("public-one").await;
    page.look(Look::TABLET).await;
    page.screenshot("public-one-tablet").await;
    page.print("public-one").await;
    page.look_printed().await;
    page.screenshot("public-one-printed").await;
    page.assert_no_complaints().await;
    browser.close().await;

    drop(server);
    let ledger = Database::open(&data).unwrap().ledger().unwrap();
    let announced: Vec<_> = ledger
        .iter()
        .filter(|(_, case)| {
            let mut events = case.file.events.iter();
            events.any(|event| {
                event.kind == EventKind::Announced
                    && event.details["announcement"]
                        .as_str()
                        .is_some_and(|it| it.starts_with("京质监公告〔"))
            })
        })
        .map(|(_, case)| case.file.case.enterprise.name.as_str())
        .collect();
    assert_eq!(announced, [ENTERPRISE]);
}
