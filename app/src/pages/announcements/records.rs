//! Announcements as records: those that there are, and the beginning of another.

use std::{collections::BTreeSet, sync::Arc};

use leptos::{ev, prelude::*, task::spawn_local};
use leptos_router::{NavigateOptions, hooks::use_navigate};
use shared::{
    Day, Role,
    announcement::Quarter,
    change::{Body, Subject},
    history::History,
    id::CaseId,
    publication::{
        Announcement, AnnouncementId, Announcements, Chosen, Draw, Step, draw, due_announcements,
    },
    status::{State, StatusReports},
};

use crate::{
    components::{
        days::due_day,
        messages::{Message, Messages},
        status::{Look, status, tag},
        table::Table,
    },
    model::{
        duty::number_of,
        publication::{self as words, beginning, on_subject},
    },
    pages::reporting,
    session::Session,
    words::people,
};

/// All announcements that the user may see.
pub(super) fn all_of(session: Session) -> Memo<Arc<Announcements>> {
    Memo::new(move |_| Arc::new(Announcements::of(&session.announcement_changes())))
}

/// What the ledger says now of these cases.
pub(super) fn drawn_now(session: Session, chosen: &Chosen) -> Draw {
    let today = session.today().get();
    let cases = session.cases().get();
    let history = History::of_ledger(cases.iter().map(|case| &*case.file), today);
    let ledger = cases.iter().map(|case| (&case.id, &*case.file));
    draw(ledger, &history, &session.calendar().get(), chosen, today)
}

/// Writes steps, and says what came of it.
pub(super) fn take(
    session: Session,
    messages: Messages,
    steps: Vec<(Subject, Step)>,
    done: impl Into<String>,
    then: impl FnOnce() + 'static,
) {
    let steps = steps.into_iter();
    let bodies = steps.map(|(subject, step)| (subject, step.body()));
    let done = Message::done(done).more(KEPT);
    write(session, messages, bodies.collect(), done, then);
}

/// What is said of every step that was written.
pub(crate) const KEPT: &str = "已存本机，联网时送到服务器。";

/// Writes what bodies say, all or nothing, and says what came of it.
pub(crate) fn write(
    session: Session,
    messages: Messages,
    bodies: Vec<(Subject, Body)>,
    done: Message,
    then: impl FnOnce() + 'static,
) {
    spawn_local(async move {
        let said = match session.take_steps(bodies).await {
            Ok(()) => {
                then();
                done
            }
            Err(error) => Message::bad("没有记下").more(format!("{error}。")),
        };
        messages.say(said);
    });
}

/// Sixteen bytes that nobody else has.
pub(crate) fn chance() -> Option<AnnouncementId> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).ok()?;
    Some(AnnouncementId::from_random(bytes))
}

pub(super) fn address(id: &AnnouncementId) -> String {
    format!("/bureau/announcements/{id}")
}

/// Begins an announcement with what the ledger says, and opens it.
fn begin(session: Session) -> impl Fn(Option<Quarter>, Option<AnnouncementId>, &Chosen) + Clone {
    let messages = Messages::use_in();
    let navigate = use_navigate();
    move |period, corrects, chosen: &Chosen| {
        let (Some(id), Some(drawing)) = (chance(), chance()) else {
            messages.say(Message::bad("没有起草").more("本机取不到随机数。"));
            return;
        };
        let found = untrack(|| drawn_now(session, chosen));
        let steps = beginning(period, corrects, &found, drawing.as_str());
        let (to, navigate) = (address(&id), navigate.clone());
        take(
            session,
            messages,
            on_subject(&id, steps),
            "已起草公告",
            move || {
                navigate(&to, NavigateOptions::default());
            },
        );
    }
}

/// Begins the correction of a published one.
pub(super) fn begin_correction(session: Session, own: &Announcement) -> impl Fn() + Clone + use<> {
    let begin = begin(session);
    let (id, period) = (own.id.clone(), own.period);
    let cases = own.drawn.as_ref().map(|drawn| drawn.cases.clone());
    move || {
        let chosen = match period {
            Some(quarter) => Chosen::Quarter(quarter),
            None => Chosen::Cases(cases.iter().flatten().cloned().collect()),
        };
        begin(period, Some(id.clone()), &chosen);
    }
}

