//! What will follow, before it is saved.

use std::sync::Arc;

use leptos::prelude::*;
use shared::{
    CaseFile, Event,
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
    session::{LedgerCase, Session},
    words::people,
};

/// What follows from these events; nothing from none.
pub(crate) fn follows(
    session: Session,
    case: &LedgerCase,
    events: &[Event],
) -> Option<Consequences> {
    if events.is_empty() {
        return None;
    }
    let before = session.assessment(case);
    let after = session.assess_with(case, events);
    let mut file = CaseFile::clone(&case.file);
    file.events.extend_from_slice(events);
    let calendar = session.calendar().get();
    Some(Consequences::of(
        &before, &case.file, &after, &file, &calendar,
    ))
}

/// The panel beside the form.
pub(crate) fn preview(state: State) -> AnyView {
    panel(state.case, Memo::new(move |_| state.consequences()))
}

/// What follows for the case, as soon as there is something to follow from.
pub(crate) fn panel(
    case: Memo<Option<Arc<LedgerCase>>>,
    follows: Memo<Option<Consequences>>,
) -> AnyView {
    let session = Session::use_in();
    let parties = Parties { session, case };
    let said = move || follows.with(|follows| follows.as_ref().map(Consequences::days_in_words));
    let body = move || match follows.get() {
        None => view! { <p>"填写日期后，这里显示期限怎样变化。"</p> }.into_any(),
        Some(follows) if follows.is_empty() => {
            view! { <p>"期限、限制和公告事由都不变，只留下记录。"</p> }.into_any()
        }
        Some(follows) => changes(parties, &follows),
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

/// What says who a party is.
#[derive(Clone, Copy)]
struct Parties {
    session: Session,
    case: Memo<Option<Arc<LedgerCase>>>,
}

fn changes(parties: Parties, follows: &Consequences) -> AnyView {
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
            let today = parties.session.today().get();
            let before = before.map(|day| view! { <s>{short_day(day, today)}</s> });
            line_view(parties, line, before.into_any())
        })
        .collect::<Vec<_>>();
    let lines = |lines: &[Line]| {
        lines
            .iter()
            .map(|line| line_view(parties, line, ().into_any()))
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

fn line_view(parties: Parties, line: &Line, before: AnyView) -> AnyView {
    let today = parties.session.today().get();
    let party = party_words(parties, line.party);
    view! {
        <li>
            {status(line.look, line.words.clone())}
            <span>{line.what}<small>{party}"　"{words::article(line.article)}</small></span>
            <span class="num">{before}{line.due.map(|due| short_day(due, today))}</span>
        </li>
    }
    .into_any()
}

fn party_words(parties: Parties, party: Party) -> String {
    let role = parties
        .session
        .profile()
        .get()
        .map(|profile| profile.actor.role);
    let handling = parties
        .case
        .get()
        .map(|case| case.file.handling_bureau().to_owned())
        .unwrap_or_default();
    role.map_or_else(String::new, |role| people::party(party, &handling, role))
}

fn statement(look: Look, title: &str) -> AnyView {
    view! { <li class="then__all">{status(look, title.to_owned())}</li> }.into_any()
}
