//! 文书: what the case asks for, what was issued, and each of them on paper.

pub(super) mod clash;
mod issued;
mod numbers;
mod paper;
mod prepare;
mod service;

use std::sync::Arc;

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use shared::{
    document::{DocumentRecord, Issue, Kind},
    permission::{is_own, may_issue},
    words,
};

use super::{case::case_in_address, not_found::no_such_case, record};
use crate::{
    components::{
        status::{Look, status},
        table::Table,
    },
    frame::InAddress,
    model::documents::{Choice, SERVICE_PROOF, Service, Sheet, clashes_of, documents},
    people::name_of,
    session::{LedgerCase, Session},
};

/// The documents of a case, or the one that the address names.
#[component]
pub(crate) fn Documents() -> impl IntoView {
    let case = case_in_address();
    if InAddress::use_in().get_untracked("kind").is_empty() {
        all(case)
    } else {
        one(case)
    }
}

fn all(case: Memo<Option<Arc<LedgerCase>>>) -> AnyView {
    let session = Session::use_in();
    let shown = move || match case.get() {
        None => no_such_case(),
        Some(case) => list(session, &case),
    };
    shown.into_any()
}

/// One document: drawn up, or as it was issued.
fn one(case: Memo<Option<Arc<LedgerCase>>>) -> AnyView {
    let session = Session::use_in();
    let address = InAddress::use_in();
    let query = use_query_map();
    // What is typed must not go when the case changes under it.
    let shown = Memo::new(move |_| {
        let issuing = query.with(|query| query.get("issued"));
        (
            case.get().is_some(),
            address.get("kind"),
            query.with(|query| query.get("round")).unwrap_or_default(),
            query.with(|query| query.get("event")).unwrap_or_default(),
            issuing,
        )
    });
    let page = move || {
        let (is_there, kind, round, event, issuing) = shown.get();
        let found = is_there.then(|| case.get_untracked()).flatten();
        let (Some(case_now), Some(profile)) = (found, session.profile().get_untracked()) else {
            return no_such_case();
        };
        if let Some(issuing) = issuing.and_then(|issuing| issuing.parse().ok()) {
            return issued::issued(session, case, &case_now, issuing);
        }
        let round = round.parse().unwrap_or(0);
        let Some(kind) = Kind::of(&kind) else {
            return no_such_case();
        };
        if may_issue(&profile.actor, &case_now.file, kind.name).is_err() {
            return not_permitted(&case_now, kind);
        }
        if kind.name == SERVICE_PROOF {
            let event = shared::EventKind::from_name(&event);
            return service::service(session, &case_now, &event, round);
        }
        prepare::prepare(session, case, &case_now, Sheet { kind, round })
    };
    page.into_any()
}

fn list(session: Session, case: &Arc<LedgerCase>) -> AnyView {
    let Some(profile) = session.profile().get() else {
        return no_such_case();
    };
    let assessment = session.assessment(case);
    let choice = Choice::of(&profile.actor, case, &assessment);
    let clashes = clashes_of(case, &session.cases().get());
    let body = if is_own(&profile.actor, &case.file) {
        view! {
            {asked(case, &choice)}
            {kept(case)}
            {others(case, &choice)}
        }
        .into_any()
    } else {
        view! { {kept(case)} }.into_any()
    };
    view! {
        <main class="page" id="main" tabindex="-1">
            {record::head(case, "文书".to_owned())}
            {clash::told(case, &clashes)}
            {body}
        </main>
    }
    .into_any()
}

/// Where a document is drawn up.
fn address(case: &LedgerCase, sheet: Sheet) -> String {
    let address = format!("/cases/{}/documents/{}", case.id, sheet.kind.name);
    match sheet.round {
        0 => address,
        round => format!("{address}?round={round}"),
    }
}

/// Where a document that was issued is shown.
fn address_of(case: &LedgerCase, document: &DocumentRecord) -> String {
    let issuing = document.change().to_string().replace('/', "%2F");
    format!(
        "/cases/{}/documents/{}?issued={issuing}",
        case.id, document.kind
    )
}

fn named(kind: &Kind, round: u8) -> String {
    match round {
        0 => kind.short.to_owned(),
        round => format!("{}（{}）", kind.short, words::round(round)),
    }
}

