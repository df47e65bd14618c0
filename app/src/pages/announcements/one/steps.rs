//! What stands between a draft and its publication, and after it: opinions, risk, approval,
//! number, publication, withdrawal.

use std::collections::BTreeSet;

use leptos::{ev, prelude::*};
use shared::{
    Day,
    change::Subject,
    publication::{
        Announcement, Announcements, Barred, CHANNELS, Opinion, Review, Risk, Stage, Step,
    },
};

use super::Desk;
use crate::{
    components::{
        status::{Look, status},
        table::Table,
    },
    model::publication::{self as words, next_number, question},
    pages::announcements::records::{begin_correction, bureau_names, take},
    people::name_of,
    words::people,
};

/// What is being filled in; it outlives the parts, which are drawn anew when something comes.
#[derive(Clone, Copy)]
pub(super) struct Forms {
    answer_by: RwSignal<String>,
    assessor: RwSignal<String>,
    conclusion: RwSignal<String>,
    remark: RwSignal<String>,
    without: RwSignal<String>,
    serial: RwSignal<Option<String>>,
    on: RwSignal<String>,
    channels: RwSignal<BTreeSet<usize>>,
    reason: RwSignal<String>,
}

impl Forms {
    pub(super) fn none(today: Day) -> Self {
        let empty = || RwSignal::new(String::new());
        Self {
            answer_by: empty(),
            assessor: empty(),
            conclusion: empty(),
            remark: empty(),
            without: empty(),
            serial: RwSignal::new(None),
            on: RwSignal::new(today.to_string()),
            channels: RwSignal::new([0].into()),
            reason: empty(),
        }
    }
}

/// How far each step is, in the order of articles 23 to 26.
pub(super) fn overview(own: &Announcement) -> AnyView {
    let asked = own.opinions.len();
    let answered = own.opinions.values().filter(|it| it.is_answered()).count();
    let unasked = own.missing_questions().len();
    let is_sensitive = own
        .drawn
        .as_ref()
        .is_some_and(|it| !it.sensitive.is_empty());
    let done = |done: bool, words: String| (if done { Look::Done } else { Look::Missing }, words);
    let steps = [
        ("起草", (Look::Done, "已起草".to_owned())),
        (
            "征求意见",
            match (unasked, asked) {
                (0, 0) => (Look::Waived, "不涉及区县局".to_owned()),
                (0, _) if answered == asked => (Look::Done, format!("{asked} 局都已答复")),
                (0, _) => (Look::Running, format!("{asked} 局中 {answered} 局已答复")),
                _ => (Look::Missing, format!("{unasked} 局未征求")),
            },
        ),
        (
            "风险评估",
            match (&own.risk, is_sensitive) {
                (Some(_), _) => (Look::Done, "已评估".to_owned()),
                (None, true) => (Look::Missing, "应当评估".to_owned()),
                (None, false) => (Look::Waived, "不要求".to_owned()),
            },
        ),
        (
            "审批",
            match (own.approval(), own.reviews.is_empty()) {
                (Some((_, record)), _) => {
                    (Look::Done, format!("{} 已审批", name_of(&record.author)))
                }
                (None, true) => (Look::Missing, "未审批".to_owned()),
                (None, false) => (Look::Missing, "内容有改动或已退回，须再审批".to_owned()),
            },
        ),
        (
            "编号",
            done(
                own.number.is_some(),
                own.number
                    .as_ref()
                    .map_or_else(|| "未编号".to_owned(), |(it, _)| it.to_string()),
            ),
        ),
        (
            "发布",
            done(
                own.published.is_some(),
                own.published
                    .as_ref()
                    .map_or_else(|| "未发布".to_owned(), |(on, ..)| format!("{on} 发布")),
            ),
        ),
    ];
    let steps = steps
        .into_iter()
        .map(|(name, (look, said))| view! { <li><b>{name}</b>{status(look, said)}</li> })
        .collect::<Vec<_>>();
    view! { <ol class="announce__steps" aria-label="办理进度">{steps}</ol> }.into_any()
}

