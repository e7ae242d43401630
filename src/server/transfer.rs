//! Reading, answering and writing on one connection.
//!
//! With edges, an event tells of something new only: a connection is attended until its receive
//! queue is drained and its answers are sent or the kernel takes no more of them. What a budget
//! cuts short is put on the list of unfinished ones, since no event would bring it back.

use std::os::fd::AsRawFd;

use rustix::net::{RecvFlags, SendFlags};

use super::connection::{Linger, Part};
use super::echo::Protocol;
use super::reactor::{Reactor, ret};
use super::routes::{self, Route};
use crate::http::{self, Body, Discard, FileCall, FileKind, Head, Payload, Progress};
use crate::telemetry::{
    ConnId, ConnState, Errno, EventRef, Fd, How, Kind, Nanos, Publisher, Ret, What, Why,
};

/// Calls that one connection may cost in one turn; then the others get theirs.
const BUDGET: u32 = 16;
/// Bytes of answers gathered before they are sent: however many requests are pipelined, at most
/// this and one answer more is kept for a connection. Of its input at most one `recv` and one
/// head are kept, since nothing is received while something is to be sent.
const GATHER: usize = 64 * 1024;
/// Bytes of a payload offered to the kernel at once.
const OFFER: u64 = 512 * 1024;
/// How long a closing connection may go on talking, and how much, so that its answer arrives.
const LINGER: Nanos = 2_000_000_000;
const LINGER_BYTES: usize = 1024 * 1024;

/// Whether to go on with a connection.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Flow {
    /// There may be more to do.
    On,
    /// Nothing until an event comes, or it is gone.
    Over,
}

impl Reactor {
    /// Goes on with a connection as far as it will go.
    pub(super) fn attend(&mut self, fd: Fd, id: ConnId) {
        let mut budget = BUDGET;
        while self.step(fd, id, &mut budget) == Flow::On {
            if budget == 0 {
                self.postpone(fd, id);
                break;
            }
        }
        if let Some(connection) = self.table.get(fd, id) {
            connection.row.state = connection.state();
        }
    }

    /// Goes on with it when all that is ready has been served.
    pub(super) fn postpone(&mut self, fd: Fd, id: ConnId) {
        if let Some(connection) = self.table.get(fd, id)
            && !std::mem::replace(&mut connection.unfinished, true)
        {
            self.unfinished.push((fd, id));
        }
    }

    /// Does the next thing that is due: send, then answer what is here, then receive.
    fn step(&mut self, fd: Fd, id: ConnId, budget: &mut u32) -> Flow {
        let Some(connection) = self.table.get(fd, id) else { return Flow::Over };
        if !connection.output.is_empty() {
            // The shared buffer may still hold what another connection could not send.
            self.output.clear();
            self.output.append(&mut std::mem::take(&mut connection.output.bytes));
            return self.send(fd, id, budget);
        }
        if let Some(why) = connection.ending
            && connection.linger.is_none()
        {
            return self.wind_up(fd, id, why);
        }
        if !connection.input.is_empty() && std::mem::take(&mut connection.behind) {
            return self.answer(fd, id, 0, budget);
        }
        if connection.row.half_closed {
            let why = connection.ending.unwrap_or(Why::PeerClosed);
            self.close(fd, id, why);
            return Flow::Over;
        }
        if connection.unread && !connection.row.stopped {
            return self.receive(fd, id, budget);
        }
        Flow::Over
    }

    /// One `recv`, and what follows from it.
    fn receive(&mut self, fd: Fd, id: ConnId, budget: &mut u32) -> Flow {
        if !self.gate(Kind::Recv, fd, Some(id)) {
            return Flow::Over;
        }
        let Some(connection) = self.table.get(fd, id) else { return Flow::Over };
        let result = rustix::net::recv(&connection.socket, &mut *self.input, RecvFlags::empty())
            .map(|(received, _)| received);
        *budget -= 1;
        let result = ret(result);
        self.told(fd, id, What::Recv { ret: result });
        let Some(connection) = self.table.get(fd, id) else { return Flow::Over };
        match result.get() {
            Ok(0) => {
                connection.unread = false;
                connection.row.half_closed = true;
                Flow::On
            }
            Ok(n) => {
                let n = usize::try_from(n).unwrap_or(usize::MAX);
                // RDHUP is watched for, so after a short read there is nothing left, and what
                // comes later, data or FIN, comes with an edge of its own.
                connection.unread = n >= self.input.len() || connection.hangup;
                match &mut connection.linger {
                    Some(linger) if n > linger.bytes => {
                        let why = connection.ending.unwrap_or(Why::Answered);
                        self.close(fd, id, why);
                        Flow::Over
                    }
                    Some(linger) => {
                        linger.bytes -= n;
                        Flow::On
                    }
                    None => match self.config.protocol {
                        Protocol::Http => self.answer(fd, id, n, budget),
                        Protocol::Echo(encoding) => self.echo((fd, id), encoding, n, budget),
                    },
                }
            }
            Err(Errno::AGAIN) => {
                connection.unread = false;
                Flow::Over
            }
            Err(Errno::INTR) => Flow::On,
            Err(errno) => self.broken(fd, id, errno),
        }
    }

