//! The text of an announcement, part by part.

use leptos::{ev, prelude::*};
use shared::publication::{Announcement, PARTS, Step};

use super::Desk;

/// What is being typed into each part and is not saved yet.
#[derive(Clone, Copy)]
pub(super) struct Typed([RwSignal<Option<String>>; PARTS.len()]);

impl Typed {
    pub(super) fn none() -> Self {
        Self(std::array::from_fn(|_| RwSignal::new(None)))
    }
}

/// The section.
pub(super) fn section(desk: Desk, own: &Announcement, typed: Typed) -> AnyView {
    let saved: Vec<String> = PARTS
        .iter()
        .map(|(part, _)| {
            let written = own.texts.get(*part);
            written.map_or_else(String::new, |(text, _)| text.clone())
        })
        .collect();
    let fields = PARTS
        .iter()
        .zip(&saved)
        .zip(typed.0)
        .map(|(((part, title), saved), typed)| field(part, title, saved.clone(), typed))
        .collect::<Vec<_>>();
    let changed = {
        let saved = saved.clone();
        move || {
            let parts = PARTS.iter().zip(&saved).zip(typed.0);
            parts
                .filter_map(|(((part, _), saved), typed)| {
                    let text = typed.get().filter(|text| text != saved)?;
                    let part = (*part).to_owned();
                    Some(Step::Text { part, text })
                })
                .collect::<Vec<_>>()
        }
    };
    let count = {
        let changed = changed.clone();
        move || changed().len()
    };
    let before = saved.clone();
    let save = move |_| {
        let steps = untrack(&changed);
        for typed in typed.0 {
            typed.set(None);
        }
        let said_before = |step: &Step| match step {
            Step::Text { part, .. } => {
                let at = PARTS.iter().position(|(name, _)| name == part)?;
                let (part, text) = (part.clone(), before[at].clone());
                Some(Step::Text { part, text })
            }
            _ => None,
        };
        let back: Vec<Step> = steps.iter().filter_map(said_before).collect();
        desk.take_or_undo(steps, back, "已保存正文");
    };
    let nothing = {
        let count = count.clone();
        move || count() == 0
    };
    view! {
        <section class="part" aria-labelledby="text">
            <h2 id="text">"正文"<span class="part__note">"未经审批，不得发布（第二十二条）"</span></h2>
            <div class="announce__parts">{fields}</div>
            <div class="part__acts">
                <button type="button" class="btn btn--main" disabled=nothing on:click=save>
                    {move || match count() { 0 => "正文已保存".to_owned(), count => format!("保存 {count} 处改动") }}
                </button>
            </div>
        </section>
    }
    .into_any()
}

fn field(
    part: &'static str,
    title: &'static str,
    saved: String,
    typed: RwSignal<Option<String>>,
) -> AnyView {
    let id = format!("part-{part}");
    let lines = 1 + saved.chars().count() / 50 + saved.lines().count().saturating_sub(1);
    let shown = move || typed.get().unwrap_or_else(|| saved.clone());
    let type_in = move |event: ev::Targeted<ev::Event, web_sys::HtmlTextAreaElement>| {
        typed.set(Some(event.target().value()));
    };
    view! {
        <div class="field">
            <label for=id.clone()>{title}</label>
            <textarea class="input" id=id rows=lines.to_string() prop:value=shown on:input:target=type_in></textarea>
        </div>
    }
    .into_any()
}

/// As it reads: on paper while it is edited, always once it is published.
pub(super) fn paper(own: &Announcement, is_open: bool) -> AnyView {
    let content = own.content();
    let lines = content
        .parts
        .iter()
        .flat_map(|(_, text)| text.lines())
        .map(|line| view! { <p>{line.to_owned()}</p> })
        .collect::<Vec<_>>();
    let number = own.number.as_ref().map(|(number, _)| number.to_string());
    view! {
        <article class="announce__text" class:print-only=is_open>
            <h3>{content.title}</h3>
            {number.map(|number| view! { <p class="announce__number">{number}</p> })}
            {lines}
        </article>
    }
    .into_any()
}
