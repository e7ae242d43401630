//! What each thing on the screen is, how it was obtained, what is normal, what to try, what to read.
//! A key is named in braces, as settings call it: `{pause}`.

mod bits;
mod boxes;
mod calls;
mod code;
mod columns;
mod details;
mod facts;
mod gauges;
mod lights;
mod lints;
mod panels;
mod parts;
mod states;

use crate::words::places::explain::{Explain, Labels};

pub(in crate::words) const CHINESE: Explain = Explain {
    title: |name| format!("解释：{name}"),
    number: |at, of, place| format!("{place}：{at}/{of}"),
    header: "顶栏",
    around: "按键与弹窗",
    labels: Labels {
        how: "怎么得来", normal: "正常时", tries: "试一试", read: "读什么"
    },
    keys: "左右键：下一个   Tab：别处   上下键：滚动   Esc：关闭",
    more_lines: |lines| format!("下面还有 {lines} 行：Down"),
    nothing: "这里没有可以解释的",
    panels: panels::PANELS,
    columns: columns::COLUMNS,
    states: states::STATES,
    bits: bits::BITS,
    calls: calls::CALLS,
    facts: facts::FACTS,
    lights: lights::LIGHTS,
    gauges: gauges::GAUGES,
    parts: parts::PARTS,
    details: details::DETAILS,
    lints: lints::LINTS,
    code: code::CODE,
    boxes: boxes::BOXES,
};
