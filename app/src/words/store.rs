//! What is said of the device's stores.

use crate::{session::DeviceFacts, store::Unfit};

/// Something that is out of order with the stores.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Trouble {
    /// What is, what is kept all the same, and what to do.
    pub(crate) words: String,
    /// Nothing was lost, and nothing is left to do.
    pub(crate) is_mended: bool,
}

/// What is out of order with the stores.
pub(crate) fn trouble(facts: &DeviceFacts) -> Vec<Trouble> {
    let mut told = Vec::new();
    let mut tell = |words: String| {
        told.push(Trouble {
            words,
            is_mended: false,
        });
    };
    if let Some(error) = &facts.error {
        tell(error.to_string());
    }
    if facts.damaged.lost > 0 {
        tell(format!(
            "本机日志有 {} 条在发送前已损坏，读不出：请核对最近登记的内容，缺的重新登记",
            facts.damaged.lost
        ));
    }
    if facts.damaged.fetched > 0 {
        tell(format!(
            "本机日志有 {} 条损坏，正从服务器取回，数据没有丢失",
            facts.damaged.fetched
        ));
    }
    let Some(health) = facts.health else {
        return told;
    };
    if !health.secure_context {
        tell("本页不是安全连接：不能离线启动，也不能保证数据不被浏览器清除。请用 https 或本机地址打开".to_owned());
    }
    if health.is_nearly_full() {
        tell("本机空间将满：再登记可能存不下。请联网发送，并清理本机其他文件".to_owned());
    }
    if health.cases.left_out > 0 {
        tell(format!(
            "本机快速存储已满：{} 件案件要等全部数据读完才显示，数据没有丢失",
            health.cases.left_out
        ));
    }
    let rebuilt = health.rebuilt.map(|unfit| match unfit {
        Unfit::Missing => "本机快速存储被清空过，已按日志重建，数据没有丢失",
        _ => "本机快速存储与日志不一致，已按日志重建，数据没有丢失",
    });
    told.extend(rebuilt.map(|words| Trouble {
        words: words.to_owned(),
        is_mended: true,
    }));
    told
}
