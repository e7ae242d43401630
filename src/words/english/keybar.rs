//! The last line: the keys, or the filter that is typed; what looks like a mistake above it.

use crate::words::places::keybar::KeyBar;

pub(in crate::words) const ENGLISH: KeyBar = KeyBar {
    filter: |panel| format!("filter {panel}:"),
    examples: "text  fd:9  state:reading  kind:recv  idle>5  in>1k  !not",
    keeps_filter: "keeps it",
    clears_filter: "clears it",
    and_more: |mistake, more| format!("{mistake} (+{more} more)"),
    is_a_word: |key, value| format!("{key} is a word: write {key}:{value}"),
    needs_number: |key| format!("{key} needs a number"),
    no_such_word: |key, value, all| match all {
        "" => format!("{key}: none begins with {value}"),
        all => format!("{key}: one of {all}"),
    },
};
