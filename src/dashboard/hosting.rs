//! Which server the telephones of a class come to: the one that is shown, or, while a lesson has that for
//! itself, another beside it. And how a class is let in while the server runs.
//!
//! A server is moved to another socket by offering it one ([`Door`]); what it has left is taken up here.

use std::io::{self, ErrorKind};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::{Duration, Instant};

use super::state::notice::Notice;
use crate::class::interfaces::everywhere;
use crate::class::{Classroom, Host};
use crate::http::Site;
use crate::record::anonymous::Private;
use crate::server::{self, Bound, Config, Door, Handle, Offer};
use crate::telemetry::{Command, Control, Gone, Nanos, Publisher, control};
use crate::words::plain;

/// So many ports after the class's own are tried for the server that a lesson has for itself.
const PORTS: u16 = 100;
/// Within this time a port is free whose socket was closed: a worker process that is just started has a copy
/// of it until it is another program (execve(2)).
const FREE_WITHIN: Duration = Duration::from_secs(5);

/// A class, and what it takes to have it at one server or at another.
#[derive(Debug)]
pub struct Hosting {
    room: Classroom,
    way: Way,
    /// A lesson wants the server that is shown for itself.
    wanted: bool,
    stage: Stage,
}

/// What it takes.
#[derive(Debug)]
pub struct Way {
    /// Where the server that is shown is offered a socket.
    pub door: Door,
    /// How the server beside it is to be.
    pub beside: Config,
    /// When the time of events began.
    pub start: Instant,
    /// Whether addresses are replaced in what is written down.
    pub private: Private,
}

/// Where the telephones are, or are on their way to.
#[derive(Debug, Default)]
enum Stage {
    /// They come to the server that is shown, or there are none.
    #[default]
    Settled,
    /// That one is to leave the class's socket; it has left this.
    Leaves(Option<Bound>),
    /// Another one has it.
    Beside(Beside),
    /// The other one is to end.
    Ends(Beside),
    /// The one that is shown is to take it.
    Returns,
    /// The one that is shown is to leave a socket that only this machine reaches; it has left this.
    Opens(Option<Bound>),
    /// It has, and its port is to be free by then.
    Frees(Instant),
}

/// The server beside the one that is shown.
#[derive(Debug)]
struct Beside {
    control: Control,
    server: Handle,
    /// One more handle of its socket: it listens on when the server ends.
    bound: Bound,
}

impl Beside {
    fn end(&self) {
        // One that has ended needs no telling.
        let _ = self.control.send(Command::Shutdown);
    }
}

impl Drop for Beside {
    fn drop(&mut self) {
        self.end();
    }
}

/// What is to be done for it.
pub(super) enum Next {
    /// The server that is shown is to move.
    Move,
    /// The operator is to be told.
    Tell(Notice),
}

impl Hosting {
    /// That class, whose addr is where the server listens that is shown.
    #[must_use]
    pub fn new(room: Classroom, way: Way) -> Self {
        Self { room, way, wanted: false, stage: Stage::Settled }
    }

    /// The class, if it is let in.
    pub(super) fn room(&self) -> Option<&Classroom> {
        (self.room.class.host() != Host::None).then_some(&self.room)
    }

    /// Which server the telephones come to; `None` while they are on the way from one to another.
    pub(super) fn telephones(&self) -> Option<Host> {
        match self.stage {
            Stage::Settled | Stage::Beside(_) => Some(self.room.class.host()),
            Stage::Leaves(_)
            | Stage::Ends(_)
            | Stage::Returns
            | Stage::Opens(_)
            | Stage::Frees(_) => None,
        }
    }

    /// Whether the server that is shown is at a socket that it only passes.
    pub(super) fn passes(&self) -> bool {
        matches!(self.stage, Stage::Opens(_) | Stage::Frees(_))
    }

    /// Sends a command to the server beside the one that is shown, where they come to that.
    pub(super) fn send(&self, command: Command) -> Option<Result<(), Gone>> {
        let Stage::Beside(beside) = &self.stage else { return None };
        Some(beside.control.send(command))
    }

    /// They are to come to the server beside, or to the one that is shown, as soon as that can be.
    pub(super) fn set_beside(&mut self, beside: bool) {
        self.wanted = beside;
    }

    /// The class is to be let in. `shown` is where the server that is shown listens.
    pub(super) fn open(&mut self, shown: Option<SocketAddr>) -> Vec<Next> {
        let Some(shown) = shown else { return Vec::new() };
        if !matches!(self.stage, Stage::Settled) || self.room.class.host() != Host::None {
            return Vec::new();
        }
        self.room.addr = shown;
        if !shown.ip().is_loopback() {
            return self.returns(None);
        }
        // While it has that address none can have its port on all of them.
        let bound = server::bind(SocketAddr::new(shown.ip(), 0));
        self.offers(bound, Stage::Opens(None), Notice::NoClassIn)
    }

