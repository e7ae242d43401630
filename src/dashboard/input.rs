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
use std::time::{Duration, Instant};

use crossterm::event::{self, Event, KeyCode, KeyEvent, KeyModifiers};
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

/// In which column the terminal says its cursor is, asked by what was written to it before: an answer
/// that names another row is none to this question, nor is a key. Waits no longer than until `limit`.
/// What was typed meanwhile is returned too.
///
/// An answer that comes later is read by crossterm, which asks for none and throws it away.
///
/// # Errors
/// The terminal is gone.
pub(super) fn column(row: u16, limit: Instant) -> io::Result<(Option<u16>, Vec<u8>)> {
    let (stdin, tty) = (io::stdin(), other_tty()?);
    let fd: BorrowedFd<'_> = tty.as_ref().map_or(stdin.as_fd(), AsFd::as_fd);
    let mut read = Vec::new();
    loop {
        let left = limit.saturating_duration_since(Instant::now());
        let left = Timespec::try_from(left).map_err(io::Error::other)?;
        match poll(&mut [PollFd::new(&fd, PollFlags::IN)], Some(&left)) {
            Ok(0) => return Ok((None, read)),
            Ok(_) => {
                // One at a time: what follows the answer is crossterm's.
                let mut byte = [0];
                if rustix::io::read(fd, &mut byte)? == 0 {
                    return Ok((None, read));
                }
                read.push(byte[0]);
                if let Some((column, typed)) = reported(&read, row) {
                    return Ok((Some(column), typed));
                }
            }
            Err(rustix::io::Errno::INTR) => {}
            Err(errno) => return Err(errno.into()),
        }
    }
}

/// The column of `ESC [ row ; column R` at the end of what was read, and what came before it.
fn reported(read: &[u8], row: u16) -> Option<(u16, Vec<u8>)> {
    let report = read.strip_suffix(b"R")?;
    let at = report.windows(2).rposition(|two| two == b"\x1b[")?;
    let (line, column) = std::str::from_utf8(&report[at + 2..]).ok()?.split_once(';')?;
    (line.parse() == Ok(row)).then_some(())?;
    Some((column.parse().ok()?, read[..at].to_vec()))
}

/// The keys of what was typed before anybody read it: letters, and those that control makes of them.
/// Of longer ones nothing is made.
pub(super) fn keys(typed: &[u8]) -> Vec<Event> {
    if typed.contains(&0x1b) {
        return Vec::new();
    }
    let key = |letter: char| match letter {
        '\r' => KeyEvent::from(KeyCode::Enter),
        '\t' => KeyEvent::from(KeyCode::Tab),
        '\x7f' => KeyEvent::from(KeyCode::Backspace),
        '\x01'..='\x1a' => {
            let letter = char::from(letter as u8 + b'a' - 1);
            KeyEvent::new(KeyCode::Char(letter), KeyModifiers::CONTROL)
        }
        letter => KeyEvent::from(KeyCode::Char(letter)),
    };
    String::from_utf8_lossy(typed).chars().map(key).map(Event::Key).collect()
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_told_from_keys() {
        assert_eq!(reported(b"\x1b[2;3R", 2), Some((3, Vec::new())));
        assert_eq!(reported(b"qp\x1b[2;2R", 2), Some((2, b"qp".to_vec())));
        // Half an answer, one to another question, and shift-F3.
        for other in [&b"\x1b[2;3"[..], b"\x1b[9;3R", b"\x1b[1;2R", b"R", b"\x1b[R", b"\x1b[2;R"] {
            assert_eq!(reported(other, 2), None, "{other:?}");
        }
    }

    #[test]
    fn what_was_typed_meanwhile_is_keys() {
        let ctrl_c = KeyEvent::new(KeyCode::Char('c'), KeyModifiers::CONTROL);
        let events = [KeyEvent::from(KeyCode::Char('q')), KeyEvent::from(KeyCode::Enter), ctrl_c];
        assert_eq!(keys(b"q\r\x03"), events.map(Event::Key));
        assert_eq!(keys(b"q\x1b[A"), []);
    }
}
