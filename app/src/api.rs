//! What is asked of the server apart from the sync: sessions, accounts, the sample ledger.

use gloo_net::http::{Method, RequestBuilder, Response};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use shared::{
    account::{
        About, Account, AccountEdit, CalendarLink, Invitation, KnownDevice, PassphraseChange,
        Person, Welcome, WelcomeToken,
    },
    sync::wire::ReviewRow,
    travel::{Handed, Received},
};

/// What can go wrong when the server is asked for something.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub(crate) enum ApiError {
    /// No answer: offline, or the server is stopped.
    #[error("联系不上服务器")]
    Unreachable,
    /// The sign-in is missing or no longer valid.
    #[error("没有登录，或登录已过期")]
    NotSignedIn,
    /// The role may not do this.
    #[error("这个角色不能这样做")]
    NotPermitted,
    /// The server says what is wrong with the request.
    #[error("{0}")]
    Refused(String),
    /// The answer is not what was expected.
    #[error("服务器的回答读不懂，可能版本不一致")]
    Unreadable,
}

/// RFC 9457, as far as it is shown.
#[derive(Default, Deserialize)]
struct Problem {
    #[serde(default)]
    title: String,
    #[serde(default)]
    detail: String,
}

/// What the server is; asked before anybody is signed in.
pub(crate) async fn about() -> Result<About, ApiError> {
    read(send(Method::GET, "/api/about", None::<()>).await?).await
}

/// All accounts that the user may see.
pub(crate) async fn accounts() -> Result<Vec<Account>, ApiError> {
    read(send(Method::GET, "/api/accounts", None::<()>).await?).await
}

/// Those whose work the user comes to see.
pub(crate) async fn people() -> Result<Vec<Person>, ApiError> {
    read(send(Method::GET, "/api/people", None::<()>).await?).await
}

/// The review tray: the user's own, for the municipal bureau everybody's.
pub(crate) async fn review() -> Result<Vec<ReviewRow>, ApiError> {
    read(send(Method::GET, "/api/review", None::<()>).await?).await
}

/// Makes of an account what is said.
pub(crate) async fn edit_account(user: &str, edit: &AccountEdit) -> Result<(), ApiError> {
    let path = format!("/api/accounts/{}", segment(user));
    send(Method::PUT, &path, Some(edit)).await.map(drop)
}

/// A one-time link by which the account's owner sets a new passphrase.
pub(crate) async fn reset_passphrase(user: &str) -> Result<WelcomeToken, ApiError> {
    let path = format!("/api/accounts/{}/reset", segment(user));
    read(send(Method::POST, &path, Some(serde_json::json!({}))).await?).await
}

/// Gives the user another passphrase; other sign-ins end.
pub(crate) async fn change_passphrase(change: &PassphraseChange) -> Result<(), ApiError> {
    send(Method::POST, "/api/passphrase", Some(change))
        .await
        .map(drop)
}

/// The user's devices; for an administrator all.
pub(crate) async fn devices() -> Result<Vec<KnownDevice>, ApiError> {
    read(send(Method::GET, "/api/devices", None::<()>).await?).await
}

/// Ends a device.
pub(crate) async fn end_device(device: &str) -> Result<(), ApiError> {
    let path = format!("/api/devices/{}", segment(device));
    send(Method::DELETE, &path, None::<()>).await.map(drop)
}

/// Whether there is a link to the user's calendar.
pub(crate) async fn calendar_link() -> Result<CalendarLink, ApiError> {
    read(send(Method::GET, "/api/calendar-link", None::<()>).await?).await
}

/// Makes a link to the user's calendar in the place of the one before.
pub(crate) async fn make_calendar_link() -> Result<CalendarLink, ApiError> {
    read(
        send(
            Method::POST,
            "/api/calendar-link",
            Some(serde_json::json!({})),
        )
        .await?,
    )
    .await
}

/// Revokes the link to the user's calendar.
pub(crate) async fn drop_calendar_link() -> Result<(), ApiError> {
    send(Method::DELETE, "/api/calendar-link", None::<()>)
        .await
        .map(drop)
}

/// The user's calendar as a file.
pub(crate) async fn calendar_file() -> Result<String, ApiError> {
    let response = send(Method::GET, "/api/duties.ics", None::<()>).await?;
    response.text().await.map_err(|_| ApiError::Unreachable)
}

/// What a one-time link is for.
pub(crate) async fn invitation(token: &WelcomeToken) -> Result<Invitation, ApiError> {
    read(send(Method::POST, "/api/invitation", Some(token)).await?).await
}

fn segment(text: &str) -> String {
    js_sys::encode_uri_component(text).into()
}

/// A one-time link for a new account.
pub(crate) async fn invite(invitation: &Invitation) -> Result<WelcomeToken, ApiError> {
    read(send(Method::POST, "/api/invitations", Some(invitation)).await?).await
}

/// Makes the account of a one-time link.
pub(crate) async fn welcome(answer: Welcome) -> Result<(), ApiError> {
    send(Method::POST, "/api/welcome", Some(answer))
        .await
        .map(drop)
}

/// Loads the sample ledger on the server.
pub(crate) async fn load_sample() -> Result<(), ApiError> {
    send(Method::POST, "/api/sample", Some(serde_json::json!({})))
        .await
        .map(drop)
}

/// Has the server take case files into the ledger.
pub(crate) async fn take_case_files(handed: &Handed) -> Result<Received, ApiError> {
    read(send(Method::POST, "/api/case-files", Some(handed)).await?).await
}

async fn send<T: Serialize>(
    method: Method,
    path: &str,
    body: Option<T>,
) -> Result<Response, ApiError> {
    let request = RequestBuilder::new(path).method(method);
    let request = match body {
        Some(body) => request.json(&body),
        None => request.build(),
    };
    let response = request
        .map_err(|_| ApiError::Unreadable)?
        .send()
        .await
        .map_err(|_| ApiError::Unreachable)?;
    match response.status() {
        200..=299 => Ok(response),
        401 => Err(ApiError::NotSignedIn),
        403 => Err(ApiError::NotPermitted),
        502..=504 => Err(ApiError::Unreachable),
        _ => {
            let problem: Problem = response.json().await.unwrap_or_default();
            let said = if problem.detail.is_empty() {
                problem.title
            } else {
                problem.detail
            };
            Err(if said.is_empty() {
                ApiError::Unreadable
            } else {
                ApiError::Refused(said)
            })
        }
    }
}

async fn read<T: DeserializeOwned>(response: Response) -> Result<T, ApiError> {
    response.json().await.map_err(|_| ApiError::Unreadable)
}
