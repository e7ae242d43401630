//! The built-in clients: real sockets in this program that talk to the server, so that there is
//! something to see without a browser.
//!
//! One thread drives them all, with an epoll of its own; it sleeps while none of them has
//! anything to do. `client` is one client's state machine, `puppet` that of one which does what it
//! is told (`told`), `answer` finds the end of a response, `socket` opens one, `thread` is the loop.

pub(crate) mod answer;
mod client;
mod puppet;
mod socket;
mod thread;
mod told;

use std::borrow::Cow;
use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use crossbeam_channel::{Receiver, Sender, unbounded};
use mio::{Poll, Waker};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::words::strings;
pub use told::{Act, Name, Report, Reported};

/// How many may be at work at once. What is asked for over that is not added.
pub const MAX: usize = 10_000;

/// How many that have ended are still listed; older ones are forgotten.
pub const ENDED_KEPT: usize = 100;

/// How a built-in client behaves.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum ClientKind {
    /// Connects and sends nothing.
    Idle,
    /// Asks for a page, reads the answer, waits a second, asks again.
    Steady,
    /// Sends ten requests at once, reads all answers, waits three seconds.
    Burst,
    /// Asks for the largest file, several times, and reads a little at a time.
    SlowReader,
    /// Sends its request a byte at a time.
    SlowSender,
    /// Asks, then resets the connection instead of reading the answer; comes back after a while.
    Resetting,
    /// Sends the first half of a request, and then nothing.
    Stalled,
    /// Asks for the largest file, several times, reads a little, and then nothing.
    Deaf,
    /// Asks again as soon as it has its answer.
    Firehose,
    /// Asks for `/slow?ms=1000`, whose handler keeps the loop that long.
    SlowCaller,
    /// Asks and closes at once; comes back after a while.
    Leaver,
    /// Asks again and again without waiting for the answers, as fast as the server takes it.
    Flood,
    /// Does what it is told, under that name: see [`Clients::puppet`].
    Puppet(Name),
}

impl ClientKind {
    /// All kinds that behave in a way of their own, in the order of the chooser.
    pub const ALL: [Self; 12] = [
        Self::Idle,
        Self::Steady,
        Self::Burst,
        Self::SlowReader,
        Self::SlowSender,
        Self::Resetting,
        Self::Stalled,
        Self::Deaf,
        Self::Firehose,
        Self::SlowCaller,
        Self::Leaver,
        Self::Flood,
    ];

    /// Its name, as a person reads it.
    #[must_use]
    pub fn label(self) -> &'static str {
        let text = &strings().clients;
        match self {
            Self::Idle => text.idle,
            Self::Steady => text.steady,
            Self::Burst => text.burst,
            Self::SlowReader => text.slow_reader,
            Self::SlowSender => text.slow_sender,
            Self::Resetting => text.resetting,
            Self::Stalled => text.stalled,
            Self::Deaf => text.deaf,
            Self::Firehose => text.firehose,
            Self::SlowCaller => text.slow_caller,
            Self::Leaver => text.leaver,
            Self::Flood => text.flood,
            Self::Puppet(name) => name.label(),
        }
    }

    /// The one with that [`ClientKind::token`].
    #[must_use]
    pub fn named(token: &str) -> Option<Self> {
        let puppet = || {
            let mut letters = token.chars();
            let name = Name::new(letters.next()?).filter(|_| letters.next().is_none());
            name.map(Self::Puppet)
        };
        Self::ALL.into_iter().find(|kind| kind.token() == token).or_else(puppet)
    }

    /// Its name in `--demo` and in `User-Agent`.
    #[must_use]
    pub fn token(self) -> &'static str {
        match self {
            Self::Idle => "idle",
            Self::Steady => "steady",
            Self::Burst => "burst",
            Self::SlowReader => "slow-reader",
            Self::SlowSender => "slow-sender",
            Self::Resetting => "resetting",
            Self::Stalled => "stalled",
            Self::Deaf => "deaf",
            Self::Firehose => "firehose",
            Self::SlowCaller => "slow-caller",
            Self::Leaver => "leaver",
            Self::Flood => "flood",
            Self::Puppet(name) => name.label(),
        }
    }
}

impl Serialize for ClientKind {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.token())
    }
}

impl<'de> Deserialize<'de> for ClientKind {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let token = Cow::<str>::deserialize(deserializer)?;
        Self::named(&token).ok_or_else(|| D::Error::custom(token))
    }
}

/// One built-in client, as it is now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClientInfo {
    /// Its number, from 1, never used twice.
    pub id: u32,
    /// How it behaves.
    pub kind: ClientKind,
    /// Its own address: the server's row with this peer is this client. `None` between two
    /// connections. One that has ended keeps its last address, so that its closed row is known.
    pub local: Option<SocketAddr>,
    /// Responses read to their end.
    pub responses: u64,
    /// What it does now or how it ended, in a few words.
    pub status: String,
    /// It has no connection yet: its turn has not come, or the server's kernel has not answered.
    pub connecting: bool,
    /// It has ended and will not come back.
    pub ended: bool,
}

