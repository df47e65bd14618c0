//! 工作日: the notices known, the years without one, and what the municipal bureau says beside them.

mod load;

use std::sync::Arc;

use leptos::{prelude::*, task::spawn_local};
use shared::{
    Day,
    assess::Moved,
    calendar::{CalendarFile, CalendarLog, Entry, Loaded, Notice, Says, WorkCalendar},
    change::{Body, ChangeId},
    permission::may_set_calendar,
};

use crate::{
    components::{
        messages::{Message, Messages},
        status::{Look, status},
        table::Table,
    },
    model::duty::number_of,
    people::name_of,
    session::Session,
    words::day,
};

/// How many cases a list of moved dates names at the most.
const CASES_LISTED: usize = 200;

/// Which days are worked, by which notice, and since when that is known.
#[component]
pub(crate) fn Calendar() -> impl IntoView {
    let session = Session::use_in();
    let speaks = Memo::new(move |_| {
        session.profile().with(|profile| {
            profile
                .as_ref()
                .is_some_and(|profile| may_set_calendar(&profile.actor))
        })
    });
    let log = session.calendar_log();
    let since_release = move || {
        let log = log.get();
        (!log.entries.is_empty()).then(|| {
            let moved = moved_list(session, WorkCalendar::official(), &log.calendar);
            view! {
                <section class="part" aria-labelledby="moved">
                    <h2 id="moved">"有变的日期"</h2>
                    <p>"与随本程序发布的安排相比，按市局载入的安排和开关算出的日期。"</p>
                    {moved}
                </section>
            }
        })
    };
    view! {
        <main class="page" id="main" tabindex="-1">
            <div class="page__head">
                <h1>"工作日"</h1>
            </div>
            <Show when=move || speaks.get()>
                <section class="part" aria-labelledby="load">
                    <h2 id="load">"载入放假安排"</h2>
                    <p>
                        "国务院办公厅公布新一年的放假安排后，由市局载入，各单位的设备同步后都按它计算。"
                    </p>
                    <load::Load file=CalendarFile::Notices />
                </section>
            </Show>
            {since_release}
            <section class="part" aria-labelledby="overlay">
                <h2 id="overlay">"在京机关调休"</h2>
                {move || overlay(&log.get(), speaks.get(), session)}
                <Show when=move || speaks.get()>
                    <load::Load file=CalendarFile::Overlay />
                </Show>
            </section>
            {move || said(&log.get(), speaks.get(), session)}
            <section class="part" aria-labelledby="years">
                <h2 id="years">"各年安排"</h2>
                {move || years(&session.calendar().get())}
            </section>
        </main>
    }
}

/// Every year of the calendar with its notices, the latest first, and first of all that later
/// years are assumed.
fn years(calendar: &WorkCalendar) -> AnyView {
    let schedule = calendar.general();
    let spans = schedule.known_spans();
    let last = spans.last().map_or(0, |span| span.end().year());
    let known = spans
        .iter()
        .flat_map(|span| span.start().year()..=span.end().year())
        .rev();
    let rows = known
        .filter_map(|year| {
            let (first, last) = (Day::from_ymd(year, 1, 1)?, Day::from_ymd(year, 12, 31)?);
            let notices: Vec<Notice> = schedule
                .notices(first..=last)
                .into_iter()
                .cloned()
                .collect();
            Some(view! {
                <tr>
                    <td class="num">{year}</td>
                    <td>{status(Look::Done, "已公布")}</td>
                    <td class="wrap">{named(&notices)}</td>
                    <td class="num">{known_from(&notices)}</td>
                </tr>
            })
        })
        .collect::<Vec<_>>();
    view! {
        <Table heads=["年份", "状态", "依据", "公布于"]>
            <tr>
                <td class="num">{last + 1}" 起"</td>
                <td>{status(Look::Provisional, "暂定")}</td>
                <td class="wrap">"通知尚未载入：按周末和法定节日当日推算，不计调休"</td>
                <td></td>
            </tr>
            {rows}
        </Table>
    }
    .into_any()
}

