//! One connection from its first byte to its last, with calls that sleep: what `blocking`,
//! `threads` and `processes` have in common.
//!
//! Nobody asks here who is ready. `recv` sleeps until something comes, `send` until the peer has
//! taken enough; the kernel ends the sleep when a time limit is over (`SO_RCVTIMEO`,
//! `SO_SNDTIMEO`), and the operator from outside, by shutting the socket down or dissolving its
//! connection.

mod calls;
mod host;

use std::os::fd::BorrowedFd;
use std::time::Duration;

use super::Config;
use super::connection::{LINGER, LINGER_BYTES};
use super::echo::Protocol;
use super::session::Session;
use crate::telemetry::{ConnState, Errno, Nanos, Why};
pub(super) use host::ConnectionHost;

/// A connection that is being served.
struct BlockingConnection<'c, L> {
    socket: BorrowedFd<'c>,
    config: &'c Config,
    host: &'c mut L,
    session: Session,
    input: Box<[u8]>,
    /// The last `recv` brought less than it had room for, so nothing more was here then.
    drained: bool,
    state: ConnState,
    /// `SO_RCVTIMEO` and `SO_SNDTIMEO`, as they were set.
    timeouts: [Option<Duration>; 2],
    /// When the kernel last took something of the answers, or they began to be sent.
    taken: Nanos,
}

/// Serves a connection until it ends; returns why it did.
pub(super) fn serve_connection<L: ConnectionHost>(
    socket: BorrowedFd<'_>,
    config: &Config,
    host: &mut L,
) -> Why {
    let mut connection = BlockingConnection::new(socket, config, host);
    let ended = connection.exchange();
    connection.close_file();
    ended.unwrap_or_else(|why| why)
}

/// Answers with an error before any request was read, and ends.
pub(super) fn refuse<L: ConnectionHost>(
    socket: BorrowedFd<'_>,
    config: &Config,
    host: &mut L,
    status: u16,
    why: Why,
) -> Why {
    let mut connection = BlockingConnection::new(socket, config, host);
    let refused = connection.refuse(status, why);
    refused.and_then(|()| connection.wind_up(why)).unwrap_or_else(|why| why)
}

/// The same without any call that sleeps: so short an answer finds room in a new socket.
pub(super) fn turn_away<L: ConnectionHost>(socket: BorrowedFd<'_>, config: &Config, host: &mut L) {
    let mut connection = BlockingConnection::new(socket, config, host);
    // Whatever comes of it, it is closed then.
    let _ = connection.refuse(503, Why::OverLimit);
}

impl<'c, L: ConnectionHost> BlockingConnection<'c, L> {
    fn new(socket: BorrowedFd<'c>, config: &'c Config, host: &'c mut L) -> Self {
        Self {
            socket,
            config,
            host,
            session: Session::default(),
            input: vec![0; config.read_buffer.max(1)].into(),
            drained: false,
            state: ConnState::New,
            timeouts: [None; 2],
            taken: 0,
        }
    }

    /// The loop: receives requests and sends answers, in turn.
    fn exchange(&mut self) -> Result<Why, Why> {
        loop {
            if let Some(why) = self.session.ending {
                return self.wind_up(why);
            }
            let (limit, why) = self.limit();
            match self.receive(limit)? {
                Ok(0) => return Ok(Why::PeerClosed),
                Ok(received) => self.answer(received)?,
                Err(Errno::AGAIN) => self.time_is_over(why)?,
                Err(Errno::INTR) => {}
                Err(errno) => return Err(Why::of(errno)),
            }
        }
    }

    /// Answers what was kept and the `fresh` bytes just received, and sends the answers.
    fn answer(&mut self, fresh: usize) -> Result<(), Why> {
        let mut responder = self.host.responder();
        responder.read_date(self.host.now());
        responder.answer(&mut self.session, &self.input[..fresh], self.host);
        let mut sent = self.send(&responder);
        // Pipelined requests that had to wait until the answers before them were sent.
        while sent.is_ok() && std::mem::take(&mut self.session.behind) {
            responder.answer(&mut self.session, &[], self.host);
            sent = self.send(&responder);
        }
        self.host.give_back(responder);
        let reading = self.session.is_reading();
        self.state = if reading { ConnState::Reading } else { ConnState::Idle };
        sent
    }

    /// Answers with an error.
    fn refuse(&mut self, status: u16, why: Why) -> Result<(), Why> {
        if self.config.protocol != Protocol::Http {
            // There is nothing to say in this protocol.
            return Err(why);
        }
        let mut responder = self.host.responder();
        responder.read_date(self.host.now());
        responder.refuse(&mut self.session, status, why, self.host);
        let sent = self.send(&responder);
        self.host.give_back(responder);
        sent
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
        if why == Why::Answered && self.drained && !self.session.is_reading() {
            return Ok(why);
        }
        self.half_close()?;
        let until = self.host.now() + LINGER;
        let mut bytes = 0;
        while bytes <= LINGER_BYTES && self.host.now() < until {
            match self.receive(Some(whole(until - self.host.now())))? {
                Ok(0) => break,
                Ok(received) => bytes += received,
                Err(Errno::INTR) => {}
                Err(_) => break,
            }
        }
        Ok(why)
    }
}

/// In whole milliseconds, so that what is the same but for the time it took to get here is the
/// same.
fn whole(time: Nanos) -> Duration {
    Duration::from_millis(time.div_ceil(1_000_000))
}
