//! 开户: a one-time link is answered with an account name and a passphrase.

use leptos::{ev, prelude::*, task::spawn_local};
use leptos_router::{NavigateOptions, hooks::use_navigate};

use shared::account::{
    Invitation, MINIMUM_PASSPHRASE_LETTERS, Welcome, WelcomeToken, check_names, check_passphrase,
};

use crate::{
    api::{self, ApiError},
    components::{
        fields::{Remark, line},
        status::{Look, status},
    },
    session::Session,
};

/// The page that a one-time link opens; its token stands after the `#`, which no server sees.
#[component]
pub(crate) fn WelcomePage() -> impl IntoView {
    let token = window()
        .location()
        .hash()
        .unwrap_or_default()
        .trim_start_matches('#')
        .to_owned();
    if token.is_empty() {
        return view! {
            <main class="entry" id="main">
                <header>
                    <h1>"链接不完整"</h1>
                    <p class="entry__sub">"请把整条一次性链接粘贴到地址栏，包括 # 后面的部分。"</p>
                </header>
                <a class="btn" href="/sign-in">"去登录"</a>
            </main>
        }
        .into_any();
    }
    // Until the server has said what the link is for, it makes an account.
    let known = RwSignal::new(None::<Invitation>);
    let asked = WelcomeToken {
        token: token.clone(),
    };
    spawn_local(async move {
        let invitation = api::invitation(&asked).await;
        let _ = known.try_set(invitation.ok());
    });
    let resets =
        Memo::new(move |_| known.with(|known| known.as_ref().and_then(|known| known.user.clone())));
    view! {
        <main class="entry" id="main">
            <header>
                <h1>"抽查后处理"</h1>
                <p class="entry__sub">
                    {move || match resets.get() {
                        Some(user) => format!("为账号 {user} 设新口令。这条链接只能用一次。"),
                        None => "设立账号。这条链接只能用一次。".to_owned(),
                    }}
                </p>
            </header>
            {move || view! { <AccountForm token=token.clone() resets=resets.get() /> }}
        </main>
    }
    .into_any()
}

#[component]
fn AccountForm(token: String, resets: Option<String>) -> impl IntoView {
    let is_new = resets.is_none();
    let session = Session::use_in();
    let navigate = use_navigate();
    let user = RwSignal::new(resets.clone().unwrap_or_default());
    // A reset says nothing of the name.
    let display = RwSignal::new(resets.unwrap_or_default());
    let passphrase = RwSignal::new(String::new());
    let again = RwSignal::new(String::new());
    let asked = RwSignal::new(false);
    let busy = RwSignal::new(false);
    let failed = RwSignal::new(None::<String>);

    let on_user = Signal::derive(move || {
        let wrong = user.with(|user| check_names(user.trim(), "-").is_err());
        let words = "字母、数字、汉字和 . - _";
        vec![if asked.get() && wrong {
            Remark::Wrong(words.to_owned())
        } else {
            Remark::Note(words.to_owned())
        }]
    });
    let on_display = Signal::derive(move || {
        let wrong = display.with(|display| check_names("-", display.trim()).is_err());
        if asked.get() && wrong {
            vec![Remark::Wrong("请填写姓名".to_owned())]
        } else {
            Vec::new()
        }
    });
    let on_passphrase = Signal::derive(move || {
        let wrong = passphrase.with(|passphrase| check_passphrase(passphrase).is_err());
        let words =
            format!("至少 {MINIMUM_PASSPHRASE_LETTERS} 个字符。忘记后，本机未发送的内容无法找回");
        vec![if asked.get() && wrong {
            Remark::Wrong(words)
        } else {
            Remark::Note(words)
        }]
    });
    let on_again = Signal::derive(move || {
        let differs = again.with(|again| passphrase.with(|first| again != first));
        let shown = differs && (asked.get() || !again.with(String::is_empty));
        if shown {
            vec![Remark::Wrong("两次口令不一样".to_owned())]
        } else {
            Vec::new()
        }
    });

    let submit = move |event: ev::SubmitEvent| {
        event.prevent_default();
        asked.set(true);
        let wrong = [on_user, on_display, on_passphrase, on_again]
            .iter()
            .any(|remarks| remarks.with_untracked(|remarks| remarks.iter().any(Remark::is_wrong)));
        if wrong || busy.get_untracked() {
            return;
        }
        busy.set(true);
        failed.set(None);
        let answer = Welcome {
            token: token.clone(),
            user: user.get_untracked().trim().to_owned(),
            display: display.get_untracked().trim().to_owned(),
            passphrase: passphrase.get_untracked(),
        };
        let navigate = navigate.clone();
        spawn_local(async move {
            match open_account(session, answer).await {
                Ok(()) => navigate(
                    "/",
                    NavigateOptions {
                        replace: true,
                        ..Default::default()
                    },
                ),
                Err(words) => {
                    let _ = failed.try_set(Some(words));
                }
            }
            let _ = busy.try_set(false);
        });
    };
    view! {
        <form class="form" on:submit=submit>
            {is_new.then(|| line("user", "账号", "text", "username", user, on_user))}
            {is_new.then(|| line("display", "姓名", "text", "name", display, on_display))}
            {line("passphrase", "口令", "password", "new-password", passphrase, on_passphrase)}
            {line("again", "再输一遍口令", "password", "new-password", again, on_again)}
            <div role="alert">{move || failed.get().map(|words| status(Look::Overdue, words))}</div>
            <button class="btn btn--main" disabled=move || busy.get()>
                {move || match (busy.get(), is_new) {
                    (true, _) => "正在设立……",
                    (false, true) => "设立账号并登录",
                    (false, false) => "设新口令并登录",
                }}
            </button>
        </form>
    }
}

async fn open_account(session: Session, answer: Welcome) -> Result<(), String> {
    let (user, passphrase) = (answer.user.clone(), answer.passphrase.clone());
    api::welcome(answer).await.map_err(|error| match error {
        ApiError::NotSignedIn | ApiError::NotPermitted => {
            "链接已用过或已过期，请再要一条".to_owned()
        }
        other => other.to_string(),
    })?;
    session
        .sign_in(user, passphrase)
        .await
        .map_err(|error| format!("账号已设立，但没有登录成功：{error}"))
}
