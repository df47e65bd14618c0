//! The search: over all cases of this device, as one types.

use std::{sync::Arc, time::Duration};

use leptos::{ev, prelude::*};
use leptos_router::{NavigateOptions, hooks::use_navigate};

use crate::{
    components::sprite::icon, keys::SEARCH_FIELD, model::ledger::LedgerRow, overview::Overview,
};

/// A click on a result comes before the list is taken away.
const LEAVING: Duration = Duration::from_millis(200);
/// The most results shown; the ledger shows the rest.
const SHOWN: usize = 8;

/// The field and, while something is in it, what it finds.
#[component]
pub(super) fn Search() -> impl IntoView {
    let overview = Overview::use_in();
    let typed = RwSignal::new(String::new());
    let open = RwSignal::new(false);
    let current = RwSignal::new(0_usize);
    let found = Memo::new(move |_| {
        let typed = typed.with(|typed| typed.trim().to_lowercase());
        if !open.get() || typed.is_empty() {
            return Vec::new();
        }
        overview.rows.with(|rows| {
            rows.iter()
                .filter(|row| row.matches(&typed))
                .take(SHOWN)
                .cloned()
                .collect()
        })
    });
    let is_shown = move || open.get() && !typed.with(|typed| typed.trim().is_empty());
    let navigate = use_navigate();
    let on_keydown = move |event: ev::KeyboardEvent| match event.key().as_str() {
        "ArrowDown" => {
            event.prevent_default();
            let last = found.with(|found| found.len().saturating_sub(1));
            current.update(|current| *current = (*current + 1).min(last));
        }
        "ArrowUp" => {
            event.prevent_default();
            current.update(|current| *current = current.saturating_sub(1));
        }
        "Enter" => {
            if let Some(row) = found.with(|found| found.get(current.get_untracked()).cloned()) {
                open.set(false);
                navigate(&row.address(), NavigateOptions::default());
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
                on:focus=move |_| open.set(true)
                on:blur=leave
                on:keydown=on_keydown
            />
            <kbd class="kbd" aria-hidden="true">"/"</kbd>
            <Show when=is_shown>
                <div class="found" id="found" role="listbox" aria-label="查找结果">
                    {move || results(&found.get(), current.get())}
                </div>
            </Show>
        </search>
    }
}

fn results(found: &[Arc<LedgerRow>], current: usize) -> AnyView {
    if found.is_empty() {
        return view! { <p class="found__say">"没有找到。本机只有本用户可见的案件。"</p> }
            .into_any();
    }
    found
        .iter()
        .enumerate()
        .map(|(index, row)| {
            view! {
                <a
                    class="found__item"
                    id=format!("found-{index}")
                    href=row.address()
                    role="option"
                    tabindex="-1"
                    aria-selected=if index == current { "true" } else { "false" }
                >
                    <span class="num">{row.number.clone()}</span>
                    <span>{row.enterprise.clone()}<i>{row.product.clone()}</i></span>
                    <small>{row.stage}</small>
                </a>
            }
        })
        .collect::<Vec<_>>()
        .into_any()
}
