//! What will follow, before it is saved.

use leptos::prelude::*;
use shared::{
    rule::Party,
    words::{self, weekday},
};

use super::form::State;
use crate::{
    components::{
        days::short_day,
        status::{Look, status},
    },
    model::consequences::{Consequences, Line},
    words::people,
};

/// The panel beside the form.
pub(crate) fn preview(state: State) -> AnyView {
    let follows = Memo::new(move |_| state.consequences());
    let said = move || follows.with(|follows| follows.as_ref().map(Consequences::days_in_words));
    let body = move || match follows.get() {
        None => view! { <p>"填写日期后，这里显示期限怎样变化。"</p> }.into_any(),
        Some(follows) if follows.is_empty() => {
            view! { <p>"期限、限制和公告事由都不变，只留下记录。"</p> }.into_any()
        }
        Some(follows) => changes(state, &follows),
    };
    view! {
        <section class="follow" aria-labelledby="follow-title">
            <h2 id="follow-title">"登记后"</h2>
            <p class="vh" role="status">{said}</p>
            {body}
        </section>
    }
    .into_any()
}

fn changes(state: State, follows: &Consequences) -> AnyView {
    let days = follows
        .days
        .iter()
        .map(|(title, day, provisional)| {
            let class = if *provisional { "is-guess" } else { "" };
            view! {
                <div>
                    <dt>{*title}</dt>
                    <dd class=class>
                        <time datetime=day.to_string()>{day.to_string()}</time>
                        <small>{weekday(*day)}</small>
                        {provisional.then(crate::components::days::provisional_word)}
                    </dd>
                </div>
            }
        })
        .collect::<Vec<_>>();
    let moved = follows
        .moved
        .iter()
        .map(|(line, before)| {
            let today = state.session.today().get();
            let before = before.map(|day| view! { <s>{short_day(day, today)}</s> });
            line_view(state, line, before.into_any())
        })
        .collect::<Vec<_>>();
    let lines = |lines: &[Line]| {
        lines
            .iter()
            .map(|line| line_view(state, line, ().into_any()))
            .collect::<Vec<_>>()
    };
    view! {
        <dl class="hero">{days}</dl>
        {part("办结", lines(&follows.closed))}
        {part("改期", moved)}
        {part("开始计算", lines(&follows.opened))}
        {part("不再计算", lines(&follows.gone))}
        {part("随之生效", follows.begins.iter().map(|title| statement(Look::Running, title)).collect())}
        {part("随之消失", follows.ends.iter().map(|title| statement(Look::Waived, title)).collect())}
    }
    .into_any()
}

fn part(title: &'static str, lines: Vec<AnyView>) -> Option<AnyView> {
    (!lines.is_empty()).then(|| {
        view! {
            <h3>{title}</h3>
            <ul class="then">{lines}</ul>
        }
        .into_any()
    })
}

fn line_view(state: State, line: &Line, before: AnyView) -> AnyView {
    let today = state.session.today().get();
    let party = party_words(state, line.party);
    view! {
        <li>
            {status(line.look, line.words.clone())}
            <span>{line.what}<small>{party}"　"{words::article(line.article)}</small></span>
            <span class="num">{before}{line.due.map(|due| short_day(due, today))}</span>
        </li>
    }
    .into_any()
}

fn party_words(state: State, party: Party) -> String {
    let role = state
        .session
        .profile()
        .get()
        .map(|profile| profile.actor.role);
    let handling = state
        .case
        .get()
        .map(|case| case.file.handling_bureau().to_owned())
        .unwrap_or_default();
    role.map_or_else(String::new, |role| people::party(party, &handling, role))
}

fn statement(look: Look, title: &str) -> AnyView {
    view! { <li class="then__all">{status(look, title.to_owned())}</li> }.into_any()
}
