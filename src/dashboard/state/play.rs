//! Playing: the picture goes on in time by itself, from another time than now, or through a recording.
//!
//! A recording is a server that has told its last event long ago. What was read of it is as far as the
//! picture can go back; how far it is read on is decided by the clock here, or by a step beyond what is
//! there.

use std::time::Duration;

use super::filter::Filter;
use crate::telemetry::Nanos;

/// How often the figures of a second go on while a recording is read faster than it was.
pub const PASSES: Nanos = 100_000_000;

/// How far a step goes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Stride {
    /// By one call; by one line where the stream is filtered.
    Call,
    /// By one wake-up.
    Turn,
}

/// How much faster time goes, each as a fraction.
const SPEEDS: [(u32, u32); 16] = [
    (1, 100),
    (1, 50),
    (1, 20),
    (1, 10),
    (1, 5),
    (1, 2),
    (1, 1),
    (2, 1),
    (5, 1),
    (10, 1),
    (20, 1),
    (50, 1),
    (100, 1),
    (200, 1),
    (500, 1),
    (1000, 1),
];
/// The one that is as it was.
const AS_IT_WAS: usize = 6;

/// How time goes on in the picture.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Play {
    /// It does, by itself.
    pub on: bool,
    speed: usize,
    /// To where it has gone.
    pub(super) clock: Nanos,
}

impl Default for Play {
    fn default() -> Self {
        Self { on: false, speed: AS_IT_WAS, clock: 0 }
    }
}

impl Play {
    /// How much faster than it was: a numerator, or a denominator where it is slower.
    #[must_use]
    pub fn speed(&self) -> (u32, u32) {
        SPEEDS[self.speed]
    }

    /// So much time has passed where the picture is looked at.
    pub(super) fn pass(&mut self, time: Duration) {
        let (faster, slower) = self.speed();
        let time = time * faster / slower;
        self.clock = self.clock.saturating_add(nanos(time));
    }

    /// It goes faster, or slower.
    pub(super) fn change(&mut self, faster: bool) {
        self.speed = if faster {
            (self.speed + 1).min(SPEEDS.len() - 1)
        } else {
            self.speed.saturating_sub(1)
        };
    }
}

/// A recording that is shown.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Recorded {
    /// Its file.
    pub name: String,
    /// When its last event happened, where that is known already.
    pub end: Option<Nanos>,
    /// All of it has been read.
    pub is_read: bool,
    /// It is no screen that plays it, but whoever gets the pictures.
    pub is_filmed: bool,
    /// When the last batch that was taken in was told.
    pub reached: Nanos,
    /// It can be read on from any place: it is indexed, or will be.
    pub seeks: bool,
}

/// A place in a recording: the picture that is wanted.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Point {
    /// Of that time.
    Time(Nanos),
    /// After so many events.
    Events(u64),
}

/// How far a recording is to be read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ReadOn {
    /// To that time.
    Until(Nanos),
    /// The next batch.
    Next,
    /// Anew, from any place before that point.
    Again(Point),
    /// To that time, from any place before it that is nearer.
    Skip(Nanos),
}

/// What is looked for in a recording.
#[derive(Clone, PartialEq, Debug)]
pub(super) enum Sought {
    /// Where a step goes.
    Step(Stride),
    /// An event that the filter lets pass.
    Event(Filter),
    /// What looks like a mistake.
    Mistake,
}

/// What is waited for that the recording has to be read on for.
#[derive(Clone, PartialEq, Debug)]
pub(super) enum Goal {
    /// A time.
    Time(Nanos),
    /// The picture after so many events.
    Events(u64),
    /// The next that is sought, from after so many events.
    Forth(Sought, u64),
    /// The last that is sought before so many events, and the last that was found of them so far.
    Back(Sought, u64, Option<u64>),
}

/// What is read for it.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Ahead {
    pub(super) goal: Goal,
    /// First another place is gone to, before that point.
    pub(super) anew: Option<Point>,
    /// After how many events what is read for it begins, and how many were looked at.
    pub(super) begun: u64,
    pub(super) seen: u64,
}

/// A time in nanoseconds.
pub(super) fn nanos(time: Duration) -> Nanos {
    Nanos::try_from(time.as_nanos()).unwrap_or(Nanos::MAX)
}
