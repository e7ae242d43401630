//! What a program that is traced has written, line by line, in the place of the event stream.

mod operate;

use crate::source::disk::steers;
use crate::trace::Excerpt;

/// Letters of a line; no screen has room for more.
const WIDEST: usize = 500;

/// What is known of it.
#[derive(Clone, Debug, Default)]
pub struct Output {
    /// It is not written elsewhere.
    kept: bool,
    /// It is shown in place of the events.
    shown: bool,
    /// The last lines, the newest last.
    lines: Vec<String>,
    /// Bytes that were written, and how many when they were looked at last.
    all: u64,
    seen: u64,
}

impl Output {
    /// The last lines, the newest last.
    #[must_use]
    pub fn lines(&self) -> &[String] {
        &self.lines
    }

    /// Bytes that were written.
    #[must_use]
    pub fn all(&self) -> u64 {
        self.all
    }

    /// Bytes that were written since they were looked at.
    #[must_use]
    pub fn unseen(&self) -> u64 {
        self.all - self.seen
    }
}

/// Its lines as they can be shown. The first may have begun before, and is left out then.
fn lines(excerpt: &Excerpt) -> Vec<String> {
    let text = String::from_utf8_lossy(&excerpt.last);
    let mut lines = text.lines();
    if excerpt.all > excerpt.last.len() as u64 && text.contains('\n') {
        lines.next();
    }
    lines.map(shown).collect()
}

/// A line with its control characters made visible.
fn shown(line: &str) -> String {
    let mut shown = String::new();
    for letter in line.chars().take(WIDEST) {
        match letter {
            '\t' => shown.push_str("    "),
            letter if steers(letter) => shown.extend(letter.escape_default()),
            letter => shown.push(letter),
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_whole_and_steer_no_terminal() {
        let excerpt = |all, last: &[u8]| Excerpt { all, last: last.to_vec() };
        assert_eq!(lines(&excerpt(8, b"a\r\n\tb\x1b[2J")), ["a", "    b\\u{1b}[2J"]);
        assert_eq!(lines(&excerpt(100, b"d of one\ntwo\n")), ["two"]);
        assert_eq!(lines(&excerpt(100, b"\xff")), ["\u{fffd}"]);
        assert_eq!(lines(&excerpt(9000, &[b'x'; 9000]))[0].len(), WIDEST);
    }
}
