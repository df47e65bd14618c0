//! The main task of each screen with the keyboard alone. The focus is in sight wherever a key leads,
//! and is never lost.

use std::{fs, path::Path};

use tests::{
    browser::{Browser, Look, Page},
    sample,
    server::Server,
};

const PASSPHRASE: &str = "aftercheck-demo";
const NEW_PASSPHRASE: &str = "correct horse battery";
/// The smallest picture: one grey point.
const PICTURE: &[u8] = b"\x89PNG\x0d\x0a\x1a\x0a\x00\x00\x00\x0dIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x00\x00\x00\x00:~\x9bU\x00\x00\x00\x0aIDATx\x9cch\x00\x00\x00\x82\x00\x81w\xcdr\xb6\x00\x00\x00\x00IEND\xaeB`\x82";
/// The page has the focus as a whole, so that the next Tab leads into it.
const ON_PAGE: &str = "document.activeElement.id === 'main'";

/// What a person does, and what then must be so.
#[derive(Debug)]
enum Step {
    /// Tab to what has this role and name.
    To(&'static str, &'static str),
    /// The same, backwards.
    Back(&'static str, &'static str),
    /// Tab to what has no name of its own.
    At(&'static str),
    Press(&'static str),
    /// Types into what has the focus.
    Type(&'static str),
    /// Chooses a file in the dialog of the system, which the field that has the focus has opened.
    Sheet(&'static str),
    /// The same, a photo.
    Photo,
    See(&'static str),
    Holds(&'static str),
}

use Step::{At, Back, Holds, Photo, Press, See, Sheet, To, Type};

/// Each journey: what it is, whose, and its steps from 今日 on.
const JOURNEYS: [(&str, &str, &[Step]); 5] = [
    (
        "a duty, why it is due, an event and its undoing",
        "chaoyang",
        &[
            Holds(ON_PAGE),
            Press("ArrowDown"),
            Press("ArrowUp"),
            Press("Enter"),
            See("登记事件"),
            Holds(ON_PAGE),
            Press("/"),
            Type("bjhsdl"),
            Holds("document.querySelectorAll('#found [role=option]').length === 1"),
            Press("Enter"),
            See("北京华盛电缆有限公司"),
            Holds("document.querySelector('main h1').innerText.includes('华盛')"),
            Holds(ON_PAGE),
            At(".due__why"),
            Press("Enter"),
            Holds("document.activeElement.matches('.due__why')"),
            // Every day that counts says so by itself, for who cannot see the calendar.
            Holds("(() => {
                const said = [...document.querySelectorAll('#why tbody td .vh')];
                return said.length > 4 && said.every((it) => /\\d+ 月 \\d+ 日，./.test(it.textContent));
            })()"),
            Back("tab", "期限"),
            Press("ArrowRight"),
            Holds("document.activeElement.id === 'tab-log'"),
            Press("r"),
            See("现在可办"),
            Holds(ON_PAGE),
            To("link", "送达检验结果"),
            Press("Enter"),
            See("异议期满"),
            To("radio", "直接送达"),
            Press(" "),
            To("button", "登记"),
            Press("Enter"),
            See("已存本机"),
            Holds("/^.cases.[^/]+$/.test(location.pathname)"),
            Holds(ON_PAGE),
            Back("button", "撤回"),
            Press("Enter"),
            See("已撤回"),
            Holds(ON_PAGE),
            Press("?"),
            See("快捷键"),
            Press("Escape"),
            Holds(ON_PAGE),
        ],
    ),
    (
        "the ledger: filter, move, select, record for many, open",
        "chaoyang",
        &[
            Press("g"),
            Press("l"),
            See("筛得"),
            Holds(ON_PAGE),
            Press("f"),
            Type("北京"),
            At("table.grid"),
            Press("End"),
            Press("Home"),
            Press("x"),
            Press("ArrowDown"),
            Press("x"),
            See("已选2"),
            Back("button", "登记所选"),
            Press("Enter"),
            See("登记所选 2 件"),
            Press("Escape"),
            Holds("document.activeElement.innerText === '登记所选'"),
            Press("Enter"),
            At("#together-kind"),
            To("button", "全部登记"),
            Press("Enter"),
            See("已登记"),
            Holds(ON_PAGE),
            At("table.grid"),
            Press("Enter"),
            Holds("location.pathname.startsWith('/cases/')"),
            See("登记事件"),
            Holds(ON_PAGE),
        ],
    ),
    (
        "a visit whose record the enterprise refuses to sign",
        "chaoyang",
        &[
            Press("Enter"),
            To("link", "现场核查"),
            Press("Enter"),
            See("谁来核查？"),
            At("#first-name"),
            Type("赵刚"),
            At("#first-number"),
            Type("01050331"),
            At("#second-name"),
            Type("李敏"),
            At("#second-number"),
            Type("01050217"),
            To("button", "下一题"),
            Press("Enter"),
            See("企业谁在场？"),
            At("#present-name"),
            Type("陈建国"),
            To("button", "下一题"),
            Press("Enter"),
            To("radio", "已查明"),
            Press(" "),
            At("#note"),
            Type("原料混批"),
            To("button", "下一题"),
            Press("Enter"),
            To("radio", "已全部落实"),
            Press(" "),
            To("button", "下一题"),
            Press("Enter"),
            To("radio", "没有库存"),
            Press(" "),
            To("button", "下一题"),
            Press("Enter"),
            To("radio", "没有售出"),
            Press(" "),
            To("button", "下一题"),
            Press("Enter"),
            To("radio", "已停止生产和销售"),
            Press(" "),
            To("button", "下一题"),
            Press("Enter"),
            To("radio", "整改后继续生产"),
            Press(" "),
            To("button", "下一题"),
            Press("Enter"),
            To("radio", "符合复查条件"),
            Press(" "),
            To("button", "下一题"),
            Press("Enter"),
            // No samples today is what stands chosen; the arrow goes on to the next answer.
            To("radio", "今天不抽样"),
            Press("ArrowDown"),
            At("#sampling-body"),
            Type("市质检院"),
            Press("Shift+Tab"),
            Press("ArrowUp"),
            To("button", "下一题"),
            Press("Enter"),
            See("具备复查条件"),
            To("button", "下一题"),
            Press("Enter"),
            See("赵刚 签字"),
            At(".pad__paper input"),
            Photo,
            See("李敏 签字"),
            At(".pad__paper input"),
            Photo,
            See("陈建国 签字"),
            To("button", "拒绝签字"),
            Press("Enter"),
            At("#refusal-reason"),
            Type("对结论有异议"),
            At("#refusal-witness"),
            Type("居委会代表"),
            At(".pad__paper input"),
            Photo,
            To("button", "下一步"),
            Press("Enter"),
            See("整改情况现场核查记录"),
            To("button", "登记核查结果"),
            Press("Enter"),
            See("已登记核查结果"),
            Holds("location.pathname.includes('/visits/')"),
            Holds(ON_PAGE),
        ],
    ),
    (
        "a sheet: chosen, a heading corrected, taken in",
        "municipal",
        &[
            Back("link", "导入"),
            Press("Enter"),
            To("button", "选择文件"),
            Sheet("failing-list.xlsx"),
            See("批次43"),
            Holds(ON_PAGE),
            At("summary"),
            Press("Enter"),
            At(".match__one select"),
            Press("ArrowUp"),
            See("您定的"),
            Holds("document.activeElement !== document.body"),
            Press("ArrowDown"),
            To("button", "导入 43 批"),
            Press("Enter"),
            See("43 批新立案"),
            Holds(ON_PAGE),
            To("link", "看台账"),
            Press("Enter"),
            See("筛得"),
            Holds(ON_PAGE),
        ],
    ),
    (
        "synchronisation, the account, announcements, analysis",
        "municipal",
        &[
            Press("g"),
            Press("s"),
            See("这台设备"),
            Holds(ON_PAGE),
            Back("link", "公告"),
            Press("Enter"),
            See("公告草案"),
            To("button", "转交所选 1 件"),
            Press("Enter"),
            See("已转交 1 件"),
            Holds("document.activeElement !== document.body"),
            Press("g"),
            Press("t"),
            Back("link", "分析"),
            Press("Enter"),
            See("各类产品不合格率"),
            At("#kinds-0"),
            Press("ArrowDown"),
            Holds("document.activeElement.id === 'kinds-1'"),
            At("summary"),
            Press("Enter"),
            Holds("document.activeElement.parentElement.open"),
            At("button[popovertarget=user-menu]"),
            Press("Enter"),
            To("link", "账号与设备"),
            Press("Enter"),
            At("#old-passphrase"),
            Type(PASSPHRASE),
            At("#new-passphrase"),
            Type(NEW_PASSPHRASE),
            At("#new-again"),
            Type(NEW_PASSPHRASE),
            To("button", "更换口令"),
            Press("Enter"),
            See("已更换口令"),
            Holds("document.activeElement !== document.body"),
        ],
    ),
];

impl Step {
    async fn take(&self, page: &Page, folder: &Path) {
        match self {
            To(role, name) => page.tab_to((*role, *name)).await,
            Back(role, name) => page.tab_back_to((*role, *name)).await,
            At(selector) => page.tab_to(*selector).await,
            Press(key) => {
                page.press(key).await;
                page.focus_shows().await;
            }
            Type(text) => page.fill(":focus", text).await,
            Sheet(name) => page.upload("input[type=file]", &sample(name)).await,
            Photo => {
                let file = folder.join("signature.png");
                fs::write(&file, PICTURE).unwrap();
                page.upload(":focus", &file).await;
            }
            See(words) => page.see(words).await,
            Holds(expression) => page.holds(expression).await,
        }
    }
}

async fn travel(user: &'static str, steps: &'static [Step]) {
    let (server, profile) = (Server::demo(), tempfile::tempdir().unwrap());
    let browser = Browser::launch(profile.path()).await;
    let page = browser.page(Look::DESK).await;
    page.open(&server.at("/sign-in")).await;
    page.evaluate::<bool>(
        "(() => {
            globalThis.pointed = 0;
            for (const kind of ['pointerdown', 'mousedown', 'touchstart'])
                addEventListener(kind, () => pointed += 1, true);
            return true;
        })()",
    )
    .await;
    let sign_in = [
        At("#user"),
        Type(user),
        At("#passphrase"),
        Type(PASSPHRASE),
        Press("Enter"),
        See("已同步"),
        Holds(ON_PAGE),
    ];
    for step in sign_in.iter().chain(steps) {
        println!("{step:?}");
        step.take(&page, profile.path()).await;
    }
    assert_eq!(page.evaluate::<u32>("pointed").await, 0);
    page.assert_no_complaints().await;
    browser.close().await;
}

macro_rules! with_the_keyboard_alone {
    ($($task:ident: $place:literal,)*) => {$(
        #[tokio::test(flavor = "multi_thread")]
        async fn $task() {
            let (name, user, steps) = &JOURNEYS[$place];
            println!("{name}");
            travel(user, steps).await;
        }
    )*};
}

with_the_keyboard_alone! {
    a_duty_is_understood_recorded_and_undone: 0,
    the_ledger_is_gone_through: 1,
    a_visit_is_made: 2,
    a_sheet_is_taken_in: 3,
    the_other_pages_are_used: 4,
}
