//! What the tasks share.

use std::cell::RefCell;
use std::io;
use std::rc::Rc;
use std::task::Waker;

use tokio::task::JoinSet;

use super::runtime::Registered;
use crate::server::desk::Desk;
use crate::server::floor::{Arrival, Floor, mark};
use crate::server::house::House;
use crate::server::selector::Tag;
use crate::telemetry::{Errno, Kind, Listener, Mask, Nanos, Stance, What, Why};

thread_local! {
    /// Where the runtime's two hooks, which may not own anything of this thread, find the room.
    pub(super) static ROOM: RefCell<Option<Shared>> = const { RefCell::new(None) };
}

/// Borrowed for moments only, and never while a task waits.
pub(super) type Shared = Rc<RefCell<Room>>;

/// Everything that the tasks share.
pub(super) struct Room {
    pub(super) floor: Floor<Registered>,
    pub(super) desk: Desk,
    /// Where every `recv` lands first. What is in it is used before the task waits again.
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

impl Room {
    pub(super) fn open(house: House) -> Shared {
        let (mut floor, desk) = Floor::new(house, Registered::default());
        floor.tell.listener = Some(floor.listener);
        let room = Self {
            input: vec![0; floor.config.read_buffer.max(1)].into(),
            floor,
            desk,
            tasks: JoinSet::new(),
            main: None,
            published: 0,
            slept: 0,
            noticed: false,
            own: false,
        };
        let room = Rc::new(RefCell::new(room));
        ROOM.set(Some(room.clone()));
        room
    }

    /// Gives the house back when the runtime and its tasks are gone.
    pub(super) fn leave(room: Shared) -> House {
        ROOM.set(None);
        let room = Rc::into_inner(room).expect("the tasks went with their runtime").into_inner();
        room.floor.leave(room.desk)
    }

    /// Registers the listener and the waker.
    pub(super) fn watch_own(&mut self) -> io::Result<()> {
        let Listener { fd, waker, .. } = self.floor.listener;
        for fd in [waker, fd] {
            self.floor.selector.add(fd)?;
        }
        self.floor.publish(Stance::Working);
        Ok(())
    }

    /// Starts a task.
    pub(super) fn spawn(&mut self, task: impl Future<Output = ()> + 'static) {
        self.tasks.spawn_local(task);
    }

    /// One `accept`, and what follows from it.
    pub(super) fn accept(&mut self) -> Result<Arrival, Errno> {
        let floor = &mut self.floor;
        let listener = floor.listener.fd;
        floor.gate(Kind::Accept, listener, None);
        if floor.ending.is_some() {
            return Err(Errno::AGAIN);
        }
        let accepted = floor.accept();
        match &accepted {
            Ok(arrival) => self.admit(arrival),
            Err(Errno::AGAIN) => {
                floor.selector.spent(listener, Mask::IN);
                floor.acceptable = false;
            }
            Err(_) => {}
        }
        accepted
    }

    /// Registers a connection, which gets a task of its own.
    fn admit(&mut self, &Arrival { fd, id, full }: &Arrival) {
        let floor = &mut self.floor;
        if full {
            floor.refused(fd, id);
        }
        floor.tell.fact(fd, Some(id), What::Started { stack: 0 }, &[]);
        if let Err(why) = floor.watch(Tag { fd, mark: mark(id) }, Mask::NONE, Mask::NONE) {
            floor.close(fd, id, why);
        }
    }

    /// Carries out what the operator said.
    pub(super) fn obey(&mut self) {
        self.own = true;
        self.floor.obey();
        self.settle();
    }

    /// Closes everything, when the server has ended.
    pub(super) fn close_all(&mut self, why: Why) {
        self.count_own();
        self.floor.close_all(why);
        self.floor.selector = Registered::default();
    }
}
