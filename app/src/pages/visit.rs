//! 现场: the visit by which a rectification is verified and samples are taken, one question a screen,
//! without a network.

mod desk;
mod people;
mod photos;
mod question;
mod sampling;
mod sheet;
mod signing;

use std::sync::Arc;

use leptos::{prelude::*, task::spawn_local};
use leptos_router::{NavigateOptions, hooks::use_navigate};
use shared::{
    EventKind,
    event::Outcome,
    permission::permitted,
    visit::{Step, Visit},
    words::{self, Word},
};

use self::desk::{Desk, Kept};
use super::{
    case::case_in_address,
    not_found::no_such_case,
    record::{follows, panel},
};
use crate::{
    components::{
        messages::{Message, Messages},
        sprite::icon,
        status::{Look, status},
    },
    frame::InAddress,
    model::duty::number_of,
    session::{LedgerCase, Session, SyncState, Together},
    words::day,
};

/// The visit under way.
#[component]
pub(crate) fn Visiting() -> impl IntoView {
    let session = Session::use_in();
    let now = case_in_address();
    // The screens must not be built anew when the case changes under them.
    let shown = Memo::new(move |_| now.get().is_some());
    move || {
        let found = shown.get().then(|| now.get_untracked()).flatten();
        let (Some(case), Some(profile)) = (found, session.profile().get_untracked()) else {
            return no_such_case();
        };
        if !permitted(&profile.actor, &case.file).contains(&EventKind::RectificationVerified) {
            return not_permitted(&case);
        }
        let desk = RwSignal::new(None);
        let id = case.id.clone();
        spawn_local(async move {
            let opened = Desk::open(session, id).await;
            let _ = desk.try_set(Some(opened));
        });
        let open = move || match desk.get() {
            None => view! { <p class="entry" role="status">"正在打开……"</p> }.into_any(),
            Some(desk) => screens(desk, &case, now),
        };
        open.into_any()
    }
}

/// The record of a visit that was recorded.
#[component]
pub(crate) fn Visited() -> impl IntoView {
    let case = case_in_address();
    let event = InAddress::use_in().get_untracked("event");
    move || {
        let Some(case) = case.get() else {
            return no_such_case();
        };
        let found = case.file.events.iter().find(|it| it.id == event);
        let Some(visit) = found.and_then(Visit::of_event) else {
            return no_such_case();
        };
        view! {
            <main class="page" id="main" tabindex="-1">
                <div class="page__head no-print">
                    <a class="link" href=format!("/cases/{}?tab=log", case.id)>"回到案件"</a>
                    <button type="button" class="btn push" on:click=print>"打印"</button>
                </div>
                {sheet::sheet(&case, &visit)}
            </main>
        }
        .into_any()
    }
}

fn print(_: leptos::ev::MouseEvent) {
    // Refused only where the browser cannot print at all.
    let _ = window().print();
}

fn not_permitted(case: &LedgerCase) -> AnyView {
    view! {
        <main class="page" id="main" tabindex="-1">
            <div class="empty">
                <b>"这里没有您的现场核查"</b>
                <p>"整改核查由办理案件的区县局登记。"<a href=format!("/cases/{}", case.id)>"回到案件"</a>"。"</p>
            </div>
        </main>
    }
    .into_any()
}

/// The case as the ledger has it now.
type Now = Memo<Option<Arc<LedgerCase>>>;

fn screens(desk: Desk, case: &Arc<LedgerCase>, now: Now) -> AnyView {
    let at = Memo::new(move |_| desk.step());
    let case = case.clone();
    let shown = {
        let case = case.clone();
        move || match at.get() {
            Step::Officers => people::officers(desk),
            Step::Present => people::present(desk),
            Step::Sampling => sampling::sampling(desk, now),
            Step::Conclusion => conclusion(desk, now),
            Step::Signatures => signing::signing(desk),
            Step::Record => record(desk, &case),
            step => question::question(desk, &case, step),
        }
    };
    view! {
        <main class="visit" id="main" tabindex="-1">
            {top(desk, &case)}
            <div class="q" id="question">{shown}</div>
            {foot(desk, case, at)}
        </main>
    }
    .into_any()
}

