//! Result sheets through the import screen, with no network: both kinds as they really come, twice,
//! and on two devices.

use std::{collections::BTreeSet, fs, path::Path};

use ::server::{api::now_milliseconds, db::Database};
use shared::{
    Actor, Role,
    change::Subject,
    sync::{Command, Device, DeviceState, Input},
};
use tests::{
    browser::{Look, Page},
    desk::Desk,
    sample,
    server::Server,
};

/// Of a provincial system: GB18030, conforming batches too. Says neither when it was submitted.
const RESULTS: &str = "spot-check-14-kinds.csv";
/// A published list: only what failed, and no report numbers.
const FAILURES: &str = "failing-list.xlsx";

/// A server with its data, and desks at the municipal bureau that have the app and no network.
struct Bureau {
    data: tempfile::TempDir,
    server: Server,
    desks: Vec<Desk>,
}

impl Bureau {
    async fn offline(desks: usize) -> Self {
        let data = tempfile::tempdir().unwrap();
        let mut server = Server::start(data.path());
        let line = server.said("/welcome#");
        let token = line.split_once('#').unwrap().1.trim();
        let link = server.at(&format!("/welcome#{token}"));
        let admin = Desk::welcome(Look::DESK, &link, "first", "管理员").await;
        let mut bureau = Vec::new();
        for number in 1..=desks {
            let link = admin.invite("市局", None, "市局经办").await;
            let (user, look) = (format!("municipal-{number}"), [Look::TABLET, Look::DESK]);
            bureau.push(Desk::welcome(look[number % 2], &link, &user, "市局经办").await);
        }
        admin.close().await;
        server.stop();
        for desk in &bureau {
            desk.is_marked("离线").await;
            desk.page.reload().await;
            desk.unlock().await;
        }
        Self {
            data,
            server,
            desks: bureau,
        }
    }
}

/// Gives a file to the import screen.
async fn choose(page: &Page, file: &Path) {
    page.click(("link", "导入")).await;
    page.upload("input[type=file]", file).await;
}

/// Takes what is chosen, and waits until that many are said to be in.
async fn take(page: &Page, count: usize, outcome: &str) {
    page.click(("button", format!("导入 {count} 批").as_str()))
        .await;
    page.see(outcome).await;
    page.click(("button", "再导一份")).await;
}

/// Waits until the ledger has so many cases.
async fn has_cases(page: &Page, count: usize) {
    page.click(("link", "台账")).await;
    page.see(&format!("共{count}")).await;
}

/// Answers what the published list leaves open.
async fn answer_failures(page: &Page) {
    page.see("批次43").await;
    page.see("不合格43").await;
    page.find(("radio", "都是不合格")).await;
    page.see("抽样都在 2013 年第 2 季度").await;
    page.click(("button", "二")).await;
    page.click(("button", "用“家具”")).await;
    page.fill("#ask-submitted", "2013-06-03").await;
    page.choose("#ask-bureau", "大兴区局").await;
    page.see_gone("用“家具”").await;
}

/// The cases in a server's database, as a new device of the municipal bureau is given them.
fn cases_in(data: &Path, user: &str) -> BTreeSet<Subject> {
    let database = Database::open(data).unwrap();
    let actor = Actor {
        user: user.to_owned(),
        role: Role::Municipal,
        office: String::new(),
    };
    let state = DeviceState::new("reader".parse().unwrap(), user);
    let mut device = Device::new(state, Vec::new(), Vec::new(), [1; 16]);
    let mut cases = BTreeSet::new();
    let mut input = Input::Wake;
    loop {
        let now = now_milliseconds();
        input = match device.step(now, input).pop().unwrap() {
            Command::Exchange(request) => {
                let exchanged = database.exchange(&actor, &request, now).unwrap();
                Input::Answered(Box::new(exchanged.response))
            }
            Command::Commit(commit) => {
                let subjects = commit.received.into_iter();
                cases.extend(subjects.map(|delivered| delivered.change.subject));
                Input::Committed {
                    unsettled: Vec::new(),
                    doubtful: Vec::new(),
                }
            }
            Command::Wait { .. } => break,
        };
    }
    cases.retain(|subject| subject.case_id().is_some());
    cases
}

