//! 送达回证: what is served, how, and the signatures on the tablet; ends in the service's event.

use std::{collections::BTreeMap, sync::Arc};

use leptos::{ev, prelude::*, task::spawn_local};
use leptos_router::{NavigateOptions, hooks::use_navigate};
use shared::{
    CaseFile, Day, Event, EventKind,
    attachment::{Attachment, Purpose},
    document::{Document, Issued, Kind, Setting, draft},
    field::{Entry, fields},
    words,
};

use super::{address_of, named, numbers::Numbers, paper::paper, prepare::event_id};
use crate::{
    components::{
        messages::{Message, Messages},
        pad::{Strokes, pad, written},
        status::{Look, status},
    },
    model::documents::{Choice, SERVICE_PROOF, Service, numbered},
    pages::{not_found::no_such_case, record},
    session::{LedgerCase, Session, Together},
};

/// Who signs, by the places of the proof.
const RECIPIENT: &str = "受送达人签名或者盖章";
const SERVERS: &str = "送达人签名（两人）";
const WITNESS: &str = "见证人签名";
const SIGNERS: [(&str, &str, &str); 4] = [
    ("recipient", "受送达人", RECIPIENT),
    ("first", "送达人一", SERVERS),
    ("second", "送达人二", SERVERS),
    ("witness", "见证人", WITNESS),
];

#[derive(Clone, Copy)]
struct Desk {
    session: Session,
    case: StoredValue<Arc<LedgerCase>>,
    service: StoredValue<Service>,
    kind: &'static Kind,
    on: RwSignal<String>,
    method: RwSignal<String>,
    recipient: RwSignal<String>,
    place: RwSignal<String>,
    reason: RwSignal<String>,
    refused: RwSignal<bool>,
    signing: RwSignal<usize>,
    strokes: RwSignal<[Strokes; SIGNERS.len()]>,
    numbers: Numbers,
}

impl Desk {
    fn event(self) -> Option<Event> {
        let on: Day = self.on.get().parse().ok()?;
        let (kind, round) = self
            .service
            .with_value(|service| (service.event.clone(), service.round));
        let mut event = Event::new("", kind, on);
        if event
            .kind
            .facts()
            .is_some_and(|it| it.default_round.is_some())
        {
            event.written_round = Some(round);
        }
        let mut put = |name: &str, value: String| {
            if !value.trim().is_empty() {
                event.details.insert(name.to_owned(), value.trim().into());
            }
        };
        put("method", self.method.get());
        put("recipient", self.recipient.get());
        put("served_at", self.place.get());
        if self.refused.get() {
            put("refused_for", self.reason.get());
        }
        Some(event)
    }

    fn draft(self, on_paper: &Event) -> Option<Document> {
        let case = self.case.get_value();
        let service = self.service.get_value();
        let mut file = CaseFile::clone(&case.file);
        file.events.push(on_paper.clone());
        let today = self.session.today().get();
        let assessment = self.session.assess_on(&file, today.max(on_paper.on));
        let served: Vec<String> = service
            .documents
            .iter()
            .map(|it| {
                let name = it
                    .known_kind()
                    .map_or_else(|| it.kind.clone(), |kind| named(kind, it.round));
                format!("{name}　{}", it.number)
            })
            .collect();
        // What the event's own fields do not have: not every service has them.
        let said = BTreeMap::from([
            (
                "method".to_owned(),
                method_word(&self.method.get()).to_owned(),
            ),
            ("recipient".to_owned(), self.recipient.get()),
            ("served_at".to_owned(), self.place.get()),
        ]);
        let by = self
            .session
            .profile()
            .get()
            .map(|profile| profile.actor.role)?;
        draft(
            self.kind,
            &Setting {
                case: &file,
                assessment: &assessment,
                round: service.round,
                on: on_paper.on,
                by,
                said: &said,
                served: &served,
                event: Some(&service.event),
            },
        )
    }

    /// The signers, as the refusal changes them.
    fn signers(self) -> Vec<usize> {
        if self.refused.get() {
            vec![3, 1, 2]
        } else {
            vec![0, 1, 2]
        }
    }
}

/// The ways of serving, from the field of the event.
fn methods() -> &'static [(&'static str, &'static str)] {
    let known = fields(&EventKind::ResultServed)
        .iter()
        .find(|field| field.name == "method");
    match known.map(|field| field.entry) {
        Some(Entry::Choice(options)) => options,
        _ => &[],
    }
}

fn method_word(value: &str) -> &'static str {
    methods()
        .iter()
        .find(|(known, _)| *known == value)
        .map_or("", |(_, word)| word)
}