fn top(desk: Desk, case: &LedgerCase) -> AnyView {
    let session = desk.session;
    let (enterprise, number) = (case.file.case.enterprise.name.clone(), number_of(case));
    let officers = move || {
        desk.with(|visit| {
            let names = visit.officers.iter().map(|it| it.name.trim());
            names
                .filter(|it| !it.is_empty())
                .collect::<Vec<_>>()
                .join("、")
        })
    };
    let network = move || {
        let is_offline = session
            .sync_state()
            .with(|state| matches!(state, SyncState::Waiting { .. }));
        if is_offline {
            view! { <span class="st st--later">{icon("i-offline", "16")}"离线"</span> }.into_any()
        } else {
            view! { <span class="st st--later">"在线"</span> }.into_any()
        }
    };
    let kept = move || match desk.kept.get() {
        Kept::Writing => status(Look::Later, "正在存"),
        Kept::Failed(error) => status(Look::Overdue, format!("没有存下：{error}")),
        Kept::At(at) => {
            let at = day::moment(at, session.today().get());
            view! { <span class="st st--done">{Look::Done.mark()}"已存本机 "<time>{at}</time></span> }.into_any()
        }
    };
    let steps = move || {
        let (step, all) = (desk.step(), desk.with(Visit::steps));
        let place = all.iter().position(|it| *it == step).unwrap_or(0) + 1;
        let bars = all
            .iter()
            .map(|it| {
                let it = *it;
                let is_done = desk.with(|visit| visit.missing_at(it).is_none()) && it < step;
                let class = if is_done { "is-done" } else { "" };
                let current = (it == step).then_some("step");
                view! {
                    <li class=class aria-current=current>
                        <button type="button" title=it.title() aria-label=it.title() on:click=move |_| desk.go(it)></button>
                    </li>
                }
            })
            .collect::<Vec<_>>();
        let count = all.len();
        view! {
            <ol class="steps" aria-label=format!("第 {place} 步，共 {count} 步")>{bars}</ol>
            <p class="steps__say"><span>{step.title()}</span><span class="num">{format!("{place} / {count}")}</span></p>
        }
    };
    view! {
        <header class="visit__top">
            <a class="visit__case" href=format!("/cases/{}", case.id) title="回到案件，填写的内容都在">{enterprise}</a>
            <p class="visit__sub">{format!("整改核查　{number}　")}{officers}</p>
            <div class="visit__state" role="status">{network}{kept}</div>
            {steps}
        </header>
    }
    .into_any()
}

fn foot(desk: Desk, case: Arc<LedgerCase>, at: Memo<Step>) -> AnyView {
    let back = move || {
        let step = at.get();
        let before = desk.with_untracked(|visit| beside(visit, step, false));
        if let Some(before) = before {
            view! { <button class="btn btn--big" type="button" on:click=move |_| desk.go(before)>"上一题"</button> }
                .into_any()
        } else {
            let address = format!("/cases/{}", case.id);
            view! { <a class="btn btn--big" href=address>"回到案件"</a> }.into_any()
        }
    };
    let middle = move || match at.get() {
        Step::Signatures => signing::refusal_button(desk),
        Step::Record => {
            view! { <button class="btn btn--big" type="button" on:click=print>"打印"</button> }
                .into_any()
        }
        _ => view! {
            <button class="btn btn--big" type="button" on:click=move |_| desk.go(Step::Signatures)>
                {icon("i-pen", "20")}
                "签字"
            </button>
        }
        .into_any(),
    };
    let id = desk.case.get_value();
    let save = save(desk, id);
    let next = move || {
        let step = at.get();
        if step == Step::Record {
            let save = save.clone();
            let is_busy = desk.busy;
            return view! {
                <button class="btn btn--main btn--big" type="button" disabled=move || is_busy.get() on:click=move |_| save()>
                    {move || if is_busy.get() { "正在保存……" } else { "登记核查结果" }}
                </button>
            }
            .into_any();
        }
        if step == Step::Signatures {
            return signing::done_button(desk);
        }
        let go = move |_| {
            let after = desk.with_untracked(|visit| beside(visit, step, true));
            desk.go(after.unwrap_or(Step::Record));
        };
        view! { <button class="btn btn--main btn--big" type="button" on:click=go>"下一题"</button> }
            .into_any()
    };
    view! { <footer class="visit__foot">{back}{middle}{next}</footer> }.into_any()
}

/// The step after or before this one.
pub(super) fn beside(visit: &Visit, step: Step, after: bool) -> Option<Step> {
    let steps = visit.steps();
    if after {
        steps.into_iter().find(|it| *it > step)
    } else {
        steps.into_iter().rev().find(|it| *it < step)
    }
}

