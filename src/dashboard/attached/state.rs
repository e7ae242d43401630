//! What the screen shows and what is chosen on it, and what the keys do.

use std::time::Duration;

use crossterm::event::{Event, KeyCode, KeyEvent, KeyEventKind, KeyModifiers};

use super::rows::{Cursor, MOVES, Rows};
use crate::attach::{Look, Object, Wanted};
use crate::dashboard::keys::{self, Id};
use crate::dashboard::state::Action;
use crate::dashboard::terminal;
use crate::words::Language;

/// A part of the screen that has the keyboard by turns.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Pane {
    Table,
    List,
    Threads,
    Findings,
}

impl Pane {
    const ALL: [Self; 4] = [Self::Table, Self::List, Self::Threads, Self::Findings];

    fn step(self, by: usize) -> Self {
        let at = Self::ALL.iter().position(|pane| *pane == self).unwrap_or_default();
        Self::ALL[(at + by) % Self::ALL.len()]
    }
}

/// What the screen shows.
#[derive(Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a state of the screen by itself")]
pub(super) struct State {
    pub(super) name: String,
    pub(super) look: Option<Look>,
    pub(super) frozen: bool,
    pub(super) focus: Pane,
    pub(super) zoomed: bool,
    pub(super) rows: Rows,
    /// Which of the epoll instances' lists is shown, by their order.
    pub(super) epoll: usize,
    pub(super) list: Cursor,
    pub(super) threads: Cursor,
    pub(super) findings: Cursor,
    /// The filter that is being typed.
    pub(super) typing: Option<String>,
    pub(super) help: bool,
    pub(super) changed: bool,
}

impl State {
    pub(super) fn new(name: String) -> Self {
        Self {
            name,
            look: None,
            frozen: false,
            focus: Pane::Table,
            zoomed: false,
            rows: Rows::default(),
            epoll: 0,
            list: Cursor::default(),
            threads: Cursor::default(),
            findings: Cursor::default(),
            typing: None,
            help: false,
            changed: true,
        }
    }

    /// What is to be looked at: what is not on the screen is not read, and of a frozen picture nothing is.
    pub(super) fn wanted(&self) -> Option<Wanted> {
        let all = !self.zoomed;
        let wanted = Wanted {
            lists: all || self.focus != Pane::Threads,
            threads: all || !matches!(self.focus, Pane::Table | Pane::List),
        };
        (!self.frozen).then_some(wanted)
    }

    /// Whether the last of its processes has ended.
    pub(super) fn ended(&self) -> bool {
        self.look.as_ref().is_some_and(|look| look.processes.is_empty())
    }

    /// Shows a look, unless the picture is frozen.
    pub(super) fn take(&mut self, look: Look) {
        if self.frozen {
            return;
        }
        self.changed = true;
        // What was seen last stays, with the word that it is over.
        if look.processes.is_empty()
            && let Some(last) = &mut self.look
        {
            last.processes.clear();
            last.used.over = Duration::ZERO;
            return;
        }
        self.look = Some(look);
        self.settle();
    }

    /// The rows in their order, and cursors within what there is.
    fn settle(&mut self) {
        let Some(look) = &self.look else { return };
        self.rows.order(look);
        self.threads.settle(look.threads.len());
        self.epoll = self.epoll.min(look.lists.len().saturating_sub(1));
        self.list.settle(look.lists.get(self.epoll).map_or(0, |list| list.entries.len()));
    }

    /// Shows the next epoll's list.
    fn next_epoll(&mut self) {
        if let Some(look) = &self.look
            && !look.lists.is_empty()
        {
            self.epoll = (self.epoll + 1) % look.lists.len();
            self.list = Cursor::default();
        }
    }

    /// Shows the list of the epoll that is selected in the table.
    fn enter(&mut self) {
        let Some(look) = &self.look else { return };
        let Some(selected) = self.rows.selected(look) else { return };
        if selected.object == Object::Epoll {
            let of = (selected.pid, selected.fd);
            let place = look.lists.iter().position(|list| (list.pid, list.epfd) == of);
            if let Some(place) = place {
                (self.epoll, self.list) = (place, Cursor::default());
            }
        }
    }