/// The section on the page of 公告.
pub(super) fn records(session: Session, quarter: Memo<Quarter>) -> AnyView {
    let all = all_of(session);
    let begin = begin(session);
    let of_quarter = {
        let begin = begin.clone();
        move |_| {
            let quarter = quarter.get_untracked();
            begin(Some(quarter), None, &Chosen::Quarter(quarter));
        }
    };
    let rows = move || {
        let all = all.get();
        let mut opened: Vec<_> = all
            .all()
            .filter_map(|it| Some((it.opened.as_ref()?.clock, it)))
            .collect();
        opened.sort_by_key(|(clock, _)| std::cmp::Reverse(*clock));
        if opened.is_empty() {
            return view! { <p>"还没有起草公告。起草后由台账取数，再逐步征求意见、评估、审批、编号、发布。"</p> }.into_any();
        }
        let rows: Vec<_> = opened.into_iter().map(|(_, it)| row(it, &all)).collect();
        view! {
            <Table heads=["状态", "公告", "期间", "文号", "附表", "意见"]>{rows}</Table>
        }
        .into_any()
    };
    view! {
        <section class="part" aria-labelledby="records">
            <h2 id="records">"公告办理"</h2>
            {rows}
            <div class="part__acts">
                <button type="button" class="btn btn--main" on:click=of_quarter>
                    {move || format!("起草 {}公告", words::period(Some(quarter.get())))}
                </button>
                {urgent(session, begin)}
                <a class="btn btn--plain" href="/announcements" rel="external">"公开页面"</a>
            </div>
        </section>
    }
    .into_any()
}

fn row(it: &Announcement, all: &Announcements) -> AnyView {
    let (look, word) = words::stage(all.stage(it));
    let content = it.content();
    let answered = it.opinions.values().filter(|it| it.is_answered()).count();
    let opinions = match it.opinions.len() {
        0 => "–".to_owned(),
        asked => format!("{answered}/{asked}"),
    };
    let number = it
        .number
        .as_ref()
        .map_or_else(|| "–".to_owned(), |(number, _)| number.to_string());
    view! {
        <tr>
            <td>{status(look, word)}</td>
            <td class="wrap"><a class="link" href=address(&it.id)>{content.title}</a></td>
            <td>{words::period(it.period)}</td>
            <td class="num">{number}</td>
            <td class="num">{content.rows.len()}</td>
            <td class="num">{opinions}</td>
        </tr>
    }
    .into_any()
}

/// One that cannot wait for its quarter (article 25): of the cases that a person names.
fn urgent(
    session: Session,
    begin: impl Fn(Option<Quarter>, Option<AnnouncementId>, &Chosen) + Clone + 'static,
) -> AnyView {
    let messages = Messages::use_in();
    let numbers = RwSignal::new(String::new());
    let act = move |_| {
        let written = numbers.get_untracked();
        let wanted: BTreeSet<&str> = written
            .split(|letter: char| letter.is_whitespace() || "，、,;；".contains(letter))
            .filter(|number| !number.is_empty())
            .collect();
        let cases = session.cases().get_untracked();
        let found: Vec<_> = cases
            .iter()
            .filter(|case| wanted.contains(number_of(case).as_str()))
            .collect();
        let unknown: Vec<&str> = wanted
            .iter()
            .filter(|wanted| !found.iter().any(|case| number_of(case) == **wanted))
            .copied()
            .collect();
        if found.is_empty() || !unknown.is_empty() {
            let why = if unknown.is_empty() {
                "请先填写案号。".to_owned()
            } else {
                format!("台账里没有：{}。", unknown.join("、"))
            };
            messages.say(Message::bad("没有起草").more(why));
            return;
        }
        let chosen: BTreeSet<CaseId> = found.into_iter().map(|case| case.id.clone()).collect();
        begin(None, None, &Chosen::Cases(chosen));
    };
    let type_in = move |event: ev::Targeted<ev::Event, web_sys::HtmlInputElement>| {
        numbers.set(event.target().value());
    };
    view! {
        <details class="fold announce__urgent">
            <summary>"起草不定期公告"</summary>
            <div class="field">
                <label for="urgent">"案号（以逗号或空格分开）"</label>
                <input class="input" id="urgent" prop:value=move || numbers.get() on:input:target=type_in />
            </div>
            <button type="button" class="btn" on:click=act>"起草这些案件的公告"</button>
        </details>
    }
    .into_any()
}

