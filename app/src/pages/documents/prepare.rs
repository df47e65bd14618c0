//! A document is drawn up: the paper, and beside it what is still to be said and what will follow.

use std::{collections::BTreeMap, sync::Arc};

use leptos::{ev, prelude::*, task::spawn_local};
use leptos_router::{NavigateOptions, hooks::use_navigate};
use shared::{
    CaseFile, Day, Event, EventKind, Role,
    change::DeviceId,
    document::{Document, Fact, Issue, Issued, Setting, draft},
};

use super::{address_of, named, numbers::Numbers, paper::paper};
use crate::{
    components::{
        fields::{Remark, field, said_of, silent},
        messages::{Message, Messages},
    },
    model::documents::{Sheet, numbered, recorded},
    pages::record::{self, State, entries, preview},
    session::{LedgerCase, Session, Together},
};

/// What a person said of office and contact is proposed again.
const REMEMBERED: [Fact; 2] = [Fact::OfficeAddress, Fact::OfficeContact];
const MEMORY: &str = "document-facts";

/// What the page works with.
#[derive(Clone, Copy)]
struct Desk {
    session: Session,
    case: Memo<Option<Arc<LedgerCase>>>,
    sheet: Sheet,
    by: Role,
    /// The event that the issue records, while it is typed.
    event: Option<State>,
    /// The day under a document that records no event.
    on: RwSignal<String>,
    /// The day on which it is meant to be served: the limits in it run from there.
    serve_on: RwSignal<String>,
    said: RwSignal<BTreeMap<String, String>>,
    serial: RwSignal<String>,
    numbers: Numbers,
}

impl Desk {
    fn on(self) -> Day {
        let today = self.session.today().get();
        let typed = match self.event {
            Some(state) => state.events().first().map(|event| event.on),
            None => self.on.get().parse().ok(),
        };
        typed.unwrap_or(today)
    }

    /// The service that the limits run from, where it is not on record.
    fn service(self, case: &CaseFile) -> Option<EventKind> {
        let service = self.sheet.kind.service(self.sheet.round)?;
        let open = recorded(case, &service, self.sheet.round).is_none();
        open.then_some(service)
    }

    /// The document as it stands, without a number.
    fn draft(self) -> Option<Document> {
        let case = self.case.get()?;
        let mut file = CaseFile::clone(&case.file);
        file.events
            .extend(self.event.map_or(Vec::new(), State::events));
        let serve_on: Option<Day> = self.serve_on.get().parse().ok();
        if let (Some(service), Some(day)) = (self.service(&case.file), serve_on) {
            let mut event = Event::new("", service, day);
            event.written_round = Some(self.sheet.round);
            file.events.push(event);
        }
        let on = self.on();
        let today = self.session.today().get();
        let day = today.max(on).max(serve_on.unwrap_or(on));
        let assessment = self.session.assess_on(&file, day);
        self.said.with(|said| {
            draft(
                self.sheet.kind,
                &Setting {
                    case: &file,
                    assessment: &assessment,
                    round: self.sheet.round,
                    on,
                    by: self.by,
                    said,
                    served: &[],
                    event: None,
                },
            )
        })
    }
}

