//! Serving one connection: sending, answering and receiving, as far as it will go.
//!
//! With edges, an event tells of something new only: a connection is attended until its receive
//! queue is drained and its answers are sent or the kernel takes no more of them. What a budget
//! cuts short is put on the list of unfinished ones, since no event would bring it back. With
//! levels, which come again, the same is right.

use rustix::net::RecvFlags;

use super::Reactor;
use crate::server::loop_state::{Budget, Gone};
use crate::server::ret;
use crate::server::selector::Selector;
use crate::telemetry::{ConnId, Errno, Fd, Kind, What, Why};

/// Whether to go on with a connection.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Flow {
    /// There may be more to do.
    On,
    /// Nothing until an event comes.
    Over,
}

impl<S: Selector> Reactor<S> {
    /// Goes on with a connection as far as it will go.
    pub(super) fn drive(&mut self, fd: Fd, id: ConnId) {
        let mut budget = self.state.budget();
        while let Ok(Flow::On) = self.next_action(fd, id, &mut budget) {
            if budget.is_spent() {
                self.state.postpone(fd, id);
                break;
            }
        }
        if let Some(connection) = self.state.table.get(fd, id) {
            connection.row.state = connection.state();
            self.state.watch_again(fd, id);
        }
    }

    /// Does the next thing that is due: send, then answer what is here, then receive.
    fn next_action(&mut self, fd: Fd, id: ConnId, budget: &mut Budget) -> Result<Flow, Gone> {
        let connection = self.state.table.get(fd, id).ok_or(Gone)?;
        let session = &mut connection.session;
        if !session.output.is_empty() {
            if connection.blocked {
                return Ok(Flow::Over);
            }
            // The shared buffer may still hold what another connection could not send.
            self.responder.output.clear();
            self.responder.output.append(&mut session.output.bytes);
            session.output.bytes = Vec::new();
            return self.send(fd, id, budget);
        }
        if let Some(why) = session.ending
            && connection.linger.is_none()
        {
            return self.wind_up(fd, id, why);
        }
        if session.handler.is_awaited() {
            return Ok(Flow::Over);
        }
        if !session.input.is_empty() && std::mem::take(&mut session.behind) {
            return self.answer(fd, id, 0, budget);
        }
        if connection.row.half_closed {
            let why = session.ending.unwrap_or(Why::PeerClosed);
            self.state.close(fd, id, why);
            return Err(Gone);
        }
        if connection.unread && !connection.row.stopped {
            return self.receive(fd, id, budget);
        }
        Ok(Flow::Over)
    }

    /// One `recv`, and what follows from it.
    fn receive(&mut self, fd: Fd, id: ConnId, budget: &mut Budget) -> Result<Flow, Gone> {
        let Self { state, input, .. } = self;
        let connection = state.pass(Kind::Recv, fd, id)?;
        let result = rustix::net::recv(&connection.socket, &mut **input, RecvFlags::empty());
        let result = ret(result.map(|(received, _)| received));
        budget.spend(result.get().unwrap_or(0));
        let drains = state.config.drains();
        let connection = state.record(fd, id, What::Recv { ret: result }).ok_or(Gone)?;
        match result.get() {
            Ok(0) => {
                connection.unread = false;
                connection.row.half_closed = true;
                Ok(Flow::On)
            }
            Ok(n) => {
                let n = usize::try_from(n).unwrap_or(usize::MAX);
                // After a short read there is nothing left, unless RDHUP has told of a FIN; what
                // comes later, data or FIN, comes with an event of its own.
                connection.unread = drains && (n >= input.len() || connection.hangup);
                match &mut connection.linger {
                    Some(linger) if n > linger.bytes => {
                        let why = connection.session.ending.unwrap_or(Why::Answered);
                        state.close(fd, id, why);
                        Err(Gone)
                    }
                    Some(linger) => {
                        linger.bytes -= n;
                        Ok(Flow::On)
                    }
                    None => self.answer(fd, id, n, budget),
                }
            }
            Err(Errno::AGAIN) => {
                connection.unread = false;
                Ok(Flow::Over)
            }
            Err(Errno::INTR) => Ok(Flow::On),
            Err(errno) => self.broken(fd, id, errno),
        }
    }

