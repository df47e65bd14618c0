//! What a device keeps: it survives, it is sealed, and it mends itself.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

use tests::{
    browser::{Browser, Look, Page},
    server::Server,
};
use tokio::time::sleep;

const USER: &str = "chaoyang";
const PASSPHRASE: &str = "aftercheck-demo";
/// How long after "saved" the power goes.
const AFTER_SAVED: Duration = Duration::from_millis(50);
const POWER_CUTS: usize = 20;

/// A device on which an officer has signed in once, and its server.
struct Device {
    server: Server,
    profile: tempfile::TempDir,
    browser: Browser,
    page: Page,
}

impl Device {
    async fn signed_in() -> Self {
        let (server, profile) = (Server::demo(), tempfile::tempdir().unwrap());
        let browser = Browser::launch(profile.path()).await;
        let page = browser.page(Look::DESK).await;
        page.open(&server.url()).await;
        page.fill(("textbox", "账号"), USER).await;
        unlock(&page).await;
        page.see("已同步").await;
        page.evaluate::<bool>("navigator.serviceWorker.ready.then(() => true)")
            .await;
        Self {
            server,
            profile,
            browser,
            page,
        }
    }

    /// The power goes and comes back; the officer unlocks the device again.
    async fn cut_power(self) -> Self {
        let Self {
            server,
            profile,
            browser,
            ..
        } = self;
        browser.kill().await;
        let browser = Browser::launch(profile.path()).await;
        let page = browser.page(Look::DESK).await;
        page.open(&server.url()).await;
        unlock(&page).await;
        Self {
            server,
            profile,
            browser,
            page,
        }
    }

    async fn reload(&self) {
        self.page.reload().await;
        unlock(&self.page).await;
    }
}

async fn unlock(page: &Page) {
    page.fill(("textbox", "口令"), PASSPHRASE).await;
    page.click(("button", "登录")).await;
    page.find(("link", "今日")).await;
}

/// Fills in the form for the first service that is due but for `before` others.
async fn fill_service(page: &Page, before: usize) {
    page.bring_to_front().await;
    page.click(("link", "今日")).await;
    page.find(("main", "link", "登记送达")).await;
    let form: String = page
        .evaluate(&format!(
            "[...document.querySelectorAll('main a[href*=\"/record/result_served\"]')][{before}].getAttribute('href')"
        ))
        .await;
    page.click(format!("main a[href='{form}']").as_str()).await;
    page.click(("radio", "直接送达")).await;
}

/// Records the first service that is due; gives the case's address.
async fn record_service(page: &Page) -> String {
    fill_service(page, 0).await;
    page.click(("main", "button", "登记")).await;
    saved(page).await
}

/// Waits until the page goes back to the case, which it does once the record is saved.
async fn saved(page: &Page) -> String {
    page.holds("!location.pathname.includes('/record/')").await;
    page.see("已存本机").await;
    page.evaluate("location.pathname").await
}

/// The cases that the device says wait to be sent.
async fn waiting(page: &Page) -> BTreeSet<String> {
    page.bring_to_front().await;
    page.click(("link", "同步")).await;
    page.find(("heading", "这台设备")).await;
    // Said once the journal has been read, and the server asked in vain.
    page.see("离线，待发").await;
    let cases: Vec<String> = page
        .evaluate("[...document.querySelectorAll('[aria-labelledby=waiting] a')].map(link => link.pathname)")
        .await;
    cases.into_iter().collect()
}

/// The same, once there are so many.
async fn all_waiting(page: &Page, count: usize) -> BTreeSet<String> {
    page.bring_to_front().await;
    page.click(("link", "同步")).await;
    page.find(("heading", format!("待发送 {count}").as_str()))
        .await;
    waiting(page).await
}

/// Cases of the ledger, as many as the screen shows.
async fn cases_in_sight(page: &Page) -> BTreeSet<String> {
    page.click(("link", "台账")).await;
    page.see("北京").await;
    let cases: Vec<String> = page
        .evaluate("[...document.querySelectorAll('main a[href^=\"/cases/\"]')].map(link => link.pathname)")
        .await;
    cases.into_iter().collect()
}

