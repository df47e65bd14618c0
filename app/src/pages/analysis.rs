//! 分析: rates, times against limits, what is overdue where, and who failed again.

mod tables;

use std::{collections::BTreeSet, sync::Arc};

use leptos::{ev, prelude::*};
use shared::{
    analysis::{Analysis, Filter, Rate, analyse, result_month},
    announcement::Quarter,
    bureau,
    span::Span,
};

use crate::{
    components::{
        chart::{Bar, Chart, chart},
        download,
        messages::{Message, Messages},
    },
    model::analysis as model,
    session::Session,
};

/// Bars of a rate that are drawn; the table has the rest.
const MAXIMUM_BARS: usize = 20;

/// The page.
#[component]
pub(crate) fn AnalysisPage() -> impl IntoView {
    let session = Session::use_in();
    let filter = RwSignal::new(Filter::default());
    let found = Memo::new_with_compare(
        move |_| Arc::new(analysed(session, &filter.get())),
        |_, _| true,
    );
    let tally = move || {
        let total = found.get().total.clone();
        view! {
            <span>"批次"<b class="num">{total.batches}</b></span>
            <span>"不合格"<b class="num">{total.failing}</b></span>
            <span>"不合格率"<b class="num">{model::percent(&total)}</b></span>
        }
    };
    let messages = Messages::use_in();
    let export = move |_| {
        let filter = filter.get_untracked();
        let name = match filter.first.or(filter.last) {
            Some(_) => format!("分析 {}.csv", model::period(&filter)),
            None => format!("分析 {}.csv", session.today().get_untracked()),
        };
        let sheet = model::csv(&found.get_untracked(), &filter);
        if download::csv(&sheet, &name).is_err() {
            messages.say(
                Message::bad("浏览器没有存下文件").more("数字都还在页面上，可以打印或再试一次。"),
            );
        }
    };
    let print = move |_| {
        // Nothing is lost where a browser refuses: its own menu prints too.
        let _ = window().print();
    };
    view! {
        <main class="page analysis" id="main" tabindex="-1">
            <div class="page__head">
                <h1>"分析"</h1>
                <p class="tally" role="status">{tally}</p>
                <p class="print-only">{move || chosen(&filter.get())}</p>
                <div class="acts push">
                    <button type="button" class="btn" on:click=print>"打印"</button>
                    <button type="button" class="btn" on:click=export>"导出 CSV"</button>
                </div>
            </div>
            {filters(session, filter)}
            <div class="analysis__charts">
                {move || shown(&found.get())}
            </div>
        </main>
    }
}

/// What the page shows, on paper: the period, and what else was chosen.
fn chosen(filter: &Filter) -> String {
    let kind = filter.kind.as_deref().map(model::named);
    let district = filter.district.as_deref().map(model::district);
    let body = filter.body.as_deref().map(model::named);
    let all: Vec<String> = [Some(model::period(filter)), kind, district, body]
        .into_iter()
        .flatten()
        .collect();
    all.join("，")
}

fn analysed(session: Session, filter: &Filter) -> Analysis {
    let cases = session.cases().get();
    let calendar = session.calendar().get();
    let assessments: Vec<_> = cases.iter().map(|case| session.assessment(case)).collect();
    let ledger = cases.iter().zip(&assessments);
    analyse(
        ledger.map(|(case, assessment)| (&*case.file, &**assessment)),
        &calendar,
        filter,
    )
}

