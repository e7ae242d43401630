//! How often each line has made its call in the last second.

use std::collections::VecDeque;

use crate::telemetry::{Made, Nanos, Place, Site};

/// Over this time calls are counted.
const SECOND: Nanos = 1_000_000_000;
/// How often they are: the figures are to be read.
const EVERY: Nanos = SECOND / 4;
/// Over so many calls in a second the marks of a free running loop would only flicker.
const FEW: u64 = 20;

/// How often each line has made its call.
#[derive(Clone, Debug, Default)]
pub struct Code {
    made: Made,
    /// The counts before, and when they were so: the first is a second old.
    before: VecDeque<(Nanos, Made)>,
    last_second: Made,
}

impl Code {
    /// Takes the counts over; returns whether those of the last second are others now.
    pub fn count(&mut self, made: Made, now: Nanos) -> bool {
        self.made = made;
        if self.before.back().is_some_and(|(then, _)| now < then.saturating_add(EVERY)) {
            return false;
        }
        while self.before.get(1).is_some_and(|(then, _)| then.saturating_add(SECOND) <= now) {
            self.before.pop_front();
        }
        let first = self.before.front().map(|(_, made)| made);
        let last_second = first.map(|first| self.made.since(first)).unwrap_or_default();
        self.before.push_back((now, self.made.clone()));
        let changed = last_second != self.last_second;
        self.last_second = last_second;
        changed
    }

    /// The lines of a file that have made calls in the last second, each with how many.
    #[must_use]
    pub fn last_second(&self, file: &str) -> Vec<(usize, u64)> {
        let all = self.last_second.sites().map(|(site, count)| (site.place(), count));
        all.filter(|(place, _)| place.file == file)
            .map(|(Place { line, .. }, count)| (line as usize, count))
            .collect()
    }

    /// Whether so many calls are made that no eye can follow.
    #[must_use]
    pub fn is_busy(&self) -> bool {
        self.last_second.all() > FEW
    }

    /// Whether a line has ever made a call.
    #[must_use]
    pub fn has_called(&self, file: &str, line: usize) -> bool {
        self.made.sites().any(|(site, _)| is_at(site, file, line))
    }
}

/// Whether a place is that line of that file.
pub(super) fn is_at(site: Site, file: &str, line: usize) -> bool {
    let place = site.place();
    place.line as usize == line && place.file == file
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "src/server/reactor/turn.rs";

    #[test]
    fn calls_are_counted_over_the_last_second() {
        let site = Site::named(FILE, 3).unwrap();
        let mut code = Code::default();
        let at = |count| Made::default().with(site, count);
        code.count(at(1000), 0);
        assert_eq!(code.last_second(FILE), [], "what was before is not of this second");
        assert!(!code.count(at(1100), EVERY / 2), "too soon to be read");
        assert!(code.count(at(1200), EVERY));
        assert_eq!(code.last_second(FILE), [(3, 200)]);
        for quarter in 2..=12 {
            code.count(at(1000 + 200 * quarter), quarter * EVERY);
        }
        assert_eq!(code.last_second(FILE), [(3, 800)]);
        assert_eq!(code.last_second("src/server/mod.rs"), []);
        for quarter in 13..=17 {
            code.count(at(3400), quarter * EVERY);
        }
        assert_eq!(code.last_second(FILE), []);
        assert!(code.has_called(FILE, 3) && !code.has_called(FILE, 4));
        assert!(code.before.len() <= 6);
    }
}
