//! The pages, as plain HTML. `maud` escapes whatever is put into them.

use axum::{
    http::StatusCode,
    response::{IntoResponse, Response},
};
use maud::{DOCTYPE, Markup, PreEscaped, html};
use shared::Day;
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

use super::{STYLE_PATH, Shown, shown::ShownRow};
use crate::assets::ASSETS;

/// The bureau that publishes.
const BUREAU: &str = "北京市质量技术监督局";
const NAME: &str = "产品质量监督抽查公告";

fn frame(title: &str, main: &Markup) -> Markup {
    let style = ASSETS
        .iter()
        .find(|asset| asset.path.starts_with("/assets/style-"));
    html! {
        (DOCTYPE)
        html lang="zh-CN" {
            head {
                meta charset="utf-8";
                title { (title) }
                meta name="viewport" content="width=device-width, initial-scale=1";
                link rel="icon" href="data:,";
                @if let Some(style) = style { link rel="stylesheet" href=(style.path); }
                link rel="stylesheet" href=(STYLE_PATH);
                link rel="alternate" type="application/atom+xml" title=(NAME) href="/announcements/feed.atom";
            }
            body {
                header.pub__top {
                    a.pub__name href="/announcements" { (NAME) }
                    span.pub__office { (BUREAU) }
                }
                (main)
                footer.pub__foot {
                    a.link href="/announcements/feed.atom" { "订阅（Atom）" }
                    a.link href="/announcements.json" { "数据（JSON）" }
                    span { "抽查信息由市局统一发布（《北京市产品质量监督抽查后处理工作规定（试行）》第二十二条）" }
                }
            }
        }
    }
}

/// All of them, or those that were found.
pub(super) fn list(shown: &[Shown], words: &str) -> Markup {
    let main = html! {
        main.pub id="main" {
            h1 { (NAME) }
            form.pub__search role="search" action="/announcements" method="get" {
                label.vh for="q" { "查找公告" }
                input.input id="q" name="q" type="search" value=(words) placeholder="企业、产品、文号或正文中的词";
                button.btn type="submit" { "查找" }
                @if !words.is_empty() { a.link href="/announcements" { "全部公告" } }
            }
            @if shown.is_empty() {
                div.empty {
                    @if words.is_empty() { b { "还没有发布公告" } }
                    @else { b { "没有找到“" (words) "”" } p { "可以换一个词，或看全部公告。" } }
                }
            } @else {
                ol.pub__list {
                    @for it in shown { li {
                        a href={ "/announcements/" (it.id) } { (it.title) }
                        p.pub__facts {
                            span.num { (it.number) }
                            span { time datetime=(it.published_on) { (it.published_on) } " 发布" }
                            @if !it.annex.is_empty() { span { "附表 " (it.annex.len()) " 项" } }
                            (state(it))
                        }
                    } }
                }
            }
        }
    };
    frame(NAME, &main)
}

fn state(it: &Shown) -> Markup {
    html! {
        @if it.withdrawn.is_some() { b.pub__state { "已撤回" } }
        @else if it.corrected_by.is_some() { b.pub__state { "已更正" } }
    }
}

/// One announcement.
pub(super) fn one(it: &Shown, all: &[Shown]) -> Markup {
    let named = |id: &Option<String>| {
        let id = id.as_ref()?;
        all.iter().find(|it| it.id == *id)
    };
    let main = html! {
        main.pub.pub--one id="main" {
            @if let Some(by) = named(&it.corrected_by) {
                p.pub__note role="note" { "本公告已更正，以"
                    a.link href={ "/announcements/" (by.id) } { (by.number) "《" (by.title) "》" } "为准。"
                }
            }
            @if let Some(withdrawn) = &it.withdrawn {
                p.pub__note role="note" { "本公告已于 " time datetime=(withdrawn.on) { (withdrawn.on) } " 撤回：" (withdrawn.reason) }
            }
            article {
                h1 { (it.title) }
                p.pub__number {
                    (it.number)
                    @if let Some(issue) = it.issue { "　第 " (issue) " 期" }
                }
                @if let Some(before) = named(&it.corrects) {
                    p { "更正 " a.link href={ "/announcements/" (before.id) } { (before.number) "《" (before.title) "》" } "。" }
                }
                @for part in &it.text { @for line in part.text.lines().filter(|line| !line.trim().is_empty()) {
                    p.pub__line { (line) }
                } }
                @if !it.annex.is_empty() { (annex(&it.annex)) }
                p.pub__signed { (BUREAU) br; time datetime=(it.published_on) { (in_full(it.published_on)) } }
            }
            p.pub__facts {
                span { "发布途径：" (it.channels.join("、")) }
                @if it.withdrawn.is_none() {
                    a.link href={ "/announcements/" (it.id) ".docx" } download { "下载 .docx" }
                }
            }
        }
    };
    frame(&it.title, &main)
}

