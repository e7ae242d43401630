//! How often somebody may come: by student, by address, in all. No state without a limit.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};

use crate::telemetry::Nanos;

/// So many addresses are remembered.
const ADDRESSES: usize = 4096;
/// So often those are given up at most that are not needed.
const SWEEP: Nanos = 1_000_000_000;

/// How many may come in a second, and how many at once.
#[derive(Clone, Copy, Debug)]
struct Rate {
    a_second: u32,
    at_once: u32,
}

/// A student raises a hand, votes and presses; more is a machine.
const STUDENT: Rate = Rate { a_second: 5, at_once: 20 };
/// The students behind one address: as many as may be there, and each as often as it may.
const ADDRESS: Rate = Rate { a_second: 1_000, at_once: 4_000 };
/// All students.
const ALL: Rate = Rate { a_second: 5_000, at_once: 10_000 };
/// Who is no student, or not yet. It takes nothing from those who are.
const STRANGERS: Rate = Rate { a_second: 500, at_once: 2_000 };
/// All of those.
const ALL_STRANGERS: Rate = Rate { a_second: 2_000, at_once: 5_000 };
/// Those who come in: a class at once, and then one after the other.
const JOINS: Rate = Rate { a_second: 2, at_once: 200 };
/// Wrong codes of one address: there are more than thirty thousand.
const WRONG: Rate = Rate { a_second: 1, at_once: 30 };

/// What is left to somebody.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Bucket {
    /// When all that was taken will have been earned.
    even: Nanos,
}

impl Bucket {
    /// What it is after one more, if there is one.
    fn after(self, Rate { a_second, at_once }: Rate, now: Nanos) -> Option<Nanos> {
        let one = 1_000_000_000 / Nanos::from(a_second);
        let after = self.even.max(now) + one;
        (after - now <= one * Nanos::from(at_once)).then_some(after)
    }

    /// Whether there is one.
    fn has(self, rate: Rate, now: Nanos) -> bool {
        self.after(rate, now).is_some()
    }

    /// Takes one, if there is one.
    fn take(&mut self, rate: Rate, now: Nanos) -> bool {
        let after = self.after(rate, now);
        self.even = after.unwrap_or(self.even);
        after.is_some()
    }
}

/// What is left to an address.
#[derive(Clone, Copy, Debug, Default)]
struct Address {
    students: Bucket,
    strangers: Bucket,
    joins: Bucket,
    wrong: Bucket,
}

impl Address {
    /// When all that it took will have been earned.
    fn even(&self) -> Nanos {
        let Self { students, strangers, joins, wrong } = self;
        [students, strangers, joins, wrong].map(|bucket| bucket.even).into_iter().max().unwrap_or(0)
    }
}

/// All limits of a class.
#[derive(Debug, Default)]
pub(super) struct Limits {
    students: Bucket,
    strangers: Bucket,
    addresses: HashMap<IpAddr, Address>,
    /// Of all those together that find no place among them.
    others: Address,
    /// When it was last looked which of them have nothing to be remembered any more.
    swept: Option<Nanos>,
}

impl Limits {
    /// Whether one more request of a student at that address may be carried out. One that asks too
    /// often takes nothing from the others behind its address.
    pub(super) fn may_do(&mut self, own: &mut Bucket, address: IpAddr, now: Nanos) -> bool {
        own.take(STUDENT, now)
            && self.address(address, now).students.take(ADDRESS, now)
            && self.students.take(ALL, now)
    }

    /// Whether one more request may be looked at that is no student's.
    pub(super) fn may_ask(&mut self, address: IpAddr, now: Nanos) -> bool {
        self.address(address, now).strangers.take(STRANGERS, now)
            && self.strangers.take(ALL_STRANGERS, now)
    }

    /// Whether one more code of that address is looked at. Where too many were wrong none is, not even
    /// the right one: it would be found by trying on.
    pub(super) fn may_try(&mut self, address: IpAddr, now: Nanos) -> bool {
        self.address(address, now).wrong.has(WRONG, now)
    }

