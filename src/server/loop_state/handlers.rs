//! Handlers that take long: on the loop's own thread one in a turn, or on the threads of the pool.

use std::thread;
use std::time::{Duration, Instant};

use super::LoopState;
use crate::server::pool::Note;
use crate::server::selector::Watcher;
use crate::server::session::Handler;
use crate::server::table::Client;
use crate::telemetry::{By, Command, Kind, QUEUED, Stance, What};

impl<W: Watcher> LoopState<W> {
    /// Whether a handler may run now. There is one in a turn, so that between two of them
    /// commands are carried out and the other connections are served; the next have to wait in a
    /// queue.
    pub(super) fn may_block(&mut self, client: Client) -> bool {
        // What came while the last one ran comes first, and may have closed this connection.
        self.run_late_commands();
        if self.table.get(client).is_none() {
            return false;
        }
        let free = !self.handled && self.due.is_empty() && self.ending.is_none();
        if !free {
            self.due.push_back(client);
        }
        free
    }

    /// The connection whose handler may run next, if this turn has had none yet.
    pub(in crate::server) fn next_due(&mut self) -> Option<Client> {
        self.run_late_commands();
        while !self.handled
            && self.ending.is_none()
            && let Some(client) = self.due.pop_front()
        {
            if let Some(connection) = self.table.get(client) {
                connection.session.handler = Handler::Turn;
                return Some(client);
            }
        }
        None
    }

    /// Takes the loop's thread for a while: no connection is served meanwhile, and that is the
    /// lesson. It is published before it begins. Commands that come meanwhile are carried out
    /// later; only the end of the server ends it early. Returns how long it took.
    pub(super) fn block(
        &mut self,
        route: &'static str,
        time: Duration,
        client: Client,
    ) -> Duration {
        self.handled = true;
        let since = self.publisher.read_clock();
        let until = Instant::now() + time;
        self.publisher.fact(client.fd, Some(client.id), What::Handler { route }, &[]);
        self.table.change(client, |row| row.within = Some(Kind::Handler));
        self.publish(Stance::Handling(route));
        loop {
            if self.late.len() >= QUEUED {
                thread::sleep(until.saturating_duration_since(Instant::now()));
                break;
            }
            match self.commands.queue.recv_deadline(until) {
                // Everything is published when the handler has ended.
                Ok(Command::Publish) => {}
                Ok(command) => {
                    self.late.push(command);
                    if is_end(command) {
                        break;
                    }
                }
                Err(_) => break,
            }
        }
        self.resumed = self.publisher.read_clock();
        self.table.change(client, |row| row.within = None);
        let took = self.resumed - since;
        self.publisher.fact(client.fd, Some(client.id), What::Handled { took }, &[]);
        Duration::from_nanos(took)
    }

    /// Publishes what the pool has done, and goes on with the connections whose handlers have ended.
    pub(super) fn collect(&mut self) {
        let Some(pool) = &self.pool else { return };
        for Note { client, tid, what } in pool.take_notes() {
            self.publisher.by = By::thread(tid);
            self.publisher.fact(client.fd, Some(client.id), what, &[]);
            self.publisher.by = By::LOOP;
            let runs = what.kind() == Kind::Handler;
            self.table.change(client, |row| row.within = runs.then_some(Kind::Handler));
            if runs {
                continue;
            }
            if let Some(pool) = &mut self.pool {
                pool.forget(client.id);
            }
            if let Some(connection) = self.table.get(client) {
                connection.session.handler = Handler::Ended;
                self.postpone(client);
            }
        }
    }
}

/// Whether a command ends the server.
fn is_end(command: Command) -> bool {
    use Command as C;
    matches!(command, C::Shutdown | C::Switch(_) | C::SuitLessons(_) | C::Move)
}
