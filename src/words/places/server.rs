//! Why a server cannot start or has ended.

use std::io;
use std::net::IpAddr;

use crate::telemetry::Fd;

/// Sentences, but for what is a mistake of this program: that is a few words.
pub(crate) struct Server {
    pub(crate) multicast: fn(ip: IpAddr) -> String,
    pub(crate) broadcast: fn(ip: IpAddr) -> String,
    pub(crate) stdin_file: &'static str,
    pub(crate) unwatched: fn(fd: Fd) -> String,
    pub(crate) no_responder: &'static str,
    pub(crate) not_listening: &'static str,
    pub(crate) wait_failed: fn(error: &io::Error) -> String,
    pub(crate) panicked: fn(message: &str) -> String,
    pub(crate) panicked_mute: &'static str,
}
