//! 表里没有的: what the sheet leaves open, asked once for all its rows.

use leptos::{ev, prelude::*};
use shared::{
    Day,
    bureau::BUREAUS,
    import::{Answers, Period, Question},
};
use web_sys::{HtmlInputElement, HtmlSelectElement};

use super::work::Work;
use crate::components::status::{Look, status};

type Typed = ev::Targeted<ev::Event, HtmlInputElement>;
type Selected = ev::Targeted<ev::Event, HtmlSelectElement>;

pub(super) fn questions(work: Work) -> AnyView {
    let questions = Memo::new(move |_| work.checked.with(|checked| checked.questions.clone()));
    view! {
        {move || {
            let questions = questions.get();
            if questions.is_empty() {
                return ().into_any();
            }
            let fields = questions.iter().map(|question| ask(work, question)).collect::<Vec<_>>();
            view! {
                <section class="part" aria-labelledby="asked">
                    <h2 id="asked">"表里没有的"<span class="num">"不填也可导入，缺的日后补"</span></h2>
                    <div class="asks">{fields}</div>
                </section>
            }
            .into_any()
        }}
    }
    .into_any()
}

fn ask(work: Work, question: &Question) -> AnyView {
    match question {
        Question::SubmittedOn {
            rows,
            not_before,
            not_after,
        } => submitted_on(work, *rows, *not_before, *not_after),
        Question::SpotCheck { rows, likely, name } => {
            spot_check(work, *rows, *likely, name.clone())
        }
        Question::FailingList { rows } => failing_list(work, *rows),
        Question::InspectionBody { rows } => text(
            work,
            Text {
                id: "ask-body",
                label: "承检机构",
                rows: *rows,
                suggested: None,
                read: |answers| answers.inspection_body.clone(),
                write: |answers, text| answers.inspection_body = text,
            },
        ),
        Question::Kind { rows, likely } => text(
            work,
            Text {
                id: "ask-kind",
                label: "产品类别",
                rows: *rows,
                suggested: likely.clone(),
                read: |answers| answers.kind.clone(),
                write: |answers, text| answers.kind = text,
            },
        ),
        Question::Bureau { rows } => bureau(work, *rows),
    }
}

fn answers(work: Work) -> Answers {
    work.desk
        .with(|desk| desk.as_ref().map(|desk| desk.answers.clone()))
        .unwrap_or_default()
}

fn answer(work: Work, change: impl FnOnce(&mut Answers)) {
    work.change(|desk| change(&mut desk.answers));
}

fn said_rows(rows: usize) -> String {
    format!("{rows} 行")
}

fn submitted_on(
    work: Work,
    rows: usize,
    not_before: Option<Day>,
    not_after: Option<Day>,
) -> AnyView {
    let day = Memo::new(move |_| answers(work).submitted_on);
    let type_in = move |event: Typed| {
        let day = event.target().value().parse().ok();
        answer(work, |answers| answers.submitted_on = day);
    };
    let bounds = match (not_before, not_after) {
        (Some(sampled), Some(forwarded)) => format!("最晚抽样 {sampled}，最早移送 {forwarded}"),
        (Some(sampled), None) => format!("最晚抽样 {sampled}"),
        (None, Some(forwarded)) => format!("最早移送 {forwarded}"),
        (None, None) => String::new(),
    };
    let said = move || match day.get() {
        Some(day) if not_before.is_some_and(|sampled| day < sampled) => {
            status(Look::Soon, "早于最晚的抽样日期")
        }
        Some(day) if not_after.is_some_and(|forwarded| day > forwarded) => {
            status(Look::Soon, "晚于最早的移送日期")
        }
        _ => view! { <span>{bounds.clone()}</span> }.into_any(),
    };
    view! {
        <div class="field">
            <label for="ask-submitted">"检验报告报送日期"<small>{said_rows(rows)}</small></label>
            <input
                class="input input--day num"
                id="ask-submitted"
                type="date"
                aria-describedby="ask-submitted-say"
                prop:value=move || day.get().map(|day| day.to_string()).unwrap_or_default()
                on:change:target=type_in
            />
            <div class="field__say num" id="ask-submitted-say" aria-live="polite">{said}</div>
        </div>
    }
    .into_any()
}

