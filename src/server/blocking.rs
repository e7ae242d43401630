//! One client at a time: accept, serve it to its end, accept the next.
//! Each call sleeps until this one client lets it go on; whoever else
//! comes waits in the kernel's backlog.

use std::io;
use std::os::fd::AsFd;

use super::blocking_io::serve_connection;
use super::handover::{Handover, Outcome};
use super::shared::{self, ThreadHost};
use crate::telemetry::{By, Fd, ServerKind};

pub(super) fn run(
    handover: Handover,
    started: &mut dyn FnMut(Fd),
) -> io::Result<(Handover, Outcome)> {
    let once = handover.config.once;
    shared::run(handover, ServerKind::Blocking, started, |_, shared| {
        let mut config = shared.config.clone();
        config.idle_timeout = shared.config.silence_on_blocking();
        while let Some(accepted) = shared.accept() {
            let mut host = ThreadHost::new(shared, &accepted, By::LOOP);
            let socket = accepted.socket.as_fd();
            let why = serve_connection(socket, &config, &mut host);
            let served = host.requests() > 0;
            host.close(accepted.socket, why);
            if once && served {
                return shared.end(Outcome::End);
            }
        }
    })
}
