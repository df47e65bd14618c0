//! The table: of ten thousand rows only those in sight are drawn, at a fixed height each.

use std::sync::Arc;

use leptos::{ev, html, prelude::*};
use leptos_router::{NavigateOptions, hooks::use_navigate};
use shared::Day;
use wasm_bindgen::JsCast;

use super::{Column, Order, Rows, filter};
use crate::{
    components::{days::provisional_word, sprite::icon, status::status},
    keys,
    model::ledger::{LedgerRow, sees_bureaus},
    session::Session,
};

/// Rows drawn beyond each edge of what is in sight.
const BEYOND: usize = 16;
/// The window moves in steps of so many rows, so that most scrolling draws nothing.
const STEP: usize = 8;
/// Until the first row has been measured.
const ROW_HEIGHT_PIXELS: f64 = 27.0;

/// What part of the rows is drawn: the first, and how many.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Window {
    first: usize,
    count: usize,
}

impl Window {
    fn of(scrolled: f64, height: f64, row_height: f64) -> Self {
        let rows = |pixels: f64| -> usize {
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "clamped to what a table can hold"
            )]
            let rows = (pixels / row_height).clamp(0.0, 1e7) as usize;
            rows
        };
        let first = rows(scrolled).saturating_sub(BEYOND) / STEP * STEP;
        Self {
            first,
            count: rows(height) + 2 * BEYOND + STEP,
        }
    }

    fn slice<T>(self, rows: &[T]) -> &[T] {
        let first = self.first.min(rows.len());
        &rows[first..(first + self.count).min(rows.len())]
    }
}

/// The table and its keyboard.
#[component]
pub(super) fn Grid(found: Memo<Rows>, order: RwSignal<Order>) -> impl IntoView {
    let session = Session::use_in();
    let sees_bureaus = session.profile().with_untracked(|profile| {
        profile
            .as_ref()
            .is_some_and(|profile| sees_bureaus(profile.actor.role))
    });
    let columns = StoredValue::new(Column::shown(sees_bureaus));
    let the_box = NodeRef::<html::Div>::new();
    let row_height = RwSignal::new(ROW_HEIGHT_PIXELS);
    let scrolled = RwSignal::new((0.0, 900.0));
    let measure = move || {
        let Some(the_box) = the_box.get_untracked() else {
            return;
        };
        if let Ok(Some(row)) = the_box.query_selector("tr[id]") {
            let height = row.get_bounding_client_rect().height();
            if height > 0.0 && (height - row_height.get_untracked()).abs() > 0.01 {
                row_height.set(height);
            }
        }
        scrolled.set((
            f64::from(the_box.scroll_top()),
            f64::from(the_box.client_height()),
        ));
    };
    Effect::new(move |_| {
        found.track();
        the_box.track();
        request_animation_frame(measure);
    });
    let resized = window_event_listener(ev::resize, move |_| measure());
    on_cleanup(move || resized.remove());

    let window = Memo::new(move |_| {
        let (top, height) = scrolled.get();
        Window::of(top, height, row_height.get())
    });
    let current = RwSignal::new(0_usize);
    let current_id =
        Memo::new(move |_| found.with(|found| found.get(current.get()).map(|row| id_of(row))));
    let is_current = Selector::new(move || current_id.get());
    keys_of_grid(found, current, row_height, the_box);

    let drawn = move || {
        let window = window.get();
        found.with(|found| {
            let rows = window.slice(found).iter().cloned();
            rows.enumerate()
                .map(|(at, row)| (window.first + at, row))
                .collect::<Vec<_>>()
        })
    };
    let pixels = move |rows: usize| {
        #[expect(
            clippy::cast_precision_loss,
            reason = "a table has far fewer than 2^52 rows"
        )]
        let rows = rows as f64;
        format!("{}px", rows * row_height.get())
    };
    let above = move || pixels(window.get().first.min(found.with(|found| found.len())));
    let below = move || {
        let window = window.get();
        pixels(
            found
                .with(|found| found.len())
                .saturating_sub(window.first + window.count),
        )
    };
    let is_empty = move || found.with(|found| found.is_empty());
    view! {
        <div class="ledger__box" node_ref=the_box on:scroll=move |_| measure()>
            <table
                class="grid"
                role="grid"
                aria-label="案件"
                aria-rowcount=move || found.with(|found| found.len() + 1)
                aria-activedescendant=move || current_id.get()
                tabindex="0"
            >
                <colgroup>
                    {columns.get_value().into_iter().map(|(_, _, width)| view! { <col class=width /> }).collect::<Vec<_>>()}
                </colgroup>
                <thead>
                    <tr aria-rowindex="1">
                        {columns.get_value().into_iter().map(|(column, word, width)| head(column, word, width, order)).collect::<Vec<_>>()}
                    </tr>
                </thead>
                <tbody>
                    <tr class="grid__rest" aria-hidden="true"><td style:height=above></td></tr>
                    <For
                        each=drawn
                        key=|(at, row)| (*at, Arc::as_ptr(row))
                        children=move |(at, row)| row_view(at, &row, &columns.get_value(), current, is_current.clone())
                    />
                    <tr class="grid__rest" aria-hidden="true"><td style:height=below></td></tr>
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
        })
    };
    view! {
        <th scope="col" class=width aria-sort=aria>
            <button type="button" class="grid__sort" on:click=sort>{word}{arrow}</button>
        </th>
    }
    .into_any()
}

