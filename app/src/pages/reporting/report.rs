//! One report: its figures, the list behind them, and what is done with it.

use std::sync::Arc;

use leptos::{ev, prelude::*};
use shared::{
    Day,
    change::Subject,
    fold::Record,
    span::Span,
    status::{
        ACTS, Confirmed, Line, MAXIMUM_LINES_OF_STEP, State, StatusReport, StatusReports, Step,
        may_report, status_document, status_figures, status_lines,
    },
};

use crate::{
    components::{
        messages::{Message, Messages},
        status::{Look, status, tag},
        table::Table,
    },
    model::publication::barred,
    pages::announcements::{
        one::save_docx,
        records::{KEPT, chance, write},
    },
    people::name_of,
    session::Session,
    words::people,
};

/// What the page works with; what is being typed outlives its parts.
#[derive(Clone, Copy)]
pub(super) struct Desk {
    pub(super) session: Session,
    pub(super) messages: Messages,
    pub(super) reports: Memo<Arc<StatusReports>>,
    pub(super) remark: RwSignal<String>,
    pub(super) reason: RwSignal<String>,
}

impl Desk {
    /// Why the user may not take this step now, in words.
    fn barred(self, subject: &Subject, step: &Step) -> Option<&'static str> {
        let profile = self.session.profile().get()?;
        let found = self
            .reports
            .with(|all| may_report(&profile.actor, subject, step, all));
        found.err().map(barred)
    }

    fn take(self, subject: &Subject, steps: &[Step], done: &str) {
        let bodies = steps.iter().map(|step| (subject.clone(), step.body()));
        let done = Message::done(done).more(KEPT);
        write(
            self.session,
            self.messages,
            bodies.collect(),
            done,
            move || {
                self.remark.try_set(String::new());
                self.reason.try_set(String::new());
            },
        );
    }

    /// What the ledger says now of this bureau's work in the period.
    fn lines_now(self, span: Span, bureau: &str) -> Vec<Line> {
        let cases = self.session.cases().get();
        let ledger = cases.iter().map(|case| (&case.id, &*case.file));
        let as_of = self.session.today().get().min(span.last_day());
        let calendar = self.session.calendar().get();
        status_lines(ledger, &calendar, bureau, span, as_of)
    }
}

/// How a report stands, in shape and word.
pub(super) const fn state_of(state: State) -> (Look, &'static str) {
    match state {
        State::Unreported => (Look::Missing, "未报送"),
        State::Returned => (Look::Disputed, "退回"),
        State::Reported => (Look::Running, "待接收"),
        State::Received => (Look::Done, "已接收"),
    }
}

/// The day of a record, in Beijing.
pub(super) fn day_of(record: &Record) -> Day {
    Day::at_unix_milliseconds(i64::try_from(record.clock.milliseconds).unwrap_or(0))
}

/// The district's own: what is reported, or what would be.
pub(super) fn own(desk: Desk, span: Span, bureau: &'static str) -> AnyView {
    let all = desk.reports.get();
    let none = StatusReport::default();
    let report = all.get(span, bureau).unwrap_or(&none);
    let now = desk.lines_now(span, bureau);
    let today = desk.session.today().get();
    if today < span.first_day() {
        return view! { <p>"这一期还没有开始。"</p> }.into_any();
    }
    let is_open = matches!(report.state(), State::Unreported | State::Returned);
    let moved = (!is_open).then(|| moved(report.lines(), &now)).flatten();
    let is_moved = moved.is_some();
    let lines = if is_open { &now[..] } else { report.lines() };
    let confirmed = report.confirmed.as_ref().filter(|_| !is_open);
    let shown = body(desk, span, bureau, lines, confirmed);
    let form = (is_open || is_moved).then(|| confirm(desk, span, bureau, now, is_open));
    let early = (is_open && today <= span.last_day()).then(
        || view! { <p>{format!("这一期到 {} 为止，现在报送的截至今天。", span.last_day())}</p> },
    );
    view! {
        <section class="part" aria-labelledby="report">
            <h2 id="report">{span.word()}{state_tag(report)}<span class="part__note">"由本局案件的记录汇总（第二十一条）"</span></h2>
            {course(report)}
            {early}
            {moved}
            {shown}
            {form}
        </section>
    }
    .into_any()
}

fn state_tag(report: &StatusReport) -> AnyView {
    let (look, word) = state_of(report.state());
    tag(look, word)
}

