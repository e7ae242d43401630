//! Waiting for the keyboard, the mouse and the window's size.
//!
//! crossterm's own wait counts its time in whole milliseconds and asks again and again in the last
//! one: at 30 pictures a second that was a third of all that the dashboard cost. So it is only
//! asked when something is there.

use std::fs::File;
use std::io::{self, IsTerminal};
use std::os::fd::{AsFd, BorrowedFd};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crossterm::event;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::termios::{OptionalActions, SpecialCodeIndex, tcgetattr, tcsetattr};
use signal_hook::SigId;
use signal_hook::consts::SIGWINCH;

/// How long crossterm may look for what is there. Not zero: then it does not look at what it has
/// read already (its issue 839).
const LOOK: Duration = Duration::from_millis(1);

/// The terminal's input.
pub(super) struct Input {
    /// Where standard input is another thing, the terminal itself.
    tty: Option<File>,
    resized: Arc<AtomicBool>,
    signal: SigId,
}

impl Input {
    /// # Errors
    /// There is no terminal, or no signal handler can be set.
    pub(super) fn new() -> io::Result<Self> {
        let tty = other_tty()?;
        let resized = Arc::new(AtomicBool::new(false));
        let signal = signal_hook::flag::register(SIGWINCH, resized.clone())?;
        Ok(Self { tty, resized, signal })
    }

    /// Whether there is an event; waits for one no longer than that. A signal ends the wait.
    ///
    /// # Errors
    /// The terminal is gone.
    pub(super) fn waits(&self, timeout: Duration) -> io::Result<bool> {
        let stdin = io::stdin();
        let fd: BorrowedFd<'_> = self.tty.as_ref().map_or(stdin.as_fd(), AsFd::as_fd);
        let timeout = Timespec::try_from(timeout).map_err(io::Error::other)?;
        let here = match poll(&mut [PollFd::new(&fd, PollFlags::IN)], Some(&timeout)) {
            Ok(ready) => ready > 0,
            Err(rustix::io::Errno::INTR) => false,
            Err(errno) => return Err(errno.into()),
        };
        if self.resized.swap(false, Ordering::Relaxed) || here {
            event::poll(LOOK)
        } else {
            Ok(false)
        }
    }

    /// Whether another event came with the last one.
    ///
    /// # Errors
    /// The terminal is gone.
    pub(super) fn goes_on() -> io::Result<bool> {
        event::poll(LOOK)
    }
}

/// Where standard input is another thing, the terminal itself: as crossterm does.
fn other_tty() -> io::Result<Option<File>> {
    if io::stdin().is_terminal() { Ok(None) } else { File::open("/dev/tty").map(Some) }
}

/// Lets a read from the terminal, which is in raw mode, return though nothing is there.
///
/// crossterm reads on until a key is whole, so that one of which only half has come (alt-[ sends
/// what an arrow begins with) would hold the dashboard until the next. That this is a mode of the
/// terminal, not of a descriptor, leaves writing as it is.
///
/// # Errors
/// The terminal is gone.
pub(super) fn read_without_waiting() -> io::Result<()> {
    let (stdin, tty) = (io::stdin(), other_tty()?);
    let fd: BorrowedFd<'_> = tty.as_ref().map_or(stdin.as_fd(), AsFd::as_fd);
    let mut modes = tcgetattr(fd)?;
    // termios(3): with MIN and TIME at 0, what is there.
    modes.special_codes[SpecialCodeIndex::VMIN] = 0;
    modes.special_codes[SpecialCodeIndex::VTIME] = 0;
    Ok(tcsetattr(fd, OptionalActions::Now, &modes)?)
}

impl Drop for Input {
    fn drop(&mut self) {
        signal_hook::low_level::unregister(self.signal);
    }
}
