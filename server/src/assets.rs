//! The app's files, embedded at build time and served in the form that the browser takes.

use axum::{
    http::{
        HeaderMap, HeaderValue, StatusCode, Uri,
        header::{
            ACCEPT, ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, ETAG,
            IF_NONE_MATCH, VARY,
        },
    },
    response::{IntoResponse, Response},
};

/// A file of the app in every form.
#[derive(Debug)]
pub struct Asset {
    /// Where it is served.
    pub path: &'static str,
    /// The value of `Content-Type`.
    pub content_type: &'static str,
    /// Changes with the content.
    pub hash: &'static str,
    /// Whether the path changes with the content too.
    pub immutable: bool,
    /// As it is.
    pub plain: &'static [u8],
    /// In brotli; empty where that does not pay.
    pub brotli: &'static [u8],
    /// In gzip; empty where that does not pay.
    pub gzip: &'static [u8],
}

/// Every file of the app, sorted by path.
pub static ASSETS: &[Asset] = &include!(concat!(env!("OUT_DIR"), "/bundle.rs"));

/// The file at a path.
pub fn find(path: &str) -> Option<&'static Asset> {
    let index = ASSETS
        .binary_search_by_key(&path, |asset| asset.path)
        .ok()?;
    ASSETS.get(index)
}

/// The page, for an address that the app knows.
pub async fn page(headers: HeaderMap) -> Response {
    respond("/", StatusCode::OK, &headers)
}

/// The file at the request's path. A person who asks for an address that there is not gets the
/// page too: the app says it better.
pub async fn file(uri: Uri, headers: HeaderMap) -> Response {
    let person = text(&headers, &ACCEPT).contains("text/html");
    match find(uri.path()) {
        None if person => respond("/", StatusCode::NOT_FOUND, &headers),
        _ => respond(uri.path(), StatusCode::OK, &headers),
    }
}

fn respond(path: &str, status: StatusCode, headers: &HeaderMap) -> Response {
    let Some(asset) = find(path) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let (encoding, bytes) = form(asset, text(headers, &ACCEPT_ENCODING));
    let tag = format!("\"{}{encoding}\"", asset.hash);
    let mut response = if status.is_success() && matches(text(headers, &IF_NONE_MATCH), &tag) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        (status, [(CONTENT_TYPE, asset.content_type)], bytes).into_response()
    };

    let head = response.headers_mut();
    if !encoding.is_empty() {
        head.insert(CONTENT_ENCODING, HeaderValue::from_static(encoding));
    }
    // What is named by its content is never asked for again.
    if !asset.immutable
        && let Ok(tag) = HeaderValue::try_from(tag)
    {
        head.insert(ETAG, tag);
    }
    head.insert(VARY, HeaderValue::from_static("accept-encoding"));
    let cache = if asset.immutable {
        "public, max-age=31536000, immutable"
    } else {
        "no-cache"
    };
    head.insert(CACHE_CONTROL, HeaderValue::from_static(cache));
    response
}

/// A header as text; empty where it is missing or no text.
fn text<'a>(headers: &'a HeaderMap, name: &axum::http::HeaderName) -> &'a str {
    headers
        .get(name)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default()
}

/// The smallest form that is accepted, with the name of its encoding.
fn form(asset: &Asset, accepted: &str) -> (&'static str, &'static [u8]) {
    [("br", asset.brotli), ("gzip", asset.gzip)]
        .into_iter()
        .find(|(encoding, bytes)| !bytes.is_empty() && accepts(accepted, encoding))
        .unwrap_or(("", asset.plain))
}

/// Whether `Accept-Encoding` names the encoding, and not with a weight of nought.
fn accepts(accepted: &str, encoding: &str) -> bool {
    accepted.split(',').any(|offer| {
        let (name, weight) = offer.split_once(';').unwrap_or((offer, "q=1"));
        let weight = weight
            .trim()
            .strip_prefix("q=")
            .and_then(|weight| weight.parse().ok());
        name.trim().eq_ignore_ascii_case(encoding) && weight.is_some_and(|weight: f32| weight > 0.0)
    })
}

/// Whether `If-None-Match` names the tag.
fn matches(known: &str, tag: &str) -> bool {
    known
        .split(',')
        .map(|known| known.trim().trim_start_matches("W/"))
        .any(|known| known == tag || known == "*")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_best_accepted_form_is_sent() {
        let check = |brotli: &'static [u8], accepted: &str, encoding: &str| {
            let asset = Asset {
                path: "/a",
                content_type: "text/css",
                hash: "0",
                immutable: true,
                plain: b"plain",
                brotli,
                gzip: b"gzip",
            };
            assert_eq!(form(&asset, accepted).0, encoding, "{accepted}");
        };
        check(b"br", "", "");
        check(b"br", "gzip, deflate, br, zstd", "br");
        check(b"br", "gzip;q=1.0, BR;q=0.1", "br");
        check(b"br", "br;q=0, gzip", "gzip");
        check(b"br", "br;q=high, identity", "");
        check(b"br", "brotli", "");
        check(b"", "br, gzip", "gzip");
    }

    #[test]
    fn a_known_form_is_not_sent_again() {
        let check = |known: &str, expected: bool| {
            assert_eq!(matches(known, "\"a-br\""), expected, "{known}");
        };
        check("", false);
        check("\"a-br\"", true);
        check("W/\"a-br\"", true);
        check("\"b\", \"a-br\"", true);
        check("\"a\"", false);
        check("*", true);
    }

    #[test]
    fn the_table_is_sorted_and_whole() {
        assert!(ASSETS.is_sorted_by_key(|asset| asset.path));
        for asset in ASSETS {
            assert!(!asset.plain.is_empty(), "{}", asset.path);
            assert_eq!(
                asset.immutable,
                asset.path.starts_with("/assets/"),
                "{}",
                asset.path
            );
        }
    }
}
