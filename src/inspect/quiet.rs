//! The sockets of which there is nothing to tell but that they are there: of ten thousand clients
//! most say nothing, and a [`Socket`](super::Socket) of each would be a megabyte.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr, SocketAddrV4, SocketAddrV6};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::telemetry::Local;

/// Established sockets with empty queues, by their two ends.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Quiet {
    /// Address and port of the IPv4 ones, in 48 bits, and the number of their own ends.
    v4: Vec<u64>,
    v6: Vec<(SocketAddrV6, Local)>,
}

fn packed(peer: SocketAddrV4, local: Local) -> u64 {
    let peer = u64::from(peer.ip().to_bits()) << 16 | u64::from(peer.port());
    peer << 16 | u64::from(local.number())
}

/// Whether one that begins so is in a list in order, by what the rest of it says.
fn has<T: Copy + Ord>(
    all: &[T],
    least: T,
    rest: impl Fn(T) -> Option<Local>,
    local: Local,
) -> bool {
    let from = all.partition_point(|one| *one < least);
    all[from..].iter().map_while(|one| rest(*one)).any(|own| own.may_be(local))
}

fn unpacked(ends: u64) -> (SocketAddrV4, Local) {
    let [address @ .., a, b, c, d] = ends.to_be_bytes();
    let peer = SocketAddrV4::new(Ipv4Addr::from(address), u16::from_be_bytes([a, b]));
    (peer, Local::numbered(u16::from_be_bytes([c, d])))
}

/// How they are written: by their other ends alone where nobody tells their own ends apart.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Written {
    Alike(Vec<SocketAddr>),
    Apart(Vec<(Local, Vec<SocketAddr>)>),
}

impl Quiet {
    /// Whether the socket with these ends is among them.
    #[must_use]
    pub fn contains(&self, peer: SocketAddr, local: Local) -> bool {
        match peer {
            SocketAddr::V4(peer) => {
                let own = |ends| Some(unpacked(ends)).filter(|(other, _)| *other == peer);
                has(&self.v4, packed(peer, Local::UNKNOWN), |ends| Some(own(ends)?.1), local)
            }
            SocketAddr::V6(peer) => {
                let own = |(other, local)| (other == peer).then_some(local);
                has(&self.v6, (peer, Local::UNKNOWN), own, local)
            }
        }
    }

    /// How many they are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.v4.len() + self.v6.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Bytes of memory that it takes.
    #[must_use]
    pub fn claimed(&self) -> usize {
        self.v4.capacity() * size_of::<u64>()
            + self.v6.capacity() * size_of::<(SocketAddrV6, Local)>()
    }

    /// Makes room for as many of IPv4 as there are likely to be.
    pub(super) fn reserve(&mut self, likely: usize) {
        self.v4.reserve_exact(likely + likely / 64);
    }

    pub(super) fn push(&mut self, peer: SocketAddr, local: Local) {
        match peer {
            SocketAddr::V4(peer) => self.v4.push(packed(peer, local)),
            SocketAddr::V6(peer) => self.v6.push((peer, local)),
        }
    }

    /// Puts them in order, once all are there.
    pub(super) fn sort(&mut self) {
        self.v4.sort_unstable();
        self.v4.dedup();
        self.v4.shrink_to_fit();
        self.v6.sort_unstable();
        self.v6.dedup();
        self.v6.shrink_to_fit();
    }
}

impl Serialize for Quiet {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let v4 = self.v4.iter().map(|ends| unpacked(*ends));
        let v4 = v4.map(|(peer, local)| (SocketAddr::V4(peer), local));
        let all = v4.chain(self.v6.iter().map(|(peer, local)| (SocketAddr::V6(*peer), *local)));
        let mut apart: BTreeMap<Local, Vec<SocketAddr>> = BTreeMap::new();
        for (peer, local) in all {
            apart.entry(local).or_default().push(peer);
        }
        let alike = apart.keys().all(|local| *local == Local::UNKNOWN);
        let written = if alike {
            Written::Alike(apart.into_values().flatten().collect())
        } else {
            Written::Apart(apart.into_iter().collect())
        };
        written.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Quiet {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let apart = match Written::deserialize(deserializer)? {
            Written::Alike(peers) => vec![(Local::UNKNOWN, peers)],
            Written::Apart(apart) => apart,
        };
        let ends = |(local, peers): (Local, Vec<SocketAddr>)| {
            peers.into_iter().map(move |peer| (peer, local))
        };
        Ok(apart.into_iter().flat_map(ends).collect())
    }
}

impl FromIterator<(SocketAddr, Local)> for Quiet {
    fn from_iter<T: IntoIterator<Item = (SocketAddr, Local)>>(ends: T) -> Self {
        let mut quiet = Self::default();
        ends.into_iter().for_each(|(peer, local)| quiet.push(peer, local));
        quiet.sort();
        quiet
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_is_found_and_no_other() {
        let local = Local::of(([127, 0, 0, 1], 80).into());
        let peers = ["10.0.0.2:9", "10.0.0.1:65535", "[::1]:9", "255.255.255.255:1", "10.0.0.2:9"];
        for own in [Local::UNKNOWN, local] {
            let quiet: Quiet = peers.iter().map(|peer| (peer.parse().unwrap(), own)).collect();
            assert_eq!((quiet.len(), quiet.is_empty()), (4, false));
            for peer in peers.map(|peer| peer.parse().unwrap()) {
                assert!(
                    quiet.contains(peer, Local::UNKNOWN) && quiet.contains(peer, local),
                    "{peer}"
                );
            }
            for peer in ["10.0.0.1:9", "10.0.0.2:65535", "[::2]:9", "[::1]:1", "255.255.255.255:0"]
            {
                assert!(!quiet.contains(peer.parse().unwrap(), local), "{peer}");
            }
        }
    }

    #[test]
    fn one_port_of_a_client_at_two_listeners_is_two_sockets() {
        let [first, second, third] = [1, 2, 3].map(|port| Local::of(([127, 0, 0, 1], port).into()));
        for peer in ["10.0.0.2:9", "[::1]:9"].map(|peer| peer.parse().unwrap()) {
            let quiet = Quiet::from_iter([(peer, second), (peer, first), (peer, first)]);
            assert_eq!(quiet.len(), 2);
            let found = [first, second, third].map(|local| quiet.contains(peer, local));
            assert_eq!(found, [true, true, false]);
            let written = serde_json::to_string(&quiet).unwrap();
            assert_eq!(serde_json::from_str::<Quiet>(&written).unwrap(), quiet, "{written}");
        }
    }
}
