//! What the state does while the picture goes on in time by itself, and with a recording: how far that
//! is read on.

use std::sync::Arc;
use std::time::Duration;

use super::history::History;
use super::notice::Notice;
use super::play::{Ahead, Play, ReadOn, Recorded, Stride, nanos};
use super::{Overlay, Scene, State};
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
        if self.recording.as_ref()?.is_read && !matches!(self.ahead, Some(Ahead::Before(_))) {
            return None;
        }
        match self.ahead {
            Some(Ahead::Step(..)) => Some(ReadOn::Next),
            Some(Ahead::Time(time)) => Some(ReadOn::Until(time)),
            Some(Ahead::Before(time)) => Some(ReadOn::Again(time)),
            None => (self.play.on && self.back.is_none()).then_some(ReadOn::Until(self.play.clock)),
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
        if self.play.clock >= self.live.now {
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

    /// It is played from that time on.
    pub fn play_from(&mut self, time: Nanos) {
        self.play.clock = time;
    }

    /// The recording was read as far as was wanted, or to its end; or it cannot be read anew.
    pub fn was_read(&mut self) {
        let ended = self.recording.as_ref().is_some_and(|recording| recording.is_read);
        match self.ahead {
            Some(Ahead::Step(by, from)) => {
                match self.stop(by, |history, stops| history.forth(from, stops)) {
                    Some(at) => self.go_to(at),
                    None if !ended => return,
                    None => {
                        self.thaw();
                        self.notice(Notice::RecordingEnds);
                    }
                }
            }
            Some(Ahead::Time(time)) => {
                if self.live.now < time && !ended {
                    return;
                }
                self.go_to_time(time);
            }
            Some(Ahead::Before(_)) | None => {}
        }
        self.ahead = None;
    }

    /// The recording is read anew, so that nothing is known of it yet; what is looked at stays.
    pub fn read_again(&mut self) {
        let Some(Ahead::Before(time)) = self.ahead else { return };
        let mut fresh = Scene::default();
        fresh.look_like(&self.live);
        self.live = fresh;
        self.clients = Arc::default();
        self.back = None;
        self.history = History::new(self.options.history, &mut self.live);
        if let Some(recording) = &mut self.recording {
            recording.is_read = false;
        }
        self.ahead = Some(Ahead::Time(time));
        self.changed = true;
    }

    /// The recording cannot be read anew: it came from standard input.
    pub fn cannot_read_again(&mut self) {
        self.ahead = None;
        self.tell_oldest();
    }

    /// Lets the picture go on by itself, or stops it.
    pub(super) fn play_or_stop(&mut self) {
        self.play.on = !self.play.on;
        self.ahead = None;
        self.play.clock = self.scene().now;
        let is_read = self.recording.as_ref().is_some_and(|recording| recording.is_read);
        if self.play.on && is_read && self.cursor() >= self.history.end() {
            // Over: from the begin of what is kept.
            if let Some(oldest) = self.history.oldest() {
                self.go_to(oldest);
            }
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

    /// Reads on for a step that goes beyond what is there; `false` where there is no more.
    pub(super) fn step_ahead(&mut self, by: Stride) -> bool {
        let more = self.recording.as_ref().is_some_and(|recording| !recording.is_read);
        if more {
            self.ahead = Some(Ahead::Step(by, self.history.end()));
        }
        more
    }

    /// Reads on, or anew, for a jump to a time that is not kept; `false` where that cannot be.
    pub(super) fn jump_ahead(&mut self, time: Nanos) -> bool {
        let Some(recording) = &self.recording else { return false };
        if time > self.live.now {
            if recording.is_read {
                return false;
            }
            self.ahead = Some(Ahead::Time(time));
        } else {
            self.ahead = Some(Ahead::Before(time));
        }
        self.overlay = Overlay::None;
        true
    }

    /// Whether the recording is read on for what was asked for.
    #[must_use]
    pub fn reads_ahead(&self) -> bool {
        self.ahead.is_some()
    }
}
