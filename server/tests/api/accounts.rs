//! Accounts and sign-ins, and what the server says to bad requests.

use crate::browser::{PASSPHRASE, Server};
use axum::http::{Method, StatusCode};
use serde_json::json;
use shared::{Role, account::Invitation};

#[tokio::test]
async fn a_one_time_link_makes_one_account() {
    let server = Server::on(tempfile::tempdir().unwrap());
    let invitation = Invitation {
        user: None,
        role: Role::Administrator,
        office: String::new(),
        display: String::new(),
    };
    let token = server
        .state
        .database()
        .invite(&invitation, server::api::now_milliseconds())
        .unwrap();
    let welcome = |passphrase: &str| json!({"token": token, "user": "first", "display": "第一人", "passphrase": passphrase});

    assert_eq!(
        server
            .post("/api/welcome", None, welcome("short"))
            .await
            .problem(),
        "passphrase"
    );
    assert_eq!(
        server
            .post("/api/invitation", None, json!({"token": token}))
            .await
            .json()["role"],
        "administrator"
    );
    let answer = server.post("/api/welcome", None, welcome(PASSPHRASE)).await;
    assert_eq!(answer.status, StatusCode::OK);
    let cookie = answer.cookie.unwrap();
    for part in ["HttpOnly", "SameSite=Strict", "Path=/"] {
        assert!(cookie.contains(part), "{cookie}");
    }
    assert_eq!(
        server
            .post("/api/welcome", None, welcome(PASSPHRASE))
            .await
            .problem(),
        "link_invalid"
    );

    let cookie = cookie.split(';').next().unwrap();
    let shown = server
        .send(Method::GET, "/api/session", Some(cookie), b"")
        .await;
    assert_eq!(shown.json()["actor"]["user"], "first");
    assert_eq!(
        server
            .send(Method::DELETE, "/api/session", Some(cookie), b"")
            .await
            .status,
        StatusCode::NO_CONTENT
    );
    assert_eq!(
        server
            .send(Method::GET, "/api/session", Some(cookie), b"")
            .await
            .problem(),
        "not_signed_in"
    );

    // What is kept is no passphrase and no token.
    let file = std::fs::read(server.data_file()).unwrap();
    let wal = std::fs::read(format!("{}-wal", server.data_file().display())).unwrap_or_default();
    for secret in [PASSPHRASE, &token] {
        for bytes in [&file, &wal] {
            assert!(
                !bytes
                    .windows(secret.len())
                    .any(|window| window == secret.as_bytes())
            );
        }
    }
}

#[tokio::test]
async fn wrong_passphrases_are_counted() {
    let server = Server::new();
    let attempt = |passphrase: &str| json!({"user": "chaoyang", "passphrase": passphrase});
    for _ in 0..8 {
        assert_eq!(
            server
                .post("/api/session", None, attempt("wrong one"))
                .await
                .problem(),
            "wrong_credentials"
        );
    }
    assert_eq!(
        server
            .post("/api/session", None, attempt(PASSPHRASE))
            .await
            .problem(),
        "too_many_attempts"
    );
    let nobody = json!({"user": "nobody", "passphrase": PASSPHRASE});
    assert_eq!(
        server.post("/api/session", None, nobody).await.problem(),
        "wrong_credentials"
    );
}

#[tokio::test]
async fn only_administrators_keep_accounts() {
    let server = Server::new();
    let invitation = json!({"role": "district", "office": "110106"});
    for (user, status) in [
        ("municipal", 403),
        ("chaoyang", 403),
        ("lab", 403),
        ("admin", 200),
    ] {
        let cookie = server.sign_in(user).await;
        let cookie = Some(cookie.as_str());
        for answer in [
            server.send(Method::GET, "/api/accounts", cookie, b"").await,
            server
                .post("/api/invitations", cookie, invitation.clone())
                .await,
        ] {
            assert_eq!(answer.status.as_u16(), status, "{user}: {answer:?}");
        }
    }
    let cookie = server.sign_in("admin").await;
    let no_office = server
        .post(
            "/api/invitations",
            Some(&cookie),
            json!({"role": "district"}),
        )
        .await;
    assert_eq!(no_office.problem(), "office");
}

