//! 核查记录: the visit on paper, A4, black on white.

use leptos::prelude::*;
use shared::{
    visit::{QUESTIONS, Signer, Step, Visit},
    words::Word,
};

use super::photos;
use crate::{
    components::picture::{picture, shot},
    model::duty::number_of,
    session::LedgerCase,
    words::{day::weekday_in_full, people},
};

/// The record of a visit, under way or done.
pub(super) fn sheet(case: &LedgerCase, visit: &Visit) -> AnyView {
    let head = &case.file.case;
    let product = [
        &head.product.name,
        &head.product.brand,
        &head.product.model,
        &head.product.batch,
    ]
    .into_iter()
    .filter(|part| !part.is_empty())
    .cloned()
    .collect::<Vec<_>>()
    .join(" ");
    let present = if visit.present.post.is_empty() {
        visit.present.name.clone()
    } else {
        format!("{}（{}）", visit.present.name, visit.present.post)
    };
    let officers = visit
        .officers
        .iter()
        .map(|it| format!("{}（执法证 {}）", it.name, it.certificate))
        .collect::<Vec<_>>()
        .join("、");
    let facts = [
        ("企业", head.enterprise.name.clone()),
        ("案号", number_of(case)),
        ("产品", product),
        ("不合格项目", head.failed_items.join("、")),
        (
            "核查日期",
            format!("{} {}", visit.on, weekday_in_full(visit.on)),
        ),
        ("核查单位", people::bureau_name(case.file.handling_bureau())),
        ("核查人员", officers),
        ("在场人员", present),
    ];
    let facts = facts
        .into_iter()
        .filter(|(_, value)| !value.is_empty())
        .map(|(name, value)| row(name, value, None))
        .collect::<Vec<_>>();
    let found = QUESTIONS
        .iter()
        .filter(|question| visit.steps().contains(&question.step))
        // Visits of before samples were asked about say nothing of them.
        .filter(|question| question.step != Step::Sampling || visit.chosen(question.step).is_some())
        .map(|question| {
            let answer = visit.chosen(question.step).map_or("未填", |it| it.title);
            row(
                question.step.title(),
                answer.to_owned(),
                remark(visit, question.step),
            )
        })
        .collect::<Vec<_>>();
    let sampled = visit.commission.as_ref().filter(|_| visit.takes_samples());
    let sampled = sampled.map(|it| {
        let due = it.due.map(|day| day.to_string()).unwrap_or_default();
        let product = (!it.product.is_empty()).then(|| format!("样品：{}", it.product));
        let compelled = if it.compelled { "强制复查，" } else { "" };
        let words = format!("{compelled}{}，{due} 前完成", it.body);
        row("委托复查", words, product)
    });
    let others = [Step::Officers, Step::Present]
        .into_iter()
        .filter_map(|step| Some(row(step.title(), remark(visit, step)?, None)))
        .collect::<Vec<_>>();
    let result = visit.outcome().map_or("未得出", |outcome| outcome.word());
    view! {
        <article class="paper">
            <h1>"整改情况现场核查记录"</h1>
            <dl>{facts}</dl>
            <h2>"核查情况"</h2>
            <dl>
                {found}
                {sampled}
                {others}
            </dl>
            <h2>"核查结果"</h2>
            <dl>{row("结果", result.to_owned(), remark(visit, Step::Conclusion))}</dl>
            {signatures(visit)}
            {taken(visit)}
        </article>
    }
    .into_any()
}

fn remark(visit: &Visit, step: Step) -> Option<String> {
    let text = visit.remark(step);
    (!text.is_empty()).then(|| text.to_owned())
}

fn row(name: &'static str, value: String, more: Option<String>) -> AnyView {
    view! {
        <div>
            <dt>{name}</dt>
            <dd>{value}{more.map(|more| view! { <p>{more}</p> })}</dd>
        </div>
    }
    .into_any()
}

fn signatures(visit: &Visit) -> AnyView {
    let one = |signer: Signer| {
        let title = match signer {
            Signer::First | Signer::Second => "核查人员",
            Signer::Enterprise => "企业在场负责人",
            Signer::Witness => "见证人",
        };
        let drawn = visit
            .signatures
            .get(&signer)
            .map(|it| picture(&it.attachment));
        let name = visit.name_of(signer).to_owned();
        view! {
            <div class="paper__sign">
                <p>{format!("{title}：{name}")}</p>
                <div>{drawn}</div>
                <p class="num">{visit.on.to_string()}</p>
            </div>
        }
    };
    let all = visit.signers().map(one);
    let refused = visit.refusal.as_ref().map(|it| {
        let (reason, name) = (it.reason.clone(), visit.present.name.clone());
        view! { <p class="paper__refused">{format!("{name} 拒绝签字，理由：{reason}")}</p> }
    });
    view! {
        <h2>"签字"</h2>
        {refused}
        <div class="paper__signs">{all.into_iter().collect::<Vec<_>>()}</div>
    }
    .into_any()
}

fn taken(visit: &Visit) -> Option<AnyView> {
    if visit.photos.is_empty() {
        return None;
    }
    let shots = visit
        .photos
        .iter()
        .map(|photo| shot(&photo.attachment, photo.place.map(photos::at).into_any()))
        .collect::<Vec<_>>();
    Some(
        view! {
            <h2>{format!("照片（{} 张）", visit.photos.len())}</h2>
            <div class="shots">{shots}</div>
        }
        .into_any(),
    )
}
