//! The printer of events, and the thread that writes the log.

use crate::words::places::record::Record;

pub(in crate::words) const CHINESE: Record = Record {
    known_word: "日志里有的词",
    not_printed: |events| format!("{events} 个事件没有打印"),
    log_thread: "写日志的线程已经死了",
};
