//! Statutory documents: drawn up from the case, numbered, printed, taken along, signed for; and two
//! documents of one number, shown and settled.

use std::io::{Cursor, Read as _};

use tests::{
    browser::{Browser, Look, Page},
    papers::printed_by_libreoffice,
    server::Server,
};

/// Cases of the sample ledger whose result is to be served.
const CASE: &str = "北京华盛电缆有限公司";
const OTHER_CASE: &str = "北京京华利建材有限公司";

async fn sign_in(page: &Page, server: &Server, user: &str) {
    page.open(&server.url()).await;
    page.sign_in(user, "aftercheck-demo").await;
    page.see("已同步").await;
}

async fn documents_of(page: &Page, enterprise: &str) {
    page.click(("link", "台账")).await;
    page.click(("link", enterprise)).await;
    page.click(("main", "link", "文书")).await;
    page.see("已出的").await;
}

/// The words on the paper.
async fn on_paper(page: &Page) -> String {
    page.evaluate("document.querySelector('.a4').innerText")
        .await
}

/// Writes on the pad with a finger.
async fn sign(page: &Page, who: &str) {
    page.click(("button", who)).await;
    page.evaluate::<bool>(
        "(() => {
            const pad = document.querySelector('canvas.pad__ink');
            pad.scrollIntoView({ block: 'center', behavior: 'instant' });
            const { left, top, width, height } = pad.getBoundingClientRect();
            const touch = (kind, x, y) => pad.dispatchEvent(new PointerEvent(kind, {
                bubbles: true, cancelable: true, isPrimary: true, pointerId: 1, pointerType: 'touch',
                clientX: left + width * x, clientY: top + height * y,
            }));
            for (const stroke of [[.3, .2, .3, .6], [.25, .35, .5, .3], [.55, .2, .6, .65]]) {
                touch('pointerdown', stroke[0], stroke[1]);
                for (let step = 1; step <= 10; step++)
                    touch('pointermove', stroke[0] + (stroke[2] - stroke[0]) * step / 10,
                        stroke[1] + (stroke[3] - stroke[1]) * step / 10);
                touch('pointerup', stroke[2], stroke[3]);
            }
            return true;
        })()",
    )
    .await;
}

/// The .docx that the page hands out, as the so many-th file.
async fn docx(page: &Page, count: usize) -> Vec<u8> {
    page.click(("button", "存为 .docx")).await;
    page.handed_out(count).await.1
}

