//! On site: a visit without a network that a dead battery does not harm, and what is attached.

use std::{fs, path::Path, time::Duration};

use tests::{
    browser::{Browser, Look, Page},
    network::Network,
    server::Server,
};
use tokio::time::sleep;

const PASSPHRASE: &str = "aftercheck-demo";
/// How long after "saved" the power goes.
const AFTER_SAVED: Duration = Duration::from_millis(50);
/// What the camera wrote into the photos of the journey, as degrees, minutes and seconds, each a
/// fraction; and how it reads where it is kept.
const LATITUDE: [u32; 6] = [39, 1, 54, 1, 1692, 100];
const LONGITUDE: [u32; 6] = [116, 1, 24, 1, 2592, 100];
const PLACE: &str = "北纬\u{a0}39.90470°，东经\u{a0}116.40720°";
const REMARK: &str = "二号线已停机断电，库存 36 捆";

/// The segment of a JPEG in which a camera writes where it was: Exif, with a GPS directory.
fn exif() -> Vec<u8> {
    // An entry of a directory: tag, type (2 letters, 4 a number, 5 fractions), count, value or where it is.
    let entry = |tag: u16, kind: u16, count: u32, value: u32| {
        let head = [tag.to_le_bytes(), kind.to_le_bytes()].concat();
        [&head[..], &count.to_le_bytes(), &value.to_le_bytes()].concat()
    };
    // The header takes 8 bytes, a directory of one entry 18, that of GPS with its four 54.
    let (gps, fractions) = (8 + 18, 8 + 18 + 54);
    let mut tiff = b"II*\0\x08\0\0\0\x01\0".to_vec();
    tiff.extend(entry(0x8825, 4, 1, gps));
    tiff.extend([0, 0, 0, 0, 4, 0]);
    tiff.extend(entry(1, 2, 2, u32::from(b'N')));
    tiff.extend(entry(2, 5, 3, fractions));
    tiff.extend(entry(3, 2, 2, u32::from(b'E')));
    tiff.extend(entry(4, 5, 3, fractions + 24));
    tiff.extend([0; 4]);
    tiff.extend(
        [LATITUDE, LONGITUDE]
            .as_flattened()
            .iter()
            .flat_map(|it| it.to_le_bytes()),
    );
    let length = u16::try_from(tiff.len() + 8).unwrap().to_be_bytes();
    [&b"\xff\xe1"[..], &length, b"Exif\0\0", &tiff].concat()
}

/// Takes a photo of 3000 by 2000 pixels, as a camera does, with a place in it.
async fn take_photo(page: &Page) {
    let exif = exif();
    let take = format!(
        "(async () => {{
            const canvas = new OffscreenCanvas(3000, 2000), drawn = canvas.getContext('2d');
            drawn.fillStyle = '#6d6458';
            drawn.fillRect(0, 0, 3000, 2000);
            drawn.fillStyle = '#b9bdc1';
            drawn.fillRect(300 + Math.random() * 900, 300, 900, 900);
            const shot = await (await canvas.convertToBlob({{ type: 'image/jpeg' }})).arrayBuffer();
            const parts = [shot.slice(0, 2), new Uint8Array({exif:?}), shot.slice(2)];
            const files = new DataTransfer();
            files.items.add(new File(parts, 'IMG_0001.jpg', {{ type: 'image/jpeg' }}));
            const field = document.querySelector('.shot__add input');
            field.files = files.files;
            field.dispatchEvent(new Event('change', {{ bubbles: true }}));
            return true;
        }})()"
    );
    page.evaluate::<bool>(&take).await;
}

