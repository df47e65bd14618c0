//! 今日: what falls due, the most urgent first; each row one duty and its next action.

use std::sync::Arc;

use leptos::{prelude::*, task::spawn_local};
use leptos_router::{NavigateOptions, hooks::use_navigate};
use shared::{Day, Role, words};

use crate::{
    breath::breathe,
    components::{days::due_day, status::status},
    keys, lazy,
    model::duty::{Duty, Group, Scope, number_of, scopes_of},
    overview::Overview,
    session::Session,
    words::day,
};

/// The most rows of one group that are drawn at first; more on demand.
const DRAWN: usize = 100;

/// The page.
#[component]
pub(crate) fn Today() -> impl IntoView {
    let session = Session::use_in();
    let Overview { duties, drawn, .. } = Overview::use_in();
    let scopes = session.profile().with_untracked(|profile| {
        profile
            .as_ref()
            .map_or(Vec::new(), |profile| scopes_of(profile.actor.role))
    });
    let scopes = StoredValue::new(scopes);
    let scope = RwSignal::new(0_usize);
    let shown = Memo::new(move |_| {
        let parties = scopes.with_value(|scopes| {
            scopes
                .get(scope.get())
                .map_or(&[][..], |(_, parties)| parties)
        });
        let of_scope = |duties: &Arc<Vec<Duty>>| {
            duties
                .iter()
                .filter(|duty| parties.contains(&duty.party))
                .take(drawn.get())
                .cloned()
                .collect::<Vec<_>>()
        };
        Arc::new(duties.with(of_scope))
    });
    // The first screenful does not wait for what is further down, which comes in portions, each as
    // large as all before it. Whoever comes back finds it there.
    Effect::new(move |_| {
        if shown.with(|shown| shown.len()) == drawn.get() {
            spawn_local(async move {
                breathe().await;
                // Whoever locked meanwhile has taken the page away.
                let _ = drawn.try_update(|drawn| *drawn *= 2);
            });
        }
    });
    let current = RwSignal::new(0_usize);
    let current_key = Memo::new(move |_| {
        shown.with(|shown| shown.get(current.get()).map(|duty| duty.key.clone()))
    });
    let is_current = Selector::new(move || current_key.get());
    keys_of_page(shown, current);

    let in_group = move |group: Group| {
        Signal::derive(move || {
            shown.with(|shown| {
                shown
                    .iter()
                    .filter(|duty| duty.group == group)
                    .cloned()
                    .collect::<Vec<_>>()
            })
        })
    };
    let groups = Group::ALL
        .into_iter()
        .map(|(group, word)| view! { <DutyGroup group word duties=in_group(group) is_current=is_current.clone() /> })
        .collect::<Vec<_>>();
    view! {
        <main class="page" id="main" tabindex="-1">
            <div class="page__head">
                <h1>"今日"</h1>
                <p class="tally" aria-label="各组件数">
                    {Group::ALL.map(|(group, word)| tally(group, word, in_group(group))).into_iter().collect::<Vec<_>>()}
                </p>
                {segments(scopes, scope, duties)}
            </div>
            {announcing(session)}
            {move || nothing_pressing(&shown.get(), session)}
            {groups}
        </main>
    }
}

fn tally(group: Group, word: &'static str, duties: Signal<Vec<Duty>>) -> AnyView {
    let count = move || duties.with(Vec::len);
    view! {
        <Show when=move || count() != 0>
            <a href=format!("#{}", id_of(group))>{word}<b class="num">{count}</b></a>
        </Show>
    }
    .into_any()
}

fn id_of(group: Group) -> &'static str {
    match group {
        Group::Overdue => "overdue",
        Group::Today => "due-today",
        Group::Soon => "soon",
        Group::ThisWeek => "this-week",
        Group::Later => "later",
    }
}

fn segments(
    scopes: StoredValue<Vec<Scope>>,
    chosen: RwSignal<usize>,
    duties: Memo<Arc<Vec<Duty>>>,
) -> AnyView {
    let scopes = scopes.get_value();
    if scopes.len() < 2 {
        return ().into_any();
    }
    let segments = scopes
        .into_iter()
        .enumerate()
        .map(|(index, (name, parties))| {
            let count = move || {
                duties.with(|duties| {
                    duties
                        .iter()
                        .filter(|duty| parties.contains(&duty.party))
                        .count()
                })
            };
            let pressed = move || {
                if chosen.get() == index {
                    "true"
                } else {
                    "false"
                }
            };
            view! {
                <button type="button" aria-pressed=pressed on:click=move |_| chosen.set(index)>
                    {name}
                    <span class="num">{count}</span>
                </button>
            }
        })
        .collect::<Vec<_>>();
    view! { <div class="seg push" role="group" aria-label="范围">{segments}</div> }.into_any()
}

