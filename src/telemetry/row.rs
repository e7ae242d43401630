//! The fd → socket table as the server publishes it, and where its loop stands.

use std::net::SocketAddr;

use serde::{Deserialize, Serialize};

use super::serial::{is_default, route};
use super::{
    By, ConnId, CtlOp, Errno, Fd, Form, Kind, Local, Mask, Nanos, Options, Ret, ServerKind, Site,
    Until, Why,
};

/// What a connection is doing, seen from the server.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, PartialOrd, Ord)]
pub enum ConnState {
    /// Accepted; nothing has been received.
    New,
    /// A part of a request is here.
    Reading,
    /// Everything received is answered and sent.
    Idle,
    /// Its handler is in the pool (`--handler offload`), or waits until the loop has run those before
    /// it.
    Handling,
    /// A part of an answer waits until the peer takes more (OUT is asked for).
    Writing,
    /// The answer is sent and our half closed; what still comes is read and thrown away, so that
    /// the answer is not lost to a reset.
    Lingering,
    /// Gone; the row says why.
    Closed,
}

impl ConnState {
    /// All states.
    pub const ALL: [Self; 7] = [
        Self::New,
        Self::Reading,
        Self::Idle,
        Self::Handling,
        Self::Writing,
        Self::Lingering,
        Self::Closed,
    ];

    /// One lower-case word.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Reading => "reading",
            Self::Handling => "handler",
            Self::Idle => "idle",
            Self::Writing => "writing",
            Self::Lingering => "linger",
            Self::Closed => "closed",
        }
    }
}

/// One connection of the table, with exact counters.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Row {
    /// Its identity.
    pub id: ConnId,
    /// Its descriptor: the index of the server's table.
    pub fd: Fd,
    /// The other end.
    pub peer: SocketAddr,
    /// Its own end, where a program may listen at several addresses.
    #[serde(default, skip_serializing_if = "Local::is_unknown")]
    pub local: Local,
    /// What it is doing.
    pub state: ConnState,
    /// The peer has shut down its writing half (its FIN was read).
    #[serde(default, skip_serializing_if = "is_default")]
    pub half_closed: bool,
    /// The operator told the server not to read from it.
    #[serde(default, skip_serializing_if = "is_default")]
    pub stopped: bool,
    /// What the selector watches it for.
    #[serde(default, skip_serializing_if = "is_default")]
    pub interest: Mask,
    /// The last call made on it; where that is [`Kind::Other`] in its usual form, it is not known.
    pub last: Kind,
    /// The form in which it was made.
    #[serde(default, skip_serializing_if = "is_default")]
    pub form: Form,
    /// That call's result.
    pub last_ret: Ret,
    /// Requests understood.
    #[serde(default, skip_serializing_if = "is_default")]
    pub requests: u64,
    /// Bytes received.
    #[serde(default, skip_serializing_if = "is_default")]
    pub bytes_in: u64,
    /// Bytes sent.
    #[serde(default, skip_serializing_if = "is_default")]
    pub bytes_out: u64,
    /// Bytes of the answers that are being sent, heads included.
    #[serde(default, skip_serializing_if = "is_default")]
    pub answer: u64,
    /// Those of them that the kernel has not taken yet.
    #[serde(default, skip_serializing_if = "is_default")]
    pub unsent: u64,
    /// When it was accepted.
    pub opened: Nanos,
    /// When bytes last went in or out.
    pub active: Nanos,
    /// The thread or process that serves it, where it has one of its own.
    #[serde(default, skip_serializing_if = "is_default")]
    pub by: By,
    /// The call that its thread or process sleeps in, or that its task is parked for. Of its
    /// handler, whoever runs it: [`Kind::Queued`] while it waits for a thread of the pool,
    /// [`Kind::Handler`] while it runs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub within: Option<Kind>,
    /// Where in the source that call is made; of one that its thread stands before, held by the
    /// pace, too. `None` where it is not known, and while the thread goes on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub site: Option<Site>,
    /// Why it was closed; set once, in the row's last publication.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<Why>,
}

impl Row {
    /// That of a connection that was just accepted.
    #[must_use]
    pub fn new(id: ConnId, fd: Fd, peer: SocketAddr, now: Nanos) -> Self {
        Self {
            id,
            fd,
            peer,
            local: Local::UNKNOWN,
            state: ConnState::New,
            half_closed: false,
            stopped: false,
            interest: Mask::NONE,
            last: Kind::Accept,
            form: Form::Usual,
            last_ret: Ret::ok(fd.unsigned_abs().into()),
            requests: 0,
            bytes_in: 0,
            bytes_out: 0,
            answer: 0,
            unsent: 0,
            opened: now,
            active: now,
            by: By::LOOP,
            within: None,
            site: None,
            why: None,
        }
    }