fn named(notices: &[Notice]) -> String {
    let names = notices.iter().map(|notice| notice.name.as_str());
    names.collect::<Vec<_>>().join("；")
}

fn known_from(notices: &[Notice]) -> String {
    let days = notices.iter().map(|notice| notice.known_from.to_string());
    days.collect::<Vec<_>>().join("；")
}

fn overlay(log: &CalendarLog, speaks: bool, session: Session) -> AnyView {
    let messages = Messages::use_in();
    let on = log.overlay;
    let switch = move |_| {
        spawn_local(async move {
            messages.say(
                match session.say_of_calendar(Body::Overlay { on: !on }).await {
                    Ok(()) if on => Message::done("已停用在京机关调休"),
                    Ok(()) => Message::done("已启用在京机关调休"),
                    Err(error) => Message::bad("没有改动").more(error.to_string()),
                },
            );
        });
    };
    let state = if on {
        status(
            Look::Done,
            "已启用：计入市局、区县局的期限，不计入企业和检验机构的",
        )
    } else {
        status(Look::Provisional, "未启用：各方期限都按全国安排计算")
    };
    let loaded = log.entries.iter().filter_map(|entry| match &entry.says {
        Says::Loaded {
            file: CalendarFile::Overlay,
            csv,
            withdrawn: false,
        } => {
            let loaded = Loaded::read(CalendarFile::Overlay, csv).ok()?;
            Some(view! { <li>{summary(&loaded)}</li> })
        }
        _ => None,
    });
    view! {
        <p>"在京机关另行放假、上班的日子，企业自行安排。"</p>
        <ul class="num">
            <li>"2014 年 APEC 会议：11 月 7 日、10 日至 12 日放假，2 日、15 日上班（随本程序发布）"</li>
            {loaded.collect::<Vec<_>>()}
        </ul>
        <p>{state}</p>
        {speaks.then(|| view! {
            <div class="part__acts">
                <button type="button" class="btn" on:click=switch>{if on { "停用调休" } else { "启用调休" }}</button>
            </div>
        })}
    }
    .into_any()
}

/// What was said, the latest first.
fn said(log: &CalendarLog, speaks: bool, session: Session) -> Option<AnyView> {
    if log.entries.is_empty() {
        return None;
    }
    let today = session.today().get();
    let rows = log
        .entries
        .iter()
        .rev()
        .map(|entry| said_row(entry, today, speaks, session))
        .collect::<Vec<_>>();
    let view = view! {
        <section class="part" aria-labelledby="said">
            <h2 id="said">"市局的更新"</h2>
            <Table heads=["登记于", "登记人", "内容", "公布于", "操作"]>{rows}</Table>
        </section>
    };
    Some(view.into_any())
}

fn said_row(entry: &Entry, today: Day, speaks: bool, session: Session) -> AnyView {
    let at = i64::try_from(entry.record.clock.milliseconds).unwrap_or(i64::MAX);
    let (what, since, act) = match &entry.says {
        Says::Overlay { on: true } => ("启用在京机关调休".to_owned(), String::new(), None),
        Says::Overlay { on: false } => ("停用在京机关调休".to_owned(), String::new(), None),
        Says::Loaded {
            file,
            csv,
            withdrawn,
        } => {
            let loaded = Loaded::read(*file, csv);
            let withdraw = speaks && !withdrawn;
            let act = withdraw.then(|| withdraw_button(entry.record.change.clone(), session));
            let title = load::form(*file).title;
            let mark = if *withdrawn { "（已撤回）" } else { "" };
            let said = |loaded: Loaded| (summary(&loaded), known_from(&loaded.notices));
            let (what, since) = loaded.map(said).unwrap_or_default();
            (format!("{title}{mark}：{what}"), since, act)
        }
    };
    view! {
        <tr>
            <td class="num">{day::moment(at, today)}</td>
            <td>{name_of(&entry.record.author)}</td>
            <td class="wrap">{what}</td>
            <td class="num">{since}</td>
            <td>{act}</td>
        </tr>
    }
    .into_any()
}

