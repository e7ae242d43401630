//! Deadlines of connections: a wheel of slots, each a linked list threaded through a table by fd.
//!
//! A connection is put in when it is accepted and taken out when it is closed. Nothing happens
//! for a request: when a slot comes up, the connections in it are asked for their real deadline
//! and, if that is still ahead, put in again (see `limits`).

use std::time::Duration;

use crate::telemetry::{Fd, Nanos};

/// Width of a slot.
const SLOT: Nanos = 1 << 28; // 0.27 s
/// Slots of the wheel: together a little over four minutes; what is farther is put in again then.
const SLOTS: usize = 1024;

const NOBODY: Fd = -1;

#[derive(Clone, Copy)]
struct Link {
    prev: Fd,
    next: Fd,
    slot: Option<u16>,
}

const UNLINKED: Link = Link { prev: NOBODY, next: NOBODY, slot: None };

/// The wheel.
pub(super) struct Timers {
    heads: Box<[Fd]>,
    links: Vec<Link>,
    /// The slot number (time divided by [`SLOT`]) up to which all have been taken out.
    passed: u64,
    /// The first slot number that may hold an fd.
    first: u64,
    count: usize,
}

impl Timers {
    pub(super) fn new() -> Self {
        Self {
            heads: vec![NOBODY; SLOTS].into(),
            links: Vec::new(),
            passed: 0,
            first: u64::MAX,
            count: 0,
        }
    }

    /// Sets the deadline of an fd, in place of the one it had.
    pub(super) fn set(&mut self, fd: Fd, deadline: Nanos) {
        self.clear(fd);
        // Never before its time: the slot after the one that the deadline falls in.
        let number = (deadline / SLOT + 1).clamp(self.passed + 1, self.passed + SLOTS as u64 - 1);
        let slot = slot_of(number);
        let head = self.heads[slot as usize];
        let index = index(fd);
        if index >= self.links.len() {
            self.links.resize(index + 1, UNLINKED);
        }
        self.links[index] = Link { prev: NOBODY, next: head, slot: Some(slot) };
        if head != NOBODY {
            self.links[self::index(head)].prev = fd;
        }
        self.heads[slot as usize] = fd;
        self.first = self.first.min(number);
        self.count += 1;
    }

    /// Forgets an fd.
    pub(super) fn clear(&mut self, fd: Fd) {
        let Some(link) = self.links.get_mut(index(fd)) else { return };
        let Link { prev, next, slot: Some(slot) } = std::mem::replace(link, UNLINKED) else {
            return;
        };
        match prev {
            NOBODY => self.heads[slot as usize] = next,
            _ => self.links[index(prev)].next = next,
        }
        if next != NOBODY {
            self.links[index(next)].prev = prev;
        }
        self.count -= 1;
    }

    /// How long the loop may sleep before an fd may be due; `None` when none waits.
    pub(super) fn sleep(&self, now: Nanos) -> Option<Duration> {
        (self.count > 0).then(|| Duration::from_nanos((self.first * SLOT).saturating_sub(now)))
    }

    /// Takes out one whose slot has come up; its real deadline may still be ahead.
    pub(super) fn pop(&mut self, now: Nanos) -> Option<Fd> {
        let current = now / SLOT;
        if self.count == 0 {
            self.passed = current;
            self.first = u64::MAX;
            return None;
        }
        while self.first <= current {
            let head = self.heads[slot_of(self.first) as usize];
            if head != NOBODY {
                self.clear(head);
                // What is set from here on lands behind the slot that is being emptied.
                self.passed = self.passed.max(self.first);
                return Some(head);
            }
            self.first += 1;
        }
        self.passed = current;
        // The next slot with an fd in it, so that the loop sleeps until then.
        self.first = (self.first..self.first + SLOTS as u64)
            .find(|&number| self.heads[slot_of(number) as usize] != NOBODY)
            .unwrap_or(u64::MAX);
        None
    }
}

fn slot_of(number: u64) -> u16 {
    u16::try_from(number % SLOTS as u64).unwrap_or(0)
}

fn index(fd: Fd) -> usize {
    usize::try_from(fd).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    const SECOND: Nanos = 1_000_000_000;

    #[test]
    fn nobody_waits_for_nothing() {
        let mut timers = Timers::new();
        assert_eq!(timers.sleep(0), None);
        assert_eq!(timers.pop(100 * SECOND), None);
    }

    #[test]
    fn one_comes_up_after_its_deadline_and_not_before() {
        let mut timers = Timers::new();
        timers.set(9, 2 * SECOND);
        assert_eq!(timers.pop(SECOND), None);
        let sleep = timers.sleep(SECOND).unwrap();
        assert!(
            sleep >= Duration::from_secs(1) && sleep < Duration::from_millis(1600),
            "{sleep:?}"
        );
        assert_eq!(timers.pop(2 * SECOND), None);
        assert_eq!(timers.pop(3 * SECOND), Some(9));
        assert_eq!(timers.pop(3 * SECOND), None);
        assert_eq!(timers.sleep(3 * SECOND), None);
    }

    #[test]
    fn one_that_was_cleared_does_not_come_up() {
        let mut timers = Timers::new();
        for fd in 5..10 {
            timers.set(fd, SECOND);
        }
        timers.clear(7);
        timers.clear(7);
        timers.set(8, 5 * SECOND);
        let mut up: Vec<Fd> = std::iter::from_fn(|| timers.pop(2 * SECOND)).collect();
        up.sort_unstable();
        assert_eq!(up, [5, 6, 9]);
    }

    proptest::proptest! {
        /// Whatever is set and cleared, each fd comes up once, at most two slots late, unless its
        /// deadline is farther than the wheel is wide: then it comes up early, to be set again.
        #[test]
        fn agrees_with_a_plain_map(steps in proptest::collection::vec((0..20i32, 0..400u64, 0..3u8), 1..200)) {
            let mut timers = Timers::new();
            let mut model: BTreeMap<Fd, Nanos> = BTreeMap::new();
            let mut now = 0;
            for (fd, seconds, what) in steps {
                match what {
                    0 => {
                        timers.set(fd, now + seconds * SECOND);
                        model.insert(fd, now + seconds * SECOND);
                    }
                    1 => {
                        timers.clear(fd);
                        model.remove(&fd);
                    }
                    _ => {
                        now += seconds * SECOND / 20;
                        while let Some(fd) = timers.pop(now) {
                            let deadline = model.remove(&fd).expect("only what was set comes up");
                            if deadline > now {
                                timers.set(fd, deadline);
                                model.insert(fd, deadline);
                            }
                        }
                        for &deadline in model.values() {
                            assert!(deadline + 2 * SLOT > now, "{deadline} was forgotten at {now}");
                        }
                        assert_eq!(timers.count, model.len());
                        assert_eq!(timers.sleep(now).is_some(), !model.is_empty());
                    }
                }
            }
        }
    }
}
