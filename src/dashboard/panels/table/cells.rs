//! What a cell of the table holds, in the width that it has.

use crate::dashboard::panels::{left, right};
use crate::dashboard::state::table::Column;
use crate::dashboard::theme::Theme;

pub(super) fn align(column: Column, text: &str, width: usize, theme: &Theme) -> String {
    match column {
        Column::Peer | Column::State | Column::Last | Column::Interest => left(text, width, theme),
        _ => right(text, width, theme),
    }
}

/// An address in at most that many columns: its end stays, which tells the peers apart.
pub(super) fn address(text: &str, width: usize, theme: &Theme) -> String {
    let cut = (text.len() + 1).saturating_sub(width);
    match text.get(cut..) {
        Some(end) if text.len() > width && text.contains(':') => {
            theme.glyph("…", "~").to_owned() + end
        }
        _ => text.to_owned(),
    }
}
