//! The addresses under which telephones may reach this machine, the likeliest first.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use nix::ifaddrs::getifaddrs;
use nix::net::if_::InterfaceFlags;
use nix::sys::socket::SockaddrStorage;

/// An address of this machine that is not its own alone.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Interface {
    /// What the kernel calls it.
    pub name: String,
    /// One of its addresses.
    pub addr: IpAddr,
    /// What it is, as far as its name says.
    pub kind: Kind,
}

/// What an interface is. Telephones are the likeliest at the other end of the first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Kind {
    /// Radio.
    Wireless,
    /// A cable.
    Wired,
    /// Its name says nothing.
    Other,
    /// A bridge that somebody has made by hand; a cable may be in it.
    Bridge,
    /// Made by software for software: containers, virtual machines, tunnels.
    Virtual,
}

impl Interface {
    /// Whether who comes by this address comes to a server that is bound to that one. One that is bound
    /// to `::` has those of IPv4 too (ipv6(7), `IPV6_V6ONLY`), and one that is bound to `0.0.0.0` none of IPv6.
    #[must_use]
    pub fn leads_to(&self, bound: IpAddr) -> bool {
        let family = self.addr.is_ipv4() || bound.is_ipv6();
        self.addr == bound || bound.is_unspecified() && family
    }
}

/// What a server is bound to that is reached by every address of that one's family.
#[must_use]
pub fn everywhere(like: IpAddr) -> IpAddr {
    match like {
        IpAddr::V4(_) => Ipv4Addr::UNSPECIFIED.into(),
        IpAddr::V6(_) => Ipv6Addr::UNSPECIFIED.into(),
    }
}

/// What the system says of an address.
#[derive(Clone, Debug)]
struct Found {
    name: String,
    addr: IpAddr,
    flags: InterfaceFlags,
}

impl Found {
    fn is(&self, flag: InterfaceFlags) -> bool {
        self.flags.contains(flag)
    }
}

/// Every address of an interface that is up, the likeliest to be reached from telephones first.
///
/// The C library asks the kernel over a socket of its own, which takes the next free descriptor for that
/// moment: asked while the server runs, a client that comes just then gets another number.
///
/// # Errors
/// The system does not say.
pub fn list() -> io::Result<Vec<Interface>> {
    let found = getifaddrs()?.filter_map(|found| {
        let addr = address(&found.address?)?;
        Some(Found { name: found.interface_name, addr, flags: found.flags })
    });
    Ok(sorted(found))
}

fn address(of: &SockaddrStorage) -> Option<IpAddr> {
    let v4 = of.as_sockaddr_in().map(|v4| IpAddr::V4(v4.ip()));
    v4.or_else(|| of.as_sockaddr_in6().map(|v6| IpAddr::V6(v6.ip())))
}

fn sorted(found: impl Iterator<Item = Found>) -> Vec<Interface> {
    let reached = found.filter(|found| {
        found.is(InterfaceFlags::IFF_UP)
            && found.is(InterfaceFlags::IFF_RUNNING)
            && !found.is(InterfaceFlags::IFF_LOOPBACK)
    });
    let mut all: Vec<(u8, Interface)> = reached
        .filter_map(|found| {
            // An address may have a label behind its interface's name.
            let name = found.name.split(':').next().unwrap_or_default().to_owned();
            // A tunnel has one other end.
            let is_tunnel = found.is(InterfaceFlags::IFF_POINTOPOINT);
            let kind = if is_tunnel { Kind::Virtual } else { Kind::of(&name) };
            Some((class(found.addr)?, Interface { name, addr: found.addr, kind }))
        })
        .collect();
    // No telephone is in the network of a container, however private its address. The sort is stable.
    all.sort_by_key(|(class, one)| (one.kind >= Kind::Bridge, *class, one.kind));
    all.into_iter().map(|(_, one)| one).collect()
}

