//! The log's schema: the members of each line, by their names and in their order, for writing and
//! for reading.
//!
//! A member that a line does not have is `None`. `write.rs` fills these structs from events,
//! `read.rs` makes events of them.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use serde::de::{Error, Unexpected};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::telemetry::{Addr, Errno, Fd, Mask, Nanos};
use crate::words::strings;

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
}

/// The line of an event. One of `call` and `fact` is there.
#[derive(Default, Serialize, Deserialize)]
pub(super) struct Line<'a> {
    pub(super) seq: u64,
    pub(super) t: Seconds,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) call: Option<Word<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) fact: Option<Word<'a>>,
    /// `conn`, where it is written first: of a fact.
    #[serde(
        rename(serialize = "conn"),
        skip_deserializing,
        skip_serializing_if = "Option::is_none"
    )]
    pub(super) fact_conn: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) epfd: Option<Fd>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) op: Option<Word<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) fd: Option<Fd>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) conn: Option<u64>,

    // The arguments of calls.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) addr: Option<Shown<Addr>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) backlog: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) mask: Option<Shown<Mask>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) how: Option<Word<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) name: Option<Word<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) family: Option<Word<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) path: Option<Word<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) path_length: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) flags: Option<Word<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) file: Option<Fd>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) offset: Option<u64>,

    // Their results, and what was handed over for them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) ret: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) err: Option<Shown<Errno>>,
    /// `conn`, where it is a part of the result: of an accept.
    #[serde(
        rename(serialize = "conn"),
        skip_deserializing,
        skip_serializing_if = "Option::is_none"
    )]
    pub(super) new_conn: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) peer: Option<Shown<Addr>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) len: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) ready: Option<Vec<Entry>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) examined: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) copied: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) waited: Option<Seconds>,

    // What facts say.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) method: Option<Word<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) method_length: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) target: Option<Word<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) target_length: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) version: Option<Word<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) status: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) body: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) why: Option<Word<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) bytes_in: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) bytes_out: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) requests: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) route: Option<Word<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) bytes: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) text: Option<Word<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) text_length: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) server: Option<Word<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) asked: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) answered: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) took: Option<Seconds>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) on: Option<Shown<Mask>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) mode: Option<Word<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) calls_per_second: Option<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) stack: Option<u64>,

    // Who it was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) tid: Option<i32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) pid: Option<i32>,
    #[serde(default, skip_serializing_if = "is_false")]
    pub(super) own: bool,
}

/// An entry of a ready list.
#[derive(Serialize, Deserialize)]
pub(super) struct Entry {
    pub(super) fd: Fd,
    pub(super) mask: Shown<Mask>,
    #[serde(default, skip_serializing_if = "is_false")]
    pub(super) own: bool,
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

/// What it all cost: the totals of [`Counters`](crate::telemetry::Counters) by their names, and of
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
fn is_false(value: &bool) -> bool {
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
        Ok(Self(((seconds * 1e6).round() as u64).saturating_mul(1000)))
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
    E::invalid_value(Unexpected::Str(word), &strings().record.known_word)
}
