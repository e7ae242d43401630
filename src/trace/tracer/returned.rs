//! What has come of a call: what it was is published, and what is known of the program changes.

use std::net::SocketAddr;

use super::{Accepted, Tracer};
use crate::telemetry::{
    By, ConnId, CtlOp, Errno, Fd, Form, Kind, Listener, Local, Mask, Next, Options, Ready, Ret,
    What, Work, canonical,
};
use crate::trace::arguments;
use crate::trace::memory::Memory;
use crate::trace::object::Object;
use crate::trace::outcome::Call;
use crate::trace::world::Closed;

impl Tracer {
    /// A call has returned.
    pub(super) fn after(&mut self, tid: i32, ret: Ret) {
        let Some(thread) = self.threads.get_mut(&tid) else { return };
        let (pid, Some(mut call)) = (thread.pid, thread.call.take()) else { return };
        let now = self.publisher.read_clock();
        let by = self.by(tid, pid);
        self.publisher.by = by;
        let waited = now.saturating_sub(call.began);
        let (mut conn, mut what) = (call.conn, call.outcome(tid, ret, waited));
        let mut text = call.text.clone();
        let mut gone: Vec<Closed> = call.gone.take().into_iter().collect();
        match call.kind {
            Kind::Accept => {
                conn = self.accept(&call, (tid, pid), ret, by, &mut what, &mut gone);
            }
            Kind::Listen => self.listen(&call, pid, ret, &mut what, &mut text),
            Kind::EpollCtl => {
                conn = self.world.conn(pid, call.fd);
                if ret.get().is_ok() {
                    self.control(pid, &call);
                }
            }
            Kind::EpollCreate | Kind::Other => self.other((tid, pid), &call, ret, &mut gone),
            _ => {}
        }
        if call.kind == Kind::Select && ret.is_err(Errno::BADF) {
            // It says of one of them that it is none, but not of which.
            let mut closed = |(fd, _): &(Fd, Mask)| self.world.object(pid, *fd).is_none();
            call.fd =
                call.sets.entries().iter().find(|entry| closed(entry)).map_or(-1, |entry| entry.0);
        }
        let ready = self.ready(tid, pid, &call, ret);
        self.world.waits_no_more(tid);
        if call.kind.is_wait() {
            let count = u32::try_from(ready.len()).unwrap_or(u32::MAX);
            self.publisher.counters.wakeups += 1;
            self.publisher.counters.ready += u64::from(count);
            self.turn = Some((now, count));
        }
        let made = Next { conn, ..call.next() };
        self.publisher.call_of(made, what, text.as_bytes(), &ready);
        self.listen_in(tid, &call, ret);
        for (id, what) in self.noted((tid, pid), &call, conn.map(|id| (id, what)), ret) {
            if let Some(accepted) = self.accepted.get(&id) {
                self.evidence.used(accepted.by, (tid, pid), ret);
            }
            if let Some(took) = self.world.note(id, (call.form, what), by, now) {
                self.publisher.counters.echoes += 1;
                self.publisher.answered(took, 1);
            }
        }
        self.closed(gone);
        self.publisher.by = By::LOOP;
        if ret.is_err(Errno::RESTART_BLOCK)
            && let Some(thread) = self.threads.get_mut(&tid)
        {
            thread.interrupted = Some(call);
        }
    }

    /// What a call has done on connections: `told` is what its result says.
    fn noted(
        &mut self,
        (tid, pid): (i32, i32),
        call: &Call,
        told: Option<(ConnId, What)>,
        ret: Ret,
    ) -> Vec<(ConnId, What)> {
        let splices = call.form == Form::Splice && ret.get().is_ok();
        let moved: Vec<(Option<ConnId>, What)> = if let Some(moved) = call.moved(tid, ret) {
            vec![(call.conn, moved)]
        } else if splices {
            let mut end = |place: usize| self.world.conn(pid, arguments::fd(call.args[place]));
            let len = ret.get().unwrap_or_default();
            vec![(end(0), What::Recv { ret }), (end(2), What::Send { ret, len })]
        } else {
            return told.into_iter().collect();
        };
        let moved: Vec<_> = moved.into_iter().filter_map(|(id, what)| Some((id?, what))).collect();
        // What is told as another call has not been counted.
        let counters = &mut self.publisher.counters;
        for (_, what) in &moved {
            if let What::Recv { ret } = what {
                counters.bytes_in += ret.get().unwrap_or_default();
            } else if let What::Send { ret, .. } = what {
                counters.bytes_out += ret.get().unwrap_or_default();
            }
        }
        moved
    }

    /// A client was accepted, or not.
    fn accept(
        &mut self,
        call: &Call,
        (tid, pid): (i32, i32),
        ret: Ret,
        by: By,
        what: &mut What,
        gone: &mut Vec<Closed>,
    ) -> Option<ConnId> {
        *what = What::Accept { ret, peer: None };
        let fd = Fd::try_from(ret.get().ok()?).ok()?;
        let memory = Memory(tid);
        let [_, at, len, ..] = call.args;
        let len = memory.exact(len).map_or(0, u32::from_ne_bytes);
        let told = arguments::address(memory, at, len.into());
        let peer = told.or_else(|| self.world.peer_of(pid, fd)).map(canonical);
        *what = What::Accept { ret, peer: peer.map(Into::into) };
        let (id, before) = self.world.accept(pid, fd, peer, self.publisher.now(), by)?;
        gone.extend(before);
        let listener = self.world.opened(pid, call.fd);
        let mut listeners = self.listeners.iter();
        let at = listeners.find(|(opened, _)| Some(*opened) == listener).map(|(_, it)| it.addr);
        // At one that listens everywhere, the connection itself knows where its client has come to.
        let at = at.filter(|at| !at.ip().to_canonical().is_unspecified());
        let local = at.or_else(|| self.world.local_of(pid, fd)).map(|at| Local::of(canonical(at)));
        self.world.change(id, |row| row.local = local.unwrap_or_default());
        self.accepted.insert(id, Accepted { by: (tid, pid), listener });
        Some(id)
    }

