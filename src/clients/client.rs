//! One client: what it does next when its socket is ready or its timer fires.

use std::borrow::Cow;
use std::io::{self, ErrorKind, Read, Write};
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use mio::event::Event;
use mio::net::TcpStream;
use mio::{Registry, Token};
use rustix::net::sockopt;

use super::answer::Answers;
use super::socket::{open, reason};
use super::{ClientInfo, ClientKind};
use crate::words::strings;

/// What a page loads, for the clients that ask for more than one thing.
const PATHS: [&str; 5] = ["/", "/style.css", "/ask.svg", "/serve.svg", "/no-such-page"];
/// The largest file of `www/`.
const LARGEST: &str = "/room.png";
/// How many requests a burst sends at once.
const BURST: usize = 10;
/// How often a slow reader asks for the largest file at once. On loopback the kernel takes some
/// 3 MB from a server although the client does not read; this is more, so that the server must wait
/// for OUT.
const LARGEST_TIMES: usize = 8;

/// How many requests a flood sends at a time, and for what: an answer that is short.
const FLOOD: usize = 200;
const NO_PAGE: &str = "/no-such-page";
/// How often it sends in a row before the others get their turn.
const WRITES_IN_A_ROW: usize = 4;

/// What a handler takes a second for.
const SLOW: &str = "/slow?ms=1000";

/// From an answer to the next request.
const STEADY_REST: Duration = Duration::from_secs(1);
const BURST_REST: Duration = Duration::from_secs(3);
/// How often a slow reader reads, and how much.
const READ_EVERY: Duration = Duration::from_millis(500);
const READ_SIZE: usize = 4 * 1024;
/// Its receive buffer: so small that the server soon has to wait.
const READ_BUFFER: usize = 8 * 1024;
/// How often a slow sender sends a byte.
const SEND_EVERY: Duration = Duration::from_millis(200);
/// From the request to the reset: time enough for the server to read and answer it.
const RESET_AFTER: Duration = Duration::from_millis(50);
/// From the reset to the next connection.
const BACK_AFTER: Duration = Duration::from_secs(2);
/// How often one client reads in a row before the others get their turn.
const READS_IN_A_ROW: usize = 16;

/// What the clients share: their thread's registry and buffer.
pub(super) struct Context<'a> {
    pub(super) registry: &'a Registry,
    pub(super) target: SocketAddr,
    /// The server sends back what it gets.
    pub(super) echoed: bool,
    pub(super) buffer: &'a mut [u8],
    pub(super) now: Instant,
}

/// What a client is about to do.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Phase {
    /// Connect, when the timer fires.
    Away,
    /// Wait for the connection to be made.
    Connecting,
    /// Send the rest of the request.
    Sending,
    /// Read the rest of the answer.
    Reading,
    /// Ask again, when the timer fires.
    Resting,
    /// Nothing, ever.
    Silent,
    /// Reset the connection, when the timer fires.
    Resetting,
    /// Over.
    Ended,
}

pub(super) struct Client {
    id: u32,
    kind: ClientKind,
    phase: Phase,
    /// When its timer fires.
    pub(super) due: Option<Instant>,
    socket: Option<TcpStream>,
    local: Option<SocketAddr>,
    request: Vec<u8>,
    sent: usize,
    answers: Answers,
    /// Answers that are still to come.
    awaited: u64,
    responses: u64,
    /// Bytes received.
    read: usize,
    status: Cow<'static, str>,
}

impl Client {
    /// A client that connects at `due`.
    pub(super) fn new(id: u32, kind: ClientKind, due: Instant) -> Self {
        Self {
            id,
            kind,
            phase: Phase::Away,
            due: Some(due),
            socket: None,
            local: None,
            request: Vec::new(),
            sent: 0,
            answers: Answers::default(),
            awaited: 0,
            responses: 0,
            read: 0,
            status: strings().clients.about_to_connect.into(),
        }
    }

    pub(super) fn ended(&self) -> bool {
        self.phase == Phase::Ended
    }

    pub(super) fn info(&self) -> ClientInfo {
        ClientInfo {
            id: self.id,
            kind: self.kind,
            local: self.local,
            responses: self.responses,
            status: self.status.clone().into_owned(),
            connecting: matches!(self.phase, Phase::Away | Phase::Connecting),
            ended: self.ended(),
        }
    }

    /// Closes the socket for good.
    pub(super) fn end(&mut self, why: impl Into<Cow<'static, str>>) {
        if !self.ended() {
            self.phase = Phase::Ended;
            self.status = why.into();
            self.socket = None;
            self.due = None;
        }
    }

    /// The timer has fired.
    pub(super) fn ring(&mut self, cx: &mut Context<'_>) {
        match self.phase {
            Phase::Away => self.connect(cx),
            Phase::Resting => self.ask(cx),
            Phase::Sending if self.kind == ClientKind::Flood => self.flood(cx),
            Phase::Sending => self.send(cx),
            Phase::Reading => self.receive(cx),
            Phase::Resetting => self.reset(cx.now),
            Phase::Connecting | Phase::Silent | Phase::Ended => {}
        }
    }

