//! What the picture shows, as words.

use super::draw::{HalfView, View};
use super::{Loaded, Split, Stage};
use crate::compare::drive::Phase;
use crate::dashboard::keys;
use crate::dashboard::run::Backend;
use crate::dashboard::theme::Role;
use crate::words::units;

impl<W: Backend, L: Loaded> Split<W, L> {
    /// What there is to be shown.
    pub(super) fn view(&self) -> View<'_> {
        let keys = keys::split().filter(|key| self.is_enabled(key));
        let key = |key: &keys::Key| (key.presses[0].label(), key.split_label(self.is_paused()));
        View {
            halves: self.halves.each_ref().map(|half| HalfView {
                name: &half.name,
                state: half.state(),
                note: match &half.phase {
                    Phase::Failed(why) => Some((format!("cannot: {why}"), Role::Bad)),
                    _ => half.notes.last().map(|note| (note.clone(), Role::Warn)),
                },
                values: half.measure.as_ref().map(super::Measure::values),
            }),
            load: [self.load_text(), self.stage_text()],
            keys: keys.map(key).collect(),
            help: self.help,
        }
    }

    fn load_text(&self) -> String {
        let [idle, active] = [self.load.idle, self.load.active].map(|n| units::count(n.into()));
        format!("{idle} idle, {active} active on each, GET {}", self.load.path)
    }

    fn stage_text(&self) -> String {
        let whole = self.load.time.as_secs();
        let held = if self.held { ", held meanwhile" } else { "" };
        match self.stage {
            Stage::Opening => "connections are being opened".to_owned(),
            Stage::Running(_) => {
                let times = self.halves.iter().filter_map(|half| half.measure.as_ref());
                let time = times.map(super::Measure::time).max().unwrap_or_default();
                // What follows is waiting for the last answers.
                let time = time.min(self.load.time).as_secs_f64();
                format!("under load: {time:.1} of {whole} s{held}")
            }
            Stage::Over => format!("the load is over: {whole} s{held}"),
        }
    }
}
