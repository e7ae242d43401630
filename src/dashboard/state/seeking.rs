//! What a recording is read on for: a time, or what is sought, that is not among what is kept.
//!
//! Where the recording is indexed, it is read from the last checkpoint before that; else on, or anew from
//! its begin. The picture stands meanwhile.

use std::sync::Arc;

use super::back::Back;
use super::checkpoints::{Checkpoint, Index, Indexed};
use super::history::History;
use super::history::marks::{Mark, part};
use super::history::stops::Stops;
use super::notice::Notice;
use super::play::{Ahead, Goal, Point, Sought, Stride};
use super::{Overlay, Scene, State};
use crate::telemetry::Nanos;

impl State {
    /// Whether it is a recording that can be read on from any place.
    pub(super) fn seeks(&self) -> bool {
        self.recording.as_ref().is_some_and(|recording| recording.seeks) && self.history.is_on()
    }

    /// To when all is known: that of a recording may have been read a little further than its figures
    /// have gone on.
    pub(super) fn reached(&self) -> Nanos {
        self.recording.as_ref().map_or(0, |recording| recording.reached).max(self.live.now)
    }

    /// Whether the recording is read on for what was asked for.
    #[must_use]
    pub fn reads_ahead(&self) -> bool {
        self.ahead.is_some()
    }

    /// Goes a step on or back, unless it is waited for such a step: a key that is held down would put it
    /// off again and again.
    pub(super) fn step(&mut self, by: Stride, forth: bool) {
        let sought = Sought::Step(by);
        let is_waited_for = match self.ahead.as_ref().map(|ahead| &ahead.goal) {
            Some(Goal::Forth(waited, _)) => forth && *waited == sought,
            Some(Goal::Back(waited, ..)) => !forth && *waited == sought,
            _ => false,
        };
        if !is_waited_for {
            self.stop_playing();
            self.seek(sought, forth);
        }
    }

    /// Goes to the next that is sought, or to the last one before.
    pub(super) fn seek(&mut self, sought: Sought, forth: bool) {
        let from = self.cursor();
        if sought == Sought::Mistake
            && let Some(indexed) = self.indexed().filter(|indexed| indexed.part().is_none())
        {
            return match indexed.mistake(from, forth) {
                Some(at) => self.go_there(at),
                None => self.is_not_there(&sought, forth),
            };
        }
        let apart = self.is_apart(from);
        let found = if apart { None } else { self.find(&sought, forth, from, 0) };
        if let Some(at) = found {
            return self.go_to(at);
        }
        let (oldest, seeks) = (self.history.oldest(), self.seeks());
        let is_read = self.recording.as_ref().is_none_or(|recording| recording.is_read);
        if forth && apart {
            self.wait(Goal::Forth(sought, from), Some(Point::Events(from + 1)));
        } else if forth && !is_read && self.history.is_on() {
            self.wait(Goal::Forth(sought, from), None);
        } else if !forth && seeks && (apart || !self.history.is_from_the_start()) {
            let from = oldest.filter(|_| !apart).unwrap_or(from);
            self.wait_back(sought, from);
        } else {
            self.is_not_there(&sought, forth);
        }
    }

    /// Whether a picture is not among what is kept, but can be made from the recording.
    fn is_apart(&self, at: u64) -> bool {
        let oldest = self.history.oldest().unwrap_or(self.history.end() + 1);
        self.seeks() && !(oldest.saturating_sub(1)..=self.history.end()).contains(&at)
    }

