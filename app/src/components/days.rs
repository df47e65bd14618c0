//! A day on the page: marked up as one, so that programs can read it too.

use leptos::prelude::*;
use shared::Day;

use crate::words::day;

/// 2013-03-04 周一, the year in grey; or that the law sets none.
pub(crate) fn due_day(due: Option<Day>, provisional: bool) -> AnyView {
    let Some(due) = due else {
        return view! { <span class="muted">"未定期限"</span> }.into_any();
    };
    let iso = due.to_string();
    let (year, rest) = iso.split_at(5);
    let (year, rest) = (year.to_owned(), rest.to_owned());
    view! {
        <time datetime=iso><span class="yr">{year}</span>{rest}</time>
        <span class="wd">{shared::words::weekday(due)}</span>
        {provisional.then(provisional_word)}
    }
    .into_any()
}

/// 03-04, with its year where that is not the year of `beside`.
pub(crate) fn short_day(day: Day, beside: Day) -> AnyView {
    view! { <time datetime=day.to_string()>{day::short(day, beside)}</time> }.into_any()
}

/// 暂定, behind a day that rests on days no notice has settled.
pub(crate) fn provisional_word() -> AnyView {
    view! { <span class="guess">"暂定"</span> }.into_any()
}
