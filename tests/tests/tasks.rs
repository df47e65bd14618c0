//! The ten everyday tasks of `app/docs/tasks.md`, done by hand in Chromium and counted.

use std::{cell::Cell, collections::BTreeMap, path::Path};

use ::server::{
    api::{hash_passphrase, now_milliseconds},
    db::Database,
    sample,
};
use shared::{
    Actor, EventKind, Role,
    change::{Body, Subject},
    id::CaseId,
    sync::Scope,
};
use tests::{
    browser::{Browser, Look, Page, Target},
    network::Network,
    server::Server,
};

const DOCUMENT: &str = include_str!("../../app/docs/tasks.md");
const PASSPHRASE: &str = "correct horse battery";
const OFFICE: &str = "110105";
/// In the sample ledger its result is overdue for service.
const TO_SERVE: &str = "北京华盛电缆有限公司";
/// In the sample ledger its rectification is overdue for a visit.
const TO_VISIT: &str = "北京童趣玩具厂";
const INITIALS: &str = "bjhsdl";
/// What came in one delivery.
const DELIVERED: usize = 38;
const DELIVERY: &str = "汇源批次";

/// Whoever does a task: every action is counted.
struct Hand<'p> {
    page: &'p Page,
    actions: Cell<u32>,
}

impl Hand<'_> {
    fn count(&self) {
        self.actions.set(self.actions.get() + 1);
    }

    async fn click(&self, target: impl Into<Target>) {
        self.count();
        self.page.click(target).await;
    }

    async fn fill(&self, target: impl Into<Target>, text: &str) {
        self.count();
        self.page.fill(target, text).await;
    }

    async fn choose(&self, target: impl Into<Target>, option: &str) {
        self.count();
        self.page.choose(target, option).await;
    }

    async fn press(&self, key: &str) {
        self.count();
        self.page.press(key).await;
    }

    /// Writes on the pad with a finger, never twice the same.
    async fn sign(&self, name: &str) {
        self.page.see(&format!("{name} 签字")).await;
        self.page.find("canvas.pad__ink").await;
        self.count();
        self.page
            .evaluate::<bool>(
                "(() => {
                    const pad = document.querySelector('canvas.pad__ink');
                    const { left, top, width, height } = pad.getBoundingClientRect();
                    const touch = (kind, x, y) => pad.dispatchEvent(new PointerEvent(kind, {
                        bubbles: true, cancelable: true, isPrimary: true, pointerId: 1, pointerType: 'touch',
                        clientX: left + width * x, clientY: top + height * y,
                    }));
                    for (const stroke of [[.3, .2, .3, .6], [.25, .35, .5, .3], [.55, .2, .6 + Math.random() / 10, .65]]) {
                        touch('pointerdown', stroke[0], stroke[1]);
                        for (let step = 1; step <= 10; step++)
                            touch('pointermove', stroke[0] + (stroke[2] - stroke[0]) * step / 10,
                                stroke[1] + (stroke[3] - stroke[1]) * step / 10);
                        touch('pointerup', stroke[2], stroke[3]);
                    }
                    return true;
                })()",
            )
            .await;
        self.click(("button", "完成签字")).await;
    }
}

/// What the document says of each task.
fn documented() -> BTreeMap<&'static str, u32> {
    let row = |line: &'static str| {
        let mut cells = line.split('|').map(str::trim).skip(1);
        Some((cells.next()?, cells.next()?.parse().ok()?))
    };
    DOCUMENT.lines().filter_map(row).collect()
}

/// The sample ledger, and one delivery that nobody has received yet.
fn fill(data: &Path) {
    let database = Database::open(data).unwrap();
    let now = now_milliseconds();
    let actor = Actor {
        user: "chaoyang".to_owned(),
        role: Role::District,
        office: OFFICE.to_owned(),
    };
    let hash = hash_passphrase(PASSPHRASE).unwrap();
    database.create_account(&actor, "李敏", &hash, now).unwrap();
    sample::load(&database, "server", now).unwrap();
    let cases = database
        .cases_in_sight(&Scope::Bureau(OFFICE.into()))
        .unwrap();
    let (_, original) = cases
        .iter()
        .find(|(_, case)| case.file.case.enterprise.name == TO_SERVE)
        .unwrap();
    let received = original
        .file
        .events
        .iter()
        .position(|event| event.kind == EventKind::MaterialsReceived)
        .unwrap();
    let delivered: Vec<_> = (0..DELIVERED)
        .map(|index| {
            let mut head = original.file.case.clone();
            head.number = String::new();
            head.report_number = format!("{DELIVERY}-{index}");
            head.enterprise.name = format!("北京{DELIVERY}第{index}有限公司");
            head.product.model = DELIVERY.to_owned();
            let events = original.file.events[..received].iter();
            let open = Body::Open {
                head: Box::new(head),
            };
            let events = events.map(|event| Body::Event {
                event: Box::new(event.clone()),
            });
            let id = CaseId::from_random([u8::try_from(index).unwrap(); 16]);
            (
                Subject::case(&id),
                std::iter::once(open).chain(events).collect(),
            )
        })
        .collect();
    database.write_cases("server", &delivered, now).unwrap();
}

