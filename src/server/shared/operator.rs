//! The operator's thread of a server whose calls sleep. They cannot see a command; what it says is
//! done from outside, to the sockets that they sleep on.

use crossbeam_channel::Receiver;
use rustix::net::Shutdown;
use rustix::process::Signal;

use super::{EndOnPanic, Locked, Shared, SharedConnection, this_thread};
use crate::class::Class;
use crate::server::calls;
use crate::server::handover::Outcome;
use crate::server::listener;
use crate::server::operator::{Heard, Operated};
use crate::server::pace::Pace;
use crate::server::table::{Client, Table};
use crate::telemetry::{
    By, Command, ConnState, How, Kind, Mode, Next, Publisher, ServerKind, Setting, What, Why,
};

impl Shared {
    /// Carries out commands until one of them ends the server, or `stopped` says that it has ended
    /// by itself.
    pub(super) fn operate(&self, commands: &Receiver<Command>, stopped: &Receiver<()>) {
        let _alarm = EndOnPanic(self);
        loop {
            crossbeam_channel::select! {
                recv(commands) -> command => {
                    // Without an operator it ends too.
                    let command = command.unwrap_or(Command::Shutdown);
                    if self.command(command) {
                        return;
                    }
                }
                recv(stopped) -> _ => return,
            }
        }
    }

    /// Carries a command out; returns whether it ends the server.
    fn command(&self, command: Command) -> bool {
        let mut locked = self.lock(this_thread());
        locked.carry_out(command);
        if let Command::Set(Setting::Backlog(backlog)) = command {
            // What can fail here shows in its event, and the queue stays as it was.
            drop(listener::listen(&self.bound, backlog, &mut locked.publisher));
        }
        self.wake_accept(&mut locked);
        locked.publish();
        if command != Command::Publish {
            self.go.notify_all();
        }
        locked.ending.is_some()
    }

    /// Ends the server: every sleep ends.
    pub(in crate::server) fn end(&self, after: Outcome) {
        let mut locked = self.lock(this_thread());
        locked.end(after);
        self.wake_accept(&mut locked);
        self.go.notify_all();
    }

    /// The server's own thread may sleep in `accept` when the server ends. Those who wait in the
    /// backlog are lost with that, but while accept sleeps there is none. A socket that was shut
    /// down can listen again.
    fn wake_accept(&self, locked: &mut Locked) {
        if locked.ending.is_some() && locked.accepting && !locked.shut {
            let ret = calls::shutdown(&self.bound.socket, Shutdown::Both);
            let fd = locked.listener.fd;
            locked.publisher.call(fd, None, What::Shutdown { how: How::Both, ret });
            locked.shut = true;
        }
    }
}

impl Operated for Locked {
    type TableEntry = SharedConnection;

    fn parts(&mut self) -> (&mut Table<SharedConnection>, &mut Pace, &mut Publisher) {
        (&mut self.table, &mut self.pace, &mut self.publisher)
    }

    fn drop_client(&mut self, client: Client) {
        self.shut(client, Why::Dropped, Shutdown::Both);
    }

    /// Dissolving the connection sends the RST at once and ends every sleep on the socket, whatever
    /// call its thread or process is in just then, or goes to.
    fn reset_client(&mut self, client: Client) {
        let Some(connection) = self.table.get(client) else { return };
        let ret = calls::dissolve(&connection.socket);
        self.publisher.call(client.fd, Some(client.id), What::Connect { ret });
        if ret.get().is_ok() {
            self.set_end_reason(client, Why::Reset);
        } else {
            self.reset_with_close(client);
        }
    }

    /// Stops every worker process, or lets it go on; then it asks here before its next call. So does
    /// one that was not stopped, where some call is waited for.
    fn paced(&mut self) {
        self.stood = self.publisher.now();
        let paused = self.pace.mode() == Mode::Paused;
        let changed = std::mem::replace(&mut self.stopped, paused) != paused;
        if changed || matches!(self.pace.mode(), Mode::Until(_)) {
            let signal = if paused { Signal::STOP } else { Signal::CONT };
            for client in self.table.all() {
                self.signal(client, signal);
            }
        }
    }

    /// Nothing is asked of those who sleep: what a connection began with it keeps. The buffer is
    /// another's from the next server on, which takes over at once.
    fn set(&mut self, setting: Setting) {
        let before = self.listener.options;
        self.listener.options.set(setting);
        self.listener.backlog = self.listener.options.backlog;
        self.publisher.listener = Some(self.listener);
        if self.listener.options.read_buffer != before.read_buffer {
            self.end(Outcome::Switch(self.listener.server));
        }
    }

    /// What those who sleep go by is not changed under them: the next server's is.
    fn suit_lessons(&mut self, suits: bool) {
        self.listener.suits_lessons = suits;
        self.end(Outcome::Switch(self.listener.server));
    }

    fn class(&self) -> Option<(Class, ServerKind)> {
        Some((self.class.clone()?, self.listener.server))
    }

