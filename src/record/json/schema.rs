//! The log's schema: the members of each line, by their names, for writing and for reading.
//!
//! `write.rs` gives them their values from events, `read.rs` makes events of them. What is written
//! is what can be read: each member has one type.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use serde::de::{Error, Unexpected};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::value;
use crate::telemetry::{Addr, Counters, Errno, Fd, LARGEST, LONGEST, Mask, Nanos, Until};
use crate::words::in_english;

/// A word or text; what is written is borrowed where it can be.
pub(super) type Word<'a> = Cow<'a, str>;

/// The first line.
#[derive(Serialize, Deserialize)]
pub(super) struct First<'a> {
    /// Always `epollscope`: what tells this format from any other.
    pub(super) log: Word<'a>,
    pub(super) version: u32,
    pub(super) server: Word<'a>,
    pub(super) pid: u32,
    /// RFC 3339, in whole seconds.
    pub(super) start: Shown<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) mistake: Option<Word<'a>>,
    /// It is a part of a longer log: what is missing between its events is so on purpose.
    #[serde(default, skip_serializing_if = "is_false")]
    pub(super) part: bool,
    /// Where and by what it was written: not in version 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) origin: Option<Origin>,
}

/// What wrote a log, how it was called, and on which machine.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Origin {
    /// The version of this program.
    pub epollscope: String,
    /// What was traced, with its arguments; or the options of the server.
    pub command: Vec<String>,
    /// Another program was traced.
    #[serde(default, skip_serializing_if = "is_false")]
    pub traced: bool,
    /// The machine's kernel, as uname(2) has it: its name and release.
    pub kernel: String,
    /// The machine's architecture.
    pub machine: String,
    /// Its processors.
    pub cpus: usize,
    /// The clock of `t`.
    pub clock: String,
}

/// Names the members of an event's line, each once: for reading, a field of [`Line`]; for writing, a
/// method of [`Writing`].
///
/// A line is written as its members come, and no [`Line`] is made for it: a line has few of them,
/// and to pass over the others takes longer than to write those.
macro_rules! members {
    ($life:lifetime: $($name:ident: $value:ty,)*) => {
        /// The line of an event, as it is read. One of `call` and `fact` is there.
        #[derive(Deserialize)]
        pub(super) struct Line<$life> {
            $(pub(super) $name: Option<$value>,)*
        }

        impl<$life> Writing<$life> {
            $(pub(super) fn $name(&mut self, value: impl Member<$value>) {
                self.member(concat!(",\"", stringify!($name), "\":"), &value);
            })*
        }
    };
}

impl Line<'_> {
    /// No number of bytes or of events is too large to be added up.
    pub(super) fn bound(&mut self) {
        let Self { ret, len, offset, body, bytes_in, bytes_out, requests, bytes, stack, .. } = self;
        for number in [ret, len, offset, body, bytes_in, bytes_out, requests, bytes, stack] {
            *number = number.map(|number| number.min(LARGEST));
        }
    }
}

/// What is written where a `T` is read; or `None`, where the line does not have that member.
pub(super) trait Member<T> {
    fn is_there(&self) -> bool {
        true
    }
    fn append(&self, out: &mut Vec<u8>);
}

impl<T: Serialize> Member<T> for T {
    fn append(&self, out: &mut Vec<u8>) {
        value::append(out, self);
    }
}

impl<T: Serialize> Member<T> for Option<T> {
    fn is_there(&self) -> bool {
        self.is_some()
    }
    fn append(&self, out: &mut Vec<u8>) {
        value::append(out, self);
    }
}

/// A name that the program gives, in which nothing is to be escaped.
impl Member<Word<'_>> for &'static str {
    fn append(&self, out: &mut Vec<u8>) {
        value::append_name(out, self);
    }
}

/// An event's line that is being written.
pub(super) struct Writing<'a> {
    out: &'a mut Vec<u8>,
    begin: usize,
}

impl<'a> Writing<'a> {
    /// The line begins.
    pub(super) fn begin(out: &'a mut Vec<u8>) -> Self {
        Self { begin: out.len(), out }
    }

    /// Writes a member, if it is there; `key` is its name with all that stands around it.
    fn member<T>(&mut self, key: &str, member: &impl Member<T>) {
        if member.is_there() {
            self.out.extend_from_slice(key.as_bytes());
            member.append(self.out);
        }
    }

    /// It ends.
    pub(super) fn end(self) {
        // The first member needs no comma before it.
        self.out[self.begin] = b'{';
        self.out.extend_from_slice(b"}\n");
    }
}

