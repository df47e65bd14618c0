//! 附件: photos, scans and signatures, by the event that they belong to.

use std::sync::Arc;

use leptos::{ev, prelude::*, task::spawn_local};
use shared::{
    attachment::{Attachment, Purpose},
    id::CaseId,
    permission::{may_attach, may_detach},
    words,
};

use crate::{
    components::{
        messages::{Message, Messages},
        picture::shot,
        status::{Look, status},
    },
    people::name_of,
    photo::{chosen, prepared},
    session::{AttachmentRecord, LedgerCase, Session, Together},
    words::day,
};

/// What a file field offers; what a file really is, its bytes tell.
const TAKEN: &str = "image/*,application/pdf";

/// The panel: first a place for more, then what there is.
pub(super) fn panel(case: &Arc<LedgerCase>) -> AnyView {
    let session = Session::use_in();
    let may = session
        .profile()
        .get()
        .is_some_and(|profile| may_attach(&profile.actor, &case.file).is_ok());
    let nothing = case.file.attachments.is_empty().then(|| {
        view! {
            <div class="empty empty--in">
                <b>"还没有附件"</b>
                <p>"照片、扫描件和签字可附在任一事件上，每个不超过 20 MB，先加密存在本机，联网后自动上传。"</p>
            </div>
        }
    });
    view! {
        {may.then(|| adding(case))}
        {nothing}
        {groups(case)}
    }
    .into_any()
}

fn adding(case: &Arc<LedgerCase>) -> AnyView {
    let session = Session::use_in();
    let messages = Messages::use_in();
    let event = RwSignal::new(String::new());
    let stands = case.file.standing();
    let mut options: Vec<_> = case
        .file
        .events
        .iter()
        .zip(stands)
        .filter(|(_, stands)| *stands)
        .map(|(event, _)| (event.on, event.id.clone(), words::told(event)))
        .collect();
    options.sort_by_key(|(on, ..)| std::cmp::Reverse(*on));
    let options = options
        .into_iter()
        .map(|(on, id, told)| view! { <option value=id>{format!("{on} {told}")}</option> })
        .collect::<Vec<_>>();
    let id = case.id.clone();
    let take = move |input: ev::Targeted<ev::Event, web_sys::HtmlInputElement>| {
        let files = chosen(&input.target());
        let event = event.get_untracked();
        let event = (!event.is_empty()).then_some(event);
        spawn_local(attach(session, messages, id.clone(), event, files));
    };
    let choose = move |select: ev::Targeted<ev::Event, web_sys::HtmlSelectElement>| {
        event.set(select.target().value());
    };
    view! {
        <div class="attach">
            <label class="vh" for="attach-to">"附在哪个事件上"</label>
            <select class="input" id="attach-to" on:change:target=choose>
                <option value="">"附在案件上"</option>
                {options}
            </select>
            <label class="btn btn--main attach__file">
                "添加附件"
                <input class="vh" type="file" accept=TAKEN multiple=true on:change:target=take />
            </label>
        </div>
    }
    .into_any()
}

/// Takes the files one by one: one that is not fit does not keep the others out.
async fn attach(
    session: Session,
    messages: Messages,
    case: CaseId,
    event: Option<String>,
    files: Vec<web_sys::File>,
) {
    let mut together = Together::default();
    for file in files {
        let name = file.name();
        match prepared(&file, &name, Purpose::Document).await {
            Ok((attachment, bytes)) => {
                together.contents.push((attachment.hash, bytes));
                together.attachments.push(Attachment {
                    event: event.clone(),
                    ..attachment
                });
            }
            Err(error) => messages.say(
                Message::bad(format!("没有附上：{name}"))
                    .more(format!("{error}。其他文件不受影响。")),
            ),
        }
    }
    let count = together.attachments.len();
    if count == 0 {
        return;
    }
    let message = match session.record_together(&case, together).await {
        Ok(_) => Message::done(format!("已附上 {count} 个附件")).more("已存本机，联网后自动上传。"),
        Err(error) => Message::bad("没有附上").more(format!("{error}。")),
    };
    messages.say(message);
}

/// What there is, by event in the order of their days; last what is the whole case's.
fn groups(case: &Arc<LedgerCase>) -> Vec<AnyView> {
    let mut events: Vec<_> = case.file.events.iter().collect();
    events.sort_by_key(|event| event.on);
    let of = |event: Option<&str>| -> Vec<AnyView> {
        case.file
            .attachments
            .iter()
            .zip(&*case.attached)
            .filter(|(attachment, _)| attachment.event.as_deref() == event)
            .map(|(attachment, record)| one(case, attachment, record))
            .collect()
    };
    let known: Vec<AnyView> = events
        .iter()
        .filter_map(|event| {
            let shots = of(Some(&event.id));
            let title = format!("{} {}", event.on, words::told(event));
            (!shots.is_empty()).then(|| group(title, shots))
        })
        .collect();
    let rest: Vec<AnyView> = case
        .file
        .attachments
        .iter()
        .zip(&*case.attached)
        .filter(|(attachment, _)| {
            let named = attachment.event.as_deref();
            named.is_none_or(|named| events.iter().all(|event| event.id != named))
        })
        .map(|(attachment, record)| one(case, attachment, record))
        .collect();
    let rest = (!rest.is_empty()).then(|| group("案件".to_owned(), rest));
    known.into_iter().chain(rest).collect()
}

fn group(title: String, shots: Vec<AnyView>) -> AnyView {
    view! {
        <section class="shots-of">
            <h3>{title}</h3>
            <div class="shots">{shots}</div>
        </section>
    }
    .into_any()
}

fn one(case: &Arc<LedgerCase>, attachment: &Attachment, record: &AttachmentRecord) -> AnyView {
    let session = Session::use_in();
    let who = format!(
        "{} {}",
        name_of(&record.author),
        day::moment(record.recorded_at_milliseconds, session.today().get())
    );
    let unsent = record.unsent.then(|| status(Look::Later, "待发"));
    let may = session
        .profile()
        .get()
        .is_some_and(|profile| may_detach(&profile.actor, &case.file, &record.author).is_ok());
    let take_off = may.then(|| take_off(case, attachment, record));
    let more = view! { <small>{who}</small>{unsent}{take_off} };
    shot(attachment, more.into_any())
}

fn take_off(case: &Arc<LedgerCase>, attachment: &Attachment, record: &AttachmentRecord) -> AnyView {
    let session = Session::use_in();
    let messages = Messages::use_in();
    let (id, change, attachment) = (case.id.clone(), record.change.clone(), attachment.clone());
    let label = format!("取下附件 {}", attachment.name);
    let act = move |_| {
        let (id, change, attachment) = (id.clone(), change.clone(), attachment.clone());
        spawn_local(async move {
            let message = match session.detach(&id, change).await {
                Ok(()) => {
                    let name = attachment.name.clone();
                    let put_back = move || {
                        let together = Together {
                            attachments: vec![attachment.clone()],
                            ..Together::default()
                        };
                        let id = id.clone();
                        spawn_local(async move {
                            if let Err(error) = session.record_together(&id, together).await {
                                messages.say(Message::bad("没有恢复").more(error.to_string()));
                            }
                        });
                    };
                    Message::done(format!("已取下：{name}"))
                        .more("记录中仍有它的来去。")
                        .offer("恢复", put_back)
                }
                Err(error) => Message::bad("没有取下").more(error.to_string()),
            };
            messages.say(message);
        });
    };
    view! { <button type="button" class="btn btn--plain" aria-label=label on:click=act>"取下"</button> }
        .into_any()
}
