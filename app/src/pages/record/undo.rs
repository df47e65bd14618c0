//! Taking back what was recorded: a retraction, itself an event, and itself to be taken back.

use leptos::{prelude::*, task::spawn_local};
use shared::{Event, EventKind, id::CaseId};

use crate::{
    components::messages::{Message, Messages},
    session::Session,
};

/// Retracts events, says so once the journal has it, and offers to retract that again.
pub(crate) fn retract(
    session: Session,
    messages: Messages,
    case: CaseId,
    event_ids: Vec<String>,
    told: String,
) {
    let today = session.today().get_untracked();
    let retraction = |id: &String| Event {
        retracts: Some(id.clone()),
        ..Event::new("", EventKind::Retracted, today)
    };
    let events: Vec<Event> = event_ids.iter().map(retraction).collect();
    spawn_local(async move {
        let message = match session.record(&case, events).await {
            Ok(saved) => Message::done(format!("已撤回：{told}"))
                .more("已存本机，期限已重算；原记录划线保留。")
                .offer("恢复", move || {
                    retract(
                        session,
                        messages,
                        case.clone(),
                        saved.event_ids.clone(),
                        format!("对“{told}”的撤回"),
                    );
                }),
            Err(error) => Message::bad(format!("没有撤回：{told}")).more(error.to_string()),
        };
        messages.say(message);
    });
}
