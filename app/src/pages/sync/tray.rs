//! 被退回: what the server did not take. Its author sees it on every device, the municipal bureau
//! sees everybody's; whoever may, mends it and records it again. Nothing is removed.

use std::sync::Arc;

use leptos::{prelude::*, task::spawn_local};
use leptos_router::{NavigateOptions, hooks::use_navigate};
use serde_json::Value;
use shared::{
    Actor, Event, Role,
    change::{Body, Change},
    conflict::{RESENDS, is_recorded_again},
    field::head_field,
    permission::{may_edit_head, may_record, permitted},
    sync::wire::{RefusalReason, ReviewRow},
    words as terms,
};

use crate::{
    api,
    components::{
        download,
        messages::{Message, Messages},
        status::{Look, status},
        table::Table,
    },
    model::{
        draft,
        duty::{number_of, record_address},
    },
    session::{LedgerCase, Session},
    words::{day, sync as words},
};

/// A change that was refused, known from this device or from the server.
struct Refused {
    change: Change,
    reason: RefusalReason,
    sent_by: String,
}

/// The section of the page; nothing where nothing was refused.
#[component]
pub(super) fn Tray() -> impl IntoView {
    let session = Session::use_in();
    let told = RwSignal::new(Vec::<ReviewRow>::new());
    // The server's tray grows when an exchange ends; asked then, and as the page opens.
    Effect::new(move |_| {
        session.sync_state().track();
        spawn_local(async move {
            // Without the server this device's own are shown.
            if let Ok(rows) = api::review().await {
                let _ = told.try_set(rows);
            }
        });
    });
    move || section(session, &refused(session, told.get()))
}

/// The newest first: what only this device knows of, then the server's tray.
fn refused(session: Session, told: Vec<ReviewRow>) -> Vec<Refused> {
    let user = session
        .profile()
        .with(|profile| profile.as_ref().map(|profile| profile.actor.user.clone()))
        .unwrap_or_default();
    let is_told = |change: &Change| told.iter().any(|row| row.change.is_same_deed(change));
    let own = session.refused().into_iter();
    let mut rows: Vec<_> = own
        .filter(|(change, _)| !is_told(change))
        .map(|(change, reason)| Refused {
            change,
            reason,
            sent_by: user.clone(),
        })
        .collect();
    rows.extend(told.into_iter().rev().map(|row| Refused {
        change: row.change,
        reason: row.reason,
        sent_by: row.sent_by,
    }));
    rows
}

fn section(session: Session, rows: &[Refused]) -> Option<AnyView> {
    let profile = session.profile().get().filter(|_| !rows.is_empty())?;
    let sees_all = profile.actor.role == Role::Municipal;
    let cases = session.cases().get();
    let body = rows
        .iter()
        .map(|row| row_view(session, &profile.actor, &cases, row, sees_all))
        .collect::<Vec<_>>();
    let file = file_of(rows);
    let export = move |_| {
        // Nothing is lost where a browser refuses: all of it is still in the tray.
        let _ = download::file(
            &file.as_str().into(),
            "application/json",
            "被退回的内容.json",
        );
    };
    let count = rows.len();
    let who = sees_all.then_some("登记人");
    let heads = ["状态", "案件", "内容", "原因"].into_iter();
    let heads: Vec<_> = heads.chain(who).chain(["登记于", "处理"]).collect();
    Some(
        view! {
            <section class="part" aria-labelledby="refused">
                <h2 id="refused">"被退回 "<span class="num">{count}</span></h2>
                <p>"服务器没有收下的内容，一条也不删除，也不影响其他内容收发。登记人和市局都看得到；能改正的由有权登记的人修改后再登记。"</p>
                <Table heads>{body}</Table>
                <div class="part__acts">
                    <button type="button" class="btn" on:click=export>"导出被退回的内容"</button>
                </div>
            </section>
        }
        .into_any(),
    )
}

/// The changes as they were sent, with the reasons.
fn file_of(rows: &[Refused]) -> String {
    let rows: Vec<_> = rows
        .iter()
        .map(|row| {
            serde_json::json!({
                "change": row.change,
                "reason": row.reason,
                "reason_in_words": words::refusal(row.reason),
                "sent_by": row.sent_by,
            })
        })
        .collect();
    serde_json::to_string_pretty(&rows).unwrap_or_default()
}

