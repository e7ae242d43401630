//! The handlers of requests: which wait in the pool's queue, which run, and where.

use std::collections::HashMap;

use foldhash::fast::RandomState;

use crate::telemetry::{ConnId, Event, Fd, Kind, Nanos, Row, What};

/// A request's handler.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Job {
    /// The connection that waits for it.
    pub fd: Fd,
    /// Its path; `None` where the event that says so was left out.
    pub route: Option<&'static str>,
    /// The thread of the pool that runs it; likewise.
    pub tid: Option<i32>,
    /// For how long it has run or waited; likewise.
    pub time: Option<Nanos>,
}

/// What the events said last of a connection's handler.
#[derive(Clone, Copy, Debug)]
struct Told {
    kind: Kind,
    route: &'static str,
    tid: Option<i32>,
    since: Nanos,
}

/// What the events said of the handlers that are not over.
#[derive(Clone, Debug, Default)]
pub(super) struct Handlers(HashMap<ConnId, Told, RandomState>);

impl Handlers {
    pub(super) fn apply(&mut self, event: &Event) {
        let Some(id) = event.conn else { return };
        match event.what {
            What::Queued { route } | What::Handler { route } => {
                let (kind, tid) = (event.what.kind(), event.by.tid());
                self.0.insert(id, Told { kind, route, tid, since: event.time });
            }
            What::Handled { .. } => self.forget(id),
            _ => {}
        }
    }

    /// The handler of a connection whose row says that it runs or waits.
    pub(super) fn job(&self, row: &Row, now: Nanos) -> Job {
        let told = self.0.get(&row.id).filter(|told| row.within == Some(told.kind));
        Job {
            fd: row.fd,
            route: told.map(|told| told.route),
            tid: told.and_then(|told| told.tid),
            time: told.map(|told| now.saturating_sub(told.since)),
        }
    }

    /// A connection is closed, whatever the events said.
    pub(super) fn forget(&mut self, id: ConnId) {
        self.0.remove(&id);
    }
}
