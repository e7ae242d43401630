//! What is known of a traced program: its processes, what their descriptors stand for, and the
//! connections that it has accepted. Learnt from its calls alone, and asked of the kernel where a
//! descriptor was there before.

mod epolls;
mod others;

use std::collections::HashMap;
use std::fs;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use self::epolls::Instances;
use super::object::{Object, Opened, Outside};
use crate::telemetry::{
    By, ConnId, ConnState, Epolls, Errno, Fd, Form, Mask, Nanos, Ret, Row, Rows, What, Why,
};

/// A process of the program.
#[derive(Debug)]
struct Process {
    outside: Outside,
    /// What its descriptors stand for, as far as anybody has asked.
    files: HashMap<Fd, File>,
}

/// A descriptor.
#[derive(Clone, Copy, Debug)]
struct File {
    object: Object,
    opened: Opened,
}

/// A connection that the program has accepted.
#[derive(Debug)]
struct Conn {
    row: Row,
    /// A process that has it, and its number there.
    home: (i32, Fd),
    /// When something was read that was not answered yet.
    asked: Option<Nanos>,
    /// Why it will have ended.
    why: Option<Why>,
    listed: bool,
}

/// A connection that has ended: its last row, and why.
pub(super) type Closed = (Row, Why);

/// What is known of the program.
#[derive(Debug, Default)]
pub(super) struct World {
    processes: HashMap<i32, Process>,
    conns: HashMap<ConnId, Conn>,
    changed: Vec<ConnId>,
    last: u64,
    /// How many descriptors stand for each open file description, in all processes.
    descriptors: HashMap<Opened, usize>,
    last_opened: u64,
    epolls: Instances,
    /// What is asked of each that is no connection.
    asked: HashMap<Opened, Mask>,
    /// Something has changed in what is told of these.
    stands_anew: bool,
}

impl World {
    /// A process has come: the first one, or by fork(2) with a copy of all descriptors of another.
    pub(super) fn begin(&mut self, pid: i32, parent: Option<i32>) {
        let parent = parent.and_then(|parent| self.processes.get(&parent));
        let files = parent.map(|parent| parent.files.clone()).unwrap_or_default();
        for file in files.values() {
            *self.descriptors.entry(file.opened).or_default() += 1;
        }
        self.epolls.begin(pid, files.values().any(|file| file.object == Object::Epoll));
        self.processes.insert(pid, Process { outside: Outside::of(pid), files });
    }

    /// It has gone, with all its descriptors. Returns the last rows of what it was the last to have.
    pub(super) fn end(&mut self, pid: i32) -> Vec<Closed> {
        let files = self.processes.remove(&pid).map(|process| process.files).unwrap_or_default();
        files.into_iter().filter_map(|(fd, file)| self.release(pid, fd, file)).collect()
    }

    /// It runs another program now (execve(2)): some descriptors are closed.
    pub(super) fn exec(&mut self, pid: i32) -> Vec<Closed> {
        let Some(process) = self.processes.get(&pid) else { return Vec::new() };
        let is_open = |fd: &Fd| fs::symlink_metadata(format!("/proc/{pid}/fd/{fd}")).is_ok();
        let closed: Vec<Fd> = process.files.keys().copied().filter(|fd| !is_open(fd)).collect();
        closed.into_iter().filter_map(|fd| self.close(pid, fd)).collect()
    }

    pub(super) fn has(&self, pid: i32) -> bool {
        self.processes.contains_key(&pid)
    }

    /// What a descriptor stands for; `None` for a number that stands for nothing.
    pub(super) fn object(&mut self, pid: i32, fd: Fd) -> Option<Object> {
        Some(self.file(pid, fd)?.object)
    }

    fn file(&mut self, pid: i32, fd: Fd) -> Option<File> {
        let Process { outside, files } = self.processes.get(&pid)?;
        if let Some(file) = files.get(&fd) {
            return Some(*file);
        }
        if fd < 0 {
            return None;
        }
        let object = match outside.kind(fd)? {
            Object::Socket if outside.socket(fd).is_some_and(|it| it.is_tcp && it.listens) => {
                Object::Listener
            }
            other => other,
        };
        let _ = self.made(pid, fd, object);
        if object == Object::Epoll {
            // What was registered before is not known.
            self.know_all(pid, fd, false);
        }
        self.processes.get(&pid)?.files.get(&fd).copied()
    }

