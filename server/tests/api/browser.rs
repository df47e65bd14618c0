//! A server on a database of its own, and browsers signed in to it, without a network.

use std::{
    path::{Path, PathBuf},
    pin::pin,
    task::{Context, Poll, Waker},
};

use axum::{
    Router,
    body::Body,
    http::{
        Method, Request, Response, StatusCode,
        header::{CONTENT_TYPE, COOKIE, SET_COOKIE},
    },
};
use http_body_util::BodyExt;
use serde_json::Value;
use server::{
    api::{self, State, now_milliseconds},
    db::Database,
};
use shared::{
    Actor, Day, Event, EventKind, Role,
    case::CaseHead,
    change::{Body as ChangeBody, Change, ChangeId, Subject},
    id::CaseId,
    sync::{DeviceState, ExchangeRequest, ExchangeResponse},
};
use tower::ServiceExt;

pub(crate) const PASSPHRASE: &str = "correct horse battery";

/// A server, and the folder of its data.
pub(crate) struct Server {
    pub(crate) folder: tempfile::TempDir,
    pub(crate) state: State,
    pub(crate) router: Router,
}

impl Server {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let server = Self::on(folder);
        let hash = api::hash_passphrase(PASSPHRASE).unwrap();
        let body = "北京市产品质量监督检验院";
        for (user, role, office) in [
            ("admin", Role::Administrator, ""),
            ("municipal", Role::Municipal, ""),
            ("chaoyang", Role::District, "110105"),
            ("haidian", Role::District, "110108"),
            ("lab", Role::InspectionBody, body),
        ] {
            let actor = Actor {
                user: user.into(),
                role,
                office: office.into(),
            };
            server
                .state
                .database()
                .create_account(&actor, user, &hash, now_milliseconds())
                .unwrap();
        }
        server
    }

    pub(crate) fn on(folder: tempfile::TempDir) -> Self {
        let state = State::new(Database::open(folder.path()).unwrap(), false);
        let router = api::router(state.clone());
        Self {
            folder,
            state,
            router,
        }
    }

    pub(crate) fn data_file(&self) -> PathBuf {
        self.folder.path().join(server::db::FILE_NAME)
    }

    pub(crate) async fn send(
        &self,
        method: Method,
        path: &str,
        cookie: Option<&str>,
        body: &[u8],
    ) -> Answer {
        let response = self.answer(method, path, cookie, body).await;
        let header = |name| {
            response
                .headers()
                .get(name)
                .map(|value| value.to_str().unwrap().to_owned())
        };
        let (status, kind, cookie) = (response.status(), header(CONTENT_TYPE), header(SET_COOKIE));
        let bytes = response.into_body().collect().await.unwrap().to_bytes();
        Answer {
            status,
            kind,
            cookie,
            bytes: bytes.to_vec(),
        }
    }

    async fn answer(
        &self,
        method: Method,
        path: &str,
        cookie: Option<&str>,
        body: &[u8],
    ) -> Response<Body> {
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header(CONTENT_TYPE, "application/json");
        if let Some(cookie) = cookie {
            request = request.header(COOKIE, cookie);
        }
        let request = request.body(Body::from(body.to_vec())).unwrap();
        self.router.clone().oneshot(request).await.unwrap()
    }

    /// The stream of news of a user.
    pub(crate) async fn news(&self, user: &str) -> News {
        let cookie = self.sign_in(user).await;
        let response = self
            .answer(Method::GET, "/api/news", Some(&cookie), b"")
            .await;
        assert_eq!(response.status(), StatusCode::OK);
        News(response.into_body())
    }

    pub(crate) async fn post(&self, path: &str, cookie: Option<&str>, body: Value) -> Answer {
        self.send(Method::POST, path, cookie, body.to_string().as_bytes())
            .await
    }

    pub(crate) async fn sign_in(&self, user: &str) -> String {
        let answer = self
            .post(
                "/api/session",
                None,
                serde_json::json!({"user": user, "passphrase": PASSPHRASE}),
            )
            .await;
        assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
        answer.cookie.unwrap().split(';').next().unwrap().to_owned()
    }

    /// A new device of a user.
    pub(crate) async fn device(&self, user: &str) -> Device<'_> {
        let name = format!("{user}-{}", self.state.database().accounts().unwrap().len());
        self.device_named(user, &name).await
    }

    pub(crate) async fn device_named(&self, user: &str, device: &str) -> Device<'_> {
        let cookie = self.sign_in(user).await;
        let state = DeviceState::new(device.parse().unwrap(), user);
        Device {
            server: self,
            cookie,
            state,
            held: Vec::new(),
        }
    }
}

/// A stream of news, as it comes over the wire.
pub(crate) struct News(Body);

impl News {
    /// What has come by now and was not read before.
    pub(crate) fn next(&mut self) -> Option<String> {
        let mut context = Context::from_waker(Waker::noop());
        match pin!(self.0.frame()).poll(&mut context) {
            Poll::Ready(frame) => {
                let bytes = frame.expect("it goes on").unwrap().into_data().unwrap();
                Some(String::from_utf8(bytes.to_vec()).unwrap())
            }
            Poll::Pending => None,
        }
    }
}