/// The page.
pub(super) fn service(
    session: Session,
    case: &Arc<LedgerCase>,
    event: &EventKind,
    round: u8,
) -> AnyView {
    let Some(profile) = session.profile().get_untracked() else {
        return no_such_case();
    };
    let assessment = untrack(|| session.assessment(case));
    let choice = Choice::of(&profile.actor, case, &assessment);
    let found = choice
        .services
        .into_iter()
        .find(|it| it.event == *event && it.round == round);
    let (Some(service), Some(kind)) = (found, Kind::of(SERVICE_PROOF)) else {
        return nothing_to_serve(case);
    };
    let today = session.today().get_untracked();
    let desk = Desk {
        session,
        case: StoredValue::new(case.clone()),
        service: StoredValue::new(service),
        kind,
        on: RwSignal::new(today.to_string()),
        method: RwSignal::new("direct".to_owned()),
        recipient: RwSignal::default(),
        place: RwSignal::default(),
        reason: RwSignal::default(),
        refused: RwSignal::new(false),
        signing: RwSignal::new(0),
        strokes: RwSignal::default(),
        numbers: Numbers::remembered(session),
    };
    let shown = Memo::new(move |_| desk.event().and_then(|event| desk.draft(&event)));
    let busy = RwSignal::new(false);
    let title = format!("送达回证：{}", words::event(event));
    let submit = serve(desk, shown, busy);
    view! {
        <main class="page page--fill document" id="main" tabindex="-1">
            {record::head(case, title)}
            <div class="document__split">
                <div class="document__paper">{move || shown.get().map(|it| paper(&it, &[]))}</div>
                <div class="document__side">
                    <form class="form" on:submit=submit novalidate=true>
                        {text(desk.on, "served-on", "送达日期", "date")}
                        {method(desk)}
                        {text(desk.recipient, "recipient", "收件人", "text")}
                        {text(desk.place, "served-at", "送达地点", "text")}
                        {move || desk.refused.get().then(|| text(desk.reason, "refused-for", "拒收的理由", "text"))}
                        {signing(desk)}
                        <div class="form__acts">
                            <button class="btn btn--main btn--big" disabled=move || busy.get() || shown.with(Option::is_none)>
                                {move || if busy.get() { "正在保存……" } else { "出回证并登记送达" }}
                            </button>
                        </div>
                    </form>
                </div>
            </div>
        </main>
    }
    .into_any()
}

fn nothing_to_serve(case: &LedgerCase) -> AnyView {
    view! {
        <main class="page" id="main" tabindex="-1">
            {record::head(case, "送达回证".to_owned())}
            <div class="empty">
                <b>"没有待送达的文书"</b>
                <p>"先出要送达的文书，再在这里签收。"<a href=format!("/cases/{}/documents", case.id)>"看文书"</a></p>
            </div>
        </main>
    }
    .into_any()
}

fn text(
    value: RwSignal<String>,
    id: &'static str,
    title: &'static str,
    kind: &'static str,
) -> AnyView {
    let type_in = move |event: ev::Targeted<ev::Event, web_sys::HtmlInputElement>| {
        value.set(event.target().value());
    };
    view! {
        <div class="field">
            <label for=id>{title}</label>
            <input class="input" id=id type=kind autocomplete="off" prop:value=move || value.get() on:input:target=type_in />
        </div>
    }
    .into_any()
}

fn method(desk: Desk) -> AnyView {
    let options = methods()
        .iter()
        .map(|&(value, word)| {
            let choose = move |_| {
                desk.method.set(value.to_owned());
                // What is left behind was refused.
                desk.refused.set(value == "left");
            };
            view! {
                <label class="choice">
                    <input type="radio" name="method" prop:checked=move || desk.method.get() == value on:change=choose />
                    {word}
                </label>
            }
        })
        .collect::<Vec<_>>();
    view! {
        <fieldset class="field">
            <legend>"送达方式"</legend>
            <div class="choices">{options}</div>
        </fieldset>
    }
    .into_any()
}

/// Who has signed, and the pad for whose turn it is.
fn signing(desk: Desk) -> AnyView {
    let people = move || {
        desk.signers()
            .into_iter()
            .map(|at| {
                let (_, word, _) = SIGNERS[at];
                let is_on = move || desk.signing.get() == at;
                let is_signed = move || desk.strokes.with(|all| !all[at].is_empty());
                let state = move || {
                    if is_signed() {
                        status(Look::Done, "已签".to_owned())
                    } else if is_on() {
                        status(Look::Running, "签字中".to_owned())
                    } else {
                        status(Look::Missing, "未签".to_owned())
                    }
                };
                view! {
                    <button class="person" class:is-on=is_on type="button" aria-pressed=move || if is_on() { "true" } else { "false" } on:click=move |_| desk.signing.set(at)>
                        <span>{word}</span>
                        {state}
                    </button>
                }
            })
            .collect::<Vec<_>>()
    };
    let at = Memo::new(move |_| {
        let signers = desk.signers();
        let chosen = desk.signing.get();
        if signers.contains(&chosen) {
            chosen
        } else {
            signers[0]
        }
    });
    let strokes = Signal::derive(move || desk.strokes.with(|all| all[at.get()].clone()));
    let drawn = move |stroke| {
        let at = at.get_untracked();
        desk.strokes.update(|all| all[at].push(stroke));
    };
    let wipe = move |_| desk.strokes.update(|all| all[at.get_untracked()].clear());
    let is_empty = move || strokes.with(Vec::is_empty);
    let hint = move || {
        if desk.refused.get() {
            "收件人拒收的，写明理由，由见证人签字，文书留在其住所。"
        } else {
            "收件人不签的，送达方式改选“留置送达”，由见证人签字。邮寄、公告送达不必签字。"
        }
    };
    view! {
        <section class="document__signing">
            <p class="field-lab">"签字"<span>{move || SIGNERS[at.get()].1}</span></p>
            <div class="people">{people}</div>
            <div class="pad">
                {pad(strokes, drawn)}
                <span class="pad__say">"手指或触控笔写在虚线上方"</span>
                <button class="btn" type="button" disabled=is_empty on:click=wipe>"重写"</button>
            </div>
            <p class="muted">{hint}</p>
        </section>
    }
    .into_any()
}