    /// A descriptor has come that stands for something new. Returns what was known to have its number.
    pub(super) fn made(&mut self, pid: i32, fd: Fd, object: Object) -> Option<Closed> {
        self.last_opened += 1;
        self.put(pid, fd, File { object, opened: Opened(self.last_opened) })
    }

    fn put(&mut self, pid: i32, fd: Fd, file: File) -> Option<Closed> {
        let gone = self.close(pid, fd);
        self.stands_anew |= is_other(file.object);
        self.epolls.note(file.object);
        let process = self.processes.get_mut(&pid)?;
        process.files.insert(fd, file);
        *self.descriptors.entry(file.opened).or_default() += 1;
        gone
    }

    /// For what it is open.
    pub(super) fn opened(&mut self, pid: i32, fd: Fd) -> Option<Opened> {
        Some(self.file(pid, fd)?.opened)
    }

    /// Whether any descriptor stands for it.
    pub(super) fn is_open(&self, opened: Opened) -> bool {
        self.descriptors.contains_key(&opened)
    }

    /// The connection that a descriptor stands for.
    pub(super) fn conn(&mut self, pid: i32, fd: Fd) -> Option<ConnId> {
        match self.object(pid, fd)? {
            Object::Connection(id) => Some(id),
            _ => None,
        }
    }

    /// Where a socket of that process listens, if it is one of TCP that does.
    pub(super) fn listens_at(&mut self, pid: i32, fd: Fd) -> Option<SocketAddr> {
        // What was known of it is from before it did.
        self.file(pid, fd)?;
        let Process { outside, files } = self.processes.get_mut(&pid)?;
        let socket = outside.socket(fd).filter(|socket| socket.is_tcp && socket.listens)?;
        files.get_mut(&fd)?.object = Object::Listener;
        self.stands_anew = true;
        self.epolls.note(Object::Listener);
        socket.local
    }

    /// The other end of a socket of that process.
    pub(super) fn peer_of(&self, pid: i32, fd: Fd) -> Option<SocketAddr> {
        self.processes.get(&pid)?.outside.socket(fd)?.peer
    }

    /// At which address of its own it is.
    pub(super) fn local_of(&self, pid: i32, fd: Fd) -> Option<SocketAddr> {
        self.processes.get(&pid)?.outside.local(fd)
    }

    /// Both ends of a TCP socket that is connected.
    pub(super) fn ends_of(&self, pid: i32, fd: Fd) -> Option<(SocketAddr, SocketAddr)> {
        let socket = self.processes.get(&pid)?.outside.socket(fd).filter(|socket| socket.is_tcp)?;
        Some((socket.local?, socket.peer?))
    }

    /// A connection was accepted.
    pub(super) fn accept(
        &mut self,
        pid: i32,
        fd: Fd,
        peer: Option<SocketAddr>,
        now: Nanos,
        by: By,
    ) -> Option<(ConnId, Option<Closed>)> {
        self.last += 1;
        let id = ConnId::new(self.last)?;
        let peer = peer.unwrap_or_else(|| (Ipv4Addr::UNSPECIFIED, 0).into());
        let row = Row { by, ..Row::new(id, fd, peer, now) };
        let gone = self.made(pid, fd, Object::Connection(id));
        let conn = Conn { row, home: (pid, fd), asked: None, why: None, listed: false };
        self.conns.insert(id, conn);
        self.touch(id);
        Some((id, gone))
    }

    /// A descriptor was copied within its process (dup(2)). Returns what has had the number before.
    pub(super) fn dup(&mut self, pid: i32, from: Fd, to: Fd) -> Option<Closed> {
        let file = self.file(pid, from)?;
        self.put(pid, to, file)
    }

    /// A descriptor was closed. Returns the last row of its connection, if it was the last one of it.
    pub(super) fn close(&mut self, pid: i32, fd: Fd) -> Option<Closed> {
        let file = self.processes.get_mut(&pid)?.files.remove(&fd)?;
        self.release(pid, fd, file)
    }

    /// Those of a range (`close_range(2)`).
    pub(super) fn close_range(&mut self, pid: i32, first: u64, last: u64) -> Vec<Closed> {
        let Some(process) = self.processes.get(&pid) else { return Vec::new() };
        let within = |fd: &Fd| (first..=last).contains(&u64::from(fd.unsigned_abs()));
        let closed: Vec<Fd> = process.files.keys().copied().filter(within).collect();
        closed.into_iter().filter_map(|fd| self.close(pid, fd)).collect()
    }

