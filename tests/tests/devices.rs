//! What befalls devices, as their officers see it: harm to the stores, a full disk, disagreement,
//! a case that moves away, a wrong clock, two users, two tabs.

use std::time::Duration;

use server::api::now_milliseconds;
use shared::{Day, EventKind, change::Subject};
use tests::{
    browser::{Browser, Look, Page},
    desk::Desk,
    device::Device,
    server::Server,
};
use tokio::time::sleep;

const PASSPHRASE: &str = "aftercheck-demo";
/// How long ago something was typed when the page goes: the journal has it by then.
const A_MOMENT: Duration = Duration::from_secs(1);
/// How long Chromium goes on with what it last knew of the room that there is.
const ROOM_REMEMBERED: Duration = Duration::from_secs(31);
/// How soon another tab shows what one has recorded, in milliseconds.
const NEWS_MILLISECONDS: f64 = 1_000.0;

/// A server with the sample ledger, and 朝阳's officer at a PC.
struct Office {
    server: Server,
    desk: Desk,
}

impl Office {
    async fn open() -> Self {
        let server = Server::demo();
        let desk = Desk::of_demo(Look::DESK, &server, "chaoyang").await;
        Self { server, desk }
    }

    /// The network is gone for the app, though not for the page.
    async fn cut_off(&self, page: &Page) {
        page.block(&[&self.server.at("/api/*")]).await;
    }

    /// A device of a user without a screen.
    async fn device(&self, user: &str, name: &str) -> Device {
        let mut device = Device::sign_in(&self.server.url(), user, PASSPHRASE, name).await;
        device.sync().await;
        device
    }
}

/// As of when the sample ledger stands.
fn today() -> String {
    Day::at_unix_milliseconds(i64::try_from(now_milliseconds()).unwrap()).to_string()
}

/// The network is back.
async fn connect(page: &Page) {
    page.block(&[]).await;
    page.evaluate::<bool>("dispatchEvent(new Event('online'))")
        .await;
}

/// Opens the form for the first service that is due; gives the case's address.
async fn open_service(page: &Page) -> String {
    page.bring_to_front().await;
    page.click(("link", "今日")).await;
    page.find(("main", "link", "登记送达")).await;
    let form: String = page
        .evaluate("document.querySelector('main a[href*=\"/record/result_served\"]').getAttribute('href')")
        .await;
    page.click(format!("main a[href='{form}']").as_str()).await;
    page.find(("main", "button", "登记")).await;
    page.holds(&format!("location.pathname + location.search === '{form}'"))
        .await;
    form.split("/record/").next().unwrap().to_owned()
}

async fn save(page: &Page) {
    page.click(("main", "button", "登记")).await;
    page.holds("!location.pathname.includes('/record/')").await;
    page.see("已存本机").await;
}

async fn record_service(page: &Page) -> String {
    let case = open_service(page).await;
    page.click(("radio", "直接送达")).await;
    save(page).await;
    case
}

fn subject_of(case: &str) -> Subject {
    case.replace("/cases/", "case/").parse().unwrap()
}

/// The page of how device and server stand.
async fn open_sync(page: &Page) {
    page.click(("link", "同步")).await;
    page.find(("heading", "这台设备")).await;
}

/// Changes the sealed bytes of one change of the journal: the newest, or the oldest.
const DAMAGE: &str = "(async () => {
    const told = (request) => new Promise((resolve, reject) => {
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error);
    });
    const database = await told(indexedDB.open('aftercheck/chaoyang'));
    const transaction = database.transaction('changes', 'readwrite');
    const changes = transaction.objectStore('changes');
    const all = await told(changes.index('revision').getAll());
    const record = all.at(WHICH);
    record.sealed[record.sealed.length - 1] ^= 1;
    await told(changes.put(record));
    await new Promise((resolve) => { transaction.oncomplete = resolve; });
    database.close();
    return true;
})()";