fn pictures_in(docx: &[u8]) -> usize {
    let mut archive = zip::ZipArchive::new(Cursor::new(docx)).unwrap();
    let mut body = String::new();
    let mut document = archive.by_name("word/document.xml").unwrap();
    document.read_to_string(&mut body).unwrap();
    body.matches("<pic:pic ").count()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_result_is_notified_served_and_signed_for() {
    let (server, profile) = (Server::demo(), tempfile::tempdir().unwrap());
    let browser = Browser::launch(profile.path()).await;
    let page = browser.page(Look::DESK).await;
    sign_in(&page, &server, "chaoyang").await;
    page.keep_files().await;
    documents_of(&page, CASE).await;
    page.screenshot("documents").await;

    // Drawn up: what the case lacks is a blank with a name, what it knows is not asked.
    page.click(("main", "link", "检验结果通知书")).await;
    page.see("拟送达日期").await;
    let paper = on_paper(&page).await;
    assert!(paper.contains("北京市朝阳区质量技术监督局"), "{paper}");
    assert!(paper.contains("本次期限到异议期满为止"), "{paper}");
    let today: String = page
        .evaluate("document.querySelector('#document-on').value")
        .await;
    page.fill("#serve-on", &today).await;
    page.holds("!document.querySelector('.a4').innerText.includes('本次期限到异议期满为止')")
        .await;
    let paper = on_paper(&page).await;
    let due = paper
        .split_once("本次期限到")
        .and_then(|(_, rest)| rest.split_once("为止"))
        .unwrap()
        .0
        .to_owned();
    page.fill("#fact-office_contact", "送达科，010-65000000")
        .await;
    page.press("Tab").await;
    page.holds("document.querySelector('.a4').innerText.includes('送达科')")
        .await;
    page.screenshot("document-drawn-up").await;
    page.look(Look::TABLET).await;
    page.screenshot("document-drawn-up-tablet").await;
    page.look(Look::DESK).await;

    // Issued: numbered, printed on A4, taken along.
    page.click(("button", "出文")).await;
    page.see("已出文 京朝质监抽告〔").await;
    page.see("〕1号").await;
    page.screenshot("document-issued").await;
    page.print("document-notice").await;
    printed_by_libreoffice(&docx(&page, 1).await, "document-notice");

    // Served: the proof names the notice, tells the limit, and is signed on the tablet.
    page.click(("link", "全部文书")).await;
    page.click(("main", "link", "送达回证")).await;
    page.look(Look::TABLET).await;
    page.fill("#recipient", "收件人甲").await;
    page.fill("#served-at", "厂区传达室").await;
    page.click(("button", "出回证并登记送达")).await;
    page.see("还没有签完字").await;
    for who in ["受送达人", "送达人一", "送达人二"] {
        sign(&page, who).await;
    }
    page.screenshot("service-tablet").await;
    page.click(("button", "出回证并登记送达")).await;
    page.see("送达已登记").await;
    page.holds(
        "[...document.querySelectorAll('.a4 img')].filter(it => it.naturalWidth > 0).length === 3",
    )
    .await;
    let proof = on_paper(&page).await;
    assert!(proof.contains(&format!("{due}止")), "{due}\n{proof}");
    assert!(proof.contains("京朝质监抽告〔"), "{proof}");
    page.print("document-service").await;
    let signed = docx(&page, 2).await;
    assert_eq!(
        pictures_in(&signed),
        3,
        "the signatures are in the .docx too"
    );
    printed_by_libreoffice(&signed, "document-service");
    page.look(Look::DESK).await;

    // The event is on record, and its limit is the one that the papers tell.
    page.click(("link", CASE)).await;
    page.click(("tab", "记录")).await;
    page.see("送达检验结果").await;
    let (year, rest) = due.split_once('年').unwrap();
    let (month, day) = rest.trim_end_matches('日').split_once('月').unwrap();
    let iso = format!("{year}-{month:0>2}-{day:0>2}");
    page.click(("tab", "期限")).await;
    page.holds(&format!(
        "document.querySelector('main').innerText.includes('{}')",
        &iso[5..]
    ))
    .await;
    page.assert_no_complaints().await;
    browser.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_records_its_event() {
    let (server, profile) = (Server::demo(), tempfile::tempdir().unwrap());
    let browser = Browser::launch(profile.path()).await;
    let page = browser.page(Look::DESK).await;
    sign_in(&page, &server, "chaoyang").await;

    // Its issue is the event: the form of the event, its consequences, and one write.
    documents_of(&page, "北京恒信源燃气具有限公司").await;
    page.click(("main", "link", "责令整改通知书")).await;
    page.see("登记后").await;
    page.fill("#requirements", "查明原因，改正生产").await;
    page.holds("document.querySelector('.a4').innerText.includes('查明原因，改正生产')")
        .await;
    page.screenshot("order-drawn-up").await;
    page.click(("button", "出文并登记")).await;
    page.see("事件已登记").await;
    page.print("document-order").await;
    page.click(("link", "北京恒信源燃气具有限公司")).await;
    page.click(("tab", "记录")).await;
    page.see("责令整改").await;

    page.assert_no_complaints().await;
    browser.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_offline_devices_that_took_one_number_are_shown_to_a_person() {
    let server = Server::demo();
    let profiles = [(); 2].map(|()| tempfile::tempdir().unwrap());
    let (mut browsers, mut pages) = (Vec::new(), Vec::new());
    for profile in &profiles {
        let browser = Browser::launch(profile.path()).await;
        let page = browser.page(Look::DESK).await;
        sign_in(&page, &server, "chaoyang").await;
        pages.push(page);
        browsers.push(browser);
    }
    // The pages of documents are on both devices before there is no network.
    for page in &pages {
        documents_of(page, CASE).await;
        page.click(("main", "link", "检验结果通知书")).await;
        page.see("拟送达日期").await;
    }
    for page in &pages {
        page.block(&[&server.at("/api/*")]).await;
    }
    for (page, enterprise) in pages.iter().zip([CASE, OTHER_CASE]) {
        documents_of(page, enterprise).await;
        page.click(("main", "link", "检验结果通知书")).await;
        page.click(("button", "出文")).await;
        page.see("〕1号").await;
        page.see("待发 1 条").await;
        page.see_gone("下有 2 份文书").await;
    }
    for page in &pages {
        page.block(&[]).await;
    }
    for page in &pages {
        page.see("〕1号下有 2 份文书").await;
    }
    pages[0].screenshot("document-clash").await;

    // One of the two settles it, and the other sees that.
    pages[1].click(("button", "改为下一号")).await;
    pages[1].see("已改为 京朝质监抽告〔").await;
    pages[1].see("〕2号").await;
    for page in &pages {
        page.see_gone("〕1号下有 2 份文书").await;
    }
    pages[1].click(("link", "全部文书")).await;
    pages[1].see("已作废").await;
    pages[1].screenshot("documents-after-clash").await;
    for page in &pages {
        documents_of(page, OTHER_CASE).await;
        page.see("〕2号").await;
    }
    for browser in browsers {
        browser.close().await;
    }
}
