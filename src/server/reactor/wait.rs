//! The wait call, and how it is told.

use std::io;
use std::time::Duration;

use super::Reactor;
use crate::server::listener::ACCEPT_PAUSE;
use crate::server::mistake::Mistake;
use crate::server::ret_of;
use crate::server::selector::Selector;
use crate::telemetry::{Nanos, Ready, Ret, Stance, Turn};

impl<S: Selector> Reactor<S> {
    /// Sleeps until something is ready.
    pub(super) fn wait(&mut self) -> io::Result<()> {
        let state = &mut self.state;
        let sleeps = state.selector.sleeps();
        if sleeps {
            // When the server ends, it looks once more: `timeout` lets it not sleep.
            let _ = state.gate(S::WAIT, state.listener.epfd, None);
        } else {
            state.pace.end_turn();
        }
        let before = state.publisher.read_clock();
        if let Some(ready) = self.served.take() {
            state.publisher.turn(Turn { busy: before.saturating_sub(state.woke), ready });
        }
        let timeout = self.timeout(before);
        let state = &mut self.state;
        state.publish(if sleeps { Stance::Waiting } else { Stance::Working });
        let result = state.selector.wait(timeout);
        let now = state.publisher.read_clock();
        (state.woke, state.handled) = (now, false);
        self.responder.read_date(now);
        self.ready.clear();
        let mut deaf = !S::KNOWS_READY;
        match result {
            Ok(_) => self.ready.extend(state.selector.ready()),
            Err(ref error) if error.kind() == io::ErrorKind::Interrupted => {}
            // A closed fd among them spoils the answer for all, the waker too.
            Err(_) if state.config.makes(Mistake::ForgetUnregister) => deaf = true,
            Err(error) => return Err(error),
        }
        self.record_wait(ret_of(result), now - before);
        if deaf {
            self.state.run_commands();
        }
        Ok(())
    }

    /// How long it may sleep.
    fn timeout(&self, now: Nanos) -> Option<Duration> {
        let state = &self.state;
        let work_left = !state.unfinished.is_empty() || !state.due.is_empty();
        if state.ending.is_some() || state.acceptable || work_left {
            return Some(Duration::ZERO);
        }
        let due = state.timers.sleep(now);
        if state.listener.resting.is_some() {
            return Some(due.map_or(ACCEPT_PAUSE, |due| due.min(ACCEPT_PAUSE)));
        }
        due
    }

    fn record_wait(&mut self, ret: Ret, waited: Nanos) {
        let Self { state, ready, list, .. } = self;
        let told = state.selector.wait_event(ret, waited);
        state.publisher.counters.wakeups += 1;
        if !S::KNOWS_READY {
            if let Some(nap) = told {
                state.publisher.call(-1, None, nap);
            }
            return;
        }
        let waker = state.listener.waker;
        let ours = ready.iter().filter(|(token, _)| token.fd == waker).count();
        let count = ready.len() - ours;
        state.publisher.counters.ready += count as u64;
        // A wake-up that only brought a command or a deadline is no part of the lesson.
        let own = count == 0 && ret.get().is_ok();
        if own {
            state.publisher.counters.own_wakeups += 1;
        } else {
            self.served = Some(u32::try_from(count).unwrap_or(u32::MAX));
        }
        list.clear();
        if state.publisher.has_reader() {
            list.extend(ready.iter().map(|&(token, mask)| {
                let conn = state.table.at(token.fd).map(|connection| connection.row.id);
                Ready { fd: token.fd, mask, conn }
            }));
        }
        if let Some(what) = told {
            state.publisher.call_with(state.listener.epfd, None, what, &[], list, own);
        }
    }
}
