//! The annex of an announcement, with the events behind every row; a person leaves rows out and
//! puts them back.

use std::collections::BTreeSet;

use leptos::{ev, prelude::*};
use shared::{
    publication::{Announcement, Row, Step},
    words,
};

use super::Desk;
use crate::{model::duty::number_of, session::Session};

/// A column of the annex: its head, how its cells are set, and what stands in them.
type Column = (&'static str, &'static str, fn(&Row) -> String);

const COLUMNS: [Column; 6] = [
    ("企业名称", "wrap", |row| row.enterprise.clone()),
    ("产品名称", "wrap", |row| row.product.clone()),
    ("商标", "announce__short", |row| row.brand.clone()),
    ("规格型号", "announce__short", |row| row.model.clone()),
    ("生产日期/批号", "announce__short", |row| {
        row.batch.clone()
    }),
    ("不合格项目", "wrap", |row| row.failed_items.join("、")),
];

/// The rows, each with its button if there is one.
pub(in super::super) fn table(
    rows: &[Row],
    session: Session,
    act: Option<&dyn Fn(&Row) -> AnyView>,
) -> AnyView {
    if rows.is_empty() {
        return view! { <p>"没有应当列入附表的企业。"</p> }.into_any();
    }
    // A column of which no row has anything is left out: the basis comes nearer.
    let columns: Vec<&Column> = COLUMNS
        .iter()
        .filter(|(_, _, cell)| rows.iter().any(|row| !cell(row).is_empty()))
        .collect();
    let heads: Vec<_> = columns
        .iter()
        .map(|(title, ..)| view! { <th scope="col">{*title}</th> })
        .collect();
    let with_act = act.is_some();
    let rows: Vec<_> = rows
        .iter()
        .enumerate()
        .map(|(at, row)| {
            let cells: Vec<_> = columns
                .iter()
                .map(|(_, class, cell)| view! { <td class=*class>{cell(row)}</td> })
                .collect();
            view! {
                <tr>
                    <td class="num">{at + 1}</td>
                    {cells}
                    <td class="wrap announce__why">{row.clauses()}{because(row, session)}</td>
                    {act.map(|act| view! { <td>{act(row)}</td> })}
                </tr>
            }
        })
        .collect();
    view! {
        <div class="rows--scroll">
            <table class="rows">
                <thead>
                    <tr>
                        <th scope="col">"序号"</th>
                        {heads}
                        <th scope="col">"列入依据"</th>
                        {with_act.then(|| view! { <th scope="col"><span class="vh">"列入"</span></th> })}
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
    .into_any()
}

/// The cases behind a row, each with the events that it rests on, where the device has them.
fn because(row: &Row, session: Session) -> Vec<AnyView> {
    let cases = session.cases().get();
    let behind = row.basis.iter().filter_map(|basis| {
        let case = cases.iter().find(|case| case.id == basis.case)?;
        let events = case.file.events.iter();
        let told: BTreeSet<String> = events
            .filter(|event| basis.events.contains(&event.id))
            .map(|event| format!("{} {}", event.on, words::event(&event.kind)))
            .collect();
        let told: Vec<String> = told.into_iter().collect();
        Some(
            view! {
                <span class="announce__because">
                    <a href=format!("/cases/{}", case.id)>{number_of(case)}</a>
                    {told.join("；")}
                </span>
            }
            .into_any(),
        )
    });
    behind.collect()
}

/// The section.
pub(super) fn section(desk: Desk, own: &Announcement, is_open: bool) -> AnyView {
    let content = own.content();
    let left_out: Vec<(Row, String)> = own
        .edited
        .values()
        .filter_map(|(row, left_out)| Some((row.clone(), left_out.clone()?)))
        .collect();
    let leave_out = move |row: &Row| leaving(desk, row.clone());
    let act: Option<&dyn Fn(&Row) -> AnyView> = is_open.then_some(&leave_out);
    view! {
        <section class="part announce__draft" aria-labelledby="annex">
            <h2 id="annex">"附表：应当公布的企业和产品"<span class="num">{content.rows.len()}</span></h2>
            {table(&content.rows, desk.session, act)}
            {(!left_out.is_empty()).then(|| {
                let rows = left_out.into_iter().map(|(row, why)| putting_back(desk, row, why, is_open)).collect::<Vec<_>>();
                view! { <h3 class="announce__annex">"不列入"</h3><ul class="announce__out">{rows}</ul> }
            })}
        </section>
    }
    .into_any()
}

/// Leaving a row out takes a reason.
fn leaving(desk: Desk, row: Row) -> AnyView {
    let asking = RwSignal::new(false);
    let why = RwSignal::new(String::new());
    let label = format!("不列入{}的理由", row.enterprise);
    let row = StoredValue::new(row);
    let act = move |_| {
        let step = Step::Row {
            row: Box::new(row.get_value()),
            left_out: Some(why.get_untracked().trim().to_owned()),
        };
        desk.take(vec![step], "已从附表移出");
    };
    let type_in = move |event: ev::Targeted<ev::Event, web_sys::HtmlInputElement>| {
        why.set(event.target().value());
    };
    (move || {
        if asking.get() {
            view! {
                <span class="announce__leaving">
                    <input class="input" aria-label=label.clone() placeholder="理由" prop:value=move || why.get() on:input:target=type_in />
                    <button type="button" class="btn btn--row" disabled=move || why.with(|why| why.trim().is_empty()) on:click=act>"移出"</button>
                </span>
            }
            .into_any()
        } else {
            view! { <button type="button" class="btn btn--row" on:click=move |_| asking.set(true)>"不列入"</button> }.into_any()
        }
    })
    .into_any()
}

fn putting_back(desk: Desk, row: Row, why: String, is_open: bool) -> AnyView {
    let said = format!("{}的{}：{why}", row.enterprise, row.product);
    let row = StoredValue::new(row);
    let act = move |_| {
        let row = Box::new(row.get_value());
        let step = Step::Row {
            row,
            left_out: None,
        };
        desk.take(vec![step], "已列回附表");
    };
    view! {
        <li>
            {said}
            {is_open.then(|| view! { <button type="button" class="btn btn--row" on:click=act>"列回"</button> })}
        </li>
    }
    .into_any()
}
