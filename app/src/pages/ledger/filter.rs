//! What the ledger is narrowed to: what is typed, and conditions that can each be taken away.

use std::collections::BTreeSet;

use leptos::{ev, prelude::*};
use shared::{Day, bureau::BUREAUS};

use super::Rows;
use crate::{
    components::sprite::icon,
    model::{
        duty::SOON_DAYS,
        ledger::{LedgerRow, sees_bureaus},
    },
    session::Session,
};

/// The id of the filter's field.
pub(super) const FIELD: &str = "filter";

/// Until when something is due.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Until {
    Overdue,
    Today,
    Soon,
    ThisWeek,
    On(Day),
}

impl Until {
    const FIXED: [(Self, &'static str); 4] = [
        (Self::Overdue, "已逾期"),
        (Self::Today, "至今天"),
        (Self::Soon, "三日内"),
        (Self::ThisWeek, "本周内"),
    ];

    fn word(self) -> String {
        match self {
            Self::On(day) => format!("至 {day}"),
            fixed => Self::FIXED
                .iter()
                .find(|(known, _)| *known == fixed)
                .map_or("", |(_, word)| word)
                .to_owned(),
        }
    }

    /// The last day that is let through.
    fn last(self, today: Day) -> Day {
        match self {
            Self::Overdue => today - 1,
            Self::Today => today,
            Self::Soon => today + SOON_DAYS,
            Self::ThisWeek => today.monday() + 6,
            Self::On(day) => day,
        }
    }
}

/// Which stage.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Stage {
    /// 未办结: something is still to be done.
    Running,
    Named(&'static str),
}

/// All conditions; none lets everything through.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct Filter {
    typed: String,
    bureau: Option<&'static str>,
    stage: Option<Stage>,
    until: Option<Until>,
    /// The spot check's year and quarter.
    period: Option<(i32, u8)>,
}

impl Filter {
    /// Whether the row, whose officer is called so, meets all conditions.
    pub(super) fn lets_through(&self, row: &LedgerRow, officer: &str, today: Day) -> bool {
        let stage_fits = self.stage.is_none_or(|stage| match stage {
            Stage::Running => row.is_running(),
            Stage::Named(name) => row.stage == name,
        });
        // What is to be done at once is due today.
        let due = row
            .due
            .or_else(|| row.is_running().then_some(row.urgency.1));
        stage_fits
            && self.bureau.is_none_or(|bureau| row.bureau == bureau)
            && self
                .until
                .is_none_or(|until| due.is_some_and(|due| due <= until.last(today)))
            && self.period.is_none_or(|period| period_of(row) == period)
            && row.matches(&self.typed, officer)
    }
}

/// The year and quarter of the spot check, 0 where they are not known.
fn period_of(row: &LedgerRow) -> (i32, u8) {
    let check = &row.case.file.case.spot_check;
    (check.year, check.quarter)
}

fn period_word((year, quarter): (i32, u8)) -> String {
    match (year, quarter) {
        (0, _) => "未定".to_owned(),
        (year, 0) => format!("{year} 年"),
        (year, quarter) => format!("{year} 年第 {quarter} 季度"),
    }
}

/// The field, the chips and the menu that adds more.
pub(super) fn filters(filter: RwSignal<Filter>, rows: Memo<Rows>) -> AnyView {
    let type_in = move |event: ev::Targeted<ev::Event, web_sys::HtmlInputElement>| {
        let typed = event.target().value().trim().to_lowercase();
        filter.update(|filter| filter.typed = typed);
    };
    view! {
        <div class="tools">
            <search class="search">
                {icon("i-find", "16")}
                <label class="vh" for=FIELD>"在台账中筛选"</label>
                <input id=FIELD type="search" placeholder="筛选：名称、案号、产品、拼音" autocomplete="off" on:input:target=type_in />
            </search>
            {move || chips(filter)}
            <button type="button" class="chip chip--add" popovertarget="conditions">"添加条件"</button>
            <div class="menu menu--here" id="conditions" popover="auto">
                <Conditions filter rows />
            </div>
        </div>
    }
    .into_any()
}

fn chips(filter: RwSignal<Filter>) -> Vec<AnyView> {
    let Filter {
        bureau,
        stage,
        until,
        period,
        ..
    } = filter.get();
    let bureau = bureau.map(|name| {
        chip("承办", name.to_owned(), move || {
            filter.update(|filter| filter.bureau = None);
        })
    });
    let stage = stage.map(|stage| {
        let word = match stage {
            Stage::Running => "未办结",
            Stage::Named(name) => name,
        };
        chip("阶段", word.to_owned(), move || {
            filter.update(|filter| filter.stage = None);
        })
    });
    let until = until.map(|until| {
        chip("到期", until.word(), move || {
            filter.update(|filter| filter.until = None);
        })
    });
    let period = period.map(|period| {
        chip("抽查", period_word(period), move || {
            filter.update(|filter| filter.period = None);
        })
    });
    [bureau, stage, until, period]
        .into_iter()
        .flatten()
        .collect()
}

