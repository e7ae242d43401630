//! What is done when the runtime goes to sleep, and when it wakes up.

use super::room::{ROOM, Room};
use crate::telemetry::{Kind, Nanos, Stance};

/// A runtime that is never out of work does not sleep; then it is published this often.
const PUBLISHED: Nanos = 1_000_000;

/// The runtime is about to wait: no task can go on.
pub(super) fn before_wait() {
    ROOM.with_borrow(|room| room.iter().for_each(|room| room.borrow_mut().before_wait()));
}

/// Its wait is over.
pub(super) fn after_wait() {
    ROOM.with_borrow(|room| room.iter().for_each(|room| room.borrow_mut().after_wait()));
}

impl Room {
    /// Wakes whom a command or a close has given something to do.
    pub(super) fn settle(&mut self) {
        let floor = &mut self.floor;
        for (fd, id) in std::mem::take(&mut floor.unfinished) {
            if let Some(connection) = floor.table.get(fd, id) {
                connection.unfinished = false;
                floor.selector.wake(fd);
            }
        }
        if floor.acceptable {
            floor.selector.wake(floor.listener.fd);
        }
        if floor.ending.is_some()
            && let Some(main) = self.main.take()
        {
            main.wake();
        }
    }

    /// Publishes between two tasks, if the runtime has not slept for long.
    pub(super) fn breathe(&mut self) {
        let now = self.floor.tell.now();
        if now.saturating_sub(self.published) >= PUBLISHED {
            self.published = now;
            self.settle();
            self.floor.publish(Stance::Working);
        }
    }

    fn before_wait(&mut self) {
        self.settle();
        self.floor.gate(Kind::EpollWait, -1, None);
        // The operator may have said something while it stood.
        self.settle();
        let now = self.floor.tell.read_clock();
        self.count_own();
        (self.slept, self.published) = (now, now);
        self.floor.publish(Stance::Waiting);
    }

    /// Counts the last wake-up as own, if it was for a command or a time limit alone.
    pub(super) fn count_own(&mut self) {
        if self.own && !self.noticed {
            self.floor.tell.counters.own_wakeups += 1;
        }
    }

    fn after_wait(&mut self) {
        let now = self.floor.tell.read_clock();
        (self.floor.woke, self.floor.handled) = (now, false);
        (self.noticed, self.own) = (false, false);
        let counters = &mut self.floor.tell.counters;
        counters.wakeups += 1;
        counters.waited += now - self.slept;
    }
}
