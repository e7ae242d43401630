//! A thread for each connection: this one accepts, and each of the others serves its own client
//! with calls that sleep. Who is slow keeps nobody but its own thread.

use std::io;
use std::os::fd::AsFd;
use std::thread::Builder;

use super::converse::{converse, refuse};
use super::desk::Witness;
use super::hall::{self, Alarm, Arrival, AtTable, Hall, this_thread};
use super::house::{After, House};
use crate::telemetry::{Fd, ServerKind, What, Why};

pub(super) fn run(house: House, started: &mut dyn FnMut(Fd)) -> io::Result<(House, After)> {
    hall::run(house, ServerKind::Threads, started, |scope, hall| {
        while let Some(arrival) = hall.accept() {
            let (fd, id) = (arrival.fd, arrival.id);
            if arrival.crowded {
                hall.turn_away(arrival);
                continue;
            }
            let thread = Builder::new()
                .name(format!("conn {id}"))
                .stack_size(hall.config.stack_size)
                .spawn_scoped(scope, move || serve(hall, arrival));
            // There may be no more threads (RLIMIT_NPROC, kernel.threads-max, memory).
            if thread.is_err()
                && let Some(arrival) = hall.find(fd, id)
            {
                hall.turn_away(arrival);
            }
        }
    })
}

/// What a thread does.
fn serve(hall: &Hall, arrival: Arrival) {
    let _alarm = Alarm(hall);
    let by = this_thread();
    hall.assign(&arrival, by, None);
    let mut line = AtTable::new(hall, &arrival, by);
    line.fact(What::Started { stack: hall.config.stack_size as u64 }, &[]);
    let socket = arrival.socket.as_fd();
    let why = if arrival.full {
        refuse(socket, &hall.config, &mut line, 503, Why::OverLimit)
    } else {
        converse(socket, &hall.config, &mut line)
    };
    line.close(arrival.socket, why);
    hall.ended(by, arrival.fd, arrival.id);
}