fn link(case: &LedgerCase, sheet: Sheet) -> AnyView {
    let articles: Vec<_> = sheet
        .kind
        .articles
        .iter()
        .map(|article| words::article(*article))
        .collect();
    view! {
        <a href=address(case, sheet)>
            <span>{named(sheet.kind, sheet.round)}</span>
            <small>{articles.join("、")}</small>
        </a>
    }
    .into_any()
}

fn asked(case: &LedgerCase, choice: &Choice) -> Option<AnyView> {
    let links: Vec<AnyView> = choice
        .asked
        .iter()
        .map(|sheet| link(case, *sheet))
        .chain(choice.services.iter().map(|it| service_link(case, it)))
        .collect();
    (!links.is_empty()).then(|| {
        view! {
            <section class="part" aria-labelledby="asked">
                <h2 id="asked">"现在要出的"</h2>
                <div class="offers">{links}</div>
            </section>
        }
        .into_any()
    })
}

fn service_link(case: &LedgerCase, service: &Service) -> AnyView {
    let address = format!(
        "/cases/{}/documents/{SERVICE_PROOF}?event={}&round={}",
        case.id, service.event, service.round
    );
    let names: Vec<_> = service
        .documents
        .iter()
        .filter_map(|it| Some(it.known_kind()?.short))
        .collect();
    view! {
        <a href=address>
            <span>"送达回证"</span>
            <small>{names.join("、")}</small>
        </a>
    }
    .into_any()
}

fn others(case: &LedgerCase, choice: &Choice) -> Option<AnyView> {
    let links: Vec<AnyView> = choice.others.iter().map(|it| link(case, *it)).collect();
    (!links.is_empty()).then(|| {
        view! {
            <section class="part" aria-labelledby="others">
                <h2 id="others">"其他文书"</h2>
                <div class="offers">{links}</div>
            </section>
        }
        .into_any()
    })
}

/// What was issued, void ones too.
fn kept(case: &LedgerCase) -> AnyView {
    let rows = documents(case)
        .iter()
        .rev()
        .map(|document| {
            let name = document
                .known_kind()
                .map_or_else(|| document.kind.clone(), |kind| named(kind, document.round));
            let state = if document.is_void {
                status(Look::Waived, "已作废".to_owned())
            } else {
                state_of(case, document)
            };
            view! {
                <tr class:is-void=document.is_void>
                    <td class="num"><a class="link" href=address_of(case, document)>{document.number.to_string()}</a></td>
                    <td>{name}</td>
                    <td class="num">{document.on.to_string()}</td>
                    <td>{name_of(&document.record.author)}</td>
                    <td>{state}</td>
                </tr>
            }
        })
        .collect::<Vec<_>>();
    let body = if rows.is_empty() {
        view! { <p>"还没有出过文书。出文时编号，文本和文号留在案件里，随时可以再打印。"</p> }
            .into_any()
    } else {
        view! {
            <Table heads=["文号", "文书", "日期", "出文人", "状态"]>{rows}</Table>
        }
        .into_any()
    };
    view! {
        <section class="part" aria-labelledby="kept">
            <h2 id="kept">"已出的"</h2>
            {body}
        </section>
    }
    .into_any()
}

/// Whether it has been served, where it must be.
fn state_of(case: &LedgerCase, document: &DocumentRecord) -> AnyView {
    let kind = document.known_kind();
    let service = kind
        .filter(|kind| kind.name != SERVICE_PROOF)
        .and_then(|kind| kind.service(document.round));
    let Some(service) = service else {
        let records = kind.is_some_and(|kind| kind.issue == Issue::With);
        return status(
            Look::Done,
            if records { "已登记" } else { "已出" }.to_owned(),
        );
    };
    let id = crate::model::documents::recorded(&case.file, &service, document.round);
    match id.and_then(|id| case.file.events.iter().find(|event| event.id == id)) {
        Some(event) => status(Look::Done, format!("{} 送达", event.on)),
        None => status(Look::Running, "待送达".to_owned()),
    }
}

fn not_permitted(case: &LedgerCase, kind: &Kind) -> AnyView {
    view! {
        <main class="page" id="main" tabindex="-1">
            {record::head(case, kind.short.to_owned())}
            <div class="empty">
                <p>{status(Look::Waived, "这份文书不由您的单位出".to_owned())}</p>
                <p><a class="link" href=format!("/cases/{}/documents", case.id)>"看已有的文书"</a></p>
            </div>
        </main>
    }
    .into_any()
}
