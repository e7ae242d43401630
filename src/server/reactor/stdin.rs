//! Standard input as one more fd of the loop (`--stdin`): its lines are
//! published, and `quit` ends the server.

use std::io;

use rustix::fs::{Mode, OFlags};

use super::Reactor;
use super::stdin_lines::LINE;
use crate::server::handover::Outcome;
use crate::server::loop_state::plain_token;
use crate::server::selector::{Interest, Selector, Trigger};
use crate::telemetry::{Errno, Mask, Stdin, What};

/// What ends the server.
const QUIT: &[u8] = b"quit";

/// Makes standard input one that `read` does not wait for. What is
/// shared with the shell stays as it is: it is opened anew, or, what
/// cannot be (a socket), is not shared.
pub(in crate::server) fn prepare() -> io::Result<()> {
    let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
    if let Ok(own) = rustix::fs::open("/proc/self/fd/0", flags, Mode::empty()) {
        rustix::stdio::dup2_stdin(own)?;
    } else {
        let stdin = io::stdin();
        let flags = rustix::fs::fcntl_getfl(&stdin)?;
        rustix::fs::fcntl_setfl(&stdin, flags | OFlags::NONBLOCK)?;
    }
    Ok(())
}

impl<S: Selector> Reactor<S> {
    /// Reads what was typed, by one call.
    #[track_caller]
    pub(super) fn read_stdin(&mut self) {
        let Self { state, stdin_lines, input, .. } = self;
        let Some(stdin_lines) = stdin_lines else { return };
        let room = input.len().min(LINE);
        // When the server ends, the rest is left to the next one.
        let Ok(result) = state.read_stdin(&mut input[..room]) else { return };
        let read = match result {
            Ok(0) => &b"\n"[..usize::from(!stdin_lines.line.is_empty())],
            Ok(n) => &input[..n],
            Err(_) => &[],
        };
        if let Some(stdin) = &mut state.listener.stdin {
            stdin.bytes_in += result.unwrap_or(0) as u64;
        }
        let mut quits = false;
        stdin_lines.feed(read, |line| {
            state.publisher.fact_text(Stdin::FD, None, What::Typed, line);
            quits |= line.kept == QUIT;
        });
        if quits {
            state.ending = Some(Outcome::End);
        }
        let mask = state.selector.mask(Interest::READ);
        // Of a terminal that is gone, an error is the end.
        let ended = !matches!(result, Ok(1..) | Err(Errno::AGAIN | Errno::INTR));
        // Told once, it has to be watched again for what this one call
        // left.
        if ended || state.selector.trigger() != Trigger::Level {
            let to = if ended { Mask::NONE } else { mask };
            // It was watched before, so nothing can fail now.
            let _ = state.watch(plain_token(Stdin::FD), mask, to);
        }
        // Nor does the next server ask it again.
        state.config.stdin &= !ended;
        state.publisher.listener = Some(state.listener);
    }
}
