//! What the operator does in the code view.

use std::io;

use super::marks::Marks;
use super::view::View;
use crate::dashboard::geometry::{self, Position, Rect};
use crate::dashboard::panel::Panel;
use crate::dashboard::state::filter::Filter;
use crate::dashboard::state::notice::{Notice, WhyNot};
use crate::dashboard::state::stream::StreamEntry;
use crate::dashboard::state::{Action, State};
use crate::source::Rows;
use crate::source::disk::{self, Unreadable};
use crate::telemetry::{Command, ConnId, Made, Mode, Place, ServerKind, Site, Until};
use crate::trace::Legible;
use crate::words::{plain, strings, units};

impl State {
    /// Takes over how often each line has made its call.
    pub fn count_calls(&mut self, made: Made) {
        self.history.made(&made, self.live.now);
        let changed = self.live.code.count(made, self.live.now);
        let seen = self.back.is_none() && self.areas().of(Panel::Code).is_some();
        self.changed |= changed && seen;
    }

    /// What the tracer of another program is to be told: whether anybody looks at its lines.
    pub fn look_at_lines(&mut self) -> Option<Command> {
        let looks = self.alive() && self.program().is_some() && self.code_shown();
        let before = std::mem::replace(&mut self.lines.asked, looks);
        (looks != before).then_some(Command::Lines(looks))
    }

    /// Takes over whether the source of another program can be shown.
    pub fn legible(&mut self, legible: Legible) {
        self.changed |= std::mem::replace(&mut self.lines.legible, legible) != legible;
    }

    /// Why there is no code to show of another program, where there is none.
    #[must_use]
    pub fn no_code(&self) -> Option<String> {
        self.program()?;
        let say = &strings().run;
        let place = self.marks().place();
        let file = place.and_then(|place| Some((place, disk::opened(place.file)?.err()?)));
        Some(match (file, self.lines.legible) {
            (Some((Place { file, line }, why)), _) => {
                let why = match why {
                    Unreadable::Error(number) => plain(&io::Error::from_raw_os_error(number)),
                    Unreadable::NoFile => say.no_file.to_owned(),
                    Unreadable::TooLong(most) => (say.long_file)(&units::bytes(most)),
                };
                (say.unreadable)(file, line, &why)
            }
            (None, Legible::Unasked | Legible::Yes) => say.no_line.to_owned(),
            (None, Legible::NoPython) => say.no_source.to_owned(),
            (None, Legible::UnknownPython) => say.unknown_python.to_owned(),
            (None, Legible::NotBuilt) => say.without_python.to_owned(),
        })
    }

    /// The code view goes where the marks are.
    pub(in crate::dashboard::state) fn follow_code(&mut self) {
        let Some(area) = self.areas().of(Panel::Code) else { return };
        // Another server has another listing.
        let server = self.scene().listener.map(|listener| listener.server);
        if self.textbook().is_some() && self.textbook() != server {
            self.code.show_textbook(server);
        }
        let pointed = self.pointed_at();
        let rows = self.code_rows(area);
        let marks = Marks::of(self.scene(), self.code.of_loop);
        self.code.follow(marks, pointed, rows);
    }

    /// Where the event is made that is selected in the stream.
    #[must_use]
    pub fn pointed_at(&self) -> Option<Site> {
        match self.scene().stream.selected()? {
            StreamEntry::Event(event) => event.event.site,
            _ => None,
        }
    }

    /// Whether the margin says how often each line's call is made: what is stepped through is seen.
    #[must_use]
    pub fn counts_calls(&self) -> bool {
        let free = matches!(self.scene().standing.mode, Mode::Run | Mode::Until(_));
        // What is counted is counted of what runs.
        free && self.textbook().is_none()
    }

    /// What the code view shows.
    #[must_use]
    pub fn code(&self) -> Option<View> {
        self.code.view(self.pointed_at())
    }

    /// The selected connection, where a marked line of the code view calls it by its name.
    #[must_use]
    pub fn code_names(&self) -> Option<ConnId> {
        self.areas().of(Panel::Code)?;
        let view = self.code()?;
        view.marks.selected.filter(|_| view.names_selected())
    }

    /// Whose calls the code view marks, also while they would flicker.
    #[must_use]
    pub fn marks(&self) -> Marks {
        self.code.marks()
    }

    /// The place for the code in its panel.
    #[must_use]
    pub fn code_rows(&self, area: Rect) -> Rows {
        geometry::code_rows(area, self.counts_calls(), self.textbook().is_some())
    }

    /// The server whose textbook listing stands in place of the code.
    #[must_use]
    pub fn textbook(&self) -> Option<ServerKind> {
        self.code.textbook()
    }

    /// Shows the textbook listing in place of the code, or the code again.
    pub(in crate::dashboard::state) fn toggle_textbook(&mut self) {
        let server = self.scene().listener.map(|listener| listener.server);
        self.code.show_textbook(server.filter(|_| self.textbook().is_none()));
    }

    /// Shows the loop's own line, or again that of the selected connection, where both have one.
    pub(in crate::dashboard::state) fn toggle_whose(&mut self) {
        self.code.of_loop = !self.code.of_loop;
        self.code.cursor = None;
    }

    /// A line was clicked.
    pub(in crate::dashboard::state) fn click_code(&mut self, area: Rect, at: Position) {
        let Some(view) = self.code() else { return };
        let above = area.y + 1 + u16::from(self.textbook().is_some());
        let Some(row) = at.y.checked_sub(above).map(usize::from) else { return };
        if let Some(row) = view.rows(self.code_rows(area)).get(row) {
            self.code.cursor = Some(row.line);
        }
    }

    /// Lets the loop run until the chosen line is next.
    pub(in crate::dashboard::state) fn run_until_line(&mut self) -> Vec<Action> {
        let (Some(view), Some(line)) = (self.code(), self.code.line()) else { return Vec::new() };
        if view.listing.is_some() {
            self.notice(Notice::NotNow(WhyNot::Textbook));
            return Vec::new();
        }
        let file = view.source.name;
        let number = u32::try_from(line).ok().filter(|_| view.source.is_code(line));
        let Some(site) = number.and_then(|number| Site::named(file, number)) else {
            self.notice(Notice::NotNow(WhyNot::NoCode));
            return Vec::new();
        };
        // Of another program only those are counted that were made before somebody's eyes.
        if self.program().is_none() && !self.live.code.has_called(file, line) {
            self.notice(Notice::NeverCalled(line));
        }
        self.code.cursor = None;
        vec![Action::Send(Command::Until(Until::Site(site)))]
    }

    /// The filter of the stream that lets the calls of the line pass that is chosen, or else marked.
    pub(in crate::dashboard::state) fn line_filter(&self) -> Option<Filter> {
        let view =
            self.code().filter(|view| self.focus == Panel::Code && view.listing.is_none())?;
        let line = self.code.line()?;
        let file = view.source.name.rsplit('/').next()?;
        Some(Filter::of_line(file, line))
    }
}
