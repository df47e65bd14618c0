//! The bytes of attachments: sent and fetched in pieces, by their hash.
//!
//! A content can be sent once a change that the log has names it, by whoever sees that case; so
//! its size and type are known before the first byte comes.

use axum::{
    body::Bytes,
    extract::{FromRequest, Path, Request, State as AxumState},
    http::{
        HeaderMap, HeaderName, HeaderValue, StatusCode,
        header::{ACCEPT_RANGES, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE, ETAG, RANGE},
    },
    response::{IntoResponse, Response},
};
use shared::{
    attachment::{ContentHash, MAXIMUM_CHUNK_BYTES},
    sync::Scope,
};

use super::{State, now_milliseconds, problem::Problem, session::SignedIn};
use crate::{
    contents,
    db::{self, NamedContent},
};

/// How many bytes of the content the server has.
const UPLOAD_OFFSET: HeaderName = HeaderName::from_static("upload-offset");
/// How many it has when it is whole.
const UPLOAD_LENGTH: HeaderName = HeaderName::from_static("upload-length");
/// `?1` once it is whole, else `?0`.
const UPLOAD_COMPLETE: HeaderName = HeaderName::from_static("upload-complete");

/// Why it came to nothing: the log, or the files.
enum Fault {
    Database(db::Error),
    Files(contents::Error),
}

impl From<db::Error> for Fault {
    fn from(error: db::Error) -> Self {
        Self::Database(error)
    }
}

impl From<contents::Error> for Fault {
    fn from(error: contents::Error) -> Self {
        Self::Files(error)
    }
}

impl IntoResponse for Fault {
    fn into_response(self) -> Response {
        let problem = match self {
            Self::Database(error) => error.into(),
            Self::Files(contents::Error::Io(error)) => {
                eprintln!("错误：附件：{error}");
                Problem::internal()
            }
            Self::Files(contents::Error::WrongOffset { offset }) => {
                let problem = Problem::new(
                    StatusCode::CONFLICT,
                    "wrong_offset",
                    format!("{offset} bytes are here; send on from there"),
                );
                let mut response = problem.into_response();
                response.headers_mut().insert(UPLOAD_OFFSET, offset.into());
                return response;
            }
            Self::Files(contents::Error::TooLarge) => Problem::new(
                StatusCode::PAYLOAD_TOO_LARGE,
                "too_large",
                "there are more bytes than the change that names the content says",
            ),
            Self::Files(contents::Error::WrongType) => Problem::invalid(
                "wrong_type",
                "the bytes are not of the type that the change that names the content says",
            ),
            Self::Files(contents::Error::HashMismatch) => Problem::invalid(
                "hash_mismatch",
                "the bytes are not those that the hash names; they were thrown away",
            ),
        };
        problem.into_response()
    }
}

impl State {
    /// Runs work on the contents of one whom the scope lets see this one; nobody else learns
    /// whether it exists.
    async fn with_content<T: Send + 'static>(
        &self,
        signed_in: &SignedIn,
        hash: ContentHash,
        work: impl FnOnce(&Self, NamedContent) -> Result<T, Fault> + Send + 'static,
    ) -> Result<T, Response> {
        let scope = Scope::of(&signed_in.0);
        let state = self.clone();
        let done = tokio::task::spawn_blocking(move || {
            let named = state.database().content(&scope, &hash)?;
            named.map(|named| work(&state, named)).transpose()
        });
        match done.await {
            Ok(Ok(Some(value))) => Ok(value),
            Ok(Ok(None)) => Err(no_content().into_response()),
            Ok(Err(fault)) => Err(fault.into_response()),
            Err(_) => Err(Problem::internal().into_response()),
        }
    }

    /// Whether the bytes are here. A file that is whole and that the database does not know, as
    /// after a restored backup, is made known.
    fn look(&self, hash: ContentHash, named: NamedContent) -> Result<(u64, bool), Fault> {
        let (offset, whole) = (
            self.contents().offset(&hash)?,
            self.contents().is_whole(&hash)?,
        );
        if whole && !named.complete {
            let (media_type, size) = (named.media_type, named.byte_size);
            self.database()
                .content_completed(&hash, media_type, size, now_milliseconds())?;
        }
        Ok((offset, whole))
    }
}

