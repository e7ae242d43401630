//! The screen of `epollscope attach`: what a look from outside shows, and nothing that would need calls.
//!
//! | file | what lives there |
//! |---|---|
//! | `mod` | what is shown and chosen, and what the keys do |
//! | `rows` | the descriptors that are shown, in their order |
//! | `draw` | the picture |
//! | `draw/table` | the descriptors in it |

mod draw;
mod rows;
#[cfg(test)]
mod tests;

use std::io;
use std::time::{Duration, Instant};

use crossterm::event::{Event, KeyCode, KeyEvent, KeyEventKind, KeyModifiers};
use ratatui::Frame;

use self::rows::{Cursor, Rows};
use super::keys::{self, Id};
use super::run::{Options, show};
use super::session::Show;
use super::state::notice::Notice;
use super::state::{Action, Chosen};
use super::terminal;
use super::theme::{Change, Theme, ThemeChoice};
use crate::attach::{Look, Object, Pace, Wanted, Watcher};
use crate::words::Language;

/// What the screen takes over.
pub struct Setup {
    /// What the program is called.
    pub name: String,
    /// What looks at it.
    pub watcher: Watcher,
    /// The theme.
    pub theme: ThemeChoice,
    /// What is to be otherwise in it.
    pub colours: Vec<Change>,
    /// Draw ASCII only.
    pub ascii: bool,
}

/// Shows it until the operator quits.
///
/// # Errors
/// There is no terminal, or it fails.
pub fn run(setup: Setup) -> io::Result<()> {
    let Setup { name, watcher, theme, colours, ascii } = setup;
    let options = Options {
        scheme: "",
        theme,
        colours,
        choice: Chosen::default(),
        settings: None,
        fps: 30,
        ask: false,
        mouse: false,
        ascii,
    };
    show(Attached::new(name, watcher), &options, None)
}

/// What looks, as the screen needs it.
trait Looks {
    fn order(&self, wanted: Wanted, pace: Pace);
    fn latest(&self) -> Option<Look>;
}

impl Looks for Watcher {
    fn order(&self, wanted: Wanted, pace: Pace) {
        self.order(wanted, pace);
    }

    fn latest(&self) -> Option<Look> {
        self.latest()
    }
}

/// A part of the screen that has the keyboard by turns.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Pane {
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
struct Attached<L> {
    name: String,
    watcher: L,
    look: Option<Look>,
    frozen: bool,
    focus: Pane,
    zoomed: bool,
    rows: Rows,
    /// Which of the epoll instances' lists is shown, by their order.
    epoll: usize,
    list: Cursor,
    threads: Cursor,
    findings: Cursor,
    /// The filter that is being typed.
    typing: Option<String>,
    help: bool,
    changed: bool,
}

impl<L: Looks> Attached<L> {
    fn new(name: String, watcher: L) -> Self {
        Self {
            name,
            watcher,
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

    /// What is not on the screen is not read.
    fn order(&self) {
        let all = !self.zoomed;
        let wanted = Wanted {
            lists: all || self.focus != Pane::Threads,
            threads: all || !matches!(self.focus, Pane::Table | Pane::List),
        };
        self.watcher.order(wanted, if self.frozen { Pace::Frozen } else { Pace::Live });
    }

    /// Whether the last of its processes has ended.
    fn ended(&self) -> bool {
        self.look.as_ref().is_some_and(|look| look.processes.is_empty())
    }

    fn take(&mut self, look: Look) {
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

    /// The next epoll's list is shown; the one that is selected in the table, if it is one.
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

    fn key(&mut self, key: KeyEvent) -> Vec<Action> {
        self.changed = true;
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
        let is = |id| keys::is(id, key);
        if is(Id::Help) {
            self.help = true;
        } else if is(Id::Language) {
            if terminal::has_chinese() {
                Language::spoken().other().speak();
            }
        } else if is(Id::NextPanel) {
            self.focus = self.focus.step(1);
        } else if is(Id::PreviousPanel) {
            self.focus = self.focus.step(Pane::ALL.len() - 1);
        } else if is(Id::Zoom) {
            self.zoomed = !self.zoomed;
        } else if is(Id::Freeze) {
            self.frozen = !self.frozen;
        } else if is(Id::Sort) {
            self.rows.sort = self.rows.sort.next();
            self.settle();
        } else if is(Id::Own) {
            self.rows.files = !self.rows.files;
            self.settle();
        } else if is(Id::Filter) {
            self.typing = Some(std::mem::take(&mut self.rows.filter));
            self.rows.filter = self.typing.clone().unwrap_or_default();
        } else if is(Id::Back) {
            if self.zoomed {
                self.zoomed = false;
            } else {
                self.rows.filter.clear();
                self.settle();
            }
        } else if is(Id::Card) {
            self.enter();
        } else if key.code == EPOLL {
            self.next_epoll();
        } else if let KeyCode::Char(digit @ '1'..='4') = key.code {
            let at = usize::from(digit as u8 - b'1');
            let again = self.focus == Pane::ALL[at];
            // Once more, and it has the screen to itself, as on the dashboard.
            self.zoomed = again && !self.zoomed;
            self.focus = Pane::ALL[at];
        } else if let Some(step) = step(key) {
            self.cursor().go(step);
            if let Some(look) = &self.look {
                self.rows.hold(look);
            }
        }
        self.order();
    }
}

/// The key for the next epoll's list.
const EPOLL: KeyCode = KeyCode::Char('e');

/// How the cursor moves by a key.
fn step(key: KeyEvent) -> Option<rows::Step> {
    use rows::Step;
    let all = [
        (Id::Up, Step::Up),
        (Id::Down, Step::Down),
        (Id::PageUp, Step::PageUp),
        (Id::PageDown, Step::PageDown),
        (Id::First, Step::First),
        (Id::Last, Step::Last),
    ];
    all.into_iter().find(|(id, _)| keys::is(*id, key)).map(|(_, step)| step)
}

impl<L: Looks> Show for Attached<L> {
    fn tell(&mut self, _: Notice) {}

    fn gather(&mut self, _now: Instant) {
        if let Some(look) = self.watcher.latest().filter(|_| !self.frozen) {
            self.take(look);
            self.changed = true;
        }
    }

    fn resize(&mut self, _: u16, _: u16) {
        self.changed = true;
    }

    fn terminal_event(&mut self, event: Event) -> Vec<Action> {
        match event {
            Event::Key(key) => return self.key(key),
            Event::Paste(text) if self.typing.is_some() => {
                for letter in text.chars().filter(|letter| !letter.is_control()) {
                    self.typed(KeyEvent::from(KeyCode::Char(letter)));
                }
                self.changed = true;
            }
            _ => {}
        }
        Vec::new()
    }

    fn next_tick(&self, _: Instant) -> Duration {
        super::session::QUIET_TICK
    }

    fn is_held(&self) -> bool {
        false
    }

    fn is_changed(&self) -> bool {
        self.changed
    }

    fn take_changed(&mut self) {
        self.changed = false;
    }

    fn draw(&self, frame: &mut Frame, theme: &Theme) {
        draw::draw(frame, self, theme);
    }

    fn end(self) -> io::Result<()> {
        Ok(())
    }
}
