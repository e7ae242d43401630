//! The event log's public format, version 2: a header line, a line for each event, lines between them of
//! what came with the events and what was measured, a closing line. docs/log.md describes it.
//!
//! Every line is one JSON object (RFC 8259) in UTF-8. `seq` is the event's number (a gap is a
//! loss), `t` the seconds since the server was started. `seq` is the order in which the server
//! heard of the events, `t` when each happened: what a worker process did is heard a little later,
//! so between processes a later line may have an earlier `t`. A call has `call`, a fact has `fact`;
//! the other fields are the arguments that matter and then the result: `ret`, or `err` with errno's
//! name, or neither where success has no value that matters. What a peer sent that is not UTF-8 is
//! written with U+FFFD in its place. A text over 8,192 bytes (of a request, its line; a typed line
//! and echo, over 1,024) is cut; its true length follows: `"path":"aaa","path_length":60000`.
//! Events of the program's own plumbing carry `"own":true`, as do its entries of a ready list. What
//! another thread did carries its `tid`; what another process did carries its `pid`, and its fd
//! numbers are that process's own. `at` is the place in the source where a call is made. Version 1 has
//! neither that nor `conn` in ready lists, and no lines between the events; it is read too.
//!
//! | file | what lives there |
//! |---|---|
//! | `schema` | the members by their names, and the type of each |
//! | `beside` | the lines between the events |
//! | `value` | how numbers and strings are written |
//! | `write` | events as lines |
//! | `read` | lines as events |

// Such a match that is not written out would leave a new event without its members.
#![warn(clippy::wildcard_enum_match_arm)]

mod beside;
mod read;
mod schema;
mod value;
mod write;

use std::ffi::{CStr, OsStr};
use std::num::NonZeroUsize;
use std::time::{SystemTime, UNIX_EPOCH};

use jiff::Timestamp;
use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeValLike;
use serde::Serialize;
use serde::de::Error as _;

pub use self::beside::{Beside, Changed, Measured, Text, Told};
pub use self::schema::{Closing, Costs, Origin, Seconds, Usage};
use self::schema::{First, Line, Shown, unknown};
use crate::telemetry::{Counters, EventRef, Fd, OwnedEvent};

/// The format's name and version.
const NAME: &str = "epollscope";
const VERSION: u32 = 2;
/// What `t` is read from (`clock_gettime(2)`), less what it said at the start.
const CLOCK: &str = "CLOCK_MONOTONIC";
/// The oldest that is read.
const OLDEST: u32 = 1;

/// What the first line says.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Header {
    /// Which server it is: `epoll-et`.
    pub server: String,
    /// Its process.
    pub pid: u32,
    /// When it was started; the moment at which `t` is 0. Written in whole seconds.
    pub start: SystemTime,
    /// The mistake that it makes on purpose.
    pub mistake: Option<String>,
    /// It is a part of a longer log.
    pub part: bool,
    /// Where and by what it was written; not known of version 1.
    pub origin: Option<Origin>,
}

impl Header {
    /// Where it came from, if another program was traced.
    #[must_use]
    pub fn traced(&self) -> Option<&Origin> {
        self.origin.as_ref().filter(|origin| origin.traced)
    }
}

impl Origin {
    /// That of what this program writes now; of the options of its server, or of what is traced.
    #[must_use]
    pub fn here(command: impl IntoIterator<Item = impl AsRef<OsStr>>, traced: bool) -> Self {
        let name = rustix::system::uname();
        let said = |text: &CStr| text.to_string_lossy().into_owned();
        let word = |word: &OsStr| word.to_string_lossy().into_owned();
        Self {
            epollscope: env!("CARGO_PKG_VERSION").to_owned(),
            command: command.into_iter().map(|it| word(it.as_ref())).collect(),
            traced,
            kernel: format!("{} {}", said(name.sysname()), said(name.release())),
            machine: said(name.machine()),
            cpus: std::thread::available_parallelism().map_or(1, NonZeroUsize::get),
            clock: CLOCK.to_owned(),
        }
    }
}

