//! The state while its pictures are taken one after the other, as a screen would show them.

use super::State;
use super::history::stops::Stops;
use crate::export::shot::Step;
use crate::telemetry::{Event, Kind, Nanos};

impl State {
    /// Where a step would go by calls of those that came after so many events.
    pub(in crate::dashboard) fn calls_since(&self, before: u64) -> Vec<(u64, Step)> {
        let own = self.live.stream.shows_own();
        let all = |stops: fn(bool) -> Stops<'static>| {
            let next = move |at: &u64| self.history.forth(*at, stops(own));
            std::iter::successors(next(&before), next)
        };
        let turns: Vec<u64> = all(|own| Stops::Turns { own }).collect();
        let step = |at| if turns.binary_search(&at).is_ok() { Step::Turn } else { Step::Call };
        all(|own| Stops::Calls { own }).map(|at| (at, step(at))).collect()
    }

    /// Has the picture after so many events looked at as if it were of now.
    pub(in crate::dashboard) fn show_after<T>(
        &mut self,
        at: u64,
        look: impl FnOnce(&Self, Nanos) -> T,
    ) -> Option<T> {
        let scene = self.history.scene(at, &self.live)?;
        let now = scene.now;
        let live = std::mem::replace(&mut self.live, scene);
        let looked = look(self, now);
        self.live = live;
        Some(looked)
    }

    /// What a step is that stands before an event, where one does.
    pub(in crate::dashboard) fn stops_before(&self, event: &Event) -> Option<Step> {
        let kind = event.what.kind();
        if kind == Kind::Round || event.is_own() && !self.live.stream.shows_own() {
            return None;
        }
        kind.is_call().then_some(if kind.is_wait() { Step::Turn } else { Step::Call })
    }

    /// So late it is where the picture is looked at, which is as it was then: what is told for a while
    /// goes.
    pub(in crate::dashboard) fn is_seen_at(&mut self, time: Nanos) {
        self.wall = self.wall.max(time);
        self.notices_pass();
    }

    /// The picture is that of a time, and stands.
    pub(in crate::dashboard) fn stands_at(&mut self, time: Nanos) {
        self.stop_playing();
        if time < self.live.now {
            self.go_to_time(time);
        }
    }
}
