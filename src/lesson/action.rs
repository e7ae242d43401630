//! What a step does: one sentence each, in the operator's own words.

use std::fmt;
use std::time::Duration;

use super::{Expect, Measure, Name};
use crate::clients::ClientKind;
use crate::telemetry::{Kind, ServerKind, Setting};

/// What is done.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Do {
    /// The loop stands still before its next call.
    Pause,
    /// It runs freely.
    Run,
    /// It makes that many calls a second.
    Slow(u8),
    /// It makes that many calls.
    Step(u32),
    /// It goes to just before its next wait call.
    Turn,
    /// It runs until it is about to make that call.
    Until(Call, Option<Name>),
    /// Clients connect, one after another.
    Connect(Vec<Name>),
    /// That many clients of our own come.
    Come(usize, ClientKind),
    /// A client does something.
    Client(Name, Deed),
    /// The server drops a client.
    Drop(Name),
    /// Another server takes over.
    Server(ServerKind),
    /// An option is changed.
    Set(Setting),
    /// Nothing, for so long.
    Wait(Duration),
    /// Nothing, until that holds, for so long at most.
    Await(Expect, Duration),
    /// That many more descriptors can be opened, or as many as before.
    LimitFds(Option<u32>),
}

/// A call, or any that waits.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Call {
    /// That one.
    Kind(Kind),
    /// The one that waits, whichever it is.
    Wait,
    /// Any.
    Any,
}

/// What a client does.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Deed {
    /// It sends that many bytes which are no whole request.
    SendBytes(usize),
    /// It sends a text.
    SendText(String),
    /// It sends a whole request for that path.
    Ask(String),
    /// It reads that many bytes, or all that comes.
    Read(Option<usize>),
    /// It reads no more.
    StopReading,
    /// It closes its sending half (FIN).
    HalfClose,
    /// It resets its connection (RST).
    Reset,
    /// It closes its connection.
    Close,
    /// It sends a word and closes at once.
    SayBye,
}

impl Call {
    /// Its name in a lesson, and on the screen.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Kind(kind) => kind.name(),
            Self::Wait => "wait",
            Self::Any => "any",
        }
    }

    /// Whether it is such a call, on the server that is there.
    #[must_use]
    pub fn is(self, kind: Kind) -> bool {
        match self {
            Self::Kind(this) => this == kind,
            Self::Wait => kind.is_wait(),
            Self::Any => kind.is_call(),
        }
    }
}

impl Do {
    /// The clients that are named in it.
    #[must_use]
    pub fn clients(&self) -> Vec<Name> {
        match self {
            Self::Connect(names) => names.clone(),
            Self::Client(name, _) | Self::Drop(name) | Self::Until(_, Some(name)) => vec![*name],
            Self::Await(expect, _) => expect.measures().filter_map(Measure::client).collect(),
            _ => Vec::new(),
        }
    }
}

/// As a lesson writes it.
impl fmt::Display for Do {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Pause => f.write_str("pause"),
            Self::Run => f.write_str("run"),
            Self::Slow(rate) => write!(f, "slow {rate}"),
            Self::Step(1) => f.write_str("step"),
            Self::Step(calls) => write!(f, "step {calls}"),
            Self::Turn => f.write_str("turn"),
            Self::Until(call, None) => write!(f, "step until {}", call.name()),
            Self::Until(call, Some(name)) => write!(f, "step until {} {name}", call.name()),
            Self::Connect(names) => {
                for (at, name) in names.iter().enumerate() {
                    write!(f, "{}{name}", if at > 0 { ", " } else { "" })?;
                }
                f.write_str(if names.len() > 1 { " connect" } else { " connects" })
            }
            Self::Come(count, kind) => write!(f, "{count} {} connect", kind.token()),
            Self::Client(name, deed) => write!(f, "{name} {deed}"),
            Self::Drop(name) => write!(f, "drop {name}"),
            Self::Server(server) => write!(f, "server {server}"),
            Self::Set(setting) => write!(f, "set {setting}"),
            Self::Wait(time) => write!(f, "wait {} ms", time.as_millis()),
            Self::Await(expect, within) => {
                write!(f, "until {expect} within {} ms", within.as_millis())
            }
            Self::LimitFds(None) => f.write_str("limit-fds off"),
            Self::LimitFds(Some(free)) => write!(f, "limit-fds {free}"),
        }
    }
}

/// As a lesson writes it.
impl fmt::Display for Deed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::SendBytes(bytes) => write!(f, "sends {bytes}"),
            Self::SendText(text) => {
                f.write_str("sends \"")?;
                for letter in text.chars() {
                    match letter {
                        '\r' => f.write_str("\\r")?,
                        '\n' => f.write_str("\\n")?,
                        '"' | '\\' => write!(f, "\\{letter}")?,
                        other => write!(f, "{other}")?,
                    }
                }
                f.write_str("\"")
            }
            Self::Ask(path) => write!(f, "asks {path}"),
            Self::Read(None) => f.write_str("reads all"),
            Self::Read(Some(bytes)) => write!(f, "reads {bytes}"),
            Self::StopReading => f.write_str("stops reading"),
            Self::HalfClose => f.write_str("half-closes"),
            Self::Reset => f.write_str("resets"),
            Self::Close => f.write_str("closes"),
            Self::SayBye => f.write_str("says bye"),
        }
    }
}
