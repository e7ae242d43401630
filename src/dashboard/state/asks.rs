//! What the inspector is asked: of the kernel only what is shown, and no more of it than can be read.

use std::net::SocketAddr;

use super::State;
use super::table::TableRow;
use crate::inspect::{AcceptQueue, EXACT_AT_MOST, Listening, Question, Snapshot, Wanted, Workers};
use crate::lesson::Run;
use crate::telemetry::{Asks, By, Local, OtherKind};

/// At so many addresses is looked at most, beside the first listener's: each is a condition in a program
/// that the kernel runs for every socket.
const ADDRESSES: usize = 256;

impl State {
    /// What to ask the inspector; `None` while the picture stands and nothing is kept.
    #[must_use]
    pub fn question(&self) -> Option<Question> {
        let listener = self.live.listener;
        let held = self.live.next_call().is_some();
        let full = |queue: AcceptQueue| queue.len >= queue.limit;
        let mut queues = self.live.kernel.iter().flat_map(|last| Snapshot::accept_queues(last));
        // What is measured while the picture stands is gone forth to.
        let looks = self.back.is_none() || self.history.is_on() || self.lesson_waits();
        // Of a program that is traced the first listener is another's to know.
        let ours = listener.filter(|_| self.options.program.is_none());
        (self.dead.is_none() && looks).then(|| Question {
            addr: ours.map(|listener| listener.addr),
            epfd: listener.map(|listener| listener.epfd).filter(|epfd| held && *epfd >= 0),
            waker: listener.map(|listener| listener.waker).filter(|waker| *waker >= 0),
            // Also while the panel is not shown: what is opened for it stays open.
            runtime: listener
                .filter(|listener| listener.server.asks() == Asks::Runtime)
                .map(|listener| listener.fd),
            usage: Some(self.workers()),
            wanted: self.wanted(),
            others: self.other_listeners(),
            // While a queue is full, whoever comes next has to repeat its SYN.
            connecting: queues.any(full) || self.lesson_waits(),
        })
    }

    /// The connections of the table, while they are few.
    fn wanted(&self) -> Wanted {
        let table = &self.live.table;
        // The card tells everything of the selected one.
        let shown = || Wanted::Shown(table.selected().map(TableRow::peer).into_iter().collect());
        let at = self.live.listener.map(|listener| listener.addr);
        let open = table.open_rows().take(EXACT_AT_MOST + 1);
        let ends = |entry: &TableRow| Some((entry.local().address().or(at)?, entry.peer()));
        let few: Option<Vec<_>> = open.map(ends).collect();
        few.filter(|few| few.len() <= EXACT_AT_MOST).map_or_else(shown, Wanted::These)
    }

    /// Where a program listens beside its first listener, and where it has connections though nobody
    /// listens there any more.
    fn other_listeners(&self) -> Vec<Listening> {
        let listeners = self.live.others.list.iter();
        let listeners = listeners.filter(|other| other.kind == OtherKind::Listener);
        let others = listeners.filter_map(|it| Some(Listening { addr: it.at?, inode: it.inode }));
        let mut others: Vec<Listening> = others.collect();
        let mut ends: Vec<Local> = self.live.table.open_rows().map(TableRow::local).collect();
        ends.sort_unstable();
        ends.dedup();
        let first = self.live.listener.map(|listener| listener.addr);
        for end in ends.into_iter().filter_map(Local::address) {
            let has = |at: SocketAddr| {
                let ip = at.ip().to_canonical();
                at.port() == end.port() && (ip.is_unspecified() || ip == end.ip())
            };
            if !first.into_iter().chain(others.iter().map(|it| it.addr)).any(has) {
                others.push(Listening { addr: end, inode: 0 });
            }
        }
        others.truncate(ADDRESSES);
        others
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