impl Kind {
    /// By the names that the kernel, systemd and the usual software give.
    fn of(name: &str) -> Self {
        const SOFTWARE: [&str; 22] = [
            "docker",
            "br-",
            "veth",
            "virbr",
            "vnet",
            "vmnet",
            "vboxnet",
            "tun",
            "tap",
            "wg",
            "tailscale",
            "zt",
            "ppp",
            "lxc",
            "lxdbr",
            "incusbr",
            "podman",
            "cni",
            "flannel",
            "cali",
            "dummy",
            "ifb",
        ];
        let begins = |begin: &&str| name.starts_with(*begin);
        let numbered = |begin: &str| {
            let number = name.strip_prefix(begin);
            number.is_some_and(|rest| rest.bytes().all(|byte| byte.is_ascii_digit()))
        };
        match () {
            () if SOFTWARE.iter().any(begins) => Self::Virtual,
            () if numbered("br") || numbered("bridge") => Self::Bridge,
            () if ["wl", "ath", "ra"].iter().any(begins) => Self::Wireless,
            () if ["en", "eth", "usb"].iter().any(begins) => Self::Wired,
            () => Self::Other,
        }
    }
}

/// How likely a telephone reaches that address, the likeliest first; `None` where no URL can name it.
fn class(addr: IpAddr) -> Option<u8> {
    match addr {
        IpAddr::V4(v4) => v4_class(v4),
        IpAddr::V6(v6) => v6_class(v6),
    }
}

fn v4_class(addr: Ipv4Addr) -> Option<u8> {
    let [first, second, ..] = addr.octets();
    match () {
        () if addr.is_loopback() || addr.is_unspecified() || addr.is_multicast() => None,
        () if addr.is_private() => Some(0),
        // What a provider's own router gives (RFC 6598), and some hotspots.
        () if first == 100 && (64..128).contains(&second) => Some(1),
        () if addr.is_link_local() => Some(2),
        () => Some(3),
    }
}

