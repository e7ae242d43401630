//! The server over real sockets. In one program, since each takes seconds to build; what needs a
//! process of its own, or so many descriptors that select would find its own over `FD_SETSIZE`, or
//! is about time, has a file of its own beside this folder.

#[path = "../common/mod.rs"]
mod common;

mod basics;
mod class;
mod class_safe;
mod code;
mod held;
mod latency;
mod metrics;
mod mistakes;
mod options;
mod pool;
mod routes;
mod scan;
mod sites;
mod sleeping;
mod sleeping_reset;
mod until;
