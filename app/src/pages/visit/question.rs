//! One question: its answers, each with what follows from it, photos and remarks.

use leptos::prelude::*;
use shared::visit::{Choice, Step};

use super::{desk::Desk, people::lacks, photos};
use crate::session::LedgerCase;

/// The screen of a question.
pub(super) fn question(desk: Desk, case: &LedgerCase, step: Step) -> AnyView {
    let Some(question) = step.question() else {
        return ().into_any();
    };
    let product = &case.file.case.product;
    let product = [&product.name, &product.model]
        .into_iter()
        .filter(|part| !part.is_empty())
        .cloned()
        .collect::<Vec<_>>()
        .join(" ");
    let hint = if step == Step::Production && !product.is_empty() {
        format!("{product}。{}", question.hint)
    } else {
        question.hint.to_owned()
    };
    let choices = question
        .choices
        .iter()
        .map(|choice| option(desk, step, choice))
        .collect::<Vec<_>>();
    view! {
        <fieldset class="q__ask">
            <legend>{question.asks}</legend>
            <p class="q__hint">{hint}</p>
            <div class="opts">{choices}</div>
            {lacks(desk, step)}
        </fieldset>
        {photos::photos(desk, step)}
        {photos::remark(desk, step, "现场情况")}
    }
    .into_any()
}

fn option(desk: Desk, step: Step, choice: &'static Choice) -> AnyView {
    let is_on = move || desk.with(|visit| visit.answer(step) == choice.value);
    let choose = move |_| {
        desk.change(|visit| drop(visit.answers.insert(step, choice.value.to_owned())));
    };
    let follows = (!choice.follows.is_empty()).then(|| view! { <small>{choice.follows}</small> });
    view! {
        <label class="opt" class:is-on=is_on>
            <input type="radio" name="answer" prop:checked=is_on on:change=choose />
            <span><b>{choice.title}</b>{follows}</span>
        </label>
    }
    .into_any()
}
