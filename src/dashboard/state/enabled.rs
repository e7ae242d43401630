//! When each key does something: the column `enabled` of the one list of keys.

use super::{Overlay, State, by_server};
use crate::dashboard::keys::id::Id;
use crate::dashboard::panel::Panel;
use crate::telemetry::Mode;

/// When keys are enabled.
#[expect(missing_docs, reason = "the conditions by their names")]
#[expect(clippy::must_use_candidate, reason = "they are the column `enabled` of the keys")]
impl State {
    pub fn alive(&self) -> bool {
        self.dead.is_none()
    }

    pub fn has_selection(&self) -> bool {
        self.alive() && self.scene().table.selected().is_some()
    }

    pub fn can_drop(&self) -> bool {
        self.alive()
            && self
                .scene()
                .table
                .selected()
                .and_then(|entry| self.live.table.get(entry.row.id))
                .is_some_and(|entry| entry.closed.is_none())
    }

    pub fn can_drop_all(&self) -> bool {
        self.alive() && self.live.table.open() > 0
    }

    pub fn selected_is_stopped(&self) -> bool {
        let selected = self.scene().table.selected();
        selected
            .and_then(|entry| self.live.table.get(entry.row.id))
            .is_some_and(|entry| entry.row.stopped)
    }

    /// Why the server that runs now cannot do what a key asks for.
    pub fn refusal(&self, id: Id) -> Option<&'static str> {
        by_server::refusal(self.live.listener?.server, id)
    }

    pub fn can_stop_reading(&self) -> bool {
        self.can_drop() && self.refusal(Id::Reading).is_none()
    }

    pub fn is_paused(&self) -> bool {
        self.alive() && self.mode() == Mode::Paused
    }

    pub fn can_step(&self) -> bool {
        self.is_paused() && self.refusal(Id::StepCall).is_none()
    }

    pub fn can_step_turn(&self) -> bool {
        self.is_paused() && self.refusal(Id::StepTurn).is_none()
    }

    pub fn can_slow(&self) -> bool {
        self.alive() && self.mode() != Mode::Slow(1) && self.refusal(Id::Slower).is_none()
    }

    /// With every server: slow motion that was asked for as another took over would stay for ever.
    pub fn is_slow(&self) -> bool {
        self.alive() && matches!(self.mode(), Mode::Slow(_))
    }

    pub fn can_hang_up(&self) -> bool {
        self.alive() && self.selected_client().is_some()
    }

    pub fn has_clients(&self) -> bool {
        self.alive() && self.clients.iter().any(|client| !client.ended)
    }

    pub fn can_filter(&self) -> bool {
        self.alive()
    }

    pub fn table_focused(&self) -> bool {
        self.alive() && self.focus == Panel::Table
    }

    pub fn stream_shown(&self) -> bool {
        self.alive() && self.areas().of(Panel::Stream).is_some()
    }

    pub fn scrolled_back(&self) -> bool {
        self.focus == Panel::Stream && self.scene().stream.below(self.stream_rows()).is_some()
    }

    pub fn can_go_back(&self) -> bool {
        self.overlay != Overlay::None
            || self.zoom
            || self.side == Panel::Card
            || self.scrolled_back()
            || !self.scene().stream.filter().as_str().is_empty()
            || !self.scene().table.filter().as_str().is_empty()
    }
}
