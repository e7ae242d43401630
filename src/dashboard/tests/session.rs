//! The event loop without a terminal and without a server.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crossterm::event::{Event, KeyCode, KeyEvent, KeyModifiers};

use super::feed::{classroom, id};
use super::state;
use crate::clients::{ClientInfo, ClientKind};
use crate::dashboard::backend::Backend;
use crate::dashboard::session::Session;
use crate::dashboard::state::Action;
use crate::dashboard::state::notice::Ended;
use crate::inspect::{Question, Snapshot};
use crate::server::Failure;
use crate::telemetry::{Batch, Command, Gone};

/// What the backend was asked for, and what it will say.
#[derive(Default)]
struct ScriptedRun {
    batches: Vec<Batch>,
    commands: Vec<Command>,
    questions: Vec<Question>,
    added: Vec<(ClientKind, usize)>,
    stopped: usize,
    stopped_one: Vec<u32>,
    clients: Arc<Vec<ClientInfo>>,
    ended: Option<Result<Option<Ended>, Failure>>,
}

#[derive(Clone, Default)]
struct Fake(Rc<RefCell<ScriptedRun>>);

impl Backend for Fake {
    fn drain(&mut self, each: &mut dyn FnMut(&Batch)) -> bool {
        self.0.borrow_mut().batches.drain(..).for_each(|batch| each(&batch));
        true
    }

    fn send(&self, command: Command) -> Result<(), Gone> {
        self.0.borrow_mut().commands.push(command);
        Ok(())
    }

    fn ended(&mut self) -> Option<Result<Option<Ended>, Failure>> {
        self.0.borrow_mut().ended.take()
    }

    fn ask(&self, question: Question) {
        self.0.borrow_mut().questions.push(question);
    }

    fn latest(&self) -> Option<Snapshot> {
        None
    }

    fn add_clients(&self, kind: ClientKind, count: usize) {
        self.0.borrow_mut().added.push((kind, count));
    }

    fn stop_clients(&self) {
        self.0.borrow_mut().stopped += 1;
    }

    fn stop_client(&self, id: u32) {
        self.0.borrow_mut().stopped_one.push(id);
    }

    fn clients(&self) -> Arc<Vec<ClientInfo>> {
        self.0.borrow().clients.clone()
    }
}

fn press(session: &mut Session<Fake>, keys: &str) -> Vec<Action> {
    let keys = keys.chars().map(|c| KeyEvent::new(KeyCode::Char(c), KeyModifiers::NONE));
    keys.flat_map(|key| session.terminal_event(Event::Key(key))).collect()
}

#[test]
fn the_loop_carries_what_is_told_both_ways() {
    let fake = Fake::default();
    let told = fake.0.clone();
    let start = Instant::now();
    let mut session = Session::new(fake, state(80, 24), start);
    told.borrow_mut().batches.push(classroom().publish());
    session.gather(start + Duration::from_millis(5));
    assert_eq!(session.state().live().table.open(), 4);
    // The server's clock is ahead: its time is taken over.
    assert!(session.state().live().now >= 2_143_000_000);
    assert!(press(&mut session, "xyCp").is_empty());
    assert_eq!(told.borrow().commands, [Command::Drop(id(1)), Command::Pause]);
    assert_eq!(told.borrow().added, [(ClientKind::Steady, 10)]);
    // Clients from outside would be cut off.
    assert_eq!(press(&mut session, "mq"), [Action::Mouse(false)]);
    assert_eq!(press(&mut session, "y"), [Action::Quit]);
}

#[test]
fn the_selected_client_of_our_own_hangs_up() {
    let fake = Fake::default();
    let told = fake.0.clone();
    let start = Instant::now();
    let mut session = Session::new(fake, state(80, 24), start);
    told.borrow_mut().batches.push(classroom().publish());
    session.gather(start + Duration::from_millis(5));
    let peer = session.state().live().table.selected().unwrap().row().peer;
    let ours = |ended| {
        let status = String::new();
        let kind = ClientKind::Steady;
        Arc::new(vec![ClientInfo {
            id: 7,
            kind,
            local: Some(peer),
            responses: 0,
            status,
            connecting: false,
            ended,
        }])
    };
    press(&mut session, "d");
    assert!(told.borrow().stopped_one.is_empty(), "it is a stranger");
    for ended in [false, true] {
        told.borrow_mut().clients = ours(ended);
        session.gather(start + Duration::from_millis(40));
        press(&mut session, "d");
        assert_eq!(told.borrow().stopped_one, [7], "once, while it is at work");
    }
    assert_eq!(told.borrow().stopped, 0);
}

#[test]
fn the_kernel_is_asked_ten_times_a_second() {
    let fake = Fake::default();
    let told = fake.0.clone();
    let start = Instant::now();
    let mut session = Session::new(fake, state(80, 24), start);
    for tick in 0..50 {
        session.gather(start + Duration::from_millis(20 * tick));
    }
    assert_eq!(told.borrow().questions.len(), 10);
    // Nothing has happened for a second: twice a second will do.
    for tick in 50..100 {
        session.gather(start + Duration::from_millis(20 * tick));
    }
    assert_eq!(told.borrow().questions.len(), 12);
    // A frozen picture does not need it, but the one that is gone forth to from there.
    press(&mut session, "f");
    session.gather(start + Duration::from_secs(5));
    assert_eq!(told.borrow().questions.len(), 13);
}

#[test]
fn a_server_that_dies_is_told_and_is_a_failure_at_the_end() {
    let fake = Fake::default();
    let told = fake.0.clone();
    let mut session = Session::new(fake, state(80, 24), Instant::now());
    told.borrow_mut().ended = Some(Err(Failure::Panic(Some("on purpose".into()))));
    session.gather(Instant::now());
    let dead = session.state().dead().map(Ended::text);
    assert_eq!(dead.as_deref(), Some("The server thread panicked: on purpose."));
    let error = session.end().unwrap_err().to_string();
    assert_eq!(error, "the server ended by itself: The server thread panicked: on purpose.");
    assert!(told.borrow().commands.is_empty());
}

#[test]
fn quitting_ends_the_server() {
    let fake = Fake::default();
    let told = fake.0.clone();
    let session = Session::new(fake, state(80, 24), Instant::now());
    told.borrow_mut().ended = Some(Ok(None));
    session.end().unwrap();
    assert_eq!(told.borrow().commands, [Command::Shutdown]);
}