fn withdraw_button(notice: ChangeId, session: Session) -> AnyView {
    let messages = Messages::use_in();
    let withdraw = move |_| {
        let body = Body::NoticeWithdrawn {
            notice: notice.clone(),
        };
        spawn_local(async move {
            messages.say(match session.say_of_calendar(body).await {
                Ok(()) => Message::done("已撤回").more("日期回到载入以前的算法。"),
                Err(error) => Message::bad("没有撤回").more(error.to_string()),
            });
        });
    };
    view! {
        <button type="button" class="btn" on:click=withdraw>
            "撤回"
        </button>
    }
    .into_any()
}

/// 《…》：2027 年，放假 33 天，调休上班 5 天; an overlay by the names of its days.
fn summary(loaded: &Loaded) -> String {
    let years = loaded.years.iter().map(i32::to_string);
    let span = match (loaded.years.len(), loaded.first == loaded.last) {
        (0, true) => loaded.first.to_string(),
        (0, false) => format!("{} 至 {}", loaded.first, loaded.last),
        _ => format!("{} 年", years.collect::<Vec<_>>().join("、")),
    };
    let what = if loaded.notices.is_empty() {
        loaded.names.join("、")
    } else {
        named(&loaded.notices)
    };
    let counts = [
        ("放假", loaded.holidays),
        ("调休上班", loaded.makeup_workdays),
    ];
    let counts = counts.iter().filter(|(_, days)| *days > 0);
    let counts: String = counts
        .map(|(kind, days)| format!("，{kind} {days} 天"))
        .collect();
    format!("{what}：{span}{counts}")
}

/// The cases with a date that one calendar has on another day than the other, and which.
fn moved_list(session: Session, from: &WorkCalendar, to: &WorkCalendar) -> AnyView {
    let today = session.today().get();
    let cases = session.cases().get();
    let moved: Vec<_> = cases
        .iter()
        .map(|case| (Arc::clone(case), session.moved(case, from, to)))
        .filter(|(_, moved)| !moved.is_empty())
        .collect();
    if moved.is_empty() {
        return view! { <p>"本机的案件没有日期变动。"</p> }.into_any();
    }
    let count = moved.len();
    let rows = moved
        .iter()
        .take(CASES_LISTED)
        .flat_map(|(case, moved)| moved.iter().map(move |moved| (case, moved)))
        .map(|(case, moved)| {
            view! {
                <tr>
                    <td class="num">
                        <a class="link" href=format!("/cases/{}", case.id)>{number_of(case)}</a>
                    </td>
                    <td>{case.file.case.enterprise.name.clone()}</td>
                    <td>{moved.rule.title}</td>
                    <td class="num">{moved_words(moved, today)}</td>
                </tr>
            }
        })
        .collect::<Vec<_>>();
    let more = (count > CASES_LISTED).then(|| {
        let more = count - CASES_LISTED;
        view! { <p>"另有 "{more}" 件，各案页上都有说明。"</p> }
    });
    view! {
        <p class="num">{count}" 件案件有日期变动。"</p>
        <Table heads=["案号", "企业", "事项", "日期"]>{rows}</Table>
        {more}
    }
    .into_any()
}

/// 02-15 改为 02-17
pub(crate) fn moved_words(moved: &Moved, today: Day) -> String {
    let short = |it| day::short(it, today);
    match (moved.was, moved.now) {
        (Some(was), Some(now)) => format!("{} 改为 {}", short(was), short(now)),
        (None, Some(now)) => format!("新起算，{}", short(now)),
        (Some(was), None) => format!("{}，不再计算", short(was)),
        (None, None) => String::new(),
    }
}
