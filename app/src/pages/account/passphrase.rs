//! Changing the passphrase: on the server first, then what seals this device's store.

use leptos::{ev, prelude::*, task::spawn_local};
use shared::account::{MINIMUM_PASSPHRASE_LETTERS, PassphraseChange, check_passphrase};

use crate::{
    api::{self, ApiError},
    components::{
        fields::{Remark, line, silent},
        messages::{Message, Messages},
    },
    session::Session,
};

/// The old one, and the new one twice.
#[component]
pub(super) fn Change() -> impl IntoView {
    let session = Session::use_in();
    let messages = Messages::use_in();
    let [old, new, again] = [const { String::new() }; 3].map(RwSignal::new);
    let asked = RwSignal::new(false);
    let busy = RwSignal::new(false);
    let on_new = Signal::derive(move || {
        let wrong = new.with(|new| check_passphrase(new).is_err());
        let words = format!("至少 {MINIMUM_PASSPHRASE_LETTERS} 个字符");
        vec![if asked.get() && wrong {
            Remark::Wrong(words)
        } else {
            Remark::Note(words)
        }]
    });
    let on_again = Signal::derive(move || {
        let differs = again.with(|again| new.with(|new| new != again));
        if asked.get() && differs {
            vec![Remark::Wrong("两次口令不一样".to_owned())]
        } else {
            Vec::new()
        }
    });
    let submit = move |event: ev::SubmitEvent| {
        event.prevent_default();
        asked.set(true);
        let wrong = [on_new, on_again]
            .iter()
            .any(|remarks| remarks.with_untracked(|remarks| remarks.iter().any(Remark::is_wrong)));
        if wrong || busy.get_untracked() {
            return;
        }
        busy.set(true);
        let change = PassphraseChange {
            old: old.get_untracked(),
            new: new.get_untracked(),
        };
        spawn_local(async move {
            messages.say(match changed(session, &change).await {
                Ok(()) => {
                    for field in [old, new, again] {
                        field.set(String::new());
                    }
                    asked.set(false);
                    Message::done("已更换口令")
                        .more("其他设备的登录已结束；在那里登录时，先用新口令，再按提示输入旧口令打开本机数据。")
                }
                Err(why) => Message::bad("没有更换").more(format!("{why}。")),
            });
            let _ = busy.try_set(false);
        });
    };
    view! {
        <form class="form part__form" on:submit=submit>
            {line("old-passphrase", "现在的口令", "password", "current-password", old, silent())}
            {line("new-passphrase", "新口令", "password", "new-password", new, on_new)}
            {line("new-again", "再输一遍新口令", "password", "new-password", again, on_again)}
            <div class="form__acts">
                <button class="btn" disabled=move || busy.get()>
                    {move || if busy.get() { "正在更换……" } else { "更换口令" }}
                </button>
            </div>
        </form>
    }
}

async fn changed(session: Session, change: &PassphraseChange) -> Result<(), String> {
    api::change_passphrase(change)
        .await
        .map_err(|error| match error {
            ApiError::NotPermitted => "现在的口令不对".to_owned(),
            ApiError::Refused(_) => "试得太多，过几分钟再试".to_owned(),
            other => other.to_string(),
        })?;
    session
        .passphrase_changed(&change.new)
        .await
        .map_err(|error| format!("服务器已换新口令，本机数据仍用旧口令打开：{error}"))
}
