//! The cursor over time: the picture is of now, or stands as it was after one of the events before.
//!
//! Frozen and gone back are the same thing: a scene in place of the live one, and after how many events
//! it was so. The server goes on meanwhile, and so does what is kept of it.

use std::time::Duration;

use super::State;
use super::back::Back;
use super::history::History;
use super::history::stops::Stops;
use super::notice::Notice;
use super::play::{Stride, nanos};
use crate::record::cut::{Cutting, Part};
use crate::telemetry::Nanos;

impl State {
    /// What is kept of the last minutes.
    #[must_use]
    pub fn history(&self) -> &History {
        &self.history
    }

    /// So much time up to the picture as a log has it, after its first line; and how much that is.
    #[must_use]
    pub fn excerpt(&self, time: Duration) -> (Vec<u8>, Duration) {
        let to = self.scene().now;
        let from = to.saturating_sub(nanos(time)).max(self.history.oldest_time().unwrap_or(to));
        let until = self.back.is_some().then_some(to);
        let mut cutting = Cutting::new(Part { from, to: until, ..Part::default() });
        let lost = self.history.each_since(from, |item, used| cutting.item(item, used));
        let lines = cutting.end(self.scene().lost.all().saturating_sub(lost));
        (lines, Duration::from_nanos(to - from))
    }

    /// For how long the picture has stood; how old it is.
    #[must_use]
    pub fn frozen_for(&self) -> Option<Nanos> {
        self.back.as_ref().map(|back| self.live.now.saturating_sub(back.scene.now))
    }

    /// From when to when there are pictures.
    #[must_use]
    pub fn kept(&self) -> Option<(Nanos, Nanos)> {
        let end = self.recording().and_then(|recording| recording.end);
        // What fell out of it can be read again.
        let from = if end.is_some() { 0 } else { self.history.oldest_time()? };
        Some((from, end.unwrap_or_default().max(self.live.now)))
    }

    /// Whether the line is drawn that says when what happened.
    #[must_use]
    pub fn shows_time(&self) -> bool {
        self.is_stepped_back() || self.recording().is_some()
    }

    /// Whether it was stepped to, and not only frozen.
    #[must_use]
    pub fn is_stepped_back(&self) -> bool {
        self.back.as_ref().is_some_and(|back| back.stepped)
    }

    /// Stops the picture, or lets it go on.
    pub(super) fn freeze_or_thaw(&mut self) {
        if self.back.is_some() {
            return self.thaw();
        }
        if self.recording().is_some() {
            return self.stop_playing();
        }
        let (scene, at) = (self.live.clone(), self.history.end());
        self.back = Some(Box::new(Back { scene, at, stepped: false, selected: None }));
    }

    /// The picture is one of now.
    pub fn thaw(&mut self) {
        let Some(mut back) = self.back.take() else { return };
        self.history.rest();
        if self.recording.is_some() {
            self.pass(self.reached());
        }
        back.select_again();
        self.live.look_like(&back.scene);
        self.history.own(self.live.stream.shows_own());
        let now = self.live.now;
        self.live.table.refresh(now, false);
        self.play_from(now);
        self.changed = true;
    }

    /// Says that nothing older is kept.
    pub(super) fn tell_oldest(&mut self) {
        if self.history.is_on() && self.history.is_from_the_start() {
            return self.notice(Notice::Beginning);
        }
        self.notice(Notice::Oldest(self.oldest_age(), self.history.most()));
    }

    /// Where a step goes, as the stream is looked at.
    pub(super) fn stop<T>(&self, by: Stride, find: impl FnOnce(&History, Stops<'_>) -> T) -> T {
        let stream = &self.scene().stream;
        let own = stream.shows_own();
        let filtered = stream.errors_only() || !stream.filter().is_empty();
        match by {
            Stride::Turn => find(&self.history, Stops::Turns { own }),
            Stride::Call if filtered => {
                let mut like = stream.looked_at_alike();
                find(&self.history, Stops::Events(&mut |event| like.lets(event)))
            }
            Stride::Call => find(&self.history, Stops::Calls { own }),
        }
    }

    /// Shows the picture after so many events.
    pub(super) fn go_to(&mut self, at: u64) {
        let mut selected = None;
        if let Some(back) = &mut self.back {
            back.select_again();
            selected = back.scene.table.selected_id();
        }
        let like = self.back.as_ref().map_or(&self.live, |back| &back.scene);
        let selected = selected.or_else(|| like.table.selected_id());
        let Some(scene) = self.history.scene(at, like) else { return self.tell_oldest() };
        let there = scene.table.selected_id();
        let selected = selected.filter(|id| Some(*id) != there).map(|id| (id, there));
        self.play_from(scene.now);
        self.back = Some(Box::new(Back { scene, at, stepped: true, selected }));
        self.changed = true;
    }

    /// After how many events the picture is.
    pub(in crate::dashboard) fn cursor(&self) -> u64 {
        self.back.as_ref().map_or(self.history.end(), |back| back.at)
    }

    /// Puts a scene in place of the one that is shown, which is returned.
    #[cfg(test)]
    pub(in crate::dashboard) fn show_instead(&mut self, scene: super::Scene) -> super::Scene {
        let shown = std::mem::replace(self.scene_mut(), scene);
        self.fit();
        self.follow_code();
        shown
    }

    /// How old the oldest picture is that can be made again.
    fn oldest_age(&self) -> Nanos {
        let oldest = self.history.oldest_time().unwrap_or(self.live.now);
        self.live.now.saturating_sub(oldest)
    }
}
