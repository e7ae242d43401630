//! The event stream.

use crate::words::places::stream::Stream;
use crate::words::units;

pub(in crate::words) const CHINESE: Stream = Stream {
    errors_only: "只看错误",
    with_plumbing: "含内部事件",
    filter: |filter, events| format!("过滤：{filter}（{} 个事件）", units::count(events as u64)),
    newer_below: |events, key| match events {
        0 => format!("按 {key} 跟随"),
        _ => format!("下面还有 {} 个新事件：按 {key} 跟随", units::count(events as u64)),
    },
    lost: |events, kinds| format!("丢失 {} 个：{kinds}", units::count(events)),
    hole_lost: |events| format!("丢失 {} 个事件：事件流满了", units::count(events)),
    hole_skipped: |events| format!("{} 个事件没有显示：一下子来得太多", units::count(events)),
    written: |bytes| format!("此处换成程序的输出，共 {bytes}"),
    nothing_written: "程序还没有输出",
    writes: |bytes, key| format!("程序输出了 {bytes}：按 {key}"),
    none: "还什么都没发生",
    none_passes: |key| format!("没有符合条件的事件；{key} 清除过滤"),
};
