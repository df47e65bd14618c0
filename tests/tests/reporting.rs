//! 处理情况报送 (article 21): a district reports its work in a period, the municipal bureau sends it
//! back and then receives it; and a case is copied to the bureau of registration.

use serde_json::{Value, json};
use tests::{
    browser::{Browser, Look, Page},
    desk::{sign_in, synced},
    server::Server,
};

/// Produced in 朝阳, registered in 海淀.
const ELSEWHERE: &str = "北京远山木业有限公司";
/// Received by 朝阳, and nothing done.
const UNTOUCHED: &str = "北京近水木业有限公司";
const SEPTEMBER: &str = "/bureau/status?period=2020-09";

/// Two cases of 朝阳 with what was done in September 2020.
fn cases() -> [Value; 2] {
    let case = |report: &str, enterprise: &str, registered: &str, events: Value| {
        json!({
            "format": "aftercheck-case/1",
            "case": {
                "number": format!("京2020-{report}"), "regulation": "beijing-2013",
                "spot_check": { "name": "2020年第三季度监督抽查", "year": 2020, "quarter": 3, "number": 1 },
                "product": { "name": "木家具", "kind": "木家具" },
                "enterprise": {
                    "name": enterprise, "production_district": "110105", "registration_district": registered,
                },
                "inspection_body": "北京市产品质量监督检验院", "report_number": format!("2020-3-{report}"),
                "handling_bureau": "110105", "failed_items": ["甲醛释放量"],
            },
            "events": events,
        })
    };
    let reported = json!({
        "id": "e1", "type": "report_submitted", "on": "2020-08-28", "verdict": "nonconforming",
    });
    [
        case(
            "911",
            ELSEWHERE,
            "110108",
            json!([
                reported,
                { "id": "e2", "type": "materials_forwarded", "on": "2020-08-31", "to": "110105" },
                { "id": "e3", "type": "materials_received", "on": "2020-09-01" },
                { "id": "e4", "type": "result_served", "on": "2020-09-03" },
                { "id": "e5", "type": "rectification_ordered", "on": "2020-09-04" },
            ]),
        ),
        case(
            "912",
            UNTOUCHED,
            "110105",
            json!([
                reported,
                { "id": "e2", "type": "materials_forwarded", "on": "2020-09-07", "to": "110105" },
                { "id": "e3", "type": "materials_received", "on": "2020-09-08" },
            ]),
        ),
    ]
}

