//! The calls on a connection: each passes the gate, is made, sleeps
//! until it can go on, and is published.

use std::time::Duration;

use rustix::net::sockopt::Timeout;

use super::connection::BlockingConnection;
use super::host::{ConnectionHost, Sent};
use crate::server::calls;
use crate::server::responder::Responder;
use crate::telemetry::{Errno, Kind, Ret, What, Why};

/// How long a call may sleep.
type Limit = Option<Duration>;

/// How many bytes a call has moved.
type Size = Result<usize, Errno>;

/// What came of a call; `Err` when the connection is to be closed.
type Made<T> = Result<T, Why>;

impl<L: ConnectionHost> BlockingConnection<'_, L> {
    /// One `recv`, which sleeps until something comes, but not for
    /// longer than `limit`. 0 bytes are the peer's FIN.
    #[track_caller]
    pub(super) fn receive(&mut self, limit: Limit) -> Made<Size> {
        if limit == Some(Duration::ZERO) {
            // For the kernel that would be for ever.
            return Ok(Err(Errno::AGAIN));
        }
        self.sleep_at_most(Timeout::Recv, limit)?;
        self.host.before(Kind::Recv, self.state)?;
        let what = calls::recv(self.socket, &mut self.input);
        self.host.after(what)?;
        let received = what.size();
        if received == Ok(0) {
            self.host.half_closed();
        }
        if let Ok(n) = received {
            self.drained = n < self.input.len();
            self.session.told = self.host.now();
        }
        Ok(received)
    }

    /// Sends what was gathered, and then the payload; sleeps while the
    /// kernel takes no more.
    #[track_caller]
    pub(super) fn send(&mut self, from: &Responder) -> Result<(), Why> {
        self.taken = self.host.now();
        let mut rest = &from.output[..];
        let payload = self.session.output.left();
        self.answer = rest.len() as u64 + payload;
        while !rest.is_empty() {
            self.before_sending(Kind::Send)?;
            let more = self.config.cork && calls::corks(payload);
            let what = calls::send(self.socket, rest, more);
            let head = rest.len() - what.size().unwrap_or(0);
            rest = &rest[self.sent(what, head)?.unwrap_or(0)..];
        }
        while let Some(kind) = self.session.output.next() {
            self.before_sending(kind)?;
            let payload = &mut self.session.output.payload;
            let most = calls::OFFER_SLEEPING;
            let what = calls::offer(self.socket, payload, most);
            if self.sent(what, 0)? == Some(0) {
                return Err(Why::CutShort);
            }
            if self.session.output.is_sent() {
                self.close_file();
            }
        }
        Ok(())
    }

    /// Tells a call that sends, which has left so many of the bytes
    /// before a payload, and the answers that it completed. Returns how
    /// much the kernel took, or `None` for another try.
    #[track_caller]
    fn sent(&mut self, what: What, head: usize) -> Made<Option<usize>> {
        let output = &mut self.session.output;
        let sent = Sent {
            answers: if head == 0 { output.take_answered() } else { 0 },
            told: self.session.told,
            answer: self.answer,
            unsent: head as u64 + output.left(),
        };
        self.host.after_send(what, sent)?;
        match what.ret().map_or(Ok(0), Ret::get) {
            Ok(n) => {
                self.taken = self.host.now();
                Ok(Some(usize::try_from(n).unwrap_or(usize::MAX)))
            }
            Err(Errno::INTR) => Ok(None),
            Err(Errno::AGAIN) if !self.is_write_over() => Ok(None),
            Err(Errno::AGAIN) => {
                // What the peer does not take would stay in the kernel
                // after a mere close.
                self.host.before(Kind::Setsockopt, self.state)?;
                self.host.after(calls::set_linger(self.socket))?;
                Err(Why::WriteTimeout)
            }
            Err(errno) => Err(Why::of(errno)),
        }
    }
}
