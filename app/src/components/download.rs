//! Hands the officer a file.

use js_sys::Array;
use leptos::prelude::document;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Blob, BlobPropertyBag, HtmlAnchorElement, Url};

/// Gives a .csv to the browser to keep, as a download with this name.
pub(crate) fn csv(text: &str, name: &str) -> Result<(), JsValue> {
    file(&text.into(), "text/csv;charset=utf-8", name)
}

/// Gives text or bytes of a kind to the browser to keep, as a download with this name.
pub(crate) fn file(content: &JsValue, kind: &str, name: &str) -> Result<(), JsValue> {
    let properties = BlobPropertyBag::new();
    properties.set_type(kind);
    let blob = Blob::new_with_str_sequence_and_options(&Array::of1(content), &properties)?;
    let address = Url::create_object_url_with_blob(&blob)?;
    let link: HtmlAnchorElement = document().create_element("a")?.unchecked_into();
    link.set_href(&address);
    link.set_download(name);
    link.click();
    Url::revoke_object_url(&address)
}
