//! How the loop begins: everything that it needs, and the first fds on
//! the interest list.

use std::io;

use super::Reactor;
use super::stdin_lines::StdinLines;
use crate::server::error::Refusal;
use crate::server::handover::Handover;
use crate::server::loop_state::{LoopState, plain_token};
use crate::server::pool::Pool;
use crate::server::selector::{Interest, Selector};
use crate::telemetry::{Listener, Mask, Ret, Stdin, What};

impl<S: Selector> Reactor<S> {
    /// A loop that watches the listener.
    pub(in crate::server) fn new(handover: Handover) -> io::Result<Self> {
        let selector = S::new(&handover.config)?;
        let (mut state, responder) = LoopState::new(handover, selector);
        let input = vec![0; state.config.recv_size()].into();
        let stdin_lines = state.config.stdin.then(StdinLines::default);
        if state.config.handler_threads > 0 {
            let (threads, most) = (state.config.handler_threads, state.config.max_connections);
            state.pool = Some(Pool::new(threads, most + 1, &state.commands.waker())?);
            state.listener.handler_threads = threads;
        }
        let Listener { fd, waker, epfd, .. } = state.listener;
        if let Ok(epfd) = u64::try_from(epfd) {
            state.publisher.call(-1, None, What::EpollCreate { ret: Ret::ok(epfd) });
        }
        let waker = (waker >= 0).then_some(waker);
        state.listener.stdin = stdin_lines.as_ref().map(|_| Stdin::default());
        let stdin = state.listener.stdin.map(|_| Stdin::FD);
        for fd in [waker, Some(fd), stdin].into_iter().flatten() {
            let mask = state.selector.mask(Interest::READ);
            let watched = state.watch(plain_token(fd), Mask::NONE, mask);
            if !matches!(watched, Ok(Ok(()))) {
                let is_stdin = fd == Stdin::FD;
                return Err(
                    if is_stdin { Refusal::StdinFile } else { Refusal::Unwatched(fd) }.into()
                );
            }
        }
        state.publisher.listener = Some(state.listener);
        state.begin();
        let budget = state.budget();
        Ok(Self { state, responder, input, stdin_lines, ready: Vec::new(), budget })
    }
}
