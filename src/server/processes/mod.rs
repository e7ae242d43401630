//! A process for each connection: this one accepts, starts a worker (the same program) and hands
//! it the socket. A thread for each worker reads what it reports, and waits for its end.
//!
//! The socket stays open here too, so that the operator can shut it down; the connection is closed
//! when both have closed it.

mod reader;
mod root;
mod wire;
mod worker;

use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::thread::Builder;

use rustix::net::{AddressFamily, SocketFlags, SocketType};

use super::handover::{Handover, Outcome};
use super::shared::{self, AcceptedSocket, Shared, WorkerHandle};
use crate::telemetry::{By, Fd, Nanos, ServerKind, What};
use reader::WorkerReader;
pub use root::receive_root;
pub use worker::{WorkerFlags, work};

/// Stack of a thread that reads what a worker reports.
const STACK: usize = 64 * 1024;

pub(super) fn run(
    handover: Handover,
    started: &mut dyn FnMut(Fd),
) -> io::Result<(Handover, Outcome)> {
    let root = handover.responder.root();
    let began = worker::on_clock(handover.publisher.start());
    shared::run(handover, ServerKind::Processes, started, |scope, shared| {
        while let Some(accepted) = shared.accept() {
            if accepted.crowded {
                shared.turn_away(accepted);
                continue;
            }
            // There may be no more threads, processes or descriptors. The thread comes first: it
            // ends if there is no worker for it, but a worker without it would not be waited for.
            let (give, given) = crossbeam_channel::bounded::<WorkerReader>(1);
            let reader =
                Builder::new().name(format!("worker {}", accepted.client.id)).stack_size(STACK);
            let read_reports = move || given.recv().into_iter().for_each(WorkerReader::run);
            let worker = match reader.spawn_scoped(scope, read_reports) {
                Ok(_) => start(shared, &accepted, root.as_deref(), began),
                Err(error) => Err(error),
            };
            let Ok((child, channel)) = worker else {
                shared.turn_away(accepted);
                continue;
            };
            let by = By::process(child.id().cast_signed());
            if let Some(pid) = rustix::process::Pid::from_raw(child.id().cast_signed()) {
                shared.assign(&accepted, by, Some(WorkerHandle { pid, channel: channel.clone() }));
            }
            shared.lock(by).publisher.fact(
                accepted.client.fd,
                Some(accepted.client.id),
                What::Started { stack: 0 },
                &[],
            );
            // It waits for this and for nothing else.
            let _ = give.send(WorkerReader { shared, child, channel, accepted });
        }
    })
}

/// Starts a worker, with the socket as its descriptor 0 and its end of a channel as 1. The root
/// folder's descriptor, if there is one, comes over that. `began` is when the server started.
fn start(
    shared: &Shared,
    accepted: &AcceptedSocket,
    root: Option<&OwnedFd>,
    began: Nanos,
) -> io::Result<(Child, Arc<OwnedFd>)> {
    let flags = SocketFlags::CLOEXEC;
    let (ours, theirs) =
        rustix::net::socketpair(AddressFamily::UNIX, SocketType::STREAM, flags, None)?;
    let program = &shared.config.worker;
    let mut command = Command::new(&program.path);
    command.arg0("epollscope").arg("worker");
    if accepted.full {
        command.arg("--full");
    }
    if shared.config.before.is_some() {
        command.arg("--lesson");
    }
    if shared.config.routes.class {
        command.arg("--class");
    }
    if let Some(root) = root {
        root::send(&ours, root.as_fd())?;
        command.arg("--root");
    }
    command.arg("--start").arg(began.to_string());
    command.arg("--").args(&program.flags);
    command.stdin(Stdio::from(accepted.socket.try_clone()?)).stdout(Stdio::from(theirs));
    let child = command.stderr(Stdio::null()).spawn()?;
    Ok((child, Arc::new(ours)))
}
