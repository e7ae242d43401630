//! The server over real sockets. In one program, since each takes seconds to build; what needs a
//! process of its own, or is about time, has a file of its own beside this folder.

#[path = "../common/mod.rs"]
mod common;

mod basics;
mod coroutines;
mod fair;
mod handlers;
mod held;
mod metrics;
mod mistakes;
mod options;
mod pool;
mod routes;
mod scan;
mod share;
mod sites;
mod sleeping;
mod sleeping_reset;
