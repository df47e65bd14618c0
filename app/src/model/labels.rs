//! Labels on a lane: which of them fit beside each other.
//!
//! Widths are estimated, so that a lane is laid out before it is drawn and is the same on screen
//! and on paper. What fits only on the wide track is minor and goes where space is short.

use crate::components::status::Look;

/// Width of the track in pixels: on a tablet, and on a desk or on paper with its smaller type.
const NARROW_PIXELS: f32 = 640.0;
const WIDE_PIXELS: f32 = 820.0;
/// Width of a character at 12 px.
const WIDE_CHARACTER_PIXELS: f32 = 12.0;
const NARROW_CHARACTER_PIXELS: f32 = 6.8;
/// Between two labels.
const GAP_PIXELS: f32 = 8.0;

/// On which side of its day a label stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Side {
    /// It ends there.
    Before,
    /// It begins there.
    After,
}

impl Side {
    const fn turned(self) -> Self {
        match self {
            Self::Before => Self::After,
            Self::After => Self::Before,
        }
    }
}

/// Words under a mark or a due day.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Label {
    /// Days after the beginning of the axis.
    pub(crate) at: i32,
    pub(crate) side: Side,
    pub(crate) text: String,
    /// The day, or what stands for it, in grey.
    pub(crate) day: Option<String>,
    /// What is said last, and in which colour.
    pub(crate) tail: Option<(String, Option<Look>)>,
    /// Lighter ones are placed first.
    pub(crate) weight: u8,
    /// Shown only where there is room.
    pub(crate) minor: bool,
}

impl Label {
    fn pixels(&self) -> f32 {
        let of_text = |text: &str| -> f32 {
            text.chars()
                .map(|it| {
                    if it.is_ascii() {
                        NARROW_CHARACTER_PIXELS
                    } else {
                        WIDE_CHARACTER_PIXELS
                    }
                })
                .sum()
        };
        let day = self.day.as_deref().map_or(0.0, |day| of_text(day) + 4.0);
        let tail = self
            .tail
            .as_ref()
            .map_or(0.0, |(tail, _)| of_text(tail) + WIDE_CHARACTER_PIXELS);
        of_text(&self.text) + day + tail
    }

    /// Where it begins and ends on a track of this width.
    fn extent(&self, span: i32, track: f32) -> (f32, f32) {
        #[expect(
            clippy::cast_precision_loss,
            reason = "days of a case, in the thousands at most"
        )]
        let at = self.at as f32 * track / span.max(1) as f32;
        match self.side {
            Side::Before => (at - self.pixels(), at),
            Side::After => (at, at + self.pixels()),
        }
    }
}

/// The labels that fit on a lane of so many days, the lighter ones first. Each stands on its own
/// side where it can, else on the other one; else without its day; else it goes.
pub(crate) fn placed(mut labels: Vec<Label>, span: i32) -> Vec<Label> {
    labels.sort_by_key(|label| (label.weight, label.at));
    let mut shown: Vec<Label> = Vec::new();
    for (is_turned, with_day) in [(false, true), (true, true), (false, false), (true, false)] {
        for minor in [false, true] {
            labels.retain(|label| {
                let label = label.clone();
                let side = if is_turned {
                    label.side.turned()
                } else {
                    label.side
                };
                let day = label.day.clone().filter(|_| with_day);
                let candidate = Label {
                    side,
                    day,
                    minor,
                    ..label
                };
                let fits = fits(&candidate, &shown, span);
                if fits {
                    shown.push(candidate);
                }
                !fits
            });
        }
    }
    shown.sort_by_key(|label| label.at);
    shown
}

fn fits(label: &Label, shown: &[Label], span: i32) -> bool {
    let is_free = |track: f32, mut others: &mut dyn Iterator<Item = &Label>| {
        let (begin, end) = label.extent(span, track);
        let is_clear = |other: &Label| {
            let (other_begin, other_end) = other.extent(span, track);
            end + GAP_PIXELS <= other_begin || other_end + GAP_PIXELS <= begin
        };
        begin >= -GAP_PIXELS && end <= track + GAP_PIXELS && Iterator::all(&mut others, is_clear)
    };
    let on_wide = is_free(WIDE_PIXELS, &mut shown.iter());
    on_wide
        && (label.minor
            || is_free(
                NARROW_PIXELS,
                &mut shown.iter().filter(|other| !other.minor),
            ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn label(at: i32, side: Side, text: &str, weight: u8) -> Label {
        Label {
            at,
            side,
            text: text.to_owned(),
            day: None,
            tail: None,
            weight,
            minor: false,
        }
    }

    #[test]
    fn labels_keep_clear_of_each_other() {
        let check = |labels: &[Label], expected: &[(&str, bool)]| {
            let shown = placed(labels.to_vec(), 100);
            let found: Vec<_> = shown
                .iter()
                .map(|label| (label.text.as_str(), label.minor))
                .collect();
            assert_eq!(found, expected);
        };
        check(&[], &[]);
        check(
            &[
                label(10, Side::After, "送达", 2),
                label(50, Side::After, "责令", 2),
            ],
            &[("送达", false), ("责令", false)],
        );
        // Where both cannot be on their sides, the heavier one turns.
        check(
            &[
                label(50, Side::After, "整改期满", 0),
                label(51, Side::After, "收到材料", 2),
            ],
            &[("整改期满", false)],
        );
        check(
            &[
                label(50, Side::After, "整改期满", 0),
                label(45, Side::After, "收到材料", 2),
            ],
            &[("收到材料", false), ("整改期满", false)],
        );
        // What only a desk has room for is minor.
        check(
            &[
                label(50, Side::Before, "整改期满", 0),
                label(42, Side::Before, "收到", 2),
            ],
            &[("收到", true), ("整改期满", false)],
        );
    }
}
