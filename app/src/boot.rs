//! Where the page's script enters.

use leptos::prelude::*;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::App;

/// Puts the app in the place of the notice that it is being opened.
#[wasm_bindgen(start)]
pub fn boot() {
    console_error_panic_hook::set_once();
    if let Some(opening) = document().get_element_by_id("opening") {
        opening.remove();
    }
    mount_to_body(App);
}
