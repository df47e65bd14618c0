//! 公告 for everyone: what the municipal bureau has published, as pages that need no script, as a
//! feed and as JSON (articles 22, 26). Nothing of an announcement that is not published is here.

mod page;
mod shown;

use axum::{
    Json, Router,
    extract::{Path, Query, State as AxumState},
    http::{
        StatusCode,
        header::{CONTENT_DISPOSITION, CONTENT_TYPE},
    },
    response::{IntoResponse, Response},
    routing::get,
};
use serde::Deserialize;
use shared::publication::document;
use utoipa_axum::{router::OpenApiRouter, routes};

pub use self::shown::Shown;
use crate::api::{Problem, State};

const STYLE: &str = include_str!("public.css");
const DOCX: &str = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";
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

/// One published announcement: a page, for reading and for printing; with `.docx` after its id the
/// document, laid out as all documents are.
#[utoipa::path(
    get, path = "/announcements/{id}", params(("id" = String, Path, description = "the announcement, or the announcement and .docx")),
    responses(
        (status = 200, description = "a page, or the document", content((String = "text/html"), (String = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"))),
        (status = 404, content_type = "text/html", body = String),
    ),
)]
async fn one(AxumState(state): AxumState<State>, Path(id): Path<String>) -> Response {
    if let Some(id) = id.strip_suffix(".docx") {
        return paper(&state, id).await;
    }
    match published(&state, &Search::default()).await {
        Ok(shown) => match shown.iter().find(|it| it.id == id) {
            Some(found) => page::one(found, &shown).into_response(),
            None => (StatusCode::NOT_FOUND, page::missing()).into_response(),
        },
        Err(_) => page::failed(),
    }
}

/// The document of a published announcement; of one that was withdrawn there is none any more.
async fn paper(state: &State, id: &str) -> Response {
    let Ok(all) = state.announcements().await else {
        return page::failed();
    };
    let own = id.parse().ok().and_then(|id| all.get(&id));
    let Some(own) = own.filter(|it| it.published.is_some() && it.withdrawn.is_none()) else {
        return (StatusCode::NOT_FOUND, page::missing()).into_response();
    };
    let document = document(own);
    let name = format!("{} {}.docx", document.title, document.number);
    let disposition = format!("attachment; filename*=UTF-8''{}", in_header(&name));
    match sheets::docx::docx(&document, &[]) {
        Ok(bytes) => (
            [(CONTENT_TYPE, DOCX), (CONTENT_DISPOSITION, &disposition)],
            bytes,
        )
            .into_response(),
        Err(_) => page::failed(),
    }
}

/// A name as a header may carry it (RFC 8187): every byte but letters and digits by its number.
fn in_header(name: &str) -> String {
    let byte = |byte: u8| match byte {
        plain if plain.is_ascii_alphanumeric() || b"-._".contains(&plain) => {
            char::from(plain).to_string()
        }
        other => format!("%{other:02X}"),
    };
    name.bytes().map(byte).collect()
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
