//! What is done when the runtime goes to sleep, and when it wakes up.

use super::tasks::{TASKS, TaskState};
use crate::telemetry::{Kind, Nanos, Stance};

/// A runtime that is never out of work does not sleep; then it is
/// published this often.
const PUBLISHED: Nanos = 1_000_000;

/// The runtime is about to wait: no task can go on.
pub(super) fn before_wait() {
    TASKS.with_borrow(|shared| shared.iter().for_each(|shared| shared.borrow_mut().before_wait()));
}

/// Its wait is over.
pub(super) fn after_wait() {
    TASKS.with_borrow(|shared| shared.iter().for_each(|shared| shared.borrow_mut().after_wait()));
}

impl TaskState {
    /// Wakes the tasks to which a command or a close has given
    /// something to do.
    pub(super) fn settle(&mut self) {
        let state = &mut self.state;
        for client in std::mem::take(&mut state.unfinished) {
            if let Some(connection) = state.table.get(client) {
                connection.unfinished = false;
                state.selector.wake(client.fd);
            }
        }
        if state.acceptable {
            state.selector.wake(state.listener.fd);
        }
        if state.ending.is_some()
            && let Some(main) = self.main.take()
        {
            main.wake();
        }
    }

    /// Publishes between two tasks, if the runtime has not slept for
    /// long.
    pub(super) fn breathe(&mut self) {
        let now = self.state.publisher.now();
        if now.saturating_sub(self.published) >= PUBLISHED {
            self.published = now;
            self.settle();
            self.state.publish(Stance::Working);
        }
    }

    fn before_wait(&mut self) {
        self.settle();
        // The runtime waits in any case; when the server ends, `settle`
        // lets it wake at once.
        let _ = self.state.gate(Kind::EpollWait, -1, None);
        // The operator may have said something while it stood.
        self.settle();
        self.retune();
        let now = self.state.publisher.read_clock();
        self.count_own();
        (self.slept, self.published) = (now, now);
        self.state.publish(Stance::Waiting(None));
    }

    /// Counts the last wake-up as own, if it was for a command or a
    /// time limit alone.
    pub(super) fn count_own(&mut self) {
        if self.own && !self.noticed {
            self.state.publisher.counters.own_wakeups += 1;
        }
    }

    fn after_wait(&mut self) {
        let now = self.state.publisher.read_clock();
        (self.state.woke, self.state.handled) = (now, false);
        (self.noticed, self.own) = (false, false);
        let counters = &mut self.state.publisher.counters;
        counters.wakeups += 1;
        counters.waited += now - self.slept;
    }
}
