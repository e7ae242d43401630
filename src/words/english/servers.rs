//! What differs from server to server: names, ends, and what one cannot be asked for.

use crate::telemetry::{Mistake, ServerKind};
use crate::words::places::servers::Servers;

pub(in crate::words) const ENGLISH: Servers = Servers {
    mistake: Mistake::summary,
    summary: ServerKind::summary,
    epoll_et: "epoll-et (mio)",
    coroutines: "coroutines (tokio)",
    stdin_quit: "Standard input said quit.",
    once: "It has served one connection: --once.",
    no_turns: "there is no wake-up to step by: no one loop serves all",
    process_sleeps: "a worker process sleeps in its own recv: it cannot be told to stop reading",
    thread_sleeps: "whoever serves it sleeps in its recv: it cannot be told to stop reading",
    no_single_call: "worker processes are paused by SIGSTOP, which knows no single call",
    not_slowed: "worker processes can be paused, not slowed down: nothing holds their calls",
};
