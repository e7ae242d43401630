//! The seats as boxes, while all of them fit: the fd, how it looks, and what was done for it last.

use ratatui::Frame;
use ratatui::layout::{Margin, Rect};
use ratatui::text::{Line, Span};
use ratatui::widgets::Block;

use super::super::fit::first_fit;
use super::{digits, glyph};
use crate::dashboard::state::seats::{Guest, Light, Seats};
use crate::dashboard::theme::{Role, Theme};
use crate::telemetry::{ConnId, Kind, Nanos};
use crate::words::{result, strings};

/// The least and the most columns of a box.
const NARROW: usize = 11;
const WIDE: usize = 18;

/// The rows of a box without large digits: its border, and what was done last.
const LOW: u16 = 3;

pub(super) struct Boxes<'a> {
    pub(super) seats: &'a Seats,
    pub(super) now: Nanos,
    pub(super) selected: Option<ConnId>,
    pub(super) theme: &'a Theme,
}

impl Boxes<'_> {
    /// Draws all seats as boxes, with large digits where there is room for them; says whether
    /// there was room for boxes at all.
    pub(super) fn draw(&self, frame: &mut Frame, area: Rect) -> bool {
        let most = self.guests().filter_map(|(_, guest)| u32::try_from(guest?.fd).ok()).max();
        // Two columns for the border, and one at each side of the digits.
        let numbers = digits::width(most.unwrap_or(0)) + 4;
        let high = LOW + digits::height(self.theme.ascii());
        let sizes = [(high, numbers.max(NARROW)), (LOW, NARROW)];
        let fitting = sizes
            .into_iter()
            .find_map(|(height, least)| self.fit(area, height, least).map(|width| (height, width)));
        let Some((height, width)) = fitting else { return false };
        let columns = usize::from(area.width) / width;
        for (at, (light, guest)) in self.guests().enumerate() {
            let Some(guest) = guest else { continue };
            let [x, y] = [at % columns * width, at / columns * usize::from(height)];
            let [x, y, width] = [x, y, width].map(|n| u16::try_from(n).unwrap_or(u16::MAX));
            let place = Rect { x: area.x + x, y: area.y + y, width, height };
            self.seat(frame, place, light, guest);
        }
        true
    }

    fn guests(&self) -> impl ExactSizeIterator<Item = (Light, Option<Guest>)> {
        self.seats.lights(self.now)
    }

    /// How wide boxes of that height can be so that all are there; `None` where they cannot.
    fn fit(&self, area: Rect, height: u16, least: usize) -> Option<usize> {
        let lines = usize::from(area.height / height);
        let columns = self.seats.len().checked_div(lines)?;
        let columns = columns + usize::from(columns * lines < self.seats.len());
        let width = usize::from(area.width).checked_div(columns.max(1))?.min(WIDE);
        (width >= least).then_some(width)
    }

    fn seat(&self, frame: &mut Frame, area: Rect, light: Light, guest: Guest) {
        let (mark, role) = glyph(light, self.theme);
        let here = Some(guest.id) == self.selected;
        // What spoke stands out without colours, too.
        let border = match light {
            Light::Spoke => self.theme.focus_border(),
            _ => self.theme.border(),
        };
        let style = self.theme.style(role);
        let name = Span::styled(
            format!(" {mark} {} ", guest.fd),
            self.theme.style(if here { Role::Selected } else { role }),
        );
        let block = Block::bordered().border_set(border).border_style(style).title(name);
        frame.render_widget(block, area);
        let inside = area.inner(Margin::new(1, 1));
        let big = inside.height > 1;
        if big && let Ok(number) = u32::try_from(guest.fd) {
            for (y, row) in (inside.y..).zip(digits::rows(number, self.theme.ascii())) {
                let line = Line::styled(row, style).centered();
                frame.render_widget(line, Rect { y, height: 1, ..inside });
            }
        }
        let room = usize::from(inside.width);
        let text = Line::styled(did(&guest, room), self.theme.style(Role::Text));
        let text = if big { text.centered() } else { text };
        frame.render_widget(text, Rect { y: inside.bottom() - 1, height: 1, ..inside });
    }
}

/// What was done for it last, or what its server does for it now.
fn did(guest: &Guest, room: usize) -> String {
    let (kind, ret) = guest.last;
    let say = &strings().seats;
    let (name, ret) = (kind.name(), result(ret));
    let spellings = match guest.within {
        Some(kind @ (Kind::Handler | Kind::Queued)) => vec![kind.name().to_owned()],
        Some(kind) => vec![(say.waits_in)(kind.name()), kind.name().to_owned()],
        None => vec![format!("{name} = {ret}"), format!("{name} {ret}"), name.to_owned()],
    };
    first_fit(spellings, room).unwrap_or_default()
}
