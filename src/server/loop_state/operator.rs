//! The operator's commands to a loop. Their calls are made at once, also while the loop stands.

use super::LoopState;
use crate::class::Class;
use crate::server::connection::Connection;
use crate::server::handover::Outcome;
use crate::server::operator::{Heard, Operated};
use crate::server::pace::Pace;
use crate::server::selector::Watcher;
use crate::server::table::{Client, Table};
use crate::telemetry::{Command, ConnId, Kind, Publisher, ServerKind, Setting, Why};

impl<W: Watcher> LoopState<W> {
    /// Carries out every command that has come.
    pub(in crate::server) fn run_commands(&mut self) {
        self.run_late_commands();
        self.collect();
        while let Ok(command) = self.commands.queue.try_recv() {
            self.command(command);
        }
    }

    /// Carries out those that came while a handler kept the loop.
    pub(in crate::server) fn run_late_commands(&mut self) {
        if !self.commanded && !self.late.is_empty() {
            for command in std::mem::take(&mut self.late) {
                self.command(command);
            }
        }
    }

    /// Carries out a command.
    ///
    /// It may be called while the loop stands in the middle of serving a connection, so it must
    /// leave the shared buffers alone; what needs them is put on the list of unfinished ones.
    pub(super) fn command(&mut self, command: Command) {
        self.commanded = true;
        self.publisher.read_clock();
        // It is published before the loop sleeps or stands again, which is the next thing it does.
        self.carry_out(command);
        self.commanded = false;
    }
}

impl<W: Watcher> Operated for LoopState<W> {
    type TableEntry = Connection;

    fn parts(&mut self) -> (&mut Table<Connection>, &mut Pace, &mut Publisher) {
        (&mut self.table, &mut self.pace, &mut self.publisher)
    }

    fn drop_client(&mut self, client: Client) {
        self.drain(client);
        self.close(client, Why::Dropped);
    }

    fn reset_client(&mut self, client: Client) {
        self.reset(client, Why::Reset);
    }

    fn stop_reading(&mut self, id: ConnId, stop: bool) {
        let Some(client) = self.find(id) else { return };
        let Some(connection) = self.table.get(client) else { return };
        connection.row.stopped = stop;
        if stop {
            self.watch_again(client);
        } else {
            connection.unread = true;
            self.postpone(client);
        }
        self.table.touch(client.fd);
    }

    fn set(&mut self, setting: Setting) {
        self.set_option(setting);
    }

    fn suit_lessons(&mut self, suits: bool) {
        self.config.suit_lessons(suits);
        self.end(Outcome::Switch(W::SERVER));
    }

    fn class(&self) -> Option<(Class, ServerKind)> {
        Some((self.config.class.clone()?, W::SERVER))
    }

    /// Says it at once. The kernel has room for it, unless the telephone takes nothing any more.
    fn say(&mut self, client: Client, text: &[u8]) -> Heard {
        let Some(connection) = self.table.get(client) else { return Heard::All };
        let session = &mut connection.session;
        // The head of the answer is not sent yet.
        if !session.streams || !session.output.is_empty() {
            return Heard::NotYet;
        }
        session.output.bytes = text.to_vec();
        let Ok((result, connection)) = self.send(Kind::Send, client, u64::MAX) else {
            return Heard::All;
        };
        let left = std::mem::take(&mut connection.session.output.bytes);
        if result.is_ok() && left.is_empty() { Heard::All } else { Heard::TooSlow }
    }

    fn end_slow(&mut self, client: Client) {
        self.reset(client, Why::WriteTimeout);
    }

    fn end(&mut self, after: Outcome) {
        self.ending = Some(after);
    }
}
