//! What the device must say of itself on whatever page the officer is: a wrong clock, trouble with
//! the stores, a version that the server no longer takes.

use leptos::prelude::*;

use crate::{
    components::messages::{Message, Messages},
    lazy,
    session::{Session, SyncState},
    update,
    words::{
        store::{self, Trouble},
        sync as words,
    },
};

/// Nothing, as long as all is well: what is said comes only with something to say.
pub(super) fn warnings() -> AnyView {
    let session = Session::use_in();
    let any = Memo::new(move |any: Option<&bool>| {
        any == Some(&true)
            || session.device().with(|device| device.ails())
            || session
                .sync_state()
                .with(|state| matches!(state, SyncState::VersionTooOld { .. }))
    });
    (move || any.get().then(lazy::warnings)).into_any()
}

/// Says each once, when it comes up; the sync page goes on showing it.
#[component]
pub(crate) fn Warnings() -> impl IntoView {
    let (session, messages) = (Session::use_in(), Messages::use_in());
    let device = session.device();
    let clock =
        Memo::new(move |_| device.with(|device| words::clock(device.clock_ahead_milliseconds)));
    let trouble = Memo::new(move |_| device.with(|device| store::trouble(device)));
    let too_old = Memo::new(move |_| {
        session
            .sync_state()
            .with(|state| matches!(state, SyncState::VersionTooOld { .. }))
    });
    Effect::new(move |_| {
        if let Some(words) = clock.get() {
            let more = "登记的先后按服务器的时间校正，期限按文书上的日期计算，不受影响。";
            messages.say(Message::bad(format!("本机时钟{words}")).more(more));
        }
    });
    Effect::new(move |said: Option<Vec<Trouble>>| {
        let trouble = trouble.get();
        for new in &trouble {
            if said.as_ref().is_some_and(|said| said.contains(new)) {
                continue;
            }
            let message = if new.is_mended {
                Message::done("本机存储已修复")
            } else {
                Message::bad("本机存储有情况")
            };
            messages.say(message.more(format!("{}。", new.words)));
        }
        trouble
    });
    Effect::new(move |_| {
        if too_old.get() {
            let state = session.sync_state().get_untracked();
            let today = session.today().get_untracked();
            messages.say(Message::bad("须更新本程序").more(words::in_full(&state, today)));
            update::look();
        }
    });
}
