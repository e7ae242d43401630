//! The seats: who is asked, and who had something to say.

use crate::words::units;

/// What the seats say. Of several spellings the longest is first.
pub(crate) struct Seats {
    /// How many requests were served, or how many echoes.
    pub(crate) requests: fn(served: u64) -> String,
    pub(crate) echoes: fn(served: u64) -> String,
    pub(crate) last_second: fn(served: &str, asked: u64) -> String,
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
    requests: |served| match served {
        1 => "1 request".to_owned(),
        n => format!("{} requests", units::count(n)),
    },
    echoes: |served| match served {
        1 => "1 echo".to_owned(),
        n => format!("{} echoes", units::count(n)),
    },
    last_second: |served, asked| format!("last second: {} asked, {served}", units::count(asked)),
    none: "nobody is seated",
    asked: |served, asked, spoke| {
        [
            format!("{asked} asked, {spoke} had something to say, {served}"),
            format!("{asked} asked, {spoke} spoke, {served}"),
            format!("{asked} asked, {served}"),
        ]
    },
    runtime_asks: |served| [format!("{served}; the runtime asks, out of sight"), served.to_owned()],
    nobody_asked: |served| {
        [
            format!("{served}, nobody asked: each call sleeps until its own fd is ready"),
            format!("{served}, nobody asked"),
            served.to_owned(),
        ]
    },
    quiet: "quiet",
    was_asked: "asked",
    spoke: "spoke",
    each_mark: |seats| format!("each mark is {seats} seats"),
    waits_in: |call| format!("in {call}"),
};
