//! **Explain this**: its key, and what keys and mouse do while its card is open.

use crossterm::event::{KeyCode, KeyEvent, MouseButton, MouseEventKind};

use super::explain::thing::{CodePart, Detail, Place, Thing};
use super::explain::{Behind, Explain};
use super::notice::Notice;
use super::table::TableRow;
use super::{Action, Overlay, Scene, State};
use crate::dashboard::geometry::Position;
use crate::dashboard::keys::{Id, explained};
use crate::dashboard::panel::Panel;
use crate::telemetry::{ConnState, Kind, Stance};

/// Lines that a step of the wheel moves.
const WHEEL: isize = 3;

impl Behind {
    /// The box that is open, where that is one to choose from.
    pub(super) fn of(overlay: &Overlay) -> Option<Self> {
        match overlay {
            Overlay::Choose(at) => Some(Self::Kinds(*at)),
            Overlay::Servers(at) => Some(Self::Servers(*at)),
            Overlay::Options(menu) => Some(Self::Options(*menu)),
            _ => None,
        }
    }

    /// It, open.
    fn overlay(self) -> Overlay {
        match self {
            Self::Kinds(at) => Overlay::Choose(at),
            Self::Servers(at) => Overlay::Servers(at),
            Self::Options(menu) => Overlay::Options(menu),
        }
    }
}

impl State {
    /// Explains what lies under the mouse, if that was used last; else what is selected.
    pub(super) fn explain_this(&mut self) -> Vec<Action> {
        if let Some(at) = self.pointer {
            return vec![Action::Explain(at)];
        }
        let (place, thing) = (Place::Panel(self.focus), self.selected_thing());
        self.overlay = Overlay::Explain(Explain::new(place, thing, None));
        Vec::new()
    }

    /// Explains what was found where it was pointed at, or says that there is nothing; a card that is
    /// open stays.
    pub fn explain(&mut self, found: Option<(Place, Thing)>, at: Position) {
        self.changed = true;
        if let Some((place, thing)) = found {
            let behind = match &self.overlay {
                Overlay::Explain(card) => card.behind,
                _ => None,
            };
            self.overlay = Overlay::Explain(Explain::new(place, thing, Some(at)).over(behind));
        } else if self.overlay == Overlay::None {
            self.notice(Notice::NothingToExplain);
        }
    }

    pub(super) fn explain_key(&mut self, card: Explain, key: KeyEvent, declared: Option<Id>) {
        let page = isize::try_from(explained::rows(card.thing, self.screen)).unwrap_or(1);
        let card = match (key.code, declared) {
            (KeyCode::Esc | KeyCode::Enter, _) | (_, Some(Id::Quit | Id::Back | Id::Explain)) => {
                self.overlay = card.behind.map(Behind::overlay).unwrap_or_default();
                return;
            }
            (KeyCode::Tab, _) => card.turn(1),
            (KeyCode::BackTab, _) => card.turn(-1),
            (KeyCode::Right, _) | (_, Some(Id::NextPanel)) => card.step(1),
            (KeyCode::Left, _) | (_, Some(Id::PreviousPanel)) => card.step(-1),
            (KeyCode::Up, _) | (_, Some(Id::Up)) => self.scrolled(card, -1),
            (KeyCode::Down, _) | (_, Some(Id::Down)) => self.scrolled(card, 1),
            (KeyCode::PageUp, _) | (_, Some(Id::PageUp)) => self.scrolled(card, -page),
            (KeyCode::PageDown, _) | (_, Some(Id::PageDown)) => self.scrolled(card, page),
            (KeyCode::Home, _) | (_, Some(Id::First)) => self.scrolled(card, isize::MIN),
            (KeyCode::End, _) | (_, Some(Id::Last)) => self.scrolled(card, isize::MAX),
            (_, Some(Id::Show(panel))) => {
                let place = Place::Panel(panel);
                Explain::new(place, place.first(), None).over(card.behind)
            }
            _ => card,
        };
        self.overlay = Overlay::Explain(card);
    }

    pub(super) fn explain_mouse(
        &mut self,
        card: Explain,
        kind: MouseEventKind,
        at: Position,
    ) -> Vec<Action> {
        let by = match kind {
            MouseEventKind::Down(MouseButton::Left) => return vec![Action::Explain(at)],
            MouseEventKind::ScrollUp => -WHEEL,
            MouseEventKind::ScrollDown => WHEEL,
            _ => return Vec::new(),
        };
        self.changed = true;
        self.overlay = Overlay::Explain(self.scrolled(card, by));
        Vec::new()
    }

    fn scrolled(&self, card: Explain, by: isize) -> Explain {
        let most = explained::hidden(card.thing, self.screen);
        Explain { top: card.top.min(most).saturating_add_signed(by).min(most), ..card }
    }

    /// Explains a box that is open, which is open again afterwards.
    pub(super) fn explain_box(&mut self, behind: Behind) {
        let thing = behind.thing();
        self.overlay = Overlay::Explain(Explain::new(thing.home(), thing, None).over(Some(behind)));
    }

    /// What the chosen line of the code is.
    fn code_thing(&self) -> Option<Thing> {
        let view = self.code()?;
        let line = view.cursor?;
        Some(Thing::Code(match (view.next(line), view.result(line)) {
            (Some(_), _) => CodePart::Next,
            (None, Some(_)) => CodePart::Last,
            (None, None) if view.listing.is_some() => CodePart::Listing,
            (None, None) => CodePart::Number,
        }))
    }

    /// What is selected in the panel with the focus; where nothing is, the panel.
    fn selected_thing(&self) -> Thing {
        let scene = self.scene();
        let selected = scene.table.selected();
        let found = match self.focus {
            Panel::Table | Panel::Card => selected.map(|row| scene.state_of(row)),
            Panel::Stream => {
                let lowest = || scene.stream.lines(self.stream_rows()).last();
                scene.stream.selected().or_else(lowest).map(|line| Thing::from(&line))
            }
            Panel::Seats => selected.and_then(|row| {
                let mut lights = scene.seats.lights(scene.now);
                let (light, _) =
                    lights.find(|(_, who)| who.is_some_and(|(id, _)| id == row.id()))?;
                Some(Thing::Light(light))
            }),
            Panel::Code => self.code_thing(),
            Panel::Loop | Panel::Charts | Panel::Costs | Panel::Class => None,
        };
        found.unwrap_or(Thing::Panel(self.focus))
    }
}

impl Scene {
    /// Whether a connection's handler keeps the server's own thread.
    fn is_blocked_by(&self, row: &TableRow) -> bool {
        matches!(self.standing.stance, Stance::Handling(_)) && row.row().keeps_the_loop()
    }

    /// What the table says that a connection is doing.
    #[must_use]
    pub fn state_of(&self, row: &TableRow) -> Thing {
        let blocks = row.closed.is_none() && self.is_blocked_by(row);
        let row = row.row();
        match (row.doing(), row.within) {
            (ConnState::Closed, _) => Thing::State(ConnState::Closed),
            _ if blocks => Thing::Detail(Detail::Blocks),
            _ if row.stopped => Thing::Detail(Detail::Stopped),
            (ConnState::Handling, Some(Kind::Queued) | None) => Thing::Detail(Detail::Queued),
            (state, _) => Thing::State(state),
        }
    }
}
