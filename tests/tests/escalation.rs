//! Article 20 to its end: what follows a reinspection that failed and was announced, over the three
//! offices that act on it, each from its own screens.

use ::server::db::Database;
use serde_json::{Value, json};
use shared::EventKind;
use tests::{
    browser::{Look, Page},
    desk::Desk,
    server::Server,
};

const NUMBER: &str = "京2020-931";
const ENTERPRISE: &str = "北京恒固线缆有限公司";
const BODY: &str = "北京市产品质量监督检验院";

/// A case of 海淀 whose first reinspection failed, seriously, and was announced; the product needs a
/// production licence.
fn announced() -> Value {
    let events: Vec<Value> = [
        (
            "report_submitted",
            "2020-08-03",
            json!({ "verdict": "nonconforming" }),
        ),
        (
            "materials_forwarded",
            "2020-08-04",
            json!({ "to": "110108" }),
        ),
        ("materials_received", "2020-08-05", json!({})),
        ("result_served", "2020-08-07", json!({})),
        ("rectification_ordered", "2020-08-07", json!({})),
        ("rectification_order_served", "2020-08-07", json!({})),
        ("disposal_reported", "2020-08-20", json!({})),
        ("rectification_reported", "2020-08-31", json!({})),
        ("reinspection_applied", "2020-08-31", json!({})),
        (
            "rectification_verified",
            "2020-09-03",
            json!({ "outcome": "ready" }),
        ),
        (
            "reinspection_commissioned",
            "2020-09-04",
            json!({ "round": 1, "body": BODY, "due": "2020-09-25" }),
        ),
        (
            "reinspection_reported",
            "2020-09-24",
            json!({ "round": 1, "verdict": "nonconforming", "serious": true }),
        ),
        (
            "reinspection_materials_received",
            "2020-09-25",
            json!({ "round": 1 }),
        ),
        (
            "reinspection_result_served",
            "2020-09-27",
            json!({ "round": 1 }),
        ),
        (
            "announced",
            "2020-10-15",
            json!({ "announcement": "京质监公告〔2020〕3 号" }),
        ),
    ]
    .into_iter()
    .enumerate()
    .map(|(at, (kind, on, mut event))| {
        event["id"] = json!(format!("e{at}"));
        event["type"] = kind.into();
        event["on"] = on.into();
        event
    })
    .collect();
    json!({
        "format": "aftercheck-case/1",
        "case": {
            "number": NUMBER, "regulation": "beijing-2013",
            "spot_check": { "name": "2020年第三季度监督抽查", "year": 2020, "quarter": 3, "number": 1 },
            "product": { "name": "电线电缆", "kind": "电线电缆", "model": "BV 2.5", "traits": ["production_licence"] },
            "enterprise": {
                "name": ENTERPRISE, "production_district": "110108", "registration_district": "110108",
            },
            "inspection_body": BODY, "report_number": "2020-3-931", "failed_items": ["导体电阻"],
            "handling_bureau": "110108",
        },
        "events": events,
    })
}

/// What 今日 has of the case: group, what, until when, by whom, the button.
const DUTIES: (&str, &str) = (
    "main .duty",
    "row => [row.closest('.group').querySelector('h2'), ...['what', 'due', 'by', 'go']
        .map(name => row.querySelector(`.duty__${name}`))]",
);
/// What 公告 has of it among the follow-ups: how it stands, what, since when, by whom, the button.
const FOLLOW_UPS: (&str, &str) = (
    "section[aria-labelledby=escalation] tbody tr",
    "row => [0, 1, 4, 5, 6].map(at => row.cells[at])",
);

/// Waits until the rows of the case on the page read like this.
async fn reads(page: &Page, (rows, cells): (&str, &str), expected: &[&str]) {
    let expected = Value::from(serde_json::to_string(expected).unwrap());
    page.holds(&format!(
        "JSON.stringify([...document.querySelectorAll('{rows}')]
            .filter(row => row.innerText.includes('{ENTERPRISE}'))
            .map({cells})
            .map(cells => cells.map(it => it.innerText.replace(/ \\d+ 日|\\s+/g, '')).join(' ').trim()))
            === {expected}"
    ))
    .await;
}

async fn owes(desk: &Desk, expected: &[&str]) {
    desk.page.click(("link", "今日")).await;
    desk.page.find(("main", "heading", "今日")).await;
    reads(&desk.page, DUTIES, expected).await;
}

async fn follows_up(desk: &Desk, expected: &[&str]) {
    desk.page.click(("link", "公告")).await;
    desk.page.see("各局进度").await;
    reads(&desk.page, FOLLOW_UPS, expected).await;
}

/// What is recorded, and what the form is to say of it.
#[derive(Default)]
struct Recorded<'r> {
    /// The form: the type of event, and the round that its button asks for.
    address: &'r str,
    title: &'r str,
    on: &'r str,
    fields: &'r [(&'r str, &'r str)],
    answers: &'r [&'r str],
    round: Option<&'r str>,
    follows: &'r [&'r str],
    picture: &'r str,
}

