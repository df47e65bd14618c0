//! Contents in pieces through the real router, with files on disk.

use axum::{
    body::Body as HttpBody,
    http::{
        HeaderMap, Method, Request, StatusCode,
        header::{CONTENT_RANGE, CONTENT_TYPE, COOKIE, RANGE},
    },
};
use http_body_util::BodyExt;
use shared::{
    attachment::{Attachment, MAXIMUM_CHUNK_BYTES, MAXIMUM_CONTENT_BYTES, Purpose},
    change::{Body, Subject},
    fold::fold,
    sync::wire::RefusalReason,
};
use tower::ServiceExt;

use crate::browser::{Server, head, open, subject};

struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    bytes: Vec<u8>,
}

impl Answer {
    fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    }

    fn code(&self) -> String {
        let problem: serde_json::Value = serde_json::from_slice(&self.bytes).unwrap();
        problem["code"].as_str().unwrap().to_owned()
    }
}

/// One user's way to the contents.
struct Hand<'s> {
    server: &'s Server,
    cookie: String,
}

impl<'s> Hand<'s> {
    async fn of(server: &'s Server, user: &str) -> Self {
        let cookie = server.sign_in(user).await;
        Self { server, cookie }
    }

    async fn ask(
        &self,
        method: Method,
        attachment: &Attachment,
        header: Option<(&str, String)>,
        bytes: &[u8],
    ) -> Answer {
        let mut request = Request::builder()
            .method(method)
            .uri(format!("/api/attachments/{}", attachment.hash))
            .header(COOKIE, &self.cookie);
        if let Some((name, value)) = header {
            request = request.header(name, value);
        }
        let request = request.body(HttpBody::from(bytes.to_vec())).unwrap();
        let response = self.server.router.clone().oneshot(request).await.unwrap();
        let (status, headers) = (response.status(), response.headers().clone());
        let bytes = response.into_body().collect().await.unwrap().to_bytes();
        Answer {
            status,
            headers,
            bytes: bytes.to_vec(),
        }
    }

    async fn put(&self, attachment: &Attachment, offset: usize, bytes: &[u8]) -> Answer {
        let header = Some(("upload-offset", offset.to_string()));
        self.ask(Method::PUT, attachment, header, bytes).await
    }

    async fn get(&self, attachment: &Attachment, range: Option<&str>) -> Answer {
        let header = range.map(|range| (RANGE.as_str(), range.to_owned()));
        self.ask(Method::GET, attachment, header, b"").await
    }

    async fn look(&self, attachment: &Attachment) -> (StatusCode, String, String) {
        let answer = self.ask(Method::HEAD, attachment, None, b"").await;
        let header = |name| answer.header(name).to_owned();
        (
            answer.status,
            header("upload-offset"),
            header("upload-complete"),
        )
    }
}

/// A scan of so many bytes.
fn scan(size: usize, last: u8) -> Vec<u8> {
    let mut bytes = b"%PDF-1.7\n".to_vec();
    bytes.resize(size, b' ');
    *bytes.last_mut().unwrap() = last;
    bytes
}

fn attach(attachment: &Attachment) -> Body {
    Body::Attach {
        attachment: Box::new(attachment.clone()),
    }
}

/// A case of 朝阳 with these attachments in the log.
async fn server_with(attachments: &[&Attachment]) -> (Server, Subject) {
    let (server, case) = (Server::new(), subject("JD-1"));
    let mut municipal = server.device("municipal").await;
    let opening = municipal.compose(&case, open(head("JD-1", "110105")));
    municipal.exchange(vec![opening]).await;
    let mut chaoyang = server.device("chaoyang").await;
    let push: Vec<_> = attachments
        .iter()
        .map(|it| chaoyang.compose(&case, attach(it)))
        .collect();
    let response = chaoyang.exchange(push).await;
    assert!(response.verdicts.iter().all(|it| it.receipt.is_some()));
    (server, case)
}

