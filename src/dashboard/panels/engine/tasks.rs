//! `coroutines`: a task for each connection, over the runtime's loop.

use super::columns::{Body, Cell};
use super::halves::{Contents, Sizes};
use super::painter::Painter;
use super::sleepers::{by_call, headed, most, whole};
use crate::dashboard::state::explain::thing::Part;
use crate::dashboard::state::table::TableRow;
use crate::inspect::Timeout;
use crate::telemetry::{Kind, Row, Stance};
use crate::words::{result, strings};

/// What they are parked on at most times.
const WAITS: [Kind; 2] = [Kind::Recv, Kind::Send];

impl Painter<'_> {
    pub(super) fn tasks(&self, sizes: Sizes) -> Contents {
        let (parked, awake): (Vec<&TableRow>, Vec<&TableRow>) = self
            .table
            .rows_by_fd()
            .partition(|row| !matches!(row.within(), None | Some(Kind::Handler)));
        let say = &strings().engine;
        let (parked_count, awake_count) = (parked.len(), awake.len());
        let over = if parked.is_empty() {
            Body::Run(self.nothing(say.none_parked))
        } else {
            headed(by_call(&WAITS, &parked, most(sizes.width * sizes.above), task))
        };
        let under = if awake.is_empty() {
            Body::Run(self.nothing(say.none_runs))
        } else {
            let mark = self.theme.glyph("▸", ">");
            let running = |row: &Row| running(row).map(|text| format!("{mark}{text}"));
            Body::Columns(vec![whole(&awake, most(sizes.width * sizes.below), running)])
        };
        let waits = self.runtime().and_then(|view| Some((view.epfd, view.waits?)));
        let looks = match (self.engine.standing().stance, waits) {
            (Stance::Waiting(_), Some((epfd, timeout))) => {
                let most = match timeout {
                    Timeout::Never => None,
                    Timeout::After(ms) => Some(self.duration(u64::from(ms) * 1_000_000)),
                };
                (say.asleep_in_its_wait)(epfd, most.as_deref())
            }
            (Stance::Waiting(_), None) => say.asleep_in_runtime.into(),
            (Stance::Held(_), _) => say.loop_held.into(),
            _ => say.at_work.into(),
        };
        Contents {
            above: vec![say.tasks.into(), say.parked.into(), (say.wait)(parked_count)],
            over,
            short: (say.count_parked)(parked_count),
            boundary: (say.count_tasks)(parked_count + awake_count, &looks).into(),
            below: vec![
                say.runtime.into(),
                say.tasks_it_runs.into(),
                (say.not_parked)(awake_count),
            ],
            under,
            brief: (say.not_parked)(awake_count),
            parts: [Part::Parked, Part::Running],
            history: false,
        }
    }
}

/// `task 3, fd 11`
fn task(row: &Row) -> Cell {
    let say = &strings().engine;
    let task = (say.task)(row.id.get());
    [format!("{task}{}{}", strings().marks.comma, (say.fd)(row.fd)), task, row.id.to_string()]
}

/// `task 7: recv(15) = 84`
fn running(row: &Row) -> Cell {
    let does = match row.within {
        Some(kind) => kind.name().to_owned(),
        None => row.last_call(&result(row.last_ret), &format!("({}) = ", row.fd)),
    };
    [
        (strings().engine.task_last)(row.id.get(), &does),
        format!("{}{}{does}", row.id, strings().marks.colon),
        row.id.to_string(),
    ]
}
