//! What has happened on the server beside the one that is shown, until that one publishes it.

use super::Fact;

/// So much of it waits at most; the dashboard has it published long before.
const MOST: usize = 1 << 16;

/// It, in its order.
#[derive(Debug, Default)]
pub(super) struct Kept {
    facts: Vec<Fact>,
    /// How many were taken before these.
    taken: usize,
}

impl Kept {
    pub(super) fn add(&mut self, facts: Vec<Fact>) {
        let room = MOST.saturating_sub(self.facts.len());
        self.facts.extend(facts.into_iter().take(room));
    }

    /// Takes them, to be published.
    pub(super) fn take(&mut self) -> Vec<Fact> {
        self.taken += self.facts.len();
        std::mem::take(&mut self.facts)
    }

    /// Those that are not among the first `seen` that ever were, and how many ever were.
    pub(super) fn since(&self, seen: usize) -> (Vec<Fact>, usize) {
        let from = seen.saturating_sub(self.taken).min(self.facts.len());
        (self.facts[from..].to_vec(), self.taken + self.facts.len())
    }

    pub(super) fn len(&self) -> usize {
        self.facts.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::telemetry::Did;

    #[test]
    fn each_is_seen_once_whether_it_was_taken_or_not() {
        let fact = |student| Fact { student, did: Did::Raised, value: 0 };
        let mut kept = Kept::default();
        kept.add(vec![fact(1), fact(2)]);
        let (new, seen) = kept.since(0);
        assert_eq!((new, seen, kept.len()), (vec![fact(1), fact(2)], 2, 2));
        kept.add(vec![fact(3)]);
        assert_eq!(kept.since(seen), (vec![fact(3)], 3));
        // Taken before it was seen: it is published, and is not seen here.
        assert_eq!(kept.take(), [fact(1), fact(2), fact(3)]);
        assert_eq!((kept.since(seen), kept.take()), ((vec![], 3), vec![]));
        kept.add(vec![fact(4)]);
        assert_eq!(kept.since(3), (vec![fact(4)], 4));
    }
}
