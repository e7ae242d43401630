//! What of the picture settings keep: columns, their order, panels.

use super::State;
use super::table::Column;
use crate::dashboard::panel::Panel;

/// What of the picture settings keep.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Chosen {
    /// The columns of the table, from left to right.
    pub columns: Vec<Column>,
    /// What it is sorted by.
    pub sort: Column,
    /// The other way round.
    pub reverse: bool,
    /// The panel that has the keyboard.
    pub focus: Panel,
    /// What stands beside the table.
    pub side: Panel,
    /// The one with the keyboard has the whole screen.
    pub zoom: bool,
}

impl Default for Chosen {
    fn default() -> Self {
        Self {
            columns: Column::ALL.into(),
            sort: Column::Fd,
            reverse: false,
            focus: Panel::Table,
            side: Panel::Loop,
            zoom: false,
        }
    }
}

impl State {
    /// What is chosen now.
    #[must_use]
    pub fn choice(&self) -> Chosen {
        let table = &self.scene().table;
        let (sort, reverse) = table.sorting();
        let columns = table.columns().to_vec();
        let Self { focus, side, zoom, .. } = *self;
        Chosen { columns, sort, reverse, focus, side, zoom }
    }

    /// Chooses that.
    pub(super) fn choose_all(&mut self, choice: &Chosen) {
        let Chosen { columns, sort, reverse, focus, side, zoom } = choice;
        self.live.table.arrange(columns, *sort, *reverse);
        // What has the keyboard is seen.
        self.side = if focus.is_side() { *focus } else { *side };
        (self.focus, self.zoom) = (*focus, *zoom);
    }

    #[cfg(test)]
    pub(in crate::dashboard) fn forget_settings(&mut self) {
        self.options.settings = None;
    }
}
