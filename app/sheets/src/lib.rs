//! The module that a Worker loads to read and write files: the page stays fast, and the work can be
//! stopped by ending the Worker.
//!
//! The page sends `["read", name, bytes]`; what comes back are [`Told`] messages as JSON, and before
//! the cases of a file what they attach, each as a `Uint8Array`. It sends `["write", asked, bytes…]`,
//! an [`Outgoing`] as JSON and what belongs to it; what comes back is the file as a `Uint8Array`,
//! empty where it could not be written.

pub mod workbook;

use js_sys::{Array, Uint8Array};
use shared::{
    import::{HandedIn, Told},
    outgoing::Outgoing,
};
use sheets::{Content, Part, archive, docx};
use wasm_bindgen::prelude::*;
use web_sys::{DedicatedWorkerGlobalScope, MessageEvent};

/// Waits for work, and says so: what is sent before would be lost.
#[wasm_bindgen(start)]
pub fn start() {
    let Ok(worker) = js_sys::global().dyn_into::<DedicatedWorkerGlobalScope>() else {
        return;
    };
    let listening = worker.clone();
    let on_message = Closure::<dyn Fn(MessageEvent)>::new(move |event: MessageEvent| {
        let sent = Array::from(&event.data());
        let text = |at| sent.get(at).as_string().unwrap_or_default();
        if text(0) == "write" {
            let contents: Vec<Vec<u8>> = sent
                .iter()
                .skip(2)
                .map(|bytes| Uint8Array::new(&bytes).to_vec())
                .collect();
            let asked = serde_json::from_str(&text(1)).ok();
            let file = asked.and_then(|asked| write(&asked, &contents));
            // There is nobody else to tell of a failure.
            let _ = listening.post_message(&Uint8Array::from(&file.unwrap_or_default()[..]));
        } else {
            let bytes = Uint8Array::new(&sent.get(2)).to_vec();
            let parts = sheets::open(&text(1), &bytes, &mut |rows| {
                tell(&listening, &Told::Rows(rows));
            });
            let told = read(parts, &mut |content| {
                // Text and bytes can always be sent.
                let _ = listening.post_message(&Uint8Array::from(content));
            });
            tell(&listening, &told);
        }
    });
    worker.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
    // It listens as long as the Worker lives.
    on_message.forget();
    tell(&worker, &Told::Ready);
}

/// The file; nothing where it cannot be written.
fn write<'a>(outgoing: &'a Outgoing, contents: &'a [Vec<u8>]) -> Option<Vec<u8>> {
    let with_contents = |names: &'a [String]| {
        let names = names.iter().map(String::as_str);
        names.zip(contents.iter().map(Vec::as_slice))
    };
    match outgoing {
        Outgoing::Sheet(table) => workbook::xlsx(table).ok(),
        Outgoing::Document {
            document,
            signatures,
        } => {
            let signatures: Vec<_> = with_contents(signatures).collect();
            docx::docx(document, &signatures).ok()
        }
        Outgoing::Archive {
            texts,
            contents: names,
        } => {
            let texts = texts.iter().map(|(name, text)| (&**name, text.as_bytes()));
            archive::zip(texts.chain(with_contents(names))).ok()
        }
    }
}

/// What a file holds: cases where there are any, else its sheets.
fn read(parts: Vec<Part>, send: &mut dyn FnMut(&[u8])) -> Told {
    let (mut cases, mut sheets, mut unreadable) = (Vec::new(), Vec::new(), Vec::new());
    for Part { name, content } in parts {
        match content {
            Ok(Content::Sheets(of_part)) => sheets.extend(of_part),
            Ok(Content::Attachment(bytes)) => send(&bytes),
            Ok(Content::Cases(of_part)) => cases.extend(of_part.into_iter().map(|case| HandedIn {
                name: name.clone(),
                case: case.map_err(|error| error.to_string()),
            })),
            Err(error) => unreadable.push((name, error.to_string())),
        }
    }
    if !cases.is_empty() {
        let unreadable = unreadable.into_iter().map(|(name, error)| HandedIn {
            name,
            case: Err(error),
        });
        cases.extend(unreadable);
        return Told::Cases(cases);
    }
    match unreadable.pop() {
        _ if !sheets.is_empty() => Told::Sheets(sheets),
        Some((_, why)) => Told::Unreadable(why),
        None => Told::Unreadable("里面没有结果表，也没有案件文件".to_owned()),
    }
}

fn tell(worker: &DedicatedWorkerGlobalScope, told: &Told) {
    let text = serde_json::to_string(told).unwrap_or_default();
    // Text can always be sent; there is nobody else to tell of a failure.
    let _ = worker.post_message(&JsValue::from_str(&text));
}
