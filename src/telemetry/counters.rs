//! Exact totals, kept by the server itself and published beside the stream.

#![expect(
    clippy::inline_always,
    reason = "a caller knows the kind of its event: inlined, counting it is no search by kind"
)]

use std::sync::LazyLock;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::serial::named;
use super::{Errno, Kind, What, Why};

/// Totals since the server was started. Exact whatever the event stream left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counters {
    /// Connections accepted, refused ones included.
    pub accepted: u64,
    /// Connections answered with 503 because `--max-connections` or `--max-per-address` were
    /// open, or their fd was over `FD_SETSIZE`.
    pub refused: u64,
    /// Connections closed, by [`Why`].
    pub closed: [u64; Why::ALL.len()],
    /// Requests understood.
    pub requests: u64,
    /// Under the echo protocol: how often something came and goes back.
    pub echoes: u64,
    /// Responses by the first digit of their status; 0 is unused.
    pub responses: [u64; 6],
    /// Bytes received.
    pub bytes_in: u64,
    /// Bytes sent.
    pub bytes_out: u64,
    /// Returns of the wait call, own plumbing included; in `scan` its rounds.
    pub wakeups: u64,
    /// Fds that those returns reported, own plumbing left out; in `scan`, which is told nothing,
    /// those that had an answer when they were asked.
    pub ready: u64,
    /// Wake-ups that brought nothing but own plumbing or a timer.
    pub own_wakeups: u64,
    /// Of the fds examined: all in those wake-ups, and in others the own waker.
    pub own_examined: u64,
    /// System calls made, by [`Kind`]; only calls are counted here.
    pub calls: [u64; Kind::ALL.len()],
    /// Calls that ended in EAGAIN.
    pub again: u64,
    /// How often the listener had to rest for want of descriptors.
    pub rests: u64,
    /// Fds that were asked whether they are ready: by the kernel in `select` and `poll`, by the
    /// program itself in `scan`; in epoll only those on the ready list are looked at.
    pub examined: u64,
    /// Bytes of descriptor lists copied into the kernel and out of it, by wait calls and
    /// `epoll_ctl`.
    pub copied: u64,
    /// Time spent in wait calls, naps and calls that sleep, by the server's own thread.
    pub waited: super::Nanos,
    /// Threads, processes or tasks started for connections.
    pub started: u64,
    /// Those that have ended.
    pub ended: u64,
    /// Reports of worker processes that could not be read.
    pub unreadable: u64,
}

impl Default for Counters {
    fn default() -> Self {
        Self {
            accepted: 0,
            refused: 0,
            closed: [0; Why::ALL.len()],
            requests: 0,
            echoes: 0,
            responses: [0; 6],
            bytes_in: 0,
            bytes_out: 0,
            wakeups: 0,
            ready: 0,
            own_wakeups: 0,
            own_examined: 0,
            calls: [0; Kind::ALL.len()],
            again: 0,
            rests: 0,
            examined: 0,
            copied: 0,
            waited: 0,
            started: 0,
            ended: 0,
            unreadable: 0,
        }
    }
}

/// Hands the names of those that are one number each to another macro.
macro_rules! singles {
    ($use:ident) => {
        $use!(accepted refused requests echoes bytes_in bytes_out wakeups ready own_wakeups
            own_examined again rests examined copied waited started ended unreadable)
    };
}

/// No number of bytes or of events is larger, so that hundreds of them can be added up.
pub const LARGEST: u64 = 1 << 54;
/// No time is longer, so that dozens can be added up: nine years.
pub const LONGEST: super::Nanos = 1 << 58;

/// Bytes of a `struct epoll_event`, as the kernel copies it on x86-64 (packed); elsewhere 16.
const EPOLL_EVENT: u64 = if cfg!(target_arch = "x86_64") { 12 } else { 16 };

impl Counters {
    /// What clients have asked for: requests, or under the echo protocol what is sent back.
    #[must_use]
    pub fn served(&self) -> u64 {
        self.requests + self.echoes
    }

    /// Counts a call, and what it cost.
    #[inline(always)]
    pub(crate) fn call(&mut self, what: &What) {
        self.calls[what.kind() as usize] += 1;
        if what.ret().is_some_and(|ret| ret.is_err(Errno::AGAIN)) {
            self.again += 1;
        }
        self.add(what);
    }

