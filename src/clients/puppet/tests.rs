//! Puppets against a listener that the test itself plays.

use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, poll};
use rustix::net::sockopt::set_socket_linger;

use crate::clients::{Act, ClientInfo, Clients, Name, Report, Reported};

const LIMIT: Duration = Duration::from_secs(10);
const CONNECT: Act = Act::Connect { receive_buffer: None };

struct Scene {
    listener: TcpListener,
    clients: Clients,
    seen: Vec<Report>,
}

fn name(letter: char) -> Name {
    Name::new(letter).unwrap()
}

impl Scene {
    fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let clients = Clients::start(listener.local_addr().unwrap(), false).unwrap();
        Self { listener, clients, seen: Vec::new() }
    }

    /// Waits for the report of an order that is over, or of the server's doing.
    #[track_caller]
    fn report(&mut self, order: impl Into<Option<u64>>) -> Reported {
        let order = order.into();
        let deadline = Instant::now() + LIMIT;
        loop {
            self.seen.extend(self.clients.reports());
            let connecting = |what| matches!(what, Reported::Connecting(_));
            let place = self.seen.iter().position(|r| r.order == order && !connecting(r.what));
            if let Some(place) = place {
                return self.seen.remove(place).what;
            }
            assert!(Instant::now() < deadline, "never so: {order:?}, {:?}", self.seen);
            std::thread::yield_now();
        }
    }

    fn tell(&self, letter: char, act: Act) -> u64 {
        self.clients.puppet(name(letter), act)
    }

    #[track_caller]
    fn done(&mut self, letter: char, act: Act) -> Reported {
        let order = self.tell(letter, act);
        self.report(order)
    }

    /// Connects one; the server's end, and its own address.
    fn connect(&mut self, letter: char) -> (TcpStream, SocketAddr) {
        let Reported::Connected(local) = self.done(letter, CONNECT) else { panic!("{letter}") };
        let (socket, peer) = self.listener.accept().unwrap();
        assert_eq!(peer, local);
        socket.set_read_timeout(Some(LIMIT)).unwrap();
        (socket, local)
    }

    fn until(&self, done: impl Fn(&[ClientInfo]) -> bool) -> Arc<Vec<ClientInfo>> {
        let deadline = Instant::now() + LIMIT;
        loop {
            let list = self.clients.list();
            if done(&list) {
                return list;
            }
            assert!(Instant::now() < deadline, "never so: {list:?}");
            std::thread::yield_now();
        }
    }
}

#[test]
fn names_are_the_letters_from_a_to_z() {
    let all: Vec<_> = ('A'..='Z').map(|letter| name(letter).to_string()).collect();
    assert_eq!(all.concat(), "ABCDEFGHIJKLMNOPQRSTUVWXYZ");
    for other in ['a', '@', '[', 'Ä', '1'] {
        assert_eq!(Name::new(other), None);
    }
}

#[test]
fn it_sends_what_it_is_told_and_reads_what_it_is_told() {
    let mut scene = Scene::new();
    let (mut socket, local) = scene.connect('A');
    let list = scene.until(|list| !list.is_empty());
    let told = (list[0].name(), list[0].local, list[0].ended);
    assert_eq!(told, (Some(name('A')), Some(local), false));
    assert_eq!(scene.done('A', Act::Send(b"GET / HT".to_vec())), Reported::Taken(8));
    let mut bytes = [0; 8];
    socket.read_exact(&mut bytes).unwrap();
    assert_eq!(&bytes, b"GET / HT");
    scene.done('A', Act::Ask("/x".into()));
    let mut text = [0; 14];
    socket.read_exact(&mut text).unwrap();
    assert_eq!(&text, b"GET /x HTTP/1.");
    socket.write_all(&[b'x'; 100]).unwrap();
    assert_eq!(scene.done('A', Act::Read(60)), Reported::Read(60));
    let more = scene.tell('A', Act::Read(60));
    assert_eq!(scene.done('A', Act::StopReading), Reported::StoppedReading);
    assert_eq!(scene.report(more), Reported::Read(40), "all that there was");
    socket.write_all(&[b'x'; 7]).unwrap();
    // They arrive some time after they were sent.
    let mut read = 0;
    while read < 7 {
        let Reported::Read(n) = scene.done('A', Act::ReadAll) else { panic!() };
        read += n;
        scene.done('A', Act::StopReading);
    }
    assert_eq!(read, 7);
}

