//! What is a user's own: signing out with unsent work, and taking it in elsewhere; the passphrase;
//! devices; and what an administrator makes of accounts.

use tests::{
    browser::{Browser, Look, Page},
    desk::{Desk, PASSPHRASE},
    network::Network,
    server::Server,
};

const DEMO: &str = "aftercheck-demo";
const OTHER: &str = "another passphrase";
/// In the sample ledger its result is overdue for service.
const ENTERPRISE: &str = "北京华盛电缆有限公司";
/// How often the service stands in the case.
const SERVED: &str = "document.querySelector('#main').innerText.split('\\n')
    .filter(line => line.trim() === '送达检验结果').length";

async fn serve(page: &Page) {
    page.click(("link", "台账")).await;
    page.fill("#filter", ENTERPRISE).await;
    page.click(("#main", "link", ENTERPRISE)).await;
    page.click(("link", "登记事件")).await;
    page.click(("link", "送达检验结果")).await;
    page.click(("radio", "直接送达")).await;
    page.click(("main", "button", "登记")).await;
    page.see("已存本机").await;
}

async fn menu(page: &Page, item: (&str, &str)) {
    page.click(".bar [popovertarget=user-menu]").await;
    page.click(("#user-menu", item.0, item.1)).await;
}

async fn account(page: &Page) {
    menu(page, ("link", "账号与设备")).await;
    page.find(("heading", "账号与设备")).await;
    page.holds("!document.querySelector('#user-menu').matches(':popover-open')")
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn unsent_work_is_taken_along_sealed_and_comes_in_elsewhere_once() {
    let (server, profile) = (Server::demo(), tempfile::tempdir().unwrap());
    let network = Network::to(&server.url()).await;
    let browser = Browser::launch(profile.path()).await;
    let page = browser.page(Look::TABLET).await;
    page.open(&network.at("/")).await;
    page.sign_in("chaoyang", DEMO).await;
    page.see("已同步").await;
    page.evaluate::<bool>("navigator.serviceWorker.ready.then(() => true)")
        .await;
    network.cut();
    serve(&page).await;

    // Signing out says what is unsent, and gives it along.
    page.keep_files().await;
    menu(&page, ("button", "退出登录")).await;
    page.see("还有 1 条没有发送").await;
    page.see(&format!("{ENTERPRISE}：送达检验结果")).await;
    page.screenshot("account-leave").await;
    page.look(Look::TABLET.dark()).await;
    page.screenshot("account-leave-dark").await;
    page.look(Look::TABLET).await;
    page.click(("button", "导出加密副本并退出")).await;
    page.see("已导出加密副本，并已退出").await;
    let (name, sealed) = page.handed_out(1).await;
    assert!(name.starts_with("未发送-chaoyang-") && name.ends_with(".aftercheck"));
    let plain = ENTERPRISE.as_bytes();
    assert!(!sealed.windows(plain.len()).any(|part| part == plain));
    page.find(("textbox", "口令")).await;

    // Another device takes it in: with the passphrase, and as often as one likes.
    let (elsewhere, folder) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let file = folder.path().join("unsent.aftercheck");
    std::fs::write(&file, &sealed).unwrap();
    let office_browser = Browser::launch(elsewhere.path()).await;
    let office = office_browser.page(Look::DESK).await;
    office.open(&server.url()).await;
    office.sign_in("chaoyang", DEMO).await;
    office.see("已同步").await;
    account(&office).await;
    office.see("本机没有未发送的内容和草稿").await;
    office.see("这台设备").await;
    office.screenshot("account-desk").await;
    office.look(Look::DESK.dark()).await;
    office.screenshot("account-desk-dark").await;
    office.look(Look::DESK).await;
    let take_in = async |passphrase: &str, says: &str| {
        office.upload("#sealed-file", &file).await;
        office.fill("#sealed-passphrase", passphrase).await;
        office.click(("main", "button", "取回")).await;
        office.see(says).await;
        office.click(("button", "收起消息")).await;
        office.see_gone(says).await;
    };
    take_in("not the passphrase", "口令打不开这个文件").await;
    take_in(DEMO, "服务器已有其中 1 条登记").await;
    take_in(DEMO, "服务器已有其中 1 条登记").await;
    office.click(("link", "台账")).await;
    office.fill("#filter", ENTERPRISE).await;
    office.click(("#main", "link", ENTERPRISE)).await;
    office.click(("tab", "记录")).await;
    office.holds(&format!("{SERVED} === 1")).await;

    // The first device comes back with the same change, and nothing is there twice.
    network.mend();
    page.unlock(DEMO).await;
    page.see("已同步").await;
    office.holds(&format!("{SERVED} === 1")).await;
    office.reload().await;
    office.unlock(DEMO).await;
    office.click(("tab", "记录")).await;
    office.holds(&format!("{SERVED} === 1")).await;

    // The office ends the tablet: its cases go from it.
    account(&office).await;
    office.click(("main", "button", "停用")).await;
    office.see("丢失或不再使用").await;
    office.screenshot("account-end").await;
    office.click(("dialog[open]", "button", "停用")).await;
    office.see("已停用这台设备").await;
    page.see("这台设备已被停用").await;
    page.click(("link", "台账")).await;
    page.see_gone(ENTERPRISE).await;
    browser.close().await;
    office_browser.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_passphrase_changes_here_and_is_taken_up_elsewhere() {
    let (server, here, there) = (
        Server::demo(),
        tempfile::tempdir().unwrap(),
        tempfile::tempdir().unwrap(),
    );
    let browser = Browser::launch(here.path()).await;
    let page = browser.page(Look::DESK).await;
    page.open(&server.url()).await;
    page.sign_in("chaoyang", DEMO).await;
    page.see("已同步").await;
    let tablet_browser = Browser::launch(there.path()).await;
    let tablet = tablet_browser.page(Look::TABLET).await;
    tablet.open(&server.url()).await;
    tablet.sign_in("chaoyang", DEMO).await;
    tablet.see("已同步").await;

    account(&page).await;
    let change = async |old: &str| {
        page.fill("#old-passphrase", old).await;
        page.fill("#new-passphrase", OTHER).await;
        page.fill("#new-again", OTHER).await;
        page.click(("main", "button", "更换口令")).await;
    };
    change("not the passphrase").await;
    page.see("现在的口令不对").await;
    change(DEMO).await;
    page.see("已更换口令").await;
    menu(&page, ("button", "锁定")).await;
    page.unlock(DEMO).await;
    page.see("账号或口令不对").await;
    page.unlock(OTHER).await;
    page.see("已同步").await;

    // The tablet was sealed with the old one: it is asked for once.
    menu(&tablet, ("button", "锁定")).await;
    tablet.unlock(OTHER).await;
    tablet.see("口令已在别处更换").await;
    tablet.find("#old-passphrase").await;
    tablet.screenshot("account-old-passphrase").await;
    tablet.fill("#old-passphrase", DEMO).await;
    tablet.click(("button", "换成新口令并登录")).await;
    tablet.see("已同步").await;
    menu(&tablet, ("button", "锁定")).await;
    tablet.unlock(OTHER).await;
    tablet.see("已同步").await;
    browser.close().await;
    tablet_browser.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_administrator_moves_disables_and_resets_an_account() {
    let data = tempfile::tempdir().unwrap();
    let server = Server::start(data.path());
    let line = server.said("/welcome#");
    let token = line.split_once('#').unwrap().1.trim();
    let link = server.at(&format!("/welcome#{token}"));
    let admin = Desk::welcome(Look::DESK, &link, "first", "管理员").await;
    let link = admin.invite("区县局", Some("海淀区局"), "赵刚").await;
    let haidian = Desk::welcome(Look::DESK, &link, "haidian", "赵刚").await;

    // Another bureau.
    let page = &admin.page;
    page.reload().await;
    page.unlock(PASSPHRASE).await;
    page.click(("link", "管理")).await;
    page.click(("button", "修改 haidian")).await;
    page.screenshot("admin-edit").await;
    page.choose("#edit-bureau", "丰台区局").await;
    page.screenshot("admin-edit-tablet").await;
    page.click(("button", "保存")).await;
    page.see("已修改账号").await;
    page.see("丰台区局").await;
    page.screenshot("admin").await;
    page.look(Look::TABLET).await;
    page.screenshot("admin-tablet").await;
    page.look(Look::DESK).await;
    haidian.page.reload().await;
    haidian.unlock().await;
    haidian.page.see("丰台区局").await;

    // The last administrator stays.
    page.click(("button", "修改 first")).await;
    page.click(("checkbox", "停用")).await;
    page.click(("button", "保存")).await;
    page.see("总要留下一个可登录的管理员").await;
    page.click(("button", "取消")).await;

    // A new passphrase by a link; the device asks for the old one.
    page.click(("button", "修改 haidian")).await;
    page.click(("button", "重设口令的链接")).await;
    page.find("dialog .token").await;
    let link: String = page
        .evaluate("document.querySelector('dialog .token').innerText")
        .await;
    page.click(("button", "取消")).await;
    let elsewhere = tempfile::tempdir().unwrap();
    let browser = Browser::launch(elsewhere.path()).await;
    let reset = browser.page(Look::DESK).await;
    reset.open(&link).await;
    reset.see("为账号 haidian 设新口令").await;
    reset.screenshot("admin-reset").await;
    reset.fill(("textbox", "口令"), OTHER).await;
    reset.fill(("textbox", "再输一遍口令"), OTHER).await;
    reset.click(("button", "设新口令并登录")).await;
    reset.see("已同步").await;

    // Disabled: nobody signs in, and the devices let go.
    page.click(("button", "修改 haidian")).await;
    page.click(("checkbox", "停用")).await;
    page.click(("button", "保存")).await;
    page.see("已停用").await;
    reset.see("这台设备已被停用").await;
    let fresh = browser.page(Look::DESK).await;
    fresh.open(&server.at("/sign-in")).await;
    fresh.sign_in("haidian", PASSPHRASE).await;
    fresh.see("账号或口令不对").await;
    browser.close().await;
    admin.close().await;
    haidian.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn overdue_duties_stand_on_the_badge_and_in_the_calendar() {
    let (server, profile) = (Server::demo(), tempfile::tempdir().unwrap());
    let browser = Browser::launch(profile.path()).await;
    let page = browser.page(Look::DESK).await;
    page.open(&server.url()).await;
    page.evaluate::<bool>(
        "(navigator.setAppBadge = (count) => { globalThis.badge = count; return Promise.resolve(); }, true)",
    )
    .await;
    page.sign_in("chaoyang", DEMO).await;
    page.see("已同步").await;
    // The summary of 今日 begins with what is overdue.
    page.holds("Number(document.querySelector('main .tally a[href*=overdue] b').innerText) > 0")
        .await;
    page.holds(
        "badge === Number(document.querySelector('main .tally a[href*=overdue] b').innerText)",
    )
    .await;

    account(&page).await;
    page.see("还没有链接").await;
    page.click(("button", "生成订阅链接")).await;
    page.find("#main .token").await;
    let link: String = page
        .evaluate("document.querySelector('#main .token').innerText")
        .await;
    page.screenshot("account-calendar").await;
    let text: String = page
        .evaluate(&format!("fetch('{link}').then(it => it.text())"))
        .await;
    let unfolded = text.replace("\r\n ", "");
    assert!(unfolded.contains("SUMMARY:京") && !unfolded.contains("华盛"));
    page.keep_files().await;
    page.click(("button", "下载 .ics 一次")).await;
    let (name, bytes) = page.handed_out(1).await;
    assert!(name.ends_with(".ics"), "{name}");
    let once = String::from_utf8(bytes).unwrap();
    assert_eq!(
        once.matches("BEGIN:VEVENT").count(),
        text.matches("BEGIN:VEVENT").count()
    );
    page.click(("button", "作废链接")).await;
    page.see("链接已作废").await;
    let status: u16 = page
        .evaluate(&format!("fetch('{link}').then(it => it.status)"))
        .await;
    assert_eq!(status, 404);
    page.click(("button", "收起消息")).await;
    page.click(".bar [popovertarget=user-menu]").await;
    page.click(("#user-menu", "button", "锁定")).await;
    page.holds("badge === 0").await;
    browser.close().await;
}
