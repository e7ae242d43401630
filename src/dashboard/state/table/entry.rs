//! A line of the table: its columns, how it is filtered and by what it is sorted.

use std::fmt::Write as _;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use super::slim::Slim;
use crate::clients::ClientKind;
use crate::dashboard::state::filter::{Flag, Number, Subject, Word, tables};
use crate::telemetry::{By, ConnId, ConnState, Fd, Kind, Local, Mask, Nanos, Row};
use crate::words::{Table, strings};

/// The columns, in the order in which they are shown.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
#[expect(missing_docs, reason = "the columns by their names")]
pub enum Column {
    #[default]
    Fd,
    Id,
    Peer,
    State,
    Interest,
    Last,
    Requests,
    In,
    Out,
    Idle,
    RecvQueue,
    SendQueue,
}

impl Column {
    /// All columns.
    pub const ALL: [Self; 12] = [
        Self::Fd,
        Self::Id,
        Self::Peer,
        Self::State,
        Self::Interest,
        Self::Last,
        Self::Requests,
        Self::In,
        Self::Out,
        Self::Idle,
        Self::RecvQueue,
        Self::SendQueue,
    ];

    /// Its name in settings.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Fd => "fd",
            Self::Id => "conn",
            Self::Peer => "peer",
            Self::State => "state",
            Self::Interest => "interest",
            Self::Last => "last-call",
            Self::Requests => "requests",
            Self::In => "in",
            Self::Out => "out",
            Self::Idle => "idle",
            Self::RecvQueue => "recv-q",
            Self::SendQueue => "send-q",
        }
    }

    /// Its heading.
    #[must_use]
    pub fn label(self) -> &'static str {
        let headings = &strings().table.columns;
        match self {
            Self::Fd => headings.fd,
            Self::Id => headings.id,
            Self::Peer => headings.peer,
            Self::State => headings.state,
            Self::Interest => headings.interest,
            Self::Last => headings.last,
            Self::Requests => headings.requests,
            Self::In => headings.bytes_in,
            Self::Out => headings.bytes_out,
            Self::Idle => headings.idle,
            Self::RecvQueue => headings.recv_queue,
            Self::SendQueue => headings.send_queue,
        }
    }

    /// Whether a row's place under it can change without a row coming or going.
    pub(super) fn moves(self) -> bool {
        !matches!(self, Self::Fd | Self::Id | Self::Peer)
    }
}

/// The last request seen on a connection.
#[derive(Clone, Debug)]
pub struct Head {
    /// When.
    pub time: Nanos,
    /// Request line and headers, cut at [`EventRef::HEAD_KEPT`](crate::telemetry::EventRef::HEAD_KEPT).
    pub bytes: Arc<[u8]>,
    /// How long its request line was, which is cut too where it is very long.
    pub line: usize,
    /// How often events had been left out by then.
    pub(super) holes: u64,
}

/// A connection, with what was learnt about it besides its row.
#[derive(Clone, Debug)]
pub struct TableRow {
    /// What the server published last.
    pub(super) slim: Slim,
    /// Bytes in the receive queue and in the send queue, as the kernel said last.
    pub queues: Option<[u32; 2]>,
    /// The built-in client at the other end.
    pub ours: Option<(u32, ClientKind)>,
    /// When it was seen to be closed.
    pub closed: Option<Nanos>,
    /// It has been closed for so long that it is only counted.
    pub folded: bool,
    /// Its last request, if its event was seen.
    pub head: Option<Box<Head>>,
}

impl TableRow {
    /// What the server published last.
    #[must_use]
    pub fn row(&self) -> Row {
        self.slim.row()
    }

    /// Whose it is.
    #[must_use]
    pub fn id(&self) -> ConnId {
        self.slim.id()
    }

    /// Its descriptor.
    #[must_use]
    pub fn fd(&self) -> Fd {
        self.slim.fd()
    }

    /// The other end.
    #[must_use]
    pub fn peer(&self) -> SocketAddr {
        self.slim.peer()
    }

    /// See [`Row::local`].
    #[must_use]
    pub fn local(&self) -> Local {
        self.slim.local()
    }

    /// Bytes received.
    #[must_use]
    pub fn bytes_in(&self) -> u64 {
        self.slim.bytes_in()
    }

    /// What the selector watches it for.
    #[must_use]
    pub fn interest(&self) -> Mask {
        self.slim.interest()
    }

    /// Who serves it.
    #[must_use]
    pub fn by(&self) -> By {
        self.slim.by()
    }

    /// See [`Row::within`].
    #[must_use]
    pub fn within(&self) -> Option<Kind> {
        self.slim.within()
    }

    /// Whether it is open.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.closed.is_none()
    }

    /// How long no byte has moved.
    #[must_use]
    pub fn idle(&self, now: Nanos) -> Nanos {
        self.closed.unwrap_or(now).saturating_sub(self.slim.active())
    }

    /// Why it is closed, in words; empty while it is open.
    #[must_use]
    pub fn why(&self) -> &'static str {
        match (self.closed, self.closed.and_then(|_| self.row().why)) {
            (None, _) => "",
            (Some(_), Some(why)) => (strings().table.why)(why),
            (Some(_), None) => strings().table.closed,
        }
    }
}

