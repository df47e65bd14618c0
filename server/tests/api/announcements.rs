//! Announcements through the exchange, and what everyone may read of them.

use axum::http::{Method, StatusCode};
use server::api::{hash_passphrase, now_milliseconds};
use shared::{
    Actor, Event, EventKind, Role,
    case::Trait,
    change::{Body, Change, Digest, Subject},
    document::Number,
    id::CaseId,
    publication::{Basis, Drawn, Review, Risk, Row, Step},
    sync::wire::RefusalReason::{NotPermitted, OutOfOrder, Unreadable},
};

use crate::browser::{Device, PASSPHRASE, Server, head, open, subject};

const TITLE: &str = "质量公告 <script>alert(1)</script>";

fn id() -> CaseId {
    CaseId::from_random([9; 16])
}

/// A server with a second municipal account.
fn server() -> Server {
    let server = Server::new();
    let second = Actor {
        user: "second".into(),
        role: Role::Municipal,
        office: String::new(),
    };
    let hash = hash_passphrase(PASSPHRASE).unwrap();
    let database = server.state.database();
    database
        .create_account(&second, "second", &hash, now_milliseconds())
        .unwrap();
    server
}

fn row(case: &Subject) -> Row {
    let case = case.case_id().unwrap();
    Row {
        id: case.clone(),
        enterprise: "北京\"引号\"&家具有限公司".into(),
        product: "电热毯".into(),
        brand: String::new(),
        model: String::new(),
        batch: String::new(),
        failed_items: vec!["标志".into()],
        categories: vec![4],
        reinspection_failed: false,
        basis: vec![Basis {
            case,
            bureau: "110105".into(),
            events: Vec::new(),
        }],
    }
}

/// The steps by which one is drafted.
fn draft(case: &Subject) -> Vec<Step> {
    let drawing = "d".to_owned();
    let drawn = Drawn {
        on: "2013-04-01".parse().unwrap(),
        batches: 1,
        visits: 1,
        enterprises: 1,
        put_right: 0,
        kinds: Vec::new(),
        sensitive: Vec::new(),
        cases: Vec::new(),
    };
    let text = |part: &str, text: &str| Step::Text {
        part: part.into(),
        text: text.into(),
    };
    vec![
        Step::Opened {
            period: Some("2013/1".parse().unwrap()),
            corrects: None,
        },
        Step::Drawn {
            drawing: drawing.clone(),
            drawn: Box::new(drawn),
        },
        Step::Rows {
            drawing,
            rows: vec![row(case)],
        },
        text("title", TITLE),
        text("handled", "由区县局依法处理。"),
    ]
}

fn asked(case: &Subject) -> Step {
    Step::Asked {
        title: TITLE.into(),
        text: "请提意见。".into(),
        rows: vec![row(case)],
        answer_by: None,
    }
}

fn answered() -> Step {
    Step::Answered {
        agrees: true,
        text: "无意见。".into(),
        on: "2013-04-09".parse().unwrap(),
    }
}

fn review(content: Digest) -> Step {
    Step::Reviewed {
        review: Review {
            content,
            approved: true,
            remark: String::new(),
            without: String::new(),
        },
    }
}

fn number() -> Step {
    Step::Numbered {
        number: Number {
            series: "京质监公告".into(),
            year: 2013,
            serial: 1,
        },
        issue: 1,
    }
}

fn publish(content: Digest) -> Step {
    Step::Published {
        content,
        on: "2013-05-06".parse().unwrap(),
        channels: vec!["市局网站".into()],
    }
}

fn step(device: &mut Device<'_>, subject: &Subject, step: &Step) -> Change {
    device.compose(subject, step.body())
}

/// Takes these steps, all of which must be taken.
async fn take(device: &mut Device<'_>, subject: &Subject, steps: &[Step]) {
    let push: Vec<Change> = steps.iter().map(|it| step(device, subject, it)).collect();
    let response = device.exchange(push).await;
    for verdict in &response.verdicts {
        assert_eq!(verdict.refused, None, "{verdict:?}");
    }
    assert_eq!(response.verdicts.len(), steps.len());
}

