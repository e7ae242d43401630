//! How a task ends its connection: with an error as its last answer, or
//! with a lingering close.

use std::time::Duration;

use tokio::time::sleep;

use super::task::{Ended, Leave, Task};
use super::tasks::TaskState;
use crate::server::connection::{LINGER, LINGER_BYTES};
use crate::telemetry::Why;

impl Task {
    /// Answers with an error before any request was read.
    pub(super) fn refuse(&mut self, status: u16, why: Why) {
        let Self { client, .. } = *self;
        let TaskState { state, responder, .. } = &mut *self.shared();
        responder.read_date(state.publisher.now());
        // Who is gone needs no answer.
        let _ = state.refuse(responder, client, status, why);
    }

    /// All is sent and nothing more is taken: closes, at once or by
    /// half and after a while, because closing a socket with unread
    /// input sends a reset, and a reset can overtake the answer (RFC
    /// 9112 section 9.6).
    pub(super) async fn wind_up(&mut self, why: Why) -> Ended {
        self.close_now(why)?;
        self.half_close()?;
        let mut left = Some(LINGER_BYTES);
        while let Some(most) = left {
            let received = self.receive().await?;
            left = most.checked_sub(received).filter(|_| received > 0);
        }
        Err(self.close(why))
    }

    /// Closes it if that needs no lingering.
    fn close_now(&self, why: Why) -> Result<(), Leave> {
        let state = &mut self.shared().state;
        let unread = state.selector.is_readable(self.client.fd);
        if state.close_now(self.client, unread, why) { Err(Leave::Gone) } else { Ok(()) }
    }

    /// Shuts our half, and sets a limit for what the peer may still
    /// say.
    fn half_close(&mut self) -> Result<(), Leave> {
        self.budget.spend(Ok(0));
        self.shared().state.half_close(self.client)?;
        let until = sleep(Duration::from_nanos(LINGER));
        self.limit = Some(Box::pin(until));
        Ok(())
    }

    /// A time limit is over: says so, or ends it.
    pub(super) fn time_is_over(&mut self, why: Why) {
        let Self { client, .. } = *self;
        let lingers = self.with(|connection| connection.linger.is_some());
        match why {
            _ if !matches!(lingers, Ok(false)) => drop(self.close(why)),
            Why::HeaderTimeout => self.refuse(408, why),
            // It has its answer, or none would be understood: close
            // without a reset.
            Why::BodyTimeout => drop(self.with(|connection| connection.session.ending = Some(why))),
            // What it does not take would stay in the kernel for long
            // after a mere close.
            Why::WriteTimeout => {
                self.shared().state.reset(client, why);
            }
            _ => drop(self.close(why)),
        }
    }
}
