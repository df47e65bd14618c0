//! 工作日: the municipal bureau loads a notice and an overlay; which dates they move is seen before
//! and after, there and on a district's tablet, with the server and without.

use std::{fs, path::Path};

use ::server::{
    api::now_milliseconds,
    db::Database,
    demo,
    import::{self, Open},
};
use serde_json::json;
use shared::calendar::statutory_holidays;
use tests::{
    browser::{Browser, Look, Page},
    server::Server,
};

const HEADING: &str =
    "date,weekday,kind,name,statutory_festival,deviates_from_week,notice,known_from";
/// A working day of a year whose notice is not known yet.
const NOW: &str = "2027-02-03T09:00:00+08:00";

/// The legal holidays of 2027, three more days of the Spring Festival, and one worked for it.
fn notice_for_2027(makeup: &str) -> String {
    let holidays = statutory_holidays(2027)
        .map(|(day, name)| format!("{day},,holiday,{name},{name},,2027年放假安排,2026-11-20\n"));
    let holidays: String = holidays.collect();
    let more = ["2027-02-09", "2027-02-10", "2027-02-11"]
        .map(|day| format!("{day},,holiday,春节,,1,2027年放假安排,2026-11-20\n"))
        .concat();
    format!(
        "{HEADING}\n{holidays}{more}{makeup},makeup_workday,春节,,1,2027年放假安排,2026-11-20\n"
    )
}

/// The demo's accounts and ledger, and beside it a case whose limits run across that festival.
fn prepare(data: &Path) {
    let case = json!({
        "format": "aftercheck-case/1",
        "case": {
            "number": "京2027-001", "regulation": "beijing-2013",
            "spot_check": { "name": "2026年第四季度监督抽查", "year": 2026, "quarter": 4, "number": 1 },
            "product": { "name": "实木餐椅", "kind": "木家具" },
            "enterprise": { "name": "北京晨木家具有限公司", "production_district": "110105" },
            "inspection_body": "北京市产品质量监督检验院", "report_number": "2026-4-0001",
            "handling_bureau": "110105",
        },
        "events": [
            { "id": "e1", "type": "result_served", "on": "2027-02-01" },
            { "id": "e2", "type": "materials_received", "on": "2027-02-03" },
        ],
    });
    let file = data.join("case.json");
    fs::write(&file, case.to_string()).unwrap();
    let database = Database::open(data).unwrap();
    demo::prepare(&database).unwrap();
    let report = import::run(&database, &[file], Open::default(), now_milliseconds()).unwrap();
    assert_eq!(report.imported, 1, "{report:?}");
}

async fn at_work(browser: &Browser, look: Look, server: &Server, user: &str) -> Page {
    let page = browser.page(look).await;
    page.set_clock(NOW).await;
    page.open(&server.at("/calendar")).await;
    page.sign_in(user, demo::PASSPHRASE).await;
    page.see("已同步").await;
    page.find(("heading", "工作日")).await;
    page
}

/// What the list of moved dates has of the case: duty and days, line by line.
async fn moved(page: &Page, expected: &str) {
    let lines = "[...document.querySelectorAll('tr')].filter(row => row.innerText.includes('京2027-001')) \
                 .map(row => [...row.cells].slice(2).map(cell => cell.innerText).join(' ')).join('；')";
    let expected = serde_json::Value::from(expected);
    page.holds(&format!("({lines}) === {expected}")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_bureau_says_of_working_days_moves_dates_everywhere() {
    let folder = tempfile::tempdir().unwrap();
    let (office, tablet) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        fs::write(&path, text).unwrap();
        path
    };
    let bad = file("bad.csv", &notice_for_2027("2027-02-19,五"));
    let good = file("2027.csv", &notice_for_2027("2027-02-20,六"));
    let overlay = file("会议.csv", "date,kind,name\n2027-02-15,holiday,会议放假\n");
    let data = folder.path().join("data");
    fs::create_dir(&data).unwrap();
    prepare(&data);
    let mut server = Server::start(&data);

    let browser = Browser::launch(office.path()).await;
    let page = at_work(&browser, Look::DESK, &server, "municipal").await;
    page.see("2027 起").await;
    page.upload("[aria-label=放假安排文件]", &bad).await;
    page.see("第 18 行，字段 kind：2027-02-19 不是周六或周日")
        .await;
    page.upload("[aria-label=放假安排文件]", &good).await;
    page.see("“2027.csv”可以载入").await;
    page.see("1 件案件有日期变动。").await;
    moved(
        &page,
        "责令整改 02-12 改为 02-17；送达检验结果 02-12 改为 02-17",
    )
    .await;
    page.screenshot("calendar-before").await;
    page.click(("button", "载入放假安排")).await;
    page.see("已载入放假安排").await;
    page.see("2028 起").await;
    moved(
        &page,
        "责令整改 02-12 改为 02-17；送达检验结果 02-12 改为 02-17",
    )
    .await;

    // Another overlay beside the one that comes with the app: for the bureaus' duties alone.
    page.upload("[aria-label=在京机关调休文件]", &good).await;
    page.see("第 1 行，字段 notice：这是放假安排，不是在京机关调休")
        .await;
    page.upload("[aria-label=在京机关调休文件]", &overlay).await;
    page.see("“会议.csv”可以载入").await;
    page.see("调休现未启用：载入后须启用才计入。").await;
    page.click(("button", "载入在京机关调休")).await;
    page.see("已载入在京机关调休").await;
    page.click(("button", "启用调休")).await;
    moved(
        &page,
        "责令整改 02-12 改为 02-18；送达检验结果 02-12 改为 02-18",
    )
    .await;
    page.screenshot("calendar-after").await;
    page.click(("button", "停用调休")).await;
    moved(
        &page,
        "责令整改 02-12 改为 02-17；送达检验结果 02-12 改为 02-17",
    )
    .await;
    page.click(("button", "启用调休")).await;
    moved(
        &page,
        "责令整改 02-12 改为 02-18；送达检验结果 02-12 改为 02-18",
    )
    .await;
    page.see("已同步").await;
    page.click(("link", "京2027-001")).await;
    page.find(("heading", "北京晨木家具有限公司")).await;
    page.see("02-18").await;
    page.screenshot("calendar-case").await;
    page.assert_no_complaints().await;
    browser.close().await;

    let browser = Browser::launch(tablet.path()).await;
    let page = at_work(&browser, Look::TABLET, &server, "chaoyang").await;
    page.see("2028 起").await;
    page.see("会议放假：2027-02-15，放假 1 天").await;
    moved(
        &page,
        "责令整改 02-12 改为 02-18；送达检验结果 02-12 改为 02-18",
    )
    .await;
    assert!(
        !page.text().await.contains("选择放假安排文件"),
        "it is the municipal bureau's"
    );
    page.screenshot("calendar-tablet").await;
    page.evaluate::<bool>("navigator.serviceWorker.ready.then(() => true)")
        .await;

    // Without the server it is computed from what the device holds.
    server.stop();
    page.reload().await;
    page.fill(("textbox", "口令"), demo::PASSPHRASE).await;
    page.click(("button", "登录")).await;
    page.see("2028 起").await;
    moved(
        &page,
        "责令整改 02-12 改为 02-18；送达检验结果 02-12 改为 02-18",
    )
    .await;
    browser.close().await;
}
