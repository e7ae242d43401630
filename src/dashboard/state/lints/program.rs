//! What only a program of somebody else's is seen to do wrong: what a list has that is closed, who sleeps
//! in its loop, and whom a listener wakes in vain. Concluded from the events and from what the kernel
//! holds; the servers here are right in these ways, and are not asked.

#[cfg(test)]
pub(super) mod tests;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use foldhash::fast::RandomState;

use super::stale::Stale;
use super::symptom::Symptom;
use crate::dashboard::state::table::TableRow;
use crate::inspect::Snapshot;
use crate::telemetry::{
    By, ConnId, Epolls, Errno, EventRef, Fd, Form, Kind, Mask, Nanos, Ready, Stance, What,
};

/// A call has to sleep that long, and somebody to wait that long meanwhile.
const LONG: Nanos = 300_000_000;
/// So many are remembered at most; who has more starts anew.
const MOST: usize = 4096;
/// So often somebody has to be woken in vain: once or twice it was another who was quicker.
const VAIN: u32 = 3;

/// An end that is read so often in a row is not taken for one.
const ENDS: u32 = 100;

/// A number of a process: of another one than the first, with its own number.
type Number = (Option<i32>, Fd);

/// What is wrong with whom.
type Found = (Option<ConnId>, Fd, Symptom);

/// A call that sleeps where none should.
#[derive(Clone, Debug)]
struct Asleep {
    call: Kind,
    fd: Fd,
    conn: Option<ConnId>,
    /// Since when it is seen to.
    since: Nanos,
    /// Who had bytes unread all that time: since when, and how many had come before.
    waiting: HashMap<ConnId, (Nanos, u64), RandomState>,
    /// Since when somebody waits to be accepted.
    queued: Option<Nanos>,
}

/// What is known of a program.
#[derive(Clone, Debug, Default)]
pub(super) struct Program {
    /// Those who wait for many at once.
    loops: HashSet<By, RandomState>,
    /// Numbers that were closed, each with whose it was, and not given anew since. Where another thread
    /// has got the number, the return of its accept may be told before that of the close.
    closed: HashMap<Number, Option<ConnId>, RandomState>,
    /// The listeners that are on several interest lists.
    epolls: Arc<Epolls>,
    /// Those who were told of what is no connection and have not accepted on it since.
    told: HashSet<(By, Fd), RandomState>,
    /// How often in vain, for each listener by the first of its numbers.
    vain: HashMap<Number, u32, RandomState>,
    /// The last report of each number was of IN alone.
    plain: HashSet<Number, RandomState>,
    /// Something was done then.
    acts: bool,
    /// How often in a row the end of each connection was read.
    ends: HashMap<ConnId, u32, RandomState>,
    asleep: Option<Asleep>,
    stale: Stale,
    found: Vec<Found>,
}

impl Program {
    /// What has been found since this was asked.
    pub(super) fn found(&mut self) -> Vec<Found> {
        std::mem::take(&mut self.found)
    }

    /// Takes over which epolls there are.
    pub(super) fn take(&mut self, epolls: &Arc<Epolls>) {
        self.epolls = Arc::clone(epolls);
        let herds = &self.epolls.herds;
        self.vain.retain(|number, _| herds.iter().any(|herd| herd.numbers.contains(number)));
    }

    /// Events are missing: what was gathered from them does not hold.
    pub(super) fn forget(&mut self) {
        let Self { epolls, mut stale, .. } = std::mem::take(self);
        stale.forget();
        *self = Self { epolls, stale, ..Self::default() };
    }

