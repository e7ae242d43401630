//! The seats: who is asked, and who had something to say.

use crate::words::units;

/// What the seats say. Of several spellings the longest is first.
pub(crate) struct Seats {
    pub(crate) last_second: fn(served: u64, asked: u64) -> String,
    pub(crate) none: &'static str,
    pub(crate) asked: fn(served: &str, asked: &str, spoke: &str) -> [String; 3],
    pub(crate) runtime_asks: fn(served: &str) -> [String; 2],
    pub(crate) nobody_asked: fn(served: &str) -> [String; 3],
    /// What the marks mean.
    pub(crate) quiet: &'static str,
    pub(crate) was_asked: &'static str,
    pub(crate) spoke: &'static str,
    pub(crate) each_mark: fn(seats: usize) -> String,
    /// In which call its server sleeps.
    pub(crate) waits_in: fn(call: &str) -> String,
}

pub(in crate::words) const ENGLISH: Seats = Seats {
    last_second: |served, asked| {
        let (asked, served) = (units::count(asked), units::count(served));
        format!("last second: {asked} asked, {served} requests")
    },
    none: "nobody is seated",
    asked: |served, asked, spoke| {
        [
            format!("{asked} asked, {spoke} had something to say, {served} requests"),
            format!("{asked} asked, {spoke} spoke, {served} requests"),
            format!("{asked} asked, {served} requests"),
        ]
    },
    runtime_asks: |served| {
        [format!("{served} requests; the runtime asks, out of sight"), format!("{served} requests")]
    },
    nobody_asked: |served| {
        [
            format!("{served} requests, nobody asked: each call sleeps until its own fd is ready"),
            format!("{served} requests, nobody asked"),
            format!("{served} requests"),
        ]
    },
    quiet: "quiet",
    was_asked: "asked",
    spoke: "spoke",
    each_mark: |seats| format!("each mark is {seats} seats"),
    waits_in: |call| format!("in {call}"),
};
