//! One connection, as its task has it: the single steps of a conversation, each told, and the
//! place where it waits.

use std::cell::RefMut;
use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use rustix::net::RecvFlags;
use tokio::task::yield_now;
use tokio::time::{Instant, Sleep, sleep};

use super::room::{Room, Shared};
use super::runtime::Registered;
use crate::http::Payload;
use crate::server::connection::{Connection, LINGER};
use crate::server::desk::Desk;
use crate::server::floor::{BUDGET, Floor};
use crate::server::ret;
use crate::server::session::{self, Output};
use crate::telemetry::{ConnId, Errno, Fd, Kind, Mask, Ret, What, Why};

/// A connection's task has this alone of it: the connection itself is in the table, where the
/// operator may close it at any time.
pub(super) struct Client {
    room: Shared,
    fd: Fd,
    id: ConnId,
    /// Wakes the task when a time limit may be over; `None` when there is none.
    limit: Option<Pin<Box<Sleep>>>,
    /// Calls since the task last let the others go on.
    calls: u32,
}

/// Why a conversation is left.
pub(super) enum Leave {
    /// The connection is closed.
    Gone,
    /// A time limit is over.
    Late(Why),
}

impl Client {
    pub(super) const RECV: Kind = Kind::Recv;

    pub(super) fn new(room: Shared, fd: Fd, id: ConnId) -> Self {
        let limit = {
            let floor = &room.borrow().floor;
            let now = floor.tell.now();
            floor.config.look_again(now).map(|next| Duration::from_nanos(next - now))
        };
        Self { room, fd, id, limit: limit.map(|limit| Box::pin(sleep(limit))), calls: 0 }
    }

