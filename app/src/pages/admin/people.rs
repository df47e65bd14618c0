//! The accounts, and what an administrator makes of one: its name, role and office, whether it may
//! sign in, and a link to a new passphrase.

use leptos::{ev, html, prelude::*, task::spawn_local};
use shared::{
    Role,
    account::{Account, AccountEdit, check_office},
    bureau::BUREAUS,
    words::Word,
};

use super::bureau_field;
use crate::{
    api::{self, ApiError},
    components::{
        fields::{Remark, line},
        messages::{Message, Messages},
        status::{Look, status},
        table::Table,
    },
    session::Session,
    words::{day, people},
};

/// A link that was made, and for which account.
type Link = (String, Result<String, ApiError>);

/// The table of all accounts.
pub(super) fn listed(
    accounts: Option<Result<Vec<Account>, ApiError>>,
    load: impl Fn() + Copy + Send + Sync + 'static,
) -> AnyView {
    let accounts = match accounts {
        None => return view! { <p role="status">"正在读取……"</p> }.into_any(),
        Some(Err(error)) => {
            return view! {
                <p role="alert">{status(Look::Overdue, error.to_string())}</p>
                <div class="part__acts">
                    <button type="button" class="btn" on:click=move |_| load()>
                        "再试一次"
                    </button>
                </div>
            }
            .into_any();
        }
        Some(Ok(accounts)) => accounts,
    };
    let editing = RwSignal::new(None::<Account>);
    let link = RwSignal::new(None::<Link>);
    let dialog = NodeRef::<html::Dialog>::new();
    let open = move |account: Account| {
        editing.set(Some(account));
        link.set(None);
        if let Some(dialog) = dialog.get_untracked() {
            // Fails only where the dialog is not in the page.
            let _ = dialog.show_modal();
        }
    };
    let close = move || {
        if let Some(dialog) = dialog.get_untracked() {
            dialog.close();
        }
    };
    let rows = accounts
        .into_iter()
        .map(|account| row(account, open))
        .collect::<Vec<_>>();
    view! {
        <Table heads=["状态", "账号", "姓名", "角色", "单位", "设立于", "最近联系", "办理"] name="账号列表">{rows}</Table>
        <dialog class="dialog" node_ref=dialog aria-labelledby="edit-title">
            {move || {
                editing
                    .get()
                    .map(|account| view! { <Edit account link done=move || { close(); load(); } close /> })
            }}
        </dialog>
    }
    .into_any()
}

fn row(account: Account, open: impl Fn(Account) + Copy + Send + 'static) -> AnyView {
    let today = Session::use_in().today().get_untracked();
    let moment = |at: u64| i64::try_from(at).ok().map(|at| day::moment(at, today));
    let edited = account.clone();
    let Account {
        actor,
        display,
        created_milliseconds,
        last_contact_milliseconds,
        disabled,
    } = account;
    let standing = if disabled {
        status(Look::Waived, "已停用")
    } else {
        status(Look::Done, "可登录")
    };
    let contact = last_contact_milliseconds.and_then(moment);
    let label = format!("修改 {}", actor.user);
    view! {
        <tr>
            <td>{standing}</td>
            <td>{actor.user}</td>
            <td>{display}</td>
            <td>{actor.role.word()}</td>
            <td>{people::office(actor.role, &actor.office)}</td>
            <td class="num">{moment(created_milliseconds)}</td>
            <td class="num">{contact.unwrap_or_else(|| "从未".to_owned())}</td>
            <td>
                <button type="button" class="btn" aria-label=label on:click=move |_| open(edited.clone())>"修改"</button>
            </td>
        </tr>
    }
    .into_any()
}

