//! What goes out of the app as files: the ledger as a sheet, what is on the screen and nothing else;
//! cases with all that belongs to them.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use ::server::{
    contents::Contents,
    db::{self, Database},
};
use shared::{CaseFile, attachment::ContentHash, travel::pack};
use sheets::{CellKind, Content, Sheet};
use tests::{
    browser::{Browser, Look, Page},
    desk::Desk,
    server::{Server, binary},
};

/// The file that the page hands out next, as a sheet.
async fn exported(page: &Page, format: &str, count: usize) -> Sheet {
    page.click(("main", "button", "导出")).await;
    page.click(("button", format)).await;
    let (name, bytes) = page.handed_out(count).await;
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
    page.sign_in("municipal", "aftercheck-demo").await;
    page.see("已同步").await;
    page.click(("link", "台账")).await;
    page.find(("main", "button", "导出")).await;
    page.keep_files().await;

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
    page.choose("#by-bureau", "不限").await;
    page.choose("#by-period", periods.last().unwrap()).await;
    page.holds(&format!(
        "[...document.querySelectorAll('.chip')].some(it => it.innerText.includes('{}'))",
        periods.last().unwrap()
    ))
    .await;
    page.press("Escape").await;
    page.screenshot("export-period").await;
    let period = exported(&page, "Excel 表", 3).await;
    assert_eq!(period.rows.len(), rows_shown(&page).await + 1);
    assert!(
        (2..all.rows.len()).contains(&period.rows.len()),
        "{periods:?}"
    );
    page.look(Look::TABLET).await;
    page.screenshot("export-tablet").await;
    page.assert_no_complaints().await;
    browser.close().await;
}

/// The cases of a file, and the bytes that lie beside them.
fn opened(name: &str, bytes: &[u8]) -> (Vec<CaseFile>, Vec<Vec<u8>>) {
    let (mut cases, mut attachments) = (Vec::new(), Vec::new());
    for part in sheets::open(name, bytes, &mut |_| {}) {
        match part.content.unwrap() {
            Content::Cases(of_part) => cases.extend(of_part.into_iter().map(Result::unwrap)),
            Content::Attachment(bytes) => attachments.push(bytes),
            Content::Sheets(_) => panic!("{} is no case", part.name),
        }
    }
    (cases, attachments)
}

/// Every case of a ledger as its file, by id.
fn ledger(data: &Path) -> BTreeMap<String, CaseFile> {
    let mut files = BTreeMap::new();
    let database = Database::open(data).unwrap();
    let shown = database.each_case::<db::Error>(|subject, changes| {
        if let Some(id) = subject.case_id() {
            files.insert(id.to_string(), pack(&id, changes));
        }
        Ok(())
    });
    shown.unwrap();
    files
}

