//! The keyboard: what each key does, everywhere the same.

use leptos::{ev, prelude::*};
use wasm_bindgen::JsCast;
use web_sys::KeyboardEvent;

/// The id of the search field.
pub(crate) const SEARCH_FIELD: &str = "search";

/// Every key with what it does, for the page that `?` opens.
pub(crate) const HELP: [(&[&str], &str); 12] = [
    (&["/"], "查找案件"),
    (&["g", "t"], "今日"),
    (&["g", "l"], "台账"),
    (&["g", "s"], "同步"),
    (&["j", "↓"], "下一行"),
    (&["k", "↑"], "上一行"),
    (&["Enter"], "打开当前行"),
    (&["a"], "办理当前行"),
    (&["r"], "登记事件（案件页）"),
    (&["x"], "选中当前行（台账）"),
    (&["Esc"], "收起、退出"),
    (&["?"], "本页"),
];

/// Whether the key belongs to what is being typed, to the control that has the focus, or to the browser.
fn is_taken(event: &KeyboardEvent) -> bool {
    let takers = match event.key().as_str() {
        "Enter" | " " => "input, textarea, select, dialog[open], a, button, summary",
        _ => "input, textarea, select, dialog[open]",
    };
    let taken = event
        .target()
        .and_then(|target| target.dyn_into::<web_sys::Element>().ok())
        .is_some_and(|element| element.closest(takers).is_ok_and(|found| found.is_some()));
    taken || event.ctrl_key() || event.meta_key() || event.alt_key() || event.default_prevented()
}

/// Hands every key that nothing else takes to `handle` for as long as the page is shown;
/// where that answers `true` the browser does not use it too.
pub(crate) fn on_key(handle: impl Fn(&str) -> bool + 'static) {
    let listener = window_event_listener(ev::keydown, move |event| {
        if !is_taken(&event) && handle(&event.key()) {
            event.prevent_default();
        }
    });
    on_cleanup(move || listener.remove());
}

/// Gives the focus to the element with this id; whether there is one.
pub(crate) fn focus(id: &str) -> bool {
    document()
        .get_element_by_id(id)
        .is_some_and(|element| focus_element(&element))
}

/// Gives the focus to an element; whether it took it.
pub(crate) fn focus_element(element: &web_sys::Element) -> bool {
    element
        .dyn_ref::<web_sys::HtmlElement>()
        .is_some_and(|element| element.focus().is_ok())
}

/// For how many frames a page that is fetched is waited for: some seconds.
const FRAMES: u16 = 300;

/// Sees to it that the focus does not get lost with what had it, or that was switched off by its
/// own click: the page takes it over.
pub(crate) fn keep_focus() {
    // For as long as the app is there.
    for event in ["focusout", "click"] {
        drop(window_event_listener_untyped(event, |_| arrive()));
    }
}

/// Gives the focus to the page, as soon as that is there, unless something else has it.
pub(crate) fn arrive() {
    settle(FRAMES);
}

fn settle(frames: u16) {
    request_animation_frame(move || {
        let is_lost = |it: web_sys::Element| it.matches("body, :disabled").unwrap_or(true);
        if document().active_element().is_none_or(is_lost) && !page_takes_over() && frames > 0 {
            settle(frames - 1);
        }
    });
}

/// Whether there is a page.
fn page_takes_over() -> bool {
    document()
        .get_element_by_id("main")
        .is_some_and(focus_in_place)
}

/// Gives an element the focus, and says whether it is one that takes it. What is in sight stays in
/// sight.
pub(crate) fn focus_in_place(element: web_sys::Element) -> bool {
    let options = web_sys::FocusOptions::new();
    options.set_prevent_scroll(true);
    let element = element.dyn_into::<web_sys::HtmlElement>();
    element.is_ok_and(|it| it.focus_with_options(&options).is_ok())
}

/// Gives the focus to a part of a drawing with this id.
pub(crate) fn focus_any(id: &str) {
    let part = document().get_element_by_id(id);
    if let Some(part) = part.and_then(|part| part.dyn_into::<web_sys::SvgElement>().ok()) {
        // A part that is gone needs no focus.
        let _ = part.focus();
    }
}

/// Where `key` moves a current row among `count`; `None` where it is not a key that moves.
pub(crate) fn moved(current: usize, count: usize, key: &str) -> Option<usize> {
    let last = count.checked_sub(1)?;
    match key {
        "j" | "ArrowDown" => Some((current + 1).min(last)),
        "k" | "ArrowUp" => Some(current.min(last).saturating_sub(1)),
        "Home" => Some(0),
        "End" => Some(last),
        _ => None,
    }
}

/// Scrolls just so far that the element is in sight.
pub(crate) fn into_sight(element: &web_sys::Element) {
    let options = web_sys::ScrollIntoViewOptions::new();
    options.set_block(web_sys::ScrollLogicalPosition::Nearest);
    element.scroll_into_view_with_scroll_into_view_options(&options);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_moved_through() {
        let check = |current, count, key, to| assert_eq!(moved(current, count, key), to, "{key}");
        check(0, 0, "j", None);
        check(0, 3, "j", Some(1));
        check(2, 3, "ArrowDown", Some(2));
        check(0, 3, "k", Some(0));
        check(9, 3, "k", Some(1));
        check(1, 3, "End", Some(2));
        check(1, 3, "Home", Some(0));
        check(1, 3, "x", None);
    }
}
