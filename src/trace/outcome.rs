//! A call between its two ends: what is known before it is made, and what has come of it.

use super::arguments::{self, PollList, Sets};
use super::calls;
use super::memory::Memory;
use super::object::Object;
use super::world::{Closed, World};
use crate::telemetry::{
    ConnId, CtlOp, Errno, Fd, Form, How, Kind, Mask, Nanos, Next, Ready, Ret, Site, What,
};

/// A call that is about to be made, or under way.
#[derive(Debug)]
pub(super) struct Call {
    pub(super) form: Form,
    pub(super) kind: Kind,
    pub(super) args: [u64; 6],
    /// Where in the program it is made.
    pub(super) place: u64,
    /// The descriptor that it is about; -1 where there is none.
    pub(super) fd: Fd,
    pub(super) conn: Option<ConnId>,
    /// In which line of the program's own files it is made, where anybody has asked.
    pub(super) site: Option<Site>,
    /// When it was let go.
    pub(super) began: Nanos,
    /// What `poll` and `select` ask for: their answer lies in the same place.
    pub(super) polled: PollList,
    pub(super) sets: Sets,
    /// What `epoll_ctl` asks for, with its data.
    pub(super) event: (Mask, u64),
    /// The arguments of one that is not known better.
    pub(super) text: String,
    /// The connection that it closes.
    pub(super) gone: Option<Closed>,
}

impl Call {
    /// The call that a thread stands before; `None` for one that is of no interest: reading, writing
    /// and closing files.
    pub(super) fn before(
        world: &mut World,
        (tid, pid): (i32, i32),
        form: Form,
        args: [u64; 6],
    ) -> Option<Self> {
        let memory = Memory(tid);
        let fd = match form {
            Form::EpollCtl => arguments::fd(args[2]),
            // Of two the one that is a connection.
            Form::Splice => {
                let from = arguments::fd(args[0]);
                if world.conn(pid, from).is_some() { from } else { arguments::fd(args[2]) }
            }
            form if !calls::begins_with_fd(form) => -1,
            _ => arguments::fd(args[0]),
        };
        let object = world.object(pid, fd);
        let usual = calls::kind(form);
        let of_files = matches!(form, Form::Fcntl | Form::Ioctl)
            || matches!(usual, Kind::Recv | Kind::Send | Kind::Close);
        if of_files && matches!(object, Some(Object::File)) {
            if form == Form::Close {
                let _ = world.close(pid, fd);
            }
            return None;
        }
        let conn = match object {
            Some(Object::Connection(id)) => Some(id),
            _ => None,
        };
        let kind = match usual {
            Kind::Recv | Kind::Send | Kind::Sendfile if conn.is_none() => Kind::Other,
            Kind::Accept if object != Some(Object::Listener) => Kind::Other,
            // It closes nothing.
            Kind::Close if object.is_none() => Kind::Other,
            // What it makes of the socket is known afterwards.
            other => other,
        };
        let [_, b, c, d, ..] = args;
        let polls = matches!(kind, Kind::Poll);
        let selects = matches!(kind, Kind::Select);
        let text = match kind {
            Kind::Other | Kind::Listen => arguments::text(form, args, memory),
            _ => String::new(),
        };
        Some(Self {
            form,
            kind,
            args,
            place: 0,
            fd,
            conn,
            site: None,
            began: 0,
            polled: if polls { PollList::read(memory, args[0], b) } else { PollList::default() },
            sets: if selects { Sets::read(memory, args[0], [b, c, d]) } else { Sets::default() },
            event: if kind == Kind::EpollCtl {
                arguments::epoll_event(memory, d)
            } else {
                (Mask::NONE, 0)
            },
            text,
            gone: None,
        })
    }

    pub(super) fn next(&self) -> Next {
        let op = (self.kind == Kind::EpollCtl).then(|| self.op());
        Next { op, form: self.form, ..Next::new(self.kind, self.fd, self.conn, self.site) }
    }

    /// What `epoll_ctl` was asked to do.
    pub(super) fn op(&self) -> CtlOp {
        match self.args[1] {
            2 => CtlOp::Del,
            3 => CtlOp::Mod,
            _ => CtlOp::Add,
        }
    }

    /// The epoll instance that it is about.
    pub(super) fn epfd(&self) -> Fd {
        arguments::fd(self.args[0])
    }

    /// Bytes that are offered by one that sends.
    fn offered(&self, memory: Memory) -> u64 {
        let [_, b, c, d, ..] = self.args;
        match self.form {
            Form::Pwritev2 | Form::Writev => arguments::parts(memory, b, c),
            Form::Sendmsg => arguments::message(memory, b),
            Form::Sendfile => d,
            _ => c,
        }
    }

