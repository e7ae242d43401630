//! One client at a time: accept, serve it to its end, accept the next. Each call sleeps until this
//! one client lets it go on; whoever else comes waits in the kernel's backlog.

use std::io;
use std::os::fd::AsFd;

use super::converse::converse;
use super::hall::{self, AtTable};
use super::house::{After, House};
use crate::telemetry::{By, Fd, ServerKind};

pub(super) fn run(house: House, started: &mut dyn FnMut(Fd)) -> io::Result<(House, After)> {
    let once = house.config.once;
    hall::run(house, ServerKind::Blocking, started, |_, hall| {
        while let Some(arrival) = hall.accept() {
            let mut line = AtTable::new(hall, &arrival, By::LOOP);
            let why = converse(arrival.socket.as_fd(), &hall.config, &mut line);
            let served = line.requests() > 0;
            line.close(arrival.socket, why);
            if once && served {
                return hall.end(After::End);
            }
        }
    })
}
