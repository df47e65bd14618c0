//! What the search finds.

use leptos::prelude::*;

use super::{Hit, Searching};
use crate::{model::ledger::LedgerRow, overview::Overview};

/// The most results shown; the ledger shows the rest.
const SHOWN: usize = 8;

/// Searches while something is in the field, and lists what is found under it.
#[component]
pub(crate) fn Found() -> impl IntoView {
    let Searching {
        typed,
        open,
        current,
        found,
    } = expect_context();
    let rows = Overview::use_in().rows();
    let is_shown = move || open.get() && !typed.with(|typed| typed.trim().is_empty());
    Effect::new(move |_| {
        let typed = typed.with(|typed| typed.trim().to_lowercase());
        found.set(if open.get() && !typed.is_empty() {
            rows.with(|rows| {
                let matching = rows.iter().filter(|row| row.matches(&typed, ""));
                matching.take(SHOWN).map(|row| hit(row)).collect()
            })
        } else {
            Vec::new()
        });
    });
    view! {
        <Show when=is_shown>
            <div class="found" id="found" role="listbox" aria-label="查找结果">
                {move || results(&found.get(), current.get())}
            </div>
        </Show>
    }
}

fn hit(row: &LedgerRow) -> Hit {
    Hit {
        address: row.address(),
        number: row.number.clone(),
        enterprise: row.enterprise.clone(),
        product: row.product.clone(),
        stage: row.stage,
    }
}

fn results(found: &[Hit], current: usize) -> AnyView {
    if found.is_empty() {
        return view! { <p class="found__say">"没有找到。本机只有本用户可见的案件。"</p> }
            .into_any();
    }
    found
        .iter()
        .enumerate()
        .map(|(index, hit)| {
            view! {
                <a
                    class="found__item"
                    id=format!("found-{index}")
                    href=hit.address.clone()
                    role="option"
                    tabindex="-1"
                    aria-selected=if index == current { "true" } else { "false" }
                >
                    <span class="num">{hit.number.clone()}</span>
                    <span>{hit.enterprise.clone()}<i>{hit.product.clone()}</i></span>
                    <small>{hit.stage}</small>
                </a>
            }
        })
        .collect::<Vec<_>>()
        .into_any()
}
