//! How often each line has made its call: true counts, also of the calls whose events found no room
//! on the wire or were folded into a round.

use std::sync::atomic::{AtomicU64, Ordering};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::Site;
use super::serial::named;

/// As many as there are numbers of places; 0 is none.
const PLACES: usize = 256;

/// The counts as they grow. One thread at a time writes them: the one that has the publisher.
#[derive(Debug)]
pub(super) struct Making([AtomicU64; PLACES]);

impl Default for Making {
    fn default() -> Self {
        Self([const { AtomicU64::new(0) }; PLACES])
    }
}

impl Making {
    /// Counts a call that was made there.
    #[inline]
    pub(super) fn count(&self, site: Option<Site>) {
        let count = &self.0[number(site)];
        count.store(count.load(Ordering::Relaxed).wrapping_add(1), Ordering::Relaxed);
    }

    /// The counts now.
    pub(super) fn read(&self) -> Made {
        Made(Box::new(std::array::from_fn(|number| self.0[number].load(Ordering::Relaxed))))
    }
}

/// How often each place had made its call, at some time.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Made(Box<[u64; PLACES]>);

impl Default for Made {
    fn default() -> Self {
        Self(Box::new([0; PLACES]))
    }
}

impl Made {
    /// Bytes that it takes.
    pub const SIZE: usize = PLACES * size_of::<u64>();

    /// How often a call was made there.
    #[must_use]
    pub fn at(&self, site: Site) -> u64 {
        self.0[number(Some(site))]
    }

    /// How many of them were made since these counts.
    #[must_use]
    pub fn since(&self, before: &Self) -> Self {
        let count = |number: usize| self.0[number].saturating_sub(before.0[number]);
        Self(Box::new(std::array::from_fn(count)))
    }

    /// The places that have made calls, each with how many.
    pub fn sites(&self) -> impl Iterator<Item = (Site, u64)> {
        let counts = (0..=u8::MAX).zip(*self.0).filter(|(_, count)| *count > 0);
        counts.filter_map(|(number, count)| Some((Site::of_number(number)?, count)))
    }

    /// All of them, also those whose place has no number.
    #[must_use]
    pub fn all(&self) -> u64 {
        self.0.iter().sum()
    }

    /// The same with calls made up, for tests and pictures.
    #[must_use]
    pub fn with(mut self, site: Site, count: u64) -> Self {
        self.0[number(Some(site))] = count;
        self
    }
}

impl Serialize for Made {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        named::serialize(self.sites().map(|(site, count)| (site.text(), count)), serializer)
    }
}

impl<'de> Deserialize<'de> for Made {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut made = Self::default();
        let set = |text: &str, count| made.0[number(Site::parse(text))] = count;
        named::deserialize(set, deserializer)?;
        Ok(made)
    }
}

fn number(site: Option<Site>) -> usize {
    usize::from(site.map_or(0, Site::number))
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use crate::telemetry::{Capacity, Errno, Publisher, Ret, What, wire};

    #[test]
    fn calls_are_counted_by_their_place_also_those_that_a_round_folds() {
        let (sink, subscriber) = wire(Capacity::default());
        let mut publisher = Publisher::new(Instant::now(), Some(sink), Vec::new());
        publisher.begin_round(true);
        for fd in 0..5 {
            publisher.call(fd, None, What::Recv { ret: Ret::err(Errno::AGAIN) });
        }
        publisher.fact(-1, None, What::Round { asked: 5, answered: 0, took: 1 }, &[]);
        let before = subscriber.made();
        let [(site, 5)] = before.sites().collect::<Vec<_>>()[..] else { panic!("{before:?}") };
        publisher.call_at(0, Some(site), 9, None, What::Close, crate::telemetry::Text::default());
        let after = subscriber.made();
        assert_eq!((after.at(site), after.since(&before).at(site), after.all()), (6, 1, 6));
    }
}
