//! What the operator's commands do. Their calls are made at once, also while the loop stands.

use std::os::fd::AsRawFd;
use std::time::Duration;

use rustix::net::{RecvFlags, sockopt};

use super::floor::Floor;
use super::selector::Watcher;
use super::{After, nanos, ret};
use crate::telemetry::{Command, ConnId, Fd, Kind, Mode, What, Why};

/// Unread input taken off a connection's hands before it is closed, in bytes at most.
const DRAIN: usize = 1024 * 1024;

impl<S: Watcher> Floor<S> {
    /// Takes the waker's wake-ups away.
    pub(super) fn read_waker(&mut self) {
        let fd = self.listener.waker;
        self.gate(Kind::Input, fd, None);
        let result = rustix::io::read(&self.commands, &mut [0; 8]);
        self.tell.call_with(fd, None, What::Input { ret: ret(result) }, &[], &[], true);
        self.rearm(fd);
    }

    /// Carries out every command that has come.
    pub(super) fn obey(&mut self) {
        self.obey_late();
        self.collect();
        while let Ok(command) = self.commands.queue.try_recv() {
            self.command(command);
        }
    }

    /// Carries out those that came while a handler kept the loop.
    pub(super) fn obey_late(&mut self) {
        if !self.commanded {
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
        self.tell.read_clock();
        match command {
            Command::Drop(id) => self.drop_client(id),
            Command::Reset(id) => self.reset_client(id),
            Command::DropAll => self.drop_idle(Duration::ZERO),
            Command::DropIdle(longer) => self.drop_idle(longer),
            Command::StopReading(id) => self.stop_reading(id, true),
            Command::ResumeReading(id) => self.stop_reading(id, false),
            Command::Pause => self.set_pace(Mode::Paused),
            Command::Run => self.set_pace(Mode::Run),
            Command::Slow(rate) => self.set_pace(Mode::Slow(rate)),
            Command::Step(step) => self.pace.step(step),
            // What was kept back is published before the loop sleeps or stands again, which is
            // the next thing that it does.
            Command::Publish => {}
            Command::Switch(to) => self.ending = Some(After::Switch(to)),
            Command::Shutdown => self.ending = Some(After::End),
            #[cfg(debug_assertions)]
            Command::Panic => panic!("a test asked for it"),
        }
        self.commanded = false;
    }

    fn set_pace(&mut self, mode: Mode) {
        self.pace.set(mode);
        self.tell.fact(-1, None, What::Pace { mode: self.pace.mode() }, &[]);
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
        let Some(fd) = self.find(id) else { return };
        self.drain(fd, id);
        self.close(fd, id, Why::Dropped);
    }

    /// Takes unread input away, since `close(2)` on a socket that has some sends a reset in place
    /// of a FIN.
    pub(super) fn drain(&mut self, fd: Fd, id: ConnId) {
        let mut left = DRAIN;
        let mut buffer = [0; 4096];
        while left > 0 {
            let Some(connection) = self.table.get(fd, id) else { return };
            let result = rustix::net::recv(&connection.socket, &mut buffer, RecvFlags::empty())
                .map(|(received, _)| received);
            self.told(fd, id, What::Recv { ret: ret(result) });
            match result {
                Ok(0) | Err(_) => return,
                Ok(n) => left = left.saturating_sub(n),
            }
        }
    }

    fn reset_client(&mut self, id: ConnId) {
        let Some(fd) = self.find(id) else { return };
        self.reset(fd, id, Why::Reset);
    }

    /// Closes with a reset.
    pub(super) fn reset(&mut self, fd: Fd, id: ConnId, why: Why) {
        let Some(connection) = self.table.get(fd, id) else { return };
        let result = sockopt::set_socket_linger(&connection.socket, Some(Duration::ZERO));
        let ret = ret(result.map(|()| 0));
        self.told(fd, id, What::Setsockopt { name: "SO_LINGER", ret });
        self.close(fd, id, why);
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
            self.drain(fd, id);
            self.close(fd, id, Why::Dropped);
        }
    }

    fn stop_reading(&mut self, id: ConnId, stop: bool) {
        let Some(fd) = self.find(id) else { return };
        let Some(connection) = self.table.get(fd, id) else { return };
        connection.row.stopped = stop;
        if stop {
            self.watch_again(fd, id);
        } else {
            connection.unread = true;
            self.postpone(fd, id);
        }
        self.table.touch(fd);
    }

    /// Closes everything, when the loop has ended.
    pub(super) fn close_all(&mut self, why: Why) {
        let all: Vec<(Fd, ConnId)> = self.table.iter().map(|row| (row.fd, row.id)).collect();
        for (fd, id) in all {
            self.close(fd, id, why);
        }
        for socket in std::mem::take(&mut self.forgotten) {
            let fd = socket.as_raw_fd();
            drop(socket);
            self.tell.call(fd, None, What::Close);
        }
    }
}
