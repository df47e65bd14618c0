//! The passphrase was changed elsewhere: what this device keeps is sealed with the old one.

use leptos::{ev, html, prelude::*, task::spawn_local};

use crate::{
    components::{
        fields::{line, silent},
        status::{Look, status},
    },
    session::{Session, SignInError},
};

/// Who signs in, and the passphrase that the server knows. In context of the form below.
#[derive(Clone, Copy)]
pub(crate) struct Renewed {
    pub(crate) user: RwSignal<String>,
    pub(crate) passphrase: RwSignal<String>,
}

/// The old passphrase opens the store once more; or the store goes.
#[component]
pub(crate) fn OldPassphrase() -> impl IntoView {
    let session = Session::use_in();
    let Renewed { user, passphrase } = expect_context();
    let old = RwSignal::new(String::new());
    let busy = RwSignal::new(false);
    let failed = RwSignal::new(None::<String>);
    let dialog = NodeRef::<html::Dialog>::new();
    let done = move |outcome: Result<(), SignInError>| {
        // Once signed in, this page is gone.
        let _ = busy.try_set(false);
        if let Err(error) = outcome {
            let words = match error {
                SignInError::Wrong => "旧口令不对".to_owned(),
                other => other.to_string(),
            };
            let _ = failed.try_set(Some(words));
        }
    };
    let submit = move |event: ev::SubmitEvent| {
        event.prevent_default();
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        failed.set(None);
        spawn_local(async move {
            let user = user.get_untracked().trim().to_owned();
            let (old, new) = (old.get_untracked(), passphrase.get_untracked());
            done(session.sign_in_with_old(&user, &old, &new).await);
        });
    };
    let close = move || {
        if let Some(dialog) = dialog.get_untracked() {
            dialog.close();
        }
    };
    let ask = move |_| {
        if let Some(dialog) = dialog.get_untracked() {
            // Fails only where the dialog is not in the page.
            let _ = dialog.show_modal();
        }
    };
    let clear = move |_| {
        close();
        busy.set(true);
        spawn_local(async move {
            let user = user.get_untracked().trim().to_owned();
            done(
                session
                    .sign_in_afresh(user, passphrase.get_untracked())
                    .await,
            );
        });
    };
    view! {
        <form class="form" on:submit=submit>
            <p>"新口令是对的。本机数据还用旧口令封着：输一次旧口令，以后都用新的。"</p>
            {line("old-passphrase", "旧口令", "password", "off", old, silent())}
            <div role="alert">{move || failed.get().map(|words| status(Look::Overdue, words))}</div>
            <button class="btn btn--main" disabled=move || busy.get()>"换成新口令并登录"</button>
            <button type="button" class="btn" disabled=move || busy.get() on:click=ask>"忘了旧口令"</button>
        </form>
        <dialog class="dialog" node_ref=dialog aria-labelledby="clear-title">
            <h2 id="clear-title">"清除本机数据？"</h2>
            <p>"没有旧口令，谁也打不开本机数据。清除后从服务器重新取回案件；本机没有发送的登记、照片和草稿会丢失。"</p>
            <div class="form__acts">
                <button type="button" class="btn" on:click=move |_| close()>"取消"</button>
                <button type="button" class="btn btn--main" on:click=clear>"清除并登录"</button>
            </div>
        </dialog>
    }
}
