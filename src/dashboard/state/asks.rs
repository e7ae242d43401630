//! What the inspector is asked: of the kernel only what is shown, and no more of it than can be read.

use super::State;
use super::table::TableRow;
use crate::inspect::{AcceptQueue, EXACT_AT_MOST, Question, Wanted, Workers};
use crate::lesson::Run;
use crate::telemetry::{Asks, By};

impl State {
    /// What to ask the inspector; `None` while the picture stands and nothing is kept.
    #[must_use]
    pub fn question(&self) -> Option<Question> {
        let listener = self.live.listener;
        let held = self.live.next_call().is_some();
        let full = |queue: &AcceptQueue| queue.len >= queue.limit;
        let queue = self.live.kernel.as_deref().and_then(|last| last.accept_queue);
        // What is measured while the picture stands is gone forth to.
        let looks = self.back.is_none() || self.history.is_on() || self.lesson_waits();
        (self.dead.is_none() && looks).then(|| Question {
            epfd: listener.map(|listener| listener.epfd).filter(|epfd| held && *epfd >= 0),
            waker: listener.map(|listener| listener.waker).filter(|waker| *waker >= 0),
            // Also while the panel is not shown: what is opened for it stays open.
            runtime: listener
                .filter(|listener| listener.server.asks() == Asks::Runtime)
                .map(|listener| listener.fd),
            usage: Some(self.workers()),
            wanted: self.wanted(),
            // While the queue is full, whoever comes next has to repeat its SYN.
            connecting: queue.as_ref().is_some_and(full) || self.lesson_waits(),
        })
    }

    /// The connections of the table, while they are few.
    fn wanted(&self) -> Wanted {
        let table = &self.live.table;
        // The card tells everything of the selected one.
        let shown = || Wanted::Shown(table.selected().map(TableRow::peer).into_iter().collect());
        let Some(listener) = self.live.listener else { return shown() };
        let open = table.open_rows().take(EXACT_AT_MOST + 1);
        let few: Vec<_> = open.map(|entry| (listener.addr, entry.peer())).collect();
        if few.len() > EXACT_AT_MOST { shown() } else { Wanted::These(few) }
    }

    /// The threads and processes that serve a connection each.
    fn workers(&self) -> Workers {
        let by = self.live.table.open_rows().map(TableRow::by).filter(|by| *by != By::LOOP);
        let (threads, processes): (Vec<By>, Vec<By>) = by.partition(|by| by.tid().is_some());
        Workers {
            process: None,
            own: None,
            threads: threads.into_iter().filter_map(By::tid).collect(),
            processes: processes.into_iter().filter_map(By::pid).collect(),
            soon: self.lesson().is_some_and(Run::awaits_usage),
        }
    }
}
