//! The servers of a split screen, each with its inspector and its load.

use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::{Half, Load, Loaded, Split};
use crate::clients::{ClientInfo, ClientKind};
use crate::compare;
use crate::compare::drive::{Drive, Phase};
use crate::dashboard::live::{Link, Side};
use crate::dashboard::run::{Backend, Options, Session, show, state_of};
use crate::inspect::{Question, Snapshot, Workers, cpu};
use crate::telemetry::{Batch, Command, Gone};

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
        let state = state_of(side.server.addr, options, Vec::new());
        let drive = Drive::start(side.server.addr, load.clone())?;
        let live = Live { link: side.into(), drive };
        halves.push(Half::new(name, Session::new(live, state, Instant::now())));
    }
    let Ok(halves) = <[Half<Live>; 2]>::try_from(halves) else {
        return Err(io::Error::other("two servers are needed"));
    };
    let load = Load { idle: load.idle, active: load.active, path: load.path, time: load.time };
    show(Split::new(halves, load), options, None)
}

struct Live {
    link: Link,
    drive: Drive,
}

impl Backend for Live {
    fn drain(&mut self, each: &mut dyn FnMut(&Batch)) -> bool {
        self.link.drain(each)
    }

    fn send(&self, command: Command) -> Result<(), Gone> {
        self.link.send(command)
    }

    fn ended(&mut self) -> Option<Result<(), String>> {
        self.link.ended()
    }

    fn ask(&self, question: Question) {
        self.link.ask(question);
    }

    fn latest(&self) -> Option<Snapshot> {
        self.link.latest()
    }

    // The load is all the clients that there are.

    fn add_clients(&self, _: ClientKind, _: usize) {}

    fn stop_clients(&self) {}

    fn stop_client(&self, _: u32) {}

    fn clients(&self) -> Arc<Vec<ClientInfo>> {
        Arc::default()
    }
}

impl Loaded for Live {
    fn phase(&self) -> (Phase, Vec<String>) {
        self.drive.phase()
    }

    fn begin(&self) {
        self.drive.begin();
    }

    fn stop(&self) {
        self.drive.stop();
    }

    fn cpu(&self, mut workers: Workers) -> Option<Duration> {
        workers.own = Some(self.link.thread()?);
        cpu(&workers)
    }
}