#[tokio::test]
async fn a_content_travels_in_pieces_and_goes_on_after_a_restart() {
    let bytes = scan(MAXIMUM_CHUNK_BYTES + 1000, b'!');
    let attachment = Attachment::of(&bytes, "扫描件.pdf", Purpose::Document).unwrap();
    let (server, _) = server_with(&[&attachment]).await;
    let (first, rest) = bytes.split_at(MAXIMUM_CHUNK_BYTES);
    {
        let hand = Hand::of(&server, "chaoyang").await;
        let expected = (StatusCode::NO_CONTENT, "0".into(), "?0".into());
        assert_eq!(hand.look(&attachment).await, expected);
        let answer = hand.put(&attachment, 0, first).await;
        assert_eq!(answer.status, StatusCode::NO_CONTENT);
        assert_eq!(answer.header("upload-offset"), first.len().to_string());
        assert_eq!(answer.header("upload-complete"), "?0");
        assert_eq!(hand.get(&attachment, None).await.code(), "not_yet_here");
    }
    let server = Server::on(server.folder);
    let hand = Hand::of(&server, "chaoyang").await;
    // Sent twice, or from somewhere else: told where to go on.
    let again = hand.put(&attachment, 0, first).await;
    assert_eq!(
        (again.status, again.code()),
        (StatusCode::CONFLICT, "wrong_offset".into())
    );
    assert_eq!(again.header("upload-offset"), first.len().to_string());
    let done = hand.put(&attachment, first.len(), rest).await;
    assert_eq!(
        (done.status, done.header("upload-complete")),
        (StatusCode::NO_CONTENT, "?1")
    );
    // What is whole stays whole, whatever is sent.
    let more = hand.put(&attachment, 0, b"other").await;
    assert_eq!(more.header("upload-complete"), "?1");

    for user in ["municipal", "chaoyang", "lab"] {
        let hand = Hand::of(&server, user).await;
        let whole = hand.get(&attachment, None).await;
        assert_eq!(whole.status, StatusCode::OK, "{user}");
        assert_eq!(whole.header(CONTENT_TYPE.as_str()), "application/pdf");
        assert!(whole.bytes == bytes, "{user}");
        let part = hand.get(&attachment, Some("bytes=0-8")).await;
        assert_eq!(part.status, StatusCode::PARTIAL_CONTENT);
        assert_eq!(part.bytes, b"%PDF-1.7\n");
        let range = format!("bytes 0-8/{}", bytes.len());
        assert_eq!(part.header(CONTENT_RANGE.as_str()), range);
        let beyond = hand.get(&attachment, Some("bytes=9999999-")).await;
        assert_eq!(beyond.code(), "no_such_range");
    }
    for user in ["haidian", "admin"] {
        let hand = Hand::of(&server, user).await;
        assert_eq!(
            hand.get(&attachment, None).await.code(),
            "unknown_content",
            "{user}"
        );
        let sent = hand.put(&attachment, 0, first).await;
        assert_eq!(sent.code(), "unknown_content", "{user}");
    }
}

