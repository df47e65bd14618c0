//! Exchanges with devices, and the news that tells them when one is worth their while.

use std::{convert::Infallible, time::Duration};

use axum::{
    Json,
    extract::State as AxumState,
    http::{HeaderMap, header::USER_AGENT},
    response::sse::{Event, KeepAlive, Sse},
};
use axum_extra::extract::CookieJar;
use shared::{
    Role,
    sync::{
        ExchangeRequest, ExchangeResponse, Scope,
        wire::{MAXIMUM_PUSH_CHANGES, PROTOCOL, ReviewRow},
    },
};
use tokio_stream::{Stream, StreamExt, wrappers::BroadcastStream};

use super::{
    State,
    devices::name_of,
    now_milliseconds,
    problem::{Body, Problem},
    session::{SignedIn, token},
};
use crate::db::AtDevice;

/// How often a quiet stream of news says that it is still there.
const KEEP_ALIVE: Duration = Duration::from_secs(15);

/// Settles what a device has recorded, and gives it what is new for its user.
#[utoipa::path(
    post, path = "/api/exchange", request_body = ExchangeRequest,
    responses(
        (status = 200, body = ExchangeResponse), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 422, body = Problem), (status = 426, body = Problem),
    ),
)]
pub(super) async fn exchange(
    AxumState(state): AxumState<State>,
    headers: HeaderMap,
    Body(request): Body<ExchangeRequest>,
) -> Result<Json<ExchangeResponse>, Problem> {
    let token = token(&CookieJar::from_headers(&headers))?;
    let (asked, device) = (token.clone(), request.device.clone());
    let actor = state
        .with_database(move |database| database.at_device(&asked, &device, now_milliseconds()))
        .await?
        .ok_or_else(Problem::not_signed_in)?;
    if request.protocol != PROTOCOL {
        return Err(Problem::version_too_old());
    }
    if request.push.len() > MAXIMUM_PUSH_CHANGES {
        return Err(Problem::invalid(
            "too_many_changes",
            format!("a push has at most {MAXIMUM_PUSH_CHANGES} changes"),
        ));
    }
    if request.cursor > MAXIMUM_NUMBER || request.settled > MAXIMUM_NUMBER {
        return Err(Problem::invalid(
            "malformed",
            "cursor and settled are at most 2^53",
        ));
    }
    let name = name_of(
        headers
            .get(USER_AGENT)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default(),
    );
    let turn = state.0.exchanges.acquire().await;
    let turn = turn.map_err(|_| Problem::internal())?;
    let exchanged = state
        .with_database(move |database| {
            let now = now_milliseconds();
            let exchanged = database.exchange(&actor, &request, now)?;
            let settled = exchanged.response.settled;
            let left = request.push.iter().filter(|it| it.id.sequence > settled);
            let at = AtDevice {
                token: &token,
                device: &request.device,
                name: &name,
                unsent: left.count() as u64,
            };
            database.note_contact(at, now)?;
            Ok(exchanged)
        })
        .await?;
    drop(turn);
    state.announce(exchanged.touched);
    Ok(Json(exchanged.response))
}

/// The largest number that survives JavaScript.
const MAXIMUM_NUMBER: u64 = 1 << 53;

/// The changes of the user that were not taken; for the municipal bureau, those of all users.
#[utoipa::path(get, path = "/api/review", responses((status = 200, body = Vec<ReviewRow>), (status = 401, body = Problem)))]
pub(super) async fn review(
    AxumState(state): AxumState<State>,
    SignedIn(actor, _): SignedIn,
) -> Result<Json<Vec<ReviewRow>>, Problem> {
    let author = (actor.role != Role::Municipal).then_some(actor.user);
    Ok(Json(
        state
            .with_database(move |database| database.review(author.as_deref()))
            .await?,
    ))
}

/// A stream of server-sent events: one named `news` whenever there is something new for the user.
#[utoipa::path(
    get, path = "/api/news",
    responses((status = 200, content_type = "text/event-stream", body = String), (status = 401, body = Problem)),
)]
pub(super) async fn news(
    AxumState(state): AxumState<State>,
    SignedIn(actor, _): SignedIn,
) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let scope = Scope::of(&actor);
    let stream = BroadcastStream::new(state.0.news.subscribe()).filter_map(move |touched| {
        // One who fell behind is told to ask.
        let mine = touched.is_ok_and(|touched| !touched.contains(&scope));
        // A browser passes over an event that has no data.
        (!mine).then(|| Ok(Event::default().event("news").data("ask")))
    });
    Sse::new(stream).keep_alive(KeepAlive::new().interval(KEEP_ALIVE))
}