/// Who did what with it, the last of each.
fn course(report: &StatusReport) -> AnyView {
    let who = |record: &Record| {
        let day = day_of(record).to_string();
        view! { <span class="num">{day}</span>{format!("　{}", name_of(&record.author))} }
    };
    let confirmed = report.confirmed.as_ref().map(|it| {
        let as_of = format!("，截至 {}", it.as_of);
        view! { <dt>"报送"</dt><dd>{who(&it.record)}{as_of}</dd> }
    });
    let said = report
        .confirmed
        .as_ref()
        .map(|it| it.remark.trim().to_owned());
    let said = said
        .filter(|said| !said.is_empty())
        .map(|said| view! { <dt>"说明"</dt><dd>{said}</dd> });
    let received = report
        .received
        .as_ref()
        .map(|record| view! { <dt>"市局接收"</dt><dd>{who(record)}</dd> });
    let returned = report.returned.as_ref().map(|(reason, record)| {
        view! { <dt>"市局退回"</dt><dd>{who(record)}{format!("：{reason}")}</dd> }
    });
    let earlier = report.log.len().saturating_sub(2);
    let earlier = (earlier > 0).then(|| {
        let rows = report
            .log
            .iter()
            .map(|(step, record)| {
                let word = match *step {
                    "confirmed" => "报送",
                    "received" => "接收",
                    _ => "退回",
                };
                view! { <li>{format!("{} {word} {}", day_of(record), name_of(&record.author))}</li> }
            })
            .collect::<Vec<_>>();
        view! { <dt>"经过"</dt><dd><ol>{rows}</ol></dd> }
    });
    report
        .confirmed
        .is_some()
        .then(|| view! { <dl class="known">{confirmed}{said}{received}{returned}{earlier}</dl> })
        .into_any()
}

/// What the ledger says by now and the report does not.
fn moved(reported: &[Line], now: &[Line]) -> Option<AnyView> {
    let came = now.iter().filter(|line| !reported.contains(line)).count();
    let went = reported.iter().filter(|line| !now.contains(line)).count();
    let said = match (came, went) {
        (0, 0) => return None,
        (came, 0) => format!("增加 {came} 项"),
        (0, went) => format!("减少 {went} 项"),
        (came, went) => format!("增加 {came} 项，减少 {went} 项"),
    };
    let note = status(Look::Soon, format!("报送后台账有变动：{said}"));
    Some(view! { <p class="announce__due">{note}</p> }.into_any())
}

/// Figures, list, and the acts of paper.
fn body(
    desk: Desk,
    span: Span,
    bureau: &str,
    lines: &[Line],
    confirmed: Option<&Confirmed>,
) -> AnyView {
    let figures = status_figures(lines)
        .into_iter()
        .filter(|figure| figure.times > 0)
        .map(|figure| {
            view! {
                <tr>
                    <th scope="row">{figure.title}</th>
                    <td class="num">{figure.times}</td>
                    <td class="num">{figure.cases}</td>
                </tr>
            }
        })
        .collect::<Vec<_>>();
    let paper = status_document(span, bureau, lines, confirmed);
    let messages = desk.messages;
    let take_along = move |_| save_docx(messages, paper.clone());
    let print = |_| {
        // Nothing is lost where a browser refuses: its own menu prints too.
        let _ = window().print();
    };
    let papers = view! {
        <div class="part__acts">
            <button type="button" class="btn" on:click=print>"打印"</button>
            <button type="button" class="btn" on:click=take_along>"存为 .docx"</button>
        </div>
    };
    if figures.is_empty() {
        return view! { <p>"本期没有办理事项，也没有逾期未办事项。"</p>{papers} }.into_any();
    }
    view! {
        <Table heads=["事项", "次数", "案件"] class="reporting__figures">{figures}</Table>
        <details class="fold" open=lines.len() <= 60>
            <summary><h3 class="announce__annex">"清单"</h3><span class="num">{lines.len()}</span></summary>
            {list(lines)}
        </details>
        {papers}
    }
    .into_any()
}

