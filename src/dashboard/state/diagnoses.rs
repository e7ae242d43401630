//! What looked like a mistake in the course of a recording: what the dashboard would have said, and when.

use super::lints::{Lint, Lints};
use super::table::Table;
use crate::record::playback::Item;
use crate::telemetry::Nanos;

/// So many are remembered.
const MOST: usize = 1000;

/// What was found so far.
#[derive(Debug, Default)]
pub struct Diagnoses {
    lints: Lints,
    table: Table,
    now: Nanos,
    found: Vec<(Lint, Nanos)>,
}

impl Diagnoses {
    /// Takes in what was read next. Without what the kernel said, some cannot be seen.
    pub fn take(&mut self, item: &Item) {
        match item {
            Item::Batch(batch) => {
                self.table.apply(batch);
                self.lints.apply(batch);
                self.now = self.now.max(batch.time);
            }
            Item::Kernel(snapshot, taken) => {
                self.now = self.now.max(*taken);
                self.table.kernel(snapshot);
                self.lints.kernel(snapshot, &self.table, self.now);
            }
            Item::Clients(_) | Item::Made(_) | Item::Lesson(_) => return,
        }
        for lint in self.lints.found() {
            let same =
                |(known, _): &&mut (Lint, Nanos)| known.is_same(lint) && known.since == lint.since;
            if let Some(known) = self.found.iter_mut().find(same) {
                *known = (*lint, self.now);
            } else if self.found.len() < MOST {
                self.found.push((*lint, self.now));
            }
        }
    }

    /// All that was found, in the order of the times since when it was so; each as it was last, and when
    /// that was.
    #[must_use]
    pub fn all(mut self) -> Vec<(Lint, Nanos)> {
        self.found.sort_by_key(|(lint, _)| lint.since);
        self.found
    }
}
