//! What administrators do.

use axum::{Json, extract::State as AxumState, http::StatusCode};
use shared::{
    Role,
    account::{Account, Invitation, WelcomeToken, check_office},
};

use super::{
    State, now_milliseconds,
    problem::{Body, Problem},
    session::SignedIn,
};
use crate::sample;

fn only_administrators(signed_in: &SignedIn) -> Result<(), Problem> {
    if signed_in.0.role == Role::Administrator {
        Ok(())
    } else {
        Err(Problem::not_permitted())
    }
}

/// Every account.
#[utoipa::path(get, path = "/api/accounts", responses((status = 200, body = Vec<Account>), (status = 403, body = Problem)))]
pub(super) async fn list(
    AxumState(state): AxumState<State>,
    signed_in: SignedIn,
) -> Result<Json<Vec<Account>>, Problem> {
    only_administrators(&signed_in)?;
    Ok(Json(
        state.with_database(crate::db::Database::accounts).await?,
    ))
}

/// Makes a one-time link for an account; its token goes behind `/welcome#`.
#[utoipa::path(
    post, path = "/api/invitations", request_body = Invitation,
    responses((status = 200, body = WelcomeToken), (status = 403, body = Problem), (status = 422, body = Problem)),
)]
pub(super) async fn invite(
    AxumState(state): AxumState<State>,
    signed_in: SignedIn,
    Body(invitation): Body<Invitation>,
) -> Result<Json<WelcomeToken>, Problem> {
    only_administrators(&signed_in)?;
    check_office(invitation.role, &invitation.office)?;
    let token = state
        .with_database(move |database| database.invite(&invitation, now_milliseconds()))
        .await?;
    Ok(Json(WelcomeToken { token }))
}

/// Loads the sample ledger: invented cases around today. What is there already stays as it is.
#[utoipa::path(post, path = "/api/sample", responses((status = 204), (status = 403, body = Problem)))]
pub(super) async fn load_sample(
    AxumState(state): AxumState<State>,
    signed_in: SignedIn,
) -> Result<StatusCode, Problem> {
    only_administrators(&signed_in)?;
    let SignedIn(actor, _) = signed_in;
    let touched = state
        .with_database(move |database| sample::load(database, &actor.user, now_milliseconds()))
        .await?;
    state.announce(touched);
    Ok(StatusCode::NO_CONTENT)
}
