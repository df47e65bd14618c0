//! A long table of which only the rows in sight are drawn, at the same height each.

use leptos::{ev, html, prelude::*};

/// Rows drawn beyond each edge of what is in sight.
const BEYOND: usize = 16;
/// The window moves in steps of so many rows, so that most scrolling draws nothing.
const STEP: usize = 8;
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

/// The box that a long table scrolls in. Its rows have an id; [`Sight::measure`] is called when it scrolls.
#[derive(Clone, Copy)]
pub(crate) struct Sight {
    /// The box.
    pub(crate) the_box: NodeRef<html::Div>,
    /// What is drawn of the rows.
    pub(crate) window: Memo<Window>,
    count: Signal<usize>,
    row_height: RwSignal<f64>,
    scrolled: RwSignal<(f64, f64)>,
}

impl Sight {
    /// A box for so many rows.
    pub(crate) fn of(count: Signal<usize>) -> Self {
        let row_height = RwSignal::new(ROW_HEIGHT_PIXELS);
        let scrolled = RwSignal::new((0.0, 900.0));
        let sight = Self {
            the_box: NodeRef::new(),
            window: Memo::new(move |_| {
                let (top, height) = scrolled.get();
                Window::of(top, height, row_height.get())
            }),
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
}
