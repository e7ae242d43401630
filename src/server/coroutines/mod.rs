//! `coroutines`: a task for each connection. Each reads as if it were
//! alone, and where it would have to wait it is parked; the one loop
//! that waits for all of them is inside the runtime (tokio's, with this
//! thread alone).
//!
//! Every call on a socket is made and published here. The runtime's own
//! calls (`epoll_wait`, `epoll_ctl`) cannot be seen from inside and are
//! not published: what can be seen is when a task is parked and when it
//! is run again, and when the runtime sleeps. Of its waits only those
//! that may sleep are counted, not the looks that it takes at its
//! sockets between two tasks.

mod calls;
mod runtime;
mod sleep;
mod task;
mod tasks;
mod waits;

use std::convert::Infallible;
use std::io;

use tokio::runtime::{Builder, LocalOptions};
use tokio::task::yield_now;

use super::connection::LINGER_BYTES;
use super::handover::{Handover, Outcome};
use super::listener::out_of_descriptors;
use super::loop_state::{Accepted, CALLS};
use crate::telemetry::{Fd, Kind, Why};
use task::{Leave, Task};
use tasks::{TaskShared, TaskState};

/// Runs the server until the operator ends it.
pub(super) fn run(
    handover: Handover,
    started: &mut dyn FnMut(Fd),
) -> io::Result<(Handover, Outcome)> {
    let runtime = Builder::new_current_thread()
        .enable_io()
        .enable_time()
        .on_thread_park(sleep::before_wait)
        .on_thread_unpark(sleep::after_wait)
        .build_local(LocalOptions::default())?;
    let shared = TaskState::open(handover);
    let after = runtime.block_on(async {
        shared.borrow_mut().watch_own()?;
        shared.borrow_mut().spawn(accept(shared.clone()));
        shared.borrow_mut().spawn(run_commands(shared.clone()));
        started(-1);
        let after = waits::ended(&shared).await;
        shared.borrow_mut().close_all(after.why());
        io::Result::Ok(after)
    });
    // Its tasks go with it, and publish that they have ended.
    drop(runtime);
    let handover = TaskState::leave(shared);
    Ok((handover, after?))
}

/// The task of the listener: accepts, and starts a task for each
/// connection.
async fn accept(shared: TaskShared) {
    for calls in 1u32.. {
        waits::acceptable(&shared).await;
        let accepted = shared.borrow_mut().accept();
        // One that is refused shall be gone before the next one takes a
        // descriptor.
        let mut rest = calls % CALLS == 0;
        match accepted {
            Ok(Accepted { client, full }) => {
                let task = Task::new(shared.clone(), client);
                let task = serve_connection(task, full);
                shared.borrow_mut().spawn(task);
                rest |= full;
            }
            Err(errno) if out_of_descriptors(errno) => {
                waits::pause_accepting(&shared).await;
            }
            // The queue is empty, or one connection was broken
            // (accept(2)): the next is fine.
            Err(_) => {}
        }
        if rest {
            yield_now().await;
        }
    }
}

/// The task of a connection, from its first byte to its last. `full`
/// says that there are too many.
async fn serve_connection(mut task: Task, full: bool) {
    if full {
        task.refuse(503, Why::OverLimit);
    }
    loop {
        let Err(leave) = exchange(&mut task).await;
        match leave {
            Leave::Late(why) => task.time_is_over(why),
            Leave::Gone => break,
        }
    }
}

/// Why a conversation was left; it does not end otherwise.
type Ended = Result<Infallible, Leave>;

/// Receives requests and sends answers, in turn.
async fn exchange(task: &mut Task) -> Ended {
    loop {
        send(task).await?;
        if let Some(why) = task.ending()? {
            return wind_up(task, why).await;
        }
        if task.is_behind()? {
            task.turn().await?;
            task.answer(0)?;
        } else if task.is_half_closed()? {
            return Err(task.close(Why::PeerClosed));
        } else {
            let received = receive(task).await?;
            if received > 0 {
                task.answer(received)?;
            }
        }
    }
}

/// Sends all that is to be sent.
async fn send(task: &mut Task) -> Result<(), Leave> {
    while let Some(call) = task.next_send()? {
        task.ready(call).await?;
        task.try_send(call)?;
    }
    Ok(())
}

/// Receives something; 0 bytes are the peer's FIN.
async fn receive(task: &mut Task) -> Result<usize, Leave> {
    loop {
        task.ready(Kind::Recv).await?;
        if let Some(received) = task.try_recv()? {
            return Ok(received);
        }
    }
}

/// All is sent and nothing more is taken: closes, at once or by half
/// and after a while, because closing a socket with unread input sends
/// a reset, and a reset can overtake the answer (RFC 9112 section 9.6).
async fn wind_up(task: &mut Task, why: Why) -> Ended {
    task.close_now(why)?;
    task.half_close()?;
    let mut left = Some(LINGER_BYTES);
    while let Some(most) = left {
        let received = receive(task).await?;
        left = most.checked_sub(received).filter(|_| received > 0);
    }
    Err(task.close(why))
}

/// The operator's task: carries commands out.
async fn run_commands(shared: TaskShared) {
    loop {
        waits::commanded(&shared).await;
        shared.borrow_mut().run_commands();
    }
}
