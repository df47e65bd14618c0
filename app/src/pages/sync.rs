//! 同步: what waits, what came back and why, and how this device is.

use leptos::prelude::*;

use crate::{
    components::status::{Look, status},
    session::{DeviceFacts, OutboxRow, Session},
    words::{day, sync as words},
};

/// Clocks further apart than this are said to be wrong.
const CLOCK_TOLERANCE_MILLISECONDS: i64 = 10 * 60 * 1000;

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
    let parted = Memo::new(move |_| {
        let rows = session.outbox().get();
        let (refused, waiting): (Vec<_>, Vec<_>) =
            rows.iter().cloned().partition(|row| row.refused.is_some());
        (waiting, refused)
    });
    view! {
        <main class="page" id="main" tabindex="-1">
            <div class="page__head">
                <h1>"同步"</h1>
            </div>
            <div class="state" role="status">{state}</div>
            {move || refused(&parted.get().1, session)}
            {move || waiting(&parted.get().0, session)}
            <section class="part" aria-labelledby="device">
                <h2 id="device">"这台设备"</h2>
                {move || device(&session.device().get(), session)}
            </section>
        </main>
    }
}

fn refused(rows: &[OutboxRow], session: Session) -> AnyView {
    if rows.is_empty() {
        return ().into_any();
    }
    let count = rows.len();
    let rows = rows
        .iter()
        .map(|row| {
            let reason = row.refused.map(words::refusal).unwrap_or_default();
            view! {
                <tr>
                    <td>{status(Look::Disputed, "退回")}</td>
                    {what(row)}
                    <td class="wrap">{reason}</td>
                    <td class="num">{day::moment(row.recorded_at_milliseconds, session.today().get_untracked())}</td>
                </tr>
            }
        })
        .collect::<Vec<_>>();
    view! {
        <section class="part" aria-labelledby="refused">
            <h2 id="refused">"被退回 "<span class="num">{count}</span></h2>
            <div class="rows--scroll">
                <table class="rows">
                    <thead>
                        <tr>
                            <th scope="col">"状态"</th>
                            <th scope="col">"案号"</th>
                            <th scope="col">"企业"</th>
                            <th scope="col">"内容"</th>
                            <th scope="col">"原因"</th>
                            <th scope="col">"登记于"</th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
            <p>"退回的内容留在本机，不影响其他内容收发。由登记人核对后重新登记，或请市局处理。"</p>
        </section>
    }
    .into_any()
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
            <div class="rows--scroll">
                <table class="rows">
                    <thead>
                        <tr>
                            <th scope="col">"状态"</th>
                            <th scope="col">"案号"</th>
                            <th scope="col">"企业"</th>
                            <th scope="col">"内容"</th>
                            <th scope="col">"登记于"</th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
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
        None => view! { <a class="link" href="/bureau/announcements">{row.number.clone()}</a> }
            .into_any(),
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
    let ahead = facts.clock_ahead_milliseconds;
    let clock = if ahead.abs() > CLOCK_TOLERANCE_MILLISECONDS {
        let minutes = ahead.abs() / 60_000;
        let words = if ahead > 0 {
            format!("比服务器快 {minutes} 分钟，请校准")
        } else {
            format!("比服务器慢 {minutes} 分钟，请校准")
        };
        status(Look::Soon, words)
    } else {
        status(Look::Done, "与服务器一致")
    };
    let kept = match facts.is_persistent {
        Some(true) => status(Look::Done, "浏览器已答应长期保存"),
        Some(false) => status(Look::Soon, "空间紧张时浏览器可能清除，请及时联网"),
        None => status(Look::Provisional, "浏览器没有说明"),
    };
    let trouble = facts.trouble.clone().map(|words| {
        view! {
            <dt>"问题"</dt>
            <dd>{status(Look::Overdue, words)}</dd>
        }
    });
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
