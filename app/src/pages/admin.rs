//! 管理: accounts, invitations, devices, the sample ledger.

mod people;

use leptos::{ev, html, prelude::*, task::spawn_local};
use shared::{
    Role,
    account::{Account, Invitation, check_office},
    bureau::BUREAUS,
    words::Word,
};

use crate::{
    api::{self, ApiError},
    components::{
        fields::{Remark, field, line},
        messages::{Message, Messages},
        status::{Look, status},
    },
    pages::account::devices::Devices,
    session::Session,
    words::people as words,
};

/// Accounts and what else an administrator keeps.
#[component]
pub(crate) fn Admin() -> impl IntoView {
    let accounts = RwSignal::new(None::<Result<Vec<Account>, ApiError>>);
    let load = move || {
        spawn_local(async move {
            let loaded = api::accounts().await;
            let _ = accounts.try_set(Some(loaded));
        });
    };
    // The municipal bureau may load the sample ledger; accounts are the administrator's.
    let administers = Session::use_in().profile().with_untracked(|profile| {
        profile
            .as_ref()
            .is_some_and(|profile| profile.actor.role == Role::Administrator)
    });
    if administers {
        load();
    }
    let people = administers.then(|| {
        view! {
            <section class="part" aria-labelledby="accounts">
                <h2 id="accounts">"账号 "<span class="num">{move || count(&accounts.get())}</span></h2>
                {move || people::listed(accounts.get(), load)}
            </section>
            <section class="part" aria-labelledby="invite">
                <h2 id="invite">"邀请"</h2>
                <p>"给新用户一条一次性链接；账号、口令由本人设立。"</p>
                <Invite />
            </section>
            <section class="part" aria-labelledby="devices">
                <h2 id="devices">"设备"</h2>
                <Devices everybody=true />
            </section>
        }
    });
    view! {
        <main class="page" id="main" tabindex="-1">
            <div class="page__head">
                <h1>"管理"</h1>
            </div>
            {people}
            <section class="part" aria-labelledby="sample">
                <h2 id="sample">"示例台账"</h2>
                <p>"载入一套虚构的案件，用来熟悉系统。载入后与其他案件一样处理，不能单独清除。"</p>
                <Sample />
            </section>
        </main>
    }
}

fn count(accounts: &Option<Result<Vec<Account>, ApiError>>) -> Option<usize> {
    accounts
        .as_ref()
        .and_then(|accounts| accounts.as_ref().ok())
        .map(Vec::len)
}