fn v6_class(addr: Ipv6Addr) -> Option<u8> {
    // One of the link alone is nothing without the interface's name, which browsers do not take.
    let unusable = addr.is_loopback()
        || addr.is_unspecified()
        || addr.is_multicast()
        || addr.is_unicast_link_local();
    (!unusable).then_some(4)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::process::Command;

    use serde_json::Value;

    use super::*;

    #[test]
    fn an_address_leads_to_what_is_bound_to_it_or_to_all_of_its_family() {
        let way = |addr: &str| Interface {
            name: "eth0".into(),
            addr: addr.parse().unwrap(),
            kind: Kind::Wired,
        };
        for (addr, bound, leads) in [
            ("10.0.0.7", "0.0.0.0", true),
            ("10.0.0.7", "::", true),
            ("10.0.0.7", "10.0.0.7", true),
            ("10.0.0.7", "10.0.0.8", false),
            ("fd00::2", "::", true),
            ("fd00::2", "0.0.0.0", false),
            ("fd00::2", "fd00::2", true),
        ] {
            assert_eq!(way(addr).leads_to(bound.parse().unwrap()), leads, "{addr} {bound}");
        }
    }

    fn found(name: &str, addr: &str) -> Found {
        let (name, addr) = (name.to_owned(), addr.parse().unwrap());
        Found { name, addr, flags: InterfaceFlags::IFF_UP | InterfaceFlags::IFF_RUNNING }
    }

    fn order(all: Vec<Found>) -> Vec<String> {
        let all = sorted(all.into_iter());
        all.into_iter().map(|one| format!("{} {}", one.name, one.addr)).collect()
    }

    #[test]
    fn the_likeliest_to_be_reached_from_a_telephone_is_first() {
        let all = vec![
            found("docker0", "172.17.0.1"),
            found("enp3s0", "2001:db8::7"),
            found("enp3s0", "141.84.1.2"),
            found("br0", "192.168.7.1"),
            found("tailscale0", "100.101.102.103"),
            found("enx00e04c", "169.254.9.9"),
            found("wwan0", "100.64.0.9"),
            found("enp3s0", "10.1.2.3"),
            found("wlp2s0", "192.168.1.20"),
            found("wlp2s0", "fd00::20"),
        ];
        let wanted = [
            "wlp2s0 192.168.1.20",
            "enp3s0 10.1.2.3",
            "wwan0 100.64.0.9",
            "enx00e04c 169.254.9.9",
            "enp3s0 141.84.1.2",
            "wlp2s0 fd00::20",
            "enp3s0 2001:db8::7",
            "br0 192.168.7.1",
            "docker0 172.17.0.1",
            "tailscale0 100.101.102.103",
        ];
        assert_eq!(order(all), wanted);
    }

    #[test]
    fn what_is_down_or_this_machine_alone_is_left_out() {
        let mut down = found("eth0", "10.0.0.1");
        down.flags.remove(InterfaceFlags::IFF_UP);
        let mut unplugged = found("eth1", "10.0.0.2");
        unplugged.flags.remove(InterfaceFlags::IFF_RUNNING);
        let mut own = found("lo", "10.0.0.3");
        own.flags.insert(InterfaceFlags::IFF_LOOPBACK);
        let all = ["127.0.0.1", "::1", "fe80::1", "ff02::1", "224.0.0.1", "0.0.0.0"];
        let all = all.map(|addr| found("eth2", addr)).into_iter();
        assert_eq!(order(all.chain([down, unplugged, own]).collect()), [""; 0]);
    }

    #[test]
    fn alike_addresses_stay_in_the_order_of_the_system() {
        let all = ["10.0.0.9", "10.0.0.1", "192.168.0.5"].map(|addr| found("eth0:1", addr));
        assert_eq!(order(all.into()), ["eth0 10.0.0.9", "eth0 10.0.0.1", "eth0 192.168.0.5"]);
    }

    #[test]
    fn names_say_what_an_interface_is() {
        for (name, kind) in [
            ("wlan0", Kind::Wireless),
            ("wlp0s20f3", Kind::Wireless),
            ("eth0", Kind::Wired),
            ("enp3s0", Kind::Wired),
            ("usb0", Kind::Wired),
            ("bond0", Kind::Other),
            ("br0", Kind::Bridge),
            ("br-1f2e3d", Kind::Virtual),
            ("docker0", Kind::Virtual),
            ("veth12ab", Kind::Virtual),
            ("virbr0", Kind::Virtual),
            ("tun0", Kind::Virtual),
        ] {
            assert_eq!(Kind::of(name), kind, "{name}");
        }
        let mut tunnel = found("home", "10.9.0.2");
        tunnel.flags.insert(InterfaceFlags::IFF_POINTOPOINT);
        assert_eq!(sorted([tunnel].into_iter())[0].kind, Kind::Virtual);
    }

    #[test]
    fn they_are_those_of_iproute2() {
        // It may be in no PATH but root's.
        let path = format!("{}:/usr/sbin:/sbin", std::env::var("PATH").unwrap_or_default());
        let told = Command::new("ip").args(["-j", "addr"]).env("PATH", path).output();
        let Ok(told) = told else {
            assert!(
                std::env::var_os("EPOLLSCOPE_REQUIRE_TOOLS").is_none(),
                "ip, of the package iproute2, is required here and is not installed"
            );
            return eprintln!("skipped: ip, of the package iproute2, is not installed");
        };
        let told: Value = serde_json::from_slice(&told.stdout).unwrap();
        let mut wanted = BTreeSet::new();
        for interface in told.as_array().unwrap() {
            let flags = interface["flags"].as_array().unwrap();
            let has = |flag: &str| flags.iter().any(|one| one == flag);
            if !has("UP") || has("NO-CARRIER") || has("LOOPBACK") {
                continue;
            }
            for addr in interface["addr_info"].as_array().unwrap() {
                let addr: IpAddr = addr["local"].as_str().unwrap().parse().unwrap();
                let name = interface["ifname"].as_str().unwrap();
                if class(addr).is_some() {
                    wanted.insert((name.to_owned(), addr));
                }
            }
        }
        let listed = list().unwrap().into_iter().map(|one| (one.name, one.addr));
        assert_eq!(listed.collect::<BTreeSet<_>>(), wanted);
    }
}
