//! An attachment in its place: a small picture that opens large, or a document that opens.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use leptos::{prelude::*, task::spawn_local};
use shared::attachment::Attachment;

use super::{
    sprite::icon,
    status::{Look, status},
};
use crate::{
    photo::object_url,
    session::{ContentError, Session},
    words::day,
};

/// The address of an attachment's bytes once they are here, or why they are not; given back when
/// the view that asked goes.
pub(crate) fn address_of(
    attachment: &Attachment,
) -> ArcRwSignal<Option<Result<String, ContentError>>> {
    let session = Session::use_in();
    let address = ArcRwSignal::new(None);
    let is_gone = Arc::new(AtomicBool::new(false));
    let (loaded, asked, attachment) = (address.clone(), is_gone.clone(), attachment.clone());
    // What could not be had is asked for again once the server is there and has more.
    Effect::new(move |_| {
        session.sync_state().track();
        if loaded.with_untracked(is_here) {
            return;
        }
        let (loaded, asked, attachment) = (loaded.clone(), asked.clone(), attachment.clone());
        spawn_local(async move {
            let found = session.content(&attachment).await.and_then(|bytes| {
                object_url(&bytes, attachment.media_type).ok_or(ContentError::Damaged)
            });
            if asked.load(Ordering::Relaxed) || loaded.with_untracked(is_here) {
                revoke(found.ok());
            } else {
                loaded.set(Some(found));
            }
        });
    });
    let kept = address.clone();
    on_cleanup(move || {
        is_gone.store(true, Ordering::Relaxed);
        revoke(kept.get_untracked().and_then(Result::ok));
    });
    address
}

fn is_here(address: &Option<Result<String, ContentError>>) -> bool {
    matches!(address, Some(Ok(_)))
}

fn revoke(address: Option<String>) {
    if let Some(address) = address {
        // What is not there any more need not be given back.
        let _ = web_sys::Url::revoke_object_url(&address);
    }
}

/// The picture alone, as large as its place.
pub(crate) fn picture(attachment: &Attachment) -> AnyView {
    let address = address_of(attachment);
    let name = attachment.name.clone();
    let shown = move || match address.get() {
        None => view! { <span class="shot__wait">"正在打开……"</span> }.into_any(),
        Some(Ok(address)) => {
            view! { <img src=address alt=name.clone() decoding="async" /> }.into_any()
        }
        Some(Err(error)) => {
            view! { <span class="shot__wait">{status(Look::Later, error.to_string())}</span> }
                .into_any()
        }
    };
    shown.into_any()
}

/// A small picture, or a document's name; opens large. `more` stands under it.
pub(crate) fn shot(attachment: &Attachment, more: AnyView) -> AnyView {
    let session = Session::use_in();
    let address = address_of(attachment);
    let (name, is_picture) = (attachment.name.clone(), attachment.media_type.is_picture());
    let taken = attachment
        .taken_at
        .and_then(|at| i64::try_from(at).ok())
        .map(|at| day::moment(at, session.today().get()));
    let shown = move || {
        let name = name.clone();
        match address.get() {
            None => view! { <span class="shot__wait">"正在打开……"</span> }.into_any(),
            Some(Err(error)) => {
                view! { <span class="shot__wait">{status(Look::Later, error.to_string())}</span> }
                    .into_any()
            }
            Some(Ok(address)) => {
                let inside = if is_picture {
                    view! { <img src=address.clone() alt=name.clone() decoding="async" /> }
                        .into_any()
                } else {
                    view! { <span class="shot__wait">{icon("i-paper", "28")}"PDF"</span> }
                        .into_any()
                };
                let label = format!("打开 {name}");
                view! { <a href=address target="_blank" aria-label=label>{inside}</a> }.into_any()
            }
        }
    };
    let name = attachment.name.clone();
    let unnamed = name.is_empty();
    view! {
        <figure class="shot">
            {shown}
            <figcaption>
                {(!unnamed).then_some(name)}
                {taken.map(|at| view! { " "<time>{at}</time> })}
                {more}
            </figcaption>
        </figure>
    }
    .into_any()
}
