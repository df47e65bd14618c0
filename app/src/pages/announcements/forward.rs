//! 转交 (article 4): nonconforming results go to the bureau of the place of production; proposed by
//! the program, confirmed by a person, many at once.

use std::{collections::BTreeMap, sync::Arc};

use leptos::{ev, prelude::*, task::spawn_local};
use shared::{
    Day, Event, EventKind,
    announcement::{proposed_bureau, waits_for_forwarding},
    bureau::BUREAUS,
    id::CaseId,
};

use super::Assessed;
use crate::{
    components::{
        messages::{Message, Messages},
        table::Table,
    },
    model::{analysis::district, duty::number_of},
    session::{LedgerCase, Session},
};

/// Rows of one batch that are drawn; the others follow once these are forwarded.
const MAXIMUM_ROWS: usize = 200;

/// Whether a case goes, and to whom.
type Choice = (bool, Option<&'static str>);

/// What a person decided otherwise than proposed, and the day of forwarding. It outlives the
/// table, which is drawn anew whenever the ledger has news.
#[derive(Clone, Copy)]
pub(super) struct Decisions {
    otherwise: RwSignal<BTreeMap<CaseId, Choice>>,
    on: RwSignal<Day>,
}

impl Decisions {
    pub(super) fn none(today: Day) -> Self {
        Self {
            otherwise: RwSignal::new(BTreeMap::new()),
            on: RwSignal::new(today),
        }
    }

    /// What holds for the case: the person's word, or else the proposal.
    fn of(self, case: &LedgerCase) -> Choice {
        let decided = self
            .otherwise
            .with(|otherwise| otherwise.get(&case.id).copied());
        decided.unwrap_or_else(|| {
            let bureau = proposed_bureau(&case.file.case).map(|bureau| bureau.code);
            (bureau.is_some(), bureau)
        })
    }

    fn decide(self, id: &CaseId, choice: Choice) {
        self.otherwise.update(|otherwise| {
            otherwise.insert(id.clone(), choice);
        });
    }
}

pub(super) fn forwarding(cases: &Assessed, decisions: Decisions, session: Session) -> AnyView {
    let mut waiting: Vec<_> = cases
        .iter()
        .filter(|(_, assessment)| waits_for_forwarding(assessment))
        .map(|(case, _)| case.clone())
        .collect();
    if waiting.is_empty() {
        return view! {
            <section class="part" aria-labelledby="forward">
                <h2 id="forward">"待转交"<span class="num">"0"</span></h2>
                <p>"这一季度的不合格结果都已转交承办的区县局。"</p>
            </section>
        }
        .into_any();
    }
    let count = waiting.len();
    waiting.truncate(MAXIMUM_ROWS);
    let rest = count - waiting.len();
    let rows = waiting
        .iter()
        .map(|case| row(case, decisions))
        .collect::<Vec<_>>();
    view! {
        <section class="part" aria-labelledby="forward">
            <h2 id="forward">"待转交"<span class="num">{count}</span></h2>
            <p>"按生产地拟定承办局，请逐件确认或改定后一并转交（第四条）。"</p>
            <Table heads=["转交", "案号", "企业", "产品", "生产地", "承办局"]>{rows}</Table>
            {(rest > 0).then(|| view! { <p>{format!("另有 {rest} 件，转交这些以后再列出。")}</p> })}
            {acts(waiting, decisions, session)}
        </section>
    }
    .into_any()
}

fn row(case: &Arc<LedgerCase>, decisions: Decisions) -> AnyView {
    let head = &case.file.case;
    let number = number_of(case);
    let ticked = {
        let case = case.clone();
        move || decisions.of(&case).0
    };
    let tick = {
        let case = case.clone();
        move |event: ev::Targeted<ev::Event, web_sys::HtmlInputElement>| {
            let goes = event.target().checked();
            let (_, bureau) = untrack(|| decisions.of(&case));
            decisions.decide(&case.id, (goes, bureau));
        }
    };
    let choose = {
        let id = case.id.clone();
        move |event: ev::Targeted<ev::Event, web_sys::HtmlSelectElement>| {
            let value = event.target().value();
            let bureau = BUREAUS.iter().find(|bureau| bureau.code == value);
            // Who names a bureau means the case to go there.
            decisions.decide(&id, (bureau.is_some(), bureau.map(|bureau| bureau.code)));
        }
    };
    let (_, now) = untrack(|| decisions.of(case));
    let options = BUREAUS
        .iter()
        .map(|bureau| view! { <option value=bureau.code selected=now == Some(bureau.code)>{bureau.name}</option> })
        .collect::<Vec<_>>();
    let place = district(&head.enterprise.production_district);
    view! {
        <tr>
            <td><input type="checkbox" class="tick" aria-label=format!("转交 {number}") prop:checked=ticked on:change:target=tick /></td>
            <td class="num"><a href=format!("/cases/{}", case.id)>{number.clone()}</a></td>
            <td>{head.enterprise.name.clone()}</td>
            <td>{head.product.name.clone()}</td>
            <td>{place}</td>
            <td>
                <select class="input announce__bureau" aria-label=format!("{number} 的承办局") on:change:target=choose>
                    <option value="">"请选定"</option>
                    {options}
                </select>
            </td>
        </tr>
    }
    .into_any()
}

fn acts(waiting: Vec<Arc<LedgerCase>>, decisions: Decisions, session: Session) -> AnyView {
    let messages = Messages::use_in();
    let on = decisions.on;
    let waiting = StoredValue::new(waiting);
    let going = move || {
        let choice = |case: &Arc<LedgerCase>| match decisions.of(case) {
            (true, Some(bureau)) => Some((case.id.clone(), bureau)),
            _ => None,
        };
        waiting.with_value(|waiting| waiting.iter().filter_map(choice).collect::<Vec<_>>())
    };
    let count = move || going().len();
    let busy = RwSignal::new(false);
    let forward = move |_| {
        let day = on.get_untracked();
        let events: Vec<(CaseId, Event)> = untrack(going)
            .into_iter()
            .map(|(id, bureau)| {
                let mut event = Event::new("", EventKind::MaterialsForwarded, day);
                event.to = Some(bureau.to_owned());
                (id, event)
            })
            .collect();
        let count = events.len();
        busy.set(true);
        spawn_local(async move {
            let said = match session.record_each(events).await {
                Ok(_) => Message::done(format!("已转交 {count} 件"))
                    .more("已存本机，联网时送到各局；转错的可在案件里撤销。"),
                Err(error) => {
                    Message::bad(format!("没有转交：{error}")).more("选定的承办局都还在。")
                }
            };
            messages.say(said);
            let _ = busy.try_set(false);
        });
    };
    let pick_day = move |event: ev::Targeted<ev::Event, web_sys::HtmlInputElement>| {
        if let Ok(day) = event.target().value().parse() {
            on.set(day);
        }
    };
    view! {
        <div class="part__acts">
            <div class="condition">
                <label for="forwarded-on">"转交日期"</label>
                <input class="input" id="forwarded-on" type="date" prop:value=move || on.get().to_string() on:change:target=pick_day />
            </div>
            <button type="button" class="btn btn--main" disabled=move || busy.get() || count() == 0 on:click=forward>
                {move || format!("转交所选 {} 件", count())}
            </button>
        </div>
    }
    .into_any()
}
