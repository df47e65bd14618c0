//! Long work in portions: on a slow tablet the page goes on hearing and drawing in between.

use gloo_timers::future::TimeoutFuture;

/// Lets the browser do what waits, before more work.
pub(crate) async fn breathe() {
    TimeoutFuture::new(0).await;
}