#[test]
fn it_reads_nothing_that_it_was_not_told_to() {
    let mut scene = Scene::new();
    let small = Act::Connect { receive_buffer: Some(4096) };
    assert!(matches!(scene.done('A', small), Reported::Connected(_)));
    let (mut socket, _) = scene.listener.accept().unwrap();
    socket.set_nonblocking(true).unwrap();
    let mut sent = 0;
    let error = loop {
        match socket.write(&[b'x'; 16 * 1024]) {
            Ok(n) => sent += n,
            Err(error) => break error,
        }
    };
    assert_eq!(error.kind(), ErrorKind::WouldBlock);
    scene.tell('A', Act::ReadAll);
    let mut poll_fd = [PollFd::new(&socket, PollFlags::OUT)];
    let limit = LIMIT.try_into().unwrap();
    assert_eq!(poll(&mut poll_fd, Some(&limit)).unwrap(), 1, "{sent} bytes are read now");
}

#[test]
fn what_the_kernel_does_not_take_is_not_reported_as_taken() {
    const MUCH: usize = 16 << 20;
    let mut scene = Scene::new();
    let (mut socket, _) = scene.connect('A');
    let order = scene.tell('A', Act::Send(vec![b'x'; MUCH]));
    let fin = scene.tell('A', Act::HalfClose);
    // While the server reads nothing, the kernel cannot take it all; reading goes on meanwhile.
    socket.write_all(b"ok").unwrap();
    assert_eq!(scene.done('A', Act::Read(2)), Reported::Read(2));
    scene.seen.extend(scene.clients.reports());
    assert!(
        scene.seen.iter().all(|report| report.order != Some(order) && report.order != Some(fin))
    );
    let mut all = Vec::new();
    socket.read_to_end(&mut all).unwrap();
    assert_eq!(all.len(), MUCH);
    assert_eq!(scene.report(order), Reported::Taken(MUCH));
    assert_eq!(scene.report(fin), Reported::HalfClosed);
    let more = scene.done('A', Act::Send(b"x".to_vec()));
    assert!(matches!(more, Reported::Failed(errno) if errno.to_string() == "EPIPE"));
    socket.write_all(b"still").unwrap();
    assert_eq!(scene.done('A', Act::Read(5)), Reported::Read(5), "the other half is open");
}

#[test]
fn a_bye_and_its_fin_arrive_together() {
    for _ in 0..20 {
        let mut scene = Scene::new();
        let (mut socket, _) = scene.connect('A');
        scene.tell('A', Act::Bye(b"GET / HTTP/1.1\r\n\r\n".to_vec()));
        let mut poll_fd = [PollFd::new(&socket, PollFlags::IN | PollFlags::RDHUP)];
        poll(&mut poll_fd, Some(&LIMIT.try_into().unwrap())).unwrap();
        let both = poll_fd[0].revents();
        assert!(both.contains(PollFlags::IN | PollFlags::RDHUP), "{both:?}");
        let mut all = Vec::new();
        socket.read_to_end(&mut all).unwrap();
        assert_eq!(all, b"GET / HTTP/1.1\r\n\r\n");
    }
}

#[test]
fn it_ends_as_it_is_told_and_its_name_is_free_again() {
    let mut scene = Scene::new();
    assert_eq!(scene.done('A', Act::Close), Reported::NotConnected);
    let (mut socket, _) = scene.connect('A');
    assert_eq!(scene.done('A', CONNECT), Reported::AlreadyConnected);
    assert_eq!(scene.done('A', Act::Reset), Reported::Reset);
    assert_eq!(socket.read(&mut [0]).unwrap_err().kind(), ErrorKind::ConnectionReset);
    let (mut socket, _) = scene.connect('A');
    let waits = scene.tell('A', Act::Read(1));
    assert_eq!(scene.done('A', Act::Close), Reported::Closed { unread: 0 });
    assert_eq!(scene.report(waits), Reported::Closed { unread: 0 });
    assert_eq!(socket.read(&mut [0]).unwrap(), 0);
    let list = scene.until(|list| list.len() == 2 && list[1].ended);
    assert!(list[0].ended && list[0].id != list[1].id);
    // What lies unread turns a close into a reset.
    let (mut socket, _) = scene.connect('A');
    socket.write_all(b"hello").unwrap();
    assert_eq!(scene.done('A', Act::Read(1)), Reported::Read(1));
    assert_eq!(scene.done('A', Act::Close), Reported::Closed { unread: 4 });
    assert_eq!(socket.read(&mut [0]).unwrap_err().kind(), ErrorKind::ConnectionReset);
}