    /// The name by which the last call was made; `–` where that is not known.
    #[must_use]
    pub fn last_name(&self) -> &'static str {
        match (self.form.name(), self.last) {
            (Some(name), _) => name,
            (None, Kind::Other) => "–",
            (None, kind) => kind.name(),
        }
    }

    /// The last call with its result, with that between the two; `–` where it is not known.
    #[must_use]
    pub fn last_call(&self, result: &str, between: &str) -> String {
        match (self.form.name(), self.last) {
            (None, Kind::Other) => self.last_name().to_owned(),
            _ => format!("{}{between}{result}", self.last_name()),
        }
    }

    /// How many bytes the kernel has taken of the answers that are being sent, and how many they
    /// are; `None` while nothing waits to be sent.
    #[must_use]
    pub fn progress(&self) -> Option<(u64, u64)> {
        (self.unsent > 0).then(|| (self.answer.saturating_sub(self.unsent), self.answer))
    }

    /// What it is doing; in a handler also where whoever runs that has not changed the state.
    #[must_use]
    pub fn doing(&self) -> ConnState {
        match (self.state, self.within) {
            (ConnState::Closed, _) => ConnState::Closed,
            (_, Some(Kind::Handler)) => ConnState::Handling,
            (state, _) => state,
        }
    }

    /// Whether its handler runs on the server's own thread, while that is in one
    /// ([`Stance::Handling`]).
    #[must_use]
    pub fn keeps_the_loop(&self) -> bool {
        self.within == Some(Kind::Handler) && self.by == By::LOOP
    }
}

/// The listening socket.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Listener {
    /// Its descriptor.
    pub fd: Fd,
    /// The bound address.
    pub addr: SocketAddr,
    /// The backlog asked for.
    pub backlog: u32,
    /// What the selector watches it for.
    pub interest: Mask,
    /// Why accepting is paused, while it is: no descriptor was left for the next `accept`.
    pub resting: Option<Errno>,
    /// Which server it belongs to now.
    pub server: ServerKind,
    /// The epoll instance that watches it; -1 where there is none.
    pub epfd: Fd,
    /// Our own waker, on the same interest list; -1 where there is none.
    pub waker: Fd,
    /// Standard input, where it is watched too; it has a row of its own in the table.
    pub stdin: Option<Stdin>,
    /// How many threads run the handlers; 0 where whoever serves the connection does.
    pub handler_threads: usize,
    /// The options that can be changed, as they are.
    pub options: Options,
    /// What it is asked for and gives.
    pub work: Work,
    /// Of a program that is traced: whether an answer of its was seen to be HTTP.
    pub sends_http: bool,
    /// Whether lessons can be given on it as it is.
    pub suits_lessons: bool,
    /// How many servers have had it before.
    pub run: u32,
}

/// What a server is asked for, and how often it has done it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Work {
    /// Requests of HTTP, understood.
    #[default]
    Requests,
    /// Under the echo protocol: what came and goes back.
    Echoes,
    /// Of a traced program, whose protocol is not known: how often it has written on a connection after
    /// it had read from it.
    Answers,
}

/// Standard input as one more fd of the loop (`--stdin`).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Stdin {
    /// What the selector watches it for; nothing once it has ended.
    pub interest: Mask,
    /// Bytes read from it.
    pub bytes_in: u64,
}

impl Stdin {
    /// Its descriptor.
    pub const FD: Fd = 0;
}

/// How the loop is paced.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// Free running.
    #[default]
    Run,
    /// Standing still before its next call.
    Paused,
    /// That many calls a second, 1 to 100.
    Slow(u8),
    /// Running as fast as it can until that is next; then it is paused before it.
    Until(Until),
}

/// The call before which the loop stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Next {
    /// The call.
    pub kind: Kind,
    /// Its descriptor.
    pub fd: Fd,
    /// The connection, where there is one.
    pub conn: Option<ConnId>,
    /// Of `epoll_ctl`, what it does.
    pub op: Option<CtlOp>,
    /// In which form it is made.
    pub form: Form,
    /// Where in the source the call is made.
    pub site: Option<Site>,
}

impl Next {
    /// A call that is no `epoll_ctl`.
    #[must_use]
    pub fn new(kind: Kind, fd: Fd, conn: Option<ConnId>, site: Option<Site>) -> Self {
        Self { kind, fd, conn, op: None, form: Form::Usual, site }
    }

    /// The name of the call.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.form.name().unwrap_or_else(|| self.kind.name())
    }
}

/// A path of the program's own. By a name of its own it is not taken for one that is borrowed from a file.
type Route = &'static str;

/// Where the loop stood when the batch was published.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stance {
    /// Not yet in its loop.
    #[default]
    Starting,
    /// About to enter the wait call, which is made there in the source: nowhere where a runtime
    /// makes it.
    Waiting(Option<Site>),
    /// About to enter, or in, a call that sleeps until this one fd lets it go on: the server's own
    /// thread where each call sleeps. Those of other threads and processes are in their rows.
    Within(Next),
    /// Between two calls.
    Working,
    /// Held by the pace before a call.
    Held(Next),
    /// In a handler, whose path this is; no other connection is served until it ends.
    Handling(#[serde(with = "route")] Route),
    /// The loop has ended; this is the last batch.
    Ended,
}

/// Stance, pace and since when.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Standing {
    /// Where the loop stands.
    pub stance: Stance,
    /// Since when.
    pub since: Nanos,
    /// How it is paced.
    pub mode: Mode,
}
