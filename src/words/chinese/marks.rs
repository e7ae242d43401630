//! The marks between pieces of text that are put together elsewhere.

use crate::words::places::marks::Marks;

pub(in crate::words) const CHINESE: Marks = Marks {
    comma: "，",
    list: "、",
    semicolon: "；",
    colon: "：",
    stop: "。",
    sentence: "",
    brackets: |text| format!("（{text}）"),
};
