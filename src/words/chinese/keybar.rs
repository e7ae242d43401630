//! The last line: the keys, or the filter that is typed; what looks like a mistake above it.

use crate::words::places::keybar::KeyBar;

pub(in crate::words) const CHINESE: KeyBar = KeyBar {
    filter: |panel| format!("过滤 {panel}："),
    examples: "文字  fd:9  state:reading  kind:recv  idle>5  in>1k  !取反",
    keeps_filter: "保留",
    clears_filter: "清除",
    and_more: |mistake, more| format!("{mistake}（还有 {more} 条）"),
    is_a_word: |key, value| format!("{key} 是词，不比大小：请写 {key}:{value}"),
    needs_number: |key| format!("{key} 后面要写数字"),
    no_such_word: |key, value, all| match all {
        "" => format!("{key}：没有以 {value} 开头的词"),
        all => format!("{key} 可以是：{all}"),
    },
};
