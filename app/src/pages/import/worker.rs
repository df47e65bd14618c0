//! The Worker that reads a file, seen from the page.

use js_sys::{Array, Uint8Array};
use shared::import::Told;
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use wasm_bindgen_futures::JsFuture;
use web_sys::{File, MessageEvent, Worker};

use crate::worker;

/// What comes from the Worker.
pub(super) enum Heard {
    /// How far it is, or what the file holds.
    Told(Told),
    /// What a case attaches.
    Content(Vec<u8>),
    /// It broke down.
    End,
}

/// A file being read. Ends the Worker when it is dropped: that is how reading is stopped.
pub(super) struct Reading {
    worker: Worker,
    _on_message: Closure<dyn FnMut(MessageEvent)>,
    _on_error: Closure<dyn FnMut(JsValue)>,
}

impl Drop for Reading {
    fn drop(&mut self) {
        self.worker.set_onmessage(None);
        self.worker.set_onerror(None);
        self.worker.terminate();
    }
}

/// Has a Worker read the file; `hear` gets what it tells.
///
/// `None` where no Worker could be started.
pub(super) async fn read(file: File, hear: impl Fn(Heard) + 'static) -> Option<Reading> {
    let bytes = JsFuture::from(file.array_buffer()).await.ok()?;
    let worker = worker::start(worker::FOR_FILES).ok()?;
    let hear = std::rc::Rc::new(hear);

    let (sender, heard) = (worker.clone(), hear.clone());
    let on_message = Closure::new(move |event: MessageEvent| {
        if let Some(content) = event.data().dyn_ref::<Uint8Array>() {
            heard(Heard::Content(content.to_vec()));
            return;
        }
        let told: Option<Told> = event
            .data()
            .as_string()
            .and_then(|text| serde_json::from_str(&text).ok());
        if told == Some(Told::Ready) {
            let bytes = Uint8Array::new(&bytes);
            let sent = Array::of3(&"read".into(), &file.name().into(), &bytes);
            let moved = Array::of1(&bytes.buffer());
            if sender.post_message_with_transfer(&sent, &moved).is_err() {
                heard(Heard::End);
            }
        } else {
            heard(told.map_or(Heard::End, Heard::Told));
        }
    });
    let on_error = Closure::new(move |_: JsValue| hear(Heard::End));
    worker.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
    worker.set_onerror(Some(on_error.as_ref().unchecked_ref()));
    Some(Reading {
        worker,
        _on_message: on_message,
        _on_error: on_error,
    })
}
