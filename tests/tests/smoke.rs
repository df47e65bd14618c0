//! The least that must be true: the app opens, and opens again when there is no server.

use tests::{
    browser::{Browser, Look},
    server::Server,
};

/// The app has taken the place of the notice that it is being opened.
const MOUNTED: &str =
    "!document.getElementById('opening') && document.body.innerText.trim() !== ''";

#[tokio::test(flavor = "multi_thread")]
async fn opens_and_opens_again_without_a_server() {
    let (data, profile) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let mut server = Server::start(data.path());
    let browser = Browser::launch(profile.path()).await;
    let page = browser.page(Look::DESK).await;

    page.open(&server.url()).await;
    page.holds(MOUNTED).await;
    page.assert_no_complaints().await;
    page.evaluate::<bool>("navigator.serviceWorker.ready.then(() => true)")
        .await;

    server.stop();
    page.reload().await;
    page.holds(MOUNTED).await;
    page.open(&server.at("/ledger")).await;
    page.holds(MOUNTED).await;
    page.assert_no_complaints().await;
    browser.kill().await;

    let browser = Browser::launch(profile.path()).await;
    let page = browser.page(Look::TABLET.dark()).await;
    page.open(&server.url()).await;
    page.holds(MOUNTED).await;
    page.screenshot("smoke-without-server").await;
    browser.close().await;
}
