//! Which server, its limits, and how it starts its workers.

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use super::calls::Sending;
use super::door::Door;
use super::echo::Protocol;
use super::routes::Routes;
use crate::class::Class;
use crate::http;
use crate::telemetry::{BUDGET, Mask, Mistake, Options, ServerKind, Setting, Trigger};

/// What one `recv` brings at most to those who think that it brings all.
const RECV_ONCE: usize = 1024;

/// Which server, and its limits.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "independent switches of the command line")]
pub struct Config {
    /// Which of the nine.
    pub server: ServerKind,
    /// How many connections may wait to be accepted (`listen(2)`).
    pub backlog: u32,
    /// How many connections may be open; over that a client gets a 503.
    pub max_connections: usize,
    /// How many of them one address may have; over that a client gets a 503. 0 for any number.
    pub max_per_address: usize,
    /// How many of those that are too many may get their 503 slowly, so that their 503 arrives
    /// whatever they still say; over that they are closed at once. Each has a descriptor meanwhile.
    pub max_refused: usize,
    /// After how long a connection without a byte in or out is closed; `None` for never.
    pub idle_timeout: Option<Duration>,
    /// How long a request's head may take from its first byte to its last; then the client gets a
    /// 408. `None` for any time.
    pub header_timeout: Option<Duration>,
    /// How long a request's body may take from the end of the head on; `None` for any time.
    pub body_timeout: Option<Duration>,
    /// How long a client may take nothing of what is to be sent; then it is reset. `None` for any
    /// time.
    pub write_timeout: Option<Duration>,
    /// Limits of a request.
    pub limits: http::Limits,
    /// What is answered beside the files.
    pub routes: Routes,
    /// The class in the room, which can be let in.
    pub class: Option<Class>,
    /// Where it is offered another socket.
    pub door: Door,
    /// Whether a connection serves more than one request.
    pub keep_alive: bool,
    /// Whether a short segment is sent at once (`TCP_NODELAY`), or waits for the acknowledgement
    /// of those before it.
    pub nodelay: bool,
    /// Whether the head of a long answer, but not of one over 2 MiB, waits for the body to fill its
    /// segment (`MSG_MORE`).
    pub cork: bool,
    /// Bytes that one `recv` may bring; at least 1.
    pub read_buffer: usize,
    /// Bytes of `SO_SNDBUF` that an accepted socket gets; the kernel's own choice without.
    pub write_buffer: Option<u32>,
    /// Calls that one connection may cost in a turn, before the others get theirs.
    pub budget: u32,
    /// How many threads run the handlers, beside the loop; 0 for none: they run on the loop. Only
    /// the readiness servers have them.
    pub handler_threads: usize,
    /// What is spoken.
    pub protocol: Protocol,
    /// Whether `blocking` ends when it has served one connection.
    pub once: bool,
    /// Bytes of stack that `threads` gives to each of its threads.
    pub stack_size: usize,
    /// How `processes` starts its workers.
    pub worker: Program,
    /// When `epoll` reports an fd that is ready.
    pub trigger: Trigger,
    /// How long `scan` sleeps between two rounds.
    pub nap: Duration,
    /// Whether an event is followed by as many `recv`s as there is input, or by one.
    pub drain: bool,
    /// Whether an event is followed by as many `accept`s as there are clients, or by one.
    pub accept_all: bool,
    /// Whether standard input is watched too.
    pub stdin: bool,
    /// What is done wrong on purpose.
    pub mistake: Option<Mistake>,
    /// Whether lessons can be given on it as it is.
    pub suits_lessons: bool,
    /// What it was before a lesson made it suit; `None` until then.
    pub before: Option<Box<Self>>,
}

impl Config {
    /// Whether this mistake is to be made.
    #[inline]
    pub(crate) fn makes(&self, mistake: Mistake) -> bool {
        self.mistake == Some(mistake)
    }

    /// The options that can be changed while it runs.
    pub(super) fn options(&self) -> Options {
        Options {
            trigger: self.trigger,
            drain: self.drain,
            accept_all: self.accept_all,
            nap: self.nap,
            read_buffer: u32::try_from(self.read_buffer).unwrap_or(u32::MAX),
            write_buffer: self.write_buffer,
            backlog: self.backlog,
            handlers: u32::try_from(self.handler_threads).unwrap_or(u32::MAX),
            budget: self.budget,
            mistake: self.mistake,
        }
    }

    /// Changes one of them.
    pub(super) fn set(&mut self, setting: Setting) {
        match setting {
            Setting::Trigger(trigger) => self.trigger = trigger,
            Setting::Drain(drain) => self.drain = drain,
            Setting::AcceptAll(all) => self.accept_all = all,
            Setting::Nap(nap) => self.nap = nap,
            Setting::ReadBuffer(bytes) => self.read_buffer = bytes as usize,
            Setting::WriteBuffer(bytes) => self.write_buffer = bytes,
            Setting::Backlog(backlog) => self.backlog = backlog,
            Setting::Handlers(threads) => self.handler_threads = threads as usize,
            Setting::Budget(calls) => self.budget = calls,
            Setting::Mistake(mistake) => self.mistake = mistake,
        }
    }

