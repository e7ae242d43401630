//! The descriptors that are shown, in their order, and where the cursor of a list is.

use std::cell::Cell;
use std::cmp::Reverse;

use crate::attach::{Descriptor, Look, Object, Socket, report};
use crate::dashboard::keys::Id;
use crate::telemetry::Fd;

/// The keys that move a cursor.
pub(super) const MOVES: [Id; 6] = [Id::Up, Id::Down, Id::PageUp, Id::PageDown, Id::First, Id::Last];

/// Where in a list one is.
#[derive(Clone, Debug, Default)]
pub(super) struct Cursor {
    pub(super) at: usize,
    /// How many places there are, as far as is known before it is drawn.
    len: Cell<usize>,
    /// The rows that were there for it, and the first that was shown, when it was last drawn.
    rows: Cell<usize>,
    top: Cell<usize>,
}

impl Cursor {
    pub(super) fn settle(&mut self, len: usize) {
        self.len.set(len);
        self.at = self.at.min(len.saturating_sub(1));
    }

    /// Moves as one of [`MOVES`] says.
    pub(super) fn go(&mut self, how: Id) {
        let page = self.rows.get().max(2) - 1;
        let at = match how {
            Id::Up => self.at.saturating_sub(1),
            Id::Down => self.at + 1,
            Id::PageUp => self.at.saturating_sub(page),
            Id::PageDown => self.at + page,
            Id::First => 0,
            Id::Last => usize::MAX,
            _ => self.at,
        };
        self.at = at.min(self.len.get().saturating_sub(1));
    }

    /// The first row that is shown where so many are: the one with the cursor is always among them.
    pub(super) fn top(&self, rows: usize) -> usize {
        let rows = rows.max(1);
        let last = self.len.get().saturating_sub(rows);
        let top = self.top.get().min(self.at).max((self.at + 1).saturating_sub(rows)).min(last);
        self.rows.set(rows);
        self.top.set(top);
        top
    }

    /// The same of a text of so many lines, in which no line is chosen: it is moved by itself.
    pub(super) fn scrolled(&self, lines: usize, rows: usize) -> usize {
        let last = lines.saturating_sub(rows);
        self.len.set(last + 1);
        self.rows.set(rows);
        self.at.min(last)
    }
}

/// By what the descriptors are sorted.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) enum Sort {
    /// Who listens, who is connected, epoll, then the rest.
    #[default]
    Kind,
    Recv,
    Send,
    Fd,
}

impl Sort {
    pub(super) fn next(self) -> Self {
        match self {
            Self::Kind => Self::Recv,
            Self::Recv => Self::Send,
            Self::Send => Self::Fd,
            Self::Fd => Self::Kind,
        }
    }

    fn key(self, descriptor: &Descriptor) -> Reverse<u32> {
        let (recv, send) = match &descriptor.object {
            Object::Socket(Socket::Tcp { recv_queue, send_queue, .. }) => {
                (*recv_queue, *send_queue)
            }
            Object::Socket(Socket::Listener { queue, .. }) => (*queue, 0),
            Object::Socket(Socket::Udp { recv_queue, .. }) => (*recv_queue, 0),
            _ => (0, 0),
        };
        Reverse(match self {
            Self::Fd => 0,
            Self::Kind => match descriptor.object {
                Object::Socket(Socket::Listener { .. }) => 3,
                Object::Socket(Socket::Tcp { .. }) => 2,
                Object::Epoll => 1,
                _ => 0,
            },
            Self::Recv => recv,
            Self::Send => send,
        })
    }
}

/// What nobody waits for.
fn is_file(descriptor: &Descriptor) -> bool {
    match descriptor.object {
        Object::File(_) => true,
        Object::Pipe => descriptor.watched.is_empty(),
        _ => false,
    }
}

/// The descriptors that are shown.
#[derive(Debug, Default)]
pub(super) struct Rows {
    /// Places in the look's list.
    pub(super) order: Vec<usize>,
    pub(super) cursor: Cursor,
    pub(super) sort: Sort,
    /// What each has to have in one of its cells.
    pub(super) filter: String,
    /// Whether files, and pipes that nobody watches, are among them.
    pub(super) files: bool,
    /// How many of those are left out.
    pub(super) folded: usize,
    /// The one with the cursor, which goes with it when the order changes.
    held: Option<(i32, Fd)>,
}

impl Rows {
    pub(super) fn order(&mut self, look: &Look) {
        let wanted = self.filter.to_lowercase();
        let shown = |descriptor: &Descriptor| {
            if wanted.is_empty() {
                return true;
            }
            let cells = report::descriptor(look, descriptor, ["", ""]);
            let all = [cells.what, cells.state, cells.watched, descriptor.fd.to_string()];
            all.iter().any(|cell| cell.to_lowercase().contains(&wanted))
        };
        let places = look.descriptors.iter().enumerate();
        self.order = places.filter(|(_, it)| shown(it)).map(|(place, _)| place).collect();
        let all = self.order.len();
        if !self.files {
            self.order.retain(|place| !is_file(&look.descriptors[*place]));
        }
        self.folded = all - self.order.len();
        // Stable: among equals by process, those with an epoll first, and by number.
        let waits = |pid: i32| look.lists.iter().any(|list| list.pid == pid);
        self.order.sort_by_key(|place| {
            let it = &look.descriptors[*place];
            (self.sort.key(it), !waits(it.pid))
        });
        if let Some(held) = self.held {
            let same = |place: &usize| {
                let it = &look.descriptors[*place];
                (it.pid, it.fd) == held
            };
            if let Some(at) = self.order.iter().position(same) {
                self.cursor.at = at;
            }
        }
        self.cursor.settle(self.order.len());
        self.hold(look);
    }

    /// Holds on to the row that has the cursor now.
    pub(super) fn hold(&mut self, look: &Look) {
        self.held = self.selected(look).map(|it| (it.pid, it.fd));
    }

    pub(super) fn selected<'l>(&self, look: &'l Look) -> Option<&'l Descriptor> {
        look.descriptors.get(*self.order.get(self.cursor.at)?)
    }
}
