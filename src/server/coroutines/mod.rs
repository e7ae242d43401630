//! `coroutines`: a task for each connection. Each reads as if it were
//! alone, and where it would have to wait it is parked; the one loop
//! that waits for all of them is inside the runtime (tokio's, with this
//! thread alone).
//!
//! Every call on a socket is made and published here. The runtime's own
//! calls (`epoll_wait`, `epoll_ctl`) cannot be seen from inside and are
//! not published: what can be seen is when a task is parked and when it
//! is run again, when the runtime sleeps, and from outside its interest
//! list (`inspect::runtime`). Of its waits only those
//! that may sleep are counted, not the looks that it takes at its
//! sockets between two tasks.

mod calls;
mod ending;
mod runtime;
mod sleep;
mod start;
mod task;
mod tasks;
mod waits;

use std::io;

use tokio::task::yield_now;

use super::handover::{Handover, Outcome};
use super::listener::out_of_descriptors;
use crate::telemetry::{BUDGET, Fd, Why};
use task::{Ended, Leave, Task};
use tasks::TaskShared;

/// Runs the server until the operator ends it.
pub(super) fn run(
    handover: Handover,
    started: &mut dyn FnMut(Fd),
) -> io::Result<(Handover, Outcome)> {
    start::run(handover, started, accept)
}

/// The task of the listener: accepts, and starts a task for each
/// connection.
async fn accept(shared: TaskShared) {
    for calls in 1u32.. {
        waits::acceptable(&shared).await;
        let result = shared.borrow_mut().accept();
        match result {
            Ok(accepted) => {
                let task = Task::new(shared.clone(), accepted.client);
                let task = serve_connection(task, accepted.full);
                shared.borrow_mut().spawn(task);
            }
            Err(errno) if out_of_descriptors(errno) => {
                waits::pause_accepting(&shared).await;
            }
            // The queue is empty, or one connection was broken
            // (accept(2)): the next is fine.
            Err(_) => {}
        }
        // One that is refused shall be gone before the next one takes a
        // descriptor.
        let refused = result.is_ok_and(|accepted| accepted.full);
        if refused || calls % BUDGET == 0 {
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
    while let Err(Leave::Late(why)) = exchange(&mut task).await {
        task.time_is_over(why);
    }
}

/// Receives requests and sends answers, in turn.
async fn exchange(task: &mut Task) -> Ended {
    loop {
        task.send().await?;
        if let Some(why) = task.ending()? {
            return task.wind_up(why).await;
        }
        if task.is_behind()? {
            task.turn().await?;
            task.answer(0)?;
        } else if task.is_half_closed()? {
            return Err(task.close(Why::PeerClosed));
        } else {
            let received = task.receive().await?;
            if received > 0 {
                task.answer(received)?;
            }
        }
    }
}
