//! A long table of which only the rows in sight are drawn, at the same height each.

use leptos::{ev, html, prelude::*};
use web_sys::Element;

use crate::keys;

/// Rows drawn beyond each edge of what is in sight: each costs as much as one in sight when the box
/// leaps.
const BEYOND: usize = 8;
/// The window moves in steps of so many rows, so that most scrolling draws nothing.
const STEP: usize = 4;
/// Until the first row has been measured.
const ROW_HEIGHT_PIXELS: f64 = 27.0;

/// What part of the rows is drawn: the first, and how many.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Window {
    /// The first row that is drawn.
    pub(crate) first: usize,
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

    /// The rows that are drawn.
    pub(crate) fn slice<T>(self, rows: &[T]) -> &[T] {
        let first = self.first.min(rows.len());
        &rows[first..(first + self.count).min(rows.len())]
    }
}

/// Where the rows are drawn: each in a slot that is filled again once its row has left, which is far
/// less work than a new row. A row that stays in sight stays in its slot.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Slots {
    window: Window,
    /// The slot of the first row.
    turned: usize,
}

impl Slots {
    fn after(before: Option<&Self>, window: Window) -> Self {
        let turned = match before {
            Some(before) if before.window.count != window.count => 0,
            // After a leap every slot is filled again where it is.
            Some(before) if before.window.first.abs_diff(window.first) >= window.count => {
                before.turned
            }
            Some(before) => {
                (before.turned + window.count + window.first - before.window.first) % window.count
            }
            None => 0,
        };
        Self { window, turned }
    }

    /// How many there are.
    pub(crate) fn count(self) -> usize {
        self.window.count
    }

    /// Which row is in a slot.
    pub(crate) fn row_in(self, slot: usize) -> usize {
        self.window.first + self.places_behind(slot)
    }

    /// How far a slot is behind the one of the first row.
    fn places_behind(self, slot: usize) -> usize {
        (slot + self.count() - self.turned) % self.count()
    }

    /// Puts the slots into the order of their rows, between the first and the last of `body`, by
    /// moving those that changed ends.
    fn turn(self, body: &Element) {
        let (Some(above), Some(below)) = (body.first_element_child(), body.last_element_child())
        else {
            return;
        };
        let Some(first) = above.next_element_sibling() else {
            return;
        };
        let Some(behind) = slot_of(&first).map(|slot| self.places_behind(slot)) else {
            return;
        };
        let ahead = (self.count() - behind) % self.count();
        // What is in the page can be moved within it.
        if ahead <= behind {
            for _ in 0..ahead {
                if let Some(row) = above.next_element_sibling() {
                    let _ = body.insert_before(&row, Some(&below));
                }
            }
        } else {
            for _ in 0..behind {
                if let Some(row) = below.previous_element_sibling() {
                    let _ = body.insert_before(&row, above.next_element_sibling().as_deref());
                }
            }
        }
    }
}

fn slot_of(row: &Element) -> Option<usize> {
    row.get_attribute("data-slot")?.parse().ok()
}

/// The box that a long table scrolls in. Its rows have an id; [`Sight::measure`] is called when it scrolls.
#[derive(Clone, Copy)]
pub(crate) struct Sight {
    /// The box.
    pub(crate) the_box: NodeRef<html::Div>,
    /// What is drawn of the rows.
    pub(crate) window: Memo<Window>,
    /// Where they are drawn, by a table that gives each slot its number as `data-slot`.
    pub(crate) slots: Memo<Slots>,
    count: Signal<usize>,
    row_height: RwSignal<f64>,
    scrolled: RwSignal<(f64, f64)>,
}

impl Sight {
    /// A box for so many rows.
    pub(crate) fn of(count: Signal<usize>) -> Self {
        let row_height = RwSignal::new(ROW_HEIGHT_PIXELS);
        let scrolled = RwSignal::new((0.0, 900.0));
        let window = Memo::new(move |_| {
            let (top, height) = scrolled.get();
            Window::of(top, height, row_height.get())
        });
        let sight = Self {
            the_box: NodeRef::new(),
            window,
            slots: Memo::new(move |before| Slots::after(before, window.get())),
            count,
            row_height,
            scrolled,
        };
        Effect::new(move |_| {
            count.get();
            sight.the_box.track();
            request_animation_frame(move || sight.measure());
        });
        let resized = window_event_listener(ev::resize, move |_| sight.measure());
        on_cleanup(move || resized.remove());
        sight
    }

