//! What administrators do.

use axum::{
    Json,
    extract::{Path, State as AxumState},
    http::StatusCode,
};
use shared::{
    Actor, Role,
    account::{Account, AccountEdit, Invitation, Person, WelcomeToken, check_names, check_office},
    sync::Scope,
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

/// The names of those whose work the user comes to see: of the own office, of the municipal bureau,
/// and for a district of the inspection bodies; the municipal bureau knows everybody.
#[utoipa::path(get, path = "/api/people", responses((status = 200, body = Vec<Person>), (status = 401, body = Problem)))]
pub(super) async fn people(
    AxumState(state): AxumState<State>,
    SignedIn(reader, _): SignedIn,
) -> Result<Json<Vec<Person>>, Problem> {
    let accounts = state.with_database(crate::db::Database::accounts).await?;
    let known = accounts
        .into_iter()
        .filter(|account| knows(&reader, &account.actor));
    let people = known.map(|account| Person {
        user: account.actor.user,
        display: account.display,
    });
    Ok(Json(people.collect()))
}

fn knows(reader: &Actor, other: &Actor) -> bool {
    let same_office = (reader.role, &reader.office) == (other.role, &other.office);
    same_office
        || other.role == Role::Municipal
        || match reader.role {
            Role::Municipal | Role::Administrator => true,
            Role::District => other.role == Role::InspectionBody,
            Role::InspectionBody => false,
        }
}

/// Makes of an account what the administrator says: its name, role and office, and whether it may
/// sign in. Its devices hear of it.
#[utoipa::path(
    put, path = "/api/accounts/{user}", params(("user" = String, Path)), request_body = AccountEdit,
    responses(
        (status = 204), (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem), (status = 422, body = Problem),
    ),
)]
pub(super) async fn edit(
    AxumState(state): AxumState<State>,
    signed_in: SignedIn,
    Path(user): Path<String>,
    Body(edit): Body<AccountEdit>,
) -> Result<StatusCode, Problem> {
    only_administrators(&signed_in)?;
    check_names(&user, &edit.display)?;
    check_office(edit.role, &edit.office)?;
    let before = state
        .with_database(move |database| database.edit_account(&user, &edit, now_milliseconds()))
        .await?;
    state.announce([Scope::of(&before)].into());
    Ok(StatusCode::NO_CONTENT)
}

/// Makes a one-time link by which the owner of an account sets a new passphrase.
#[utoipa::path(
    post, path = "/api/accounts/{user}/reset", params(("user" = String, Path)),
    responses((status = 200, body = WelcomeToken), (status = 403, body = Problem), (status = 404, body = Problem)),
)]
pub(super) async fn reset(
    AxumState(state): AxumState<State>,
    signed_in: SignedIn,
    Path(user): Path<String>,
) -> Result<Json<WelcomeToken>, Problem> {
    only_administrators(&signed_in)?;
    let token = state
        .with_database(move |database| {
            let invitation = database.reset_of(&user)?;
            database.invite(&invitation, now_milliseconds())
        })
        .await?;
    Ok(Json(WelcomeToken { token }))
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
    // A new passphrase for an account is asked for by that account.
    let invitation = Invitation {
        user: None,
        ..invitation
    };
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
