//! 列的对应: what each column means; a person may correct it.

use leptos::prelude::*;
use shared::import::{Certainty, Field};

use super::work::{Desk, Work};
use crate::components::status::{Look, status};

/// The fields' names in a select; what stands for a column that is only kept.
const KEPT: &str = "";

/// One column as it is shown.
#[derive(Clone, PartialEq)]
struct Shown {
    index: usize,
    heading: String,
    sample: String,
    field: Option<Field>,
    certainty: Certainty,
}

pub(super) fn columns(work: Work) -> AnyView {
    let shown = Memo::new(move |_| {
        work.desk
            .with(|desk| desk.as_ref().map_or(vec![], |desk| all(desk)))
    });
    let doubtful =
        move || shown.with(|shown| shown.iter().filter(|column| is_doubtful(column)).count());
    let said = move || {
        let (all, kept) = shown.with(|shown| {
            (
                shown.len(),
                shown.iter().filter(|column| column.field.is_none()).count(),
            )
        });
        format!("{all} 列，认出 {}，原样保留 {kept}", all - kept)
    };
    // Open at first where something is to be looked at; then as the person leaves it.
    let is_open = doubtful_at_first(work);
    view! {
        <details class="part fold" open=is_open>
            <summary>
                <h2>"列的对应"</h2>
                <span class="num">{said}</span>
                {move || match doubtful() {
                    0 => ().into_any(),
                    count => status(Look::Soon, format!("{count} 列请核对")),
                }}
            </summary>
            <ul class="match">
                {move || shown.get().into_iter().map(|column| one(work, column)).collect::<Vec<_>>()}
            </ul>
        </details>
    }
    .into_any()
}

fn doubtful_at_first(work: Work) -> bool {
    work.desk.with_untracked(|desk| {
        desk.as_ref()
            .is_some_and(|desk| all(desk).iter().any(is_doubtful))
    })
}

fn is_doubtful(column: &Shown) -> bool {
    column.field.is_some() && matches!(column.certainty, Certainty::Unsure | Certainty::Likely)
}

/// Every column, those that want a look first.
fn all(desk: &Desk) -> Vec<Shown> {
    let Some(mapping) = &desk.mapping else {
        return vec![];
    };
    let sheet = desk.sheet();
    let mut columns: Vec<Shown> = mapping
        .columns
        .iter()
        .enumerate()
        .map(|(index, column)| Shown {
            index,
            heading: column.heading.clone(),
            sample: (mapping.heading_rows.1 + 1..sheet.rows.len())
                .map(|row| shared::import::value::content(&sheet.cell(row, index).text))
                .find(|text| !text.is_empty())
                .unwrap_or_default()
                .to_owned(),
            field: column.field,
            certainty: column.certainty,
        })
        .collect();
    columns.sort_by_key(|column| !is_doubtful(column));
    columns
}

fn one(work: Work, column: Shown) -> AnyView {
    let Shown {
        index,
        heading,
        sample,
        field,
        certainty,
    } = column.clone();
    let said = match (field, certainty) {
        (None, _) => status(Look::Waived, "原样保留"),
        (Some(_), Certainty::Certain) => status(Look::Done, "认出"),
        (Some(_), Certainty::Given) => status(Look::Done, "您定的"),
        (Some(_), Certainty::Likely) => status(Look::Soon, "多半是"),
        (Some(_), Certainty::Unsure) => status(Look::Soon, "可能是"),
    };
    let choose =
        move |event: leptos::ev::Targeted<leptos::ev::Event, web_sys::HtmlSelectElement>| {
            work.choose_field(index, Field::from_key(&event.target().value()));
        };
    let options = Field::ALL
        .iter()
        .map(|known| {
            view! { <option value=known.key() selected=field == Some(*known)>{known.title()}</option> }
        })
        .collect::<Vec<_>>();
    let heading = if heading.is_empty() {
        format!("第 {} 列", index + 1)
    } else {
        heading
    };
    let label = format!("“{heading}”这一列是什么");
    view! {
        <li class="match__one" class:is-doubtful=is_doubtful(&column)>
            <b title=heading.clone()>{heading.clone()}</b>
            <span class="match__sample num" title=sample.clone()>{sample.clone()}</span>
            {said}
            <select class="input" aria-label=label on:change:target=choose>
                <option value=KEPT selected=field.is_none()>"按原样保留"</option>
                {options}
            </select>
        </li>
    }
    .into_any()
}
