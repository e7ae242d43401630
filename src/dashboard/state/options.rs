//! What the keys do in the menu of options.

use crossterm::event::{KeyCode, KeyEvent};

use super::action::Action;
use super::menu::{Menu, needs_fresh, values};
use super::prompt::{Confirm, Question};
use super::{Overlay, State, by_server};
use crate::dashboard::keys::id::Id;
use crate::telemetry::{Command, Listener, Nanos, Options};

/// For so long what was asked for is shown before the server has it.
const ASKED_STANDS: Nanos = 1_000_000_000;

impl State {
    pub(super) fn open_menu(&mut self) {
        let Some(Listener { options, .. }) = self.live.listener else { return };
        self.overlay = Overlay::Options(Menu { at: 0, asked: options, since: 0 });
    }

    /// What was asked for and did not come is not shown for ever.
    pub(super) fn menu_follows(&mut self, now: Nanos) {
        if let (Overlay::Options(menu), Some(listener)) = (&mut self.overlay, self.live.listener)
            && now > menu.since.saturating_add(ASKED_STANDS)
        {
            menu.asked = listener.options;
        }
    }

    pub(super) fn menu_key(
        &mut self,
        mut menu: Menu,
        key: KeyEvent,
        declared: Option<Id>,
    ) -> Vec<Action> {
        let last = menu.asked.settings().len() - 1;
        let setting = menu.setting(menu.at);
        let values = values(setting);
        let place = values.iter().position(|value| *value == setting).unwrap_or(0);
        let mut to = None;
        // The arrows do here what they always do, and so do the keys that the list has for that.
        match (key.code, declared) {
            (KeyCode::Esc, _) | (_, Some(Id::Quit | Id::Back | Id::Options)) => return Vec::new(),
            (KeyCode::Up, _) | (_, Some(Id::Up)) => {
                menu.at = menu.at.checked_sub(1).unwrap_or(last);
            }
            (KeyCode::Down, _) | (_, Some(Id::Down)) => {
                menu.at = if menu.at < last { menu.at + 1 } else { 0 }
            }
            (KeyCode::Left, _) | (_, Some(Id::PreviousPanel)) => {
                to = values.get(place.wrapping_sub(1));
            }
            (KeyCode::Right, _) | (_, Some(Id::NextPanel)) => to = values.get(place + 1),
            (KeyCode::Home, _) | (_, Some(Id::First)) => menu.at = 0,
            (KeyCode::End, _) | (_, Some(Id::Last)) => menu.at = last,
            // Round and round, for those with two or three values.
            (KeyCode::Enter | KeyCode::Char(' '), _) => {
                to = values.get((place + 1) % values.len());
            }
            _ => {}
        }
        let usual = Options::default().settings()[menu.at];
        if key.code == KeyCode::Backspace && setting != usual {
            to = Some(&usual);
        }
        let server = self.live.listener.map(|listener| listener.server);
        let to = to.filter(|to| {
            server.is_some_and(|server| by_server::without_effect(server, **to).is_none())
        });
        let Some((server, to)) = server.zip(to) else {
            self.overlay = Overlay::Options(menu);
            return Vec::new();
        };
        let action = Action::Send(Command::Set(*to));
        if needs_fresh(server, setting) && self.foreign() > 0 {
            let question = Question::Switch(server, self.live.table.open());
            return self.ask(Confirm { question, action, conn: None });
        }
        menu.asked.set(*to);
        menu.since = self.live.now;
        self.overlay = Overlay::Options(menu);
        vec![action]
    }
}
