//! 各行: every batch of the sheet with how it stands, and beside it the cells of the open one.

use std::sync::Arc;

use leptos::{ev, prelude::*};
use shared::{
    import::{Fault, Field, Finding},
    words::Word as _,
};
use wasm_bindgen::JsCast;

use super::{one_row, work::Work};
use crate::{
    components::{
        status::{Look, status},
        window::Sight,
    },
    model::import::{ImportRow, Shown, Standing},
    words::people,
};

/// Heads of the table with the class that gives the width.
const COLUMNS: [(&str, &str); 10] = [
    ("行", "w-row"),
    ("状态", "w-standing"),
    ("企业名称", "w-name"),
    ("产品", "w-product"),
    ("规格型号", "w-model"),
    ("抽样", "w-day"),
    ("报告编号", "w-report"),
    ("判定", "w-finding"),
    ("不合格项目", "w-items"),
    ("承办", "w-bureau"),
];

type Rows = Arc<Vec<Arc<ImportRow>>>;

pub(super) fn rows(work: Work) -> AnyView {
    let shown = RwSignal::new(Shown::All);
    let tally = Memo::new(move |_| work.checked.with(|checked| checked.tally));
    // What is shown goes back to all when the last of its sort is mended.
    let now_shown = Memo::new(move |_| match shown.get() {
        asked if asked.count(&tally.get()) > 0 => asked,
        _ => Shown::All,
    });
    let found: Memo<Rows> = Memo::new_with_compare(
        move |_| {
            let shown = now_shown.get();
            work.checked.with(|checked| match shown {
                Shown::All => checked.rows.clone(),
                _ => Arc::new(
                    checked
                        .rows
                        .iter()
                        .filter(|row| shown.lets_through(row))
                        .cloned()
                        .collect(),
                ),
            })
        },
        |_, _| true,
    );
    view! {
        <section class="part import__rows" aria-labelledby="rows">
            <h2 id="rows">
                "各行"
                {move || work.checking.get().map(|done| view! { <span class="num" role="status">{format!("正在核对，已 {done} 行")}</span> })}
                {move || asides(work)}
                <span class="push"></span>
                {move || filters(shown, now_shown.get(), tally.get())}
            </h2>
            <div class="import__split" class:is-open=move || work.open.get().is_some()>
                {grid(work, found)}
                {move || work.open.get().map(|row| one_row::one_row(work, row))}
            </div>
        </section>
    }
    .into_any()
}

fn filters(
    shown: RwSignal<Shown>,
    now_shown: Shown,
    tally: crate::model::import::Tally,
) -> AnyView {
    let buttons = Shown::EVERY
        .into_iter()
        .filter(|sort| *sort == Shown::All || sort.count(&tally) > 0)
        .map(|sort| {
            let pressed = if sort == now_shown { "true" } else { "false" };
            view! {
                <button type="button" aria-pressed=pressed on:click=move |_| shown.set(sort)>
                    {sort.word()}
                    <span class="num">{sort.count(&tally)}</span>
                </button>
            }
        })
        .collect::<Vec<_>>();
    view! { <div class="seg" role="group" aria-label="看哪些行">{buttons}</div> }.into_any()
}

/// Rows that are no batch are passed over, and said.
fn asides(work: Work) -> Option<AnyView> {
    const NAMED: usize = 3;
    let asides = work.checked.with(|checked| checked.asides.clone());
    if asides.is_empty() {
        return None;
    }
    let named: Vec<String> = asides
        .iter()
        .take(NAMED)
        .map(|(row, text)| {
            format!(
                "{}（{}）",
                row + 1,
                text.chars().take(10).collect::<String>()
            )
        })
        .collect();
    let more = if asides.len() > NAMED { "等" } else { "" };
    let said = format!("第 {} {more}行不是批次，跳过", named.join("、"));
    Some(view! { <span class="num">{said}</span> }.into_any())
}

fn grid(work: Work, found: Memo<Rows>) -> AnyView {
    let sight = Sight::of(Signal::derive(move || found.with(|found| found.len())));
    let drawn = move || {
        let window = sight.window.get();
        found.with(|found| {
            let rows = window.slice(found).iter().cloned();
            rows.enumerate()
                .map(|(at, row)| (window.first + at, row))
                .collect::<Vec<_>>()
        })
    };
    let heads = COLUMNS
        .into_iter()
        .map(|(word, _)| view! { <th scope="col">{word}</th> })
        .collect::<Vec<_>>();
    view! {
        <div class="ledger__box import__box" node_ref=sight.the_box on:scroll=move |_| sight.measure()>
            <table class="grid import__grid" aria-label="表中各行" aria-rowcount=move || found.with(|found| found.len() + 1)>
                <colgroup>
                    <col class="w-tick" />
                    {COLUMNS.into_iter().map(|(_, width)| view! { <col class=width /> }).collect::<Vec<_>>()}
                </colgroup>
                <thead>
                    <tr aria-rowindex="1">
                        <th scope="col"><span class="vh">"导入"</span></th>
                        {heads}
                    </tr>
                </thead>
                <tbody>
                    <tr class="grid__rest" aria-hidden="true"><td style:height=move || sight.above()></td></tr>
                    <For
                        each=drawn
                        key=|(at, row)| (*at, Arc::as_ptr(row))
                        children=move |(at, row)| row_view(work, at, &row)
                    />
                    <tr class="grid__rest" aria-hidden="true"><td style:height=move || sight.below()></td></tr>
                </tbody>
            </table>
        </div>
    }
    .into_any()
}