/// Goes to an address within the app.
async fn go(page: &Page, address: &str) {
    let go = format!(
        "history.pushState(null, '', '{address}'), dispatchEvent(new PopStateEvent('popstate'))"
    );
    page.evaluate::<bool>(&go).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_called_saved_survives_a_reload_and_power_cuts() {
    let mut device = Device::signed_in().await;
    let cases = cases_in_sight(&device.page).await;
    assert!(cases.len() > POWER_CUTS, "{cases:?}");
    device.server.stop();
    device.reload().await;
    let (mut recorded, mut lost) = (BTreeSet::new(), BTreeSet::new());
    for case in cases.into_iter().take(POWER_CUTS) {
        go(&device.page, &format!("{case}/record/status_reported")).await;
        device.page.click(("main", "button", "登记")).await;
        assert_eq!(saved(&device.page).await, case);
        sleep(AFTER_SAVED).await;
        device = device.cut_power().await;
        recorded.insert(case);
        let kept = waiting(&device.page).await;
        lost.extend(recorded.difference(&kept).cloned());
    }
    println!(
        "{{\"power_cuts\":{POWER_CUTS},\"recorded\":{},\"lost\":{}}}",
        recorded.len(),
        lost.len()
    );
    assert!(lost.is_empty(), "lost {lost:?}");
    device.reload().await;
    assert_eq!(all_waiting(&device.page, POWER_CUTS).await, recorded);
    device.browser.close().await;
}

/// Everything in IndexedDB and local storage, as text: bytes as if they were UTF-8.
const EVERYTHING_KEPT: &str = "(async () => {
    const told = (request) => new Promise((resolve, reject) => {
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error);
    });
    const words = (value) => value instanceof Uint8Array ? new TextDecoder().decode(value)
        : value && typeof value === 'object' ? Object.values(value).map(words).join(' ')
        : String(value);
    const kept = [Object.entries(localStorage).flat().join(' ')];
    for (const { name } of await indexedDB.databases()) {
        const database = await told(indexedDB.open(name));
        for (const store of database.objectStoreNames) {
            const values = database.transaction(store).objectStore(store);
            kept.push(name, store, words(await told(values.getAllKeys())), words(await told(values.getAll())));
        }
        database.close();
    }
    return kept.join(' ');
})()";

#[tokio::test(flavor = "multi_thread")]
async fn neither_the_stores_nor_the_files_name_an_enterprise() {
    let device = Device::signed_in().await;
    let page = &device.page;
    let names = enterprises(page).await;
    assert!(names.len() > 20, "{names:?}");

    // What leaves traces: a record, a search, the case's page, what is typed and not saved.
    let case = record_service(page).await;
    page.open(&device.server.at(&case)).await;
    unlock(page).await;
    page.press("/").await;
    page.fill("input[type=search]", names.first().unwrap())
        .await;
    page.see(names.first().unwrap()).await;

    let kept: String = page.evaluate(EVERYTHING_KEPT).await;
    assert!(kept.contains("aftercheck/chaoyang/case/") && kept.contains("changes"));
    for name in &names {
        assert!(!kept.contains(name), "{name} stands in the stores");
    }
    device.browser.close().await;
    let files = files_under(device.profile.path());
    let holders = |words: &str| -> Vec<&PathBuf> {
        let forms = [
            words.as_bytes().to_vec(),
            words.encode_utf16().flat_map(u16::to_le_bytes).collect(),
            words.encode_utf16().flat_map(u16::to_be_bytes).collect(),
        ];
        let holds = |bytes: &[u8]| {
            forms
                .iter()
                .any(|form| bytes.windows(form.len()).any(|part| part == form))
        };
        files
            .iter()
            .filter(|(_, bytes)| holds(bytes))
            .map(|(path, _)| path)
            .collect()
    };
    assert!(
        !holders("aftercheck/chaoyang").is_empty(),
        "the files are those of the stores"
    );
    for name in &names {
        assert!(
            holders(name).is_empty(),
            "{name} stands in {:?}",
            holders(name)
        );
    }
}

