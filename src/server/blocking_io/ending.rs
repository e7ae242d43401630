//! How a conversation ends: with an error as its last answer, by a time
//! limit, or when all is sent.

use std::os::fd::AsRawFd;

use rustix::net::Shutdown;

use super::connection::BlockingConnection;
use super::host::ConnectionHost;
use super::limits::whole;
use crate::http::Payload;
use crate::server::calls;
use crate::server::connection::{LINGER, LINGER_BYTES};
use crate::server::echo::Protocol;
use crate::telemetry::{ConnState, Errno, How, Kind, What, Why};

impl<L: ConnectionHost> BlockingConnection<'_, L> {
    /// Answers with an error.
    pub(super) fn refuse(&mut self, status: u16, why: Why) -> Result<(), Why> {
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
    pub(super) fn time_is_over(&mut self, why: Why) -> Result<(), Why> {
        match why {
            Why::HeaderTimeout => self.refuse(408, why),
            // It has its answer, or none would be understood: close
            // without a reset.
            Why::BodyTimeout => {
                self.session.ending = Some(why);
                Ok(())
            }
            _ => Err(why),
        }
    }

    /// All is sent and nothing more is taken. If the peer may have
    /// something left to say, only our half is closed at first, because
    /// closing a socket with unread input sends a reset, and a reset
    /// can overtake the answer (RFC 9112 section 9.6).
    pub(super) fn wind_up(&mut self, why: Why) -> Result<Why, Why> {
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
