//! Where the tasks wait: each is parked there until what it waits for may have come.

use std::cell::Cell;
use std::future::poll_fn;
use std::panic::resume_unwind;
use std::pin::{Pin, pin};
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::task::yield_now;
use tokio::time::{Instant, Sleep, sleep};

use super::client::{Client, Leave};
use super::room::{Room, Shared};
use super::runtime::Registered;
use crate::server::floor::Floor;
use crate::server::house::After;
use crate::server::listener::REST;
use crate::telemetry::{ConnId, Fd, Kind, Mask, What, Why};

impl Client {
    /// Waits until the runtime holds the socket ready for a call, or a time limit is over.
    pub(super) async fn ready(&mut self, call: Kind) -> Result<(), Leave> {
        if self.budget.is_spent() {
            let budget = {
                let mut room = self.room();
                room.breathe();
                room.floor.budget()
            };
            self.budget = budget;
            yield_now().await;
        }
        let mut parked = false;
        poll_fn(|cx| self.poll_ready(cx, call, &mut parked)).await
    }

    /// Waits until the handler that is due may run on the loop. Between two of them every task that
    /// can go on has its turn, and the runtime looks at its sockets.
    pub(super) async fn turn(&mut self) -> Result<(), Leave> {
        while self.is_due()? {
            yield_now().await;
            let room = &mut *self.room();
            room.breathe();
            let floor = &mut room.floor;
            if floor.due.front().is_none_or(|&(fd, id)| {
                (fd, id) == (self.fd, self.id) || floor.table.get(fd, id).is_none()
            }) {
                // The first after a handler lets a round pass.
                if !std::mem::take(&mut floor.handled) {
                    floor.next_due();
                }
            }
        }
        Ok(())
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
        let on = if call == Kind::Recv { Mask::IN } else { Mask::OUT };
        let ready = if call == Kind::Recv && connection.row.stopped {
            floor.selector.keep(fd, cx);
            false
        } else {
            floor.selector.poll(fd, on, cx).is_ready()
        };
        let late = if ready { None } else { poll_limit(&mut self.limit, floor, (fd, id), own, cx) };
        *noticed |= ready;
        let goes_on = ready || late.is_some();
        if goes_on && *parked {
            self.budget = floor.budget();
        }
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
            room.breathe();
            return Poll::Pending;
        }
        Poll::Ready(late.map_or(Ok(()), |why| Err(Leave::Late(why))))
    }
}

/// Which of its limits is over. Nothing is set when a state with another limit begins, so requests
/// cost nothing: see `limits`.
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

/// Waits until the operator ends the server. A task's panic is the server's.
pub(super) async fn ended(room: &Shared) -> After {
    poll_fn(|cx| {
        let room = &mut *room.borrow_mut();
        while let Poll::Ready(Some(ended)) = room.tasks.poll_join_next(cx) {
            if let Err(error) = ended
                && let Ok(panic) = error.try_into_panic()
            {
                resume_unwind(panic);
            }
        }
        room.main = Some(cx.waker().clone());
        room.floor.ending.map_or(Poll::Pending, Poll::Ready)
    })
    .await
}

/// Waits until there may be somebody to accept.
pub(super) async fn acceptable(room: &Shared) {
    let parked = Cell::new(false);
    poll_fn(|cx| {
        let room = &mut *room.borrow_mut();
        let floor = &mut room.floor;
        let fd = floor.listener.fd;
        if floor.selector.poll(fd, Mask::IN, cx).is_pending() {
            if !parked.replace(true) {
                floor.tell.fact(fd, None, What::Parked { on: Mask::IN }, &[]);
            }
            return Poll::Pending;
        }
        if parked.get() {
            room.noticed = true;
            floor.tell.fact(fd, None, What::Woken, &[]);
        }
        Poll::Ready(())
    })
    .await;
}

/// Waits until a descriptor may be free: one of ours was closed, or a while has passed.
pub(super) async fn rest(room: &Shared) {
    let mut over = pin!(sleep(REST));
    poll_fn(|cx| {
        let room = &mut *room.borrow_mut();
        room.floor.selector.keep(room.floor.listener.fd, cx);
        if std::mem::take(&mut room.floor.acceptable) {
            return Poll::Ready(());
        }
        room.own |= over.is_elapsed();
        over.as_mut().poll(cx)
    })
    .await;
}

/// Waits until the operator has said something.
pub(super) async fn commanded(room: &Shared) {
    poll_fn(|cx| {
        let floor = &mut room.borrow_mut().floor;
        let waker = floor.listener.waker;
        // With edges, the next command wakes again though nobody reads the eventfd.
        floor.selector.poll(waker, Mask::IN, cx).map(|()| floor.selector.spent(waker, Mask::IN))
    })
    .await;
}
