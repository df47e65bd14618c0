//! 公告 for everyone: what the municipal bureau has published, as pages that need no script, as a
//! feed and as JSON (articles 22, 26). Nothing of an announcement that is not published is here.

mod page;
mod shown;

use axum::{
    Json, Router,
    extract::{Path, Query, State as AxumState},
    http::{StatusCode, header::CONTENT_TYPE},
    response::{IntoResponse, Response},
    routing::get,
};
use serde::Deserialize;
use utoipa_axum::{router::OpenApiRouter, routes};

pub use self::shown::Shown;
use crate::api::{Problem, State};

const STYLE: &str = include_str!("public.css");
/// Where the pages' own sheet is served.
const STYLE_PATH: &str = "/announcements/style.css";

/// What is looked for.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Search {
    /// Words that title, number, text, an enterprise or a product must hold; all where left out.
    #[serde(default)]
    q: String,
}

/// The pages, with their entries in the description of the interface.
pub(crate) fn router() -> OpenApiRouter<State> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(one))
        .routes(routes!(json))
        .routes(routes!(feed))
        .merge(OpenApiRouter::from(Router::new().route(
            STYLE_PATH,
            get(|| async { ([(CONTENT_TYPE, "text/css; charset=utf-8")], STYLE) }),
        )))
}

async fn published(state: &State, search: &Search) -> Result<Vec<Shown>, Problem> {
    let all = state.announcements().await?;
    let mut shown = Shown::all(&all);
    shown.retain(|it| it.holds(&search.q));
    Ok(shown)
}

/// The published announcements, the latest first.
#[utoipa::path(
    get, path = "/announcements", params(Search),
    responses((status = 200, content_type = "text/html", body = String)),
)]
async fn list(AxumState(state): AxumState<State>, Query(search): Query<Search>) -> Response {
    match published(&state, &search).await {
        Ok(shown) => page::list(&shown, search.q.trim()).into_response(),
        Err(_) => page::failed(),
    }
}

/// One published announcement: a page, for reading and for printing.
#[utoipa::path(
    get, path = "/announcements/{id}", params(("id" = String, Path, description = "the announcement")),
    responses(
        (status = 200, content_type = "text/html", body = String),
        (status = 404, content_type = "text/html", body = String),
    ),
)]
async fn one(AxumState(state): AxumState<State>, Path(id): Path<String>) -> Response {
    match published(&state, &Search::default()).await {
        Ok(shown) => match shown.iter().find(|it| it.id == id) {
            Some(found) => page::one(found, &shown).into_response(),
            None => (StatusCode::NOT_FOUND, page::missing()).into_response(),
        },
        Err(_) => page::failed(),
    }
}

/// The published announcements as JSON, the latest first.
#[utoipa::path(
    get, path = "/announcements.json", params(Search),
    responses((status = 200, body = Vec<Shown>), (status = 500, body = Problem)),
)]
async fn json(
    AxumState(state): AxumState<State>,
    Query(search): Query<Search>,
) -> Result<Json<Vec<Shown>>, Problem> {
    published(&state, &search).await.map(Json)
}

/// The published announcements as an Atom feed (RFC 4287), the latest first.
#[utoipa::path(
    get, path = "/announcements/feed.atom",
    responses((status = 200, content_type = "application/atom+xml", body = String), (status = 500, body = Problem)),
)]
async fn feed(AxumState(state): AxumState<State>) -> Result<Response, Problem> {
    let shown = published(&state, &Search::default()).await?;
    let kind = [(CONTENT_TYPE, "application/atom+xml; charset=utf-8")];
    Ok((kind, page::feed(&shown)).into_response())
}
