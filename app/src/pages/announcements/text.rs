//! The draft: its text and its annex, from the ledger alone; with the events behind every row.

use std::collections::BTreeSet;

use leptos::prelude::*;
use shared::{
    announcement::{Draft, Figures, Listed, Quarter, Reason, draft},
    edition::Edition,
    explain::of_finding,
    words,
};

use super::Assessed;
use crate::{components::table::Table, model::duty::number_of};

pub(super) fn draft_view(found: &Figures, quarter: Quarter, cases: &Assessed) -> AnyView {
    let print = move |_| {
        // Nothing is lost where a browser refuses: its own menu prints too.
        let _ = window().print();
    };
    let Draft {
        title,
        checked,
        clean,
        failing,
        handled,
    } = draft(found, quarter);
    let failing = failing
        .into_iter()
        .map(|words| view! { <li>{words}</li> })
        .collect::<Vec<_>>();
    let annex = annex(&found.annex, cases);
    view! {
        <section class="part announce__draft" aria-labelledby="draft">
            <h2 id="draft">
                "公告草案"
                <span class="part__note">"由台账算出，未经审批，不得发布（第二十二条）"</span>
                <button type="button" class="btn push" on:click=print>"打印"</button>
            </h2>
            <article class="announce__text">
                <h3>{title}</h3>
                <p>{checked}</p>
                {clean.map(|words| view! { <p>{words}</p> })}
                {(!failing.is_empty()).then(|| view! { <ul>{failing}</ul> })}
                <p>{handled}</p>
            </article>
            {annex}
        </section>
    }
    .into_any()
}

fn annex(rows: &[Listed], cases: &Assessed) -> AnyView {
    if rows.is_empty() {
        return ().into_any();
    }
    let rows = rows
        .iter()
        .enumerate()
        .map(|(index, row)| {
            view! {
                <tr>
                    <td class="num">{index + 1}</td>
                    <td class="wrap">{row.enterprise.clone()}</td>
                    <td class="wrap">{row.product.clone()}</td>
                    <td class="announce__short">{row.brand.clone()}</td>
                    <td class="announce__short">{row.model.clone()}</td>
                    <td class="announce__short">{row.batch.clone()}</td>
                    <td class="wrap">{row.failed_items.join("、")}</td>
                    <td class="wrap announce__why">{clauses(row)}{row.reasons.iter().map(|reason| because(reason, cases)).collect::<Vec<_>>()}</td>
                </tr>
            }
        })
        .collect::<Vec<_>>();
    view! {
        <h3 class="announce__annex">"附表：应当公布的企业和产品"</h3>
        <Table heads=["序号", "企业名称", "产品名称", "商标", "规格型号", "生产日期/批号", "不合格项目", "列入依据"]>{rows}</Table>
    }
    .into_any()
}

/// 第二十四条（三）5、8
fn clauses(row: &Listed) -> String {
    let numbers: Vec<String> = row.categories.iter().map(u8::to_string).collect();
    let mut clauses = Vec::new();
    if !numbers.is_empty() {
        clauses.push(format!(
            "{}（三）{}",
            words::article(24),
            numbers.join("、")
        ));
    }
    if row
        .reasons
        .iter()
        .any(|reason| !reason.failed_reinspections.is_empty())
    {
        clauses.push(words::article(20));
    }
    clauses.join("；")
}

/// The case, and the events that the row rests on.
fn because(reason: &Reason, cases: &Assessed) -> AnyView {
    let Some((case, assessment)) = cases.get(reason.case) else {
        return ().into_any();
    };
    let edition: Option<&Edition> = assessment.edition;
    let found = reason.findings.iter().filter_map(|finding| {
        let edition = edition?;
        Some(of_finding(finding, &case.file, edition).sentence)
    });
    let failed: BTreeSet<String> = reason
        .failed_reinspections
        .iter()
        .filter_map(|position| case.file.events.get(*position))
        .map(|event| format!("复查不合格：{} {}。", event.on, words::told(event)))
        .collect();
    let sentences: Vec<String> = found.chain(failed).collect();
    view! {
        <span class="announce__because">
            <a href=format!("/cases/{}", case.id)>{number_of(case)}</a>
            {sentences.join("")}
        </span>
    }
    .into_any()
}