#[test]
fn what_the_server_does_is_reported() {
    let mut scene = Scene::new();
    let (socket, _) = scene.connect('A');
    drop(socket);
    assert_eq!(scene.report(None), Reported::Fin, "though it does not read");
    assert_eq!(scene.done('A', Act::Read(1)), Reported::Fin);
    let (mut socket, _) = scene.connect('B');
    socket.write_all(b"ab").unwrap();
    let waits = scene.tell('B', Act::Read(3));
    drop(socket);
    assert_eq!(scene.report(waits), Reported::Fin);
    for told in [None, Some(Act::Read(1))] {
        let (socket, _) = scene.connect('C');
        let order = told.map(|act| scene.tell('C', act));
        set_socket_linger(&socket, Some(Duration::ZERO)).unwrap();
        drop(socket);
        assert_eq!(scene.report(order), Reported::ResetByServer);
    }
}

#[test]
fn one_that_is_refused_says_so() {
    let Scene { listener, clients, seen } = Scene::new();
    let nobody = listener.local_addr().unwrap();
    drop((listener, clients));
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let mut scene = Scene { listener, clients: Clients::start(nobody, false).unwrap(), seen };
    assert_eq!(scene.done('A', CONNECT), Reported::Refused);
    assert_eq!(scene.done('A', CONNECT), Reported::Refused, "it may try again");
}

#[test]
fn one_that_is_not_accepted_is_connecting_and_its_orders_wait() {
    let mut scene = Scene::new();
    rustix::net::listen(&scene.listener, 0).unwrap();
    // As many as the queue takes: with a backlog of 0 one.
    let letters = ['A', 'B', 'C'];
    let orders = letters.map(|letter| scene.tell(letter, CONNECT));
    let sent = scene.tell('C', Act::Send(b"x".to_vec()));
    assert!(matches!(scene.report(orders[0]), Reported::Connected(_)));
    let deadline = Instant::now() + LIMIT;
    while scene.seen.iter().filter(|r| matches!(r.what, Reported::Connecting(_))).count() < 3 {
        scene.seen.extend(scene.clients.reports());
        assert!(Instant::now() < deadline, "{:?}", scene.seen);
    }
    assert!(scene.seen.iter().all(|report| report.order != Some(sent)));
    scene.clients.stop_all();
    assert_eq!(scene.report(sent), Reported::Stopped);
    assert_eq!(scene.report(orders[2]), Reported::Stopped);
    scene.until(|list| list.len() == 3 && list.iter().all(|client| client.ended));
}

/// The descriptor of the socket between these ports, its own first; `None` where the kernel's table has
/// left it out, as it may while sockets come and go.
fn fd_between(ports: [u16; 2]) -> Option<u64> {
    let table = std::fs::read_to_string("/proc/self/net/tcp").unwrap();
    let [own, other] = ports.map(|port| format!(":{port:04X}"));
    let mut lines = table.lines().map(|line| line.split_whitespace().collect::<Vec<_>>());
    let line = lines.find(|line| line[1].ends_with(&own) && line[2].ends_with(&other))?;
    let link = format!("socket:[{}]", line[9]);
    let mut fds = std::fs::read_dir("/proc/self/fd").unwrap().flatten();
    let mine = fds.find(|fd| std::fs::read_link(fd.path()).is_ok_and(|to| to == *link))?;
    mine.file_name().to_str()?.parse().ok()
}

#[test]
fn its_socket_leaves_the_small_numbers_to_the_server() {
    let mut scene = Scene::new();
    let (_socket, local) = scene.connect('A');
    let ports = [local.port(), scene.listener.local_addr().unwrap().port()];
    let deadline = Instant::now() + LIMIT;
    let number = loop {
        if let Some(number) = fd_between(ports) {
            break number;
        }
        assert!(Instant::now() < deadline, "it is not in the table");
    };
    let limit = rustix::process::getrlimit(rustix::process::Resource::Nofile).current;
    assert!(number >= (16 * 1024).min(limit.unwrap_or(u64::MAX) / 2), "{number}");
}
