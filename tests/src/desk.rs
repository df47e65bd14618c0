//! Somebody's desk: a browser with a profile of its own, and an account on the server.

use crate::{
    browser::{Browser, Look, Page},
    server::Server,
};

/// The passphrase of every account that [`Desk::welcome`] makes.
pub const PASSPHRASE: &str = "correct horse battery";
/// The passphrase of the demo's accounts.
const DEMO_PASSPHRASE: &str = "aftercheck-demo";
/// What the mark of the frame says, without the hour.
const MARK: &str = "document.querySelector('.bar a[href=\"/sync\"]')?.innerText.replace(/\\s*\\d{1,2}:\\d{2}\\s*$/, '').trim()";

/// Signs in with an account of the demo at an address, and waits until device and server agree.
pub async fn sign_in(page: &Page, server: &Server, user: &str, address: &str) {
    page.open(&server.at(address)).await;
    page.sign_in(user, DEMO_PASSPHRASE).await;
    page.see("已同步").await;
}

/// Waits until nothing is under way between device and server.
pub async fn synced(page: &Page) {
    page.holds("document.querySelector('.bar a[href=\"/sync\"]').innerText.includes('已同步')")
        .await;
}

/// A browser at work.
#[derive(Debug)]
pub struct Desk {
    profile: tempfile::TempDir,
    browser: Browser,
    passphrase: &'static str,
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
        desk.is_kept().await;
        desk
    }

    /// Signs in with an account of the demo, and waits as above.
    pub async fn of_demo(look: Look, server: &Server, user: &str) -> Self {
        let folder = tempfile::tempdir().expect("a folder is made");
        let mut desk = Self::open(folder, look).await;
        desk.passphrase = DEMO_PASSPHRASE;
        desk.page.open(&server.url()).await;
        desk.page.fill(("textbox", "账号"), user).await;
        desk.unlock().await;
        desk.is_marked("已同步").await;
        desk.is_kept().await;
        desk
    }

    /// Somebody else of the municipal bureau, whom the demo's administrator invites.
    pub async fn second_person(server: &Server) -> Self {
        let folder = tempfile::tempdir().expect("a folder is made");
        let admin = Self::open(folder, Look::DESK).await;
        sign_in(&admin.page, server, "admin", "/admin").await;
        let link = admin.invite("市局", None, "审批人").await;
        admin.close().await;
        Self::welcome(Look::DESK, &link, "second", "审批人").await
    }

    async fn open(profile: tempfile::TempDir, look: Look) -> Self {
        let browser = Browser::launch(profile.path()).await;
        let page = browser.page(look).await;
        Self {
            profile,
            browser,
            passphrase: PASSPHRASE,
            page,
        }
    }

    /// Waits until the service worker keeps all that this user may open.
    async fn is_kept(&self) {
        self.page
            .evaluate::<bool>(
                "(async () => {
                    await navigator.serviceWorker.ready;
                    if (!document.querySelector('.rail a[href=\"/import\"]')) return true;
                    const kept = async () => {
                        const all = (await caches.keys()).map(async (name) => (await caches.open(name)).keys());
                        return (await Promise.all(all)).flat().some(({ url }) => url.includes('/split_import.'));
                    };
                    while (!(await kept())) await new Promise((resolve) => setTimeout(resolve, 50));
                    return true;
                })()",
            )
            .await;
    }

    /// Another tab of the same browser.
    pub async fn tab(&self, look: Look) -> Page {
        self.browser.page(look).await
    }

    /// The power goes; the browser comes back on the same profile, with an empty tab.
    pub async fn cut_power(self, look: Look) -> Self {
        self.browser.kill().await;
        let mut desk = Self::open(self.profile, look).await;
        desk.passphrase = self.passphrase;
        desk
    }

    /// Opens the stores with the passphrase.
    pub async fn unlock(&self) {
        self.unlock_in(&self.page).await;
    }

    /// The same in another tab.
    pub async fn unlock_in(&self, page: &Page) {
        page.unlock(self.passphrase).await;
        page.find(("link", "今日")).await;
    }

    /// Loads the page again, and opens the stores.
    pub async fn reload(&self) {
        self.page.reload().await;
        self.unlock().await;
    }

    /// Closes the stores by the user's menu.
    pub async fn lock(&self) {
        let page = &self.page;
        page.click("[popovertarget=user-menu]").await;
        page.click(("button", "锁定")).await;
        page.find(("textbox", "口令")).await;
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
        // The accounts push the form down when they come.
        page.find("main table tbody tr").await;
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