#[component]
fn Edit(
    account: Account,
    link: RwSignal<Option<Link>>,
    done: impl Fn() + Copy + Send + 'static,
    close: impl Fn() + Copy + Send + 'static,
) -> impl IntoView {
    let messages = Messages::use_in();
    let user = StoredValue::new(account.actor.user.clone());
    let first = BUREAUS[0].code.to_owned();
    let (bureau, body) = match account.actor.role {
        Role::District => (account.actor.office, String::new()),
        _ => (first, account.actor.office),
    };
    let role = RwSignal::new(account.actor.role);
    let bureau = RwSignal::new(bureau);
    let body = RwSignal::new(body);
    let display = RwSignal::new(account.display);
    let disabled = RwSignal::new(account.disabled);
    let asked = RwSignal::new(false);
    let failed = RwSignal::new(None::<String>);
    let office = move || match role.get() {
        Role::District => bureau.get(),
        Role::InspectionBody => body.get().trim().to_owned(),
        Role::Municipal | Role::Administrator => String::new(),
    };
    let on_office = Signal::derive(move || {
        let missing = asked.get() && check_office(role.get(), &office()).is_err();
        let wrong = missing.then(|| Remark::Wrong("请填写机构全称，与检验报告上的一致".to_owned()));
        Vec::from_iter(wrong)
    });
    let on_display = Signal::derive(move || {
        let missing = asked.get() && display.with(|display| display.trim().is_empty());
        Vec::from_iter(missing.then(|| Remark::Wrong("请填写姓名".to_owned())))
    });
    let submit = move |event: ev::SubmitEvent| {
        event.prevent_default();
        asked.set(true);
        let wrong = [on_office, on_display]
            .iter()
            .any(|said| said.with_untracked(|said| !said.is_empty()));
        if wrong {
            return;
        }
        let edit = AccountEdit {
            display: display.get_untracked().trim().to_owned(),
            role: role.get_untracked(),
            office: untrack(office),
            disabled: disabled.get_untracked(),
        };
        spawn_local(async move {
            match api::edit_account(&user.get_value(), &edit).await {
                Ok(()) => {
                    messages.say(
                        Message::done("已修改账号").more("该用户的设备下次联网时照此更新范围。"),
                    );
                    done();
                }
                Err(ApiError::Refused(_)) => {
                    let words = "总要留下一个可登录的管理员".to_owned();
                    let _ = failed.try_set(Some(words));
                }
                Err(error) => drop(failed.try_set(Some(error.to_string()))),
            }
        });
    };
    let reset = move |_| {
        spawn_local(async move {
            let user = user.get_value();
            let made = api::reset_passphrase(&user).await.map(|made| {
                let origin = window().location().origin().unwrap_or_default();
                format!("{origin}/welcome#{}", made.token)
            });
            let _ = link.try_set(Some((user, made)));
        });
    };
    let roles = people::ROLES
        .into_iter()
        .map(|known| {
            view! {
                <label class="choice">
                    <input type="radio" name="edit-role" prop:checked=move || role.get() == known on:change=move |_| role.set(known) />
                    {known.word()}
                </label>
            }
        })
        .collect::<Vec<_>>();
    let office_field = move || match role.get() {
        Role::District => bureau_field("edit-bureau", bureau),
        Role::InspectionBody => line("edit-body", "机构全称", "text", "off", body, on_office),
        Role::Municipal | Role::Administrator => ().into_any(),
    };
    let shown = move || {
        let (_, made) = link.get()?;
        Some(match made {
            Ok(link) => view! {
                <p class="field__lab">"交给本人设新口令，只能用一次："</p>
                <p class="token num">{link}</p>
            }
            .into_any(),
            Err(error) => status(Look::Overdue, error.to_string()),
        })
    };
    view! {
        <h2 id="edit-title">{format!("账号 {}", user.get_value())}</h2>
        <form class="form" on:submit=submit>
            {line("edit-display", "姓名", "text", "off", display, on_display)}
            <fieldset class="field">
                <legend>"角色"</legend>
                <div class="choices">{roles}</div>
            </fieldset>
            {office_field}
            <label class="choice">
                <input type="checkbox" prop:checked=move || disabled.get() on:change=move |_| disabled.update(|disabled| *disabled = !*disabled) />
                "停用：不能登录，各设备联网时清除案件"
            </label>
            <div role="alert">{move || failed.get().map(|words| status(Look::Overdue, words))}</div>
            <div role="status">{shown}</div>
            <div class="form__acts">
                <button type="button" class="btn btn--plain" on:click=reset>"重设口令的链接"</button>
                <button type="button" class="btn" on:click=move |_| close()>"取消"</button>
                <button class="btn btn--main">"保存"</button>
            </div>
        </form>
    }
}
