//! Every screen of the app, and a walk through all of them.

use crate::{
    browser::{Browser, Look, Page},
    server::Server,
};

const DEMO: &str = "aftercheck-demo";

/// Who looks, at which address, and what is there then. `CASE` is a case of the sample ledger.
pub const SCREENS: [(&str, &str, &str); 21] = [
    ("chaoyang", "/", "已逾期"),
    ("chaoyang", "/ledger", "筛得"),
    ("chaoyang", "CASE", "期限"),
    ("chaoyang", "CASE/record", "登记"),
    ("chaoyang", "CASE/record/result_served", "直接送达"),
    ("chaoyang", "CASE/documents", "文书"),
    ("chaoyang", "CASE/visit", "谁来核查"),
    ("chaoyang", "/analysis", "分析"),
    ("chaoyang", "/bureau/status", "处理情况报送"),
    ("chaoyang", "/calendar", "工作日"),
    ("chaoyang", "/sync", "这台设备"),
    ("chaoyang", "/account", "这台设备"),
    ("chaoyang", "/nowhere", "没有"),
    ("municipal", "/", "市局须办"),
    ("municipal", "/ledger", "筛得"),
    ("municipal", "/import", "选择文件"),
    ("municipal", "/bureau/announcements", "公告"),
    ("municipal", "/bureau/status", "处理情况报送"),
    ("municipal", "/analysis", "分析"),
    ("lab", "/", "今日"),
    ("admin", "/admin", "生成链接"),
];

/// Goes to an address as a link on the page does.
async fn go(page: &Page, address: &str, words: &str) {
    let address = serde_json::Value::from(address);
    page.evaluate::<bool>(&format!(
        "(() => {{
            const link = document.createElement('a');
            link.href = {address};
            document.body.append(link);
            link.click();
            link.remove();
            return true;
        }})()"
    ))
    .await;
    page.holds(&format!("location.pathname === {address}"))
        .await;
    page.find("main h1").await;
    page.see(words).await;
}

/// Shows every screen, first those that need no account.
pub async fn each_screen(server: &Server, browser: &Browser, look: impl AsyncFn(&Page, &str)) {
    let page = browser.page(Look::DESK).await;
    page.open(&server.at("/welcome#nothing")).await;
    page.see("设立账号").await;
    look(&page, "/welcome").await;
    let mut who = "";
    let mut case = String::new();
    for (user, address, words) in SCREENS {
        if user != who {
            who = user;
            page.open(&server.at("/sign-in")).await;
            page.find(("textbox", "口令")).await;
            look(&page, &format!("/sign-in before {user}")).await;
            let is_other: bool = page
                .evaluate("document.querySelector('.who') !== null")
                .await;
            if is_other {
                page.click(("button", "其他账号")).await;
            }
            page.sign_in(user, DEMO).await;
            page.see("已同步").await;
        }
        if case.is_empty() {
            page.find(("main", "link", "登记送达")).await;
            case = page
                .evaluate("[...document.querySelectorAll('main a')].find(it => it.innerText.includes('登记送达')).pathname.split('/record/')[0]")
                .await;
        }
        go(&page, &address.replace("CASE", &case), words).await;
        look(&page, &format!("{user} {address}")).await;
    }
    page.assert_no_complaints().await;
}
