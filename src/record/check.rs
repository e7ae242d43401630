//! Whether an event log is valid, complete and without gaps.

use super::json::{Closing, Entry, Header};
use super::reading::{Flaw, Line};

/// So many troubles are remembered; of the others, how many there are.
pub const TOLD: usize = 8;

/// What is wrong with a log.
#[derive(Debug)]
pub enum Trouble {
    /// It is empty, or another kind of file.
    NoLog,
    /// A line cannot be read.
    Flaw(u64, Flaw),
    /// A second first line, or a line after the last.
    Misplaced(u64),
    /// An event stands before one that came earlier.
    Unordered(u64),
    /// So many events are missing before that line.
    Gap(u64, u64),
    /// It has no last line: whoever wrote it was ended, or writes still.
    NotClosed,
    /// It was ended before the server.
    Cut,
    /// The last line counts so many events, and so many are there.
    Miscounted(u64, u64),
}

/// What was found in a log.
#[derive(Debug, Default)]
pub struct Check {
    /// The first line.
    pub header: Option<Header>,
    /// The last line.
    pub closing: Option<Closing>,
    /// Events that are there.
    pub events: u64,
    /// Events that are missing between them.
    pub missing: u64,
    /// The first that is wrong.
    pub troubles: Vec<Trouble>,
    /// How many more.
    pub more: u64,
    seq: u64,
    foreign: bool,
}

impl Check {
    /// Takes a line in.
    pub fn line(&mut self, line: Line<'_>) {
        let number = line.number;
        if number == 1 && !matches!(line.entry, Ok(Entry::Header(_))) {
            self.foreign = true;
            return self.trouble(Trouble::NoLog);
        }
        match line.entry {
            // Every line of another kind of file is wrong.
            Err(_) if self.foreign => {}
            Err(flaw) => self.trouble(Trouble::Flaw(number, flaw)),
            Ok(_) if self.closing.is_some() => self.trouble(Trouble::Misplaced(number)),
            Ok(Entry::Header(header)) if number == 1 => self.header = Some(header),
            Ok(Entry::Header(_)) => self.trouble(Trouble::Misplaced(number)),
            Ok(Entry::Closing(closing)) => self.closing = Some(closing),
            Ok(Entry::Beside(_)) => {}
            Ok(Entry::Event(event)) => {
                self.events += 1;
                let seq = event.event.seq;
                let is_part = self.header.as_ref().is_some_and(|header| header.part);
                match seq.checked_sub(self.seq.saturating_add(1)) {
                    Some(0) => {}
                    Some(_) if is_part => {}
                    Some(missing) => {
                        self.missing = self.missing.saturating_add(missing);
                        self.trouble(Trouble::Gap(number, missing));
                    }
                    None => self.trouble(Trouble::Unordered(number)),
                }
                self.seq = self.seq.max(seq);
            }
        }
    }

    /// There are no more lines.
    pub fn end(&mut self) {
        if self.header.is_none() {
            if !self.foreign {
                self.trouble(Trouble::NoLog);
            }
            return;
        }
        match &self.closing {
            None => self.trouble(Trouble::NotClosed),
            Some(closing) => {
                let (counted, cut) = (closing.events, closing.cut);
                if counted != self.events {
                    self.trouble(Trouble::Miscounted(counted, self.events));
                }
                if cut && !self.header.as_ref().is_some_and(|header| header.part) {
                    self.trouble(Trouble::Cut);
                }
            }
        }
    }

    /// Whether nothing is wrong with it, and nothing missing.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.troubles.is_empty() && self.lost() == 0
    }

    /// Events that are missing, as the last line says, or between those that are there.
    #[must_use]
    pub fn lost(&self) -> u64 {
        self.closing.as_ref().map_or(0, |closing| closing.lost).max(self.missing)
    }

    fn trouble(&mut self, trouble: Trouble) {
        if self.troubles.len() < TOLD {
            self.troubles.push(trouble);
        } else {
            self.more += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::reading::Reading;
    use super::*;

    fn check(text: &str) -> Check {
        let (mut check, mut reading) = (Check::default(), Reading::new(text.as_bytes()));
        while let Some(line) = reading.line().unwrap() {
            check.line(line);
        }
        check.end();
        check
    }

    const FIRST: &str = r#"{"log":"epollscope","version":1,"server":"epoll","pid":7,"start":"2026-11-30T10:00:00Z"}"#;

    fn log(events: &[u64], lost: u64, counted: usize, cut: &str) -> String {
        let line = |seq: &u64| format!("{{\"seq\":{seq},\"t\":0.5,\"call\":\"close\",\"fd\":9}}\n");
        let events = events.iter().map(line).collect::<Vec<_>>().concat();
        let costs = r#""requests":0,"calls":0,"wakeups":0,"ready":0,"examined":0,"copied":0,"again":0,"started":0,"ended":0,"waited":0.0"#;
        let last = format!("{{\"lost\":{lost},\"events\":{counted},\"costs\":{{{costs}}}{cut}}}\n");
        format!("{FIRST}\n{events}{last}")
    }

    #[test]
    fn a_whole_log_is_whole() {
        let check = check(&log(&[1, 2, 3], 0, 3, ""));
        assert!(check.is_whole(), "{check:?}");
        assert_eq!((check.events, check.header.unwrap().server), (3, "epoll".to_owned()));
    }

    #[test]
    fn what_is_wrong_is_found() {
        let of = |text: &str| {
            let check = check(text);
            assert!(!check.is_whole(), "{text}");
            format!("{:?}", check.troubles)
        };
        assert_eq!(of(""), "[NoLog]");
        assert_eq!(of("hello\nyou\n"), "[NoLog]");
        assert_eq!(of(&log(&[1, 4], 2, 2, "")), "[Gap(3, 2)]");
        assert_eq!(of(&log(&[1, 3, 2], 0, 3, "")), "[Gap(3, 1), Unordered(4)]");
        assert_eq!(of(&log(&[1], 0, 2, "")), "[Miscounted(2, 1)]");
        assert_eq!(of(&log(&[1], 0, 1, ",\"cut\":true")), "[Cut]");
        assert_eq!(of(&log(&[1], 5, 1, "")), "[]");
        let whole = log(&[1], 0, 1, "");
        assert_eq!(of(&format!("{whole}{whole}")), "[Misplaced(4), Misplaced(5), Misplaced(6)]");
        let torn = &whole[..whole.len() - 9];
        assert_eq!(of(torn), "[Flaw(3, Torn), NotClosed]");
        let many: Vec<u64> = (1..40).map(|n| 2 * n).collect();
        let check = check(&log(&many, 39, 39, ""));
        assert_eq!((check.troubles.len(), check.more, check.missing), (TOLD, 31, 39));
    }
}