    /// Goes on; `shown` is where the server that is shown listens, as it has published.
    pub(super) fn go_on(&mut self, shown: Option<SocketAddr>) -> Vec<Next> {
        let Some(shown) = shown else { return Vec::new() };
        let (class, moved) = (self.room.addr, shown != self.room.addr);
        let refused = |left: &Bound| left.addr() != class;
        match std::mem::take(&mut self.stage) {
            Stage::Settled if self.wanted && self.room.class.host() == Host::Shown => {
                let port = |more| self.room.addr.port().saturating_add(more);
                let here = IpAddr::V4(Ipv4Addr::LOCALHOST);
                let bound = server::bind_one_of(here, port(1)..=port(PORTS));
                self.offers(bound, Stage::Leaves(None), Notice::ClassStays)
            }
            Stage::Beside(other) if !self.wanted => {
                other.end();
                self.wait(Stage::Ends(other))
            }
            Stage::Leaves(left) => match left.or_else(|| self.way.door.left()) {
                // It is not tried again and again.
                Some(left) if refused(&left) => {
                    self.wanted = false;
                    Vec::new()
                }
                Some(left) if moved => self.begin_beside(left),
                left => self.wait(Stage::Leaves(left)),
            },
            Stage::Opens(left) => match left.or_else(|| self.way.door.left()) {
                Some(left) if refused(&left) => Vec::new(),
                Some(left) if moved => {
                    drop(left);
                    self.opens(Instant::now() + FREE_WITHIN)
                }
                left => self.wait(Stage::Opens(left)),
            },
            Stage::Frees(by) => self.opens(by),
            Stage::Ends(other) if other.server.is_finished() => {
                let bound = other.bound.try_clone_small();
                drop(other);
                self.returns(bound.or_else(|_| server::bind(class)).ok())
            }
            Stage::Returns if !moved => {
                // What it had is needed no more.
                drop(self.way.door.left());
                Vec::new()
            }
            stage => self.wait(stage),
        }
    }

    fn wait(&mut self, stage: Stage) -> Vec<Next> {
        self.stage = stage;
        Vec::new()
    }

    /// Has the server that is shown go there; `says` why it cannot.
    fn offers(
        &mut self,
        bound: io::Result<Bound>,
        stage: Stage,
        says: fn(String) -> Notice,
    ) -> Vec<Next> {
        match bound {
            Ok(bound) => {
                self.way.door.offer(Offer { bound: Some(bound), class: false });
                self.stage = stage;
                vec![Next::Move]
            }
            Err(error) => {
                self.wanted = false;
                vec![Next::Tell(says(plain(&error)))]
            }
        }
    }

    /// The server that is shown is to have the class, at that socket, or at the one that it has.
    fn returns(&mut self, bound: Option<Bound>) -> Vec<Next> {
        self.way.private.begin();
        self.set_host(Host::Shown);
        self.way.door.offer(Offer { bound, class: true });
        self.stage = Stage::Returns;
        vec![Next::Move]
    }

    fn set_host(&self, host: Host) {
        let now = Nanos::try_from(self.way.start.elapsed().as_nanos()).unwrap_or(Nanos::MAX);
        self.room.class.set_host(host, now);
    }

    fn begin_beside(&mut self, bound: Bound) -> Vec<Next> {
        self.set_host(Host::Beside);
        match self.start(bound) {
            Ok(other) => {
                self.stage = Stage::Beside(other);
                Vec::new()
            }
            Err(error) => {
                self.wanted = false;
                let mut next = self.returns(server::bind(self.room.addr).ok());
                next.push(Next::Tell(Notice::ClassStays(plain(&error))));
                next
            }
        }
    }

    fn start(&self, bound: Bound) -> io::Result<Beside> {
        let ours = bound.try_clone()?;
        let (control, commands) = control()?;
        let publisher = Publisher::new(self.way.start, None, Vec::new());
        let (config, site) = (self.way.beside.clone(), Site::embedded());
        let server = server::start(bound.apart(), config, site, publisher, commands)?;
        Ok(Beside { control, server, bound: ours })
    }

    /// The class is let in on all addresses, once the port is free.
    fn opens(&mut self, by: Instant) -> Vec<Next> {
        let before = self.room.addr;
        let any = SocketAddr::new(everywhere(before.ip()), before.port());
        match server::bind(any) {
            Ok(bound) => {
                self.room.addr = any;
                self.returns(Some(bound))
            }
            Err(error) if error.kind() == ErrorKind::AddrInUse && Instant::now() < by => {
                self.wait(Stage::Frees(by))
            }
            Err(error) => {
                let mut next = self.offers(server::bind(before), Stage::Returns, Notice::NoClassIn);
                next.push(Next::Tell(Notice::NoClassIn(plain(&error))));
                next
            }
        }
    }
}
