//! 公告 from the draft to the public page: by two people of the municipal bureau and a district; and
//! from a sheet of results on, over the bureaus that act on them.

use std::{collections::BTreeSet, fs, path::Path};

use ::server::{db::Database, demo};
use serde_json::{Value, json};
use shared::EventKind;
use tests::{
    browser::{Browser, Look},
    desk::{Desk, sign_in, synced},
    papers::printed_by_libreoffice,
    server::Server,
};

/// Refused the sampling; of a quarter that the sample ledger has nothing of.
const ENTERPRISE: &str = "北京暖棉家纺有限公司";
/// What the inspection body sends after it: a better name of its product, and the brand.
const CORRECTED_SHEET: &str = "\
计划编号,承检机构,报告编号,企业名称,行政区划,产品名称,产品类别,商标
BJ2020Q3,北京市产品质量监督检验院,2020-3-901,北京暖棉家纺有限公司,110105,电热毯（单人）,电热毯,暖绒牌
";
const TITLE: &str = "北京市 2020 年第 3 季度产品质量监督抽查情况公告";

/// Two cases of a quarter of their own.
fn cases() -> [Value; 2] {
    let case = |report: &str, enterprise: &str, event: Value| {
        json!({
            "format": "aftercheck-case/1",
            "case": {
                "regulation": "beijing-2013",
                "spot_check": {
                    "name": "2020年第三季度监督抽查", "year": 2020, "quarter": 3, "number": 1, "plan": "BJ2020Q3",
                },
                "product": { "name": "电热毯", "kind": "电热毯", "traits": ["consumer_goods"] },
                "enterprise": { "name": enterprise, "production_district": "110105" },
                "inspection_body": "北京市产品质量监督检验院", "report_number": format!("2020-3-{report}"),
                "handling_bureau": "110105",
            },
            "events": [event],
        })
    };
    [
        case(
            "901",
            ENTERPRISE,
            json!({ "id": "e1", "type": "sampling_refused", "on": "2020-09-01" }),
        ),
        case(
            "902",
            "北京晴川家纺有限公司",
            json!({
                "id": "e1", "type": "report_submitted", "on": "2020-09-02", "verdict": "conforming",
            }),
        ),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn an_announcement_is_drafted_asked_approved_and_published() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let server = Server::with_cases(&data, &cases());
    let profiles: [_; 3] = std::array::from_fn(|_| tempfile::tempdir().unwrap());

    // The municipal bureau drafts, after 今日 said that it is due.
    let municipal = Browser::launch(profiles[0].path()).await;
    let page = municipal.page(Look::DESK).await;
    sign_in(&page, &server, "municipal", "/").await;
    page.see("发布定期公告").await;
    page.see("2020 年第 3 季度").await;
    page.screenshot("publication-today").await;
    page.click(("link", "公告")).await;
    page.choose("#quarter", "2020 年第 3 季度").await;
    page.click(("button", "起草 2020 年第 3 季度公告")).await;
    page.find(("heading", TITLE)).await;
    page.see("取自").await;
    page.see("应当评估").await;
    page.fill(
        ("textbox", "对使用者的说明"),
        "请查验产品的强制性认证标志。",
    )
    .await;
    page.click(("button", "保存 1 处改动")).await;
    page.see("正文已保存").await;

    // A cell of the annex is edited: the ledger's word stands under it, and comes back.
    let brand = "document.querySelector('.announce__draft tbody td:nth-child(4)')?.innerText";
    page.click(("button", format!("改{ENTERPRISE}的电热毯").as_str()))
        .await;
    page.fill(("textbox", "商标"), "暖棉牌").await;
    page.fill(("textbox", "产品名称"), "电热毯（双人）").await;
    page.click(("button", "保存这一行")).await;
    page.see("已修改附表").await;
    page.see("台账：电热毯").await;
    page.see("台账：（空）").await;
    page.holds(&format!("{brand}.startsWith('暖棉牌')")).await;
    page.screenshot("publication-edited").await;
    page.click(".passing .msg:last-child .link").await;
    page.see_gone("暖棉牌").await;
    page.click(("button", format!("改{ENTERPRISE}的电热毯").as_str()))
        .await;
    page.fill(("textbox", "产品名称"), "电热毯（双人）").await;
    page.click(("button", "保存这一行")).await;
    page.see("台账：电热毯").await;

    // The ledger changes under the edited cell: both words stand there, and the draft says that it
    // is behind. Drawn anew, it keeps what a person wrote and takes the rest.
    let sheet = folder.path().join("更正.csv");
    fs::write(&sheet, CORRECTED_SHEET).unwrap();
    page.click(("link", "导入")).await;
    page.upload("input[type=file]", &sheet).await;
    page.click(("button", "按表更新")).await;
    page.click(("button", "导入 1 批")).await;
    page.see("1 批已在台账，按表更新").await;
    page.click(("link", "公告")).await;
    page.click(("link", TITLE)).await;
    let cells = "[...document.querySelectorAll('.announce__draft tbody td')].map(it => it.innerText.trim())";
    let product = "/^电热毯（双人）\\s*台账由电热毯改为电热毯（单人）$/";
    page.holds(&format!("{cells}.some(it => {product}.test(it))"))
        .await;
    page.see("台账此后的变动").await;
    page.see(&format!(
        "附表一行有变动：{ENTERPRISE}的电热毯，产品名称由电热毯改为电热毯（单人），商标由（空）改为暖绒牌"
    ))
    .await;
    page.screenshot("publication-changed").await;
    page.evaluate::<bool>("(document.getElementById('annex').scrollIntoView(), true)")
        .await;
    page.screenshot("publication-changed-annex").await;
    page.look(Look::TABLET).await;
    page.evaluate::<bool>("(document.getElementById('annex').scrollIntoView(), true)")
        .await;
    page.screenshot("publication-changed-tablet").await;
    page.look(Look::DESK).await;
    page.click(("button", "按台账更新草案")).await;
    page.see("此后没有变动").await;
    page.holds(&format!(
        "{cells}.some(it => {product}.test(it)) && {cells}.includes('暖绒牌')"
    ))
    .await;
    page.click((
        "button",
        format!("恢复台账：{ENTERPRISE}的电热毯（双人）").as_str(),
    ))
    .await;
    page.see("已恢复为台账的内容").await;
    page.see_gone("电热毯（双人）").await;
    page.see("电热毯（单人）").await;

    page.click(("button", "征求 1 局意见")).await;
    page.see("1 局中 0 局已答复").await;
    // Nothing may be approved or published out of turn.
    page.holds(
        "[...document.querySelectorAll('.btn')].find(it => it.innerText === '批准').disabled",
    )
    .await;
    page.holds(
        "[...document.querySelectorAll('.btn')].find(it => it.innerText === '发布公告').disabled",
    )
    .await;
    page.fill(
        ("textbox", "评估单位"),
        "工业产品质量安全风险信息管理工作办公室",
    )
    .await;
    page.fill(("textbox", "结论和措施"), "风险低，已备答复口径。")
        .await;
    page.click(("button", "记录风险评估")).await;
    page.see("已评估").await;
    page.see("起草、修改过的人不能审批，请由另一人办理").await;
    page.find(("textbox", "不再等候答复的理由")).await;
    synced(&page).await;
    page.evaluate::<bool>("(scrollTo(0, 0), true)").await;
    page.screenshot("publication-draft").await;
    page.look(Look::TABLET).await;
    page.screenshot("publication-draft-tablet").await;
    page.print("publication-draft").await;
    page.look(Look::DESK).await;

    // The district sees what it is asked, and answers; another one sees nothing.
    let chaoyang = Browser::launch(profiles[1].path()).await;
    let district = chaoyang.page(Look::TABLET).await;
    sign_in(&district, &server, "chaoyang", "/").await;
    district.see("答复公告意见").await;
    district.see(TITLE).await;
    district.click(("link", "公告")).await;
    district.see(ENTERPRISE).await;
    district.screenshot("publication-opinion").await;
    district.fill(("textbox", "本局意见"), "事实无误。").await;
    district.click(("button", "无意见")).await;
    district.see("已答复").await;
    synced(&district).await;
    district.assert_no_complaints().await;
    let haidian = Browser::launch(profiles[2].path()).await;
    let other = haidian.page(Look::TABLET).await;
    sign_in(&other, &server, "haidian", "/bureau/announcements").await;
    other.see("公告由市局办理").await;
    other.see_gone(ENTERPRISE).await;
    haidian.close().await;

    // A second person, whom the administrator invites, approves.
    page.see("1 局都已答复").await;
    let second = Desk::second_person(&server).await;
    second.page.click(("link", "公告")).await;
    second.page.click(("link", TITLE)).await;
    second
        .page
        .holds("document.querySelector('#part-meaning').value === '请查验产品的强制性认证标志。'")
        .await;
    second.page.click(("button", "批准")).await;
    second.page.see("已审批").await;
    synced(&second.page).await;
    second.page.assert_no_complaints().await;
    second.close().await;

    // The first numbers and publishes it.
    page.see("已审批").await;
    page.click(("button", "编号")).await;
    page.see("已编号").await;
    page.holds(
        "!document.querySelector('section[aria-labelledby=publication] .btn--main').disabled",
    )
    .await;
    page.click(("button", "发布公告")).await;
    page.see("起草更正公告").await;
    synced(&page).await;
    page.screenshot("publication-published").await;

    // The case in it carries it, at the bureau too.
    district.open(&server.at("/ledger")).await;
    district.fill(("textbox", "口令"), demo::PASSPHRASE).await;
    district.click(("button", "登录")).await;
    synced(&district).await;
    district.fill(("searchbox", "在台账中筛选"), "暖棉").await;
    district
        .holds("document.querySelector('.ledger .tally b').textContent === '1'")
        .await;
    chaoyang.close().await;

    // The service worker hands the public page on to the server.
    page.evaluate::<bool>("navigator.serviceWorker.ready.then(() => true)")
        .await;
    page.open(&server.at("/announcements")).await;
    page.see(TITLE).await;
    let is_kept = "caches.match('/announcements').then(found => found !== undefined)";
    assert!(!page.evaluate::<bool>(is_kept).await);
    let entries = "fetch('/announcements/feed.atom').then(it => it.text()).then(text => {
        const feed = new DOMParser().parseFromString(text, 'application/xml');
        return [...feed.querySelectorAll('parsererror, entry > title')].map(it => it.textContent);
    })";
    assert_eq!(page.evaluate::<Vec<String>>(entries).await, [TITLE]);
    page.assert_no_complaints().await;
    municipal.close().await;

    // Everyone reads it without a script.
    let stranger = tempfile::tempdir().unwrap();
    let browser = Browser::launch(stranger.path()).await;
    let page = browser.page(Look::DESK).await;
    page.without_scripts().await;
    page.open(&server.at("/announcements?q=暖棉")).await;
    page.see(TITLE).await;
    page.screenshot("public-list").await;
    page.click(("link", TITLE)).await;
    page.see(ENTERPRISE).await;
    page.see("第二十四条（三）1").await;
    page.see("京质监公告〔").await;
    page.screenshot("public-one").await;
    page.look(Look::TABLET).await;
    page.screenshot("public-one-tablet").await;
    page.print("public-one").await;
    page.look_printed().await;
    page.screenshot("public-one-printed").await;
    page.assert_no_complaints().await;
    browser.close().await;

    drop(server);
    let ledger = Database::open(&data).unwrap().ledger().unwrap();
    let announced: Vec<_> = ledger
        .iter()
        .filter(|(_, case)| {
            let mut events = case.file.events.iter();
            events.any(|event| {
                event.kind == EventKind::Announced
                    && event.details["announcement"]
                        .as_str()
                        .is_some_and(|it| it.starts_with("京质监公告〔"))
            })
        })
        .map(|(_, case)| case.file.case.enterprise.name.as_str())
        .collect();
    assert_eq!(announced, [ENTERPRISE]);
}

