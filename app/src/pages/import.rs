//! 导入: a result sheet is read, its columns matched, its rows checked and mended, and taken.

mod bureaus;
mod case_files;
mod choose;
mod columns;
mod one_row;
mod questions;
mod rows;
mod taking;
mod work;
mod worker;

use leptos::prelude::*;

pub(crate) use self::work::WorkPlace;
use self::work::{Stage, Work, no_table};
use crate::components::status::{Look, status};

/// The page, by how far the import is.
#[component]
pub(crate) fn Import() -> impl IntoView {
    let work = Work::use_in();
    let part = Memo::new(move |_| {
        work.stage.with(|stage| match stage {
            Stage::Choosing | Stage::Unreadable { .. } => Part::Choose,
            Stage::Reading { .. } => Part::Read,
            Stage::Checking | Stage::Taking { .. } => Part::Check,
            Stage::Taken(_) => Part::Taken,
            Stage::Files(_) | Stage::FilesTaken(_) => Part::Files,
        })
    });
    view! {
        <main class="page import" id="main" tabindex="-1">
            {move || match part.get() {
                Part::Choose => choose::choose(work),
                Part::Read => choose::reading(work),
                Part::Check => check(work),
                Part::Taken => taking::taken(work),
                Part::Files => files(work),
            }}
        </main>
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Choose,
    Read,
    Check,
    Taken,
    Files,
}

/// The file holds cases, not a table of results.
fn files(work: Work) -> AnyView {
    let shown = move || match work.stage.get() {
        Stage::Files(bundle) => case_files::look(work, &bundle),
        Stage::FilesTaken(came) => case_files::came(work, &came),
        _ => ().into_any(),
    };
    shown.into_any()
}

/// The sheet under work: what it leaves open, its columns, its rows.
fn check(work: Work) -> AnyView {
    let has_table = Memo::new(move |_| {
        work.desk
            .with(|desk| desk.as_ref().is_some_and(|desk| desk.mapping.is_some()))
    });
    view! {
        <div class="page__head">
            <h1>"导入"</h1>
            {move || tally(work)}
            <button type="button" class="btn push" on:click=move |_| work.clear()>
                "换一个文件"
            </button>
        </div>
        {move || sheets(work)}
        {move || if has_table.get() {
            view! {
                <div class="import__body">
                    {questions::questions(work)}
                    {columns::columns(work)}
                    {bureaus::bureaus(work)}
                    {rows::rows(work)}
                </div>
                {taking::bar(work)}
            }.into_any()
        } else {
            view! { <p class="part" role="alert">{status(Look::Overdue, no_table())}</p> }.into_any()
        }}
    }
    .into_any()
}

/// What came of it: each count with its words, where there was any.
fn counted(counts: &[(usize, Look, &str)]) -> Vec<AnyView> {
    let counts = counts.iter().filter(|(count, ..)| *count > 0);
    counts
        .map(|(count, look, words)| {
            view! { <li>{status(*look, format!("{count} {words}"))}</li> }.into_any()
        })
        .collect()
}

fn tally(work: Work) -> AnyView {
    let file = work
        .desk
        .with(|desk| desk.as_ref().map(|desk| desk.file.clone()));
    let tally = work.checked.with(|checked| checked.tally);
    let counted = [
        ("批次", tally.rows),
        ("合格", tally.conforming),
        ("不合格", tally.nonconforming),
        ("拒检", tally.refused),
    ];
    let counted = counted
        .into_iter()
        .filter(|(word, count)| *count > 0 || *word == "批次")
        .map(|(word, count)| view! { <span>{word}<b class="num">{count}</b></span> })
        .collect::<Vec<_>>();
    view! {
        <p class="tally" role="status">
            <span class="import__file">{file}</span>
            {counted}
        </p>
    }
    .into_any()
}

/// The sheets of the file, where there are several.
fn sheets(work: Work) -> AnyView {
    let (names, chosen) = work.desk.with(|desk| {
        let desk = desk.as_ref();
        let names = desk.map_or(vec![], |desk| {
            desk.sheets.iter().map(|sheet| sheet.name.clone()).collect()
        });
        (names, desk.map_or(0, |desk| desk.chosen))
    });
    if names.len() < 2 {
        return ().into_any();
    }
    let buttons = names
        .into_iter()
        .enumerate()
        .map(|(index, name)| {
            let pressed = if index == chosen { "true" } else { "false" };
            view! {
                <button type="button" aria-pressed=pressed on:click=move |_| work.choose_sheet(index)>
                    {name}
                </button>
            }
        })
        .collect::<Vec<_>>();
    view! { <div class="seg" role="group" aria-label="工作表">{buttons}</div> }.into_any()
}
