//! The real backend that the dashboard watches: the server's thread, the inspector, our clients.

use std::cell::RefCell;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use crossbeam_channel::Receiver;

use super::backend::Backend;
use super::hosting::{Hosting, Next};
use super::run::{Options, run_with, state_of};
use super::state::notice::{Ended, Notice, WhyNot};
use super::state::{Chosen, Lessons};
use crate::class::{Classroom, Host};
use crate::clients::{Act, ClientInfo, ClientKind, Clients, Name, Report};
use crate::descriptors::{self, Limit};
use crate::inspect::{Inspector, Question, Snapshot, Workers, cpu};
use crate::notes::Notes;
use crate::record::log::Scribe;
use crate::server::{Failure, Handle};
use crate::telemetry::{Batch, Command, Control, Gone, Listener, Made, Subscriber};
use crate::words::plain;

/// A server that runs.
pub struct Side {
    /// What the server publishes.
    pub subscriber: Subscriber,
    /// The way for commands to the server.
    pub control: Control,
    /// The server's thread.
    pub server: Handle,
    /// The thread that asks the kernel.
    pub inspector: Inspector,
}

/// What is done with the clients when all is open that the dashboard needs.
pub type Begin = Box<dyn FnOnce(&Clients)>;

/// Saves what is chosen, and says what came of it.
pub type Save = Box<dyn FnMut(&Chosen) -> Notice>;

/// Everything that the dashboard takes over.
pub struct Setup {
    /// The server.
    pub side: Side,
    /// The built-in clients.
    pub clients: Clients,
    /// How they begin.
    pub begin: Begin,
    /// What saves what is chosen, if there is a place for it.
    pub save: Option<Save>,
    /// How it looks and behaves.
    pub options: Options,
    /// What the operator should know from the start.
    pub notices: Vec<Notice>,
    /// What the operator should know as soon as it comes.
    pub told: Receiver<Notice>,
    /// The log, to be closed when a second signal ends the program.
    pub log: Option<Scribe>,
    /// The lessons, and which of them is begun with.
    pub lessons: Lessons,
    /// What is needed to have a class, where there may be one.
    pub hosting: Option<Hosting>,
}

/// Runs the dashboard until the operator quits, then ends the server.
///
/// # Errors
/// When there is no terminal, or it fails, or the server failed.
pub fn run(setup: Setup) -> io::Result<()> {
    let Setup { side, clients, begin, save, options, notices, told, log, lessons, hosting } = setup;
    let addr = side.server.addr;
    let live = Live {
        begin: Some(begin),
        save,
        told,
        log: log.clone(),
        hosting,
        ..Live::new(side, clients)
    };
    let mut state = state_of(Some(addr), None, &options, notices);
    state.set_lessons(lessons);
    run_with(live, state, &options, log)
}

/// The way to a server and back.
pub(super) struct Link {
    subscriber: Subscriber,
    control: Control,
    /// `None` once its end was shown.
    server: Option<Handle>,
    inspector: Inspector,
}

impl From<Side> for Link {
    fn from(side: Side) -> Self {
        let Side { subscriber, control, server, inspector } = side;
        Self { subscriber, control, server: Some(server), inspector }
    }
}

/// A server without clients of our own.
impl Backend for Link {
    fn drain(&mut self, each: &mut dyn FnMut(&Batch)) -> bool {
        self.subscriber.drain(&self.control, each)
    }

    fn send(&self, command: Command) -> Result<(), Gone> {
        self.control.send(command)
    }

    fn ended(&mut self) -> Option<Result<Option<Ended>, Failure>> {
        let server = self.server.take_if(|server| server.is_finished())?;
        Some(server.join().map(|_| None))
    }

    fn ask(&self, mut question: Question) {
        // The state knows the threads of the table; the server's own is not in it.
        if let Some(workers) = &mut question.usage {
            workers.own = self.thread().or(workers.own);
        }
        self.inspector.ask(question);
    }

    fn latest(&self) -> Option<Snapshot> {
        self.inspector.latest()
    }

    fn made(&self) -> Made {
        self.subscriber.made()
    }

    fn cpu(&self, mut workers: Workers) -> Option<Duration> {
        workers.own = Some(self.thread()?);
        cpu(&workers)
    }
}

impl Link {
    /// The server's own thread, while it runs.
    fn thread(&self) -> Option<i32> {
        self.server.as_ref().map(|server| server.thread_id)
    }
}

/// A server with the built-in clients.
pub(super) struct Live {
    link: Link,
    clients: Clients,
    /// Taken when it is called.
    begin: Option<Begin>,
    save: Option<Save>,
    told: Receiver<Notice>,
    /// The last known listener, and which clients come back when another server has it.
    seen: Option<Listener>,
    guests: RefCell<Vec<ClientKind>>,
    /// While a lesson runs; without them where they could not be started.
    notes: Option<io::Result<Notes>>,
    /// The limit of descriptors, while a lesson has another one.
    unlimited: Option<Limit>,
    log: Option<Scribe>,
    hosting: Option<Hosting>,
    /// What came of that.
    says: RefCell<Vec<Notice>>,
}

impl Live {
    /// A server and clients, and nothing else.
    pub(super) fn new(side: Side, clients: Clients) -> Self {
        Self {
            link: side.into(),
            clients,
            begin: None,
            save: None,
            told: crossbeam_channel::never(),
            seen: None,
            guests: RefCell::default(),
            unlimited: None,
            notes: None,
            log: None,
            hosting: None,
            says: RefCell::default(),
        }
    }