    /// The socket is ready.
    pub(super) fn event(&mut self, event: &Event, cx: &mut Context<'_>) {
        match self.phase {
            Phase::Connecting => self.connected(cx),
            // It sends and reads at times of its own; only a broken connection counts here.
            Phase::Reading if self.kind == ClientKind::SlowReader => {
                if event.is_error() || event.is_write_closed() {
                    self.receive(cx);
                }
            }
            Phase::Sending if self.kind == ClientKind::SlowSender => self.receive(cx),
            Phase::Sending if self.kind == ClientKind::Flood => self.flood(cx),
            Phase::Sending => {
                self.send(cx);
                self.receive(cx);
            }
            Phase::Reading | Phase::Resting | Phase::Silent => self.receive(cx),
            // Whatever the server does now: the connection will be reset, or is gone already.
            Phase::Away | Phase::Resetting | Phase::Ended => {}
        }
    }

    fn connect(&mut self, cx: &mut Context<'_>) {
        let small = matches!(self.kind, ClientKind::SlowReader | ClientKind::Deaf);
        let buffer = small.then_some(READ_BUFFER);
        match open(cx.target, buffer, Token(self.id as usize), cx.registry) {
            Ok(socket) => {
                self.local = socket.local_addr().ok();
                self.socket = Some(socket);
                self.answers = Answers::new(cx.echoed);
                self.phase = Phase::Connecting;
                self.status = strings().clients.connecting.into();
            }
            Err(error) => self.end((strings().clients.cannot_connect)(&reason(&error))),
        }
    }

    fn connected(&mut self, cx: &mut Context<'_>) {
        let Some(socket) = &self.socket else { return };
        if let Some(error) = socket.take_error().ok().flatten() {
            return self.end((strings().clients.cannot_connect)(&reason(&error)));
        }
        if socket.peer_addr().is_err() {
            return;
        }
        self.local = socket.local_addr().ok();
        if self.kind == ClientKind::Idle {
            self.phase = Phase::Silent;
            self.status = strings().clients.silent.into();
        } else {
            // A slow sender's bytes are to go one by one.
            let _ = socket.set_nodelay(true);
            self.ask(cx);
        }
    }

    /// Begins a round: a request, or ten.
    fn ask(&mut self, cx: &mut Context<'_>) {
        self.request.clear();
        self.sent = 0;
        let paths: &[&str] = match self.kind {
            ClientKind::SlowReader | ClientKind::Deaf => &[LARGEST],
            ClientKind::SlowCaller => &[SLOW],
            ClientKind::Flood => &[NO_PAGE],
            ClientKind::Burst => &PATHS,
            _ => &PATHS[..1],
        };
        let count = match self.kind {
            ClientKind::Burst => BURST,
            ClientKind::SlowReader | ClientKind::Deaf => LARGEST_TIMES,
            ClientKind::Flood => FLOOD,
            _ => 1,
        };
        for path in paths.iter().cycle().take(count) {
            let head = format!(
                "GET {path} HTTP/1.1\r\nHost: {}\r\nUser-Agent: epollscope-{}\r\n",
                cx.target,
                self.kind.token(),
            );
            self.request.extend_from_slice(head.as_bytes());
            // As a browser's: a burst is more than a short recv brings at once, and so is the head
            // of those that are soon gone.
            let cookie = match self.kind {
                ClientKind::Burst => 200,
                // The server shall have more to read than the client.
                ClientKind::Resetting | ClientKind::Flood => 1100,
                _ => 0,
            };
            if cookie > 0 {
                self.request.extend_from_slice(b"Cookie: table=");
                self.request.resize(self.request.len() + cookie, b'7');
                self.request.extend_from_slice(b"\r\n");
            }
            self.request.extend_from_slice(b"\r\n");
        }
        self.awaited = count as u64;
        self.phase = Phase::Sending;
        self.status = strings().clients.sends.into();
        if self.kind == ClientKind::Flood {
            self.status = strings().clients.floods.into();
            return self.flood(cx);
        }
        self.send(cx);
    }

    fn send(&mut self, cx: &mut Context<'_>) {
        let slow = self.kind == ClientKind::SlowSender;
        if self.kind == ClientKind::Stalled {
            self.request.truncate(self.request.len().div_ceil(2));
        }
        while let Some(socket) = &mut self.socket {
            let rest = &self.request[self.sent..];
            if rest.is_empty() {
                break;
            }
            let some = if slow { &rest[..1] } else { rest };
            match socket.write(some) {
                Ok(n) => self.sent += n,
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                Err(error) if error.kind() == ErrorKind::WouldBlock => {
                    if slow {
                        self.due = Some(cx.now + SEND_EVERY);
                    }
                    return;
                }
                Err(error) => return self.broken(&error, cx.now),
            }
            if slow && self.sent < self.request.len() {
                self.status = (strings().clients.sent)(self.sent, self.request.len()).into();
                self.due = Some(cx.now + SEND_EVERY);
                return;
            }
        }
        match self.kind {
            ClientKind::Resetting => {
                self.phase = Phase::Resetting;
                self.status = strings().clients.will_reset.into();
                self.due = Some(cx.now + RESET_AFTER);
            }
            ClientKind::Stalled => {
                self.phase = Phase::Silent;
                self.status = strings().clients.stalls.into();
            }
            ClientKind::Leaver => self.away(strings().clients.has_left.into(), cx.now),
            ClientKind::SlowReader => {
                self.phase = Phase::Reading;
                self.status = strings().clients.reads_slowly.into();
                self.due = Some(cx.now + READ_EVERY);
            }
            _ => {
                self.phase = Phase::Reading;
                self.status = strings().clients.waits.into();
            }
        }
    }

