//! What is said when the program starts, while it runs without a dashboard, and when it ends.

use std::net::{IpAddr, SocketAddr};

/// Most are errors: what happened, and what to do about it. `why` is what the kernel says.
pub(crate) struct Start {
    pub(crate) port_taken: fn(port: u16, ip: IpAddr) -> String,
    pub(crate) port_denied: fn(port: u16) -> String,
    pub(crate) port_moved: fn(taken: u16, port: u16) -> String,
    pub(crate) address_foreign: fn(ip: IpAddr) -> String,
    pub(crate) listen_failed: fn(addr: SocketAddr, why: &str) -> String,

    pub(crate) no_folder: fn(path: &str) -> String,
    pub(crate) not_a_folder: fn(path: &str) -> String,
    pub(crate) folder_denied: fn(path: &str) -> String,
    pub(crate) folder_failed: fn(path: &str, why: &str) -> String,

    pub(crate) dumb_dashboard: &'static str,
    pub(crate) dumb_split: &'static str,
    pub(crate) split_two: &'static str,
    pub(crate) split_descriptors: fn(needed: u64, descriptors: u64) -> String,

    pub(crate) mistake: fn(name: &str, summary: &str) -> String,
    pub(crate) fewer_connections: fn(possible: u64, asked: u64, descriptors: u64) -> String,

    pub(crate) no_eventfd: fn(why: &str) -> String,
    pub(crate) no_signals: fn(why: &str) -> String,
    pub(crate) no_clients: fn(why: &str) -> String,
    pub(crate) no_inspector: fn(why: &str) -> String,
    pub(crate) no_thread: fn(why: &str) -> String,
    pub(crate) no_stdout: fn(why: &str) -> String,
    pub(crate) worker_rootless: fn(why: &str) -> String,
    pub(crate) worker_parentless: fn(why: &str) -> String,

    pub(crate) log_exists: fn(path: &str) -> String,
    pub(crate) log_unread: fn(path: &str) -> String,
    pub(crate) log_failed: fn(path: &str, why: &str) -> String,
    pub(crate) log_stopped: fn(why: &str) -> String,
    pub(crate) log_again: &'static str,
    pub(crate) log_again_lost: fn(lost: u64) -> String,
    pub(crate) log_lost: fn(why: &str, lost: u64) -> String,
    pub(crate) log_incomplete: fn(why: &str) -> String,

    pub(crate) dashboard_ended: fn(why: &str) -> String,
}
