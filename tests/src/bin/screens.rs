//! Takes the pictures of `app/docs/screens.md`, and writes that page: `tests/screens`.

use std::{fmt::Write as _, fs, path::Path};

use tests::{
    browser::{Browser, Look, Page},
    screens::each_screen,
    server::Server,
};

/// Which screens, as [`each_screen`] names them, what is said of them, and whether on a tablet.
const TAKEN: [(&str, &str, bool); 13] = [
    (
        "chaoyang /",
        "今日: what is due, the most urgent first",
        false,
    ),
    (
        "chaoyang /ledger",
        "台账: all cases, searched, filtered, many at once",
        false,
    ),
    (
        "chaoyang CASE",
        "案件: the timeline, the limits, and why a day is the day",
        false,
    ),
    (
        "chaoyang CASE/record/result_served",
        "登记: an event, and what follows from it before it is saved",
        false,
    ),
    (
        "chaoyang CASE/documents",
        "文书: the documents of a case",
        false,
    ),
    ("chaoyang CASE/visit", "现场: the visit", true),
    (
        "chaoyang /sync",
        "同步: what is on this device and what is not sent",
        true,
    ),
    (
        "chaoyang /account",
        "账号: passphrase, devices, the calendar of duties",
        true,
    ),
    ("municipal /", "今日 of the municipal bureau", false),
    ("municipal /import", "导入: sheets of results", false),
    (
        "municipal /bureau/announcements",
        "公告: from collecting to publishing",
        false,
    ),
    (
        "municipal /analysis",
        "分析: rates, times, what is overdue",
        false,
    ),
    (
        "admin /admin",
        "管理: accounts, bureaus, one-time links",
        false,
    ),
];

#[tokio::main]
async fn main() {
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../app/docs");
    let folder = docs.join("screens");
    fs::create_dir_all(&folder).expect("the folder can be made");
    let (server, profile) = (
        Server::demo(),
        tempfile::tempdir().expect("a folder is made"),
    );
    let browser = Browser::launch(profile.path()).await;
    each_screen(&server, &browser, async |page: &Page, screen: &str| {
        let Some((at, (_, _, on_tablet))) = (1..).zip(TAKEN).find(|(_, it)| it.0 == screen) else {
            return;
        };
        page.look(if on_tablet { Look::TABLET } else { Look::DESK })
            .await;
        page.holds("document.getAnimations().length === 0").await;
        let taken = page.screenshot(&format!("screen-{at:02}")).await;
        fs::copy(taken, folder.join(format!("{at:02}.png"))).expect("it can be copied");
        page.look(Look::DESK).await;
    })
    .await;
    browser.close().await;

    let mut page = String::from(
        "# Screens\n\nAs the demo shows them, at 1440 by 900 and on a tablet at 810 by 1080. Taken again by `tests/screens`.\n",
    );
    for (at, (_, said, _)) in (1..).zip(TAKEN) {
        write!(page, "\n## {said}\n\n![{said}](screens/{at:02}.png)\n")
            .expect("text can be written");
    }
    fs::write(docs.join("screens.md"), page).expect("the page can be written");
}
