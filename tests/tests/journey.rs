//! The first case, end to end: accounts by one-time links, a ledger on every desk, a service
//! recorded with the network gone and the power cut, and the other offices when it is back.

use std::time::Duration;

use tests::{
    browser::{Look, Page},
    desk::Desk,
    sample,
    server::Server,
};
use tokio::time::sleep;

/// How long after "saved" the power goes.
const AFTER_SAVED: Duration = Duration::from_millis(50);
/// How soon an office that is online sees what another has recorded, in milliseconds.
const NEWS_MILLISECONDS: f64 = 1_000.0;

/// In the sample ledger its result is overdue for service.
const ENTERPRISE: &str = "北京华盛电缆有限公司";
/// Where the ledger is filtered.
const FILTER: &str = "#filter";

async fn open_case(page: &Page) {
    page.click(("link", "台账")).await;
    page.fill(FILTER, ENTERPRISE).await;
    page.click(("#main", "link", ENTERPRISE)).await;
}

/// Counts from now on the journal's writes of changes: those begun, and those on the disk.
async fn watch_journal(page: &Page) {
    page.evaluate::<bool>(
        "{
            globalThis.journal = { begun: 0, kept: 0 };
            const writes = new WeakSet();
            const wrap = (kind, name, heed) => {
                const real = kind.prototype[name];
                kind.prototype[name] = function (...words) {
                    const made = real.apply(this, words);
                    heed(this, made);
                    return made;
                };
            };
            // Heard here before the app hears it.
            wrap(IDBDatabase, 'transaction', (_, transaction) =>
                transaction.addEventListener('complete', () => journal.kept += writes.has(transaction)));
            const begin = ({ name, transaction }) => {
                if (name !== 'changes' || writes.has(transaction)) return;
                writes.add(transaction);
                journal.begun += 1;
            };
            wrap(IDBObjectStore, 'add', begin);
            wrap(IDBObjectStore, 'put', begin);
            true
        }",
    )
    .await;
}

/// Notes when these words come, which are not there now, and how the journal stands then.
async fn watch_for(page: &Page, words: &str) {
    let words = serde_json::Value::from(words);
    let is_there: bool = page
        .evaluate(&format!(
            "{{
                globalThis.seen = null;
                const isThere = () => document.body.innerText.includes({words});
                new MutationObserver(() => {{
                    if (seen === null && isThere()) seen = {{ at: Date.now(), ...globalThis.journal }};
                }}).observe(document.body, {{ childList: true, subtree: true, characterData: true }});
                isThere()
            }}"
        ))
        .await;
    assert!(!is_there, "{words} is there before");
}

/// When the words came, in milliseconds, by the clock that all browsers here share.
async fn seen_at(page: &Page) -> f64 {
    page.holds("seen !== null").await;
    page.evaluate("seen.at").await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_recorded_with_the_network_gone_reaches_those_who_may_see_it() {
    let data = tempfile::tempdir().unwrap();
    let mut server = Server::start(data.path());
    let line = server.said("/welcome#");
    let token = line.split_once('#').unwrap().1.trim();

    // The first administrator, the sample ledger, and a link for each office.
    let link = server.at(&format!("/welcome#{token}"));
    let admin = Desk::welcome(Look::DESK, &link, "first", "管理员").await;
    admin.page.click(("link", "管理")).await;
    admin.page.click(("button", "载入示例台账")).await;
    admin.page.click(("button", "载入")).await;
    admin.page.see("已载入").await;
    let link = admin.invite("市局", None, "市局经办").await;
    let municipal = Desk::welcome(Look::DESK, &link, "municipal", "市局经办").await;
    let link = admin.invite("区县局", Some("朝阳区局"), "朝阳经办").await;
    let chaoyang = Desk::welcome(Look::TABLET, &link, "chaoyang", "朝阳经办").await;
    let link = admin.invite("区县局", Some("海淀区局"), "海淀经办").await;
    let haidian = Desk::welcome(Look::DESK, &link, "haidian", "海淀经办").await;
    admin.close().await;

    // A sheet goes in at the municipal bureau.
    let page = &municipal.page;
    page.click(("link", "导入")).await;
    page.upload("input[type=file]", &sample("spot-check-14-kinds.csv"))
        .await;
    page.see("批次390").await;
    page.click(("button", "导入 390 批")).await;
    page.see("390 批新立案").await;
    municipal.is_marked("已同步").await;

    // What falls due at 朝阳; a due date explains itself day by day.
    let page = &chaoyang.page;
    page.see("已逾期").await;
    page.see(ENTERPRISE).await;
    open_case(page).await;
    page.find(".why .cal").await;
    page.see("不计入").await;

    // The network goes: the page comes up from a reload, unlocks, and records with its
    // consequences in sight.
    server.stop();
    chaoyang.is_marked("离线").await;
    page.reload().await;
    chaoyang.unlock().await;
    chaoyang.is_marked("离线").await;
    open_case(page).await;
    page.find(".why .cal").await;
    page.click(("link", "登记事件")).await;
    page.click(("link", "送达检验结果")).await;
    page.see("异议期满").await;
    page.click(("radio", "直接送达")).await;
    watch_journal(page).await;
    watch_for(page, "已存本机").await;
    page.click(("main", "button", "登记")).await;
    seen_at(page).await;
    let kept: [u32; 2] = page.evaluate("[seen.begun, seen.kept]").await;
    assert_eq!(kept, [1, 1], "it is called saved when the journal has it");

    // The power goes just after that word.
    sleep(AFTER_SAVED).await;
    let chaoyang = chaoyang.cut_power(Look::TABLET).await;
    let page = &chaoyang.page;
    page.open(&server.url()).await;
    chaoyang.unlock().await;
    chaoyang.is_marked("离线，待发 1 条").await;
    open_case(page).await;
    page.see("异议期满").await;

    // The server is back: the change goes without a click.
    server.start_again();
    for desk in [&chaoyang, &municipal, &haidian] {
        desk.is_marked("已同步").await;
    }
    open_case(&municipal.page).await;
    municipal.page.see("异议期满").await;

    // While both are online it takes no second.
    municipal.page.click(("tab", "记录")).await;
    watch_for(&municipal.page, "报送处理情况").await;
    page.click(("link", "登记事件")).await;
    page.click(("link", "报送处理情况")).await;
    page.find(("main", "button", "登记")).await;
    watch_for(page, "已存本机").await;
    page.click(("main", "button", "登记")).await;
    let took = seen_at(&municipal.page).await - seen_at(page).await;
    println!("what another office recorded came after {took} ms");
    assert!(took < NEWS_MILLISECONDS, "it took {took} ms");
    chaoyang.is_marked("已同步").await;

    // The other district has its own cases, and asks again, and not this one.
    let page = &haidian.page;
    page.reload().await;
    haidian.unlock().await;
    haidian.is_marked("已同步").await;
    page.click(("link", "台账")).await;
    page.see("北京明睿诚电器有限公司").await;
    page.fill(FILTER, ENTERPRISE).await;
    page.see("筛得0").await;
    for desk in [chaoyang, municipal, haidian] {
        desk.close().await;
    }
}
