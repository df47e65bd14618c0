//! What is done with the selected cases at once: one event on each of them, or another officer.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use leptos::{ev, html, prelude::*, task::spawn_local};
use serde_json::{Value, json};
use shared::{
    CaseFile, Event, EventKind, id::CaseId, offer::offers, order::sort_by_key,
    permission::permitted, words,
};

use super::Selection;
use crate::{
    components::{
        fields::{Remark, field, line, silent},
        messages::{Message, Messages},
    },
    model::{consequences::Consequences, ledger::OFFICER_FIELD},
    pages::record::{State, entries},
    session::{LedgerCase, Session},
};

/// What the selection is for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Purpose {
    Record,
    HandOver,
}

type Cases = Arc<Vec<Arc<LedgerCase>>>;

/// How many are selected, and what can be done with them.
#[component]
pub(super) fn Selected(selection: Selection) -> impl IntoView {
    let session = Session::use_in();
    let dialog = NodeRef::<html::Dialog>::new();
    let open = RwSignal::new(None::<(Purpose, Cases)>);
    let count = move || selection.0.with(BTreeSet::len);
    let begin = move |purpose| {
        let cases: Vec<_> = session.cases().with_untracked(|cases| {
            let chosen = cases
                .iter()
                .filter(|case| selection.has_untracked(&case.id));
            chosen.cloned().collect()
        });
        open.set(Some((purpose, Arc::new(cases))));
        if let Some(dialog) = dialog.get_untracked() {
            // Fails only where the dialog is not in the page.
            let _ = dialog.show_modal();
        }
    };
    let close = move || {
        if let Some(dialog) = dialog.get_untracked() {
            dialog.close();
        }
        open.set(None);
    };
    let done = move || {
        close();
        selection.0.update(BTreeSet::clear);
    };
    let inside = move || {
        open.get().map(|(purpose, cases)| match purpose {
            Purpose::Record => view! { <Record cases done close /> }.into_any(),
            Purpose::HandOver => view! { <HandOver cases done close /> }.into_any(),
        })
    };
    view! {
        <Show when=move || count() != 0>
            <div class="picked" role="status">
                <span>"已选"<b class="num">{count}</b></span>
                <button type="button" class="btn btn--main" on:click=move |_| begin(Purpose::Record)>"登记所选"</button>
                <button type="button" class="btn" on:click=move |_| begin(Purpose::HandOver)>"移交所选"</button>
                <button type="button" class="btn btn--plain" on:click=move |_| selection.0.update(BTreeSet::clear)>"取消选择"</button>
            </div>
        </Show>
        <dialog class="dialog dialog--wide" node_ref=dialog aria-labelledby="together-title" on:close=move |_| open.set(None)>
            {inside}
        </dialog>
    }
}

/// What may be recorded on every one of the cases, first what their state asks for.
fn common(session: Session, cases: &[Arc<LedgerCase>]) -> Vec<EventKind> {
    let Some(profile) = session.profile().get_untracked() else {
        return Vec::new();
    };
    let actor = &profile.actor;
    let Some((first, others)) = cases.split_first() else {
        return Vec::new();
    };
    let mut kinds = permitted(actor, &first.file);
    for case in others {
        let may = permitted(actor, &case.file);
        kinds.retain(|kind| may.contains(kind));
    }
    let assessment = untrack(|| session.assessment(first));
    let offered = offers(actor, &first.file, &assessment);
    let place = |kind: &EventKind| {
        let at = offered.iter().position(|offer| offer.kind == *kind);
        at.unwrap_or(usize::MAX)
    };
    sort_by_key(&mut kinds, place);
    kinds
}