    /// A code was wrong.
    pub(super) fn was_wrong(&mut self, address: IpAddr, now: Nanos) {
        self.address(address, now).wrong.take(WRONG, now);
    }

    /// Whether one more may come in from that address.
    pub(super) fn may_join(&mut self, address: IpAddr, now: Nanos) -> bool {
        self.address(address, now).joins.take(JOINS, now)
    }

    fn address(&mut self, address: IpAddr, now: Nanos) -> &mut Address {
        let address = network(address);
        if self.addresses.len() >= ADDRESSES && !self.addresses.contains_key(&address) {
            // Of those that are even nothing is lost. All are looked at, but not for each that comes.
            if self.swept.is_none_or(|swept| now.saturating_sub(swept) >= SWEEP) {
                self.swept = Some(now);
                self.addresses.retain(|_, address| address.even() > now);
            }
            if self.addresses.len() >= ADDRESSES {
                return &mut self.others;
            }
        }
        self.addresses.entry(address).or_default()
    }
}

/// What counts as one address: with IPv6 a telephone has as many as it likes, in one network of 64 bits.
pub(super) fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() >> 64 << 64)),
        v4 @ IpAddr::V4(_) => v4,
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;

    const SECOND: Nanos = 1_000_000_000;

    const PEER: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

    #[test]
    fn so_many_at_once_and_then_so_many_a_second() {
        for start in [0, 100 * SECOND] {
            let (mut bucket, mut limits) = (Bucket::default(), Limits::default());
            let mut taken =
                |now| (0..1000).filter(|_| limits.may_do(&mut bucket, PEER, now)).count();
            assert_eq!(taken(start), 20);
            assert_eq!(taken(start), 0);
            assert_eq!(taken(start + 4 * SECOND + 1), 20);
            assert_eq!(taken(start + 5 * SECOND + 1), 5);
            assert_eq!(taken(start + 60 * SECOND), 20);
        }
    }

    #[test]
    fn one_that_asks_too_often_takes_nothing_from_the_others() {
        let (mut loud, mut limits) = (Bucket::default(), Limits::default());
        for _ in 0..100_000 {
            limits.may_do(&mut loud, PEER, 0);
            limits.may_ask(PEER, 0);
        }
        assert!(limits.may_do(&mut Bucket::default(), PEER, 0));
        assert!(!limits.may_ask(PEER, 0));
    }

    #[test]
    fn addresses_are_not_remembered_without_end() {
        let mut limits = Limits::default();
        let wrong = |limits: &mut Limits, address, now| {
            let may = limits.may_try(address, now);
            limits.was_wrong(address, now);
            may
        };
        for n in 0..20_000_u32 {
            let address = IpAddr::from(n.to_be_bytes());
            wrong(&mut limits, address, Nanos::from(n) * 1000);
            assert!(limits.addresses.len() <= ADDRESSES);
        }
        // Who finds no place there shares one, and is not free.
        let late = IpAddr::from([200, 0, 0, 1]);
        assert!(!wrong(&mut limits, late, 20 * 1_000_000));
        let now = 100 * SECOND;
        assert_eq!((0..100).filter(|_| wrong(&mut limits, PEER, now)).count(), 30);
        assert!(limits.may_ask(PEER, now));
    }

    #[test]
    fn a_telephone_has_one_address() {
        let of = |address: &str| network(address.parse().unwrap());
        assert_eq!(of("2001:db8:1:2::3"), of("2001:db8:1:2:ffff:1:2:3"));
        assert_ne!(of("2001:db8:1:2::3"), of("2001:db8:1:3::3"));
        assert_eq!(of("::ffff:10.0.0.1"), of("10.0.0.1"));
        assert_ne!(of("10.0.0.1"), of("10.0.0.2"));
    }
}
