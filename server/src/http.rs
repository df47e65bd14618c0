//! One router of everything that is served, and the loop that serves it.

use std::{fmt::Debug, future::Future, io, net::SocketAddr, time::Duration};

use axum::{
    Router,
    middleware::map_response,
    routing::get,
    serve::{Listener, ListenerExt},
};
use tokio::{net::TcpListener, sync::watch, time::sleep};

use crate::{assets, headers};

/// The app's own addresses. Each answers with the page, and the app takes it from there.
const PAGES: [&str; 19] = [
    "/ledger",
    "/cases/{id}",
    "/cases/{id}/record",
    "/cases/{id}/record/{event}",
    "/cases/{id}/documents",
    "/cases/{id}/documents/{kind}",
    "/cases/{id}/visit",
    "/cases/{id}/visits/{event}",
    "/import",
    "/analysis",
    "/calendar",
    "/bureau/announcements",
    "/bureau/announcements/{id}",
    "/bureau/status",
    "/sync",
    "/account",
    "/admin",
    "/sign-in",
    "/welcome",
];

/// How long requests under way may take to end once the server is told to stop.
const GRACE: Duration = Duration::from_secs(2);

/// Puts the app's pages and files beside `api`, and the same headers on everything.
pub fn router(api: Router) -> Router {
    PAGES
        .into_iter()
        .fold(api, |router, page| router.route(page, get(assets::page)))
        .fallback_service(get(assets::file))
        .layer(map_response(headers::add))
}

/// Answers are small and waited for: connections send them at once.
pub fn prompt(listener: TcpListener) -> impl Listener<Addr = SocketAddr> {
    listener.tap_io(|stream| {
        // A connection that refuses this works all the same.
        let _ = stream.set_nodelay(true);
    })
}

/// Serves until `stop` is there, then lets requests under way end.
///
/// # Errors
/// Where the listener fails.
pub async fn serve<L>(
    listener: L,
    router: Router,
    stop: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()>
where
    L: Listener,
    L::Addr: Debug,
{
    let (running, mut stopped) = watch::channel(());
    let serving = axum::serve(listener, router).with_graceful_shutdown(async move {
        stop.await;
        drop(running);
    });
    tokio::select! {
        served = serving => served,
        () = async { let _ = stopped.changed().await; sleep(GRACE).await } => Ok(()),
    }
}
