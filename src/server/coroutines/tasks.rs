//! What the tasks share.

use std::cell::RefCell;
use std::io;
use std::rc::Rc;
use std::task::Waker;

use tokio::task::JoinSet;

use super::runtime::Registered;
use crate::server::handover::Handover;
use crate::server::loop_state::{Accepted, LoopState, token};
use crate::server::responder::Responder;
use crate::telemetry::{Errno, Listener, Mask, Nanos, What, Why};

thread_local! {
    /// Where the runtime's two hooks, which may not own anything of
    /// this thread, find what the tasks share.
    pub(super) static TASKS: RefCell<Option<TaskShared>> = const { RefCell::new(None) };
}

/// Borrowed for moments only, and never while a task waits.
pub(super) type TaskShared = Rc<RefCell<TaskState>>;

/// Everything that the tasks share.
pub(super) struct TaskState {
    pub(super) state: LoopState<Registered>,
    pub(super) responder: Responder,
    /// Where every `recv` lands first. What is in it is used before the
    /// task waits again.
    pub(super) input: Box<[u8]>,
    pub(super) tasks: JoinSet<()>,
    /// The future that waits for the end.
    pub(super) main: Option<Waker>,
    /// When it was last published.
    pub(super) published: Nanos,
    /// When the runtime went to sleep.
    pub(super) slept: Nanos,
    /// A socket's task was woken since.
    pub(super) noticed: bool,
    /// A command or a time limit was looked at since.
    pub(super) own: bool,
}

impl TaskState {
    pub(super) fn open(handover: Handover) -> TaskShared {
        let (mut state, responder) = LoopState::new(handover, Registered::default());
        state.publisher.listener = Some(state.listener);
        let shared = Self {
            input: vec![0; state.config.read_buffer.max(1)].into(),
            state,
            responder,
            tasks: JoinSet::new(),
            main: None,
            published: 0,
            slept: 0,
            noticed: false,
            own: false,
        };
        let shared = Rc::new(RefCell::new(shared));
        TASKS.set(Some(shared.clone()));
        shared
    }

    /// Gives back what the next server needs when the runtime and its
    /// tasks are gone.
    pub(super) fn leave(shared: TaskShared) -> Handover {
        TASKS.set(None);
        let shared =
            Rc::into_inner(shared).expect("the tasks went with their runtime").into_inner();
        shared.state.leave(shared.responder)
    }

    /// Registers the listener and the waker.
    pub(super) fn watch_own(&mut self) -> io::Result<()> {
        let Listener { fd, waker, .. } = self.state.listener;
        for fd in [waker, fd] {
            self.state.selector.add(fd)?;
        }
        self.state.begin();
        Ok(())
    }

    /// Starts a task.
    pub(super) fn spawn(&mut self, task: impl Future<Output = ()> + 'static) {
        self.tasks.spawn_local(task);
    }

    /// What follows from an `accept`.
    #[track_caller]
    pub(super) fn accepted(&mut self, result: Result<Accepted, Errno>) {
        let state = &mut self.state;
        match result {
            Ok(accepted) => self.admit(accepted),
            Err(Errno::AGAIN) => {
                state.selector.spent(state.listener.fd, Mask::IN);
                state.acceptable = false;
            }
            Err(_) => {}
        }
    }

    /// Registers a connection, which gets a task of its own.
    fn admit(&mut self, Accepted { client, full }: Accepted) {
        let state = &mut self.state;
        if full {
            state.refused(client);
        }
        state.publisher.fact(client.fd, Some(client.id), What::Started { stack: 0 }, &[]);
        if let Ok(Err(why)) = state.watch(token(client), Mask::NONE, Mask::NONE) {
            state.close(client, why);
        }
    }

    /// Carries out what the operator said.
    pub(super) fn run_commands(&mut self) {
        self.own = true;
        self.state.run_commands();
        self.settle();
        self.retune();
    }

    /// Another buffer, where one was asked for. No task is in the middle of
    /// a call.
    pub(super) fn retune(&mut self) {
        if std::mem::take(&mut self.state.retuned) {
            self.input = vec![0; self.state.config.read_buffer.max(1)].into();
        }
    }

    /// Closes everything, when the server has ended.
    pub(super) fn close_all(&mut self, why: Why) {
        self.count_own();
        self.state.close_all(why);
        self.state.selector = Registered::default();
    }
}