fn row_view(
    at: usize,
    row: &Arc<LedgerRow>,
    columns: &[(Column, &'static str, &'static str)],
    current: RwSignal<usize>,
    is_current: Selector<Option<String>>,
) -> AnyView {
    let id = Some(id_of(row));
    let address = row.address();
    let navigate = use_navigate();
    let open = move |event: ev::MouseEvent| {
        current.set(at);
        // A link in the row opens itself, and a marked text is not a click.
        let on_link = event
            .target()
            .and_then(|target| target.dyn_into::<web_sys::Element>().ok())
            .is_some_and(|element| element.closest("a").is_ok_and(|found| found.is_some()));
        if !on_link && !is_selecting() {
            navigate(&address, NavigateOptions::default());
        }
    };
    let cells = columns
        .iter()
        .map(|(column, _, width)| cell(*column, width, row))
        .collect::<Vec<_>>();
    let selected = id.clone();
    view! {
        <tr
            id=id
            aria-rowindex=at + 2
            aria-selected=move || if is_current.selected(&selected) { "true" } else { "false" }
            on:click=open
        >
            {cells}
        </tr>
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

fn cell(column: Column, width: &'static str, row: &LedgerRow) -> AnyView {
    let day = |day: Option<Day>| {
        view! { <span class="num">{day.map(|day| day.to_string())}</span> }.into_any()
    };
    let inner = match column {
        Column::Number => {
            view! { <a class="num" href=row.address()>{row.number.clone()}</a> }.into_any()
        }
        Column::Stage => row.stage.into_any(),
        Column::Received => day(row.received),
        Column::Due if row.without_day => {
            view! { <span class="muted">"未定期限"</span> }.into_any()
        }
        Column::Due => view! { {day(row.due)} {row.provisional.then(provisional_word)} }.into_any(),
        Column::Left => status(row.look, row.left.clone()),
        Column::Enterprise => row.enterprise.clone().into_any(),
        Column::Product => row.product.clone().into_any(),
        Column::FailedItems => row.failed_items.clone().into_any(),
        Column::Next => row.next.clone().into_any(),
        Column::Bureau => row.bureau.clone().into_any(),
        Column::Officer => row.officer.clone().into_any(),
    };
    view! { <td class=width>{inner}</td> }.into_any()
}

fn keys_of_grid(
    found: Memo<Rows>,
    current: RwSignal<usize>,
    row_height: RwSignal<f64>,
    the_box: NodeRef<html::Div>,
) {
    let navigate = use_navigate();
    keys::on_key(move |key| {
        let at = current.get_untracked();
        let count = found.with_untracked(|found| found.len());
        let page = the_box.get_untracked().map_or(1, |the_box| {
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "a box in pixels over a row in pixels"
            )]
            let rows = (f64::from(the_box.client_height()) / row_height.get_untracked()) as usize;
            rows.saturating_sub(2).max(1)
        });
        let to = match key {
            "PageDown" => Some((at + page).min(count.saturating_sub(1))),
            "PageUp" => Some(at.saturating_sub(page)),
            key => keys::moved(at, count, key),
        };
        if let Some(to) = to {
            current.set(to);
            if let Some(the_box) = the_box.get_untracked() {
                bring_into_sight(&the_box, to, row_height.get_untracked());
            }
            return true;
        }
        match key {
            "f" => keys::focus(filter::FIELD),
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

/// Scrolls just so far that the row is seen whole, under the head that sticks.
fn bring_into_sight(the_box: &web_sys::HtmlDivElement, row: usize, row_height: f64) {
    let head = the_box
        .query_selector("thead")
        .ok()
        .flatten()
        .map_or(0.0, |head| head.get_bounding_client_rect().height());
    #[expect(
        clippy::cast_precision_loss,
        reason = "a table has far fewer than 2^52 rows"
    )]
    let top = row as f64 * row_height;
    let (seen, height) = (
        f64::from(the_box.scroll_top()),
        f64::from(the_box.client_height()),
    );
    let wanted = if top < seen {
        top
    } else if top + row_height + head > seen + height {
        top + row_height + head - height
    } else {
        return;
    };
    #[expect(
        clippy::cast_possible_truncation,
        reason = "a scroll position in pixels"
    )]
    the_box.set_scroll_top(wanted.round() as i32);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_window_covers_what_is_in_sight() {
        for scrolled in [0.0, 13.0, 27.0, 5_000.0, 269_000.0] {
            let window = Window::of(scrolled, 700.0, 27.0);
            let rows: Vec<usize> = (0..10_000).collect();
            let drawn = window.slice(&rows);
            let first_seen = (scrolled / 27.0) as usize;
            let last_seen = (((scrolled + 700.0) / 27.0) as usize).min(9_999);
            assert!(
                drawn.first().is_none_or(|first| *first <= first_seen),
                "{scrolled}"
            );
            assert!(
                drawn.last().is_none_or(|last| *last >= last_seen),
                "{scrolled}"
            );
            assert!(drawn.len() <= 80, "{scrolled}");
        }
        assert!(
            Window::of(9_999_999.0, 700.0, 27.0)
                .slice(&[1, 2])
                .is_empty()
        );
    }
}