    /// Counts what a fact says.
    #[inline(always)]
    pub(crate) fn fact(&mut self, what: &What) {
        self.add(what);
    }

    #[inline(always)]
    fn add(&mut self, what: &What) {
        match *what {
            What::EpollWait { ret, waited } => {
                let ready = ret.get().unwrap_or(0);
                self.examined += ready;
                self.copied += ready.saturating_mul(EPOLL_EVENT);
                self.waited += waited;
            }
            What::Accept { ret, .. } => self.accepted += u64::from(ret.get().is_ok()),
            What::EpollCtl { .. } => self.copied += EPOLL_EVENT,
            What::Select { examined, copied, waited, .. }
            | What::Poll { examined, copied, waited, .. } => {
                self.examined += u64::from(examined);
                self.copied += u64::from(copied);
                self.waited += waited;
            }
            What::Nap { waited, .. } => self.waited += waited,
            What::Recv { ret } => self.bytes_in += ret.get().unwrap_or(0),
            What::Send { ret, .. } | What::Sendfile { ret, .. } => {
                self.bytes_out += ret.get().unwrap_or(0);
            }
            What::Request { .. } => self.requests += 1,
            What::Data { .. } => self.echoes += 1,
            What::Response { status, .. } => {
                self.responses[usize::from(status / 100).min(5)] += 1;
            }
            What::Refused => self.refused += 1,
            What::Closed { why, .. } => self.closed[why as usize] += 1,
            What::Rest { .. } => self.rests += 1,
            What::Round { asked, .. } => self.examined += u64::from(asked),
            What::Started { .. } => self.started += 1,
            What::Ended => self.ended += 1,
            What::Unreadable => self.unreadable += 1,
            What::Listen { .. }
            | What::Shutdown { .. }
            | What::Close
            | What::Setsockopt { .. }
            | What::Open { .. }
            | What::Stat { .. }
            | What::Read { .. }
            | What::Openat { .. }
            | What::Getdents { .. }
            | What::Input { .. }
            | What::Wait4 { .. }
            | What::EpollCreate { .. }
            | What::Connect { .. }
            | What::Other { .. }
            | What::Resume
            | What::Pace { .. }
            | What::Missed
            | What::Handler { .. }
            | What::Handled { .. }
            | What::Switched { .. }
            | What::Parked { .. }
            | What::Woken
            | What::Queued { .. }
            | What::Typed
            | What::Set
            | What::Class { .. } => {}
        }
    }

    /// All the numbers, in a fixed order: for the way from one process to another.
    pub(crate) fn words(&mut self) -> impl Iterator<Item = &mut u64> {
        /// Each by its name, so that a new one cannot be forgotten.
        macro_rules! single {
            ($($name:ident)*) => {{
                let Self { closed, responses, calls, $($name),* } = self;
                [$($name),*].into_iter().chain(closed).chain(responses).chain(calls)
            }};
        }
        singles!(single)
    }