/// The page.
pub(super) fn prepare(
    session: Session,
    case: Memo<Option<Arc<LedgerCase>>>,
    case_now: &Arc<LedgerCase>,
    sheet: Sheet,
) -> AnyView {
    let Some(profile) = session.profile().get_untracked() else {
        return ().into_any();
    };
    let event = sheet.kind.event(sheet.round).filter(|event| {
        sheet.kind.issue == Issue::With && recorded(&case_now.file, event, sheet.round).is_none()
    });
    let today = session.today().get_untracked();
    let desk = Desk {
        session,
        case,
        sheet,
        by: profile.actor.role,
        event: event
            .as_ref()
            .map(|event| State::begin(session, case, event, Some(sheet.round))),
        on: RwSignal::new(today.to_string()),
        serve_on: RwSignal::default(),
        said: RwSignal::default(),
        serial: RwSignal::default(),
        numbers: Numbers::remembered(session),
    };
    spawn_local(async move {
        let kept = session.draft(MEMORY).await;
        let kept =
            kept.and_then(|text| serde_json::from_str::<BTreeMap<String, String>>(&text).ok());
        if let Some(kept) = kept {
            desk.said.try_update(|said| {
                for (name, value) in kept {
                    said.entry(name).or_insert(value);
                }
            });
        }
    });
    let number = Memo::new(move |_| {
        let actor = session.profile().get().map(|profile| profile.actor.clone());
        let year = desk.on().year();
        actor.map(|actor| desk.numbers.next(&actor, sheet.kind, year))
    });
    let shown = Memo::new(move |_| desk.draft());
    let busy = RwSignal::new(false);
    let submit = issue(desk, number, shown, busy);
    let print = |_| {
        // Refused only where the browser cannot print at all.
        let _ = window().print();
    };
    let word = if event.is_some() {
        "出文并登记"
    } else {
        "出文"
    };
    let title = named(sheet.kind, sheet.round);
    view! {
        <main class="page page--fill document" id="main" tabindex="-1">
            {record::head(case_now, title)}
            <div class="document__split">
                <div class="document__paper">
                    {move || shown.get().map(|document| paper(&document, &[]))}
                    {move || shown.with(Option::is_none).then(|| view! {
                        <p class="empty">"本版本不认识这个案件所用的规定，不能起草文书。"</p>
                    })}
                </div>
                <div class="document__side">
                    <form class="form" on:submit=submit novalidate=true>
                        {number_field(desk, number)}
                        {match desk.event {
                            Some(state) => entries(state, case_now),
                            None => day_field(desk.on, "document-on", "落款日期"),
                        }}
                        {desk.service(&case_now.file).map(|_| day_field(desk.serve_on, "serve-on", "拟送达日期，期限由此起算"))}
                        {move || blanks(desk, shown)}
                        <div class="form__acts">
                            <button class="btn btn--main" disabled=move || busy.get() || shown.with(Option::is_none)>
                                {move || if busy.get() { "正在保存……" } else { word }}
                            </button>
                            <button type="button" class="btn" on:click=print>"打印草稿"</button>
                            <a class="btn btn--plain" href=format!("/cases/{}/documents", case_now.id)>"取消"</a>
                        </div>
                    </form>
                    {desk.event.map(preview)}
                </div>
            </div>
        </main>
    }
    .into_any()
}

fn number_field(desk: Desk, number: Memo<Option<shared::document::Number>>) -> AnyView {
    let type_in = move |event: ev::Targeted<ev::Event, web_sys::HtmlInputElement>| {
        desk.serial.set(event.target().value());
    };
    let remarks = Signal::derive(move || {
        let typed = desk.serial.get();
        let wrong = !typed.is_empty() && typed.trim().parse::<u32>().map_or(true, |it| it == 0);
        if wrong {
            vec![Remark::Wrong("请填写序号，不带 0 和“第”".to_owned())]
        } else {
            Vec::new()
        }
    });
    let shown = move || {
        number
            .get()
            .map(|it| format!("{}〔{}〕", it.series, it.year))
    };
    let next = move || number.get().map(|it| it.serial.to_string());
    let control = view! {
        <div class="field__row num">
            <span>{shown}</span>
            <input
                class="input input--serial"
                id="serial"
                inputmode="numeric"
                autocomplete="off"
                placeholder=next
                aria-describedby=said_of("serial")
                prop:value=move || desk.serial.get()
                on:input:target=type_in
            />
            <span>"号"</span>
        </div>
    };
    field(
        "serial",
        view! { "文号"<small>"不填则顺次取号"</small> }.into_any(),
        control.into_any(),
        remarks,
    )
}

fn day_field(value: RwSignal<String>, id: &'static str, title: &'static str) -> AnyView {
    let type_in = move |event: ev::Targeted<ev::Event, web_sys::HtmlInputElement>| {
        value.set(event.target().value());
    };
    let control = view! {
        <input class="input input--day" id=id type="date" max="2999-12-31" aria-describedby=said_of(id) prop:value=move || value.get() on:input:target=type_in />
    };
    field(id, title.into_any(), control.into_any(), silent())
}

/// A field for each fact that the case does not have.
fn blanks(desk: Desk, shown: Memo<Option<Document>>) -> Vec<AnyView> {
    let facts = desk.sheet.kind.facts();
    // A field that has been filled stays: it is the fact's only place.
    let lacking = Memo::new(move |_| {
        let said = desk
            .said
            .with(|said| said.keys().cloned().collect::<Vec<_>>());
        shown.with(|document| {
            let blanks = document.as_ref().map(Document::blanks).unwrap_or_default();
            facts
                .iter()
                .filter(|fact| {
                    blanks.contains(&fact.title()) || said.iter().any(|name| name == fact.name())
                })
                .copied()
                .collect::<Vec<_>>()
        })
    });
    lacking
        .get()
        .into_iter()
        .map(|fact| {
            let name = fact.name();
            let type_in = move |event: ev::Targeted<ev::Event, web_sys::HtmlInputElement>| {
                let value = event.target().value();
                desk.said.update(|said| drop(said.insert(name.to_owned(), value)));
            };
            let value = move || {
                desk.said
                    .with_untracked(|said| said.get(name).cloned().unwrap_or_default())
            };
            let id = format!("fact-{name}");
            view! {
                <div class="field">
                    <label for=id.clone()>{fact.title()}<small>"选填，缺则留空"</small></label>
                    <input class="input" id=id type="text" autocomplete="off" value=value on:change:target=type_in />
                </div>
            }
            .into_any()
        })
        .collect()
}

