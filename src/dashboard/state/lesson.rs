//! The lesson that is given, and what it sees of the state.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Instant;

use super::{Scene, State};
use crate::clients::{ClientInfo, Name, Report, Reported};
use crate::inspect::{Snapshot, mmap_of};
use crate::lesson::{Act, Lesson, Puppet, Run, Seen, Shelf};
use crate::telemetry::{ConnId, Counters, Listener, Nanos, Ret, Row, Standing};

/// Lessons, and which of them is begun with.
#[derive(Clone, Debug, Default)]
pub struct Lessons {
    /// All of them.
    pub shelf: Shelf,
    /// The one that is begun with.
    pub first: Option<Arc<Lesson>>,
}

impl State {
    /// These lessons can be given.
    pub fn set_lessons(&mut self, lessons: Lessons) {
        self.shelf = Arc::new(lessons.shelf);
        if let Some(first) = lessons.first {
            self.begin_lesson(first);
        }
    }

    /// The lessons that can be given.
    #[must_use]
    pub fn lessons(&self) -> &[Arc<Lesson>] {
        self.shelf.lessons()
    }

    /// The lesson that is given, or was left.
    #[must_use]
    pub fn lesson(&self) -> Option<&Run> {
        self.lesson.as_deref()
    }

    /// The same, to go on with it.
    pub fn lesson_mut(&mut self) -> Option<&mut Run> {
        self.changed = true;
        self.lesson.as_deref_mut()
    }

    /// Begins a lesson.
    pub fn begin_lesson(&mut self, lesson: Arc<Lesson>) {
        self.lesson = Some(Box::new(Run::new(lesson)));
        self.changed = true;
    }

    /// The lesson goes on to that time; what it wants done is returned.
    pub(in crate::dashboard) fn lesson_goes_on(&mut self, now: Instant) -> Vec<Act> {
        let Some(mut run) = self.lesson.take() else { return Vec::new() };
        let before = (run.at(), run.phase());
        let Self { live: scene, clients, puppets, .. } = &*self;
        let acts = run.tick(now, &Sight { scene, clients, puppets });
        self.changed |= before != (run.at(), run.phase());
        self.lesson = Some(run);
        acts
    }

    /// Takes over what a client with a name has reported.
    pub(in crate::dashboard) fn report(&mut self, report: &Report) {
        let puppet = self.puppets.entry(report.name).or_default();
        match report.what {
            Reported::Connecting(local) => (puppet.local, puppet.connected) = (Some(local), false),
            Reported::Connected(local) => (puppet.local, puppet.connected) = (Some(local), true),
            _ => {}
        }
        let over = report.order.is_some() && !matches!(report.what, Reported::Connecting(_));
        puppet.done += u64::from(over);
    }

    /// Whether a lesson waits for something to happen.
    #[must_use]
    pub(in crate::dashboard) fn lesson_waits(&self) -> bool {
        self.lesson().is_some_and(Run::is_busy)
    }
}

/// What a lesson sees.
struct Sight<'a> {
    scene: &'a Scene,
    clients: &'a [ClientInfo],
    puppets: &'a BTreeMap<Name, Puppet>,
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
        Box::new(self.scene.table.open_rows().map(super::TableRow::row))
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

    fn mmap_epoll(&self) -> Option<Ret> {
        let epfd = self.scene.listener?.epfd;
        (epfd >= 0).then(|| mmap_of(epfd))
    }
}
