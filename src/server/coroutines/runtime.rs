//! What the tasks share, and what connects them with the runtime: who is registered with it, who
//! is parked, and what is done before it sleeps.

use std::cell::{Cell, RefCell};
use std::future::poll_fn;
use std::io;
use std::os::fd::{AsRawFd, OwnedFd, RawFd};
use std::panic::resume_unwind;
use std::pin::pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use rustix::net::{SocketAddrAny, SocketFlags};
use tokio::io::Interest;
use tokio::io::unix::AsyncFd;
use tokio::task::JoinSet;
use tokio::time::sleep;

use crate::server::connection::Connection;
use crate::server::desk::Desk;
use crate::server::floor::{Floor, mark};
use crate::server::reactor::REST;
use crate::server::selector::{Ctl, Tag, Trigger, Unwatched, Watcher, Wish};
use crate::server::{After, House};
use crate::telemetry::{
    ConnId, CtlOp, Errno, Fd, Kind, Listener, Mask, Nanos, Ret, ServerKind, Stance, What, Why,
};

/// A runtime that is never out of work does not sleep; then it is published this often.
const PUBLISHED: Nanos = 1_000_000;

thread_local! {
    /// Where the runtime's two hooks, which may not own anything of this thread, find the room.
    static ROOM: RefCell<Option<Shared>> = const { RefCell::new(None) };
}

/// Borrowed for moments only, and never while a task waits.
pub(super) type Shared = Rc<RefCell<Room>>;

/// Everything that the tasks share.
pub(super) struct Room {
    pub(super) floor: Floor<Registered>,
    pub(super) desk: Desk,
    /// Where every `recv` lands first. What is in it is used before the task waits again.
    pub(super) input: Box<[u8]>,
    tasks: JoinSet<()>,
    /// The future that waits for the end.
    main: Option<Waker>,
    /// When it was last published.
    published: Nanos,
    /// When the runtime went to sleep.
    slept: Nanos,
    /// A socket's task was woken since.
    pub(super) noticed: bool,
    /// A command or a time limit was looked at since.
    pub(super) own: bool,
}

