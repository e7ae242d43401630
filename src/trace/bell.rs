//! What wakes the thread that traces while it sleeps in wait4(2), which knows of stops alone: a thread that
//! waits for commands, and interrupts that call by a signal that means nothing else.

use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::thread::JoinHandle;
use std::time::Duration;

use nix::libc;
use nix::sys::signal::{SaFlags, SigAction, SigHandler, SigSet, Signal, sigaction};
use rustix::event::{EventfdFlags, PollFd, PollFlags, Timespec, eventfd, poll};
use rustix::process::getpid;
use rustix::thread::gettid;

use crate::descriptors;

/// Ignored by those that do not catch it, and sent by nobody here: no socket has an owner
/// (`F_SETOWN`, fcntl(2)).
const SIGNAL: Signal = Signal::SIGURG;
/// How long a signal has to be heard. One that comes before the call that it is to interrupt has
/// begun is not, and is sent again.
const HEARD_WITHIN: Duration = Duration::from_millis(1);

/// Interrupts the calls of the thread that it was made by, as long as there is something to read.
/// Dropped, it is silent.
#[derive(Debug)]
pub(super) struct Bell {
    silence: OwnedFd,
    thread: Option<JoinHandle<()>>,
}

impl Bell {
    /// For the thread that calls it; `waker` is what it rings for.
    ///
    /// # Errors
    /// There is no descriptor or no thread left.
    pub(super) fn new(waker: impl AsFd) -> io::Result<Self> {
        catch()?;
        let mut mask = SigSet::empty();
        mask.add(SIGNAL);
        mask.thread_unblock()?;
        let flags = EventfdFlags::CLOEXEC | EventfdFlags::NONBLOCK;
        let silence = descriptors::own(eventfd(0, flags)?);
        let silenced = descriptors::own(silence.try_clone()?);
        let waker = descriptors::own(waker.as_fd().try_clone_to_owned()?);
        let tid = gettid().as_raw_nonzero().get();
        let thread = std::thread::Builder::new().name("bell".into());
        let thread = thread.spawn(move || watch(&waker, &silenced, tid))?;
        Ok(Self { silence, thread: Some(thread) })
    }
}

impl Drop for Bell {
    fn drop(&mut self) {
        // Its counter is 0 until now.
        let _ = rustix::io::write(&self.silence, &1u64.to_ne_bytes());
        if let Some(thread) = self.thread.take() {
            // It cannot panic, and there is nobody to tell.
            let _ = thread.join();
        }
    }
}

/// Rings while there is something to read.
fn watch(waker: &OwnedFd, silenced: &OwnedFd, tid: i32) {
    let heard_within = Timespec::try_from(HEARD_WITHIN).ok();
    loop {
        let mut fds = [PollFd::new(silenced, PollFlags::IN), PollFd::new(waker, PollFlags::IN)];
        // A signal that goes to the whole process may interrupt it.
        let _ = poll(&mut fds, None);
        let [silenced, rings] = fds.each_ref().map(|fd| !fd.revents().is_empty());
        if silenced {
            return;
        }
        if rings {
            ring(tid);
            let _ = poll(&mut fds[..1], heard_within.as_ref());
        }
    }
}

/// `tgkill(2)`. A thread that is gone hears nothing.
#[expect(unsafe_code, reason = "no crate here sends a signal to one thread of several")]
fn ring(tid: i32) {
    // SAFETY: It takes three numbers, and the signal has a handler.
    let _ = unsafe {
        libc::syscall(libc::SYS_tgkill, getpid().as_raw_nonzero().get(), tid, SIGNAL as i32)
    };
}

/// Lets the signal interrupt calls: without `SA_RESTART`, which a handler of signal-hook has.
#[expect(unsafe_code, reason = "what a handler may do, no compiler knows")]
fn catch() -> io::Result<()> {
    extern "C" fn nothing(_: libc::c_int) {}
    let action = SigAction::new(SigHandler::Handler(nothing), SaFlags::empty(), SigSet::empty());
    // SAFETY: The handler does nothing, which is safe in any thread at any moment; nobody else here
    // has one for this signal.
    unsafe { sigaction(SIGNAL, &action) }?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::process::{Command, Stdio};

    use rustix::io::Errno;
    use rustix::process::{Pid, WaitId, WaitIdOptions, WaitOptions, waitid, waitpid};

    use super::*;

    #[test]
    fn it_interrupts_a_wait_until_it_is_heard_and_then_no_more() {
        let waker = eventfd(0, EventfdFlags::CLOEXEC | EventfdFlags::NONBLOCK).unwrap();
        // It ends when its standard input does: when that is asked for, or after a while.
        let mut child = Command::new("cat").stdin(Stdio::piped()).spawn().unwrap();
        let (pid, stdin) = (Pid::from_child(&child), child.stdin.take());
        let (ends, end) = crossbeam_channel::bounded::<()>(1);
        let closes = std::thread::spawn(move || {
            let _ = end.recv_timeout(Duration::from_secs(10));
            drop(stdin);
        });
        let bell = Bell::new(&waker).unwrap();
        for _ in 0..20 {
            rustix::io::write(&waker, &1u64.to_ne_bytes()).unwrap();
            let waited = waitpid(Some(pid), WaitOptions::empty());
            assert_eq!(waited.unwrap_err(), Errno::INTR);
            rustix::io::read(&waker, &mut [0; 8]).unwrap();
        }
        drop(bell);
        // Silent: what is said now interrupts nothing.
        rustix::io::write(&waker, &1u64.to_ne_bytes()).unwrap();
        ends.send(()).unwrap();
        let ended = WaitIdOptions::EXITED | WaitIdOptions::NOWAIT;
        assert!(waitid(WaitId::Pid(pid), ended).unwrap().is_some());
        assert!(child.wait().unwrap().success());
        closes.join().unwrap();
    }
}