    /// Answers the whole requests in what was kept and the `fresh` bytes just received, then
    /// sends the answers.
    fn answer(&mut self, fd: Fd, id: ConnId, fresh: usize, budget: &mut u32) -> Flow {
        let Self { table, input, output, site, tell, time, config, commands, .. } = self;
        let (late, pace, resumed) = (&mut self.late, &self.pace, &mut self.resumed);
        let Some(mut connection) = table.get(fd, id) else { return Flow::Over };
        let before = connection.row.requests;
        let mut kept = std::mem::take(&mut connection.input);
        let bytes: &[u8] = if kept.is_empty() {
            &input[..fresh]
        } else {
            kept.extend_from_slice(&input[..fresh]);
            &kept
        };
        let mut used = 0;
        output.clear();
        while used < bytes.len() && connection.ending.is_none() {
            if output.len() >= GATHER || !matches!(connection.output.payload, Payload::None) {
                connection.behind = true;
                break;
            }
            let rest = &bytes[used..];
            if let Some(body) = &mut connection.body {
                let (taken, progress) = body.feed(rest);
                used += taken;
                match progress {
                    Progress::More => {}
                    Progress::Done => connection.body = None,
                    // It was answered already; what follows cannot be told from the body.
                    Progress::Bad(_) => connection.ending = Some(Why::BadRequest),
                }
                continue;
            }
            let response = match http::parse(rest, &config.limits) {
                Head::Partial => break,
                Head::Bad(status) => {
                    used = bytes.len();
                    connection.ending = Some(Why::BadRequest);
                    site.refuse(status, *time, output)
                }
                Head::Complete(mut request) => {
                    request.keep_alive &= config.keep_alive;
                    used += request.head_len;
                    connection.row.requests += 1;
                    tell.counters.requests += 1;
                    if tell.has_reader() {
                        tell_request(tell, fd, id, &request);
                    }
                    let too_long =
                        matches!(request.body, Body::Length(n) if n > config.limits.body_bytes);
                    let response = if too_long {
                        site.refuse(413, *time, output)
                    } else if let Some(route) = config.routes.find(&request) {
                        let text = match route {
                            Route::Metrics => routes::metrics(&tell.counters, tell.now()),
                            Route::Slow(took) => {
                                let on = (fd, id);
                                routes::block(took, on, tell, table, commands, late, pace.mode());
                                *resumed = tell.now();
                                routes::slow_text(took)
                            }
                        };
                        let Some(again) = table.get(fd, id) else { return Flow::Over };
                        connection = again;
                        site.generated(&request, route.media_type(), &text, *time, output)
                    } else {
                        site.respond(&request, *time, output, &mut Files(tell))
                    };
                    // A client that expects a 100 may or may not send the body after this answer.
                    let unsure = request.expect_continue && !matches!(request.body, Body::None);
                    if too_long {
                        connection.ending = Some(Why::BadRequest);
                    } else if !response.keep_alive || unsure {
                        connection.ending = Some(Why::Answered);
                    }
                    if !matches!(request.body, Body::None) {
                        connection.body =
                            Some(Discard::new(request.body, config.limits.body_bytes));
                    }
                    response
                }
            };
            let class = usize::from(response.status / 100).min(5);
            tell.counters.responses[class] += 1;
            let what = What::Response { status: response.status, body: response.body };
            tell.fact(fd, Some(id), what, &[]);
            connection.output.payload = response.payload;
        }
        if used < bytes.len() {
            connection.input = rest_of(kept, &input[..fresh], used);
        }
        let part = match &connection.body {
            Some(_) => Some(Part::Body),
            None if connection.input.is_empty() || connection.behind => None,
            None => Some(Part::Head),
        };
        // A part of the same request is awaited since it began.
        let since = connection
            .awaits
            .filter(|&(awaited, _)| Some(awaited) == part && connection.row.requests == before);
        connection.awaits = since.or_else(|| part.map(|part| (part, tell.now())));
        if output.is_empty() { Flow::On } else { self.send(fd, id, budget) }
    }

