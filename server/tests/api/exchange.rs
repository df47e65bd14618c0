//! Exchanges through the real router and a database on disk.

use crate::browser::{Server, copy, head, open, subject};
use axum::http::StatusCode;
use shared::{
    EventKind,
    change::{Body, ChangeId},
    fold::fold,
    sync::wire::{
        ExchangeResponse, Hold, Item,
        RefusalReason::{
            self, LaterVersion, NotPermitted, OtherAuthor, OutOfScope, UnknownCase, Unreadable,
        },
        Restart,
    },
};

#[tokio::test]
async fn a_case_reaches_those_who_may_see_it_and_nobody_else() {
    let server = Server::new();
    let case = subject("JD-1");
    let mut municipal = server.device("municipal").await;
    let opening = municipal.compose(&case, open(head("JD-1", "110105")));
    let response = municipal.exchange(vec![opening.clone()]).await;
    assert_eq!(response.restart, Some(Restart::FirstContact));
    assert!(response.verdicts[0].receipt.is_some() && !response.more);

    for (user, sees) in [
        ("chaoyang", true),
        ("lab", true),
        ("admin", false),
        ("haidian", false),
    ] {
        let mut device = server.device(user).await;
        device.exchange(vec![]).await;
        assert_eq!(device.held.contains(&opening), sees, "{user}");
        if sees {
            let folded = fold(&device.held);
            assert_eq!(folded.file.case.number, "京2013-001");
        } else {
            assert!(device.held.is_empty(), "{user}");
        }
        // Nothing new: one empty answer.
        let quiet = device.exchange(vec![]).await;
        assert!(quiet.page.is_empty() && quiet.restart.is_none() && !quiet.more);
    }
}

#[tokio::test]
async fn news_goes_to_those_who_may_see_the_case_and_to_nobody_else() {
    let server = Server::new();
    let mut municipal = server.device("municipal").await;
    let mut listeners = Vec::new();
    for user in ["municipal", "chaoyang", "haidian", "lab", "admin"] {
        listeners.push((user, server.news(user).await));
    }
    let case = subject("JD-1");
    let opening = municipal.compose(&case, open(head("JD-1", "110105")));
    municipal.exchange(vec![opening]).await;
    // A browser dispatches an event at the empty line, by its name, and only if it has data.
    let told = listeners.iter_mut().filter_map(|(user, news)| {
        let event = news.next()?;
        let fields: Vec<_> = event.lines().map(|line| line.split_once(": ")).collect();
        assert!(event.ends_with("\n\n"), "{event:?}");
        assert_eq!(fields[0], Some(("event", "news")));
        assert!(matches!(fields[1], Some(("data", data)) if !data.is_empty()));
        Some(*user)
    });
    assert_eq!(
        told.collect::<Vec<_>>(),
        ["municipal", "chaoyang", "lab"],
        "the others hear nothing"
    );
}

#[tokio::test]
async fn a_repeated_push_is_taken_once() {
    let server = Server::new();
    let case = subject("JD-1");
    let mut device = server.device("municipal").await;
    let opening = device.compose(&case, open(head("JD-1", "110105")));
    let request = device.request(vec![opening.clone()]);
    let first = device.ask(&request).await.json();
    let second = device.ask(&request).await.json();
    assert_eq!(first["verdicts"], second["verdicts"]);
    assert_eq!(
        server.state.database().verify_chain().unwrap(),
        Ok(2),
        "the opening and its number"
    );

    // Stamped anew, because the answer was lost, it is the same change: with the first stamp.
    let mut stamped = opening.clone();
    stamped.clock = stamped.clock.next(0);
    let response = device.exchange(vec![stamped]).await;
    assert!(response.verdicts[0].receipt.is_some());
    assert_eq!(response.verdicts[0].clock, Some(opening.clock));
    assert_eq!(server.state.database().verify_chain().unwrap(), Ok(2));

    // Another content under a number that is settled is put aside, and the first one stays.
    let mut other = opening.clone();
    other.body = open(head("JD-1", "110108")).to_raw();
    let response = device.exchange(vec![other]).await;
    assert_eq!(response.verdicts[0].refused, Some(RefusalReason::IdReused));
    assert_eq!(server.state.database().verify_chain().unwrap(), Ok(2));
    assert_eq!(
        server
            .state
            .database()
            .review(Some("municipal"))
            .unwrap()
            .len(),
        1
    );
}

