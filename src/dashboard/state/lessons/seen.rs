//! What a lesson sees of server, kernel and clients: what the dashboard knows.

use std::net::SocketAddr;

use crate::clients::ClientInfo;
use crate::dashboard::state::State;
use crate::dashboard::state::table::TableRow;
use crate::inspect::Snapshot;
use crate::lesson::Seen;
use crate::telemetry::{ConnId, Counters, Errno, Listener, Nanos, Row, Standing};

impl Seen for State {
    fn listener(&self) -> Option<Listener> {
        self.live.listener
    }

    fn standing(&self) -> Standing {
        self.live.standing
    }

    fn counters(&self) -> &Counters {
        &self.live.counters
    }

    fn kernel(&self) -> Option<&Snapshot> {
        self.live.kernel.as_deref()
    }

    fn rows(&self) -> Box<dyn Iterator<Item = Row> + '_> {
        Box::new(self.live.table.open_rows().map(TableRow::row))
    }

    fn row(&self, peer: SocketAddr) -> Option<Row> {
        let entries = self.live.table.entries().iter();
        let its = entries.filter(|entry| entry.peer() == peer);
        its.max_by_key(|entry| entry.id()).map(TableRow::row)
    }

    fn waits(&self, id: ConnId) -> Option<Nanos> {
        self.live.engine.waits_of(id)
    }

    fn clients(&self) -> &[ClientInfo] {
        &self.clients
    }

    fn mmap_epoll(&self) -> Option<Errno> {
        None
    }
}