    /// A socket listens.
    fn listen(&mut self, call: &Call, pid: i32, ret: Ret, what: &mut What, text: &mut String) {
        let backlog = u32::try_from(arguments::fd(call.args[1])).unwrap_or_default();
        let Some(addr) = self.world.listens_at(pid, call.fd) else {
            *text = backlog.to_string();
            *what = What::Other { ret };
            return;
        };
        *what = What::Listen { addr: addr.into(), backlog, ret };
        text.clear();
        if ret.get().is_ok() {
            self.listens(pid, call.fd, addr, backlog);
        }
    }

    /// It listens there.
    pub(super) fn listens(&mut self, pid: i32, fd: Fd, addr: SocketAddr, backlog: u32) {
        let Some(opened) = self.world.opened(pid, fd) else { return };
        if let Some((_, known)) = self.listeners.iter_mut().find(|(own, _)| *own == opened) {
            known.backlog = backlog;
            return;
        }
        let listener = Listener {
            fd,
            addr,
            backlog,
            // It may be watched already.
            interest: self.world.interest(pid, fd),
            resting: None,
            server: self.evidence.server().unwrap_or_default(),
            epfd: -1,
            waker: -1,
            stdin: None,
            handler_threads: 0,
            options: Options::default(),
            work: Work::Answers,
            sends_http: false,
            suits_lessons: false,
            run: 1,
        };
        self.listeners.push((opened, listener));
    }

    /// An interest list has changed.
    fn control(&mut self, pid: i32, call: &Call) {
        self.controlled((pid, call.epfd()), call.op(), call.fd, call.event);
    }

    /// An interest list is another one now.
    pub(super) fn controlled(
        &mut self,
        (pid, epfd): (i32, Fd),
        op: CtlOp,
        fd: Fd,
        event: (Mask, u64),
    ) {
        self.world.control((pid, epfd), op, fd, event);
        let mask = self.world.interest(pid, fd);
        self.watch(pid, fd, mask, Kind::EpollCtl);
        let epfd = if op == CtlOp::Del { -1 } else { epfd };
        self.listened(pid, fd, |listener| listener.epfd = epfd);
    }

    /// What the other calls change of what descriptors stand for.
    fn other(&mut self, (tid, pid): (i32, i32), call: &Call, ret: Ret, gone: &mut Vec<Closed>) {
        let Ok(value) = ret.get() else { return };
        let to = Fd::try_from(value).unwrap_or(-1);
        let two = |at| arguments::two(Memory(tid), at);
        let (made, object) = match call.form {
            Form::Socket | Form::Accept | Form::Accept4 => ([to, -1], Object::Socket),
            Form::Socketpair => (two(call.args[3]), Object::Socket),
            Form::Pipe | Form::Pipe2 => (two(call.args[0]), Object::Pipe),
            Form::EpollCreate | Form::EpollCreate1 => ([to, -1], Object::Epoll),
            Form::Eventfd | Form::Eventfd2 => ([to, -1], Object::Eventfd),
            Form::TimerfdCreate => ([to, -1], Object::Timerfd),
            Form::IoUringSetup => ([to, -1], Object::IoUring),
            // Else it is the one that it was.
            Form::Signalfd | Form::Signalfd4 if call.fd < 0 => ([to, -1], Object::Signalfd),
            _ => ([-1; 2], Object::Waited),
        };
        for fd in made.into_iter().filter(|fd| *fd >= 0) {
            gone.extend(self.world.made(pid, fd, object));
        }
        match call.form {
            Form::Connect => self.world.stands_anew(),
            Form::Dup | Form::Dup2 | Form::Dup3 if to != call.fd => {
                gone.extend(self.world.dup(pid, call.fd, to));
            }
            Form::Fcntl if call.text.starts_with("F_DUPFD") => {
                gone.extend(self.world.dup(pid, call.fd, to));
            }
            Form::CloseRange => {
                let [first, last, flags, ..] = call.args.map(|arg| arg & 0xffff_ffff);
                // With CLOSE_RANGE_CLOEXEC nothing is closed yet.
                if flags & 4 == 0 {
                    gone.extend(self.world.close_range(pid, first, last));
                }
            }
            _ => {}
        }
    }

    /// Whom a wait call has found ready.
    fn ready(&mut self, tid: i32, pid: i32, call: &Call, ret: Ret) -> Vec<Ready> {
        let mut ready = call.ready(tid, ret, |data| self.world.told(pid, call.epfd(), data));
        if call.kind != Kind::EpollWait {
            for entry in &mut ready {
                entry.conn = self.world.conn(pid, entry.fd);
            }
        }
        ready
    }
}