/// The sections of the steps.
pub(super) fn sections(
    desk: Desk,
    all: &Announcements,
    own: &Announcement,
    forms: Forms,
) -> AnyView {
    let is_open = own.published.is_none();
    view! {
        {opinions(desk, own, forms, is_open)}
        {risk(desk, own, forms, is_open)}
        {is_open.then(|| approval(desk, own, forms))}
        {is_open.then(|| numbering(desk, all, own, forms))}
        {is_open.then(|| publication(desk, own, forms))}
        {(!is_open).then(|| afterwards(desk, all, own, forms))}
    }
    .into_any()
}

/// A button for a step, and beside it why it cannot be taken now.
fn act(label: String, is_main: bool, barred: Option<Barred>, act: impl Fn() + 'static) -> AnyView {
    let class = if is_main { "btn btn--main" } else { "btn" };
    let why =
        barred.map(|barred| view! { <span class="part__note">{words::barred(barred)}</span> });
    view! {
        <button type="button" class=class disabled=barred.is_some() on:click=move |_| act()>{label}</button>
        {why}
    }
    .into_any()
}

fn opinions(desk: Desk, own: &Announcement, forms: Forms, is_open: bool) -> AnyView {
    let missing = own.missing_questions();
    let rows = own
        .opinions
        .iter()
        .map(|(bureau, opinion)| opinion_row(bureau, opinion))
        .collect::<Vec<_>>();
    let table = (!rows.is_empty()).then(|| {
        view! {
            <Table heads=["区县局", "状态", "征求", "答复", "意见"]>{rows}</Table>
        }
    });
    let ask = (is_open && !missing.is_empty()).then(|| {
        let own = own.clone();
        let names = bureau_names(&missing);
        let label = format!("征求 {} 局意见", missing.len());
        let ask = move || {
            let by = forms.answer_by.get_untracked().parse().ok();
            let asked = |bureau: &String| {
                let subject = Subject::opinion(&own.id, bureau);
                (subject, question(&own, bureau, by))
            };
            let steps = missing.iter().map(asked).collect();
            take(desk.session, desk.messages, steps, "已征求意见", || {});
        };
        view! {
            <p>{format!("附表涉及{names}，尚未征求意见（第二十三条）。各局只看到对本局案件的内容。")}</p>
            <div class="part__acts">
                <div class="condition"><label for="answer-by">"请于此日前答复"</label>{date("answer-by", forms.answer_by)}</div>
                {act(label, true, None, ask)}
            </div>
        }
    });
    let again = is_open.then(|| asking_again(desk, own, forms)).flatten();
    let none = own.opinions.is_empty() && own.bureaus().is_empty();
    view! {
        <section class="part" aria-labelledby="opinions">
            <h2 id="opinions">"征求区县局意见"<span class="part__note">"第二十三条"</span></h2>
            {none.then(|| view! { <p>"附表没有涉及区县局承办的案件。"</p> })}
            {table}
            {ask}
            {again}
        </section>
    }
    .into_any()
}

/// Where rows that a bureau was asked about are others by now, it may be asked anew.
fn asking_again(desk: Desk, own: &Announcement, forms: Forms) -> Option<AnyView> {
    let stale: Vec<String> = own
        .opinions
        .iter()
        .filter(|(bureau, opinion)| {
            let now = match question(own, bureau, None) {
                Step::Asked { rows, .. } => rows,
                _ => Vec::new(),
            };
            opinion
                .asked
                .as_ref()
                .is_some_and(|asked| asked.rows != now)
        })
        .map(|(bureau, _)| bureau.clone())
        .collect();
    if stale.is_empty() {
        return None;
    }
    let own = own.clone();
    let names = bureau_names(&stale);
    let ask = move || {
        let by = forms.answer_by.get_untracked().parse().ok();
        let asked = |bureau: &String| {
            let subject = Subject::opinion(&own.id, bureau);
            (subject, question(&own, bureau, by))
        };
        let steps = stale.iter().map(asked).collect();
        take(desk.session, desk.messages, steps, "已再次征求意见", || {});
    };
    let label = "再次征求意见".to_owned();
    Some(
        view! {
            <p>{format!("{names}被征求意见以后，涉及的附表内容有改动。")}</p>
            <div class="part__acts">{act(label, false, None, ask)}</div>
        }
        .into_any(),
    )
}

