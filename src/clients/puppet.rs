//! A puppet: a client that does what it is told and nothing else, for lessons.

use std::collections::VecDeque;
use std::io::{self, ErrorKind, Read, Write};
use std::net::{Shutdown, SocketAddr};
use std::time::Duration;

use crossbeam_channel::Sender;
use mio::Token;
use mio::event::Event;
use mio::net::TcpStream;
use rustix::net::{SendFlags, sockopt};

use super::client::Context;
use super::socket::{open, reason};
use super::told::{Act, Name, Report, Reported};
use super::{ClientInfo, ClientKind};
use crate::telemetry::Errno;
use crate::words::strings;

/// How often it reads in a row before the others get their turn.
const READS_IN_A_ROW: usize = 16;

#[expect(clippy::struct_excessive_bools, reason = "independent facts, not the states of a machine")]
pub(super) struct Puppet {
    id: u32,
    name: Name,
    socket: Option<TcpStream>,
    local: Option<SocketAddr>,
    /// The order for which it connects.
    connecting: Option<u64>,
    /// What is still to be sent, in order.
    output: VecDeque<Output>,
    half_closed: bool,
    reading: Reading,
    /// The server's FIN was reported.
    fin: bool,
    /// There may be more to read, and no event will say so.
    pub(super) unfinished: bool,
    status: String,
    ended: bool,
    reports: Sender<Report>,
}

/// Something that is to be sent.
struct Output {
    order: u64,
    bytes: Vec<u8>,
    /// How many of them the kernel has taken.
    taken: usize,
    then: Then,
}

/// What follows what is sent.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Then {
    Nothing,
    HalfClose,
    Close,
}

/// What it reads.
#[derive(Clone, Copy)]
enum Reading {
    Nothing,
    /// So many bytes, for that order.
    Some {
        order: u64,
        want: usize,
        read: usize,
    },
    /// All; until there was nothing left for the first time, for that order.
    All {
        order: Option<u64>,
        read: usize,
    },
}

impl Puppet {
    pub(super) fn new(id: u32, name: Name, reports: Sender<Report>) -> Self {
        Self {
            id,
            name,
            socket: None,
            local: None,
            connecting: None,
            output: VecDeque::new(),
            half_closed: false,
            reading: Reading::Nothing,
            fin: false,
            unfinished: false,
            status: strings().clients.about_to_connect.into(),
            ended: false,
            reports,
        }
    }

    pub(super) fn ended(&self) -> bool {
        self.ended
    }

    /// Whether it has that name, and has not ended.
    pub(super) fn answers_to(&self, name: Name) -> bool {
        self.name == name && !self.ended
    }

    pub(super) fn info(&self) -> ClientInfo {
        ClientInfo {
            id: self.id,
            kind: ClientKind::Puppet(self.name),
            local: self.local,
            responses: 0,
            status: self.status.clone(),
            connecting: self.connecting.is_some(),
            ended: self.ended,
        }
    }

    /// Carries an order out, or begins with it.
    pub(super) fn act(&mut self, order: u64, act: Act, cx: &mut Context<'_>) {
        let output = |bytes, then| Output { order, bytes, taken: 0, then };
        match act {
            Act::Connect { .. } if self.socket.is_some() => {
                self.report(order, Reported::AlreadyConnected);
            }
            Act::Connect { receive_buffer } => self.connect(order, receive_buffer, cx),
            Act::Send(bytes) => self.output.push_back(output(bytes, Then::Nothing)),
            Act::Ask(path) => {
                let request = format!(
                    "GET {path} HTTP/1.1\r\nHost: {}\r\nUser-Agent: epollscope-{}\r\n\r\n",
                    cx.target, self.name
                );
                self.output.push_back(output(request.into(), Then::Nothing));
            }
            Act::HalfClose => self.output.push_back(output(Vec::new(), Then::HalfClose)),
            Act::Bye(bytes) => self.output.push_back(output(bytes, Then::Close)),
            Act::Read(want) => self.read_on(Reading::Some { order, want, read: 0 }),
            Act::ReadAll => self.read_on(Reading::All { order: Some(order), read: 0 }),
            Act::StopReading => {
                self.read_on(Reading::Nothing);
                self.report(order, Reported::StoppedReading);
            }
            Act::Reset => {
                if let Some(socket) = &self.socket {
                    let _ = sockopt::set_socket_linger(socket, Some(Duration::ZERO));
                }
                self.end(Some(order), Reported::Reset);
            }
            Act::Close => self.close(order),
        }
        self.go_on(cx);
    }