    /// Sends the same requests on and on, as far as the kernel takes them, and reads the answers.
    fn flood(&mut self, cx: &mut Context<'_>) {
        for _ in 0..WRITES_IN_A_ROW {
            let Some(socket) = &mut self.socket else { return };
            match socket.write(&self.request[self.sent..]) {
                Ok(n) => self.sent = (self.sent + n) % self.request.len(),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) if error.kind() == ErrorKind::WouldBlock => return self.receive(cx),
                Err(error) => return self.broken(&error, cx.now),
            }
        }
        self.receive(cx);
        // There is room for more, and no edge will report it: come back after the others.
        if self.socket.is_some() {
            self.due = Some(cx.now);
        }
    }

    fn receive(&mut self, cx: &mut Context<'_>) {
        let slow = self.kind == ClientKind::SlowReader && self.phase == Phase::Reading;
        let deaf = self.kind == ClientKind::Deaf;
        let size = if slow || deaf { READ_SIZE } else { cx.buffer.len() };
        if self.kind == ClientKind::Deaf && self.read >= READ_SIZE {
            return;
        }
        for _ in 0..READS_IN_A_ROW {
            let Some(socket) = &mut self.socket else { return };
            match socket.read(&mut cx.buffer[..size]) {
                Ok(0) => return self.closed(cx.now),
                Ok(n) => {
                    self.read = self.read.saturating_add(n);
                    match self.answers.feed(&cx.buffer[..n]) {
                        Ok(done) => self.answered(done, cx.now),
                        Err(what) => return self.end(what),
                    }
                    if deaf && self.read >= READ_SIZE {
                        self.status = strings().clients.deaf_now.into();
                        return;
                    }
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) if error.kind() == ErrorKind::WouldBlock => {
                    if slow {
                        self.due = Some(cx.now + READ_EVERY);
                    }
                    return;
                }
                Err(error) => return self.broken(&error, cx.now),
            }
            if slow {
                if self.phase == Phase::Reading {
                    self.due = Some(cx.now + READ_EVERY);
                }
                return;
            }
        }
        // There may be more, and no edge will report it: come back after the others.
        if self.phase == Phase::Reading || self.kind == ClientKind::Flood {
            self.due = Some(cx.now);
        }
    }

    fn answered(&mut self, done: u64, now: Instant) {
        self.responses += done;
        self.awaited = self.awaited.saturating_sub(done);
        if done > 0 && self.awaited == 0 && self.phase == Phase::Reading {
            let rest = match self.kind {
                ClientKind::Burst => BURST_REST,
                ClientKind::Firehose => Duration::ZERO,
                _ => STEADY_REST,
            };
            self.phase = Phase::Resting;
            self.status = (strings().clients.rests)(rest.as_secs()).into();
            self.due = Some(now + rest);
        }
    }

    /// The server's FIN.
    fn closed(&mut self, now: Instant) {
        let text = &strings().clients;
        let why = if self.answers.inside() {
            text.cut_short
        } else if self.answers.closing && self.answers.status == 503 {
            text.server_full
        } else if self.answers.closing {
            text.closed
        } else {
            text.dropped
        };
        self.gone(why.into(), now);
    }

    fn broken(&mut self, error: &io::Error, now: Instant) {
        let why = match error.kind() {
            ErrorKind::ConnectionReset | ErrorKind::BrokenPipe => strings().clients.reset.into(),
            _ => reason(error).into(),
        };
        self.gone(why, now);
    }

    /// The connection is lost. Only those that leave by themselves expect that, and come back.
    fn gone(&mut self, why: Cow<'static, str>, now: Instant) {
        if matches!(self.kind, ClientKind::Resetting | ClientKind::Leaver) {
            self.away(why, now);
        } else {
            self.end(why);
        }
    }

    /// Throws the connection away: with a linger time of 0, close(2) sends a RST.
    fn reset(&mut self, now: Instant) {
        if let Some(socket) = &self.socket {
            let _ = sockopt::set_socket_linger(socket, Some(Duration::ZERO));
        }
        self.away(strings().clients.has_reset.into(), now);
    }

    fn away(&mut self, status: Cow<'static, str>, now: Instant) {
        self.socket = None;
        self.local = None;
        self.phase = Phase::Away;
        self.status = status;
        self.due = Some(now + BACK_AFTER);
    }
}