fn digest(server: &Server) -> Digest {
    let all = server.state.database().announcements().unwrap();
    all.get(&id()).unwrap().digest()
}

/// What everybody may read, in each form.
async fn public(server: &Server) -> String {
    let mut all = String::new();
    let one = format!("/announcements/{}", id());
    let docx = format!("{one}.docx");
    for path in [
        "/announcements",
        &one,
        &docx,
        "/announcements.json",
        "/announcements/feed.atom",
    ] {
        let answer = server.send(Method::GET, path, None, b"").await;
        all += &String::from_utf8_lossy(&answer.bytes);
    }
    all
}

#[tokio::test]
async fn nothing_unpublished_reaches_who_has_no_part_in_it() {
    let server = server();
    let case = subject("JD-1");
    let (subject, opinion) = (
        Subject::announcement(&id()),
        Subject::opinion(&id(), "110105"),
    );
    let mut municipal = server.device("municipal").await;
    let mut second = server.device_named("second", "second-device").await;
    let opening = municipal.compose(&case, open(head("JD-1", "110105")));
    municipal.exchange(vec![opening]).await;
    take(&mut municipal, &subject, &draft(&case)).await;

    let of_announcements = |held: &[Change]| {
        let of = |it: &&Change| it.subject.announcement_id().is_some();
        held.iter().filter(of).cloned().collect::<Vec<_>>()
    };
    let mut chaoyang = server.device("chaoyang").await;
    let mut others = Vec::new();
    for user in ["haidian", "lab", "admin"] {
        others.push(server.device(user).await);
    }
    chaoyang.exchange(vec![]).await;
    assert_eq!(of_announcements(&chaoyang.held), [], "it was not asked yet");

    take(&mut municipal, &opinion, &[asked(&case)]).await;
    chaoyang.exchange(vec![]).await;
    let held = of_announcements(&chaoyang.held);
    assert_eq!(held.len(), 1);
    assert_eq!(
        held[0].subject, opinion,
        "what it was asked, and nothing else"
    );
    take(&mut chaoyang, &opinion, &[answered()]).await;
    for device in &mut others {
        device.exchange(vec![]).await;
        assert_eq!(
            of_announcements(&device.held),
            [],
            "{}",
            device.state.author
        );
    }

    second.exchange(vec![]).await;
    take(&mut second, &subject, &[review(digest(&server))]).await;
    assert!(
        !public(&server).await.contains("质量公告"),
        "approved is not published"
    );
    take(
        &mut municipal,
        &subject,
        &[number(), publish(digest(&server))],
    )
    .await;

    // The case carries it, for its bureau too, by the publisher.
    chaoyang.exchange(vec![]).await;
    let announced = chaoyang.held.iter().find_map(|change| match change.body() {
        Ok(Body::Event { event }) if event.kind == EventKind::Announced => Some((change, event)),
        _ => None,
    });
    let (change, event): (&Change, Box<Event>) = announced.expect("the case was announced");
    assert_eq!(
        (&change.subject, change.author.as_str()),
        (&case, "municipal")
    );
    assert_eq!(event.id, change.id.to_string());
    assert_eq!(event.details["announcement"], "京质监公告〔2013〕1号");
    assert_eq!(event.on, "2013-05-06".parse().unwrap());
    let given = of_announcements(&chaoyang.held);
    assert_eq!(given, held, "of the announcement still the question alone");

    // Published it is everybody's, and cannot be changed.
    let (title, edit) = ("title".to_owned(), "另一个".to_owned());
    let late = step(
        &mut municipal,
        &subject,
        &Step::Text {
            part: title,
            text: edit,
        },
    );
    let response = municipal.exchange(vec![late]).await;
    assert_eq!(response.verdicts[0].refused, Some(OutOfOrder));
    assert!(public(&server).await.contains("京质监公告〔2013〕1号"));
    assert!(server.state.database().verify_chain().unwrap().is_ok());
}