    /// Takes an event in.
    pub(super) fn event(&mut self, event: EventRef<'_>) {
        let (by, fd, what) = (event.event.by, event.event.fd, event.event.what);
        let number = |fd: Fd| (by.pid(), fd);
        if let Some((id, fd)) = self.stale.event(event) {
            self.found.push((Some(id), fd, Symptom::Stale));
        }
        if what.kind().is_wait() {
            return self.waited(event);
        }
        if !what.kind().is_call() {
            return;
        }
        self.acts |= self.plain.remove(&number(fd));
        let done = what.ret().is_none_or(|ret| ret.get().is_ok());
        match what {
            What::Close => {
                if self.closed.len() > MOST {
                    self.closed.clear();
                }
                self.closed.insert(number(fd), event.event.conn);
                return;
            }
            What::Accept { ret, .. } => {
                if self.told.remove(&(by, fd)) && ret.is_err(Errno::AGAIN) {
                    self.woken_in_vain(number(fd));
                }
                self.given(by, ret.get().ok());
            }
            What::Recv { ret } => self.read(event, ret.get() == Ok(0)),
            What::Other { ret } if gives(event.event.form) => self.given(by, ret.get().ok()),
            What::EpollCreate { ret } => self.given(by, ret.get().ok()),
            _ => {}
        }
        if done {
            self.closed.remove(&number(fd));
        }
    }

    /// Somebody was told of a client whom another had accepted.
    fn woken_in_vain(&mut self, number: Number) {
        let herds = &self.epolls.herds;
        let Some(herd) = herds.iter().find(|herd| herd.numbers.contains(&number)) else { return };
        let Some(first) = herd.numbers.first() else { return };
        let vain = self.vain.entry(*first).or_default();
        *vain = vain.saturating_add(1);
        if *vain >= VAIN {
            let symptom = Symptom::Herd { lists: herd.lists, vain: *vain };
            self.found.push((None, number.1, symptom));
        }
    }

    /// A connection was read, to its end perhaps.
    fn read(&mut self, event: EventRef<'_>, ended: bool) {
        let Some(id) = event.event.conn else { return };
        if !ended {
            self.ends.remove(&id);
            return;
        }
        if self.ends.len() > MOST {
            self.ends.clear();
        }
        let times = self.ends.entry(id).or_default();
        *times = times.saturating_add(1);
        if *times > ENDS && *times % (ENDS / 2) == 1 {
            self.found.push((Some(id), event.event.fd, Symptom::EndRead));
        }
    }

    /// A number was given anew.
    fn given(&mut self, by: By, value: Option<u64>) {
        if let Some(fd) = value.and_then(|value| Fd::try_from(value).ok()) {
            self.closed.remove(&(by.pid(), fd));
        }
    }

    /// A wait call has returned.
    fn waited(&mut self, event: EventRef<'_>) {
        let (by, fd, what) = (event.event.by, event.event.fd, event.event.what);
        // One is asked about before its own call: that is no loop.
        let many = match what {
            What::Poll { examined, .. } | What::Select { examined, .. } => examined > 1,
            _ => true,
        };
        if many {
            limit(&mut self.loops);
            self.loops.insert(by);
        }
        if let What::Select { ret, .. } = what
            && ret.is_err(Errno::BADF)
            && fd >= 0
        {
            self.found.push((None, fd, Symptom::Listed { call: what.kind() }));
        }
        limit(&mut self.told);
        limit(&mut self.plain);
        for ready in event.ready {
            let number = (by.pid(), ready.fd);
            if ready.conn.is_none() {
                self.told.insert((by, ready.fd));
            }
            if ready.mask.has(Mask::NVAL) {
                self.found.push((ready.conn, ready.fd, Symptom::Listed { call: what.kind() }));
            } else if what.kind() == Kind::EpollWait && self.is_gone(&number, ready) {
                let symptom = Symptom::Outlived { mask: ready.mask };
                self.found.push((ready.conn, ready.fd, symptom));
            }
            if ready.mask == Mask::IN {
                self.plain.insert(number);
            } else {
                self.plain.remove(&number);
            }
        }
    }

    /// Whether what is reported is closed.
    pub(super) fn is_closed(&self, by: By, ready: &Ready) -> bool {
        ready.mask.has(Mask::NVAL) || self.is_gone(&(by.pid(), ready.fd), ready)
    }

    /// Whether the number was closed by whose it is in what is reported.
    fn is_gone(&self, number: &Number, ready: &Ready) -> bool {
        let closed = self.closed.get(number);
        closed.is_some_and(|whose| ready.conn.is_none() || ready.conn == *whose)
    }