/// Appends the first line.
pub fn header(out: &mut Vec<u8>, header: &Header) {
    // A time before 1970 is written as 1970.
    let seconds = header.start.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
    let seconds = i64::try_from(seconds).unwrap_or(i64::MAX);
    let first = First {
        log: NAME.into(),
        version: VERSION,
        server: header.server.as_str().into(),
        pid: header.pid,
        start: Shown(Timestamp::from_second(seconds).unwrap_or(Timestamp::MAX)),
        mistake: header.mistake.as_deref().map(Into::into),
        part: header.part,
        origin: header.origin.clone(),
    };
    line(out, &first);
}

/// Appends an event's line. `waker` is the fd of the server's own plumbing
/// ([`Listener::waker`](crate::telemetry::Listener::waker)), where it is known.
pub fn event(out: &mut Vec<u8>, told: EventRef<'_>, waker: Option<Fd>) {
    write::event(out, told, waker, None);
}

/// The same of a request, with what stands behind the first line of its head.
pub fn request(out: &mut Vec<u8>, told: EventRef<'_>, headers: Option<&[u8]>) {
    write::event(out, told, None, headers);
}

/// Appends a line between the events.
pub fn beside(out: &mut Vec<u8>, beside: &Beside<'_>) {
    line(out, beside);
}

/// Appends the last line. `cut` says that the log ends before the server.
pub fn closing(out: &mut Vec<u8>, lost: u64, events: u64, counters: &Counters, cut: bool) {
    let costs = Costs {
        program: usage(UsageWho::RUSAGE_SELF),
        workers: usage(UsageWho::RUSAGE_CHILDREN),
        ..Costs::of(counters)
    };
    line(out, &Closing { lost, events, costs, cut });
}

/// Appends a last line.
pub fn last(out: &mut Vec<u8>, closing: &Closing) {
    line(out, closing);
}

fn line(out: &mut Vec<u8>, line: &impl Serialize) {
    value::append(out, line);
    out.push(b'\n');
}

fn usage(whose: UsageWho) -> Option<Usage> {
    let usage = getrusage(whose).ok()?;
    let micros = usage.user_time().num_microseconds() + usage.system_time().num_microseconds();
    Some(Usage {
        cpu: Seconds(micros.unsigned_abs() * 1000),
        voluntary: usage.voluntary_context_switches().unsigned_abs(),
        involuntary: usage.involuntary_context_switches().unsigned_abs(),
        max_rss_kib: usage.max_rss().unsigned_abs(),
    })
}

/// What a line of the log says.
#[derive(Clone, Debug)]
pub enum Entry {
    /// The first line.
    Header(Header),
    /// An event. Its fd numbers that are the program's own plumbing: see [`read()`].
    Event(OwnedEvent),
    /// What stands between them.
    Beside(Beside<'static>),
    /// The last line.
    Closing(Closing),
}

/// How the lines between the events begin.
const BESIDE: [&[u8]; 6] =
    [b"{\"batch\"", b"{\"kernel\"", b"{\"clients\"", b"{\"made\"", b"{\"lesson\"", b"{\"source\""];

/// Reads a line. What the log does not have is missing in the event: the rest of a request's head.
/// `waker` is set where a ready list marks an fd as the program's own.
///
/// # Errors
/// The line is not whole, or no version of the program has written it.
pub fn read(line: &[u8], waker: &mut Option<Fd>) -> Result<Entry, serde_json::Error> {
    if line.starts_with(b"{\"seq\"") {
        let mut line: Line<'_> = serde_json::from_slice(line)?;
        line.bound();
        let own = line.ready.iter().flatten().find(|entry| entry.own);
        *waker = own.map(|entry| entry.fd).or(*waker);
        return read::event(&line).map(Entry::Event);
    }
    if BESIDE.iter().any(|name| line.starts_with(name)) {
        return serde_json::from_slice(line).map(Entry::Beside);
    }
    if line.starts_with(b"{\"lost\"") {
        return serde_json::from_slice(line).map(Entry::Closing);
    }
    let first: First<'_> = serde_json::from_slice(line)?;
    if first.log != NAME {
        return Err(unknown(&first.log));
    }
    if !(OLDEST..=VERSION).contains(&first.version) {
        return Err(serde_json::Error::custom(first.version));
    }
    Ok(Entry::Header(Header {
        server: first.server.into_owned(),
        pid: first.pid,
        start: first.start.0.into(),
        mistake: first.mistake.map(Into::into),
        part: first.part,
        origin: first.origin,
    }))
}

#[cfg(test)]
mod tests;
