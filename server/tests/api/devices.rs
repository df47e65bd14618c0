//! Devices, passphrases and accounts as their users and administrators end and change them, and
//! the links to calendars.

use crate::browser::{Answer, PASSPHRASE, Server, head, open, subject};
use axum::http::{Method, StatusCode};
use serde_json::{Value, json};
use shared::{EventKind, change::Change};

const OTHER: &str = "another passphrase";

async fn get(server: &Server, path: &str, cookie: &str) -> Answer {
    server.send(Method::GET, path, Some(cookie), b"").await
}

async fn devices(server: &Server, cookie: &str) -> Vec<Value> {
    let answer = get(server, "/api/devices", cookie).await;
    answer.json().as_array().unwrap().clone()
}

fn names(devices: &[Value]) -> Vec<&str> {
    let name = |device: &Value| device["device"].as_str().map(str::len);
    assert!(devices.iter().all(|device| name(device).is_some()));
    devices
        .iter()
        .filter_map(|device| device["device"].as_str())
        .collect()
}

async fn sign_in_with(server: &Server, user: &str, passphrase: &str) -> Answer {
    let credentials = json!({"user": user, "passphrase": passphrase});
    server.post("/api/session", None, credentials).await
}

#[tokio::test]
async fn an_ended_device_is_told_so_and_its_unsent_work_goes_from_another_one() {
    let server = Server::new();
    let case = subject("JD-1");
    let mut municipal = server.device_named("municipal", "office-pc").await;
    let opened = municipal.compose(&case, open(head("JD-1", "110105")));
    municipal.exchange(vec![opened]).await;
    let mut tablet = server.device_named("chaoyang", "tablet").await;
    let mut phone = server.device_named("chaoyang", "phone").await;
    tablet.exchange(vec![]).await;
    phone.exchange(vec![]).await;

    // Each user sees the own ones, an administrator all.
    let listed = devices(&server, &phone.cookie).await;
    assert_eq!(listed[0]["user"], "chaoyang");
    assert_eq!(listed[0]["unsent"], 0);
    let mut own = names(&listed);
    own.sort_unstable();
    assert_eq!(own, ["phone", "tablet"]);
    let admin = server.sign_in("admin").await;
    assert_eq!(devices(&server, &admin).await.len(), 3);
    let haidian = server.sign_in("haidian").await;
    let delete = async |cookie: &str, device: &str| {
        let path = format!("/api/devices/{device}");
        server.send(Method::DELETE, &path, Some(cookie), b"").await
    };
    assert_eq!(delete(&haidian, "tablet").await.problem(), "unknown_device");

    let unsent: Change = tablet.event(&case, EventKind::ResultServed, "2013-03-12");
    let mut news = server.news("chaoyang").await;
    assert_eq!(
        delete(&phone.cookie, "tablet").await.status,
        StatusCode::NO_CONTENT
    );
    assert!(news.next().is_some(), "it is told to ask");
    let request = serde_json::to_value(tablet.request(vec![unsent])).unwrap();
    let push = async |cookie: &str| {
        server
            .post("/api/exchange", Some(cookie), request.clone())
            .await
    };
    assert_eq!(push(&tablet.cookie).await.problem(), "device_revoked");
    let shown = get(&server, "/api/session", &tablet.cookie).await;
    assert_eq!(shown.problem(), "not_signed_in", "its sign-in has ended");
    // Signing in again on it does not bring it back.
    let again = server.sign_in("chaoyang").await;
    assert_eq!(push(&again).await.problem(), "device_revoked");
    // What it had not sent, another device of the user sends, and sends twice.
    for _ in 0..2 {
        let answer = push(&phone.cookie).await;
        assert_eq!(answer.json()["settled"], 1, "{answer:?}");
    }
    let listed = devices(&server, &phone.cookie).await;
    assert_eq!(
        (names(&listed)[1], &listed[1]["revoked"]),
        ("tablet", &json!(true))
    );
}

#[tokio::test]
async fn a_changed_passphrase_ends_the_other_sign_ins() {
    let server = Server::new();
    let (here, elsewhere) = (
        server.sign_in("chaoyang").await,
        server.sign_in("chaoyang").await,
    );
    let change = async |old: &str, new: &str| {
        let body = json!({"old": old, "new": new});
        server.post("/api/passphrase", Some(&here), body).await
    };
    assert_eq!(change(OTHER, OTHER).await.problem(), "wrong_credentials");
    assert_eq!(change(PASSPHRASE, "short").await.problem(), "passphrase");
    assert_eq!(
        change(PASSPHRASE, OTHER).await.status,
        StatusCode::NO_CONTENT
    );
    assert_eq!(
        get(&server, "/api/session", &here).await.status,
        StatusCode::OK
    );
    assert_eq!(
        get(&server, "/api/session", &elsewhere).await.problem(),
        "not_signed_in"
    );
    assert_eq!(
        sign_in_with(&server, "chaoyang", PASSPHRASE)
            .await
            .problem(),
        "wrong_credentials"
    );
    assert_eq!(
        sign_in_with(&server, "chaoyang", OTHER).await.status,
        StatusCode::OK
    );
}