    fn cursor(&mut self) -> &mut Cursor {
        match self.focus {
            Pane::Table => &mut self.rows.cursor,
            Pane::List => &mut self.list,
            Pane::Threads => &mut self.threads,
            Pane::Findings => &mut self.findings,
        }
    }

    /// A key, or what was pasted.
    pub(super) fn terminal_event(&mut self, event: Event) -> Vec<Action> {
        self.changed = true;
        match event {
            Event::Key(key) => return self.key(key),
            Event::Paste(text) if self.typing.is_some() => {
                for letter in text.chars().filter(|letter| !letter.is_control()) {
                    self.typed(KeyEvent::from(KeyCode::Char(letter)));
                }
            }
            _ => {}
        }
        Vec::new()
    }

    fn key(&mut self, key: KeyEvent) -> Vec<Action> {
        if key.kind == KeyEventKind::Release {
            return Vec::new();
        }
        if keys::is(Id::QuitNow, key) {
            return vec![Action::Quit];
        }
        if keys::is(Id::Redraw, key) {
            return vec![Action::Redraw];
        }
        if keys::is(Id::Suspend, key) {
            return vec![Action::Suspend];
        }
        if std::mem::take(&mut self.help) {
            return Vec::new();
        }
        if self.typing.is_some() {
            self.typed(key);
            return Vec::new();
        }
        if keys::is(Id::Quit, key) {
            return vec![Action::Quit];
        }
        self.act(key);
        Vec::new()
    }

    /// A key of the filter that is being typed.
    fn typed(&mut self, key: KeyEvent) {
        let Some(text) = &mut self.typing else { return };
        match key.code {
            KeyCode::Esc => {
                self.typing = None;
                self.rows.filter.clear();
            }
            KeyCode::Enter => self.typing = None,
            KeyCode::Backspace => {
                text.pop();
                self.rows.filter.clone_from(text);
            }
            KeyCode::Char(letter) if !key.modifiers.contains(KeyModifiers::CONTROL) => {
                text.push(letter);
                self.rows.filter.clone_from(text);
            }
            _ => {}
        }
        self.settle();
    }

    fn act(&mut self, key: KeyEvent) {
        match keys::declared(key).map(|key| key.id) {
            Some(Id::Help) => self.help = true,
            Some(Id::Language) if terminal::has_chinese() => Language::spoken().other().speak(),
            Some(Id::NextPanel) => self.focus = self.focus.step(1),
            Some(Id::PreviousPanel) => self.focus = self.focus.step(Pane::ALL.len() - 1),
            Some(Id::Zoom) => self.zoomed = !self.zoomed,
            Some(Id::Freeze) => self.frozen = !self.frozen,
            Some(Id::Sort) => self.rows.sort = self.rows.sort.next(),
            Some(Id::Own) => self.rows.files = !self.rows.files,
            Some(Id::Filter) => self.typing = Some(self.rows.filter.clone()),
            Some(Id::Back) if self.zoomed => self.zoomed = false,
            Some(Id::Back) => self.rows.filter.clear(),
            Some(Id::Card) => self.enter(),
            Some(id) if MOVES.contains(&id) => {
                self.cursor().go(id);
                if let Some(look) = &self.look {
                    self.rows.hold(look);
                }
            }
            _ => self.other_key(key.code),
        }
        self.settle();
    }

    /// Those that mean something else, or nothing, on the dashboard.
    fn other_key(&mut self, code: KeyCode) {
        match code {
            EPOLL => self.next_epoll(),
            KeyCode::Char(digit @ '1'..='4') => {
                let pane = Pane::ALL[usize::from(digit as u8 - b'1')];
                // Once more, and it has the screen to itself, as there.
                self.zoomed = self.focus == pane && !self.zoomed;
                self.focus = pane;
            }
            _ => {}
        }
    }
}

/// The key for the next epoll's list.
const EPOLL: KeyCode = KeyCode::Char('e');