#[tokio::test]
async fn what_is_not_as_the_log_says_is_refused_with_its_reason() {
    let bytes = scan(5000, b'!');
    let named = Attachment::of(&bytes, "扫描件.pdf", Purpose::Document).unwrap();
    let nobody = Attachment::of(&scan(5000, b'?'), "扫描件.pdf", Purpose::Document).unwrap();
    let (server, _) = server_with(&[&named]).await;
    let hand = Hand::of(&server, "chaoyang").await;
    let check = |answer: Answer, status: StatusCode, code: &str| {
        assert_eq!((answer.status, answer.code()), (status, code.to_owned()));
    };
    let unprocessable = StatusCode::UNPROCESSABLE_ENTITY;
    check(
        hand.put(&nobody, 0, &bytes).await,
        StatusCode::NOT_FOUND,
        "unknown_content",
    );
    check(
        hand.put(&named, 0, b"<html><body>").await,
        unprocessable,
        "wrong_type",
    );
    check(
        hand.put(&named, 0, &scan(5001, b'!')).await,
        StatusCode::PAYLOAD_TOO_LARGE,
        "too_large",
    );
    let chunk = scan(MAXIMUM_CHUNK_BYTES + 1, b'!');
    check(
        hand.put(&named, 0, &chunk).await,
        StatusCode::PAYLOAD_TOO_LARGE,
        "too_large",
    );
    let header = Some(("upload-offset", "-1".to_owned()));
    let answer = hand.ask(Method::PUT, &named, header, &bytes).await;
    check(answer, unprocessable, "malformed");
    check(
        hand.put(&named, 0, &scan(5000, b'?')).await,
        unprocessable,
        "hash_mismatch",
    );
    // Nothing of all that is left in the way.
    assert_eq!(hand.look(&named).await.1, "0");
    assert_eq!(
        hand.put(&named, 0, &bytes).await.header("upload-complete"),
        "?1"
    );

    let request = Request::builder().uri(format!("/api/attachments/{}", named.hash));
    let request = request.body(HttpBody::empty()).unwrap();
    let response = server.router.clone().oneshot(request).await.unwrap();
    assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_lost_file_is_taken_again_and_a_found_one_is_known() {
    let bytes = scan(5000, b'!');
    let attachment = Attachment::of(&bytes, "扫描件.pdf", Purpose::Document).unwrap();
    let (server, _) = server_with(&[&attachment]).await;
    let hand = Hand::of(&server, "chaoyang").await;
    hand.put(&attachment, 0, &bytes).await;
    let name = attachment.hash.to_string();
    let folder = server.folder.path().join(server::contents::FOLDER_NAME);
    let file = folder.join(&name[..2]).join(&name);
    std::fs::remove_file(&file).unwrap();
    assert_eq!(hand.look(&attachment).await.2, "?0");
    hand.put(&attachment, 0, &bytes).await;
    assert!(std::fs::read(&file).unwrap() == bytes);

    // A database that was restored from before the bytes came.
    let data = rusqlite::Connection::open(server.data_file()).unwrap();
    data.execute("DELETE FROM contents", []).unwrap();
    drop(data);
    assert_eq!(hand.look(&attachment).await.2, "?1");
}

#[tokio::test]
async fn the_log_takes_only_what_may_be_attached() {
    let attachment = Attachment::of(&scan(50, b'!'), "扫描件.pdf", Purpose::Document).unwrap();
    let (server, case) = server_with(&[&attachment]).await;
    let large = Attachment {
        byte_size: MAXIMUM_CONTENT_BYTES + 1,
        ..attachment.clone()
    };
    let nameless = Attachment {
        name: String::new(),
        ..attachment.clone()
    };
    let mut chaoyang = server.device_named("chaoyang", "tablet").await;
    let push = vec![
        chaoyang.compose(&case, attach(&large)),
        chaoyang.compose(&case, attach(&nameless)),
        chaoyang.compose(&case, attach(&attachment)),
    ];
    let own = push[2].id.clone();
    let response = chaoyang.exchange(push).await;
    let refused: Vec<_> = response.verdicts.iter().map(|it| it.refused).collect();
    assert_eq!(
        refused,
        [
            Some(RefusalReason::TooLarge),
            Some(RefusalReason::Unreadable),
            None
        ]
    );

    let detach = |change| Body::Detach { change };
    let mut haidian = server.device("haidian").await;
    let foreign = haidian.compose(&case, attach(&attachment));
    let response = haidian.exchange(vec![foreign]).await;
    assert_eq!(
        response.verdicts[0].refused,
        Some(RefusalReason::OutOfScope)
    );
    let mut lab = server.device("lab").await;
    let others = lab.compose(&case, detach(own.clone()));
    let response = lab.exchange(vec![others]).await;
    assert_eq!(
        response.verdicts[0].refused,
        Some(RefusalReason::NotPermitted)
    );

    let taken_off = chaoyang.compose(&case, detach(own));
    assert!(
        chaoyang.exchange(vec![taken_off]).await.verdicts[0]
            .receipt
            .is_some()
    );
    let mut municipal = server.device_named("municipal", "fresh").await;
    municipal.exchange(vec![]).await;
    assert_eq!(fold(&municipal.held).file.attachments, [attachment]);
}
