//! What the state does while the picture goes on in time by itself, and with a recording: how far that
//! is read on.

use std::time::Duration;

use super::State;
use super::play::{Goal, Play, Point, ReadOn, Recorded, nanos};
use crate::telemetry::Nanos;

impl State {
    /// How time goes on in the picture.
    #[must_use]
    pub fn play(&self) -> Play {
        self.play
    }

    /// The recording that is shown, if it is none of a server that runs.
    #[must_use]
    pub fn recording(&self) -> Option<&Recorded> {
        self.recording.as_deref()
    }

    /// It is a recording that is shown, from its begin, and played.
    pub fn replay(&mut self, recording: Recorded) {
        self.recording = Some(Box::new(recording));
        self.play.on = true;
    }

    /// It was found out when the last event happened, or that all has been read.
    pub fn recording_ends(&mut self, end: Option<Nanos>, is_read: bool) {
        let now = self.live.now;
        let Some(recording) = &mut self.recording else { return };
        recording.end = end.max(recording.end);
        if is_read && !recording.is_read {
            recording.is_read = true;
            recording.end = recording.end.max(Some(now));
            self.changed = true;
        }
    }

    /// How far the recording is to be read now; `None` where it stands.
    #[must_use]
    pub fn reads_on(&self) -> Option<ReadOn> {
        let recording = self.recording.as_ref()?;
        let Some(ahead) = &self.ahead else {
            let plays = self.play.on && self.back.is_none() && !recording.is_read;
            return plays.then_some(ReadOn::Until(self.play.clock));
        };
        match (ahead.anew, &ahead.goal) {
            (Some(Point::Time(time)), _) if time > self.reached() => Some(ReadOn::Skip(time)),
            (Some(point), _) => Some(ReadOn::Again(point)),
            (None, _) if recording.is_read => None,
            (None, Goal::Time(time)) => Some(ReadOn::Until(*time)),
            (None, _) => Some(ReadOn::Next),
        }
    }

    /// So much time has passed where the picture is looked at.
    pub fn play_on(&mut self, time: Duration) {
        if self.recording.is_some() {
            self.wall = self.wall.saturating_add(nanos(time));
            self.notices_pass();
        }
        if !self.play.on || self.ahead.is_some() {
            return;
        }
        self.play.pass(time);
        let Some(cursor) = self.back.as_ref().map(|back| back.at) else {
            if self.recording.as_ref().is_some_and(|recording| recording.is_read) {
                self.play.on = false;
                self.changed = true;
            }
            return;
        };
        if self.play.clock >= self.reached() {
            self.play.on &= self.recording.is_some();
            return self.thaw();
        }
        if let Ok(at) = self.history.at(self.play.clock)
            && at > cursor
        {
            let clock = self.play.clock;
            self.go_to(at);
            self.play.clock = clock;
        }
    }

    /// It is read up to that time at once.
    pub fn read_up_to(&mut self, time: Nanos) {
        self.jump_to(time);
    }

    /// The picture is of the newest that was read, and goes on from there.
    pub fn plays_on(&mut self) {
        self.thaw();
        self.play_from(self.live.now);
        self.play.on = true;
    }

    /// It is played from that time on.
    pub fn play_from(&mut self, time: Nanos) {
        self.play.clock = time;
    }

    /// Lets the picture go on by itself, or stops it.
    pub(super) fn play_or_stop(&mut self) {
        self.play.on = !self.play.on;
        self.ahead = None;
        self.play.clock = self.scene().now;
        let is_read = self.recording.as_ref().is_some_and(|recording| recording.is_read);
        if self.play.on && is_read && self.cursor() >= self.history.end() {
            // Over: from the begin, or that of what is kept.
            if self.seeks() {
                self.jump_to(0);
            } else if let Some(oldest) = self.history.oldest() {
                self.go_to(oldest);
            }
        } else if self.play.on {
            self.stay();
        }
    }

    /// Plays faster, or slower.
    pub(super) fn play_at(&mut self, faster: bool) {
        self.play.change(faster);
    }

    /// A step or a jump ends playing.
    pub(super) fn stop_playing(&mut self) {
        self.play.on = false;
        self.ahead = None;
    }
}
