//! Playing: the picture goes on in time by itself, from another time than now, or through a recording.
//!
//! A recording is a server that has told its last event long ago. What was read of it is as far as the
//! picture can go back; how far it is read on is decided by the clock here, or by a step beyond what is
//! there.

use std::time::Duration;

use crate::telemetry::Nanos;

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
}

/// How far a recording is to be read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ReadOn {
    /// To that time.
    Until(Nanos),
    /// The next batch.
    Next,
    /// Anew from its begin, and to that time.
    Again(Nanos),
}

/// What is waited for that the recording has to be read on for.
#[derive(Clone, Copy, Debug)]
pub(super) enum Ahead {
    /// A step, from after so many events.
    Step(Stride, u64),
    /// A time.
    Time(Nanos),
    /// A time before all that is kept.
    Before(Nanos),
}

/// A time in nanoseconds.
pub(super) fn nanos(time: Duration) -> Nanos {
    Nanos::try_from(time.as_nanos()).unwrap_or(Nanos::MAX)
}