    /// Goes over to what lessons need, or back to what there was before: a class talks for longer than a
    /// client may be silent, asks for handlers that are slow, and sends what is no request at all. The
    /// options that can be changed while it runs are the lesson's own to say.
    pub(super) fn suit_lessons(&mut self, suits: bool) {
        let options = self.options();
        if !suits {
            if let Some(before) = self.before.take() {
                *self = *before;
            }
        } else if !self.suits_lessons {
            let before = self.clone();
            *self = Self {
                idle_timeout: None,
                header_timeout: None,
                body_timeout: None,
                write_timeout: None,
                max_per_address: 0,
                limits: http::Limits::default(),
                routes: Routes { slow: true, ..before.routes },
                keep_alive: true,
                protocol: Protocol::Http,
                once: false,
                suits_lessons: true,
                before: None,
                ..before.clone()
            };
            self.before = Some(Box::new(before));
        }
        options.settings().into_iter().for_each(|setting| self.set(setting));
    }

    /// The server beside this one, to which the telephones of its class come while a lesson is given on
    /// this: as it is by itself, with the same limits.
    #[must_use]
    pub fn beside(&self) -> Self {
        Self {
            server: ServerKind::Epoll,
            routes: Routes { class: true, ..Routes::default() },
            class: self.class.as_ref().map(Class::beside),
            max_connections: self.max_connections,
            max_per_address: self.max_per_address,
            max_refused: self.max_refused,
            idle_timeout: self.idle_timeout,
            header_timeout: self.header_timeout,
            body_timeout: self.body_timeout,
            write_timeout: self.write_timeout,
            limits: self.limits,
            ..Self::default()
        }
    }

    /// The telephones of the class come to this server, or do not any more.
    pub(super) fn let_class_in(&mut self, comes: bool) {
        self.routes.class = comes;
        if let Some(before) = &mut self.before {
            before.routes.class = comes;
        }
    }

    /// Whether an event is followed by as many `recv`s as there is input.
    #[inline]
    pub(super) fn drains(&self) -> bool {
        self.drain && !self.makes(Mistake::NoDrain)
    }

    /// Whether an event is overlooked (`--mistake compare-equal`).
    #[inline]
    pub(super) fn overlooks(&self, mask: Mask) -> bool {
        self.makes(Mistake::CompareEqual) && mask != Mask::IN && mask != Mask::OUT
    }

    /// How a piece of so many bytes at most is sent.
    #[inline]
    pub(super) fn sending(&self, most: u64) -> Sending {
        let forgetful = self.makes(Mistake::IgnorePartialWrite);
        Sending { most, cork: self.cork, forgetful }
    }

    /// How many connections are accepted in one turn.
    pub(super) fn accepts(&self) -> usize {
        if self.accept_all { 256 } else { 1 }
    }

    /// How much one `recv` may bring.
    pub(super) fn recv_size(&self) -> usize {
        let most = if self.makes(Mistake::RecvOnce) { RECV_ONCE } else { usize::MAX };
        self.read_buffer.clamp(1, most)
    }
}

impl Default for Config {
    fn default() -> Self {
        Self {
            server: ServerKind::default(),
            backlog: 1024,
            max_connections: 10_000,
            max_per_address: 0,
            max_refused: 16,
            idle_timeout: Some(Duration::from_secs(300)),
            header_timeout: Some(Duration::from_secs(30)),
            body_timeout: Some(Duration::from_secs(60)),
            write_timeout: Some(Duration::from_secs(60)),
            limits: http::Limits::default(),
            routes: Routes::default(),
            class: None,
            door: Door::default(),
            keep_alive: true,
            nodelay: true,
            cork: true,
            read_buffer: 64 * 1024,
            write_buffer: None,
            budget: BUDGET,
            handler_threads: 0,
            protocol: Protocol::default(),
            once: false,
            stack_size: 64 * 1024,
            worker: Program::default(),
            trigger: Trigger::default(),
            nap: Duration::ZERO,
            drain: true,
            accept_all: true,
            stdin: false,
            mistake: None,
            suits_lessons: false,
            before: None,
        }
    }
}

/// How a worker process is started.
#[derive(Clone, Debug)]
pub struct Program {
    /// The binary.
    pub path: PathBuf,
    /// The flags of its command line that this program was started with, so that the worker does
    /// everything in the same way.
    pub flags: Vec<OsString>,
}

impl Default for Program {
    fn default() -> Self {
        Self { path: "/proc/self/exe".into(), flags: Vec::new() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_lesson_needs_is_there_while_it_is_given() {
        let budget = Setting::Budget(3);
        let mut config = Config { keep_alive: false, max_per_address: 1, ..Config::default() };
        config.suit_lessons(true);
        config.suit_lessons(true);
        assert!(config.suits_lessons && config.routes.slow && config.keep_alive);
        assert_eq!(
            (config.idle_timeout, config.write_timeout, config.max_per_address),
            (None, None, 0)
        );
        config.set(budget);
        config.suit_lessons(false);
        config.suit_lessons(false);
        assert!(!config.suits_lessons && !config.routes.slow && !config.keep_alive);
        assert_eq!(
            (config.idle_timeout, config.max_per_address),
            (Config::default().idle_timeout, 1)
        );
        assert_eq!(config.budget, 3, "the operator's options stay");

        // One that suits as it is stays as it is.
        let limit = Some(Duration::from_secs(7));
        let mut config = Config { suits_lessons: true, idle_timeout: limit, ..Config::default() };
        config.suit_lessons(true);
        assert_eq!(config.idle_timeout, limit);
    }
}