#[component]
fn Invite() -> impl IntoView {
    let role = RwSignal::new(Role::District);
    let bureau = RwSignal::new(BUREAUS[0].code.to_owned());
    let body = RwSignal::new(String::new());
    let display = RwSignal::new(String::new());
    let asked = RwSignal::new(false);
    let busy = RwSignal::new(false);
    let link = RwSignal::new(None::<Result<String, ApiError>>);

    let office = move || match role.get() {
        Role::District => bureau.get(),
        Role::InspectionBody => body.get().trim().to_owned(),
        Role::Municipal | Role::Administrator => String::new(),
    };
    let on_office = Signal::derive(move || {
        let missing = asked.get() && check_office(role.get(), &office()).is_err();
        if missing {
            vec![Remark::Wrong(
                "请填写机构全称，与检验报告上的一致".to_owned(),
            )]
        } else {
            Vec::new()
        }
    });
    let on_display = Signal::derive(move || {
        let missing = asked.get() && display.with(|display| display.trim().is_empty());
        if missing {
            vec![Remark::Wrong("请填写姓名".to_owned())]
        } else {
            Vec::new()
        }
    });
    let submit = move |event: ev::SubmitEvent| {
        event.prevent_default();
        asked.set(true);
        let wrong = [on_office, on_display]
            .iter()
            .any(|said| said.with_untracked(|said| !said.is_empty()));
        if wrong || busy.get_untracked() {
            return;
        }
        busy.set(true);
        let invitation = Invitation {
            user: None,
            role: role.get_untracked(),
            office: untrack(office),
            display: display.get_untracked().trim().to_owned(),
        };
        spawn_local(async move {
            let made = api::invite(&invitation).await.map(|made| {
                let origin = window().location().origin().unwrap_or_default();
                format!("{origin}/welcome#{}", made.token)
            });
            let _ = link.try_set(Some(made));
            let _ = busy.try_set(false);
        });
    };
    let roles = words::ROLES
        .into_iter()
        .map(|known| {
            view! {
                <label class="choice">
                    <input type="radio" name="role" prop:checked=move || role.get() == known on:change=move |_| role.set(known) />
                    {known.word()}
                </label>
            }
        })
        .collect::<Vec<_>>();
    let office_field = move || match role.get() {
        Role::District => bureau_field("bureau", bureau),
        Role::InspectionBody => line("body", "机构全称", "text", "organization", body, on_office),
        Role::Municipal | Role::Administrator => ().into_any(),
    };
    view! {
        <form class="form" on:submit=submit>
            <fieldset class="field">
                <legend>"角色"</legend>
                <div class="choices">{roles}</div>
            </fieldset>
            {office_field}
            {line("invited", "姓名", "text", "off", display, on_display)}
            <div class="form__acts">
                <button class="btn btn--main" disabled=move || busy.get()>"生成链接"</button>
            </div>
            <div role="status">
                {move || link.get().map(|link| match link {
                    Ok(link) => view! { <p class="field__lab">"交给本人，只能用一次："</p><p class="token num">{link}</p> }.into_any(),
                    Err(error) => status(Look::Overdue, error.to_string()),
                })}
            </div>
        </form>
    }
}

fn bureau_field(id: &'static str, bureau: RwSignal<String>) -> AnyView {
    let bureaus = BUREAUS
        .iter()
        .map(|known| {
            view! { <option value=known.code prop:selected=move || bureau.with(|chosen| chosen == known.code)>{known.name}</option> }
        })
        .collect::<Vec<_>>();
    let choose = move |event: ev::Targeted<ev::Event, web_sys::HtmlSelectElement>| {
        bureau.set(event.target().value());
    };
    let control = view! { <select class="input" id=id on:change:target=choose>{bureaus}</select> };
    field(
        id,
        "区县局".into_any(),
        control.into_any(),
        Signal::derive(Vec::new),
    )
}

#[component]
fn Sample() -> impl IntoView {
    let messages = Messages::use_in();
    let dialog = NodeRef::<html::Dialog>::new();
    let busy = RwSignal::new(false);
    let close = move || {
        if let Some(dialog) = dialog.get_untracked() {
            dialog.close();
        }
    };
    let ask = move |_| {
        if let Some(dialog) = dialog.get_untracked() {
            // Fails only where the dialog is not in the page.
            let _ = dialog.show_modal();
        }
    };
    let load = move |_| {
        close();
        busy.set(true);
        spawn_local(async move {
            messages.say(match api::load_sample().await {
                Ok(()) => Message::done("已载入示例台账")
                    .more("各用户下次同步后看到其中与自己有关的案件。"),
                Err(error) => Message::bad("没有载入示例台账").more(error.to_string()),
            });
            let _ = busy.try_set(false);
        });
    };
    view! {
        <div class="part__acts">
            <button type="button" class="btn" disabled=move || busy.get() on:click=ask>
                {move || if busy.get() { "正在载入……" } else { "载入示例台账" }}
            </button>
        </div>
        <dialog class="dialog" node_ref=dialog aria-labelledby="sample-title">
            <h2 id="sample-title">"载入示例台账？"</h2>
            <p>"案件会写进服务器的数据库，所有用户都会看到各自范围内的部分，而且不能单独清除。正式使用的服务器上不要载入。"</p>
            <div class="form__acts">
                <button type="button" class="btn" on:click=move |_| close()>"取消"</button>
                <button type="button" class="btn btn--main" on:click=load>"载入"</button>
            </div>
        </dialog>
    }
}
