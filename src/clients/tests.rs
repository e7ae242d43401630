//! The clients against a listener that the test itself plays.

use std::io::{ErrorKind, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::time::{Duration, Instant};

use rustix::net::sockopt::set_socket_linger;

use super::*;

const LIMIT: Duration = Duration::from_secs(10);

fn scene() -> (TcpListener, Clients) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let clients = Clients::start(listener.local_addr().unwrap(), false).unwrap();
    (listener, clients)
}

fn accept(listener: &TcpListener) -> TcpStream {
    let (socket, _) = listener.accept().unwrap();
    socket.set_read_timeout(Some(LIMIT)).unwrap();
    socket
}

/// Waits until the list is as expected.
fn until(clients: &Clients, done: impl Fn(&[ClientInfo]) -> bool) -> Arc<Vec<ClientInfo>> {
    let deadline = Instant::now() + LIMIT;
    loop {
        let list = clients.list();
        if !list.is_empty() && done(&list) {
            return list;
        }
        assert!(Instant::now() < deadline, "never so: {list:?}");
        std::thread::yield_now();
    }
}

/// Reads until there are `n` requests.
fn requests(socket: &mut TcpStream, n: usize) -> String {
    let mut text = Vec::new();
    while text.windows(4).filter(|w| w == b"\r\n\r\n").count() < n {
        let mut some = [0; 4096];
        let got = socket.read(&mut some).unwrap();
        assert!(got > 0, "it went away early");
        text.extend_from_slice(&some[..got]);
    }
    String::from_utf8(text).unwrap()
}

const ANSWER: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

#[test]
fn a_steady_client_asks_reads_and_asks_again() {
    let (listener, clients) = scene();
    clients.add(ClientKind::Steady, 1);
    let mut socket = accept(&listener);
    for round in 1..=2 {
        assert!(requests(&mut socket, 1).starts_with("GET / HTTP/1.1\r\nHost: 127.0.0.1:"));
        socket.write_all(ANSWER).unwrap();
        let list = until(&clients, |list| list[0].responses == round);
        assert_eq!((list.len(), list[0].id, list[0].ended), (1, 1, false));
        assert_eq!(list[0].local, socket.peer_addr().ok(), "the server's row is found by it");
    }
}