/// Records what a button of the page is for. The form knows the round, and says what follows before
/// it is saved.
async fn record(desk: &Desk, what: Recorded<'_>) {
    let page = &desk.page;
    let case: String = page
        .evaluate(&format!(
            "[...document.querySelectorAll('main a')].find(it =>
                it.closest('.duty, tr')?.innerText.includes('{ENTERPRISE}')).getAttribute('href')"
        ))
        .await;
    page.click(format!("main a[href='{case}/record/{}']", what.address).as_str())
        .await;
    page.fill("#on", what.on).await;
    for (field, text) in what.fields {
        page.fill(format!("#{field}").as_str(), text).await;
    }
    for answer in what.answers {
        page.click(("main form", "radio", *answer)).await;
    }
    if let Some(round) = what.round {
        page.holds(&format!(
            "document.querySelector('input[name=round]:checked').parentElement.innerText.trim() === '{round}'"
        ))
        .await;
    }
    for said in what.follows {
        page.holds(&format!(
            "document.querySelector('.follow').innerText.includes('{said}')"
        ))
        .await;
    }
    page.screenshot(&format!("escalation-{}", what.picture))
        .await;
    page.click(("main form", "button", "登记")).await;
    page.see(&format!("已登记 {} {NUMBER}", what.title)).await;
    desk.is_marked("已同步").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_enterprise_that_fails_three_times_is_pursued_to_the_end_of_article_20() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let server = Server::with_cases(&data, &[announced()]);
    let municipal = Desk::of_demo(Look::DESK, &server, "municipal").await;
    let haidian = Desk::of_demo(Look::TABLET, &server, "haidian").await;
    let lab = Desk::of_demo(Look::DESK, &server, "lab").await;

    // Announced: the district is to have it reinspected, and to open a case for the serious
    // failure; the licence is the municipal bureau's.
    let (licence, penalty) = (
        "即办，已 吊销生产许可证 2020-09-24 市局 登记吊销",
        "即办，已 复查严重不合格立案 2020-09-24 海淀区局",
    );
    let again = "即办，已 公告后复查 2020-10-15 海淀区局";
    follows_up(&municipal, &[penalty, licence, again]).await;
    owes(&municipal, &["今天 吊销生产许可证 未定期限 本局 登记吊销"]).await;
    owes(&lab, &[]).await;
    let penalty_today = "今天 复查严重不合格立案 未定期限 本局 登记立案";
    owes(
        &haidian,
        &[penalty_today, "今天 公告后复查 未定期限 本局 登记委托"],
    )
    .await;
    haidian.page.screenshot("escalation-district").await;

    // Reinspected after the announcement, it fails again.
    record(
        &haidian,
        Recorded {
            address: "reinspection_commissioned?round=2",
            title: "委托复查",
            on: "2021-01-06",
            fields: &[("body", BODY), ("due", "2021-02-05")],
            round: Some("公告后复查"),
            follows: &["办结", "公告后复查", "报送复查结果"],
            picture: "commissioned",
            ..Recorded::default()
        },
    )
    .await;
    follows_up(
        &municipal,
        &[
            penalty,
            licence,
            "逾期2021-02-05周五 报送复查结果（公告后复查） 2021-01-06 检验机构",
        ],
    )
    .await;
    owes(
        &haidian,
        &[
            "已逾期 报送复查结果 2021-02-05周五 检验机构 查看",
            penalty_today,
        ],
    )
    .await;
    owes(
        &lab,
        &["已逾期 报送复查结果 2021-02-05周五 本机构 登记结果"],
    )
    .await;
    record(
        &lab,
        Recorded {
            address: "reinspection_reported?round=2",
            title: "报送复查结果",
            on: "2021-02-01",
            answers: &["不合格"],
            round: Some("公告后复查"),
            follows: &["责令停业整顿"],
            picture: "failed-again",
            ..Recorded::default()
        },
    )
    .await;

    // The municipal bureau orders a suspension, which has ended by now.
    follows_up(
        &municipal,
        &[
            penalty,
            licence,
            "即办，已 责令停业整顿 2021-02-01 市局 登记整顿",
        ],
    )
    .await;
    for (look, picture) in [
        (Look::TABLET, "escalation-follow-ups-tablet"),
        (Look::DESK, "escalation-follow-ups"),
    ] {
        municipal.page.look(look).await;
        municipal
            .page
            .evaluate::<bool>(
                "(document.querySelector('section[aria-labelledby=escalation] tr:last-child').scrollIntoView({ block: 'center' }), true)",
            )
            .await;
        municipal.page.screenshot(picture).await;
    }
    record(
        &municipal,
        Recorded {
            address: "business_suspended",
            title: "责令停业整顿",
            on: "2021-02-08",
            fields: &[("until", "2021-05-08")],
            follows: &["整顿期满复查"],
            picture: "suspended",
            ..Recorded::default()
        },
    )
    .await;
    follows_up(
        &municipal,
        &[
            penalty,
            licence,
            "即办，已 整顿期满复查 2021-05-08 海淀区局",
        ],
    )
    .await;

    // Reinspected after the suspension, it fails for the third time.
    owes(
        &haidian,
        &[penalty_today, "今天 整顿期满复查 未定期限 本局 登记委托"],
    )
    .await;
    record(
        &haidian,
        Recorded {
            address: "reinspection_commissioned?round=3",
            title: "委托复查",
            on: "2021-05-11",
            fields: &[("body", BODY), ("due", "2021-06-10")],
            round: Some("整顿后复查"),
            follows: &["整顿期满复查", "报送复查结果"],
            picture: "commissioned-after-suspension",
            ..Recorded::default()
        },
    )
    .await;
    owes(
        &lab,
        &["已逾期 报送复查结果 2021-06-10周四 本机构 登记结果"],
    )
    .await;
    record(
        &lab,
        Recorded {
            address: "reinspection_reported?round=3",
            title: "报送复查结果",
            on: "2021-06-07",
            answers: &["不合格"],
            round: Some("整顿后复查"),
            follows: &["建议吊销营业执照"],
            picture: "failed-for-the-third-time",
            ..Recorded::default()
        },
    )
    .await;
    owes(&lab, &[]).await;
    lab.page.assert_no_complaints().await;
    lab.close().await;

    // The licences, and the penalty.
    let recommend = "即办，已 建议吊销营业执照 2021-06-07 市局 登记建议";
    follows_up(&municipal, &[penalty, licence, recommend]).await;
    record(
        &municipal,
        Recorded {
            address: "licence_revocation_recommended",
            title: "建议吊销营业执照",
            on: "2021-06-15",
            picture: "recommended",
            ..Recorded::default()
        },
    )
    .await;
    follows_up(&municipal, &[penalty, licence]).await;
    record(
        &municipal,
        Recorded {
            address: "production_licence_revoked",
            title: "吊销生产许可证",
            on: "2021-06-16",
            picture: "revoked",
            ..Recorded::default()
        },
    )
    .await;
    follows_up(&municipal, &[penalty]).await;
    owes(&haidian, &[penalty_today]).await;
    record(
        &haidian,
        Recorded {
            address: "penalty_case_opened",
            title: "立案处罚",
            on: "2021-06-18",
            picture: "penalised",
            ..Recorded::default()
        },
    )
    .await;

    // Nothing of article 20 is left.
    owes(&haidian, &[]).await;
    owes(&municipal, &[]).await;
    follows_up(&municipal, &[]).await;
    haidian.page.assert_no_complaints().await;
    haidian.close().await;
    let page = &municipal.page;
    page.click(("link", "台账")).await;
    page.fill(("searchbox", "在台账中筛选"), ENTERPRISE).await;
    page.click(("main", "link", ENTERPRISE)).await;
    page.see("已办结").await;
    page.screenshot("escalation-case").await;
    page.look(Look::TABLET).await;
    page.screenshot("escalation-case-tablet").await;
    page.look(Look::DESK).await;
    page.click(("tab", "记录")).await;
    for again in ["公告后复查", "整顿后复查"] {
        page.see(&format!("委托复查（{again}）")).await;
        page.see(&format!("报送复查结果（{again}）：不合格")).await;
    }
    page.screenshot("escalation-log").await;
    municipal.page.assert_no_complaints().await;
    municipal.close().await;

    drop(server);
    let ledger = Database::open(&data).unwrap().ledger().unwrap();
    let (_, case) = ledger
        .iter()
        .find(|(_, case)| case.file.case.number == NUMBER)
        .unwrap();
    let events = &case.file.events;
    let first = events
        .iter()
        .position(|event| event.kind == EventKind::Announced);
    let recorded: Vec<_> = events[first.unwrap()..]
        .iter()
        .map(|event| format!("{} {} {}", event.on, event.kind, event.round()))
        .collect();
    assert_eq!(
        recorded,
        [
            "2020-10-15 announced 0",
            "2021-01-06 reinspection_commissioned 2",
            "2021-02-01 reinspection_reported 2",
            "2021-02-08 business_suspended 0",
            "2021-05-11 reinspection_commissioned 3",
            "2021-06-07 reinspection_reported 3",
            "2021-06-15 licence_revocation_recommended 0",
            "2021-06-16 production_licence_revoked 0",
            "2021-06-18 penalty_case_opened 0",
        ]
    );
    let suspended = events
        .iter()
        .find(|event| event.kind == EventKind::BusinessSuspended);
    assert_eq!(
        suspended.unwrap().until,
        Some("2021-05-08".parse().unwrap())
    );
}