#[tokio::test]
async fn forged_steps_go_to_the_tray() {
    let server = server();
    let case = subject("JD-1");
    let (subject, opinion) = (
        Subject::announcement(&id()),
        Subject::opinion(&id(), "110105"),
    );
    let mut municipal = server.device("municipal").await;
    let opening = municipal.compose(&case, open(head("JD-1", "110105")));
    municipal.exchange(vec![opening]).await;
    take(&mut municipal, &subject, &draft(&case)).await;
    take(&mut municipal, &subject, &[number()]).await;

    let content = digest(&server);
    let forged = [
        // Without an approval, and by an approval of one's own.
        (subject.clone(), publish(content).body(), OutOfOrder),
        (subject.clone(), review(content).body(), OutOfOrder),
        // For a district.
        (opinion.clone(), answered().body(), NotPermitted),
        // On a subject where it has no place, and what is no step.
        (opinion.clone(), publish(content).body(), Unreadable),
        (subject.clone(), Body::Overlay { on: true }, NotPermitted),
        (case.clone(), publish(content).body(), NotPermitted),
    ];
    let push: Vec<Change> = forged
        .iter()
        .map(|(subject, body, _)| municipal.compose(subject, body.clone()))
        .collect();
    let response = municipal.exchange(push).await;
    let refused: Vec<_> = response.verdicts.iter().map(|it| it.refused).collect();
    let expected: Vec<_> = forged.iter().map(|(.., reason)| Some(*reason)).collect();
    assert_eq!(refused, expected);
    let tray = server.state.database().review(None).unwrap();
    assert_eq!(tray.len(), forged.len(), "each is kept, with its reason");

    take(&mut municipal, &opinion, &[asked(&case)]).await;
    let mut haidian = server.device("haidian").await;
    let push = vec![
        step(&mut haidian, &opinion, &answered()),
        step(&mut haidian, &subject, &draft(&case)[3]),
        step(&mut haidian, &subject, &publish(content)),
    ];
    let response = haidian.exchange(push).await;
    let refused: Vec<_> = response.verdicts.iter().map(|it| it.refused).collect();
    assert_eq!(
        refused,
        [Some(OutOfOrder), Some(NotPermitted), Some(NotPermitted)]
    );
    assert!(!public(&server).await.contains("质量公告"));
    let ledger = server.state.database().ledger().unwrap();
    let events = ledger.iter().flat_map(|(_, case)| &case.file.events);
    assert_eq!(events.count(), 0, "no case was announced");
}

#[tokio::test]
async fn the_ledger_demands_a_risk_assessment_whatever_the_draft_says() {
    let server = server();
    let case = subject("JD-1");
    let (subject, opinion) = (
        Subject::announcement(&id()),
        Subject::opinion(&id(), "110105"),
    );
    let mut municipal = server.device("municipal").await;
    let mut second = server.device_named("second", "second-device").await;
    let opening = municipal.compose(&case, open(head("JD-1", "110105")));
    municipal.exchange(vec![opening]).await;
    take(&mut municipal, &subject, &draft(&case)).await;
    take(&mut municipal, &opinion, &[asked(&case)]).await;
    let mut chaoyang = server.device("chaoyang").await;
    chaoyang.exchange(vec![]).await;
    take(&mut chaoyang, &opinion, &[answered()]).await;
    take(&mut second, &subject, &[review(digest(&server)), number()]).await;

    // Another case of the quarter, not in the annex, turns out to be a product for daily use.
    let other = crate::browser::subject("JD-2");
    let mut goods = head("JD-2", "110108");
    goods.product.traits = vec![Trait::ConsumerGoods];
    let opening = municipal.compose(&other, open(goods));
    municipal.exchange(vec![opening]).await;
    let early = step(&mut second, &subject, &publish(digest(&server)));
    let response = second.exchange(vec![early]).await;
    assert_eq!(response.verdicts[0].refused, Some(OutOfOrder));
    assert!(!public(&server).await.contains("质量公告"));

    let risk = Risk {
        on: "2013-04-10".parse().unwrap(),
        by: "风险办".into(),
        conclusion: "风险低。".into(),
    };
    take(&mut municipal, &subject, &[Step::RiskAssessed { risk }]).await;
    take(&mut second, &subject, &[publish(digest(&server))]).await;
    assert!(public(&server).await.contains("质量公告"));
}

