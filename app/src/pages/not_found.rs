//! What stands at an address that is none.

use leptos::prelude::*;

/// No such page.
pub(crate) fn not_found() -> AnyView {
    nothing_here("没有这个页面", "地址可能写错了，或者这一页已经不在。")
}

/// No such case on this device.
pub(crate) fn no_such_case() -> AnyView {
    nothing_here(
        "本机没有这个案件",
        "它可能不归本局办理，或者还没有同步到这台设备。",
    )
}

fn nothing_here(what: &'static str, why: &'static str) -> AnyView {
    view! {
        <main class="page" id="main" tabindex="-1">
            <div class="page__head">
                <h1>{what}</h1>
            </div>
            <div class="empty">
                <p>{why}</p>
                <p>"可以回到"<a href="/">"今日"</a>"，或在"<a href="/ledger">"台账"</a>"里查找。"</p>
            </div>
        </main>
    }
    .into_any()
}