/// What follows from the answers, and what is to be recorded.
fn conclusion(desk: Desk, now: Now) -> AnyView {
    let follows = Memo::new(move |_| {
        let events = desk.with(Visit::events);
        let case = now.get()?;
        follows(desk.session, &case, &events)
    });
    let result = move || {
        let outcome = desk.with(Visit::outcome);
        let Some(outcome) = outcome else {
            return view! {
                <p class="q__result">{status(Look::Missing, "还得不出结果")}</p>
                <p class="q__hint">"先答完不合格原因、整改措施、停产转产和复查样品四题。"</p>
            }
            .into_any();
        };
        let look = if outcome == Outcome::NotImplemented {
            Look::Overdue
        } else {
            Look::Done
        };
        let recorded = desk
            .with(Visit::events)
            .iter()
            .map(|event| view! { <li>{words::told(event)}</li> })
            .collect::<Vec<_>>();
        view! {
            <p class="q__result">{status(look, outcome.word())}</p>
            <p class="q__hint">"由前面的答案得出（第十七条）。不对的，回到相应的题更正。"</p>
            <section class="q__part">
                <p class="field-lab">"将登记"</p>
                <ul class="q__list">{recorded}</ul>
                {panel(now, follows)}
            </section>
        }
        .into_any()
    };
    view! {
        <section>
            <h1>"核查结论"</h1>
            {result}
        </section>
        {photos::remark(desk, Step::Conclusion, "企业意见和补充说明")}
        {missing(desk, Step::Conclusion)}
    }
    .into_any()
}

/// What is still missing before this step, each a way there.
fn missing(desk: Desk, before: Step) -> AnyView {
    let list = move || {
        let missing = desk.with(Visit::missing);
        let rows = missing
            .into_iter()
            .filter(|it| it.step < before)
            .map(|it| {
                view! {
                    <li>
                        <button type="button" class="link" on:click=move |_| desk.go(it.step)>
                            {format!("{}：{}", it.step.title(), it.what)}
                        </button>
                    </li>
                }
            })
            .collect::<Vec<_>>();
        (!rows.is_empty()).then(|| {
            view! {
                <section class="q__part">
                    <p class="field-lab">"还缺"</p>
                    <ul class="q__list">{rows}</ul>
                </section>
            }
        })
    };
    list.into_any()
}

fn record(desk: Desk, case: &Arc<LedgerCase>) -> AnyView {
    let case = case.clone();
    let whole = move || desk.with(|visit| sheet::sheet(&case, visit));
    let discard = {
        let messages = Messages::use_in();
        let navigate = use_navigate();
        move |_| {
            let navigate = navigate.clone();
            let asked = window()
                .confirm_with_message("放弃这次核查？填写的内容、照片和签字都将从本机删除。");
            if asked != Ok(true) {
                return;
            }
            spawn_local(async move {
                match desk.discard().await {
                    Ok(()) => navigate(
                        &format!("/cases/{}", desk.case.get_value()),
                        NavigateOptions::default(),
                    ),
                    Err(error) => messages.say(Message::bad("没有放弃").more(error.to_string())),
                }
            });
        }
    };
    view! {
        <div class="no-print">{missing(desk, Step::Record)}</div>
        {whole}
        <p class="no-print"><button type="button" class="btn btn--plain" on:click=discard>"放弃这次核查"</button></p>
    }
    .into_any()
}

/// Records the visit; done when the journal has events, attachments and the end of the draft.
fn save(desk: Desk, id: shared::id::CaseId) -> impl Fn() + Clone + Send + Sync + 'static {
    let messages = Messages::use_in();
    let navigate = StoredValue::new_local(use_navigate());
    move || {
        let visit = desk.visit.get_untracked();
        if let Some(first) = visit.missing().into_iter().next() {
            messages.say(
                Message::bad(format!("还缺{}", first.step.title()))
                    .more(format!("{}。填写的内容都在。", first.what)),
            );
            desk.go(first.step);
            return;
        }
        if desk.busy.get_untracked() {
            return;
        }
        desk.busy.set(true);
        let id = id.clone();
        spawn_local(async move {
            if let Some(refused) = sampling::refused(desk.session, &id, &visit) {
                let _ = desk.busy.try_set(false);
                messages.say(
                    Message::bad("没有登记成功")
                        .more(format!("{refused}。填写的内容都在，请核对“抽取样品”。")),
                );
                desk.go(Step::Sampling);
                return;
            }
            let together = Together {
                events: visit.events(),
                attachments: visit.attachments(),
                draft: Some(desk.name()),
                cleared: desk.cleared(),
                ..Together::default()
            };
            let saved = desk.session.record_together(&id, together).await;
            let _ = desk.busy.try_set(false);
            match saved {
                Ok(_) => {
                    messages.say(
                        Message::done("已登记核查结果")
                            .more("已存本机，照片和签字联网后自动上传。"),
                    );
                    let address = format!("/cases/{id}/visits/{}", visit.id);
                    navigate.with_value(|go| {
                        go(
                            &address,
                            NavigateOptions {
                                replace: true,
                                ..NavigateOptions::default()
                            },
                        )
                    });
                }
                Err(error) => messages.say(
                    Message::bad("没有登记成功")
                        .more(format!("{error}。填写的内容还在，可以再试。")),
                ),
            }
        });
    }
}
