//! The user's menu: theme, keys, lock, sign out. What is in it comes when it is first opened.

use leptos::{html, prelude::*, task::spawn_local};
use wasm_bindgen::JsCast;

use super::help::HelpDialog;
use crate::{components::sprite::icon, lazy, session::Session, theme::Theme};

/// The user's name, and behind it the menu.
#[component]
pub(super) fn UserMenu() -> impl IntoView {
    let session = Session::use_in();
    let asked = RwSignal::new(false);
    let leaving = Leaving(NodeRef::new());
    provide_context(leaving);
    view! {
        <button
            type="button"
            class="bar__fact"
            popovertarget="user-menu"
            aria-haspopup="true"
            on:click=move |_| asked.set(true)
        >
            <b>{move || display(session)}</b>
            {icon("i-down", "12")}
        </button>
        <div class="menu" id="user-menu" popover="auto">
            {move || asked.get().then(lazy::user_menu)}
        </div>
        <dialog class="dialog" node_ref=leaving.0 aria-labelledby="leave-title">
            {move || asked.get().then(lazy::sign_out)}
        </dialog>
    }
}

/// The dialog that asks before unsent work is left behind.
#[derive(Clone, Copy)]
pub(crate) struct Leaving(pub(crate) NodeRef<html::Dialog>);

fn display(session: Session) -> Option<String> {
    let profile = session.profile().get();
    profile.map(|profile| profile.display.clone())
}

/// What is in the menu.
#[component]
pub(crate) fn Items() -> impl IntoView {
    let session = Session::use_in();
    let help = expect_context::<HelpDialog>();
    let Leaving(leaving) = expect_context();
    let account = move || {
        session
            .profile()
            .get()
            .map(|profile| format!("{}　{}", profile.actor.user, profile.office_name))
    };
    let lock = move |_| spawn_local(async move { session.lock().await });
    let sign_out = move |_| {
        spawn_local(async move {
            let left = session.unsent().await.unwrap_or_default();
            match leaving.get_untracked() {
                // Fails only where the dialog is not in the page.
                Some(dialog) if left.changes + left.contents > 0 => drop(dialog.show_modal()),
                _ => session.sign_out().await,
            }
        });
    };
    view! {
        <p class="menu__who"><b>{move || display(session)}</b>{account}</p>
        <div class="menu__set"><span id="theme-word">"显示"</span><ThemeChoice /></div>
        <button type="button" class="menu__item" popovertarget="user-menu" on:click=move |_| help.open()>
            "快捷键"<kbd class="kbd">"?"</kbd>
        </button>
        <a class="menu__item" href="/account" on:click=move |_| close_menu()>"账号与设备"</a>
        <button type="button" class="menu__item" on:click=lock>"锁定"</button>
        <button type="button" class="menu__item" popovertarget="user-menu" on:click=sign_out>"退出登录"</button>
    }
}

/// A link leaves its menu open.
fn close_menu() {
    let menu = document().get_element_by_id("user-menu");
    if let Some(menu) = menu.and_then(|menu| menu.dyn_into::<web_sys::HtmlElement>().ok()) {
        // Fails only where it is closed already.
        let _ = menu.hide_popover();
    }
}

#[component]
fn ThemeChoice() -> impl IntoView {
    let chosen = RwSignal::new(Theme::kept());
    let choices = Theme::ALL
        .into_iter()
        .map(|(theme, _, word)| {
            let choose = move |_| {
                chosen.set(theme);
                theme.show();
                theme.keep();
            };
            let pressed = move || {
                if chosen.get() == theme {
                    "true"
                } else {
                    "false"
                }
            };
            view! { <button type="button" aria-pressed=pressed on:click=choose>{word}</button> }
        })
        .collect::<Vec<_>>();
    view! { <div class="seg" role="group" aria-labelledby="theme-word">{choices}</div> }
}
