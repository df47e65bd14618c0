//! One field of a form: its label over it, what is said of it under it.

use leptos::{ev, prelude::*};

use super::status::{Look, status};

/// What is said under a field while it is filled in.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Remark {
    /// Nothing stands in the way; said for information.
    Note(String),
    /// It may be so, but is worth a look.
    Warning(String),
    /// It cannot be saved so.
    Wrong(String),
}

impl Remark {
    /// Whether it stands in the way of saving.
    pub(crate) const fn is_wrong(&self) -> bool {
        matches!(self, Self::Wrong(_))
    }

    /// Mark and word.
    pub(crate) fn view(self) -> AnyView {
        match self {
            Self::Note(words) => view! { <span>{words}</span> }.into_any(),
            Self::Warning(words) => status(Look::Soon, words),
            Self::Wrong(words) => status(Look::Overdue, words),
        }
    }
}

/// A label, the control with this id, and the remarks on it.
pub(crate) fn field(
    id: &'static str,
    label: AnyView,
    control: AnyView,
    remarks: Signal<Vec<Remark>>,
) -> AnyView {
    view! {
        <div class="field">
            <label for=id>{label}</label>
            {control}
            <div class="field__say" id=said_of(id) aria-live="polite">
                {move || remarks.get().into_iter().map(Remark::view).collect::<Vec<_>>()}
            </div>
        </div>
    }
    .into_any()
}

/// The id of what is said of the control with this id, for `aria-describedby`.
pub(crate) fn said_of(id: &str) -> String {
    format!("{id}-say")
}

/// A line of text.
pub(crate) fn line(
    id: &'static str,
    label: &'static str,
    kind: &'static str,
    autocomplete: &'static str,
    value: RwSignal<String>,
    remarks: Signal<Vec<Remark>>,
) -> AnyView {
    let type_in = move |event: ev::Targeted<ev::Event, web_sys::HtmlInputElement>| {
        value.set(event.target().value());
    };
    let control = view! {
        <input
            class="input"
            id=id
            name=id
            type=kind
            autocomplete=autocomplete
            autocapitalize="off"
            spellcheck="false"
            aria-describedby=said_of(id)
            aria-invalid=move || remarks.with(|remarks| remarks.iter().any(Remark::is_wrong)).then_some("true")
            prop:value=move || value.get()
            on:input:target=type_in
        />
    };
    field(id, label.into_any(), control.into_any(), remarks)
}

/// No remarks at all.
pub(crate) fn silent() -> Signal<Vec<Remark>> {
    Signal::derive(Vec::new)
}
