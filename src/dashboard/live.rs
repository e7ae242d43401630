//! The real world that the dashboard watches: the server's thread, the inspector, our clients.

use std::cell::RefCell;
use std::io;
use std::sync::Arc;

use super::run::{Options, World, run_with};
use crate::clients::{ClientInfo, ClientKind, Clients};
use crate::inspect::{Inspector, Question, Snapshot};
use crate::server::Handle;
use crate::telemetry::{Batch, Command, Control, Gone, ServerKind, Subscriber};

/// Everything that the dashboard takes over.
pub struct Setup {
    /// What the server tells.
    pub subscriber: Subscriber,
    /// What the server is told.
    pub control: Control,
    /// The server's thread.
    pub server: Handle,
    /// Who asks the kernel.
    pub inspector: Inspector,
    /// The built-in clients.
    pub clients: Clients,
    /// How it looks and behaves.
    pub options: Options,
    /// What the operator should know from the start.
    pub notices: Vec<String>,
}

/// Runs the dashboard until the operator quits, then ends the server.
///
/// # Errors
/// When there is no terminal, or it fails, or the server failed.
pub fn run(setup: Setup) -> io::Result<()> {
    let Setup { subscriber, control, server, inspector, clients, options, notices } = setup;
    let addr = server.addr;
    let live = Live {
        subscriber,
        control,
        server: Some(server),
        inspector,
        clients,
        seen: None,
        guests: RefCell::default(),
    };
    run_with(live, addr, options, notices)
}

struct Live {
    subscriber: Subscriber,
    control: Control,
    /// `None` once its end was told.
    server: Option<Handle>,
    inspector: Inspector,
    clients: Clients,
    /// Which server was last heard of, and who shall come back when it is another.
    seen: Option<ServerKind>,
    guests: RefCell<Vec<ClientKind>>,
}

impl Live {
    /// A switch of servers closes every connection. Whoever was here when it was asked for comes
    /// again, or the room would stay empty.
    fn come_back(&mut self, server: Option<ServerKind>) {
        let before = self.seen;
        self.seen = server.or(before);
        if before.is_some() && before != self.seen {
            self.clients.stop_all();
            for kind in self.guests.take() {
                self.clients.add(kind, 1);
            }
        }
    }
}

impl World for Live {
    fn drain(&mut self, each: &mut dyn FnMut(&Batch)) -> bool {
        let mut server = None;
        let open = self.subscriber.drain(&self.control, |batch| {
            server = batch.listener.map(|listener| listener.server);
            each(batch);
        });
        self.come_back(server);
        open
    }

    fn send(&self, command: Command) -> Result<(), Gone> {
        if let Command::Switch(_) = command {
            let clients = self.clients.list();
            let here = clients.iter().filter(|client| !client.ended);
            *self.guests.borrow_mut() = here.map(|client| client.kind).collect();
        }
        self.control.send(command)
    }

    fn ended(&mut self) -> Option<Result<(), String>> {
        let server = self.server.take_if(|server| server.is_finished())?;
        Some(server.join().map(|_| ()))
    }

    fn ask(&self, mut question: Question) {
        // The state knows the threads of the table; the server's own is not in it.
        if let (Some(workers), Some(server)) = (&mut question.usage, &self.server) {
            workers.own = Some(server.thread_id);
        }
        self.inspector.ask(question);
    }

    fn latest(&self) -> Option<Snapshot> {
        self.inspector.latest()
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

    fn clients(&self) -> Arc<Vec<ClientInfo>> {
        self.clients.list()
    }
}
