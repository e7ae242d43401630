//! What stands between the events: how all was when they were handed over, and what was measured.
//!
//! Each is one line, an object with one member, by whose name it is known: `batch`, `kernel`, `clients`,
//! `made`, `lesson` or `source`. Their times are whole nanoseconds on the clock of `t`. They are written and read by these
//! types, and those of [`telemetry`](crate::telemetry) and [`inspect`](crate::inspect), whose fields are
//! their members.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use serde::de::{Deserializer, MapAccess, Visitor};
use serde::{Deserialize, Serialize, Serializer};
use serde_json::Value;

use crate::clients::ClientInfo;
use crate::inspect::Snapshot;
use crate::telemetry::{
    Counters, Epolls, Latency, Listener, Lost, Made, Nanos, Others, Row, Standing, Turn,
};
use crate::words::in_english;

/// A line between the events.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Beside<'a> {
    /// Behind the events of a batch: what came with them.
    Batch(Box<Told<'a>>),
    /// What the kernel said.
    Kernel(Box<Measured<'a>>),
    /// The built-in clients.
    Clients(Cow<'a, [ClientInfo]>),
    /// How often each place in the source has made its call.
    Made(Cow<'a, Made>),
    /// What a lesson tells from here on; null, where none is given any more.
    Lesson(Option<Value>),
    /// A file of the source, before the first call that is made in it.
    Source(Text<'a>),
}

/// A file in which calls are made.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Text<'a> {
    /// Its name, as the places in it have it.
    pub file: Cow<'a, str>,
    /// [`Source::hash`](crate::source::Source::hash), in hexadecimal.
    pub hash: Cow<'a, str>,
    /// What stands in it.
    pub text: Cow<'a, str>,
}

/// What came with the events before it, up to the last such line. What is as it was then is not there.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Told<'a> {
    /// When all was so.
    pub time: Nanos,
    /// Rows that are new or have changed.
    #[serde(default, skip_serializing_if = "<[_]>::is_empty")]
    pub rows: Cow<'a, [Row]>,
    /// The last rows of connections that were closed.
    #[serde(default, skip_serializing_if = "<[_]>::is_empty")]
    pub gone: Cow<'a, [Row]>,
    /// `rows` is the whole table.
    #[serde(default, skip_serializing_if = "super::schema::is_false")]
    pub whole: bool,
    /// The turns of the loop that were completed.
    #[serde(default, skip_serializing_if = "<[_]>::is_empty")]
    pub turns: Cow<'a, [Turn]>,
    /// The requests that were answered.
    #[serde(default, skip_serializing_if = "<[_]>::is_empty")]
    pub latencies: Cow<'a, [Latency]>,
    /// The totals that are others.
    #[serde(default, skip_serializing_if = "Changed::is_empty")]
    pub counters: Changed,
    /// What is missing since the start, in the log too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lost: Option<Cow<'a, Lost>>,
    /// The listening socket, and the options.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub listener: Option<Listener>,
    /// The other descriptors of a traced program.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub others: Option<Arc<Others>>,
    /// Its epoll instances.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub epolls: Option<Arc<Epolls>>,
    /// Where the loop stood.
    pub standing: Standing,
}

/// Totals by their places among all ([`Counters::change`]); in the log by their names
/// ([`Counters::names`]).
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Changed(pub Box<[(u8, u64)]>);

impl Changed {
    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Serialize for Changed {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let names = Counters::names();
        let named = |(at, count): &(u8, u64)| Some((names.get(usize::from(*at))?, *count));
        serializer.collect_map(self.0.iter().filter_map(named))
    }
}

impl<'de> Deserialize<'de> for Changed {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Named;

        impl<'de> Visitor<'de> for Named {
            type Value = Changed;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(in_english().record.known_word)
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Changed, A::Error> {
                let mut changed = Vec::new();
                while let Some((name, count)) = map.next_entry::<Cow<'_, str>, u64>()? {
                    // A name of a later version is passed over.
                    let at = Counters::names().iter().position(|known| *known == name);
                    changed.extend(at.and_then(|at| u8::try_from(at).ok()).map(|at| (at, count)));
                }
                changed.sort_unstable();
                changed.dedup_by_key(|(at, _)| *at);
                Ok(Changed(changed.into()))
            }
        }

        deserializer.deserialize_map(Named)
    }
}

/// What the kernel said.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Measured<'a> {
    /// When it was asked.
    pub taken: Nanos,
    /// When it was read what the server had used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub used: Option<Nanos>,
    /// The sockets of which there is nothing to tell are those of the line before, and not there.
    #[serde(default, skip_serializing_if = "super::schema::is_false")]
    pub same_quiet: bool,
    /// The answer.
    pub said: Cow<'a, Snapshot>,
}