/// The names on the ledger.
async fn enterprises(page: &Page) -> BTreeSet<String> {
    let shown = cases_shown(page).await;
    let is_name = |word: &&str| word.starts_with("北京") && word.ends_with(['司', '厂']);
    let names = shown.split_whitespace().filter(is_name);
    names.map(str::to_owned).collect()
}

fn files_under(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let (path, kind) = (entry.path(), entry.file_type().unwrap());
        if kind.is_dir() {
            files.extend(files_under(&path));
        } else if kind.is_file() {
            let bytes = fs::read(&path).unwrap();
            files.push((path, bytes));
        }
    }
    files
}

/// What may befall local storage, as it is told: the first case's key is `key`.
const HARM: [(&str, &str); 4] = [
    ("a case is evicted", "localStorage.removeItem(key)"),
    (
        "a case is altered",
        "localStorage.setItem(key, localStorage[key].replace(/.\"$/u, '\\u2000\"'))",
    ),
    (
        "two cases are swapped",
        "{ const held = localStorage[key]; localStorage[key] = localStorage[other]; localStorage[other] = held; }",
    ),
    (
        "the stamp is of another moment",
        "localStorage[stamp] = before",
    ),
];

#[tokio::test(flavor = "multi_thread")]
async fn harm_to_local_storage_is_mended_from_the_journal_and_said() {
    let mut device = Device::signed_in().await;
    device.server.stop();
    let page = &device.page;
    for (what, harm) in HARM {
        let stamp: String = page
            .evaluate("localStorage['aftercheck/chaoyang/stamp']")
            .await;
        record_service(page).await;
        let shown = cases_shown(page).await;
        page.evaluate::<bool>(&format!(
            "{{
                const keys = Object.keys(localStorage).filter(key => key.includes('/case/')).sort();
                const [key, other] = keys, stamp = 'aftercheck/chaoyang/stamp', before = {stamp:?};
                {harm};
                true
            }}"
        ))
        .await;
        device.reload().await;
        page.click(("link", "同步")).await;
        page.see("已按日志重建").await;
        assert_eq!(cases_shown(page).await, shown, "{what}");

        // Once mended there is nothing to say.
        device.reload().await;
        page.click(("link", "同步")).await;
        page.see("这台设备").await;
        page.see("加密存放").await;
        page.see_gone("已按日志重建").await;
    }
    device.browser.close().await;
}

async fn cases_shown(page: &Page) -> String {
    page.click(("link", "台账")).await;
    page.find(("heading", "台账")).await;
    page.see("北京").await;
    page.evaluate("document.querySelector('main').innerText")
        .await
}

#[tokio::test(flavor = "multi_thread")]
async fn two_tabs_record_at_once_and_lose_nothing() {
    let mut device = Device::signed_in().await;
    device.server.stop();
    let other = device.browser.page(Look::TABLET).await;
    other.open(&device.server.url()).await;
    unlock(&other).await;
    fill_service(&device.page, 0).await;
    fill_service(&other, 1).await;
    let press = "document.querySelector('main form .btn--main').click(), true";
    tokio::join!(
        device.page.evaluate::<bool>(press),
        other.evaluate::<bool>(press)
    );
    let mut recorded = BTreeSet::from([saved(&device.page).await, saved(&other).await]);
    recorded.insert(record_service(&device.page).await);
    recorded.insert(record_service(&other).await);
    assert_eq!(
        recorded.len(),
        4,
        "each tab knows what the other has recorded"
    );
    assert_eq!(all_waiting(&device.page, 4).await, recorded);
    assert_eq!(all_waiting(&other, 4).await, recorded);
    device.browser.close().await;
}
