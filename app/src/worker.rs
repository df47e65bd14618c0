//! The Workers, seen from the page: one makes a key of a passphrase, one reads and writes files.

use js_sys::{Array, Promise, Uint8Array};
use shared::outgoing::Outgoing;
use wasm_bindgen::{JsCast, JsValue, prelude::wasm_bindgen};
use wasm_bindgen_futures::JsFuture;
use web_sys::Worker;

/// The one that reads and writes files.
pub(crate) const FOR_FILES: &str = "sheets-worker";

// `app/static/app/boot.js` has them.
#[wasm_bindgen]
extern "C" {
    /// Starts a Worker.
    #[wasm_bindgen(js_name = startWorker, catch)]
    pub(crate) fn start(name: &str) -> Result<Worker, JsValue>;

    /// Starts a Worker, asks it once and ends it.
    #[wasm_bindgen(js_name = askWorker)]
    fn ask_worker(name: &str, asked: &Array) -> Promise;
}

/// What a Worker answers; `None` where it breaks down.
pub(crate) async fn ask(name: &str, asked: &Array) -> Option<Uint8Array> {
    let answer = JsFuture::from(ask_worker(name, asked)).await.ok()?;
    answer.dyn_into().ok()
}

/// Has a Worker write a file from what is asked and the bytes that belong to it; `None` where it
/// cannot.
pub(crate) async fn write(outgoing: &Outgoing, contents: &[Vec<u8>]) -> Option<Uint8Array> {
    let asked = Array::of2(
        &"write".into(),
        &serde_json::to_string(outgoing).ok()?.into(),
    );
    for content in contents {
        asked.push(&Uint8Array::from(&content[..]));
    }
    let bytes = ask(FOR_FILES, &asked).await?;
    (bytes.length() > 0).then_some(bytes)
}
