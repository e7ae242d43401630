//! Which events are missing, by the numbers that they have.

/// The numbers of the events that were seen: they go up by one where none is missing.
#[derive(Clone, Copy, Debug, Default)]
pub struct Sequence {
    last: u64,
}

impl Sequence {
    /// Takes the number of the next event; returns how many are missing before it.
    pub fn take(&mut self, seq: u64) -> u64 {
        let missing = seq.saturating_sub(self.last.saturating_add(1));
        self.skip_to(seq);
        missing
    }

    /// Passes over the events up to that one, none of which is missing.
    pub fn skip_to(&mut self, seq: u64) {
        self.last = self.last.max(seq);
    }

    /// Whether an event was seen.
    #[must_use]
    pub fn has_begun(&self) -> bool {
        self.last > 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_left_out_is_missing() {
        let mut sequence = Sequence::default();
        assert!(!sequence.has_begun());
        assert_eq!(sequence.take(1), 0);
        assert_eq!(sequence.take(2), 0);
        assert_eq!(sequence.take(5), 2);
        sequence.skip_to(9);
        assert_eq!(sequence.take(10), 0);
        assert_eq!(sequence.take(u64::MAX), u64::MAX - 11);
        assert_eq!(sequence.take(u64::MAX), 0);
    }
}
