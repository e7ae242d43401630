//! The calls of the tasks: each waits until the runtime holds the
//! socket ready, passes the gate, is made, and is published.

use super::task::{Leave, Task};
use super::tasks::TaskState;
use crate::server::calls::{NONBLOCKING, accept, recv, send_piece};
use crate::server::loop_state::{Accepted, Gone};
use crate::telemetry::{Errno, Kind, Mask, Why};

impl TaskState {
    /// `accept4(2)`: the next client is in the table from now on.
    #[track_caller]
    pub(super) fn accept(&mut self) -> Result<Accepted, Errno> {
        let Self { state, .. } = self;
        let listener = state.listener.fd;
        let result = match state.gate(Kind::Accept, listener, None) {
            Ok(()) => {
                let result = accept(&state.bound, NONBLOCKING);
                state.record_accept(result)
            }
            // When the server ends, it is as if there were no one to
            // accept.
            Err(Gone) => Err(Errno::AGAIN),
        };
        self.accepted(result);
        result
    }
}

impl Task {
    /// Receives something; 0 bytes are the peer's FIN.
    pub(super) async fn receive(&mut self) -> Result<usize, Leave> {
        loop {
            self.ready(Kind::Recv).await?;
            if let Some(received) = self.try_recv()? {
                return Ok(received);
            }
        }
    }

    /// `recv(2)`; `None` when it brought nothing.
    #[track_caller]
    fn try_recv(&mut self) -> Result<Option<usize>, Leave> {
        let Self { client, .. } = *self;
        let mut shared = self.shared.borrow_mut();
        let TaskState { state, input, .. } = &mut *shared;
        let connection = state.pass(Kind::Recv, client)?;
        let what = recv(&connection.socket, input);
        state.note_told(client);
        let (result, connection) = state.record(client, what)?;
        self.budget.spend(result);
        match result {
            Ok(received) => {
                connection.row.half_closed |= received == 0;
                // After a short read there is nothing left: what comes
                // later comes with an event.
                if received < input.len() {
                    state.selector.spent(client.fd, Mask::IN);
                }
                Ok(Some(received))
            }
            Err(Errno::AGAIN) => {
                state.selector.spent(client.fd, Mask::IN);
                Ok(None)
            }
            Err(Errno::INTR) => Ok(None),
            Err(errno) => Err(state.broken(client, errno).into()),
        }
    }

    /// Sends all that is to be sent.
    pub(super) async fn send(&mut self) -> Result<(), Leave> {
        while let Some(call) = self.next_send()? {
            self.ready(call).await?;
            self.try_send(call)?;
        }
        Ok(())
    }

    /// `send(2)` or `sendfile(2)`, as `call` says: the next piece of
    /// what a connection has to send.
    #[track_caller]
    fn try_send(&mut self, call: Kind) -> Result<(), Leave> {
        let Self { client, .. } = *self;
        let mut shared = self.shared.borrow_mut();
        let TaskState { state, responder, .. } = &mut *shared;
        let how = state.config.sending(self.budget.bytes());
        let connection = state.pass(call, client)?;
        let what = send_piece(connection, how);
        let (result, connection) = state.record_send(client, what)?;
        self.budget.spend(result);
        let output = &mut connection.session.output;
        match result {
            Ok(0) => Err(state.close(client, Why::CutShort).into()),
            Ok(_) => {
                let sent = output.take_sent(&mut responder.output);
                state.close_file(sent);
                Ok(())
            }
            Err(Errno::AGAIN) => {
                output.bytes.shrink_to_fit();
                state.selector.spent(client.fd, Mask::OUT);
                Ok(())
            }
            Err(Errno::INTR) => Ok(()),
            Err(errno) => Err(state.broken(client, errno).into()),
        }
    }

    /// `close(2)`: the runtime has forgotten the socket before.
    #[track_caller]
    pub(super) fn close(&mut self, why: Why) -> Leave {
        let state = &mut self.shared().state;
        let closing = state.begin_close(self.client, why);
        if let Some((socket, left)) = closing {
            drop(socket);
            state.record_close(left);
        }
        Leave::Gone
    }
}
