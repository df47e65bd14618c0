//! Signing in and out, and the one-time links that make accounts.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    thread,
};

use argon2::{
    Argon2,
    password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash},
};
use axum::{
    Json,
    extract::{FromRequestParts, State as AxumState},
    http::request::Parts,
};
use axum_extra::extract::{
    CookieJar,
    cookie::{Cookie, SameSite},
};
use shared::{
    Actor,
    account::{
        About, Credentials, Invitation, PassphraseChange, Profile, Welcome, WelcomeToken,
        check_names, check_passphrase,
    },
};
use tokio::sync::oneshot;

use super::{
    State, now_milliseconds,
    problem::{Body, Problem},
};
use crate::db::{self, SESSION_MILLISECONDS};

const COOKIE: &str = "aftercheck";
/// How many wrong passphrases an account takes before it must wait.
const MAXIMUM_FAILURES: u32 = 8;
/// How long it waits, in milliseconds.
const FAILURE_PAUSE_MILLISECONDS: u64 = 5 * 60_000;
/// How many accounts are counted at the most; beyond that the counts start anew.
const MAXIMUM_COUNTED: usize = 10_000;

/// Who is signed in; refuses the request where nobody is.
#[derive(Clone, Debug)]
pub(super) struct SignedIn(pub Actor, pub String);

impl FromRequestParts<State> for SignedIn {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &State) -> Result<Self, Problem> {
        let jar = CookieJar::from_headers(&parts.headers);
        let token = token(&jar)?;
        let found = state
            .with_database(move |database| database.signed_in(&token, now_milliseconds()))
            .await?;
        found
            .map(|(actor, display)| Self(actor, display))
            .ok_or_else(Problem::not_signed_in)
    }
}

/// Wrong passphrases by account.
#[derive(Debug, Default)]
pub(super) struct Failures(Mutex<HashMap<String, (u32, u64)>>);

impl Failures {
    fn locked(&self, user: &str, now: u64) -> bool {
        let counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        counts.get(user).is_some_and(|(count, last)| {
            *count >= MAXIMUM_FAILURES && now < last + FAILURE_PAUSE_MILLISECONDS
        })
    }

    fn count(&self, user: &str, now: u64) {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if counts.len() >= MAXIMUM_COUNTED {
            counts.clear();
        }
        let entry = counts.entry(user.to_owned()).or_insert((0, now));
        let count = if now >= entry.1 + FAILURE_PAUSE_MILLISECONDS {
            1
        } else {
            entry.0 + 1
        };
        *entry = (count, now);
    }

    fn forget(&self, user: &str) {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(user);
    }
}

/// Hashes a passphrase as accounts keep it: Argon2id with a salt of its own.
///
/// # Errors
/// Where the operating system gives no randomness, or the hasher fails.
pub fn hash_passphrase(passphrase: &str) -> Result<String, Problem> {
    let salt = db::random::<16>()?;
    let hash = Argon2::default()
        .hash_password_with_salt(passphrase.as_bytes(), &salt)
        .map_err(|_| Problem::internal())?;
    Ok(hash.to_string())
}

async fn hash(state: &State, passphrase: String) -> Result<String, Problem> {
    let _turn = state
        .0
        .hashers
        .acquire()
        .await
        .map_err(|_| Problem::internal())?;
    on_thread_of_its_own(move || hash_passphrase(&passphrase)).await?
}

/// Hashing takes much memory, which stays with the thread that took it: were it one of those that
/// serve requests, all of them would have it in the end.
async fn on_thread_of_its_own<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Problem> {
    let (ending, ended) = oneshot::channel::<()>();
    let thread = thread::spawn(move || {
        let _ending = ending;
        work()
    });
    // Nothing is ever sent: this is told of the end.
    let _ = ended.await;
    // Then it is gone in no time, and the next one takes over its memory.
    thread.join().map_err(|_| Problem::internal())
}

/// Whether the passphrase is the account's. One that does not exist takes as long.
async fn verify(state: &State, passphrase: String, hash: Option<String>) -> Result<bool, Problem> {
    let _turn = state
        .0
        .hashers
        .acquire()
        .await
        .map_err(|_| Problem::internal())?;
    on_thread_of_its_own(move || {
        let Some(hash) = hash else {
            let _ = hash_passphrase(&passphrase);
            return false;
        };
        PasswordHash::new(&hash).is_ok_and(|hash| {
            Argon2::default()
                .verify_password(passphrase.as_bytes(), &hash)
                .is_ok()
        })
    })
    .await
}

async fn open(state: &State, jar: CookieJar, user: String) -> Result<CookieJar, Problem> {
    let token = state
        .with_database(move |database| database.sign_in(&user, now_milliseconds()))
        .await?;
    let seconds = i64::try_from(SESSION_MILLISECONDS / 1000).unwrap_or(i64::MAX);
    let cookie = Cookie::build((COOKIE, token))
        .path("/")
        .http_only(true)
        .same_site(SameSite::Strict)
        .max_age(time::Duration::seconds(seconds));
    Ok(jar.add(cookie))
}

/// What this server is.
#[utoipa::path(get, path = "/api/about", responses((status = 200, body = About)))]
pub(super) async fn about(AxumState(state): AxumState<State>) -> Result<Json<About>, Problem> {
    let has_accounts = state.with_database(db::Database::has_accounts).await?;
    Ok(Json(About {
        demo: state.0.demo,
        empty: !has_accounts,
    }))
}

