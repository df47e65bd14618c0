//! 记录: every event with who recorded it and when; what was retracted stays, struck through.

use std::sync::Arc;

use leptos::prelude::*;
use shared::{Event, EventKind, permission::may_record, visit::RECORD_FIELD, words};

use crate::{
    components::status::{Look, status},
    pages::record::undo::retract,
    people::name_of,
    session::{EventRecord, LedgerCase, Session},
    words::day,
};

/// The panel: the last event first.
pub(super) fn panel(case: &Arc<LedgerCase>) -> AnyView {
    if case.file.events.is_empty() {
        return view! {
            <div class="empty empty--in">
                <b>"还没有记录"</b>
                <p>"登记第一个事件后，期限由此算起。"</p>
            </div>
        }
        .into_any();
    }
    let stands = case.file.standing();
    let mut entries: Vec<(usize, &Event, bool)> = case
        .file
        .events
        .iter()
        .zip(stands)
        .enumerate()
        .map(|(position, (event, stands))| (position, event, stands))
        .collect();
    entries.sort_by_key(|(position, event, _)| {
        (std::cmp::Reverse(event.on), std::cmp::Reverse(*position))
    });
    let entries = entries
        .into_iter()
        .map(|(position, event, stands)| entry(case, position, event, stands))
        .collect::<Vec<_>>();
    view! { <ol class="log">{entries}</ol> }.into_any()
}

fn entry(case: &Arc<LedgerCase>, position: usize, event: &Event, stands: bool) -> AnyView {
    let session = Session::use_in();
    let record = case.records.get(position);
    let class = if stands { "" } else { "is-void" };
    view! {
        <li class=class>
            <span>
                <time datetime=event.on.to_string()>{event.on.to_string()}</time>
                <span class="wd">{words::weekday(event.on)}</span>
            </span>
            <span>
                <b>{title(case, event)}</b>
                <small>{record.map(|record| recorded(record, session))}{(!stands).then_some("，已撤回")}</small>
            </span>
            <span>
                {record.filter(|record| record.unsent).map(|_| status(Look::Later, "待发"))}
                {visited(case, event)}
                {stands.then(|| retract_button(case, event))}
            </span>
        </li>
    }
    .into_any()
}

/// The way to the record of a visit.
fn visited(case: &LedgerCase, event: &Event) -> Option<AnyView> {
    event.details.contains_key(RECORD_FIELD).then(|| {
        let address = format!("/cases/{}/visits/{}", case.id, event.id);
        view! { <a class="btn btn--plain" href=address>"核查记录"</a> }.into_any()
    })
}

/// What happened, and for a retraction what it takes back.
fn title(case: &LedgerCase, event: &Event) -> String {
    let taken_back = event
        .retracts
        .as_deref()
        .filter(|_| event.kind == EventKind::Retracted);
    let named = taken_back.and_then(|id| case.file.events.iter().find(|event| event.id == id));
    match named {
        Some(named) => format!("撤回：{} {}", named.on, words::told(named)),
        None => words::told(event),
    }
}

fn recorded(record: &EventRecord, session: Session) -> String {
    format!(
        "{} 登记于 {}",
        name_of(&record.author),
        day::moment(record.recorded_at_milliseconds, session.today().get())
    )
}

fn retract_button(case: &Arc<LedgerCase>, event: &Event) -> Option<AnyView> {
    let session = Session::use_in();
    let profile = session.profile().get()?;
    let retraction = Event {
        retracts: Some(event.id.clone()),
        ..Event::new("", EventKind::Retracted, session.today().get())
    };
    may_record(&profile.actor, &case.file, &retraction).ok()?;
    let (id, event_id, told) = (case.id.clone(), event.id.clone(), words::told(event));
    let messages = crate::components::messages::Messages::use_in();
    let take_back = move |_| {
        retract(
            session,
            messages,
            id.clone(),
            vec![event_id.clone()],
            told.clone(),
        );
    };
    let label = format!("撤回：{} {}", event.on, words::told(event));
    Some(view! { <button type="button" class="btn btn--plain" aria-label=label on:click=take_back>"撤回"</button> }.into_any())
}
