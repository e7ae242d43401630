//! The operator's thread of a server whose calls sleep. They cannot see a command; what it says is
//! done from outside, to the sockets that they sleep on.

use std::time::Duration;

use crossbeam_channel::Receiver;
use rustix::net::{Shutdown, sockopt};
use rustix::process::Signal;

use super::{Alarm, Guest, Hall, Inner, this_thread};
use crate::server::house::After;
use crate::server::operator::Operated;
use crate::server::pace::Pace;
use crate::server::ret;
use crate::server::table::Table;
use crate::telemetry::{Command, ConnId, Fd, How, Kind, Mode, Publisher, What, Why};

impl Hall {
    /// Carries out commands until one of them ends the server, or `stopped` says that it has ended
    /// by itself.
    pub(super) fn operate(&self, commands: &Receiver<Command>, stopped: &Receiver<()>) {
        let _alarm = Alarm(self);
        loop {
            crossbeam_channel::select! {
                recv(commands) -> command => {
                    // Without anybody who could say it, too.
                    let command = command.unwrap_or(Command::Shutdown);
                    self.command(command);
                    if matches!(command, Command::Switch(_) | Command::Shutdown) {
                        return;
                    }
                }
                recv(stopped) -> _ => return,
            }
        }
    }

    fn command(&self, command: Command) {
        let mut inner = self.lock(this_thread());
        inner.carry_out(command);
        self.wake_accept(&mut inner);
        inner.publish();
        if command != Command::Publish {
            self.go.notify_all();
        }
    }

    /// Ends the server: every sleep ends.
    pub(in crate::server) fn end(&self, after: After) {
        let mut inner = self.lock(this_thread());
        inner.end(after);
        self.wake_accept(&mut inner);
        self.go.notify_all();
    }

    /// The server's own thread may sleep in `accept` when the server ends. Those who wait in the
    /// backlog are lost with that, but while accept sleeps nobody does. A socket that was shut down
    /// can listen again.
    fn wake_accept(&self, inner: &mut Inner) {
        if inner.ending.is_some() && inner.accepting && !inner.shut {
            let ret = ret(rustix::net::shutdown(&self.bound.socket, Shutdown::Both).map(|()| 0));
            let fd = inner.listener.fd;
            inner.tell.call(fd, None, What::Shutdown { how: How::Both, ret });
            inner.shut = true;
        }
    }
}

impl Operated for Inner {
    type Seat = Guest;

    fn parts(&mut self) -> (&mut Table<Guest>, &mut Pace, &mut Publisher) {
        (&mut self.table, &mut self.pace, &mut self.tell)
    }

    fn drop_client(&mut self, fd: Fd, id: ConnId) {
        self.shut(fd, id, Why::Dropped, Shutdown::Both);
    }

    /// Dissolving the connection sends the RST at once and ends every sleep on the socket, whatever
    /// call its thread or process is in just then, or goes to.
    fn reset_client(&mut self, fd: Fd, id: ConnId) {
        let Some(guest) = self.table.get(fd, id) else { return };
        let dissolved = rustix::net::connect_unspec(&guest.socket).map(|()| 0);
        self.tell.call(fd, Some(id), What::Connect { ret: ret(dissolved) });
        if dissolved.is_ok() {
            self.set_doom(fd, id, Why::Reset);
        } else {
            self.reset_with_close(fd, id);
        }
    }

    /// Stops every worker process, or lets it go on.
    fn paced(&mut self) {
        let paused = self.pace.mode() == Mode::Paused;
        let signal = if paused { Signal::STOP } else { Signal::CONT };
        for (fd, id) in self.table.all() {
            self.signal(fd, id, signal);
        }
    }

    fn end(&mut self, after: After) {
        self.ending.get_or_insert(after);
        for (fd, id) in self.table.all() {
            self.shut(fd, id, after.why(), Shutdown::Both);
            self.signal(fd, id, Signal::CONT);
        }
    }
}

impl Inner {
    /// A worker process does not pass the gate: it is stopped whole.
    fn signal(&mut self, fd: Fd, id: ConnId, signal: Signal) {
        if let Some(guest) = self.table.get(fd, id)
            && let Some(worker) = &guest.worker
        {
            // One that has just ended needs no telling, and is not waited for yet: its number is
            // not another's.
            let _ = rustix::process::kill_process(worker.pid, signal);
        }
    }

    /// A worker process was started, perhaps at a bad time.
    pub(super) fn worker_began(&mut self, fd: Fd, id: ConnId) {
        if self.pace.mode() == Mode::Paused {
            self.signal(fd, id, Signal::STOP);
        }
        if self.table.get(fd, id).is_some_and(|guest| guest.doom.is_some()) {
            self.end_handler(fd, id);
        }
        if self.ending.is_some() {
            self.signal(fd, id, Signal::CONT);
        }
    }

    /// Ends the handlers of a worker process.
    fn end_handler(&mut self, fd: Fd, id: ConnId) {
        if let Some(guest) = self.table.get(fd, id)
            && let Some(worker) = &guest.worker
        {
            // It can only be shut already.
            let _ = rustix::net::shutdown(&worker.channel, Shutdown::Write);
        }
    }

    /// Some kernels do not dissolve a connection while somebody sleeps on it (EBUSY). Its close
    /// sends the RST then. A sleeping `recv` is woken without a FIN, which would be seen before the
    /// RST; a sleeping `send` only by shutting that half too, but its FIN comes after all that the
    /// peer has not taken, and so never.
    fn reset_with_close(&mut self, fd: Fd, id: ConnId) {
        let Some(guest) = self.table.get(fd, id) else { return };
        // A worker that is stopped has not told its last, and is killed.
        let stopped = guest.worker.is_some() && self.pace.mode() == Mode::Paused;
        let sends = matches!(guest.row.within, Some(Kind::Send | Kind::Sendfile)) && !stopped;
        let how = if sends { Shutdown::Both } else { Shutdown::Read };
        let result = sockopt::set_socket_linger(&guest.socket, Some(Duration::ZERO));
        let what = What::Setsockopt { name: "SO_LINGER", ret: ret(result.map(|()| 0)) };
        self.tell.call(fd, Some(id), what);
        self.shut(fd, id, Why::Reset, how);
    }

    /// Shuts a socket down from outside: whoever sleeps in a call on it wakes up, and closes it.
    fn shut(&mut self, fd: Fd, id: ConnId, why: Why, how: Shutdown) {
        let Some(guest) = self.table.get(fd, id) else { return };
        let result = rustix::net::shutdown(&guest.socket, how);
        let how = if how == Shutdown::Read { How::Read } else { How::Both };
        self.tell.call(fd, Some(id), What::Shutdown { how, ret: ret(result.map(|()| 0)) });
        self.set_doom(fd, id, why);
    }

    /// Notes why the operator has ended a connection.
    fn set_doom(&mut self, fd: Fd, id: ConnId, why: Why) {
        let Some(guest) = self.table.get(fd, id) else { return };
        guest.doom.get_or_insert(why);
        self.table.touch(fd);
        self.end_handler(fd, id);
        if self.pace.mode() == Mode::Paused {
            // A worker that is stopped would not close it.
            self.signal(fd, id, Signal::KILL);
        }
    }
}
