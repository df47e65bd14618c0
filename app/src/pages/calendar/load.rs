//! A file of working days is chosen, read, and shown with what it moves; then taken.

use std::sync::Arc;

use leptos::{ev, html, prelude::*, task::spawn_local};
use shared::calendar::{CalendarError, CalendarFile, CalendarLog, Loaded, WorkCalendar};
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
    file: CalendarFile,
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

/// What each kind of file is called, and how it is written.
pub(super) struct Form {
    pub(super) title: &'static str,
    columns: &'static str,
}

pub(super) const fn form(file: CalendarFile) -> Form {
    match file {
        CalendarFile::Notices => Form {
            title: "放假安排",
            columns: "date,weekday,kind,name,statutory_festival,deviates_from_week,notice,known_from",
        },
        CalendarFile::Overlay => Form {
            title: "在京机关调休",
            columns: "date,kind,name",
        },
    }
}

/// Choosing such a file and taking it.
#[component]
pub(super) fn Load(file: CalendarFile) -> impl IntoView {
    let session = Session::use_in();
    let chosen = RwSignal::new(None::<Chosen>);
    let input = NodeRef::<html::Input>::new();
    let Form { title, columns } = form(file);
    let pick = move |event: ev::Event| {
        let Some(picked) = file_of(&event) else {
            return;
        };
        spawn_local(async move {
            let read = read(file, picked, session).await;
            let _ = chosen.try_set(Some(read));
        });
    };
    let open = move |_| {
        if let Some(input) = input.get_untracked() {
            input.click();
        }
    };
    view! {
        <p>
            "文件为 CSV，每行一天，首行是 "<span class="num">{columns}</span>
            "；kind 填 holiday（放假）或 makeup_workday（调休上班）。"
        </p>
        {move || chosen.get().map(|chosen_now| match chosen_now {
            Chosen::Unfit { name, why } => unfit(&name, &why),
            Chosen::Ready(ready) => preview(ready, chosen, session),
        })}
        <div class="part__acts">
            {move || (!chosen.with(is_ready)).then(|| view! {
                <button type="button" class="btn" on:click=open>
                    {format!("选择{title}文件")}
                </button>
            })}
            <input
                class="vh"
                type="file"
                accept=".csv"
                aria-label=format!("{title}文件")
                tabindex="-1"
                node_ref=input
                on:change=pick
            />
        </div>
    }
}

const fn is_ready(chosen: &Option<Chosen>) -> bool {
    matches!(chosen, Some(Chosen::Ready(_)))
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
    let title = form(ready.file).title;
    let is_overlay = ready.file == CalendarFile::Overlay;
    let log = session.calendar_log();
    let waits = move || is_overlay && !log.get().overlay;
    let body = ready.file.body(ready.csv.clone());
    let take = move |_| {
        let body = body.clone();
        spawn_local(async move {
            let taken = session.say_of_calendar(body).await;
            messages.say(match taken {
                Ok(()) if waits() => Message::done(format!("已载入{title}")).more("启用后才计入。"),
                Ok(()) => {
                    Message::done(format!("已载入{title}")).more("各单位的设备同步后都按它计算。")
                }
                Err(error) => Message::bad("没有载入").more(error.to_string()),
            });
            let _ = chosen.try_set(None);
        });
    };
    view! {
        <div role="status">
            <p>{format!("“{}”可以载入。{}。", ready.name, summary(&ready.loaded))}</p>
            {move || waits().then_some(view! { <p>"调休现未启用：载入后须启用才计入。"</p> })}
            {moved_list(session, &ready.before, &ready.after)}
        </div>
        <div class="part__acts">
            <button type="button" class="btn btn--main" on:click=take>
                {format!("载入{title}")}
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

async fn read(file: CalendarFile, picked: File, session: Session) -> Chosen {
    let name = picked.name();
    let Some(csv) = text_of(&picked).await else {
        let why = "文件不能读取".to_owned();
        return Chosen::Unfit { name, why };
    };
    let log = session.calendar_log().get_untracked();
    let read = Loaded::read(file, &csv).and_then(|loaded| Ok((loaded, with(&log, file, &csv)?)));
    match read {
        Ok((loaded, after)) => Chosen::Ready(Ready {
            file,
            name,
            csv,
            loaded,
            before: session.calendar().get_untracked(),
            after: Arc::new(after),
        }),
        Err(error) => Chosen::Unfit {
            name,
            why: error.to_string(),
        },
    }
}

/// What the calendar would be, were this file loaded.
fn with(log: &CalendarLog, file: CalendarFile, csv: &str) -> Result<WorkCalendar, CalendarError> {
    match file {
        CalendarFile::Notices => log.calendar.with_notice(csv),
        CalendarFile::Overlay if log.overlay => log.calendar.with_bureau_overlay(csv),
        CalendarFile::Overlay => Ok(log.calendar.clone()),
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