    /// Answers with an error before any request was read.
    pub(super) fn refuse(&mut self, fd: Fd, id: ConnId, status: u16, why: Why) {
        if self.config.protocol != Protocol::Http {
            // There is nothing to say in this protocol.
            return self.close(fd, id, why);
        }
        self.output.clear();
        let response = self.site.refuse(status, self.time, &mut self.output);
        self.tell.counters.responses[usize::from(status / 100).min(5)] += 1;
        let what = What::Response { status: response.status, body: response.body };
        self.tell.fact(fd, Some(id), what, &[]);
        let Some(connection) = self.table.get(fd, id) else { return };
        connection.output.payload = response.payload;
        connection.ending = Some(why);
        let mut budget = BUDGET;
        if self.send(fd, id, &mut budget) == Flow::On {
            self.attend(fd, id);
        }
    }

    /// Sends what was gathered, and then the payload, until the kernel takes no more; only then
    /// OUT is asked for.
    pub(super) fn send(&mut self, fd: Fd, id: ConnId, budget: &mut u32) -> Flow {
        let mut sent = 0;
        while sent < self.output.len() {
            // Taken in part again and again, it must not cost more than its budget either.
            if sent > 0 && *budget == 0 {
                self.keep(fd, id, sent);
                return Flow::On;
            }
            *budget = budget.saturating_sub(1);
            if !self.gate(Kind::Send, fd, Some(id)) {
                return Flow::Over;
            }
            let Some(connection) = self.table.get(fd, id) else { return Flow::Over };
            let more = match connection.output.payload {
                Payload::None => SendFlags::empty(),
                _ if self.config.cork => SendFlags::MORE,
                _ => SendFlags::empty(),
            };
            let rest = &self.output[sent..];
            let result = rustix::net::send(&connection.socket, rest, SendFlags::NOSIGNAL | more);
            let (result, len) = (ret(result), rest.len() as u64);
            self.told(fd, id, What::Send { ret: result, len });
            match result.get() {
                Ok(n) => sent += usize::try_from(n).unwrap_or(0),
                Err(Errno::INTR) => {}
                Err(Errno::AGAIN) => {
                    self.keep(fd, id, sent);
                    self.watch_out(fd, id, true);
                    return Flow::Over;
                }
                Err(errno) => return self.broken(fd, id, errno),
            }
        }
        self.output.clear();
        self.send_payload(fd, id, budget)
    }

    /// Keeps for later what was gathered and is not sent.
    fn keep(&mut self, fd: Fd, id: ConnId, sent: usize) {
        if let Some(connection) = self.table.get(fd, id) {
            connection.output.bytes = self.output[sent..].to_vec();
        }
    }

    /// Sends the payload, a bounded piece a call.
    fn send_payload(&mut self, fd: Fd, id: ConnId, budget: &mut u32) -> Flow {
        loop {
            let Some(connection) = self.table.get(fd, id) else { return Flow::Over };
            let kind = match &connection.output.payload {
                Payload::None => break,
                Payload::Memory(_) => Kind::Send,
                Payload::File { .. } => Kind::Sendfile,
            };
            if *budget == 0 {
                return Flow::On;
            }
            *budget -= 1;
            if !self.gate(kind, fd, Some(id)) {
                return Flow::Over;
            }
            let Some(connection) = self.table.get(fd, id) else { return Flow::Over };
            let (what, left) = offer(&connection.socket, &mut connection.output.payload);
            self.told(fd, id, what);
            match what.ret().map_or(Ok(0), Ret::get) {
                Ok(0) => {
                    self.close(fd, id, Why::CutShort);
                    return Flow::Over;
                }
                Ok(_) if left == 0 => self.payload_sent(fd, id),
                Ok(_) | Err(Errno::INTR) => {}
                Err(Errno::AGAIN) => {
                    self.watch_out(fd, id, true);
                    return Flow::Over;
                }
                Err(errno) => return self.broken(fd, id, errno),
            }
        }
        self.watch_out(fd, id, false);
        Flow::On
    }

