//! Unsent work as a file sealed with the passphrase: made here, taken in on any device.

use js_sys::Uint8Array;
use leptos::{ev, html, prelude::*, task::spawn_local};
use wasm_bindgen_futures::JsFuture;
use web_sys::File;

use crate::{
    components::{
        download,
        fields::{Remark, field, line, silent},
        messages::{Message, Messages},
    },
    photo::chosen,
    session::{Sent, Session, Unsent},
};

/// Hands out the file; gives back its name, or why there is none.
pub(super) async fn export(session: Session) -> Result<String, String> {
    let sealed = session
        .sealed_unsent()
        .await
        .map_err(|error| error.to_string())?;
    let user = session
        .profile()
        .with_untracked(|profile| profile.as_ref().map(|profile| profile.actor.user.clone()))
        .unwrap_or_default();
    let name = format!(
        "未发送-{user}-{}.aftercheck",
        session.today().get_untracked()
    );
    let bytes = Uint8Array::from(&sealed[..]);
    download::file(&bytes.into(), "application/octet-stream", &name)
        .map_err(|_| "浏览器没有存下文件".to_owned())?;
    Ok(name)
}

/// Making such a file, and taking one in.
#[component]
pub(super) fn Sealed() -> impl IntoView {
    let session = Session::use_in();
    let messages = Messages::use_in();
    let left = RwSignal::new(None::<Unsent>);
    Effect::new(move || {
        session.outbox().track();
        session.sync_state().track();
        spawn_local(async move {
            let _ = left.try_set(session.unsent().await.ok());
        });
    });
    let standing = move || match left.get() {
        None => String::new(),
        Some(Unsent {
            changes: 0,
            contents: 0,
            drafts: 0,
        }) => "本机没有未发送的内容和草稿。".to_owned(),
        Some(Unsent {
            changes,
            contents,
            drafts,
        }) => format!("本机未发送：{changes} 条登记、{contents} 份附件；草稿 {drafts} 份。"),
    };
    let nothing = move || left.get().is_none_or(|left| left == Unsent::default());
    let hand_out = move |_| {
        spawn_local(async move {
            messages.say(match export(session).await {
                Ok(name) => Message::done("已导出加密副本")
                    .more(format!("文件 {name}，用您现在的口令打开。")),
                Err(why) => Message::bad("没有导出").more(why),
            });
        });
    };
    view! {
        <p>
            {standing}
            "副本用您的口令加密，可在任一台设备登录后取回；服务器按原来的编号收取，原设备再发送也不会重复。"
        </p>
        <div class="part__acts">
            <button type="button" class="btn" disabled=nothing on:click=hand_out>"导出加密副本"</button>
        </div>
        <TakeIn />
    }
}

#[component]
fn TakeIn() -> impl IntoView {
    let session = Session::use_in();
    let messages = Messages::use_in();
    let file = RwSignal::new_local(None::<File>);
    let passphrase = RwSignal::new(String::new());
    let asked = RwSignal::new(false);
    let busy = RwSignal::new(false);
    let input = NodeRef::<html::Input>::new();
    let on_file = Signal::derive(
        move || match file.with(|file| file.as_ref().map(File::name)) {
            Some(name) => vec![Remark::Note(name)],
            None if asked.get() => vec![Remark::Wrong("请选择导出的文件".to_owned())],
            None => Vec::new(),
        },
    );
    let pick = move |_| {
        if let Some(input) = input.get_untracked() {
            file.set(chosen(&input).into_iter().next());
        }
    };
    let submit = move |event: ev::SubmitEvent| {
        event.prevent_default();
        asked.set(true);
        let Some(given) = file.get_untracked().filter(|_| !busy.get_untracked()) else {
            return;
        };
        busy.set(true);
        spawn_local(async move {
            let bytes = JsFuture::from(given.array_buffer()).await;
            let taken = match bytes {
                Ok(bytes) => {
                    let bytes = Uint8Array::new(&bytes).to_vec();
                    session
                        .take_sealed(&bytes, &passphrase.get_untracked())
                        .await
                        .map_err(|error| error.to_string())
                }
                Err(_) => Err("文件读不出来".to_owned()),
            };
            messages.say(match taken {
                Ok(sent) => {
                    file.set(None);
                    passphrase.set(String::new());
                    asked.set(false);
                    Message::done("已取回").more(said(sent))
                }
                Err(why) => Message::bad("没有取回").more(format!("{why}。")),
            });
            let _ = busy.try_set(false);
        });
    };
    let control = view! {
        <div class="field__row">
            <label class="btn attach__file">
                "选择文件"
                <input
                    class="vh"
                    id="sealed-file"
                    type="file"
                    accept=".aftercheck"
                    aria-label="取回加密副本：选择文件"
                    aria-describedby="sealed-file-say"
                    node_ref=input
                    on:change=pick
                />
            </label>
        </div>
    };
    view! {
        <form class="form part__form" on:submit=submit>
            {field("sealed-file", "取回加密副本".into_any(), control.into_any(), on_file)}
            {line("sealed-passphrase", "导出时的口令", "password", "current-password", passphrase, silent())}
            <div class="form__acts">
                <button class="btn" disabled=move || busy.get()>
                    {move || if busy.get() { "正在取回……" } else { "取回" }}
                </button>
            </div>
        </form>
    }
}

fn said(sent: Sent) -> String {
    let Sent {
        taken,
        refused,
        contents,
        drafts,
    } = sent;
    let parts = [
        (contents, format!("，附件 {contents} 份")),
        (drafts, format!("，草稿 {drafts} 份已放到本机")),
        (refused, format!("；{refused} 条被退回，留在服务器待核对")),
    ];
    let more = parts.into_iter().filter(|(count, _)| *count > 0);
    let more: String = more.map(|(_, words)| words).collect();
    format!("服务器已有其中 {taken} 条登记{more}。")
}
