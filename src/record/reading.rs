//! An event log, read line by line. A line that cannot be read is told, and does not hide those after it.

use std::io::{self, BufRead, Read as _};

use serde_json::Error;

use super::json::{self, Entry};
use crate::telemetry::Fd;

/// No line is longer, in bytes: the longest are those of a wait call that brought 65,535 fds.
const LONGEST: usize = 8 << 20;

/// What is wrong with a line.
#[derive(Debug)]
pub enum Flaw {
    /// The file ends in the middle of it.
    Torn,
    /// No version of the program has written it, or not one that is known here.
    Foreign(Error),
    /// It is longer than any. What follows is not read.
    TooLong,
}

/// A line of a log.
#[derive(Debug)]
pub struct Line<'a> {
    /// Its number, from 1.
    pub number: u64,
    /// As it stands in the file, without its end.
    pub text: &'a [u8],
    /// What it says.
    pub entry: Result<Entry, Flaw>,
    /// The descriptor of the program's own plumbing, where it was told by now.
    pub waker: Option<Fd>,
}

/// Between which two lines a reader is, and what it keeps for the next.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Between {
    /// Bytes before it.
    pub(super) offset: u64,
    /// Lines before it.
    number: u64,
    waker: Option<Fd>,
}

/// A log that is being read.
#[derive(Debug)]
pub struct Reading<R> {
    from: R,
    at: Between,
    line: Vec<u8>,
    ended: bool,
}

impl<R: BufRead> Reading<R> {
    /// Nothing has been read.
    pub fn new(from: R) -> Self {
        Self::going_on(from, Between::default())
    }

    /// What was read ends there, where `from` goes on.
    pub(super) fn going_on(from: R, at: Between) -> Self {
        Self { from, at, line: Vec::new(), ended: false }
    }

    /// Where it is.
    pub(super) fn at(&self) -> Between {
        self.at
    }

    /// The next line; `None` at the end.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn line(&mut self) -> io::Result<Option<Line<'_>>> {
        let Self { from, at, line, ended } = self;
        line.clear();
        if *ended {
            return Ok(None);
        }
        let bytes = from.take(LONGEST as u64).read_until(b'\n', line)?;
        if bytes == 0 {
            return Ok(None);
        }
        at.offset += bytes as u64;
        at.number += 1;
        let whole = line.pop_if(|byte| *byte == b'\n').is_some();
        let entry = if whole {
            json::read(line, &mut at.waker).map_err(Flaw::Foreign)
        } else {
            *ended = true;
            Err(if line.len() == LONGEST { Flaw::TooLong } else { Flaw::Torn })
        };
        Ok(Some(Line { number: at.number, text: line, entry, waker: at.waker }))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// What is read, a letter for each line.
    fn read(bytes: &[u8]) -> String {
        let mut reading = Reading::new(bytes);
        let mut kinds = String::new();
        while let Some(line) = reading.line().unwrap() {
            assert_eq!(line.number, kinds.len() as u64 + 1);
            kinds.push(match line.entry {
                Ok(Entry::Header(_)) => 'h',
                Ok(Entry::Event(_)) => 'e',
                Ok(Entry::Closing(_)) => 'c',
                Ok(Entry::Beside(_)) => 'b',
                Err(Flaw::Torn) => 't',
                Err(Flaw::Foreign(_)) => 'f',
                Err(Flaw::TooLong) => 'l',
            });
        }
        kinds
    }

    const FIRST: &str = r#"{"log":"epollscope","version":1,"server":"epoll","pid":7,"start":"2026-11-30T10:00:00Z"}"#;
    const EVENT: &str = r#"{"seq":1,"t":0.5,"call":"recv","fd":9,"conn":1,"ret":84}"#;

    #[test]
    fn what_is_wrong_with_a_line_does_not_hide_the_next() {
        let whole = format!("{FIRST}\n{EVENT}\n");
        assert_eq!(read(whole.as_bytes()), "he");
        assert_eq!(read(format!("{FIRST}\nhello\n{EVENT}\n").as_bytes()), "hfe");
        assert_eq!(read(format!("{FIRST}\n{EVENT}").as_bytes()), "ht");
        assert_eq!(read(format!("{FIRST}\n{EVENT}\n{{\"seq\":2,").as_bytes()), "het");
        assert_eq!(read(b""), "");
    }

    #[test]
    fn a_line_without_end_is_not_read_to_its_end() {
        assert_eq!(read(&vec![b'x'; LONGEST + 9]), "l");
    }

    proptest! {
        #[test]
        fn whatever_a_file_holds_it_is_read(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
            let lines = bytes.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()).count();
            prop_assert!(read(&bytes).len() >= lines);
        }
    }
}