impl Room {
    pub(super) fn open(house: House) -> Shared {
        let House { bound, config, desk, tell, commands, last_id } = house;
        let input = vec![0; config.read_buffer.max(1)].into();
        let mut floor = Floor::new(bound, config, Registered::default(), tell, commands, last_id);
        floor.tell.listener = Some(floor.listener);
        let room = Self {
            floor,
            desk,
            input,
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
        let Self { floor, desk, .. } = room;
        let Floor { bound, config, tell, commands, last_id, .. } = floor;
        House { bound, config, desk, tell, commands, last_id }
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

    /// One `accept4`, and what follows from it. Says whether there are too many connections now.
    pub(super) fn accept(&mut self) -> Result<(Fd, ConnId, bool), Errno> {
        let floor = &mut self.floor;
        let fd = floor.listener.fd;
        floor.gate(Kind::Accept, fd, None);
        if floor.ending.is_some() {
            return Err(Errno::AGAIN);
        }
        let flags = SocketFlags::NONBLOCK | SocketFlags::CLOEXEC;
        let (socket, peer) =
            rustix::net::acceptfrom_with(&floor.bound.socket, flags).map_err(|error| {
                let errno = Errno(error.raw_os_error());
                floor.tell.call(fd, None, What::Accept { ret: Ret::err(errno), peer: None });
                match errno {
                    Errno::AGAIN => {
                        floor.selector.spent(fd, Mask::IN);
                        floor.acceptable = false;
                        floor.rest(None);
                    }
                    Errno::MFILE | Errno::NFILE | Errno::NOBUFS | Errno::NOMEM => {
                        floor.rest(Some(errno));
                    }
                    _ => {}
                }
                errno
            })?;
        Ok(self.admit(socket, peer))
    }

    /// Puts an accepted socket into the table and registers it.
    fn admit(&mut self, socket: OwnedFd, peer: Option<SocketAddrAny>) -> (Fd, ConnId, bool) {
        let floor = &mut self.floor;
        let fd = socket.as_raw_fd();
        floor.last_id += 1;
        let id = ConnId::new(floor.last_id).expect("counts from 1");
        // An internet socket's peer has an internet address.
        let peer = peer.and_then(|peer| peer.try_into().ok()).unwrap_or(floor.listener.addr);
        let what = What::Accept { ret: Ret::ok(fd.unsigned_abs().into()), peer: Some(peer.into()) };
        floor.tell.call(floor.listener.fd, Some(id), what);
        let full = floor.config.is_full(&floor.table, peer.ip());
        floor.table.insert(Connection::new(socket, id, peer, floor.tell.now()));
        if full {
            floor.tell.fact(fd, Some(id), What::Refused, &[]);
        }
        floor.tell.fact(fd, Some(id), What::Started { stack: 0 }, &[]);
        if let Err(why) = floor.watch(Tag { fd, mark: mark(id) }, Mask::NONE, Mask::NONE) {
            floor.close(fd, id, why);
        }
        (fd, id, full)
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

    /// Wakes whom a command or a close has given something to do.
    fn settle(&mut self) {
        let floor = &mut self.floor;
        for (fd, id) in std::mem::take(&mut floor.unfinished) {
            if let Some(connection) = floor.table.get(fd, id) {
                connection.unfinished = false;
                floor.selector.wake(fd);
            }
        }
        if floor.acceptable {
            floor.selector.wake(floor.listener.fd);
        }
        if floor.ending.is_some()
            && let Some(main) = self.main.take()
        {
            main.wake();
        }
    }

    /// Publishes between two tasks, if the runtime has not slept for long.
    pub(super) fn breathe(&mut self) {
        let now = self.floor.tell.now();
        if now.saturating_sub(self.published) >= PUBLISHED {
            self.published = now;
            self.settle();
            self.floor.publish(Stance::Working);
        }
    }

    fn before_wait(&mut self) {
        self.settle();
        self.floor.gate(Kind::EpollWait, -1, None);
        // The operator may have said something while it stood.
        self.settle();
        let now = self.floor.tell.read_clock();
        self.count_own();
        (self.slept, self.published) = (now, now);
        self.floor.publish(Stance::Waiting);
    }

    /// Counts the last wake-up as own, if it was for a command or a time limit alone.
    fn count_own(&mut self) {
        if self.own && !self.noticed {
            self.floor.tell.counters.own_wakeups += 1;
        }
    }

    fn after_wait(&mut self) {
        let now = self.floor.tell.read_clock();
        self.floor.woke = now;
        (self.noticed, self.own) = (false, false);
        let counters = &mut self.floor.tell.counters;
        counters.wakeups += 1;
        counters.waited += now - self.slept;
    }
}

/// The runtime is about to wait: no task can go on.
pub(super) fn before_wait() {
    ROOM.with_borrow(|room| room.iter().for_each(|room| room.borrow_mut().before_wait()));
}

/// Its wait is over.
pub(super) fn after_wait() {
    ROOM.with_borrow(|room| room.iter().for_each(|room| room.borrow_mut().after_wait()));
}

/// Waits until the operator ends the server. A task's panic is the server's.
pub(super) async fn ended(room: &Shared) -> After {
    poll_fn(|cx| {
        let room = &mut *room.borrow_mut();
        while let Poll::Ready(Some(ended)) = room.tasks.poll_join_next(cx) {
            if let Err(error) = ended
                && let Ok(panic) = error.try_into_panic()
            {
                resume_unwind(panic);
            }
        }
        room.main = Some(cx.waker().clone());
        room.floor.ending.map_or(Poll::Pending, Poll::Ready)
    })
    .await
}

/// Waits until there may be somebody to accept.
pub(super) async fn acceptable(room: &Shared) {
    let parked = Cell::new(false);
    poll_fn(|cx| {
        let room = &mut *room.borrow_mut();
        let floor = &mut room.floor;
        let fd = floor.listener.fd;
        if floor.selector.poll(fd, Mask::IN, cx).is_pending() {
            if !parked.replace(true) {
                floor.tell.fact(fd, None, What::Parked { on: Mask::IN }, &[]);
            }
            return Poll::Pending;
        }
        if parked.get() {
            room.noticed = true;
            floor.tell.fact(fd, None, What::Woken, &[]);
        }
        Poll::Ready(())
    })
    .await;
}

/// Waits until a descriptor may be free: one of ours was closed, or a while has passed.
pub(super) async fn rest(room: &Shared) {
    let mut over = pin!(sleep(REST));
    poll_fn(|cx| {
        let room = &mut *room.borrow_mut();
        room.floor.selector.keep(room.floor.listener.fd, cx);
        if std::mem::take(&mut room.floor.acceptable) {
            return Poll::Ready(());
        }
        room.own |= over.is_elapsed();
        over.as_mut().poll(cx)
    })
    .await;
}

/// Waits until the operator has said something.
pub(super) async fn commanded(room: &Shared) {
    poll_fn(|cx| {
        let floor = &mut room.borrow_mut().floor;
        let waker = floor.listener.waker;
        // With edges, the next command wakes again though nobody reads the eventfd.
        floor.selector.poll(waker, Mask::IN, cx).map(|()| floor.selector.spent(waker, Mask::IN))
    })
    .await;
}

/// What is registered with the runtime, by fd.
#[derive(Default)]
pub(super) struct Registered {
    slots: Vec<Option<Slot>>,
}

struct Slot {
    /// The runtime's knowledge of it.
    ready: AsyncFd<RawFd>,
    /// Its task, while that is parked.
    parked: Option<Waker>,
}

impl Registered {
    #[expect(
        deprecated,
        reason = "its successor is unsafe; here each fd is forgotten, then closed"
    )]
    fn add(&mut self, fd: Fd) -> io::Result<()> {
        let ready = AsyncFd::with_interest(fd, Interest::READABLE | Interest::WRITABLE)?;
        let index = usize::try_from(fd).unwrap_or(0);
        if index >= self.slots.len() {
            self.slots.resize_with(index + 1, || None);
        }
        self.slots[index] = Some(Slot { ready, parked: None });
        Ok(())
    }

    fn at(&mut self, fd: Fd) -> Option<&mut Slot> {
        self.slots.get_mut(usize::try_from(fd).ok()?)?.as_mut()
    }

    /// Whether the runtime holds it ready; if not, the task is woken when that changes.
    pub(super) fn poll(&mut self, fd: Fd, on: Mask, cx: &mut Context<'_>) -> Poll<()> {
        self.keep(fd, cx);
        let Some(slot) = self.at(fd) else { return Poll::Ready(()) };
        let ready = if on == Mask::OUT {
            slot.ready.poll_write_ready(cx).is_ready()
        } else {
            slot.ready.poll_read_ready(cx).is_ready()
        };
        if ready { Poll::Ready(()) } else { Poll::Pending }
    }

    /// Notes whom to wake, whatever the runtime says of the fd.
    pub(super) fn keep(&mut self, fd: Fd, cx: &Context<'_>) {
        if let Some(slot) = self.at(fd) {
            match &mut slot.parked {
                Some(waker) => waker.clone_from(cx.waker()),
                None => slot.parked = Some(cx.waker().clone()),
            }
        }
    }

    /// A call has taken all that there was: until the kernel tells of more, it is not ready.
    pub(super) fn spent(&mut self, fd: Fd, on: Mask) {
        if let Some(slot) = self.at(fd) {
            let block = |_: &RawFd| Err::<(), _>(io::ErrorKind::WouldBlock.into());
            let _ = slot.ready.try_io(interest(on), block);
        }
    }

    /// Whether the runtime holds it ready for reading.
    pub(super) fn is_readable(&mut self, fd: Fd) -> bool {
        self.at(fd).is_some_and(|slot| slot.ready.try_io(Interest::READABLE, |_| Ok(())).is_ok())
    }

    /// Lets the task of an fd look what is new.
    pub(super) fn wake(&mut self, fd: Fd) {
        if let Some(waker) = self.at(fd).and_then(|slot| slot.parked.take()) {
            waker.wake();
        }
    }
}

fn interest(on: Mask) -> Interest {
    if on == Mask::OUT { Interest::WRITABLE } else { Interest::READABLE }
}

impl Watcher for Registered {
    const SERVER: ServerKind = ServerKind::Coroutines;
    /// The runtime's, on Linux.
    const WAIT: Kind = Kind::EpollWait;

    fn fd(&self) -> Option<Fd> {
        None
    }

    /// What the runtime asks its kernel for is its own affair.
    fn mask(&self, _: Wish) -> Mask {
        Mask::NONE
    }

    fn watch(&mut self, tag: Tag, _: Mask, _: Mask) -> Result<Option<Ctl>, Unwatched> {
        let failed = |error: io::Error| {
            Unwatched::Failed(CtlOp::Add, Errno(error.raw_os_error().unwrap_or(0)))
        };
        self.add(tag.fd).map(|()| None).map_err(failed)
    }

    fn forget(&mut self, tag: Tag) {
        self.wake(tag.fd);
        if let Some(slot) = usize::try_from(tag.fd).ok().and_then(|fd| self.slots.get_mut(fd)) {
            *slot = None;
        }
    }

    fn trigger(&self) -> Trigger {
        Trigger::Edge
    }
}
