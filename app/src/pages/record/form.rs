//! The fields of an event, checked while they are filled in, and its saving.

use std::sync::Arc;

use leptos::{ev, prelude::*, task::spawn_local};
use leptos_router::{NavigateOptions, hooks::use_navigate};
use shared::{
    Event, EventKind,
    bureau::BUREAUS,
    field::{Entry, Field, fields},
    permission::permitted,
    words,
};

use super::{
    preview::{follows, preview},
    undo::retract,
};
use crate::{
    components::{
        fields::{Remark, field, said_of},
        messages::{Message, Messages},
    },
    model::{
        consequences::Consequences,
        draft::{self, Context, NO, ON, Typed, YES},
        duty::number_of,
    },
    session::{LedgerCase, Session, Together},
};

/// What is typed and asked for, and the case that it is about.
#[derive(Clone, Copy)]
pub(crate) struct State {
    pub(crate) session: Session,
    pub(crate) case: Memo<Option<Arc<LedgerCase>>>,
    kind: StoredValue<EventKind>,
    typed: RwSignal<Typed>,
    /// Recorded with it, with the same day.
    companions: RwSignal<Vec<EventKind>>,
    asked: RwSignal<bool>,
    /// The journal has it, or is just getting it: the draft is done with.
    is_recorded: RwSignal<bool>,
}

impl State {
    /// Nothing typed yet but today, and the round.
    pub(crate) fn begin(
        session: Session,
        case: Memo<Option<Arc<LedgerCase>>>,
        kind: &EventKind,
        round: Option<u8>,
    ) -> Self {
        let mut typed = Typed::from([(ON, session.today().get_untracked().to_string())]);
        if let Some(default) = kind.facts().and_then(|facts| facts.default_round) {
            typed.insert("round", round.unwrap_or(default).to_string());
        }
        Self {
            session,
            case,
            kind: StoredValue::new(kind.clone()),
            typed: RwSignal::new(typed),
            companions: RwSignal::default(),
            asked: RwSignal::new(false),
            is_recorded: RwSignal::new(false),
        }
    }

    /// Asks for what is missing; whether nothing stands in the way of saving. Where something does,
    /// it gets the focus.
    pub(crate) fn is_fit(self) -> bool {
        self.asked.set(true);
        let wrong = untrack(|| self.with(|context| context.is_wrong())).unwrap_or(true);
        if wrong {
            focus_first_wrong();
        }
        !wrong
    }

