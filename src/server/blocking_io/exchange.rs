//! The conversation on one connection: receive, answer, send, and
//! again. Each of these sleeps until it can go on.

use super::connection::BlockingConnection;
use super::host::ConnectionHost;
use crate::telemetry::{ConnState, Errno, Why};

impl<L: ConnectionHost> BlockingConnection<'_, L> {
    /// The loop: receives requests and sends answers, in turn.
    pub(super) fn exchange(&mut self) -> Result<Why, Why> {
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

    /// Answers what was kept and the `fresh` bytes just received, and
    /// sends the answers.
    fn answer(&mut self, fresh: usize) -> Result<(), Why> {
        let mut responder = self.host.responder();
        responder.read_date(self.host.now());
        let input = &self.input[..fresh];
        responder.answer(&mut self.session, input, self.host);
        let mut sent = self.send(&responder);
        // Pipelined requests that had to wait until the answers before
        // them were sent.
        while sent.is_ok() && std::mem::take(&mut self.session.behind) {
            responder.answer(&mut self.session, &[], self.host);
            sent = self.send(&responder);
        }
        self.host.give_back(responder);
        self.state = ConnState::Idle;
        if self.session.is_reading() {
            self.state = ConnState::Reading;
        }
        sent
    }
}
