//! The frame around every page: rail, bar, messages; and what stands in its place before sign-in.

mod bar;
mod help;
mod rail;
mod routes;
mod search;
mod sync_mark;
pub(crate) mod user_menu;
mod warnings;

use std::cell::Cell;

use leptos::prelude::*;
use leptos_router::{
    components::Router,
    hooks::{use_location, use_navigate},
    location::{BrowserUrl, LocationProvider},
};
use shared::Role;

pub(crate) use self::{
    help::Keys, routes::InAddress, search::Found, user_menu::Items, warnings::Warnings,
};
use crate::{
    badge,
    components::{
        messages::{Message, Messages, Passing},
        sprite::{Sprite, icon},
        status::Look,
    },
    keys::{self, SEARCH_FIELD},
    lazy,
    overview::Overview,
    pages,
    session::{Phase, Session},
    theme::Theme,
    update,
};

/// The whole app.
#[component]
pub fn App() -> impl IntoView {
    Theme::kept().show();
    Session::provide();
    Messages::provide();
    keys::keep_focus();
    view! {
        <Sprite />
        <Router>
            <Gate />
        </Router>
        <Passing />
        <UpdatePrompt />
    }
}

/// What may be seen: the frame once a store is open, else the way to open one.
#[component]
fn Gate() -> impl IntoView {
    let session = Session::use_in();
    let path = use_location().pathname;
    // The browser shows a new address once its page is asked for.
    let browser = expect_context::<BrowserUrl>();
    Effect::new(move || {
        path.track();
        keys::arrive();
        browser.ready_to_complete();
    });
    let phase = session.phase();
    let shown = Memo::new(move |_| match phase.get() {
        _ if path.get() == "/welcome" => Shown::Welcome,
        Phase::Starting => Shown::Nothing,
        Phase::SignedOut | Phase::Locked { .. } => Shown::SignIn,
        Phase::Open => Shown::Frame,
    });
    move || match shown.get() {
        Shown::Nothing => view! { <p class="entry" role="status">"正在打开……"</p> }.into_any(),
        Shown::SignIn => view! { <pages::sign_in::SignIn /> }.into_any(),
        Shown::Welcome => lazy::welcome(),
        Shown::Frame => view! { <Frame /> }.into_any(),
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Shown {
    Nothing,
    SignIn,
    Welcome,
    Frame,
}

#[component]
fn Frame() -> impl IntoView {
    Overview::provide();
    badge::keep();
    pages::import::WorkPlace::provide();
    let session = Session::use_in();
    let help = help::provide();
    keys_of_frame(help);
    let messages = Messages::use_in();
    Effect::new(move || {
        if session.ended().get() {
            messages.say(Message::bad("这台设备已被停用").more("本机的案件已清除；没有发送的内容和草稿加密留在本机，可在“账号”页导出，到另一台设备取回。"));
        }
    });
    let demo = move || session.profile().get().is_some_and(|profile| profile.demo);
    view! {
        <a class="skip" href="#main">"跳到正文"</a>
        <div class="frame" class:is-demo=demo>
            {move || {
                demo()
                    .then(|| view! { <aside class="strip">{Look::Provisional.mark()}"演示：数据随时清除"</aside> })
            }}
            <rail::Rail />
            <bar::Bar />
            <routes::Pages />
        </div>
        <help::Help help />
        {warnings::warnings()}
    }
}

/// The first page: an administrator has no part in cases.
fn home() -> AnyView {
    let session = Session::use_in();
    let administers = session.profile().with_untracked(|profile| {
        profile
            .as_ref()
            .is_some_and(|profile| profile.actor.role == Role::Administrator)
    });
    if administers {
        lazy::admin()
    } else {
        view! { <pages::today::Today /> }.into_any()
    }
}

fn keys_of_frame(help: help::HelpDialog) {
    let navigate = use_navigate();
    let after_g = Cell::new(false);
    keys::on_key(move |key| {
        let went = after_g.replace(key == "g");
        let to = match key {
            "t" if went => "/",
            "l" if went => "/ledger",
            "s" if went => "/sync",
            "/" => return keys::focus(SEARCH_FIELD),
            "?" => {
                help.open();
                return true;
            }
            _ => return false,
        };
        navigate(to, leptos_router::NavigateOptions::default());
        true
    });
}

/// Offers a newer version; the officer says when.
#[component]
fn UpdatePrompt() -> impl IntoView {
    let ready = update::ready();
    move || ready.get().then(lazy::new_version)
}

/// The offer.
#[component]
pub(crate) fn NewVersion() -> impl IntoView {
    let put_away = RwSignal::new(false);
    let offer = move || {
        view! {
            <div class="passing passing--first" role="status">
                <div class="msg">
                    {Look::Done.mark()}
                    <div>
                        <b>"新版本已备好"</b>
                        <p>
                            "已登记的内容都在。"
                            <button type="button" class="link" on:click=move |_| update::take()>
                                "现在更新"
                            </button>
                        </p>
                    </div>
                    <button type="button" class="msg__x" aria-label="以后再说" on:click=move |_| put_away.set(true)>
                        {icon("i-x", "12")}
                    </button>
                </div>
            </div>
        }
    };
    move || (!put_away.get()).then(offer)
}
