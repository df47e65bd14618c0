//! The ledger goes out as a sheet: what is on the screen, and nothing else.

use data_encoding::BASE64;
use sheets::{CellKind, Sheet};
use tests::{
    browser::{Browser, Look, Page},
    server::Server,
};

/// Keeps every file that the page hands to the browser, with its name.
const KEEP_FILES: &str = "(() => {
    globalThis.files = [];
    const make = URL.createObjectURL;
    URL.createObjectURL = (content) => { files.push({ content }); return make.call(URL, content); };
    const click = HTMLAnchorElement.prototype.click;
    HTMLAnchorElement.prototype.click = function () {
        if (this.download) files.at(-1).name = this.download;
        return click.call(this);
    };
    return true;
})()";
const LAST_FILE: &str = "(async () => {
    const { name, content } = files.at(-1);
    const bytes = new Uint8Array(await content.arrayBuffer());
    return [name, btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''))];
})()";

/// The file that the page hands out next, as a sheet.
async fn exported(page: &Page, format: &str, count: usize) -> Sheet {
    page.click(("main", "button", "导出")).await;
    page.click(("button", format)).await;
    page.holds(&format!("files.length === {count} && files.at(-1).name"))
        .await;
    let (name, bytes): (String, String) = page.evaluate(LAST_FILE).await;
    let bytes = BASE64.decode(bytes.as_bytes()).unwrap();
    sheets::read(&name, &bytes).unwrap().remove(0)
}

async fn rows_shown(page: &Page) -> usize {
    let shown: String = page
        .evaluate("document.querySelector('main .tally b').innerText")
        .await;
    shown.parse().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_ledger_as_shown_goes_out_as_a_sheet() {
    let (server, profile) = (Server::demo(), tempfile::tempdir().unwrap());
    let browser = Browser::launch(profile.path()).await;
    let page = browser.page(Look::DESK).await;
    page.open(&server.url()).await;
    page.fill(("textbox", "账号"), "municipal").await;
    page.fill(("textbox", "口令"), "aftercheck-demo").await;
    page.click(("button", "登录")).await;
    page.see("已同步").await;
    page.click(("link", "台账")).await;
    page.find(("main", "button", "导出")).await;
    page.evaluate::<bool>(KEEP_FILES).await;

    page.click(("main", "button", "导出")).await;
    page.see("按现在的筛选和次序").await;
    page.screenshot("export-menu").await;
    page.press("Escape").await;

    let all = exported(&page, "Excel 表", 1).await;
    assert_eq!(all.rows.len(), rows_shown(&page).await + 1);
    let heads: Vec<&str> = all.rows[0].iter().map(|cell| &*cell.text).collect();
    assert_eq!(heads[..4], ["案号", "企业名称", "产品", "不合格项目"]);
    let received = heads.iter().position(|head| *head == "收到材料").unwrap();
    let days = || (1..all.rows.len()).map(|row| all.cell(row, received));
    assert!(days().any(|cell| cell.kind == CellKind::Day));
    assert!(days().all(|cell| cell.kind == CellKind::Day || cell.text.is_empty()));
    let first: String = page
        .evaluate("document.querySelector('.grid tbody tr[id] a').innerText")
        .await;
    assert_eq!(all.cell(1, 1).text, first, "the order is the screen's");

    // One bureau, one period: the condition narrows what goes out.
    page.click(("button", "添加条件")).await;
    page.choose("#by-bureau", "朝阳区局").await;
    page.press("Escape").await;
    page.holds(&format!(
        "document.querySelector('main .tally b').innerText != '{}'",
        all.rows.len() - 1
    ))
    .await;
    let bureau = heads.iter().position(|head| *head == "承办").unwrap();
    let one = exported(&page, "文字表", 2).await;
    assert_eq!(one.rows.len(), rows_shown(&page).await + 1);
    assert!((1..one.rows.len()).all(|row| one.cell(row, bureau).text == "朝阳区局"));

    page.click(("button", "添加条件")).await;
    let periods: Vec<String> = page
        .evaluate("[...document.querySelectorAll('#by-period option')].slice(1).map(option => option.text)")
        .await;
    page.choose("#by-period", periods.last().unwrap()).await;
    page.press("Escape").await;
    page.see(periods.last().unwrap()).await;
    page.screenshot("export-period").await;
    let period = exported(&page, "Excel 表", 3).await;
    assert_eq!(period.rows.len(), rows_shown(&page).await + 1);
    assert!(period.rows.len() < one.rows.len(), "{periods:?}");
    page.look(Look::TABLET).await;
    page.screenshot("export-tablet").await;
    page.assert_no_complaints().await;
    browser.close().await;
}