/// The example's kinds of product that failed, each with its batches, the failing ones and the items.
const FAILED: [(&str, usize, &[&str]); 5] = [
    (
        "商用燃气灶具：抽查 59 批次",
        11,
        &["结构", "热负荷准确度", "热效率", "能效限定值", "燃烧工况"],
    ),
    ("发动机冷却液：抽查 35 批次", 5, &["玻璃器皿腐蚀"]),
    (
        "IC卡及IC卡机读写机：抽查 61 批次",
        6,
        &["30MHz-1GHz辐射骚扰"],
    ),
    (
        "低压电器：抽查 90 批次",
        12,
        &["标志", "温升极限", "绝缘材料的耐热性"],
    ),
    (
        "防爆电气：抽查 28 批次",
        4,
        &["接地导体或等电位导体连接件", "隔爆接合面"],
    ),
];
/// Failed, and produced in 海淀.
const HAIDIAN: &str = "北京诚安源低压科技有限公司";
const TITLE_OF_EXAMPLE: &str = "北京市 2013 年第 1 季度产品质量监督抽查情况公告";
/// The columns of the example's sheet that tell of what the bureaus did.
const DONE_ALREADY: [&str; 7] = [
    "接收移送时间",
    "责令整改通知书发出日期",
    "整改要求完成时间",
    "企业提交整改报告日期",
    "复查申请日期",
    "实际整改完成时间",
    "复查是否合格",
];

