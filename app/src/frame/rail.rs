//! The rail: where one can go. Only what exists, and only what the role has a use for.

use leptos::prelude::*;
use leptos_router::hooks::use_location;
use shared::Role;

use crate::{model::duty::scopes_of, overview::Overview, session::Session, update};

const ALL: &[Role] = &[
    Role::Administrator,
    Role::Municipal,
    Role::District,
    Role::InspectionBody,
];
const WITH_CASES: &[Role] = &[Role::Municipal, Role::District, Role::InspectionBody];
const WHO_IMPORT: &[Role] = &[Role::Municipal, Role::InspectionBody];
const WHO_ANNOUNCE: &[Role] = &[Role::Municipal, Role::District];
const WHO_ADMINISTER: &[Role] = &[Role::Administrator, Role::Municipal];

/// Name, address, and for whom.
const PLACES: [(&str, &str, &[Role]); 8] = [
    ("今日", "/", WITH_CASES),
    ("台账", "/ledger", WITH_CASES),
    ("导入", "/import", WHO_IMPORT),
    ("公告", "/bureau/announcements", WHO_ANNOUNCE),
    ("报送", "/bureau/status", WHO_ANNOUNCE),
    ("分析", "/analysis", WITH_CASES),
    ("工作日", "/calendar", ALL),
    ("同步", "/sync", ALL),
];
const ADMINISTRATION: (&str, &str, &[Role]) = ("管理", "/admin", WHO_ADMINISTER);

/// The main navigation.
#[component]
pub(super) fn Rail() -> impl IntoView {
    let session = Session::use_in();
    let role = move || session.profile().get().map(|profile| profile.actor.role);
    Effect::new(move || {
        if role().is_some_and(|role| WHO_IMPORT.contains(&role)) {
            update::keep_imports();
        }
    });
    let places = move || {
        let role = role();
        let for_role = |place: &(&'static str, &'static str, &'static [Role])| {
            role.is_some_and(|role| place.2.contains(&role))
        };
        let mut places: Vec<AnyView> = PLACES
            .iter()
            .filter(|place| for_role(place))
            .map(|place| item(place.0, place.1, role))
            .collect();
        if for_role(&ADMINISTRATION) {
            places.push(view! { <li class="rail__gap" aria-hidden="true"></li> }.into_any());
            places.push(item(ADMINISTRATION.0, ADMINISTRATION.1, role));
        }
        places
    };
    view! {
        <nav class="rail" aria-label="主导航">
            <div class="rail__name">"抽查后处理"</div>
            <ul class="rail__list">{places}</ul>
        </nav>
    }
}

fn item(name: &'static str, address: &'static str, role: Option<Role>) -> AnyView {
    let path = use_location().pathname;
    // A case is opened from the ledger and belongs to it.
    let here = move || {
        let path = path.get();
        let is_below = address != "/" && path.starts_with(address);
        let is_here =
            path == address || is_below || (address == "/ledger" && path.starts_with("/cases/"));
        is_here.then_some("page")
    };
    let count = (address == "/").then(|| {
        let overview = Overview::use_in();
        let parties = role
            .and_then(|role| scopes_of(role).first().map(|(_, parties)| *parties))
            .unwrap_or_default();
        move || match overview.duties.with(|duties| {
            duties
                .iter()
                .filter(|duty| parties.contains(&duty.party))
                .count()
        }) {
            0 => ().into_any(),
            count => view! { <span class="rail__n num">{count}</span> }.into_any(),
        }
    });
    view! {
        <li>
            <a class="rail__item" href=address aria-current=here>
                {name}
                {count}
            </a>
        </li>
    }
    .into_any()
}
