//! The single calls on a connection: how long each may sleep, and recording it.

use std::os::fd::AsRawFd;
use std::time::Duration;

use rustix::net::sockopt::Timeout;
use rustix::net::{RecvFlags, Shutdown};

use super::{BlockingConnection, ConnectionHost, whole};
use crate::http::Payload;
use crate::server::calls;
use crate::server::convert::nanos;
use crate::server::responder::Responder;
use crate::server::session::Part;
use crate::telemetry::{ConnState, Errno, How, Kind, Ret, What, Why};

/// How many calls that send may sleep in vain, one after the other, until the write limit is over.
///
/// `SO_SNDTIMEO` alone is no limit: each call starts it anew, and within a `sendfile` each of its
/// pieces does. A call that slept and took a part does not say when it took it, either. So each
/// sleeps for a small part of the limit, and the time is counted from the last that took something.
const SLEEPS: u64 = 16;

impl<L: ConnectionHost> BlockingConnection<'_, L> {
    /// How long the next `recv` may sleep, and what it is that is over then.
    pub(super) fn limit(&self) -> (Option<Duration>, Why) {
        let (config, now) = (self.config, self.host.now());
        let (since, limit, why) = match self.session.awaits {
            Some((Part::Head, since)) => (since, config.header_timeout, Why::HeaderTimeout),
            Some((Part::Body, since)) => (since, config.body_timeout, Why::BodyTimeout),
            None => (now, config.idle_timeout, Why::IdleTimeout),
        };
        let passed = now.saturating_sub(since.max(self.host.resumed()));
        (limit.map(|limit| whole(nanos(limit).saturating_sub(passed))), why)
    }

    /// One `recv`, which sleeps until something comes, but not for longer than `limit`. 0 bytes
    /// are the peer's FIN.
    #[track_caller]
    pub(super) fn receive(&mut self, limit: Option<Duration>) -> Result<Result<usize, Errno>, Why> {
        if limit == Some(Duration::ZERO) {
            // For the kernel that would be for ever.
            return Ok(Err(Errno::AGAIN));
        }
        self.sleep_at_most(Timeout::Recv, limit)?;
        self.host.before(Kind::Recv, self.state)?;
        let ret = calls::recv(self.socket, &mut self.input, RecvFlags::empty());
        self.host.after(What::Recv { ret })?;
        if ret.get() == Ok(0) {
            self.host.half_closed();
        }
        let received = ret.get().map(|n| usize::try_from(n).unwrap_or(usize::MAX));
        self.drained = received.map_or(self.drained, |received| received < self.input.len());
        Ok(received)
    }

    /// Sends what was gathered, and then the payload; sleeps while the kernel takes no more.
    #[track_caller]
    pub(super) fn send(&mut self, responder: &Responder) -> Result<(), Why> {
        self.taken = self.host.now();
        let mut rest = &responder.output[..];
        while !rest.is_empty() {
            self.before_sending(Kind::Send)?;
            let more = !matches!(self.session.output.payload, Payload::None) && self.config.cork;
            let what = calls::send(self.socket, rest, more);
            rest = &rest[self.sent(what)?.unwrap_or(0)..];
        }
        while let Some(kind) = self.session.output.next() {
            self.before_sending(kind)?;
            let payload = &mut self.session.output.payload;
            let (what, left) = calls::offer(self.socket, payload, calls::OFFER);
            match self.sent(what)? {
                Some(0) => return Err(Why::CutShort),
                Some(_) if left == 0 => self.close_file(),
                _ => {}
            }
        }
        Ok(())
    }

    #[track_caller]
    fn before_sending(&mut self, kind: Kind) -> Result<(), Why> {
        self.state = ConnState::Writing;
        let time = self.config.write_timeout.map(|limit| whole(nanos(limit).div_ceil(SLEEPS)));
        self.sleep_at_most(Timeout::Send, time)?;
        self.host.before(kind, self.state)
    }

    /// Tells a call that sends; returns how much the kernel took, or `None` for another try.
    #[track_caller]
    fn sent(&mut self, what: What) -> Result<Option<usize>, Why> {
        self.host.after(what)?;
        match what.ret().map_or(Ok(0), Ret::get) {
            Ok(n) => {
                self.taken = self.host.now();
                Ok(Some(usize::try_from(n).unwrap_or(usize::MAX)))
            }
            Err(Errno::INTR) => Ok(None),
            Err(Errno::AGAIN) if !self.is_write_over() => Ok(None),
            Err(Errno::AGAIN) => {
                // What the peer does not take would stay in the kernel after a mere close.
                self.host.before(Kind::Setsockopt, self.state)?;
                self.host.after(calls::set_linger(self.socket))?;
                Err(Why::WriteTimeout)
            }
            Err(errno) => Err(Why::of(errno)),
        }
    }

    /// Whether the peer has taken nothing for as long as it may.
    fn is_write_over(&self) -> bool {
        let since = self.taken.max(self.host.resumed());
        let passed = self.host.now().saturating_sub(since);
        self.config.write_timeout.is_some_and(|limit| passed >= nanos(limit))
    }

    /// Sets how long calls may sleep, where that has changed.
    fn sleep_at_most(&mut self, which: Timeout, time: Option<Duration>) -> Result<(), Why> {
        let (place, name) = match which {
            Timeout::Recv => (0, "SO_RCVTIMEO"),
            Timeout::Send => (1, "SO_SNDTIMEO"),
        };
        if std::mem::replace(&mut self.timeouts[place], time) == time {
            return Ok(());
        }
        self.host.before(Kind::Setsockopt, self.state)?;
        let ret = calls::set_timeout(self.socket, which, time);
        self.host.after(What::Setsockopt { name, ret })
    }

    /// Shuts our half.
    #[track_caller]
    pub(super) fn half_close(&mut self) -> Result<(), Why> {
        self.host.before(Kind::Shutdown, self.state)?;
        let ret = calls::shutdown(self.socket, Shutdown::Write);
        self.host.after(What::Shutdown { how: How::Write, ret })?;
        self.state = ConnState::Lingering;
        Ok(())
    }

    /// A file that was sent, or will not be.
    pub(super) fn close_file(&mut self) {
        let payload = std::mem::replace(&mut self.session.output.payload, Payload::None);
        if let Payload::File { file, .. } = payload {
            let fd = file.as_raw_fd();
            self.host.gate(Kind::Close, fd);
            drop(file);
            self.host.call(fd, What::Close, &[]);
        }
    }
}