#[component]
fn Record(
    cases: Cases,
    done: impl Fn() + Copy + Send + 'static,
    close: impl Fn() + Copy + Send + 'static,
) -> impl IntoView {
    let session = Session::use_in();
    let kinds = StoredValue::new(common(session, &cases));
    let count = cases.len();
    let Some(first) = kinds.with_value(|kinds| kinds.first().cloned()) else {
        return view! {
            <h2 id="together-title">{format!("登记所选 {count} 件")}</h2>
            <p>"没有一项能在所选各案上同时登记。请选阶段相同的案件。"</p>
            <div class="form__acts">
                <button type="button" class="btn" on:click=move |_| close()>"关闭"</button>
            </div>
        }
        .into_any();
    };
    let chosen = RwSignal::new(first);
    let choose = move |event: ev::Targeted<ev::Event, web_sys::HtmlSelectElement>| {
        chosen.set(EventKind::from_name(&event.target().value()));
    };
    let options = kinds.with_value(|kinds| {
        let option = |kind: &EventKind| {
            let name = kind.name().to_owned();
            view! { <option value=name>{words::event(kind).to_owned()}</option> }
        };
        kinds.iter().map(option).collect::<Vec<_>>()
    });
    let control = view! {
        <select class="input" id="together-kind" on:change:target=choose>{options}</select>
    };
    view! {
        <h2 id="together-title">{format!("登记所选 {count} 件")}</h2>
        {field("together-kind", "登记什么".into_any(), control.into_any(), silent())}
        {move || {
            let kind = chosen.get();
            view! { <OneForAll cases=cases.clone() kind done close /> }
        }}
    }
    .into_any()
}

#[component]
fn OneForAll(
    cases: Cases,
    kind: EventKind,
    done: impl Fn() + Copy + Send + 'static,
    close: impl Fn() + Copy + Send + 'static,
) -> impl IntoView {
    let session = Session::use_in();
    let messages = Messages::use_in();
    let busy = RwSignal::new(false);
    let Some(first) = cases.first().cloned() else {
        return ().into_any();
    };
    let of = first.clone();
    let state = State::begin(session, Memo::new(move |_| Some(of.clone())), &kind, None);
    let follows = {
        let cases = cases.clone();
        move || {
            let events = state.events();
            let mut days = BTreeMap::<String, usize>::new();
            for case in &*cases {
                *days.entry(follows(session, case, &events)).or_default() += 1;
            }
            let said = |(words, count): (String, usize)| {
                let words = if words.is_empty() {
                    "没有新的期限".to_owned()
                } else {
                    words
                };
                view! { <li>{format!("{count} 件：{words}")}</li> }
            };
            days.into_iter().map(said).collect::<Vec<_>>()
        }
    };
    let title = words::event(&kind).to_owned();
    let submit = move |event: ev::SubmitEvent| {
        event.prevent_default();
        let events = untrack(|| state.events());
        if !state.is_fit() || events.is_empty() || busy.get_untracked() {
            return;
        }
        busy.set(true);
        let each: Vec<(CaseId, Event)> = cases
            .iter()
            .flat_map(|case| events.iter().map(|event| (case.id.clone(), event.clone())))
            .collect();
        let (title, count) = (title.clone(), cases.len());
        spawn_local(async move {
            let of: Vec<CaseId> = each.iter().map(|(case, _)| case.clone()).collect();
            match session.record_each(each).await {
                Ok(ids) => {
                    let recorded: Vec<_> = of.into_iter().zip(ids).collect();
                    let take_back = move || retract_each(session, messages, recorded.clone());
                    messages.say(
                        Message::done(format!("已登记 {title} {count} 件"))
                            .more("已存本机，联网后自动发送。")
                            .offer("撤回", take_back),
                    );
                    done();
                }
                Err(error) => {
                    messages
                        .say(Message::bad("没有登记").more(format!("{error}。填写的内容还在。")));
                }
            }
            let _ = busy.try_set(false);
        });
    };
    view! {
        <form class="form" on:submit=submit novalidate=true>
            {entries(state, &first)}
            <section aria-label="随之而来">
                <ul class="dialog__list">{follows}</ul>
            </section>
            <div class="form__acts">
                <button type="button" class="btn" on:click=move |_| close()>"取消"</button>
                <button class="btn btn--main" disabled=move || busy.get()>"全部登记"</button>
            </div>
        </form>
    }
    .into_any()
}

