//! One connection from its first byte to its last, with calls that sleep: what `blocking`,
//! `threads` and `processes` have in common.
//!
//! Nobody asks here who is ready. `recv` sleeps until something comes, `send` until the peer has
//! taken enough; the kernel ends the sleep when a time limit is over (`SO_RCVTIMEO`,
//! `SO_SNDTIMEO`), and the operator by shutting the socket down from outside.

use std::os::fd::{AsRawFd, BorrowedFd};
use std::time::Duration;

use rustix::net::sockopt::{self, Timeout};
use rustix::net::{RecvFlags, Shutdown};

use super::desk::{Desk, Witness};
use super::echo::Protocol;
use super::session::{self, Part, Session};
use super::transfer::{LINGER, LINGER_BYTES};
use super::{Config, nanos, ret};
use crate::http::Payload;
use crate::telemetry::{ConnState, Errno, How, Kind, Nanos, Ret, What, Why};

/// What a conversation needs of the server around it. `Err` from the calls says that the operator
/// has ended it, and why.
pub(super) trait Line: Witness {
    /// Passes the gate before a call on the connection, and tells that it may sleep in it.
    fn before(&mut self, kind: Kind, state: ConnState) -> Result<(), Why>;
    /// Tells the call that was made.
    fn after(&mut self, what: What) -> Result<(), Why>;
    /// The peer will send nothing more.
    fn half_closed(&mut self);
    /// When it last stood at the gate: no time limit is counted from earlier than this.
    fn resumed(&self) -> Nanos;
    /// A desk to answer at, and room for it again.
    fn desk(&mut self) -> Desk;
    fn give_back(&mut self, desk: Desk);
}

/// What a `recv` brought.
enum Got {
    /// So many bytes.
    Bytes(usize),
    /// The peer's FIN.
    End,
    /// Nothing within the time limit.
    Nothing(Why),
}

/// A connection that is being served.
struct Conversation<'c, L> {
    socket: BorrowedFd<'c>,
    config: &'c Config,
    line: &'c mut L,
    session: Session,
    input: Box<[u8]>,
    /// The last `recv` brought less than it had room for, so nothing more was here then.
    drained: bool,
    state: ConnState,
    /// `SO_RCVTIMEO` and `SO_SNDTIMEO`, as they were set.
    patience: [Option<Duration>; 2],
}

/// Serves a connection until it ends; returns why it did.
pub(super) fn converse<L: Line>(socket: BorrowedFd<'_>, config: &Config, line: &mut L) -> Why {
    let mut conversation = Conversation::new(socket, config, line);
    let ended = conversation.go_on();
    conversation.close_file();
    ended.unwrap_or_else(|why| why)
}

/// Answers with an error before any request was read, and ends.
pub(super) fn refuse<L: Line>(
    socket: BorrowedFd<'_>,
    config: &Config,
    line: &mut L,
    status: u16,
    why: Why,
) -> Why {
    let mut conversation = Conversation::new(socket, config, line);
    let refused = conversation.refuse(status, why);
    refused.and_then(|()| conversation.wind_up(why)).unwrap_or_else(|why| why)
}

/// The same without any call that sleeps: so short an answer finds room in a new socket.
pub(super) fn turn_away<L: Line>(socket: BorrowedFd<'_>, config: &Config, line: &mut L) {
    let mut conversation = Conversation::new(socket, config, line);
    // Whatever comes of it, it is closed then.
    let _ = conversation.refuse(503, Why::OverLimit);
}

impl<'c, L: Line> Conversation<'c, L> {
    fn new(socket: BorrowedFd<'c>, config: &'c Config, line: &'c mut L) -> Self {
        Self {
            socket,
            config,
            line,
            session: Session::default(),
            input: vec![0; config.read_buffer.max(1)].into(),
            drained: false,
            state: ConnState::New,
            patience: [None; 2],
        }
    }

    /// The loop.
    fn go_on(&mut self) -> Result<Why, Why> {
        loop {
            if let Some(why) = self.session.ending {
                return self.wind_up(why);
            }
            match self.receive()? {
                Got::Bytes(n) => self.answer(n)?,
                Got::End => return Ok(Why::PeerClosed),
                Got::Nothing(why) => self.time_is_over(why)?,
            }
        }
    }

