//! One announcement at work: from what the ledger says to its publication, each step in its place.

pub(super) mod annex;
mod steps;
mod text;

use std::{collections::BTreeMap, sync::Arc};

use leptos::{prelude::*, task::spawn_local};
use shared::{
    Actor,
    change::{Body, Subject},
    document::Document,
    outgoing::Outgoing,
    publication::{
        Announcement, AnnouncementId, Announcements, Barred, Chosen, Draw, Step, differences,
        document, may_take,
    },
};

use super::records::{KEPT, all_of, chance, drawn_now, stage_tag, take, write};
use crate::{
    components::{
        download,
        messages::{Message, Messages},
    },
    frame::InAddress,
    model::publication::{self as words, redrawing},
    session::Session,
    words::day,
    worker,
};

const DOCX: &str = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";

/// What every part of the page needs.
#[derive(Clone, Copy)]
struct Desk {
    session: Session,
    messages: Messages,
    all: Memo<Arc<Announcements>>,
    id: StoredValue<AnnouncementId>,
}

impl Desk {
    /// Why the user may not take this step now; `None` where nothing bars it.
    fn barred(self, subject: &Subject, step: &Step) -> Option<Barred> {
        let actor = self.actor()?;
        self.all
            .with(|all| may_take(&actor, subject, step, all).err())
    }

    fn actor(self) -> Option<Actor> {
        self.session
            .profile()
            .with(|profile| profile.as_ref().map(|profile| profile.actor.clone()))
    }

    fn subject(self) -> Subject {
        self.id.with_value(Subject::announcement)
    }

    fn take(self, steps: Vec<Step>, done: &str) {
        let steps = self.id.with_value(|id| words::on_subject(id, steps));
        take(self.session, self.messages, steps, done, || {});
    }

    /// Takes steps; their message offers to take them back with what was before.
    fn take_or_undo(self, steps: Vec<Step>, back: impl IntoIterator<Item = Step>, done: &str) {
        let (session, messages) = (self.session, self.messages);
        let subject = self.subject();
        let bodies = |steps: Vec<Step>| -> Vec<(Subject, Body)> {
            let steps = steps.into_iter();
            steps.map(|step| (subject.clone(), step.body())).collect()
        };
        let back = bodies(back.into_iter().collect());
        let mut said = Message::done(done).more(KEPT);
        if !back.is_empty() {
            // The page may be gone by then.
            said = said.offer("撤销", move || {
                let said = Message::done("已撤销").more(KEPT);
                write(session, messages, back.clone(), said, || {});
            });
        }
        write(session, messages, bodies(steps), said, || {});
    }
}

/// The page.
#[component]
pub(crate) fn One() -> impl IntoView {
    let session = Session::use_in();
    let messages = Messages::use_in();
    let address = InAddress::use_in();
    let all = all_of(session);
    move || {
        let Ok(id) = address.get("id").parse::<AnnouncementId>() else {
            return unknown();
        };
        let desk = Desk {
            session,
            messages,
            all,
            id: StoredValue::new(id.clone()),
        };
        // What is being typed outlives the parts, which are drawn anew when something comes.
        let typed = text::Typed::none();
        let editing = annex::Editing::none();
        let forms = steps::Forms::none(session.today().get_untracked());
        (move || {
            let all = all.get();
            match all.get(&id).filter(|it| it.opened.is_some()) {
                Some(own) => page(desk, &all, own, typed, editing, forms),
                None => unknown(),
            }
        })
        .into_any()
    }
}

fn unknown() -> AnyView {
    view! {
        <main class="page" id="main" tabindex="-1">
            <div class="page__head"><h1>"公告"</h1></div>
            <div class="empty">
                <b>"本机没有这份公告"</b>
                <p>"它可能还没有同步到本机。可回到"<a href="/bureau/announcements">"公告"</a>"查看全部。"</p>
            </div>
        </main>
    }
    .into_any()
}

fn page(
    desk: Desk,
    all: &Announcements,
    own: &Announcement,
    typed: text::Typed,
    editing: annex::Editing,
    forms: steps::Forms,
) -> AnyView {
    let is_open = own.published.is_none();
    let now = is_open.then(|| of_now(desk, own)).flatten();
    let rows_now = now.as_ref().map_or(&[][..], |now| &now.rows);
    let title = own.content().title;
    let number = own.number.as_ref().map(|(number, _)| number.to_string());
    view! {
        <main class="page announce" id="main" tabindex="-1">
            <div class="page__head no-print">
                <h1>{title}{stage_tag(all, own)}</h1>
                <p class="tally">
                    <span>{words::period(own.period)}</span>
                    {number.map(|number| view! { <span class="num">{number}</span> })}
                </p>
                <a class="btn btn--plain push" href="/bureau/announcements">"全部公告"</a>
            </div>
            <div class="no-print">
                {steps::overview(own)}
                {now.as_ref().map(|now| changed(desk, own, now))}
                {is_open.then(|| text::section(desk, own, typed))}
            </div>
            {text::paper(own, is_open)}
            {annex::section(desk, own, rows_now, editing, is_open)}
            <div class="no-print">
                {steps::sections(desk, all, own, forms)}
                {papers(desk, own)}
                {log(own)}
            </div>
        </main>
    }
    .into_any()
}

