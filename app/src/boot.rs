//! Where the page's script enters.

use leptos::prelude::*;
use shared::calendar::WorkCalendar;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen_futures::spawn_local;

use crate::{App, breath::breathe};

/// Puts the app in the place of the notice that it is being opened. In a Worker there is no page.
#[wasm_bindgen(start)]
pub fn boot() {
    console_error_panic_hook::set_once();
    if web_sys::window().is_none() {
        return;
    }
    spawn_local(async {
        breathe().await;
        // Read once; whoever computes dates finds it there.
        WorkCalendar::official();
        breathe().await;
        if let Some(opening) = document().get_element_by_id("opening") {
            opening.remove();
        }
        mount_to_body(App);
    });
}
