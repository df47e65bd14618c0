//! A sheet of 10,000 rows in the browser, without a network: it tells how far it is, can be stopped,
//! and the page goes on drawing.

use std::{fmt::Write as _, fs, time::Instant};

use tests::{
    browser::{Look, Page},
    desk::Desk,
    server::Server,
};
use tokio::time::{Duration, sleep};

const ROWS: usize = 10_000;
/// Far more than it takes: what it took is printed.
const PATIENCE: Duration = Duration::from_secs(300);
/// Between two pictures of the page nobody is to wait longer than this, in milliseconds.
const LONGEST_PAUSE_MILLISECONDS: f64 = 1_000.0;
/// Notes the longest time between two pictures.
const WATCH: &str = "(() => {
    globalThis.longest = 0;
    let last = performance.now();
    const next = (now) => { longest = Math.max(longest, now - last); last = now; requestAnimationFrame(next); };
    requestAnimationFrame(next);
    return true;
})()";

/// A result sheet as a provincial system writes it: every twentieth batch fails.
fn sheet() -> String {
    let mut text = String::from(
        "计划编号,承检机构,企业名称,生产地址,行政区划,产品名称,规格型号,商标,生产日期或批号,抽样日期,报告编号,综合判定,不合格项目,备注\n",
    );
    for row in 1..=ROWS {
        let (failed, items) = if row % 20 == 0 {
            (0, "导体电阻")
        } else {
            (1, "")
        };
        let day = row % 28 + 1;
        writeln!(
            text,
            "BJ2013Q2,北京市产品质量监督检验院,北京第{row}电缆有限公司,北京市朝阳区工业园{row}号,110105,电线电缆,60227 IEC 01(BV) 2.5,示例,2013-03-{day:02},2013-04-{day:02},JD2013-{row:05},{failed},{items},第 {row} 行"
        )
        .unwrap();
    }
    text
}

/// Waits until the page says this, and says how long it took.
async fn until(page: &Page, what: &str, expression: &str) -> Duration {
    let began = Instant::now();
    while !page.evaluate::<bool>(expression).await {
        assert!(began.elapsed() < PATIENCE, "{what}\n{}", page.text().await);
        sleep(Duration::from_millis(5)).await;
    }
    let took = began.elapsed();
    println!("{what}: {} ms", took.as_millis());
    took
}

fn says(words: &str) -> String {
    format!("document.body.innerText.includes('{words}')")
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_thousand_rows_show_their_progress_and_can_be_stopped() {
    let data = tempfile::tempdir().unwrap();
    let mut server = Server::start(data.path());
    let line = server.said("/welcome#");
    let token = line.split_once('#').unwrap().1.trim();
    let link = server.at(&format!("/welcome#{token}"));
    let admin = Desk::welcome(Look::DESK, &link, "first", "管理员").await;
    let link = admin.invite("市局", None, "市局经办").await;
    let desk = Desk::welcome(Look::DESK, &link, "municipal-1", "市局经办").await;
    admin.close().await;
    server.stop();
    desk.is_marked("离线").await;
    let page = &desk.page;
    let file = data.path().join("一万批.csv");
    fs::write(&file, sheet()).unwrap();

    // Stopped while it is read: nothing is on the desk.
    page.click(("link", "导入")).await;
    page.evaluate::<bool>(WATCH).await;
    page.upload("input[type=file]", &file).await;
    until(
        page,
        "rows are being counted",
        "/已读 \\d+ 行/.test(document.body.innerText)",
    )
    .await;
    page.evaluate::<bool>(
        "(() => { [...document.querySelectorAll('main button')].find(it => it.innerText === '取消').click(); return true; })()",
    )
    .await;
    page.see("拖到这里").await;

    // Read to its end, checked row by row, taken.
    page.upload("input[type=file]", &file).await;
    until(page, "read and checked", &says("批次10000")).await;
    page.see("不合格500").await;
    page.screenshot("import-large").await;
    page.click(("button", "导入 10000 批")).await;
    until(
        page,
        "being written, with its count",
        "/正在写入本机，\\d+ \\/ 10000/.test(document.body.innerText)",
    )
    .await;
    until(page, "taken", &says("10000 批新立案")).await;
    let longest: f64 = page.evaluate("globalThis.longest").await;
    println!("longest pause between two pictures: {longest:.0} ms");
    page.click(("link", "台账")).await;
    until(page, "in the ledger", "document.querySelector('main .tally')?.innerText.replace(/\\s/g, '').includes('共10000') ?? false").await;
    page.assert_no_complaints().await;
    assert!(longest < LONGEST_PAUSE_MILLISECONDS, "{longest} ms");
    desk.close().await;
}
