//! What every answer says to the browser about trust.

use axum::{
    http::{
        HeaderValue,
        header::{CACHE_CONTROL, CONTENT_TYPE},
    },
    response::Response,
};

/// Nothing runs, loads or connects but what this server serves, and nothing inline.
/// Pictures may come from the device itself: photos that have not been sent yet.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; \
    script-src 'self' 'wasm-unsafe-eval'; \
    style-src 'self'; \
    connect-src 'self'; \
    img-src 'self' data: blob:; \
    worker-src 'self'; \
    manifest-src 'self'; \
    base-uri 'none'; \
    form-action 'self'; \
    frame-ancestors 'none'";

/// Of a device's powers, the app asks for the camera.
const PERMISSIONS_POLICY: &str = "camera=(self), accelerometer=(), autoplay=(), display-capture=(), \
    geolocation=(), gyroscope=(), magnetometer=(), microphone=(), midi=(), payment=(), usb=()";

/// On every answer.
const HEADERS: [(&str, &str); 3] = [
    ("cross-origin-resource-policy", "same-origin"),
    ("referrer-policy", "no-referrer"),
    ("x-content-type-options", "nosniff"),
];

/// On what a browser may open as a page; to the rest they say nothing, and there they would weigh
/// more than many an answer.
const HEADERS_OF_PAGES: [(&str, &str); 3] = [
    ("content-security-policy", CONTENT_SECURITY_POLICY),
    ("permissions-policy", PERMISSIONS_POLICY),
    ("cross-origin-opener-policy", "same-origin"),
];

/// On a script, which may be run as a worker of its own: what of the policy such a one can break.
const HEADERS_OF_SCRIPTS: [(&str, &str); 1] = [(
    "content-security-policy",
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'",
)];

/// What no browser opens or runs by itself, since it may not guess at types.
const INERT: [&str; 5] = [
    "application/wasm",
    "application/json",
    "application/problem+json",
    "application/manifest+json",
    "text/css",
];

/// Adds the headers. An answer that does not say how long it may be kept may not be kept at all.
pub async fn add(mut response: Response) -> Response {
    let head = response.headers_mut();
    let is = |names: &[&str]| {
        let kind = head
            .get(CONTENT_TYPE)
            .map_or(&b""[..], HeaderValue::as_bytes);
        names.iter().any(|name| kind.starts_with(name.as_bytes()))
    };
    let of_its_kind: &[_] = if is(&INERT) {
        &[]
    } else if is(&["text/javascript"]) {
        &HEADERS_OF_SCRIPTS
    } else {
        &HEADERS_OF_PAGES
    };
    for (name, value) in HEADERS.iter().chain(of_its_kind) {
        head.insert(*name, HeaderValue::from_static(value));
    }
    head.entry(CACHE_CONTROL)
        .or_insert(HeaderValue::from_static("no-store"));
    response
}
