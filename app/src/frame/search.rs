//! The search: over all cases of this device, as one types.
//!
//! The field is there at once; what searches comes when somebody first goes to it.

mod found;

use std::time::Duration;

use leptos::{ev, prelude::*};
use leptos_router::{NavigateOptions, hooks::use_navigate};

pub(crate) use self::found::Found;
use crate::{
    components::sprite::icon,
    keys::{self, SEARCH_FIELD},
    lazy,
};

/// A click on a result comes before the list is taken away.
const LEAVING: Duration = Duration::from_millis(200);

/// What is typed, and what it finds. In context of the field and its list.
#[derive(Clone, Copy)]
struct Searching {
    typed: RwSignal<String>,
    open: RwSignal<bool>,
    current: RwSignal<usize>,
    found: RwSignal<Vec<Hit>>,
}

/// A case that was found.
#[derive(Clone, PartialEq)]
struct Hit {
    address: String,
    number: String,
    enterprise: String,
    product: String,
    stage: &'static str,
}

/// The field and, while something is in it, what it finds.
#[component]
pub(super) fn Search() -> impl IntoView {
    let searching = Searching {
        typed: RwSignal::new(String::new()),
        open: RwSignal::new(false),
        current: RwSignal::new(0),
        found: RwSignal::new(Vec::new()),
    };
    provide_context(searching);
    let Searching {
        typed,
        open,
        current,
        found,
    } = searching;
    let wanted = RwSignal::new(false);
    let is_shown = move || open.get() && !typed.with(|typed| typed.trim().is_empty());
    let navigate = use_navigate();
    let on_keydown = move |event: ev::KeyboardEvent| match event.key().as_str() {
        "ArrowDown" => {
            event.prevent_default();
            let last = found.with_untracked(|found| found.len().saturating_sub(1));
            current.update(|current| *current = (*current + 1).min(last));
        }
        "ArrowUp" => {
            event.prevent_default();
            current.update(|current| *current = current.saturating_sub(1));
        }
        "Enter" => {
            let chosen = current.get_untracked();
            if let Some(hit) = found.with_untracked(|found| found.get(chosen).cloned()) {
                open.set(false);
                // What is typed next is for the case.
                keys::focus("main");
                navigate(&hit.address, NavigateOptions::default());
            }
        }
        "Escape" => {
            open.set(false);
            typed.set(String::new());
        }
        _ => {}
    };
    let on_input = move |event: ev::Targeted<ev::Event, web_sys::HtmlInputElement>| {
        typed.set(event.target().value());
        current.set(0);
        open.set(true);
    };
    let leave = move |_| set_timeout(move || open.set(false), LEAVING);
    view! {
        <search class="search">
            {icon("i-find", "16")}
            <label class="vh" for=SEARCH_FIELD>"查找案件、企业、产品、报告"</label>
            <input
                id=SEARCH_FIELD
                type="search"
                placeholder="案号、企业、产品、拼音首字母"
                autocomplete="off"
                role="combobox"
                aria-expanded=move || if is_shown() { "true" } else { "false" }
                aria-controls="found"
                aria-autocomplete="list"
                aria-activedescendant=move || is_shown().then(|| format!("found-{}", current.get()))
                prop:value=move || typed.get()
                on:input:target=on_input
                on:focus=move |_| {
                    wanted.set(true);
                    open.set(true);
                }
                on:blur=leave
                on:keydown=on_keydown
            />
            <kbd class="kbd" aria-hidden="true">"/"</kbd>
            <Show when=move || wanted.get()>{lazy::found()}</Show>
        </search>
    }
}