fn spot_check(work: Work, rows: usize, likely: Option<(i32, Option<u8>)>, name: String) -> AnyView {
    let period = Memo::new(move |_| answers(work).period);
    let named = Memo::new(move |_| answers(work).spot_check_name);
    let year = RwSignal::new(likely.map(|(year, _)| year));
    let give = move |year: Option<i32>, quarter: Option<u8>| {
        let number = period.get_untracked().map_or(1, |period| period.number);
        let given = year.zip(quarter).map(|(year, quarter)| Period {
            year,
            quarter,
            number,
        });
        answer(work, |answers| answers.period = given);
    };
    let shown_year = move || period.get().map(|period| period.year).or(year.get());
    let type_year = move |event: Typed| {
        let typed: Option<i32> = event.target().value().parse().ok();
        year.set(typed);
        if let Some(period) = period.get_untracked() {
            give(typed, Some(period.quarter));
        }
    };
    let quarters = ["一", "二", "三", "四"]
        .into_iter()
        .zip(1_u8..)
        .map(|(word, quarter)| {
            let pressed = move || period.get().is_some_and(|period| period.quarter == quarter);
            view! {
                <button
                    type="button"
                    aria-pressed=move || if pressed() { "true" } else { "false" }
                    on:click=move |_| give(untrack(shown_year), Some(quarter))
                >
                    {word}
                </button>
            }
        })
        .collect::<Vec<_>>();
    let hint = likely.map(|(year, quarter)| match quarter {
        Some(quarter) => format!("抽样都在 {year} 年第 {quarter} 季度"),
        None => format!("标题说 {year} 年"),
    });
    let type_name = move |event: Typed| {
        let typed =
            Some(event.target().value().trim().to_owned()).filter(|typed| !typed.is_empty());
        answer(work, |answers| answers.spot_check_name = typed);
    };
    view! {
        <fieldset class="field">
            <legend>"抽查的年度、季度"<small>{said_rows(rows)}</small></legend>
            <div class="field__row">
                <input
                    class="input asks__year num"
                    type="number"
                    min="2000"
                    max="2100"
                    aria-label="年度"
                    prop:value=move || shown_year().map(|year| year.to_string()).unwrap_or_default()
                    on:change:target=type_year
                />
                <div class="seg" role="group" aria-label="季度">{quarters}</div>
            </div>
            <div class="field__say num">{hint}</div>
        </fieldset>
        <div class="field">
            <label for="ask-name">"抽查名称"</label>
            <input
                class="input"
                id="ask-name"
                placeholder=name
                prop:value=move || named.get().unwrap_or_default()
                on:change:target=type_name
            />
        </div>
    }
    .into_any()
}

fn failing_list(work: Work, rows: usize) -> AnyView {
    let choice = move |value: bool, word: &'static str| {
        view! {
            <label class="choice">
                <input
                    type="radio"
                    name="ask-failing"
                    prop:checked=move || answers(work).failing_list.unwrap_or(true) == value
                    on:change=move |_| answer(work, |answers| answers.failing_list = Some(value))
                />
                {word}
            </label>
        }
    };
    view! {
        <fieldset class="field">
            <legend>"只列不合格项目，没有判定"<small>{said_rows(rows)}</small></legend>
            <div class="choices">
                {choice(true, "都是不合格")}
                {choice(false, "判定未知")}
            </div>
        </fieldset>
    }
    .into_any()
}

/// A question that is answered in words.
struct Text {
    id: &'static str,
    label: &'static str,
    rows: usize,
    /// What the title says; shown in grey, taken with a click.
    suggested: Option<String>,
    read: fn(&Answers) -> Option<String>,
    write: fn(&mut Answers, Option<String>),
}

fn text(work: Work, question: Text) -> AnyView {
    let Text {
        id,
        label,
        rows,
        suggested,
        read,
        write,
    } = question;
    let value = Memo::new(move |_| read(&answers(work)));
    let type_in = move |event: Typed| {
        let typed =
            Some(event.target().value().trim().to_owned()).filter(|typed| !typed.is_empty());
        answer(work, |answers| write(answers, typed));
    };
    let offer = move || {
        let suggested = suggested
            .clone()
            .filter(|suggested| value.get().as_ref() != Some(suggested))?;
        let words = format!("用“{suggested}”");
        let take = move |_| answer(work, |answers| write(answers, Some(suggested.clone())));
        Some(view! { <button type="button" class="link" on:click=take>{words}</button> })
    };
    view! {
        <div class="field">
            <label for=id>{label}<small>{said_rows(rows)}</small></label>
            <input class="input" id=id prop:value=move || value.get().unwrap_or_default() on:change:target=type_in />
            <div class="field__say">{offer}</div>
        </div>
    }
    .into_any()
}

fn bureau(work: Work, rows: usize) -> AnyView {
    let chosen = Memo::new(move |_| answers(work).bureau);
    let choose = move |event: Selected| {
        let code = Some(event.target().value()).filter(|code| !code.is_empty());
        answer(work, |answers| answers.bureau = code);
    };
    view! {
        <div class="field">
            <label for="ask-bureau">"承办的局"<small>{said_rows(rows)}"没有地址和区划"</small></label>
            <select class="input" id="ask-bureau" on:change:target=choose>
                <option value="" selected=move || chosen.get().is_none()>"未定，日后转交"</option>
                {bureau_options(move |code| chosen.with(|chosen| chosen.as_deref() == Some(code)))}
            </select>
        </div>
    }
    .into_any()
}

/// Every bureau as an option.
pub(super) fn bureau_options(
    is_chosen: impl Fn(&str) -> bool + Clone + Send + 'static,
) -> Vec<AnyView> {
    BUREAUS
        .iter()
        .map(|bureau| {
            let is_chosen = is_chosen.clone();
            view! { <option value=bureau.code selected=move || is_chosen(bureau.code)>{bureau.name}</option> }.into_any()
        })
        .collect()
}
