//! The lines above the connections: the listening socket, standard input, and what a traced program has
//! open beside. None is ever under the cursor.

use ratatui::layout::Rect;
use ratatui::text::Line;
use unicode_width::UnicodeWidthStr;

use super::cells::{address, align};
use crate::dashboard::geometry::{MARKS, other_rows};
use crate::dashboard::panels::{dim, left};
use crate::dashboard::state::Scene;
use crate::dashboard::state::table::Column;
use crate::dashboard::theme::{Role, Theme};
use crate::telemetry::{Fd, Mask, Other, Stdin};
use crate::words::{strings, units};

/// The listening socket: always the first line, never under the cursor.
pub(super) fn listener(
    scene: &Scene,
    columns: &[(Column, u16)],
    width: u16,
    theme: &Theme,
) -> Line<'static> {
    let say = &strings().table;
    let Some(listener) = scene.listener else {
        return Line::from(dim(format!("   {}", say.not_listening), theme));
    };
    let mut text = name(listener.fd, &listener.addr.to_string(), columns, theme);
    text += say.listens;
    text.push(' ');
    let room = usize::from(width).saturating_sub(text.width());
    let queue = scene.kernel.as_ref().and_then(|kernel| kernel.accept_queue);
    let mut style = theme.style(Role::Kernel);
    // The longest of the wordings that has room.
    let wordings = match (listener.resting, queue) {
        (Some(errno), _) => {
            style = theme.style(Role::Bad);
            let errno = errno.to_string();
            let [long, short] = (say.rests)(&errno);
            [long, short, errno]
        }
        (None, Some(queue)) => {
            if queue.len > 0 {
                style = theme.style(Role::Warn);
            }
            (say.accept_queue)(queue.len, queue.limit)
        }
        (None, None) => Default::default(),
    };
    let wording = wordings.into_iter().find(|wording| wording.width() <= room);
    text += &wording.unwrap_or_default();
    Line::styled(left(&text, usize::from(width), theme), style)
}

/// Standard input, where it is watched: the line under the listener, never under the cursor.
pub(super) fn stdin(
    scene: &Scene,
    columns: &[(Column, u16)],
    width: u16,
    theme: &Theme,
) -> Option<Line<'static>> {
    let Stdin { interest, bytes_in } = scene.listener?.stdin?;
    let say = &strings().table;
    let mut text = name(Stdin::FD, say.stdin, columns, theme);
    let room = usize::from(width).saturating_sub(text.width());
    let read = (say.stdin_read)(bytes_in);
    let (interest, role) = match interest {
        Mask::NONE => (say.stdin_ended.to_owned(), Role::Dim),
        mask => (mask.to_string(), Role::Kernel),
    };
    let wordings =
        [format!("{interest}  {read}"), format!("{interest} {}", units::bytes(bytes_in)), read];
    let wording = wordings.into_iter().find(|wording| wording.width() <= room);
    text += &wording.unwrap_or_default();
    Some(Line::styled(left(&text, usize::from(width), theme), theme.style(role)))
}

/// What the program has open beside its clients' connections: never under the cursor.
pub(super) fn others(
    scene: &Scene,
    columns: &[(Column, u16)],
    inner: Rect,
    theme: &Theme,
) -> Vec<Line<'static>> {
    let say = &strings().table;
    let (all, rows) = (&scene.others, other_rows(&scene.others, inner.height.into()));
    let width = usize::from(inner.width);
    let whole = if rows < all.count() { rows.saturating_sub(1) } else { rows };
    let queues = scene.kernel.as_ref().map_or(&[][..], |kernel| &kernel.others);
    let line = |other: &Other| {
        let what = (say.other)(other.kind);
        let queue = queues.iter().find(|it| it.inode == other.inode).map(|it| it.queue);
        let at = other.at.map(|at| at.to_string());
        let mut text = name(other.fd, at.as_deref().unwrap_or(what), columns, theme);
        let mask = match other.interest {
            Mask::NONE => say.other_unwatched.to_owned(),
            mask => mask.to_string(),
        };
        let room = width.saturating_sub(text.width());
        // What it is stands in the place of the peer, where it has none and that column is there.
        let peers = columns.iter().any(|(column, _)| *column == Column::Peer);
        let both = format!("{what}  {mask}");
        let queued = queue.map(|queue| (say.accept_queue)(queue.len, queue.limit));
        let mut worded: Vec<String> = Vec::new();
        // The queue of one that listens is worth more than what it is watched for.
        for name in [&both[..], what] {
            worded.extend(queued.iter().flatten().map(|queue| format!("{name}  {queue}")));
        }
        worded.extend(match (at.is_some(), peers) {
            (false, true) => vec![mask],
            (true, true) => vec![both, mask],
            (_, false) => vec![both, what.to_owned()],
        });
        text += &worded.into_iter().find(|wording| wording.width() <= room).unwrap_or_default();
        let role = match (other.interest, queue) {
            (_, Some(queue)) if queue.len > 0 => Role::Warn,
            (Mask::NONE, _) => Role::Dim,
            _ => Role::Kernel,
        };
        Line::styled(left(&text, width, theme), theme.style(role))
    };
    let mut lines: Vec<_> = all.list.iter().take(whole).map(line).collect();
    if whole < rows {
        let text = (say.more_others)(all.count() - lines.len());
        lines.push(Line::from(dim(format!("   {text}"), theme)));
    }
    lines
}

/// The begin of a line that is no connection's: as wide as the columns left of the state.
fn name(fd: Fd, name: &str, columns: &[(Column, u16)], theme: &Theme) -> String {
    let mut text = " ".repeat(usize::from(MARKS));
    for &(column, wide) in columns.iter().take_while(|(column, _)| *column != Column::State) {
        let fd = fd.to_string();
        let cell = match column {
            Column::Fd => &fd,
            Column::Peer => &address(name, usize::from(wide), theme),
            _ => "",
        };
        text += &align(column, cell, usize::from(wide), theme);
        text.push(' ');
    }
    text
}