    /// Sleeps until something comes, or a limit is over.
    fn receive(&mut self) -> Result<Got, Why> {
        loop {
            let (left, why) = self.limit();
            if left == Some(Duration::ZERO) {
                return Ok(Got::Nothing(why));
            }
            self.sleep_at_most(Timeout::Recv, left)?;
            self.line.before(Kind::Recv, self.state)?;
            let result = rustix::net::recv(self.socket, &mut *self.input, RecvFlags::empty());
            let ret = ret(result.map(|(received, _)| received));
            self.line.after(What::Recv { ret })?;
            match ret.get() {
                Ok(0) => {
                    self.line.half_closed();
                    return Ok(Got::End);
                }
                Ok(n) => {
                    let n = usize::try_from(n).unwrap_or(usize::MAX);
                    self.drained = n < self.input.len();
                    return Ok(Got::Bytes(n));
                }
                Err(Errno::AGAIN) => return Ok(Got::Nothing(why)),
                Err(Errno::INTR) => {}
                Err(errno) => return Err(Why::of(errno)),
            }
        }
    }

    /// Answers what was kept and the `fresh` bytes just received, and sends the answers.
    fn answer(&mut self, fresh: usize) -> Result<(), Why> {
        let mut desk = self.line.desk();
        desk.read_date(self.line.now());
        let (fresh, line) = (&self.input[..fresh], &mut *self.line);
        match self.config.protocol {
            Protocol::Http => desk.answer(&mut self.session, fresh, line),
            Protocol::Echo(encoding) => desk.echo(&mut self.session, encoding, fresh, line),
        }
        let mut sent = self.send(&desk);
        // Pipelined requests that had to wait until the answers before them were sent.
        while sent.is_ok() && std::mem::take(&mut self.session.behind) {
            desk.answer(&mut self.session, &[], self.line);
            sent = self.send(&desk);
        }
        self.line.give_back(desk);
        let session = &self.session;
        let reading = !session.input.is_empty() || session.body.is_some();
        self.state = if reading { ConnState::Reading } else { ConnState::Idle };
        sent
    }

    /// Answers with an error.
    fn refuse(&mut self, status: u16, why: Why) -> Result<(), Why> {
        if self.config.protocol != Protocol::Http {
            // There is nothing to say in this protocol.
            return Err(why);
        }
        let mut desk = self.line.desk();
        desk.read_date(self.line.now());
        desk.refuse(&mut self.session, status, why, self.line);
        let sent = self.send(&desk);
        self.line.give_back(desk);
        sent
    }

    /// Sends what was gathered, and then the payload; sleeps while the kernel takes no more.
    fn send(&mut self, desk: &Desk) -> Result<(), Why> {
        let mut rest = &desk.output[..];
        while !rest.is_empty() {
            self.before_sending(Kind::Send)?;
            let more = !matches!(self.session.output.payload, Payload::None) && self.config.cork;
            let what = session::send(self.socket, rest, more);
            rest = &rest[self.sent(what)?.unwrap_or(0)..];
        }
        loop {
            let kind = match self.session.output.payload {
                Payload::None => return Ok(()),
                Payload::Memory(_) => Kind::Send,
                Payload::File { .. } => Kind::Sendfile,
            };
            self.before_sending(kind)?;
            let (what, left) = session::offer(self.socket, &mut self.session.output.payload);
            match self.sent(what)? {
                Some(0) => return Err(Why::CutShort),
                Some(_) if left == 0 => self.close_file(),
                _ => {}
            }
        }
    }

    fn before_sending(&mut self, kind: Kind) -> Result<(), Why> {
        self.state = ConnState::Writing;
        self.sleep_at_most(Timeout::Send, self.config.write_timeout)?;
        self.line.before(kind, self.state)
    }

    /// Tells a call that sends; returns how much the kernel took, or `None` for another try.
    fn sent(&mut self, what: What) -> Result<Option<usize>, Why> {
        self.line.after(what)?;
        match what.ret().map_or(Ok(0), Ret::get) {
            Ok(n) => Ok(Some(usize::try_from(n).unwrap_or(usize::MAX))),
            Err(Errno::INTR) => Ok(None),
            Err(Errno::AGAIN) => {
                // What the peer does not take would stay in the kernel after a mere close.
                self.line.before(Kind::Setsockopt, self.state)?;
                let result = sockopt::set_socket_linger(self.socket, Some(Duration::ZERO));
                let ret = ret(result.map(|()| 0));
                self.line.after(What::Setsockopt { name: "SO_LINGER", ret })?;
                Err(Why::WriteTimeout)
            }
            Err(errno) => Err(Why::of(errno)),
        }
    }

