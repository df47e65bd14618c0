//! One question: its answers, each with what follows from it, photos and remarks.

use std::sync::Arc;

use leptos::prelude::*;
use shared::visit::{Choice, Step};

use super::{desk::Desk, people::lacks, photos};
use crate::session::LedgerCase;

/// Why an answer cannot be given now, if it cannot.
pub(super) type Closed = Arc<dyn Fn(&str) -> Option<&'static str> + Send + Sync>;

/// The screen of a question.
pub(super) fn question(desk: Desk, case: &LedgerCase, step: Step) -> AnyView {
    let product = &case.file.case.product;
    let product = [&product.name, &product.model]
        .into_iter()
        .filter(|part| !part.is_empty())
        .cloned()
        .collect::<Vec<_>>()
        .join(" ");
    let about = (step == Step::Production && !product.is_empty()).then_some(product);
    asked(desk, step, about, Arc::new(|_| None), || ().into_any())
}

/// The question about something, with more to fill in below its answers.
pub(super) fn asked(
    desk: Desk,
    step: Step,
    about: Option<String>,
    closed: Closed,
    more: impl FnOnce() -> AnyView,
) -> AnyView {
    let Some(question) = step.question() else {
        return ().into_any();
    };
    let hint = match about {
        Some(about) => format!("{about}。{}", question.hint),
        None => question.hint.to_owned(),
    };
    let choices = question
        .choices
        .iter()
        .map(|choice| option(desk, step, choice, closed.clone()))
        .collect::<Vec<_>>();
    view! {
        <fieldset class="q__ask">
            <legend>{question.asks}</legend>
            <p class="q__hint">{hint}</p>
            <div class="opts">{choices}</div>
            {more()}
            {lacks(desk, step)}
        </fieldset>
        {photos::photos(desk, step)}
        {photos::remark(desk, step, "现场情况")}
    }
    .into_any()
}

fn option(desk: Desk, step: Step, choice: &'static Choice, closed: Closed) -> AnyView {
    let is_on = move || desk.with(|visit| visit.answer(step) == choice.value);
    let choose = move |_| {
        desk.change(|visit| drop(visit.answers.insert(step, choice.value.to_owned())));
    };
    let why = Memo::new(move |_| closed(choice.value));
    let follows = move || {
        let words = why.get().unwrap_or(choice.follows);
        (!words.is_empty()).then(|| view! { <small>{words}</small> })
    };
    view! {
        <label class="opt" class:is-on=is_on>
            <input type="radio" name="answer" prop:checked=is_on disabled=move || why.get().is_some() on:change=choose />
            <span><b>{choice.title}</b>{follows}</span>
        </label>
    }
    .into_any()
}