    fn with<T>(self, judge: impl FnOnce(Context<'_>) -> T) -> Option<T> {
        let case = self.case.get()?;
        let before = self.session.assessment(&case);
        let calendar = self.session.calendar().get();
        let asked = self.asked.get();
        Some(self.typed.with(|typed| {
            self.kind.with_value(|kind| {
                judge(Context {
                    kind,
                    typed,
                    case: &case.file,
                    before: &before,
                    calendar: &calendar,
                    asked,
                })
            })
        }))
    }

    /// The events as they would be recorded now.
    pub(crate) fn events(self) -> Vec<Event> {
        let typed = self.typed.get();
        let Some(event) = self.kind.with_value(|kind| draft::event(kind, &typed)) else {
            return Vec::new();
        };
        let mut companions: Vec<Event> = self
            .companions
            .get()
            .into_iter()
            .map(|kind| Event {
                received_on: event.received_on,
                ..Event::new("", kind, event.on)
            })
            .collect();
        companions.insert(0, event);
        companions
    }

    /// What follows from them.
    pub(crate) fn consequences(self) -> Option<Consequences> {
        let case = self.case.get()?;
        follows(self.session, &case, &self.events())
    }

    fn set(self, name: &'static str, text: String) {
        self.typed.update(|typed| drop(typed.insert(name, text)));
    }

    fn get(self, name: &'static str) -> String {
        self.typed.with(|typed| draft::text(typed, name).to_owned())
    }
}

/// The form, and beside it the preview.
pub(super) fn form(
    case: Memo<Option<Arc<LedgerCase>>>,
    case_now: &LedgerCase,
    kind: &EventKind,
    round: Option<u8>,
) -> AnyView {
    let state = State::begin(Session::use_in(), case, kind, round);
    let busy = RwSignal::new(false);
    let draft = draft::name_of(&case_now.id, kind, &untrack(|| state.get("round")));
    let submit = save(state, busy, draft.clone());
    let entries = entries(state, case_now);
    view! {
        <div class="record">
            <form class="form record__form" on:submit=submit novalidate=true>
                {keep(state, draft)}
                {entries}
                <div class="form__acts">
                    <button class="btn btn--main" disabled=move || busy.get()>
                        {move || if busy.get() { "正在保存……" } else { "登记" }}
                    </button>
                    <a class="btn btn--plain" href=format!("/cases/{}", case_now.id)>"取消"</a>
                </div>
            </form>
            {preview(state)}
        </div>
    }
    .into_any()
}

/// Keeps on the device what is typed, until it is recorded; says what was found there.
fn keep(state: State, name: String) -> AnyView {
    let blank = (
        state.typed.get_untracked(),
        state.companions.get_untracked(),
    );
    let (is_read, restored) = (RwSignal::new(false), RwSignal::new(false));
    let of = name.clone();
    spawn_local(async move {
        let kept = state.session.draft(&of).await;
        let kept = kept.zip(state.kind.try_get_value());
        if let Some((typed, companions)) =
            kept.and_then(|(text, kind)| draft::from_text(&kind, &text))
        {
            let _ = state.typed.try_set(typed);
            let _ = state.companions.try_set(companions);
            let _ = restored.try_set(true);
        }
        let _ = is_read.try_set(true);
    });
    let empty = blank.clone();
    Effect::new(move |was_kept: Option<bool>| {
        let now = (state.typed.get(), state.companions.get());
        let was_kept = was_kept.unwrap_or_default() || restored.get_untracked();
        if !is_read.get() || state.is_recorded.get() {
            return was_kept;
        }
        let text = (now != empty).then(|| draft::to_text(&now.0, &now.1));
        let is_kept = text.is_some();
        if is_kept || was_kept {
            let name = name.clone();
            spawn_local(async move {
                // The form still has it; a device that cannot write says so when it is to be saved.
                let _ = state.session.keep_draft(&name, text.as_deref()).await;
            });
        }
        is_kept
    });
    let begin_anew = move |_| {
        let (typed, companions) = blank.clone();
        state.typed.set(typed);
        state.companions.set(companions);
        restored.set(false);
    };
    view! {
        <Show when=move || restored.get()>
            <p role="status">
                "上次填写、没有登记的内容已恢复。"
                <button type="button" class="btn btn--plain" on:click=begin_anew.clone()>"从头填写"</button>
            </p>
        </Show>
    }
    .into_any()
}

/// The day and the own fields of the event, and what is usually recorded with it.
pub(crate) fn entries(state: State, case: &LedgerCase) -> AnyView {
    let own = state.kind.with_value(fields);
    let own = own
        .iter()
        .map(|field| own_field(state, field))
        .collect::<Vec<_>>();
    let said_of_day = move || state.with(|context| context.on_day()).unwrap_or_default();
    view! {
        {day_field(state, ON, "日期", Signal::derive(said_of_day))}
        {own}
        {companions(state, case)}
    }
    .into_any()
}

fn own_field(state: State, of: &'static Field) -> AnyView {
    let remarks = Signal::derive(move || {
        state
            .with(|context| context.on_field(of))
            .unwrap_or_default()
    });
    let name = of.name;
    match of.entry {
        Entry::Day => day_field(state, name, of.title, remarks),
        Entry::Text | Entry::Event => text_field(state, of, remarks),
        Entry::Lines => lines_field(state, of, remarks),
        Entry::YesNo => choices(state, of, &[(YES, "是"), (NO, "否")], remarks),
        Entry::Choice(options) => choices(state, of, options, remarks),
        Entry::Round => choices(
            state,
            of,
            &[
                ("0", "监督抽查"),
                ("1", "复查"),
                ("2", "公告后复查"),
                ("3", "整顿后复查"),
            ],
            remarks,
        ),
        Entry::Bureau => bureau_field(state, of, remarks),
    }
}

/// The name of a field, and whether it may be left out.
fn label(of: &'static Field) -> AnyView {
    let optional =
        (!of.needed && of.entry != Entry::Round).then(|| view! { <small>"选填"</small> });
    view! { {of.title}{optional} }.into_any()
}

fn is_wrong(remarks: Signal<Vec<Remark>>) -> Option<&'static str> {
    remarks
        .with(|remarks| remarks.iter().any(Remark::is_wrong))
        .then_some("true")
}