#[test]
fn what_the_server_does_to_a_client_is_told() {
    type End = (fn(TcpStream), &'static str);
    let ends: [End; 4] = [
        (drop, "dropped by the server"),
        (|s| set_socket_linger(&s, Some(Duration::ZERO)).unwrap(), "reset by the server"),
        (|mut s| s.write_all(&ANSWER[..20]).unwrap(), "dropped by the server, answer cut short"),
        (|mut s| s.write_all(b"220 smtp ready\r\n").unwrap(), "what came is not HTTP"),
    ];
    for (end, status) in ends {
        let (listener, clients) = scene();
        clients.add(ClientKind::Steady, 1);
        let mut socket = accept(&listener);
        requests(&mut socket, 1);
        let local = socket.peer_addr().ok();
        end(socket);
        let list = until(&clients, |list| list[0].ended);
        assert_eq!((list[0].status.as_str(), list[0].local), (status, local));
    }
}

#[test]
fn a_full_server_is_told() {
    let (listener, clients) = scene();
    clients.add(ClientKind::Steady, 1);
    let mut socket = accept(&listener);
    requests(&mut socket, 1);
    let answer = b"HTTP/1.1 503 Full\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";
    socket.write_all(answer).unwrap();
    drop(socket);
    let list = until(&clients, |list| list[0].ended);
    assert_eq!(list[0].status, "refused: the server is full (503)");
}

#[test]
fn an_idle_client_says_nothing_and_sees_its_end() {
    let (listener, clients) = scene();
    clients.add(ClientKind::Idle, 1);
    let mut socket = accept(&listener);
    until(&clients, |list| list.first().is_some_and(|c| c.status == "connected, says nothing"));
    socket.set_nonblocking(true).unwrap();
    assert_eq!(socket.read(&mut [0; 8]).unwrap_err().kind(), ErrorKind::WouldBlock);
    drop(socket);
    until(&clients, |list| list[0].ended);
}

#[test]
fn a_stalled_client_sends_half_and_no_more() {
    let (listener, clients) = scene();
    clients.add(ClientKind::Stalled, 1);
    let mut socket = accept(&listener);
    until(&clients, |list| list[0].status == "sent half, sends no more");
    let mut some = [0; 4096];
    let half = socket.read(&mut some).unwrap();
    assert!(some.starts_with(b"GET / HTTP/1.1\r\n") && !some[..half].ends_with(b"\r\n\r\n"));
    socket.set_nonblocking(true).unwrap();
    assert_eq!(socket.read(&mut some).unwrap_err().kind(), ErrorKind::WouldBlock);
}

#[test]
fn a_firehose_asks_again_at_once_and_a_slow_caller_for_a_handler() {
    let (listener, clients) = scene();
    clients.add(ClientKind::Firehose, 1);
    let mut socket = accept(&listener);
    let begin = Instant::now();
    for _ in 0..20 {
        requests(&mut socket, 1);
        socket.write_all(ANSWER).unwrap();
    }
    assert!(begin.elapsed() < Duration::from_secs(5), "{:?}", begin.elapsed());
    clients.add(ClientKind::SlowCaller, 1);
    assert!(requests(&mut accept(&listener), 1).starts_with("GET /slow?ms=1000 HTTP/1.1"));
}

#[test]
fn a_leaver_asks_closes_and_comes_back() {
    let (listener, clients) = scene();
    clients.add(ClientKind::Leaver, 1);
    for _ in 0..2 {
        let mut socket = accept(&listener);
        requests(&mut socket, 1);
        assert_eq!(socket.read(&mut [0; 8]).unwrap(), 0);
    }
    assert!(!clients.list()[0].ended);
}

#[test]
fn a_flood_waits_for_no_answer() {
    let (listener, clients) = scene();
    clients.add(ClientKind::Flood, 1);
    let mut socket = accept(&listener);
    // More than it has ready at a time, and whole ones also where they are sent again.
    for _ in 0..5 {
        let text = requests(&mut socket, 150);
        assert!(text.matches("GET /no-such-page HTTP/1.1\r\n").count() >= 150);
    }
    socket.write_all(&ANSWER.repeat(3)).unwrap();
    until(&clients, |list| {
        list[0].responses == 3 && list[0].status == "sends and reads, never waits"
    });
    drop(socket);
    until(&clients, |list| list[0].ended);
}

#[test]
fn a_deaf_client_reads_a_little_and_no_more() {
    let (listener, clients) = scene();
    clients.add(ClientKind::Deaf, 1);
    let mut socket = accept(&listener);
    requests(&mut socket, 8);
    socket.set_nonblocking(true).unwrap();
    socket.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 100000000\r\n\r\n").unwrap();
    let filled = until(&clients, |list| {
        // Until the kernel takes no more, and the client none either.
        while (&socket).write(&[b'x'; 8192]).is_ok() {}
        list[0].status == "reads no more"
    });
    assert!(!filled[0].ended);
}

#[test]
fn the_clients_numbers_are_apart_from_the_servers() {
    let (listener, clients) = scene();
    clients.add(ClientKind::Idle, 1);
    let socket = accept(&listener);
    until(&clients, |list| list[0].local.is_some());
    let peer = socket.peer_addr().unwrap();
    // The client's end is the socket of this process whose own address that is.
    let fds = std::fs::read_dir("/proc/self/fd").unwrap();
    let numbers = fds.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse::<i32>().ok());
    let limit = rustix::process::getrlimit(rustix::process::Resource::Nofile).current;
    let from = limit.unwrap_or(u64::MAX) / 2;
    let apart = numbers.filter(|fd| *fd >= i32::try_from(from).unwrap_or(i32::MAX).min(16_384));
    assert!(apart.count() >= 1, "none for {peer}");
}

#[test]
fn a_burst_is_ten_requests_at_once() {
    let (listener, clients) = scene();
    clients.add(ClientKind::Burst, 1);
    let mut socket = accept(&listener);
    assert_eq!(requests(&mut socket, 10).matches("GET /").count(), 10);
    socket.write_all(&ANSWER.repeat(10)).unwrap();
    until(&clients, |list| list[0].responses == 10 && list[0].status == "rests 3 s");
}

#[test]
fn a_slow_sender_sends_a_byte_at_a_time() {
    let (listener, clients) = scene();
    let begun = Instant::now();
    clients.add(ClientKind::SlowSender, 1);
    let mut socket = accept(&listener);
    let mut text = Vec::new();
    while text.len() < 4 {
        let mut some = [0; 100];
        let got = socket.read(&mut some).unwrap();
        text.extend_from_slice(&some[..got]);
        // However late this looks, no more is there than so many fifths of a second allow.
        let most = 1 + begun.elapsed().as_millis() / 200;
        assert!(got > 0 && text.len() as u128 <= most, "{} of {most}", text.len());
    }
    assert_eq!(&text[..4], b"GET ");
}

