//! Photos and remarks, on every screen of the visit.

use leptos::{ev, prelude::*, task::spawn_local};
use shared::{
    attachment::{Attachment, Purpose},
    visit::{MAXIMUM_PHOTOS, MAXIMUM_REMARK_CHARACTERS, Photo, Step},
};

use super::desk::{Desk, now};
use crate::{
    components::{
        messages::{Message, Messages},
        picture::shot,
        sprite::icon,
    },
    photo::{chosen, prepared},
};

/// The photos of a screen, and the camera.
pub(super) fn photos(desk: Desk, step: Step) -> AnyView {
    let messages = Messages::use_in();
    let count = move || {
        let count = desk.with(|visit| visit.photos.iter().filter(|it| it.step == step).count());
        if count == 0 {
            "选填，随记录保存".to_owned()
        } else {
            format!("{count} 张，随记录保存")
        }
    };
    let take = move |input: ev::Targeted<ev::Event, web_sys::HtmlInputElement>| {
        let files = chosen(&input.target());
        spawn_local(add(desk, messages, step, files));
    };
    let taken = move || -> Vec<Attachment> {
        desk.with(|visit| {
            let here = visit.photos.iter().filter(|it| it.step == step);
            here.map(|it| it.attachment.clone()).collect()
        })
    };
    let one = move |attachment: Attachment| {
        let hash = attachment.hash;
        let kept = attachment.clone();
        let remove = move |_| {
            desk.remove(hash, |visit| {
                visit
                    .photos
                    .retain(|it| it.attachment.hash != hash || it.step != step);
            });
            let kept = kept.clone();
            let put_back = move || {
                let attachment = kept.clone();
                desk.change(|visit| {
                    if visit.photos.iter().all(|it| it.attachment.hash != hash) {
                        visit.photos.push(Photo { step, attachment });
                    }
                });
            };
            messages.say(Message::done("已删去一张照片").offer("恢复", put_back));
        };
        let label = format!("删去 {}", attachment.name);
        let more = view! {
            <button type="button" class="shot__x" aria-label=label on:click=remove>{icon("i-x", "12")}</button>
        };
        let shown = Attachment {
            name: String::new(),
            ..attachment
        };
        shot(&shown, more.into_any())
    };
    view! {
        <section>
            <p class="field-lab">"照片"<span>{count}</span></p>
            <div class="shots">
                <For each=taken key=|it| it.hash.to_string() children=one />
                <label class="shot__add">
                    {icon("i-camera", "28")}
                    "拍照"
                    <input class="vh" type="file" accept="image/*" capture="environment" multiple=true on:change:target=take />
                </label>
            </div>
        </section>
    }
    .into_any()
}

async fn add(desk: Desk, messages: Messages, step: Step, files: Vec<web_sys::File>) {
    for file in files {
        let count = desk.with_untracked(|visit| visit.photos.len());
        if count >= MAXIMUM_PHOTOS {
            messages.say(
                Message::bad(format!("一次核查最多 {MAXIMUM_PHOTOS} 张照片"))
                    .more("先删去用不着的。"),
            );
            return;
        }
        let here =
            desk.with_untracked(|visit| visit.photos.iter().filter(|it| it.step == step).count());
        let name = format!("{} 照片 {}", step.title(), here + 1);
        match prepared(&file, &name, Purpose::Photo).await {
            Ok((mut attachment, bytes)) => {
                attachment.taken_at = attachment.taken_at.or(Some(now().unsigned_abs()));
                let hash = attachment.hash;
                let add = |visit: &mut shared::visit::Visit| {
                    // The same picture twice is one.
                    if visit.photos.iter().all(|it| it.attachment.hash != hash) {
                        visit.photos.push(Photo { step, attachment });
                    }
                };
                desk.change_with(add, vec![(hash, bytes)]);
            }
            Err(error) => messages.say(
                Message::bad("没有存下这张照片")
                    .more(format!("{error}。其他内容都在，请再拍一次。")),
            ),
        }
    }
}

/// The remark of a screen.
pub(super) fn remark(desk: Desk, step: Step, label: &'static str) -> AnyView {
    let type_in = move |event: ev::Targeted<ev::Event, web_sys::HtmlTextAreaElement>| {
        let text = event.target().value();
        desk.change(|visit| drop(visit.remarks.insert(step, text)));
    };
    let must = move || desk.with(|visit| visit.chosen(step).is_some_and(|it| it.explain));
    view! {
        <section>
            <label class="field-lab" for="note">{label}<span>{move || if must() { "必填" } else { "选填" }}</span></label>
            <textarea
                class="note"
                id="note"
                maxlength=MAXIMUM_REMARK_CHARACTERS.to_string()
                prop:value=move || desk.with(|visit| visit.remarks.get(&step).cloned().unwrap_or_default())
                on:input:target=type_in
            ></textarea>
        </section>
    }
    .into_any()
}
