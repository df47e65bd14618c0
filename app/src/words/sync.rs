//! How device and server stand to each other, in words.

use shared::{
    Day,
    change::{Body, Change},
    sync::wire::RefusalReason,
};

use super::day;
use crate::{
    components::status::Look,
    session::{CLOCK_TOLERANCE_MILLISECONDS, SyncState},
};

/// How pressing the state is.
pub(crate) const fn look(state: &SyncState) -> Look {
    match state {
        SyncState::Synced { .. } => Look::Done,
        SyncState::Sending { .. } | SyncState::Waiting { .. } => Look::Later,
        SyncState::Starting => Look::Provisional,
        SyncState::SignInExpired { .. } | SyncState::VersionTooOld { .. } => Look::Today,
        SyncState::Trouble { .. } => Look::Soon,
        SyncState::Refused { .. } => Look::Disputed,
    }
}

/// An icon that says it better than the mark of its look.
pub(crate) const fn icon_of(state: &SyncState) -> Option<&'static str> {
    match state {
        SyncState::Sending { .. } => Some("i-send"),
        SyncState::Waiting { .. } => Some("i-offline"),
        _ => None,
    }
}

/// A few words for the frame, and the hour that goes with them.
pub(crate) fn brief(state: &SyncState, today: Day) -> (String, Option<String>) {
    let word = match state {
        SyncState::Synced { at_milliseconds } => {
            return (
                "已同步".to_owned(),
                Some(day::moment(*at_milliseconds, today)),
            );
        }
        SyncState::Sending { count: 0 } => "正在核对".to_owned(),
        SyncState::Sending { count } => format!("正在发送 {count} 条"),
        SyncState::Waiting { unsent: 0, .. } => "离线".to_owned(),
        SyncState::Waiting { unsent, .. } => format!("离线，待发 {unsent} 条"),
        SyncState::SignInExpired { unsent: 0 } => "登录已过期".to_owned(),
        SyncState::SignInExpired { unsent } => format!("登录已过期，待发 {unsent} 条"),
        SyncState::VersionTooOld { .. } => "须更新本程序".to_owned(),
        SyncState::Trouble { .. } => "同步受阻".to_owned(),
        SyncState::Refused { count } => format!("退回 {count} 条"),
        SyncState::Starting => "正在核对".to_owned(),
    };
    (word, None)
}

/// What the state means, what is kept, and what to do.
pub(crate) fn in_full(state: &SyncState, today: Day) -> String {
    match state {
        SyncState::Synced { .. } => {
            "本机登记的都已写入服务器的数据库，服务器的也都在本机。".to_owned()
        }
        SyncState::Sending { .. } => "内容已存本机，正在送往服务器。".to_owned(),
        SyncState::Waiting {
            unsent,
            since_milliseconds,
        } => {
            let since = since_milliseconds
                .map(|at| format!("自 {} 起联系不上服务器。", day::moment(at, today)));
            let kept = if *unsent == 0 {
                "可以照常查看和登记。"
            } else {
                "内容已存本机，恢复后自动发送，不用再点。"
            };
            since.unwrap_or_else(|| "联系不上服务器。".to_owned()) + kept
        }
        SyncState::SignInExpired { .. } => "内容已存本机。重新登录后自动发送。".to_owned(),
        SyncState::VersionTooOld { .. } => {
            "服务器已换用新版本，不再与本版本收发。已登记的和填到一半的都在本机，可以照常办理；“新版本已备好”出现后点“现在更新”，没有出现时重新载入本页，更新后自动发送。".to_owned()
        }
        SyncState::Trouble { .. } => {
            "服务器或本机存储出了问题，稍后自动再试。已登记的内容都在本机，可以照常办理。".to_owned()
        }
        SyncState::Refused { .. } => {
            "服务器没有收下下列内容，原因列在各条；内容仍在本机。其余的照常收发。".to_owned()
        }
        SyncState::Starting => "正在读取本机的记录，并与服务器核对。".to_owned(),
    }
}

/// How wrong the device's clock is, where it is wrong.
pub(crate) fn clock(ahead_milliseconds: i64) -> Option<String> {
    let minutes = ahead_milliseconds.abs() / 60_000;
    let side = if ahead_milliseconds > 0 { "快" } else { "慢" };
    (ahead_milliseconds.abs() > CLOCK_TOLERANCE_MILLISECONDS)
        .then(|| format!("比服务器{side} {minutes} 分钟，请校准"))
}

/// Why the server did not take a change.
pub(crate) const fn refusal(reason: RefusalReason) -> &'static str {
    match reason {
        RefusalReason::NotPermitted => "这个角色不能登记此项",
        RefusalReason::OutOfScope => "案件已不归本局办理",
        RefusalReason::OtherAuthor => "登记人不是当前登录的用户",
        RefusalReason::UnknownCase => "服务器上没有这个案件",
        RefusalReason::Unreadable => "服务器读不懂这条内容",
        RefusalReason::LaterVersion => "服务器版本较旧，升级后会收下",
        RefusalReason::TooLarge => "内容超过限长",
        RefusalReason::IdReused => "编号已被另一条内容占用",
        RefusalReason::OutOfOrder => "前面的步骤还没有完成",
        RefusalReason::Other => "服务器未说明原因，请升级本程序",
    }
}

/// What was recorded, in a word or two.
pub(crate) fn what(change: &Change) -> String {
    match change.body() {
        Ok(Body::Event { event }) => shared::words::event(&event.kind).to_owned(),
        Ok(Body::Open { .. }) => "建立案件".to_owned(),
        Ok(Body::Head { .. }) => "修改基本情况".to_owned(),
        Ok(Body::Notice { .. }) => "载入工作日通知".to_owned(),
        Ok(Body::OverlayFile { .. }) => "载入在京机关调休".to_owned(),
        Ok(Body::NoticeWithdrawn { .. }) => "撤回工作日安排".to_owned(),
        Ok(Body::Overlay { on: true }) => "启用在京机关调休".to_owned(),
        Ok(Body::Overlay { on: false }) => "停用在京机关调休".to_owned(),
        Ok(Body::Attach { attachment }) => format!("附件：{}", attachment.name),
        Ok(Body::Detach { .. }) => "取下附件".to_owned(),
        Ok(Body::Document { .. }) => "出文".to_owned(),
        Ok(Body::DocumentVoided { .. }) => "文书作废".to_owned(),
        Ok(Body::Announcement { .. }) => "公告".to_owned(),
        Ok(Body::Status { .. }) => "处理情况".to_owned(),
        Ok(Body::History { .. } | Body::Unknown) | Err(_) => "较新版本的记录".to_owned(),
    }
}
