//! Where the tasks wait: each is parked there until what it waits for may have come.

use std::cell::Cell;
use std::future::poll_fn;
use std::panic::resume_unwind;
use std::pin::pin;
use std::task::Poll;

use tokio::time::sleep;

use super::room::Shared;
use crate::server::house::After;
use crate::server::listener::REST;
use crate::telemetry::{Mask, What};

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