    /// The socket is ready.
    pub(super) fn event(&mut self, event: &Event, cx: &mut Context<'_>) {
        let Some(socket) = &self.socket else { return };
        if let Some(error) = socket.take_error().ok().flatten() {
            return self.broken(&error);
        }
        if let Some(order) = self.connecting {
            match socket.peer_addr() {
                Ok(_) => self.connected(order),
                // It is not: this event says nothing of it.
                Err(_) => return,
            }
        }
        self.go_on(cx);
        let reads = !matches!(self.reading, Reading::Nothing);
        if event.is_read_closed() && !reads && self.socket.is_some() {
            self.fin(None);
        }
    }

    /// Sends and reads as far as it goes.
    pub(super) fn go_on(&mut self, cx: &mut Context<'_>) {
        self.unfinished = false;
        if self.connecting.is_none() {
            self.send();
            self.receive(cx);
        }
    }

    /// Ends it.
    pub(super) fn stop(&mut self) {
        self.end(None, Reported::Stopped);
    }

    fn connect(&mut self, order: u64, receive_buffer: Option<usize>, cx: &mut Context<'_>) {
        self.connecting = Some(order);
        match open(cx.target, receive_buffer, Token(self.id as usize), cx.registry) {
            Ok(socket) => {
                self.local = socket.local_addr().ok();
                self.socket = Some(socket);
                self.status = strings().clients.connecting.into();
                if let Some(local) = self.local {
                    self.report(order, Reported::Connecting(local));
                }
            }
            Err(error) => self.broken(&error),
        }
    }

    fn connected(&mut self, order: u64) {
        self.connecting = None;
        self.status = strings().clients.obeys.into();
        if let Some(socket) = &self.socket {
            // What it was told to send goes at once.
            let _ = socket.set_nodelay(true);
        }
        if let Some(local) = self.local {
            self.report(order, Reported::Connected(local));
        }
    }

    fn send(&mut self) {
        while let Some(socket) = &mut self.socket
            && let Some(Output { order, bytes, taken, then }) = self.output.front_mut()
        {
            let (order, then, all, rest) = (*order, *then, bytes.len(), &bytes[*taken..]);
            if !rest.is_empty() {
                let result = if then == Then::Close {
                    // The kernel keeps it until the FIN goes with it.
                    let flags = SendFlags::MORE | SendFlags::NOSIGNAL;
                    rustix::net::send(&*socket, rest, flags).map_err(io::Error::from)
                } else {
                    socket.write(rest)
                };
                match result {
                    Ok(n) => *taken += n,
                    Err(error) if error.kind() == ErrorKind::Interrupted => {}
                    Err(error) if error.kind() == ErrorKind::WouldBlock => return,
                    Err(error) if self.half_closed && error.kind() == ErrorKind::BrokenPipe => {
                        self.output.pop_front();
                        self.report(order, Reported::Failed(errno(&error)));
                    }
                    Err(error) => return self.broken(&error),
                }
                continue;
            }
            match then {
                Then::Close => return self.close(order),
                Then::Nothing => self.report(order, Reported::Taken(all)),
                Then::HalfClose => match socket.shutdown(Shutdown::Write) {
                    Ok(()) => {
                        self.half_closed = true;
                        self.report(order, Reported::HalfClosed);
                    }
                    Err(error) => return self.broken(&error),
                },
            }
            self.output.pop_front();
        }
    }

