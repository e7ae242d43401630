//! The one table of the panels: name, key, help, place.
//!
//! A new panel is a row here and an arm of the match in [`panels::draw`](super::panels::draw), which
//! the compiler asks for. The function that draws it is not in the row: what is drawn asks this
//! table for its title, so the table would import what imports it.

use super::keys::press::{Press, ch};
use crate::words::{KeyText, Keys, strings};

/// A panel.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
#[expect(missing_docs, reason = "each is explained by its row in `PANELS`")]
pub enum Panel {
    #[default]
    Table,
    Loop,
    Stream,
    Charts,
    Card,
    Seats,
    Costs,
    Code,
    Class,
}

/// Where a panel stands. The pictures are in [`layout`](super::layout).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Place {
    /// Top left, always.
    TopLeft,
    /// At the bottom, always.
    Bottom,
    /// At the right of the bottom where there are four panels, else beside the table when asked for.
    BottomRight,
    /// Beside the table, when no other is asked for.
    Beside,
    /// Beside the table when asked for; on the largest screen always, under the one that is there.
    Under,
    /// Beside the table when asked for; on the largest screen in a column of its own.
    Column,
    /// Beside the table when asked for, on every screen.
    Instead,
}

/// What Up and Down move in a panel.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Moves {
    /// The selected connection.
    Selection,
    /// The events that are shown.
    Events,
    /// The panel's own text.
    Text,
    /// The chosen line of the code.
    Lines,
    /// The marked student.
    Students,
}

/// A row of the table.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    /// Which panel.
    pub panel: Panel,
    /// The key that goes to it, as settings name it.
    pub name: &'static str,
    /// The key that goes to it: its place in the table, as titles show it.
    pub presses: &'static [Press],
    /// Where it stands.
    pub place: Place,
    /// What Up and Down move.
    pub moves: Moves,
    /// Its texts among those of the keys: its title is the label of its key.
    pub(super) say: fn(&'static Keys) -> &'static KeyText,
}

/// Every panel, in the order of [`Panel`] and of the number keys.
#[rustfmt::skip]
pub const PANELS: [Row; 9] = [
    Row { panel: Panel::Table, name: "show-table", presses: &[ch('1')], place: Place::TopLeft, moves: Moves::Selection, say: |keys| &keys.panels.table },
    Row { panel: Panel::Loop, name: "show-loop", presses: &[ch('2')], place: Place::Beside, moves: Moves::Selection, say: |keys| &keys.panels.the_loop },
    Row { panel: Panel::Stream, name: "show-stream", presses: &[ch('3')], place: Place::Bottom, moves: Moves::Events, say: |keys| &keys.panels.stream },
    Row { panel: Panel::Charts, name: "show-charts", presses: &[ch('4')], place: Place::BottomRight, moves: Moves::Selection, say: |keys| &keys.panels.charts },
    Row { panel: Panel::Card, name: "show-card", presses: &[ch('5')], place: Place::Column, moves: Moves::Text, say: |keys| &keys.panels.card },
    Row { panel: Panel::Seats, name: "show-seats", presses: &[ch('6')], place: Place::Under, moves: Moves::Selection, say: |keys| &keys.panels.seats },
    Row { panel: Panel::Costs, name: "show-costs", presses: &[ch('7')], place: Place::Instead, moves: Moves::Text, say: |keys| &keys.panels.costs },
    Row { panel: Panel::Code, name: "show-code", presses: &[ch('8')], place: Place::Instead, moves: Moves::Lines, say: |keys| &keys.panels.code },
    Row { panel: Panel::Class, name: "show-class", presses: &[ch('9')], place: Place::Instead, moves: Moves::Students, say: |keys| &keys.panels.class },
];

impl Panel {
    /// All panels.
    pub const ALL: [Self; PANELS.len()] = {
        let mut all = [Self::Table; PANELS.len()];
        let mut at = 0;
        while at < all.len() {
            all[at] = PANELS[at].panel;
            at += 1;
        }
        all
    };

    /// Those that can be shown: that of the class only where there is a `class`.
    pub fn shown(class: bool) -> impl Iterator<Item = Self> + Clone {
        Self::ALL.into_iter().filter(move |&panel| class || panel != Self::Class)
    }

    fn row(self) -> &'static Row {
        const ROWS: &[Row] = &PANELS;
        &ROWS[self as usize]
    }

    /// Its name in settings.
    #[must_use]
    pub fn name(self) -> &'static str {
        let key = self.row().name;
        key.strip_prefix("show-").unwrap_or(key)
    }

    /// Whether it can stand beside the table.
    #[must_use]
    pub fn is_side(self) -> bool {
        !matches!(self.place(), Place::TopLeft | Place::Bottom)
    }

    /// Its title.
    #[must_use]
    pub fn label(self) -> &'static str {
        (self.row().say)(&strings().keys).label
    }

    /// Where it stands.
    #[must_use]
    pub fn place(self) -> Place {
        self.row().place
    }

    /// What Up and Down move in it.
    #[must_use]
    pub fn moves(self) -> Moves {
        self.row().moves
    }

    /// The panel that stands in a place which one panel has, whatever is asked for.
    #[must_use]
    pub fn at(place: Place) -> Option<Self> {
        Self::ALL.into_iter().find(|panel| panel.place() == place)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_in_the_order_of_the_panels_and_of_their_keys() {
        for (at, row) in PANELS.iter().enumerate() {
            assert_eq!(row.panel as usize, at);
            let number = (at + 1).to_string();
            assert!(row.presses.iter().any(|press| press.label() == number), "{:?}", row.panel);
        }
    }

    #[test]
    fn the_places_that_are_always_filled_have_one_panel() {
        for place in
            [Place::TopLeft, Place::Bottom, Place::BottomRight, Place::Beside, Place::Under]
        {
            let there = PANELS.iter().filter(|row| row.place == place);
            assert_eq!(there.count(), 1, "{place:?}");
        }
    }
}