/// The same document that the officer saves, and that a program for documents opens.
fn is_the_officers_docx(answer: crate::browser::Answer) {
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(
        answer.kind.as_deref(),
        Some("application/vnd.openxmlformats-officedocument.wordprocessingml.document")
    );
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(answer.bytes)).unwrap();
    let mut body = String::new();
    let mut part = archive.by_name("word/document.xml").unwrap();
    std::io::Read::read_to_string(&mut part, &mut body).unwrap();
    for said in [
        "质量公告 &lt;script&gt;",
        "京质监公告〔2013〕1号",
        "由区县局依法处理。",
        "家具有限公司",
        "第二十四条（三）4",
        "2013 年 5 月 6 日",
    ] {
        assert!(body.contains(said), "{said}: {body}");
    }
}

#[tokio::test]
async fn what_is_published_is_plain_pages_that_escape_what_they_say() {
    let server = server();
    let case = subject("JD-1");
    let (subject, opinion) = (
        Subject::announcement(&id()),
        Subject::opinion(&id(), "110105"),
    );
    let mut municipal = server.device("municipal").await;
    let mut second = server.device_named("second", "second-device").await;
    let opening = municipal.compose(&case, open(head("JD-1", "110105")));
    municipal.exchange(vec![opening]).await;
    take(&mut municipal, &subject, &draft(&case)).await;
    take(&mut municipal, &opinion, &[asked(&case)]).await;
    let mut chaoyang = server.device("chaoyang").await;
    chaoyang.exchange(vec![]).await;
    take(&mut chaoyang, &opinion, &[answered()]).await;
    take(&mut second, &subject, &[review(digest(&server)), number()]).await;
    take(&mut second, &subject, &[publish(digest(&server))]).await;

    let get = async |path: &str| {
        let answer = server.send(Method::GET, path, None, b"").await;
        (
            answer.status,
            answer.kind.unwrap(),
            String::from_utf8(answer.bytes).unwrap(),
        )
    };
    let one = format!("/announcements/{}", id());
    for (path, kind) in [
        ("/announcements", "text/html"),
        (one.as_str(), "text/html"),
        ("/announcements?q=%3Cscript%3E", "text/html"),
        ("/announcements/feed.atom", "application/atom+xml"),
        ("/announcements.json", "application/json"),
    ] {
        let (status, of_kind, text) = get(path).await;
        assert_eq!(status, StatusCode::OK, "{path}");
        assert!(of_kind.starts_with(kind), "{path}: {of_kind}");
        if kind != "application/json" {
            assert!(
                !text.contains("<script") && text.contains("&lt;script&gt;"),
                "{path}: {text}"
            );
        }
        assert!(text.contains("京质监公告〔2013〕1号"), "{path}: {text}");
    }
    let (_, _, page) = get(&one).await;
    for said in [
        "北京&quot;引号&quot;&amp;家具有限公司",
        "第二十四条（三）4",
        "由区县局依法处理。",
        "第 1 期",
    ] {
        assert!(page.contains(said), "{said}: {page}");
    }
    let found = server
        .send(
            Method::GET,
            "/announcements.json?q=%E7%94%B5%E7%83%AD%E6%AF%AF",
            None,
            b"",
        )
        .await
        .json();
    assert_eq!(found[0]["annex"][0]["categories"], serde_json::json!([4]));
    assert!(
        found[0]["annex"][0].get("basis").is_none(),
        "cases stay inside"
    );
    let (_, _, nothing) = get("/announcements?q=%E4%B8%8D%E5%AD%98%E5%9C%A8").await;
    assert!(nothing.contains("没有找到"), "{nothing}");
    for unknown in [
        "/announcements/nothing",
        "/announcements/a4dqobyha4dqobyha4dqobyha4",
    ] {
        let (status, _, text) = get(unknown).await;
        assert_eq!(status, StatusCode::NOT_FOUND);
        assert!(text.contains("没有这份公告"));
    }
    let (_, kind, style) = get("/announcements/style.css").await;
    assert!(kind.starts_with("text/css") && style.contains(".pub"));

    let docx = format!("{one}.docx");
    let answer = server.send(Method::GET, &docx, None, b"").await;
    is_the_officers_docx(answer);
    for unknown in ["nothing", "a4dqobyha4dqobyha4dqobyha4"] {
        let (status, ..) = get(&format!("/announcements/{unknown}.docx")).await;
        assert_eq!(status, StatusCode::NOT_FOUND, "{unknown}");
    }

    // Withdrawn, what it said is gone, and why stands in its place.
    let on = "2013-05-08".parse().unwrap();
    let reason = "数据<b>有误".to_owned();
    take(&mut municipal, &subject, &[Step::Withdrawn { on, reason }]).await;
    let all = public(&server).await;
    assert!(
        !all.contains("由区县局依法处理。") && all.contains("数据&lt;b&gt;有误"),
        "{all}"
    );

    let (status, ..) = get(&docx).await;
    assert_eq!(status, StatusCode::NOT_FOUND, "withdrawn");
}

