//! 冲突: one fact recorded in two ways. A person settles it by taking one back.

use std::sync::Arc;

use leptos::prelude::*;
use shared::{
    Event, EventKind,
    conflict::{Conflict, conflicts},
    permission::may_record,
    words,
};

use crate::{
    components::{
        messages::Messages,
        status::{Look, status},
    },
    pages::record::undo::retract,
    session::{LedgerCase, Session},
    words::day,
};

/// The panel.
pub(super) fn panel(case: &Arc<LedgerCase>) -> AnyView {
    let conflicts = conflicts(&case.file);
    if conflicts.is_empty() {
        return view! {
            <div class="empty empty--in">
                <b>"没有冲突"</b>
                <p>"同一件事在两处登记得不一样时，会列在这里，由人裁定。"</p>
            </div>
        }
        .into_any();
    }
    conflicts
        .iter()
        .map(|conflict| conflict_view(case, conflict))
        .collect::<Vec<_>>()
        .into_any()
}

fn conflict_view(case: &Arc<LedgerCase>, conflict: &Conflict) -> AnyView {
    let round = (conflict.round > 0).then(|| format!("，{}", words::round(conflict.round)));
    let versions = conflict
        .events
        .iter()
        .enumerate()
        .filter_map(|(order, position)| {
            Some(version(
                case,
                *position,
                case.file.events.get(*position)?,
                order == 0,
            ))
        })
        .collect::<Vec<_>>();
    view! {
        <section class="part">
            <h2>{words::event(&conflict.kind).to_owned()}{round}{status(Look::Disputed, "两处登记不一")}</h2>
            <ol class="log">{versions}</ol>
            <p>"撤回不对的一条，期限随即重算。裁定前按较早的一条计算，并标为有争议。"</p>
        </section>
    }
    .into_any()
}

fn version(case: &Arc<LedgerCase>, position: usize, event: &Event, counts: bool) -> AnyView {
    let session = Session::use_in();
    let messages = Messages::use_in();
    let recorded = case.records.get(position).map(|record| {
        format!(
            "{} 登记于 {}",
            record.author,
            day::moment(record.recorded_at_milliseconds, session.today().get())
        )
    });
    let retraction = Event {
        retracts: Some(event.id.clone()),
        ..Event::new("", EventKind::Retracted, session.today().get())
    };
    let profile = session.profile().get();
    let may =
        profile.is_some_and(|profile| may_record(&profile.actor, &case.file, &retraction).is_ok());
    let (id, event_id, told) = (case.id.clone(), event.id.clone(), words::told(event));
    let take_back = move |_| {
        retract(
            session,
            messages,
            id.clone(),
            vec![event_id.clone()],
            told.clone(),
        )
    };
    let label = format!("撤回：{} {}", event.on, words::told(event));
    view! {
        <li>
            <span>
                <time datetime=event.on.to_string()>{event.on.to_string()}</time>
                <span class="wd">{words::weekday(event.on)}</span>
            </span>
            <span>
                <b>{words::told(event)}</b>
                <small>{recorded}{counts.then_some("，暂按此条计算")}</small>
            </span>
            {may.then(|| view! { <button type="button" class="btn" aria-label=label on:click=take_back>"撤回这一条"</button> })}
        </li>
    }
    .into_any()
}