/// The signatures as pictures, named by their places.
async fn signatures(desk: Desk, event: &str) -> Result<(Vec<Attachment>, Vec<Vec<u8>>), String> {
    let (mut attachments, mut contents) = (Vec::new(), Vec::new());
    for at in untrack(|| desk.signers()) {
        let strokes = desk.strokes.with_untracked(|all| all[at].clone());
        if strokes.is_empty() {
            continue;
        }
        let (_, word, place) = SIGNERS[at];
        let bytes = written(&strokes).await.map_err(|error| error.to_string())?;
        let name = format!("{place}　{word}");
        let attachment =
            Attachment::of(&bytes, &name, Purpose::Signature).map_err(|error| error.to_string())?;
        attachments.push(Attachment {
            event: Some(event.to_owned()),
            ..attachment
        });
        contents.push(bytes);
    }
    Ok((attachments, contents))
}

/// Whether those have signed who must: who serves in person is signed for.
fn is_signed(desk: Desk) -> bool {
    let in_person = matches!(
        &*desk.method.get_untracked(),
        "direct" | "left" | "entrusted"
    );
    !in_person
        || untrack(|| desk.signers())
            .into_iter()
            .all(|at| desk.strokes.with_untracked(|all| !all[at].is_empty()))
}

fn serve(
    desk: Desk,
    shown: Memo<Option<Document>>,
    busy: RwSignal<bool>,
) -> impl Fn(ev::SubmitEvent) + 'static {
    let messages = Messages::use_in();
    let navigate = use_navigate();
    move |submitted: ev::SubmitEvent| {
        submitted.prevent_default();
        let session = desk.session;
        let actor = session
            .profile()
            .with_untracked(|profile| profile.as_ref().map(|profile| profile.actor.clone()));
        let (Some(mut event), Some(mut document), Some(actor)) =
            (untrack(|| desk.event()), shown.get_untracked(), actor)
        else {
            return;
        };
        if busy.get_untracked() {
            return;
        }
        if !is_signed(desk) {
            messages.say(
                Message::bad("还没有签完字")
                    .more("当面送达由收件人和两名送达人签字；拒收的改选留置送达，由见证人签字。"),
            );
            return;
        }
        let case = desk.case.get_value();
        let number = untrack(|| desk.numbers.next(&actor, desk.kind, event.on.year()));
        document.number = number.to_string();
        event.id = event_id();
        let issued = Issued {
            kind: desk.kind.name.to_owned(),
            number: number.clone(),
            on: event.on,
            round: desk.service.with_value(|service| service.round),
            event: Some(event.id.clone()),
            text: serde_json::to_value(&document).unwrap_or_default(),
        };
        busy.set(true);
        let navigate = navigate.clone();
        spawn_local(async move {
            let saved = async {
                let (attachments, contents) = signatures(desk, &event.id).await?;
                let contents = attachments.iter().map(|it| it.hash).zip(contents).collect();
                let together = Together {
                    events: vec![event],
                    attachments,
                    contents,
                    documents: vec![issued],
                    ..Together::default()
                };
                let saved = session.record_together(&case.id, together).await;
                saved.map_err(|error| error.to_string())
            };
            let saved = saved.await;
            let _ = busy.try_set(false);
            match saved {
                Ok(_) => {
                    desk.numbers.remember(&number).await;
                    messages.say(
                        Message::done(format!("已出回证 {number}，送达已登记")).more("已存本机。"),
                    );
                    let cases = session.cases().get_untracked();
                    let to = cases.iter().find(|it| it.id == case.id).and_then(|now| {
                        let document = numbered(now, &number)?;
                        Some(address_of(now, &document))
                    });
                    let list = || format!("/cases/{}/documents", case.id);
                    navigate(&to.unwrap_or_else(list), NavigateOptions::default());
                }
                Err(error) => messages.say(
                    Message::bad("没有登记送达")
                        .more(format!("{error}。填写的内容还在，可以再试。")),
                ),
            }
        });
    }
}
