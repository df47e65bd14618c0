//! A notice is chosen, read, and shown with what it moves; then taken.

use std::sync::Arc;

use leptos::{ev, html, prelude::*, task::spawn_local};
use shared::{
    calendar::{Loaded, WorkCalendar},
    change::Body,
};
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use web_sys::{File, HtmlInputElement, TextDecoder};

use super::{moved_list, summary};
use crate::{
    components::{
        messages::{Message, Messages},
        status::Look,
    },
    session::Session,
};

/// A file that can be loaded, and what it makes of the calendar.
#[derive(Clone)]
struct Ready {
    name: String,
    csv: String,
    loaded: Loaded,
    before: Arc<WorkCalendar>,
    after: Arc<WorkCalendar>,
}

/// What came of the file that was chosen last.
#[derive(Clone)]
enum Chosen {
    Ready(Ready),
    Unfit { name: String, why: String },
}

/// Loading a notice.
#[component]
pub(super) fn Load() -> impl IntoView {
    let session = Session::use_in();
    let chosen = RwSignal::new(None::<Chosen>);
    let input = NodeRef::<html::Input>::new();
    let pick = move |event: ev::Event| {
        let Some(file) = file_of(&event) else { return };
        spawn_local(async move {
            let read = read(file, session).await;
            let _ = chosen.try_set(Some(read));
        });
    };
    let open = move |_| {
        if let Some(input) = input.get_untracked() {
            input.click();
        }
    };
    view! {
        <section class="part" aria-labelledby="load">
            <h2 id="load">"载入放假安排"</h2>
            <p>
                "国务院办公厅公布新一年的放假安排后，由市局载入，各单位的设备同步后都按它计算。文件为 CSV，每行一天，首行是："
                <span class="num">
                    "date,weekday,kind,name,statutory_festival,deviates_from_week,notice,known_from"
                </span> "；kind 填 holiday（放假）或 makeup_workday（调休上班）。"
            </p>
            {move || chosen.get().map(|chosen_now| match chosen_now {
                Chosen::Unfit { name, why } => unfit(&name, &why),
                Chosen::Ready(ready) => preview(ready, chosen, session),
            })}
            <div class="part__acts">
                <button type="button" class="btn" on:click=open>
                    "选择文件"
                </button>
                <input
                    class="vh"
                    type="file"
                    accept=".csv"
                    aria-label="选择放假安排"
                    tabindex="-1"
                    node_ref=input
                    on:change=pick
                />
            </div>
        </section>
    }
}

fn unfit(name: &str, why: &str) -> AnyView {
    view! {
        <div class="msg msg--bad" role="alert">
            {Look::Overdue.mark()}
            <div>
                <b>{format!("没有载入“{name}”")}</b>
                <p class="num">{format!("{why}。日期没有改动。")}</p>
            </div>
        </div>
    }
    .into_any()
}

fn preview(ready: Ready, chosen: RwSignal<Option<Chosen>>, session: Session) -> AnyView {
    let messages = Messages::use_in();
    let body = Body::Notice {
        csv: ready.csv.clone(),
    };
    let take = move |_| {
        let body = body.clone();
        spawn_local(async move {
            messages.say(match session.say_of_calendar(body).await {
                Ok(()) => Message::done("已载入放假安排").more("各单位的设备同步后都按它计算。"),
                Err(error) => Message::bad("没有载入").more(error.to_string()),
            });
            let _ = chosen.try_set(None);
        });
    };
    view! {
        <div role="status">
            <p>{format!("“{}”可以载入。{}。", ready.name, summary(&ready.loaded))}</p>
            {moved_list(session, &ready.before, &ready.after)}
        </div>
        <div class="part__acts">
            <button type="button" class="btn btn--main" on:click=take>
                "载入"
            </button>
            <button type="button" class="btn" on:click=move |_| chosen.set(None)>
                "取消"
            </button>
        </div>
    }
    .into_any()
}

/// The file of the dialog; the same file can then be chosen again.
fn file_of(event: &ev::Event) -> Option<File> {
    let input: HtmlInputElement = event.target()?.dyn_into().ok()?;
    let file = input.files()?.get(0);
    input.set_value("");
    file
}

async fn read(file: File, session: Session) -> Chosen {
    let name = file.name();
    let Some(csv) = text_of(&file).await else {
        let why = "文件不能读取".to_owned();
        return Chosen::Unfit { name, why };
    };
    let before = session.calendar().get_untracked();
    let read = Loaded::read(&csv).and_then(|loaded| Ok((loaded, before.with_notice(&csv)?)));
    match read {
        Ok((loaded, after)) => Chosen::Ready(Ready {
            name,
            csv,
            loaded,
            before,
            after: Arc::new(after),
        }),
        Err(error) => Chosen::Unfit {
            name,
            why: error.to_string(),
        },
    }
}

/// UTF-8, or else what spreadsheets in Chinese write.
async fn text_of(file: &File) -> Option<String> {
    let buffer = JsFuture::from(file.array_buffer()).await.ok()?;
    let bytes = js_sys::Uint8Array::new(&buffer).to_vec();
    String::from_utf8(bytes)
        .or_else(|error| {
            let decoder = TextDecoder::new_with_label("gb18030")?;
            decoder.decode_with_u8_array(error.as_bytes())
        })
        .ok()
}
