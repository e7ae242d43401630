//! The commands of the operator, and the way they reach a running server.

use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crossbeam_channel::{Receiver, Sender, TrySendError, bounded};
use rustix::event::{EventfdFlags, eventfd};

use super::{ConnId, Did, ServerKind, Setting, Until};
use crate::descriptors;

/// How far a paused loop goes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Step {
    /// One system call.
    Call,
    /// To just before the next wait call.
    Turn,
}

/// A command of the operator. Connections are named by their id, never by their fd.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Command {
    /// Close a connection (FIN).
    Drop(ConnId),
    /// Reset a connection (RST, by `SO_LINGER` 0).
    Reset(ConnId),
    /// Close every connection.
    DropAll,
    /// Close those through which no byte has gone for that long.
    DropIdle(Duration),
    /// Stop reading from one: its receive queue fills, then its peer's send queue.
    StopReading(ConnId),
    /// Read from it again.
    ResumeReading(ConnId),
    /// Stand still before the next call.
    Pause,
    /// Run freely.
    Run,
    /// While paused: go one step.
    Step(Step),
    /// Run freely until that is the next call, and stand before it. The call before which the loop
    /// stands already is passed: the next is meant. Any other command of pace ends it, and a switch.
    Until(Until),
    /// Make that many calls a second, 1 to 100.
    Slow(u8),
    /// Of a program that is traced: read in which line each call is made, or not; it takes time.
    Lines(bool),
    /// Publish what was kept back for want of room; sent by a reader that has made room. So is what has
    /// happened in the class on another server.
    Publish,
    /// Close every connection and let another server take the listener over.
    Switch(ServerKind),
    /// Change an option of the running server.
    Set(Setting),
    /// Be a server on which lessons can be given, or what it was before that: close every connection,
    /// and let the same server take the listener over with other limits.
    SuitLessons(bool),
    /// Close every connection, and let the same server go on at the socket that is offered to it.
    Move,
    /// Tell the telephones of the class what has changed (`--class`).
    Tell,
    /// What the teacher does with the class, or with one of the students: see [`Did`].
    Class {
        /// What.
        did: Did,
        /// With whom; 0 for all of them, or the first.
        student: u32,
    },
    /// End the loop and close everything.
    Shutdown,
    /// Panic, so that tests see what becomes of the dashboard then. Not in release builds.
    #[cfg(debug_assertions)]
    Panic,
}

/// The server has ended and takes no more commands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Gone;

/// The operator's end: sends commands and wakes the loop so that they are taken at once.
#[derive(Clone, Debug)]
pub struct Control {
    commands: Sender<Command>,
    waker: Waker,
    listening: Listening,
}

impl Control {
    /// Sends a command. It takes effect before the loop's next call, also while it sleeps in its
    /// wait call or stands paused.
    ///
    /// # Errors
    /// [`Gone`] when the server has ended.
    pub fn send(&self, command: Command) -> Result<(), Gone> {
        let listening = self.listening.lock();
        let heard = match self.commands.try_send(command) {
            Ok(()) => *listening,
            Err(TrySendError::Full(command)) => {
                // The server may need the lock before it makes room.
                drop(listening);
                self.commands.send(command).map_err(|_| Gone)?;
                false
            }
            Err(TrySendError::Disconnected(_)) => return Err(Gone),
        };
        if !heard {
            self.waker.wake();
        }
        Ok(())
    }
}

/// Whether the server waits at the queue itself. A command is sent under the lock, so that what is
/// sent to one that listens is in the queue when it has stopped listening, and has woken nothing.
#[derive(Clone, Debug, Default)]
struct Listening(Arc<Mutex<bool>>);

impl Listening {
    fn lock(&self) -> MutexGuard<'_, bool> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Wakes the loop; may be called from any thread.
#[derive(Clone, Debug)]
pub struct Waker(Arc<OwnedFd>);

impl Waker {
    /// Makes the waker's eventfd readable.
    pub fn wake(&self) {
        // An eventfd's write can only fail when its counter is full, and then it is readable.
        let _ = rustix::io::write(&*self.0, &1u64.to_ne_bytes());
    }
}

/// The server's end.
#[derive(Debug)]
pub struct Commands {
    /// Where the commands arrive.
    pub queue: Receiver<Command>,
    waker: Waker,
    listening: Listening,
}

impl AsFd for Commands {
    /// The waker (eventfd(2)): becomes readable when a command was sent.
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.waker.0.as_fd()
    }
}

impl Commands {
    /// Says that the server waits at the queue itself, as it does while it is held: then a command
    /// wakes nothing, and the waker stays out of the ready list that the operator looks at. When
    /// this ends the queue has to be looked at once more: what was sent before has woken nothing.
    pub fn listen(&self, listening: bool) {
        *self.listening.lock() = listening;
    }

    /// One more handle of the waker.
    #[must_use]
    pub fn waker(&self) -> Waker {
        self.waker.clone()
    }
}

/// A pair of ends. At most [`QUEUED`] commands wait; a sender of more waits for the server.
///
/// # Errors
/// When the process has no descriptor left for the eventfd.
pub fn control() -> std::io::Result<(Control, Commands)> {
    let waker = eventfd(0, EventfdFlags::CLOEXEC | EventfdFlags::NONBLOCK)?;
    let waker = Waker(Arc::new(descriptors::own(waker)));
    let (commands, queue) = bounded(QUEUED);
    let listening = Listening::default();
    let control = Control { commands, waker: waker.clone(), listening: listening.clone() };
    Ok((control, Commands { queue, waker, listening }))
}

/// How many commands may wait for the server.
pub const QUEUED: usize = 4096;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_arrives_and_makes_the_waker_readable() {
        let (control, commands) = control().unwrap();
        control.send(Command::Pause).unwrap();
        let mut poll = [rustix::event::PollFd::new(&commands, rustix::event::PollFlags::IN)];
        assert_eq!(rustix::event::poll(&mut poll, None).unwrap(), 1);
        assert_eq!(commands.queue.try_recv(), Ok(Command::Pause));
        rustix::io::read(&commands, &mut [0; 8]).unwrap();
        commands.listen(true);
        control.send(Command::Run).unwrap();
        commands.listen(false);
        let mut poll = [rustix::event::PollFd::new(&commands, rustix::event::PollFlags::IN)];
        let now = rustix::event::Timespec { tv_sec: 0, tv_nsec: 0 };
        assert_eq!(rustix::event::poll(&mut poll, Some(&now)).unwrap(), 0, "it wakes nothing");
        assert_eq!(commands.queue.try_recv(), Ok(Command::Run));
        drop(commands);
        assert_eq!(control.send(Command::Run), Err(Gone));
    }
}
