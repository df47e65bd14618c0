//! Signing out with unsent work: what it is, and a sealed file of it to take along.

use leptos::{prelude::*, task::spawn_local};

use super::sealed::export;
use crate::{
    components::messages::{Message, Messages},
    frame::user_menu::Leaving,
    session::{Session, Unsent},
};

/// How many rows are named one by one.
const NAMED: usize = 5;

/// Asked only where something has not been sent.
#[component]
pub(crate) fn SignOut() -> impl IntoView {
    let session = Session::use_in();
    let messages = Messages::use_in();
    let Leaving(dialog) = expect_context();
    let left = RwSignal::new(Unsent::default());
    let look = move || {
        spawn_local(async move {
            if let Ok(unsent) = session.unsent().await {
                let _ = left.try_set(unsent);
            }
        });
    };
    Effect::new(move || {
        session.outbox().track();
        session.sync_state().track();
        look();
    });
    let rows = move || {
        let rows = session.outbox().get();
        let waiting: Vec<_> = rows.iter().filter(|row| row.refused.is_none()).collect();
        let more = waiting.len().saturating_sub(NAMED);
        let named = waiting.iter().take(NAMED).map(|row| {
            let about = if row.enterprise.is_empty() {
                "工作日"
            } else {
                &row.enterprise
            };
            view! { <li>{format!("{about}：{}", row.what)}</li> }
        });
        let named = named.collect::<Vec<_>>();
        let more = (more > 0).then(|| view! { <li>{format!("另有 {more} 条")}</li> });
        view! { <ul class="dialog__list">{named}{more}</ul> }
    };
    let title = move || {
        let Unsent {
            changes, contents, ..
        } = left.get();
        match (changes, contents) {
            (0, contents) => format!("还有 {contents} 份附件没有发送"),
            (changes, 0) => format!("还有 {changes} 条没有发送"),
            (changes, contents) => format!("还有 {changes} 条、{contents} 份附件没有发送"),
        }
    };
    let close = move || {
        if let Some(dialog) = dialog.get_untracked() {
            dialog.close();
        }
    };
    let leave = move |_| {
        close();
        spawn_local(async move { session.sign_out().await });
    };
    let take_along = move |_| {
        spawn_local(async move {
            match export(session).await {
                Ok(name) => {
                    close();
                    session.sign_out().await;
                    messages.say(Message::done("已导出加密副本，并已退出").more(format!(
                        "文件 {name} 用您的口令才能打开：在任一台设备登录后，从“账号与设备”取回。"
                    )));
                }
                Err(why) => messages.say(Message::bad("没有导出，也没有退出").more(why)),
            }
        });
    };
    view! {
        <h2 id="leave-title">{title}</h2>
        {rows}
        <p>"它们加密留在本机，别人看不到；您下次在这台设备登录后继续发送。不再回到这台设备的，带走一份加密副本：在任一台设备登录后取回，重复取回也不会重复登记。"</p>
        <div class="form__acts">
            <button type="button" class="btn" on:click=move |_| close()>"留下"</button>
            <button type="button" class="btn" on:click=leave>"直接退出"</button>
            <button type="button" class="btn btn--main" on:click=take_along>"导出加密副本并退出"</button>
        </div>
    }
}
