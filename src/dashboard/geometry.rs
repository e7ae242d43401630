//! Where things are on the strip of tabs and inside the table's panel: the state needs it for the
//! mouse and for scrolling, the panels for drawing. Nothing is drawn here.

use ratatui::layout::Margin;
pub use ratatui::layout::{Position, Rect};

use unicode_width::UnicodeWidthStr;

use super::panel::Panel;
use super::state::table::{Column, Table};
use crate::telemetry::Listener;

/// The columns for the cursor and the mark of our own clients.
pub const MARKS: u16 = 2;

/// The lines above the first connection: the headings, the listener and, where it is watched,
/// standard input.
#[must_use]
pub fn head_rows(listener: Option<Listener>) -> usize {
    let stdin = listener.is_some_and(|listener| listener.stdin.is_some());
    2 + usize::from(stdin)
}

/// Which columns there is room for, with their widths, in the order of the table.
#[must_use]
pub fn columns(table: &Table, width: u16) -> Vec<(Column, u16)> {
    // What matters most comes first; a column that has no room is left out.
    const BY_WORTH: [Column; 12] = [
        Column::Fd,
        Column::Peer,
        Column::State,
        Column::RecvQueue,
        Column::Requests,
        Column::Idle,
        // The stream shows it too, and each call with its result.
        Column::Last,
        Column::Out,
        Column::In,
        Column::SendQueue,
        Column::Id,
        Column::Interest,
    ];
    let mut room = width.saturating_sub(MARKS);
    let mut there = Vec::new();
    for column in BY_WORTH {
        let wanted = width_of(column, table, width);
        if room >= wanted {
            room = room.saturating_sub(wanted + 1);
            there.push((column, wanted));
        } else if column == Column::Peer && room >= 8 {
            there.push((column, room));
            room = 0;
        }
    }
    there.sort_by_key(|(column, _)| *column as usize);
    // Space that is left goes to the text.
    if let Some((_, last)) = there.iter_mut().find(|(column, _)| *column == Column::Last) {
        let more = room.min(8);
        *last += more;
    }
    there
}

fn width_of(column: Column, table: &Table, width: u16) -> u16 {
    match column {
        Column::Fd => {
            let most = table.entries().iter().map(|e| e.row.fd).max().unwrap_or(0);
            if most < 1000 { 3 } else { 5 }
        }
        Column::Id | Column::Idle => 6,
        Column::Peer => {
            // Only what is visible decides; a screen has no more lines than this.
            let visible = table.order().iter().skip(table.top()).take(200);
            let peers = visible
                .filter_map(|id| table.get(*id))
                .map(|e| u16::try_from(e.row.peer.to_string().len()).unwrap_or(u16::MAX));
            peers.max().unwrap_or(15).clamp(15, 47)
        }
        Column::State => 9,
        Column::Interest => 15,
        Column::Last => 8 + u16::from(width > 50),
        Column::Requests => 4,
        Column::In | Column::Out => 7,
        Column::RecvQueue | Column::SendQueue => 8,
    }
}

/// The tabs: each panel with its number and name; where there is no room for all names, with its
/// number, and the one with the focus with its name.
#[must_use]
pub fn tabs(area: Rect, focus: Panel) -> Vec<(Panel, Rect, String)> {
    let named = |panel: Panel| format!(" {} {} ", panel as usize + 1, panel.label());
    let all: usize = Panel::ALL.into_iter().map(|panel| named(panel).width()).sum();
    let whole = all <= area.width.into();
    let mut x = area.x;
    let mut tabs = Vec::new();
    for panel in Panel::ALL {
        let text = if whole || panel == focus {
            named(panel)
        } else {
            format!(" {} ", panel as usize + 1)
        };
        let width = u16::try_from(text.width()).unwrap_or(u16::MAX);
        let end = x.saturating_add(width);
        if area.height == 0 || end > area.right() {
            break;
        }
        tabs.push((panel, Rect { x, y: area.y, width, height: 1 }, text));
        x = end;
    }
    tabs
}

/// What a click hit.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Hit {
    /// A heading.
    Heading(Column),
    /// A line of the order.
    Line(usize),
}

/// What is at a position of the screen, the panel being in `area`, with `head` lines above the
/// first connection.
#[must_use]
pub fn hit(table: &Table, area: Rect, head: usize, at: Position) -> Option<Hit> {
    let inner = area.inner(Margin::new(1, 1));
    if !inner.contains(at) {
        return None;
    }
    let line = usize::from(at.y - inner.y);
    if line == 0 {
        let mut x = inner.x + MARKS;
        for (column, width) in columns(table, inner.width) {
            if (x..x + width).contains(&at.x) {
                return Some(Hit::Heading(column));
            }
            x += width + 1;
        }
        return None;
    }
    let line = line.checked_sub(head)? + table.top();
    (line < table.order().len()).then_some(Hit::Line(line))
}
