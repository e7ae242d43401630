//! The servers of a split screen, each with its inspector and its load.

use std::io;
use std::time::Instant;

use super::{Half, Load, Loaded, Split};
use crate::compare::drive::{Drive, Phase};
use crate::compare::{self, Note};
use crate::dashboard::live::{Link, Side};
use crate::dashboard::run::{Options, show, state_of};
use crate::dashboard::session::Session;
use crate::words::strings;

/// Everything that the split screen takes over.
pub struct Setup {
    /// The servers, in the order of the options' names.
    pub sides: [Side; 2],
    /// What is compared, and under which load.
    pub load: compare::Options,
    /// How it looks.
    pub options: Options,
}

/// Shows both until the operator quits, then ends them.
///
/// # Errors
/// When there is no terminal, or it fails, or a server failed.
pub fn run(setup: Setup) -> io::Result<()> {
    let Setup { sides, load, options } = setup;
    let mut names: Vec<String> = load.servers.iter().map(ToString::to_string).collect();
    if names.iter().all(|name| *name == names[0]) {
        names[1..].iter_mut().for_each(|name| name.push_str(" #2"));
    }
    let mut halves = Vec::new();
    for (side, name) in sides.into_iter().zip(names) {
        let state = state_of(Some(side.server.addr), None, &options, Vec::new());
        let drive = Drive::start(side.server.addr, load.clone())?;
        let session = Session::new(Link::from(side), state, Instant::now());
        halves.push(Half::new(name, session, drive));
    }
    let Ok(halves) = <[_; 2]>::try_from(halves) else {
        return Err(io::Error::other(strings().notices.two_servers));
    };
    let load = Load { idle: load.idle, active: load.active, path: load.path, time: load.time };
    show(Split::new(halves, load), &options, None)
}

impl Loaded for Drive {
    fn phase(&self) -> (Phase, Vec<Note>) {
        self.phase()
    }

    fn begin(&self) {
        self.begin();
    }

    fn stop(&self) {
        self.stop();
    }
}
