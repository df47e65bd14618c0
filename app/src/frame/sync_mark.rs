//! The one quiet mark that says how this device and the server stand to each other.

use leptos::prelude::*;

use crate::{
    components::{sprite::icon, status::Look},
    session::Session,
    words::sync as words,
};

/// Shape, word and time; a link to what waits.
#[component]
pub(super) fn SyncMark() -> impl IntoView {
    let session = Session::use_in();
    let mark = move || {
        let state = session.sync_state().get();
        let look = words::look(&state);
        let shape = match words::icon_of(&state) {
            Some(name) => icon(name, "16"),
            None => look.mark(),
        };
        // Quiet while nothing is wrong: the shape then has the colour of the text.
        let class = if matches!(look, Look::Done | Look::Later | Look::Provisional) {
            "bar__fact"
        } else {
            look.class()
        };
        let (word, at) = words::brief(&state, session.today().get());
        view! {
            <span class=class>{shape} <span>{word} {at.map(|at| view! { " "<time>{at}</time> })}</span></span>
        }
        .into_any()
    };
    view! {
        <span class="bar__push" role="status">
            <a class="bar__fact" href="/sync">{mark}</a>
        </span>
    }
}