#[tokio::test(flavor = "multi_thread")]
async fn sheets_go_in_as_they_came_and_again_without_doubling() {
    let mut bureau = Bureau::offline(1).await;
    let desk = &bureau.desks[0];
    let page = &desk.page;

    // What a sheet leaves open may stay so.
    choose(page, &sample(RESULTS)).await;
    for counted in ["批次390", "合格352", "不合格38"] {
        page.see(counted).await;
    }
    page.see("检验报告报送日期").await;
    page.see("最晚抽样 2013-03-03，最早移送 2013-03-04").await;
    take(page, 390, "390 批新立案").await;
    has_cases(page, 390).await;

    choose(page, &sample(FAILURES)).await;
    answer_failures(page).await;
    take(page, 43, "43 批新立案").await;
    has_cases(page, 433).await;

    // The same sheet is known again: passed over, or what it says now is added.
    choose(page, &sample(RESULTS)).await;
    page.see("已在台账 390 批").await;
    page.see("导入 0 批").await;
    page.see("已有，相同").await;
    page.click(("button", "按表更新")).await;
    page.see("导入 0 批").await;
    page.fill("#ask-submitted", "2013-03-04").await;
    page.see("已有，有更新").await;
    page.click(("button", "跳过")).await;
    page.see("导入 0 批").await;
    page.click(("button", "按表更新")).await;
    take(page, 390, "390 批已在台账，按表更新").await;
    has_cases(page, 433).await;

    // All of it goes when the server is back, packed.
    page.evaluate::<bool>(
        "(() => {
            globalThis.packings = [];
            const send = globalThis.fetch;
            globalThis.fetch = (request, ...more) => {
                packings.push(request.headers?.get('content-encoding'));
                return send(request, ...more);
            };
            return true;
        })()",
    )
    .await;
    bureau.server.start_again();
    desk.is_marked("已同步").await;
    page.holds("packings.filter((it) => it === 'gzip').length > 1")
        .await;
    bureau.server.stop();
    assert_eq!(cases_in(bureau.data.path(), "municipal-1").len(), 433);
    bureau.desks.remove(0).close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_with_an_error_is_mended_in_place() {
    const SHEET: &str = "\
计划编号,承检机构,企业名称,行政区划,产品名称,规格型号,生产日期或批号,抽样日期,报告编号,综合判定,不合格项目
BJ2013Q2,北京市产品质量监督检验院,北京华盛电缆有限公司,110105,电线电缆,60227 IEC 01(BV) 2.5,2013-03-12,2013-04-11,JD2013-1001,0,导体电阻
BJ2013Q2,北京市产品质量监督检验院,北京华盛电缆有限公司,110105,电线电缆,60227 IEC 01(BV) 4,2013-03-13,2013年4月31日,JD2013-1002,1,
BJ2013Q2,北京市产品质量监督检验院,北京华盛电缆有限公司,110105,电线电缆,60227 IEC 01(BV) 6,2013-03-14,20130411,JD2013-1003,1,
";
    let mut bureau = Bureau::offline(1).await;
    let page = &bureau.desks[0].page;
    let sheet = bureau.data.path().join("线缆.csv");
    fs::write(&sheet, SHEET).unwrap();
    choose(page, &sheet).await;
    page.see("批次3").await;
    page.see("1 行有错，不导入").await;
    page.find(("button", "导入 2 批")).await;
    page.click(("button", "看第 3 行")).await;
    page.see("抽样日期：“2013年4月31日”：没有这一天").await;
    page.fill(("textbox", "抽样日期"), "2013-04-11").await;
    page.press("Enter").await;
    page.see_gone("1 行有错，不导入").await;
    take(page, 3, "3 批新立案").await;
    has_cases(page, 3).await;
    bureau.desks.remove(0).close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_devices_that_imported_offline_have_one_case_a_batch() {
    let mut bureau = Bureau::offline(2).await;
    for desk in &bureau.desks {
        let page = &desk.page;
        choose(page, &sample(RESULTS)).await;
        take(page, 390, "390 批新立案").await;
        choose(page, &sample(FAILURES)).await;
        answer_failures(page).await;
        take(page, 43, "43 批新立案").await;
    }
    bureau.server.start_again();
    for desk in &bureau.desks {
        desk.is_marked("已同步").await;
    }
    // What the other one sent is here when the device has asked again.
    for desk in &bureau.desks {
        desk.page.reload().await;
        desk.unlock().await;
        desk.is_marked("已同步").await;
        has_cases(&desk.page, 433).await;
    }
    bureau.server.stop();
    assert_eq!(cases_in(bureau.data.path(), "municipal-1").len(), 433);
    for desk in bureau.desks {
        desk.close().await;
    }
}
