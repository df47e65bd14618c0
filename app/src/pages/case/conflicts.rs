//! 冲突: one fact recorded in two ways. A person settles it by taking one back.

use std::sync::Arc;

use leptos::{prelude::*, task::spawn_local};
use serde_json::Value;
use shared::{
    Event, EventKind,
    conflict::{Conflict, conflicts},
    field::head_field,
    fold::{ParallelEdit, SetAside, SetAsideReason, fields_of},
    permission::{may_edit_head, may_record},
    words,
};

use crate::{
    components::{
        messages::{Message, Messages},
        status::{Look, status},
    },
    model::documents::clashes_of,
    pages::{documents::clash, record::undo::retract},
    people::name_of,
    session::{LedgerCase, Session},
    words::day,
};

/// How many there are to be settled or looked at.
pub(super) fn count(case: &LedgerCase) -> usize {
    let numbers = clashes_of(case, &Session::use_in().cases().get()).len();
    conflicts(&case.file).len() + case.parallel.len() + case.set_aside.len() + numbers
}

/// The panel.
pub(super) fn panel(case: &Arc<LedgerCase>) -> AnyView {
    if count(case) == 0 {
        return view! {
            <div class="empty empty--in">
                <b>"没有冲突"</b>
                <p>"同一件事在两处登记得不一样时，会列在这里，由人裁定。"</p>
            </div>
        }
        .into_any();
    }
    let of_events = conflicts(&case.file)
        .iter()
        .map(|conflict| conflict_view(case, conflict))
        .collect::<Vec<_>>();
    let of_fields = case
        .parallel
        .iter()
        .map(|edit| parallel_view(case, edit))
        .collect::<Vec<_>>();
    let of_numbers = clashes_of(case, &Session::use_in().cases().get());
    view! {
        {clash::told(case, &of_numbers)}
        {of_events}
        {of_fields}
        {set_aside_view(&case.set_aside)}
    }
    .into_any()
}

/// A field that was edited in two places: the last edit is shown, the others stand here.
fn parallel_view(case: &Arc<LedgerCase>, edit: &ParallelEdit) -> AnyView {
    let session = Session::use_in();
    let name = head_field(&edit.field).unwrap_or(&edit.field).to_owned();
    let shown = fields_of(&case.file.case)
        .into_iter()
        .find(|(field, _)| *field == edit.field)
        .map(|(_, value)| {
            view! {
                <li>
                    <span></span>
                    <span>
                        <b>{in_words(&value)}</b>
                        <small>"最后填写，现在显示这一个"</small>
                    </span>
                    {settle_button(case, edit, value, "保留这一个")}
                </li>
            }
        });
    let others = edit
        .others
        .iter()
        .map(|(value, record)| {
            let at = i64::try_from(record.clock.milliseconds).unwrap_or(i64::MAX);
            view! {
                <li>
                    <span class="num">{day::moment(at, session.today().get())}</span>
                    <span>
                        <b>{in_words(value)}</b>
                        <small>{format!("{} 填写，被后来的修改盖过", name_of(&record.author))}</small>
                    </span>
                    {settle_button(case, edit, value.clone(), "改用这一个")}
                </li>
            }
        })
        .collect::<Vec<_>>();
    view! {
        <section class="part">
            <h2>{name}{status(Look::Disputed, "两处同时修改")}</h2>
            <ol class="log">{shown}{others}</ol>
        </section>
    }
    .into_any()
}

/// Says which of the values is right, for whoever may set the field.
fn settle_button(
    case: &Arc<LedgerCase>,
    edit: &ParallelEdit,
    value: Value,
    words: &'static str,
) -> Option<AnyView> {
    let (session, messages) = (Session::use_in(), Messages::use_in());
    let profile = session.profile().get()?;
    may_edit_head(&profile.actor, &case.file, &edit.field).ok()?;
    let label = format!("{words}：{}", in_words(&value));
    let (id, field) = (case.id.clone(), edit.field.clone());
    let settle = move |_| {
        let (id, field, value) = (id.clone(), field.clone(), value.clone());
        spawn_local(async move {
            if let Err(error) = session.edit_head(&id, &field, value).await {
                messages.say(Message::bad("没有裁定成功").more(error.to_string()));
            }
        });
    };
    Some(view! { <button type="button" class="btn" aria-label=label on:click=settle>{words}</button> }.into_any())
}

fn in_words(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().map(in_words).collect::<Vec<_>>().join("、"),
        Value::Bool(true) => "是".to_owned(),
        Value::Bool(false) => "否".to_owned(),
        Value::Null => "空".to_owned(),
        other => other.to_string(),
    }
}

/// Changes that this version could not use: kept, and shown so that nobody misses them.
fn set_aside_view(set_aside: &[SetAside]) -> Option<AnyView> {
    if set_aside.is_empty() {
        return None;
    }
    let entries = set_aside
        .iter()
        .map(|change| {
            let why = match change.reason {
                SetAsideReason::LaterVersion => "由更新的版本写成，升级后计入",
                SetAsideReason::Unreadable => "内容读不懂",
                SetAsideReason::UnfitValue => "填写的值不合这一项",
                SetAsideReason::EventIdTaken => "编号与另一条相同而内容不同",
            };
            view! {
                <li>
                    <span>{name_of(&change.record.author)}</span>
                    <span>
                        <b>{why}</b>
                        <small class="num">{change.record.change.to_string()}</small>
                    </span>
                </li>
            }
        })
        .collect::<Vec<_>>();
    Some(
        view! {
            <section class="part">
                <h2>"未能计入的内容"{status(Look::Provisional, "已保留")}</h2>
                <ol class="log">{entries}</ol>
            </section>
        }
        .into_any(),
    )
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
            name_of(&record.author),
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
        );
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
