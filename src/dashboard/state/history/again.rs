//! The scene after an event, made again.

use super::{History, Item, Near, prefix};
use crate::dashboard::state::scene::Scene;
use crate::dashboard::state::stream::{self, Stream};
use crate::telemetry::Nanos;

/// How many items before a picture that is, at most about.
const NEAR: usize = if cfg!(test) { 4 } else { 48 };

impl History {
    /// What was known after so many events, looked at like another scene. Of the batch that the last of
    /// them came in no more is known than they say; and nothing that was measured later than it.
    pub(in crate::dashboard::state) fn scene(
        &mut self,
        events: u64,
        like: &Scene,
    ) -> Option<Scene> {
        let after = self.segments.partition_point(|segment| segment.first < events);
        let (segment, at) = (self.segments.get(after.checked_sub(1)?)?, after - 1);
        if events > segment.end() {
            return None;
        }
        let is_it = |item: &Item| match item {
            Item::Batch(kept) => segment.first + (kept.place + kept.events) as u64 >= events,
            _ => false,
        };
        let target = segment.items.iter().position(is_it)?;
        let near =
            self.near.take().filter(|near| near.first == segment.first && near.next <= target);
        let (mut scene, begin) = match &near {
            Some(near) => ((*near.scene).clone(), near.next),
            None => (segment.scene.clone(), 0),
        };
        if near.is_none() {
            scene.stream = self.stream_before(at, like);
        } else if !scene.stream.is_looked_at_alike(&like.stream) {
            scene.stream.look_like(&like.stream);
        }
        scene.stream.to_newest();
        self.near = near;
        let segment = self.segments.get(at)?;
        // What lies between two batches came before the events of the later one.
        let mut between = Vec::new();
        for (place, item) in segment.items.iter().enumerate().skip(begin) {
            let Item::Batch(kept) = item else {
                between.push(item);
                continue;
            };
            let next = place - between.len();
            let near = self.near.as_ref().map_or(0, |near| near.next);
            if place + NEAR >= target && next > begin + NEAR && near + NEAR < target {
                // Who goes back by a step goes back by another.
                let scene = Box::new(scene.clone());
                self.near = Some(Near { first: segment.first, next, scene });
            }
            let left = usize::try_from(events - segment.first).unwrap_or(usize::MAX) - kept.place;
            let batch = kept.batch(&segment.events, &scene.counters);
            if left > kept.events {
                between.drain(..).for_each(|item| take(&mut scene, item, None));
                scene.apply(&batch);
                continue;
            }
            let now = if left == kept.events { batch.time } else { prefix::time(&batch, left) };
            between.drain(..).for_each(|item| take(&mut scene, item, Some(now)));
            let batch = if left == kept.events { batch } else { prefix::of(batch, left, &scene) };
            // Also of a batch that came too fast to be read: there is time now.
            scene.take(&batch, true);
            scene.tick(scene.now.max(now));
            scene.table.look_like(&like.table);
            scene.engine.look_like(&like.engine);
            scene.table.refresh(scene.now, false);
            return Some(scene);
        }
        None
    }

    /// The stream as it was at a segment's begin, looked at like that of another scene.
    fn stream_before(&self, at: usize, like: &Scene) -> Stream {
        let segment = &self.segments[at];
        // From there on there are as many lines as a stream keeps.
        let oldest = segment.line.saturating_sub(stream::HISTORY as u64);
        let from = self.segments.partition_point(|segment| segment.line <= oldest);
        let from = from.saturating_sub(1).min(at);
        let tail = self.tail.as_ref().filter(|_| from == 0);
        let mut begun = tail.is_some();
        let mut stream = Stream::default();
        if let Some(tail) = tail {
            stream = (**tail).clone();
            stream.look_like(&like.stream);
        }
        for segment in self.segments.range(from..at) {
            let is_old = |item: &Item| matches!(item, Item::Batch(kept) if kept.line <= oldest);
            let skip = if begun { 0 } else { segment.items.iter().rposition(is_old).unwrap_or(0) };
            for item in &segment.items[skip..] {
                match item {
                    Item::Batch(kept) => {
                        if !begun {
                            let last = kept.place.checked_sub(1);
                            let last = last.and_then(|last| segment.events.event(last));
                            let last = last.map_or(segment.last, |event| event.seq);
                            stream = Stream::going_on(kept.line, last, &like.stream);
                            begun = true;
                        }
                        kept.tell(&segment.events, &mut stream);
                    }
                    Item::Kernel(measured) if begun => {
                        for lint in &measured.lints {
                            stream.lint(*lint, measured.shown);
                        }
                    }
                    _ => {}
                }
            }
        }
        if begun { stream } else { Stream::going_on(segment.line, segment.last, &like.stream) }
    }
}

/// Takes something in again that is no batch; of what came right before an event, as much as was known
/// when that happened.
fn take(scene: &mut Scene, item: &Item, until: Option<Nanos>) {
    let until = until.unwrap_or(Nanos::MAX);
    match item {
        Item::Tick(now) => {
            let now = scene.now.max(until.min(*now));
            scene.tick(now);
        }
        Item::Kernel(measured) if measured.taken <= until => {
            scene.kernel(&measured.snapshot, measured.taken);
        }
        Item::Clients(list) => scene.clients(list),
        Item::Lesson(strip) => scene.lesson.clone_from(strip),
        Item::Made(made) => {
            let now = scene.now;
            scene.code.count(made.clone(), now);
        }
        Item::Own(own) => scene.engine.show_own(*own),
        Item::Kernel(_) | Item::Batch(_) => {}
    }
}
