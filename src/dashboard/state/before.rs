//! What the keys do in the table of before and after.

use crossterm::event::{KeyCode, KeyEvent};

use super::{Overlay, State};
use crate::dashboard::geometry;
use crate::dashboard::keys::id::Id;

impl State {
    /// `newer` columns are right of those that are shown.
    pub(super) fn before_key(&mut self, newer: usize, key: KeyEvent, declared: Option<Id>) {
        let all = self.scene().stretches.all().len();
        let most = all.saturating_sub(geometry::stretches(self.screen.0));
        let newer = match (key.code, declared) {
            (KeyCode::Enter | KeyCode::Esc, _) | (_, Some(Id::Quit | Id::Back | Id::Before)) => {
                return;
            }
            (KeyCode::Left, _) | (_, Some(Id::PreviousPanel)) => newer + 1,
            (KeyCode::Right, _) | (_, Some(Id::NextPanel)) => newer.saturating_sub(1),
            (KeyCode::Home, _) | (_, Some(Id::First)) => most,
            (KeyCode::End, _) | (_, Some(Id::Last)) => 0,
            // Any other key leaves the box as it is.
            _ => newer,
        };
        self.overlay = Overlay::Before(newer.min(most));
    }
}
