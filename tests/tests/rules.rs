//! What a case's page says of its rules, on a district's device: an edition that this version does
//! not know, national law beside the regulation, category 8 from what another district holds.

use std::path::Path;

use ::server::{
    api::now_milliseconds,
    db::Database,
    demo,
    import::{self, Open},
};
use serde_json::{Value, json};
use tests::{
    browser::{Browser, Look, Page},
    server::Server,
};

/// Name of the enterprise, edition, bureau, quarter of 2013, events.
fn case(name: &str, edition: &str, bureau: &str, quarter: u8, events: &Value) -> Value {
    json!({
        "format": "aftercheck-case/1",
        "case": {
            "number": format!("例-{name}"), "regulation": edition,
            "spot_check": { "name": "监督抽查", "year": 2013, "quarter": quarter, "number": 1 },
            "product": { "name": "实木餐椅", "kind": "木家具" },
            "enterprise": { "name": name, "credit_code": "91110105MA001A2B2U",
                "production_district": bureau },
            "inspection_body": "北京市产品质量监督检验院", "report_number": format!("R-{name}"),
            "handling_bureau": bureau,
        },
        "events": events,
    })
}

fn prepare(data: &Path) {
    let received = json!([{ "id": "e1", "type": "materials_received", "on": "2013-06-03" }]);
    let later = json!([
        { "id": "e1", "type": "rectification_order_served", "on": "2021-03-01" },
        { "id": "e2", "type": "goods_sealed", "on": "2021-03-01" },
    ]);
    let earlier = json!([
        { "id": "e1", "type": "rectification_order_served", "on": "2013-06-03" },
        { "id": "e2", "type": "reinspection_applied", "on": "2013-06-20" },
    ]);
    let cases = [
        case("明日厂", "beijing-2031", "110105", 1, &received),
        case("后来厂", "beijing-2013", "110105", 1, &later),
        case("当年厂", "beijing-2013", "110105", 1, &earlier),
        // One organisation and kind: it failed in another district a quarter before.
        case("海淀厂", "beijing-2013", "110108", 2, &received),
        case("朝阳厂", "beijing-2013", "110105", 3, &received),
    ];
    let database = Database::open(data).unwrap();
    demo::prepare(&database).unwrap();
    let file = data.join("cases.json");
    std::fs::write(&file, json!(cases).to_string()).unwrap();
    let report = import::run(&database, &[file], Open::default(), now_milliseconds()).unwrap();
    assert_eq!(report.imported, cases.len(), "{report:?}");
}

/// Opens the case of this enterprise from the ledger.
async fn open(page: &Page, name: &str) {
    page.click(("link", "台账")).await;
    page.fill("#filter", name).await;
    page.click(("link", name)).await;
    page.find(("heading", name)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_case_says_by_which_rules_it_is_computed() {
    let (data, profile) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    prepare(data.path());
    let server = Server::start(data.path());
    let browser = Browser::launch(profile.path()).await;
    let page = browser.page(Look::DESK).await;
    page.open(&server.url()).await;
    page.sign_in("chaoyang", demo::PASSPHRASE).await;
    page.see("已同步").await;

    open(&page, "明日厂").await;
    page.see("规定不识别").await;
    page.see("本版本不认识这个案件所用的规定，不计算期限；记录照常可看。")
        .await;
    page.screenshot("rules-unknown-edition").await;
    assert!(!page.text().await.contains("送达检验结果"), "no deadlines");
    page.click(("tab", "记录")).await;
    page.see("收到材料").await;

    open(&page, "后来厂").await;
    page.see("产品质量监督抽查管理暂行办法（市场监管总局令第 18 号）未计算")
        .await;
    page.see("另依行政强制法").await;
    page.screenshot("rules-order-18").await;

    open(&page, "当年厂").await;
    page.see("另依产品质量监督抽查管理办法（总局令第133号）")
        .await;
    page.see("组织复查").await;
    page.screenshot("rules-order-133").await;

    open(&page, "朝阳厂").await;
    page.see("连续两次抽查不合格").await;
    page.see("上次抽查（2013 年第 2 季度）不合格").await;
    page.screenshot("rules-category-8").await;
    page.click(("link", "台账")).await;
    assert!(
        !page.text().await.contains("海淀厂"),
        "it is another district's"
    );
    page.assert_no_complaints().await;
    browser.close().await;
}