/// Who is signed in.
#[utoipa::path(get, path = "/api/session", responses((status = 200, body = Profile), (status = 401, body = Problem)))]
pub(super) async fn show(
    AxumState(state): AxumState<State>,
    SignedIn(actor, display): SignedIn,
) -> Json<Profile> {
    Json(Profile {
        actor,
        display,
        demo: state.0.demo,
    })
}

/// Signs in: sets a cookie that scripts cannot read.
#[utoipa::path(
    post, path = "/api/session", request_body = Credentials,
    responses((status = 200, body = Profile), (status = 403, body = Problem), (status = 429, body = Problem)),
)]
pub(super) async fn sign_in(
    AxumState(state): AxumState<State>,
    jar: CookieJar,
    Body(Credentials { user, passphrase }): Body<Credentials>,
) -> Result<(CookieJar, Json<Profile>), Problem> {
    check_credentials(&state, &user, passphrase).await?;
    let jar = open(&state, jar, user).await?;
    let profile = profile(&state, &jar).await?;
    Ok((jar, Json(profile)))
}

/// Refuses what is not the account's passphrase, and counts how often it was not.
async fn check_credentials(state: &State, user: &str, passphrase: String) -> Result<(), Problem> {
    let now = now_milliseconds();
    if state.0.failures.locked(user, now) {
        return Err(Problem::too_many_attempts());
    }
    if passphrase.len() > shared::account::MAXIMUM_PASSPHRASE_BYTES {
        return Err(Problem::wrong_credentials());
    }
    let name = user.to_owned();
    let hash = state
        .with_database(move |database| database.passphrase_hash(&name))
        .await?;
    if !verify(state, passphrase, hash).await? {
        state.0.failures.count(user, now);
        return Err(Problem::wrong_credentials());
    }
    state.0.failures.forget(user);
    Ok(())
}

/// The token of the sign-in, from the cookie.
pub(super) fn token(jar: &CookieJar) -> Result<String, Problem> {
    let cookie = jar.get(COOKIE).ok_or_else(Problem::not_signed_in)?;
    Ok(cookie.value().to_owned())
}

async fn profile(state: &State, jar: &CookieJar) -> Result<Profile, Problem> {
    let token = token(jar)?;
    let found = state
        .with_database(move |database| database.signed_in(&token, now_milliseconds()))
        .await?;
    let (actor, display) = found.ok_or_else(Problem::not_signed_in)?;
    Ok(Profile {
        actor,
        display,
        demo: state.0.demo,
    })
}

/// Signs out on this browser.
#[utoipa::path(delete, path = "/api/session", responses((status = 204)))]
pub(super) async fn sign_out(
    AxumState(state): AxumState<State>,
    jar: CookieJar,
) -> Result<(CookieJar, axum::http::StatusCode), Problem> {
    if let Some(token) = jar.get(COOKIE).map(|cookie| cookie.value().to_owned()) {
        state
            .with_database(move |database| database.sign_out(&token))
            .await?;
    }
    Ok((
        jar.remove(Cookie::build(COOKIE).path("/")),
        axum::http::StatusCode::NO_CONTENT,
    ))
}

/// Gives the user another passphrase, and ends the sign-ins on all other devices.
#[utoipa::path(
    post, path = "/api/passphrase", request_body = PassphraseChange,
    responses(
        (status = 204), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 422, body = Problem), (status = 429, body = Problem),
    ),
)]
pub(super) async fn change_passphrase(
    AxumState(state): AxumState<State>,
    SignedIn(actor, _): SignedIn,
    jar: CookieJar,
    Body(PassphraseChange { old, new }): Body<PassphraseChange>,
) -> Result<axum::http::StatusCode, Problem> {
    check_passphrase(&new)?;
    check_credentials(&state, &actor.user, old).await?;
    let hash = hash(&state, new).await?;
    let token = token(&jar)?;
    state
        .with_database(move |database| database.change_passphrase(&actor.user, &hash, &token))
        .await?;
    Ok(axum::http::StatusCode::NO_CONTENT)
}

/// What a one-time link is for.
#[utoipa::path(
    post, path = "/api/invitation", request_body = WelcomeToken,
    responses((status = 200, body = Invitation), (status = 410, body = Problem)),
)]
pub(super) async fn invitation(
    AxumState(state): AxumState<State>,
    Body(WelcomeToken { token }): Body<WelcomeToken>,
) -> Result<Json<Invitation>, Problem> {
    let found = state
        .with_database(move |database| database.invitation(&token, now_milliseconds()))
        .await?;
    Ok(Json(found))
}

/// Makes the account that a one-time link is for, or gives it a new passphrase, and signs in. Where
/// the link names an account, `user` and `display` say nothing.
#[utoipa::path(
    post, path = "/api/welcome", request_body = Welcome,
    responses(
        (status = 200, body = Profile), (status = 409, body = Problem),
        (status = 410, body = Problem), (status = 422, body = Problem),
    ),
)]
pub(super) async fn welcome(
    AxumState(state): AxumState<State>,
    jar: CookieJar,
    Body(Welcome {
        token,
        user,
        display,
        passphrase,
    }): Body<Welcome>,
) -> Result<(CookieJar, Json<Profile>), Problem> {
    check_passphrase(&passphrase)?;
    let asked = token.clone();
    let invitation = state
        .with_database(move |database| database.invitation(&asked, now_milliseconds()))
        .await?;
    if invitation.user.is_none() {
        check_names(&user, &display)?;
    }
    let hash = hash(&state, passphrase).await?;
    let user = state
        .with_database(move |database| {
            database.accept(&token, &user, &display, &hash, now_milliseconds())
        })
        .await?;
    let jar = open(&state, jar, user).await?;
    let profile = profile(&state, &jar).await?;
    Ok((jar, Json(profile)))
}
