//! What every answer says to the browser about trust.

use axum::{
    http::{HeaderValue, header::CACHE_CONTROL},
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

const HEADERS: [(&str, &str); 6] = [
    ("content-security-policy", CONTENT_SECURITY_POLICY),
    ("permissions-policy", PERMISSIONS_POLICY),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    ("referrer-policy", "no-referrer"),
    ("x-content-type-options", "nosniff"),
];

/// Adds the headers. An answer that does not say how long it may be kept may not be kept at all.
pub async fn add(mut response: Response) -> Response {
    let head = response.headers_mut();
    for (name, value) in HEADERS {
        head.insert(name, HeaderValue::from_static(value));
    }
    head.entry(CACHE_CONTROL)
        .or_insert(HeaderValue::from_static("no-store"));
    response
}