fn day_field(
    state: State,
    name: &'static str,
    title: &'static str,
    remarks: Signal<Vec<Remark>>,
) -> AnyView {
    let type_in = move |event: ev::Targeted<ev::Event, web_sys::HtmlInputElement>| {
        state.set(name, event.target().value());
    };
    let today = state.session.today();
    let control = view! {
        <div class="field__row">
            <input
                class="input input--day"
                id=name
                type="date"
                max="2999-12-31"
                aria-describedby=said_of(name)
                aria-invalid=move || is_wrong(remarks)
                prop:value=move || state.get(name)
                on:input:target=type_in
            />
            {(name == ON).then(|| view! {
                <button type="button" class="btn btn--plain" on:click=move |_| state.set(name, today.get_untracked().to_string())>"今天"</button>
                <button type="button" class="btn btn--plain" on:click=move |_| state.set(name, (today.get_untracked() - 1).to_string())>"昨天"</button>
            })}
        </div>
    };
    field(name, title.into_any(), control.into_any(), remarks)
}

fn text_field(state: State, of: &'static Field, remarks: Signal<Vec<Remark>>) -> AnyView {
    let name = of.name;
    let type_in = move |event: ev::Targeted<ev::Event, web_sys::HtmlInputElement>| {
        state.set(name, event.target().value());
    };
    let control = view! {
        <input
            class="input"
            id=name
            type="text"
            autocomplete="off"
            aria-describedby=said_of(name)
            aria-invalid=move || is_wrong(remarks)
            prop:value=move || state.typed.with(|typed| typed.get(name).cloned().unwrap_or_default())
            on:input:target=type_in
        />
    };
    field(name, label(of), control.into_any(), remarks)
}

fn lines_field(state: State, of: &'static Field, remarks: Signal<Vec<Remark>>) -> AnyView {
    let name = of.name;
    let type_in = move |event: ev::Targeted<ev::Event, web_sys::HtmlTextAreaElement>| {
        state.set(name, event.target().value());
    };
    let control = view! {
        <textarea
            class="input"
            id=name
            placeholder="一行一项"
            aria-describedby=said_of(name)
            prop:value=move || state.typed.with(|typed| typed.get(name).cloned().unwrap_or_default())
            on:input:target=type_in
        ></textarea>
    };
    field(name, label(of), control.into_any(), remarks)
}

fn bureau_field(state: State, of: &'static Field, remarks: Signal<Vec<Remark>>) -> AnyView {
    let name = of.name;
    let choose = move |event: ev::Targeted<ev::Event, web_sys::HtmlSelectElement>| {
        state.set(name, event.target().value());
    };
    let bureaus = BUREAUS
        .iter()
        .map(|bureau| view! { <option value=bureau.code selected=move || state.get(name) == bureau.code>{bureau.name}</option> })
        .collect::<Vec<_>>();
    let control = view! {
        <select class="input" id=name aria-describedby=said_of(name) aria-invalid=move || is_wrong(remarks) on:change:target=choose>
            <option value="">"请选择"</option>
            {bureaus}
        </select>
    };
    field(name, label(of), control.into_any(), remarks)
}

fn choices(
    state: State,
    of: &'static Field,
    options: &[(&'static str, &'static str)],
    remarks: Signal<Vec<Remark>>,
) -> AnyView {
    let name = of.name;
    let options = options
        .iter()
        .map(|&(value, title)| {
            view! {
                <label class="choice">
                    <input
                        type="radio"
                        name=name
                        prop:checked=move || state.get(name) == value
                        on:change=move |_| state.set(name, value.to_owned())
                    />
                    {title}
                </label>
            }
        })
        .collect::<Vec<_>>();
    view! {
        <fieldset class="field" aria-describedby=said_of(name)>
            <legend>{label(of)}</legend>
            <div class="choices">{options}</div>
            <div class="field__say" id=said_of(name) aria-live="polite">
                {move || remarks.get().into_iter().map(Remark::view).collect::<Vec<_>>()}
            </div>
        </fieldset>
    }
    .into_any()
}

