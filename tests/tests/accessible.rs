//! Every screen in both themes under axe-core, and on a narrow screen and at 200 % zoom without
//! scrolling sideways.

use tests::{
    axe,
    browser::{Browser, Look, Page},
    server::Server,
};

const DEMO: &str = "aftercheck-demo";
/// 1440 by 900 at 200 %.
const ZOOMED: Look = Look {
    width: 720,
    height: 450,
    dark: false,
    touch: false,
};
const NARROW: Look = Look {
    width: 360,
    height: 740,
    dark: false,
    touch: true,
};

/// Who looks, at which address, and what is there then. `CASE` is a case of the sample ledger.
const SCREENS: [(&str, &str, &str); 21] = [
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
async fn each_screen(server: &Server, browser: &Browser, look: impl AsyncFn(&Page, &str)) {
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

#[tokio::test(flavor = "multi_thread")]
async fn axe_finds_nothing_on_any_screen() {
    let (server, profile) = (Server::demo(), tempfile::tempdir().unwrap());
    let browser = Browser::launch(profile.path()).await;
    let script = axe::script();
    let broken = std::cell::RefCell::new(Vec::new());
    let looked = std::cell::Cell::new(0);
    each_screen(&server, &browser, async |page: &Page, screen: &str| {
        for (look, theme) in [(Look::DESK, "light"), (Look::DESK.dark(), "dark")] {
            page.look(look).await;
            // Colours pass over from one theme to the other.
            page.holds("document.getAnimations().length === 0").await;
            for violation in page.violations(&script).await {
                broken.borrow_mut().push(format!(
                    "{screen}, {theme}: {} ({}) at {}",
                    violation.id,
                    violation.help,
                    violation.targets.join(" | ")
                ));
            }
            looked.set(looked.get() + 1);
        }
        page.look(Look::DESK).await;
    })
    .await;
    let broken = broken.into_inner();
    println!("{} views", looked.get());
    assert!(broken.is_empty(), "{}", broken.join("\n"));
    browser.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_scrolls_sideways() {
    const WIDE: &str = "(() => {
        const { scrollWidth, clientWidth } = document.documentElement;
        if (scrollWidth <= clientWidth) return [];
        return [...document.querySelectorAll('body *')]
            .filter(it => !it.closest('.rows--scroll, .ledger__box') && it.getBoundingClientRect().right > clientWidth + 1)
            .slice(0, 5).map(it => `${it.tagName} ${it.className}`.slice(0, 60));
    })()";
    let (server, profile) = (Server::demo(), tempfile::tempdir().unwrap());
    let browser = Browser::launch(profile.path()).await;
    let broken = std::cell::RefCell::new(Vec::new());
    each_screen(&server, &browser, async |page: &Page, screen: &str| {
        for (look, name) in [(ZOOMED, "200 %"), (NARROW, "360 px")] {
            page.look(look).await;
            let wide: Vec<String> = page.evaluate(WIDE).await;
            if !wide.is_empty() {
                let wide = wide.join(" | ");
                broken
                    .borrow_mut()
                    .push(format!("{screen}, {name}: {wide}"));
            }
        }
        page.look(Look::DESK).await;
    })
    .await;
    let broken = broken.into_inner();
    assert!(broken.is_empty(), "{}", broken.join("\n"));
    browser.close().await;
}