fn list(lines: &[Line]) -> AnyView {
    let rows = lines
        .iter()
        .map(|line| {
            let title = ACTS
                .iter()
                .find(|(act, ..)| *act == line.act)
                .map_or("", |(_, title, _)| *title);
            let is_overdue = line.act == shared::status::Act::Overdue;
            let what = if is_overdue {
                status(Look::Overdue, title)
            } else {
                title.into_any()
            };
            view! {
                <tr>
                    <td>{what}</td>
                    <td class="num">{line.on.to_string()}</td>
                    <td class="num"><a href=format!("/cases/{}", line.case)>{line.number.clone()}</a></td>
                    <td class="wrap">{line.enterprise.clone()}</td>
                    <td class="wrap">{line.product.clone()}</td>
                    <td class="wrap">{line.note.clone()}</td>
                </tr>
            }
        })
        .collect::<Vec<_>>();
    view! {
        <Table heads=["事项", "日期", "案号", "企业", "产品", "结果"] class="reporting__lines">{rows}</Table>
    }
    .into_any()
}

/// The officer confirms what was drawn.
fn confirm(
    desk: Desk,
    span: Span,
    bureau: &'static str,
    lines: Vec<Line>,
    is_first: bool,
) -> AnyView {
    let act = move |_| {
        let Some(drawing) = chance() else {
            desk.messages
                .say(Message::bad("没有报送").more("本机取不到随机数。"));
            return;
        };
        let drawing = drawing.to_string();
        let mut steps: Vec<Step> = lines
            .chunks(MAXIMUM_LINES_OF_STEP)
            .map(|lines| Step::Lines {
                drawing: drawing.clone(),
                lines: lines.to_vec(),
            })
            .collect();
        steps.push(Step::Confirmed {
            drawing,
            as_of: desk.session.today().get_untracked().min(span.last_day()),
            lines: lines.len(),
            remark: desk.remark.get_untracked().trim().to_owned(),
        });
        desk.take(&Subject::status(span, bureau), &steps, "已报送市局");
    };
    let label = if is_first {
        "确认报送"
    } else {
        "按台账补报"
    };
    view! {
        <div class="form announce__answer no-print">
            {typed("status-remark", "说明（可不填）", desk.remark)}
            <div class="form__acts">
                <button type="button" class="btn btn--main" on:click=act>{label}</button>
            </div>
        </div>
    }
    .into_any()
}

/// A district's, as the municipal bureau has it.
pub(super) fn received(desk: Desk, span: Span, bureau: &str) -> AnyView {
    let all = desk.reports.get();
    let Some((report, confirmed)) = all
        .get(span, bureau)
        .and_then(|report| Some((report, report.confirmed.as_ref()?)))
    else {
        return ().into_any();
    };
    let now = desk.lines_now(span, bureau);
    let subject = Subject::status(span, bureau);
    let drawing = confirmed.drawing.clone();
    let receiving = Step::Received {
        drawing: drawing.clone(),
    };
    let is_waiting = report.state() == State::Reported;
    let acts = is_waiting.then(|| {
        let why = desk.barred(&subject, &receiving);
        let on = subject.clone();
        let receive = move |_| desk.take(&on, std::slice::from_ref(&receiving), "已接收");
        let send_back = move |_| {
            let step = Step::Returned {
                drawing: drawing.clone(),
                reason: desk.reason.get_untracked().trim().to_owned(),
            };
            desk.take(&subject, &[step], "已退回");
        };
        let unsaid = move || desk.reason.with(|reason| reason.trim().is_empty());
        view! {
            <div class="form announce__answer no-print">
                {typed("status-reason", "退回的理由", desk.reason)}
                <div class="form__acts">
                    <button type="button" class="btn btn--main" disabled=why.is_some() on:click=receive>"接收"</button>
                    <button type="button" class="btn" disabled=unsaid on:click=send_back>"退回"</button>
                    {why.map(|why| view! { <span class="part__note">{why}</span> })}
                </div>
            </div>
        }
    });
    view! {
        <section class="part" aria-labelledby="report">
            <h2 id="report">{format!("{}　{}", people::bureau_name(bureau), span.word())}{state_tag(report)}</h2>
            {course(report)}
            {moved(report.lines(), &now)}
            {body(desk, span, bureau, report.lines(), Some(confirmed))}
            {acts}
        </section>
    }
    .into_any()
}

fn typed(id: &'static str, label: &'static str, value: RwSignal<String>) -> AnyView {
    let type_in = move |event: ev::Targeted<ev::Event, web_sys::HtmlTextAreaElement>| {
        value.set(event.target().value());
    };
    view! {
        <div class="field">
            <label for=id>{label}</label>
            <textarea class="input" id=id rows="2" prop:value=move || value.get() on:input:target=type_in></textarea>
        </div>
    }
    .into_any()
}