    /// What has come of it.
    pub(super) fn outcome(&self, tid: i32, ret: Ret, waited: Nanos) -> What {
        let memory = Memory(tid);
        match self.kind {
            Kind::EpollCtl => {
                let mask = if self.op() == CtlOp::Del { Mask::NONE } else { self.event.0 };
                What::EpollCtl { epfd: self.epfd(), op: self.op(), mask, ret }
            }
            Kind::EpollWait => What::EpollWait { ret, waited },
            Kind::EpollCreate => What::EpollCreate { ret },
            Kind::Recv => What::Recv { ret },
            Kind::Send => What::Send { ret, len: self.offered(memory) },
            Kind::Sendfile => What::Sendfile {
                file: arguments::fd(self.args[1]),
                // Where there is none, it goes on where the file stands.
                offset: memory.word(self.args[2]).unwrap_or_default(),
                len: self.args[3],
                ret,
            },
            Kind::Shutdown => {
                let how = [How::Read, How::Write, How::Both];
                let which = usize::try_from(self.args[1]).unwrap_or_default();
                What::Shutdown { how: how.get(which).copied().unwrap_or(How::Both), ret }
            }
            Kind::Setsockopt => {
                let [_, level, name, ..] = self.args;
                What::Setsockopt { name: arguments::option(level, name), ret }
            }
            Kind::Close => What::Close,
            Kind::Poll => {
                let (examined, copied) = self.polled.costs();
                What::Poll { ret, examined, copied, waited }
            }
            Kind::Select => {
                let (examined, copied) = self.sets.costs(ret.get().is_err());
                What::Select { ret, examined, copied, waited }
            }
            Kind::Nap => What::Nap { ret, waited },
            Kind::Wait4 => What::Wait4 { ret },
            _ => What::Other { ret },
        }
    }

    /// The bytes that its messages have had (recvmmsg(2), sendmmsg(2)), whose result is how many these
    /// were; as what one that moves as many would have told.
    pub(super) fn moved(&self, tid: i32, ret: Ret) -> Option<What> {
        let [_, at, _, ..] = self.args;
        let count = ret.get().ok()?;
        let bytes = |messages: &[(u64, u64)]| messages.iter().map(|(moved, _)| *moved).sum();
        let offered = |messages: &[(u64, u64)]| messages.iter().map(|(_, len)| *len).sum();
        match self.form {
            Form::Recvmmsg => {
                let messages = arguments::messages(Memory(tid), at, count);
                Some(What::Recv { ret: Ret::ok(bytes(&messages)) })
            }
            Form::Sendmmsg => {
                let messages = arguments::messages(Memory(tid), at, count);
                Some(What::Send { ret: Ret::ok(bytes(&messages)), len: offered(&messages) })
            }
            _ => None,
        }
    }

    /// Which descriptors a wait call has found ready, and for what. `by_data` finds the one that an
    /// epoll's data stands for, and its connection.
    pub(super) fn ready(
        &self,
        tid: i32,
        ret: Ret,
        by_data: impl Fn(u64) -> (Fd, Option<ConnId>),
    ) -> Vec<Ready> {
        let (memory, [a, b, c, d, ..]) = (Memory(tid), self.args);
        let Ok(count @ 1..) = ret.get() else { return Vec::new() };
        match self.kind {
            Kind::EpollWait => arguments::epoll_events(memory, b, count)
                .into_iter()
                .map(|(mask, data)| (by_data(data), mask))
                .map(|((fd, conn), mask)| Ready { fd, mask, conn })
                .collect(),
            Kind::Poll => arguments::ready(PollList::read(memory, a, b).answered()),
            Kind::Select => arguments::ready(Sets::read(memory, a, [b, c, d]).entries()),
            _ => Vec::new(),
        }
    }

    /// Whether its threads sleep in it as long as there is nothing to do.
    pub(super) fn sleeps(&self) -> bool {
        matches!(
            self.kind,
            Kind::EpollWait | Kind::Poll | Kind::Select | Kind::Accept | Kind::Nap | Kind::Wait4
        )
    }
}

/// The kernel's return value as a result.
pub(super) fn ret(value: i64) -> Ret {
    match u64::try_from(value) {
        Ok(value) => Ret::ok(value),
        Err(_) => Ret::err(Errno(i32::try_from(-value).unwrap_or(i32::MAX))),
    }
}
