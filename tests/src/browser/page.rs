//! One tab, and the steps of a journey in it.

use std::{
    fmt::Display,
    fs,
    path::{Path, PathBuf},
    sync::MutexGuard,
    time::Duration,
};

use chromiumoxide::{
    Command, Page as Tab,
    cdp::browser_protocol::{
        dom::SetFileInputFilesParams,
        emulation::{
            MediaFeature, SetDeviceMetricsOverrideParams, SetEmulatedMediaParams,
            SetScriptExecutionDisabledParams, SetTimezoneOverrideParams,
            SetTouchEmulationEnabledParams,
        },
        input::{DispatchKeyEventParams, DispatchKeyEventType, InsertTextParams},
        network::{BlockPattern, SetBlockedUrLsParams},
        page::{NavigateParams, PrintToPdfParams, ReloadParams},
        storage::OverrideQuotaForOriginParams,
        target::SetAutoAttachParams,
    },
    error::CdpError,
    keys,
    layout::Point,
    page::ScreenshotParams,
};
use serde::de::DeserializeOwned;
use serde_json::Value;
use tokio::time::{Instant, sleep};

use super::{Look, PATIENCE, Record, Target, record::Recorder, target::call};

/// How often a thing that is waited for is looked at again.
const GLANCE: Duration = Duration::from_millis(20);

/// One tab.
#[derive(Debug)]
pub struct Page {
    tab: Tab,
    recorder: Recorder,
}

