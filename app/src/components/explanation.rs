//! Why it is this day: the sum, the calendar, the sentence, what it rests on.

use leptos::prelude::*;
use shared::{
    Day,
    assess::Deadline,
    explain::{Cell, Explanation, Role},
    words::{day_beside, month_and_day, weekday},
};

use super::{
    sprite::mark,
    status::{Look, status},
};
use crate::{
    model::{
        calendar::{Square, Stretch, Week, caption, stretches},
        duty::DISPUTED,
    },
    people::name_of,
    session::LedgerCase,
};

const WEEKDAYS: [&str; 7] = ["一", "二", "三", "四", "五", "六", "日"];

/// The explanation of one row.
pub(crate) fn explanation(
    row: &Deadline,
    why: &Explanation,
    case: &LedgerCase,
    today: Day,
    foot: String,
) -> AnyView {
    let sentence = why
        .sentence
        .iter()
        .map(|piece| {
            let text = piece.text.clone();
            if piece.strong {
                view! { <b>{text}</b> }.into_any()
            } else {
                text.into_any()
            }
        })
        .collect::<Vec<_>>();
    let assumptions = why
        .assumptions
        .iter()
        .map(|assumption| {
            view! {
                <dt>{assumption.title}</dt>
                <dd>{for_people(&assumption.text, case)}</dd>
            }
        })
        .collect::<Vec<_>>();
    view! {
        <section class="why" id="why" aria-labelledby="why-title" tabindex="-1">
            <h2 class="vh" id="why-title">{format!("{}：为什么是这一天", why.title)}</h2>
            {equation(row, why, today)}
            {row.disputed.then(|| view! { <p class="why__note">{status(Look::Disputed, DISPUTED)}"，暂按较早的一条计算"</p> })}
            {calendar(row, why)}
            <p class="why__say">{sentence}</p>
            <dl class="why__on">{assumptions}</dl>
            <p class="print-only why__foot">{foot}</p>
        </section>
    }
    .into_any()
}

/// Who recorded an event says more than its id.
fn for_people(text: &str, case: &LedgerCase) -> String {
    let named = case.records.iter().find_map(|record| {
        let id = format!("（{}）", record.event_id);
        text.contains(&id)
            .then(|| text.replace(&id, &format!("，{}登记", name_of(&record.author))))
    });
    named.unwrap_or_else(|| text.to_owned())
}

fn equation(row: &Deadline, why: &Explanation, today: Day) -> AnyView {
    let sum = &why.equation;
    // The year goes without saying where it is this year's, or the one before it in the line.
    let beside = if sum.from.year() == today.year() {
        sum.due.unwrap_or(sum.from)
    } else {
        today
    };
    let due = sum.due.map(|due| {
        let class = if row.provisional { "is-guess" } else { "" };
        view! {
            {sign("＝")}
            <div class="sum">
                <dt>{sum.due_title}</dt>
                <dd class=class>
                    {day_of(due, sum.from)}
                    {row.provisional.then(|| view! { <small class="guess">"暂定"</small> })}
                </dd>
            </div>
        }
    });
    // Years make it long.
    let is_long = beside.year() != sum.from.year();
    view! {
        <dl class="why__eq" class:why__eq--long=is_long>
            <div>
                <dt>{sum.from_title}</dt>
                <dd>{day_of(sum.from, beside)}</dd>
            </div>
            {sign("＋")}
            <div>
                <dt>{sum.article.clone()}</dt>
                <dd>{sum.limit.clone()}</dd>
            </div>
            {due}
        </dl>
    }
    .into_any()
}

/// What stands between the parts of the sum, in a list that has pairs only.
fn sign(sign: &'static str) -> AnyView {
    view! { <div class="op" aria-hidden="true"><dt></dt><dd>{sign}</dd></div> }.into_any()
}

fn day_of(day: Day, beside: Day) -> AnyView {
    view! {
        <time datetime=day.to_string()>{day_beside(day, beside)}</time>
        <small>{weekday(day)}</small>
    }
    .into_any()
}

