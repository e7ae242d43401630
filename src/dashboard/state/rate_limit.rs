//! How many events are read: all of them, up to a rate at which a line is gone before it can be
//! seen. Beyond it reading would only cost the machine that is watched, and the events of some
//! batches are passed over. Totals and rows of those batches count as ever.

use super::stream::HISTORY;
use crate::telemetry::{Batch, Nanos};

/// Events read a second, once a burst of [`HISTORY`] is used up.
const PER_SECOND: u64 = 64_000;
/// What each of them uses up of that.
const EACH: Nanos = 1_000_000_000 / PER_SECOND;
/// As far ahead of its time as reading may get.
const BURST: Nanos = HISTORY as Nanos * EACH;

/// A leaky bucket, kept as a time.
#[derive(Clone, Copy, Debug, Default)]
pub struct RateLimit {
    /// When what was read would have been due at [`PER_SECOND`].
    due: Nanos,
    on: bool,
}

impl RateLimit {
    /// Whether the events of a batch are read. All of it or nothing, and after a pause half a
    /// burst of batches in a row, so that what is read is long pieces of what happened.
    pub fn lets(&mut self, batch: &Batch) -> bool {
        let ahead = self.due.saturating_sub(batch.time);
        self.on = ahead > if self.on { BURST / 2 } else { BURST };
        if !self.on {
            self.due = self.due.max(batch.time) + batch.events().len() as Nanos * EACH;
        }
        !self.on
    }
}