fn nothing_pressing(shown: &[Duty], session: Session) -> AnyView {
    let (what, then) = match shown.first() {
        Some(duty) if duty.group <= Group::Today => return ().into_any(),
        Some(Duty { due: Some(due), .. }) => (
            "今天没有到期事项",
            format!(
                "下一项在 {}。",
                words::day_beside(*due, session.today().get())
            ),
        ),
        _ if session.cases().with(|cases| cases.is_empty()) => {
            ("还没有案件", "导入检验结果，或等待同步。".to_owned())
        }
        _ => (
            "没有待办事项",
            "本范围内的案件都已办结，或都在等其他单位。".to_owned(),
        ),
    };
    view! {
        <div class="empty">
            <b>{what}</b>
            <p>{then} "可到"<a href="/ledger">"台账"</a>"查看全部案件。"</p>
        </div>
    }
    .into_any()
}

fn keys_of_page(shown: Memo<Arc<Vec<Duty>>>, current: RwSignal<usize>) {
    let navigate = use_navigate();
    keys::on_key(move |key| {
        let shown = shown.get_untracked();
        let at = current.get_untracked();
        if let Some(to) = keys::moved(at, shown.len(), key) {
            current.set(to);
            if let Some(row) = shown
                .get(to)
                .and_then(|duty| document().get_element_by_id(&duty.key))
            {
                keys::into_sight(&row);
            }
            return true;
        }
        let Some(duty) = shown.get(at) else {
            return false;
        };
        match key {
            "Enter" => navigate(&duty.address(), NavigateOptions::default()),
            "a" => navigate(&duty.act.address, NavigateOptions::default()),
            _ => return false,
        }
        true
    });
}

#[component]
fn DutyGroup(
    group: Group,
    word: &'static str,
    duties: Signal<Vec<Duty>>,
    is_current: Selector<Option<String>>,
) -> impl IntoView {
    let session = Session::use_in();
    let drawn = RwSignal::new(DRAWN);
    let count = move || duties.with(Vec::len);
    let is_current = StoredValue::new(is_current);
    let rest = move || count().saturating_sub(drawn.get());
    view! {
        <Show when=move || count() != 0>
            <section class="group" aria-labelledby=id_of(group)>
                <div class="group__head">
                    <h2 id=id_of(group)>{word}</h2>
                    <span class="num">{count}</span>
                    <span class="group__note push">{move || note(group, session.today().get())}</span>
                </div>
                <ol>
                    <For
                        each=move || duties.get().into_iter().take(drawn.get())
                        key=|duty| (duty.key.clone(), duty.left.clone(), duty.due, duty.act.address.clone())
                        children=move |duty| row(duty, is_current.get_value())
                    />
                </ol>
                <Show when=move || rest() != 0>
                    <button type="button" class="btn btn--plain" on:click=move |_| drawn.update(|drawn| *drawn += DRAWN)>
                        "再看 "{move || rest().min(DRAWN)}" 项，共余 "{rest}" 项"
                    </button>
                </Show>
            </section>
        </Show>
    }
}

/// What is to be done about announcements, which are no cases: their part is fetched only where
/// there may be something.
fn announcing(session: Session) -> AnyView {
    let is_municipal = session.profile().with_untracked(|profile| {
        profile
            .as_ref()
            .is_some_and(|profile| profile.actor.role == Role::Municipal)
    });
    let may_be = Memo::new(move |_| is_municipal || !session.announcement_changes().is_empty());
    view! { <Show when=move || may_be.get()>{lazy::announcing()}</Show> }.into_any()
}

/// Until when the group reaches.
fn note(group: Group, today: Day) -> Option<String> {
    match group {
        Group::Today => Some(format!(
            "{} {}",
            words::month_and_day(today),
            day::weekday_in_full(today)
        )),
        Group::Soon => Some(format!("至 {}", words::month_and_day(today + 3))),
        Group::ThisWeek => Some(format!("至 {}", words::month_and_day(today.monday() + 6))),
        Group::Overdue | Group::Later => None,
    }
}

fn row(duty: Duty, is_current: Selector<Option<String>>) -> AnyView {
    let key = Some(duty.key.clone());
    let head = &duty.case.file.case;
    let number = number_of(&duty.case);
    let meta = format!("{number}　{}　{}", duty.article, duty.by);
    view! {
        <li class="duty" id=duty.key.clone() class:is-current=move || is_current.selected(&key)>
            <span class="duty__left">{status(duty.look, duty.left.clone())}</span>
            <span class="duty__due">{due_day(duty.due, duty.provisional)}</span>
            <a class="duty__what" href=duty.address()>{duty.what.clone()}</a>
            <span class="duty__who">{head.enterprise.name.clone()}<i>{head.product.name.clone()}</i></span>
            <span class="duty__no num">{number}</span>
            <span class="duty__law">{duty.article}</span>
            <span class="duty__by">{duty.by}</span>
            <span class="duty__meta">{meta}</span>
            <span class="duty__go">
                <a class="btn btn--row" href=duty.act.address>{duty.act.words}</a>
            </span>
        </li>
    }
    .into_any()
}
