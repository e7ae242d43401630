//! Where things are on the strip of tabs, inside the table's panel and in the table of before and
//! after: the state needs it for the mouse and for scrolling, the panels for drawing. Nothing is drawn
//! here.

use ratatui::layout::Margin;
pub use ratatui::layout::{Position, Rect};

use unicode_width::UnicodeWidthStr;

use super::keys::bound::panel_key;
use super::panel::Panel;
use super::state::table::{Column, Table, TableRow};
use crate::source::Rows;
use crate::telemetry::{Listener, Others};
use crate::words::strings;

/// The columns for the cursor and the mark of our own clients.
pub const MARKS: u16 = 2;

/// The least of a peer's address that is worth its columns: its port.
pub const LEAST_PEER: u16 = 6;

/// In the table of before and after: the columns for the names of its rows.
pub const STRETCH_NAMES: usize = 21;

/// The least columns that a stretch needs there.
pub const STRETCH: usize = 24;

/// How many stretches fit there, on a screen that is so wide.
#[must_use]
pub fn stretches(screen: u16) -> usize {
    (usize::from(screen).saturating_sub(4 + STRETCH_NAMES) / STRETCH).clamp(1, 4)
}

/// The lines above the first connection, in a table of that height: the headings, the listener and,
/// where it is watched, standard input; of a traced program so many others.
#[must_use]
pub fn head_rows(listener: Option<Listener>, others: &Others, height: usize) -> usize {
    let stdin = listener.is_some_and(|listener| listener.stdin.is_some());
    2 + usize::from(stdin) + other_rows(others, height)
}

/// The lines of the other descriptors: the connections are what the table is for.
#[must_use]
pub fn other_rows(others: &Others, height: usize) -> usize {
    others.count().min(height / 3)
}

/// Which columns there is room for, with their widths, in the order of the table.
#[must_use]
pub fn columns(table: &Table, width: u16) -> Vec<(Column, u16)> {
    // What matters most comes first; a column that has no room is left out.
    const ALWAYS: [Column; 4] = [Column::Fd, Column::Id, Column::State, Column::RecvQueue];
    const BY_WORTH: [Column; 7] = [
        Column::Requests,
        Column::Idle,
        // The stream shows it too, and each call with its result.
        Column::Last,
        Column::Out,
        Column::In,
        Column::SendQueue,
        Column::Interest,
    ];
    let all = table.columns();
    let is_asked = |column: &Column| all.contains(column);
    // What it is sorted by is seen: else no heading says why rows move.
    let (sort, _) = table.sorting();
    let sort = BY_WORTH.into_iter().find(|column| *column == sort);
    let always = ALWAYS.into_iter().chain(sort).filter(is_asked);
    let mut there: Vec<_> = always.map(|column| (column, width_of(column, table, width))).collect();
    let used = there.iter().fold(MARKS, |sum, (_, wide)| sum + wide + 1);
    // The port is what tells the peers of a classroom apart: the end of it stays.
    let mut room = width.saturating_sub(used);
    let peer = width_of(Column::Peer, table, width).min(room);
    if peer >= LEAST_PEER && is_asked(&Column::Peer) {
        there.push((Column::Peer, peer));
        room = room.saturating_sub(peer + 1);
    }
    for column in BY_WORTH.into_iter().filter(|column| is_asked(column) && Some(*column) != sort) {
        let wanted = width_of(column, table, width);
        if room >= wanted {
            room = room.saturating_sub(wanted + 1);
            there.push((column, wanted));
        }
    }
    there.sort_by_key(|(column, _)| all.iter().position(|other| other == column));
    // Space that is left goes to the text.
    if let Some((_, last)) = there.iter_mut().find(|(column, _)| *column == Column::Last) {
        let more = room.min(8);
        *last += more;
    }
    there
}

