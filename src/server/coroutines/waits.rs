//! Where the tasks wait: each is parked there until what it waits for
//! may have come.

use std::cell::Cell;
use std::future::poll_fn;
use std::panic::resume_unwind;
use std::pin::{Pin, pin};
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::task::yield_now;
use tokio::time::{Instant, Sleep, sleep};

use super::runtime::Registered;
use super::task::{Leave, Task};
use super::tasks::{TaskShared, TaskState};
use crate::server::handover::Outcome;
use crate::server::listener::ACCEPT_PAUSE;
use crate::server::loop_state::LoopState;
use crate::server::table::Client;
use crate::telemetry::{Kind, Mask, Site, What, Why};

impl Task {
    /// Waits until the runtime holds the socket ready for a call, or a
    /// time limit is over.
    #[track_caller]
    pub(super) fn ready(&mut self, call: Kind) -> impl Future<Output = Result<(), Leave>> {
        let site = Site::here();
        async move {
            if self.budget.is_spent() {
                let budget = {
                    let mut shared = self.shared();
                    shared.breathe();
                    shared.state.budget()
                };
                self.budget = budget;
                yield_now().await;
            }
            let mut parked = false;
            poll_fn(|cx| self.poll_ready(cx, (call, site), &mut parked)).await
        }
    }

    /// Waits until the handler that is due may run on the loop. Between
    /// two of them every task that can go on has its turn, and the
    /// runtime looks at its sockets.
    pub(super) async fn turn(&mut self) -> Result<(), Leave> {
        while self.is_due()? {
            yield_now().await;
            let shared = &mut *self.shared();
            shared.breathe();
            let state = &mut shared.state;
            let first = state.due.front().copied();
            if first.is_none_or(|first| first == self.client || state.table.get(first).is_none()) {
                // The first after a handler lets a round pass.
                if !std::mem::take(&mut state.handled) {
                    state.next_due();
                }
            }
        }
        Ok(())
    }

    fn poll_ready(
        &mut self,
        cx: &mut Context<'_>,
        (call, site): (Kind, Option<Site>),
        parked: &mut bool,
    ) -> Poll<Result<(), Leave>> {
        let Self { client, .. } = *self;
        let shared = &mut *self.shared.borrow_mut();
        let TaskState { state, noticed, own, .. } = shared;
        let Some(connection) = state.table.get(client) else {
            return Poll::Ready(Err(Leave::Gone));
        };
        let on = if call == Kind::Recv { Mask::IN } else { Mask::OUT };
        let ready = if call == Kind::Recv && connection.row.stopped {
            state.selector.keep(client.fd, cx);
            false
        } else {
            state.selector.poll(client.fd, on, cx).is_ready()
        };
        let late = if ready { None } else { poll_limit(&mut self.limit, state, client, own, cx) };
        *noticed |= ready;
        let goes_on = ready || late.is_some();
        if goes_on && *parked {
            self.budget = state.budget();
        }
        if *parked == goes_on
            && let Some(connection) = state.table.get(client)
        {
            *parked = !goes_on;
            connection.row.within = (!goes_on).then_some(call);
            connection.row.site = site.filter(|_| !goes_on);
            connection.row.state = connection.state();
            state.table.touch(client.fd);
            let what = if goes_on { What::Woken } else { What::Parked { on } };
            state.publisher.fact(client.fd, Some(client.id), what, &[]);
        }
        if !goes_on {
            shared.breathe();
            return Poll::Pending;
        }
        Poll::Ready(late.map_or(Ok(()), |why| Err(Leave::Late(why))))
    }
}

/// Which of its limits is over. Nothing is set when a state with
/// another limit begins, so requests cost nothing: see `limits`.
fn poll_limit(
    limit: &mut Option<Pin<Box<Sleep>>>,
    state: &mut LoopState<Registered>,
    client: Client,
    own: &mut bool,
    cx: &mut Context<'_>,
) -> Option<Why> {
    loop {
        let sleep = limit.as_mut()?;
        if sleep.as_mut().poll(cx).is_pending() {
            return None;
        }
        *own = true;
        let now = state.publisher.read_clock();
        let connection = state.table.get(client)?;
        match state.config.look(connection, state.resumed, now) {
            Err(why) => return Some(why),
            Ok(Some(next)) => {
                sleep.as_mut().reset(Instant::now() + Duration::from_nanos(next - now));
            }
            Ok(None) => *limit = None,
        }
    }
}

/// Waits until the operator ends the server. A task's panic is the
/// server's.
pub(super) async fn ended(shared: &TaskShared) -> Outcome {
    poll_fn(|cx| {
        let shared = &mut *shared.borrow_mut();
        while let Poll::Ready(Some(ended)) = shared.tasks.poll_join_next(cx) {
            if let Err(error) = ended
                && let Ok(panic) = error.try_into_panic()
            {
                resume_unwind(panic);
            }
        }
        shared.main = Some(cx.waker().clone());
        shared.state.ending.map_or(Poll::Pending, Poll::Ready)
    })
    .await
}

/// Waits until there may be a client to accept.
pub(super) async fn acceptable(shared: &TaskShared) {
    let parked = Cell::new(false);
    poll_fn(|cx| {
        let shared = &mut *shared.borrow_mut();
        let state = &mut shared.state;
        let fd = state.listener.fd;
        if state.selector.poll(fd, Mask::IN, cx).is_pending() {
            if !parked.replace(true) {
                state.publisher.fact(fd, None, What::Parked { on: Mask::IN }, &[]);
            }
            return Poll::Pending;
        }
        if parked.get() {
            shared.noticed = true;
            state.publisher.fact(fd, None, What::Woken, &[]);
        }
        Poll::Ready(())
    })
    .await;
}

/// Waits until a descriptor may be free: one of ours was closed, or a
/// while has passed.
pub(super) async fn pause_accepting(shared: &TaskShared) {
    let mut over = pin!(sleep(ACCEPT_PAUSE));
    poll_fn(|cx| {
        let shared = &mut *shared.borrow_mut();
        shared.state.selector.keep(shared.state.listener.fd, cx);
        if std::mem::take(&mut shared.state.acceptable) {
            return Poll::Ready(());
        }
        shared.own |= over.is_elapsed();
        over.as_mut().poll(cx)
    })
    .await;
}

/// Waits until a command has come.
pub(super) async fn commanded(shared: &TaskShared) {
    poll_fn(|cx| {
        let state = &mut shared.borrow_mut().state;
        let waker = state.listener.waker;
        // With edges, the next command wakes again though nothing reads
        // the eventfd.
        state.selector.poll(waker, Mask::IN, cx).map(|()| state.selector.spent(waker, Mask::IN))
    })
    .await;
}