impl Page {
    pub(super) async fn new(tab: Tab) -> Result<Self, CdpError> {
        // The driver would hold every worker at its start, and never let the service worker go.
        let alone = SetAutoAttachParams::builder()
            .auto_attach(false)
            .wait_for_debugger_on_start(false)
            .flatten(true);
        tab.execute(alone.build().map_err(CdpError::msg)?).await?;
        tab.execute(SetTimezoneOverrideParams::new("Asia/Shanghai"))
            .await?;
        tab.evaluate_on_new_document(
            "addEventListener('securitypolicyviolation', event =>
                console.error(`content policy: ${event.violatedDirective} ${event.blockedURI}`))",
        )
        .await?;
        let recorder = Recorder::start(&tab).await?;
        Ok(Self { tab, recorder })
    }

    /// Goes to an address and waits until it is loaded.
    pub async fn open(&self, url: &str) {
        self.leave_with(url, NavigateParams::new(url)).await;
    }

    /// Loads the address again, as the reload button does.
    pub async fn reload(&self) {
        self.leave_with("the same address", ReloadParams::default())
            .await;
    }

    async fn leave_with<C: Command>(&self, to: &str, command: C) {
        let left = async {
            self.tab
                .evaluate_expression("globalThis.isLeft = true")
                .await?;
            self.tab.execute(command).await
        };
        self.expect(&format!("{to} opens"), left.await).await;
        self.holds("!globalThis.isLeft && document.readyState === 'complete'")
            .await;
    }

    /// Puts the tab before the others: one that lies behind takes no clicks.
    pub async fn bring_to_front(&self) {
        let brought = self.tab.bring_to_front().await.map(drop);
        self.expect("the tab comes to the front", brought).await;
    }

    /// Changes the screen.
    pub async fn look(&self, look: Look) {
        let (width, height) = (i64::from(look.width), i64::from(look.height));
        let scheme = if look.dark { "dark" } else { "light" };
        let media = SetEmulatedMediaParams::builder()
            .feature(MediaFeature::new("prefers-color-scheme", scheme));
        let changed = async {
            self.tab
                .execute(SetDeviceMetricsOverrideParams::new(
                    width, height, 1.0, false,
                ))
                .await?;
            self.tab
                .execute(SetTouchEmulationEnabledParams::new(look.touch))
                .await?;
            self.tab.execute(media.build()).await.map(drop)
        };
        self.expect("the screen changes", changed.await).await;
    }

    /// Shows the page as it is printed, until [`Page::look`] is called again.
    pub async fn look_printed(&self) {
        let media = SetEmulatedMediaParams::builder().media("print").build();
        let changed = self.tab.execute(media).await;
        self.expect("the page shows as printed", changed).await;
    }

    /// Sets the clock of every page loaded from now on, such as `2013-03-04T09:00:00+08:00`.
    /// It goes on from there.
    pub async fn set_clock(&self, now: &str) {
        const CLOCK: &str = "(() => {
            const Real = Date, ahead = Real.parse(NOW) - Real.now(), now = () => Real.now() + ahead;
            Date = new Proxy(Real, {
                construct: (date, words, made) => Reflect.construct(date, words.length ? words : [now()], made),
                apply: () => new Real(now()).toString(),
                get: (date, key) => key === 'now' ? now : Reflect.get(date, key),
            });
        })()";
        let set = self
            .tab
            .evaluate_on_new_document(CLOCK.replace("NOW", &Value::from(now).to_string()))
            .await;
        self.expect("the clock is set", set).await;
    }

    /// Lets the origin keep so many bytes and no more, or as many as before.
    pub async fn limit_storage(&self, origin: &str, bytes: Option<u32>) {
        let mut limit = OverrideQuotaForOriginParams::new(origin);
        limit.quota_size = bytes.map(f64::from);
        let limited = self.tab.execute(limit).await.map(drop);
        self.expect("the quota is set", limited).await;
    }

    /// Has every page loaded from now on told that 95 % of its room is used, as a browser does that
    /// tells the truth: Chromium tells every page of 10 GiB more than it uses, whatever is left.
    pub async fn tell_of_little_room(&self) {
        const LITTLE: &str = "(() => {
            const real = StorageManager.prototype.estimate;
            StorageManager.prototype.estimate = async function () {
                const room = await real.call(this);
                return { ...room, quota: room.usage / 0.95 };
            };
        })()";
        let set = self.tab.evaluate_on_new_document(LITTLE).await;
        self.expect("little room is told of", set).await;
    }

    /// Lets nothing through to these addresses, such as `http://127.0.0.1:40001/api/*`; none opens
    /// the way again.
    pub async fn block(&self, addresses: &[&str]) {
        let patterns = addresses
            .iter()
            .map(|&address| BlockPattern::new(address, true));
        let block = SetBlockedUrLsParams::builder().url_patterns(patterns);
        let blocked = self.tab.execute(block.build()).await.map(drop);
        self.expect("addresses are blocked", blocked).await;
    }

    /// Clicks in the middle of a thing once it can be reached there, and stands still: what comes up
    /// above it would put another under the mouse.
    pub async fn click(&self, target: impl Into<Target>) {
        // A control may be drawn by its label: whoever clicks, clicks there.
        const REACH: &str = "function () {
            const middle = (part) => {
                part.scrollIntoView({ block: 'center', inline: 'center', behavior: 'instant' });
                const { left, top, width, height } = part.getBoundingClientRect();
                const x = left + width / 2, y = top + height / 2, hit = document.elementFromPoint(x, y);
                return width && height && hit && (part.contains(hit) || hit.closest('label')?.control === this) ? [x, y] : null;
            };
            const at = this.disabled ? null : middle(this) ?? (this.labels?.[0] ? middle(this.labels[0]) : null);
            const before = this.aimedAt;
            this.aimedAt = String(at);
            return before === this.aimedAt ? at : null;
        }";
        let target = target.into();
        let point = self
            .until(&format!("{target} can be clicked"), async || {
                self.on(&target, REACH, Value::Null).await
            })
            .await;
        let at = |index: usize| point[index].as_f64().unwrap_or_default();
        let clicked = self.tab.click(Point { x: at(0), y: at(1) }).await;
        self.expect(&format!("{target} is clicked"), clicked).await;
    }

    /// Signs in, or opens a store that this device has.
    pub async fn sign_in(&self, user: &str, passphrase: &str) {
        self.find(("textbox", "口令")).await;
        let is_asked: bool = self
            .evaluate("document.querySelector('#user') !== null")
            .await;
        if is_asked {
            self.fill("#user", user).await;
        } else {
            self.click((".who", "button", user)).await;
        }
        self.unlock(passphrase).await;
    }

    /// Opens the store of the account that stands chosen.
    pub async fn unlock(&self, passphrase: &str) {
        self.fill(("textbox", "口令"), passphrase).await;
        self.click(("button", "登录")).await;
    }

    /// Puts a text into a field in place of what it holds.
    pub async fn fill(&self, target: impl Into<Target>, text: &str) {
        // Fields that open a picker take no typing; the others get what a keyboard sends.
        const READY: &str = "function (text) {
            if (this.disabled || this.readOnly) return null;
            this.focus();
            if (document.activeElement !== this) return null;
            if (!['date', 'time', 'month', 'week', 'datetime-local', 'color', 'range'].includes(this.type)) {
                this.select?.();
                return 'type';
            }
            Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value').set.call(this, text);
            for (const kind of ['input', 'change']) this.dispatchEvent(new Event(kind, { bubbles: true }));
            return 'done';
        }";
        let target = target.into();
        let way = self
            .until(&format!("{target} can be filled"), async || {
                self.on(&target, READY, text).await
            })
            .await;
        if way == "type" && text.is_empty() {
            self.press("Delete").await;
        } else if way == "type" {
            let typed = self.tab.execute(InsertTextParams::new(text)).await;
            self.expect(&format!("{target} is filled"), typed).await;
        }
    }

    /// Chooses an option of a select by its words.
    pub async fn choose(&self, target: impl Into<Target>, option: &str) {
        const CHOOSE: &str = "function (words) {
            const option = [...this.options ?? []].find((option) => option.text.trim() === words);
            if (!option || option.disabled || this.disabled) return null;
            option.selected = true;
            for (const kind of ['input', 'change']) this.dispatchEvent(new Event(kind, { bubbles: true }));
            return true;
        }";
        let target = target.into();
        self.until(&format!("{target} offers “{option}”"), async || {
            self.on(&target, CHOOSE, option).await
        })
        .await;
    }

    /// From the next page on no script of a page is run.
    pub async fn without_scripts(&self) {
        let disabled = SetScriptExecutionDisabledParams::new(true);
        let disabled = self.tab.execute(disabled).await;
        self.expect("scripts are switched off", disabled).await;
    }

    /// Gives a file to a file field, which may be hidden behind a nicer one.
    pub async fn upload(&self, target: impl Into<Target>, file: &Path) {
        let target = target.into();
        let given = self
            .until(&format!("{target} is there"), async || {
                target.find(&self.tab).await
            })
            .await;
        let file = file.display().to_string();
        let uploaded = self
            .tab
            .execute(
                SetFileInputFilesParams::builder()
                    .file(file)
                    .object_id(given)
                    .build()
                    .expect("a file is named"),
            )
            .await;
        self.expect(&format!("{target} takes the file"), uploaded)
            .await;
    }

    /// Presses a key, such as `Enter`, `Escape`, `/` or `g`; or one with Shift, such as `Shift+Tab`.
    pub async fn press(&self, key: &str) {
        const SHIFT: i64 = 8;
        let (modifiers, key) = match key.strip_prefix("Shift+") {
            Some(key) => (SHIFT, key),
            None => (0, key),
        };
        let known = keys::get_key_definition(key).expect("a key of the keyboard");
        let text = known.text.or((known.key.len() == 1).then_some(known.key));
        let mut event = DispatchKeyEventParams::builder()
            .modifiers(modifiers)
            .key(known.key)
            .code(known.code)
            .windows_virtual_key_code(known.key_code)
            .native_virtual_key_code(known.key_code);
        if let Some(text) = text {
            event = event.text(text);
        }
        let down = if text.is_some() {
            DispatchKeyEventType::KeyDown
        } else {
            DispatchKeyEventType::RawKeyDown
        };
        for kind in [down, DispatchKeyEventType::KeyUp] {
            let event = event
                .clone()
                .r#type(kind)
                .build()
                .expect("the kind is named");
            let pressed = self.tab.execute(event).await;
            self.expect(&format!("{key} is pressed"), pressed).await;
        }
    }

    /// Waits for a thing to be there.
    pub async fn find(&self, target: impl Into<Target>) {
        let target = target.into();
        self.until(&format!("{target} is there"), async || {
            target.find(&self.tab).await
        })
        .await;
    }

    /// Waits for words to be on the page.
    pub async fn see(&self, words: &str) {
        self.until(&format!("“{words}” shows"), async || {
            Ok(self.try_text().await?.contains(words).then_some(()))
        })
        .await;
    }

    /// Waits for words to be gone from the page.
    pub async fn see_gone(&self, words: &str) {
        self.until(&format!("“{words}” goes"), async || {
            Ok((!self.try_text().await?.contains(words)).then_some(()))
        })
        .await;
    }

    /// Waits for an expression to become true.
    pub async fn holds(&self, expression: &str) {
        self.until(&format!("{expression} holds"), async || {
            Ok((self.tab.evaluate_expression(expression).await?.value()
                == Some(&Value::Bool(true)))
            .then_some(()))
        })
        .await;
    }

    /// All words on the page as they are shown.
    pub async fn text(&self) -> String {
        let text = self.try_text().await;
        self.expect("the page has words", text).await
    }

    async fn try_text(&self) -> Result<String, CdpError> {
        Ok(self
            .tab
            .evaluate_expression("document.body?.innerText ?? ''")
            .await?
            .into_value()?)
    }

    /// What an expression, or the promise that it makes, comes to.
    pub async fn evaluate<T: DeserializeOwned>(&self, expression: &str) -> T {
        let value = async {
            Ok(self
                .tab
                .evaluate_expression(expression)
                .await?
                .into_value()?)
        };
        self.expect(&format!("{expression} has a value"), value.await)
            .await
    }

    /// What the browser has noticed since the tab was opened.
    pub fn record(&self) -> MutexGuard<'_, Record> {
        self.recorder.read()
    }

    /// Ends the test if anything was thrown, logged as an error or refused by the content policy.
    pub async fn assert_no_complaints(&self) {
        let complaints = self.record().complaints.join("\n");
        if !complaints.is_empty() {
            self.fail("nothing complains", complaints).await;
        }
    }

    /// Takes a picture of what is on the screen, into `tests/out`.
    pub async fn screenshot(&self, name: &str) -> PathBuf {
        let picture = self
            .tab
            .screenshot(ScreenshotParams::builder().build())
            .await;
        keep(
            name,
            "png",
            &self.expect("a picture is taken", picture).await,
        )
    }

    /// Prints to a PDF, into `tests/out`.
    pub async fn print(&self, name: &str) -> PathBuf {
        let params = PrintToPdfParams {
            prefer_css_page_size: Some(true),
            ..Default::default()
        };
        let printed = self.tab.pdf(params).await;
        keep(name, "pdf", &self.expect("the page prints", printed).await)
    }

    /// Closes the tab.
    pub async fn close(self) {
        self.tab.close().await.expect("a tab closes");
    }

    pub(super) async fn on(
        &self,
        target: &Target,
        function: &str,
        argument: impl Into<Value>,
    ) -> Result<Option<Value>, CdpError> {
        let Some(thing) = target.find(&self.tab).await? else {
            return Ok(None);
        };
        let value = call(&self.tab, thing, function, argument).await?;
        Ok((!value.is_null()).then_some(value))
    }

    /// Tries until there is something. An error is tried again too: pages change under one's hand.
    pub(super) async fn until<T>(
        &self,
        what: &str,
        attempt: impl AsyncFn() -> Result<Option<T>, CdpError>,
    ) -> T {
        let end = Instant::now() + PATIENCE;
        loop {
            let found = attempt().await;
            match found {
                Ok(Some(found)) => return found,
                Ok(None) if Instant::now() > end => {
                    self.fail(what, "it did not come true in time").await;
                }
                Err(error) if Instant::now() > end => self.fail(what, error).await,
                _ => sleep(GLANCE).await,
            }
        }
    }

    async fn expect<T>(&self, what: &str, result: Result<T, CdpError>) -> T {
        match result {
            Ok(value) => value,
            Err(error) => self.fail(what, error).await,
        }
    }

    pub(super) async fn fail(&self, what: &str, why: impl Display) -> ! {
        let url = self.tab.url().await.ok().flatten().unwrap_or_default();
        let text = self.try_text().await.unwrap_or_default();
        let picture = match self
            .tab
            .screenshot(ScreenshotParams::builder().build())
            .await
        {
            Ok(picture) => keep(&format!("failed-{}", std::process::id()), "png", &picture)
                .display()
                .to_string(),
            Err(error) => error.to_string(),
        };
        let complaints = self.record().complaints.join("\n");
        panic!(
            "not so: {what}\n{why}\n\nat {url}\npicture: {picture}\ncomplaints: {complaints}\non the page:\n{text}\n"
        );
    }
}

fn keep(name: &str, extension: &str, bytes: &[u8]) -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("out");
    let path = folder.join(name).with_added_extension(extension);
    fs::create_dir_all(&folder)
        .and_then(|()| fs::write(&path, bytes))
        .expect("tests/out can be written");
    path
}