/// What the ledger says now of what the draft took from it.
fn of_now(desk: Desk, own: &Announcement) -> Option<Draw> {
    let drawn = own.drawn.as_ref()?;
    let chosen = match own.period {
        Some(quarter) => Chosen::Quarter(quarter),
        None => Chosen::Cases(drawn.cases.iter().cloned().collect()),
    };
    Some(drawn_now(desk.session, &chosen))
}

/// What the ledger says now and the draft has not taken.
fn changed(desk: Desk, own: &Announcement, now: &Draw) -> AnyView {
    let Some(drawn) = own.drawn.clone() else {
        return ().into_any();
    };
    let taken_on = drawn.on;
    let then = Draw {
        drawn,
        rows: own.rows.clone(),
    };
    let found = differences(&then, now);
    if found.is_empty() {
        return view! {
            <p class="announce__due">{format!("取自 {taken_on} 的台账，此后没有变动。")}</p>
        }
        .into_any();
    }
    let count = found.len();
    let lines = found
        .iter()
        .map(|it| view! { <li>{words::difference(it)}</li> })
        .collect::<Vec<_>>();
    let (own, now) = (own.clone(), now.clone());
    let again = move |_| {
        if let Some(drawing) = chance() {
            let steps = redrawing(&own, &now, drawing.as_str());
            desk.take(steps, "已按台账更新草案");
        }
    };
    view! {
        <section class="part" aria-labelledby="changed">
            <h2 id="changed">"台账此后的变动"<span class="num">{count}</span>
                <span class="part__note">{format!("草案取自 {taken_on} 的台账")}</span>
            </h2>
            <ul class="announce__changes">{lines}</ul>
            <div class="part__acts">
                <button type="button" class="btn" on:click=again>"按台账更新草案"</button>
                <span class="part__note">"人工改写的部分不动"</span>
            </div>
        </section>
    }
    .into_any()
}

/// Saves a document as a .docx.
pub(crate) fn save_docx(messages: Messages, paper: Document) {
    spawn_local(async move {
        let name = format!("{} {}", paper.title, paper.number);
        let name = format!("{}.docx", name.trim_end());
        let asked = Outgoing::Document {
            document: paper,
            signatures: Vec::new(),
        };
        let bytes = worker::write(&asked, &[]).await;
        let is_saved =
            bytes.is_some_and(|bytes| download::file(&bytes.into(), DOCX, &name).is_ok());
        if !is_saved {
            messages.say(
                Message::bad("没有存成 .docx：浏览器不允许在后台写文件")
                    .more("内容还在，可以打印。"),
            );
        }
    });
}

fn papers(desk: Desk, own: &Announcement) -> AnyView {
    let paper = document(own);
    let messages = desk.messages;
    let take_along = move |_| save_docx(messages, paper.clone());
    let print = |_| {
        // Nothing is lost where a browser refuses: its own menu prints too.
        let _ = window().print();
    };
    let public = own.published.is_some().then(|| {
        let address = format!("/announcements/{}", own.id);
        view! { <a class="btn btn--plain" href=address rel="external">"公开页面"</a> }
    });
    view! {
        <div class="part part__acts">
            <button type="button" class="btn" on:click=print>"打印"</button>
            <button type="button" class="btn" on:click=take_along>"存为 .docx"</button>
            {public}
        </div>
    }
    .into_any()
}

/// Who did what and when; steps that were taken together stand in one line.
fn log(own: &Announcement) -> AnyView {
    let mut lines: Vec<(&str, String, u64, BTreeMap<String, usize>)> = Vec::new();
    for taken in &own.log {
        let minute = taken.record.clock.milliseconds / 60_000;
        let bureau = taken.bureau.clone().unwrap_or_default();
        match lines.last_mut() {
            Some((step, author, at, bureaus))
                if *step == taken.step && *author == taken.record.author && *at == minute =>
            {
                *bureaus.entry(bureau).or_default() += 1;
            }
            _ => {
                let author = taken.record.author.clone();
                lines.push((taken.step, author, minute, [(bureau, 1)].into()));
            }
        }
    }
    let today = shared::Day::at_unix_milliseconds;
    let rows = lines
        .into_iter()
        .rev()
        .map(|(step, author, minute, bureaus)| {
            let at = i64::try_from(minute * 60_000).unwrap_or(0);
            let count: usize = bureaus.values().sum();
            let named: Vec<&String> = bureaus.keys().filter(|it| !it.is_empty()).collect();
            let named = super::records::bureau_names(named);
            let many = (count > 1 && named.is_empty()).then(|| format!(" {count} 处"));
            let on = today(at);
            view! {
                <li>
                    <time class="num">{on.to_string()}" "{day::moment(at, on)}</time>
                    <b>{words::step(step).to_owned()}{many}{(!named.is_empty()).then(|| format!("：{named}"))}</b>
                    <span>{crate::people::name_of(&author)}</span>
                </li>
            }
        })
        .collect::<Vec<_>>();
    view! {
        <details class="part fold">
            <summary><h2>"办理记录"</h2><span class="num">{rows.len()}</span></summary>
            <ol class="log">{rows}</ol>
        </details>
    }
    .into_any()
}
