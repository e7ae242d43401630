//! What the kernel says of an error.

use std::io::{self, ErrorKind};

use rustix::io::Errno;

use crate::telemetry;

/// Those that a file, a socket or a process can meet, as errno(3) has them.
const WORDS: [(Errno, &str); 65] = [
    (Errno::PERM, "不允许这样操作"),
    (Errno::NOENT, "没有这个文件或目录"),
    (Errno::SRCH, "没有这个进程"),
    (Errno::INTR, "调用被信号打断"),
    (Errno::IO, "输入输出错误"),
    (Errno::NXIO, "没有这个设备或地址"),
    (Errno::TOOBIG, "参数列表太长"),
    (Errno::NOEXEC, "可执行文件的格式不对"),
    (Errno::BADF, "文件描述符无效"),
    (Errno::CHILD, "没有子进程"),
    (Errno::AGAIN, "资源暂时不可用"),
    (Errno::NOMEM, "内存不足"),
    (Errno::ACCESS, "权限不够"),
    (Errno::FAULT, "地址无效"),
    (Errno::BUSY, "设备或资源正忙"),
    (Errno::EXIST, "文件已经存在"),
    (Errno::XDEV, "不能跨设备"),
    (Errno::NODEV, "没有这个设备"),
    (Errno::NOTDIR, "不是目录"),
    (Errno::ISDIR, "是目录"),
    (Errno::INVAL, "参数无效"),
    (Errno::NFILE, "整个系统打开的文件太多"),
    (Errno::MFILE, "进程打开的文件太多"),
    (Errno::NOTTY, "设备不支持这个操作"),
    (Errno::TXTBSY, "程序文件正在使用"),
    (Errno::FBIG, "文件太大"),
    (Errno::NOSPC, "设备上没有剩余空间"),
    (Errno::SPIPE, "不能移动读写位置"),
    (Errno::ROFS, "文件系统是只读的"),
    (Errno::MLINK, "链接太多"),
    (Errno::PIPE, "管道或连接已断开"),
    (Errno::NAMETOOLONG, "文件名太长"),
    (Errno::NOSYS, "内核没有这个系统调用"),
    (Errno::NOTEMPTY, "目录不是空的"),
    (Errno::LOOP, "符号链接的层数太多"),
    (Errno::PROTO, "协议出错"),
    (Errno::OVERFLOW, "数值太大，放不下"),
    (Errno::NOTSOCK, "不是套接字"),
    (Errno::DESTADDRREQ, "缺少目的地址"),
    (Errno::MSGSIZE, "消息太长"),
    (Errno::NOPROTOOPT, "协议没有这个选项"),
    (Errno::PROTONOSUPPORT, "不支持这个协议"),
    (Errno::OPNOTSUPP, "不支持这个操作"),
    (Errno::AFNOSUPPORT, "不支持这个地址族"),
    (Errno::ADDRINUSE, "地址已被占用"),
    (Errno::ADDRNOTAVAIL, "地址不可用"),
    (Errno::NETDOWN, "网络已关闭"),
    (Errno::NETUNREACH, "网络不可达"),
    (Errno::NETRESET, "连接因网络重置而断开"),
    (Errno::CONNABORTED, "连接中止"),
    (Errno::CONNRESET, "对端重置了连接"),
    (Errno::NOBUFS, "缓冲区空间不足"),
    (Errno::ISCONN, "套接字已经连接"),
    (Errno::NOTCONN, "套接字没有连接"),
    (Errno::SHUTDOWN, "已经关闭，不能再发送"),
    (Errno::TIMEDOUT, "连接超时"),
    (Errno::CONNREFUSED, "连接被拒绝"),
    (Errno::HOSTDOWN, "主机已关机"),
    (Errno::HOSTUNREACH, "主机不可达"),
    (Errno::ALREADY, "操作已在进行"),
    (Errno::INPROGRESS, "操作正在进行"),
    (Errno::STALE, "文件句柄已失效"),
    (Errno::DQUOT, "超出磁盘配额"),
    (Errno::CANCELED, "操作已取消"),
    (Errno::NOLCK, "没有可用的文件锁"),
];

/// Errors that have a kind and no number: the standard library's and this program's own, and why
/// the log was not written, of which only the kind is kept.
const KINDS: [(ErrorKind, &str); 14] = [
    (ErrorKind::PermissionDenied, "权限不够"),
    (ErrorKind::AddrInUse, "地址已被占用"),
    (ErrorKind::ConnectionReset, "对端重置了连接"),
    (ErrorKind::BrokenPipe, "管道或连接已断开"),
    (ErrorKind::WouldBlock, "资源暂时不可用"),
    (ErrorKind::StorageFull, "设备上没有剩余空间"),
    (ErrorKind::QuotaExceeded, "超出磁盘配额"),
    (ErrorKind::FileTooLarge, "文件太大"),
    (ErrorKind::ReadOnlyFilesystem, "文件系统是只读的"),
    (ErrorKind::OutOfMemory, "内存不足"),
    (ErrorKind::Interrupted, "调用被信号打断"),
    (ErrorKind::TimedOut, "超时"),
    (ErrorKind::WriteZero, "一个字节也没写出去"),
    (ErrorKind::UnexpectedEof, "数据提前结束"),
];

/// The words for an error number.
pub(in crate::words) fn of_number(number: i32) -> Option<&'static str> {
    if telemetry::Errno(number).is_restart() {
        return Some("调用被信号打断");
    }
    let found = WORDS.iter().find(|(errno, _)| errno.raw_os_error() == number);
    found.map(|(_, words)| *words)
}

/// The words for an error of the kernel, or of the standard library where it has none but its kind;
/// one that somebody has put into words is left to them.
pub(in crate::words) fn of(error: &io::Error) -> Option<&'static str> {
    match error.raw_os_error() {
        Some(number) => of_number(number),
        None if error.get_ref().is_some() => None,
        None => KINDS.iter().find(|(kind, _)| *kind == error.kind()).map(|(_, words)| *words),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_is_said_by_its_number_or_its_kind() {
        let of = |error: io::Error| of(&error);
        assert_eq!(of(io::Error::from_raw_os_error(13)), Some("权限不够"));
        assert_eq!(of(io::Error::from_raw_os_error(98)), Some("地址已被占用"));
        assert_eq!(of(ErrorKind::StorageFull.into()), Some("设备上没有剩余空间"));
        assert_eq!(of(io::Error::from_raw_os_error(4095)), None);
        assert_eq!(of(io::Error::new(ErrorKind::NotFound, "already in words")), None);
    }

    #[test]
    fn every_errno_that_has_a_name_here_has_words() {
        let named = (1..4096).map(telemetry::Errno).filter(|errno| errno.name().is_some());
        for errno in named {
            assert!(of_number(errno.0).is_some(), "{errno}");
        }
    }

    #[test]
    fn each_is_said_once_to_stand_within_a_sentence() {
        for (i, (errno, words)) in WORDS.iter().enumerate() {
            assert!(!words.chars().any(|c| c.is_ascii() || c == '。'), "{words}");
            let later = &WORDS[i + 1..];
            assert!(later.iter().all(|(other, text)| other != errno && text != words), "{words}");
        }
    }
}