    fn room(&self) -> RefMut<'_, Room> {
        self.room.borrow_mut()
    }

    /// Looks at the connection, if it still is there.
    fn with<R>(&self, look: impl FnOnce(&mut Connection) -> R) -> Result<R, Leave> {
        self.room().floor.table.get(self.fd, self.id).map(look).ok_or(Leave::Gone)
    }

    /// Why it is to be closed once all is sent, if it is.
    pub(super) fn ending(&self) -> Result<Option<Why>, Leave> {
        self.with(|connection| connection.session.ending)
    }

    /// Whether requests had to wait until the answers before them were sent.
    pub(super) fn is_behind(&self) -> Result<bool, Leave> {
        self.with(|Connection { session, .. }| {
            !session.input.is_empty() && std::mem::take(&mut session.behind)
        })
    }

    pub(super) fn is_half_closed(&self) -> Result<bool, Leave> {
        self.with(|connection| connection.row.half_closed)
    }

    /// Whether it can be closed without a reset.
    pub(super) fn is_silent(&self, why: Why) -> Result<bool, Leave> {
        let unread = self.room().floor.selector.is_readable(self.fd);
        self.with(|connection| connection.is_silent(why, unread))
    }

    /// The call that the next piece of output takes, if there is one.
    pub(super) fn next_send(&self) -> Result<Option<Kind>, Leave> {
        self.with(|connection| connection.session.output.next())
    }

    /// Waits until the runtime holds the socket ready for a call, or a time limit is over.
    pub(super) async fn ready(&mut self, call: Kind) -> Result<(), Leave> {
        if self.calls >= BUDGET {
            self.calls = 0;
            self.room().breathe();
            yield_now().await;
        }
        let mut parked = false;
        poll_fn(|cx| self.poll_ready(cx, call, &mut parked)).await
    }

    fn poll_ready(
        &mut self,
        cx: &mut Context<'_>,
        call: Kind,
        parked: &mut bool,
    ) -> Poll<Result<(), Leave>> {
        let Self { fd, id, .. } = *self;
        let room = &mut *self.room.borrow_mut();
        let Room { floor, noticed, own, .. } = room;
        let Some(connection) = floor.table.get(fd, id) else {
            return Poll::Ready(Err(Leave::Gone));
        };
        let on = if call == Self::RECV { Mask::IN } else { Mask::OUT };
        let ready = if call == Self::RECV && connection.row.stopped {
            floor.selector.keep(fd, cx);
            false
        } else {
            floor.selector.poll(fd, on, cx).is_ready()
        };
        let late = if ready { None } else { poll_limit(&mut self.limit, floor, (fd, id), own, cx) };
        *noticed |= ready;
        let goes_on = ready || late.is_some();
        if *parked == goes_on
            && let Some(connection) = floor.table.get(fd, id)
        {
            *parked = !goes_on;
            connection.row.within = (!goes_on).then_some(call);
            connection.row.state = connection.state();
            floor.table.touch(fd);
            let what = if goes_on { What::Woken } else { What::Parked { on } };
            floor.tell.fact(fd, Some(id), what, &[]);
        }
        if !goes_on {
            self.calls = 0;
            room.breathe();
            return Poll::Pending;
        }
        Poll::Ready(late.map_or(Ok(()), |why| Err(Leave::Late(why))))
    }

    /// One `recv`; `None` when it brought nothing.
    pub(super) fn try_recv(&mut self) -> Result<Option<usize>, Leave> {
        let Self { fd, id, .. } = *self;
        self.calls += 1;
        let Room { floor, input, .. } = &mut *self.room.borrow_mut();
        let connection = floor.pass(Kind::Recv, fd, id).ok_or(Leave::Gone)?;
        let result = rustix::net::recv(&connection.socket, &mut **input, RecvFlags::DONTWAIT);
        let result = ret(result.map(|(received, _)| received));
        let connection = floor.told(fd, id, What::Recv { ret: result }).ok_or(Leave::Gone)?;
        match result.get() {
            Ok(n) => {
                connection.row.half_closed |= n == 0;
                let received = usize::try_from(n).unwrap_or(usize::MAX);
                // After a short read there is nothing left: what comes later comes with an event.
                if received < input.len() {
                    floor.selector.spent(fd, Mask::IN);
                }
                Ok(Some(received))
            }
            Err(Errno::AGAIN) => {
                floor.selector.spent(fd, Mask::IN);
                Ok(None)
            }
            Err(Errno::INTR) => Ok(None),
            Err(errno) => Err(broken(floor, (fd, id), errno)),
        }
    }

    /// Answers what was kept and the `fresh` bytes just received.
    pub(super) fn answer(&mut self, fresh: usize) -> Result<(), Leave> {
        let Self { fd, id, .. } = *self;
        let Room { floor, desk, input, .. } = &mut *self.room.borrow_mut();
        desk.read_date(floor.tell.now());
        if !floor.answer(desk, fd, id, &input[..fresh]) {
            return Err(Leave::Gone);
        }
        keep(floor, desk, (fd, id));
        Ok(())
    }

    /// Answers with an error before any request was read.
    pub(super) fn refuse(&mut self, status: u16, why: Why) {
        let Self { fd, id, .. } = *self;
        let Room { floor, desk, .. } = &mut *self.room.borrow_mut();
        desk.read_date(floor.tell.now());
        if floor.refuse(desk, fd, id, status, why) {
            keep(floor, desk, (fd, id));
        }
    }

    /// Offers the next piece of the output to the kernel, by the call that [`Client::next_send`]
    /// said.
    pub(super) fn try_send(&mut self, call: Kind) -> Result<(), Leave> {
        let Self { fd, id, .. } = *self;
        self.calls += 1;
        let Room { floor, desk, .. } = &mut *self.room.borrow_mut();
        let Connection { socket, session, .. } = floor.pass(call, fd, id).ok_or(Leave::Gone)?;
        let Output { bytes, payload } = &mut session.output;
        let is_head = !bytes.is_empty();
        let (what, left) = if is_head {
            let more = desk.config.cork && !matches!(payload, Payload::None);
            let what = session::send(socket, bytes, more);
            let sent = what.ret().and_then(|ret| ret.get().ok()).unwrap_or(0);
            bytes.drain(..usize::try_from(sent).unwrap_or(0));
            (what, bytes.len() as u64)
        } else {
            session::offer(socket, payload)
        };
        let connection = floor.told(fd, id, what).ok_or(Leave::Gone)?;
        let output = &mut connection.session.output;
        match what.ret().map_or(Ok(0), Ret::get) {
            Ok(0) => {
                floor.close(fd, id, Why::CutShort);
                Err(Leave::Gone)
            }
            Ok(_) => {
                if left == 0 && is_head {
                    // Its memory serves the next answer.
                    desk.output = std::mem::take(&mut output.bytes);
                } else if left == 0 {
                    let output = std::mem::take(output);
                    floor.close_file(output.payload);
                }
                Ok(())
            }
            Err(Errno::INTR) => Ok(()),
            Err(Errno::AGAIN) => {
                output.bytes.shrink_to_fit();
                floor.selector.spent(fd, Mask::OUT);
                Ok(())
            }
            Err(errno) => Err(broken(floor, (fd, id), errno)),
        }
    }

    /// Shuts our half, and sets a limit for what the peer may still say.
    pub(super) fn half_close(&mut self) -> Result<(), Leave> {
        self.calls += 1;
        self.room().floor.half_close(self.fd, self.id).ok_or(Leave::Gone)?;
        self.limit = Some(Box::pin(sleep(Duration::from_nanos(LINGER))));
        Ok(())
    }

    pub(super) fn close(&mut self, why: Why) -> Leave {
        self.end(why);
        Leave::Gone
    }

    fn end(&mut self, why: Why) {
        self.room().floor.close(self.fd, self.id, why);
    }

    /// A time limit is over: says so, or ends it.
    pub(super) fn time_is_over(&mut self, why: Why) {
        let Self { fd, id, .. } = *self;
        let lingers = self.with(|connection| connection.linger.is_some());
        match why {
            _ if !matches!(lingers, Ok(false)) => self.end(why),
            Why::HeaderTimeout => self.refuse(408, why),
            // It has its answer, or none would be understood: close without a reset.
            Why::BodyTimeout => drop(self.with(|connection| connection.session.ending = Some(why))),
            // What it does not take would stay in the kernel for long after a mere close.
            Why::WriteTimeout => {
                let floor = &mut self.room().floor;
                if floor.gate(Kind::Setsockopt, fd, Some(id)) {
                    floor.reset(fd, id, why);
                }
            }
            _ => self.end(why),
        }
    }
}

