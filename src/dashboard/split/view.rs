//! What the picture shows, as words.

use super::draw::{HalfView, View};
use super::{Load, Loaded, Split, Stage};
use crate::compare::drive::Phase;
use crate::dashboard::backend::Backend;
use crate::dashboard::keys;
use crate::dashboard::theme::Role;
use crate::words::strings;

impl<W: Backend, L: Loaded> Split<W, L> {
    /// What there is to be shown.
    pub(super) fn view(&self) -> View<'_> {
        let keys = keys::split().filter(|key| key.id != keys::Id::Language && self.is_enabled(key));
        let key = |key: &keys::Key| Some((key.first()?, key.split_label(self.is_paused())));
        View {
            halves: self.halves.each_ref().map(|half| HalfView {
                name: &half.name,
                state: half.state(),
                note: match &half.phase {
                    Phase::Failed(why) => Some(((strings().split.cannot)(why), Role::Bad)),
                    _ => half.notes.last().map(|note| (note.text(), Role::Warn)),
                },
                values: half.measure.as_ref().map(super::Measure::values),
            }),
            load: [self.load_text(), self.stage_text()],
            keys: keys.filter_map(key).collect(),
            help: self.help,
        }
    }

    fn load_text(&self) -> String {
        let Load { idle, active, path, .. } = &self.load;
        (strings().split.load)(*idle, *active, path)
    }

    fn stage_text(&self) -> String {
        let whole = self.load.time.as_secs();
        let say = &strings().split;
        match self.stage {
            Stage::Opening => say.opening.to_owned(),
            Stage::Running(_) => {
                let times = self.halves.iter().filter_map(|half| half.measure.as_ref());
                let time = times.map(super::Measure::time).max().unwrap_or_default();
                // What follows is waiting for the last answers.
                let time = time.min(self.load.time).as_secs_f64();
                (say.under_load)(time, whole, self.held)
            }
            Stage::Over => (say.over)(whole, self.held),
        }
    }
}
