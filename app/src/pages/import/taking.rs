//! What is taken into the ledger, and what came of it.

use leptos::prelude::*;
use shared::import::kept_back;

use super::{
    counted,
    work::{Outcome, Stage, Work},
};
use crate::components::{
    download,
    status::{Look, status},
};

/// What is done with the rows, always in sight.
pub(super) fn bar(work: Work) -> AnyView {
    let chosen = Memo::new_with_compare(move |_| work.chosen(), |_, _| true);
    let count = move || chosen.with(Vec::len);
    let taking = Memo::new(move |_| {
        work.stage.with(|stage| match stage {
            Stage::Taking { done, of } => Some((*done, *of)),
            _ => None,
        })
    });
    let tally = Memo::new(move |_| work.checked.with(|checked| checked.tally));
    view! {
        <div class="take">
            {move || match taking.get() {
                Some((done, of)) => view! {
                    <p role="status" class="num">{format!("正在写入本机，{done} / {of}")}</p>
                    <progress class="progress take__progress" max=of value=done aria-label="写入"></progress>
                }.into_any(),
                None => view! {
                    <button
                        type="button"
                        class="btn btn--main"
                        disabled=move || count() == 0 || !work.is_settled()
                        on:click=move |_| work.take(chosen.get_untracked())
                    >
                        {move || format!("导入 {} 批", count())}
                    </button>
                    {move || known(work, tally.get().known)}
                    {move || faulty(work, tally.get().faulty)}
                }.into_any(),
            }}
        </div>
    }
    .into_any()
}

/// What becomes of batches that are in the ledger.
fn known(work: Work, count: usize) -> Option<AnyView> {
    let updates = Memo::new(move |_| {
        work.desk
            .with(|desk| desk.as_ref().is_some_and(|desk| desk.updates))
    });
    let choice = move |value: bool, word: &'static str| {
        view! {
            <button
                type="button"
                aria-pressed=move || if updates.get() == value { "true" } else { "false" }
                on:click=move |_| work.change(|desk| desk.updates = value)
            >
                {word}
            </button>
        }
    };
    (count > 0).then(|| {
        view! {
            <span class="take__part">
                <span class="num">{format!("已在台账 {count} 批")}</span>
                <span class="seg" role="group" aria-label="已在台账的批次">
                    {choice(false, "跳过")}
                    {choice(true, "按表更新")}
                </span>
            </span>
        }
        .into_any()
    })
}

/// What becomes of rows that cannot be taken.
fn faulty(work: Work, count: usize) -> Option<AnyView> {
    (count > 0).then(|| {
        view! {
            <span class="take__part">
                {status(Look::Overdue, format!("{count} 行有错，不导入"))}
                <button type="button" class="btn" on:click=move |_| download_bad(work)>
                    "另存有错的行"
                </button>
            </span>
        }
        .into_any()
    })
}

/// What came of it.
pub(super) fn taken(work: Work) -> AnyView {
    let Stage::Taken(outcome) = work.stage.get_untracked() else {
        return ().into_any();
    };
    let Outcome {
        new,
        updated,
        skipped,
        kept_back,
    } = outcome;
    let counts = [
        (new, Look::Done, "批新立案"),
        (updated, Look::Done, "批已在台账，按表更新"),
        (skipped, Look::Waived, "批没有导入：已在台账，或您没有选"),
        (kept_back, Look::Overdue, "行有错，没有导入"),
    ];
    let lines = counted(&counts);
    let file = work
        .desk
        .with_untracked(|desk| desk.as_ref().map(|desk| desk.file.clone()));
    let bad = (kept_back > 0).then(|| {
        view! {
            <button type="button" class="btn" on:click=move |_| download_bad(work)>
                "另存有错的行"
            </button>
        }
    });
    view! {
        <div class="page__head">
            <h1>"导入"</h1>
            <p class="tally"><span class="import__file">{file}</span></p>
        </div>
        <section class="part" aria-labelledby="taken">
            <h2 id="taken">"导入完毕"</h2>
            <ul class="import__outcome" role="status">{lines}</ul>
            <p>"都已存本机；联网时自动发出，不必等。"</p>
            <div class="part__acts">
                <a class="btn btn--main" href="/ledger">"看台账"</a>
                {bad}
                <button type="button" class="btn" on:click=move |_| work.clear()>
                    "再导一份"
                </button>
            </div>
        </section>
    }
    .into_any()
}

/// Hands the rows with errors to the officer as a .csv to mend.
fn download_bad(work: Work) {
    let Some(desk) = work.desk.get_untracked() else {
        return;
    };
    let Some(mapping) = &desk.mapping else { return };
    let text = work.checked.with_untracked(|checked| {
        let bad = checked
            .rows
            .iter()
            .filter(|row| !row.can_be_taken())
            .map(|row| &row.proposed);
        kept_back(desk.sheet(), mapping, bad)
    });
    let stem = desk
        .file
        .rsplit_once('.')
        .map_or(desk.file.as_str(), |(stem, _)| stem);
    // Nothing is lost where a browser refuses: the rows are still on the screen.
    let _ = download::csv(&text, &format!("{stem} 要改的行.csv"));
}
