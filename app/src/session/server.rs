//! The server as the session sees it: sign-ins, exchanges, and the stream of news.

use std::{cell::Cell, rc::Rc};

use gloo_net::http::{Method, Request, RequestBuilder, Response};
use js_sys::Uint8Array;
use serde::Serialize;
use shared::{
    account::{Credentials, Profile},
    attachment::ContentHash,
    sync::{ExchangeRequest, ExchangeResponse, Failure},
};
use wasm_bindgen::{JsCast, prelude::Closure};
use web_sys::{AbortSignal, EventSource};

use super::packing::packed;

/// How long an answer may take before the device calls the server unreachable, in milliseconds.
const PATIENCE_MILLISECONDS: u32 = 30_000;

/// Below this a body fits into one packet as it is.
const WORTH_PACKING_BYTES: usize = 1_400;

/// Why the server did not sign somebody in.
pub(super) enum SignInFailure {
    Wrong,
    TooMany,
    Unreachable,
}

/// Why an exchange came to nothing.
pub(super) enum Unanswered {
    /// As the machine knows failures.
    Failed(Failure),
    /// This device was ended.
    Revoked,
}

/// One exchange.
pub(super) async fn exchange(request: &ExchangeRequest) -> Result<ExchangeResponse, Unanswered> {
    let Some(response) = post("/api/exchange", request).await else {
        return Err(Unanswered::Failed(Failure::Unreachable));
    };
    let failed = match response.status() {
        200 => {
            let Ok(text) = response.text().await else {
                return Err(Unanswered::Failed(Failure::Unreachable));
            };
            return serde_json::from_str(&text).map_err(|_| Unanswered::Failed(Failure::Trouble));
        }
        403 if says(response, "device_revoked").await => return Err(Unanswered::Revoked),
        // Forbidden: another user has signed in beside this one, and the cookie is theirs now.
        401 | 403 => Failure::SignInExpired,
        426 => Failure::VersionTooOld,
        502..=504 => Failure::Unreachable,
        _ => Failure::Trouble,
    };
    Err(Unanswered::Failed(failed))
}

/// Whether the problem that the server sees has this code.
async fn says(response: Response, code: &str) -> bool {
    response.text().await.is_ok_and(|text| text.contains(code))
}

/// Signs in with the passphrase.
pub(super) async fn sign_in(user: &str, passphrase: &str) -> Result<Profile, SignInFailure> {
    let credentials = Credentials {
        user: user.to_owned(),
        passphrase: passphrase.to_owned(),
    };
    let response = post("/api/session", &credentials)
        .await
        .ok_or(SignInFailure::Unreachable)?;
    match response.status() {
        200 => response
            .json()
            .await
            .map_err(|_| SignInFailure::Unreachable),
        429 => Err(SignInFailure::TooMany),
        400..=499 => Err(SignInFailure::Wrong),
        _ => Err(SignInFailure::Unreachable),
    }
}

/// Who is signed in by the cookie, if anybody is and the server answers.
pub(super) async fn signed_in() -> Option<Profile> {
    let response = Request::get("/api/session")
        .abort_signal(Some(&patience()))
        .send()
        .await
        .ok()?;
    if response.ok() {
        response.json().await.ok()
    } else {
        None
    }
}

/// Signs out; offline the cookie stays until it expires.
pub(super) async fn sign_out() {
    let _ = Request::delete("/api/session")
        .abort_signal(Some(&patience()))
        .send()
        .await;
}

/// How far the server has come with a content.
pub(super) enum Uploaded {
    /// All of it is there.
    Whole,
    /// So many bytes are there.
    Up(u64),
    /// No case that the user sees names it there.
    Unknown,
    /// The server does not take it.
    Refused,
}

/// Asks how much of a content the server has.
pub(super) async fn uploaded(hash: &ContentHash) -> Option<Uploaded> {
    let request = RequestBuilder::new(&content_address(hash))
        .method(Method::HEAD)
        .abort_signal(Some(&patience()));
    progress(&request.send().await.ok()?)
}

