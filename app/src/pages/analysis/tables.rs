//! The tables behind the charts.

use leptos::prelude::*;
use shared::{
    analysis::{Office, Rate, Repeated, Step},
    words,
};

use crate::{
    components::{
        status::{Look, status},
        table::Table,
    },
    model::analysis as model,
};

pub(super) fn rates(of: &'static str, rates: &[Rate], name: fn(&str) -> String) -> AnyView {
    let rows = rates
        .iter()
        .map(|rate| {
            view! {
                <tr>
                    <td>{name(&rate.name)}</td>
                    <td class="num">{rate.batches}</td>
                    <td class="num">{rate.failing}</td>
                    <td class="num">{model::percent(rate)}</td>
                </tr>
            }
            .into_any()
        })
        .collect::<Vec<_>>();
    view! { <Table heads=[of, "批次", "不合格", "不合格率"]>{rows}</Table> }.into_any()
}

pub(super) fn steps(steps: &[Step]) -> AnyView {
    let rows = steps
        .iter()
        .map(|step| {
            let unit = model::unit(step.unit);
            let days = |days: i32| format!("{days} {unit}");
            view! {
                <tr>
                    <td>{step.rule.title}</td>
                    <td>{words::article(step.rule.article)}</td>
                    <td class="num">{step.done}</td>
                    <td class="num">{step.late}</td>
                    <td class="num">{days(step.median_days)}</td>
                    <td class="num">{days(step.ninetieth_days)}</td>
                    <td class="num">{step.limit_days.map_or_else(|| "未定或文书指定".to_owned(), days)}</td>
                </tr>
            }
            .into_any()
        })
        .collect::<Vec<_>>();
    view! { <Table heads=["事项", "条款", "已办", "逾期办理", "中位用时", "九成以内", "期限"]>{rows}</Table> }.into_any()
}

pub(super) fn offices(offices: &[Office]) -> AnyView {
    let rows = offices
        .iter()
        .map(|office| {
            let overdue = if office.overdue > 0 {
                status(Look::Overdue, office.overdue.to_string())
            } else {
                office.overdue.into_any()
            };
            view! {
                <tr>
                    <td>{model::office(office)}</td>
                    <td class="num">{overdue}</td>
                    <td class="num">{office.open}</td>
                    <td class="num">{office.late}</td>
                    <td class="num">{office.met}</td>
                </tr>
            }
            .into_any()
        })
        .collect::<Vec<_>>();
    view! { <Table heads=["单位", "逾期未办", "未到期", "逾期办理", "按期办理"]>{rows}</Table> }
        .into_any()
}

pub(super) fn repeated(repeated: &[Repeated]) -> AnyView {
    if repeated.is_empty() {
        return view! { <p>"没有。"</p> }.into_any();
    }
    let rows = repeated
        .iter()
        .map(|who| {
            view! {
                <tr>
                    <td class="wrap">{who.enterprise.clone()}</td>
                    <td class="num">{who.organisation.clone()}</td>
                    <td class="wrap">{who.kinds.join("、")}</td>
                    <td class="wrap">{model::periods(&who.failed)}</td>
                    <td class="num">{format!("{} / {}", who.failed.len(), who.checked)}</td>
                </tr>
            }
            .into_any()
        })
        .collect::<Vec<_>>();
    view! { <Table heads=["企业", "机构代码", "不合格产品", "不合格的抽查", "不合格 / 抽查期次"]>{rows}</Table> }.into_any()
}