#[tokio::test]
async fn administrators_change_disable_and_reset_accounts() {
    let server = Server::new();
    let admin = server.sign_in("admin").await;
    let edit = async |cookie: &str, user: &str, body: Value| {
        let path = format!("/api/accounts/{user}");
        let body = body.to_string();
        server
            .send(Method::PUT, &path, Some(cookie), body.as_bytes())
            .await
    };
    let of = |role: &str, office: &str, disabled: bool| json!({"display": "赵刚", "role": role, "office": office, "disabled": disabled});
    for (cookie, user, body, code) in [
        (
            &server.sign_in("municipal").await,
            "haidian",
            of("municipal", "", false),
            "not_permitted",
        ),
        (
            &admin,
            "nobody",
            of("municipal", "", false),
            "unknown_account",
        ),
        (&admin, "haidian", of("district", "", false), "office"),
        (
            &admin,
            "admin",
            of("municipal", "", false),
            "last_administrator",
        ),
        (
            &admin,
            "admin",
            of("administrator", "", true),
            "last_administrator",
        ),
    ] {
        assert_eq!(edit(cookie, user, body).await.problem(), code, "{user}");
    }

    // Another bureau: the device begins anew.
    let mut tablet = server.device_named("haidian", "tablet").await;
    tablet.exchange(vec![]).await;
    assert_eq!(
        edit(&admin, "haidian", of("district", "110106", false))
            .await
            .status,
        StatusCode::NO_CONTENT
    );
    let request = serde_json::to_value(tablet.request(vec![])).unwrap();
    let answer = server
        .post("/api/exchange", Some(&tablet.cookie), request.clone())
        .await;
    assert_eq!(answer.json()["scope"], "bureau/110106");
    assert_eq!(answer.json()["restart"], "new_scope");

    // Disabled: the device is told to clear itself, and nobody signs in.
    edit(&admin, "haidian", of("district", "110106", true)).await;
    let answer = server
        .post("/api/exchange", Some(&tablet.cookie), request.clone())
        .await;
    assert_eq!(answer.problem(), "device_revoked");
    assert_eq!(
        sign_in_with(&server, "haidian", PASSPHRASE).await.problem(),
        "wrong_credentials"
    );
    let accounts = get(&server, "/api/accounts", &admin).await.json();
    let last = accounts.as_array().unwrap().last().unwrap().clone();
    assert_eq!(
        (&last["actor"]["user"], &last["disabled"]),
        (&json!("haidian"), &json!(true))
    );
    edit(&admin, "haidian", of("district", "110106", false)).await;
    assert_eq!(
        sign_in_with(&server, "haidian", PASSPHRASE).await.status,
        StatusCode::OK
    );
}

#[tokio::test]
async fn a_link_gives_an_account_a_new_passphrase_once() {
    let server = Server::new();
    let admin = server.sign_in("admin").await;
    // A new passphrase by a one-time link; an invitation cannot ask for one.
    let made = server
        .post("/api/accounts/haidian/reset", Some(&admin), json!({}))
        .await;
    let token = made.json()["token"].clone();
    let shown = server
        .post("/api/invitation", None, json!({"token": token}))
        .await;
    assert_eq!(shown.json()["user"], "haidian");
    let welcome = json!({"token": token, "user": "", "display": "", "passphrase": OTHER});
    let answer = server.post("/api/welcome", None, welcome.clone()).await;
    assert_eq!(answer.json()["actor"]["user"], "haidian", "{answer:?}");
    assert_eq!(
        server.post("/api/welcome", None, welcome).await.problem(),
        "link_invalid"
    );
    assert_eq!(
        sign_in_with(&server, "haidian", PASSPHRASE).await.problem(),
        "wrong_credentials"
    );
    let invitation = json!({"role": "municipal", "display": "周岚", "user": "municipal"});
    let made = server
        .post("/api/invitations", Some(&admin), invitation)
        .await;
    let shown = server
        .post(
            "/api/invitation",
            None,
            json!({"token": made.json()["token"]}),
        )
        .await;
    assert_eq!(shown.json()["user"], Value::Null);
}

#[tokio::test]
async fn a_calendar_follows_its_secret_link_until_that_is_revoked() {
    let server = Server::new();
    let case = subject("JD-1");
    let mut municipal = server.device_named("municipal", "office-pc").await;
    let push = vec![
        municipal.compose(&case, open(head("JD-1", "110105"))),
        municipal.event(&case, EventKind::MaterialsForwarded, "2013-03-01"),
    ];
    municipal.exchange(push).await;
    let mut chaoyang = server.device_named("chaoyang", "tablet").await;
    let received = chaoyang.event(&case, EventKind::MaterialsReceived, "2013-03-01");
    chaoyang.exchange(vec![received]).await;
    let cookie = chaoyang.cookie.clone();

    assert_eq!(
        get(&server, "/api/calendar-link", &cookie).await.json()["created_milliseconds"],
        Value::Null
    );
    let make = async || {
        let made = server
            .post("/api/calendar-link", Some(&cookie), json!({}))
            .await;
        let token = made.json()["token"].as_str().unwrap().to_owned();
        format!("/api/calendar/{token}.ics")
    };
    let first = make().await;
    let answer = server.send(Method::GET, &first, None, b"").await;
    assert_eq!(answer.kind.as_deref(), Some("text/calendar; charset=utf-8"));
    let text = String::from_utf8(answer.bytes)
        .unwrap()
        .replace("\r\n ", "");
    assert!(text.contains("SUMMARY:京2013-001 "), "{text}");
    let once = get(&server, "/api/duties.ics", &cookie).await;
    assert_eq!(once.status, StatusCode::OK);

    // A new link takes the place of the old one, which leads nowhere; so do the revoked and the wrong.
    let second = make().await;
    let dead = async |path: &str| {
        let answer = server.send(Method::GET, path, None, b"").await;
        assert_eq!(answer.problem(), "unknown_calendar", "{path}");
    };
    dead(&first).await;
    server
        .send(Method::DELETE, "/api/calendar-link", Some(&cookie), b"")
        .await;
    dead(&second).await;
    dead("/api/calendar/nothing").await;
    assert_eq!(
        server
            .send(Method::GET, "/api/duties.ics", None, b"")
            .await
            .problem(),
        "not_signed_in"
    );
}