#[tokio::test]
async fn people_are_known_to_those_who_see_their_work() {
    let server = Server::new();
    let all = ["admin", "chaoyang", "haidian", "lab", "municipal"];
    for (user, known) in [
        ("municipal", &all[..]),
        ("admin", &all[..]),
        ("chaoyang", &["chaoyang", "lab", "municipal"]),
        ("lab", &["lab", "municipal"]),
    ] {
        let cookie = server.sign_in(user).await;
        let answer = server
            .send(Method::GET, "/api/people", Some(&cookie), b"")
            .await
            .json();
        let people = answer.as_array().unwrap();
        let mut users: Vec<_> = people
            .iter()
            .filter_map(|person| person["user"].as_str())
            .collect();
        users.sort_unstable();
        assert_eq!(users, known, "{user}");
        assert!(people.iter().all(|person| person["display"].is_string()));
    }
    let stranger = server.send(Method::GET, "/api/people", None, b"").await;
    assert_eq!(stranger.status.as_u16(), 401);
}

#[tokio::test]
async fn bad_requests_get_a_clear_problem() {
    let server = Server::new();
    let cookie = server.sign_in("municipal").await;
    let signed_in = Some(cookie.as_str());
    let huge = vec![b' '; server::api::MAXIMUM_BODY_BYTES + 1];
    let exchange = json!({"protocol": 1, "device": "d", "epoch": null, "scope": null, "cursor": 0,
        "held": "AAAAAAAAAAAAAAAAAAAAAA", "settled": 0, "push": []});
    let with = |field: &str, value: serde_json::Value| {
        let mut request = exchange.clone();
        request[field] = value;
        request.to_string().into_bytes()
    };
    let change = json!({"id": "d/1", "subject": "case/x", "clock": "1363046400000-00000", "author": "municipal", "schema": 1, "body": {}});
    for (path, cookie, body, status, code) in [
        (
            "/api/exchange",
            None,
            exchange.to_string().into_bytes(),
            401,
            "not_signed_in",
        ),
        ("/api/exchange", signed_in, b"{".to_vec(), 400, "malformed"),
        ("/api/exchange", signed_in, b"{}".to_vec(), 422, "malformed"),
        (
            "/api/exchange",
            signed_in,
            vec![0xff, 0xfe],
            400,
            "malformed",
        ),
        ("/api/exchange", signed_in, huge, 413, "too_large"),
        (
            "/api/exchange",
            signed_in,
            with("protocol", json!(2)),
            426,
            "version_too_old",
        ),
        (
            "/api/exchange",
            signed_in,
            with("device", json!("Not a device")),
            422,
            "malformed",
        ),
        (
            "/api/exchange",
            signed_in,
            with("cursor", json!(-1)),
            422,
            "malformed",
        ),
        (
            "/api/exchange",
            signed_in,
            with("cursor", json!(u64::MAX)),
            422,
            "malformed",
        ),
        (
            "/api/exchange",
            signed_in,
            with("push", json!(vec![change; 501])),
            422,
            "too_many_changes",
        ),
        ("/api/nothing", signed_in, vec![], 404, "not_found"),
        ("/api/news", signed_in, vec![], 405, "method_not_allowed"),
    ] {
        let answer = server.send(Method::POST, path, cookie, &body).await;
        assert_eq!(answer.status.as_u16(), status, "{path} {code}: {answer:?}");
        assert_eq!(answer.problem(), code);
    }
}

#[tokio::test]
async fn the_document_names_every_endpoint() {
    let server = Server::new();
    let document = server
        .send(Method::GET, "/api/openapi.json", None, b"")
        .await
        .json();
    let mut paths: Vec<_> = document["paths"]
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect();
    paths.sort_unstable();
    assert_eq!(
        paths,
        [
            "/announcements",
            "/announcements.json",
            "/announcements/feed.atom",
            "/announcements/{id}",
            "/api/about",
            "/api/accounts",
            "/api/accounts/{user}",
            "/api/accounts/{user}/reset",
            "/api/attachments/{hash}",
            "/api/calendar-link",
            "/api/calendar/{file}",
            "/api/case-files",
            "/api/devices",
            "/api/devices/{device}",
            "/api/duties.ics",
            "/api/exchange",
            "/api/invitation",
            "/api/invitations",
            "/api/news",
            "/api/passphrase",
            "/api/people",
            "/api/review",
            "/api/sample",
            "/api/session",
            "/api/welcome"
        ]
    );
    assert!(document["components"]["schemas"]["ExchangeRequest"]["properties"]["push"].is_object());
}