fn shown(found: &Analysis) -> AnyView {
    if found.total.batches == 0 && found.steps.is_empty() {
        return view! {
            <div class="empty">
                <b>"没有可以分析的案件"</b>
                <p>"导入检验结果后再来，或放宽上面的条件。"</p>
            </div>
        }
        .into_any();
    }
    let overdue: Vec<Bar> = found
        .offices
        .iter()
        .filter(|office| office.overdue > 0)
        .map(model::office_bar)
        .collect();
    let overdue = Chart {
        id: "offices",
        title: "各单位逾期未办",
        unit: "项",
        note: "",
        bars: overdue,
    };
    let steps = Chart {
        id: "steps",
        title: "各步用时与期限",
        unit: "日",
        note: "前段到中位，全长到九成，竖线是期限；限期为工作日的按工作日计。",
        bars: found.steps.iter().map(model::step_bar).collect(),
    };
    view! {
        {rates("kinds", "各类产品不合格率", "产品种类", &found.kinds, model::named)}
        {rates("districts", "各生产地不合格率", "生产地", &found.districts, model::district)}
        {rates("quarters", "各季度不合格率", "季度", &found.quarters, model::quarter)}
        {rates("months", "各月不合格率", "月", &found.months, model::span)}
        {rates("bodies", "各检验机构检出不合格率", "检验机构", &found.bodies, model::named)}
        {figure(steps, tables::steps(&found.steps))}
        {figure(overdue, tables::offices(&found.offices))}
        <section class="part analysis__wide" aria-labelledby="repeated">
            <h2 id="repeated">"多次监督抽查不合格的企业 "<span class="num">{found.repeated.len()}</span></h2>
            {tables::repeated(&found.repeated)}
        </section>
    }
    .into_any()
}

/// A chart with its heading, and the table behind it.
fn figure(drawn: Chart, table: AnyView) -> AnyView {
    let Chart {
        id, title, bars, ..
    } = &drawn;
    let (id, title, count) = (*id, *title, bars.len());
    let chart = if count == 0 {
        view! { <p>"没有。"</p> }.into_any()
    } else {
        chart(drawn)
    };
    view! {
        <section class="part" aria-labelledby=format!("{id}-title")>
            <h2 id=format!("{id}-title")>{title}</h2>
            {chart}
            <details class="fold analysis__table">
                <summary>"数据表"</summary>
                {table}
            </details>
        </section>
    }
    .into_any()
}

/// Rates by one property: the kinds and places with the most batches are drawn.
fn rates(
    id: &'static str,
    title: &'static str,
    of: &'static str,
    rates: &[Rate],
    name: fn(&str) -> String,
) -> AnyView {
    let bars = rates
        .iter()
        .take(MAXIMUM_BARS)
        .map(|rate| model::rate_bar(rate, name(&rate.name)))
        .collect();
    let note = if rates.len() > MAXIMUM_BARS {
        "批次最多的 20 项；其余见数据表。"
    } else {
        ""
    };
    let drawn = Chart {
        id,
        title,
        unit: "%",
        note,
        bars,
    };
    figure(drawn, tables::rates(of, rates, name))
}

/// What the filters can be set to, as the ledger has it.
#[derive(Clone, PartialEq, Default)]
struct Choices {
    spans: BTreeSet<Span>,
    kinds: BTreeSet<String>,
    districts: BTreeSet<String>,
    bodies: BTreeSet<String>,
}

fn choices(session: Session) -> Choices {
    let mut choices = Choices::default();
    let today = session.today().get();
    for case in session.cases().get().iter() {
        let head = &case.file.case;
        let quarter = Quarter::of(&head.spot_check);
        let year = quarter.map(|quarter| Span::Year(quarter.year));
        let month = result_month(&case.file, today);
        let spans = [year, quarter.map(Span::Quarter), month];
        choices.spans.extend(spans.into_iter().flatten());
        let mut add = |to: fn(&mut Choices) -> &mut BTreeSet<String>, value: &str| {
            let known = to(&mut choices);
            if !value.is_empty() && !known.contains(value) {
                known.insert(value.to_owned());
            }
        };
        add(|it| &mut it.kinds, &head.product.kind);
        add(|it| &mut it.bodies, &head.inspection_body);
        let code = head.enterprise.production_district.as_str();
        let code = bureau::by_code(code).map_or(code, |bureau| bureau.district);
        add(|it| &mut it.districts, code);
    }
    choices
}

