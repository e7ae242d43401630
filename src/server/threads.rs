//! A thread for each connection: this one accepts, and each of the
//! others serves its own client with calls that sleep. Who is slow
//! keeps nobody but its own thread.

use std::io;
use std::os::fd::AsFd;
use std::thread::Builder;

use super::blocking_io::{refuse, serve_connection};
use super::handover::{Handover, Outcome};
use super::responder::Host;
use super::shared::{self, AcceptedSocket, EndOnPanic};
use super::shared::{Shared, ThreadHost, this_thread};
use crate::telemetry::ServerKind::Threads;
use crate::telemetry::{Fd, What, Why};

pub(super) fn run(
    handover: Handover,
    started: &mut dyn FnMut(Fd),
) -> io::Result<(Handover, Outcome)> {
    shared::run(handover, Threads, started, |scope, shared| {
        while let Some(accepted) = shared.accept() {
            let client = accepted.client;
            if accepted.crowded {
                shared.turn_away(accepted);
                continue;
            }
            let thread = Builder::new()
                .name(format!("conn {}", client.id))
                .stack_size(shared.config.stack_size)
                .spawn_scoped(scope, move || serve(shared, accepted));
            // There may be no more threads (RLIMIT_NPROC,
            // kernel.threads-max, memory).
            if thread.is_err()
                && let Some(accepted) = shared.find(client)
            {
                shared.turn_away(accepted);
            }
        }
    })
}

/// What a thread does.
fn serve(shared: &Shared, accepted: AcceptedSocket) {
    let _alarm = EndOnPanic(shared);
    let by = this_thread();
    shared.assign(&accepted, by, None);
    let mut host = ThreadHost::new(shared, &accepted, by);
    let stack = shared.config.stack_size as u64;
    host.fact(What::Started { stack }, &[]);
    let socket = accepted.socket.as_fd();
    let why = if accepted.full {
        refuse(socket, &shared.config, &mut host, 503, Why::OverLimit)
    } else {
        serve_connection(socket, &shared.config, &mut host)
    };
    host.close(accepted.socket, why);
    shared.ended(by, accepted.client);
}
