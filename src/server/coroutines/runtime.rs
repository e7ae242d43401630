//! What the runtime watches for us: who is registered with it, and
//! whose task is parked.

use std::io;
use std::os::fd::RawFd;
use std::task::{Context, Poll, Waker};

use tokio::io::unix::AsyncFd;

use crate::server::selector::{Interest, RegisterError, Token, Trigger, Watched, Watcher};
use crate::telemetry::{CtlOp, Errno, Fd, Kind, Mask, ServerKind};

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
    pub(super) fn add(&mut self, fd: Fd) -> io::Result<()> {
        let ready = AsyncFd::with_interest(
            fd,
            tokio::io::Interest::READABLE | tokio::io::Interest::WRITABLE,
        )?;
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

    /// Whether the runtime holds it ready; if not, the task is woken
    /// when that changes.
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

    /// Notes which task to wake, whatever the runtime says of the fd.
    pub(super) fn keep(&mut self, fd: Fd, cx: &Context<'_>) {
        if let Some(slot) = self.at(fd) {
            match &mut slot.parked {
                Some(waker) => waker.clone_from(cx.waker()),
                None => slot.parked = Some(cx.waker().clone()),
            }
        }
    }

    /// A call has taken all that there was: until the kernel reports
    /// more, it is not ready.
    pub(super) fn spent(&mut self, fd: Fd, on: Mask) {
        if let Some(slot) = self.at(fd) {
            let block = |_: &RawFd| Err::<(), _>(io::ErrorKind::WouldBlock.into());
            let _ = slot.ready.try_io(interest(on), block);
        }
    }

    /// Whether the runtime holds it ready for reading.
    pub(super) fn is_readable(&mut self, fd: Fd) -> bool {
        self.at(fd).is_some_and(|slot| {
            slot.ready.try_io(tokio::io::Interest::READABLE, |_| Ok(())).is_ok()
        })
    }

    /// Lets the task of an fd look what is new.
    pub(super) fn wake(&mut self, fd: Fd) {
        if let Some(waker) = self.at(fd).and_then(|slot| slot.parked.take()) {
            waker.wake();
        }
    }
}

fn interest(on: Mask) -> tokio::io::Interest {
    if on == Mask::OUT { tokio::io::Interest::WRITABLE } else { tokio::io::Interest::READABLE }
}

impl Watcher for Registered {
    const SERVER: ServerKind = ServerKind::Coroutines;
    /// The runtime's, on Linux.
    const WAIT: Kind = Kind::EpollWait;

    /// What the runtime asks its kernel for is its own affair.
    fn mask(&self, _: Interest) -> Mask {
        Mask::NONE
    }

    fn watch(&mut self, token: Token, _: Mask, _: Mask) -> Watched {
        let failed = |error: io::Error| {
            RegisterError::Failed(CtlOp::Add, Errno(error.raw_os_error().unwrap_or(0)))
        };
        self.add(token.fd).map(|()| None).map_err(failed)
    }

    fn forget(&mut self, token: Token) {
        self.wake(token.fd);
        if let Some(slot) = usize::try_from(token.fd).ok().and_then(|fd| self.slots.get_mut(fd)) {
            *slot = None;
        }
    }

    fn trigger(&self) -> Trigger {
        Trigger::Edge
    }
}