/// Writes the document, and the event that its issue is, in one write.
fn issue(
    desk: Desk,
    number: Memo<Option<shared::document::Number>>,
    shown: Memo<Option<Document>>,
    busy: RwSignal<bool>,
) -> impl Fn(ev::SubmitEvent) + 'static {
    let messages = Messages::use_in();
    let navigate = use_navigate();
    move |event: ev::SubmitEvent| {
        event.prevent_default();
        if busy.get_untracked() || desk.event.is_some_and(|state| !state.is_fit()) {
            return;
        }
        let (Some(case), Some(mut number), Some(mut document)) = (
            desk.case.get_untracked(),
            number.get_untracked(),
            shown.get_untracked(),
        ) else {
            return;
        };
        let typed = desk.serial.get_untracked();
        match typed.trim().parse() {
            Ok(serial) if serial > 0 => number.serial = serial,
            _ if typed.trim().is_empty() => {}
            _ => return,
        }
        document.number = number.to_string();
        let mut events = untrack(|| desk.event.map_or(Vec::new(), State::events));
        let about = match events.first_mut() {
            Some(event) => {
                event.id = event_id();
                Some(event.id.clone())
            }
            None => desk
                .sheet
                .kind
                .event(desk.sheet.round)
                .filter(|_| desk.sheet.kind.issue != Issue::Before)
                .and_then(|event| recorded(&case.file, &event, desk.sheet.round)),
        };
        let issued = Issued {
            kind: desk.sheet.kind.name.to_owned(),
            number: number.clone(),
            on: untrack(|| desk.on()),
            round: desk.sheet.round,
            event: about,
            text: serde_json::to_value(&document).unwrap_or_default(),
        };
        busy.set(true);
        let navigate = navigate.clone();
        spawn_local(async move {
            let together = Together {
                events,
                documents: vec![issued],
                ..Together::default()
            };
            let saved = desk.session.record_together(&case.id, together).await;
            let _ = busy.try_set(false);
            match saved {
                Ok(saved) => {
                    remember(desk).await;
                    desk.numbers.remember(&number).await;
                    let registered = if saved.event_ids.is_empty() {
                        ""
                    } else {
                        "，事件已登记"
                    };
                    messages.say(
                        Message::done(format!("已出文 {number}"))
                            .more(format!("已存本机{registered}。")),
                    );
                    let cases = desk.session.cases().get_untracked();
                    let now = cases.iter().find(|it| it.id == case.id);
                    let to = now.and_then(|now| {
                        let document = numbered(now, &number)?;
                        Some(address_of(now, &document))
                    });
                    let list = || format!("/cases/{}/documents", case.id);
                    navigate(&to.unwrap_or_else(list), NavigateOptions::default());
                }
                Err(error) => messages.say(
                    Message::bad("没有出文").more(format!("{error}。填写的内容还在，可以再试。")),
                ),
            }
        });
    }
}

/// The event's own name: the document says which it is.
pub(super) fn event_id() -> String {
    let mut random = [0; 16];
    // Without randomness the clock still tells two events apart.
    if getrandom::fill(&mut random).is_err() {
        random[..8].copy_from_slice(&js_sys::Date::now().to_be_bytes());
    }
    format!("issue-{}", DeviceId::from_random(random))
}

async fn remember(desk: Desk) {
    let kept: BTreeMap<String, String> = desk.said.with_untracked(|said| {
        REMEMBERED
            .iter()
            .filter_map(|fact| Some((fact.name().to_owned(), said.get(fact.name())?.clone())))
            .collect()
    });
    if !kept.is_empty() {
        let text = serde_json::to_string(&kept).unwrap_or_default();
        // Only a convenience: it can be typed again.
        let _ = desk.session.keep_draft(MEMORY, Some(&text)).await;
    }
}