/// The days that follow on a case, in words.
fn follows(session: Session, case: &LedgerCase, events: &[Event]) -> String {
    let before = session.assessment(case);
    let after = session.assess_with(case, events);
    let mut file = CaseFile::clone(&case.file);
    file.events.extend_from_slice(events);
    let calendar = session.calendar().get();
    Consequences::of(&before, &case.file, &after, &file, &calendar).days_in_words()
}

fn retract_each(session: Session, messages: Messages, recorded: Vec<(CaseId, String)>) {
    let today = session.today().get_untracked();
    let count = recorded.len();
    let events = recorded.into_iter().map(|(case, id)| {
        let mut retraction = Event::new("", EventKind::Retracted, today);
        retraction.retracts = Some(id);
        (case, retraction)
    });
    let events = events.collect();
    spawn_local(async move {
        messages.say(match session.record_each(events).await {
            Ok(_) => Message::done(format!("已撤回 {count} 条"))
                .more("已存本机，期限已重算；原记录划线保留。"),
            Err(error) => Message::bad("没有撤回").more(error.to_string()),
        });
    });
}

#[component]
fn HandOver(
    cases: Cases,
    done: impl Fn() + Copy + Send + 'static,
    close: impl Fn() + Copy + Send + 'static,
) -> impl IntoView {
    let session = Session::use_in();
    let messages = Messages::use_in();
    let [name, note] = [const { String::new() }; 2].map(RwSignal::new);
    let asked = RwSignal::new(false);
    let count = cases.len();
    let on_name = Signal::derive(move || {
        let missing = asked.get() && name.with(|name| name.trim().is_empty());
        Vec::from_iter(missing.then(|| Remark::Wrong("请填写接手人".to_owned())))
    });
    let submit = move |event: ev::SubmitEvent| {
        event.prevent_default();
        asked.set(true);
        if on_name.with_untracked(|said| !said.is_empty()) {
            return;
        }
        let to = json!({
            "name": name.with_untracked(|name| name.trim().to_owned()),
            "note": note.with_untracked(|note| note.trim().to_owned()),
        });
        let before: Vec<(CaseId, Value)> = cases
            .iter()
            .map(|case| {
                let other = &case.file.case.other;
                (
                    case.id.clone(),
                    other.get(OFFICER_FIELD).cloned().unwrap_or_default(),
                )
            })
            .collect();
        let after = before.iter().map(|(case, _)| (case.clone(), to.clone()));
        let after = after.collect();
        let person = name.with_untracked(|name| name.trim().to_owned());
        spawn_local(async move {
            match set_each(session, after).await {
                Ok(()) => {
                    let take_back = move || {
                        let before = before.clone();
                        spawn_local(async move {
                            messages.say(match set_each(session, before).await {
                                Ok(()) => Message::done("已恢复原经办人"),
                                Err(why) => Message::bad("没有恢复").more(why),
                            });
                        });
                    };
                    messages.say(
                        Message::done(format!("已移交 {count} 件给{person}"))
                            .more("已存本机，联网后同事即可看到。")
                            .offer("撤回", take_back),
                    );
                    done();
                }
                Err(why) => messages.say(Message::bad("没有移交").more(why)),
            }
        });
    };
    view! {
        <h2 id="together-title">{format!("移交所选 {count} 件")}</h2>
        <form class="form" on:submit=submit>
            {line("to-officer", "接手人", "text", "off", name, on_name)}
            {line("handover-note", "说明", "text", "off", note, silent())}
            <div class="form__acts">
                <button type="button" class="btn" on:click=move |_| close()>"取消"</button>
                <button class="btn btn--main">"移交"</button>
            </div>
        </form>
    }
}

async fn set_each(session: Session, values: Vec<(CaseId, Value)>) -> Result<(), String> {
    let edits = values
        .into_iter()
        .map(|(case, value)| (case, OFFICER_FIELD.to_owned(), value));
    let set = session.edit_heads(edits.collect()).await;
    set.map_err(|error| error.to_string())
}