/// 2013年5月6日, as it stands under a document (GB/T 9704).
fn in_full(day: Day) -> String {
    let (year, month, day) = day.ymd();
    format!("{year}年{month}月{day}日")
}

fn annex(rows: &[ShownRow]) -> Markup {
    html! {
        h2 { "附表　应当公布的企业和产品" }
        div.pub__annex tabindex="0" role="region" aria-label="附表" {
            table {
                thead { tr {
                    @for title in ["序号", "企业名称", "产品名称", "商标", "规格型号", "生产日期/批号", "不合格项目", "列入依据"] {
                        th scope="col" { (title) }
                    }
                } }
                tbody { @for (at, row) in rows.iter().enumerate() { tr {
                    td.num { (at + 1) }
                    td { (row.enterprise) }
                    td { (row.product) }
                    td { (row.brand) }
                    td { (row.model) }
                    td { (row.batch) }
                    td { (row.failed_items.join("、")) }
                    td { (row.clauses) }
                } } }
            }
        }
    }
}

/// There is no such announcement, or it is not published: nobody is told which.
pub(super) fn missing() -> Markup {
    said("没有这份公告", "地址可能不完整，或这份公告没有发布。")
}

/// The server failed.
pub(super) fn failed() -> Response {
    let page = said("暂时打不开", "服务器没有取到公告，请稍后再试。");
    (StatusCode::INTERNAL_SERVER_ERROR, page).into_response()
}

fn said(what: &str, then: &str) -> Markup {
    let main = html! {
        main.pub id="main" {
            h1 { (what) }
            p { (then) " " a href="/announcements" { "全部公告" } }
        }
    };
    frame(what, &main)
}

/// The feed. Its entries are named by their ids, which stay; addresses are relative to where it was
/// fetched (RFC 4287, section 2).
pub(super) fn feed(shown: &[Shown]) -> String {
    let updated = shown.iter().map(|it| it.updated_milliseconds).max();
    let content = |it: &Shown| {
        let lines = it.text.iter().map(|part| part.text.as_str());
        let withdrawn = it
            .withdrawn
            .as_ref()
            .map(|it| format!("已撤回：{}", it.reason));
        let all: Vec<&str> = lines.chain(withdrawn.as_deref()).collect();
        in_xml(&all.join("\n"))
    };
    let feed = html! {
        feed xmlns="http://www.w3.org/2005/Atom" xml:lang="zh-CN" {
            title { (NAME) }
            id { "urn:aftercheck:announcements" }
            link rel="self" href="/announcements/feed.atom" {}
            link rel="alternate" href="/announcements" {}
            updated { (moment(updated.unwrap_or(0))) }
            author { name { (BUREAU) } }
            @for it in shown { entry {
                title { (in_xml(&it.title)) @if it.withdrawn.is_some() { "（已撤回）" } }
                id { "urn:aftercheck:announcement:" (it.id) }
                link rel="alternate" href={ "/announcements/" (it.id) } {}
                published { (format!("{}T00:00:00+08:00", it.published_on)) }
                updated { (moment(it.updated_milliseconds)) }
                summary { (it.number) }
                content type="text" { (content(it)) }
            } }
        }
    };
    let declaration = PreEscaped("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n");
    format!("{}{}", declaration.0, feed.into_string())
}

/// Without what XML cannot hold even escaped.
fn in_xml(text: &str) -> String {
    text.chars()
        .filter(|letter| !letter.is_control() || matches!(letter, '\n' | '\t'))
        .filter(|letter| !matches!(letter, '\u{fffe}' | '\u{ffff}'))
        .collect()
}

fn moment(milliseconds: u64) -> String {
    let seconds = i64::try_from(milliseconds / 1000).unwrap_or(0);
    let moment = OffsetDateTime::from_unix_timestamp(seconds).unwrap_or(OffsetDateTime::UNIX_EPOCH);
    moment.format(&Rfc3339).unwrap_or_default()
}