/// What is usually handed in together: chosen at first, and one tap takes it away.
fn companions(state: State, case: &LedgerCase) -> Option<AnyView> {
    let profile = state.session.profile().get_untracked()?;
    let may = permitted(&profile.actor, &case.file);
    let kinds = untrack(|| state.with(|context| context.companions()))?;
    let kinds: Vec<EventKind> = kinds
        .into_iter()
        .filter(|kind| may.contains(kind))
        .collect();
    if kinds.is_empty() {
        return None;
    }
    state.companions.set(kinds.clone());
    let boxes = kinds
        .into_iter()
        .map(|kind| {
            let title = words::event(&kind).to_owned();
            let is_chosen = {
                let kind = kind.clone();
                move || state.companions.with(|chosen| chosen.contains(&kind))
            };
            let toggle = move |_| {
                state.companions.update(|chosen| {
                    match chosen.iter().position(|known| *known == kind) {
                        Some(at) => drop(chosen.remove(at)),
                        None => chosen.push(kind.clone()),
                    }
                });
            };
            view! {
                <label class="choice">
                    <input type="checkbox" prop:checked=is_chosen on:change=toggle />
                    {title}
                </label>
            }
        })
        .collect::<Vec<_>>();
    Some(
        view! {
            <fieldset class="field">
                <legend>"同日一并登记"</legend>
                <div class="choices">{boxes}</div>
            </fieldset>
        }
        .into_any(),
    )
}

/// Saves once nothing is wrong; says so once the journal has it; goes back to the case.
fn save(state: State, busy: RwSignal<bool>, draft: String) -> impl Fn(ev::SubmitEvent) + 'static {
    let messages = Messages::use_in();
    let navigate = use_navigate();
    move |event: ev::SubmitEvent| {
        event.prevent_default();
        let (Some(case), events) = (state.case.get_untracked(), untrack(|| state.events())) else {
            return;
        };
        if !state.is_fit() || events.is_empty() || busy.get_untracked() {
            return;
        }
        let days = untrack(|| state.consequences())
            .map_or(String::new(), |follows| follows.days_in_words());
        busy.set(true);
        let (navigate, draft) = (navigate.clone(), draft.clone());
        let told = events
            .iter()
            .map(words::told)
            .collect::<Vec<_>>()
            .join("，");
        spawn_local(async move {
            state.is_recorded.set(true);
            let together = Together {
                events,
                draft: Some(draft),
                ..Together::default()
            };
            let saved = state.session.record_together(&case.id, together).await;
            let _ = state.is_recorded.try_set(saved.is_ok());
            let _ = busy.try_set(false);
            match saved {
                Ok(saved) => {
                    let more = if days.is_empty() {
                        "已存本机。".to_owned()
                    } else {
                        format!("已存本机。{days}。")
                    };
                    let id = case.id.clone();
                    let take_back = move || {
                        retract(
                            state.session,
                            messages,
                            id.clone(),
                            saved.event_ids.clone(),
                            told.clone(),
                        );
                    };
                    let title = state.kind.with_value(|kind| words::event(kind).to_owned());
                    let happened = format!("已登记 {title} {}", number_of(&case));
                    messages.say(Message::done(happened).more(more).offer("撤回", take_back));
                    navigate(&format!("/cases/{}", case.id), NavigateOptions::default());
                }
                Err(error) => messages.say(
                    Message::bad("没有登记成功")
                        .more(format!("{error}。填写的内容还在，可以再试。")),
                ),
            }
        });
    }
}

/// The first field that stands in the way gets the focus, once its remark is there.
fn focus_first_wrong() {
    request_animation_frame(|| {
        let wrong = document()
            .query_selector("[aria-invalid='true'], fieldset:has(.st--overdue) input")
            .ok()
            .flatten();
        if let Some(element) = wrong {
            crate::keys::focus_element(&element);
        }
    });
}