impl TableRow {
    /// The words that say what it is doing: the state that is shown, and whether it is open.
    fn words(&self) -> impl Iterator<Item = &'static str> {
        let open = self.is_open();
        let row = self.row();
        tables().flat_map(move |say| {
            let shown = match (row.doing(), row.within) {
                _ if open && row.stopped => say.stopped,
                (ConnState::Handling, Some(Kind::Queued) | None) => say.queued,
                (state, _) => (say.state)(state),
            };
            [Some(shown), open.then_some(say.is_open)].into_iter().flatten()
        })
    }

    /// Why it is closed, in both languages' words.
    fn whys(&self) -> impl Iterator<Item = &'static str> {
        let why = self.closed.and_then(|_| self.row().why);
        let word = move |say: &Table| why.map_or(say.closed, say.why);
        tables().filter(|_| self.closed.is_some()).map(word)
    }
}

/// An entry and the time, as a filter sees it.
pub(super) struct At<'a>(pub(super) &'a TableRow, pub(super) Nanos);

impl Subject for At<'_> {
    fn number(&self, which: Number, such: &dyn Fn(u64) -> bool) -> bool {
        let Self(entry, now) = self;
        let row = &entry.row();
        let number = match which {
            Number::Fd => u64::try_from(row.fd).ok(),
            Number::Conn => Some(row.id.get()),
            Number::Requests => Some(row.requests),
            Number::In => Some(row.bytes_in),
            Number::Out => Some(row.bytes_out),
            Number::Idle => Some(entry.idle(*now) / 1_000_000),
            Number::RecvQueue => entry.queues.map(|[recv, _]| u64::from(recv)),
            Number::SendQueue => entry.queues.map(|[_, send]| u64::from(send)),
        };
        number.is_some_and(such)
    }

    fn word(&self, which: Word, start: &str) -> bool {
        let Self(entry, _) = self;
        match which {
            Word::State => entry.words().any(|word| word.starts_with(start)),
            Word::Peer => entry.row().peer.to_string().starts_with(start),
            Word::Kind => entry.row().last.name().starts_with(start),
            Word::Why => entry.whys().any(|word| word.starts_with(start)),
        }
    }

    fn flag(&self, which: Flag) -> bool {
        let Self(entry, _) = self;
        match which {
            Flag::Ours => entry.ours.is_some(),
            Flag::Error => entry
                .row()
                .last_ret
                .get()
                .is_err_and(|errno| errno != crate::telemetry::Errno::AGAIN),
            Flag::Stopped => entry.row().stopped,
            Flag::Closed => entry.closed.is_some(),
        }
    }

    fn text(&self, into: &mut String) {
        let Self(entry, _) = self;
        let row = &entry.row();
        // A String takes everything.
        let _ = write!(
            into,
            "{} {} {} {} {}",
            row.fd,
            row.peer,
            row.state.label(),
            row.interest,
            row.last_name(),
        );
        // As a line reads in either language.
        for say in tables().skip(1) {
            let _ = write!(into, " {}", (say.state)(row.state));
        }
        entry.whys().for_each(|why| {
            let _ = write!(into, " {why}");
        });
    }
}

/// By what an entry is sorted under a column; addresses of IPv6 are all the same here.
pub(super) fn key(entry: &TableRow, column: Column, now: Nanos) -> u64 {
    let row = &entry.row();
    let [recv, send] = entry.queues.unwrap_or_default();
    match column {
        Column::Fd => u64::try_from(row.fd).unwrap_or(0),
        Column::Id => row.id.get(),
        Column::Peer => match row.peer.ip() {
            IpAddr::V4(ip) => u64::from(ip.to_bits()) << 16 | u64::from(row.peer.port()),
            IpAddr::V6(_) => IPV6,
        },
        Column::State => row.state as u64,
        Column::Interest => u64::from(row.interest.0),
        Column::Last => row.last as u64,
        Column::Requests => row.requests,
        Column::In => row.bytes_in,
        Column::Out => row.bytes_out,
        Column::Idle => entry.idle(now),
        Column::RecvQueue => recv.into(),
        Column::SendQueue => send.into(),
    }
}

/// The key of every address of IPv6, above those of IPv4.
pub(super) const IPV6: u64 = u64::MAX;

/// Whose it is, as the order of those that are equal under a column: as they came. The closed ones
/// with a number that is in use again stand below its owner, the last one first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) struct Tie(u64);

impl Tie {
    pub(super) fn new(entry: &TableRow, column: Column) -> Self {
        let id = entry.id().get();
        // No server gets as far as half of all numbers.
        Self(if column == Column::Fd && !entry.is_open() { u64::MAX - id } else { id })
    }

    pub(super) fn id(self) -> Option<ConnId> {
        ConnId::new(if self.0 >> 63 == 1 { u64::MAX - self.0 } else { self.0 })
    }
}