fn width_of(column: Column, table: &Table, width: u16) -> u16 {
    let sorted = column == table.sorting().0;
    // A heading of two words is cut to the first where it gets the arrow.
    let heading = column.label().split(' ').next().unwrap_or_default().width();
    let heading = u16::try_from(heading).unwrap_or(0) + u16::from(sorted);
    heading.max(match column {
        Column::Fd => {
            let most = table.entries().iter().map(TableRow::fd).max().unwrap_or(0);
            if most < 1000 { 3 } else { 5 }
        }
        Column::Id => {
            let last = table.entries().iter().map(|e| e.id().get()).max().unwrap_or(0);
            let digits = last.checked_ilog10().unwrap_or(0) + 1;
            u16::try_from(digits).unwrap_or(u16::MAX)
        }
        Column::Idle => 6,
        Column::Peer => {
            // Only what is visible decides; a screen has no more lines than this.
            let visible = table.order().iter().skip(table.top()).take(200);
            let peers = visible
                .filter_map(|id| table.get(*id))
                .map(|e| u16::try_from(e.peer().to_string().len()).unwrap_or(u16::MAX));
            peers.max().unwrap_or(15).clamp(15, 47)
        }
        Column::State => 9,
        Column::Interest => 15,
        Column::Last => 8 + u16::from(width > 50),
        Column::Requests => 4,
        Column::In | Column::Out => 7,
        // Where it is narrow, there is no room for a blank before the unit.
        Column::RecvQueue | Column::SendQueue => 6 + 2 * u16::from(width > 50),
    })
}

/// The number of closed connections that are folded, in the lower border of the table's panel:
/// where, and what is said. The key lists them.
#[must_use]
pub fn folded(table: &Table, number: u64, key: &str, area: Rect) -> Option<(Rect, String)> {
    let say = &strings().table;
    let wordings = match table.folded() {
        _ if table.lists_closed() => (say.listed)(number, key),
        0 => return None,
        listed => (say.folded)(number, key, listed),
    };
    // Beside it stands which lines are shown.
    let lines = table.order().len();
    let beside = (say.shown)(lines, lines, lines).width() + 2;
    let room = usize::from(area.width).saturating_sub(2 + beside);
    let fits = |text: &String| text.width() + 2 <= room;
    let text = format!(" {} ", wordings.into_iter().find(fits)?);
    let width = u16::try_from(text.width()).unwrap_or(u16::MAX);
    Some((Rect { x: area.x + 1, y: area.bottom().saturating_sub(1), width, height: 1 }, text))
}

/// The tabs: each panel with its key and name; where there is no room for all names, with its key,
/// and the one with the focus with its name. The class has one where there is a class.
#[must_use]
pub fn tabs(area: Rect, focus: Panel, class: bool) -> Vec<(Panel, Rect, String)> {
    let short = |panel: Panel| match panel_key(panel) {
        key if key.is_empty() => " ".to_owned(),
        key => format!(" {key} "),
    };
    let named = |panel: Panel| format!("{}{} ", short(panel), panel.label());
    let panels = Panel::shown(class);
    let all: usize = panels.clone().map(|panel| named(panel).width()).sum();
    let whole = all <= area.width.into();
    let mut x = area.x;
    let mut tabs = Vec::new();
    for panel in panels {
        let text = if whole || panel == focus { named(panel) } else { short(panel) };
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

/// The columns before the code: the marks, how often a line's call is made where `counts`, and the
/// line's number.
#[must_use]
pub fn code_margin(counts: bool) -> u16 {
    2 + 4 * u16::from(counts) + 5
}

/// The place for code in its panel, under a line that says what it is, where there is one.
#[must_use]
pub fn code_rows(area: Rect, counts: bool, headed: bool) -> Rows {
    let inner = area.inner(Margin::new(1, 1));
    let width = inner.width.saturating_sub(code_margin(counts));
    let height = inner.height.saturating_sub(headed.into());
    Rows { width: width.into(), height: height.into() }
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

/// Of the row of the time line, the part in which time lies: beside it stand how long ago that begins,
/// and how much is kept.
#[must_use]
pub fn track(area: Rect) -> Rect {
    const LEFT: u16 = 11;
    const RIGHT: u16 = 16;
    let width = area.width.saturating_sub(LEFT + RIGHT);
    Rect { x: area.x + LEFT.min(area.width), width, ..area }
}