#[tokio::test(flavor = "multi_thread")]
async fn harm_to_the_journal_is_told_and_fetched_again() {
    let mut office = Office::open().await;
    let page = &office.desk.page;
    open_sync(page).await;
    let kept: String = page
        .evaluate("document.body.innerText.match(/[0-9,]+ 件，加密存放/)[0]")
        .await;
    // One that the server has: it is fetched again, and the officer told.
    page.evaluate::<bool>(&DAMAGE.replace("WHICH", "0")).await;
    office.desk.reload().await;
    page.see("本机日志有 1 条损坏，正从服务器取回").await;
    office.desk.is_marked("已同步").await;
    open_sync(page).await;
    page.see(&kept).await;
    office.desk.reload().await;
    office.desk.is_marked("已同步").await;
    open_sync(page).await;
    page.see(&kept).await;
    page.see_gone("本机日志有").await;

    // One that nobody has: it is told as lost, and what is recorded after it arrives.
    office.server.stop();
    let lost = record_service(page).await;
    page.evaluate::<bool>(&DAMAGE.replace("WHICH", "-1")).await;
    office.desk.reload().await;
    page.see("本机日志有 1 条在发送前已损坏").await;
    let case = record_service(page).await;
    assert_eq!(case, lost, "it is due again");
    open_sync(page).await;
    page.find(("heading", "待发送 1")).await;
    office.desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_deleted_behind_the_apps_back_is_told_and_filled_again() {
    let office = Office::open().await;
    let page = &office.desk.page;
    let case = record_service(page).await;
    office.desk.is_marked("已同步").await;

    // Local storage: mended from the journal, and said.
    page.evaluate::<bool>("localStorage.clear(), true").await;
    office.desk.reload().await;
    page.see("本机快速存储被清空过，已按日志重建，数据没有丢失")
        .await;
    page.open(&office.server.at(&format!("{case}?tab=log")))
        .await;
    office.desk.unlock().await;
    page.see("送达检验结果").await;

    // The journal: said before the sign-in, and fetched from the server.
    office.desk.lock().await;
    page.evaluate::<bool>(
        "new Promise((resolve) => { indexedDB.deleteDatabase('aftercheck/chaoyang').onsuccess = () => resolve(true); })",
    )
    .await;
    page.reload().await;
    page.see("浏览器清除了数据，登录后重新取回").await;
    page.screenshot("emptied").await;
    office.desk.unlock().await;
    page.see("送达检验结果").await;
    office.desk.is_marked("已同步").await;
    record_service(page).await;
    office.desk.is_marked("已同步").await;
    office.desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn where_there_is_no_room_nothing_is_called_saved_and_nothing_typed_is_lost() {
    let mut office = Office::open().await;
    office.server.stop();
    let (desk, page, url) = (&office.desk, &office.desk.page, office.server.url());
    open_service(page).await;
    page.click(("radio", "直接送达")).await;
    page.click(("button", "昨天")).await;
    sleep(A_MOMENT).await;
    page.limit_storage(&url, Some(1)).await;
    sleep(ROOM_REMEMBERED).await;
    // A full device opens all the same.
    desk.reload().await;
    page.see("上次填写、没有登记的内容已恢复").await;
    page.click(("main", "button", "登记")).await;
    page.see("没有登记成功").await;
    page.see("本机空间不足，这一笔没有存下；已存的都在").await;
    page.screenshot("no-room").await;
    page.limit_storage(&url, None).await;
    desk.reload().await;
    page.see("上次填写、没有登记的内容已恢复").await;
    save(page).await;

    // Local storage that others have filled: the journal keeps all the same.
    page.evaluate::<bool>(
        "(() => { for (let size = 1 << 20, at = 0; size > 8;)
            try { localStorage.setItem('other/' + at, 'x'.repeat(size)); at += 1; } catch { size >>= 1; } return true; })()",
    )
    .await;
    record_service(page).await;
    desk.reload().await;
    page.see("本机快速存储").await;
    open_sync(page).await;
    page.find(("heading", "待发送 2")).await;

    // Where the browser tells that little room is left, the officer is warned before it is too late.
    page.tell_of_little_room().await;
    desk.reload().await;
    page.see("本机空间将满：再登记可能存不下").await;
    page.screenshot("little-room").await;
    office.desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_typed_is_there_after_the_page_is_loaded_again_and_locked() {
    let office = Office::open().await;
    let (desk, page) = (&office.desk, &office.desk.page);
    let case = open_service(page).await;
    page.click(("radio", "留置送达")).await;
    page.click(("button", "昨天")).await;
    let day: String = page.evaluate("document.getElementById('on').value").await;
    let restored = async || {
        page.see("上次填写、没有登记的内容已恢复").await;
        page.holds(&format!("document.getElementById('on').value === '{day}'"))
            .await;
        page.holds("document.querySelector('main form input[type=radio]:checked').closest('label').innerText.includes('留置送达')").await;
    };
    sleep(A_MOMENT).await;
    desk.reload().await;
    restored().await;
    page.screenshot("draft").await;
    desk.lock().await;
    desk.unlock().await;
    restored().await;
    // Thrown away, it does not come back.
    page.click(("button", "从头填写")).await;
    page.see_gone("上次填写").await;
    sleep(A_MOMENT).await;
    desk.reload().await;
    page.find(("main", "button", "登记")).await;
    page.holds("document.querySelector('main form input[type=radio]:checked') === null")
        .await;
    page.see_gone("上次填写").await;

    page.click(("radio", "邮寄送达")).await;
    save(page).await;
    page.holds(&format!("location.pathname === '{case}'")).await;
    office.desk.close().await;
}

/// What a case shows: its deadlines, and its record.
async fn shown(page: &Page) -> [String; 2] {
    let mut shown = [String::new(), String::new()];
    for (tab, shown) in ["期限", "记录"].into_iter().zip(&mut shown) {
        page.click(("tab", tab)).await;
        let panel = "document.querySelector('[role=tabpanel]')";
        page.holds(&format!(
            "{panel}.getAttribute('aria-labelledby') === document.querySelector('[role=tab][aria-selected=true]').id"
        ))
        .await;
        *shown = page.evaluate(&format!("{panel}.innerText")).await;
    }
    shown
}

/// Whether a deadline is marked as disputed.
const DISPUTED: &str =
    "document.getElementById('panel-deadlines')?.innerText.includes('两处登记不一')";

#[tokio::test(flavor = "multi_thread")]
async fn two_who_disagree_settle_it_by_one_retraction() {
    let office = Office::open().await;
    let tablet = Desk::of_demo(Look::TABLET, &office.server, "chaoyang").await;
    let (desk, other) = (&office.desk, &tablet.page);
    let page = &desk.page;
    office.cut_off(page).await;
    office.cut_off(other).await;
    let case = record_service(page).await;
    assert_eq!(
        open_service(other).await,
        case,
        "neither knows of the other"
    );
    other.click(("radio", "邮寄送达")).await;
    other.click(("button", "昨天")).await;
    save(other).await;
    connect(page).await;
    desk.is_marked("已同步").await;
    connect(other).await;
    tablet.is_marked("已同步").await;

    for page in [page, other] {
        page.click(("tab", "冲突")).await;
        page.see("两处登记不一").await;
        page.see("暂按此条计算").await;
    }
    page.screenshot("conflict").await;
    other.screenshot("conflict-tablet").await;
    for page in [page, other] {
        page.click(("tab", "期限")).await;
        page.holds(&format!("{DISPUTED} === true")).await;
    }
    page.screenshot("disputed").await;
    assert_eq!(shown(page).await, shown(other).await, "both see the same");

    // One action of one of them.
    page.click(("tab", "冲突")).await;
    let wrong: String = page
        .evaluate("[...document.querySelectorAll('[role=tabpanel] button')].at(-1).getAttribute('aria-label')")
        .await;
    page.click(("button", wrong.as_str())).await;
    for page in [page, other] {
        page.click(("tab", "冲突")).await;
        page.see("没有冲突").await;
        page.click(("tab", "期限")).await;
        page.holds(&format!("{DISPUTED} === false")).await;
    }
    desk.is_marked("已同步").await;
    tablet.is_marked("已同步").await;
    assert_eq!(shown(page).await, shown(other).await, "both see the same");
    tablet.close().await;
    office.desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_case_that_moves_away_goes_and_what_was_unsent_is_in_the_tray() {
    let office = Office::open().await;
    let (desk, page) = (&office.desk, &office.desk.page);
    let mut municipal = office.device("municipal", "office").await;
    let mut forward = async |case: &str, to: &str| {
        municipal.event_with(
            &subject_of(case),
            EventKind::MaterialsForwarded,
            &today(),
            |event| event.to = Some(to.into()),
        );
        municipal.sync().await;
    };
    office.cut_off(page).await;
    let case = record_service(page).await;
    page.see("离线，待发 1 条").await;
    forward(&case, "110108").await;
    connect(page).await;
    page.see("退回 1 条").await;
    page.see("没有这个案件").await;
    open_sync(page).await;
    page.find(("heading", "被退回 1")).await;
    page.see("案件已不归本局办理").await;
    page.see("不在本机").await;
    page.screenshot("tray").await;
    page.look(Look::TABLET).await;
    page.screenshot("tray-tablet").await;
    page.look(Look::DESK).await;

    // The municipal bureau sees it too, and whose it is.
    let bureau = Desk::of_demo(Look::DESK, &office.server, "municipal").await;
    open_sync(&bureau.page).await;
    bureau.page.find(("heading", "被退回 1")).await;
    bureau.page.see("chaoyang").await;
    bureau.page.see("由承办单位登记").await;
    bureau.page.screenshot("tray-municipal").await;

    // It comes back: the officer mends the content and records it again.
    forward(&case, "110105").await;
    page.click(("button", "修改后再登记")).await;
    page.see("上次填写、没有登记的内容已恢复").await;
    save(page).await;
    page.holds(&format!("location.pathname === '{case}'")).await;
    desk.is_marked("已同步").await;
    open_sync(page).await;
    page.see("已再登记").await;
    page.screenshot("tray-mended").await;
    bureau.page.see("已再登记").await;
    bureau.close().await;
    office.desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_bureau_of_the_registration_reads_a_case_of_which_it_has_a_copy() {
    let server = Server::demo();
    let desk = Desk::of_demo(Look::DESK, &server, "haidian").await;
    let page = &desk.page;
    let mut chaoyang = Device::sign_in(&server.url(), "chaoyang", PASSPHRASE, "chaoyang-pc").await;
    chaoyang.sync().await;
    let case = chaoyang.a_case_of("110105");
    page.open(&server.at(&format!("/cases/{}", case.as_str().replace("case/", ""))))
        .await;
    desk.unlock().await;
    page.see("没有这个案件").await;
    let copy = chaoyang.event_with(&case, EventKind::CopyReported, &today(), |event| {
        event.to = Some("110108".into());
    });
    chaoyang.sync().await;
    page.see("抄报本局，只能查看").await;
    page.click(("tab", "记录")).await;
    page.holds("document.getElementById('panel-log')?.innerText.includes('抄报')")
        .await;
    page.screenshot("copy").await;
    assert!(
        !page.text().await.contains("登记事件"),
        "nothing is recorded there"
    );
    let address: String = page.evaluate("location.pathname").await;
    page.open(&server.at(&format!("{address}/record"))).await;
    desk.unlock().await;
    page.see("这里没有您可以登记的事件").await;

    // The report is taken back, and the copy with it.
    chaoyang.event_with(&case, EventKind::Retracted, &today(), |event| {
        event.retracts = Some(copy);
    });
    chaoyang.sync().await;
    page.see("没有这个案件").await;
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_clock_is_told() {
    let (server, profile) = (Server::demo(), tempfile::tempdir().unwrap());
    let browser = Browser::launch(profile.path()).await;
    let page = browser.page(Look::DESK).await;
    page.set_clock("2031-03-04T09:00:00+08:00").await;
    page.open(&server.url()).await;
    page.fill(("textbox", "账号"), "chaoyang").await;
    page.fill(("textbox", "口令"), PASSPHRASE).await;
    page.click(("button", "登录")).await;
    page.see("本机时钟比服务器快").await;
    page.screenshot("clock").await;
    browser.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_users_of_one_tablet_send_only_their_own() {
    let office = Office::open().await;
    let (desk, page) = (&office.desk, &office.desk.page);
    office.cut_off(page).await;
    let case = record_service(page).await;
    page.see("离线，待发 1 条").await;
    desk.lock().await;
    connect(page).await;

    // A colleague of another bureau has the tablet now: nothing goes out under that sign-in.
    page.click(("button", "其他账号")).await;
    page.fill(("textbox", "账号"), "haidian").await;
    desk.unlock().await;
    desk.is_marked("已同步").await;
    open_sync(page).await;
    page.see("没有待发的内容").await;
    let mut auditor = office.device("municipal", "auditor").await;
    let served = |device: &Device| device.recorded_by("chaoyang", &subject_of(&case));
    let before = served(&auditor);
    desk.lock().await;
    page.click(("button", "chaoyang")).await;
    desk.unlock().await;
    desk.is_marked("已同步").await;
    open_sync(page).await;
    page.see("没有待发的内容").await;
    page.see_gone("被退回").await;
    auditor.sync().await;
    assert_eq!(served(&auditor), before + 1);
    office.desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_tab_shows_within_a_second_what_one_has_recorded() {
    let mut office = Office::open().await;
    office.server.stop();
    let page = &office.desk.page;
    let case = open_service(page).await;
    page.click(("radio", "直接送达")).await;

    let other = office.desk.tab(Look::DESK).await;
    other
        .open(&office.server.at(&format!("{case}?tab=log")))
        .await;
    office.desk.unlock_in(&other).await;
    other.find(("tab", "记录")).await;
    other
        .holds("document.getElementById('panel-log') !== null")
        .await;
    const WATCH: &str = "{
        globalThis.seen = null;
        const look = () => seen ??= document.getElementById('panel-log')?.innerText.includes('送达检验结果') ? Date.now() : null;
        new MutationObserver(look).observe(document.body, { childList: true, subtree: true, characterData: true });
        look() === null
    }";
    assert!(other.evaluate::<bool>(WATCH).await, "not yet");
    page.bring_to_front().await;
    const SAVED: &str = "{
        globalThis.saved = null;
        new MutationObserver(() => saved ??= document.body.innerText.includes('已存本机') ? Date.now() : null)
            .observe(document.body, { childList: true, subtree: true, characterData: true });
        true
    }";
    page.evaluate::<bool>(SAVED).await;
    save(page).await;
    other.holds("seen !== null").await;
    let (saved, seen): (f64, f64) = (page.evaluate("saved").await, other.evaluate("seen").await);
    println!("{{\"news_after_milliseconds\":{}}}", seen - saved);
    assert!(seen - saved < NEWS_MILLISECONDS, "{} ms", seen - saved);
    office.desk.close().await;
}