fn calendar(row: &Deadline, why: &Explanation) -> AnyView {
    let stretches = stretches(why);
    if stretches.is_empty() {
        return ().into_any();
    }
    let in_working_days = why.counts_working_days();
    let class = if in_working_days {
        "cal"
    } else {
        "cal cal--many"
    };
    let words = Words {
        from: why.equation.from_title,
        done: row.rule.step,
        in_working_days,
    };
    let body = stretches
        .into_iter()
        .map(|stretch| match stretch {
            Stretch::Shown(weeks) => weeks
                .iter()
                .map(|week| week_row(week, words))
                .collect::<Vec<_>>()
                .into_any(),
            Stretch::Folded(weeks) => folded(weeks, words),
        })
        .collect::<Vec<_>>();
    view! {
        <table class=class>
            <caption class="vh">{caption(why)}</caption>
            <thead>
                <tr>{WEEKDAYS.map(|letter| view! { <th scope="col" abbr=format!("星期{letter}")>{letter}</th> }).into_iter().collect::<Vec<_>>()}</tr>
            </thead>
            <tbody>{body}</tbody>
        </table>
    }
    .into_any()
}

/// What the days of this count are called.
#[derive(Clone, Copy)]
struct Words {
    /// What it counts from.
    from: &'static str,
    /// What was done.
    done: &'static str,
    in_working_days: bool,
}

fn folded(weeks: Vec<Week>, words: Words) -> AnyView {
    let open = RwSignal::new(false);
    let count = weeks.len();
    let rows = move || {
        if open.get() {
            return weeks
                .iter()
                .map(|week| week_row(week, words))
                .collect::<Vec<_>>()
                .into_any();
        }
        view! {
            <tr class="cal__fold">
                <td colspan="7">
                    <button type="button" on:click=move |_| { crate::keys::focus("why"); open.set(true); }>
                        {format!("⋯ 中间 {count} 周")}
                    </button>
                </td>
            </tr>
        }
        .into_any()
    };
    rows.into_any()
}

fn week_row(week: &Week, words: Words) -> AnyView {
    view! { <tr>{week.iter().map(|square| square_view(square, words)).collect::<Vec<_>>()}</tr> }
        .into_any()
}

fn square_view(square: &Square, words: Words) -> AnyView {
    let Some(cell) = &square.cell else {
        return view! {
            <td>
                <span class="cal__n">{square.label.clone()}</span>
            </td>
        }
        .into_any();
    };
    let said = format!(
        "{}，{}",
        month_and_day(square.day),
        cell.label(words.in_working_days)
    );
    let run = square.run.clone().map(|(name, days)| {
        view! {
            <span class="cal__run" style:--run=days.to_string()>
                <span>{name}</span>
            </span>
        }
    });
    let makeup = cell
        .makeup
        .is_some()
        .then(|| view! { <span class="cal__b">"班"</span> });
    view! {
        <td class=classes(cell)>
            <span class="vh">{said}</span>
            <span aria-hidden="true">
                <span class="cal__n">{square.label.clone()}</span>
                {makeup}
                {ordinal(cell)}
                {word_of(cell, words)}
                {run}
            </span>
        </td>
    }
    .into_any()
}

fn classes(cell: &Cell) -> String {
    let role = match cell.role {
        Role::Start => "is-start",
        Role::Count => "is-count",
        Role::Off => "is-off",
        Role::Full => "is-count is-full",
        Role::Roll => "is-roll",
        Role::Due => "is-due",
        Role::Late => "is-then",
        Role::Between => "",
    };
    let guess = if cell.assumed { " is-guess" } else { "" };
    let met = if cell.done && cell.role != Role::Late {
        " is-met"
    } else {
        ""
    };
    format!("{role}{guess}{met}")
}

fn ordinal(cell: &Cell) -> Option<AnyView> {
    let number = cell
        .number
        .filter(|_| matches!(cell.role, Role::Count | Role::Full | Role::Due))?;
    Some(view! { <span class="cal__c">{number}</span> }.into_any())
}

fn word_of(cell: &Cell, words: Words) -> Option<AnyView> {
    let word = |inner: AnyView| Some(view! { <span class="cal__w">{inner}</span> }.into_any());
    let done = words.done;
    match cell.role {
        Role::Start if words.in_working_days => {
            word(view! { {words.from}<br /><b>"不计入"</b> }.into_any())
        }
        Role::Start => word(view! { <b>"不计入"</b> }.into_any()),
        Role::Due if cell.done => word(format!("到期，{done}").into_any()),
        Role::Due => word("到期".into_any()),
        Role::Full => word(cell.free.clone().unwrap_or_default().into_any()),
        Role::Roll => word("顺延".into_any()),
        Role::Late => {
            let number = cell.number.unwrap_or_default();
            if cell.done {
                word(view! { <b>{format!("迟 {number}")}</b>"，"{done} }.into_any())
            } else {
                word(format!("迟 {number}").into_any())
            }
        }
        _ if cell.done => word(view! { {mark("m-done")}{done} }.into_any()),
        _ => None,
    }
}