    /// Answers what was kept and the `fresh` bytes just received, then sends the answers.
    fn answer(
        &mut self,
        fd: Fd,
        id: ConnId,
        fresh: usize,
        budget: &mut Budget,
    ) -> Result<Flow, Gone> {
        let Self { state, responder, input, .. } = self;
        state.answer(responder, fd, id, &input[..fresh])?;
        if responder.output.is_empty() { Ok(Flow::On) } else { self.send(fd, id, budget) }
    }

    /// Answers with an error before any request was read.
    pub(super) fn refuse(&mut self, fd: Fd, id: ConnId, status: u16, why: Why) {
        if self.state.refuse(&mut self.responder, fd, id, status, why).is_err() {
            return;
        }
        let mut budget = self.state.budget();
        if self.send(fd, id, &mut budget) == Ok(Flow::On) {
            self.drive(fd, id);
        } else {
            self.state.watch_again(fd, id);
        }
    }

    /// All is sent and nothing more is taken: closes, at once or by half and after a while.
    fn wind_up(&mut self, fd: Fd, id: ConnId, why: Why) -> Result<Flow, Gone> {
        let state = &mut self.state;
        let connection = state.table.get(fd, id).ok_or(Gone)?;
        let unread = connection.unread || !state.config.drains();
        if state.close_now(fd, id, unread, why) {
            return Err(Gone);
        }
        let until = state.half_close(fd, id)?;
        state.timers.set(fd, until);
        Ok(Flow::On)
    }

    /// A call failed for good.
    pub(super) fn broken(&mut self, fd: Fd, id: ConnId, errno: Errno) -> Result<Flow, Gone> {
        self.state.broken(fd, id, errno);
        Err(Gone)
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};
    use std::net::TcpStream;
    use std::time::Instant;

    use super::*;
    use crate::http::Site;
    use crate::server::handover::Handover;
    use crate::server::responder::GATHER;
    use crate::server::selector::EpollEt;
    use crate::server::{Config, bind};
    use crate::telemetry::{Publisher, control};

    const GET: &str = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";

    /// What a connection holds in memory, in bytes.
    fn held(reactor: &mut Reactor<EpollEt>, fd: Fd) -> usize {
        let session = &reactor.state.table.at(fd).unwrap().session;
        session.input.capacity() + session.output.bytes.capacity()
    }

    #[test]
    fn after_a_burst_a_connection_gives_its_memory_back() {
        let bound = bind("127.0.0.1:0".parse().unwrap()).unwrap();
        let addr = bound.addr();
        let (_control, commands) = control().unwrap();
        let publisher = Publisher::new(Instant::now(), None, Vec::new());
        let config = Config::default();
        let handover = Handover::new(bound, config, Site::embedded(), publisher, commands).unwrap();
        let mut reactor = Reactor::<EpollEt>::new(handover).unwrap();
        let mut client = TcpStream::connect(addr).unwrap();
        let count = 3000;
        client.write_all((GET.repeat(count) + "GET /").as_bytes()).unwrap();
        let mut fd = -1;
        let mut most = 0;
        let mut text = vec![0; 1 << 20];
        client.set_nonblocking(true).unwrap();
        while reactor.state.publisher.counters.requests < count as u64 || most == 0 {
            reactor.turn().unwrap();
            fd = reactor.state.table.iter().next().unwrap().fd;
            most = most.max(held(&mut reactor, fd));
            while client.read(&mut text).is_ok() {}
        }
        assert!(most > GATHER / 2, "it was a burst");
        while !reactor.state.table.at(fd).unwrap().session.output.is_empty() {
            while client.read(&mut text).is_ok() {}
            reactor.turn().unwrap();
        }
        assert!(held(&mut reactor, fd) <= 64, "no more than the beginning of the next request");
        client.write_all(&GET.as_bytes()[5..]).unwrap();
        reactor.turn().unwrap();
        assert_eq!(held(&mut reactor, fd), 0);
    }
}
