//! The bar: search, how the sync stands, the office, the user.

use leptos::prelude::*;

use super::{search::Search, sync_mark::SyncMark, user_menu::UserMenu};
use crate::session::Session;

/// The head of the page.
#[component]
pub(super) fn Bar() -> impl IntoView {
    let session = Session::use_in();
    let office = move || {
        session
            .profile()
            .get()
            .map(|profile| profile.office_name.clone())
    };
    view! {
        <header class="bar">
            <Search />
            <SyncMark />
            <span class="bar__fact is-wide">{office}</span>
            <UserMenu />
        </header>
    }
}
