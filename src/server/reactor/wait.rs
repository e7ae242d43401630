//! The wait call, and how it is told.

use std::io;
use std::time::Duration;

use super::Reactor;
use crate::server::listener::REST;
use crate::server::mistake::Mistake;
use crate::server::ret_of;
use crate::server::selector::Selector;
use crate::telemetry::{Nanos, Ready, Ret, Stance, Turn};

impl<S: Selector> Reactor<S> {
    /// Sleeps until something is ready.
    pub(super) fn wait(&mut self) -> io::Result<()> {
        let floor = &mut self.floor;
        let sleeps = floor.selector.sleeps();
        if sleeps {
            floor.gate(S::WAIT, floor.listener.epfd, None);
        } else {
            floor.pace.end_turn();
        }
        let before = floor.tell.read_clock();
        if let Some(ready) = self.served.take() {
            floor.tell.turn(Turn { busy: before.saturating_sub(floor.woke), ready });
        }
        let timeout = self.timeout(before);
        let floor = &mut self.floor;
        floor.publish(if sleeps { Stance::Waiting } else { Stance::Working });
        let result = floor.selector.wait(timeout);
        let now = floor.tell.read_clock();
        (floor.woke, floor.handled) = (now, false);
        self.desk.read_date(now);
        self.ready.clear();
        let mut deaf = S::ASKS;
        match result {
            Ok(_) => self.ready.extend(floor.selector.ready()),
            Err(ref error) if error.kind() == io::ErrorKind::Interrupted => {}
            // A closed fd among them spoils the answer for all, the waker too.
            Err(_) if floor.config.makes(Mistake::ForgetUnregister) => deaf = true,
            Err(error) => return Err(error),
        }
        self.tell_wait(ret_of(result), now - before);
        if deaf {
            self.floor.obey();
        }
        Ok(())
    }

    /// How long it may sleep.
    fn timeout(&self, now: Nanos) -> Option<Duration> {
        let floor = &self.floor;
        let work_left = !floor.unfinished.is_empty() || !floor.due.is_empty();
        if floor.ending.is_some() || floor.acceptable || work_left {
            return Some(Duration::ZERO);
        }
        let due = floor.timers.sleep(now);
        if floor.listener.resting.is_some() {
            return Some(due.map_or(REST, |due| due.min(REST)));
        }
        due
    }

    fn tell_wait(&mut self, ret: Ret, waited: Nanos) {
        let Self { floor, ready, list, .. } = self;
        let told = floor.selector.told(ret, waited);
        floor.tell.counters.wakeups += 1;
        if S::ASKS {
            if let Some(nap) = told {
                floor.tell.call(-1, None, nap);
            }
            return;
        }
        let waker = floor.listener.waker;
        let ours = ready.iter().filter(|(tag, _)| tag.fd == waker).count();
        let count = ready.len() - ours;
        floor.tell.counters.ready += count as u64;
        // A wake-up that only brought a command or a deadline is no part of the lesson.
        let own = count == 0 && ret.get().is_ok();
        if own {
            floor.tell.counters.own_wakeups += 1;
        } else {
            self.served = Some(u32::try_from(count).unwrap_or(u32::MAX));
        }
        list.clear();
        if floor.tell.has_reader() {
            list.extend(ready.iter().map(|&(tag, mask)| {
                let conn = floor.table.at(tag.fd).map(|connection| connection.row.id);
                Ready { fd: tag.fd, mask, conn }
            }));
        }
        if let Some(what) = told {
            floor.tell.call_with(floor.listener.epfd, None, what, &[], list, own);
        }
    }
}