impl Drop for Client {
    /// The task has ended, or was ended with its runtime.
    fn drop(&mut self) {
        self.room().floor.tell.fact(self.fd, Some(self.id), What::Ended, &[]);
    }
}

/// Which of its limits is over. Nothing is set when a state with another limit begins, so requests
/// cost nothing: see `deadline`.
fn poll_limit(
    limit: &mut Option<Pin<Box<Sleep>>>,
    floor: &mut Floor<Registered>,
    (fd, id): (Fd, ConnId),
    own: &mut bool,
    cx: &mut Context<'_>,
) -> Option<Why> {
    loop {
        let sleep = limit.as_mut()?;
        if sleep.as_mut().poll(cx).is_pending() {
            return None;
        }
        *own = true;
        let now = floor.tell.read_clock();
        let connection = floor.table.get(fd, id)?;
        match floor.config.look(connection, floor.resumed, now) {
            Err(why) => return Some(why),
            Ok(Some(next)) => {
                sleep.as_mut().reset(Instant::now() + Duration::from_nanos(next - now));
            }
            Ok(None) => *limit = None,
        }
    }
}

/// What was written at the desk is kept with the connection.
fn keep(floor: &mut Floor<Registered>, desk: &mut Desk, (fd, id): (Fd, ConnId)) {
    if !desk.output.is_empty()
        && let Some(connection) = floor.table.get(fd, id)
    {
        connection.session.output.bytes = std::mem::take(&mut desk.output);
    }
}

/// A call failed for good.
fn broken(floor: &mut Floor<Registered>, (fd, id): (Fd, ConnId), errno: Errno) -> Leave {
    floor.broken(fd, id, errno);
    Leave::Gone
}
