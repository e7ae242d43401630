//! The screen of `epollscope attach`: what a look from outside shows, and nothing that would need calls.
//!
//! | file | what lives there |
//! |---|---|
//! | `mod` | what looks, and the screen on which it is shown |
//! | `state` | what is shown and chosen, and what the keys do |
//! | `rows` | the descriptors that are shown, in their order |
//! | `draw` | the picture |
//! | `draw/table` | the descriptors in it |
//! | `draw/parts` | what its panes are made of |

mod draw;
mod rows;
mod state;
#[cfg(test)]
mod tests;

use std::io;
use std::time::{Duration, Instant};

use crossterm::event::Event;
use ratatui::Frame;

use self::state::State;
use super::run::{Options, show};
use super::session::Show;
use super::state::notice::Notice;
use super::state::{Action, Chosen};
use super::theme::{Change, Theme, ThemeChoice};
use crate::attach::{Look, Wanted, Watcher};

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
        runs_on: true,
        history: 0,
        keep: None,
    };
    show(Attached::new(name, watcher), &options, None)
}

/// What looks, as the screen needs it.
trait Looks {
    fn order(&self, wanted: Option<Wanted>);
    fn latest(&self) -> Option<Look>;
}

impl Looks for Watcher {
    fn order(&self, wanted: Option<Wanted>) {
        self.order(wanted);
    }

    fn latest(&self) -> Option<Look> {
        self.latest()
    }
}

/// What looks, and what is shown of it.
#[derive(Debug)]
struct Attached<L> {
    watcher: L,
    state: State,
}

impl<L: Looks> Attached<L> {
    fn new(name: String, watcher: L) -> Self {
        Self { watcher, state: State::new(name) }
    }
}

impl<L: Looks> Show for Attached<L> {
    fn tell(&mut self, _: Notice) {}

    fn gather(&mut self, _now: Instant) {
        if let Some(look) = self.watcher.latest() {
            self.state.take(look);
        }
    }

    fn resize(&mut self, _: u16, _: u16) {
        self.state.changed = true;
    }

    fn terminal_event(&mut self, event: Event) -> Vec<Action> {
        let actions = self.state.terminal_event(event);
        self.watcher.order(self.state.wanted());
        actions
    }

    fn next_tick(&self, _: Instant) -> Duration {
        super::session::QUIET_TICK
    }

    fn is_held(&self) -> bool {
        false
    }

    fn is_changed(&self) -> bool {
        self.state.changed
    }

    fn take_changed(&mut self) {
        self.state.changed = false;
    }

    fn draw(&self, frame: &mut Frame, theme: &Theme) {
        draw::draw(frame, &self.state, theme);
    }

    fn end(self) -> io::Result<()> {
        Ok(())
    }
}
