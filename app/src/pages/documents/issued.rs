//! A document as it was issued: printed, taken along as a .docx, made void, given another number.

use std::sync::Arc;

use leptos::{prelude::*, task::spawn_local};
use leptos_router::{NavigateOptions, hooks::use_navigate};
use shared::{
    attachment::{Attachment, Purpose},
    change::ChangeId,
    document::{Document, DocumentRecord, Issued},
    outgoing::Outgoing,
    permission::may_issue,
};

use super::{address_of, clash, named, numbers::Numbers, paper::paper};
use crate::{
    components::{
        download,
        messages::{Message, Messages},
        status::{Look, status},
    },
    model::documents::{clashes_of, documents, numbered},
    pages::record,
    people::name_of,
    session::{LedgerCase, Session, Together},
    worker,
};

const DOCX: &str = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";

/// The page.
pub(super) fn issued(
    session: Session,
    case: Memo<Option<Arc<LedgerCase>>>,
    case_now: &Arc<LedgerCase>,
    issuing: ChangeId,
) -> AnyView {
    let text = RwSignal::new(None::<Result<Issued, ()>>);
    let (id, change) = (case_now.id.clone(), issuing.clone());
    spawn_local(async move {
        let found = session.issued(&id, &change).await.ok_or(());
        text.try_set(Some(found));
    });
    let shown = move || {
        let case = case.get()?;
        let record = documents(&case)
            .into_iter()
            .find(|it| *it.change() == issuing)?;
        let record = &record;
        Some(match text.get()? {
            Ok(issued) => match serde_json::from_value::<Document>(issued.text.clone()) {
                Ok(document) => page(session, &case, record, &issued, &document),
                Err(_) => unreadable(&case, record),
            },
            Err(()) => unreadable(&case, record),
        })
    };
    shown.into_any()
}

fn unreadable(case: &LedgerCase, record: &DocumentRecord) -> AnyView {
    view! {
        <main class="page" id="main" tabindex="-1">
            {record::head(case, record.number.to_string())}
            <div class="empty">
                <b>"本机读不出这份文书"</b>
                <p>"它由更新的版本出文，或还没有取到本机。联网后刷新再看。"</p>
            </div>
        </main>
    }
    .into_any()
}

/// The signatures on the event that the document is about.
fn signatures(case: &LedgerCase, record: &DocumentRecord) -> Vec<Attachment> {
    let of = |it: &&Attachment| it.purpose == Purpose::Signature && it.event == record.event;
    let signed = case.file.attachments.iter().filter(of);
    signed.filter(|_| record.event.is_some()).cloned().collect()
}

fn page(
    session: Session,
    case: &Arc<LedgerCase>,
    record: &DocumentRecord,
    issued: &Issued,
    document: &Document,
) -> AnyView {
    let messages = Messages::use_in();
    let may = session
        .profile()
        .get()
        .is_some_and(|profile| may_issue(&profile.actor, &case.file, &record.kind).is_ok());
    let title = record
        .known_kind()
        .map_or_else(|| record.kind.clone(), |kind| named(kind, record.round));
    let print = |_| {
        // Refused only where the browser cannot print at all.
        let _ = window().print();
    };
    let (whole, name) = (document.clone(), format!("{} {}", title, record.number));
    let signed = signatures(case, record);
    let take_along = move |_| {
        let (document, name) = (whole.clone(), format!("{name}.docx"));
        let signed = signed.clone();
        spawn_local(async move {
            let (mut signatures, mut pictures) = (Vec::new(), Vec::new());
            for signature in &signed {
                // What is not on the device is not in the file; its field stays to be signed.
                if let Ok(picture) = session.content(signature).await {
                    signatures.push(signature.name.clone());
                    pictures.push(picture);
                }
            }
            let asked = Outgoing::Document {
                document,
                signatures,
            };
            let bytes = worker::write(&asked, &pictures).await;
            let is_saved =
                bytes.is_some_and(|bytes| download::file(&bytes.into(), DOCX, &name).is_ok());
            if !is_saved {
                messages.say(
                    Message::bad("没有存成 .docx：浏览器不允许在后台写文件")
                        .more("文书还在，可以打印或另存为 PDF。"),
                );
            }
        });
    };
    let state = if record.is_void {
        status(Look::Waived, "已作废，文号不再用".to_owned())
    } else {
        status(Look::Done, format!("{} 出文", record.on))
    };
    let clashes: Vec<_> = clashes_of(case, &session.cases().get())
        .into_iter()
        .filter(|clash| clash.number == record.number && !record.is_void)
        .collect();
    let clashing = !clashes.is_empty();
    view! {
        <main class="page page--fill document" id="main" tabindex="-1">
            {record::head(case, title.clone())}
            {clash::told(case, &clashes)}
            <div class="document__split">
                <div class="document__paper" class:is-void=record.is_void>
                    {paper(document, &signatures(case, record))}
                </div>
                <div class="document__side">
                    <dl class="known">
                        <dt>"文号"</dt><dd class="num">{record.number.to_string()}</dd>
                        <dt>"状态"</dt><dd>{state}</dd>
                        <dt>"出文人"</dt><dd>{name_of(&record.record.author)}</dd>
                    </dl>
                    <div class="part__acts">
                        <button type="button" class="btn btn--main" on:click=print>"打印"</button>
                        <button type="button" class="btn" on:click=take_along>"存为 .docx"</button>
                        {(may && clashing).then(|| renumber(session, case, record, issued, document))}
                        {(may && !record.is_void).then(|| void(session, case, record))}
                        <a class="btn btn--plain" href=format!("/cases/{}/documents", case.id)>"全部文书"</a>
                    </div>
                    <p class="muted document__hint">"打印时选 A4、不缩放、不加页眉页脚；页码由文书自带。另存为 PDF 也在打印里。"</p>
                </div>
            </div>
        </main>
    }
    .into_any()
}