    /// Where the next is that is sought, or the last one before, among what is kept; none that is less
    /// than `least`.
    fn find(&self, sought: &Sought, forth: bool, from: u64, least: u64) -> Option<u64> {
        let history = &self.history;
        let go = |history: &History, stops: Stops<'_>| {
            if forth { history.forth(from, stops) } else { history.back(from, least, stops) }
        };
        match sought {
            Sought::Step(by) => self.stop(*by, go),
            Sought::Event(filter) => {
                let mut like = self.scene().stream.filtered_by(filter);
                go(history, Stops::Events(&mut |event| like.lets(event)))
            }
            Sought::Mistake => history.mistake(from, forth).filter(|at| *at >= least),
        }
    }

    /// There is no such thing, to the recording's end or begin.
    fn is_not_there(&mut self, sought: &Sought, forth: bool) {
        match sought {
            Sought::Step(_) if forth => self.thaw(),
            Sought::Step(_) => {
                self.tell_oldest();
                self.stay();
            }
            Sought::Event(_) | Sought::Mistake => {
                self.notice(Notice::NoneSuch);
                self.stay();
            }
        }
    }

    /// Reads on for that; the picture stands until it is there.
    fn wait(&mut self, goal: Goal, anew: Option<Point>) {
        let at = self.history.end();
        if self.back.is_none() {
            let scene = self.live.clone();
            self.back = Some(Box::new(Back { scene, at, stepped: true, selected: None }));
        }
        self.overlay = Overlay::None;
        self.ahead = Some(Ahead { goal, anew, begun: 0, seen: at });
        self.changed = true;
    }

    /// Reads what comes before, for the last that is sought there.
    fn wait_back(&mut self, sought: Sought, from: u64) {
        // After the first event is the first picture.
        match from.checked_sub(2) {
            None => self.is_not_there(&sought, false),
            Some(_) => {
                self.wait(Goal::Back(sought, from, None), Some(Point::Events(from - 1)));
            }
        }
    }

    /// The picture is one that can be made again; it is read for where it is not kept any more.
    pub(super) fn stay(&mut self) {
        let at = self.cursor();
        if self.is_apart(at) {
            self.wait(Goal::Events(at), Some(Point::Events(at)));
        }
    }

    /// Shows the picture after so many events, wherever that is.
    fn go_there(&mut self, at: u64) {
        if self.is_apart(at) || self.is_apart(at.saturating_sub(1)) {
            self.wait(Goal::Events(at), Some(Point::Events(at)));
        } else {
            self.go_to(at);
        }
    }

    /// It is not read on any more.
    pub(super) fn stop_reading(&mut self) {
        self.play.on = false;
        let goal = self.ahead.take().map(|ahead| ahead.goal);
        if goal != Some(Goal::Events(self.cursor())) {
            self.stay();
        }
        self.changed = true;
    }

    /// Reads on, or anew, for a jump to a time that is not kept; `false` where that cannot be.
    pub(super) fn jump_ahead(&mut self, time: Nanos) -> bool {
        let Some(recording) = &self.recording else { return false };
        let (is_later, seeks) = (time > self.reached(), recording.seeks);
        if is_later && recording.is_read {
            return false;
        }
        let anew = (!is_later || seeks).then_some(Point::Time(time));
        let (begun, seen) = (0, self.history.end());
        self.ahead = Some(Ahead { goal: Goal::Time(time), anew, begun, seen });
        self.overlay = Overlay::None;
        true
    }

    /// A batch of that time was read and taken in, or the recording has ended.
    pub fn was_read(&mut self, time: Option<Nanos>) {
        let ended = self.recording.as_ref().is_some_and(|recording| recording.is_read);
        let end = self.history.end();
        let Some(Ahead { goal, anew: None, begun, seen }) = self.ahead.take() else { return };
        let is_there = match goal {
            Goal::Time(wanted) => time > Some(wanted),
            Goal::Events(at) | Goal::Back(_, at, _) => end >= at,
            Goal::Forth(..) => false,
        };
        if (ended || is_there) && self.history.oldest().is_none() {
            // There is no room for any picture but the last.
            self.thaw();
        }
        let goal = match goal {
            Goal::Time(wanted) if ended || is_there => return self.go_to_time(wanted),
            Goal::Events(at) if is_there => return self.go_to(at),
            Goal::Events(_) if ended => return self.thaw(),
            Goal::Forth(sought, from) => {
                let found = self.find(&sought, true, from.max(seen.saturating_sub(1)), 0);
                if let Some(at) = found {
                    return self.go_to(at);
                }
                if ended {
                    self.is_not_there(&sought, true);
                    if let Sought::Step(_) = sought {
                        self.notice(Notice::RecordingEnds);
                    }
                    return;
                }
                Goal::Forth(sought, from)
            }
            Goal::Back(sought, from, found) => {
                let found = self.find(&sought, false, from, seen).or(found);
                if ended || is_there {
                    return self.has_looked_back(sought, found, begun);
                }
                Goal::Back(sought, from, found)
            }
            goal => goal,
        };
        self.ahead = Some(Ahead { goal, anew: None, begun, seen: end });
    }

    /// All was looked at from after so many events on.
    fn has_looked_back(&mut self, sought: Sought, found: Option<u64>, begun: u64) {
        match found {
            // Of much that was read the first may have fallen out again.
            Some(at) => self.go_there(at),
            None => self.wait_back(sought, begun + 1),
        }
    }

    /// The recording is read from a checkpoint on, or from its begin; what is looked at stays.
    pub fn read_from(&mut self, checkpoint: Option<Checkpoint>) {
        let Some(ahead) = &mut self.ahead else { return };
        let (mut scene, mut at, mut clients) = (Scene::default(), (0, 0), Arc::default());
        if let Some(checkpoint) = checkpoint {
            at = (checkpoint.events, checkpoint.last);
            (scene, clients) = (checkpoint.scene, checkpoint.clients);
        }
        (ahead.anew, ahead.begun, ahead.seen) = (None, at.0, at.0);
        scene.look_like(&self.live);
        scene.stream.to_newest();
        let history = History::going_on(self.options.history, &mut scene, at, &clients);
        let end = std::mem::replace(&mut self.history, history).end();
        let scene = std::mem::replace(&mut self.live, scene);
        if self.back.is_none() {
            self.back = Some(Box::new(Back { scene, at: end, stepped: true, selected: None }));
        }
        self.clients = clients;
        if at.0 == 0 {
            // As at the very first.
            self.pass(0);
        }
        if let Some(recording) = &mut self.recording {
            (recording.is_read, recording.reached) = (false, 0);
        }
        self.changed = true;
    }

    /// No place is nearer than where it is read.
    pub fn read_in_order(&mut self) {
        if let Some(ahead) = &mut self.ahead {
            ahead.anew = None;
        }
    }

    /// The recording cannot be read anew: it came from standard input.
    pub fn cannot_read_again(&mut self) {
        self.ahead = None;
        self.tell_oldest();
    }

    /// Takes over how far the recording is indexed.
    pub fn follow_index(&mut self, index: &Index) {
        let percent =
            |indexed: &Indexed| indexed.part().map(|(part, whole)| part * 100 / whole.max(1));
        let indexed = self.indexed.get_or_insert_default();
        let before = percent(indexed);
        if index.tell(indexed) {
            self.changed |= percent(indexed) != before;
        }
    }

    /// How far the recording is indexed, where it will be.
    #[must_use]
    pub fn indexed(&self) -> Option<&Indexed> {
        self.indexed.as_deref()
    }

    /// Of so many equal parts of a time, what happened in each; and how many of them are known by now.
    #[must_use]
    pub fn happened(&self, span: (Nanos, Nanos), parts: usize) -> (Vec<Option<Mark>>, usize) {
        let mut marks = self.history.marks(span, parts);
        let Some(indexed) = self.indexed().filter(|_| !marks.is_empty()) else {
            return (marks, parts);
        };
        indexed.marks.show(span, &mut marks);
        let known = match indexed.part() {
            Some(_) => {
                part(span, parts, indexed.time.max(self.live.now)).map_or(0, |last| last + 1)
            }
            None => parts,
        };
        (marks, known)
    }
}
