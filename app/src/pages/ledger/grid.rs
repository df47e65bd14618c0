//! The table: of ten thousand rows only those in sight are drawn, at a fixed height each.

use std::sync::Arc;

use leptos::{ev, prelude::*};
use leptos_router::{NavigateOptions, hooks::use_navigate};
use shared::{Day, order::gathered};
use wasm_bindgen::JsCast;

use super::{Column, Order, Rows, Selection, filter};
use crate::{
    components::{days::provisional_word, sprite::icon, status::status, window::Sight},
    keys,
    model::ledger::{LedgerRow, sees_bureaus},
    overview::Overview,
    people::People,
    session::Session,
};

/// The place of the first row, as the table counts: after the head, from 1.
const FIRST_ROW: usize = 2;

/// The table and its keyboard.
#[component]
pub(super) fn Grid(
    found: Memo<Rows>,
    order: RwSignal<Order>,
    selection: Selection,
) -> impl IntoView {
    let session = Session::use_in();
    let sees_bureaus = session.profile().with_untracked(|profile| {
        profile
            .as_ref()
            .is_some_and(|profile| sees_bureaus(profile.actor.role))
    });
    let columns = StoredValue::new(Column::shown(sees_bureaus));
    let sight = Sight::of(Signal::derive(move || found.with(|found| found.len())));
    let current = RwSignal::new(0_usize);
    let current_id =
        Memo::new(move |_| found.with(|found| found.get(current.get()).map(|row| id_of(row))));
    keys_of_grid(found, current, sight, selection);
    sight.keep_in_order();

    let slots = move || {
        let count = sight.slots.get().count();
        (0..count).map(move |slot| (count, slot))
    };
    let row_at = move |at: usize| found.with_untracked(|found| found.get(at).cloned());
    let navigate = use_navigate();
    let open = move |event: ev::MouseEvent| {
        let Some((element, at)) = hit(&event) else {
            return;
        };
        current.set(at);
        // A link in the row opens itself, and a marked text is not a click.
        let on_link = element
            .closest("a, .w-tick")
            .is_ok_and(|found| found.is_some());
        if !on_link
            && !is_selecting()
            && let Some(row) = row_at(at)
        {
            navigate(&row.address(), NavigateOptions::default());
        }
    };
    let tick = move |event: ev::Event| {
        if let Some(row) = hit(&event).and_then(|(_, at)| row_at(at)) {
            selection.toggle(&row.case.id);
        }
    };
    let is_empty = move || found.with(|found| found.is_empty());
    view! {
        <div class="ledger__box" node_ref=sight.the_box on:scroll=move |_| sight.measure()>
            <table
                class="grid"
                role="grid"
                aria-label="案件"
                aria-rowcount=move || found.with(|found| found.len() + 1)
                aria-activedescendant=move || current_id.get()
                tabindex="0"
            >
                <colgroup>
                    <col class="w-tick" />
                    {columns.get_value().into_iter().map(|(_, _, width)| view! { <col class=width /> }).collect::<Vec<_>>()}
                </colgroup>
                <thead>
                    <tr aria-rowindex="1">
                        {all_or_none(found, selection)}
                        {columns.get_value().into_iter().map(|(column, word, width)| head(column, word, width, order)).collect::<Vec<_>>()}
                    </tr>
                </thead>
                <tbody on:click=open on:change=tick>
                    <tr class="grid__rest" aria-hidden="true"><td style:height=move || sight.above()></td></tr>
                    <For
                        each=slots
                        key=|slot| *slot
                        children=move |(_, slot)| slot_view(slot, found, sight, current, selection, columns)
                    />
                    <tr class="grid__rest" aria-hidden="true"><td style:height=move || sight.below()></td></tr>
                </tbody>
            </table>
            <Show when=is_empty>
                <div class="empty empty--in">
                    <b>"没有符合条件的案件"</b>
                    <p>"去掉一个条件，或换一个词。本机只有本用户可见的案件。"</p>
                </div>
            </Show>
        </div>
    }
}

fn id_of(row: &LedgerRow) -> String {
    format!("row-{}", row.case.id)
}

fn head(
    column: Column,
    word: &'static str,
    width: &'static str,
    order: RwSignal<Order>,
) -> AnyView {
    let sorted = move || {
        let order = order.get();
        (order.column == column).then_some(order.falling)
    };
    let aria = move || match sorted() {
        None => "none",
        Some(false) => "ascending",
        Some(true) => "descending",
    };
    let arrow = move || match sorted() {
        None => ().into_any(),
        Some(false) => icon("i-up", "10"),
        Some(true) => icon("i-fall", "10"),
    };
    let sort = move |_| {
        order.update(|order| {
            *order = Order {
                column,
                falling: order.column == column && !order.falling,
            }
        });
    };
    view! {
        <th scope="col" class=width aria-sort=aria>
            <button type="button" class="grid__sort" on:click=sort>{word}{arrow}</button>
        </th>
    }
    .into_any()
}

/// What was hit, and the row that it is in.
fn hit(event: &ev::Event) -> Option<(web_sys::Element, usize)> {
    let element: web_sys::Element = event.target()?.dyn_into().ok()?;
    let row = element.closest("[data-slot]").ok()??;
    let place: usize = row.get_attribute("aria-rowindex")?.parse().ok()?;
    Some((element, place.checked_sub(FIRST_ROW)?))
}

