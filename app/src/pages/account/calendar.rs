//! Duties in the calendar of a phone or a mail program: by a secret link, or once as a file.

use leptos::{prelude::*, task::spawn_local};
use shared::account::CalendarLink;

use crate::{
    api::{self, ApiError},
    components::{
        download,
        messages::{Message, Messages},
        status::{Look, status},
    },
    session::Session,
    words::day,
};

/// Whether there is a link, and making, changing and revoking it.
#[component]
pub(super) fn Subscription() -> impl IntoView {
    let session = Session::use_in();
    let messages = Messages::use_in();
    let link = RwSignal::new(None::<Result<CalendarLink, ApiError>>);
    spawn_local(async move {
        let known = api::calendar_link().await;
        let _ = link.try_set(Some(known));
    });
    let make = move |_| {
        spawn_local(async move {
            let made = api::make_calendar_link().await;
            let _ = link.try_set(Some(made));
        });
    };
    let revoke = move |_| {
        spawn_local(async move {
            match api::drop_calendar_link().await {
                Ok(()) => {
                    let _ = link.try_set(Some(Ok(CalendarLink::default())));
                    messages.say(Message::done("链接已作废").more("用它订阅的日历不再更新。"));
                }
                Err(error) => messages.say(Message::bad("没有作废").more(error.to_string())),
            }
        });
    };
    let hand_out = move |_| {
        spawn_local(async move {
            let saved = match api::calendar_file().await {
                Ok(text) => {
                    let name = format!("到期事项-{}.ics", session.today().get_untracked());
                    download::file(&text.as_str().into(), "text/calendar;charset=utf-8", &name)
                        .map_err(|_| "浏览器没有存下文件".to_owned())
                }
                Err(error) => Err(error.to_string()),
            };
            if let Err(why) = saved {
                messages.say(Message::bad("没有下载").more(why));
            }
        });
    };
    let standing = move || match link.get() {
        None => view! { <p role="status">"正在读取……"</p> }.into_any(),
        Some(Err(error)) => {
            view! { <p role="alert">{status(Look::Overdue, error.to_string())}</p> }.into_any()
        }
        Some(Ok(CalendarLink {
            token: Some(token), ..
        })) => {
            let origin = window().location().origin().unwrap_or_default();
            view! {
                <p>"链接只显示这一次，请现在复制到日历程序的“订阅”里。谁有链接谁就能看，不要转给别人。"</p>
                <p class="token num">{format!("{origin}/api/calendar/{token}.ics")}</p>
            }
            .into_any()
        }
        Some(Ok(CalendarLink {
            created_milliseconds: Some(at),
            ..
        })) => {
            let at = i64::try_from(at).unwrap_or_default();
            let at = day::moment(at, session.today().get());
            view! { <p>{format!("已有一条链接，{at} 生成。忘了就生成新的，旧的随即作废。")}</p> }
                .into_any()
        }
        Some(Ok(CalendarLink { .. })) => view! { <p>"还没有链接。"</p> }.into_any(),
    };
    let has_link = move || {
        let made = |link: &CalendarLink| link.created_milliseconds.is_some();
        link.with(|link| {
            link.as_ref()
                .is_some_and(|link| link.as_ref().is_ok_and(made))
        })
    };
    view! {
        <p>"手机或邮件的日历可以订阅您单位须办的到期事项。日历里只有案号和事项。"</p>
        {standing}
        <div class="part__acts">
            <button type="button" class="btn" on:click=make>
                {move || if has_link() { "换一条新链接" } else { "生成订阅链接" }}
            </button>
            {move || has_link().then(|| view! { <button type="button" class="btn" on:click=revoke>"作废链接"</button> })}
            <button type="button" class="btn" on:click=hand_out>"下载 .ics 一次"</button>
        </div>
    }
}