    /// What they are called, in that order: those by reason, status and kind `closed:peer reset`,
    /// `responses:2`, `calls:recv`.
    #[must_use]
    pub fn names() -> &'static [String] {
        macro_rules! names {
            ($($name:ident)*) => { [$(stringify!($name)),*] };
        }
        static NAMES: LazyLock<Vec<String>> = LazyLock::new(|| {
            let closed = Why::ALL.iter().map(|why| format!("closed:{}", why.label()));
            let responses = (0..6).map(|digit| format!("responses:{digit}"));
            let calls = Kind::ALL.iter().map(|kind| format!("calls:{}", kind.name()));
            let single = singles!(names).into_iter().map(str::to_owned);
            single.chain(closed).chain(responses).chain(calls).collect()
        });
        &NAMES
    }

    /// Those that are others than before, each by its place among all of them: of a hundred most stay
    /// as they are from one batch to the next.
    #[must_use]
    pub fn changed_since(&self, before: &Self) -> Box<[(u8, u64)]> {
        let (mut now, mut before) = (self.clone(), before.clone());
        let pairs = (0..).zip(now.words().zip(before.words()));
        pairs.filter(|(_, (now, before))| now != before).map(|(at, (now, _))| (at, *now)).collect()
    }

    /// Takes those over that have changed.
    pub fn change(&mut self, changed: &[(u8, u64)]) {
        let mut changed = changed.iter();
        let mut next = changed.next();
        for (at, word) in (0..).zip(self.words()) {
            if let Some((_, now)) = next.filter(|(place, _)| *place == at) {
                *word = *now;
                next = changed.next();
            }
        }
    }

    /// None smaller than it was, none too large to be added up, and no more closed than accepted: so
    /// are those of every server. What a file says may be anything.
    pub fn bound(&mut self, before: &Self) {
        let mut before = before.clone();
        for (now, before) in self.words().zip(before.words()) {
            *now = (*now).clamp(*before, LARGEST);
        }
        self.accepted = self.accepted.max(self.closed_all());
    }

    /// Each of them from what it is and what the same one is in the others.
    pub fn each(&mut self, others: [&Self; 3], is: impl Fn([u64; 4]) -> u64) {
        let mut others = others.map(Self::clone);
        let [a, b, c] = &mut others;
        let all = a.words().zip(b.words()).zip(c.words());
        for (own, ((a, b), c)) in self.words().zip(all) {
            *own = is([*own, *a, *b, *c]);
        }
    }

    /// Fds that were asked whether they are ready, own plumbing left out.
    #[must_use]
    pub fn asked(&self) -> u64 {
        self.examined.saturating_sub(self.own_examined)
    }

    /// Connections closed, for whatever reason.
    #[must_use]
    pub fn closed_all(&self) -> u64 {
        self.closed.iter().sum()
    }

    /// Connections open now.
    #[must_use]
    pub fn open(&self) -> u64 {
        self.accepted.saturating_sub(self.closed_all())
    }

    /// System calls made in all.
    #[must_use]
    pub fn calls_all(&self) -> u64 {
        self.calls.iter().sum()
    }
}

/// How many events a reader did not get, by kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lost {
    /// Events, by [`Kind`].
    pub events: [u64; Kind::ALL.len()],
    /// Loop turns whose time and size are missing from the histograms.
    pub turns: u64,
    /// Answers whose latency is missing.
    pub answers: u64,
}

impl Default for Lost {
    fn default() -> Self {
        Self { events: [0; Kind::ALL.len()], turns: 0, answers: 0 }
    }
}

/// The events by their kinds, and `turns` and `answers`, which no kind is called.
impl Serialize for Lost {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let events = Kind::ALL.iter().map(|kind| kind.name()).zip(self.events);
        let all = events.chain([(TURNS, self.turns), (ANSWERS, self.answers)]);
        named::serialize(all.filter(|(_, lost)| *lost > 0), serializer)
    }
}

impl<'de> Deserialize<'de> for Lost {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut lost = Self::default();
        let set = |name: &str, number| match name {
            TURNS => lost.turns = number,
            ANSWERS => lost.answers = number,
            name => {
                if let Some(at) = Kind::ALL.iter().position(|kind| kind.name() == name) {
                    lost.events[at] = number;
                }
            }
        };
        named::deserialize(set, deserializer)?;
        Ok(lost)
    }
}

const TURNS: &str = "turns";
const ANSWERS: &str = "answers";

impl Lost {
    /// None smaller than it was, and none too large to be added up: see [`Counters::bound`].
    pub fn bound(&mut self, before: &Self) {
        for (now, before) in self.events.iter_mut().zip(before.events) {
            *now = (*now).clamp(before, LARGEST);
        }
        self.turns = self.turns.clamp(before.turns, LARGEST);
        self.answers = self.answers.clamp(before.answers, LARGEST);
    }

    /// With what else is missing.
    #[must_use]
    pub fn with(&self, other: &Self) -> Self {
        let mut all = self.clone();
        for (own, more) in all.events.iter_mut().zip(other.events) {
            *own += more;
        }
        all.turns += other.turns;
        all.answers += other.answers;
        all
    }

    /// Events lost, of all kinds.
    #[must_use]
    pub fn all(&self) -> u64 {
        self.events.iter().sum()
    }
}