/// Writes on the pad with a finger, never twice the same.
async fn sign(page: &Page, name: &str) {
    page.see(&format!("{name} 签字")).await;
    page.find("canvas.pad__ink").await;
    page.evaluate::<bool>(
        "(() => {
            const pad = document.querySelector('canvas.pad__ink');
            const { left, top, width, height } = pad.getBoundingClientRect();
            const touch = (kind, x, y) => pad.dispatchEvent(new PointerEvent(kind, {
                bubbles: true, cancelable: true, isPrimary: true, pointerId: 1, pointerType: 'touch',
                clientX: left + width * x, clientY: top + height * y,
            }));
            for (const stroke of [[.3, .2, .3, .6], [.25, .35, .5, .3], [.55, .2, .6 + Math.random() / 10, .65]]) {
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
    page.click(("button", "完成签字")).await;
}

async fn answer(page: &Page, title: &str, answer: &str) {
    page.see(title).await;
    page.click(("radio", answer)).await;
}

async fn next(page: &Page) {
    page.click(("button", "下一题")).await;
}

/// Waits until the journal has all that was done.
async fn kept(page: &Page) {
    page.holds("document.querySelector('.visit__state').innerText.includes('已存本机')")
        .await;
}

/// The contents that the page has fetched.
fn fetched(page: &Page) -> Vec<String> {
    let record = page.record();
    let addresses = record.received.values().map(|it| it.url.clone());
    let mut addresses: Vec<_> = addresses
        .filter(|address| address.contains("/api/attachments/"))
        .collect();
    addresses.sort();
    addresses.dedup();
    addresses
}

/// What every picture under `root` is, once all of them are drawn: its longer side in pixels.
async fn sides(page: &Page, root: &str, count: usize) -> Vec<u32> {
    let all = format!("[...document.querySelectorAll('{root} img')]");
    page.holds(&format!(
        "{all}.length === {count} && {all}.every(it => it.complete && it.naturalWidth > 0)"
    ))
    .await;
    page.evaluate(&format!(
        "{all}.map(it => Math.max(it.naturalWidth, it.naturalHeight))"
    ))
    .await
}

/// 朝阳 leaves the network with a tablet, goes to a case whose result is to be served, and says who
/// verifies it. Browser, tab, and where the case is.
async fn set_out(profile: &Path, network: &Network) -> (Browser, Page, String) {
    let browser = Browser::launch(profile).await;
    let page = browser.page(Look::TABLET).await;
    page.open(&network.at("/")).await;
    page.sign_in("chaoyang", PASSPHRASE).await;
    page.see("已同步").await;
    page.evaluate::<bool>("navigator.serviceWorker.ready.then(() => true)")
        .await;
    network.cut();
    page.find(("main", "link", "登记送达")).await;
    let case: String = page
        .evaluate(
            "document.querySelector('main a[href*=\"/record/\"]').pathname.split('/record/')[0]",
        )
        .await;
    page.click(format!("main a[href='{case}']").as_str()).await;
    page.click(("link", "现场核查")).await;
    page.see("谁来核查？").await;
    for (field, text) in [
        ("#first-name", "赵刚"),
        ("#first-number", "01050331"),
        ("#second-name", "李敏"),
        ("#second-number", "01050217"),
    ] {
        page.fill(field, text).await;
    }
    (browser, page, case)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_visit_outlives_a_dead_battery_without_a_network() {
    let (server, profile) = (Server::demo(), tempfile::tempdir().unwrap());
    let network = Network::to(&server.url()).await;

    // Half of it, without a network.
    let (browser, page, case) = set_out(profile.path(), &network).await;
    page.screenshot("visit-1-officers").await;
    next(&page).await;
    page.see("企业谁在场？").await;
    page.fill("#present-name", "陈建国").await;
    page.fill("#present-post", "生产负责人").await;
    next(&page).await;
    answer(&page, "企业是否已查明不合格原因？", "已查明").await;
    take_photo(&page).await;
    sides(&page, ".shot", 1).await;
    page.fill("#note", REMARK).await;
    kept(&page).await;
    sleep(AFTER_SAVED).await;
    browser.kill().await;

    // All of it is there, still without a network.
    let browser = Browser::launch(profile.path()).await;
    let page = browser.page(Look::TABLET).await;
    page.open(&network.at(&format!("{case}/visit"))).await;
    page.unlock(PASSPHRASE).await;
    page.see("企业是否已查明不合格原因？").await;
    page.holds("document.querySelector('.opt input').checked")
        .await;
    page.holds(&format!(
        "document.querySelector('#note').value === '{REMARK}'"
    ))
    .await;
    assert_eq!(sides(&page, ".shot", 1).await, [2048]);
    page.see("赵刚、李敏").await;
    page.screenshot("visit-3-causes").await;

    next(&page).await;
    answer(&page, "整改措施是否已落实？", "已全部落实").await;
    next(&page).await;
    answer(&page, "库存的不合格产品如何处理？", "已单独存放或封存").await;
    next(&page).await;
    answer(&page, "已售出的不合格产品如何处理？", "没有售出").await;
    next(&page).await;
    answer(
        &page,
        "同型号产品是否已停止生产、销售？",
        "已停止生产和销售",
    )
    .await;
    page.click(("checkbox", "保留拍摄地点")).await;
    take_photo(&page).await;
    sides(&page, ".shot", 1).await;
    page.see(PLACE).await;
    page.screenshot("visit-7-production").await;
    page.look(Look::TABLET.dark()).await;
    page.screenshot("visit-7-production-dark").await;
    page.look(Look::DESK).await;
    page.screenshot("visit-7-production-desk").await;
    page.look(Look::TABLET).await;
    next(&page).await;
    answer(&page, "企业今后是否继续生产同型号产品？", "整改后继续生产").await;
    next(&page).await;
    answer(&page, "整改后的产品是否符合复查条件？", "符合复查条件").await;
    next(&page).await;
    page.see("今天是否抽取复查样品？").await;
    page.screenshot("visit-10-sampling").await;
    next(&page).await;
    page.see("具备复查条件").await;
    page.screenshot("visit-11-conclusion").await;
    next(&page).await;
    sign(&page, "赵刚").await;
    sign(&page, "李敏").await;
    page.see("陈建国 签字").await;
    page.screenshot("visit-12-signatures").await;
    sign(&page, "陈建国").await;
    page.click(("button", "下一步")).await;
    page.see("整改情况现场核查记录").await;
    assert_eq!(
        sides(&page, ".paper", 5).await,
        [1600, 1600, 1600, 2048, 2048]
    );
    // Of two photos one tells where it was taken, as was chosen.
    page.holds(&format!(
        "document.querySelector('.paper').innerText.split('{PLACE}').length === 2"
    ))
    .await;
    page.screenshot("visit-13-record").await;
    page.click(("button", "登记核查结果")).await;
    page.see("已登记核查结果").await;
    page.holds("location.pathname.includes('/visits/')").await;
    page.print("visit-record").await;
    let record: String = page.evaluate("location.pathname").await;
    page.assert_no_complaints().await;

    // The network is back: event, photos and signatures reach those who are to see them.
    network.mend();
    page.evaluate::<bool>("dispatchEvent(new Event('online'))")
        .await;
    page.see("已同步").await;
    let office_profile = tempfile::tempdir().unwrap();
    let office_browser = Browser::launch(office_profile.path()).await;
    let office = office_browser.page(Look::DESK).await;
    office.open(&server.at(&record)).await;
    office.sign_in("municipal", PASSPHRASE).await;
    office.see("整改情况现场核查记录").await;
    office.see(REMARK).await;
    office.see(PLACE).await;
    assert_eq!(
        sides(&office, ".paper", 5).await,
        [1600, 1600, 1600, 2048, 2048]
    );
    office.screenshot("visit-record-office").await;
    let contents = fetched(&office);
    assert_eq!(contents.len(), 5, "{contents:?}");
    for address in contents {
        let bytes: String = office
            .evaluate(&format!(
                "fetch('{address}').then((it) => it.arrayBuffer())
                    .then((it) => new TextDecoder('latin1').decode(it))"
            ))
            .await;
        assert!(
            !bytes.contains("Exif"),
            "a picture itself never tells what the camera wrote into it"
        );
    }
    office.open(&server.at(&format!("{case}?tab=log"))).await;
    office.unlock(PASSPHRASE).await;
    office.see("核查整改情况：具备复查条件").await;
    browser.close().await;
    office_browser.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn samples_taken_on_the_spot_commission_the_reinspection_without_a_network() {
    let (server, profile) = (Server::demo(), tempfile::tempdir().unwrap());
    let network = Network::to(&server.url()).await;
    let (browser, page, case) = set_out(profile.path(), &network).await;
    next(&page).await;
    page.fill("#present-name", "陈建国").await;
    next(&page).await;
    for (title, words) in [
        ("企业是否已查明不合格原因？", "已查明"),
        ("整改措施是否已落实？", "已全部落实"),
        ("库存的不合格产品如何处理？", "没有库存"),
        ("已售出的不合格产品如何处理？", "没有售出"),
        ("同型号产品是否已停止生产、销售？", "已停止生产和销售"),
        ("企业今后是否继续生产同型号产品？", "整改后继续生产"),
        ("整改后的产品是否符合复查条件？", "数量不足"),
    ] {
        answer(&page, title, words).await;
        next(&page).await;
    }

    // Nothing can be commissioned before the products are fit for it.
    page.see("还不具备复查条件").await;
    page.holds("[...document.querySelectorAll('.opt')].find(it => it.innerText.includes('已抽样封样')).querySelector('input').disabled").await;
    page.click(("button", "上一题")).await;
    answer(&page, "整改后的产品是否符合复查条件？", "符合复查条件").await;
    next(&page).await;

    // What became of the samples decides what is recorded, and what follows is told before.
    answer(&page, "今天是否抽取复查样品？", "企业无正当理由拒绝抽样").await;
    page.fill("#note", "厂长拒绝开启成品库").await;
    next(&page).await;
    page.see("公告第 1 类").await;
    page.screenshot("visit-refused-conclusion").await;
    page.click(("button", "上一题")).await;
    answer(&page, "今天是否抽取复查样品？", "已抽样封样，委托复查").await;
    page.holds("document.querySelector('.opts + .q__hint').innerText === '复查'")
        .await;
    page.fill("#sampling-body", "市质检院").await;
    page.fill("#sampling-due", "2099-12-31").await;
    page.fill("#sampling-product", "三月十日批，六卷").await;
    page.screenshot("visit-10-samples").await;
    next(&page).await;
    page.see("委托复查").await;
    page.see("2099-12-31").await;
    page.see_gone("公告第 1 类").await;
    page.screenshot("visit-11-consequences").await;
    next(&page).await;
    for name in ["赵刚", "李敏", "陈建国"] {
        sign(&page, name).await;
    }
    page.click(("button", "下一步")).await;
    page.see("市质检院，2099-12-31 前完成").await;
    page.click(("button", "登记核查结果")).await;
    page.see("已登记核查结果").await;
    page.assert_no_complaints().await;

    // Both events are the bureau's and the municipal bureau's.
    network.mend();
    page.evaluate::<bool>("dispatchEvent(new Event('online'))")
        .await;
    page.see("已同步").await;
    let office_profile = tempfile::tempdir().unwrap();
    let office_browser = Browser::launch(office_profile.path()).await;
    let office = office_browser.page(Look::DESK).await;
    office.open(&server.at(&format!("{case}?tab=log"))).await;
    office.sign_in("municipal", PASSPHRASE).await;
    office.see("核查整改情况：具备复查条件").await;
    office.see("委托复查").await;
    browser.close().await;
    office_browser.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_scan_is_attached_to_a_case_and_what_is_not_fit_is_refused() {
    let (server, profile) = (Server::demo(), tempfile::tempdir().unwrap());
    let browser = Browser::launch(profile.path()).await;
    let page = browser.page(Look::DESK).await;
    page.open(&server.url()).await;
    page.sign_in("chaoyang", PASSPHRASE).await;
    page.find(("main", "link", "登记送达")).await;
    let case: String = page
        .evaluate(
            "document.querySelector('main a[href*=\"/record/\"]').pathname.split('/record/')[0]",
        )
        .await;
    page.click(format!("main a[href='{case}']").as_str()).await;
    page.click("#tab-attachments").await;
    page.see("还没有附件").await;

    let files = tempfile::tempdir().unwrap();
    let file = |name: &str, bytes: &[u8]| {
        let path = files.path().join(name);
        fs::write(&path, bytes).unwrap();
        path
    };
    let add = async |path: &Path| page.upload(".attach input[type=file]", path).await;
    add(&file("假的.pdf", b"<html>")).await;
    page.see("没有附上：假的.pdf").await;
    page.see("这个文件的内容不是").await;
    let mut large = b"%PDF-1.7\n".to_vec();
    large.resize(20 * 1024 * 1024 + 1, b' ');
    add(&file("太大.pdf", &large)).await;
    page.see("文件超过 20 MB").await;
    let mut scan = b"%PDF-1.7\n".to_vec();
    scan.resize(3 * 1024 * 1024, b' ');
    add(&file("送达回证.pdf", &scan)).await;
    page.see("已附上 1 个附件").await;
    page.find(".shot a").await;
    page.see("已同步").await;
    page.screenshot("attachments").await;

    let office_profile = tempfile::tempdir().unwrap();
    let office_browser = Browser::launch(office_profile.path()).await;
    let office = office_browser.page(Look::DESK).await;
    office
        .open(&server.at(&format!("{case}?tab=attachments")))
        .await;
    office.sign_in("municipal", PASSPHRASE).await;
    office.see("送达回证.pdf").await;
    office.find(".shot a").await;
    let [address] = fetched(&office).try_into().expect("one content");
    let bytes: usize = office
        .evaluate(&format!(
            "fetch('{address}').then((it) => it.arrayBuffer()).then((it) => it.byteLength)"
        ))
        .await;
    assert_eq!(bytes, scan.len());
    office.assert_no_complaints().await;
    browser.close().await;
    office_browser.close().await;
}
