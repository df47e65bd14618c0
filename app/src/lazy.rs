//! Pages whose code is fetched when they are first opened.
//!
//! The build splits the module at these functions (`server/bundler`): what only a page needs is
//! not part of the first load. The service worker keeps every part, so pages open offline too.
//! What pages look like (`style/pages`) comes with the first of them.

use futures::{
    FutureExt,
    future::{LocalBoxFuture, join},
};
use js_sys::Promise;
use leptos::{prelude::*, reactive::spawn_local_scoped};
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use wasm_split_helpers::{SplitLoaderError, wasm_split};

use web_sys::HtmlLinkElement;

use crate::{
    components::messages::Shown,
    frame::{Found, Items, Keys, NewVersion, Warnings},
    pages,
};

type Fetched = Result<AnyView, SplitLoaderError>;

/// A split point for each page: `part: page => view`. Pages that follow each other share a part.
macro_rules! pages {
    ($($part:ident: $name:ident => $view:expr),* $(,)?) => {$(
        pub(crate) fn $name() -> AnyView {
            #[wasm_split($part, fallible)]
            fn $name() -> Fetched {
                Ok($view.into_any())
            }
            once_here($name().boxed_local())
        }
    )*};
}

pages! {
    menu: user_menu => view! { <Items /> },
    office: sign_out => view! { <pages::account::leave::SignOut /> },
    office: old_passphrase => view! { <pages::account::old::OldPassphrase /> },
    office: account => view! { <pages::account::AccountPage /> },
    menu: messages => view! { <Shown /> },
    menu: new_version => view! { <NewVersion /> },
    menu: keys => view! { <Keys /> },
    menu: warnings => view! { <Warnings /> },
    ledger: found => view! { <Found /> },
    ledger: ledger => view! { <pages::ledger::Ledger /> },
    case: case => view! { <pages::case::Case /> },
    case: offers => view! { <pages::record::Offers /> },
    case: record => view! { <pages::record::Record /> },
    papers: of_documents => view! { <pages::documents::Documents /> },
    papers: visiting => view! { <pages::visit::Visiting /> },
    papers: visited => view! { <pages::visit::Visited /> },
    import: import => view! { <pages::import::Import /> },
    bureau: announcements => view! { <pages::announcements::Announcements /> },
    bureau: announcement => view! { <pages::announcements::one::One /> },
    bureau: announcing => view! { <pages::announcements::Announcing /> },
    analysis: analysis => view! { <pages::analysis::AnalysisPage /> },
    office: sync => view! { <pages::sync::Sync /> },
    office: calendar => view! { <pages::calendar::Calendar /> },
    office: admin => view! { <pages::admin::Admin /> },
    office: welcome => view! { <pages::welcome::WelcomePage /> },
}

/// Shows a page as soon as its code is here.
fn once_here(page: LocalBoxFuture<'static, Fetched>) -> AnyView {
    let arrived = RwSignal::new_local(None);
    spawn_local_scoped(async move {
        let page = match join(page, style()).await {
            (Ok(page), Some(())) => page,
            _ => missing(),
        };
        arrived.try_set(Some(page));
    });
    (move || {
        arrived.track();
        arrived.try_update_untracked(Option::take).flatten()
    })
    .into_any()
}

/// The pages' sheet, which the document names and the browser fetches once it is not disabled.
/// `None` where it did not come.
async fn style() -> Option<()> {
    let link = document().get_element_by_id("pages-style")?;
    let link: HtmlLinkElement = link.dyn_into().ok()?;
    if link.sheet().is_none() {
        let heard = Promise::new(&mut |resolve, reject| {
            let _ = link.add_event_listener_with_callback("load", &resolve);
            let _ = link.add_event_listener_with_callback("error", &reject);
        });
        link.set_disabled(false);
        if JsFuture::from(heard).await.is_err() {
            // Fetched anew with the next page.
            link.set_disabled(true);
            return None;
        }
    }
    Some(())
}

/// The network was lost before the page came, or a newer version has taken its place.
fn missing() -> AnyView {
    let again = |_| {
        let _ = window().location().reload();
    };
    view! {
        <div class="msg" role="alert">
            <div>
                <b>"这一部分没有取到"</b>
                <p>"网络不通，或者已经换了新版本。已登记的内容和草稿都在本机。"</p>
                <button type="button" class="btn" on:click=again>"重新载入"</button>
            </div>
        </div>
    }
    .into_any()
}