fn row_view(
    session: Session,
    actor: &Actor,
    cases: &[Arc<LedgerCase>],
    row: &Refused,
    sees_all: bool,
) -> AnyView {
    let id = row.change.subject.case_id();
    let case = cases.iter().find(|case| Some(&case.id) == id.as_ref());
    let is_mended = case.is_some_and(|case| is_recorded_again(&case.file, &row.change));
    let standing = if is_mended {
        status(Look::Done, "已再登记")
    } else {
        status(Look::Disputed, "退回")
    };
    let named = match case {
        None if id.is_none() => "工作日".into_any(),
        None => view! { <span class="muted">"不在本机"</span> }.into_any(),
        Some(case) => {
            let enterprise = case.file.case.enterprise.name.clone();
            view! {
                <a class="link num" href=format!("/cases/{}", case.id)>{number_of(case)}</a>
                " "
                {enterprise}
            }
            .into_any()
        }
    };
    let at = i64::try_from(row.change.clock.milliseconds).unwrap_or(i64::MAX);
    view! {
        <tr>
            <td>{standing}</td>
            <td>{named}</td>
            <td class="wrap">{told(&row.change)}</td>
            <td class="wrap">{words::refusal(row.reason)}</td>
            {sees_all.then(|| view! { <td>{row.sent_by.clone()}</td> })}
            <td class="num">{day::moment(at, session.today().get())}</td>
            <td class="wrap">{(!is_mended).then(|| mend(session, actor, case, row))}</td>
        </tr>
    }
    .into_any()
}

/// What was recorded, with its day.
fn told(change: &Change) -> String {
    match change.body() {
        Ok(Body::Event { event }) => format!("{} {}", event.on, terms::told(&event)),
        Ok(Body::Open { head }) => format!("建立案件 {}", head.enterprise.name),
        Ok(Body::Head { field, value, .. }) => {
            let value = value
                .as_str()
                .map_or_else(|| value.to_string(), str::to_owned);
            format!("{}：{value}", head_field(&field).unwrap_or(&field))
        }
        _ => words::what(change),
    }
}

/// What can be done about it, and by whom.
fn mend(session: Session, actor: &Actor, case: Option<&Arc<LedgerCase>>, row: &Refused) -> AnyView {
    let Some(case) = case else {
        return say(match row.reason {
            RefusalReason::OutOfScope => "由现承办局登记：导出后交给他们，或请市局处理",
            RefusalReason::UnknownCase => "请市局把案件重新导入，再登记",
            _ => "导出后请市局处理",
        });
    };
    match row.change.body() {
        Ok(Body::Event { event }) => {
            let may = may_record(actor, &case.file, &event).is_ok()
                && permitted(actor, &case.file).contains(&event.kind);
            if may {
                record_again(session, case, &event, &row.change)
            } else {
                say("您不能登记此项，由承办单位登记")
            }
        }
        Ok(Body::Head { field, value, .. }) => {
            if may_edit_head(actor, &case.file, &field).is_ok() {
                set_again(session, case, field, value)
            } else {
                say("您不能修改此项，由承办单位修改")
            }
        }
        Ok(Body::Attach { .. }) => say("原件还在登记的设备上：在案件的“附件”里重新添加"),
        Ok(Body::Document { .. }) => say("在案件的“文书”里重新出文"),
        Ok(Body::Unknown) => say("服务器升级后由市局处理，内容已保留"),
        _ => say("导出后请市局处理"),
    }
}

fn say(words: &'static str) -> AnyView {
    view! { <span class="muted">{words}</span> }.into_any()
}

/// The way to the form, with the refused content in it.
fn record_again(
    session: Session,
    case: &Arc<LedgerCase>,
    event: &Event,
    refused: &Change,
) -> AnyView {
    let mut typed = draft::typed(event);
    typed.insert(RESENDS, refused.id.to_string());
    let text = draft::to_text(&typed, &[]);
    let round = typed.get("round").map_or("", String::as_str);
    let name = draft::name_of(&case.id, &event.kind, round);
    let address = record_address(case, &event.kind, Some(event.round()));
    let (navigate, messages) = (use_navigate(), Messages::use_in());
    let open = move |_| {
        let (navigate, name) = (navigate.clone(), name.clone());
        let (text, address) = (text.clone(), address.clone());
        spawn_local(async move {
            match session.keep_draft(&name, Some(&text)).await {
                Ok(()) => navigate(&address, NavigateOptions::default()),
                Err(error) => messages.say(Message::bad("没有打开").more(error.to_string())),
            }
        });
    };
    view! { <button type="button" class="btn" on:click=open>"修改后再登记"</button> }.into_any()
}

/// Sets the field as it was to be set.
fn set_again(session: Session, case: &Arc<LedgerCase>, field: String, value: Value) -> AnyView {
    let (id, messages) = (case.id.clone(), Messages::use_in());
    let set = move |_| {
        let (id, field, value) = (id.clone(), field.clone(), value.clone());
        spawn_local(async move {
            if let Err(error) = session.edit_head(&id, &field, value).await {
                messages.say(Message::bad("没有填写成功").more(error.to_string()));
            }
        });
    };
    view! { <button type="button" class="btn" on:click=set>"照此填写"</button> }.into_any()
}
