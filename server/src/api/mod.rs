//! What the app asks of the server: JSON over HTTP, described by `/api/openapi.json`.

mod accounts;
mod attachments;
mod calendar;
mod case_files;
mod devices;
mod exchange;
mod problem;
mod session;

use std::{
    collections::BTreeSet,
    ops::RangeInclusive,
    sync::Arc,
    thread::available_parallelism,
    time::{SystemTime, UNIX_EPOCH},
};

use axum::{Json, Router, extract::DefaultBodyLimit, routing::get};
use shared::{publication::Announcements, sync::Scope};
use tokio::sync::{Semaphore, broadcast};
use tower_http::{
    CompressionLevel, compression::CompressionLayer, decompression::RequestDecompressionLayer,
};
use utoipa::OpenApi;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{contents::Contents, db::Database};

pub use problem::Problem;
pub use session::hash_passphrase;

/// The largest request body, in bytes, after decompression.
pub const MAXIMUM_BODY_BYTES: usize = 4 * 1024 * 1024;
/// How many passphrases are hashed at the same time: each takes 19 MiB and a core for a while.
const MAXIMUM_HASHERS: usize = 2;
/// How many exchanges are under way at the same time, on machines of a few cores and of many: one
/// that writes, others that prepare theirs or answer, a core for each. More would only hold what they
/// were sent in memory.
const EXCHANGES: RangeInclusive<usize> = 2..=4;
/// How many announcements of news a slow listener may fall behind before it is told to ask.
const NEWS_BACKLOG: usize = 64;

/// What every handler shares.
#[derive(Clone, Debug)]
pub struct State(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    database: Database,
    contents: Contents,
    demo: bool,
    news: broadcast::Sender<Arc<BTreeSet<Scope>>>,
    hashers: Semaphore,
    exchanges: Semaphore,
    failures: session::Failures,
}

impl State {
    /// The state of a server over this database.
    pub fn new(database: Database, demo: bool) -> Self {
        let cores = available_parallelism().map_or(1, usize::from);
        Self(Arc::new(Shared {
            contents: Contents::beside(database.directory()),
            database,
            demo,
            news: broadcast::channel(NEWS_BACKLOG).0,
            hashers: Semaphore::new(MAXIMUM_HASHERS),
            exchanges: Semaphore::new(cores.clamp(*EXCHANGES.start(), *EXCHANGES.end())),
            failures: session::Failures::default(),
        }))
    }

    /// The database.
    pub fn database(&self) -> &Database {
        &self.0.database
    }

    /// The bytes of attachments.
    fn contents(&self) -> &Contents {
        &self.0.contents
    }

    /// Runs work on the database without holding up the other requests.
    async fn with_database<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Database) -> Result<T, crate::db::Error> + Send + 'static,
    ) -> Result<T, Problem> {
        let state = self.clone();
        let result = tokio::task::spawn_blocking(move || work(state.database())).await;
        Ok(result.map_err(|_| Problem::internal())??)
    }

    /// Every announcement, published or not.
    pub(crate) async fn announcements(&self) -> Result<Announcements, Problem> {
        self.with_database(Database::announcements).await
    }

    fn announce(&self, touched: BTreeSet<Scope>) {
        if !touched.is_empty() {
            // Nobody listening is no error.
            let _ = self.0.news.send(Arc::new(touched));
        }
    }
}

/// The server's clock, in milliseconds since 1970-01-01T00:00:00Z.
pub fn now_milliseconds() -> u64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| {
            u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
        })
}

#[derive(OpenApi)]
#[openapi(info(
    title = "Aftercheck 抽查后处理",
    description = "Merges changes, keeps accounts."
))]
struct Document;

/// Every endpoint under `/api`, and the announcements for everyone.
pub fn router(state: State) -> Router {
    let (router, document) = OpenApiRouter::with_openapi(Document::openapi())
        .routes(routes!(session::show, session::sign_in, session::sign_out))
        .routes(routes!(session::about))
        .routes(routes!(session::change_passphrase))
        .routes(routes!(session::welcome))
        .routes(routes!(session::invitation))
        .routes(routes!(accounts::list))
        .routes(routes!(accounts::people))
        .routes(routes!(accounts::edit))
        .routes(routes!(accounts::reset))
        .routes(routes!(accounts::invite))
        .routes(routes!(devices::list))
        .routes(routes!(devices::revoke))
        .routes(routes!(accounts::load_sample))
        .routes(routes!(
            attachments::look,
            attachments::put,
            attachments::get
        ))
        .routes(routes!(
            calendar::link,
            calendar::make_link,
            calendar::drop_link
        ))
        .routes(routes!(calendar::feed))
        .routes(routes!(calendar::once))
        .routes(routes!(case_files::take))
        .routes(routes!(exchange::exchange))
        .routes(routes!(exchange::review))
        .routes(routes!(exchange::news))
        .merge(crate::public::router())
        .split_for_parts();
    router
        .route(
            "/api/openapi.json",
            get(move || async move { Json(document) }),
        )
        .route(
            "/api/{*rest}",
            axum::routing::any(|| async { Problem::not_found() }),
        )
        .method_not_allowed_fallback(|| async { Problem::method_not_allowed() })
        .layer(DefaultBodyLimit::max(MAXIMUM_BODY_BYTES))
        .layer(RequestDecompressionLayer::new())
        // A first exchange is most of what a new device fetches of its cases.
        .layer(CompressionLayer::new().quality(CompressionLevel::Precise(7)))
        .with_state(state)
}
