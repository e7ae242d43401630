//! Why a server cannot start or has ended.

use std::net::IpAddr;

use crate::words::places::server::Server;

fn no_peer(ip: IpAddr, group: &str) -> String {
    format!(
        "{ip} is a {group} address, to which no connection can be made: --bind takes one that \
         `ip addr` lists behind inet, or 0.0.0.0 for all."
    )
}

pub(in crate::words) const CHINESE: Server = Server {
    multicast: |ip| no_peer(ip, "multicast"),
    broadcast: |ip| no_peer(ip, "broadcast"),
    stdin_file: "Standard input cannot be watched: epoll(7) takes no regular file (EPERM); give \
                 it a pipe or a terminal, or take --server poll or select.",
    unwatched: |fd| format!("fd {fd} cannot be watched"),
    no_responder: "a responder is missing",
    not_listening: "the server thread ended before it listened",
    wait_failed: |error| format!("The server's wait call failed: {error}."),
    panicked: |message| format!("The server thread panicked: {message}."),
    panicked_mute: "The server thread panicked: no message.",
};
