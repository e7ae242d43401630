//! What the dashboard watches and steers: a server of our own, a program that is traced, or what a test
//! makes up.

use std::sync::Arc;
use std::time::Duration;

use super::state::Chosen;
use super::state::notice::{Ended, Notice, WhyNot};
use crate::class::{Classroom, Host};
use crate::clients::{self, ClientInfo, ClientKind, Name, Report};
use crate::inspect::{Question, Snapshot, Workers};
use crate::record::log::Scribe;
use crate::server::Failure;
use crate::telemetry::{Batch, Command, Gone, Made, Nanos};
use crate::trace::{Excerpt, Legible};

/// What the dashboard watches and steers.
pub trait Backend {
    /// Called once, when all is open that the dashboard needs.
    fn begin(&mut self) {}
    /// Hands over every batch that has arrived; `false` once the server has ended and all is read.
    fn drain(&mut self, each: &mut dyn FnMut(&Batch)) -> bool;
    /// Sends a command to the server.
    ///
    /// # Errors
    /// [`Gone`] when the server has ended.
    fn send(&self, command: Command) -> Result<(), Gone>;
    /// How the server ended, given once; `None` while it runs. Where it ends by rules of its own, or is
    /// a program of its own, with what that means.
    fn ended(&mut self) -> Option<Result<Option<Ended>, Failure>>;
    /// What else the operator should know, each given once.
    fn notices(&self) -> Vec<Notice> {
        Vec::new()
    }
    /// Asks the inspector.
    fn ask(&self, question: Question);
    /// The inspector's newest answer, if one has come since the last call.
    fn latest(&self) -> Option<Snapshot>;
    /// Time on a CPU of the server's own thread and of these workers, where it is known.
    fn cpu(&self, _workers: Workers) -> Option<Duration> {
        None
    }
    /// Adds clients of our own, where there can be any.
    fn add_clients(&self, _kind: ClientKind, _count: usize) {}
    /// Stops all of them.
    fn stop_clients(&self) {}
    /// Stops one of them.
    fn stop_client(&self, _id: u32) {}
    /// Tells a client with a name what to do.
    fn tell(&self, _name: Name, _act: clients::Act) {}
    /// What those have reported since this was last asked.
    fn reports(&self) -> Vec<Report> {
        Vec::new()
    }
    /// That many more descriptors can be opened by this program, or as many as before.
    fn limit_descriptors(&mut self, _free: Option<u32>) {}
    /// Shows the speaker's notes in other terminals, or none any more; says why that cannot be.
    fn show_notes(&mut self, _page: Option<String>) -> Option<Notice> {
        None
    }
    /// Saves what is chosen, where there is a place for it, and says what came of it.
    fn save(&mut self, _choice: &Chosen) -> Notice {
        Notice::NotNow(WhyNot::NoSettings)
    }
    /// How often each line of the server has made its call.
    fn made(&self) -> Made {
        Made::default()
    }
    /// By how much each call of a program that is traced is held up at least.
    fn delay(&self) -> Option<Nanos> {
        None
    }
    /// Of another program: what it has written, if that is more than so many bytes.
    fn written(&self, _all: u64) -> Option<Excerpt> {
        None
    }
    /// Of another program: whether its source can be shown.
    fn legible(&self) -> Legible {
        Legible::default()
    }
    /// The class in the room, if there is one.
    fn class(&self) -> Option<&Classroom> {
        None
    }
    /// Which server its telephones come to; `None` while they are on the way from one to another.
    fn telephones(&self) -> Option<Host> {
        Some(Host::None)
    }
    /// Whether a class can be let in where there is none.
    fn can_have_class(&self) -> bool {
        false
    }
    /// Lets one in.
    fn open_class(&mut self) {}
    /// Its telephones are to come to a server beside the one that is shown, or to that.
    fn set_beside(&mut self, _beside: bool) {}
    /// What writes a log of this, where one is written.
    fn scribe(&self) -> Option<&Scribe> {
        None
    }
    /// How they are.
    fn clients(&self) -> Arc<Vec<ClientInfo>> {
        Arc::default()
    }
}
