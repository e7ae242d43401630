//! What the operator does with it.

use super::{Output, lines};
use crate::dashboard::panel::Panel;
use crate::dashboard::state::State;
use crate::trace::Excerpt;

impl State {
    /// What the program writes is kept for us, or goes elsewhere.
    pub fn keeps_output(&mut self, kept: bool) {
        self.output.kept = kept;
    }

    /// The program has written something.
    pub fn wrote(&mut self, excerpt: &Excerpt) {
        self.output.lines = lines(excerpt);
        self.output.all = excerpt.all;
        self.look_at_output();
        self.changed |= self.areas().of(Panel::Stream).is_some();
    }

    /// What it has written.
    #[must_use]
    pub fn output(&self) -> &Output {
        &self.output
    }

    /// Whether that stands in place of the events.
    #[must_use]
    pub fn shows_output(&self) -> bool {
        self.output.shown
    }

    /// Whether it can be shown.
    #[must_use]
    pub fn has_output(&self) -> bool {
        self.output.kept && self.areas().of(Panel::Stream).is_some()
    }

    /// Shows it, or the events again.
    pub(in crate::dashboard::state) fn toggle_output(&mut self) {
        self.output.shown = !self.output.shown;
        self.look_at_output();
    }

    fn look_at_output(&mut self) {
        if self.output.shown && self.areas().of(Panel::Stream).is_some() {
            self.output.seen = self.output.all;
        }
    }
}
