//! What has come of a call: what it was is published, and what is known of the program changes.

use super::Tracer;
use crate::telemetry::{
    By, ConnId, CtlOp, Fd, Form, Kind, Listener, Mask, Options, Ready, Ret, What, Work,
};
use crate::trace::arguments;
use crate::trace::interests::Interests;
use crate::trace::memory::Memory;
use crate::trace::object::Object;
use crate::trace::outcome::Call;
use crate::trace::world::Closed;

impl Tracer {
    /// A call has returned.
    pub(super) fn after(&mut self, tid: i32, ret: Ret) {
        let Some(thread) = self.threads.get_mut(&tid) else { return };
        let (pid, Some(call)) = (thread.pid, thread.call.take()) else { return };
        let now = self.publisher.read_clock();
        let by = self.by(tid, pid);
        self.publisher.by = by;
        let waited = now.saturating_sub(call.began);
        let (mut conn, mut what) = (call.conn, call.outcome(tid, ret, waited));
        let mut text = call.text.clone();
        let mut gone: Vec<Closed> = call.gone.into_iter().collect();
        match call.kind {
            Kind::Accept => {
                conn = self.accept(&call, (tid, pid), ret, by, &mut what);
            }
            Kind::Listen => self.listen(&call, pid, ret, &mut what, &mut text),
            Kind::EpollCtl => {
                conn = self.world.conn(pid, call.fd);
                if ret.get().is_ok() {
                    self.control(pid, &call);
                }
            }
            Kind::Other => self.other(pid, &call, ret, &mut gone),
            _ => {}
        }
        let ready = self.ready(tid, pid, &call, ret);
        if call.kind.is_wait() {
            let count = u32::try_from(ready.len()).unwrap_or(u32::MAX);
            self.publisher.counters.wakeups += 1;
            self.publisher.counters.ready += u64::from(count);
            self.turn = Some((now, count));
        }
        self.publisher.call_of(call.form, call.fd, conn, what, text.as_bytes(), &ready);
        if let Some(id) = conn {
            if let Some(accepted) = self.accepted.get(&id) {
                self.evidence.used(*accepted, (tid, pid), ret);
            }
            if let Some(took) = self.world.note(id, what, by, now) {
                self.publisher.counters.echoes += 1;
                self.publisher.answered(took, 1);
            }
        }
        self.closed(gone);
        self.publisher.by = By::LOOP;
    }

    /// A client was accepted, or not.
    fn accept(
        &mut self,
        call: &Call,
        (tid, pid): (i32, i32),
        ret: Ret,
        by: By,
        what: &mut What,
    ) -> Option<ConnId> {
        let fd = Fd::try_from(ret.get().ok()?).ok()?;
        let memory = Memory(tid);
        let [_, at, len, ..] = call.args;
        let len = memory.exact(len).map_or(0, u32::from_ne_bytes);
        let told = arguments::address(memory, at, len.into());
        let peer = told.or_else(|| self.world.peer_of(pid, fd));
        *what = What::Accept { ret, peer: peer.map(Into::into) };
        let id = self.world.accept(pid, fd, peer, self.publisher.now(), by)?;
        self.accepted.insert(id, (tid, pid));
        Some(id)
    }

    /// A socket listens.
    fn listen(&mut self, call: &Call, pid: i32, ret: Ret, what: &mut What, text: &mut String) {
        self.world.forget(pid, call.fd);
        let backlog = u32::try_from(arguments::fd(call.args[1])).unwrap_or_default();
        let Some(addr) = self.world.listens_at(pid, call.fd) else {
            *text = backlog.to_string();
            *what = What::Other { ret };
            return;
        };
        *what = What::Listen { addr: addr.into(), backlog, ret };
        text.clear();
        if ret.get().is_ok() && self.listener.is_none() {
            let listener = Listener {
                fd: call.fd,
                addr,
                backlog,
                interest: Mask::NONE,
                resting: None,
                server: self.evidence.server().unwrap_or_default(),
                epfd: -1,
                waker: -1,
                stdin: None,
                handler_threads: 0,
                options: Options::default(),
                work: Work::Answers,
                suits_lessons: false,
                run: 1,
            };
            self.listener = Some((pid, listener));
        }
    }

    /// An interest list has changed.
    fn control(&mut self, pid: i32, call: &Call) {
        let list = self.interests.entry((pid, call.epfd())).or_default();
        let (mut mask, data) = call.event;
        match call.op() {
            CtlOp::Add | CtlOp::Mod => list.watch(call.fd, data),
            CtlOp::Del => {
                list.forget(call.fd);
                mask = Mask::NONE;
            }
        }
        self.watch(pid, call.fd, mask, Kind::EpollCtl);
        if self.world.object(pid, call.fd) == Some(Object::Listener)
            && let Some((_, listener)) = &mut self.listener
            && listener.fd == call.fd
        {
            listener.epfd = if call.op() == CtlOp::Del { -1 } else { call.epfd() };
        }
    }

    /// Nothing is watched by that number any more.
    pub(super) fn forget(&mut self, pid: i32, fd: Fd) {
        for ((of, _), list) in &mut self.interests {
            if *of == pid {
                list.forget(fd);
            }
        }
        self.interests.remove(&(pid, fd));
        if self.listener.is_some_and(|(of, listener)| (of, listener.fd) == (pid, fd)) {
            self.listener = None;
        }
    }

    /// What the other calls change of what descriptors stand for.
    fn other(&mut self, pid: i32, call: &Call, ret: Ret, gone: &mut Vec<Closed>) {
        let Ok(value) = ret.get() else { return };
        let to = Fd::try_from(value).unwrap_or(-1);
        match call.form {
            Form::Dup | Form::Dup2 | Form::Dup3 if to != call.fd => {
                gone.extend(self.world.close(pid, to));
                self.forget(pid, to);
                self.world.dup(pid, call.fd, to);
            }
            Form::Fcntl if call.text.starts_with("F_DUPFD") => self.world.dup(pid, call.fd, to),
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
        let empty = Interests::default();
        let list = self.interests.get(&(pid, call.epfd())).unwrap_or(&empty);
        let found = call.ready(tid, ret, |data| list.fd(data));
        let mut ready = arguments::ready(found);
        for entry in &mut ready {
            entry.conn = self.world.conn(pid, entry.fd);
        }
        ready
    }
}
