//! A newer version of the app, kept by the service worker until the officer takes it over.
//! The other half, and the words between them, stand in `static/app/boot.js`.

use leptos::{ev::Custom, prelude::*};

/// Whether a newer version waits.
pub fn ready() -> ReadSignal<bool> {
    let marked = document()
        .document_element()
        .is_some_and(|page| page.has_attribute("data-update"));
    let (ready, set_ready) = signal(marked);
    let listener =
        window_event_listener(Custom::<web_sys::Event>::new("update-ready"), move |_| {
            set_ready.set(true);
        });
    on_cleanup(move || listener.remove());
    ready
}

/// Has the browser look for a newer version now.
pub fn look() {
    say("update-look");
}

/// Takes the newer version over: the page loads again.
pub fn take() {
    say("update-take");
}

/// Has the service worker keep what only those who import use.
pub fn keep_imports() {
    say("keep-imports");
}

fn say(word: &str) {
    if let Ok(event) = web_sys::Event::new(word) {
        // Nobody listens only outside a secure context, where every load is the newest.
        let _ = window().dispatch_event(&event);
    }
}