fn no_content() -> Problem {
    Problem::new(
        StatusCode::NOT_FOUND,
        "unknown_content",
        "no case that you see names this content",
    )
}

fn malformed(error: impl std::fmt::Display) -> Response {
    Problem::invalid("malformed", error.to_string()).into_response()
}

/// How much of a content the server has: `upload-offset` of `upload-length`.
#[utoipa::path(
    head, path = "/api/attachments/{hash}", params(("hash" = String, Path)),
    responses((status = 204), (status = 401), (status = 404)),
)]
pub(super) async fn look(
    AxumState(state): AxumState<State>,
    signed_in: SignedIn,
    Path(hash): Path<String>,
) -> Result<Response, Response> {
    let hash: ContentHash = hash.parse().map_err(malformed)?;
    let (named, offset, whole) = state
        .with_content(&signed_in, hash, move |state, named| {
            let (offset, whole) = state.look(hash, named)?;
            Ok((named, offset, whole))
        })
        .await?;
    Ok(progress(named, offset, whole))
}

fn progress(named: NamedContent, offset: u64, whole: bool) -> Response {
    let complete = HeaderValue::from_static(if whole { "?1" } else { "?0" });
    let headers = [
        (UPLOAD_OFFSET, offset.into()),
        (UPLOAD_LENGTH, named.byte_size.into()),
        (UPLOAD_COMPLETE, complete),
    ];
    (StatusCode::NO_CONTENT, headers).into_response()
}

/// Takes the next bytes of a content, from `upload-offset` on (0 where it is left out).
#[utoipa::path(
    put, path = "/api/attachments/{hash}", params(("hash" = String, Path)),
    request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    responses(
        (status = 204), (status = 401, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem), (status = 413, body = Problem), (status = 422, body = Problem),
    ),
)]
pub(super) async fn put(
    AxumState(state): AxumState<State>,
    signed_in: SignedIn,
    Path(hash): Path<String>,
    headers: HeaderMap,
    request: Request,
) -> Result<Response, Response> {
    let hash: ContentHash = hash.parse().map_err(malformed)?;
    let offset = match headers.get(UPLOAD_OFFSET) {
        None => 0,
        Some(value) => number(value.to_str().unwrap_or_default()).ok_or_else(|| {
            Problem::invalid("malformed", "upload-offset is a number of bytes").into_response()
        })?,
    };
    let chunk = Bytes::from_request(request, &state)
        .await
        .ok()
        .filter(|chunk| chunk.len() <= MAXIMUM_CHUNK_BYTES)
        .ok_or_else(|| {
            Problem::new(
                StatusCode::PAYLOAD_TOO_LARGE,
                "too_large",
                format!("a request carries at most {MAXIMUM_CHUNK_BYTES} bytes of a content"),
            )
            .into_response()
        })?;
    let (named, offset) = state
        .with_content(&signed_in, hash, move |state, named| {
            let (kind, size) = (named.media_type, named.byte_size);
            let here = state.contents().append(&hash, kind, size, offset, &chunk)?;
            state.look(hash, named)?;
            Ok((named, here))
        })
        .await?;
    Ok(progress(named, offset, offset == named.byte_size))
}

