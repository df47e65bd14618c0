//! The page that says how a tablet comes to trust the local authority, and what it downloads.

use axum::{
    Router,
    http::{
        HeaderMap, StatusCode, Uri,
        header::{CONTENT_DISPOSITION, CONTENT_TYPE, HOST, LOCATION},
    },
    middleware::map_response,
    response::{Html, IntoResponse, Response},
    routing::get,
};

use super::authority::Authority;
use crate::{
    assets::{self, ASSETS},
    headers,
};

const PAGE: &str = include_str!("page.html");

/// The page and the certificate, and the style that the page asks for.
pub(super) fn router(authority: &Authority) -> Router {
    let style = ASSETS
        .iter()
        .find(|asset| asset.path.starts_with("/assets/style-"))
        .map_or("", |asset| asset.path);
    let page = PAGE
        .replace("{{style}}", style)
        .replace("{{fingerprint}}", &authority.fingerprint());
    let certificate = authority.der().to_vec();
    let certificate = move || async move {
        let head = [
            (CONTENT_TYPE, "application/x-x509-ca-cert"),
            (
                CONTENT_DISPOSITION,
                "attachment; filename=\"aftercheck-authority.crt\"",
            ),
        ];
        (head, certificate)
    };
    let mut router = Router::new()
        .route("/authority", get(move || async move { Html(page) }))
        .route("/authority.crt", get(certificate));
    if !style.is_empty() {
        router = router.route(style, get(assets::file));
    }
    router.layer(map_response(headers::add))
}

/// The same address, under HTTPS.
pub(super) async fn to_https(head: HeaderMap, uri: Uri) -> Response {
    let host = head.get(HOST).and_then(|host| host.to_str().ok());
    let path = uri.path_and_query().map_or("/", |path| path.as_str());
    match host {
        Some(host) => {
            let address = format!("https://{host}{path}");
            (StatusCode::PERMANENT_REDIRECT, [(LOCATION, address)]).into_response()
        }
        None => StatusCode::BAD_REQUEST.into_response(),
    }
}
