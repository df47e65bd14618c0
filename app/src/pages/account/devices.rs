//! Devices: which they are, when they were last in touch, and ending one.

use leptos::{html, prelude::*, task::spawn_local};
use shared::account::KnownDevice;

use crate::{
    api::{self, ApiError},
    components::{
        messages::{Message, Messages},
        status::{Look, status},
        table::Table,
    },
    session::Session,
    words::day,
};

type Loaded = Option<Result<Vec<KnownDevice>, ApiError>>;

/// The user's own devices, or those of all users.
#[component]
pub(crate) fn Devices(everybody: bool) -> impl IntoView {
    let session = Session::use_in();
    let messages = Messages::use_in();
    let loaded = RwSignal::new(None::<Result<Vec<KnownDevice>, ApiError>>);
    let ending = RwSignal::new(None::<KnownDevice>);
    let dialog = NodeRef::<html::Dialog>::new();
    let load = move || {
        spawn_local(async move {
            let devices = api::devices().await;
            let _ = loaded.try_set(Some(devices));
        });
    };
    load();
    let ask = move |device: KnownDevice| {
        ending.set(Some(device));
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
    let end = move |_| {
        close();
        let Some(device) = ending.get_untracked() else {
            return;
        };
        spawn_local(async move {
            messages.say(match api::end_device(&device.device).await {
                Ok(()) => Message::done("已停用这台设备")
                    .more("它下次联网时清除本机的案件；没有发送的内容和草稿加密留在那里。"),
                Err(error) => Message::bad("没有停用").more(error.to_string()),
            });
            load();
        });
    };
    let named = move || {
        let name = ending.with(|device| device.as_ref().map(name));
        format!("停用{}？", name.unwrap_or_default())
    };
    view! {
        {move || listed(&loaded.get(), everybody, session, load, ask)}
        <dialog class="dialog" node_ref=dialog aria-labelledby="end-title">
            <h2 id="end-title">{named}</h2>
            <p>"丢失或不再使用的设备应当停用：登录随即失效，下次联网时清除它的案件。停用后不能恢复；这台设备要再用，须清除本机数据后重新登录。"</p>
            <div class="form__acts">
                <button type="button" class="btn" on:click=move |_| close()>"取消"</button>
                <button type="button" class="btn btn--main" on:click=end>"停用"</button>
            </div>
        </dialog>
    }
}

fn name(device: &KnownDevice) -> String {
    if device.name.is_empty() {
        "未知设备".to_owned()
    } else {
        device.name.clone()
    }
}

fn listed(
    loaded: &Loaded,
    everybody: bool,
    session: Session,
    load: impl Fn() + Copy + Send + 'static,
    ask: impl Fn(KnownDevice) + Copy + Send + 'static,
) -> AnyView {
    let devices = match loaded {
        None => return view! { <p role="status">"正在读取……"</p> }.into_any(),
        Some(Err(error)) => {
            return view! {
                <p role="alert">{status(Look::Overdue, error.to_string())}</p>
                <div class="part__acts">
                    <button type="button" class="btn" on:click=move |_| load()>"再试一次"</button>
                </div>
            }
            .into_any();
        }
        Some(Ok(devices)) if devices.is_empty() => {
            return view! { <p>"还没有设备联系过服务器。"</p> }.into_any();
        }
        Some(Ok(devices)) => devices,
    };
    let own = session
        .profile()
        .with_untracked(|profile| profile.as_ref().map(|profile| profile.actor.user.clone()));
    let here = session.device().with(|facts| facts.device.clone());
    let today = session.today().get_untracked();
    let moment = |at: u64| i64::try_from(at).ok().map(|at| day::moment(at, today));
    let rows = devices
        .iter()
        .filter(|device| everybody || Some(&device.user) == own.as_ref())
        .map(|device| {
            let is_here = device.device == here;
            let standing = if device.revoked {
                status(Look::Waived, "已停用")
            } else if is_here {
                status(Look::Done, "这台设备")
            } else {
                status(Look::Later, "使用中")
            };
            let unsent = match device.unsent {
                None => "未知".to_owned(),
                Some(unsent) => format!("{unsent} 条"),
            };
            let ended = device.clone();
            let act = (!device.revoked && !is_here).then(|| {
                let label = format!("停用 {}", name(device));
                view! { <button type="button" class="btn" aria-label=label on:click=move |_| ask(ended.clone())>"停用"</button> }
            });
            let who = everybody.then(|| {
                view! { <td>{device.display.clone()}" "<small>{device.user.clone()}</small></td> }
            });
            view! {
                <tr>
                    <td>{standing}</td>
                    {who}
                    <td>{name(device)}</td>
                    <td class="num">{moment(device.last_contact_milliseconds)}</td>
                    <td class="num">{unsent}</td>
                    <td class="num">{moment(device.created_milliseconds)}</td>
                    <td>{act}</td>
                </tr>
            }
        })
        .collect::<Vec<_>>();
    let who = everybody.then_some("用户");
    let heads = ["设备", "最近联系", "当时待发", "首次使用", "办理"];
    let heads: Vec<_> = ["状态"].into_iter().chain(who).chain(heads).collect();
    view! { <Table heads name="设备列表">{rows}</Table> }.into_any()
}