/// A slot, with the row that is in it. It is drawn anew as a whole, which changes nothing of the page
/// but the words.
fn slot_view(
    slot: usize,
    found: Memo<Rows>,
    sight: Sight,
    current: RwSignal<usize>,
    selection: Selection,
    columns: StoredValue<Vec<(Column, &'static str, &'static str)>>,
) -> AnyView {
    let people = Overview::use_in().people();
    let at = Memo::new(move |_| sight.slots.get().row_in(slot));
    let row = Memo::new_with_compare(
        move |_| found.with(|found| found.get(at.get()).cloned()),
        |one, other| {
            one.map(|row| row.as_ref().map(Arc::as_ptr))
                != other.map(|row| row.as_ref().map(Arc::as_ptr))
        },
    );
    let is_current = Memo::new(move |_| current.get() == at.get());
    let is_ticked = Memo::new(move |_| {
        row.with(|row| row.as_ref().is_some_and(|row| selection.has(&row.case.id)))
    });
    let drawn = move || {
        let row = row.get();
        let cells = row.as_ref().map(|row| {
            let cells = columns.with_value(|columns| {
                let cells = columns.iter();
                cells
                    .map(|(column, _, width)| cell(*column, width, row, people))
                    .collect::<Vec<_>>()
            });
            view! {
                <td class="w-tick">
                    <input type="checkbox" class="tick" tabindex="-1" aria-label=format!("选中 {}", row.number) prop:checked=is_ticked.get() />
                </td>
                {cells}
            }
        });
        view! {
            <tr
                id=row.as_ref().map(|row| id_of(row))
                data-slot=slot
                hidden=row.is_none()
                aria-rowindex=at.get() + FIRST_ROW
                aria-selected=if is_current.get() { "true" } else { "false" }
            >
                {cells}
            </tr>
        }
    };
    drawn.into_any()
}

/// Selects all that was found, or nothing.
fn all_or_none(found: Memo<Rows>, selection: Selection) -> AnyView {
    let all = move || {
        found.with(|found| !found.is_empty() && found.iter().all(|row| selection.has(&row.case.id)))
    };
    let toggle = move |_| {
        let chosen = if untrack(all) {
            Vec::new()
        } else {
            found.with_untracked(|found| found.iter().map(|row| row.case.id.clone()).collect())
        };
        selection.0.set(gathered(chosen));
    };
    view! {
        <th scope="col" class="w-tick">
            <input type="checkbox" class="tick" aria-label="选中全部筛得的案件" prop:checked=all on:change=toggle />
        </th>
    }
    .into_any()
}

fn is_selecting() -> bool {
    window()
        .get_selection()
        .ok()
        .flatten()
        .is_some_and(|selection| !selection.is_collapsed())
}

fn cell(column: Column, width: &'static str, row: &LedgerRow, people: People) -> AnyView {
    let day = |day: Option<Day>| day.map(|day| day.to_string()).into_any();
    let inner = match column {
        Column::Number => row.number.clone().into_any(),
        Column::Stage => row.stage.into_any(),
        Column::Received => day(row.received),
        Column::Due if row.without_day => {
            view! { <span class="muted">"未定期限"</span> }.into_any()
        }
        Column::Due => view! { {day(row.due)} {row.provisional.then(provisional_word)} }.into_any(),
        Column::Left => status(row.look, row.left.clone()),
        Column::Enterprise => {
            // The table is one stop of the keyboard: its current row opens with Enter.
            view! { <a href=row.address() tabindex="-1">{row.enterprise.clone()}</a> }.into_any()
        }
        Column::Product => row.product.clone().into_any(),
        Column::FailedItems => row.failed_items.clone().into_any(),
        Column::Next => row.next.clone().into_any(),
        Column::Bureau => row.bureau.clone().into_any(),
        Column::Officer => people.name(&row.officer).into_any(),
    };
    view! { <td class=width>{inner}</td> }.into_any()
}

fn keys_of_grid(found: Memo<Rows>, current: RwSignal<usize>, sight: Sight, selection: Selection) {
    let navigate = use_navigate();
    keys::on_key(move |key| {
        let at = current.get_untracked();
        let count = found.with_untracked(|found| found.len());
        let page = sight.rows_of_page();
        let to = match key {
            "PageDown" => Some((at + page).min(count.saturating_sub(1))),
            "PageUp" => Some(at.saturating_sub(page)),
            key => keys::moved(at, count, key),
        };
        if let Some(to) = to {
            current.set(to);
            sight.bring(to);
            return true;
        }
        match key {
            "f" => keys::focus(filter::FIELD),
            "x" => {
                let case =
                    found.with_untracked(|found| found.get(at).map(|row| row.case.id.clone()));
                if let Some(case) = case {
                    selection.toggle(&case);
                }
                true
            }
            "Enter" => {
                if let Some(address) =
                    found.with_untracked(|found| found.get(at).map(|row| row.address()))
                {
                    navigate(&address, NavigateOptions::default());
                }
                true
            }
            _ => false,
        }
    });
}
