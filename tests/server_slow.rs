//! Two thousand slow clients of four sorts, and one who is not slow. Alone in its file, because
//! it needs the process's descriptors.

mod common;

use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddrV4, TcpStream};
use std::os::fd::AsRawFd;
use std::time::{Duration, Instant};

use common::{LIMIT, ask, get, read_response, start};
use epollscope::server::Config;
use epollscope::telemetry::{ConnState, Why};
use nix::sys::socket::{
    AddressFamily, SockFlag, SockType, SockaddrIn, connect, setsockopt, socket, sockopt,
};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Of each sort.
const MANY: usize = 500;
/// How long a slow one may take.
const SLOW: Duration = Duration::from_secs(4);
/// How long half of the quick client's requests may take among them, on a busy machine.
const AT_ONCE: Duration = Duration::from_millis(50);

/// A client to which only small segments are sent, so that the kernel buffers little for it.
fn small(addr: SocketAddrV4) -> TcpStream {
    let flags = SockFlag::SOCK_CLOEXEC;
    let fd = socket(AddressFamily::Inet, SockType::Stream, flags, None).unwrap();
    setsockopt(&fd, sockopt::TcpMaxSeg, &536).unwrap();
    setsockopt(&fd, sockopt::RcvBuf, &4096).unwrap();
    connect(fd.as_raw_fd(), &SockaddrIn::from(addr)).unwrap();
    fd.into()
}

#[test]
fn two_thousand_slow_ones_are_ended_and_delay_nobody() {
    let old = getrlimit(Resource::Nofile);
    setrlimit(Resource::Nofile, Rlimit { current: old.maximum, ..old }).unwrap();
    assert!(
        old.maximum.is_none_or(|most| most > 2 * 4 * MANY as u64 + 200),
        "this test needs some 4,200 descriptors: raise the hard limit (ulimit -Hn)"
    );
    let limit = Some(SLOW);
    let mut server = start(Config {
        header_timeout: limit,
        body_timeout: limit,
        write_timeout: limit,
        idle_timeout: Some(Duration::from_secs(8)),
        ..Config::default()
    });
    let addr = SocketAddrV4::new(Ipv4Addr::LOCALHOST, server.addr.port());
    let connect = || TcpStream::connect(addr).unwrap();
    let idle: Vec<TcpStream> = (0..MANY).map(|_| connect()).collect();
    let mut heads: Vec<TcpStream> = (0..MANY).map(|_| connect()).collect();
    let mut bodies: Vec<TcpStream> = (0..MANY).map(|_| connect()).collect();
    let mut readers: Vec<TcpStream> = (0..MANY).map(|_| small(addr)).collect();
    let mut quick = server.client();
    for body in &mut bodies {
        body.write_all(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 99999\r\n\r\n").unwrap();
    }
    for reader in &mut readers {
        reader.write_all(get("/room.png").as_bytes()).unwrap();
    }
    for head in &mut heads {
        head.write_all(b"GET / HTTP/1.1\r\n").unwrap();
    }
    server.until("all are in the midst of it", |s| {
        let count = |state| s.table.values().filter(|row| row.state == state).count();
        count(ConnState::Reading) >= 2 * MANY && count(ConnState::Writing) >= MANY
    });
    assert_eq!(server.counters.open(), 4 * MANY as u64 + 1);

    // They go on, a byte at a time, until each is ended; meanwhile the quick one asks and asks.
    let mut turn = 0;
    let mut took = Vec::new();
    let begin = Instant::now();
    while server.counters.open() > 1 {
        assert!(begin.elapsed() < LIMIT, "{:?}", server.counters);
        let at = turn % MANY;
        let _ = heads[at].write(b"x");
        let _ = bodies[at].write(b"x");
        let before = Instant::now();
        assert_eq!(ask(&mut quick, "/").0, 200);
        took.push(before.elapsed());
        server.drain();
        turn += 1;
    }
    took.sort_unstable();
    let (middle, slowest) = (took[turn / 2], took[turn - 1]);
    println!("of {turn} half took {middle:?}, the slowest {slowest:?}");
    assert!(middle < AT_ONCE, "{middle:?} for a small file");
    // The machine may stand still for a moment. One who waited for the slow ones would wait until
    // they are ended.
    assert!(slowest < SLOW / 2, "{slowest:?} for a small file");
    for why in [Why::HeaderTimeout, Why::BodyTimeout, Why::WriteTimeout, Why::IdleTimeout] {
        assert_eq!(server.counters.closed[why as usize], MANY as u64, "{}", why.label());
    }
    assert_eq!(read_response(&mut heads[0]).0, 408);
    for mut client in idle {
        assert_eq!(client.read(&mut [0]).unwrap(), 0);
    }
    server.stop();
}