    fn release(&mut self, pid: i32, fd: Fd, file: File) -> Option<Closed> {
        let File { object, opened } = file;
        self.stands_anew |= is_other(object);
        self.epolls.note(object);
        let descriptors = self.descriptors.get_mut(&opened)?;
        *descriptors -= 1;
        if *descriptors > 0 {
            if let Object::Connection(id) = object {
                self.find_home(id, (pid, fd), opened);
            }
            return None;
        }
        self.descriptors.remove(&opened);
        self.asked.remove(&opened);
        self.epolls.gone(opened);
        let Object::Connection(id) = object else { return None };
        let Conn { mut row, why, .. } = self.conns.remove(&id)?;
        row.interest = Mask::NONE;
        // An end that neither the peer nor the operator has begun is the program's own.
        Some((row, why.unwrap_or(Why::Answered)))
    }

    /// A connection is known by another of its descriptors, if it was known by this one.
    fn find_home(&mut self, id: ConnId, closed: (i32, Fd), opened: Opened) {
        let Some(conn) = self.conns.get_mut(&id).filter(|conn| conn.home == closed) else { return };
        let of = |process: &Process| {
            let mut files = process.files.iter();
            files.find(|(_, file)| file.opened == opened).map(|(fd, _)| *fd)
        };
        let mut all = self.processes.iter();
        if let Some(home) = all.find_map(|(pid, process)| Some((*pid, of(process)?))) {
            (conn.home, conn.row.fd) = (home, home.1);
            self.touch(id);
        }
    }

    /// The row of a connection changes.
    pub(super) fn change(&mut self, id: ConnId, change: impl FnOnce(&mut Row)) {
        if let Some(conn) = self.conns.get_mut(&id) {
            let before = conn.row;
            change(&mut conn.row);
            if conn.row != before {
                self.touch(id);
            }
        }
    }

    /// Whether anything was sent on it.
    pub(super) fn has_sent(&self, id: ConnId) -> bool {
        self.conns.get(&id).is_some_and(|conn| conn.row.bytes_out > 0)
    }

    /// A call on a connection has returned. If it was an answer, returns how long ago that was read which
    /// it answers.
    pub(super) fn note(
        &mut self,
        id: ConnId,
        (form, what): (Form, What),
        by: By,
        now: Nanos,
    ) -> Option<Nanos> {
        let conn = self.conns.get_mut(&id)?;
        let Conn { row, why, asked, .. } = conn;
        let mut answered = None;
        let ret = what.ret().unwrap_or(Ret::ZERO);
        (row.last, row.form, row.last_ret) = (what.kind(), form, ret);
        (row.by, row.within, row.site) = (by, None, None);
        match (what, ret.get()) {
            (What::Recv { .. }, Ok(0)) => {
                row.half_closed = true;
                *why = why.or(Some(Why::PeerClosed));
            }
            (What::Recv { .. }, Ok(moved)) => {
                row.bytes_in += moved;
                asked.get_or_insert(now);
                (row.active, row.state) = (now, ConnState::Reading);
            }
            (What::Send { len, .. } | What::Sendfile { len, .. }, Ok(moved)) => {
                row.bytes_out += moved;
                row.active = now;
                answered = asked.take().map(|then| now.saturating_sub(then));
                row.requests += u64::from(answered.is_some());
                row.state = if moved < len { ConnState::Writing } else { ConnState::Idle };
            }
            (What::Send { .. } | What::Sendfile { .. }, Err(Errno::AGAIN)) => {
                row.state = ConnState::Writing;
            }
            (What::Recv { .. } | What::Send { .. } | What::Sendfile { .. }, Err(errno))
                if Why::of(errno) == Why::PeerReset =>
            {
                *why = why.or(Some(Why::PeerReset));
            }
            _ => {}
        }
        self.touch(id);
        answered
    }

    /// Ends a connection from outside, with a FIN or with a RST.
    pub(super) fn end_from_outside(&mut self, id: ConnId, reset: bool) -> bool {
        let Some(conn) = self.conns.get_mut(&id) else { return false };
        let (pid, fd) = conn.home;
        conn.why = Some(if reset { Why::Reset } else { Why::Dropped });
        if let Some(Process { outside, .. }) = self.processes.get(&pid) {
            if reset {
                outside.reset(fd);
            } else {
                outside.shutdown(fd);
            }
        }
        true
    }

