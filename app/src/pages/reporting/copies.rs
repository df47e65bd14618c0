//! 抄报: what of which case was copied to the bureau of registration, when and by which document,
//! and what is still to be copied (article 21).

use std::sync::Arc;

use leptos::prelude::*;
use shared::{Day, EventKind, Role, bureau::by_code, permission::is_own};

use crate::{
    components::{
        status::{Look, status},
        table::Table,
    },
    model::duty::{among_all, number_of},
    session::{LedgerCase, Session},
    words::people,
};

/// A copy that was made, or that is due.
struct Copy {
    case: Arc<LedgerCase>,
    /// The bureau of registration.
    to: String,
    /// When; none where it is due.
    on: Option<Day>,
    /// How it stands.
    look: Look,
    word: String,
    /// The document's number, and the address of its text.
    document: Option<(String, String)>,
    /// Whether the user is to make it.
    is_mine: bool,
}

/// The section; nothing where no case is concerned.
pub(super) fn copies(session: Session) -> AnyView {
    (move || {
        let copies = found(session);
        if copies.is_empty() {
            return ().into_any();
        }
        let open = copies.iter().filter(|copy| copy.on.is_none()).count();
        let rows = copies.into_iter().map(row).collect::<Vec<_>>();
        view! {
            <section class="part" aria-labelledby="copies">
                <h2 id="copies">"抄报注册地"<span class="num">{open}</span>
                    <span class="part__note">"生产地与注册地不在同一区县的（第二十一条）；收到抄报的局可以查看该案"</span>
                </h2>
                <Table heads=["状态", "抄报日期", "案号", "企业", "承办局", "抄报", "文书", "办理"]>{rows}</Table>
            </section>
        }
        .into_any()
    })
    .into_any()
}

fn found(session: Session) -> Vec<Copy> {
    let (today, calendar) = (session.today().get(), session.calendar().get());
    let actor = session.profile().get().map(|profile| profile.actor.clone());
    let cases = session.cases().get();
    let mut copies: Vec<Copy> = cases
        .iter()
        .flat_map(|case| {
            let registered = &case.file.case.enterprise.registration_district;
            let events = case.file.events.iter().zip(case.file.standing());
            let made = events
                .filter(|(event, stands)| *stands && event.kind == EventKind::CopyReported)
                .map(|(event, _)| Copy {
                    case: case.clone(),
                    to: event.to.clone().unwrap_or_else(|| registered.clone()),
                    on: Some(event.on),
                    look: Look::Done,
                    word: "已抄报".to_owned(),
                    document: document(case, &event.id),
                    is_mine: false,
                });
            let made: Vec<Copy> = made.collect();
            let assessment = session.assessment(case);
            let row = assessment.row("art21.copy_report", 0);
            let due = row.filter(|row| row.status.is_pending()).map(|row| {
                let (look, word) = among_all(row, &calendar, today);
                let is_mine = actor
                    .as_ref()
                    .is_some_and(|actor| actor.role == Role::District && is_own(actor, &case.file));
                Copy {
                    case: case.clone(),
                    to: registered.clone(),
                    on: None,
                    look,
                    word,
                    document: None,
                    is_mine,
                }
            });
            made.into_iter().chain(due)
        })
        .collect();
    // What is due first, then the latest.
    copies.sort_by_key(|copy| (copy.on.is_some(), std::cmp::Reverse(copy.on)));
    copies
}

/// The document that the copy was made with.
fn document(case: &LedgerCase, event: &str) -> Option<(String, String)> {
    let mut issued = case
        .documents
        .iter()
        .filter_map(shared::document::Recorded::read);
    let issued = issued.find(|it| it.event.as_deref() == Some(event) && !it.is_void)?;
    let change = issued.change().to_string().replace('/', "%2F");
    let address = format!(
        "/cases/{}/documents/{}?issued={change}",
        case.id, issued.kind
    );
    Some((issued.number.to_string(), address))
}

fn row(copy: Copy) -> AnyView {
    let case = &copy.case;
    let to = by_code(&copy.to).map_or_else(|| people::bureau_name(&copy.to), |it| it.name.into());
    let document = copy
        .document
        .map(|(number, address)| view! { <a class="link" href=address>{number}</a> });
    let act = copy.is_mine.then(|| {
        let address = format!("/cases/{}/documents/copy_report", case.id);
        view! { <a class="btn btn--row" href=address>"抄报"</a> }
    });
    view! {
        <tr>
            <td>{status(copy.look, copy.word)}</td>
            <td class="num">{copy.on.map(|on| on.to_string())}</td>
            <td class="num"><a href=format!("/cases/{}", case.id)>{number_of(case)}</a></td>
            <td class="wrap">{case.file.case.enterprise.name.clone()}</td>
            <td>{people::bureau_name(case.file.handling_bureau())}</td>
            <td>{to}</td>
            <td class="num">{document}</td>
            <td>{act}</td>
        </tr>
    }
    .into_any()
}
