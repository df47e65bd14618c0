//! The module that a Worker loads to read sheets: the page stays fast, and reading can be stopped by
//! ending the Worker.
//!
//! The page sends `[name, bytes]`; what comes back are [`Told`] messages as JSON.

use js_sys::{Array, Uint8Array};
use shared::import::Told;
use wasm_bindgen::prelude::*;
use web_sys::{DedicatedWorkerGlobalScope, MessageEvent};

/// Waits for files, and says so: what is sent before would be lost.
#[wasm_bindgen(start)]
pub fn start() {
    let Ok(worker) = js_sys::global().dyn_into::<DedicatedWorkerGlobalScope>() else {
        return;
    };
    let listening = worker.clone();
    let on_message = Closure::<dyn Fn(MessageEvent)>::new(move |event: MessageEvent| {
        let sent = Array::from(&event.data());
        let name = sent.get(0).as_string().unwrap_or_default();
        let bytes = Uint8Array::new(&sent.get(1)).to_vec();
        let told = match sheets::read_reporting(&name, &bytes, &mut |rows| {
            tell(&listening, &Told::Rows(rows));
        }) {
            Ok(sheets) => Told::Sheets(sheets),
            Err(error) => Told::Unreadable(error.to_string()),
        };
        tell(&listening, &told);
    });
    worker.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
    // It listens as long as the Worker lives.
    on_message.forget();
    tell(&worker, &Told::Ready);
}

fn tell(worker: &DedicatedWorkerGlobalScope, told: &Told) {
    let text = serde_json::to_string(told).unwrap_or_default();
    // Text can always be sent; there is nobody else to tell of a failure.
    let _ = worker.post_message(&JsValue::from_str(&text));
}