    /// Those through which nothing has gone for that long.
    pub(super) fn idle(&self, now: Nanos, longer: Nanos) -> Vec<ConnId> {
        let idle = |conn: &&Conn| now.saturating_sub(conn.row.active) >= longer;
        self.conns.values().filter(idle).map(|conn| conn.row.id).collect()
    }

    fn touch(&mut self, id: ConnId) {
        if let Some(conn) = self.conns.get_mut(&id)
            && !std::mem::replace(&mut conn.listed, true)
        {
            self.changed.push(id);
        }
    }
}

/// Whether it has no row of its own.
fn is_other(object: Object) -> bool {
    !matches!(object, Object::Connection(_) | Object::File)
}

impl Rows for World {
    fn take_changed(&mut self, into: &mut Vec<Row>) {
        for id in self.changed.drain(..) {
            if let Some(conn) = self.conns.get_mut(&id) {
                conn.listed = false;
                into.push(conn.row);
            }
        }
    }

    fn take_epolls(&mut self) -> Option<Arc<Epolls>> {
        self.told_epolls()
    }

    fn take_all(&mut self, into: &mut Vec<Row>) {
        self.changed.clear();
        for conn in self.conns.values_mut() {
            conn.listed = false;
            into.push(conn.row);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A process with a connection on descriptor 7, which stands for nothing of ours.
    fn world() -> (World, i32, ConnId) {
        let (mut world, pid) = (World::default(), i32::MAX);
        world.begin(pid, None);
        let id = world.accept(pid, 7, Some(([127, 0, 0, 1], 9).into()), 5, By::LOOP).unwrap().0;
        (world, pid, id)
    }

    #[test]
    fn a_connection_ends_with_the_last_descriptor_of_it_in_any_process() {
        let (mut world, pid, id) = world();
        world.dup(pid, 7, 8);
        world.begin(pid - 1, Some(pid));
        assert_eq!(world.close(pid, 7), None);
        assert_eq!(world.close(pid, 8), None);
        assert_eq!(world.conn(pid - 1, 7), Some(id));
        let mut rows = Vec::new();
        world.take_changed(&mut rows);
        assert_eq!((rows.len(), rows[0].id), (1, id));
        assert_eq!(world.close(pid - 1, 7), None);
        let gone = world.end(pid - 1);
        assert_eq!((gone.len(), gone[0].1), (1, Why::Answered));
        assert_eq!(world.end(pid), []);
    }

    #[test]
    fn a_number_that_is_used_again_is_another_connection() {
        let (mut world, pid, first) = world();
        let gone = world.close_range(pid, 3, 100);
        assert_eq!((gone.len(), gone[0].0.id), (1, first));
        let (second, _) = world.accept(pid, 7, None, 9, By::LOOP).unwrap();
        assert!(second > first && world.conn(pid, 7) == Some(second));
    }

    #[test]
    fn a_row_says_what_its_last_call_has_said() {
        let (mut world, pid, id) = world();
        let row = |world: &mut World| {
            let mut rows = Vec::new();
            world.take_all(&mut rows);
            (rows[0].state, rows[0].bytes_in, rows[0].bytes_out)
        };
        assert_eq!(row(&mut world), (ConnState::New, 0, 0));
        assert_eq!(
            world.note(id, (Form::Read, What::Recv { ret: Ret::ok(84) }), By::LOOP, 6),
            None
        );
        assert_eq!(row(&mut world), (ConnState::Reading, 84, 0));
        let sent = What::Send { ret: Ret::ok(10), len: 30 };
        assert_eq!(
            world.note(id, (Form::Read, sent), By::LOOP, 7),
            Some(1),
            "an answer after 1 ns"
        );
        assert_eq!(row(&mut world), (ConnState::Writing, 84, 10));
        let rest = What::Send { ret: Ret::ok(20), len: 20 };
        assert_eq!(world.note(id, (Form::Read, rest), By::LOOP, 8), None, "the rest of it");
        assert_eq!(row(&mut world), (ConnState::Idle, 84, 30));
        let _ = world.note(id, (Form::Read, What::Recv { ret: Ret::ZERO }), By::LOOP, 9);
        assert_eq!(world.close(pid, 7).unwrap().1, Why::PeerClosed);
    }
}
