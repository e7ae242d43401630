//! What came in, once more in the form in which a recording has it.

use std::sync::Arc;

use super::{History, Item, Segment};
use crate::dashboard::state::table::TableRow;
use crate::lesson::Strip;
use crate::record::playback;
use crate::telemetry::{Batch, Nanos};

impl History {
    /// Hands over what is known of a time and came in since; of a measurement also when it was read what
    /// the server had used. The first is all that was known before, or of the oldest that is kept.
    /// Returns how many events were lost by then.
    pub(in crate::dashboard::state) fn each_since(
        &self,
        from: Nanos,
        mut take: impl FnMut(playback::Item, Option<Nanos>) -> bool,
    ) -> u64 {
        let first = self.segments.iter().rposition(|segment| segment.scene.now <= from);
        let mut segments = self.segments.iter().skip(first.unwrap_or(0));
        let Some(segment) = segments.next() else { return 0 };
        let lost = segment.scene.lost.all();
        let lesson = told(segment.scene.lesson.as_ref());
        if !take(playback::Item::Batch(Box::new(known(segment))), None) || !take(lesson, None) {
            return lost;
        }
        for segment in std::iter::once(segment).chain(segments) {
            let mut counters = segment.scene.counters.clone();
            for item in &segment.items {
                let mut used = None;
                let item = match item {
                    Item::Batch(kept) => {
                        let batch = kept.batch(&segment.events, &counters);
                        counters.clone_from(&batch.counters);
                        playback::Item::Batch(Box::new(batch))
                    }
                    Item::Kernel(measured) => {
                        let snapshot = (*measured.snapshot).clone();
                        let before = |usage: crate::inspect::Usage| {
                            let before = snapshot.taken.saturating_duration_since(usage.taken);
                            let before = Nanos::try_from(before.as_nanos()).unwrap_or(Nanos::MAX);
                            measured.taken.saturating_sub(before)
                        };
                        used = snapshot.usage.map(before);
                        playback::Item::Kernel(Box::new(snapshot), measured.taken)
                    }
                    Item::Clients(list) => playback::Item::Clients(list.to_vec()),
                    Item::Lesson(strip) => told(strip.as_ref()),
                    Item::Made(made) => playback::Item::Made(made.clone()),
                    Item::Tick(_) | Item::Own(_) => continue,
                };
                if !take(item, used) {
                    return lost;
                }
            }
        }
        lost
    }
}

/// What a lesson tells.
fn told(strip: Option<&Arc<Strip>>) -> playback::Item {
    playback::Item::Lesson(strip.and_then(|strip| strip.told()))
}

/// What was known at a segment's begin, as a batch without events tells it.
fn known(segment: &Segment) -> Batch {
    let scene = &segment.scene;
    let mut batch = Batch::default();
    batch.whole = true;
    batch.rows = scene.table.open_rows().map(TableRow::row).collect();
    batch.counters.clone_from(&scene.counters);
    batch.lost.clone_from(&scene.lost);
    (batch.listener, batch.standing, batch.time) = (scene.listener, scene.standing, scene.now);
    // A server of our own tells of none.
    batch.others = Some(Arc::clone(&scene.others)).filter(|others| !others.list.is_empty());
    batch.epolls = Some(scene.engine.epolls()).filter(|epolls| !epolls.list.is_empty());
    batch
}
