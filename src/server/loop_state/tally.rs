//! What is counted of a loop's waits and turns, for the display.

use std::io;
use std::time::Duration;

use super::LoopState;
use crate::server::selector::{Selector, Token};
use crate::telemetry::{Errno, Mask, Nanos, Ready, Ret, Stance, Turn, What};

/// What is counted of the loop's turns.
#[derive(Default)]
pub(in crate::server) struct Tally {
    /// The fds that the last wait call returned, as they are published.
    list: Vec<Ready>,
    /// When the last wait call was made.
    began: Nanos,
    /// How many were ready in the turn that is not published yet.
    served: Option<u32>,
    /// The calls made before the fd that `scan` is asking, and those of them that ended in EAGAIN.
    before: (u64, u64),
    /// The fds that this round of `scan` has asked.
    asked: u32,
    /// Those of them that had something to say.
    answered: u32,
}

impl<S: Selector> LoopState<S> {
    /// Publishes the turn that ends, and that the loop waits now. Returns for how long.
    pub(in crate::server) fn begin_wait(&mut self, tally: &mut Tally) -> Option<Duration> {
        tally.began = self.publisher.read_clock();
        if let Some(ready) = tally.served.take() {
            self.publisher.turn(Turn { busy: tally.began.saturating_sub(self.woke), ready });
        }
        let timeout = self.timeout(tally.began);
        self.publish(if self.selector.sleeps() { Stance::Waiting } else { Stance::Working });
        timeout
    }

    /// Publishes a wait call that has just returned, and takes its list.
    #[track_caller]
    pub(in crate::server) fn record_wait(
        &mut self,
        tally: &mut Tally,
        ready: &mut Vec<(Token, Mask)>,
        result: &io::Result<usize>,
    ) {
        let now = self.publisher.read_clock();
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
            self.publisher.begin_round(self.pace.is_free());
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

    /// The calls that follow ask the next fd.
    pub(in crate::server) fn begin_question(&mut self, tally: &mut Tally) {
        tally.before = self.made();
    }

    /// An fd was asked: an answer is whatever is not EAGAIN.
    pub(in crate::server) fn end_question(&mut self, tally: &mut Tally) {
        let after = self.made();
        let before = std::mem::replace(&mut tally.before, after);
        let (calls, again) = (after.0 - before.0, after.1 - before.1);
        tally.asked += u32::from(calls > 0);
        tally.answered += u32::from(calls > again);
    }

    /// Calls made so far, and those of them that ended in EAGAIN.
    fn made(&self) -> (u64, u64) {
        let counters = &self.publisher.counters;
        (counters.calls_all(), counters.again)
    }

    /// Publishes a round of `scan`, which ends here.
    pub(in crate::server) fn record_round(&mut self, tally: &mut Tally) {
        let (asked, answered) =
            (std::mem::take(&mut tally.asked), std::mem::take(&mut tally.answered));
        let took = self.publisher.read_clock().saturating_sub(self.woke);
        self.publisher.counters.ready += u64::from(answered);
        self.publisher.fact(-1, None, What::Round { asked, answered, took }, &[]);
        tally.served = Some(answered);
    }
}
