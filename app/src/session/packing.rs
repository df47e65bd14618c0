//! Packs what is sent: ten cases of an import are a few kilobytes instead of fifty.

use js_sys::{Array, ArrayBuffer};
use wasm_bindgen::{JsCast, JsValue, prelude::wasm_bindgen};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, ReadableWritablePair, Response};

#[wasm_bindgen]
extern "C" {
    /// web-sys keeps it behind an unstable cfg.
    type CompressionStream;
    #[wasm_bindgen(constructor, catch)]
    fn new(format: &str) -> Result<CompressionStream, JsValue>;
}

/// The text in gzip; `None` where the browser does not pack.
pub(super) async fn packed(text: &str) -> Option<ArrayBuffer> {
    let pair = CompressionStream::new("gzip").ok()?;
    let plain = Blob::new_with_str_sequence(&Array::of1(&text.into())).ok()?;
    // By what it has, it is a pair of the two.
    let pair: &ReadableWritablePair = pair.unchecked_ref();
    let stream = plain.stream().pipe_through(pair);
    let packed = Response::new_with_opt_readable_stream(Some(&stream)).ok()?;
    let bytes = JsFuture::from(packed.array_buffer().ok()?).await.ok()?;
    bytes.dyn_into().ok()
}