fn filters(session: Session, filter: RwSignal<Filter>) -> AnyView {
    let choices = Memo::new(move |_| choices(session));
    let of = move |list: fn(&Choices) -> &BTreeSet<String>, name: fn(&str) -> String| {
        choices.with(|choices| {
            list(choices)
                .iter()
                .map(|value| (value.clone(), name(value)))
                .collect::<Vec<_>>()
        })
    };
    view! {
        <div class="tools">
            {period("first", "从", choices, filter, |filter| (&mut filter.first, &mut filter.last))}
            {period("last", "至", choices, filter, |filter| (&mut filter.last, &mut filter.first))}
            {select("kind", "产品种类", Signal::derive(move || of(|it| &it.kinds, model::named)), move |value| filter.update(|filter| filter.kind = value))}
            {select("district", "生产地", Signal::derive(move || of(|it| &it.districts, model::district)), move |value| filter.update(|filter| filter.district = value))}
            {select("body", "检验机构", Signal::derive(move || of(|it| &it.bodies, model::named)), move |value| filter.update(|filter| filter.body = value))}
        </div>
    }
    .into_any()
}

/// The end of a period that is chosen, and the other end.
type Ends = fn(&mut Filter) -> (&mut Option<Span>, &mut Option<Span>);

/// One end of the period: a year, a quarter or a month. Both ends are of one sort.
fn period(
    id: &'static str,
    label: &'static str,
    choices: Memo<Choices>,
    filter: RwSignal<Filter>,
    ends: Ends,
) -> AnyView {
    let change = move |event: ev::Targeted<ev::Event, web_sys::HtmlSelectElement>| {
        let chosen: Option<Span> = event.target().value().parse().ok();
        filter.update(|filter| {
            let (own, other) = ends(filter);
            *own = chosen;
            *other = other.filter(|other| chosen.is_none_or(|chosen| chosen.is_like(other)));
        });
    };
    let now = move || filter.with(|filter| *ends(&mut filter.clone()).0);
    let groups = move || {
        let now = now();
        let spans = choices.with(|choices| choices.spans.clone());
        let group = |label: &'static str, of: fn(&Span) -> bool| {
            let of_group = spans.iter().filter(|span| of(span));
            let options = of_group
                .map(|span| {
                    let chosen = now == Some(*span);
                    view! { <option value=span.to_string() selected=chosen>{span.word()}</option> }
                })
                .collect::<Vec<_>>();
            view! { <optgroup label=label>{options}</optgroup> }
        };
        view! {
            <option value="" selected=now.is_none()>"全部"</option>
            {group("年", |span| matches!(span, Span::Year(_)))}
            {group("季度", |span| matches!(span, Span::Quarter(_)))}
            {group("月", |span| matches!(span, Span::Month { .. }))}
        }
    };
    view! {
        <div class="condition">
            <label for=id>{label}</label>
            <select class="input" id=id on:change:target=change>{groups}</select>
        </div>
    }
    .into_any()
}

/// One condition; empty lets all through.
fn select(
    id: &'static str,
    label: &'static str,
    options: Signal<Vec<(String, String)>>,
    choose: impl Fn(Option<String>) + 'static,
) -> AnyView {
    let change = move |event: ev::Targeted<ev::Event, web_sys::HtmlSelectElement>| {
        let value = event.target().value();
        choose((!value.is_empty()).then_some(value));
    };
    let options = move || {
        options
            .get()
            .into_iter()
            .map(|(value, word)| view! { <option value=value>{word}</option> })
            .collect::<Vec<_>>()
    };
    view! {
        <div class="condition">
            <label for=id>{label}</label>
            <select class="input" id=id on:change:target=change>
                <option value="">"全部"</option>
                {options}
            </select>
        </div>
    }
    .into_any()
}
