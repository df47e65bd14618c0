//! Every screen in both themes under axe-core, and on a narrow screen and at 200 % zoom without
//! scrolling sideways.

use tests::{
    axe,
    browser::{Browser, Look, Page},
    screens::each_screen,
    server::Server,
};

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
