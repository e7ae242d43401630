//! The options that can be changed on a running server, and their names.

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::Mistake;

/// When an fd that is ready is reported.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Trigger {
    /// With every wait, as long as it is ready.
    #[default]
    Level,
    /// Once, when it becomes ready; then only when something new comes.
    Edge,
    /// Once; then not at all, until it is watched again.
    Oneshot,
}

impl Trigger {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Level, Self::Edge, Self::Oneshot];

    /// Its name: what `--trigger` takes.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Level => "level",
            Self::Edge => "edge",
            Self::Oneshot => "oneshot",
        }
    }

    /// In a few words.
    #[must_use]
    pub fn summary(self) -> &'static str {
        match self {
            Self::Level => "reported as long as it is ready",
            Self::Edge => "reported once, when something new comes",
            Self::Oneshot => "reported once, until it is watched again",
        }
    }
}

/// What one connection may cost in a turn, in calls, where nothing else is asked for.
pub const BUDGET: u32 = 16;

/// The options that can be changed on a running server, as they are.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Options {
    /// When `epoll` reports an fd that is ready.
    pub trigger: Trigger,
    /// Whether an event is followed by as many `recv`s as there is input, or by one.
    pub drain: bool,
    /// Whether an event is followed by as many `accept`s as there are clients, or by one.
    pub accept_all: bool,
    /// How long `scan` sleeps between two rounds.
    pub nap: Duration,
    /// Bytes that one `recv` may bring.
    pub read_buffer: u32,
    /// Bytes of `SO_SNDBUF` that an accepted socket gets; the kernel's own choice without.
    pub write_buffer: Option<u32>,
    /// How many connections may wait to be accepted.
    pub backlog: u32,
    /// How many threads run the handlers; 0 where whoever serves the connection does.
    pub handlers: u32,
    /// Calls that one connection may cost in a turn.
    pub budget: u32,
    /// What is done wrong on purpose.
    pub mistake: Option<Mistake>,
}

impl Default for Options {
    /// Those of the command line.
    fn default() -> Self {
        Self {
            trigger: Trigger::Level,
            drain: true,
            accept_all: true,
            nap: Duration::ZERO,
            read_buffer: 64 * 1024,
            write_buffer: None,
            backlog: 1024,
            handlers: 0,
            budget: BUDGET,
            mistake: None,
        }
    }
}

/// One option, and what it is to be.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[expect(missing_docs, reason = "the fields of `Options`")]
pub enum Setting {
    Trigger(Trigger),
    Drain(bool),
    AcceptAll(bool),
    Nap(Duration),
    ReadBuffer(u32),
    WriteBuffer(Option<u32>),
    Backlog(u32),
    Handlers(u32),
    Budget(u32),
    Mistake(Option<Mistake>),
}

impl Options {
    /// Changes one of them.
    pub fn set(&mut self, setting: Setting) {
        match setting {
            Setting::Trigger(trigger) => self.trigger = trigger,
            Setting::Drain(drain) => self.drain = drain,
            Setting::AcceptAll(all) => self.accept_all = all,
            Setting::Nap(nap) => self.nap = nap,
            Setting::ReadBuffer(bytes) => self.read_buffer = bytes,
            Setting::WriteBuffer(bytes) => self.write_buffer = bytes,
            Setting::Backlog(backlog) => self.backlog = backlog,
            Setting::Handlers(threads) => self.handlers = threads,
            Setting::Budget(calls) => self.budget = calls,
            Setting::Mistake(mistake) => self.mistake = mistake,
        }
    }

    /// All of them, as they are, in the order in which they are shown.
    #[must_use]
    pub fn settings(&self) -> [Setting; 10] {
        [
            Setting::Trigger(self.trigger),
            Setting::Drain(self.drain),
            Setting::AcceptAll(self.accept_all),
            Setting::Nap(self.nap),
            Setting::ReadBuffer(self.read_buffer),
            Setting::WriteBuffer(self.write_buffer),
            Setting::Backlog(self.backlog),
            Setting::Handlers(self.handlers),
            Setting::Budget(self.budget),
            Setting::Mistake(self.mistake),
        ]
    }
}

impl Setting {
    /// The option's name, as on the command line.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Trigger(_) => "trigger",
            Self::Drain(_) => "drain",
            Self::AcceptAll(_) => "accept",
            Self::Nap(_) => "nap",
            Self::ReadBuffer(_) => "read-buffer",
            Self::WriteBuffer(_) => "write-buffer",
            Self::Backlog(_) => "backlog",
            Self::Handlers(_) => "handler",
            Self::Budget(_) => "budget",
            Self::Mistake(_) => "mistake",
        }
    }

    /// Its value, as on the command line.
    #[must_use]
    pub fn value(self) -> String {
        let switch = |on| if on { "on" } else { "off" }.to_owned();
        match self {
            Self::Trigger(trigger) => trigger.name().into(),
            Self::Drain(on) => switch(on),
            Self::AcceptAll(all) => if all { "all" } else { "one" }.into(),
            Self::Nap(nap) => nap.as_secs_f64().to_string(),
            Self::WriteBuffer(None) => "auto".into(),
            Self::Handlers(0) => "inline".into(),
            Self::Handlers(threads) => format!("offload={threads}"),
            Self::Mistake(None) => "none".into(),
            Self::Mistake(Some(mistake)) => mistake.name().into(),
            Self::ReadBuffer(n)
            | Self::WriteBuffer(Some(n))
            | Self::Backlog(n)
            | Self::Budget(n) => n.to_string(),
        }
    }
}

/// `drain off`
impl fmt::Display for Setting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.name(), self.value())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_is_set_by_itself() {
        let changed = [
            Setting::Trigger(Trigger::Edge),
            Setting::Drain(false),
            Setting::AcceptAll(false),
            Setting::Nap(Duration::from_millis(500)),
            Setting::ReadBuffer(1024),
            Setting::WriteBuffer(Some(4096)),
            Setting::Backlog(4),
            Setting::Handlers(2),
            Setting::Budget(1),
            Setting::Mistake(Some(Mistake::RecvOnce)),
        ];
        let mut options = Options::default();
        for (i, setting) in changed.into_iter().enumerate() {
            options.set(setting);
            let settings = options.settings();
            assert_eq!(settings[..=i], changed[..=i]);
            assert_eq!(settings[i + 1..], Options::default().settings()[i + 1..]);
        }
        let told: Vec<String> = changed.iter().map(ToString::to_string).collect();
        assert_eq!(
            told.join(", "),
            "trigger edge, drain off, accept one, nap 0.5, read-buffer 1024, write-buffer 4096, \
             backlog 4, handler offload=2, budget 1, mistake recv-once"
        );
    }
}
