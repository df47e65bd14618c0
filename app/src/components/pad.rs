//! The signature pad: strokes in the units of its own drawing, which the browser scales, so that the
//! writing stays when the pad changes its size.

use leptos::{ev, html::Canvas, prelude::*};
use shared::attachment::MediaType;
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement};

use crate::photo::{FileError, canvas, context, encoded};

const WIDTH: f64 = 1600.0;
const HEIGHT: f64 = 640.0;
const LINE_WIDTH: f64 = 9.0;
/// The least way between two points of a stroke, in units: finer does not show.
const STEP: f64 = 3.0;

/// Points of strokes, in units.
pub(crate) type Strokes = Vec<Vec<(u16, u16)>>;

/// The pad, which shows these strokes; each further one is told when the pen is lifted.
pub(crate) fn pad(
    strokes: Signal<Strokes>,
    written: impl Fn(Vec<(u16, u16)>) + Clone + 'static,
) -> AnyView {
    let node: NodeRef<Canvas> = NodeRef::new();
    let stroke = RwSignal::new(Vec::<(u16, u16)>::new());
    // Drawn anew whenever the strokes change by anything but a line that is just being drawn.
    Effect::new(move |_| {
        let strokes = strokes.get();
        if let Some(context) = node.get().and_then(|it| context(&it).ok()) {
            context.clear_rect(0.0, 0.0, WIDTH, HEIGHT);
            draw(&context, &strokes);
        }
    });
    let begin = move |event: ev::PointerEvent| {
        let Some(element) = node.get_untracked() else {
            return;
        };
        if !event.is_primary() {
            return;
        }
        event.prevent_default();
        // Without capture a stroke ends at the edge, no more.
        let _ = element.set_pointer_capture(event.pointer_id());
        stroke.set(vec![place(&element, &event)]);
    };
    let go_on = move |event: ev::PointerEvent| {
        let Some(element) = node.get_untracked() else {
            return;
        };
        let Some(last) = stroke.with_untracked(|it| it.last().copied()) else {
            return;
        };
        if !event.is_primary() {
            return;
        }
        let next = place(&element, &event);
        let way =
            (f64::from(next.0) - f64::from(last.0)).hypot(f64::from(next.1) - f64::from(last.1));
        if way < STEP {
            return;
        }
        stroke.update(|it| it.push(next));
        if let Ok(context) = context(&element) {
            draw(&context, &[vec![last, next]]);
        }
    };
    let end = move |_: ev::PointerEvent| {
        let done = stroke.with_untracked(Vec::clone);
        if !done.is_empty() {
            stroke.set(Vec::new());
            written(done);
        }
    };
    view! {
        <canvas
            node_ref=node
            class="pad__ink"
            width=WIDTH.to_string()
            height=HEIGHT.to_string()
            role="img"
            aria-label="签字板"
            on:pointerdown=begin
            on:pointermove=go_on
            on:pointerup=end.clone()
            on:pointercancel=end
        ></canvas>
    }
    .into_any()
}

/// Where a pointer is, in units: the drawing is fitted into the element and centred.
fn place(element: &HtmlCanvasElement, event: &ev::PointerEvent) -> (u16, u16) {
    let shown = element.get_bounding_client_rect();
    let scale = (shown.width() / WIDTH)
        .min(shown.height() / HEIGHT)
        .max(f64::EPSILON);
    let x = (f64::from(event.client_x()) - shown.left() - (shown.width() - WIDTH * scale) / 2.0)
        / scale;
    let y = (f64::from(event.client_y()) - shown.top() - (shown.height() - HEIGHT * scale) / 2.0)
        / scale;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "clamped to the drawing"
    )]
    let units = |at: f64, end: f64| at.clamp(0.0, end).round() as u16;
    (units(x, WIDTH), units(y, HEIGHT))
}

fn draw(context: &CanvasRenderingContext2d, strokes: &[Vec<(u16, u16)>]) {
    context.set_line_width(LINE_WIDTH);
    context.set_line_cap("round");
    context.set_line_join("round");
    for stroke in strokes {
        let Some(&(x, y)) = stroke.first() else {
            continue;
        };
        context.begin_path();
        context.move_to(x.into(), y.into());
        // A dot is a line that ends where it begins.
        context.line_to(x.into(), y.into());
        for &(x, y) in stroke {
            context.line_to(x.into(), y.into());
        }
        context.stroke();
    }
}

/// The writing as a picture, black on white.
pub(crate) async fn written(strokes: &Strokes) -> Result<Vec<u8>, FileError> {
    let paper = canvas(WIDTH, HEIGHT)?;
    let ink = context(&paper)?;
    ink.set_fill_style_str("#fff");
    ink.fill_rect(0.0, 0.0, WIDTH, HEIGHT);
    draw(&ink, strokes);
    encoded(&paper, MediaType::Png).await
}
