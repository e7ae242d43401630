//! The textbook listings, run by a real Python: what they serve, how they hold out, and that they make
//! the calls that their lines name.

#[path = "../common/mod.rs"]
mod common;
mod running;
#[allow(dead_code, unreachable_pub, reason = "only whether strace works is asked")]
#[path = "../strace/mod.rs"]
mod strace;
#[path = "../common/tools.rs"]
mod tools;

mod calls;
mod limits;
mod serves;
