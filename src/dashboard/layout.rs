//! Which panels are shown where.
//!
//! ```text
//! 80×24 and more                       120×36 and more
//! ┌ header ──────────────────────┐     ┌ header ──────────────────────────┐
//!  a lesson's strip, if one runs        a lesson's strip, if one runs
//!  tabs                                 tabs
//! ┌ 1 fd → socket ─┐┌ 2 loop ────┐     ┌ 1 fd → socket ─────┐┌ 2 loop ────┐
//! │                ││ 4 charts   │     │                    ││ 5 card     │
//! │                ││ 5 card     │     │                    ││ 6 seats    │
//! │                ││ 6 seats    │     │                    ││ 7 costs    │
//! │                ││ 7 costs    │     │                    ││ 8 code     │
//! │                ││ 8 code     │     │                    ││            │
//! └────────────────┘└────────────┘     └────────────────────┘└────────────┘
//! ┌ 3 event stream ──────────────┐     ┌ 3 event stream ────┐┌ 4 charts ──┐
//! └──────────────────────────────┘     └────────────────────┘└────────────┘
//!  what happened when, if the picture is not of now
//!  key bar                              key bar
//!
//! less                                 200×50 and more, with a card open
//! ┌ header ──────────────────────┐     ┌ header ──────────────────────────┐
//!  tabs                                 tabs
//! ┌ the panel with the focus ────┐     ┌ 1 fd → socket ──┐┌ 2 loop ┐┌ 5 card ┐
//! │                              │     │                 │┌ 6 seats┐│        │
//! │                              │     └─────────────────┘└────────┘└────────┘
//! └──────────────────────────────┘     ┌ 3 event stream ────┐┌ 4 charts ──┐
//!  key bar                              key bar
//! ```
//!
//! The code has more than half of the width, and at 80×24 the stream has fewer lines for it.
//!
//! Below 40×8 there is only a word that it is too small.

use ratatui::layout::{Constraint, Layout, Rect};

pub use super::panel::Panel;
use super::panel::Place;

/// What decides the arrangement besides the size.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Arrangement {
    /// The panel that has the keyboard.
    pub focus: Panel,
    /// It has the whole screen.
    pub zoom: bool,
    /// What stands beside the table: the loop, the charts, the card, the seats, the costs or the code.
    pub side: Panel,
    /// The rows of the strip of a lesson.
    pub strip: u16,
    /// The picture is of another time than now.
    pub time: bool,
}

/// Where everything is.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Areas {
    /// Too small for anything but saying so.
    pub too_small: bool,
    /// Name, URL, state and rates.
    pub header: Rect,
    /// What a lesson says.
    pub strip: Rect,
    /// The panels by their numbers and names.
    pub tabs: Rect,
    /// The panels shown.
    pub panels: Vec<(Panel, Rect)>,
    /// What happened when.
    pub time: Rect,
    /// The key bar.
    pub bar: Rect,
}

/// The least width and height that can show something.
pub const LEAST: (u16, u16) = (40, 8);

/// The rows of the seats under the loop.
const SEATS: u16 = 8;

/// How wide the screen is arranged.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Debug)]
enum Size {
    One,
    Three,
    Four,
    Five,
}

fn size(area: Rect) -> Size {
    match (area.width, area.height) {
        (180.., 40..) => Size::Five,
        (110.., 32..) => Size::Four,
        (76.., 20..) => Size::Three,
        _ => Size::One,
    }
}

/// Arranges a screen.
#[must_use]
pub fn lay(area: Rect, arrangement: Arrangement) -> Areas {
    if area.width < LEAST.0 || area.height < LEAST.1 {
        return Areas { too_small: true, ..Areas::default() };
    }
    let size = size(area);
    let (header, tabs) = above(area);
    let strip = arrangement.strip.min(strip_at_most(area));
    let rows = [header, strip, tabs].map(Constraint::Length);
    let time = Constraint::Length((arrangement.time && area.height >= 12).into());
    let [header, strip, tabs, body, time, bar] = Layout::vertical([
        rows[0],
        rows[1],
        rows[2],
        Constraint::Min(0),
        time,
        Constraint::Length(1),
    ])
    .areas(area);
    let panels = if arrangement.zoom || size == Size::One {
        vec![(arrangement.focus, body)]
    } else {
        grid(body, size, arrangement)
    };
    Areas { too_small: false, header, strip, tabs, panels, time, bar }
}

/// The rows of the header and of the tabs.
fn above(area: Rect) -> (u16, u16) {
    match size(area) {
        Size::One if area.height < 12 => (1, 0),
        Size::One | Size::Three => (2, 1),
        Size::Four | Size::Five => (3, 1),
    }
}

/// The most rows that a lesson's strip may have: the panels keep as many.
#[must_use]
pub fn strip_at_most(area: Rect) -> u16 {
    let (header, tabs) = above(area);
    area.height.saturating_sub(header + tabs + 1) / 2
}

