//! The badge of the installed app: how many of the office's duties are overdue, where the platform
//! has badges.

use js_sys::{Function, Promise, Reflect};
use leptos::{prelude::*, task::spawn_local};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

use crate::{
    model::duty::{Group, scopes_of},
    overview::Overview,
    session::Session,
};

/// Shows the count for as long as the frame is there; none is shown behind a lock.
pub(crate) fn keep() {
    let (session, overview) = (Session::use_in(), Overview::use_in());
    let overdue = Memo::new(move |_| {
        let profile = session.profile().get();
        let scope = profile.and_then(|it| scopes_of(it.actor.role).first().copied());
        let parties = scope.map_or(&[][..], |(_, parties)| parties);
        overview.duties.with(|duties| {
            let overdue = duties.iter().filter(|it| it.group == Group::Overdue);
            overdue.filter(|it| parties.contains(&it.party)).count()
        })
    });
    Effect::new(move || show(overdue.get()));
    on_cleanup(|| show(0));
}

fn show(count: usize) {
    let navigator: JsValue = window().navigator().into();
    let set = Reflect::get(&navigator, &"setAppBadge".into());
    if let Some(set) = set.ok().and_then(|set| set.dyn_into::<Function>().ok()) {
        #[expect(clippy::cast_precision_loss, reason = "duties are far below 2^52")]
        let count = JsValue::from(count as f64);
        if let Ok(Ok(shown)) = set
            .call1(&navigator, &count)
            .map(JsCast::dyn_into::<Promise>)
        {
            spawn_local(async move {
                // It is refused where the app is not installed; nothing hangs on it.
                let _ = JsFuture::from(shown).await;
            });
        }
    }
}
