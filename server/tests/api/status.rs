//! Districts' reports through the exchange: held by the district and the municipal bureau alone.

use shared::{
    change::{Body, Change, Subject},
    id::CaseId,
    status::{Act, Line, State, StatusReports, Step},
    sync::wire::RefusalReason::{self, NotPermitted, OutOfOrder, OutOfScope, Unreadable},
};

use crate::browser::{Device, Server, copy, subject};

fn march() -> shared::span::Span {
    "2013-03".parse().unwrap()
}

fn of_chaoyang() -> Subject {
    Subject::status(march(), "110105")
}

fn lines(drawing: &str) -> Step {
    Step::Lines {
        drawing: drawing.into(),
        lines: vec![Line {
            act: Act::Served,
            on: "2013-03-12".parse().unwrap(),
            case: CaseId::from_random([7; 16]),
            number: "京2013-003".into(),
            enterprise: "北京示例家具有限公司".into(),
            product: "木家具".into(),
            note: String::new(),
        }],
    }
}

fn confirmed(drawing: &str) -> Step {
    Step::Confirmed {
        drawing: drawing.into(),
        as_of: "2013-03-31".parse().unwrap(),
        lines: 1,
        remark: String::new(),
    }
}

fn received(drawing: &str) -> Step {
    Step::Received {
        drawing: drawing.into(),
    }
}

/// What the server says of each, in order.
async fn sent(device: &mut Device<'_>, steps: &[(&Subject, Body)]) -> Vec<Option<RefusalReason>> {
    let push: Vec<Change> = steps
        .iter()
        .map(|(subject, body)| device.compose(subject, body.clone()))
        .collect();
    let response = device.exchange(push).await;
    response.verdicts.iter().map(|it| it.refused).collect()
}

fn held(device: &Device<'_>) -> StatusReports {
    StatusReports::of(&device.held)
}

#[tokio::test]
async fn a_report_goes_from_its_district_to_the_municipal_bureau_and_to_nobody_else() {
    let server = Server::new();
    let subject = of_chaoyang();
    let mut chaoyang = server.device("chaoyang").await;
    let steps = [
        (&subject, lines("a").body()),
        (&subject, confirmed("a").body()),
    ];
    assert_eq!(sent(&mut chaoyang, &steps).await, [None, None]);

    let mut municipal = server.device("municipal").await;
    municipal.exchange(vec![]).await;
    let reports = held(&municipal);
    let report = reports.get(march(), "110105").expect("it was reported");
    assert_eq!((report.state(), report.lines().len()), (State::Reported, 1));
    for user in ["haidian", "lab", "admin"] {
        let mut device = server.device(user).await;
        device.exchange(vec![]).await;
        let of = device
            .held
            .iter()
            .filter(|it| it.subject.status_of().is_some());
        assert_eq!(of.count(), 0, "{user}");
    }

    let receiving = [(&subject, received("a").body())];
    assert_eq!(sent(&mut municipal, &receiving).await, [None]);
    chaoyang.exchange(vec![]).await;
    let reports = held(&chaoyang);
    let report = reports.get(march(), "110105").expect("its own");
    assert_eq!(report.state(), State::Received);
    assert!(server.state.database().verify_chain().unwrap().is_ok());
}

#[tokio::test]
async fn forged_reports_go_to_the_tray() {
    let server = Server::new();
    let subject = of_chaoyang();
    let case = subject_of_case();
    let mut haidian = server.device("haidian").await;
    let of_other = [
        (&subject, lines("a").body()),
        (&subject, received("a").body()),
        (&case, lines("a").body()),
    ];
    let refused = sent(&mut haidian, &of_other).await;
    assert_eq!(refused[..2], [Some(OutOfScope), Some(NotPermitted)]);
    assert!(refused[2].is_some(), "a case takes no report");

    let mut lab = server.device("lab").await;
    assert_eq!(sent(&mut lab, &of_other[..1]).await, [Some(NotPermitted)]);

    let mut chaoyang = server.device("chaoyang").await;
    let former = Subject::status(march(), "110228");
    let wrong = [
        (&subject, confirmed("a").body(), Some(OutOfOrder)),
        (&subject, received("a").body(), Some(NotPermitted)),
        (&subject, Body::Overlay { on: true }, Some(NotPermitted)),
        (&former, lines("a").body(), Some(Unreadable)),
        (&subject, lines(" ").body(), Some(Unreadable)),
    ];
    let steps: Vec<_> = wrong
        .iter()
        .map(|(on, body, _)| (*on, body.clone()))
        .collect();
    let expected: Vec<_> = wrong.iter().map(|(.., reason)| *reason).collect();
    assert_eq!(sent(&mut chaoyang, &steps).await, expected);

    let mut municipal = server.device("municipal").await;
    let nothing = [
        (&subject, received("a").body()),
        (&subject, lines("a").body()),
    ];
    let refused = sent(&mut municipal, &nothing).await;
    assert_eq!(refused, [Some(OutOfOrder), Some(NotPermitted)]);
    let tray = server.state.database().review(None).unwrap();
    assert_eq!(tray.len(), 11, "each is kept, with its reason");
}

fn subject_of_case() -> Subject {
    subject("JD-1")
}

#[tokio::test]
async fn a_restored_copy_is_given_back_what_was_reported() {
    let server = Server::new();
    let folder = tempfile::tempdir().unwrap();
    let old = folder.path().join(::server::db::FILE_NAME);
    let subject = of_chaoyang();
    let mut chaoyang = server.device("chaoyang").await;
    chaoyang.exchange(vec![]).await;
    copy(&server.data_file(), &old);
    let steps = [
        (&subject, lines("a").body()),
        (&subject, confirmed("a").body()),
    ];
    assert_eq!(sent(&mut chaoyang, &steps).await, [None, None]);
    let mut whole = chaoyang.request(vec![]);
    (whole.cursor, whole.epoch) = (0, None);
    let answer = chaoyang.ask(&whole).await;
    let response: shared::sync::ExchangeResponse = serde_json::from_slice(&answer.bytes).unwrap();
    let offers: Vec<_> = response
        .page
        .iter()
        .filter_map(|item| match item {
            shared::sync::wire::Item::Change(delivered) => Some((**delivered).clone()),
            _ => None,
        })
        .filter(|it| it.change.subject == subject)
        .collect();
    assert_eq!(offers.len(), 2);

    let restored = Server::on(folder);
    let device = restored.device_named("chaoyang", "another").await;
    let mut request = device.request(vec![]);
    request.offers = offers;
    device.ask(&request).await;
    let mut municipal = restored.device("municipal").await;
    municipal.exchange(vec![]).await;
    let reports = held(&municipal);
    let report = reports.get(march(), "110105").expect("it was taken back");
    assert_eq!((report.state(), report.lines().len()), (State::Reported, 1));
}
