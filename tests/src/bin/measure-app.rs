//! `tests/measure app`: the app in Chromium over ledgers of 1,000 and 10,000 cases, and a table
//! beside the marks. The ledgers are the sample's cases over and over, each a case of its own.

use std::{path::Path, time::Duration};

use server::{
    api::{hash_passphrase, now_milliseconds},
    db::Database,
    sample,
};
use shared::{
    Actor, Role,
    change::{Body, Subject},
    id::CaseId,
    sync::Scope,
};
use tests::{
    browser::{Browser, Look, Page},
    measure::{Figure, Mark, Table},
    server::Server,
};
use tokio::time::sleep;

const PASSPHRASE: &str = "correct horse battery";
const OFFICE: &str = "110105";
/// An office without cases: what it waits for at the start is the passphrase alone.
const EMPTY_OFFICE: &str = "110119";
const RUNS: usize = 5;
/// Typed into the filter one by one: each narrows the ledger, and the first ones little.
const TYPED: [&str; 6] = ["b", "j", "h", "s", "d", "l"];
/// Longer than any first exchange takes.
const ROUNDS_OF_WAITING: usize = 1_200;

/// Notes when there is a duty on the screen, painted, counted from the click.
const USABLE: &str = "new Promise((resolve) => {
    const began = performance.now();
    const look = () => document.querySelector(SELECTOR)
        ? requestAnimationFrame(() => setTimeout(() => resolve(performance.now() - began)))
        : requestAnimationFrame(look);
    [...document.querySelectorAll('button')].find((it) => it.innerText === '登录').click();
    look();
})";
/// How long after the load began the passphrase could be typed.
const ASKED: &str = "new Promise((resolve) => {
    const look = () => document.querySelector('#passphrase')
        ? requestAnimationFrame(() => setTimeout(() => resolve(performance.now())))
        : requestAnimationFrame(look);
    look();
})";
const WATCH_KEYS: &str = "(() => {
    globalThis.keys = [];
    new PerformanceObserver((list) => {
        for (const { name, duration } of list.getEntries()) if (name === 'keydown') keys.push(duration);
    }).observe({ type: 'event', durationThreshold: 16 });
    return true;
})()";
/// Scrolls through the whole ledger, at first as a wheel does and then in leaps, and says how long
/// the longest task was.
const SCROLL: &str = "(async () => {
    let longest = 0;
    const watch = new PerformanceObserver((list) => {
        for (const { duration } of list.getEntries()) longest = Math.max(longest, duration);
    });
    watch.observe({ type: 'longtask' });
    const box = document.querySelector('.ledger__box');
    const frame = () => new Promise(requestAnimationFrame);
    for (let at = 0; at < 120; at++) { box.scrollTop += 120; await frame(); }
    for (let at = 0; at < 60; at++) { box.scrollTop = box.scrollHeight * at / 60; await frame(); }
    await new Promise((resolve) => setTimeout(resolve, 200));
    watch.disconnect();
    return longest;
})()";
/// Cases in local storage.
const KEPT: &str = "Object.keys(localStorage).filter((key) => key.includes('/case/')).length";

#[tokio::main]
async fn main() {
    let mut table = Table::new(&["1,000 cases", "10,000 cases"]);
    let thousand = measured(1_000).await;
    let ten = measured(10_000).await;
    let line = |table: &mut Table, what, of: fn(&Measured) -> Figure, marks: (Mark, Mark)| {
        table.line(
            what,
            "ms",
            &[(Some(of(&thousand)), marks.0), (Some(of(&ten)), marks.1)],
        );
    };
    let none = (Mark::None, Mark::None);
    line(
        &mut table,
        "from the start, offline, to the passphrase",
        |it| it.asked,
        none,
    );
    line(&mut table, "the passphrase", |it| it.unlocked, none);
    line(
        &mut table,
        "start to a usable 今日, without the passphrase",
        |it| it.started,
        (Mark::Below(1_000.0), Mark::None),
    );
    line(
        &mut table,
        "a key in the ledger's filter to the next paint",
        |it| it.key,
        (Mark::None, Mark::Below(50.0)),
    );
    line(
        &mut table,
        "longest task while scrolling",
        |it| it.scroll,
        (Mark::None, Mark::Below(50.0)),
    );
    table.line(
        "cases in local storage, with their events",
        "cases",
        &[
            (Some(thousand.kept), Mark::None),
            (Some(ten.kept), Mark::AtLeast(5_000.0)),
        ],
    );
    println!("\n{table}");
}

struct Measured {
    asked: Figure,
    unlocked: Figure,
    started: Figure,
    key: Figure,
    scroll: Figure,
    kept: Figure,
}

