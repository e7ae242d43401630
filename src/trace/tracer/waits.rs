//! How the thread that traces is told of stops, and how it sleeps until there is one.

use std::io;
use std::time::Instant;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::WaitOptions;

use super::{ENDS_WITHIN, Tracer};

/// Stops that are looked at before the operator is.
const STOPS_AT_ONCE: usize = 64;
/// Children of any kind, of this thread alone (`__WALL`, `__WNOTHREAD`; wait(2)).
const OWN_CHILDREN: u32 = 0x4000_0000 | 0x2000_0000;

impl Tracer {
    /// Looks at what has stopped; returns whether there may be more.
    pub(super) fn stops(&mut self) -> io::Result<bool> {
        for _ in 0..STOPS_AT_ONCE {
            if !self.told(WaitOptions::NOHANG)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// One wait4(2); returns whether something has stopped.
    fn told(&mut self, how: WaitOptions) -> io::Result<bool> {
        match rustix::process::wait(how | WaitOptions::from_bits_retain(OWN_CHILDREN)) {
            Ok(Some((pid, status))) => {
                self.stop(pid.as_raw_nonzero().get(), status);
                return Ok(true);
            }
            Ok(None) | Err(rustix::io::Errno::INTR) => {}
            Err(rustix::io::Errno::CHILD) => self.threads.clear(),
            Err(error) => return Err(error.into()),
        }
        Ok(false)
    }

    /// Sleeps until something stops, a command comes, or a call is due.
    pub(super) fn sleep(&mut self) -> io::Result<()> {
        let soon = self.ending.filter(|(_, killed)| !killed);
        let soon = soon.map(|(since, _)| since + ENDS_WITHIN);
        let due = self.due.filter(|_| !self.held.is_empty());
        match due.into_iter().chain(soon).min() {
            // A command interrupts it. It takes a stop with the call that it sleeps in: where each
            // stop costs the program its time, that is one call in place of three.
            None => {
                if !self.told(WaitOptions::empty())? {
                    self.hear();
                }
                Ok(())
            }
            Some(until) => self.sleep_until(until),
        }
    }

    fn sleep_until(&self, until: Instant) -> io::Result<()> {
        let timeout = Timespec::try_from(until.saturating_duration_since(Instant::now())).ok();
        let mut fds =
            [PollFd::new(&self.stopped, PollFlags::IN), PollFd::new(&self.commands, PollFlags::IN)];
        match poll(&mut fds, timeout.as_ref()) {
            Ok(_) | Err(rustix::io::Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
        let [stopped, commanded] = fds.map(|fd| !fd.revents().is_empty());
        if stopped {
            // However many there were: all that have stopped are asked for.
            self.stopped.read_signal()?;
        }
        if commanded {
            self.hear();
        }
        Ok(())
    }

    /// The commands that have come are taken next: nobody need ring for them.
    fn hear(&self) {
        let _ = rustix::io::read(&self.commands, &mut [0; 8]);
    }
}
