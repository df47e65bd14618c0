//! One row beside the table: what is wrong with it, to be mended in place, and what it makes.

use std::sync::Arc;

use leptos::{ev, prelude::*};
use shared::words::told;
use web_sys::HtmlInputElement;

use super::{bureaus::choice, rows::standing, work::Work};
use crate::{
    components::{
        sprite::icon,
        status::{Look, status},
    },
    model::import::{ImportRow, Standing},
};

pub(super) fn one_row(work: Work, index: usize) -> AnyView {
    let row: Memo<Option<Arc<ImportRow>>> = Memo::new_with_compare(
        move |_| {
            work.checked.with(|checked| {
                checked
                    .rows
                    .iter()
                    .find(|row| row.proposed.row == index)
                    .cloned()
            })
        },
        |old, new| old != new,
    );
    view! {
        <aside class="import__one" aria-label=format!("第 {} 行", index + 1)>
            <div class="import__onehead">
                <b class="num">{format!("第 {} 行", index + 1)}</b>
                {move || row.get().map(|row| standing(&row))}
                <button type="button" class="msg__x push" aria-label="收起" on:click=move |_| work.open.set(None)>
                    {icon("i-x", "12")}
                </button>
            </div>
            {move || row.get().map(|row| about(work, &row))}
            {cells(work, index)}
        </aside>
    }
    .into_any()
}

fn about(work: Work, row: &ImportRow) -> AnyView {
    let proposed = &row.proposed;
    let problems = proposed
        .problems
        .iter()
        .map(|problem| {
            let look = if problem.fault.is_error() {
                Look::Overdue
            } else {
                Look::Soon
            };
            let heading = problem.column.and_then(|column| heading(work, column));
            let words = match heading {
                Some(heading) => format!("{heading}：{}", problem.fault),
                None => problem.fault.to_string(),
            };
            view! { <li>{status(look, words)}</li> }
        })
        .collect::<Vec<_>>();
    let resembles = row.resembles.clone().map(|(id, number)| {
        view! {
            <li>
                {status(Look::Soon, "企业、产品、型号、批号都与此案相同：")}
                <a class="link num" href=format!("/cases/{id}")>{number}</a>
            </li>
        }
    });
    let events = proposed
        .events
        .iter()
        .map(
            |event| view! { <li><span class="num">{event.on.to_string()}</span>{told(event)}</li> },
        )
        .collect::<Vec<_>>();
    let none = events
        .is_empty()
        .then(|| view! { <li class="muted">"没有带日期的事项，先立案"</li> });
    let others = (row.left_to_others > 0).then(|| {
        let words = format!(
            "其中 {} 项由其他单位登记，这里只照表保留",
            row.left_to_others
        );
        view! { <p class="muted">{words}</p> }
    });
    let known = match &row.standing {
        Standing::Known(news) if !news.is_none() => {
            let words = format!(
                "台账里已有。表中新增 {} 项记录、{} 处内容，另有 {} 处与台账不同。",
                news.events,
                news.lacking,
                news.other.len()
            );
            Some(view! { <p class="muted">{words}</p> })
        }
        _ => None,
    };
    view! {
        <ul class="import__faults" aria-live="polite">{problems}{resembles}</ul>
        <h3>"导入后的记录"</h3>
        <ul class="import__events">{none}{events}</ul>
        {others}
        {known}
        <h3>"承办的局"</h3>
        {choice(work, proposed.row, &proposed.case.handling_bureau)}
    }
    .into_any()
}

fn heading(work: Work, column: usize) -> Option<String> {
    work.desk.with_untracked(|desk| {
        let mapping = desk.as_ref()?.mapping.as_ref()?;
        mapping
            .columns
            .get(column)
            .map(|column| column.heading.clone())
    })
}

/// The cells of the row as the sheet has them, those with problems first; each can be mended.
fn cells(work: Work, index: usize) -> AnyView {
    let faulty = work.checked.with_untracked(|checked| {
        let row = checked.rows.iter().find(|row| row.proposed.row == index);
        row.map_or(vec![], |row| {
            row.proposed
                .problems
                .iter()
                .filter_map(|problem| problem.column)
                .collect()
        })
    });
    let columns: Vec<(usize, String)> = work.desk.with_untracked(|desk| {
        let mapping = desk.as_ref().and_then(|desk| desk.mapping.as_ref());
        mapping.map_or(vec![], |mapping| {
            mapping
                .columns
                .iter()
                .enumerate()
                .map(|(at, column)| (at, column.heading.clone()))
                .collect()
        })
    });
    let (bad, good): (Vec<_>, Vec<_>) =
        columns.into_iter().partition(|(at, _)| faulty.contains(at));
    let fields = |columns: Vec<(usize, String)>| {
        columns
            .into_iter()
            .map(|(at, heading)| cell(work, index, at, heading))
            .collect::<Vec<_>>()
    };
    let (has_bad, bad, good) = (!bad.is_empty(), fields(bad), fields(good));
    view! {
        <Show when=move || has_bad>
            <h3>"改这里"</h3>
        </Show>
        <div class="import__cells">{bad}</div>
        <details class="fold" open=!has_bad>
            <summary><h3>"表中各格"</h3></summary>
            <div class="import__cells">{good}</div>
        </details>
    }
    .into_any()
}

fn cell(work: Work, row: usize, column: usize, heading: String) -> AnyView {
    let text = Memo::new(move |_| {
        work.desk.with(|desk| {
            desk.as_ref()
                .map(|desk| desk.sheet().cell(row, column).text.clone())
                .unwrap_or_default()
        })
    });
    let id = format!("cell-{row}-{column}");
    let mend = move |event: ev::Targeted<ev::Event, HtmlInputElement>| {
        work.mend(row, column, &event.target().value());
    };
    view! {
        <label for=id.clone() title=heading.clone()>{heading.clone()}</label>
        <input class="input" id=id prop:value=move || text.get() on:change:target=mend />
    }
    .into_any()
}
