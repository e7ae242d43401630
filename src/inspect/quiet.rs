//! The sockets of which there is nothing to tell but that they are there: of ten thousand clients
//! most say nothing, and a [`Socket`](super::Socket) of each would be a megabyte.

use std::net::{Ipv4Addr, SocketAddr, SocketAddrV4};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Established sockets with empty queues, by their other ends.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Quiet {
    /// Address and port of the IPv4 ones, in 48 bits.
    v4: Vec<u64>,
    v6: Vec<SocketAddr>,
}

fn packed(peer: SocketAddrV4) -> u64 {
    u64::from(peer.ip().to_bits()) << 16 | u64::from(peer.port())
}

fn unpacked(peer: u64) -> SocketAddrV4 {
    let [high, low, address @ .., a, b] = peer.to_be_bytes();
    debug_assert_eq!((high, low), (0, 0));
    SocketAddrV4::new(Ipv4Addr::from(address), u16::from_be_bytes([a, b]))
}

impl Quiet {
    /// Whether the socket with this other end is among them.
    #[must_use]
    pub fn contains(&self, peer: SocketAddr) -> bool {
        match peer {
            SocketAddr::V4(peer) => self.v4.binary_search(&packed(peer)).is_ok(),
            SocketAddr::V6(_) => self.v6.binary_search(&peer).is_ok(),
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
        self.v4.capacity() * size_of::<u64>() + self.v6.capacity() * size_of::<SocketAddr>()
    }

    /// Makes room for as many of IPv4 as there are likely to be.
    pub(super) fn reserve(&mut self, likely: usize) {
        self.v4.reserve_exact(likely + likely / 64);
    }

    pub(super) fn push(&mut self, peer: SocketAddr) {
        match peer {
            SocketAddr::V4(peer) => self.v4.push(packed(peer)),
            SocketAddr::V6(_) => self.v6.push(peer),
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
        let v4 = self.v4.iter().map(|packed| SocketAddr::V4(unpacked(*packed)));
        serializer.collect_seq(v4.chain(self.v6.iter().copied()))
    }
}

impl<'de> Deserialize<'de> for Quiet {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Vec::<SocketAddr>::deserialize(deserializer).map(Self::from_iter)
    }
}

impl FromIterator<SocketAddr> for Quiet {
    fn from_iter<T: IntoIterator<Item = SocketAddr>>(peers: T) -> Self {
        let mut quiet = Self::default();
        peers.into_iter().for_each(|peer| quiet.push(peer));
        quiet.sort();
        quiet
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_is_found_and_no_other() {
        let peers = ["10.0.0.2:9", "10.0.0.1:65535", "[::1]:9", "255.255.255.255:1", "10.0.0.2:9"];
        let quiet: Quiet = peers.iter().map(|peer| peer.parse().unwrap()).collect();
        assert_eq!((quiet.len(), quiet.is_empty()), (4, false));
        for peer in peers {
            assert!(quiet.contains(peer.parse().unwrap()), "{peer}");
        }
        for peer in ["10.0.0.1:9", "10.0.0.2:65535", "[::2]:9", "[::1]:1", "255.255.255.255:0"] {
            assert!(!quiet.contains(peer.parse().unwrap()), "{peer}");
        }
    }
}
