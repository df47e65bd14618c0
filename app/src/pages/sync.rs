//! 同步: what waits, what came back and why, and how this device is.

mod tray;

use leptos::prelude::*;

use self::tray::Tray;
use crate::{
    components::{
        status::{Look, status},
        table::Table,
    },
    session::{DeviceFacts, OutboxRow, Session},
    words::{day, store, sync as words},
};

/// How things stand between this device and the server.
#[component]
pub(crate) fn Sync() -> impl IntoView {
    let session = Session::use_in();
    let state = move || {
        let state = session.sync_state().get();
        let today = session.today().get();
        let (word, at) = words::brief(&state, today);
        let word = at.map_or(word.clone(), |at| format!("{word} {at}"));
        view! {
            {status(words::look(&state), word)}
            <p>{words::in_full(&state, today)}</p>
        }
    };
    let waits = Memo::new(move |_| {
        let rows = session.outbox().get();
        let waits = rows.iter().filter(|row| row.refused.is_none()).cloned();
        waits.collect::<Vec<_>>()
    });
    view! {
        <main class="page" id="main" tabindex="-1">
            <div class="page__head">
                <h1>"同步"</h1>
            </div>
            <div class="state" role="status">{state}</div>
            <Tray />
            {move || waiting(&waits.get(), session)}
            <section class="part" aria-labelledby="device">
                <h2 id="device">"这台设备"</h2>
                {move || device(&session.device().get(), session)}
            </section>
        </main>
    }
}

fn waiting(rows: &[OutboxRow], session: Session) -> AnyView {
    let count = rows.len();
    let body = if rows.is_empty() {
        view! { <p>"没有待发的内容。"</p> }.into_any()
    } else {
        let rows = rows
            .iter()
            .map(|row| {
                view! {
                    <tr>
                        <td>{status(Look::Later, "待发")}</td>
                        {what(row)}
                        <td class="num">{day::moment(row.recorded_at_milliseconds, session.today().get_untracked())}</td>
                    </tr>
                }
            })
            .collect::<Vec<_>>();
        view! {
            <Table heads=["状态", "案号", "企业", "内容", "登记于"]>{rows}</Table>
        }
        .into_any()
    };
    view! {
        <section class="part" aria-labelledby="waiting">
            <h2 id="waiting">"待发送 "<span class="num">{count}</span></h2>
            {body}
        </section>
    }
    .into_any()
}

fn what(row: &OutboxRow) -> AnyView {
    let about = match &row.case {
        Some(case) => {
            view! { <a class="link" href=format!("/cases/{case}")>{row.number.clone()}</a> }
                .into_any()
        }
        None if row.number.is_empty() => {
            view! { <a class="link" href="/calendar">"工作日"</a> }.into_any()
        }
        None => {
            let to = if row.number == "报送" {
                "/bureau/status"
            } else {
                "/bureau/announcements"
            };
            view! { <a class="link" href=to>{row.number.clone()}</a> }.into_any()
        }
    };
    view! {
        <td class="num">{about}</td>
        <td>{row.enterprise.clone()}</td>
        <td>{row.what.clone()}</td>
    }
    .into_any()
}

fn device(facts: &DeviceFacts, session: Session) -> AnyView {
    let today = session.today().get();
    let contact = facts
        .last_contact_milliseconds
        .map_or("尚未联系过".to_owned(), |at| day::moment(at, today));
    let clock = match words::clock(facts.clock_ahead_milliseconds) {
        Some(words) => status(Look::Soon, words),
        None => status(Look::Done, "与服务器一致"),
    };
    let kept = match facts.health.and_then(|health| health.persisted) {
        Some(true) => status(Look::Done, "浏览器已答应长期保存"),
        Some(false) => status(Look::Soon, "空间紧张时浏览器可能清除，请及时联网"),
        None => status(Look::Provisional, "浏览器没有说明"),
    };
    let trouble = store::trouble(facts).into_iter().map(|trouble| {
        view! {
            <dt>"问题"</dt>
            <dd>{status(if trouble.is_mended { Look::Done } else { Look::Overdue }, trouble.words)}</dd>
        }
    });
    let trouble = trouble.collect::<Vec<_>>();
    view! {
        <dl class="known">
            <dt>"最近联系服务器"</dt>
            <dd class="num">{contact}</dd>
            <dt>"时钟"</dt>
            <dd>{clock}</dd>
            <dt>"本机存储"</dt>
            <dd>{kept}</dd>
            <dt>"本机案件"</dt>
            <dd class="num">{facts.cases_kept}" 件，加密存放，只有您的口令能打开"</dd>
            {trouble}
            <dt>"设备编号"</dt>
            <dd class="num">{facts.device.clone()}</dd>
        </dl>
    }
    .into_any()
}
