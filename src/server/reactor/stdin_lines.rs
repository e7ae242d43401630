//! Lines of standard input, however the bytes come.

use crate::telemetry::Text;

/// How much of a line is kept; of the rest, only its length is
/// published.
pub(super) const LINE: usize = 1024;

/// A line that is being typed.
#[derive(Debug, Default)]
pub(super) struct StdinLines {
    pub(super) line: Vec<u8>,
    /// The length of what was not kept of it.
    rest: usize,
}

impl StdinLines {
    /// Takes what was read, and gives every line that is whole now to
    /// `each`.
    pub(super) fn feed(&mut self, bytes: &[u8], mut each: impl FnMut(Text<'_>)) {
        for piece in bytes.split_inclusive(|&byte| byte == b'\n') {
            let (text, whole) = match piece.strip_suffix(b"\n") {
                Some(text) => (text, true),
                None => (piece, false),
            };
            let (kept, rest) = text.split_at(text.len().min(LINE - self.line.len()));
            self.line.extend_from_slice(kept);
            self.rest += rest.len();
            if whole {
                let rest = std::mem::take(&mut self.rest);
                let kept = if rest == 0 { self.line.trim_ascii_end() } else { &self.line };
                each(Text { kept, len: kept.len() + rest });
                self.line.clear();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_come_whole_however_they_are_read() {
        let text = "举手\r\n\nquit\nnot yet".as_bytes();
        for size in 1..=text.len() {
            let mut stdin_lines = StdinLines::default();
            let mut lines = Vec::new();
            for piece in text.chunks(size) {
                stdin_lines
                    .feed(piece, |line| lines.push(String::from_utf8(line.kept.into()).unwrap()));
            }
            assert_eq!(lines, ["举手", "", "quit"], "{size} bytes at once");
            assert_eq!(stdin_lines.line, b"not yet");
        }
    }

    #[test]
    fn of_a_long_line_the_beginning_is_kept() {
        let mut stdin_lines = StdinLines::default();
        let mut lines = Vec::new();
        stdin_lines.feed(&[b'x'; 3000], |_| panic!("no line yet"));
        stdin_lines.feed(b"y\nz\n", |line| lines.push((line.kept.to_vec(), line.len)));
        assert_eq!(lines, [(vec![b'x'; LINE], 3001), (b"z".to_vec(), 1)]);
    }
}