#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) kind: Option<String>,
    pub(crate) cookie: Option<String>,
    pub(crate) bytes: Vec<u8>,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes).unwrap()
    }

    /// The code of the problem that it must be.
    pub(crate) fn problem(&self) -> String {
        assert_eq!(
            self.kind.as_deref(),
            Some("application/problem+json"),
            "{self:?}"
        );
        assert_eq!(self.json()["status"], self.status.as_u16());
        self.json()["code"].as_str().unwrap().to_owned()
    }
}

/// A device that keeps what it is given, as plainly as can be.
pub(crate) struct Device<'a> {
    pub(crate) server: &'a Server,
    pub(crate) cookie: String,
    pub(crate) state: DeviceState,
    pub(crate) held: Vec<Change>,
}

impl Device<'_> {
    pub(crate) fn compose(&mut self, subject: &Subject, body: ChangeBody) -> Change {
        self.compose_with(subject, |_| body)
    }

    pub(crate) fn compose_with(
        &mut self,
        subject: &Subject,
        body: impl FnOnce(&ChangeId) -> ChangeBody,
    ) -> Change {
        self.state
            .compose(now_milliseconds(), [(subject.clone(), body)])
            .remove(0)
    }

    pub(crate) fn event(&mut self, subject: &Subject, kind: EventKind, on: &str) -> Change {
        let on: Day = on.parse().unwrap();
        self.compose_with(subject, |id| ChangeBody::Event {
            event: Box::new(Event::new(id.to_string(), kind, on)),
        })
    }

    pub(crate) fn request(&self, push: Vec<Change>) -> ExchangeRequest {
        let state = &self.state;
        ExchangeRequest {
            protocol: 1,
            device: state.device.clone(),
            author: Some(state.author.clone()),
            epoch: state.epoch.clone(),
            scope: state.scope.clone(),
            cursor: state.cursor,
            held: state.held,
            settled: state.settled,
            holes_up_to: 0,
            push,
            offers: Vec::new(),
            items_at_most: None,
        }
    }

    pub(crate) async fn ask(&self, request: &ExchangeRequest) -> Answer {
        self.server
            .send(
                Method::POST,
                "/api/exchange",
                Some(&self.cookie),
                &serde_json::to_vec(request).unwrap(),
            )
            .await
    }

    /// One exchange, taken in.
    pub(crate) async fn exchange(&mut self, push: Vec<Change>) -> ExchangeResponse {
        let answer = self.ask(&self.request(push)).await;
        assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
        let response: ExchangeResponse = serde_json::from_slice(&answer.bytes).unwrap();
        self.take(&response);
        response
    }

    pub(crate) fn take(&mut self, response: &ExchangeResponse) {
        use shared::sync::wire::Item;
        let state = &mut self.state;
        state.epoch = Some(response.epoch.clone());
        state.scope = Some(response.scope.clone());
        state.settled = response.settled;
        if response.restart.is_some() {
            state.held = shared::change::Digest::default();
            self.held.clear();
        }
        for item in &response.page {
            match item {
                Item::Change(delivered) => {
                    state.held = state.held.toggled(delivered.change.fingerprint());
                    self.held.push(delivered.change.clone());
                }
                Item::Own { fingerprint, .. } => state.held = state.held.toggled(*fingerprint),
                Item::Revoked { subject, held } => {
                    state.held = state.held.toggled(*held);
                    self.held.retain(|change| change.subject != *subject);
                }
            }
        }
        state.cursor = response.cursor;
        assert_eq!(state.held, response.held, "the digest adds up");
    }
}

/// A case of 朝阳, tested by the lab.
pub(crate) fn head(report: &str, bureau: &str) -> CaseHead {
    let mut head = CaseHead {
        regulation: "beijing-2013".into(),
        inspection_body: "北京市产品质量监督检验院".into(),
        report_number: report.into(),
        handling_bureau: bureau.into(),
        ..CaseHead::default()
    };
    head.spot_check.year = 2013;
    head.spot_check.quarter = 1;
    head.enterprise.name = format!("北京雅木家具有限公司{report}");
    head.enterprise.production_district = bureau.into();
    head
}

pub(crate) fn subject(report: &str) -> Subject {
    Subject::case(&CaseId::of_report(
        "BJ2013Q1",
        "北京市产品质量监督检验院",
        report,
    ))
}

pub(crate) fn open(head: CaseHead) -> ChangeBody {
    ChangeBody::Open {
        head: Box::new(head),
    }
}

pub(crate) fn copy(from: &Path, to: &Path) {
    for ending in ["", "-wal", "-shm"] {
        let (from, to) = (
            format!("{}{ending}", from.display()),
            format!("{}{ending}", to.display()),
        );
        if std::fs::exists(&from).unwrap() {
            std::fs::copy(from, to).unwrap();
        } else if std::fs::exists(&to).unwrap() {
            std::fs::remove_file(to).unwrap();
        }
    }
}