    fn receive(&mut self, cx: &mut Context<'_>) {
        for _ in 0..READS_IN_A_ROW {
            let most = match self.reading {
                Reading::Nothing => return,
                Reading::Some { order, want, read } if read >= want => {
                    self.reading = Reading::Nothing;
                    return self.report(order, Reported::Read(read));
                }
                Reading::Some { want, read, .. } => cx.buffer.len().min(want - read),
                Reading::All { .. } => cx.buffer.len(),
            };
            let Some(socket) = &mut self.socket else { return };
            match socket.read(&mut cx.buffer[..most]) {
                Ok(0) => return self.finished(),
                Ok(n) => {
                    if let Reading::Some { read, .. } | Reading::All { read, .. } =
                        &mut self.reading
                    {
                        *read += n;
                    }
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) if error.kind() == ErrorKind::WouldBlock => return self.emptied(),
                Err(error) => return self.broken(&error),
            }
        }
        self.unfinished = true;
    }

    /// There is nothing left to read.
    fn emptied(&mut self) {
        if let Reading::All { order, read } = &mut self.reading
            && let Some(order) = order.take()
        {
            let read = *read;
            self.report(order, Reported::Read(read));
        }
    }

    /// The server's FIN was read.
    fn finished(&mut self) {
        self.emptied();
        let reading = std::mem::replace(&mut self.reading, Reading::Nothing);
        self.fin(if let Reading::Some { order, .. } = reading { Some(order) } else { None });
    }

    /// Reports the server's FIN, once; and to who waits for more.
    fn fin(&mut self, order: Option<u64>) {
        let first = !std::mem::replace(&mut self.fin, true);
        if first || order.is_some() {
            self.status = strings().clients.dropped.into();
            self.tell(order, Reported::Fin);
        }
    }

    /// Reads something else from now on; what it was reading is over.
    fn read_on(&mut self, next: Reading) {
        match std::mem::replace(&mut self.reading, next) {
            Reading::Some { order, read, .. } | Reading::All { order: Some(order), read } => {
                self.report(order, Reported::Read(read));
            }
            Reading::Nothing | Reading::All { order: None, .. } => {}
        }
    }

    fn close(&mut self, order: u64) {
        let unread = self.socket.as_ref().and_then(|s| rustix::io::ioctl_fionread(s).ok());
        let unread = unread.and_then(|unread| usize::try_from(unread).ok()).unwrap_or(0);
        self.end(Some(order), Reported::Closed { unread });
    }

    fn broken(&mut self, error: &io::Error) {
        let connecting = self.connecting.is_some();
        let what = match error.kind() {
            ErrorKind::ConnectionRefused => Reported::Refused,
            // The kernel says EPIPE when the RST comes after a FIN.
            ErrorKind::ConnectionReset | ErrorKind::BrokenPipe => Reported::ResetByServer,
            _ => Reported::Failed(errno(error)),
        };
        self.end(None, what);
        if connecting {
            self.status = (strings().clients.cannot_connect)(&reason(error));
        }
    }

    /// Its connection is gone, or never was: whatever it was told is over.
    fn end(&mut self, order: Option<u64>, what: Reported) {
        let mut orders: Vec<u64> = order.into_iter().chain(self.connecting.take()).collect();
        orders.extend(self.output.drain(..).map(|output| output.order));
        if let Reading::Some { order, .. } | Reading::All { order: Some(order), .. } = self.reading
        {
            orders.push(order);
        }
        orders.sort_unstable();
        orders.dedup();
        if orders.is_empty() && what != Reported::Stopped {
            self.tell(None, what);
        }
        for order in orders {
            self.report(order, what);
        }
        let text = &strings().clients;
        let status = if what == Reported::ResetByServer { text.reset } else { text.stopped };
        (self.status, self.ended, self.reading) = (status.into(), true, Reading::Nothing);
        self.socket = None;
    }

    fn report(&self, order: u64, what: Reported) {
        self.tell(Some(order), what);
    }

    fn tell(&self, order: Option<u64>, what: Reported) {
        // Fails only when nobody is there any more to whom it matters.
        let _ = self.reports.send(Report { name: self.name, order, what });
    }
}

fn errno(error: &io::Error) -> Errno {
    Errno(error.raw_os_error().unwrap_or(0))
}

#[cfg(test)]
mod tests;
