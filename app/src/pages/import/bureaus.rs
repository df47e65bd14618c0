//! 承办的局: those proposed from an address, for a person to confirm or change.

use std::sync::Arc;

use leptos::prelude::*;
use web_sys::HtmlSelectElement;

use super::{questions::bureau_options, work::Work};
use crate::{
    components::table::Table,
    model::import::{ImportRow, Shown},
};

/// More are looked at in the table of rows.
const AT_MOST: usize = 12;

pub(super) fn bureaus(work: Work) -> AnyView {
    // Those where the address decides against the district that the sheet names, or alone.
    let proposed = Memo::new(move |_| {
        work.checked.with(|checked| {
            let rows = checked
                .rows
                .iter()
                .filter(|row| Shown::ByAddress.lets_through(row));
            rows.cloned().collect::<Vec<Arc<ImportRow>>>()
        })
    });
    move_view(work, proposed)
}

fn move_view(work: Work, proposed: Memo<Vec<Arc<ImportRow>>>) -> AnyView {
    view! {
        {move || {
            let proposed = proposed.get();
            if proposed.is_empty() {
                return ().into_any();
            }
            let count = proposed.len();
            let rows = proposed.iter().take(AT_MOST).map(|row| one(work, row)).collect::<Vec<_>>();
            let more = (count > AT_MOST).then(|| {
                view! { <p>{format!("其余 {} 行见下表“按地址定承办”。", count - AT_MOST)}</p> }
            });
            view! {
                <section class="part" aria-labelledby="placed">
                    <h2 id="placed">"按地址定的承办局"<span class="num">{format!("{count} 行，请核对")}</span></h2>
                    <Table heads=["行", "企业", "生产地址", "承办"]>{rows}</Table>
                    {more}
                </section>
            }
            .into_any()
        }}
    }
    .into_any()
}

fn one(work: Work, row: &ImportRow) -> AnyView {
    let proposed = &row.proposed;
    let enterprise = &proposed.case.enterprise;
    let address = enterprise
        .other
        .get("address")
        .and_then(|address| address.as_str())
        .unwrap_or_default()
        .to_owned();
    view! {
        <tr>
            <td class="num">{proposed.row + 1}</td>
            <td>{enterprise.name.clone()}</td>
            <td class="wrap">{address}</td>
            <td>{choice(work, proposed.row, &proposed.case.handling_bureau)}</td>
        </tr>
    }
    .into_any()
}

/// The bureau of a row, to be changed.
pub(super) fn choice(work: Work, row: usize, bureau: &str) -> AnyView {
    let bureau = bureau.to_owned();
    let unset = bureau.is_empty();
    let choose = move |event: leptos::ev::Targeted<leptos::ev::Event, HtmlSelectElement>| {
        let code = event.target().value();
        work.change(|desk| {
            if code.is_empty() {
                drop(desk.answers.bureaus.remove(&row))
            } else {
                drop(desk.answers.bureaus.insert(row, code))
            }
        });
    };
    view! {
        <select class="input" aria-label=format!("第 {} 行的承办局", row + 1) on:change:target=choose>
            <option value="" selected=unset>"未定"</option>
            {bureau_options(move |code| code == bureau)}
        </select>
    }
    .into_any()
}