#[tokio::test]
async fn the_pages_for_everybody_are_described() {
    let server = server();
    let described = server
        .send(Method::GET, "/api/openapi.json", None, b"")
        .await
        .json();
    for path in [
        "/announcements",
        "/announcements/{id}",
        "/announcements.json",
        "/announcements/feed.atom",
    ] {
        assert!(described["paths"].get(path).is_some(), "{path}");
    }
}

#[tokio::test]
async fn a_restored_copy_is_given_back_what_was_published() {
    let server = server();
    let case = subject("JD-1");
    let (subject, opinion) = (
        Subject::announcement(&id()),
        Subject::opinion(&id(), "110105"),
    );
    let mut municipal = server.device("municipal").await;
    let mut second = server.device_named("second", "second-device").await;
    let opening = municipal.compose(&case, open(head("JD-1", "110105")));
    municipal.exchange(vec![opening]).await;
    take(&mut municipal, &subject, &draft(&case)).await;
    take(&mut municipal, &opinion, &[asked(&case)]).await;
    let mut chaoyang = server.device("chaoyang").await;
    chaoyang.exchange(vec![]).await;
    take(&mut chaoyang, &opinion, &[answered()]).await;
    let folder = tempfile::tempdir().unwrap();
    let old = folder.path().join(::server::db::FILE_NAME);
    crate::browser::copy(&server.data_file(), &old);
    take(&mut second, &subject, &[review(digest(&server)), number()]).await;
    take(&mut second, &subject, &[publish(digest(&server))]).await;
    let response = {
        let mut whole = municipal.request(vec![]);
        whole.cursor = 0;
        whole.epoch = None;
        let answer = municipal.ask(&whole).await;
        serde_json::from_slice::<shared::sync::ExchangeResponse>(&answer.bytes).unwrap()
    };
    let offers: Vec<_> = response
        .page
        .iter()
        .filter_map(|item| match item {
            shared::sync::wire::Item::Change(delivered) => Some((**delivered).clone()),
            _ => None,
        })
        .collect();

    // The old copy has the key of the receipts: what is proven is taken back.
    let restored = Server::on(folder);
    let before = restored.state.database().announcements().unwrap();
    assert!(before.get(&id()).unwrap().published.is_none());
    let device = restored.device_named("municipal", "another").await;
    let mut request = device.request(vec![]);
    request.offers = offers;
    assert_eq!(device.ask(&request).await.status, StatusCode::OK);
    let after = restored.state.database().announcements().unwrap();
    assert!(after.get(&id()).unwrap().published.is_some());
    let ledger = restored.state.database().ledger().unwrap();
    let events = ledger.iter().flat_map(|(_, case)| &case.file.events);
    let announced = events.filter(|event| event.kind == EventKind::Announced);
    assert_eq!(announced.count(), 1);
}