    /// Whether a mask that nothing is done about looks as if it were compared with IN.
    pub(super) fn compares(&self, mask: Mask) -> bool {
        self.acts && mask.has(Mask::IN) && mask != Mask::IN && !mask.has(Mask::OUT)
    }

    /// Whether someone sleeps in `epoll_wait` now. Threads of a process that is not the first are told as
    /// one: where one of them waits, another it is that sleeps in another call.
    fn waits(&self, by: By) -> bool {
        self.epolls.list.iter().any(|epoll| epoll.by == by && epoll.asleep.is_some())
    }

    /// Nothing sleeps in the loop.
    pub(super) fn goes_on(&mut self) {
        self.asleep = None;
    }

    /// Takes a measurement in, and how many clients wait to be accepted by who does not sleep in that;
    /// returns what sleeps in a loop while others wait, and since when.
    pub(super) fn kernel<'a>(
        &mut self,
        (snapshot, clients): (&Snapshot, u32),
        rows: impl Iterator<Item = &'a TableRow>,
        (stance, now): (Stance, Nanos),
    ) -> Option<(Option<ConnId>, Fd, Nanos, Symptom)> {
        let before = self.asleep.take();
        let mut sleeps = match stance {
            // Of one thread alone.
            Stance::Within(next) if self.loops.len() == 1 => {
                Some((next.kind, next.fd, next.conn, 0))
            }
            _ => None,
        };
        let mut others = Vec::new();
        for row in rows {
            let moves = matches!(row.row().within, Some(Kind::Recv | Kind::Send | Kind::Sendfile));
            let row = row.row();
            if moves && self.loops.contains(&row.by) && !self.waits(row.by) {
                let call = row.within.unwrap_or(row.last);
                sleeps = Some((call, row.fd, Some(row.id), row.bytes_in + row.bytes_out));
            } else if snapshot
                .socket(row.peer, row.local)
                .is_some_and(|socket| socket.recv_queue > 0)
            {
                others.push((row.id, row.bytes_in));
            }
        }
        let (call, fd, conn, _) = sleeps?;
        let same = |asleep: &Asleep| (asleep.call, asleep.fd, asleep.conn) == (call, fd, conn);
        let before = before.filter(same);
        let since = before.as_ref().map_or(now, |asleep| asleep.since);
        let known = |(id, came): (ConnId, u64)| {
            let seen = before.as_ref().and_then(|asleep| asleep.waiting.get(&id).copied());
            (id, seen.filter(|(_, bytes)| *bytes == came).unwrap_or((now, came)))
        };
        let waiting: HashMap<_, _, RandomState> = others.into_iter().map(known).collect();
        let queued = before.as_ref().and_then(|asleep| asleep.queued).unwrap_or(now);
        let long = |since: Nanos| now.saturating_sub(since) >= LONG;
        let mut others = waiting.values().filter(|(since, _)| long(*since)).count();
        if clients > 0 && long(queued) {
            others += usize::try_from(clients).unwrap_or(usize::MAX);
        }
        let queued = (clients > 0).then_some(queued);
        self.asleep = Some(Asleep { call, fd, conn, since, waiting, queued });
        let lasted = now.saturating_sub(since);
        (others > 0).then_some((conn, fd, since, Symptom::Blocks { call, lasted, others }))
    }
}

/// Forgets all where there are too many.
fn limit<T>(set: &mut HashSet<T, RandomState>) {
    if set.len() > MOST {
        set.clear();
    }
}

/// Whether what a call returns is a number that stands for something new.
fn gives(form: Form) -> bool {
    matches!(
        form,
        Form::Accept
            | Form::Accept4
            | Form::Dup
            | Form::Dup2
            | Form::Dup3
            | Form::Eventfd
            | Form::Eventfd2
            | Form::Fcntl
            | Form::IoUringSetup
            | Form::Signalfd
            | Form::Signalfd4
            | Form::Socket
            | Form::TimerfdCreate
    )
}
