//! The other tabs of the same user: news between them, and one of them that syncs.

use js_sys::{Function, Promise, Reflect};
use wasm_bindgen::{JsCast, prelude::*};
use wasm_bindgen_futures::JsFuture;
use web_sys::{BroadcastChannel, MessageEvent};

#[wasm_bindgen]
extern "C" {
    /// `navigator.locks`, which web-sys keeps behind an unstable cfg.
    type LockManager;
    #[wasm_bindgen(method, catch)]
    fn request(this: &LockManager, name: &str, callback: &Function) -> Result<Promise, JsValue>;
}

/// A line to the other tabs of one user. Where the browser has none, nothing is said or heard.
pub struct Tabs {
    channel: Option<BroadcastChannel>,
    heard: Option<Closure<dyn FnMut(MessageEvent)>>,
}

impl Tabs {
    /// Calls `on_news` with whatever another tab of this user announces, until it is dropped.
    pub fn listen(user: &str, mut on_news: impl FnMut(String) + 'static) -> Self {
        let Ok(channel) = BroadcastChannel::new(&name(user)) else {
            return Self {
                channel: None,
                heard: None,
            };
        };
        let heard = Closure::new(move |event: MessageEvent| {
            if let Some(news) = event.data().as_string() {
                on_news(news);
            }
        });
        channel.set_onmessage(Some(heard.as_ref().unchecked_ref()));
        Self {
            channel: Some(channel),
            heard: Some(heard),
        }
    }

    /// Tells the other tabs, not this one.
    pub fn announce(&self, news: &str) {
        if let Some(channel) = &self.channel {
            // It fails only on a closed channel, which this one is not before it is dropped.
            let _ = channel.post_message(&news.into());
        }
    }
}

impl Drop for Tabs {
    fn drop(&mut self) {
        if let Some(channel) = &self.channel {
            channel.set_onmessage(None);
            channel.close();
        }
        self.heard = None;
    }
}

/// While it is held, no other tab of this user holds it.
pub struct Lead {
    release: Option<Function>,
}

impl Lead {
    /// Waits until no other tab of this user leads. Where the browser has no locks (outside a
    /// secure context) every tab leads at once.
    pub async fn wait(user: &str) -> Self {
        let Some(locks) = lock_manager() else {
            return Self { release: None };
        };
        let mut release = None;
        // The browser holds the lock until this promise settles; dropping `lead`, even before its
        // turn has come, settles it.
        let held = Promise::new(&mut |resolve, _| release = Some(resolve));
        let lead = Self { release };
        let mut on_granted = None;
        let granted = Promise::new(&mut |resolve, _| on_granted = Some(resolve));
        let callback = Closure::once_into_js(move || {
            if let Some(on_granted) = on_granted {
                let _ = on_granted.call0(&JsValue::NULL);
            }
            held
        });
        if locks.request(&name(user), callback.unchecked_ref()).is_ok() {
            // It is never rejected.
            let _ = JsFuture::from(granted).await;
        }
        lead
    }
}

impl Drop for Lead {
    fn drop(&mut self) {
        if let Some(release) = self.release.take() {
            let _ = release.call0(&JsValue::NULL);
        }
    }
}

fn lock_manager() -> Option<LockManager> {
    let navigator = web_sys::window()?.navigator();
    let locks = Reflect::get(&navigator, &"locks".into()).ok()?;
    (!locks.is_undefined()).then(|| locks.unchecked_into())
}

fn name(user: &str) -> String {
    super::journal::database_name(user)
}