impl ClientInfo {
    /// A puppet's name.
    #[must_use]
    pub fn name(&self) -> Option<Name> {
        if let ClientKind::Puppet(name) = self.kind { Some(name) } else { None }
    }
}

/// An order to the thread.
enum Order {
    Add(ClientKind, usize),
    Puppet(Name, u64, Act),
    Stop(u32),
    StopAll,
    Target(SocketAddr),
    Hurry,
}

/// The built-in clients. They end when this is dropped.
pub struct Clients {
    orders: Option<Sender<Order>>,
    waker: Arc<Waker>,
    list: PublishedList,
    /// Orders to puppets so far.
    told: AtomicU64,
    reports: Receiver<Report>,
    thread: Option<JoinHandle<()>>,
}

/// The list as it was last published.
type PublishedList = Arc<Mutex<Arc<Vec<ClientInfo>>>>;

impl Clients {
    /// Starts their thread, with no client yet. They will talk to `target`; an unspecified
    /// address (`0.0.0.0`, `::`) is reached by the loopback one. `echoed`: the server sends back
    /// what it gets, so an answer is the request again.
    ///
    /// # Errors
    /// When the process has no descriptor left, or no thread can be started.
    pub fn start(target: SocketAddr, echoed: bool) -> io::Result<Self> {
        let target = reachable(target);
        let poll = Poll::new()?;
        let waker = Arc::new(Waker::new(poll.registry(), thread::WAKER)?);
        let (orders, queue) = unbounded();
        let (report, reports) = unbounded();
        let list = PublishedList::default();
        let published = list.clone();
        let mut clients =
            thread::ClientThread::new((target, echoed), poll, queue, published, report);
        let thread =
            std::thread::Builder::new().name("clients".into()).spawn(move || clients.run())?;
        let told = AtomicU64::new(0);
        Ok(Self { orders: Some(orders), waker, list, told, reports, thread: Some(thread) })
    }

    /// Adds `n` clients of a kind, some milliseconds apart. Does not wait for them, nor for the
    /// server.
    pub fn add(&self, kind: ClientKind, n: usize) {
        self.order(Order::Add(kind, n));
    }

    /// From now on clients that are added together come close behind one another: nobody looks on.
    pub fn hurry(&self) {
        self.order(Order::Hurry);
    }

    /// Adds `n` clients of all kinds, mixed so that a screen has something to show: mostly steady
    /// and idle ones.
    pub fn demo(&self, n: usize) {
        use ClientKind as K;
        // In this order any number has a sensible mix, and twelve have all kinds.
        const MIX: [ClientKind; 12] = [
            K::Steady,
            K::Idle,
            K::Burst,
            K::SlowReader,
            K::Steady,
            K::SlowSender,
            K::Idle,
            K::Resetting,
            K::Steady,
            K::Idle,
            K::Steady,
            K::Idle,
        ];
        for &kind in MIX.iter().cycle().take(n.min(MAX)) {
            self.add(kind, 1);
        }
    }

    /// Tells the puppet of that name to do something. The first thing is to connect: a puppet comes
    /// into being with that, and ends with its connection. Does not wait; returns the order's number,
    /// under which it is reported when it is over.
    pub fn puppet(&self, name: Name, act: Act) -> u64 {
        let number = self.told.fetch_add(1, Ordering::Relaxed) + 1;
        self.order(Order::Puppet(name, number, act));
        number
    }

    /// What puppets have reported since this was last asked, in its order.
    pub fn reports(&self) -> impl Iterator<Item = Report> {
        self.reports.try_iter()
    }

    /// Those that come from now on talk to that server.
    pub fn retarget(&self, target: SocketAddr) {
        self.order(Order::Target(reachable(target)));
    }

    /// Ends one (its socket is closed); nothing happens when it has ended already.
    pub fn stop(&self, id: u32) {
        self.order(Order::Stop(id));
    }

    /// Ends all.
    pub fn stop_all(&self) {
        self.order(Order::StopAll);
    }

    /// All clients, by their number: those at work and the last [`ENDED_KEPT`] that ended.
    /// Cheap: a new list is made only after a change, at most ten times a second.
    #[must_use]
    pub fn list(&self) -> Arc<Vec<ClientInfo>> {
        self.list.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn order(&self, order: Order) {
        if let Some(orders) = &self.orders {
            // Fails only when the thread has died; then the list stays as it is.
            let _ = orders.send(order);
            let _ = self.waker.wake();
        }
    }
}

impl Drop for Clients {
    fn drop(&mut self) {
        self.orders = None;
        let _ = self.waker.wake();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// An address that can be connected to, for one that may only be bound to.
fn reachable(mut target: SocketAddr) -> SocketAddr {
    if target.ip().is_unspecified() {
        target.set_ip(match target {
            SocketAddr::V4(_) => Ipv4Addr::LOCALHOST.into(),
            SocketAddr::V6(_) => Ipv6Addr::LOCALHOST.into(),
        });
    }
    target
}

#[cfg(test)]
mod tests;
