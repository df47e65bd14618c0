//! The marks and icons of every screen as one hidden drawing that `<use>` points into.

use leptos::prelude::*;

/// A mark's name, the side of its square in units, and what is drawn in it.
///
/// Marks (`m-`) stand before the word of a status; icons (`i-`) stand in controls.
const SYMBOLS: [(&str, &str, &str); 22] = [
    (
        "m-overdue",
        "12",
        r#"<path fill="currentColor" d="M6 .7 11.8 11.2H.2z"/>"#,
    ),
    (
        "m-today",
        "12",
        r#"<circle cx="6" cy="6" r="5" fill="currentColor"/>"#,
    ),
    (
        "m-soon",
        "12",
        r#"<circle cx="6" cy="6" r="4.4" fill="none" stroke="currentColor" stroke-width="1.4"/><path fill="currentColor" d="M6 1.6a4.4 4.4 0 0 0 0 8.8z"/>"#,
    ),
    (
        "m-running",
        "12",
        r#"<circle cx="6" cy="6" r="4.4" fill="none" stroke="currentColor" stroke-width="1.4"/>"#,
    ),
    (
        "m-done",
        "12",
        r#"<path fill="none" stroke="currentColor" stroke-width="1.9" d="M1.3 6.4 4.6 9.7 10.8 2.6"/>"#,
    ),
    (
        "m-late",
        "12",
        r#"<path fill="none" stroke="currentColor" stroke-width="1.8" d="M1.6 4.6 4.6 7.6 10.4 1.2M1 10.9h10"/>"#,
    ),
    (
        "m-lapsed",
        "12",
        r#"<path fill="none" stroke="currentColor" stroke-width="1.8" d="m2 2 8 8m0-8-8 8"/>"#,
    ),
    (
        "m-waived",
        "12",
        r#"<path stroke="currentColor" stroke-width="1.9" d="M1.2 6h9.6"/>"#,
    ),
    (
        "m-disputed",
        "12",
        r#"<path fill="currentColor" d="M5.2.8v10.4L.4 6z"/><path fill="none" stroke="currentColor" stroke-width="1.2" d="M7.4 2.3 10.8 6 7.4 9.7z"/>"#,
    ),
    (
        "m-provisional",
        "12",
        r#"<circle cx="6" cy="6" r="4.4" fill="none" stroke="currentColor" stroke-width="1.6" stroke-dasharray="2.3 2.3"/>"#,
    ),
    (
        "m-missing",
        "12",
        r#"<path fill="none" stroke="currentColor" stroke-width="1.3" stroke-dasharray="2 1.6" d="M1.5 1.5h9v9h-9z"/>"#,
    ),
    (
        "m-note",
        "12",
        r#"<path fill="none" stroke="currentColor" stroke-width="1.4" d="M6 5.2v5M6 1.8v1.6"/>"#,
    ),
    (
        "i-find",
        "16",
        r#"<circle cx="7" cy="7" r="4.6" fill="none" stroke="currentColor" stroke-width="1.5"/><path stroke="currentColor" stroke-width="1.5" d="m10.4 10.4 3.8 3.8"/>"#,
    ),
    (
        "i-x",
        "12",
        r#"<path stroke="currentColor" stroke-width="1.4" d="m3 3 6 6m0-6-6 6"/>"#,
    ),
    (
        "i-down",
        "12",
        r#"<path fill="none" stroke="currentColor" stroke-width="1.4" d="m2.5 4.5 3.5 3.5 3.5-3.5"/>"#,
    ),
    (
        "i-up",
        "12",
        r#"<path fill="none" stroke="currentColor" stroke-width="1.4" d="M6 10.5v-9M2.5 5 6 1.5 9.5 5"/>"#,
    ),
    (
        "i-fall",
        "12",
        r#"<path fill="none" stroke="currentColor" stroke-width="1.4" d="M6 1.5v9M2.5 7 6 10.5 9.5 7"/>"#,
    ),
    (
        "i-send",
        "12",
        r#"<path fill="none" stroke="currentColor" stroke-width="1.4" d="M3.5 10.5v-9M1 4l2.5-2.5L6 4M8.5 1.5v9M6 8l2.5 2.5L11 8"/>"#,
    ),
    (
        "i-camera",
        "24",
        r#"<path fill="none" stroke="currentColor" stroke-width="1.7" d="M2.8 7h4.4l1.6-2.6h6.4L16.8 7h4.4v12.5H2.8z"/><circle cx="12" cy="12.8" r="3.7" fill="none" stroke="currentColor" stroke-width="1.7"/>"#,
    ),
    (
        "i-pen",
        "24",
        r#"<path fill="none" stroke="currentColor" stroke-width="1.7" d="m4 20 1-4.5L16.5 4 20 7.5 8.5 19zM13.5 7l3.5 3.5"/>"#,
    ),
    (
        "i-paper",
        "24",
        r#"<path fill="none" stroke="currentColor" stroke-width="1.7" d="M5 3.5h9l5 5v12H5zM13.5 3.5v5.5h5.5M8.5 13h7M8.5 16.5h7"/>"#,
    ),
    (
        "i-offline",
        "16",
        r#"<path fill="none" stroke="currentColor" stroke-width="1.5" d="M1.5 6.2a9.6 9.6 0 0 1 13 0M4 9a6 6 0 0 1 8 0M2.2 14 13.8 2"/><circle cx="8" cy="12" r="1.3" fill="currentColor"/>"#,
    ),
];

/// The drawing itself, once a page.
#[component]
pub(crate) fn Sprite() -> impl IntoView {
    let symbols: String = SYMBOLS
        .iter()
        .map(|(name, side, drawing)| {
            format!(r#"<symbol id="{name}" viewBox="0 0 {side} {side}">{drawing}</symbol>"#)
        })
        .collect();
    view! { <svg class="sprite" aria-hidden="true" inner_html=symbols></svg> }
}

/// One drawing of the sprite at `side` pixels. It says nothing: the word beside it does.
pub(crate) fn icon(name: &'static str, side: &'static str) -> AnyView {
    view! {
        <svg width=side height=side aria-hidden="true">
            <use href=format!("#{name}") />
        </svg>
    }
    .into_any()
}

/// The mark before the word of a status, in the colour of the text around it.
pub(crate) fn mark(name: &'static str) -> AnyView {
    view! {
        <svg class="mark" aria-hidden="true">
            <use href=format!("#{name}") />
        </svg>
    }
    .into_any()
}