    /// How long the next `recv` may sleep, and what it is that is over then.
    fn limit(&self) -> (Option<Duration>, Why) {
        let (config, now) = (self.config, self.line.now());
        let (since, limit, why) = match self.session.awaits {
            Some((Part::Head, since)) => (since, config.header_timeout, Why::HeaderTimeout),
            Some((Part::Body, since)) => (since, config.body_timeout, Why::BodyTimeout),
            None => (now, config.idle_timeout, Why::IdleTimeout),
        };
        let passed = now.saturating_sub(since.max(self.line.resumed()));
        (limit.map(|limit| whole(nanos(limit).saturating_sub(passed))), why)
    }

    /// Sets how long calls may sleep, where that has changed.
    fn sleep_at_most(&mut self, which: Timeout, time: Option<Duration>) -> Result<(), Why> {
        let (place, name) = match which {
            Timeout::Recv => (0, "SO_RCVTIMEO"),
            Timeout::Send => (1, "SO_SNDTIMEO"),
        };
        if std::mem::replace(&mut self.patience[place], time) == time {
            return Ok(());
        }
        self.line.before(Kind::Setsockopt, self.state)?;
        let ret = ret(sockopt::set_socket_timeout(self.socket, which, time).map(|()| 0));
        self.line.after(What::Setsockopt { name, ret })
    }

    /// A limit is over.
    fn time_is_over(&mut self, why: Why) -> Result<(), Why> {
        match why {
            Why::HeaderTimeout => self.refuse(408, why),
            // It has its answer, or none would be understood: close without a reset.
            Why::BodyTimeout => {
                self.session.ending = Some(why);
                Ok(())
            }
            _ => Err(why),
        }
    }

    /// All is sent and nothing more is taken. If the peer may have something left to say, only our
    /// half is closed at first, because closing a socket with unread input sends a reset, and a
    /// reset can overtake the answer (RFC 9112 section 9.6).
    fn wind_up(&mut self, why: Why) -> Result<Why, Why> {
        let session = &self.session;
        if why == Why::Answered
            && self.drained
            && session.input.is_empty()
            && session.body.is_none()
        {
            return Ok(why);
        }
        self.line.before(Kind::Shutdown, self.state)?;
        let result = rustix::net::shutdown(self.socket, Shutdown::Write);
        self.line.after(What::Shutdown { how: How::Write, ret: ret(result.map(|()| 0)) })?;
        self.state = ConnState::Lingering;
        let until = self.line.now() + LINGER;
        let mut bytes = 0;
        while bytes <= LINGER_BYTES && self.line.now() < until {
            self.sleep_at_most(Timeout::Recv, Some(whole(until - self.line.now())))?;
            self.line.before(Kind::Recv, self.state)?;
            let result = rustix::net::recv(self.socket, &mut *self.input, RecvFlags::empty());
            let ret = ret(result.map(|(received, _)| received));
            self.line.after(What::Recv { ret })?;
            match ret.get() {
                Ok(0) => {
                    self.line.half_closed();
                    break;
                }
                Ok(n) => bytes += usize::try_from(n).unwrap_or(LINGER_BYTES),
                Err(Errno::INTR) => {}
                Err(_) => break,
            }
        }
        Ok(why)
    }

    /// A file that was sent, or will not be.
    fn close_file(&mut self) {
        let payload = std::mem::replace(&mut self.session.output.payload, Payload::None);
        if let Payload::File { file, .. } = payload {
            let fd = file.as_raw_fd();
            self.line.gate(Kind::Close, fd);
            drop(file);
            self.line.call(fd, What::Close, &[]);
        }
    }
}

/// In whole milliseconds, so that what is the same but for the time it took to get here is the
/// same.
fn whole(time: Nanos) -> Duration {
    Duration::from_millis(time.div_ceil(1_000_000))
}
