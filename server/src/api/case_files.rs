//! Case files that the municipal bureau, which collates (article 3), takes into the ledger.

use axum::{Json, extract::State as AxumState};
use shared::{
    Role,
    travel::{Handed, Received},
};

use super::{
    State, now_milliseconds,
    problem::{Body, Problem},
    session::SignedIn,
};
use crate::import;

/// Takes case files in. The changes that they carry keep their ids, authors and times; what is in
/// the ledger already is passed over.
#[utoipa::path(
    post, path = "/api/case-files", request_body = Handed,
    responses((status = 200, body = Received), (status = 401, body = Problem), (status = 403, body = Problem), (status = 422, body = Problem)),
)]
pub(super) async fn take(
    AxumState(state): AxumState<State>,
    SignedIn(actor, _): SignedIn,
    Body(handed): Body<Handed>,
) -> Result<Json<Received>, Problem> {
    if actor.role != Role::Municipal {
        return Err(Problem::not_permitted());
    }
    let (received, touched) = state
        .with_database(move |database| {
            import::take_files(database, handed.cases, now_milliseconds())
        })
        .await?;
    state.announce(touched);
    Ok(Json(received))
}