    /// Says it from this thread, while the connection's own sleeps in its `recv`; before it does, the
    /// head of the answer is not sent yet.
    fn say(&mut self, client: Client, text: &[u8]) -> Heard {
        let Some(connection) = self.table.get(client) else { return Heard::All };
        if connection.row.within != Some(Kind::Recv) {
            return Heard::NotYet;
        }
        let what = calls::send_now(&connection.socket, text);
        let now = self.publisher.now();
        self.publisher.call(client.fd, Some(client.id), what);
        self.table.note_beside(client, what, now);
        if what.size() == Ok(text.len()) { Heard::All } else { Heard::TooSlow }
    }

    fn end_slow(&mut self, client: Client) {
        self.shut(client, Why::WriteTimeout, Shutdown::Both);
    }

    fn end(&mut self, after: Outcome) {
        self.ending.get_or_insert(after);
        for client in self.table.all() {
            self.shut(client, after.why(), Shutdown::Both);
            self.signal(client, Signal::CONT);
        }
    }
}

impl Shared {
    /// The gate for a call of a worker process, which waits at it. Slow motion is not for workers.
    pub(in crate::server) fn pass_worker(
        &self,
        by: By,
        client: Client,
        next: Next,
        state: Option<ConnState>,
    ) -> Passed {
        if matches!(self.lock(by).pace.mode(), Mode::Slow(_)) {
            return Passed::default();
        }
        let (mut locked, stood) = self.pass(by, next, state);
        let mode = locked.pace.mode();
        if mode == Mode::Paused {
            // This was a step of its own.
            locked.signal(client, Signal::CONT);
        }
        Passed { stood: stood.is_some(), asks: matches!(mode, Mode::Paused | Mode::Until(_)) }
    }
}

/// What a worker process is told when it may make its call.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(in crate::server) struct Passed {
    /// It had to stand.
    pub(in crate::server) stood: bool,
    /// It asks before the next call too.
    pub(in crate::server) asks: bool,
}

impl Locked {
    /// Most calls of a worker process do not pass the gate: to pause, it is stopped whole.
    fn signal(&mut self, client: Client, signal: Signal) {
        if let Some(connection) = self.table.get(client)
            && let Some(worker) = &connection.worker
        {
            // One that has just ended needs no telling, and is not waited for yet: its number is
            // not another's.
            let _ = rustix::process::kill_process(worker.pid, signal);
        }
    }

    /// A worker process was started, perhaps at a bad time.
    pub(super) fn worker_began(&mut self, client: Client) {
        if self.pace.mode() == Mode::Paused {
            self.signal(client, Signal::STOP);
        }
        if self.table.get(client).is_some_and(|connection| connection.end_reason.is_some()) {
            self.end_handler(client);
        }
        if self.ending.is_some() {
            self.signal(client, Signal::CONT);
        }
    }

    /// Ends the handlers of a worker process.
    fn end_handler(&mut self, client: Client) {
        if let Some(connection) = self.table.get(client)
            && let Some(worker) = &connection.worker
        {
            // It can only be shut already.
            let _ = calls::shutdown(&worker.channel, Shutdown::Write);
        }
    }

    /// Some kernels do not dissolve a connection while a thread sleeps on it (EBUSY). Its close
    /// sends the RST then. A sleeping `recv` is woken without a FIN, which would be seen before the
    /// RST; a sleeping `send` only by shutting that half too, but its FIN comes after all that the
    /// peer has not taken, and so never.
    fn reset_with_close(&mut self, client: Client) {
        let Some(connection) = self.table.get(client) else { return };
        // A worker that is stopped has not reported everything, and is killed.
        let stopped = connection.worker.is_some() && self.pace.mode() == Mode::Paused;
        let sends = matches!(connection.row.within, Some(Kind::Send | Kind::Sendfile)) && !stopped;
        let how = if sends { Shutdown::Both } else { Shutdown::Read };
        let what = calls::set_linger(&connection.socket);
        self.publisher.call(client.fd, Some(client.id), what);
        self.shut(client, Why::Reset, how);
    }

    /// Shuts a socket down from outside: whoever sleeps in a call on it wakes up, and closes it.
    fn shut(&mut self, client: Client, why: Why, how: Shutdown) {
        let Some(connection) = self.table.get(client) else { return };
        let ret = calls::shutdown(&connection.socket, how);
        let how = if how == Shutdown::Read { How::Read } else { How::Both };
        self.publisher.call(client.fd, Some(client.id), What::Shutdown { how, ret });
        self.set_end_reason(client, why);
    }

    /// Notes why the operator has ended a connection.
    fn set_end_reason(&mut self, client: Client, why: Why) {
        let Some(connection) = self.table.get(client) else { return };
        connection.end_reason.get_or_insert(why);
        self.table.touch(client.fd);
        self.end_handler(client);
        if self.pace.mode() == Mode::Paused {
            // A worker that is stopped would not close it.
            self.signal(client, Signal::KILL);
        }
    }
}