/// The example's sheet as the inspection bodies send it: before any bureau has done anything.
fn sheet_of_results(to: &Path) {
    let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples/spot-check-14-kinds.csv");
    let bytes = fs::read(sample).unwrap();
    let sheet = sheets::read("spot-check-14-kinds.csv", &bytes)
        .unwrap()
        .remove(0);
    let emptied: Vec<usize> = DONE_ALREADY
        .iter()
        .map(|title| {
            let mut titles = sheet.rows[0].iter();
            titles.position(|cell| cell.text == *title).unwrap()
        })
        .collect();
    let lines: Vec<String> = sheet
        .rows
        .iter()
        .enumerate()
        .map(|(row, cells)| {
            let cells = cells.iter().enumerate().map(|(column, cell)| {
                let is_emptied = row > 0 && emptied.contains(&column);
                let text = if is_emptied { "" } else { cell.text.as_str() };
                shared::import::quoted(text)
            });
            cells.collect::<Vec<_>>().join(",")
        })
        .collect();
    fs::write(to, lines.join("\n")).unwrap();
}

/// 14 kinds, 351 家次, 390 batches, of which 38 failed: from the sheet to the public page.
#[tokio::test(flavor = "multi_thread")]
async fn the_example_of_14_kinds_goes_from_its_sheet_to_the_public_page() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    fs::create_dir(&data).unwrap();
    demo::prepare(&Database::open(&data).unwrap()).unwrap();
    let sheet = folder.path().join("检验结果.csv");
    sheet_of_results(&sheet);
    let server = Server::start(&data);
    let profiles: [_; 5] = std::array::from_fn(|_| tempfile::tempdir().unwrap());

    // The municipal bureau takes the results in.
    let municipal = Browser::launch(profiles[0].path()).await;
    let page = municipal.page(Look::DESK).await;
    sign_in(&page, &server, "municipal", "/").await;
    page.click(("link", "导入")).await;
    page.upload("input[type=file]", &sheet).await;
    page.see("批次390").await;
    page.fill("#ask-submitted", "2013-03-04").await;
    page.click(("button", "导入 390 批")).await;
    page.see("390 批新立案").await;

    // It confirms the bureaus by the place of production, and forwards many at once.
    page.click(("link", "公告")).await;
    page.choose("#quarter", "2013 年第 1 季度").await;
    for said in ["种类14", "批次390", "家次351", "不合格38", "附表0"] {
        page.see(said).await;
    }
    page.screenshot("collecting").await;
    page.click(("button", "转交所选 38 件")).await;
    page.see("已转交 38 件").await;
    let waiting = "[...document.querySelectorAll('section[aria-labelledby=bureaus] tbody tr')]
        .map(row => [...row.cells].slice(0, 3).map(cell => cell.innerText.trim()).join(' '))";
    page.holds(&format!("{waiting}.includes('海淀区局 3 3')"))
        .await;
    synced(&page).await;

    // A district receives what is its own, many at once, and records a refusal to rectify.
    let haidian = Browser::launch(profiles[1].path()).await;
    let district = haidian.page(Look::DESK).await;
    sign_in(&district, &server, "haidian", "/ledger").await;
    district.fill("#filter", "诚安源低压").await;
    district.see("筛得1").await;
    district.click(("checkbox", "选中全部筛得的案件")).await;
    district.click(("button", "登记所选")).await;
    district
        .holds("document.querySelector('#together-kind')?.selectedOptions[0].text === '收到材料'")
        .await;
    district.click(("button", "全部登记")).await;
    district.see("已登记 收到材料 1 件").await;
    district.click(("main", "link", HAIDIAN)).await;
    district.find(("tab", "记录")).await;
    district.press("r").await;
    district.click(("main", "link", "拒绝整改")).await;
    district.click(("main", "button", "登记")).await;
    district.see("已存本机").await;
    synced(&district).await;

    // What each bureau has not acted on is there at a glance, and the draft has the row.
    page.holds(&format!("{waiting}.includes('海淀区局 3 2')"))
        .await;
    page.see("附表1").await;
    page.click(("button", "起草 2013 年第 1 季度公告")).await;
    page.find(("heading", TITLE_OF_EXAMPLE)).await;
    const PARTS: &str = "[...document.querySelectorAll('.announce__parts textarea')].map(it => it.value).join('\\n')";
    page.holds(&format!("{PARTS}.includes('14 种产品')")).await;
    let text: String = page.evaluate(PARTS).await;
    assert!(
        text.contains("14 种产品，企业 351 家次（") && text.contains("产品 390 批次"),
        "{text}"
    );
    for (kind, failing, items) in FAILED {
        let line = text.lines().find(|line| line.starts_with(kind));
        let line = line.unwrap_or_else(|| panic!("{kind}: {text}"));
        assert!(line.contains(&format!("不合格 {failing} 批次")), "{line}");
        let said = line.split_once("不合格项目为").unwrap().1;
        let said: BTreeSet<&str> = said.trim_end_matches('。').split('、').collect();
        assert_eq!(said, items.iter().copied().collect(), "{kind}");
    }
    assert_eq!(text.matches("：抽查 ").count(), FAILED.len(), "{text}");
    page.click(("button", "征求 1 局意见")).await;
    page.see("1 局中 0 局已答复").await;
    synced(&page).await;

    // A district, an inspection body and a stranger have nothing of what is not published.
    for (profile, user, said) in [
        (&profiles[2], "chaoyang", "公告由市局办理"),
        (&profiles[3], "lab", "公告由市局办理"),
    ] {
        let browser = Browser::launch(profile.path()).await;
        let other = browser.page(Look::TABLET).await;
        sign_in(&other, &server, user, "/bureau/announcements").await;
        other.see(said).await;
        other.see_gone(TITLE_OF_EXAMPLE).await;
        let found = "fetch('/announcements.json').then(it => it.json()).then(it => it.length)";
        assert_eq!(other.evaluate::<usize>(found).await, 0, "{user}");
        browser.close().await;
    }
    let browser = Browser::launch(profiles[4].path()).await;
    let stranger = browser.page(Look::DESK).await;
    stranger.open(&server.at("/announcements")).await;
    stranger.see("还没有发布公告").await;
    stranger.open(&server.at("/bureau/announcements")).await;
    stranger.find(("textbox", "账号")).await;
    stranger.see_gone(TITLE_OF_EXAMPLE).await;
    browser.close().await;

    // The district answers; a second person approves; the first publishes.
    district.click(("link", "今日")).await;
    district.click(("main", "link", "答复")).await;
    district.see(HAIDIAN).await;
    district.click(("button", "无意见")).await;
    district.see("已答复").await;
    synced(&district).await;
    district.assert_no_complaints().await;
    haidian.close().await;
    page.see("1 局都已答复").await;
    let second = Desk::second_person(&server).await;
    second.page.click(("link", "公告")).await;
    second.page.click(("link", TITLE_OF_EXAMPLE)).await;
    second.page.click(("button", "批准")).await;
    second.page.see("已审批").await;
    synced(&second.page).await;
    second.close().await;
    page.see("已审批").await;
    page.click(("button", "编号")).await;
    page.see("已编号").await;
    page.holds(
        "!document.querySelector('section[aria-labelledby=publication] .btn--main').disabled",
    )
    .await;
    page.click(("button", "发布公告")).await;
    page.see("起草更正公告").await;
    synced(&page).await;
    page.assert_no_complaints().await;
    municipal.close().await;

    // Everyone reads it without a script, and takes it along as a document.
    let reader = tempfile::tempdir().unwrap();
    let browser = Browser::launch(reader.path()).await;
    let public = browser.page(Look::DESK).await;
    public.without_scripts().await;
    public.open(&server.at("/announcements")).await;
    public.click(("link", TITLE_OF_EXAMPLE)).await;
    public.see(HAIDIAN).await;
    public.see("第二十四条（三）3").await;
    public.see("产品 390 批次").await;
    public.screenshot("public-example").await;
    let address: String = public
        .evaluate("document.querySelector('a[download]').href")
        .await;
    public.assert_no_complaints().await;
    browser.close().await;
    let docx = reqwest::get(address).await.unwrap();
    assert!(docx.status().is_success());
    let docx = docx.bytes().await.unwrap();
    assert!(docx.starts_with(b"PK\x03\x04"));
    printed_by_libreoffice(&docx, "announcement");
}
