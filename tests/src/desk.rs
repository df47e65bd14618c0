//! Somebody's desk: a browser with a profile of its own, and an account on the server.

use crate::browser::{Browser, Look, Page};

/// The passphrase of every account that [`Desk::welcome`] makes.
pub const PASSPHRASE: &str = "correct horse battery";
/// What the mark of the frame says, without the hour.
const MARK: &str = "document.querySelector('.bar a[href=\"/sync\"]')?.innerText.replace(/\\s*\\d{1,2}:\\d{2}\\s*$/, '').trim()";

/// A browser at work.
#[derive(Debug)]
pub struct Desk {
    profile: tempfile::TempDir,
    browser: Browser,
    /// Its one tab.
    pub page: Page,
}

impl Desk {
    /// Makes an account by a one-time link, comes in, and waits until the app is kept for a start
    /// without network.
    pub async fn welcome(look: Look, link: &str, user: &str, name: &str) -> Self {
        let desk = Self::open(tempfile::tempdir().expect("a folder is made"), look).await;
        let page = &desk.page;
        page.open(link).await;
        page.fill(("textbox", "账号"), user).await;
        page.fill(("textbox", "姓名"), name).await;
        page.fill(("textbox", "口令"), PASSPHRASE).await;
        page.fill(("textbox", "再输一遍口令"), PASSPHRASE).await;
        page.click(("button", "设立账号并登录")).await;
        desk.is_marked("已同步").await;
        page.evaluate::<bool>("navigator.serviceWorker.ready.then(() => true)")
            .await;
        desk
    }

    async fn open(profile: tempfile::TempDir, look: Look) -> Self {
        let browser = Browser::launch(profile.path()).await;
        let page = browser.page(look).await;
        Self {
            profile,
            browser,
            page,
        }
    }

    /// The power goes; the browser comes back on the same profile, with an empty tab.
    pub async fn cut_power(self, look: Look) -> Self {
        self.browser.kill().await;
        Self::open(self.profile, look).await
    }

    /// Opens the stores with the passphrase.
    pub async fn unlock(&self) {
        self.page.unlock(PASSPHRASE).await;
        self.page.find(("link", "今日")).await;
    }

    /// Waits until the sync mark says this and no more.
    pub async fn is_marked(&self, words: &str) {
        let words = serde_json::Value::from(words);
        self.page.holds(&format!("{MARK} === {words}")).await;
    }

    /// Makes a one-time link on the administrator's page.
    pub async fn invite(&self, role: &str, bureau: Option<&str>, name: &str) -> String {
        const LINK: &str = "document.querySelector('.token')?.innerText";
        let page = &self.page;
        page.click(("link", "管理")).await;
        page.click(("radio", role)).await;
        if let Some(bureau) = bureau {
            page.choose("#bureau", bureau).await;
        }
        page.fill("#invited", name).await;
        let before: String = page.evaluate(&format!("{LINK} ?? ''")).await;
        let before = serde_json::Value::from(before);
        page.click(("button", "生成链接")).await;
        page.holds(&format!("![undefined, {before}].includes({LINK})"))
            .await;
        page.evaluate(LINK).await
    }

    /// Goes home.
    pub async fn close(self) {
        self.browser.close().await;
    }
}
