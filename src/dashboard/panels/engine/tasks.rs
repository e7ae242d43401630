//! `coroutines`: a task for each connection, over the runtime's loop.

use super::halves::{Contents, Sizes, capped};
use super::painter::Painter;
use crate::dashboard::state::table::TableRow;
use crate::dashboard::theme::Role;
use crate::telemetry::{Kind, Stance};
use crate::words::{result, strings};

/// From this width on a task is described in a sentence.
const SENTENCE: usize = 36;

impl Painter<'_> {
    pub(super) fn tasks(&self, sizes: Sizes) -> Contents {
        let (parked, awake): (Vec<&TableRow>, Vec<&TableRow>) = self
            .table
            .rows_by_fd()
            .partition(|row| !matches!(row.within(), None | Some(Kind::Handler)));
        let long = sizes.width >= SENTENCE;
        let cell = if long { sizes.width / (sizes.width / SENTENCE).max(1) - 1 } else { 0 };
        let say = &strings().engine;
        let (parked_count, awake_count) = (parked.len(), awake.len());
        let over = if parked.is_empty() {
            self.nothing(say.none_parked)
        } else {
            capped(parked.into_iter(), sizes.width * sizes.above, |row| {
                let row = row.row();
                let on = row.within.map_or("", Kind::name);
                let text = if long {
                    (say.parked_on)(row.id.get(), on, row.fd)
                } else {
                    format!("{}:{on}({})", row.id, row.fd)
                };
                self.token(format!("{text:<cell$}"), Role::Text)
            })
        };
        let under = if awake.is_empty() {
            self.nothing(say.none_runs)
        } else {
            capped(awake.into_iter(), sizes.width * sizes.below, |row| {
                let row = row.row();
                let mark = self.theme.glyph("▸", ">");
                let last = format!("{}({}) = {}", row.last.name(), row.fd, result(row.last_ret));
                let text = if long {
                    format!("{mark}{}", (say.task_last)(row.id.get(), &last))
                } else {
                    format!("{mark}{}", row.id)
                };
                self.token(format!("{text:<cell$}"), Role::Program)
            })
        };
        let looks = match self.engine.standing().stance {
            Stance::Waiting => say.asleep_in_runtime,
            Stance::Held(_) => say.loop_held,
            _ => say.at_work,
        };
        Contents {
            above: vec![say.tasks.into(), say.parked.into(), (say.wait)(parked_count)],
            over,
            short: (say.count_parked)(parked_count),
            boundary: (say.count_tasks)(parked_count + awake_count, looks).into(),
            below: vec![
                say.runtime.into(),
                say.tasks_it_runs.into(),
                (say.not_parked)(awake_count),
            ],
            under,
            brief: (say.not_parked)(awake_count),
            history: false,
        }
    }
}