/// Gives a content, or the one range of it that is asked for.
#[utoipa::path(
    get, path = "/api/attachments/{hash}", params(("hash" = String, Path)),
    responses(
        (status = 200, content_type = "application/octet-stream", body = Vec<u8>),
        (status = 206, content_type = "application/octet-stream", body = Vec<u8>),
        (status = 401, body = Problem), (status = 404, body = Problem), (status = 416, body = Problem),
    ),
)]
pub(super) async fn get(
    AxumState(state): AxumState<State>,
    signed_in: SignedIn,
    Path(hash): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Response> {
    let hash: ContentHash = hash.parse().map_err(malformed)?;
    let range = headers.get(RANGE).and_then(|range| range.to_str().ok());
    let range = range.map(ToOwned::to_owned);
    let (named, read) = state
        .with_content(&signed_in, hash, move |state, named| {
            let (offset, whole) = state.look(hash, named)?;
            if !whole {
                return Ok((named, Read::NotYet));
            }
            let (start, end) = match range.as_deref().map(|range| span(range, offset)) {
                None => (0, offset),
                Some(Some(span)) => span,
                Some(None) => return Ok((named, Read::NoSuchRange)),
            };
            let bytes = state.contents().read(&hash, start, end)?;
            let part = range.is_some().then_some((start, end));
            Ok((named, Read::Bytes(bytes, part)))
        })
        .await?;
    let size = named.byte_size;
    match read {
        Read::NotYet => Err(Problem::new(
            StatusCode::NOT_FOUND,
            "not_yet_here",
            "the content is named by a case, and its bytes have not come yet",
        )
        .into_response()),
        Read::NoSuchRange => {
            let problem = Problem::new(
                StatusCode::RANGE_NOT_SATISFIABLE,
                "no_such_range",
                "the content has no such bytes",
            );
            let range = header(format!("bytes */{size}"));
            Err(([(CONTENT_RANGE, range)], problem).into_response())
        }
        Read::Bytes(bytes, part) => {
            let mut response = bytes.into_response();
            let head = response.headers_mut();
            head.insert(
                CONTENT_TYPE,
                HeaderValue::from_static(named.media_type.name()),
            );
            head.insert(ACCEPT_RANGES, HeaderValue::from_static("bytes"));
            head.insert(ETAG, header(format!("\"{hash}\"")));
            head.remove(CONTENT_LENGTH);
            if let Some((start, end)) = part {
                let last = end - 1;
                head.insert(
                    CONTENT_RANGE,
                    header(format!("bytes {start}-{last}/{size}")),
                );
                *response.status_mut() = StatusCode::PARTIAL_CONTENT;
            }
            Ok(response)
        }
    }
}

enum Read {
    Bytes(Vec<u8>, Option<(u64, u64)>),
    NoSuchRange,
    NotYet,
}

fn header(text: String) -> HeaderValue {
    HeaderValue::try_from(text).expect("digits and punctuation make a header")
}

fn number(text: &str) -> Option<u64> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| text.parse().ok()).flatten()
}

/// Where one range of RFC 9110 begins and ends, the end exclusive; nothing where it asks for
/// nothing that is there. Of several ranges none is given.
fn span(range: &str, size: u64) -> Option<(u64, u64)> {
    let (first, last) = range.strip_prefix("bytes=")?.split_once('-')?;
    let (start, end) = match (first, last) {
        ("", last) => (size.saturating_sub(number(last)?), size),
        (first, "") => (number(first)?, size),
        (first, last) => (number(first)?, number(last)?.saturating_add(1).min(size)),
    };
    (start < end && end <= size).then_some((start, end))
}

#[cfg(test)]
mod tests {
    use super::span;

    #[test]
    fn ranges_are_read_as_rfc_9110_says() {
        let check = |range: &str, expected| assert_eq!(span(range, 100), expected, "{range}");
        check("bytes=0-9", Some((0, 10)));
        check("bytes=90-", Some((90, 100)));
        check("bytes=90-999", Some((90, 100)));
        check("bytes=-10", Some((90, 100)));
        check("bytes=-1000", Some((0, 100)));
        check("bytes=100-", None);
        check("bytes=9-3", None);
        check("bytes=-0", None);
        check("bytes=0-1,4-5", None);
        check("bytes=+1-2", None);
        check("lines=1-2", None);
        check("bytes=", None);
    }
}
