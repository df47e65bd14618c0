//! 登记: one form for each event, and beside it what will follow.

mod form;
mod preview;
pub(crate) mod undo;

use std::sync::Arc;

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use shared::{
    EventKind,
    assess::Assessment,
    offer::{Offer, offers},
    permission::{is_own, permitted},
    rule::Track,
    words::{self, Word},
};

pub(crate) use self::{
    form::{State, entries},
    preview::{follows, panel, preview},
};
use super::{case::case_in_address, not_found::no_such_case};
use crate::{
    components::status::{Look, status},
    frame::InAddress,
    model::duty::{number_of, record_address},
    session::{LedgerCase, Session},
    words::day::short,
};

/// What may be recorded on the case: first what its state asks for.
#[component]
pub(crate) fn Offers() -> impl IntoView {
    let session = Session::use_in();
    let case = case_in_address();
    move || match case.get() {
        None => no_such_case(),
        Some(case) => offers_page(session, &case),
    }
}

fn offers_page(session: Session, case: &Arc<LedgerCase>) -> AnyView {
    let Some(profile) = session.profile().get() else {
        return no_such_case();
    };
    let actor = &profile.actor;
    let assessment = session.assessment(case);
    let offered = offers(actor, &case.file, &assessment);
    let rest: Vec<EventKind> = permitted(actor, &case.file)
        .into_iter()
        .filter(|kind| offered.iter().all(|it| it.kind != *kind))
        .collect();
    let body = if is_own(actor, &case.file) {
        view! {
            {offered_part(case, &assessment, &offered)}
            {rest_parts(case, &assessment, &rest)}
        }
        .into_any()
    } else {
        view! {
            <div class="empty">
                <b>"这里没有您可以登记的事件"</b>
                <p>"这个案件由其他单位办理，您可以查看。"</p>
            </div>
        }
        .into_any()
    };
    view! {
        <main class="page" id="main" tabindex="-1">
            {head(case, "登记事件".to_owned())}
            {body}
        </main>
    }
    .into_any()
}

/// The title, and whose case it is.
pub(crate) fn head(case: &LedgerCase, title: String) -> AnyView {
    let enterprise = case.file.case.enterprise.name.clone();
    view! {
        <div class="page__head">
            <h1>{title}</h1>
            <p>
                <a class="link" href=format!("/cases/{}", case.id)>{enterprise}</a>
                "　"
                <span class="num muted">{number_of(case)}</span>
            </p>
        </div>
    }
    .into_any()
}

fn offered_part(case: &LedgerCase, assessment: &Assessment, offered: &[Offer]) -> Option<AnyView> {
    if offered.is_empty() {
        return None;
    }
    let links = offered
        .iter()
        .map(|offer| {
            let row = offer.rule.and_then(|rule| {
                assessment
                    .deadlines
                    .iter()
                    .find(|row| row.rule.id == rule && row.status.is_pending())
            });
            let due = row.and_then(|row| row.due).map(|due| {
                format!(
                    "{} {}",
                    row.map_or("", |row| row.rule.due),
                    short(due, assessment.as_of)
                )
            });
            link(case, &offer.kind, Some(offer.round), due)
        })
        .collect::<Vec<_>>();
    Some(
        view! {
            <section class="part" aria-labelledby="offered">
                <h2 id="offered">"现在可办"</h2>
                <div class="offers">{links}</div>
            </section>
        }
        .into_any(),
    )
}

/// Everything else that may be recorded, by track.
fn rest_parts(case: &LedgerCase, assessment: &Assessment, rest: &[EventKind]) -> Vec<AnyView> {
    let track_of = |kind: &EventKind| assessment.edition?.track_of(kind);
    let part = |track: Option<Track>| {
        let links: Vec<AnyView> = rest
            .iter()
            .filter(|kind| track_of(kind) == track)
            .map(|kind| link(case, kind, None, None))
            .collect();
        (!links.is_empty()).then(|| {
            view! {
                <section class="part">
                    <h2>{track.map_or("其他", |track| track.word())}</h2>
                    <div class="offers">{links}</div>
                </section>
            }
            .into_any()
        })
    };
    Track::ALL
        .into_iter()
        .map(Some)
        .chain([None])
        .filter_map(part)
        .collect()
}

fn link(case: &LedgerCase, kind: &EventKind, round: Option<u8>, due: Option<String>) -> AnyView {
    let articles = kind.facts().map_or(&[][..], |facts| facts.articles);
    let articles = articles
        .iter()
        .map(|article| words::article(*article))
        .collect::<Vec<_>>()
        .join("、");
    let round_words = round
        .filter(|round| *round > 0)
        .map(|round| format!("（{}）", words::round(round)));
    view! {
        <a href=record_address(case, kind, round)>
            <span>{words::event(kind).to_owned()}{round_words}</span>
            <small>{due.unwrap_or(articles)}</small>
        </a>
    }
    .into_any()
}

/// The form for one type of event.
#[component]
pub(crate) fn Record() -> impl IntoView {
    let session = Session::use_in();
    let case = case_in_address();
    let kind = EventKind::from_name(&InAddress::use_in().get_untracked("kind"));
    let round = use_query_map()
        .with_untracked(|query| query.get("round"))
        .and_then(|round| round.parse::<u8>().ok());
    // The form must not be built anew when the case changes under it.
    let shown = Memo::new(move |_| case.get().is_some());
    move || {
        let found = shown.get().then(|| case.get_untracked()).flatten();
        let (Some(case_now), Some(profile)) = (found, session.profile().get_untracked()) else {
            return no_such_case();
        };
        if !permitted(&profile.actor, &case_now.file).contains(&kind) {
            return not_permitted(&case_now, &kind);
        }
        let title = words::event(&kind).to_owned();
        view! {
            <main class="page page--fill" id="main" tabindex="-1">
                {head(&case_now, format!("登记：{title}"))}
                {form::form(case, &case_now, &kind, round)}
            </main>
        }
        .into_any()
    }
}

fn not_permitted(case: &LedgerCase, kind: &EventKind) -> AnyView {
    let title = words::event(kind).to_owned();
    view! {
        <main class="page" id="main" tabindex="-1">
            {head(case, format!("登记：{title}"))}
            <div class="empty">
                <p>{status(Look::Waived, "现在不能登记这一项")}</p>
                <p>"它可能已经登记过，或不由您的单位登记。"<a href=format!("/cases/{}/record", case.id)>"看可以登记什么"</a>"。"</p>
            </div>
        </main>
    }
    .into_any()
}
