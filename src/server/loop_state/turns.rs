//! The loop's waits and turns as they are published, with what is counted of them for the display.

use std::io;
use std::time::Duration;

use super::LoopState;
use crate::server::selector::{Selector, Token};
use crate::telemetry::{Errno, Mask, Ready, Ret, Stance, Turn, What};

impl<S: Selector> LoopState<S> {
    /// The gate before the call that waits. Publishes the turn that has ended, and that the loop
    /// waits now; returns for how long.
    #[track_caller]
    pub(in crate::server) fn begin_wait(&mut self) -> Option<Duration> {
        self.gate_wait();
        let now = self.publisher.read_clock();
        self.tally.began = now;
        if let Some(ready) = self.tally.served.take() {
            self.publisher.turn(Turn { busy: now.saturating_sub(self.woke), ready });
        }
        let timeout = self.timeout(now);
        self.publish(if self.selector.sleeps() { Stance::Waiting } else { Stance::Working });
        timeout
    }

    /// Publishes a wait call that has just returned, and takes its list.
    #[track_caller]
    pub(in crate::server) fn record_wait(
        &mut self,
        ready: &mut Vec<(Token, Mask)>,
        result: &io::Result<usize>,
    ) {
        let now = self.publisher.read_clock();
        let tally = &mut self.tally;
        (self.woke, self.handled) = (now, false);
        ready.clear();
        if result.is_ok() {
            ready.extend(self.selector.ready());
        }
        let ret = match result {
            Ok(count) => Ret::ok(*count as u64),
            Err(error) => Ret::err(Errno(error.raw_os_error().unwrap_or(0))),
        };
        let what = self.selector.wait_event(ret, now - tally.began);
        self.publisher.counters.wakeups += 1;
        if !S::KNOWS_READY {
            if let Some(nap) = what {
                self.publisher.call(-1, None, nap);
            }
            return;
        }
        let waker = self.listener.waker;
        let ours = ready.iter().filter(|(token, _)| token.fd == waker).count();
        let count = ready.len() - ours;
        self.publisher.counters.ready += count as u64;
        // A wake-up that only brought a command or a deadline is no part of the lesson.
        let own = count == 0 && ret.get().is_ok();
        if own {
            self.publisher.counters.own_wakeups += 1;
        } else {
            tally.served = Some(u32::try_from(count).unwrap_or(u32::MAX));
        }
        tally.list.clear();
        if self.publisher.has_reader() {
            tally.list.extend(ready.iter().map(|&(token, mask)| {
                let conn = self.table.at(token.fd).map(|connection| connection.row.id);
                Ready { fd: token.fd, mask, conn }
            }));
        }
        if let Some(what) = what {
            self.publisher.call_with(self.listener.epfd, None, what, &[], &tally.list, own);
        }
    }

    /// A round of questions begins: what `scan` makes of a turn, since nothing reports which fds
    /// are ready.
    #[inline]
    pub(in crate::server) fn begin_round(&mut self) {
        if !S::KNOWS_READY {
            (self.tally.in_round, self.tally.before) = (true, self.made());
            self.publisher.begin_round(self.pace.is_running());
        }
    }

    /// The calls that follow ask the next fd. Counts the one before, and whether it had an answer,
    /// which is whatever is not EAGAIN.
    #[inline]
    pub(in crate::server) fn next_question(&mut self) {
        if !S::KNOWS_READY {
            let after = self.made();
            let tally = &mut self.tally;
            let before = std::mem::replace(&mut tally.before, after);
            let (calls, again) = (after.0 - before.0, after.1 - before.1);
            tally.asked += u32::from(calls > 0);
            tally.answered += u32::from(calls > again);
        }
    }

    /// Calls made so far, and those of them that ended in EAGAIN.
    fn made(&self) -> (u64, u64) {
        let counters = &self.publisher.counters;
        (counters.calls_all(), counters.again)
    }

    /// Publishes the round of `scan` that has ended, if one has.
    #[inline]
    pub(in crate::server) fn end_round(&mut self) {
        if !S::KNOWS_READY && std::mem::take(&mut self.tally.in_round) {
            self.record_round();
        }
    }

    fn record_round(&mut self) {
        let took = self.publisher.read_clock().saturating_sub(self.woke);
        let tally = &mut self.tally;
        let (asked, answered) =
            (std::mem::take(&mut tally.asked), std::mem::take(&mut tally.answered));
        tally.served = Some(answered);
        self.publisher.counters.ready += u64::from(answered);
        self.publisher.fact(-1, None, What::Round { asked, answered, took }, &[]);
    }
}