    fn payload_sent(&mut self, fd: Fd, id: ConnId) {
        let Some(connection) = self.table.get(fd, id) else { return };
        let payload = std::mem::replace(&mut connection.output.payload, Payload::None);
        if let Payload::File { file, .. } = payload {
            let fd = file.as_raw_fd();
            drop(file);
            self.tell.call(fd, None, What::Close);
        }
    }

    /// All is sent and nothing more is taken: closes, at once if the peer has nothing left to
    /// say, else by half and after a while, because closing a socket with unread input sends a
    /// reset, and a reset can overtake the answer (RFC 9112 section 9.6).
    fn wind_up(&mut self, fd: Fd, id: ConnId, why: Why) -> Flow {
        let Some(connection) = self.table.get(fd, id) else { return Flow::Over };
        let silent = !connection.unread && connection.input.is_empty() && connection.body.is_none();
        if connection.row.half_closed || why == Why::Answered && silent {
            self.close(fd, id, why);
            return Flow::Over;
        }
        if !self.gate(Kind::Shutdown, fd, Some(id)) {
            return Flow::Over;
        }
        let until = self.tell.now() + LINGER;
        let Some(connection) = self.table.get(fd, id) else { return Flow::Over };
        connection.input = Vec::new();
        connection.linger = Some(Linger { until, bytes: LINGER_BYTES });
        let result = rustix::net::shutdown(&connection.socket, rustix::net::Shutdown::Write);
        let ret = ret(result.map(|()| 0));
        self.told(fd, id, What::Shutdown { how: How::Write, ret });
        self.timers.set(fd, until);
        Flow::On
    }

    /// A call failed for good.
    fn broken(&mut self, fd: Fd, id: ConnId, errno: Errno) -> Flow {
        let Some(connection) = self.table.get(fd, id) else { return Flow::Over };
        let why = match (connection.ending, errno.0) {
            // All was sent before; that is why it ends.
            (Some(why), _) if connection.linger.is_some() => why,
            // EPIPE, ECONNRESET, ETIMEDOUT and the like: the other end, or the way to it.
            (_, 32 | 100..=104 | 110..=113) => Why::PeerReset,
            _ => Why::Failed,
        };
        self.close(fd, id, why);
        Flow::Over
    }

    /// Tells a call on a connection, and notes it in its row and in the totals.
    pub(super) fn told(&mut self, fd: Fd, id: ConnId, what: What) {
        let now = self.tell.now();
        self.tell.call(fd, Some(id), what);
        let Some(connection) = self.table.get(fd, id) else { return };
        let row = &mut connection.row;
        row.last = what.kind();
        row.last_ret = what.ret().unwrap_or(Ret::ZERO);
        let moved = row.last_ret.get().unwrap_or(0);
        match what {
            What::Recv { .. } => {
                row.bytes_in += moved;
                self.tell.counters.bytes_in += moved;
            }
            What::Send { .. } | What::Sendfile { .. } => {
                row.bytes_out += moved;
                self.tell.counters.bytes_out += moved;
            }
            _ => {}
        }
        if moved > 0 {
            row.active = now;
        }
        if row.state == ConnState::New && row.bytes_in > 0 {
            row.state = ConnState::Reading;
        }
        self.table.touch(fd);
    }
}

/// What is left of the input when so much of it is used: of what was kept, which has the fresh
/// bytes at its end by then, or of the fresh bytes alone.
fn rest_of(mut kept: Vec<u8>, fresh: &[u8], used: usize) -> Vec<u8> {
    if kept.is_empty() {
        return fresh[used..].to_vec();
    }
    kept.drain(..used);
    // A burst leaves no more memory claimed than it needs now.
    if kept.capacity() / 4 > kept.len() {
        kept.shrink_to_fit();
    }
    kept
}

/// Offers the next piece of a payload to the kernel; returns the call and what is left.
fn offer(socket: &std::os::fd::OwnedFd, payload: &mut Payload) -> (What, u64) {
    match payload {
        Payload::None => (What::Send { ret: Ret::ZERO, len: 0 }, 0),
        Payload::Memory(bytes) => {
            let piece = &bytes[..bytes.len().min(usize::try_from(OFFER).unwrap_or(usize::MAX))];
            let result = rustix::net::send(socket, piece, SendFlags::NOSIGNAL);
            let len = piece.len() as u64;
            drop(bytes.split_to(result.unwrap_or(0)));
            (What::Send { ret: ret(result), len }, bytes.len() as u64)
        }
        Payload::File { file, offset, len: left } => {
            let (begin, len) = (*offset, (*left).min(OFFER));
            let count = usize::try_from(len).unwrap_or(usize::MAX);
            let result = rustix::fs::sendfile(socket, &*file, Some(offset), count);
            *left -= result.unwrap_or(0) as u64;
            let file = file.as_raw_fd();
            (What::Sendfile { file, offset: begin, len, ret: ret(result) }, *left)
        }
    }
}