/// One case and many go out with all that belongs to them, change nothing where they come from, and
/// make the same ledger elsewhere.
#[tokio::test(flavor = "multi_thread")]
async fn cases_travel_as_files_without_loss_or_doubles() {
    const SCAN: &[u8] = b"%PDF-1.4\n% a scan of a report\n";
    let folder = tempfile::tempdir().unwrap();
    let scan = folder.path().join("整改报告.pdf");
    fs::write(&scan, SCAN).unwrap();

    let (server, profile) = (Server::demo(), tempfile::tempdir().unwrap());
    let browser = Browser::launch(profile.path()).await;
    let page = browser.page(Look::DESK).await;
    page.open(&server.url()).await;
    page.sign_in("municipal", "aftercheck-demo").await;
    page.see("已同步").await;
    page.click(("link", "台账")).await;
    page.find(("main", "button", "导出")).await;
    page.keep_files().await;

    // One: without attachments a .json by itself.
    page.click("table.grid tbody tr[id] a").await;
    page.click(("main", "button", "导出")).await;
    let (name, bytes) = page.handed_out(1).await;
    assert!(Path::new(&name).extension().is_some_and(|it| it == "json"));
    let (one, none) = opened(&name, &bytes);
    assert_eq!((one.len(), none.len()), (1, 0));
    let details = &one[0].events[0].details;
    assert!(details.contains_key("author") && details.contains_key("recorded_at"));

    // Many: with what one of them attaches.
    page.click(("tab", "附件")).await;
    page.upload("[role=tabpanel] input[type=file]", &scan).await;
    page.see("整改报告.pdf").await;
    page.click(("link", "台账")).await;
    page.find(("main", "button", "导出")).await;
    let count = rows_shown(&page).await;
    page.click(("main", "button", "导出")).await;
    page.click(("button", "案件文件")).await;
    let (name, bytes) = page.handed_out(2).await;
    let (cases, attachments) = opened(&name, &bytes);
    assert_eq!(cases.len(), count);
    assert_eq!(attachments, [SCAN]);

    // Where they come from, nothing is new.
    let archive = folder.path().join("案件文件.zip");
    fs::write(&archive, &bytes).unwrap();
    page.click(("link", "导入")).await;
    page.upload("input[type=file]", &archive).await;
    page.see("已在台账，只补所缺").await;
    page.screenshot("case-files").await;
    page.click(("button", format!("导入 {count} 件").as_str()))
        .await;
    page.see(&format!("{count} 件已在台账，没有新内容")).await;
    page.assert_no_complaints().await;
    browser.close().await;

    // Elsewhere they make the same ledger: authors, times, edits and attachments.
    let data = tempfile::tempdir().unwrap();
    let mut server = Server::start(data.path());
    let line = server.said("/welcome#");
    let token = line.split_once('#').unwrap().1.trim();
    let link = server.at(&format!("/welcome#{token}"));
    let admin = Desk::welcome(Look::DESK, &link, "first", "管理员").await;
    let link = admin.invite("市局", None, "市局经办").await;
    let desk = Desk::welcome(Look::TABLET, &link, "municipal-1", "市局经办").await;
    admin.close().await;
    desk.page.click(("link", "导入")).await;
    desk.page.upload("input[type=file]", &archive).await;
    desk.page.see("新立案").await;
    desk.page.screenshot("case-files-new-tablet").await;
    let take = format!("导入 {count} 件");
    desk.page.click(("button", take.as_str())).await;
    desk.page.see(&format!("{count} 件新立案")).await;
    desk.page.click(("link", "台账")).await;
    desk.page.see(&format!("共{count}")).await;
    desk.is_marked("已同步").await;
    desk.page.assert_no_complaints().await;
    desk.close().await;
    server.stop();

    let sent: BTreeMap<String, CaseFile> = cases
        .into_iter()
        .map(|case| (case.other["id"].as_str().unwrap().to_owned(), case))
        .collect();
    let taken = ledger(data.path());
    assert_eq!(
        taken.keys().collect::<Vec<_>>(),
        sent.keys().collect::<Vec<_>>()
    );
    for (id, case) in &sent {
        assert_eq!(taken[id], *case, "{id}");
    }
    let hash = ContentHash::of(SCAN);
    let content = Contents::beside(data.path());
    assert_eq!(content.read(&hash, 0, SCAN.len() as u64).unwrap(), SCAN);

    let out = through_the_command_line(folder.path(), &archive, &sent);
    let written = out.join("attachments").join(format!("{hash}.pdf"));
    assert_eq!(fs::read(written).unwrap(), SCAN);
}

/// The command line takes the same archive in, and writes out what it took.
fn through_the_command_line(
    folder: &Path,
    archive: &Path,
    sent: &BTreeMap<String, CaseFile>,
) -> PathBuf {
    let (data, out) = (folder.join("data"), folder.join("out"));
    let run = |arguments: &[&Path]| {
        let output = Command::new(binary()).args(arguments).output().unwrap();
        assert!(output.status.success(), "{output:?}");
    };
    let of_data = ["--data".as_ref(), data.as_path()];
    run(&[&["import".as_ref()], &of_data[..], &[archive]].concat());
    let to = ["--out".as_ref(), out.as_path()];
    run(&[&["export".as_ref()], &of_data[..], &to].concat());
    assert_eq!(&ledger(&data), sent);
    out
}
