//! 登录: opens the server's session, or offline this device's store.

use leptos::{ev, prelude::*, task::spawn_local};

use shared::account::About;

use crate::{
    api,
    components::{
        fields::{line, silent},
        status::{Look, status},
    },
    lazy,
    pages::account::old::Renewed,
    session::{Phase, Session, SignInError},
    store::KnownUser,
};

/// Who, and the passphrase.
#[component]
pub(crate) fn SignIn() -> impl IntoView {
    let session = Session::use_in();
    let known = move || match session.phase().get() {
        Phase::Locked { users } => users,
        _ => Vec::new(),
    };
    let first = known().into_iter().next();
    let user = RwSignal::new(first.map(|user| user.name).unwrap_or_default());
    let other = RwSignal::new(false);
    let passphrase = RwSignal::new(String::new());
    let busy = RwSignal::new(false);
    let failed = RwSignal::new(None::<SignInError>);
    let names_itself = Memo::new(move |_| other.get() || known().is_empty());

    let is_old =
        Memo::new(move |_| failed.with(|error| *error == Some(SignInError::OldPassphrase)));
    provide_context(Renewed { user, passphrase });

    let submit = move |event: ev::SubmitEvent| {
        event.prevent_default();
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        failed.set(None);
        spawn_local(async move {
            let user = user.get_untracked().trim().to_owned();
            let outcome = session.sign_in(user, passphrase.get_untracked()).await;
            // Once signed in, this page is gone.
            let _ = busy.try_set(false);
            if let Err(error) = outcome {
                let _ = failed.try_set(Some(error));
            }
        });
    };
    let choose_other = move |_| {
        other.set(true);
        user.set(String::new());
    };
    view! {
        <main class="entry" id="main">
            <header>
                <h1>"抽查后处理"</h1>
                <p class="entry__sub">{move || if known().is_empty() { "登录" } else { "解锁本机" }}</p>
            </header>
            <form class="form" on:submit=submit>
                {move || {
                    if names_itself.get() {
                        line("user", "账号", "text", "username", user, silent()).into_any()
                    } else {
                        view! { <KnownUsers known=known() chosen=user other=choose_other /> }.into_any()
                    }
                }}
                {line("passphrase", "口令", "password", "current-password", passphrase, silent())}
                <div role="alert">{move || failed.get().map(|error| status(Look::Overdue, error.to_string()))}</div>
                <button class="btn btn--main" disabled=move || busy.get()>
                    {move || if busy.get() { "正在核对……" } else { "登录" }}
                </button>
            </form>
            {move || is_old.get().then(lazy::old_passphrase)}
            <p class="entry__say">"首次登录需要网络。以后离线时用同一口令打开本机的案件，登记照常保存，联网后自动发送。本机的内容加密存放，没有口令谁也打不开。"</p>
            <ServerNote />
            {(!window().is_secure_context()).then(insecure)}
        </main>
    }
}

fn insecure() -> impl IntoView {
    view! {
        <div class="msg msg--bad" role="note">
            {Look::Overdue.mark()}
            <div>
                <b>"这个地址不能离线使用"</b>
                <p>"浏览器只对 https 地址或本机地址开放离线存储。请向管理员要 https 地址。"</p>
            </div>
        </div>
    }
}

/// What a newcomer must know of this server: that it is a demo, or that nobody has an account yet.
#[component]
fn ServerNote() -> impl IntoView {
    let about = RwSignal::new(None::<About>);
    spawn_local(async move {
        if let Ok(known) = api::about().await {
            let _ = about.try_set(Some(known));
        }
    });
    move || {
        let (title, say) = match about.get()? {
            About { demo: true, .. } => (
                "演示：数据随时清除",
                "账号 chaoyang、haidian、municipal、lab、admin，口令都是 aftercheck-demo。",
            ),
            About { empty: true, .. } => (
                "还没有账号",
                "请在浏览器打开服务器启动时显示的一次性链接，建立管理员账号。",
            ),
            About { .. } => return None,
        };
        Some(view! {
            <div class="msg msg--prov" role="note">
                {Look::Provisional.mark()}
                <div>
                    <b>{title}</b>
                    <p>{say}</p>
                </div>
            </div>
        })
    }
}

#[component]
fn KnownUsers(
    known: Vec<KnownUser>,
    chosen: RwSignal<String>,
    other: impl Fn(ev::MouseEvent) + Copy + Send + 'static,
) -> impl IntoView {
    let users = known
        .into_iter()
        .map(|KnownUser { name: user, emptied }| {
            let say = if emptied {
                "浏览器清除了数据，登录后重新取回"
            } else {
                "用过本机"
            };
            let pressed = {
                let user = user.clone();
                move || if chosen.with(|chosen| *chosen == user) { "true" } else { "false" }
            };
            let name = user.clone();
            view! {
                <button type="button" aria-pressed=pressed on:click=move |_| chosen.set(user.clone())>
                    {name}
                    <small>{say}</small>
                </button>
            }
        })
        .collect::<Vec<_>>();
    view! {
        <div class="who" role="group" aria-label="选择账号">
            {users}
            <button type="button" on:click=other>
                "其他账号"
            </button>
        </div>
    }
}