fn tell_request(tell: &mut Publisher, fd: Fd, id: ConnId, request: &http::Request<'_>) {
    let line = request.method.len() + 1 + request.target.len();
    let kept = request.head.len().min(EventRef::HEAD_KEPT.max(line));
    let what = What::Request {
        // Both are bounded by the parser's limits.
        method: u8::try_from(request.method.len()).unwrap_or(u8::MAX),
        target: u16::try_from(request.target.len()).unwrap_or(u16::MAX),
        minor: request.minor,
    };
    tell.fact(fd, Some(id), what, &request.head[..kept]);
}

/// Tells the calls that are made on files to find an answer.
struct Files<'t>(&'t mut Publisher);

impl http::Watch for Files<'_> {
    fn before(&mut self, _: FileKind, _: Fd) {}

    fn after(&mut self, call: FileCall<'_>) {
        let Self(tell) = self;
        let ret = |result: Result<i64, i32>| match result {
            Ok(value) => Ret::ok(value.unsigned_abs()),
            Err(errno) => Ret::err(Errno(errno)),
        };
        let size = |n: usize| i64::try_from(n).unwrap_or(i64::MAX);
        match call {
            FileCall::Open { dirfd, path, ret: result } => {
                let what = What::Open { ret: ret(result.map(i64::from)) };
                tell.call_with(dirfd, None, what, path, &[], false);
            }
            FileCall::OpenAt { dirfd, path, ret: result } => {
                let what = What::Openat { ret: ret(result.map(i64::from)) };
                tell.call_with(dirfd, None, what, path, &[], false);
            }
            FileCall::List { fd, ret: result } => {
                tell.call(fd, None, What::Getdents { ret: ret(result.map(size)) });
            }
            FileCall::Stat { fd, ret: result } => {
                tell.call(fd, None, What::Stat { ret: ret(result.map(|()| 0)) });
            }
            FileCall::Read { fd, offset, ret: result } => {
                tell.call(fd, None, What::Read { offset, ret: ret(result.map(size)) });
            }
            FileCall::Close { fd } => tell.call(fd, None, What::Close),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};
    use std::net::TcpStream;
    use std::time::Instant;

    use super::*;
    use crate::http::Site;
    use crate::server::{Config, bind};
    use crate::telemetry::control;

    const GET: &str = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";

    /// What a connection holds in memory, in bytes.
    fn held(reactor: &mut Reactor, fd: Fd) -> usize {
        let connection = reactor.table.at(fd).unwrap();
        connection.input.capacity() + connection.output.bytes.capacity()
    }

    #[test]
    fn after_a_burst_a_connection_gives_its_memory_back() {
        let bound = bind("127.0.0.1:0".parse().unwrap()).unwrap();
        let addr = bound.addr();
        let (_control, commands) = control().unwrap();
        let tell = Publisher::new(Instant::now(), None, Vec::new());
        let mut reactor =
            Reactor::new(bound, Config::default(), Site::embedded(), tell, commands).unwrap();
        let mut client = TcpStream::connect(addr).unwrap();
        let count = 3000;
        client.write_all((GET.repeat(count) + "GET /").as_bytes()).unwrap();
        let mut fd = -1;
        let mut most = 0;
        let mut text = vec![0; 1 << 20];
        client.set_nonblocking(true).unwrap();
        while reactor.tell.counters.requests < count as u64 || most == 0 {
            reactor.turn().unwrap();
            fd = reactor.table.iter().next().unwrap().fd;
            most = most.max(held(&mut reactor, fd));
            while client.read(&mut text).is_ok() {}
        }
        assert!(most > GATHER / 2, "it was a burst");
        while !reactor.table.at(fd).unwrap().output.is_empty() {
            while client.read(&mut text).is_ok() {}
            reactor.turn().unwrap();
        }
        assert!(held(&mut reactor, fd) <= 64, "no more than the beginning of the next request");
        client.write_all(&GET.as_bytes()[5..]).unwrap();
        reactor.turn().unwrap();
        assert_eq!(held(&mut reactor, fd), 0);
    }
}