#[test]
fn a_slow_reader_makes_the_server_wait() {
    let (listener, clients) = scene();
    clients.add(ClientKind::SlowReader, 1);
    let mut socket = accept(&listener);
    assert!(requests(&mut socket, 8).starts_with("GET /room.png "));
    socket.set_nonblocking(true).unwrap();
    socket.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 99000000\r\n\r\n").unwrap();
    let block = vec![0; 64 * 1024];
    let mut taken = 0;
    let error = loop {
        match socket.write(&block) {
            Ok(n) => taken += n,
            Err(error) => break error,
        }
        assert!(taken < 4 << 20, "the kernel took {taken} bytes");
    };
    assert_eq!(error.kind(), ErrorKind::WouldBlock);
    drop(socket);
    until(&clients, |list| list[0].status == "reads slowly");
}

#[test]
fn a_resetting_client_resets_and_comes_back() {
    let (listener, clients) = scene();
    clients.add(ClientKind::Resetting, 1);
    let first = {
        let mut socket = accept(&listener);
        requests(&mut socket, 1);
        let answered = Instant::now();
        socket.write_all(ANSWER).unwrap();
        let error = socket.read(&mut [0; 8]).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::ConnectionReset);
        until(&clients, |list| list[0].local.is_none() && !list[0].ended);
        answered
    };
    let mut socket = accept(&listener);
    assert!(first.elapsed() > Duration::from_secs(2), "it rests before it comes back");
    requests(&mut socket, 1);
}

#[test]
fn stopping_closes_the_socket() {
    let (listener, clients) = scene();
    clients.add(ClientKind::Idle, 3);
    let mut sockets: Vec<_> = (0..3).map(|_| accept(&listener)).collect();
    clients.stop(2);
    let list = until(&clients, |list| list.len() == 3 && list[1].ended);
    assert_eq!((list[1].status.as_str(), list[0].ended), ("stopped", false));
    let stopped =
        sockets.iter().position(|socket| socket.peer_addr().ok() == list[1].local).unwrap();
    assert_eq!(sockets.remove(stopped).read(&mut [0; 8]).unwrap(), 0);
    clients.stop_all();
    until(&clients, |list| list.iter().all(|client| client.ended));
    for mut socket in sockets {
        assert_eq!(socket.read(&mut [0; 8]).unwrap(), 0);
    }
}

#[test]
fn dropping_the_handle_ends_them_all() {
    let (listener, clients) = scene();
    clients.demo(12);
    let mut sockets: Vec<_> = (0..12).map(|_| accept(&listener)).collect();
    let list = until(&clients, |list| list.iter().filter(|c| c.local.is_some()).count() >= 11);
    for kind in &ClientKind::ALL[..6] {
        assert!(list.iter().any(|client| client.kind == *kind), "no {} one", kind.label());
    }
    drop(clients);
    for socket in &mut sockets {
        let mut rest = Vec::new();
        // To its FIN, or to a reset where it had not read everything.
        let _ = socket.read_to_end(&mut rest);
        assert!(!matches!(socket.read(&mut [0; 8]), Ok(1..)));
    }
}

#[test]
fn where_nobody_listens_they_end_and_are_forgotten() {
    let (listener, clients) = scene();
    drop(listener);
    clients.add(ClientKind::Steady, ENDED_KEPT + 50);
    let list = until(&clients, |list| {
        list.last().is_some_and(|client| client.id as usize == ENDED_KEPT + 50 && client.ended)
    });
    assert_eq!(list.len(), ENDED_KEPT);
    assert!(list.iter().all(|client| client.status == "cannot connect: nobody listens"));
}

#[test]
fn there_are_never_more_than_the_limit() {
    // Nothing is connected within the first moments: they begin one after the other.
    let (_listener, clients) = scene();
    clients.add(ClientKind::Idle, MAX + 5);
    clients.add(ClientKind::Idle, 1);
    clients.stop_all();
    let list = until(&clients, |list| list.len() == ENDED_KEPT);
    assert_eq!(list.last().unwrap().id as usize, MAX);
}

#[test]
fn an_unspecified_address_is_reached_by_loopback() {
    let reach = |addr: &str| reachable(addr.parse().unwrap()).to_string();
    assert_eq!(reach("0.0.0.0:7890"), "127.0.0.1:7890");
    assert_eq!(reach("[::]:7890"), "[::1]:7890");
    assert_eq!(reach("192.168.1.20:7890"), "192.168.1.20:7890");
}
