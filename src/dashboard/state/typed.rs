//! Keys while something is asked, or a text is typed: a question, a number, a filter, a search.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::filter::Filter;
use super::prompt::{self, Answer, Confirm, Input};
use super::{Action, Overlay, State};
use crate::dashboard::keys::{self, Id};
use crate::dashboard::panel::Panel;
use crate::telemetry::Command;

impl State {
    /// Text was pasted: it goes where text is typed, and nowhere else.
    pub fn paste(&mut self, text: &str) {
        match &mut self.overlay {
            Overlay::Filter(_, input)
            | Overlay::IdleSeconds(input)
            | Overlay::HowMany(input)
            | Overlay::Jump(input)
            | Overlay::Keep(input)
            | Overlay::Help(input, _) => {
                input.insert(text);
                self.changed = true;
            }
            _ => {}
        }
        if let Overlay::Filter(panel, input) = &self.overlay {
            let (panel, filter) = (*panel, Filter::parse(&input.text()));
            self.set_filter(panel, filter);
        }
    }

    pub(super) fn confirm_key(
        &mut self,
        confirm: Confirm,
        key: KeyEvent,
        declared: Option<Id>,
    ) -> Vec<Action> {
        match prompt::answer(key, declared) {
            Answer::Yes => {
                if confirm.question.is_of_lesson() {
                    self.answer_lesson(true);
                }
                vec![confirm.action]
            }
            Answer::No => {
                if confirm.question.is_of_lesson() {
                    self.answer_lesson(false);
                }
                Vec::new()
            }
            Answer::Neither => {
                self.overlay = Overlay::Confirm(confirm);
                Vec::new()
            }
        }
    }

    pub(super) fn idle_key(&mut self, mut input: Input, key: KeyEvent) -> Vec<Action> {
        match key.code {
            KeyCode::Esc => return Vec::new(),
            KeyCode::Enter => {
                if let Some(time) = prompt::seconds(&input.text()) {
                    return vec![Action::Send(Command::DropIdle(time))];
                }
            }
            // A number is typed here: whoever types a command instead sees that it is none.
            KeyCode::Char(letter) if is_no_figure(letter, key) => {}
            _ => {
                input.key(key);
            }
        }
        self.overlay = Overlay::IdleSeconds(input);
        Vec::new()
    }

    pub(super) fn keep_key(&mut self, mut input: Input, key: KeyEvent) -> Vec<Action> {
        match key.code {
            KeyCode::Esc => return Vec::new(),
            KeyCode::Enter => {
                if let Some(time) = prompt::seconds(&input.text()).filter(|time| !time.is_zero()) {
                    return vec![Action::Keep(time)];
                }
            }
            KeyCode::Char(letter) if is_no_figure(letter, key) => {}
            _ => {
                input.key(key);
            }
        }
        self.overlay = Overlay::Keep(input);
        Vec::new()
    }

    pub(super) fn how_many_key(&mut self, mut input: Input, key: KeyEvent) -> Vec<Action> {
        match key.code {
            KeyCode::Esc => return Vec::new(),
            KeyCode::Enter => {
                if let Some(count) = prompt::clients(&input.text()) {
                    return vec![Action::AddClients(self.kind, count)];
                }
            }
            KeyCode::Char(c) if !c.is_ascii_digit() && key.modifiers.is_empty() => {}
            _ => {
                input.key(key);
            }
        }
        self.overlay = Overlay::HowMany(input);
        Vec::new()
    }

    pub(super) fn filter_key(&mut self, panel: Panel, mut input: Input, key: KeyEvent) {
        match key.code {
            // What is wrong stays to be put right.
            KeyCode::Enter if Filter::parse(&input.text()).trouble().is_some() => {}
            KeyCode::Enter => return,
            KeyCode::Esc => {
                self.set_filter(panel, Filter::default());
                return;
            }
            _ => {
                if input.key(key) {
                    self.set_filter(panel, Filter::parse(&input.text()));
                }
            }
        }
        self.overlay = Overlay::Filter(panel, input);
    }

    pub(super) fn set_filter(&mut self, panel: Panel, filter: Filter) {
        let scene = self.scene_mut();
        match panel {
            Panel::Stream => scene.stream.set_filter(filter),
            _ => scene.table.set_filter(filter),
        }
    }

    pub(super) fn help_key(&mut self, mut search: Input, top: usize, key: KeyEvent) {
        let page = usize::from(self.screen.1.saturating_sub(6)).max(1);
        let top = match key.code {
            KeyCode::Esc | KeyCode::Enter => return,
            KeyCode::Char(_) if keys::is(Id::Help, key) => return,
            KeyCode::Up => top.saturating_sub(1),
            KeyCode::Down => top + 1,
            KeyCode::PageUp => top.saturating_sub(page),
            KeyCode::PageDown => top + page,
            _ => {
                search.key(key);
                0
            }
        };
        let lines = keys::help::lines(&search.text(), self.focus, self.screen.0, false);
        let most = lines.len().saturating_sub(page);
        self.overlay = Overlay::Help(search, top.min(most));
    }
}

/// Whether what is typed has no place in a number of seconds.
fn is_no_figure(letter: char, key: KeyEvent) -> bool {
    let command = KeyModifiers::CONTROL | KeyModifiers::ALT;
    !letter.is_ascii_digit() && letter != '.' && !key.modifiers.intersects(command)
}
