//! A tablet reaches the server over HTTPS, once it trusts the local authority.

use std::{path::Path, process::Command};

use data_encoding::HEXUPPER;
use reqwest::{Client, StatusCode, header::LOCATION, redirect::Policy};
use sha2::{Digest, Sha256};
use tests::{
    browser::{Browser, Look},
    server::Server,
};

/// Trusts a certificate, as a person does in the browser's settings.
fn trust(certificate: &Path, home: &Path) {
    let store = home.join(".pki/nssdb");
    std::fs::create_dir_all(&store).unwrap();
    let store = format!("sql:{}", store.display());
    let certutil = |arguments: &[&str]| {
        let done = Command::new("certutil")
            .args(["-d", &store])
            .args(arguments)
            .status();
        assert!(
            done.expect("certutil is installed").success(),
            "{arguments:?}"
        );
    };
    certutil(&["-N", "--empty-password"]);
    let file = certificate.to_str().unwrap();
    certutil(&["-A", "-t", "C,,", "-n", "Aftercheck", "-i", file]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tablet_that_trusts_the_authority_works_offline() {
    let server = Server::secure_demo();
    let home = tempfile::tempdir().unwrap();
    let plain = server.url().replace("https://", "http://");

    // Whoever does not trust it yet can still have the certificate, and the way to it.
    let client = Client::builder().redirect(Policy::none()).build().unwrap();
    let get = async |path: &str| client.get(format!("{plain}{path}")).send().await.unwrap();
    let root = get("/authority.crt").await.bytes().await.unwrap();
    let pairs: Vec<_> = Sha256::digest(&root)
        .iter()
        .map(|byte| HEXUPPER.encode(&[*byte]))
        .collect();
    let fingerprint = pairs.join(":");
    server.said(&fingerprint);
    assert!(
        get("/authority")
            .await
            .text()
            .await
            .unwrap()
            .contains(&fingerprint)
    );
    let elsewhere = get("/cases/x?tab=log").await;
    assert_eq!(elsewhere.status(), StatusCode::PERMANENT_REDIRECT);
    let address = server.at("/cases/x?tab=log");
    assert_eq!(elsewhere.headers()[LOCATION], address.as_str());

    let reaches = format!(
        "fetch('{}', {{ mode: 'no-cors' }}).then(() => true, () => false)",
        server.url()
    );
    let profile = tempfile::tempdir().unwrap();
    let stranger = Browser::launch_at_home(profile.path(), home.path()).await;
    let page = stranger.page(Look::TABLET).await;
    assert!(
        !page.evaluate::<bool>(&reaches).await,
        "nobody trusts it yet"
    );
    page.open(&format!("{plain}/authority")).await;
    page.see("先核对指纹").await;
    page.screenshot("tls-authority").await;
    stranger.close().await;

    let file = home.path().join("authority.crt");
    std::fs::write(&file, &root).unwrap();
    trust(&file, home.path());
    let profile = tempfile::tempdir().unwrap();
    let tablet = Browser::launch_at_home(profile.path(), home.path()).await;
    let page = tablet.page(Look::TABLET).await;
    page.open(&server.url()).await;
    page.sign_in("chaoyang", "aftercheck-demo").await;
    page.find(("heading", "今日")).await;
    page.see("已同步").await;
    assert!(page.evaluate::<bool>("isSecureContext").await);
    page.evaluate::<bool>("navigator.serviceWorker.ready.then(() => true)")
        .await;
    page.assert_no_complaints().await;

    drop(server);
    page.reload().await;
    page.see("解锁本机").await;
    tablet.close().await;
}