/// On 今日: periodic announcements that are due (article 25), opinions that are asked for, and
/// reports that wait to be received or were sent back (article 21).
#[component]
pub(crate) fn Announcing() -> impl IntoView {
    let session = Session::use_in();
    let all = all_of(session);
    move || {
        let profile = session.profile().get()?;
        let rows = match profile.actor.role {
            Role::Municipal => due(session, &all.get()),
            _ => asked(&all.get()),
        };
        let rows: Vec<AnyView> = rows
            .into_iter()
            .chain(reported(session, profile.actor.role))
            .collect();
        (!rows.is_empty()).then(|| {
            view! {
                <section class="group" aria-labelledby="announcing">
                    <div class="group__head"><h2 id="announcing">"公告和报送"</h2><span class="num">{rows.len()}</span></div>
                    <ol>{rows}</ol>
                </section>
            }
        })
    }
}

fn due(session: Session, all: &Announcements) -> Vec<AnyView> {
    let today = session.today().get();
    let quarters = super::quarters(session);
    let due = due_announcements(quarters, all, today)
        .into_iter()
        .map(|due| {
            let (look, left) = match due.by - today {
                late if late < 0 => (Look::Overdue, format!("逾期 {} 日", -late)),
                0 => (Look::Today, "今天".to_owned()),
                left => (Look::Later, format!("剩 {left} 日")),
            };
            let begun = all.all().find(|it| {
                it.period == Some(due.quarter) && it.opened.is_some() && it.published.is_none()
            });
            let (to, act) = match begun {
                Some(begun) => (address(&begun.id), "办理"),
                None => ("/bureau/announcements".to_owned(), "起草"),
            };
            duty(Duty {
                look,
                left,
                by: Some(due.by),
                what: "发布定期公告",
                about: words::period(Some(due.quarter)),
                article: "第二十五条",
                to,
                act,
            })
        });
    due.collect()
}

fn asked(all: &Announcements) -> Vec<AnyView> {
    let opinions = all.all().flat_map(|it| it.opinions.values());
    let open = opinions
        .filter(|it| !it.is_answered())
        .filter_map(|opinion| {
            let asked = opinion.asked.as_ref()?;
            Some(duty(Duty {
                look: Look::Today,
                left: "即办".to_owned(),
                by: asked.answer_by,
                what: "答复公告意见",
                about: asked.title.clone(),
                article: "第二十三条",
                to: "/bureau/announcements".to_owned(),
                act: "答复",
            }))
        });
    open.collect()
}

/// Of the municipal bureau the reports that it has not received, of a district those sent back.
fn reported(session: Session, role: Role) -> Vec<AnyView> {
    let (state, what, act) = match role {
        Role::Municipal => (State::Reported, "接收处理情况", "接收"),
        _ => (State::Returned, "补充处理情况", "补报"),
    };
    let all = StatusReports::of(&session.announcement_changes());
    let waiting = all.all().filter(|(.., report)| report.state() == state);
    let rows = waiting.map(|(span, bureau, _)| {
        duty(Duty {
            look: Look::Today,
            left: "即办".to_owned(),
            by: None,
            what,
            about: format!("{}，{}", people::bureau_name(bureau), span.word()),
            article: "第二十一条",
            to: reporting::address(span, bureau),
            act,
        })
    });
    rows.collect()
}

/// What is to be done about an announcement, shown as the duties of cases are.
struct Duty {
    look: Look,
    left: String,
    by: Option<Day>,
    what: &'static str,
    about: String,
    article: &'static str,
    to: String,
    act: &'static str,
}

fn duty(duty: Duty) -> AnyView {
    let article = duty.article;
    view! {
        <li class="duty">
            <span class="duty__left">{status(duty.look, duty.left)}</span>
            <span class="duty__due">{due_day(duty.by, false)}</span>
            <a class="duty__what" href=duty.to.clone()>{duty.what}</a>
            <span class="duty__who">{duty.about}</span>
            <span class="duty__no"></span>
            <span class="duty__law">{article}</span>
            <span class="duty__by">"本局"</span>
            <span class="duty__meta">{format!("{article}　本局")}</span>
            <span class="duty__go"><a class="btn btn--row" href=duty.to>{duty.act}</a></span>
        </li>
    }
    .into_any()
}

/// How far it has come, beside its title.
pub(super) fn stage_tag(all: &Announcements, it: &Announcement) -> AnyView {
    let (look, word) = words::stage(all.stage(it));
    tag(look, word)
}

/// 朝阳区局、海淀区局
pub(super) fn bureau_names<'a>(codes: impl IntoIterator<Item = &'a String>) -> String {
    let names: Vec<String> = codes
        .into_iter()
        .map(|code| people::bureau_name(code))
        .collect();
    names.join("、")
}
