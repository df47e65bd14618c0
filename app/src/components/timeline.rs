//! The timeline as it is drawn. Positions go through the style object.

use leptos::prelude::*;

use super::{
    sprite::mark,
    status::{Look, status},
};
use crate::model::{
    labels::{Label, Side},
    timeline::{Bar, BarKind, Lane, Next, Timeline},
};

/// All lanes over one axis.
pub(crate) fn timeline_view(timeline: &Timeline) -> AnyView {
    let bands = timeline
        .bands
        .iter()
        .map(|(from, days, name)| {
            view! {
                <div class="x tl__band" style:--d=from.to_string() style:--len=days.to_string()>
                    {(!name.is_empty()).then(|| view! { <span>{name.clone()}</span> })}
                </div>
            }
        })
        .collect::<Vec<_>>();
    let ticks = timeline
        .ticks
        .iter()
        .map(|(day, label)| view! { <div class="x tl__tick" style:--d=day.to_string()>{label.clone()}</div> })
        .collect::<Vec<_>>();
    let now = timeline.now.clone().map(|(day, label)| {
        view! {
            <div class="x tl__now" style:--d=day.to_string()>
                <span>{label}</span>
            </div>
        }
    });
    view! {
        <ol class="tl" style:--span=timeline.span.to_string() aria-label="法定步骤时间线">
            <li class="tl__under" aria-hidden="true">
                <div>{bands}{now}</div>
            </li>
            <li class="tl__axis" aria-hidden="true">
                <span></span>
                <div class="tl__track">{ticks}</div>
                <div class="tl__next">"尚未发生"</div>
            </li>
            {timeline.lanes.iter().map(lane).collect::<Vec<_>>()}
        </ol>
    }
    .into_any()
}

fn lane(lane: &Lane) -> AnyView {
    let dues = lane
        .dues
        .iter()
        .map(|day| view! { <div class="x tl__due" style:--d=day.to_string()></div> })
        .collect::<Vec<_>>();
    let marks = lane
        .marks
        .iter()
        .map(|(day, late)| {
            let inner = if *late {
                view! { <span class="st--late">{Look::Late.mark()}</span> }.into_any()
            } else {
                mark("m-done")
            };
            view! { <div class="x tl__ev" style:--d=day.to_string()>{inner}</div> }
        })
        .collect::<Vec<_>>();
    view! {
        <li class="tl__lane">
            <h2>{lane.name}</h2>
            <p class="vh">{lane.said.clone()}</p>
            <div class="tl__track" aria-hidden="true">
                {lane.bars.iter().map(bar).collect::<Vec<_>>()}
                {dues}
                {marks}
                {lane.labels.iter().map(label).collect::<Vec<_>>()}
                {lane.empty.map(|words| view! { <span class="tl__none">{words}</span> })}
            </div>
            <div class="tl__next">{next(&lane.next)}</div>
        </li>
    }
    .into_any()
}

fn bar(bar: &Bar) -> AnyView {
    let (class, used) = match bar.kind {
        BarKind::Closed => ("x tl__bar tl__bar--done", None),
        BarKind::Running(used) => ("x tl__bar tl__bar--run", Some(used)),
        BarKind::Open(used) => ("x tl__bar tl__bar--run tl__bar--open", Some(used)),
        BarKind::Late => ("x tl__bar tl__bar--over", None),
    };
    let used =
        used.map(|used| view! { <i style:--used=format!("{}.{}%", used / 10, used % 10)></i> });
    view! {
        <div class=class style:--d=bar.from.to_string() style:--len=bar.days.to_string()>
            {used}
        </div>
    }
    .into_any()
}

fn label(label: &Label) -> AnyView {
    let side = match label.side {
        Side::Before => "tl__lab--e",
        Side::After => "tl__lab--s",
    };
    let minor = if label.minor { " tl__minor" } else { "" };
    let day = label
        .day
        .clone()
        .map(|day| view! { " "<span class="d">{day}</span> });
    let tail = label.tail.clone().map(|(tail, look)| {
        let class = look.map_or("tl__tail", |_| "tl__tail tl__tail--late");
        view! { <span class=class>{tail}</span> }
    });
    view! {
        <div class=format!("x tl__lab {side}{minor}") style:--d=label.at.to_string()>
            {label.text.clone()}
            {day}
            {tail}
        </div>
    }
    .into_any()
}

fn next(next: &Next) -> AnyView {
    match next {
        Next::Done(words) => status(Look::Done, *words),
        Next::Words(words) => view! { <span>{words.clone()}</span> }.into_any(),
        Next::Steps(steps) => steps
            .iter()
            .enumerate()
            .map(|(index, step)| {
                let arrow = (index > 0).then(|| view! { <span aria-hidden="true">"›"</span> });
                view! { {arrow}{status(Look::Missing, *step)} }
            })
            .collect::<Vec<_>>()
            .into_any(),
    }
}
