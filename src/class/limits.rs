//! How often somebody may come: by student, by address, in all. No state without a limit.

use std::collections::HashMap;
use std::net::IpAddr;

use crate::telemetry::Nanos;

/// So many addresses are remembered.
const ADDRESSES: usize = 4096;

/// How many may come in a second, and how many at once.
#[derive(Clone, Copy, Debug)]
struct Rate {
    a_second: u32,
    at_once: u32,
}

/// A student raises a hand, votes and presses; more is a machine.
const STUDENT: Rate = Rate { a_second: 5, at_once: 20 };
/// Behind one address there may be a whole class.
const ADDRESS: Rate = Rate { a_second: 500, at_once: 2_000 };
/// All of them.
const ALL: Rate = Rate { a_second: 5_000, at_once: 10_000 };
/// Wrong codes of one address: there are more than a hundred thousand.
const WRONG: Rate = Rate { a_second: 1, at_once: 30 };

/// What is left to somebody.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Bucket {
    /// When all that was taken will have been earned.
    even: Nanos,
}

impl Bucket {
    /// Takes one, if there is one.
    fn take(&mut self, Rate { a_second, at_once }: Rate, now: Nanos) -> bool {
        let one = 1_000_000_000 / Nanos::from(a_second);
        let after = self.even.max(now) + one;
        let may = after - now <= one * Nanos::from(at_once);
        if may {
            self.even = after;
        }
        may
    }
}

/// All limits of a class.
#[derive(Debug, Default)]
pub(super) struct Limits {
    all: Bucket,
    /// For what an address asks, and for its wrong codes.
    addresses: HashMap<IpAddr, (Bucket, Bucket)>,
}

impl Limits {
    /// Whether one more request of that address may be carried out.
    pub(super) fn may_ask(&mut self, address: IpAddr, now: Nanos) -> bool {
        self.address(address, now).0.take(ADDRESS, now) && self.all.take(ALL, now)
    }

    /// Whether one more wrong code of that address may be looked at.
    pub(super) fn may_be_wrong(&mut self, address: IpAddr, now: Nanos) -> bool {
        self.address(address, now).1.take(WRONG, now)
    }

    fn address(&mut self, address: IpAddr, now: Nanos) -> &mut (Bucket, Bucket) {
        if self.addresses.len() >= ADDRESSES && !self.addresses.contains_key(&address) {
            // Of those that are even nothing is lost.
            self.addresses.retain(|_, (asks, wrong)| asks.even.max(wrong.even) > now);
            if self.addresses.len() >= ADDRESSES {
                self.addresses.clear();
            }
        }
        self.addresses.entry(address).or_default()
    }
}

/// Whether one more request of a student may be carried out.
pub(super) fn may_do(bucket: &mut Bucket, now: Nanos) -> bool {
    bucket.take(STUDENT, now)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Nanos = 1_000_000_000;

    #[test]
    fn so_many_at_once_and_then_so_many_a_second() {
        for start in [0, 100 * SECOND] {
            let mut bucket = Bucket::default();
            let mut taken = |now| (0..1000).filter(|_| may_do(&mut bucket, now)).count();
            assert_eq!(taken(start), 20);
            assert_eq!(taken(start), 0);
            assert_eq!(taken(start + 4 * SECOND + 1), 20);
            assert_eq!(taken(start + 5 * SECOND + 1), 5);
            assert_eq!(taken(start + 60 * SECOND), 20);
        }
    }

    #[test]
    fn addresses_are_not_remembered_without_end() {
        let mut limits = Limits::default();
        for n in 0..20_000_u32 {
            let address = IpAddr::from(n.to_be_bytes());
            assert!(limits.may_be_wrong(address, Nanos::from(n) * 1000));
            assert!(limits.addresses.len() <= ADDRESSES);
        }
        let address = IpAddr::from([127, 0, 0, 1]);
        let now = 100 * SECOND;
        assert_eq!((0..100).filter(|_| limits.may_be_wrong(address, now)).count(), 30);
        assert!(limits.may_ask(address, now));
    }
}