fn grid(body: Rect, size: Size, arrangement: Arrangement) -> Vec<(Panel, Rect)> {
    let columns = |area, left, right| {
        let [a, b]: [Rect; 2] =
            Layout::horizontal([Constraint::Fill(left), Constraint::Fill(right)]).areas(area);
        (a, b)
    };
    let code = arrangement.side == Panel::Code;
    let bottom = match size {
        Size::Three if code => body.height * 3 / 10,
        Size::One | Size::Three | Size::Four => body.height * 2 / 5,
        Size::Five => body.height / 2,
    };
    let [top, bottom] =
        Layout::vertical([Constraint::Min(0), Constraint::Length(bottom)]).areas(body);
    let mut panels = Vec::new();
    let mut put = |panel: Option<Panel>, area| panels.extend(panel.map(|panel| (panel, area)));
    if size < Size::Four {
        let (left, right) = if code { columns(top, 3, 5) } else { columns(top, 9, 7) };
        put(Panel::at(Place::TopLeft), left);
        put(Some(arrangement.side), right);
        put(Panel::at(Place::Bottom), bottom);
        return panels;
    }
    let (mut table, mut beside) = match (code, size) {
        (true, Size::Five) => columns(top, 1, 1),
        (true, _) => columns(top, 2, 3),
        (false, _) => columns(top, 3, 2),
    };
    let mut column = None;
    let side = arrangement.side.place();
    if size == Size::Five && side == Place::Column {
        let three = [Constraint::Fill(5), Constraint::Fill(3), Constraint::Fill(3)];
        let [left, middle, right] = Layout::horizontal(three).areas(top);
        (table, beside, column) = (left, middle, Some(right));
    }
    put(Panel::at(Place::TopLeft), table);
    match side {
        Place::Instead => put(Some(arrangement.side), beside),
        // The largest has room for the seats under the loop.
        _ if size == Size::Five => {
            let [upper, lower]: [Rect; 2] =
                Layout::vertical([Constraint::Min(0), Constraint::Length(SEATS)]).areas(beside);
            put(Panel::at(Place::Beside), upper);
            put(Panel::at(Place::Under), lower);
        }
        Place::Under | Place::Column => put(Some(arrangement.side), beside),
        Place::TopLeft | Place::Bottom | Place::BottomRight | Place::Beside => {
            put(Panel::at(Place::Beside), beside);
        }
    }
    if let Some(column) = column {
        put(Some(arrangement.side), column);
    }
    let (left, right) = columns(bottom, 3, 2);
    put(Panel::at(Place::Bottom), left);
    put(Panel::at(Place::BottomRight), right);
    panels
}

impl Areas {
    /// Where a panel is, when it is shown.
    #[must_use]
    pub fn of(&self, panel: Panel) -> Option<Rect> {
        self.panels.iter().find(|(shown, _)| *shown == panel).map(|(_, area)| *area)
    }

    /// The rows that a panel has for its lines inside its border.
    #[must_use]
    pub fn rows(&self, panel: Panel) -> usize {
        self.of(panel).map_or(1, |area| usize::from(area.height.saturating_sub(2))).max(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(width: u16, height: u16, focus: Panel, zoom: bool, side: Panel) -> Vec<Panel> {
        lay(
            Rect::new(0, 0, width, height),
            Arrangement { focus, zoom, side, strip: 0, time: false },
        )
        .panels
        .into_iter()
        .map(|(panel, _)| panel)
        .collect()
    }

    #[test]
    fn each_size_has_its_panels() {
        use Panel::{Card, Charts, Code, Loop, Seats, Stream, Table};
        assert_eq!(shown(80, 24, Table, false, Loop), [Table, Loop, Stream]);
        assert_eq!(shown(80, 24, Code, false, Code), [Table, Code, Stream]);
        assert_eq!(shown(200, 50, Code, false, Code), [Table, Code, Stream, Charts]);
        assert_eq!(shown(80, 24, Charts, false, Charts), [Table, Charts, Stream]);
        assert_eq!(shown(120, 36, Table, false, Card), [Table, Card, Stream, Charts]);
        assert_eq!(shown(120, 36, Table, false, Seats), [Table, Seats, Stream, Charts]);
        assert_eq!(shown(200, 50, Table, false, Loop), [Table, Loop, Seats, Stream, Charts]);
        assert_eq!(shown(200, 50, Table, false, Card), [Table, Loop, Seats, Card, Stream, Charts]);
        assert_eq!(shown(60, 24, Stream, false, Loop), [Stream]);
        assert_eq!(shown(200, 50, Stream, true, Loop), [Stream]);
        assert!(shown(39, 24, Table, false, Loop).is_empty());
    }

    #[test]
    fn panels_fill_the_screen_without_overlapping() {
        for (width, height) in [(40, 8), (80, 24), (110, 32), (120, 36), (200, 50), (301, 99)] {
            let area = Rect::new(0, 0, width, height);
            let sides = Panel::ALL.into_iter().filter(|panel| panel.is_side());
            for (side, strip) in sides.zip([0, 3, 8, 99, 1, 2, 4]) {
                let time = strip % 2 == 1;
                let arrangement =
                    Arrangement { focus: Panel::Table, zoom: false, side, strip, time };
                let areas = lay(area, arrangement);
                let all: Vec<Rect> = areas
                    .panels
                    .iter()
                    .map(|(_, area)| *area)
                    .chain([areas.header, areas.strip, areas.tabs, areas.time, areas.bar])
                    .collect();
                let sum: u32 = all.iter().map(|a| a.area()).sum();
                assert_eq!(sum, area.area(), "{width}×{height}");
                for (i, a) in all.iter().enumerate() {
                    assert!(all[i + 1..].iter().all(|b| !a.intersects(*b)));
                }
            }
        }
    }
}