#[tokio::test]
async fn what_may_not_be_recorded_is_put_aside_with_its_reason_and_blocks_nothing() {
    let server = Server::new();
    let (mine, theirs) = (subject("JD-1"), subject("JD-2"));
    let mut municipal = server.device("municipal").await;
    let push = vec![
        municipal.compose(&mine, open(head("JD-1", "110105"))),
        municipal.compose(&theirs, open(head("JD-2", "110108"))),
    ];
    municipal.exchange(push).await;

    let mut device = server.device("chaoyang").await;
    let served = device.event(&mine, EventKind::ResultServed, "2013-03-12");
    let foreign = device.event(&theirs, EventKind::ResultServed, "2013-03-12");
    let unknown = device.event(&subject("JD-9"), EventKind::ResultServed, "2013-03-12");
    let municipal_only = device.event(&mine, EventKind::ObjectionDecided, "2013-03-12");
    let mut posing = device.event(&mine, EventKind::RectificationOrdered, "2013-03-12");
    posing.author = "municipal".into();
    let mut unreadable = device.compose(&mine, open(head("JD-1", "110105")));
    unreadable.body =
        serde_json::value::RawValue::from_string(r#"{"kind":"event"}"#.into()).unwrap();
    let mut later = device.compose(&mine, open(head("JD-1", "110105")));
    later.body = serde_json::value::RawValue::from_string(r#"{"kind":"moved"}"#.into()).unwrap();
    let received = device.event(&mine, EventKind::MaterialsReceived, "2013-03-07");
    let response = device
        .exchange(vec![
            served,
            foreign,
            unknown,
            municipal_only,
            posing,
            unreadable,
            later,
            received,
        ])
        .await;
    let refused: Vec<_> = response
        .verdicts
        .iter()
        .map(|verdict| verdict.refused)
        .collect();
    assert_eq!(
        refused,
        [
            None,
            Some(OutOfScope),
            Some(UnknownCase),
            Some(NotPermitted),
            Some(OtherAuthor),
            Some(Unreadable),
            Some(LaterVersion),
            None
        ]
    );
    assert_eq!(response.settled, 8);
    assert_eq!(server.state.database().review(None).unwrap().len(), 6);
    municipal.exchange(vec![]).await;
    let events = fold(
        municipal
            .held
            .iter()
            .filter(|change| change.subject == mine),
    )
    .file
    .events;
    assert_eq!(events.len(), 2);
}

#[tokio::test]
async fn a_hole_and_a_clock_far_ahead_hold_the_push() {
    let server = Server::new();
    let case = subject("JD-1");
    let mut device = server.device("municipal").await;
    let first = device.compose(&case, open(head("JD-1", "110105")));
    let second = device.event(&case, EventKind::MaterialsForwarded, "2013-03-06");
    let response = device.exchange(vec![second.clone()]).await;
    assert_eq!((response.hold, response.settled), (Some(Hold::Gap), 0));
    let mut ahead = first.clone();
    ahead.clock.milliseconds += 11 * 60_000;
    let response = device.exchange(vec![ahead]).await;
    assert_eq!(
        (response.hold, response.settled),
        (Some(Hold::ClockAhead), 0)
    );
    let response = device.exchange(vec![first, second]).await;
    assert_eq!((response.hold, response.settled), (None, 2));
}

#[tokio::test]
async fn a_case_that_moves_is_given_whole_and_taken_back() {
    let server = Server::new();
    let case = subject("JD-1");
    let mut municipal = server.device("municipal").await;
    let mut chaoyang = server.device("chaoyang").await;
    let mut haidian = server.device("haidian").await;
    let opening = municipal.compose(&case, open(head("JD-1", "110105")));
    municipal.exchange(vec![opening]).await;
    chaoyang.exchange(vec![]).await;
    let served = chaoyang.event(&case, EventKind::ResultServed, "2013-03-12");
    chaoyang.exchange(vec![served.clone()]).await;
    haidian.exchange(vec![]).await;
    assert!(haidian.held.is_empty());

    let forwarded = municipal.compose_with(&case, |id| forwarded_to(id, "110108"));
    municipal.exchange(vec![forwarded]).await;
    let revoked = chaoyang.exchange(vec![]).await;
    assert!(matches!(&revoked.page[..], [Item::Revoked { subject, .. }] if *subject == case));
    assert!(chaoyang.held.is_empty());
    haidian.exchange(vec![]).await;
    municipal.exchange(vec![]).await;
    // The bureau's own changes are not given back to it: only haidian holds all of them.
    let whole = fold(&haidian.held);
    assert_eq!(whole.file.events.len(), 2);
    assert!(haidian.held.contains(&served));
    // What the old bureau recorded meanwhile goes to the tray.
    let late = chaoyang.event(&case, EventKind::RectificationOrdered, "2013-03-13");
    let response = chaoyang.exchange(vec![late]).await;
    assert_eq!(response.verdicts[0].refused, Some(OutOfScope));

    // When it comes back, so do the records that the bureau itself has made.
    let back = municipal.compose_with(&case, |id| forwarded_to(id, "110105"));
    municipal.exchange(vec![back]).await;
    chaoyang.exchange(vec![]).await;
    assert!(chaoyang.held.contains(&served));
    assert_eq!(fold(&chaoyang.held).file.events.len(), 3);
}

fn forwarded_to(id: &ChangeId, bureau: &str) -> Body {
    let on = "2013-03-13".parse().unwrap();
    let mut event = shared::Event::new(id.to_string(), EventKind::MaterialsForwarded, on);
    event.to = Some(bureau.into());
    Body::Event {
        event: Box::new(event),
    }
}

#[tokio::test]
async fn what_was_taken_before_the_case_went_is_told_to_be_out_of_sight() {
    let server = Server::new();
    let case = subject("JD-1");
    let mut municipal = server.device("municipal").await;
    let mut chaoyang = server.device("chaoyang").await;
    let opening = municipal.compose(&case, open(head("JD-1", "110105")));
    municipal.exchange(vec![opening]).await;
    let served = chaoyang.event(&case, EventKind::ResultServed, "2013-03-12");
    let request = chaoyang.request(vec![served]);
    let answer: ExchangeResponse =
        serde_json::from_slice(&chaoyang.ask(&request).await.bytes).unwrap();
    assert!(!answer.verdicts[0].out_of_sight);
    let forwarded = municipal.compose_with(&case, |id| forwarded_to(id, "110108"));
    municipal.exchange(vec![forwarded]).await;
    // The answer was lost, and is asked for again.
    let answer: ExchangeResponse =
        serde_json::from_slice(&chaoyang.ask(&request).await.bytes).unwrap();
    assert!(answer.verdicts[0].receipt.is_some() && answer.verdicts[0].out_of_sight);
}

#[tokio::test]
async fn an_old_copy_put_back_is_noticed_and_devices_start_again() {
    let server = Server::new();
    let case = subject("JD-1");
    let backup = tempfile::tempdir().unwrap();
    let mut device = server.device("municipal").await;
    let opening = device.compose(&case, open(head("JD-1", "110105")));
    device.exchange(vec![opening.clone()]).await;
    let (cookie, state) = (device.cookie.clone(), device.state.clone());
    copy(&server.data_file(), &backup.path().join("copy"));
    let forwarded = device.event(&case, EventKind::MaterialsForwarded, "2013-03-13");
    device.exchange(vec![forwarded.clone()]).await;
    let after = device.state.clone();
    assert!(after.cursor > state.cursor);

    let Server {
        folder,
        state,
        router,
    } = server;
    drop((router, state));
    let file = folder.path().join(server::db::FILE_NAME);
    copy(&backup.path().join("copy"), &file);
    let server = Server::on(folder);
    let mut device = crate::browser::Device {
        server: &server,
        cookie,
        state: after.clone(),
        held: vec![],
    };
    let response = device.exchange(vec![]).await;
    assert_eq!(response.restart, Some(Restart::NewEpoch));
    assert_ne!(Some(response.epoch), after.epoch);
    assert_eq!(response.settled, 1, "the server says what it has lost");
    let response = device.exchange(vec![forwarded]).await;
    assert_eq!((response.settled, response.restart), (2, None));
    assert!(server.state.database().verify_chain().unwrap().is_ok());
}

#[tokio::test]
async fn a_device_that_does_not_hold_what_it_was_given_starts_again() {
    let server = Server::new();
    let mut device = server.device("municipal").await;
    let opening = device.compose(&subject("JD-1"), open(head("JD-1", "110105")));
    device.exchange(vec![opening]).await;
    let held = device.held.clone();
    device.state.held = shared::change::Digest::of(b"something else");
    let response = device.exchange(vec![]).await;
    assert_eq!(response.restart, Some(Restart::DigestMismatch));
    assert!(held.iter().all(|change| device.held.contains(change)) && device.held.len() == 2);
}

#[tokio::test]
async fn a_device_belongs_to_one_account() {
    let server = Server::new();
    server
        .device_named("municipal", "tablet-1")
        .await
        .exchange(vec![])
        .await;
    let other = server.device_named("chaoyang", "tablet-1").await;
    assert_eq!(
        other.ask(&other.request(vec![])).await.problem(),
        "device_of_other"
    );
    let posing = server.device_named("municipal", "server-x").await;
    assert_eq!(
        posing.ask(&posing.request(vec![])).await.status,
        StatusCode::FORBIDDEN
    );
}

#[tokio::test]
async fn long_feeds_come_in_pages() {
    let server = Server::new();
    let mut municipal = server.device("municipal").await;
    let push: Vec<_> = (0..450)
        .map(|number| {
            let report = format!("JD-{number}");
            municipal.compose(&subject(&report), open(head(&report, "110105")))
        })
        .collect();
    for part in push.chunks(300) {
        let mut response = municipal.exchange(part.to_vec()).await;
        while response.more {
            response = municipal.exchange(vec![]).await;
        }
    }
    let case = subject("JD-0");
    let events: Vec<_> = (0..400)
        .map(|_| municipal.event(&case, EventKind::Announced, "2013-06-03"))
        .collect();
    municipal.exchange(events).await;
    let mut chaoyang = server.device("chaoyang").await;
    let mut pages = 1;
    while chaoyang.exchange(vec![]).await.more {
        pages += 1;
    }
    assert!(pages > 1);
    assert_eq!(chaoyang.held.len(), 450 * 2 + 400);
}

#[tokio::test]
async fn an_altered_log_is_found() {
    let server = Server::new();
    let mut device = server.device("municipal").await;
    let opening = device.compose(&subject("JD-1"), open(head("JD-1", "110105")));
    device.exchange(vec![opening]).await;
    let connection = rusqlite::Connection::open(server.data_file()).unwrap();
    let refused = connection.execute("UPDATE changes SET author = 'x' WHERE position = 1", []);
    assert!(refused.is_err(), "the log cannot be altered by mistake");
    connection.execute_batch("DROP TRIGGER changes_are_not_altered; UPDATE changes SET author = 'x' WHERE position = 1").unwrap();
    let broken = server.state.database().verify_chain().unwrap();
    assert_eq!(broken, Err(server::db::BrokenChain { position: 1 }));
}

#[tokio::test]
async fn a_district_is_told_of_an_organisations_earlier_results_and_sees_no_case_of_others() {
    let server = Server::new();
    let mut municipal = server.device("municipal").await;
    let of = |report: &str, bureau: &str, quarter: u8| {
        let mut head = head(report, bureau);
        head.spot_check.quarter = quarter;
        head.product.kind = "木家具".into();
        head.enterprise.credit_code = "91110105MA001A2B2U".into();
        head
    };
    let (earlier, later) = (subject("JD-1"), subject("JD-2"));
    let mut push = vec![
        municipal.compose(&earlier, open(of("JD-1", "110108", 1))),
        municipal.compose(&later, open(of("JD-2", "110105", 2))),
    ];
    for case in [&earlier, &later] {
        push.push(municipal.compose_with(case, |id| {
            let mut event = shared::Event::new(
                id.to_string(),
                EventKind::ReportSubmitted,
                "2013-03-04".parse().unwrap(),
            );
            event.verdict = Some(shared::event::Verdict::Nonconforming);
            event.details.insert("source".into(), "sheet".into());
            Body::Event {
                event: Box::new(event),
            }
        }));
    }
    municipal.exchange(push).await;
    let mut chaoyang = server.device("chaoyang").await;
    chaoyang.exchange(vec![]).await;
    let records: Vec<_> = chaoyang
        .held
        .iter()
        .filter_map(|change| match change.body() {
            Ok(Body::History { record }) => Some(record),
            _ => None,
        })
        .collect();
    let periods: Vec<_> = records
        .last()
        .unwrap()
        .results
        .iter()
        .map(|result| (result.period.quarter, result.nonconforming))
        .collect();
    assert_eq!(periods, [(1, true), (2, true)]);
    assert!(chaoyang.held.iter().all(|change| change.subject != earlier));
}
