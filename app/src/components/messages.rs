//! Messages that pass: what happened, what was kept, what can be done about it.

use std::{sync::Arc, time::Duration};

use leptos::prelude::*;

use super::{sprite::icon, status::Look};
use crate::lazy;

/// How long a message without a demand stays.
const STAYS: Duration = Duration::from_secs(12);
/// Older ones give way.
const AT_ONCE: usize = 3;

/// What is done when the officer takes up a message's offer. A message outlives the part of a page
/// that says it, so nothing of that part may hold this.
type Act = Arc<dyn Fn() + Send + Sync>;

/// One message.
#[derive(Clone)]
pub(crate) struct Message {
    look: Look,
    happened: String,
    more: String,
    offer: Option<(&'static str, Act)>,
}

impl Message {
    /// Something was done.
    pub(crate) fn done(happened: impl Into<String>) -> Self {
        Self::new(Look::Done, happened)
    }

    /// Something failed; it stays until it is put away.
    pub(crate) fn bad(happened: impl Into<String>) -> Self {
        Self::new(Look::Overdue, happened)
    }

    fn new(look: Look, happened: impl Into<String>) -> Self {
        Self {
            look,
            happened: happened.into(),
            more: String::new(),
            offer: None,
        }
    }

    /// What was kept, what follows, what to do.
    #[must_use]
    pub(crate) fn more(mut self, more: impl Into<String>) -> Self {
        self.more = more.into();
        self
    }

    /// What the officer may do about it, such as 撤回.
    #[must_use]
    pub(crate) fn offer(
        mut self,
        words: &'static str,
        act: impl Fn() + Send + Sync + 'static,
    ) -> Self {
        self.offer = Some((words, Arc::new(act)));
        self
    }
}

/// The messages now shown. In context: [`Messages::use_in`].
#[derive(Clone, Copy)]
pub(crate) struct Messages {
    shown: RwSignal<Vec<(u32, Message)>>,
    next: StoredValue<u32>,
}

impl Messages {
    /// Puts an empty list in context.
    pub(crate) fn provide() -> Self {
        let messages = Self {
            shown: RwSignal::default(),
            next: StoredValue::new(0),
        };
        provide_context(messages);
        messages
    }

    /// The list in context.
    pub(crate) fn use_in() -> Self {
        expect_context()
    }

    /// Shows a message; one that asks for nothing goes by itself.
    pub(crate) fn say(self, message: Message) {
        let id = self.next.get_value();
        self.next.set_value(id.wrapping_add(1));
        let stays = message.look == Look::Overdue;
        self.shown.update(|shown| {
            shown.push((id, message));
            let over = shown.len().saturating_sub(AT_ONCE);
            shown.drain(..over);
        });
        if !stays {
            set_timeout(move || self.put_away(id), STAYS);
        }
    }

    fn put_away(self, id: u32) {
        let _ = self
            .shown
            .try_update(|shown| shown.retain(|(shown, _)| *shown != id));
    }
}

/// Where messages appear; read out as they come. What shows them comes with the first.
#[component]
pub(crate) fn Passing() -> impl IntoView {
    let messages = Messages::use_in();
    let any = Memo::new(move |any: Option<&bool>| {
        any == Some(&true) || messages.shown.with(|shown| !shown.is_empty())
    });
    view! {
        <div class="passing" role="log" aria-live="polite" aria-label="消息">
            {move || any.get().then(lazy::messages)}
        </div>
    }
}

/// The messages, each until it is put away.
#[component]
pub(crate) fn Shown() -> impl IntoView {
    let messages = Messages::use_in();
    view! {
        <For
            each=move || messages.shown.get()
            key=|(id, _)| *id
            children=move |(id, message)| passing(messages, id, message)
        />
    }
}

fn passing(messages: Messages, id: u32, message: Message) -> AnyView {
    let Message {
        look,
        happened,
        more,
        offer,
    } = message;
    let class = if look == Look::Overdue {
        "msg msg--bad"
    } else {
        "msg"
    };
    let offer = offer.map(|(words, act)| {
        let take = move |_| {
            messages.put_away(id);
            act();
        };
        view! { <button type="button" class="link" on:click=take>{words}</button> }
    });
    view! {
        <div class=class>
            {look.mark()}
            <div>
                <b>{happened}</b>
                <p>{more}" "{offer}</p>
            </div>
            <button type="button" class="msg__x" aria-label="收起消息" on:click=move |_| messages.put_away(id)>
                {icon("i-x", "12")}
            </button>
        </div>
    }
    .into_any()
}
