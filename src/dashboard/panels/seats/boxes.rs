//! The seats with what was done for each last, while all of them fit: in boxes where there is room,
//! else in two lines or in one.

use ratatui::Frame;
use ratatui::layout::{Margin, Rect};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Paragraph};
use unicode_width::UnicodeWidthStr;

use super::super::fit::first_fit;
use super::super::spots::Spots;
use super::digits;
use crate::dashboard::state::class::Class;
use crate::dashboard::state::explain::thing::Thing;
use crate::dashboard::state::seats::{Light, Seats};
use crate::dashboard::state::table::{Table, TableRow};
use crate::dashboard::theme::{Role, Theme};
use crate::telemetry::{ConnId, Fd, Kind, Nanos, Row};
use crate::words::{result, strings};

/// The rows of a box without large digits, and its least columns.
const LOW: (u16, usize) = (3, 11);

/// The same of a seat without a border, in two lines and in one.
const BARE: [(u16, usize); 2] = [(2, 10), (1, 14)];

/// The most columns of a seat.
const WIDE: usize = 18;

/// The mark of a seat, and its colour.
pub(super) fn glyph(light: Light, theme: &Theme) -> (&'static str, Role) {
    match light {
        Light::Free => (" ", Role::Dim),
        Light::Quiet => (theme.glyph("·", "."), Role::Dim),
        Light::Asked => (theme.glyph("○", "o"), Role::Kernel),
        Light::Spoke => (theme.glyph("●", "@"), Role::Good),
    }
}

pub(super) struct Boxes<'a> {
    pub(super) seats: &'a Seats,
    /// What was done for those who sit there.
    pub(super) table: &'a Table,
    /// Whose hands are up.
    pub(super) class: &'a Class,
    pub(super) now: Nanos,
    pub(super) selected: Option<ConnId>,
    pub(super) theme: &'a Theme,
}

impl Boxes<'_> {
    /// Draws all seats as large as they fit; says whether there was room for what was done last.
    pub(super) fn draw(&self, frame: &mut Frame, area: Rect, spots: &mut Spots) -> bool {
        let taken = self.seats.lights(self.now).filter_map(|(_, who)| who);
        let most = taken.filter_map(|(_, fd)| u32::try_from(fd).ok()).max();
        // Two columns for the border, and one at each side of the digits.
        let numbers = digits::width(most.unwrap_or(0)) + 4;
        let (low, narrow) = LOW;
        let high = low + digits::height(self.theme.ascii());
        let sizes = [(high, numbers.max(narrow)), LOW, BARE[0], BARE[1]];
        let fitting = sizes
            .into_iter()
            .find_map(|(height, least)| self.fit(area, height, least).map(|width| (height, width)));
        let Some((height, width)) = fitting else { return false };
        let columns = usize::from(area.width) / width;
        for (at, (light, who)) in self.seats.lights(self.now).enumerate() {
            let Some(who) = who else { continue };
            let [x, y] = [at % columns * width, at / columns * usize::from(height)];
            let [x, y, width] = [x, y, width].map(|n| u16::try_from(n).unwrap_or(u16::MAX));
            let place = Rect { x: area.x + x, y: area.y + y, width, height };
            spots.add(place, Thing::Light(light));
            self.seat(frame, place, light, who);
        }
        true
    }

    /// How wide boxes of that height can be so that all are there; `None` where they cannot.
    fn fit(&self, area: Rect, height: u16, least: usize) -> Option<usize> {
        let lines = usize::from(area.height / height);
        let columns = self.seats.len().checked_div(lines)?;
        let columns = columns + usize::from(columns * lines < self.seats.len());
        let width = usize::from(area.width).checked_div(columns.max(1))?.min(WIDE);
        (width >= least).then_some(width)
    }

    fn seat(&self, frame: &mut Frame, area: Rect, light: Light, (id, fd): (ConnId, Fd)) {
        let (mark, role) = glyph(light, self.theme);
        let here = Some(id) == self.selected;
        let hand = if self.class.is_raised(id) { self.theme.glyph(" ✋", " ^") } else { "" };
        let row = self.table.get(id).map(TableRow::row);
        let did = |room| row.as_ref().map(|row| did(row, room)).unwrap_or_default();
        // What spoke stands out without colours, too.
        let border = match light {
            Light::Spoke => self.theme.focus_border(),
            _ => self.theme.border(),
        };
        let style = self.theme.style(role);
        let named = |text: String| {
            Span::styled(text, self.theme.style(if here { Role::Selected } else { role }))
        };
        let text = self.theme.style(Role::Text);
        let room = usize::from(area.width.saturating_sub(1));
        match area.height {
            1 => {
                let name = format!("{mark} {fd:<3}{hand} ");
                let did = did(room.saturating_sub(name.width()));
                let line = Line::from(vec![named(name), Span::styled(did, text)]);
                return frame.render_widget(line, area);
            }
            2 => {
                let did = Span::styled(did(room.saturating_sub(2)), text);
                let name = Line::from(named(format!("{mark} {fd}{hand}")));
                let lines = vec![name, Line::from(vec!["  ".into(), did])];
                return frame.render_widget(Paragraph::new(lines), area);
            }
            _ => {}
        }
        let name = named(format!(" {mark} {fd}{hand} "));
        let block = Block::bordered().border_set(border).border_style(style).title(name);
        frame.render_widget(block, area);
        let inside = area.inner(Margin::new(1, 1));
        let big = inside.height > 1;
        if big && let Ok(number) = u32::try_from(fd) {
            for (y, row) in (inside.y..).zip(digits::rows(number, self.theme.ascii())) {
                let line = Line::styled(row, style).centered();
                frame.render_widget(line, Rect { y, height: 1, ..inside });
            }
        }
        let room = usize::from(inside.width);
        let line = Line::styled(did(room), text);
        let line = if big { line.centered() } else { line };
        frame.render_widget(line, Rect { y: inside.bottom() - 1, height: 1, ..inside });
    }
}

/// What was done for it last, or what its server does for it now.
fn did(row: &Row, room: usize) -> String {
    let say = &strings().seats;
    let ret = result(row.last_ret);
    let spellings = match row.within {
        Some(kind @ (Kind::Handler | Kind::Queued)) => vec![kind.name().to_owned()],
        Some(kind) => vec![(say.waits_in)(kind.name()), kind.name().to_owned()],
        None => {
            vec![row.last_call(&ret, " = "), row.last_call(&ret, " "), row.last_name().to_owned()]
        }
    };
    first_fit(spellings, room).unwrap_or_default()
}
