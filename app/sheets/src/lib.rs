//! The module that a Worker loads to read and write sheets: the page stays fast, and the work can be
//! stopped by ending the Worker.
//!
//! The page sends `[name, bytes]` to have a file read; what comes back are [`Told`] messages as JSON.
//! It sends an [`Outgoing`] as JSON to have it written; what comes back is the file as a `Uint8Array`,
//! empty where it could not be written.

pub mod workbook;

use js_sys::{Array, Uint8Array};
use shared::{import::Told, outgoing::Outgoing};
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
        if let Some(text) = event.data().as_string() {
            let bytes = serde_json::from_str(&text).map_or_else(|_| Vec::new(), |asked| write(&asked));
            // There is nobody else to tell of a failure.
            let _ = listening.post_message(&Uint8Array::from(&bytes[..]));
            return;
        }
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

/// The file; nothing where it cannot be written.
fn write(asked: &Outgoing) -> Vec<u8> {
    match asked {
        Outgoing::Sheet(table) => workbook::xlsx(table).unwrap_or_default(),
    }
}

fn tell(worker: &DedicatedWorkerGlobalScope, told: &Told) {
    let text = serde_json::to_string(told).unwrap_or_default();
    // Text can always be sent; there is nobody else to tell of a failure.
    let _ = worker.post_message(&JsValue::from_str(&text));
}
