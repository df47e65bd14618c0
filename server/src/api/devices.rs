//! Devices of users, and ending them.

use axum::{
    Json,
    extract::{Path, State as AxumState},
    http::StatusCode,
};
use shared::{Role, account::KnownDevice, sync::Scope};

use super::{State, now_milliseconds, problem::Problem, session::SignedIn};

/// The user's devices; for an administrator, those of all users.
#[utoipa::path(get, path = "/api/devices", responses((status = 200, body = Vec<KnownDevice>), (status = 401, body = Problem)))]
pub(super) async fn list(
    AxumState(state): AxumState<State>,
    SignedIn(actor, _): SignedIn,
) -> Result<Json<Vec<KnownDevice>>, Problem> {
    let user = (actor.role != Role::Administrator).then_some(actor.user);
    let devices = state
        .with_database(move |database| database.devices(user.as_deref()))
        .await?;
    Ok(Json(devices))
}

/// Ends a device of the user's own, or as an administrator anybody's: it is given nothing more, and
/// when it is next in touch all that the server has goes from it. What it has not sent stays there.
#[utoipa::path(
    delete, path = "/api/devices/{device}", params(("device" = String, Path)),
    responses((status = 204), (status = 401, body = Problem), (status = 404, body = Problem)),
)]
pub(super) async fn revoke(
    AxumState(state): AxumState<State>,
    SignedIn(actor, _): SignedIn,
    Path(device): Path<String>,
) -> Result<StatusCode, Problem> {
    let ended = state
        .with_database(move |database| {
            let user = database.user_of_device(&device)?;
            let may = actor.role == Role::Administrator;
            if user.is_some_and(|user| may || user == actor.user) {
                database.revoke_device(&device, now_milliseconds())
            } else {
                Ok(None)
            }
        })
        .await?;
    // Somebody else's device does not exist for the user.
    let ended = ended.ok_or_else(Problem::unknown_device)?;
    state.announce([Scope::of(&ended)].into());
    Ok(StatusCode::NO_CONTENT)
}

/// Browser and system, from what a browser says of itself.
pub(super) fn name_of(user_agent: &str) -> String {
    let first = |known: &[(&str, &'static str)]| {
        let found = known.iter().find(|(mark, _)| user_agent.contains(mark));
        found.map(|(_, name)| *name)
    };
    // Most browsers name others as well: the particular ones come first.
    let browser = first(&[
        ("Edg/", "Edge"),
        ("Firefox/", "Firefox"),
        ("Chrome/", "Chrome"),
        ("Safari/", "Safari"),
    ]);
    let system = first(&[
        ("Android", "Android"),
        ("iPad", "iPad"),
        ("iPhone", "iPhone"),
        ("Windows", "Windows"),
        ("Mac OS", "macOS"),
        ("CrOS", "ChromeOS"),
        ("Linux", "Linux"),
    ]);
    let parts: Vec<_> = system.into_iter().chain(browser).collect();
    parts.join(" · ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn devices_are_named_by_system_and_browser() {
        for (user_agent, name) in [
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0",
                "Windows · Edge",
            ),
            (
                "Mozilla/5.0 (Linux; Android 14; SM-X210) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36",
                "Android · Chrome",
            ),
            (
                "Mozilla/5.0 (iPad; CPU OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 Mobile/15E148 Safari/604.1",
                "iPad · Safari",
            ),
            (
                "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
                "Linux · Firefox",
            ),
            ("curl/8.5.0", ""),
        ] {
            assert_eq!(name_of(user_agent), name);
        }
    }
}
