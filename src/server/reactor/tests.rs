//! What a connection of the loop holds, and gives back.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Instant;

use super::*;
use crate::http::Site;
use crate::server::handover::Handover;
use crate::server::responder::GATHER;
use crate::server::selector::EpollEt;
use crate::server::{Config, bind};
use crate::telemetry::{Publisher, control};

const GET: &str = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";

/// What a connection holds in memory, in bytes.
fn held(reactor: &mut Reactor<EpollEt>, fd: Fd) -> usize {
    let session = &reactor.state.table.at(fd).unwrap().session;
    session.input.capacity() + session.output.bytes.capacity()
}

#[test]
fn after_a_burst_a_connection_gives_its_memory_back() {
    let bound = bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let addr = bound.addr();
    let (_control, commands) = control().unwrap();
    let publisher = Publisher::new(Instant::now(), None, Vec::new());
    let config = Config::default();
    let handover = Handover::new(bound, config, Site::embedded(), publisher, commands).unwrap();
    let mut reactor = Reactor::<EpollEt>::new(handover).unwrap();
    let mut client = TcpStream::connect(addr).unwrap();
    let count = 3000;
    client.write_all((GET.repeat(count) + "GET /").as_bytes()).unwrap();
    let mut fd = -1;
    let mut most = 0;
    let mut text = vec![0; 1 << 20];
    client.set_nonblocking(true).unwrap();
    while reactor.state.publisher.counters.requests < count as u64 || most == 0 {
        reactor.turn().unwrap();
        fd = reactor.state.table.iter().next().unwrap().fd;
        most = most.max(held(&mut reactor, fd));
        while client.read(&mut text).is_ok() {}
    }
    assert!(most > GATHER / 2, "it was a burst");
    while !reactor.state.table.at(fd).unwrap().session.output.is_empty() {
        while client.read(&mut text).is_ok() {}
        reactor.turn().unwrap();
    }
    assert!(held(&mut reactor, fd) <= 64, "no more than the beginning of the next request");
    client.write_all(&GET.as_bytes()[5..]).unwrap();
    reactor.turn().unwrap();
    assert_eq!(held(&mut reactor, fd), 0);
}
