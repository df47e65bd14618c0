//! Photos and remarks, on every screen of the visit.

use leptos::{ev, prelude::*, task::spawn_local};
use shared::{
    attachment::{Attachment, Place, Purpose},
    visit::{MAXIMUM_PHOTOS, MAXIMUM_REMARK_CHARACTERS, Photo, Step},
    words,
};

use super::desk::{Desk, now};
use crate::{
    components::{
        messages::{Message, Messages},
        picture::shot,
        sprite::icon,
    },
    photo::{chosen, place_of, prepared},
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
    let taken = move || -> Vec<Photo> {
        desk.with(|visit| {
            let here = visit.photos.iter().filter(|it| it.step == step);
            here.cloned().collect()
        })
    };
    let one = move |photo: Photo| {
        let hash = photo.attachment.hash;
        let kept = photo.clone();
        let remove = move |_| {
            desk.remove(hash, |visit| {
                visit
                    .photos
                    .retain(|it| it.attachment.hash != hash || it.step != step);
            });
            let kept = kept.clone();
            let put_back = move || {
                let photo = kept.clone();
                desk.change(|visit| {
                    if visit.photos.iter().all(|it| it.attachment.hash != hash) {
                        visit.photos.push(photo);
                    }
                });
            };
            messages.say(Message::done("已删去一张照片").offer("恢复", put_back));
        };
        let Photo {
            attachment, place, ..
        } = photo;
        let label = format!("删去 {}", attachment.name);
        let more = view! {
            {place.map(at)}
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
                <For each=taken key=|it| it.attachment.hash.to_string() children=one />
                <label class="shot__add">
                    {icon("i-camera", "28")}
                    "拍照"
                    <input class="vh" type="file" accept="image/*" capture="environment" multiple=true on:change:target=take />
                </label>
            </div>
            {places(desk)}
        </section>
    }
    .into_any()
}

/// Whether photos keep the place that the camera wrote into them; those taken before stay as they
/// are.
fn places(desk: Desk) -> AnyView {
    let keeps = move || desk.with(|visit| visit.keeps_places);
    let choose = move |event: ev::Targeted<ev::Event, web_sys::HtmlInputElement>| {
        let keeps = event.target().checked();
        desk.change(|visit| visit.keeps_places = keeps);
    };
    let says = move || {
        if keeps() {
            "经纬度随之后拍的照片记入核查记录；相机没有写入地点的，就没有"
        } else {
            "照片里的地点和设备信息都去掉，不保存"
        }
    };
    view! {
        <label class="place">
            <input type="checkbox" class="tick" prop:checked=keeps on:change:target=choose />
            <span>"保留拍摄地点"<small>{says}</small></span>
        </label>
    }
    .into_any()
}

/// Where a photo was taken.
pub(super) fn at(place: Place) -> AnyView {
    view! { <small>{words::place(place)}</small> }.into_any()
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
                let keeps = desk.with_untracked(|visit| visit.keeps_places);
                let place = if keeps { place_of(&file).await } else { None };
                if keeps && place.is_none() {
                    messages.say(
                        Message::done("照片已存下，但里面没有地点")
                            .more("相机没有写入，或系统交给浏览器前已经去掉。"),
                    );
                }
                let hash = attachment.hash;
                let add = |visit: &mut shared::visit::Visit| {
                    // The same picture twice is one.
                    if visit.photos.iter().all(|it| it.attachment.hash != hash) {
                        visit.photos.push(Photo {
                            step,
                            attachment,
                            place,
                        });
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
