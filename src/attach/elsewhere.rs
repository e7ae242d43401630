//! How a server that runs on this machine watches a client who says nothing: one comes to it for a
//! moment, and what it does with that connection is looked at from outside.

use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use super::descriptors::{Descriptor, Object};
use super::find::{Family, NotFound, find};
use super::look::{Eyes, Look, Wanted};
use super::sockets::Socket;
use crate::inspect::TcpTable;
use crate::telemetry::Mask;

/// How long the server may take to accept the client and to watch it.
const WITHIN: Duration = Duration::from_millis(200);
/// Between two looks.
const EVERY: Duration = Duration::from_millis(5);

/// The mask by which the server of that name watches a silent client, without ERR and HUP, which the
/// kernel adds; `None` where none runs, or its descriptors may not be seen. Of several any is taken.
#[must_use]
pub fn interest_of(name: &str) -> Option<Mask> {
    let families = match find(name) {
        Ok(family) => vec![family],
        Err(NotFound::Several(families)) => families,
        Err(_) => return None,
    };
    families.into_iter().find_map(watched)
}

fn watched(family: Family) -> Option<Mask> {
    let mut eyes = Eyes::new(family, TcpTable::open().ok());
    let wanted = Wanted { lists: true, threads: false };
    let at = listens(&eyes.look(wanted))?;
    let client = TcpStream::connect_timeout(&at, WITHIN).ok()?;
    let (own, begin) = (client.local_addr().ok()?, Instant::now());
    while begin.elapsed() < WITHIN {
        let look = eyes.look(wanted);
        let is_it = |it: &&Descriptor| matches!(it.object, Object::Socket(Socket::Tcp { peer, .. }) if peer == own);
        let found = look.descriptors.iter().find(is_it);
        if let Some((_, mask)) = found.and_then(|it| it.watched.first()) {
            return Some(Mask(mask.0 & !Mask::ERR.with(Mask::HUP).0));
        }
        std::thread::sleep(EVERY);
    }
    None
}

/// Where it listens, as a client on this machine gets there.
fn listens(look: &Look) -> Option<SocketAddr> {
    look.descriptors.iter().find_map(|it| match it.object {
        Object::Socket(Socket::Listener { own, .. }) if own.ip().is_unspecified() => {
            Some(match own {
                SocketAddr::V4(_) => (Ipv4Addr::LOCALHOST, own.port()).into(),
                SocketAddr::V6(_) => (Ipv6Addr::LOCALHOST, own.port()).into(),
            })
        }
        Object::Socket(Socket::Listener { own, .. }) => Some(own),
        _ => None,
    })
}
