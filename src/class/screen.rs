//! The projected screen, for telephones in the back row: its lines, each with the number of the change
//! that it came with.

use std::fmt::Write;

use super::roster::Stream;

/// A piece of a line that looks alike: its text, colour, ground, and whether it is bold.
pub type Piece = (String, String, String, bool);

/// What is shown, while the teacher lets it be.
#[derive(Debug, Default)]
pub(super) struct Screen {
    pub(super) on: bool,
    columns: u16,
    lines: Vec<(u64, String)>,
    /// The newest change.
    pub(super) version: u64,
}

impl Screen {
    /// Another picture; what is as it was is not told again.
    pub(super) fn show(&mut self, columns: u16, lines: &[Vec<Piece>]) {
        let lines: Vec<String> =
            lines.iter().map(|line| serde_json::to_string(line).unwrap_or_default()).collect();
        let resized = (columns, lines.len()) != (self.columns, self.lines.len());
        if resized {
            (self.columns, self.lines) = (columns, vec![(0, String::new()); lines.len()]);
        }
        let version = self.version + 1;
        for (old, new) in self.lines.iter_mut().zip(lines) {
            if resized || old.1 != new {
                *old = (version, new);
                self.version = version;
            }
        }
    }

    /// What has changed since, as JSON.
    pub(super) fn since(&self, seen: u64) -> String {
        let mut text =
            format!("{{\"columns\":{},\"rows\":{},\"lines\":{{", self.columns, self.lines.len());
        let changed = self.lines.iter().enumerate().filter(|(_, (version, _))| *version > seen);
        for (nth, (row, (_, line))) in changed.enumerate() {
            let comma = if nth > 0 { "," } else { "" };
            let _ = write!(text, "{comma}\"{row}\":{line}");
        }
        text + "}}"
    }

    /// Whether a telephone that looks is to be told something.
    pub(super) fn is_news(&self, looks: &Stream) -> bool {
        self.on && self.version > looks.seen
    }
}
