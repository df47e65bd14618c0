//! The Worker that reads and writes files, seen from the page.

use std::{cell::RefCell, rc::Rc};

use futures::channel::oneshot;
use js_sys::{Array, Uint8Array};
use leptos::prelude::document;
use shared::outgoing::Outgoing;
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use web_sys::{MessageEvent, Worker, WorkerOptions, WorkerType};

/// Where the page says at which address the Worker's script is.
const ADDRESS: &str = "meta[name=sheets-worker]";

/// Starts the Worker; `None` where none could be started.
pub(crate) fn start() -> Option<Worker> {
    let address = document()
        .query_selector(ADDRESS)
        .ok()??
        .get_attribute("content")?;
    let options = WorkerOptions::new();
    options.set_type(WorkerType::Module);
    Worker::new_with_options(&address, &options).ok()
}

/// Ends the Worker when it is dropped.
struct Ending(Worker);

impl Drop for Ending {
    fn drop(&mut self) {
        self.0.set_onmessage(None);
        self.0.set_onerror(None);
        self.0.terminate();
    }
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
    let worker = Ending(start()?);
    let (sender, receiver) = oneshot::channel();
    let answer = Rc::new(RefCell::new(Some(sender)));
    let done = move |bytes: Option<Uint8Array>| {
        if let Some(sender) = answer.borrow_mut().take() {
            // Whoever asked may have gone.
            let _ = sender.send(bytes);
        }
    };
    let (of, failed) = (worker.0.clone(), done.clone());
    // What comes first says that the Worker listens; what comes next is the file.
    let on_message =
        Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
            match event.data().dyn_into::<Uint8Array>() {
                Ok(bytes) => done(Some(bytes)),
                Err(_) if of.post_message(&asked).is_err() => done(None),
                Err(_) => {}
            }
        });
    let on_error = Closure::<dyn FnMut(JsValue)>::new(move |_: JsValue| failed(None));
    worker
        .0
        .set_onmessage(Some(on_message.as_ref().unchecked_ref()));
    worker
        .0
        .set_onerror(Some(on_error.as_ref().unchecked_ref()));
    let bytes = receiver.await.ok()??;
    (bytes.length() > 0).then_some(bytes)
}
