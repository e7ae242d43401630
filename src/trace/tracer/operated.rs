//! What the operator's commands mean to a program that is traced.

use std::time::Instant;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use super::{ENDS_WITHIN, Tracer};
use crate::telemetry::{Command, ConnId, Mode, Nanos, What};

impl Tracer {
    pub(super) fn take_commands(&mut self) {
        while let Ok(command) = self.commands.queue.try_recv() {
            self.carry_out(command);
        }
    }

    fn carry_out(&mut self, command: Command) {
        self.publisher.read_clock();
        match command {
            Command::Drop(id) => self.end_one(id, false),
            Command::Reset(id) => self.end_one(id, true),
            Command::DropAll => self.end_idle(0),
            Command::DropIdle(longer) => {
                self.end_idle(u64::try_from(longer.as_nanos()).unwrap_or(u64::MAX));
            }
            Command::Pause => self.set_pace(Mode::Paused),
            Command::Run => self.set_pace(Mode::Run),
            Command::Slow(rate) => self.set_pace(Mode::Slow(rate)),
            Command::Until(until) => self.set_pace(Mode::Until(until)),
            Command::Step(step) => {
                self.pace.step(step);
                self.read_lines();
            }
            Command::Lines(asked) => {
                self.lines.asked = asked;
                self.read_lines();
            }
            Command::Shutdown => self.end(),
            // These are of our own servers; and what was kept back is published next.
            Command::StopReading(_)
            | Command::ResumeReading(_)
            | Command::Switch(_)
            | Command::SuitLessons(_)
            | Command::Move
            | Command::Set(_)
            | Command::Tell
            | Command::Class { .. }
            | Command::Publish => {}
            #[cfg(debug_assertions)]
            Command::Panic => panic!("a test asked for it"),
        }
    }

    fn end_one(&mut self, id: ConnId, reset: bool) {
        if !self.world.end_from_outside(id, reset) {
            self.publisher.fact(-1, Some(id), What::Missed, &[]);
        }
    }

    fn end_idle(&mut self, longer: Nanos) {
        for id in self.world.idle(self.publisher.now(), longer) {
            self.end_one(id, false);
        }
    }

    pub(super) fn set_pace(&mut self, mode: Mode) {
        self.pace.set(mode);
        self.due = None;
        self.publisher.fact(-1, None, What::Pace { mode: self.pace.mode() }, &[]);
        self.read_lines();
    }

    /// The program is asked to end.
    fn end(&mut self) {
        if self.ending.is_none() {
            self.ending = Some((Instant::now(), false));
            if self.seized {
                return self.let_all_go();
            }
            // One that has ended needs no signal.
            let _ = kill(Pid::from_raw(self.leader), Signal::SIGTERM);
            if !self.threads.contains_key(&self.leader) {
                self.kill_all();
            }
        }
    }

    /// What does not end in time is killed.
    pub(super) fn hurry(&mut self) {
        if let Some((since, false)) = self.ending
            && since.elapsed() >= ENDS_WITHIN
        {
            if self.seized {
                // One that sleeps where nothing wakes it: the kernel lets it go when this thread ends.
                self.threads.clear();
            } else {
                self.kill_all();
            }
        }
    }

    fn kill_all(&mut self) {
        for thread in self.threads.values() {
            let _ = kill(Pid::from_raw(thread.pid), Signal::SIGKILL);
        }
        self.ending = Some((Instant::now(), true));
    }
}
