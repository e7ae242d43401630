//! How fast the loop may go: the gate that each of its calls passes.

use std::time::{Duration, Instant};

use crate::telemetry::{Mode, Next, Step};

/// The loop's pace.
#[derive(Debug, Default)]
pub(crate) struct Pace {
    mode: Mode,
    /// While paused: calls that may still pass.
    credit: u32,
    /// While paused: calls pass until the wait call comes round again. `Some(false)` as long as
    /// the first call of the step has not passed.
    turn: Option<bool>,
    /// In slow motion: when the next call may pass.
    due: Option<Instant>,
    /// A turn may last as long as a peer likes (`--mistake no-budget`): the operator is looked for
    /// between its calls.
    pub(super) endless: bool,
}

/// What the gate says of a call.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Verdict {
    /// Make it.
    Go,
    /// Stand until a command comes, or until then.
    Stand(Option<Instant>),
}

impl Pace {
    /// That of the next server: a pause goes on; a slow motion ends, and what ran until some call.
    pub(crate) fn handed_over(&self) -> Self {
        let mode = if self.mode == Mode::Paused { Mode::Paused } else { Mode::Run };
        Self { mode, endless: self.endless, ..Self::default() }
    }

    pub(crate) fn mode(&self) -> Mode {
        self.mode
    }

    /// Whether every call passes: the one branch that the free-running loop pays.
    #[inline]
    pub(crate) fn is_free(&self) -> bool {
        matches!(self.mode, Mode::Run) && !self.endless
    }

    /// Whether calls pass without waiting: all of them, or those before the one until which it runs.
    pub(crate) fn is_running(&self) -> bool {
        matches!(self.mode, Mode::Run | Mode::Until(_))
    }

    /// Whether a call that has just come is the one until which it runs.
    pub(crate) fn is_met(&self, next: &Next, waits: bool) -> bool {
        matches!(self.mode, Mode::Until(until) if until.is_met(next, waits))
    }

    /// Changes the pace; what was left of a step is forgotten.
    pub(crate) fn set(&mut self, mode: Mode) {
        let mode = match mode {
            Mode::Slow(rate) => Mode::Slow(rate.clamp(1, 100)),
            other => other,
        };
        *self = Self { mode, endless: self.endless, ..Self::default() };
    }

    /// Lets a paused loop go one step; a running one is paused first.
    pub(crate) fn step(&mut self, step: Step) {
        if self.mode != Mode::Paused {
            self.set(Mode::Paused);
        }
        match step {
            Step::Call => self.credit += 1,
            Step::Turn => self.turn = Some(false),
        }
    }

    /// A turn ends here without a call that waits: a step to its end stops before the next call.
    pub(crate) fn end_turn(&mut self) {
        if self.turn == Some(true) {
            self.turn = None;
        }
    }

    /// Whether the next call may be made now; if so, it is counted as made. `waits` says that it is
    /// the one that waits, before which a turn ends.
    pub(crate) fn ask(&mut self, waits: bool, now: Instant) -> Verdict {
        match self.mode {
            // What it has stood before already when it was told to run is not what it runs until.
            Mode::Run | Mode::Until(_) => Verdict::Go,
            Mode::Paused if self.credit > 0 => {
                self.credit -= 1;
                Verdict::Go
            }
            Mode::Paused => match self.turn {
                Some(begun) if !(begun && waits) => {
                    self.turn = Some(true);
                    Verdict::Go
                }
                _ => {
                    self.turn = None;
                    Verdict::Stand(None)
                }
            },
            Mode::Slow(rate) => match self.due {
                Some(due) if due > now => Verdict::Stand(Some(due)),
                _ => {
                    self.due = Some(now + Duration::from_secs(1) / u32::from(rate));
                    Verdict::Go
                }
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::telemetry::{Kind, Until};

    #[test]
    fn a_running_loop_is_not_held() {
        let mut pace = Pace::default();
        assert!(pace.is_free());
        assert_eq!(pace.ask(false, Instant::now()), Verdict::Go);
    }

    #[test]
    fn a_paused_loop_makes_one_call_for_each_step() {
        let (mut pace, now) = (Pace::default(), Instant::now());
        pace.set(Mode::Paused);
        assert_eq!(pace.ask(false, now), Verdict::Stand(None));
        pace.step(Step::Call);
        assert_eq!(pace.ask(false, now), Verdict::Go);
        assert_eq!(pace.ask(false, now), Verdict::Stand(None));
    }

    #[test]
    fn a_turn_ends_before_the_next_wait() {
        let (mut pace, now) = (Pace::default(), Instant::now());
        pace.set(Mode::Paused);
        pace.step(Step::Turn);
        for waits in [true, false, false] {
            assert_eq!(pace.ask(waits, now), Verdict::Go);
        }
        assert_eq!(pace.ask(true, now), Verdict::Stand(None));
        assert_eq!(pace.ask(true, now), Verdict::Stand(None));
    }

    #[test]
    fn a_turn_may_end_without_a_call_that_waits() {
        let (mut pace, now) = (Pace::default(), Instant::now());
        pace.set(Mode::Paused);
        pace.step(Step::Turn);
        pace.end_turn();
        assert_eq!(pace.ask(false, now), Verdict::Go, "it has not begun yet");
        assert_eq!(pace.ask(false, now), Verdict::Go);
        pace.end_turn();
        assert_eq!(pace.ask(false, now), Verdict::Stand(None));
    }

    #[test]
    fn slow_motion_spaces_the_calls() {
        let (mut pace, now) = (Pace::default(), Instant::now());
        pace.set(Mode::Slow(10));
        assert_eq!(pace.ask(false, now), Verdict::Go);
        let due = now + Duration::from_millis(100);
        assert_eq!(pace.ask(false, now), Verdict::Stand(Some(due)));
        assert_eq!(pace.ask(false, due), Verdict::Go);
    }

    #[test]
    fn what_runs_until_a_call_is_not_free_and_is_not_held() {
        let (mut pace, now) = (Pace::default(), Instant::now());
        let next = |kind| Next::new(kind, 9, None, None);
        pace.set(Mode::Until(Until::Call { kind: Some(Kind::Send), conn: None }));
        assert!(!pace.is_free() && pace.is_running());
        assert_eq!(pace.ask(true, now), Verdict::Go);
        assert!(pace.is_met(&next(Kind::Send), false) && !pace.is_met(&next(Kind::Recv), true));
        pace.set(Mode::Paused);
        assert!(!pace.is_running() && !pace.is_met(&next(Kind::Send), false));
        pace.set(Mode::Until(Until::Wait));
        assert_eq!(pace.handed_over().mode(), Mode::Run);
        pace.step(Step::Call);
        assert_eq!(pace.mode(), Mode::Paused);
    }

    #[test]
    fn a_step_pauses_a_running_loop() {
        let mut pace = Pace::default();
        pace.step(Step::Call);
        assert_eq!(pace.mode(), Mode::Paused);
    }
}