fn row_view(work: Work, at: usize, row: &ImportRow) -> AnyView {
    let proposed = &row.proposed;
    let (index, case) = (proposed.row, &proposed.case);
    let is_open = move || work.open.get() == Some(index);
    let open = move |event: ev::MouseEvent| {
        // The tick is its own.
        let on_tick = event
            .target()
            .and_then(|target| target.dyn_into::<web_sys::Element>().ok())
            .is_some_and(|element| element.tag_name() == "INPUT");
        if !on_tick {
            work.open.set((!untrack(is_open)).then_some(index));
        }
    };
    let product = &case.product;
    let sampled = product
        .other
        .get("sampled_on")
        .and_then(|day| day.as_str())
        .unwrap_or_default();
    let texts = [
        case.enterprise.name.clone(),
        product.name.clone(),
        product.model.clone(),
        sampled.to_owned(),
        case.report_number.clone(),
        finding(proposed.finding).to_owned(),
        case.failed_items.join("、"),
    ];
    let faulty = faulty_cells(row);
    let cells = texts
        .into_iter()
        .enumerate()
        .map(|(cell, text)| {
            let title = text.clone();
            view! { <td class:is-fault=faulty[cell] title=title>{text}</td> }
        })
        .collect::<Vec<_>>();
    let bureau = people::bureau_name(&case.handling_bureau);
    view! {
        <tr
            id=format!("import-{index}")
            aria-rowindex=at + 2
            class:is-bad=!row.can_be_taken()
            aria-selected=move || if is_open() { "true" } else { "false" }
            on:click=open
        >
            <td>{tick(work, row)}</td>
            <td class="num">
                <button type="button" class="link" aria-label=format!("看第 {} 行", index + 1)>
                    {index + 1}
                </button>
            </td>
            <td>{standing(row)}</td>
            {cells}
            <td class:muted=case.handling_bureau.is_empty() class:is-fault=faulty[7]>{bureau}</td>
        </tr>
    }
    .into_any()
}

fn tick(work: Work, row: &ImportRow) -> AnyView {
    let index = row.proposed.row;
    let is_known = matches!(row.standing, Standing::Known(_));
    let can_be_taken = row.can_be_taken();
    // What is in the ledger is only taken to bring it up to the sheet.
    let is_offered = Memo::new(move |_| {
        let updates = work
            .desk
            .with(|desk| desk.as_ref().is_some_and(|desk| desk.updates));
        can_be_taken && (!is_known || updates)
    });
    let is_left_out = Memo::new(move |_| {
        work.desk.with(|desk| {
            desk.as_ref()
                .is_some_and(|desk| desk.left_out.contains(&index))
        })
    });
    let change = move |_| {
        work.change(|desk| {
            if !desk.left_out.remove(&index) {
                desk.left_out.insert(index);
            }
        });
    };
    view! {
        <input
            type="checkbox"
            class="tick"
            aria-label=format!("导入第 {} 行", index + 1)
            prop:checked=move || is_offered.get() && !is_left_out.get()
            disabled=move || !is_offered.get()
            on:change=change
        />
    }
    .into_any()
}

/// How a row stands: shape, word, colour.
pub(super) fn standing(row: &ImportRow) -> AnyView {
    let problems = row.proposed.problems.len() + usize::from(row.resembles.is_some());
    match &row.standing {
        Standing::Faulty => {
            let errors = row
                .proposed
                .problems
                .iter()
                .filter(|problem| problem.fault.is_error())
                .count();
            status(Look::Overdue, format!("有错 {errors}"))
        }
        Standing::NotPermitted(refusal) => status(Look::Lapsed, refusal.word()),
        Standing::Known(news) if news.is_none() => status(Look::Waived, "已有，相同"),
        Standing::Known(_) => status(Look::Waived, "已有，有更新"),
        Standing::New if problems > 0 => status(Look::Soon, format!("新，核对 {problems}")),
        Standing::New => status(Look::Later, "新"),
    }
}

fn finding(finding: Finding) -> &'static str {
    match finding {
        Finding::Conforming => "合格",
        Finding::Nonconforming => "不合格",
        Finding::Refused => "拒检",
        Finding::None => "未知",
    }
}

/// Which of the shown cells have a problem: enterprise, product, model, day, report, finding,
/// items, bureau.
fn faulty_cells(row: &ImportRow) -> [bool; 8] {
    let mut faulty = [false; 8];
    for problem in &row.proposed.problems {
        let cell = match (&problem.fault, problem.field) {
            (Fault::ForwardedToNobody | Fault::Disagrees { .. }, _) => Some(7),
            (_, Some(Field::Enterprise | Field::Code)) => Some(0),
            (_, Some(Field::Product)) => Some(1),
            (_, Some(Field::Model)) => Some(2),
            (_, Some(Field::SampledOn)) => Some(3),
            (_, Some(Field::ReportNumber)) => Some(4),
            (_, Some(Field::Verdict)) => Some(5),
            (_, Some(Field::FailedItems)) => Some(6),
            (_, Some(Field::District | Field::Address)) => Some(7),
            _ => None,
        };
        if let Some(cell) = cell {
            faulty[cell] = true;
        }
    }
    faulty
}
