//! What is looked at of the code, and what is said of each line.

use unicode_width::UnicodeWidthStr;

use super::{Call, How, Marks, is_at};
use crate::source::{Row, Rows, Source};
use crate::telemetry::{Place, Site};
use crate::words::{strings, units};

/// What is looked at, as the operator left it.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct Viewer {
    /// The file; empty before there was any.
    file: &'static str,
    /// The first line that is shown.
    top: usize,
    /// The line that the operator has chosen.
    pub cursor: Option<usize>,
    marks: Marks,
}

/// What the panel shows.
#[derive(Clone, Copy, Debug)]
pub struct View {
    /// The file.
    pub source: &'static Source,
    /// The first line that is shown.
    pub top: usize,
    /// The line that the operator has chosen, or of the event that is.
    pub cursor: Option<usize>,
    /// What is marked.
    pub marks: Marks,
}

impl Viewer {
    /// Takes the marks over, and looks at what they mark: or at the line of an event that is pointed
    /// at, or at the chosen line.
    pub fn follow(&mut self, marks: Marks, pointed: Option<Site>, rows: Rows) {
        self.marks = marks;
        let place = pointed.map(Site::place).or_else(|| marks.place());
        let place = place.filter(|place| Source::of(place.file).is_some());
        let line = match (self.cursor, place) {
            (Some(cursor), _) if pointed.is_none() => cursor,
            (_, Some(Place { file, line })) => {
                self.file = file;
                line as usize
            }
            _ => self.top,
        };
        if let Some(view) = self.view(pointed) {
            self.top = rows.top(view.source, self.top, line, |line| view.tail(line));
        }
    }

    /// Moves the chosen line; the first is the one that is marked.
    pub fn step(&mut self, by: isize) {
        let Some(view) = self.view(None) else { return };
        let to = self
            .line()
            .unwrap_or(self.top)
            .saturating_add_signed(by)
            .clamp(1, view.source.len().max(1));
        self.cursor = Some(to);
    }

    /// The line that is chosen, or else marked.
    #[must_use]
    pub fn line(&self) -> Option<usize> {
        let marked = self.marks.place().filter(|place| place.file == self.file);
        self.cursor.or(marked.map(|place| place.line as usize))
    }

    /// What is shown. `pointed` is the place of the event that is pointed at.
    #[must_use]
    pub fn view(&self, pointed: Option<Site>) -> Option<View> {
        let source = Source::of(self.file)?;
        let pointed = pointed.map(Site::place).filter(|place| place.file == self.file);
        let cursor = pointed.map(|place| place.line as usize).or(self.cursor);
        Some(View { source, top: self.top, cursor, marks: self.marks.shown() })
    }

    /// The marks as they are, also while they are not shown.
    #[must_use]
    pub fn marks(&self) -> Marks {
        self.marks
    }
}

impl View {
    /// The rows of the panel.
    #[must_use]
    pub fn rows(&self, rows: Rows) -> Vec<Row> {
        rows.from(self.source, self.top, |line| self.tail(line))
    }

    /// Whether a call is made in that line.
    fn is_at(&self, call: &Call, line: usize) -> bool {
        call.site.is_some_and(|site| is_at(site, self.source.name, line))
    }

    /// In which way a line is next.
    #[must_use]
    pub fn next(&self, line: usize) -> Option<How> {
        self.marks.next.filter(|(_, call)| self.is_at(call, line)).map(|(how, _)| how)
    }

    /// The result of the last call, in its line.
    #[must_use]
    pub fn result(&self, line: usize) -> Option<String> {
        let (_, result) = self.marks.last.filter(|(call, _)| self.is_at(call, line))?;
        Some(match result {
            Ok(value) => format!("= {}", units::count(value)),
            Err(errno) => format!("= {errno}"),
        })
    }

    /// The word that stands behind the next line.
    #[must_use]
    pub fn word(&self, line: usize) -> Option<&'static str> {
        let say = &strings().code;
        Some(match self.next(line)? {
            How::Held => say.held,
            How::Asleep => say.asleep,
            How::Parked => say.parked,
        })
    }

    /// How many columns stand behind a line.
    fn tail(&self, line: usize) -> usize {
        let result = self.result(line).map_or(0, |result| result.width() + 1);
        let word = self.word(line).map_or(0, |word| word.width() + 3);
        result + word
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "src/server/reactor/turn.rs";

    #[test]
    fn the_view_follows_the_marks_and_stays_with_a_chosen_line() {
        let rows = Rows { width: 60, height: 10 };
        let marks = |line| {
            let call = Call { kind: None, op: None, site: Site::named(FILE, line) };
            Marks { next: Some((How::Held, call)), ..Marks::default() }
        };
        let mut viewer = Viewer::default();
        assert!(viewer.view(None).is_none());
        viewer.follow(marks(100), None, rows);
        let view = viewer.view(None).unwrap();
        assert_eq!((view.source.name, view.next(100)), (FILE, Some(How::Held)));
        assert!(view.rows(rows).iter().any(|row| row.line == 100));
        viewer.step(3);
        viewer.follow(marks(20), None, rows);
        assert_eq!(viewer.cursor, Some(23 + 80));
        assert!(viewer.view(None).unwrap().rows(rows).iter().any(|row| row.line == 103));
        let pointed = Site::named("src/server/threads.rs", 9);
        viewer.follow(marks(20), pointed, rows);
        let view = viewer.view(pointed).unwrap();
        assert_eq!((view.source.name, view.cursor), ("src/server/threads.rs", Some(9)));
    }
}
