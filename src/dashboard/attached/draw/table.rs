//! The descriptors: a line each.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::parts::{arrows, lines, named};
use crate::attach::{Descriptor, Look, Object, Socket, report};
use crate::dashboard::attached::rows::Sort;
use crate::dashboard::attached::state::State;
use crate::dashboard::keys::{self, Id};
use crate::dashboard::panels::{dim, left, right};
use crate::dashboard::theme::{Role, Theme};
use crate::inspect::TcpState;
use crate::words::strings;

/// A column.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Column {
    Process,
    Fd,
    What,
    State,
    Recv,
    Send,
    Rtt,
    Watched,
}

/// The least width of what a descriptor stands for; what goes first to make room for it.
const WHAT: usize = 23;
const DROPPED: [Column; 4] = [Column::Rtt, Column::Send, Column::State, Column::Watched];

/// Which columns there are, and how wide.
fn columns(width: usize, several: bool) -> Vec<(Column, usize)> {
    let mut all = vec![
        (Column::Process, 7),
        (Column::Fd, 5),
        (Column::What, WHAT),
        (Column::State, 11),
        (Column::Recv, 8),
        (Column::Send, 8),
        (Column::Rtt, 7),
        (Column::Watched, 22),
    ];
    if !several {
        all.remove(0);
    }
    let needed = |all: &[(Column, usize)]| all.iter().map(|(_, wide)| wide + 1).sum::<usize>();
    for column in DROPPED {
        if needed(&all) > width {
            all.retain(|(other, _)| *other != column);
        }
    }
    let spare = width.saturating_sub(needed(&all));
    let has_watched = all.iter().any(|(column, _)| *column == Column::Watched);
    for (column, wide) in &mut all {
        match column {
            Column::What => *wide += spare - if has_watched { spare / 2 } else { 0 },
            Column::Watched => *wide += spare / 2,
            _ => {}
        }
    }
    all
}

fn heading(column: Column) -> &'static str {
    let say = &strings().attach.columns;
    match column {
        Column::Process => say.process,
        Column::Fd => say.fd,
        Column::What => say.what,
        Column::State => say.state,
        Column::Recv => say.recv,
        Column::Send => say.send,
        Column::Rtt => say.rtt,
        Column::Watched => say.watched,
    }
}

fn cell(column: Column, text: &str, wide: usize, theme: &Theme) -> String {
    match column {
        Column::What | Column::State | Column::Watched => left(text, wide, theme),
        _ => right(text, wide, theme),
    }
}

/// Draws the pane.
pub(super) fn draw(
    frame: &mut Frame,
    area: Rect,
    shown: &State,
    look: &Look,
    theme: &Theme,
    focused: bool,
) {
    let say = &strings().attach;
    // Two for the border.
    let width = usize::from(area.width.saturating_sub(2));
    let several = look.descriptors.windows(2).any(|pair| pair[0].pid != pair[1].pid);
    let columns = columns(width, several);
    let mut title = named(1, say.table, theme);
    let sorted = match shown.rows.sort {
        Sort::Kind => None,
        Sort::Fd => Some(say.columns.fd),
        Sort::Recv => Some(say.columns.recv),
        Sort::Send => Some(say.columns.send),
    };
    if let Some(column) = sorted {
        title.push_span(dim(format!("{} ", (say.sorted)(column)), theme));
    }
    if !shown.rows.filter.is_empty() {
        let (some, all) = (shown.rows.order.len(), look.descriptors.len());
        let text = (say.filtered)(&shown.rows.filter, some, all);
        title.push_span(Span::styled(format!("{text} "), theme.style(Role::Warn)));
    }
    if shown.rows.folded > 0 {
        let text = (say.folded)(shown.rows.folded, &keys::name(Id::Own));
        title.push_span(dim(format!("{text} "), theme));
    }
    let mut head = Line::default();
    for &(column, wide) in &columns {
        head.push_span(dim(cell(column, heading(column), wide, theme) + " ", theme));
    }
    let order = &shown.rows.order;
    let line = |at: usize| match order.get(at).and_then(|place| look.descriptors.get(*place)) {
        Some(it) => row(look, it, &columns, theme),
        None => Line::from(dim(format!(" {}", say.nothing_shown), theme)),
    };
    let rows = (order.len().max(1), line);
    lines(frame, area, (title, vec![head]), rows, &shown.rows.cursor, theme, focused);
}

fn row(look: &Look, it: &Descriptor, columns: &[(Column, usize)], theme: &Theme) -> Line<'static> {
    let cells = report::descriptor(look, it, arrows(theme));
    let (pid, fd) = (it.pid.to_string(), it.fd.to_string());
    let mut line = Line::default();
    for &(column, wide) in columns {
        let text = match column {
            Column::Process => &pid,
            Column::Fd => &fd,
            Column::What => &cells.what,
            Column::State => &cells.state,
            Column::Recv => &cells.recv,
            Column::Send => &cells.send,
            Column::Rtt => &cells.rtt,
            Column::Watched => &cells.watched,
        };
        let text = cell(column, text, wide, theme) + " ";
        line.push_span(Span::styled(text, style(column, it, theme)));
    }
    line
}

/// What draws the eye: who listens, who has hung up, what lies unread.
fn style(column: Column, it: &Descriptor, theme: &Theme) -> Style {
    let role = match (&it.object, column) {
        (Object::Socket(Socket::Listener { .. }), Column::What | Column::State) => Role::Good,
        (Object::Socket(Socket::Listener { queue, limit, .. }), Column::Recv) => match limit {
            Some(limit) if queue > limit => Role::Bad,
            _ if *queue > 0 => Role::Warn,
            _ => Role::Text,
        },
        (Object::Socket(Socket::Tcp { state, .. }), Column::State)
            if *state != TcpState::Established =>
        {
            Role::Warn
        }
        (Object::Socket(Socket::Tcp { recv_queue, .. }), Column::Recv) if *recv_queue > 0 => {
            Role::Warn
        }
        (Object::Socket(Socket::Tcp { send_queue, .. }), Column::Send) if *send_queue > 0 => {
            Role::Warn
        }
        (_, Column::Watched) | (Object::Epoll, Column::What) => Role::Kernel,
        (Object::File(_) | Object::Pipe | Object::Other(_), _)
        | (_, Column::Process | Column::Rtt) => Role::Dim,
        _ => Role::Text,
    };
    theme.style(role)
}
