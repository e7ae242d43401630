//! Requests of a connection and their answers, on the loop's own thread.

#![expect(
    clippy::inline_always,
    reason = "a caller knows the kind of its event: inlined, noting it is no search by kind"
)]

use std::time::Duration;

use super::{Gone, LoopState, Made};
use crate::class::{Answer, Ask};
use crate::server::connection::Connection;
use crate::server::echo::Protocol;
use crate::server::operator::Operated;
use crate::server::responder::{Host, Responder};
use crate::server::selector::Watcher;
use crate::server::session::Session;
use crate::server::table::Client;
use crate::telemetry::{Counters, Errno, Fd, Kind, Nanos, What, Why};

impl<W: Watcher> LoopState<W> {
    /// Answers what was kept and the `fresh` bytes just received.
    #[inline]
    pub(in crate::server) fn answer(
        &mut self,
        responder: &mut Responder,
        client: Client,
        fresh: &[u8],
    ) -> Made<()> {
        let connection = self.table.get(client).ok_or(Gone)?;
        if !fresh.is_empty() {
            if !W::KNOWS_READY && self.publisher.wants_latencies() {
                // What is there nobody has told: it may have come after the round had begun.
                connection.told = self.publisher.read_clock();
            }
            // What is still unread, nobody has reported yet: at the earliest it came now.
            let now = self.publisher.now();
            connection.session.told = std::mem::replace(&mut connection.told, now);
        }
        self.with_host(responder, client, |responder, session, host| {
            responder.answer(session, fresh, host);
        })
    }

    /// A `recv` has just returned. Where a runtime waits, nothing tells earlier what is there.
    pub(in crate::server) fn note_told(&mut self, client: Client) {
        let Self { publisher, table, .. } = self;
        if publisher.wants_latencies()
            && let Some(connection) = table.get(client)
        {
            connection.told = publisher.read_clock();
        }
    }

    /// The call that sends the next piece of what a connection has to send; `None` when all is sent.
    #[inline]
    pub(in crate::server) fn next_send(&mut self, client: Client) -> Made<Option<Kind>> {
        let connection = self.table.get(client).ok_or(Gone)?;
        Ok(connection.session.output.next())
    }

    /// Publishes a call that sends, and how long those requests took whose answers it has completed;
    /// not of those during which the operator held the loop.
    #[inline]
    #[track_caller]
    pub(in crate::server) fn record_send(
        &mut self,
        client: Client,
        what: What,
    ) -> Made<(Result<usize, Errno>, &mut Connection)> {
        let Self { publisher, table, stood, .. } = self;
        let now = publisher.now();
        publisher.call(client.fd, Some(client.id), what);
        let connection = table.note(client, what, now).ok_or(Gone)?;
        let answers = connection.session.output.take_answered();
        let told = connection.session.told;
        connection.row.unsent = connection.session.output.left();
        if answers > 0 && told >= *stood && publisher.wants_latencies() {
            let took = publisher.read_clock().saturating_sub(told);
            publisher.answered(took, answers);
        }
        Ok((what.size(), connection))
    }

    /// Answers with an error before any request was read; where the protocol has none, the
    /// connection is closed.
    pub(in crate::server) fn refuse(
        &mut self,
        responder: &mut Responder,
        client: Client,
        status: u16,
        why: Why,
    ) -> Made<()> {
        if responder.config.protocol != Protocol::Http {
            // There is nothing to say in this protocol.
            self.close(client, why);
            return Err(Gone);
        }
        self.with_host(responder, client, |responder, session, host| {
            responder.refuse(session, status, why, host);
        })
    }

    /// The operator may close the connection while its request is being answered, so meanwhile its
    /// session is not in the table. The answers wait in it afterwards.
    #[inline]
    fn with_host(
        &mut self,
        responder: &mut Responder,
        client: Client,
        speak: impl FnOnce(&mut Responder, &mut Session, &mut OnLoop<'_, W>),
    ) -> Made<()> {
        let connection = self.table.get(client).ok_or(Gone)?;
        let mut session = std::mem::take(&mut connection.session);
        speak(responder, &mut session, &mut OnLoop { state: self, client });
        let Some(connection) = self.table.get(client) else {
            self.release(session);
            return Err(Gone);
        };
        connection.session = session;
        connection.session.output.append(&mut responder.output);
        let left = connection.session.output.left();
        (connection.row.answer, connection.row.unsent) = (left, left);
        Ok(())
    }
}

/// Where the calls and facts of a request's answer are published.
struct OnLoop<'f, W> {
    state: &'f mut LoopState<W>,
    client: Client,
}

impl<W: Watcher> Host for OnLoop<'_, W> {
    fn now(&self) -> Nanos {
        self.state.publisher.now()
    }

    fn has_reader(&self) -> bool {
        self.state.publisher.has_reader()
    }

    fn gate(&mut self, kind: Kind, fd: Fd) {
        // The answer is finished in any case; sending it asks whether the connection is there.
        let _ = self.state.gate(kind, fd, None);
    }

    fn call(&mut self, fd: Fd, what: What, bytes: &[u8]) {
        self.state.publisher.call_with(fd, None, what, bytes, &[], false);
    }

    #[inline(always)]
    fn fact(&mut self, what: What, bytes: &[u8]) {
        self.state.publisher.fact(self.client.fd, Some(self.client.id), what, bytes);
        if let What::Request { .. } = what
            && let Some(connection) = self.state.table.get(self.client)
        {
            connection.row.requests += 1;
        }
    }

    fn counters(&mut self) -> (Counters, Nanos) {
        (self.state.publisher.counters.clone(), self.state.publisher.now())
    }

    fn class(&mut self, ask: &Ask<'_>) -> Answer {
        self.state.answer_class(self.client, ask)
    }

    fn may_handle(&mut self) -> bool {
        self.state.may_block(self.client)
    }

    fn handle(&mut self, route: &'static str, time: Duration) -> Duration {
        self.state.block(route, time, self.client)
    }

    fn has_pool(&self) -> bool {
        self.state.config.handler_threads > 0 && self.state.pool.is_some()
    }

    fn offload(&mut self, route: &'static str, time: Duration) {
        if let Some(pool) = &mut self.state.pool {
            pool.queue(self.client, route, time);
        }
        self.state.table.change(self.client, |row| row.within = Some(Kind::Queued));
        self.fact(What::Queued { route }, &[]);
    }
}