async fn measured(count: usize) -> Measured {
    let data = tempfile::tempdir().expect("a folder is made");
    fill(data.path(), count);
    let mut server = Server::start(data.path());
    let profile = tempfile::tempdir().expect("a folder is made");
    let browser = Browser::launch(profile.path()).await;
    let page = browser.page(Look::DESK).await;
    for user in ["officer", "nobody"] {
        page.open(&server.at("/sign-in")).await;
        page.find("#passphrase").await;
        if user == "nobody" {
            page.click(("button", "其他账号")).await;
        }
        page.sign_in(user, PASSPHRASE).await;
        wait_until_synced(&page, if user == "officer" { count } else { 0 }).await;
        page.evaluate::<bool>("navigator.serviceWorker.ready.then(() => true)")
            .await;
        // What was fetched is put into local storage behind the screen.
        sleep(Duration::from_secs(3)).await;
    }
    server.stop();

    let (mut asked, mut opened, mut unlocked) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..RUNS {
        asked.push(start(&page, &server, "officer").await);
        opened.push(usable(&page, ".duty").await);
        start(&page, &server, "nobody").await;
        unlocked.push(usable(&page, ".frame main h1").await);
    }
    let started = asked
        .iter()
        .zip(&opened)
        .zip(&unlocked)
        .map(|((asked, opened), unlocked)| asked + (opened - unlocked).max(0.0))
        .collect();

    start(&page, &server, "officer").await;
    usable(&page, ".duty").await;
    page.click(("link", "台账")).await;
    page.find(".grid tr[id]").await;
    sleep(Duration::from_secs(2)).await;
    let (mut keys, mut scrolls) = (Vec::new(), Vec::new());
    page.evaluate::<bool>(WATCH_KEYS).await;
    for _ in 0..RUNS {
        page.evaluate::<bool>("(keys.length = 0, true)").await;
        page.fill("#filter", "").await;
        for key in TYPED {
            page.press(key).await;
            sleep(Duration::from_millis(150)).await;
        }
        // What is not told took less than a frame.
        let told: Vec<f64> = page.evaluate("keys").await;
        keys.push(told.into_iter().fold(16.0, f64::max));
        page.fill("#filter", "").await;
        sleep(Duration::from_millis(300)).await;
        scrolls.push(page.evaluate(SCROLL).await);
    }
    let kept = page.evaluate(KEPT).await;
    browser.close().await;
    Measured {
        asked: Figure::of(asked),
        unlocked: Figure::of(unlocked),
        started: Figure::of(started),
        key: Figure::of(keys),
        scroll: Figure::of(scrolls),
        kept: Figure::of(vec![kept]),
    }
}

/// Loads the app without a network, and types the passphrase; says how long the load took.
async fn start(page: &Page, server: &Server, user: &str) -> f64 {
    page.open(&server.at("/")).await;
    let asked = page.evaluate(ASKED).await;
    page.click((".who", "button", user)).await;
    page.fill("#passphrase", PASSPHRASE).await;
    asked
}

async fn usable(page: &Page, selector: &str) -> f64 {
    let selector = serde_json::Value::from(selector).to_string();
    page.evaluate(&USABLE.replace("SELECTOR", &selector)).await
}

async fn wait_until_synced(page: &Page, count: usize) {
    page.click(("link", "同步")).await;
    let done = format!(
        "document.body.innerText.includes('已同步') && document.body.innerText.includes('{count} 件')"
    );
    for _ in 0..ROUNDS_OF_WAITING {
        if page.evaluate(&done).await {
            return;
        }
        sleep(Duration::from_millis(250)).await;
    }
    panic!("{count} cases did not come\n{}", page.text().await);
}

/// A data directory with so many cases of the office.
fn fill(data: &Path, count: usize) {
    let database = Database::open(data).expect("the folder is empty");
    let now = now_milliseconds();
    let hash = hash_passphrase(PASSPHRASE).expect("a passphrase is hashed");
    for (user, office) in [("officer", OFFICE), ("nobody", EMPTY_OFFICE)] {
        let actor = Actor {
            user: user.to_owned(),
            role: Role::District,
            office: office.to_owned(),
        };
        database
            .create_account(&actor, user, &hash, now)
            .expect("it is the first of this name");
    }
    // The originals lie in a ledger of their own.
    let originals = tempfile::tempdir().expect("a folder is made");
    let sample_database = Database::open(originals.path()).expect("the folder is empty");
    sample::load(&sample_database, "server", now).expect("the sample loads");
    let originals: Vec<_> = sample_database
        .cases_in_sight(&Scope::Bureau(OFFICE.into()))
        .expect("it was just written")
        .into_iter()
        .map(|(_, case)| case.file)
        .filter(|file| file.handling_bureau() == OFFICE)
        .collect();
    let written: Vec<_> = originals
        .iter()
        .cycle()
        .take(count)
        .enumerate()
        .map(|(index, original)| {
            let mut bytes = [0; 16];
            bytes[..8].copy_from_slice(&(index as u64).to_be_bytes());
            let mut head = original.case.clone();
            head.number = String::new();
            head.enterprise.name = format!("{}第{index}分公司", head.enterprise.name);
            let open = Body::Open {
                head: Box::new(head),
            };
            let events = original.events.iter().map(|event| Body::Event {
                event: Box::new(event.clone()),
            });
            let bodies = std::iter::once(open).chain(events).collect();
            (Subject::case(&CaseId::from_random(bytes)), bodies)
        })
        .collect();
    let events: usize = originals.iter().map(|case| case.events.len()).sum();
    println!(
        "{count} cases of {:.1} events each",
        events as f64 / originals.len() as f64
    );
    database
        .write_cases("server", &written, now)
        .expect("the ledger is written");
}