fn opinion_row(bureau: &str, opinion: &Opinion) -> AnyView {
    let said = opinion.answered.as_ref().filter(|_| opinion.is_answered());
    let state = match said {
        Some(said) if said.agrees => status(Look::Done, "无意见"),
        Some(_) => status(Look::Disputed, "有意见"),
        None => status(Look::Running, "待答复"),
    };
    let moment = |milliseconds: u64| {
        Day::at_unix_milliseconds(i64::try_from(milliseconds).unwrap_or(0)).to_string()
    };
    let asked = opinion.asked.as_ref();
    let asked = asked.map(|asked| moment(asked.record.clock.milliseconds));
    view! {
        <tr>
            <th scope="row">{people::bureau_name(bureau)}</th>
            <td>{state}</td>
            <td class="num">{asked}</td>
            <td class="num">{said.map(|said| said.on.to_string())}</td>
            <td class="wrap">{said.map(|said| said.text.clone())}</td>
        </tr>
    }
    .into_any()
}

fn risk(desk: Desk, own: &Announcement, forms: Forms, is_open: bool) -> AnyView {
    let sensitive = own.drawn.as_ref().map(|drawn| drawn.sensitive.join("、"));
    let sensitive = sensitive.unwrap_or_default();
    let said = match (&own.risk, sensitive.is_empty()) {
        (Some((risk, _)), _) => view! {
            <dl class="known">
                <dt>"评估日期"</dt><dd class="num">{risk.on.to_string()}</dd>
                <dt>"评估单位"</dt><dd>{risk.by.clone()}</dd>
                <dt>"结论和措施"</dt><dd>{risk.conclusion.clone()}</dd>
            </dl>
        }
        .into_any(),
        (None, true) => view! { <p>"本期产品没有标为公共安全类、日用消费类，不要求评估。"</p> }.into_any(),
        (None, false) => view! {
            <p>{format!("涉及公共安全类、日用消费类产品：{sensitive}。发布前须作社会稳定风险评估。")}</p>
        }
        .into_any(),
    };
    let is_recorded = own.risk.is_some();
    let form = is_open.then(|| {
        let record = move || {
            let step = Step::RiskAssessed {
                risk: Risk {
                    on: desk.session.today().get_untracked(),
                    by: forms.assessor.get_untracked().trim().to_owned(),
                    conclusion: forms.conclusion.get_untracked().trim().to_owned(),
                },
            };
            desk.take(vec![step], "已记录风险评估");
            forms.conclusion.set(String::new());
        };
        let unsaid = move || {
            let empty = |text: &String| text.trim().is_empty();
            forms.assessor.with(empty) || forms.conclusion.with(empty)
        };
        let form = view! {
            <div class="form announce__answer">
                {text_field("risk-by", "评估单位", forms.assessor, false)}
                {text_field("risk-text", "结论和措施", forms.conclusion, true)}
                <div class="form__acts">
                    <button type="button" class="btn" disabled=unsaid on:click=move |_| record()>"记录风险评估"</button>
                </div>
            </div>
        };
        if is_recorded {
            view! { <details class="fold announce__urgent"><summary>"重新评估"</summary>{form}</details> }.into_any()
        } else {
            form.into_any()
        }
    });
    view! {
        <section class="part" aria-labelledby="risk">
            <h2 id="risk">"社会稳定风险评估"<span class="part__note">"第二十三条"</span></h2>
            {said}
            {form}
        </section>
    }
    .into_any()
}