/// Makes it void. The event that it recorded stays: that is taken back in the record of events.
fn void(session: Session, case: &Arc<LedgerCase>, record: &DocumentRecord) -> AnyView {
    let messages = Messages::use_in();
    let (case, change, number) = (
        case.id.clone(),
        record.change().clone(),
        record.number.clone(),
    );
    let act = move |_| {
        let (case, change, number) = (case.clone(), change.clone(), number.clone());
        spawn_local(async move {
            let together = Together {
                voided: vec![change],
                ..Together::default()
            };
            let message = match session.record_together(&case, together).await {
                Ok(_) => Message::done(format!("已作废 {number}"))
                    .more("已存本机。登记的事件不变；要更正事件，请在记录里撤回。"),
                Err(error) => Message::bad("没有作废").more(format!("{error}。")),
            };
            messages.say(message);
        });
    };
    view! { <button type="button" class="btn" on:click=act>"作废"</button> }.into_any()
}

/// Issues the same text under the next number, and makes this one void.
fn renumber(
    session: Session,
    case: &Arc<LedgerCase>,
    record: &DocumentRecord,
    issued: &Issued,
    document: &Document,
) -> AnyView {
    let messages = Messages::use_in();
    let navigate = use_navigate();
    let numbers = Numbers::remembered(session);
    let (case, record, issued, document) = (
        case.clone(),
        record.clone(),
        issued.clone(),
        document.clone(),
    );
    let act = move |_| {
        let actor = session
            .profile()
            .with_untracked(|profile| profile.as_ref().map(|profile| profile.actor.clone()));
        let (Some(actor), Some(kind)) = (actor, record.known_kind()) else {
            return;
        };
        let number = untrack(|| numbers.next(&actor, kind, record.number.year));
        let mut document = document.clone();
        document.number = number.to_string();
        let again = Issued {
            number: number.clone(),
            text: serde_json::to_value(&document).unwrap_or_default(),
            ..issued.clone()
        };
        let (case, before) = (case.id.clone(), record.clone());
        let navigate = navigate.clone();
        spawn_local(async move {
            let together = Together {
                documents: vec![again],
                voided: vec![before.change().clone()],
                ..Together::default()
            };
            let message = match session.record_together(&case, together).await {
                Ok(_) => {
                    numbers.remember(&number).await;
                    let cases = session.cases().get_untracked();
                    let to = cases.iter().find(|it| it.id == case).and_then(|now| {
                        let document = numbered(now, &number)?;
                        Some(address_of(now, &document))
                    });
                    if let Some(to) = to {
                        navigate(&to, NavigateOptions::default());
                    }
                    Message::done(format!("已改为 {number}"))
                        .more("已存本机。原号的这一份作废；已送出的请换发。")
                }
                Err(error) => Message::bad("没有改号").more(format!("{error}。")),
            };
            messages.say(message);
        });
    };
    view! { <button type="button" class="btn btn--main" on:click=act>"改为下一号"</button> }
        .into_any()
}