/// Sends bytes of a content, from `offset` on.
pub(super) async fn upload(hash: &ContentHash, offset: u64, chunk: &[u8]) -> Option<Uploaded> {
    let request = Request::put(&content_address(hash))
        .header("content-type", "application/octet-stream")
        .header(UPLOAD_OFFSET, &offset.to_string())
        .abort_signal(Some(&patience()))
        .body(Uint8Array::from(chunk))
        .ok()?;
    progress(&request.send().await.ok()?)
}

fn progress(response: &Response) -> Option<Uploaded> {
    let offset = || {
        let text = response.headers().get(UPLOAD_OFFSET)?;
        text.parse().ok()
    };
    match response.status() {
        204 if response.headers().get("upload-complete").as_deref() == Some("?1") => {
            Some(Uploaded::Whole)
        }
        204 | 409 => offset().map(Uploaded::Up),
        404 => Some(Uploaded::Unknown),
        413 | 422 => Some(Uploaded::Refused),
        _ => None,
    }
}

/// Fetches the bytes `start..end` of a content; nothing where the server has not got it yet.
pub(super) async fn download(
    hash: &ContentHash,
    start: u64,
    end: u64,
) -> Result<Option<Vec<u8>>, Failure> {
    let response = Request::get(&content_address(hash))
        .header("range", &format!("bytes={start}-{}", end - 1))
        .abort_signal(Some(&patience()))
        .send()
        .await
        .map_err(|_| Failure::Unreachable)?;
    match response.status() {
        206 => response
            .binary()
            .await
            .map(Some)
            .map_err(|_| Failure::Unreachable),
        404 => Ok(None),
        401 | 403 => Err(Failure::SignInExpired),
        502..=504 => Err(Failure::Unreachable),
        _ => Err(Failure::Trouble),
    }
}

const UPLOAD_OFFSET: &str = "upload-offset";

fn content_address(hash: &ContentHash) -> String {
    format!("/api/attachments/{hash}")
}

async fn post(path: &str, body: &impl Serialize) -> Option<Response> {
    let body = serde_json::to_string(body).ok()?;
    let packed = if body.len() < WORTH_PACKING_BYTES {
        None
    } else {
        packed(&body).await
    };
    let request = Request::post(path)
        .header("content-type", "application/json")
        .abort_signal(Some(&patience()));
    let request = match packed {
        Some(packed) => request.header("content-encoding", "gzip").body(packed),
        None => request.body(body),
    };
    request.ok()?.send().await.ok()
}

fn patience() -> AbortSignal {
    AbortSignal::timeout_with_u32(PATIENCE_MILLISECONDS)
}

/// What the stream of news says.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Word {
    /// The server is there (again), or there is something new.
    Ask,
    /// The stream broke.
    Broken,
}

/// The stream of news. The browser opens it again by itself after a failure of the network.
pub(super) struct News {
    source: EventSource,
    is_broken: Rc<Cell<bool>>,
    _heard: [Closure<dyn FnMut()>; 2],
}

impl News {
    pub(super) fn listen(on_word: impl Fn(Word) + Clone + 'static) -> Option<Self> {
        let source = EventSource::new("/api/news").ok()?;
        let is_broken = Rc::new(Cell::new(false));
        let word = |word: Word| {
            let (on_word, is_broken) = (on_word.clone(), is_broken.clone());
            Closure::<dyn FnMut()>::new(move || {
                is_broken.set(word == Word::Broken);
                on_word(word);
            })
        };
        let (ask, broken) = (word(Word::Ask), word(Word::Broken));
        source.set_onopen(Some(ask.as_ref().unchecked_ref()));
        source.set_onerror(Some(broken.as_ref().unchecked_ref()));
        source
            .add_event_listener_with_callback("news", ask.as_ref().unchecked_ref())
            .ok()?;
        Some(Self {
            source,
            is_broken,
            _heard: [ask, broken],
        })
    }

    /// Whether it broke and is not open again.
    pub(super) fn is_broken(&self) -> bool {
        self.is_broken.get()
    }
}

impl Drop for News {
    fn drop(&mut self) {
        self.source.set_onopen(None);
        self.source.set_onerror(None);
        self.source.close();
    }
}
