//! A district's view: what the municipal bureau asks its opinion about (article 23), and nothing
//! else of an announcement.

use leptos::{ev, prelude::*};
use shared::{
    change::Subject,
    publication::{AnnouncementId, Row, Step},
};

use super::{
    one::annex::table,
    records::{all_of, take},
};
use crate::{
    components::{
        messages::Messages,
        status::{Look, tag},
    },
    session::Session,
};

/// The page.
pub(super) fn opinions(session: Session) -> AnyView {
    let all = all_of(session);
    let asked = move || {
        let all = all.get();
        let all = all.all().flat_map(|it| {
            let opinions = it.opinions.iter();
            opinions.map(|(bureau, opinion)| (it.id.clone(), bureau.clone(), opinion.clone()))
        });
        let mut asked: Vec<_> = all
            .filter_map(|(id, bureau, opinion)| {
                let asked = opinion.asked.clone()?;
                Some((asked.record.clock, id, bureau, opinion, asked))
            })
            .collect();
        asked.sort_by_key(|(clock, ..)| std::cmp::Reverse(*clock));
        if asked.is_empty() {
            return view! {
                <div class="empty">
                    <b>"公告由市局办理"</b>
                    <p>"抽查信息由市局统一发布（第二十二条）。市局征求本局意见时，列在这里。可到"<a href="/ledger">"台账"</a>"查看本单位的案件。"</p>
                </div>
            }
            .into_any();
        }
        let parts: Vec<_> = asked
            .into_iter()
            .map(|(_, id, bureau, opinion, asked)| {
                let is_answered = opinion.is_answered();
                let state = if is_answered {
                    tag(Look::Done, "已答复")
                } else {
                    tag(Look::Today, "待答复")
                };
                let said = opinion.answered.filter(|_| is_answered).map(|said| {
                    let word = if said.agrees { "无意见" } else { "有意见" };
                    let text = said.text.trim().to_owned();
                    view! {
                        <dl class="known">
                            <dt>"答复"</dt><dd>{word}"　"<span class="num">{said.on.to_string()}</span></dd>
                            {(!text.is_empty()).then(|| view! { <dt>"意见"</dt><dd>{text}</dd> })}
                        </dl>
                    }
                });
                let by = asked.answer_by.map(|day| format!("请于 {day} 前答复。"));
                let rows: &[Row] = &asked.rows;
                view! {
                    <section class="part announce__draft">
                        <h2>{asked.title}{state}</h2>
                        {asked.text.lines().map(|line| view! { <p>{line.to_owned()}</p> }).collect::<Vec<_>>()}
                        {by.map(|by| view! { <p>{by}</p> })}
                        {table(rows, session, None)}
                        {said}
                        {answer(session, &id, &bureau, is_answered)}
                    </section>
                }
            })
            .collect();
        parts.into_any()
    };
    view! {
        <main class="page announce" id="main" tabindex="-1">
            <div class="page__head"><h1>"公告"</h1></div>
            {asked}
        </main>
    }
    .into_any()
}

fn answer(session: Session, id: &AnnouncementId, bureau: &str, is_answered: bool) -> AnyView {
    let messages = Messages::use_in();
    let text = RwSignal::new(String::new());
    let subject = StoredValue::new(Subject::opinion(id, bureau));
    let field = format!("opinion-{id}");
    let say = move |agrees: bool| {
        let step = Step::Answered {
            agrees,
            text: text.get_untracked().trim().to_owned(),
            on: session.today().get_untracked(),
        };
        let steps = vec![(subject.get_value(), step)];
        take(session, messages, steps, "已答复市局", move || {
            text.set(String::new())
        });
    };
    let type_in = move |event: ev::Targeted<ev::Event, web_sys::HtmlTextAreaElement>| {
        text.set(event.target().value());
    };
    let unsaid = move || text.with(|text| text.trim().is_empty());
    view! {
        <div class="form announce__answer">
            <div class="field">
                <label for=field.clone()>{if is_answered { "补充意见" } else { "本局意见" }}</label>
                <textarea class="input" id=field rows="3" prop:value=move || text.get() on:input:target=type_in></textarea>
            </div>
            <div class="form__acts">
                <button type="button" class="btn btn--main" on:click=move |_| say(true)>"无意见"</button>
                <button type="button" class="btn" disabled=unsaid on:click=move |_| say(false)>"提出意见"</button>
            </div>
        </div>
    }
    .into_any()
}
