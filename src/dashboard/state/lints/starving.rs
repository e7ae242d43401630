//! One connection is served on and on, within one turn, while others wait: concluded from the
//! totals and the rows alone, which are exact whatever the event stream leaves out.

use std::collections::HashMap;

use foldhash::fast::RandomState;

use crate::dashboard::state::table::TableRow;
use crate::inspect::Snapshot;
use crate::telemetry::{Batch, ConnId, Fd, Nanos};

/// A stretch has to last that long, and somebody to wait that long in it. A healthy turn is over
/// within a few milliseconds for each of its connections.
const LONG: Nanos = 300_000_000;

/// So many calls have to be made meanwhile: a handler that keeps the loop makes none.
const CALLS: u64 = 1000;

/// What one connection was given, and what that cost the others.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Starved {
    /// Calls of the server meanwhile: all are this connection's.
    pub calls: u64,
    /// For how long.
    pub lasted: Nanos,
    /// How many others had bytes unread all the time.
    pub others: usize,
    /// The one of them that has been seen to wait longest.
    pub longest: Fd,
    /// For how long.
    pub waited: Nanos,
}

/// No wait call has returned since this began, and nothing moved but on this connection.
#[derive(Clone, Copy, Debug)]
struct Stretch {
    conn: ConnId,
    fd: Fd,
    wakeups: u64,
    since: Nanos,
    /// The total of calls when it began, and now.
    calls: (u64, u64),
}

/// Who had bytes unread when the kernel was first asked in this stretch.
type Waiting = HashMap<ConnId, (Nanos, u64), RandomState>;

/// The stretch that goes on.
#[derive(Clone, Debug, Default)]
pub(super) struct Starving {
    stretch: Option<Stretch>,
    waiting: Waiting,
    /// When the last batch came.
    time: Nanos,
}

impl Starving {
    /// Another server has taken over.
    pub(super) fn clear(&mut self) {
        *self = Self::default();
    }

    /// Takes a batch's totals and rows in.
    pub(super) fn apply(&mut self, batch: &Batch) {
        let (calls, wakeups) = (batch.counters.calls_all(), batch.counters.wakeups);
        let alone = match &*batch.rows {
            [row] if batch.gone.is_empty() => Some((row.id, row.fd)),
            _ => None,
        };
        // A batch may come without the rows that have changed; they come with a later one.
        let silent = batch.rows.is_empty() && batch.gone.is_empty();
        let goes_on = self.stretch.is_some_and(|stretch| {
            stretch.wakeups == wakeups && (silent || alone == Some((stretch.conn, stretch.fd)))
        });
        if !goes_on {
            self.waiting.clear();
            self.stretch = alone.map(|(conn, fd)| Stretch {
                conn,
                fd,
                wakeups,
                since: batch.time,
                calls: (calls, calls),
            });
        }
        if let Some(stretch) = &mut self.stretch {
            stretch.calls.1 = calls;
        }
        self.time = batch.time;
    }

    /// Takes a measurement in; returns who is served while others wait, and since when.
    pub(super) fn kernel<'a>(
        &mut self,
        snapshot: &Snapshot,
        rows: impl Iterator<Item = &'a TableRow>,
        now: Nanos,
    ) -> Option<(ConnId, Fd, Nanos, Starved)> {
        let Stretch { conn, fd, since, calls, .. } = self.stretch?;
        let before = std::mem::take(&mut self.waiting);
        let mut starved = Starved {
            calls: calls.1 - calls.0,
            lasted: self.time.saturating_sub(since),
            others: 0,
            longest: -1,
            waited: 0,
        };
        for row in rows.filter(|row| row.id() != conn) {
            let socket = snapshot.socket(row.peer(), row.local());
            if socket.is_none_or(|socket| socket.recv_queue == 0) {
                continue;
            }
            let row = row.row();
            if row.stopped {
                continue;
            }
            let known = before.get(&row.id).filter(|(_, bytes)| *bytes == row.bytes_in);
            let seen = known.copied().unwrap_or((now, row.bytes_in));
            self.waiting.insert(row.id, seen);
            let waited = now.saturating_sub(seen.0);
            starved.others += usize::from(waited > 0);
            if waited > starved.waited {
                (starved.longest, starved.waited) = (row.fd, waited);
            }
        }
        let long = starved.lasted >= LONG && starved.waited >= LONG && starved.calls >= CALLS;
        long.then_some((conn, fd, since, starved))
    }
}