fn chip(name: &'static str, value: String, remove: impl Fn() + 'static) -> AnyView {
    let label = format!("去掉条件：{name} {value}");
    view! {
        <span class="chip">
            <span>{name}</span>
            {value}
            <button type="button" aria-label=label on:click=move |_| remove()>
                {icon("i-x", "12")}
            </button>
        </span>
    }
    .into_any()
}

#[component]
fn Conditions(filter: RwSignal<Filter>, rows: Memo<Rows>) -> impl IntoView {
    let session = Session::use_in();
    let sees_bureaus = session.profile().with_untracked(|profile| {
        profile
            .as_ref()
            .is_some_and(|profile| sees_bureaus(profile.actor.role))
    });
    let stages = Memo::new(move |_| {
        rows.with(|rows| rows.iter().map(|row| row.stage).collect::<BTreeSet<_>>())
    });
    let choose_stage = move |event: ev::Targeted<ev::Event, web_sys::HtmlSelectElement>| {
        let value = event.target().value();
        let stage = match value.as_str() {
            "" => None,
            "running" => Some(Stage::Running),
            name => stages
                .with_untracked(|stages| stages.get(name).copied())
                .map(Stage::Named),
        };
        filter.update(|filter| filter.stage = stage);
    };
    let choose_bureau = move |event: ev::Targeted<ev::Event, web_sys::HtmlSelectElement>| {
        let value = event.target().value();
        let bureau = BUREAUS
            .iter()
            .find(|bureau| bureau.code == value)
            .map(|bureau| bureau.name);
        filter.update(|filter| filter.bureau = bureau);
    };
    let choose_until = move |event: ev::Targeted<ev::Event, web_sys::HtmlSelectElement>| {
        let value = event.target().value();
        let until = Until::FIXED
            .iter()
            .find(|(_, word)| *word == value)
            .map(|(until, _)| *until);
        filter.update(|filter| filter.until = until);
    };
    let choose_day = move |event: ev::Targeted<ev::Event, web_sys::HtmlInputElement>| {
        let until = event.target().value().parse::<Day>().ok().map(Until::On);
        filter.update(|filter| filter.until = until);
    };
    let periods = Memo::new(move |_| {
        rows.with(|rows| {
            rows.iter()
                .map(|row| period_of(row))
                .collect::<BTreeSet<_>>()
        })
    });
    let choose_period = move |event: ev::Targeted<ev::Event, web_sys::HtmlSelectElement>| {
        let value = event.target().value();
        let period = periods.with_untracked(|periods| {
            let mut periods = periods.iter().copied();
            periods.find(|period| period_word(*period) == value)
        });
        filter.update(|filter| filter.period = period);
    };
    let period_options = move || {
        let chosen = filter.with(|filter| filter.period);
        let newest_first = periods.get().into_iter().rev().map(|period| {
            view! { <option value=period_word(period) selected=chosen == Some(period)>{period_word(period)}</option> }
        });
        newest_first.collect::<Vec<_>>()
    };
    let stage_options = move || {
        let chosen = filter.with(|filter| filter.stage);
        let named = stages.get().into_iter().map(|name| {
            view! { <option value=name selected=chosen == Some(Stage::Named(name))>{name}</option> }
        });
        named.collect::<Vec<_>>()
    };
    let bureau = sees_bureaus.then(|| {
        let bureaus = BUREAUS
            .iter()
            .map(|bureau| view! { <option value=bureau.code>{bureau.name}</option> })
            .collect::<Vec<_>>();
        view! {
            <div class="field">
                <label for="by-bureau">"承办"</label>
                <select class="input" id="by-bureau" on:change:target=choose_bureau>
                    <option value="">"不限"</option>
                    {bureaus}
                </select>
            </div>
        }
    });
    view! {
        <div class="form">
            {bureau}
            <div class="field">
                <label for="by-stage">"阶段"</label>
                <select class="input" id="by-stage" on:change:target=choose_stage>
                    <option value="">"不限"</option>
                    <option value="running" selected=move || filter.with(|filter| filter.stage == Some(Stage::Running))>"未办结"</option>
                    {stage_options}
                </select>
            </div>
            <div class="field">
                <label for="by-period">"抽查"</label>
                <select class="input" id="by-period" on:change:target=choose_period>
                    <option value="">"不限"</option>
                    {period_options}
                </select>
            </div>
            <div class="field">
                <label for="by-until">"到期"</label>
                <select class="input" id="by-until" on:change:target=choose_until>
                    <option value="">"不限"</option>
                    {Until::FIXED.map(|(_, word)| view! { <option value=word>{word}</option> }).into_iter().collect::<Vec<_>>()}
                </select>
            </div>
            <div class="field">
                <label for="by-day">"到期不晚于"</label>
                <input class="input" id="by-day" type="date" on:change:target=choose_day />
            </div>
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conditions_have_words() {
        let day = "2013-04-15".parse().unwrap();
        assert_eq!(Until::On(day).word(), "至 2013-04-15");
        assert_eq!(Until::Soon.word(), "三日内");
        assert_eq!(
            Until::ThisWeek.last("2013-03-04".parse().unwrap()),
            "2013-03-10".parse().unwrap()
        );
    }
}
