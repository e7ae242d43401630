//! What is looked at of the code, and what is said of each line.

use std::ops::Range;
use std::sync::OnceLock;

use unicode_width::UnicodeWidthStr;

use super::counts::is_at;
use super::marks::{Call, How, Marks};
use crate::source::{Language, Row, Rows, Source};
use crate::telemetry::{Errno, Place, ServerKind, Site};
use crate::textbook::Listing;
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
    /// The server whose textbook listing stands in place of the code.
    textbook: Option<ServerKind>,
    /// The loop's own line is shown, where the selected connection has one too.
    pub of_loop: bool,
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
    /// The textbook listing, where that is shown: the equivalent, and not what runs.
    pub listing: Option<&'static Listing>,
}

/// A listing as a text that is coloured.
fn source_of(listing: &'static Listing) -> &'static Source {
    static SOURCES: [OnceLock<Source>; ServerKind::ALL.len()] =
        [const { OnceLock::new() }; ServerKind::ALL.len()];
    SOURCES[listing.server() as usize].get_or_init(|| {
        let name = format!("assets/textbook/{}-server.py", listing.server().name());
        Source::new(name.leak(), listing.text(), Language::Python)
    })
}

impl Viewer {
    /// Takes the marks over, and looks at what they mark: or at the line of an event that is pointed
    /// at, or at the chosen line.
    pub fn follow(&mut self, marks: Marks, pointed: Option<Site>, rows: Rows) {
        self.marks = marks;
        let pointed = pointed.filter(|_| self.textbook.is_none());
        let place = pointed.map(Site::place).or_else(|| marks.place());
        let place = place.filter(|place| Source::of(place.file).is_some());
        if let Some(place) = place.filter(|_| self.cursor.is_none() || pointed.is_some()) {
            self.file = place.file;
        }
        let Some(view) = self.view(pointed) else { return };
        let line = view.cursor.or(view.marked()).unwrap_or(self.top);
        self.top = rows.top(view.source, self.top, line, |line| view.tail(line));
    }

    /// Shows the textbook listing of that server in place of the code, or the code again.
    pub fn show_textbook(&mut self, server: Option<ServerKind>) {
        let Self { file, marks, of_loop, .. } = *self;
        *self = Self { file, textbook: server, marks, of_loop, ..Self::default() };
    }

    /// The server whose listing is shown.
    #[must_use]
    pub fn textbook(&self) -> Option<ServerKind> {
        self.textbook
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
        self.cursor.or_else(|| self.view(None)?.marked())
    }

    /// What is shown. `pointed` is the place of the event that is pointed at.
    #[must_use]
    pub fn view(&self, pointed: Option<Site>) -> Option<View> {
        let listing = self.textbook.map(Listing::of);
        let source = match listing {
            Some(listing) => source_of(listing),
            None => Source::of(self.file)?,
        };
        let pointed = pointed.map(Site::place).filter(|place| place.file == source.name);
        let cursor = pointed.map(|place| place.line as usize).or(self.cursor);
        Some(View { source, top: self.top, cursor, marks: self.marks, listing })
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
    fn is_at(&self, call: Call, line: usize) -> bool {
        match self.listing {
            Some(_) => self.line_of(call) == Some(line),
            None => call.site.is_some_and(|site| is_at(site, self.source.name, line)),
        }
    }

    /// The line in which a call is made.
    fn line_of(&self, call: Call) -> Option<usize> {
        if let Some(listing) = self.listing {
            return listing.line_of(call.kind?, call.op);
        }
        let Place { file, line } = call.site?.place();
        (file == self.source.name).then_some(line as usize)
    }

    /// The line that is marked, also while no mark is shown.
    fn marked(&self) -> Option<usize> {
        let next = self.marks.next.and_then(|(_, call)| self.line_of(call));
        next.or_else(|| self.line_of(self.marks.last?.0))
    }

    /// In which way a line is next.
    #[must_use]
    pub fn next(&self, line: usize) -> Option<How> {
        self.marks.shown().next.filter(|(_, call)| self.is_at(*call, line)).map(|(how, _)| how)
    }

    /// The result of the last call, in its line.
    #[must_use]
    pub fn result(&self, line: usize) -> Option<String> {
        let (_, result) = self.marks.shown().last.filter(|(call, _)| self.is_at(*call, line))?;
        Some(result_text(result))
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

    /// Where in a line the name stands that the selected connection is called by: in one that makes
    /// a marked call for it, as far as that name is known. What is next goes before what was.
    #[must_use]
    pub fn holder(&self, line: usize) -> Vec<Range<usize>> {
        let Marks { next, last, selected, .. } = self.marks.shown();
        let calls = [next.map(|(_, call)| call), last.map(|(call, _)| call)];
        let call = calls.into_iter().flatten().find(|call| self.is_at(*call, line));
        match call.and_then(|call| call.conn) {
            Some(conn) if Some(conn) == selected => self.source.holder(line),
            _ => Vec::new(),
        }
    }

    /// Whether a marked line has the name of the selected connection.
    pub(super) fn names_selected(&self) -> bool {
        let Marks { next, last, .. } = self.marks.shown();
        let calls = [next.map(|(_, call)| call), last.map(|(call, _)| call)];
        let mut lines = calls.into_iter().flatten().filter_map(|call| self.line_of(call));
        lines.any(|line| !self.holder(line).is_empty())
    }

    /// How many columns stand behind a line.
    fn tail(&self, line: usize) -> usize {
        let result = self.result(line).map_or(0, |result| result.width() + 1);
        let word = self.word(line).map_or(0, |word| word.width() + 3);
        result + word
    }
}

/// A call's result, as the stream has it.
#[must_use]
pub fn result_text(result: Result<u64, Errno>) -> String {
    match result {
        Ok(value) => format!("= {}", units::count(value)),
        Err(errno) => format!("= {errno}"),
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
            let call = Call { kind: None, op: None, conn: None, site: Site::named(FILE, line) };
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
