//! The real world that the dashboard watches: the server's thread, the inspector, our clients.

use std::io;
use std::sync::Arc;

use super::run::{Options, World, run_with};
use crate::clients::{ClientInfo, ClientKind, Clients};
use crate::inspect::{Inspector, Question, Snapshot};
use crate::server::Handle;
use crate::telemetry::{Batch, Command, Control, Gone, Subscriber};

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
    let live = Live { subscriber, control, server: Some(server), inspector, clients };
    run_with(live, addr, options, notices)
}

struct Live {
    subscriber: Subscriber,
    control: Control,
    /// `None` once its end was told.
    server: Option<Handle>,
    inspector: Inspector,
    clients: Clients,
}

impl World for Live {
    fn drain(&mut self, each: &mut dyn FnMut(&Batch)) -> bool {
        self.subscriber.drain(&self.control, each)
    }

    fn send(&self, command: Command) -> Result<(), Gone> {
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