    /// The same with a class.
    pub(super) fn with_class(self, hosting: Hosting) -> Self {
        Self { hosting: Some(hosting), ..self }
    }

    /// A switch of servers closes every connection. Clients of our own that were here when it was
    /// asked for come again, or the room would stay empty.
    fn come_back(&mut self, listener: Option<Listener>) {
        let before = self.seen;
        self.seen = listener.or(before);
        let run = |listener: Listener| listener.run;
        if let (Some(before), Some(listener)) = (before, self.seen)
            && before.addr != listener.addr
        {
            self.clients.retarget(listener.addr);
        }
        if before.is_some() && before.map(run) != self.seen.map(run) {
            self.clients.stop_all();
            // Not to a place that it only passes.
            if !self.passes() {
                for kind in self.guests.take() {
                    self.clients.add(kind, 1);
                }
            }
        }
    }

    /// Whether the server that is shown is on its way from one socket to another.
    fn passes(&self) -> bool {
        self.hosting.as_ref().is_some_and(Hosting::passes)
    }

    /// Has something done for the class, and does what is to be done for that.
    fn host(&mut self, what: impl FnOnce(&mut Hosting, Option<SocketAddr>) -> Vec<Next>) {
        let (shown, passes) = (self.seen.map(|listener| listener.addr), self.passes());
        let next = self.hosting.as_mut().map(|hosting| what(hosting, shown)).unwrap_or_default();
        for next in next {
            match next {
                // One that has ended moves nowhere. Who was there when it began to pass comes back.
                Next::Move if passes => drop(self.link.send(Command::Move)),
                Next::Move => drop(self.send(Command::Move)),
                Next::Tell(notice) => self.says.get_mut().push(notice),
            }
        }
    }
}

impl Backend for Live {
    fn begin(&mut self) {
        if let Some(begin) = self.begin.take() {
            begin(&self.clients);
        }
    }

    fn drain(&mut self, each: &mut dyn FnMut(&Batch)) -> bool {
        let mut listener = None;
        let open = self.link.drain(&mut |batch| {
            listener = batch.listener;
            each(batch);
        });
        self.come_back(listener);
        self.host(Hosting::go_on);
        open
    }

    fn send(&self, command: Command) -> Result<(), Gone> {
        // A change of an option may take a fresh server, too.
        use Command as C;
        if let C::Switch(_) | C::Set(_) | C::SuitLessons(_) | C::Move = command {
            let clients = self.clients.list();
            let here = clients.iter().filter(|client| !client.ended);
            *self.guests.borrow_mut() = here.map(|client| client.kind).collect();
        }
        // What is the class's is done by the server that its telephones come to.
        if let C::Tell | C::Class { .. } = command
            && let Some(done) = self.hosting.as_ref().and_then(|hosting| hosting.send(command))
        {
            return done;
        }
        self.link.send(command)
    }

    fn ended(&mut self) -> Option<Result<Option<Ended>, Failure>> {
        self.link.ended()
    }

    fn notices(&self) -> Vec<Notice> {
        self.says.take().into_iter().chain(self.told.try_iter()).collect()
    }

    fn ask(&self, question: Question) {
        self.link.ask(question);
    }

    fn latest(&self) -> Option<Snapshot> {
        self.link.latest()
    }

    fn made(&self) -> Made {
        self.link.made()
    }

    fn class(&self) -> Option<&Classroom> {
        self.hosting.as_ref()?.room()
    }

    fn telephones(&self) -> Option<Host> {
        self.hosting.as_ref().map_or(Some(Host::None), Hosting::telephones)
    }

    fn can_have_class(&self) -> bool {
        self.hosting.is_some()
    }

    fn open_class(&mut self) {
        self.host(Hosting::open);
    }

    fn set_beside(&mut self, beside: bool) {
        if let Some(hosting) = &mut self.hosting {
            hosting.set_beside(beside);
        }
    }

    fn scribe(&self) -> Option<&Scribe> {
        self.log.as_ref()
    }

    fn add_clients(&self, kind: ClientKind, count: usize) {
        self.clients.add(kind, count);
    }

    fn stop_clients(&self) {
        self.clients.stop_all();
    }

    fn stop_client(&self, id: u32) {
        self.clients.stop(id);
    }

    fn show_notes(&mut self, page: Option<String>) -> Option<Notice> {
        let Some(page) = page else {
            self.notes = None;
            return None;
        };
        let first = self.notes.is_none();
        match self.notes.get_or_insert_with(Notes::start) {
            Ok(notes) => {
                notes.show(page);
                None
            }
            // Said once in a lesson.
            Err(error) => first.then(|| Notice::NoNotes(plain(&*error))),
        }
    }

    fn tell(&self, name: Name, act: Act) {
        self.clients.puppet(name, act);
    }

    fn reports(&self) -> Vec<Report> {
        self.clients.reports().collect()
    }

    fn limit_descriptors(&mut self, free: Option<u32>) {
        // Where it cannot be changed the lesson sees that nothing comes of it.
        if let Some(before) = self.unlimited.take() {
            let _ = descriptors::limit(before);
        }
        self.unlimited = free.and_then(|free| descriptors::leave(free).ok());
    }

    fn save(&mut self, choice: &Chosen) -> Notice {
        match &mut self.save {
            Some(save) => save(choice),
            None => Notice::NotNow(WhyNot::NoSettings),
        }
    }

    fn clients(&self) -> Arc<Vec<ClientInfo>> {
        self.clients.list()
    }
}
