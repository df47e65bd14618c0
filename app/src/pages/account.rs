//! 账号: the user's own passphrase, devices, calendar, and unsent work as a sealed file.

mod calendar;
pub(crate) mod devices;
pub(crate) mod leave;
pub(crate) mod old;
mod passphrase;
mod sealed;

use leptos::prelude::*;

use crate::session::Session;

/// What is the user's own.
#[component]
pub(crate) fn AccountPage() -> impl IntoView {
    let session = Session::use_in();
    let who = move || {
        session.profile().get().map(|profile| {
            let words = format!(
                "{}（{}），{}",
                profile.display, profile.actor.user, profile.office_name
            );
            view! { <p>{words}</p> }
        })
    };
    view! {
        <main class="page" id="main" tabindex="-1">
            <div class="page__head">
                <h1>"账号与设备"</h1>
            </div>
            {who}
            <section class="part" aria-labelledby="devices">
                <h2 id="devices">"我的设备"</h2>
                <devices::Devices everybody=false />
            </section>
            <section class="part" aria-labelledby="sealed">
                <h2 id="sealed">"未发送内容的加密副本"</h2>
                <sealed::Sealed />
            </section>
            <section class="part" aria-labelledby="calendar">
                <h2 id="calendar">"到期日历"</h2>
                <calendar::Subscription />
            </section>
            <section class="part" aria-labelledby="change">
                <h2 id="change">"更换口令"</h2>
                <passphrase::Change />
            </section>
        </main>
    }
}
