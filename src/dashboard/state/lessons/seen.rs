//! What a lesson sees of server, kernel and clients: what the dashboard knows.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use crate::attach;
use crate::class::Host;
use crate::clients::{ClientInfo, Name};
use crate::dashboard::state::Scene;
use crate::dashboard::state::table::TableRow;
use crate::inspect::{Snapshot, mmap_of};
use crate::lesson::{Puppet, Seen};
use crate::telemetry::{ConnId, Counters, Listener, Mask, Nanos, Ret, Row, Standing};

/// What a lesson sees.
pub(super) struct Sight<'a> {
    pub(super) scene: &'a Scene,
    pub(super) clients: &'a [ClientInfo],
    pub(super) puppets: &'a BTreeMap<Name, Puppet>,
    pub(super) telephones: Option<Host>,
}

impl Seen for Sight<'_> {
    fn listener(&self) -> Option<Listener> {
        self.scene.listener
    }

    fn standing(&self) -> Standing {
        self.scene.standing
    }

    fn counters(&self) -> &Counters {
        &self.scene.counters
    }

    fn kernel(&self) -> Option<&Snapshot> {
        self.scene.kernel.as_deref()
    }

    fn open(&self) -> usize {
        self.scene.table.open()
    }

    fn rows(&self) -> Box<dyn Iterator<Item = Row> + '_> {
        Box::new(self.scene.table.open_rows().map(TableRow::row))
    }

    fn row(&self, peer: SocketAddr) -> Option<Row> {
        let entries = self.scene.table.entries().iter();
        let newest = entries.filter(|entry| entry.peer() == peer).max_by_key(|entry| entry.id())?;
        Some(newest.row())
    }

    fn waits(&self, id: ConnId) -> Option<Nanos> {
        let fd = self.scene.table.get(id)?.fd();
        let engine = &self.scene.engine;
        let queue = engine.measured()?.queues.iter().find(|queue| queue.fd == fd)?;
        Some(engine.waits(queue))
    }

    fn clients(&self) -> &[ClientInfo] {
        self.clients
    }

    fn client(&self, name: Name) -> Option<Puppet> {
        self.puppets.get(&name).copied()
    }

    fn telephones(&self) -> Option<Host> {
        self.telephones
    }

    fn mmap_epoll(&self) -> Option<Ret> {
        let epfd = self.scene.listener?.epfd;
        (epfd >= 0).then(|| mmap_of(epfd))
    }

    fn interest_of(&self, program: &str) -> Option<Mask> {
        attach::interest_of(program)
    }
}
