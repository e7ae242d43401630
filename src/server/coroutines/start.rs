//! How the runtime begins and ends: the first tasks, and their end.

use std::io;

use tokio::runtime::{Builder, LocalOptions};

use super::sleep::{after_wait, before_wait};
use super::tasks::{TaskShared, TaskState};
use super::waits;
use crate::server::handover::{Handover, Outcome};
use crate::telemetry::Fd;

/// Runs the server, whose listener has the task `accept`, until the
/// operator ends it.
pub(super) fn run<Accept: Future<Output = ()> + 'static>(
    handover: Handover,
    started: &mut dyn FnMut(Fd),
    accept: impl FnOnce(TaskShared) -> Accept,
) -> io::Result<(Handover, Outcome)> {
    let runtime = Builder::new_current_thread()
        .enable_io()
        .enable_time()
        .on_thread_park(before_wait)
        .on_thread_unpark(after_wait)
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

/// The operator's task: carries commands out.
async fn run_commands(shared: TaskShared) {
    loop {
        waits::commanded(&shared).await;
        shared.borrow_mut().run_commands();
    }
}
