//! What one connection may cost before the others get their turn.

use super::LoopState;
use crate::server::selector::Watcher;
use crate::telemetry::Errno;

/// Bytes that all connections together may move in one turn, or little more: the time that it
/// takes is how long another one waits that becomes ready meanwhile.
const BYTES: u64 = 32 * 1024 * 1024;

/// A share of them is no less, however many they are: calls for less cost more than they move.
const LEAST: u64 = 64 * 1024;

/// Nor is it more, however few.
const MOST: u64 = 2 * 1024 * 1024;

/// What is left to one connection in this turn.
#[derive(Clone, Copy)]
pub(in crate::server) struct Budget {
    calls: u32,
    bytes: u64,
}

impl Budget {
    /// Whether the others come first now.
    #[inline]
    pub(in crate::server) fn is_spent(self) -> bool {
        self.calls == 0 || self.bytes == 0
    }

    /// Whether it has no end (`--mistake no-budget`).
    #[inline]
    fn is_endless(self) -> bool {
        self.bytes > MOST
    }

    /// How many bytes it may still move.
    #[inline]
    pub(in crate::server) fn bytes(self) -> u64 {
        self.bytes
    }

    /// A call was made, which moved so many bytes.
    #[inline]
    pub(in crate::server) fn spend(&mut self, moved: Result<usize, Errno>) {
        self.calls = self.calls.saturating_sub(1);
        self.bytes = self.bytes.saturating_sub(moved.unwrap_or(0) as u64);
    }
}

impl<W: Watcher> LoopState<W> {
    /// Whether the others come first now: also where a share had no end, and is to have one again.
    #[inline]
    pub(in crate::server) fn is_spent(&self, budget: Budget) -> bool {
        budget.is_spent() || (budget.is_endless() && !self.pace.endless)
    }

    /// The equal share of one connection.
    #[inline]
    pub(in crate::server) fn budget(&self) -> Budget {
        if self.pace.endless {
            return Budget { calls: u32::MAX, bytes: u64::MAX };
        }
        let share = BYTES / self.table.len().max(1) as u64;
        Budget { calls: self.config.budget.max(1), bytes: share.clamp(LEAST, MOST) }
    }
}