fn approval(desk: Desk, own: &Announcement, forms: Forms) -> AnyView {
    let content = own.digest();
    let review = move |approved: bool| Step::Reviewed {
        review: Review {
            content,
            approved,
            remark: forms.remark.get().trim().to_owned(),
            without: forms.without.get().trim().to_owned(),
        },
    };
    let unanswered = own.missing_answers();
    let barred = Signal::derive(move || desk.barred(&desk.subject(), &review(true)));
    let approve = move |_| desk.take(vec![untrack(|| review(true))], "已审批");
    let send_back = move |_| desk.take(vec![untrack(|| review(false))], "已退回");
    let no_return = move || desk.barred(&desk.subject(), &review(false)).is_some();
    let without = (!unanswered.is_empty()).then(|| {
        view! {
            <p>{format!("{}还没有答复。", bureau_names(&unanswered))}</p>
            <div class="form announce__answer">{text_field("without", "不再等候答复的理由", forms.without, false)}</div>
        }
    });
    let last = own.reviews.last().map(|(review, record)| {
        let word = match (review.approved, review.content == content) {
            (true, true) => "审批了现在的内容",
            (true, false) => "审批后内容有改动",
            (false, _) => "退回",
        };
        let remark = review.remark.clone();
        let remark = if remark.is_empty() {
            remark
        } else {
            format!("：{remark}")
        };
        let without = match review.without.trim() {
            "" => String::new(),
            why => format!("。不再等候答复：{why}"),
        };
        view! { <p>{format!("{} {word}{remark}{without}", name_of(&record.author))}</p> }
    });
    view! {
        <section class="part" aria-labelledby="approval">
            <h2 id="approval">"审批"<span class="part__note">"由没有起草、修改过的另一人办理；审批的是现在的内容"</span></h2>
            {last}
            {without}
            <div class="form announce__answer">{text_field("remark", "审批意见", forms.remark, false)}</div>
            <div class="part__acts">
                <button type="button" class="btn btn--main" disabled=move || barred.get().is_some() on:click=approve>"批准"</button>
                <button type="button" class="btn" disabled=no_return on:click=send_back>"退回"</button>
                {move || barred.get().map(|barred| view! { <span class="part__note">{words::barred(barred)}</span> })}
            </div>
        </section>
    }
    .into_any()
}

fn numbering(desk: Desk, all: &Announcements, own: &Announcement, forms: Forms) -> AnyView {
    let year = desk.session.today().get().year();
    let proposed = own
        .number
        .as_ref()
        .map_or_else(|| next_number(all, year), |(number, _)| number.clone());
    let shown = {
        let serial = proposed.serial;
        move || forms.serial.get().unwrap_or_else(|| serial.to_string())
    };
    let step = {
        let proposed = proposed.clone();
        move || {
            let serial = shown().trim().parse().unwrap_or(0);
            let mut number = proposed.clone();
            number.serial = serial;
            let issue = serial;
            Step::Numbered { number, issue }
        }
    };
    let barred = {
        let step = step.clone();
        Signal::derive(move || desk.barred(&desk.subject(), &step()))
    };
    let number = move |_| {
        desk.take(vec![untrack(&step)], "已编号");
        forms.serial.set(None);
    };
    let type_in = move |event: ev::Targeted<ev::Event, web_sys::HtmlInputElement>| {
        forms.serial.set(Some(event.target().value()));
    };
    let label = if own.number.is_some() {
        "改号"
    } else {
        "编号"
    };
    view! {
        <section class="part" aria-labelledby="numbering">
            <h2 id="numbering">"编号"</h2>
            <div class="part__acts">
                <div class="condition">
                    <label for="serial">{format!("{}〔{}〕", proposed.series, proposed.year)}</label>
                    <input class="input announce__serial" id="serial" inputmode="numeric" prop:value=shown on:input:target=type_in />
                    "号"
                </div>
                <button type="button" class="btn" disabled=move || barred.get().is_some() on:click=number>{label}</button>
                {move || barred.get().map(|barred| view! { <span class="part__note">{words::barred(barred)}</span> })}
            </div>
        </section>
    }
    .into_any()
}

