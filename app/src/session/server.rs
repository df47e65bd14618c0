//! The server as the session sees it: sign-ins, exchanges, and the stream of news.

use std::{cell::Cell, rc::Rc};

use gloo_net::http::{Request, Response};
use serde::Serialize;
use shared::{
    account::{Credentials, Profile},
    sync::{ExchangeRequest, ExchangeResponse, Failure},
};
use wasm_bindgen::{JsCast, prelude::Closure};
use web_sys::{AbortSignal, EventSource};

/// How long an answer may take before the device calls the server unreachable, in milliseconds.
const PATIENCE_MILLISECONDS: u32 = 30_000;

/// Why the server did not sign somebody in.
pub(super) enum SignInFailure {
    Wrong,
    TooMany,
    Unreachable,
}

/// One exchange.
pub(super) async fn exchange(request: &ExchangeRequest) -> Result<ExchangeResponse, Failure> {
    let response = post("/api/exchange", request)
        .await
        .ok_or(Failure::Unreachable)?;
    match response.status() {
        200 => {
            let text = response.text().await.map_err(|_| Failure::Unreachable)?;
            serde_json::from_str(&text).map_err(|_| Failure::Trouble)
        }
        // Forbidden: another user has signed in beside this one, and the cookie is theirs now.
        401 | 403 => Err(Failure::SignInExpired),
        426 => Err(Failure::VersionTooOld),
        502..=504 => Err(Failure::Unreachable),
        _ => Err(Failure::Trouble),
    }
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

async fn post(path: &str, body: &impl Serialize) -> Option<Response> {
    let body = serde_json::to_string(body).ok()?;
    let request = Request::post(path)
        .header("content-type", "application/json")
        .abort_signal(Some(&patience()))
        .body(body)
        .ok()?;
    request.send().await.ok()
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
