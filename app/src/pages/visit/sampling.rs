//! 抽取样品: what became of the samples, and whom they go to.

use leptos::{ev, prelude::*};
use shared::{
    CaseFile, EventKind,
    id::CaseId,
    offer::offers,
    permission::{may_record, permitted},
    visit::{Commission, Step, Visit},
};

use super::{
    Now,
    desk::Desk,
    people::line,
    question::{Closed, asked},
};
use crate::session::{LedgerCase, Session};

/// The rule by which a reinspection is compelled.
const COMPELLED: &str = "art18.compel_reinspection";

/// The reinspection that the case is ripe for once the visit is recorded: its round, and whether it
/// is compelled.
fn ripe_for(session: Session, case: &LedgerCase, visit: &Visit) -> Option<(u8, bool)> {
    let profile = session.profile().get()?;
    let mut events = visit.events();
    events.retain(|event| event.kind != EventKind::ReinspectionCommissioned);
    let after = session.assess_with(case, &events);
    let mut file = CaseFile::clone(&case.file);
    file.events.extend(events);
    offers(&profile.actor, &file, &after)
        .into_iter()
        .find(|it| it.kind == EventKind::ReinspectionCommissioned)
        .map(|it| (it.round, it.rule == Some(COMPELLED)))
}

/// Why the visit cannot be recorded as it stands now: while it was under way, the case may have gone
/// on elsewhere.
pub(super) fn refused(session: Session, case: &CaseId, visit: &Visit) -> Option<String> {
    let profile = session.profile().get_untracked()?;
    let cases = session.cases().get_untracked();
    let case = cases.iter().find(|it| it.id == *case)?;
    let mut file = CaseFile::clone(&case.file);
    let mut refused = None;
    for event in visit.events() {
        refused = refused.or_else(|| may_record(&profile.actor, &file, &event).err());
        file.events.push(event);
    }
    refused.map(|why| shared::words::Word::word(&why).to_owned())
}

/// The screen.
pub(super) fn sampling(desk: Desk, now: Now) -> AnyView {
    let ripe = Memo::new(move |_| {
        let case = now.get()?;
        desk.with(|visit| ripe_for(desk.session, &case, visit))
    });
    // What was found before the samples were taken may have changed since.
    Effect::new(move |_| {
        if let Some((round, compelled)) = ripe.get()
            && desk.with(|visit| visit.takes_samples() && stands_otherwise(visit, round, compelled))
        {
            desk.change(|visit| {
                let commission = visit.commission.get_or_insert_default();
                (commission.round, commission.compelled) = (round, compelled);
            });
        }
    });
    let closed: Closed = std::sync::Arc::new(move |answer| match answer {
        "taken" => ripe
            .get()
            .is_none()
            .then_some("核查结果还不具备复查条件，或复查已经委托"),
        "later" => None,
        answer => {
            let kind = if answer == "tampered" {
                EventKind::SampleTampered
            } else {
                EventKind::SamplingRefused
            };
            let may = now
                .get()
                .zip(desk.session.profile().get())
                .is_some_and(|(case, profile)| {
                    permitted(&profile.actor, &case.file).contains(&kind)
                });
            (!may).then_some("已经登记过，或不由您的单位登记")
        }
    });
    asked(desk, Step::Sampling, None, closed, move || {
        let takes = Memo::new(move |_| desk.with(Visit::takes_samples));
        (move || takes.get().then(|| whom(desk))).into_any()
    })
}

fn stands_otherwise(visit: &Visit, round: u8, compelled: bool) -> bool {
    visit
        .commission
        .as_ref()
        .is_none_or(|it| (it.round, it.compelled) != (round, compelled))
}

fn read(visit: &Visit, of: fn(&Commission) -> &String) -> String {
    visit
        .commission
        .as_ref()
        .map(of)
        .cloned()
        .unwrap_or_default()
}

/// Whom the samples go to, and by when.
fn whom(desk: Desk) -> AnyView {
    let round = move || {
        desk.with(|visit| {
            let commission = visit.commission.as_ref()?;
            let compelled = if commission.compelled {
                "，强制复查"
            } else {
                ""
            };
            Some(format!(
                "{}{compelled}",
                shared::words::round(commission.round)
            ))
        })
    };
    let due = move || {
        desk.with(|visit| visit.commission.as_ref()?.due)
            .map(|day| day.to_string())
            .unwrap_or_default()
    };
    let choose_due = move |event: ev::Targeted<ev::Event, web_sys::HtmlInputElement>| {
        let due = event.target().value().parse().ok();
        desk.change(|visit| visit.commission.get_or_insert_default().due = due);
    };
    view! {
        <p class="q__hint">{round}</p>
        <div class="q__pair">
            {line(desk, "sampling-body", "检验机构", false, |it| read(it, |it| &it.body), |it, text| it.commission.get_or_insert_default().body = text)}
            <div>
                <label class="field-lab" for="sampling-due">"复查完成时限"</label>
                <input class="note note--line" id="sampling-due" type="date" prop:value=due on:change:target=choose_due />
            </div>
            {line(desk, "sampling-product", "样品（批号、数量）", false, |it| read(it, |it| &it.product), |it, text| it.commission.get_or_insert_default().product = text)}
        </div>
    }
    .into_any()
}