/// 今日, as it is when the app is opened.
async fn home(page: &Page, server: &str) {
    page.open(server).await;
    page.sign_in("chaoyang", PASSPHRASE).await;
    page.find(("heading", "今日")).await;
    page.see("已同步").await;
}

fn main_link(name: &str) -> (&str, &str, &str) {
    ("#main", "link", name)
}

async fn find_what_is_due_today(hand: &Hand<'_>) {
    hand.click("main .tally a[href='#due-today']").await;
    hand.page
        .holds("location.hash === '#due-today' && document.querySelector('#due-today').getBoundingClientRect().top < innerHeight")
        .await;
}

async fn serve_a_result(hand: &Hand<'_>) {
    hand.click(main_link("登记送达")).await;
    hand.click(("radio", "直接送达")).await;
    hand.click(("main", "button", "登记")).await;
    hand.page.see("已存本机").await;
}

async fn record_38_receipts(hand: &Hand<'_>) {
    hand.click(("link", "台账")).await;
    hand.fill("#filter", DELIVERY).await;
    hand.page.see(&format!("筛得{DELIVERED}")).await;
    hand.click(("checkbox", "选中全部筛得的案件")).await;
    hand.click(("button", "登记所选")).await;
    hand.page
        .holds("document.querySelector('#together-kind')?.selectedOptions[0].text === '收到材料'")
        .await;
    hand.page.screenshot("tasks-receipts").await;
    hand.click(("button", "全部登记")).await;
    hand.page
        .see(&format!("已登记 收到材料 {DELIVERED} 件"))
        .await;
}

async fn see_why(hand: &Hand<'_>) {
    hand.click("main .duty a[href^='/cases/']:not([href*='/record'])")
        .await;
    hand.page.find(".why .cal").await;
    hand.page.see("不计入").await;
}

async fn hand_over(hand: &Hand<'_>) {
    hand.click(("link", "台账")).await;
    hand.fill("#filter", DELIVERY).await;
    hand.page.see(&format!("筛得{DELIVERED}")).await;
    hand.click(("checkbox", "选中全部筛得的案件")).await;
    hand.click(("button", "移交所选")).await;
    hand.page.screenshot("tasks-hand-over").await;
    hand.fill("#to-officer", "赵刚").await;
    hand.click(("dialog[open]", "button", "移交")).await;
    hand.page.see(&format!("已移交 {DELIVERED} 件给赵刚")).await;
    hand.page.see("已同步").await;
    hand.page.screenshot("tasks-handed-over").await;
    // Not an action: that the ledger says so.
    hand.page.fill("#filter", "赵刚").await;
    hand.page.see(&format!("筛得{DELIVERED}")).await;
}

async fn find_case(hand: &Hand<'_>) {
    hand.press("/").await;
    hand.fill("#search", INITIALS).await;
    hand.page.find("#found-0").await;
    hand.press("Enter").await;
    hand.page.find(("heading", TO_SERVE)).await;
}

async fn answer_about_one_enterprise(hand: &Hand<'_>) {
    find_case(hand).await;
    hand.page.see("期限").await;
}

async fn correct_a_date(hand: &Hand<'_>) {
    find_case(hand).await;
    hand.click(("tab", "记录")).await;
    hand.click("#main button[aria-label*='送达检验结果']").await;
    hand.page.see("已撤回").await;
    hand.click(("link", "登记事件")).await;
    hand.click(("link", "送达检验结果")).await;
    let yesterday: String = hand
        .page
        .evaluate("(() => { const day = new Date(Date.now() - 16 * 3600e3); return day.toISOString().slice(0, 10); })()")
        .await;
    hand.fill("#on", &yesterday).await;
    hand.click(("radio", "直接送达")).await;
    hand.click(("main", "button", "登记")).await;
    hand.page.see("已登记 送达检验结果").await;
}

async fn print_a_case(hand: &Hand<'_>) {
    hand.page
        .evaluate::<bool>("(window.print = () => { globalThis.printed = true; }, true)")
        .await;
    hand.click("main .duty a[href^='/cases/']:not([href*='/record'])")
        .await;
    hand.click(("main", "button", "打印")).await;
    hand.page.holds("globalThis.printed === true").await;
}

