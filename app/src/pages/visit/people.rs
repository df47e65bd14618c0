//! Who was there: the two officers, and whoever stood for the enterprise.

use leptos::{ev, prelude::*};
use shared::visit::{Step, Visit};

use super::{desk::Desk, photos};
use crate::components::status::{Look, status};

/// The longest name, post or number.
const MAXIMUM_CHARACTERS: &str = "60";

/// A line of the visit that is typed.
pub(super) fn line(
    desk: Desk,
    id: &'static str,
    label: &'static str,
    numeric: bool,
    read: fn(&Visit) -> String,
    write: fn(&mut Visit, String),
) -> AnyView {
    let type_in = move |event: ev::Targeted<ev::Event, web_sys::HtmlInputElement>| {
        let text = event.target().value();
        desk.change(|visit| write(visit, text));
    };
    let mode = if numeric { "numeric" } else { "text" };
    view! {
        <div>
            <label class="field-lab" for=id>{label}</label>
            <input
                class="note note--line"
                id=id
                type="text"
                inputmode=mode
                autocomplete="off"
                maxlength=MAXIMUM_CHARACTERS
                prop:value=move || desk.with(read)
                on:input:target=type_in
            />
        </div>
    }
    .into_any()
}

/// What is missing on this screen, said once something is filled in.
pub(super) fn lacks(desk: Desk, step: Step) -> AnyView {
    let lacks = move || {
        desk.with(|visit| visit.missing_at(step))
            .map(|what| status(Look::Later, what))
    };
    view! { <p class="q__lacks" role="status">{lacks}</p> }.into_any()
}

/// The two officers.
pub(super) fn officers(desk: Desk) -> AnyView {
    view! {
        <section>
            <h1>"谁来核查？"</h1>
            <p class="q__hint">"不少于两名执法人员，出示执法证。"</p>
            <div class="q__pair">
                {line(desk, "first-name", "核查人员一", false, |it| it.officers[0].name.clone(), |it, text| it.officers[0].name = text)}
                {line(desk, "first-number", "执法证号", true, |it| it.officers[0].certificate.clone(), |it, text| it.officers[0].certificate = text)}
                {line(desk, "second-name", "核查人员二", false, |it| it.officers[1].name.clone(), |it, text| it.officers[1].name = text)}
                {line(desk, "second-number", "执法证号", true, |it| it.officers[1].certificate.clone(), |it, text| it.officers[1].certificate = text)}
            </div>
            {lacks(desk, Step::Officers)}
        </section>
        {photos::photos(desk, Step::Officers)}
        {photos::remark(desk, Step::Officers, "现场情况")}
    }
    .into_any()
}

/// Whoever was there for the enterprise.
pub(super) fn present(desk: Desk) -> AnyView {
    view! {
        <section>
            <h1>"企业谁在场？"</h1>
            <p class="q__hint">"说明来意，告知核查事项；由在场负责人陪同并签字。"</p>
            <div class="q__pair">
                {line(desk, "present-name", "姓名", false, |it| it.present.name.clone(), |it, text| it.present.name = text)}
                {line(desk, "present-post", "职务", false, |it| it.present.post.clone(), |it, text| it.present.post = text)}
            </div>
            {lacks(desk, Step::Present)}
        </section>
        {photos::photos(desk, Step::Present)}
        {photos::remark(desk, Step::Present, "现场情况")}
    }
    .into_any()
}
