//! What the subcommands have in common on the console.

use std::{error::Error as _, io};

use clap::error::{ContextKind, ErrorKind};

/// Why the system did not do it, in the language of all else that is said.
pub(crate) fn reason(error: &io::Error) -> String {
    let known = match error.kind() {
        io::ErrorKind::NotFound => "找不到",
        io::ErrorKind::PermissionDenied => "没有权限",
        io::ErrorKind::IsADirectory => "是目录，不是文件",
        io::ErrorKind::NotADirectory => "路径中有一段不是目录",
        io::ErrorKind::StorageFull => "磁盘已满",
        io::ErrorKind::ReadOnlyFilesystem => "磁盘只读",
        io::ErrorKind::AddrInUse => "地址已被占用",
        io::ErrorKind::AddrNotAvailable => "本机没有这个地址",
        _ => match error.raw_os_error() {
            Some(code) => return format!("系统错误 {code}"),
            None => return error.to_string(),
        },
    };
    known.to_owned()
}

/// Whether the output ended because nobody reads any further, as `head` does: no error.
pub(crate) fn is_enough(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::BrokenPipe
}

/// What is wrong with the arguments; none where they ask for help or the version.
pub(crate) fn refused(error: &clap::Error) -> Option<String> {
    let told = |kind| {
        let value = error.get(kind).map(ToString::to_string);
        value.unwrap_or_default().replace(", ", "、")
    };
    let argument = told(ContextKind::InvalidArg);
    Some(match error.kind() {
        ErrorKind::DisplayHelp
        | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand
        | ErrorKind::DisplayVersion => return None,
        ErrorKind::InvalidValue | ErrorKind::ValueValidation => {
            let value = told(ContextKind::InvalidValue);
            // Our own readers say why; the others only that it is none of theirs.
            let why = error.source().map(ToString::to_string);
            match why.filter(|why| why.contains("应")) {
                _ if value.is_empty() => format!("{argument} 没有写值"),
                Some(why) => format!("{argument} 的值不对：{why}"),
                None => format!("{argument} 的值“{value}”不对"),
            }
        }
        ErrorKind::UnknownArgument => format!("不认识参数 {argument}"),
        ErrorKind::InvalidSubcommand => {
            format!("没有 {} 这个命令", told(ContextKind::InvalidSubcommand))
        }
        ErrorKind::MissingRequiredArgument => format!("缺少 {argument}"),
        ErrorKind::ArgumentConflict => {
            format!("{argument} 不能与 {} 同用", told(ContextKind::PriorArg))
        }
        _ => "参数不对".to_owned(),
    })
}
