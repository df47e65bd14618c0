//! A table in a box of its own that scrolls sideways: the page never does.

use leptos::prelude::*;

/// The table; its rows are given as children.
#[component]
pub(crate) fn Table(
    /// What stands over the columns.
    #[prop(into)]
    heads: Vec<&'static str>,
    /// What the style sheet calls it beside `rows`.
    #[prop(optional)]
    class: &'static str,
    /// What the box is called, where a keyboard is to stop at it.
    #[prop(optional)]
    name: Option<&'static str>,
    children: Children,
) -> impl IntoView {
    let heads = heads
        .into_iter()
        .map(|head| view! { <th scope="col">{head}</th> })
        .collect::<Vec<_>>();
    view! {
        <div class="rows--scroll" role=name.map(|_| "region") aria-label=name tabindex=name.map(|_| "0")>
            <table class=format!("rows {class}")>
                <thead><tr>{heads}</tr></thead>
                <tbody>{children()}</tbody>
            </table>
        </div>
    }
}