members! {
    'a:
    seq: u64,
    t: Seconds,
    call: Word<'a>,
    form: Word<'a>,
    fact: Word<'a>,
    epfd: Fd,
    op: Word<'a>,
    fd: Fd,
    conn: u64,

    // The arguments of calls.
    addr: Shown<Addr>,
    backlog: u32,
    mask: Shown<Mask>,
    how: Word<'a>,
    name: Word<'a>,
    family: Word<'a>,
    path: Word<'a>,
    path_length: usize,
    flags: Word<'a>,
    file: Fd,
    offset: u64,

    // Their results, and what was handed over for them.
    ret: u64,
    err: Shown<Errno>,
    peer: Shown<Addr>,
    len: u64,
    ready: Vec<Entry>,
    examined: u32,
    copied: u32,
    waited: Seconds,

    // What facts say.
    method: Word<'a>,
    method_length: usize,
    target: Word<'a>,
    target_length: usize,
    version: Word<'a>,
    headers: Word<'a>,
    status: u16,
    body: u64,
    why: Word<'a>,
    bytes_in: u64,
    bytes_out: u64,
    requests: u64,
    route: Word<'a>,
    bytes: u64,
    text: Word<'a>,
    text_length: usize,
    server: Word<'a>,
    asked: u32,
    answered: u32,
    took: Seconds,
    on: Shown<Mask>,
    mode: Word<'a>,
    calls_per_second: u8,
    until: Shown<Until>,
    stack: u64,
    student: u32,
    did: Word<'a>,
    value: u32,

    // Where in the source, `src/server/calls/mod.rs:98`.
    at: Word<'a>,

    // Who it was.
    tid: i32,
    pid: i32,
    own: bool,
}

/// An entry of a ready list.
#[derive(Serialize, Deserialize)]
pub(super) struct Entry {
    pub(super) fd: Fd,
    pub(super) mask: Shown<Mask>,
    #[serde(default, skip_serializing_if = "is_false")]
    pub(super) own: bool,
    /// The connection that it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) conn: Option<u64>,
}

/// The last line: how many events are in the log, how many it had to leave out, and what it all
/// cost.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Closing {
    /// Events that are missing.
    pub lost: u64,
    /// Events that are there.
    pub events: u64,
    /// The server's exact totals.
    pub costs: Costs,
    /// The log ends before the server.
    #[serde(default, skip_serializing_if = "is_false")]
    pub cut: bool,
}

impl Closing {
    /// That of a part of a log, at whose end the totals were those; what the program used until then is not
    /// known.
    #[must_use]
    pub fn of_part(lost: u64, events: u64, counters: &Counters, cut: bool) -> Self {
        Self { lost, events, costs: Costs::of(counters), cut }
    }
}

impl Costs {
    /// Those of the server.
    pub(super) fn of(counters: &Counters) -> Self {
        Self {
            requests: counters.requests,
            calls: counters.calls_all(),
            wakeups: counters.wakeups,
            ready: counters.ready,
            examined: counters.examined,
            copied: counters.copied,
            again: counters.again,
            started: counters.started,
            ended: counters.ended,
            waited: Seconds(counters.waited),
            program: None,
            workers: None,
        }
    }
}

/// What it all cost: the totals of [`Counters`] by their names, and of
/// the program since its start, and of its workers that have ended, getrusage(2).
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[expect(missing_docs, reason = "named as in `Counters`")]
pub struct Costs {
    pub requests: u64,
    pub calls: u64,
    pub wakeups: u64,
    pub ready: u64,
    pub examined: u64,
    pub copied: u64,
    pub again: u64,
    pub started: u64,
    pub ended: u64,
    pub waited: Seconds,
    #[serde(rename = "self", skip_serializing_if = "Option::is_none")]
    pub program: Option<Usage>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub workers: Option<Usage>,
}

/// What getrusage(2) says.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Usage {
    /// Processor time, in user space and in the kernel.
    pub cpu: Seconds,
    /// Voluntary context switches.
    pub voluntary: u64,
    /// Involuntary ones.
    pub involuntary: u64,
    /// The most memory that was resident, in KiB.
    pub max_rss_kib: u64,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands it over so")]
pub(super) fn is_false(value: &bool) -> bool {
    !value
}

/// A time, written as seconds with six decimals. What is less than a microsecond is cut off, so
/// that times stay in order.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Seconds(pub Nanos);

impl Serialize for Seconds {
    #[expect(clippy::cast_precision_loss, reason = "exact for 285 years")]
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_f64((self.0 / 1000) as f64 / 1e6)
    }
}

impl<'de> Deserialize<'de> for Seconds {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it saturates")]
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let seconds = f64::deserialize(deserializer)?;
        Ok(Self(((seconds * 1e6).round() as u64).saturating_mul(1000).min(LONGEST)))
    }
}

/// A value that is written as it is shown elsewhere.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) struct Shown<T>(pub(super) T);

impl<T: fmt::Display> Serialize for Shown<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

impl<'de, T: FromStr> Deserialize<'de> for Shown<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Word::deserialize(deserializer)?;
        text.parse().map(Self).map_err(|_| unknown(&text))
    }
}

/// The error for a word that no version of the program has written.
pub(super) fn unknown<E: Error>(word: &str) -> E {
    E::invalid_value(Unexpected::Str(word), &in_english().record.known_word)
}
