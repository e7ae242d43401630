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

pub(in crate::words) const ENGLISH: Explain = Explain {
    title: |name| format!("explain: {name}"),
    number: |at, of, place| format!("{at} of {of}: {place}"),
    header: "header",
    around: "keys and boxes",
    labels: Labels { how: "obtained", normal: "normal", tries: "try", read: "read" },
    keys: "Left, Right: the next   Tab: elsewhere   Up, Down: scroll   Esc: close",
    more_lines: |lines| format!("{lines} more lines: Down"),
    nothing: "there is nothing to explain here",
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
