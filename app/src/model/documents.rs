//! 文书: which documents the state of a case asks for, and the numbers they take.

use std::sync::Arc;

use shared::{
    Actor, CaseFile, EventKind as K, Role,
    assess::Assessment,
    document::{
        Clash, DocumentRecord, Issue, Kind, Number, Recorded, clashes, next_serial, series,
    },
    offer::offers,
    permission::may_issue,
};

use crate::session::LedgerCase;

/// The name of the proof of service, which is signed for.
pub(crate) const SERVICE_PROOF: &str = "service_proof";

/// A document that may be issued.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Sheet {
    pub(crate) kind: &'static Kind,
    pub(crate) round: u8,
}

/// Documents that are served together: the event that records it, and they.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Service {
    pub(crate) event: K,
    pub(crate) round: u8,
    pub(crate) documents: Vec<DocumentRecord>,
}

/// What the case asks for now, and what else may be issued.
#[derive(Clone, PartialEq, Debug, Default)]
pub(crate) struct Choice {
    pub(crate) asked: Vec<Sheet>,
    pub(crate) services: Vec<Service>,
    pub(crate) others: Vec<Sheet>,
}

impl Choice {
    /// What this actor may issue on the case.
    pub(crate) fn of(actor: &Actor, case: &LedgerCase, assessment: &Assessment) -> Self {
        let offered = offers(actor, &case.file, assessment);
        let is_offered = |kind: &K, round: u8| {
            offered
                .iter()
                .any(|offer| offer.kind == *kind && offer.round == round)
        };
        let mut issued = documents(case);
        issued.retain(|it| !it.is_void);
        let mut choice = Self::default();
        for kind in Kind::ALL {
            let may = may_issue(actor, &case.file, kind.name).is_ok();
            if !may || kind.name == SERVICE_PROOF {
                continue;
            }
            for round in rounds(kind, &case.file) {
                let sheet = Sheet { kind, round };
                let is_issued = issued
                    .iter()
                    .any(|it| it.kind == kind.name && it.round == round);
                let asked = kind.event(round).is_some_and(|event| match kind.issue {
                    Issue::With | Issue::Before => is_offered(&event, round),
                    Issue::After => recorded(&case.file, &event, round).is_some(),
                });
                if asked && !is_issued {
                    choice.asked.push(sheet);
                } else {
                    choice.others.push(sheet);
                }
            }
        }
        if may_issue(actor, &case.file, SERVICE_PROOF).is_ok() {
            choice.services = services(case);
        }
        choice
    }
}

/// The inspections that a document of this kind may be about.
fn rounds(kind: &Kind, case: &CaseFile) -> Vec<u8> {
    let last = case.events.iter().map(shared::Event::round).max();
    let last = last.unwrap_or(0).min(3);
    match kind.event(1) {
        _ if !kind.has_rounds() => vec![0],
        Some(K::ReinspectionCommissioned) => (1..=last.max(1)).collect(),
        _ => (0..=last).collect(),
    }
}

/// The documents that were issued on a case, void ones too, in the order of the log.
pub(crate) fn documents(case: &LedgerCase) -> Vec<DocumentRecord> {
    case.documents.iter().filter_map(Recorded::read).collect()
}

/// The document of this number.
pub(crate) fn numbered(case: &LedgerCase, number: &Number) -> Option<DocumentRecord> {
    documents(case).into_iter().rfind(|it| it.number == *number)
}

/// The id of the standing event that the document is about; the last one where there are many.
pub(crate) fn recorded(case: &CaseFile, kind: &K, round: u8) -> Option<String> {
    let stands = case.standing();
    let found = case.events.iter().zip(stands).filter(|(event, stands)| {
        let of_round = kind.facts().is_none_or(|it| it.default_round.is_none());
        *stands && event.kind == *kind && (of_round || event.round() == round)
    });
    found
        .max_by_key(|(event, _)| event.on)
        .map(|(event, _)| event.id.clone())
}

/// What was issued and has still to be served, by the event that records it.
fn services(case: &LedgerCase) -> Vec<Service> {
    let mut services: Vec<Service> = Vec::new();
    for document in documents(case).into_iter().filter(|it| !it.is_void) {
        let event = document
            .known_kind()
            .filter(|kind| kind.name != SERVICE_PROOF)
            .and_then(|kind| kind.service(document.round));
        let Some(event) = event else { continue };
        if recorded(&case.file, &event, document.round).is_some() {
            continue;
        }
        let known = services
            .iter_mut()
            .find(|it| it.event == event && it.round == document.round);
        match known {
            Some(service) => service.documents.push(document),
            None => services.push(Service {
                event,
                round: document.round,
                documents: vec![document],
            }),
        }
    }
    services
}

/// The next number of a kind, after all that this device knows.
pub(crate) fn next_number(
    actor: &Actor,
    kind: &Kind,
    year: i32,
    cases: &[Arc<LedgerCase>],
) -> Number {
    let bureau = if actor.role == Role::District {
        actor.office.as_str()
    } else {
        ""
    };
    let series = series(bureau, kind);
    let known: Vec<_> = cases.iter().flat_map(|case| documents(case)).collect();
    Number {
        serial: next_serial(&series, year, &known),
        series,
        year,
    }
}

/// The numbers of this case that another document has too.
pub(crate) fn clashes_of(case: &LedgerCase, cases: &[Arc<LedgerCase>]) -> Vec<Clash> {
    if case.documents.is_empty() {
        return Vec::new();
    }
    let known: Vec<_> = cases
        .iter()
        .flat_map(|case| {
            let documents = documents(case).into_iter();
            documents.map(move |document| (&case.id, document))
        })
        .collect();
    let known = known.iter().map(|(id, document)| (*id, document));
    let concerns = |clash: &Clash| clash.documents.iter().any(|(of, _)| *of == case.id);
    clashes(known).into_iter().filter(concerns).collect()
}
