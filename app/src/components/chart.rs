//! Charts: bars on one axis, each with its label and its figures. The arrow keys go from bar to
//! bar, and the table behind says the same.

use leptos::{ev, prelude::*};

use crate::keys;

/// Widths and heights in units of the drawing.
const WIDTH: f64 = 640.0;
const LABEL_WIDTH: f64 = 176.0;
const FIGURES_WIDTH: f64 = 124.0;
const ROW_HEIGHT: f64 = 24.0;
const BAR_HEIGHT: f64 = 12.0;
const AXIS_HEIGHT: f64 = 24.0;
/// Characters of a label that fit beside its bar.
const MAXIMUM_LABEL: usize = 13;

/// One bar.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Bar {
    /// What it is of.
    pub(crate) label: String,
    /// How far the strong part reaches.
    pub(crate) value: f64,
    /// How far the faint part behind it reaches, where there is one.
    pub(crate) behind: Option<f64>,
    /// Where a limit lies, where there is one.
    pub(crate) limit: Option<f64>,
    /// The figures at its end.
    pub(crate) figures: String,
    /// It is beyond what it should be.
    pub(crate) is_over: bool,
}

/// A chart.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Chart {
    /// Tells its parts from those of other charts.
    pub(crate) id: &'static str,
    /// What it shows, for those who do not see it.
    pub(crate) title: &'static str,
    /// What the axis is in, such as %.
    pub(crate) unit: &'static str,
    /// What the parts of a bar mean, where they are more than one.
    pub(crate) note: &'static str,
    /// The bars, as they stand under each other.
    pub(crate) bars: Vec<Bar>,
}

/// The step between ticks so that there are at most six: 1, 2 or 5 times a power of ten.
fn tick_step(largest: f64) -> f64 {
    let rough = (largest / 5.0).max(1e-6);
    let power = 10_f64.powf(rough.log10().floor());
    let times = rough / power;
    let step = match times {
        _ if times <= 1.0 => 1.0,
        _ if times <= 2.0 => 2.0,
        _ if times <= 5.0 => 5.0,
        _ => 10.0,
    };
    (step * power).max(1.0)
}

fn ticks(largest: f64) -> Vec<f64> {
    let step = tick_step(largest);
    let mut ticks = vec![0.0];
    let mut next = step;
    // An empty chart has a scale too.
    while ticks.len() < 2 || next < largest + step {
        ticks.push(next);
        next += step;
    }
    ticks
}

fn shortened(label: &str) -> String {
    if label.chars().count() <= MAXIMUM_LABEL {
        return label.to_owned();
    }
    let kept: String = label.chars().take(MAXIMUM_LABEL - 1).collect();
    format!("{kept}…")
}

/// Draws it.
pub(crate) fn chart(chart: Chart) -> AnyView {
    let Chart {
        id,
        title,
        unit,
        note,
        bars,
    } = chart;
    let reach = |bar: &Bar| {
        bar.value
            .max(bar.behind.unwrap_or_default())
            .max(bar.limit.unwrap_or_default())
    };
    let largest = bars.iter().map(reach).fold(0.0, f64::max);
    let ticks = ticks(largest);
    let end = ticks.last().copied().unwrap_or(1.0);
    let span = WIDTH - LABEL_WIDTH - FIGURES_WIDTH;
    let x = move |value: f64| LABEL_WIDTH + value / end * span;
    let count = bars.len();
    #[expect(clippy::cast_precision_loss, reason = "a handful of bars")]
    let top = |at: usize| at as f64 * ROW_HEIGHT;
    let bottom = top(count);
    let axis = ticks
        .iter()
        .map(|tick| {
            let words = format!("{tick:.0}");
            view! {
                <line class="chart__grid" x1=x(*tick) x2=x(*tick) y1=0 y2=bottom />
                <text class="chart__tick" x=x(*tick) y=bottom + 16.0 text-anchor="middle">{words}</text>
            }
        })
        .collect::<Vec<_>>();
    let current = RwSignal::new(0_usize);
    let rows = bars
        .into_iter()
        .enumerate()
        .map(|(at, bar)| {
            let said = format!("{}：{}", bar.label, bar.figures);
            let y = top(at) + (ROW_HEIGHT - BAR_HEIGHT) / 2.0;
            let width = |value: f64| (x(value) - LABEL_WIDTH).max(0.0);
            let behind = bar.behind.map(|value| {
                view! { <rect class="chart__behind" x=LABEL_WIDTH y=y width=width(value) height=BAR_HEIGHT /> }
            });
            let limit = bar.limit.map(|value| {
                view! { <line class="chart__limit" x1=x(value) x2=x(value) y1=y - 4.0 y2=y + BAR_HEIGHT + 4.0 /> }
            });
            let after = bar.value.max(bar.behind.unwrap_or_default()).max(bar.limit.unwrap_or_default());
            let over = bar.is_over;
            let index = move || if current.get() == at { "0" } else { "-1" };
            view! {
                <g
                    id=format!("{id}-{at}")
                    class="chart__row"
                    role="img"
                    aria-label=said
                    tabindex=index
                    on:focus=move |_| current.set(at)
                >
                    <rect class="chart__hit" x=0 y=top(at) width=WIDTH height=ROW_HEIGHT />
                    <text class="chart__label" x=LABEL_WIDTH - 8.0 y=top(at) + 16.0 text-anchor="end">{shortened(&bar.label)}</text>
                    {behind}
                    <rect class="chart__bar" class:is-over=over x=LABEL_WIDTH y=y width=width(bar.value) height=BAR_HEIGHT />
                    {limit}
                    <text class="chart__figures" x=x(after) + 8.0 y=top(at) + 16.0>{bar.figures}</text>
                </g>
            }
        })
        .collect::<Vec<_>>();
    let go = move |event: ev::KeyboardEvent| {
        if let Some(to) = keys::moved(current.get_untracked(), count, &event.key()) {
            event.prevent_default();
            current.set(to);
            keys::focus_any(&format!("{id}-{to}"));
        }
    };
    let note = (!note.is_empty()).then(|| view! { <p class="chart__note">{note}</p> });
    view! {
        {note}
        <svg
            class="chart"
            viewBox=format!("0 0 {WIDTH} {}", bottom + AXIS_HEIGHT)
            role="group"
            aria-label=title
            on:keydown=go
        >
            {axis}
            <line class="chart__axis" x1=LABEL_WIDTH x2=LABEL_WIDTH y1=0 y2=bottom />
            <text class="chart__tick" x=x(end) + 16.0 y=bottom + 16.0>{unit}</text>
            {rows}
        </svg>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round_and_reach_past_the_largest() {
        let check =
            |largest: f64, expected: &[f64]| assert_eq!(ticks(largest), expected, "{largest}");
        check(0.0, &[0.0, 1.0]);
        check(3.0, &[0.0, 1.0, 2.0, 3.0]);
        check(18.6, &[0.0, 5.0, 10.0, 15.0, 20.0]);
        check(100.0, &[0.0, 20.0, 40.0, 60.0, 80.0, 100.0]);
    }

    #[test]
    fn long_labels_are_cut() {
        assert_eq!(shortened("商用燃气灶具"), "商用燃气灶具");
        assert_eq!(
            shortened("北京市产品质量监督检验院第二分院"),
            "北京市产品质量监督检验院…"
        );
    }
}
