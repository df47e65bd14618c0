//! What the subcommands have in common on the console.

use std::io;

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
