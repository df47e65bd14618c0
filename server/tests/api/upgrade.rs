//! Data files of earlier versions, kept under `tests/fixtures`: this version must open each of them
//! and find everything.

use std::path::Path;

use crate::browser::{PASSPHRASE, Server, head, open, subject};
use axum::http::StatusCode;
use serde_json::json;
use shared::{EventKind, change::Body, fold::fold, sync::wire::RefusalReason};

/// What every fixture holds: a case with its number and one event, another bureau's case, an edit,
/// and one change in the review tray.
async fn fill(server: &Server) {
    let case = subject("JD-1");
    let mut municipal = server.device_named("municipal", "office-pc").await;
    let push = vec![
        municipal.compose(&case, open(head("JD-1", "110105"))),
        municipal.compose(&subject("JD-2"), open(head("JD-2", "110108"))),
        municipal.compose(
            &case,
            Body::Head {
                field: "serious".into(),
                value: true.into(),
                replaces: vec![],
            },
        ),
    ];
    municipal.exchange(push).await;
    let mut chaoyang = server.device_named("chaoyang", "tablet").await;
    let push = vec![
        chaoyang.event(&case, EventKind::ResultServed, "2013-03-12"),
        chaoyang.event(&subject("JD-2"), EventKind::ResultServed, "2013-03-12"),
    ];
    chaoyang.exchange(push).await;
}

async fn check(server: &Server) {
    let database = server.state.database();
    assert_eq!(
        database.verify_chain().unwrap(),
        Ok(6),
        "two openings, two numbers, an edit, an event"
    );
    let reasons: Vec<_> = database
        .review(None)
        .unwrap()
        .into_iter()
        .map(|row| row.reason)
        .collect();
    assert_eq!(reasons, [RefusalReason::OutOfScope]);

    let mut device = server.device_named("chaoyang", "new-tablet").await;
    device.exchange(vec![]).await;
    let case = fold(&device.held).file;
    assert_eq!(
        (case.case.number.as_str(), case.case.serious),
        ("京2013-001", true)
    );
    assert_eq!(case.events.len(), 1);

    // A device that was there before goes on where it was.
    let wrong = json!({"user": "chaoyang", "passphrase": format!("{PASSPHRASE}!")});
    assert_eq!(
        server.post("/api/session", None, wrong).await.status,
        StatusCode::FORBIDDEN
    );
    let mut tablet = server.device_named("chaoyang", "tablet").await;
    tablet.state.last_sequence = 2;
    let next = tablet.event(
        &subject("JD-1"),
        EventKind::RectificationOrdered,
        "2013-03-13",
    );
    let response = tablet.exchange(vec![next]).await;
    assert_eq!((response.settled, response.hold), (3, None));
}

/// Run with `AFTERCHECK_KEEP_FIXTURE=FILE` once for each new schema, before it is released.
#[tokio::test]
async fn a_data_file_opens_again() {
    let server = Server::new();
    fill(&server).await;
    let Server {
        folder,
        state,
        router,
    } = server;
    drop((state, router));
    if let Some(path) = std::env::var_os("AFTERCHECK_KEEP_FIXTURE") {
        std::fs::copy(folder.path().join(server::db::FILE_NAME), path).unwrap();
    }
    check(&Server::on(folder)).await;
}

#[tokio::test]
async fn every_kept_data_file_opens() {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
    let mut opened = 0;
    for entry in std::fs::read_dir(fixtures).unwrap() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::copy(
            entry.unwrap().path(),
            folder.path().join(server::db::FILE_NAME),
        )
        .unwrap();
        check(&Server::on(folder)).await;
        opened += 1;
    }
    assert!(opened >= 1);
}

#[tokio::test]
async fn a_data_file_of_a_later_version_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let connection = rusqlite::Connection::open(folder.path().join(server::db::FILE_NAME)).unwrap();
    connection.pragma_update(None, "user_version", 99).unwrap();
    drop(connection);
    let error = server::db::Database::open(folder.path()).unwrap_err();
    assert!(
        matches!(error, server::db::Error::LaterSchema { found: 99, .. }),
        "{error}"
    );
}