/// How often, and on how many cases, by the table of figures.
async fn figures(page: &Page) -> Vec<String> {
    page.find(".reporting__figures").await;
    page.evaluate(
        "[...document.querySelectorAll('.reporting__figures tbody tr')]
            .map(row => [...row.cells].map(cell => cell.innerText).join(' '))",
    )
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_district_reports_and_the_municipal_bureau_receives() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let server = Server::with_cases(&data, &cases());
    let profiles: [_; 4] = std::array::from_fn(|_| tempfile::tempdir().unwrap());

    // Nobody has reported: the municipal bureau sees who has not.
    let municipal = Browser::launch(profiles[0].path()).await;
    let bureau = municipal.page(Look::DESK).await;
    sign_in(&bureau, &server, "municipal", SEPTEMBER).await;
    let states = "[...document.querySelectorAll('section[aria-labelledby=bureaus] tbody tr')]
        .map(row => row.cells[0].innerText + ' ' + row.cells[1].innerText).join('，')";
    bureau
        .holds(&format!("{states}.includes('朝阳区局 未报送')"))
        .await;

    // The district's report is drawn from its log.
    let chaoyang = Browser::launch(profiles[1].path()).await;
    let district = chaoyang.page(Look::TABLET).await;
    sign_in(&district, &server, "chaoyang", SEPTEMBER).await;
    let drawn = [
        "收到材料 2 2",
        "送达检验结果 1 1",
        "责令整改 1 1",
        "逾期未办 2 1",
    ];
    assert_eq!(figures(&district).await, drawn);
    district.see(UNTOUCHED).await;
    district.screenshot("reporting-district").await;
    district.fill("#status-remark", "九月没有其他情况。").await;
    district.click(("button", "确认报送")).await;
    district.see("已报送市局").await;
    district.see("待接收").await;
    synced(&district).await;
    district.print("reporting-district").await;

    // Another bureau and an inspection body have nothing of it.
    for (profile, user, said) in [
        (&profiles[2], "haidian", "未报送"),
        (&profiles[3], "lab", "处理情况由区县局报送"),
    ] {
        let browser = Browser::launch(profile.path()).await;
        let page = browser.page(Look::TABLET).await;
        sign_in(&page, &server, user, SEPTEMBER).await;
        page.see(said).await;
        page.see_gone(UNTOUCHED).await;
        page.see_gone("九月没有其他情况。").await;
        browser.close().await;
    }

    // Sent back with a reason, it is the district's to do again.
    bureau
        .holds(&format!("{states}.includes('朝阳区局 待接收')"))
        .await;
    bureau.click(("link", "今日")).await;
    bureau.see("接收处理情况").await;
    bureau.click(("main", "link", "接收")).await;
    bureau.see("九月没有其他情况。").await;
    assert_eq!(figures(&bureau).await, drawn);
    bureau.screenshot("reporting-municipal").await;
    bureau.look(Look::DESK.dark()).await;
    bureau.screenshot("reporting-municipal-dark").await;
    bureau.look(Look::TABLET).await;
    bureau.screenshot("reporting-municipal-tablet").await;
    bureau.look(Look::DESK).await;
    bureau.fill("#status-reason", "请说明逾期的原因。").await;
    bureau.click(("button", "退回")).await;
    bureau.see("已退回").await;
    synced(&bureau).await;
    district.see("请说明逾期的原因。").await;
    district.click(("link", "今日")).await;
    district.see("补充处理情况").await;
    district.click(("main", "link", "补报")).await;
    district
        .fill("#status-remark", "企业搬迁，正在查找。")
        .await;
    district.click(("button", "确认报送")).await;
    district.see("待接收").await;
    synced(&district).await;
    bureau.see("企业搬迁，正在查找。").await;
    bureau.click(("button", "接收")).await;
    bureau
        .holds(&format!("{states}.includes('朝阳区局 已接收')"))
        .await;
    synced(&bureau).await;
    district.see("市局接收").await;

    // The case registered in 海淀 is copied there, with a document.
    district.see(ELSEWHERE).await;
    district.click(("main", "link", "抄报")).await;
    district.click(("button", "出文并登记")).await;
    district.see("事件已登记").await;
    synced(&district).await;
    district.click(("link", "报送")).await;
    district.see("已抄报").await;
    district.see("抄报〔").await;
    district.assert_no_complaints().await;
    chaoyang.close().await;

    // What was copied when, and by which document, the municipal bureau sees too.
    bureau.see("已抄报").await;
    bureau.screenshot("reporting-copies").await;
    bureau.assert_no_complaints().await;
    municipal.close().await;

    // And 海淀 reads the case and the document, and may record nothing on it.
    let haidian = Browser::launch(profiles[2].path()).await;
    let copy = haidian.page(Look::TABLET).await;
    sign_in(&copy, &server, "haidian", "/bureau/status").await;
    copy.see("已抄报").await;
    copy.click("section[aria-labelledby=copies] td a[href*='?issued=']")
        .await;
    copy.see("关于不合格企业后处理情况的抄报").await;
    copy.screenshot("reporting-copy").await;
    copy.click(("link", "台账")).await;
    copy.fill(("searchbox", "在台账中筛选"), "远山").await;
    copy.click(("main", "link", ELSEWHERE)).await;
    copy.find(("tab", "记录")).await;
    copy.see_gone("登记事件").await;
    copy.assert_no_complaints().await;
    haidian.close().await;
}