    /// Looks at how high the rows are and how far the box is scrolled.
    pub(crate) fn measure(self) {
        let Some(the_box) = self.the_box.try_get_untracked().flatten() else {
            return;
        };
        if let Ok(Some(row)) = the_box.query_selector("tr[id]") {
            let height = row.get_bounding_client_rect().height();
            if height > 0.0 && (height - self.row_height.get_untracked()).abs() > 0.01 {
                self.row_height.set(height);
            }
        }
        let scrolled = (
            f64::from(the_box.scroll_top()),
            f64::from(the_box.client_height()),
        );
        self.scrolled.set(scrolled);
    }

    /// Keeps the slots in the order of their rows for as long as the table is shown.
    pub(crate) fn keep_in_order(self) {
        Effect::new(move |before: Option<Slots>| {
            let slots = self.slots.get();
            let body = self.the_box.try_get_untracked().flatten();
            if let Some(body) = body.and_then(|it| it.query_selector("tbody").ok().flatten()) {
                if let Some(before) = before {
                    keep_focus(&body, before, slots);
                }
                slots.turn(&body);
            }
            slots
        });
    }

    /// The height of what is not drawn above.
    pub(crate) fn above(self) -> String {
        self.pixels(self.window.get().first.min(self.count.get()))
    }

    /// The height of what is not drawn below.
    pub(crate) fn below(self) -> String {
        let window = self.window.get();
        self.pixels(self.count.get().saturating_sub(window.first + window.count))
    }

    /// How many rows a page is, so that the last of one is the first of the next.
    pub(crate) fn rows_of_page(self) -> usize {
        self.the_box.get_untracked().map_or(1, |the_box| {
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "a box in pixels over a row in pixels"
            )]
            let rows =
                (f64::from(the_box.client_height()) / self.row_height.get_untracked()) as usize;
            rows.saturating_sub(2).max(1)
        })
    }

    /// Scrolls just so far that the row is seen whole, under the head that sticks.
    pub(crate) fn bring(self, row: usize) {
        let Some(the_box) = self.the_box.get_untracked() else {
            return;
        };
        let head = the_box
            .query_selector("thead")
            .ok()
            .flatten()
            .map_or(0.0, |head| head.get_bounding_client_rect().height());
        let row_height = self.row_height.get_untracked();
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

    fn pixels(self, rows: usize) -> String {
        #[expect(
            clippy::cast_precision_loss,
            reason = "a table has far fewer than 2^52 rows"
        )]
        let rows = rows as f64;
        format!("{}px", rows * self.row_height.get())
    }
}

/// A focus within a row that leaves goes to its table, and not to the row that takes its slot.
fn keep_focus(body: &Element, before: Slots, after: Slots) {
    let focused = document().active_element();
    let row = focused.and_then(|it| it.closest("[data-slot]").ok().flatten());
    let slot = row.filter(|row| body.contains(Some(row)));
    let Some(slot) = slot.as_ref().and_then(slot_of) else {
        return;
    };
    if before.row_in(slot) == after.row_in(slot) {
        return;
    }
    // A table that is gone needs no focus.
    if let Ok(Some(table)) = body.closest("table") {
        keys::focus_in_place(table);
    }
}

#[cfg(test)]
mod tests {
    #![allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "rows on a screen"
    )]
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

    #[test]
    fn a_row_in_sight_stays_in_its_slot() {
        let at = |scrolled: f64| Window::of(scrolled, 700.0, 27.0);
        let mut slots = Slots::after(None, at(0.0));
        for scrolled in [0.0, 300.0, 900.0, 600.0, 100_000.0, 99_000.0, 0.0, 216.0] {
            let next = Slots::after(Some(&slots), at(scrolled));
            let rows = |slots: Slots| (0..slots.count()).map(move |slot| slots.row_in(slot));
            let first = next.window.first;
            let mut drawn: Vec<_> = rows(next).collect();
            for (row, other) in rows(slots).zip(&drawn) {
                let stays = (first..first + next.count()).contains(&row);
                assert!(!stays || row == *other, "{row} at {scrolled}");
            }
            drawn.rotate_left(next.turned);
            assert!(
                drawn.into_iter().eq(first..first + next.count()),
                "{scrolled}"
            );
            slots = next;
        }
        let smaller = Slots::after(Some(&slots), Window::of(900.0, 300.0, 27.0));
        assert_eq!(smaller.turned, 0, "other slots");
    }
}