fn publication(desk: Desk, own: &Announcement, forms: Forms) -> AnyView {
    let content = own.digest();
    let step = move || Step::Published {
        content,
        on: forms
            .on
            .get()
            .parse()
            .unwrap_or_else(|_| desk.session.today().get()),
        channels: forms.channels.with(|chosen| {
            let chosen = chosen.iter().filter_map(|at| CHANNELS.get(*at));
            chosen.map(|channel| (*channel).to_owned()).collect()
        }),
    };
    let barred = Signal::derive(move || desk.barred(&desk.subject(), &step()));
    let publish = move |_| desk.take(vec![untrack(step)], "已发布公告");
    let channels = CHANNELS
        .iter()
        .enumerate()
        .map(|(at, channel)| {
            let is_chosen = move || forms.channels.with(|chosen| chosen.contains(&at));
            let choose = move |event: ev::Targeted<ev::Event, web_sys::HtmlInputElement>| {
                let is_chosen = event.target().checked();
                forms.channels.update(|chosen| {
                    if is_chosen {
                        chosen.insert(at);
                    } else {
                        chosen.remove(&at);
                    }
                });
            };
            view! {
                <label class="choice">
                    <input type="checkbox" prop:checked=is_chosen on:change:target=choose />
                    {*channel}
                </label>
            }
        })
        .collect::<Vec<_>>();
    view! {
        <section class="part" aria-labelledby="publication">
            <h2 id="publication">"发布"<span class="part__note">"第二十六条；发布后附表各案记“公告”，内容不再改动"</span></h2>
            <fieldset class="field"><legend>"发布途径"</legend><div class="choices">{channels}</div></fieldset>
            <div class="part__acts">
                <div class="condition"><label for="published-on">"发布日期"</label>{date("published-on", forms.on)}</div>
                <button type="button" class="btn btn--main" disabled=move || barred.get().is_some() on:click=publish>"发布公告"</button>
                {move || barred.get().map(|barred| view! { <span class="part__note">{words::barred(barred)}</span> })}
            </div>
        </section>
    }
    .into_any()
}

/// A publication is never changed: it is corrected by another, or withdrawn.
fn afterwards(desk: Desk, all: &Announcements, own: &Announcement, forms: Forms) -> AnyView {
    let said = own.published.as_ref().map(|(on, channels, record)| {
        view! {
            <dl class="known">
                <dt>"发布"</dt><dd class="num">{on.to_string()}</dd>
                <dt>"途径"</dt><dd>{channels.join("、")}</dd>
                <dt>"经办"</dt><dd>{name_of(&record.author)}</dd>
                {own.withdrawn.as_ref().map(|(on, reason, _)| view! {
                    <dt>"撤回"</dt><dd><span class="num">{on.to_string()}</span>{format!("　{reason}")}</dd>
                })}
            </dl>
        }
    });
    let withdrawn = move || Step::Withdrawn {
        on: desk.session.today().get_untracked(),
        reason: forms.reason.get_untracked().trim().to_owned(),
    };
    let withdraw = move |_| desk.take(vec![withdrawn()], "已撤回公告");
    let unsaid = move || forms.reason.with(|reason| reason.trim().is_empty());
    let stands = matches!(all.stage(own), Stage::Published);
    let acts = stands.then(|| {
        let correct = begin_correction(desk.session, own);
        view! {
            <p>"发布的内容不再改动。有误的，起草更正公告，经同样的步骤发布后取代本公告；或者撤回。撤回后各案的“公告”记录仍在，须撤销的到案件里撤销。"</p>
            <div class="form announce__answer">{text_field("reason", "撤回理由", forms.reason, false)}</div>
            <div class="part__acts">
                <button type="button" class="btn" on:click=move |_| correct()>"起草更正公告"</button>
                <button type="button" class="btn" disabled=unsaid on:click=withdraw>"撤回公告"</button>
            </div>
        }
    });
    view! {
        <section class="part" aria-labelledby="afterwards">
            <h2 id="afterwards">"发布以后"</h2>
            {said}
            {acts}
        </section>
    }
    .into_any()
}

fn date(id: &'static str, value: RwSignal<String>) -> AnyView {
    let pick = move |event: ev::Targeted<ev::Event, web_sys::HtmlInputElement>| {
        value.set(event.target().value());
    };
    view! { <input class="input" id=id type="date" prop:value=move || value.get() on:change:target=pick /> }
        .into_any()
}

fn text_field(
    id: &'static str,
    label: &'static str,
    value: RwSignal<String>,
    is_long: bool,
) -> AnyView {
    let control = if is_long {
        let type_in = move |event: ev::Targeted<ev::Event, web_sys::HtmlTextAreaElement>| {
            value.set(event.target().value());
        };
        view! { <textarea class="input" id=id rows="3" prop:value=move || value.get() on:input:target=type_in></textarea> }
            .into_any()
    } else {
        let type_in = move |event: ev::Targeted<ev::Event, web_sys::HtmlInputElement>| {
            value.set(event.target().value());
        };
        view! { <input class="input" id=id prop:value=move || value.get() on:input:target=type_in /> }
            .into_any()
    };
    view! { <div class="field"><label for=id>{label}</label>{control}</div> }.into_any()
}