async fn report_a_period(hand: &Hand<'_>) {
    hand.page.keep_files().await;
    hand.click(("link", "分析")).await;
    hand.page
        .holds("document.querySelectorAll('#first optgroup[label=月] option').length > 0")
        .await;
    let month: String = hand
        .page
        .evaluate(
            "document.querySelector('#first optgroup[label=月] option:last-child').text.trim()",
        )
        .await;
    hand.choose("#first", &month).await;
    hand.choose("#last", &month).await;
    hand.click(("button", "导出 CSV")).await;
    let (name, bytes) = hand.page.handed_out(1).await;
    assert_eq!(name, format!("分析 {month}.csv"));
    let sheet = String::from_utf8(bytes).unwrap();
    assert!(sheet.contains(&format!("期间,{month}\r\n")), "{sheet}");
}

async fn do_a_visit(hand: &Hand<'_>) {
    let next = async || hand.click(("button", "下一题")).await;
    let answer = async |title: &str, words: &str| {
        hand.page.see(title).await;
        hand.click(("radio", words)).await;
        next().await;
    };
    hand.click(("link", "现场核查")).await;
    hand.page.see("谁来核查？").await;
    for (field, text) in [
        ("#first-name", "赵刚"),
        ("#first-number", "01050331"),
        ("#second-name", "李敏"),
        ("#second-number", "01050217"),
    ] {
        hand.fill(field, text).await;
    }
    next().await;
    hand.page.see("企业谁在场？").await;
    hand.fill("#present-name", "陈建国").await;
    hand.fill("#present-post", "生产负责人").await;
    next().await;
    answer("企业是否已查明不合格原因？", "已查明").await;
    answer("整改措施是否已落实？", "已全部落实").await;
    answer("库存的不合格产品如何处理？", "已单独存放或封存").await;
    answer("已售出的不合格产品如何处理？", "没有售出").await;
    answer("同型号产品是否已停止生产、销售？", "已停止生产和销售").await;
    answer("企业今后是否继续生产同型号产品？", "整改后继续生产").await;
    answer("整改后的产品是否符合复查条件？", "符合复查条件").await;
    hand.page.see("今天是否抽取复查样品？").await;
    next().await;
    hand.page.see("具备复查条件").await;
    next().await;
    for name in ["赵刚", "李敏", "陈建国"] {
        hand.sign(name).await;
    }
    hand.click(("button", "下一步")).await;
    hand.click(("button", "登记核查结果")).await;
    hand.page.see("已登记核查结果").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn each_task_takes_as_many_actions_as_the_document_says() {
    let data = tempfile::tempdir().unwrap();
    fill(data.path());
    let server = Server::start(data.path());
    let network = Network::to(&server.url()).await;
    let address = network.at("/");
    let profile = tempfile::tempdir().unwrap();
    let browser = Browser::launch(profile.path()).await;
    let page = browser.page(Look::DESK).await;
    let said = documented();
    assert_eq!(said.len(), 10, "{said:?}");
    let mut counted = BTreeMap::new();
    macro_rules! task {
        ($name:literal, $task:ident) => {{
            home(&page, &address).await;
            let hand = Hand {
                page: &page,
                actions: Cell::new(0),
            };
            $task(&hand).await;
            counted.insert($name, hand.actions.get());
        }};
    }
    task!("find what is due today", find_what_is_due_today);
    task!("serve a result", serve_a_result);
    task!("record 38 receipts of one delivery", record_38_receipts);
    task!("see why a date is what it is", see_why);
    task!("hand over cases before leave", hand_over);
    task!(
        "answer a superior's question about one enterprise",
        answer_about_one_enterprise
    );
    task!("print a case for a hearing", print_a_case);
    task!("report a period", report_a_period);
    task!("correct a wrong date", correct_a_date);

    page.look(Look::TABLET).await;
    home(&page, &address).await;
    page.evaluate::<bool>("navigator.serviceWorker.ready.then(() => true)")
        .await;
    let case: String = page
        .evaluate(&format!(
            "[...document.querySelectorAll('main .duty')].find(it => it.innerText.includes('{TO_VISIT}'))
                .querySelector('a[href*=\"/record/\"]').pathname.split('/record/')[0]"
        ))
        .await;
    page.click(format!("main a[href='{case}']").as_str()).await;
    page.find(("link", "现场核查")).await;
    network.cut();
    let hand = Hand {
        page: &page,
        actions: Cell::new(0),
    };
    do_a_visit(&hand).await;
    counted.insert("do a visit on a tablet without network", hand.actions.get());
    assert_eq!(counted, said);
    page.assert_no_complaints().await;
    browser.close().await;
}
