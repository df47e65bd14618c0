//! How the server says no: RFC 9457, with a code that the app has words for.

use axum::{
    Json,
    extract::{FromRequest, Request, rejection::JsonRejection},
    http::{HeaderValue, StatusCode, header::CONTENT_TYPE},
    response::{IntoResponse, Response},
};
use serde::{Serialize, de::DeserializeOwned};
use shared::account::AccountError;

use crate::db;

/// A problem as RFC 9457 has it.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct Problem {
    /// Always `about:blank`: the code says more.
    #[serde(rename = "type")]
    kind: &'static str,
    /// The status in words.
    title: &'static str,
    /// The HTTP status.
    status: u16,
    /// What exactly is wrong, for the developer of a client.
    detail: String,
    /// What is wrong, for the client.
    code: &'static str,
}

impl Problem {
    pub(super) fn new(status: StatusCode, code: &'static str, detail: impl Into<String>) -> Self {
        Self {
            kind: "about:blank",
            title: status.canonical_reason().unwrap_or("Error"),
            status: status.as_u16(),
            detail: detail.into(),
            code,
        }
    }

    pub(super) fn internal() -> Self {
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "internal",
            "the server failed; nothing was kept",
        )
    }

    pub(super) fn not_found() -> Self {
        Self::new(
            StatusCode::NOT_FOUND,
            "not_found",
            "there is no such endpoint",
        )
    }

    pub(super) fn method_not_allowed() -> Self {
        Self::new(
            StatusCode::METHOD_NOT_ALLOWED,
            "method_not_allowed",
            "the endpoint does not have this method",
        )
    }

    pub(super) fn not_signed_in() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "not_signed_in", "sign in first")
    }

    pub(super) fn wrong_credentials() -> Self {
        Self::new(
            StatusCode::FORBIDDEN,
            "wrong_credentials",
            "no account has this name and passphrase",
        )
    }

    pub(super) fn too_many_attempts() -> Self {
        Self::new(
            StatusCode::TOO_MANY_REQUESTS,
            "too_many_attempts",
            "wait a few minutes before the next attempt",
        )
    }

    pub(super) fn not_permitted() -> Self {
        Self::new(
            StatusCode::FORBIDDEN,
            "not_permitted",
            "the role may not do this",
        )
    }

    pub(super) fn unknown_device() -> Self {
        Self::new(
            StatusCode::NOT_FOUND,
            "unknown_device",
            "the user has no such device",
        )
    }

    pub(super) fn unknown_calendar() -> Self {
        Self::new(
            StatusCode::NOT_FOUND,
            "unknown_calendar",
            "the link was revoked, or never was",
        )
    }

    pub(super) fn version_too_old() -> Self {
        Self::new(
            StatusCode::UPGRADE_REQUIRED,
            "version_too_old",
            "the server does not speak this protocol version",
        )
    }

    pub(super) fn invalid(code: &'static str, detail: impl Into<String>) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, code, detail)
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = (status, Json(self)).into_response();
        response.headers_mut().insert(
            CONTENT_TYPE,
            HeaderValue::from_static("application/problem+json"),
        );
        response
    }
}

impl From<db::Error> for Problem {
    fn from(error: db::Error) -> Self {
        match error {
            db::Error::DeviceOfOther => Self::new(
                StatusCode::FORBIDDEN,
                "device_of_other",
                "the device belongs to another account",
            ),
            db::Error::AccountExists => Self::new(
                StatusCode::CONFLICT,
                "account_exists",
                "an account has this name",
            ),
            db::Error::NoAccount => Self::new(
                StatusCode::NOT_FOUND,
                "unknown_account",
                "there is no such account",
            ),
            db::Error::LastAdministrator => Self::new(
                StatusCode::CONFLICT,
                "last_administrator",
                "somebody must be left who keeps accounts",
            ),
            db::Error::DeviceRevoked => Self::new(
                StatusCode::FORBIDDEN,
                "device_revoked",
                "the device was ended: what it has from the server must go",
            ),
            db::Error::LinkInvalid => Self::new(
                StatusCode::GONE,
                "link_invalid",
                "the link was used or is too old",
            ),
            error => {
                eprintln!("错误：{error}");
                Self::internal()
            }
        }
    }
}

impl From<AccountError> for Problem {
    fn from(error: AccountError) -> Self {
        let code = match error {
            AccountError::Name => "account_name",
            AccountError::Display => "display_name",
            AccountError::Passphrase => "passphrase",
            AccountError::Office => "office",
        };
        Self::invalid(code, error.to_string())
    }
}

/// A JSON body, refused with a [`Problem`] where it is not one.
pub(super) struct Body<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Body<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        match Json::from_request(request, state).await {
            Ok(Json(value)) => Ok(Self(value)),
            Err(rejection) => Err(Problem::from(rejection)),
        }
    }
}

impl From<JsonRejection> for Problem {
    fn from(rejection: JsonRejection) -> Self {
        let code = match rejection.status() {
            StatusCode::PAYLOAD_TOO_LARGE => "too_large",
            StatusCode::UNSUPPORTED_MEDIA_TYPE => "not_json",
            _ => "malformed",
        };
        Self::new(rejection.status(), code, rejection.body_text())
    }
}
