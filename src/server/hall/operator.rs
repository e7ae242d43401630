//! The operator's thread of a server whose calls sleep. They cannot see a command; what it says is
//! done from outside, to the sockets that they sleep on.

use std::time::Duration;

use crossbeam_channel::Receiver;
use rustix::net::{Shutdown, sockopt};
use rustix::process::Signal;

use super::{Alarm, Hall, Inner, this_thread};
use crate::server::table::Seat;
use crate::server::{After, nanos, ret};
use crate::telemetry::{Command, ConnId, Fd, How, Kind, Mode, What, Why};

impl Hall {
    /// Carries out commands until one of them ends the server, or `stopped` says that it has ended
    /// by itself.
    pub(super) fn operate(&self, commands: &Receiver<Command>, stopped: &Receiver<()>) {
        let _alarm = Alarm(self);
        loop {
            crossbeam_channel::select! {
                recv(commands) -> command => match command {
                    Ok(Command::Switch(to)) => return self.end(After::Switch(to)),
                    // Without anybody who could say it, too.
                    Ok(Command::Shutdown) | Err(_) => return self.end(After::End),
                    Ok(command) => self.command(command),
                },
                recv(stopped) -> _ => return,
            }
        }
    }

    fn command(&self, command: Command) {
        let mut inner = self.lock(this_thread());
        match command {
            Command::Drop(id) => inner.drop_client(id),
            Command::Reset(id) => inner.reset_client(id),
            Command::DropAll => inner.drop_idle(Duration::ZERO),
            Command::DropIdle(longer) => inner.drop_idle(longer),
            Command::Pause => inner.set_pace(Mode::Paused),
            Command::Run => inner.set_pace(Mode::Run),
            Command::Slow(rate) => inner.set_pace(Mode::Slow(rate)),
            Command::Step(step) => {
                inner.pace.step(step);
                inner.signal_all();
            }
            // Somebody sleeps in `recv`, or will: it cannot be told to wait with it.
            Command::StopReading(_) | Command::ResumeReading(_) => {}
            // What was kept back is published below. The end is not carried out here.
            Command::Publish | Command::Switch(_) | Command::Shutdown => {}
            #[cfg(debug_assertions)]
            Command::Panic => panic!("a test asked for it"),
        }
        inner.publish();
        if command != Command::Publish {
            self.go.notify_all();
        }
    }

    /// Ends the server: every sleep ends.
    pub(in crate::server) fn end(&self, after: After) {
        let mut inner = self.lock(this_thread());
        inner.ending.get_or_insert(after);
        inner.shut_all(after.why());
        if inner.accepting && !inner.shut {
            // Those who wait in the backlog are lost with that, but while accept sleeps nobody
            // does. A socket that was shut down can listen again.
            let ret = ret(rustix::net::shutdown(self.listener(), Shutdown::Both).map(|()| 0));
            let fd = inner.listener.fd;
            inner.tell.call(fd, None, What::Shutdown { how: How::Both, ret });
            inner.shut = true;
        }
        self.go.notify_all();
    }
}

impl Inner {
    fn set_pace(&mut self, mode: Mode) {
        self.pace.set(mode);
        self.tell.fact(-1, None, What::Pace { mode: self.pace.mode() }, &[]);
        self.signal_all();
    }

    /// Stops every worker process, or lets it go on.
    fn signal_all(&mut self) {
        let paused = self.pace.mode() == Mode::Paused;
        let signal = if paused { Signal::STOP } else { Signal::CONT };
        let all: Vec<(Fd, ConnId)> = self.table.iter().map(|row| (row.fd, row.id)).collect();
        for (fd, id) in all {
            self.signal(fd, id, signal);
        }
    }

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
        if self.ending.is_some() {
            self.end_worker(fd, id);
        }
    }

    /// Ends the handler of a worker process, and its stop.
    fn end_worker(&mut self, fd: Fd, id: ConnId) {
        if let Some(guest) = self.table.get(fd, id)
            && let Some(worker) = &guest.worker
        {
            // It can only be shut already.
            let _ = rustix::net::shutdown(&worker.channel, Shutdown::Write);
            self.signal(fd, id, Signal::CONT);
        }
    }

    /// The fd of a connection, or tells that it is gone.
    fn find(&mut self, id: ConnId) -> Option<Fd> {
        let fd = self.table.find(id);
        if fd.is_none() {
            self.tell.fact(-1, Some(id), What::Missed, &[]);
        }
        fd
    }

    fn drop_client(&mut self, id: ConnId) {
        if let Some(fd) = self.find(id) {
            self.shut(fd, id, Why::Dropped, Shutdown::Both);
        }
    }

    /// The close sends a reset then. A sleeping `recv` is woken without a FIN, which would be seen
    /// before the reset; a sleeping `send` only by shutting that half too, but its FIN comes after
    /// all that the peer has not taken, and so never.
    fn reset_client(&mut self, id: ConnId) {
        let Some(fd) = self.find(id) else { return };
        let Some(guest) = self.table.get(fd, id) else { return };
        // A worker that is stopped has not told its last, and is killed.
        let stopped = guest.worker.is_some() && self.pace.mode() == Mode::Paused;
        let sends = matches!(guest.row().within, Some(Kind::Send | Kind::Sendfile)) && !stopped;
        let how = if sends { Shutdown::Both } else { Shutdown::Read };
        let result = sockopt::set_socket_linger(&guest.socket, Some(Duration::ZERO));
        let what = What::Setsockopt { name: "SO_LINGER", ret: ret(result.map(|()| 0)) };
        self.tell.call(fd, Some(id), what);
        self.shut(fd, id, Why::Reset, how);
    }

    fn drop_idle(&mut self, longer: Duration) {
        let (now, longer) = (self.tell.now(), nanos(longer));
        let idle: Vec<(Fd, ConnId)> = self
            .table
            .iter()
            .filter(|row| now.saturating_sub(row.active) >= longer)
            .map(|row| (row.fd, row.id))
            .collect();
        for (fd, id) in idle {
            self.shut(fd, id, Why::Dropped, Shutdown::Both);
        }
    }

    fn shut_all(&mut self, why: Why) {
        let all: Vec<(Fd, ConnId)> = self.table.iter().map(|row| (row.fd, row.id)).collect();
        for (fd, id) in all {
            self.shut(fd, id, why, Shutdown::Both);
            self.end_worker(fd, id);
        }
    }

    /// Shuts a socket down from outside: whoever sleeps in a call on it wakes up, and closes it.
    fn shut(&mut self, fd: Fd, id: ConnId, why: Why, how: Shutdown) {
        let Some(guest) = self.table.get(fd, id) else { return };
        guest.doom.get_or_insert(why);
        let result = rustix::net::shutdown(&guest.socket, how);
        let how = if how == Shutdown::Read { How::Read } else { How::Both };
        self.tell.call(fd, Some(id), What::Shutdown { how, ret: ret(result.map(|()| 0)) });
        self.table.touch(fd);
        if self.pace.mode() == Mode::Paused {
            // A worker that is stopped would not close it.
            self.signal(fd, id, Signal::KILL);
        }
    }
}
