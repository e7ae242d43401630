//! Look-ups and dumps against sockets of the test, and answers that are damaged.

use std::io::Write;
use std::net::{TcpListener, TcpStream};

use proptest::prelude::*;

use super::message::{HEADER, INET_DIAG_INFO, MESSAGE, NLMSG_DONE};
use super::*;
use crate::inspect::drops;

/// Dumps until the condition holds.
fn until(diag: &mut Diag, local: SocketAddr, done: impl Fn(&Dump) -> bool) -> Dump {
    let deadline = std::time::Instant::now() + Duration::from_secs(5);
    loop {
        let dump = diag.dump(At::one(local), None).unwrap();
        if done(&dump) {
            return dump;
        }
        assert!(std::time::Instant::now() < deadline, "never so: {dump:?}");
        std::thread::yield_now();
    }
}

fn queues_on(host: &str) {
    let listener = TcpListener::bind((host, 0)).unwrap();
    let local = listener.local_addr().unwrap();
    let mut diag = Diag::open().unwrap();
    let dump = diag.dump(At::one(local), None).unwrap();
    assert_eq!((dump.accept_queue.unwrap().len, dump.sockets.len()), (0, 0));

    let mut client = TcpStream::connect(local).unwrap();
    let peer = client.local_addr().unwrap();
    let dump = until(&mut diag, local, |dump| dump.accept_queue.is_some_and(|q| q.len == 1));
    assert!(dump.accept_queue.unwrap().limit > 0);
    assert_eq!((dump.sockets[0].peer, dump.sockets[0].inode), (peer, 0), "not accepted yet");

    let (server, _) = listener.accept().unwrap();
    client.write_all(&[7; 1000]).unwrap();
    let dump = until(&mut diag, local, |dump| {
        dump.accept_queue.is_some_and(|q| q.len == 0)
            && dump.sockets.first().is_some_and(|s| s.recv_queue == 1000)
    });
    let socket = dump.sockets[0];
    assert_eq!(dump.sockets.len(), 1, "only the server's end");
    assert_eq!((socket.peer, socket.state), (peer, TcpState::Established));
    assert!(socket.inode > 0 && socket.cwnd > 0 && socket.rtt.is_some());

    client.shutdown(std::net::Shutdown::Write).unwrap();
    until(&mut diag, local, |dump| dump.sockets[0].state == TcpState::CloseWait);
    drop(server);
}

#[test]
fn queues_and_states_of_ipv4() {
    queues_on("127.0.0.1");
}

#[test]
fn queues_and_states_of_ipv6() {
    if TcpListener::bind(("::1", 0)).is_err() {
        eprintln!("skipped: this machine has no IPv6");
        return;
    }
    queues_on("::1");
}

#[test]
fn another_listener_on_the_same_port_is_not_ours() {
    let ours = TcpListener::bind("127.0.0.1:0").unwrap();
    let local = ours.local_addr().unwrap();
    let other = TcpListener::bind(("127.0.0.2", local.port())).unwrap();
    let _client = TcpStream::connect(other.local_addr().unwrap()).unwrap();
    let mut diag = Diag::open().unwrap();
    let dump = diag.dump(At::one(local), None).unwrap();
    assert_eq!((dump.accept_queue.unwrap().len, dump.sockets.len()), (0, 0));
    let any = SocketAddr::new(Ipv4Addr::UNSPECIFIED.into(), local.port());
    until(&mut diag, any, |dump| dump.sockets.len() == 1);
}

/// A client from that address, which another may come from too.
fn client_from(from: SocketAddr, to: SocketAddr) -> TcpStream {
    let socket = rustix::net::socket(AddressFamily::INET, SocketType::STREAM, None).unwrap();
    rustix::net::sockopt::set_socket_reuseaddr(&socket, true).unwrap();
    rustix::net::bind(&socket, &from).unwrap();
    rustix::net::connect(&socket, &to).unwrap();
    TcpStream::from(socket)
}

fn listening(listener: &TcpListener) -> Listening {
    let stat = rustix::fs::fstat(listener).unwrap();
    let addr = listener.local_addr().unwrap();
    Listening { addr, inode: u32::try_from(stat.st_ino).unwrap() }
}

#[test]
fn of_several_listeners_each_has_its_own_queue_and_its_own_connections() {
    let first = TcpListener::bind("127.0.0.1:0").unwrap();
    let second = TcpListener::bind("0.0.0.0:0").unwrap();
    // The third takes those who come by IPv4 as well, where there is IPv6.
    let third = TcpListener::bind("[::]:0").or_else(|_| TcpListener::bind("127.0.0.1:0")).unwrap();
    let others = [listening(&second), listening(&third)];
    let at = At { first: first.local_addr().unwrap(), others: &others };
    let come = |port: u16| SocketAddr::from(([127, 0, 0, 1], port));
    let ports = [&first, &second, &third].map(|it| it.local_addr().unwrap().port());
    let mut diag = Diag::open().unwrap();

    // One client comes to all three from one port, and writes to each another number of bytes.
    let mut from = come(0);
    let mut clients = ports.map(|port| {
        let client = client_from(from, come(port));
        from = client.local_addr().unwrap();
        client
    });
    for (client, bytes) in clients.iter_mut().zip([1, 22, 333]) {
        client.write_all(&vec![7; bytes]).unwrap();
    }
    let servers = [&first, &second, &third].map(|it| it.accept().unwrap());
    let ends = servers.each_ref().map(|(socket, peer)| (socket.local_addr().unwrap(), *peer));
    // The third socket tells them as addresses of IPv6.
    let plain = ends.map(|(own, peer)| (canonical(own), canonical(peer)));
    let deadline = std::time::Instant::now() + Duration::from_secs(5);
    loop {
        let dump = diag.dump(at, None).unwrap();
        let exact = [ends, plain].map(|ends| diag.exact(at, &ends).unwrap());
        let unread = exact.into_iter().chain([dump]).map(|found| {
            plain.map(|(own, peer)| {
                let is = |it: &&Socket| (it.peer, it.local) == (peer, Local::of(own));
                found.sockets.iter().find(is).map(|it| it.recv_queue)
            })
        });
        let unread: Vec<_> = unread.collect();
        if unread == [[Some(1), Some(22), Some(333)]; 3] {
            break;
        }
        assert!(std::time::Instant::now() < deadline, "{unread:?}");
    }

    // Two wait at the third, nobody at the others.
    let _waiting = [(); 2].map(|()| TcpStream::connect(come(ports[2])).unwrap());
    let queues = |dump: &Dump| {
        let of = |inode| dump.others.iter().find(|it| it.inode == inode).map(|it| it.queue.len);
        (dump.accept_queue.map(|queue| queue.len), of(others[0].inode), of(others[1].inode))
    };
    loop {
        let (dump, exact) = (diag.dump(at, None).unwrap(), diag.exact(at, &[]).unwrap());
        let all = (Some(0), Some(0), Some(2));
        if (queues(&dump), queues(&exact)) == (all, all) && dump.waiting.len() == 2 {
            assert!(
                dump.waiting
                    .iter()
                    .all(|it| { it.local.address().is_some_and(|at| at.port() == ports[2]) })
            );
            break;
        }
        assert!(std::time::Instant::now() < deadline, "{:?} {:?}", queues(&dump), queues(&exact));
    }
    // One that is closed is not there any more; its connections are.
    drop(second);
    let dump = diag.dump(at, None).unwrap();
    assert_eq!(queues(&dump).1, None);
    assert_eq!(dump.sockets.iter().filter(|it| it.inode > 0).count(), 3);
}

#[test]
fn listeners_at_one_address_are_told_apart() {
    let listen = |port| {
        let socket = rustix::net::socket(AddressFamily::INET, SocketType::STREAM, None).unwrap();
        rustix::net::sockopt::set_socket_reuseport(&socket, true).unwrap();
        rustix::net::bind(&socket, &SocketAddr::from(([127, 0, 0, 1], port))).unwrap();
        // Room for all at either: the kernel shares them out by chance.
        rustix::net::listen(&socket, 16).unwrap();
        TcpListener::from(socket)
    };
    let first = listen(0);
    let local = first.local_addr().unwrap();
    let second = listen(local.port());
    let others = [listening(&second)];
    let at = At { first: local, others: &others };
    let _clients = [(); 12].map(|()| TcpStream::connect(local).unwrap());
    let mut diag = Diag::open().unwrap();
    // How they were shared out is known once all are taken.
    let told = diag.exact(at, &[]).unwrap();
    let told = [told.accept_queue.unwrap().len, told.others[0].queue.len];
    let mut taken = [0, 0];
    for (listener, taken) in [&first, &second].into_iter().zip(&mut taken) {
        listener.set_nonblocking(true).unwrap();
        while listener.accept().is_ok() {
            *taken += 1;
        }
    }
    assert_eq!(told, taken);
    assert_eq!(taken[0] + taken[1], 12);
}

#[test]
fn of_many_ports_no_other_is_told() {
    let listeners = [(); 5].map(|()| TcpListener::bind("127.0.0.1:0").unwrap());
    let at = listeners.each_ref().map(|listener| listener.local_addr().unwrap());
    let mut diag = Diag::open().unwrap();
    for asked in 2..5 {
        let mut told = Vec::new();
        let addresses = at[..asked].iter().copied();
        let each = |found: Found| told.push(found.own);
        diag.dump_ports(LISTEN, End::Own, addresses, each).unwrap();
        told.sort_unstable();
        let mut wanted = at[..asked].to_vec();
        wanted.sort_unstable();
        assert_eq!(told, wanted);
    }
}

/// A whole, valid answer to build broken ones from.
fn answer() -> Vec<u8> {
    let mut body = vec![0; MESSAGE];
    body[0] = message::AF_INET;
    body[1] = 1;
    body[4..6].copy_from_slice(&7890u16.to_be_bytes());
    body[6..8].copy_from_slice(&40000u16.to_be_bytes());
    body[8..12].copy_from_slice(&[127, 0, 0, 1]);
    body[24..28].copy_from_slice(&[127, 0, 0, 1]);
    body[56..60].copy_from_slice(&42u32.to_ne_bytes());
    let mut info = vec![0; 104];
    info[68..72].copy_from_slice(&150u32.to_ne_bytes());
    let mut out = Vec::new();
    for (kind, body) in [(SOCK_DIAG_BY_FAMILY, Some(body)), (NLMSG_DONE, None)] {
        let body = body.map_or_else(Vec::new, |mut body| {
            body.extend_from_slice(&u16::try_from(4 + info.len()).unwrap().to_ne_bytes());
            body.extend_from_slice(&INET_DIAG_INFO.to_ne_bytes());
            body.extend_from_slice(&info);
            body
        });
        let len = u32::try_from(HEADER + body.len()).unwrap();
        out.extend_from_slice(&len.to_ne_bytes());
        out.extend_from_slice(&kind.to_ne_bytes());
        out.extend_from_slice(&[0; 2]);
        out.extend_from_slice(&9u32.to_ne_bytes());
        out.extend_from_slice(&[0; 4]);
        out.extend_from_slice(&body);
    }
    out
}

const LOCAL_ANY: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0);
const LOCAL: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 7890);

#[test]
fn a_built_answer_is_understood() {
    let mut dump = Dump::default();
    assert!(parse(&answer(), 9, &mut |found| dump.add(&found, At::one(LOCAL), None)).unwrap());
    assert_eq!(dump.sockets[0].recv_queue, 42);
    assert_eq!(dump.sockets[0].rtt, Some(Duration::from_micros(150)));
    assert!(!parse(&answer(), 8, &mut |_| ()).unwrap(), "an answer to another question");
}

#[test]
fn those_that_wait_are_listed_with_what_they_sent_and_for_how_long() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let local = listener.local_addr().unwrap();
    let mut diag = Diag::open().unwrap();
    let begin = std::time::Instant::now();
    let mut first = TcpStream::connect(local).unwrap();
    let connected = std::time::Instant::now();
    std::thread::sleep(Duration::from_millis(200));
    let second = TcpStream::connect(local).unwrap();
    first.write_all(&[7; 71]).unwrap();
    second.shutdown(std::net::Shutdown::Write).unwrap();
    let dump = until(&mut diag, local, |dump| {
        dump.waiting.len() == 2 && dump.waiting[0].unread == 71 && dump.waiting[1].closed
    });
    let (least, most) = (connected.elapsed(), begin.elapsed());
    let [one, two] = dump.waiting[..] else { unreachable!() };
    assert_eq!((one.peer, one.closed), (first.local_addr().unwrap(), false));
    // Its FIN is no byte.
    assert_eq!((two.peer, two.unread), (second.local_addr().unwrap(), 0));
    // The kernel counts in jiffies of at most 10 ms; the look itself takes a while.
    let (waits, jiffy) = (one.waits.unwrap(), Duration::from_millis(11));
    assert!(waits + jiffy + Duration::from_millis(100) > least, "{waits:?} of {least:?}");
    assert!(waits + jiffy >= Duration::from_millis(200) && waits <= most + jiffy, "{waits:?}");
    assert!(two.waits.unwrap() < waits);

    let (server, _) = listener.accept().unwrap();
    let dump = until(&mut diag, local, |dump| dump.waiting.len() == 1);
    assert_eq!(dump.waiting[0].peer, two.peer);
    // What is closed has no inode, as what waits.
    drop(server);
    until(&mut diag, local, |dump| dump.waiting.len() == 1);
}

#[test]
fn overflow_is_counted_by_the_listener_and_clients_are_seen_connecting() {
    let socket = rustix::net::socket(AddressFamily::INET, SocketType::STREAM, None).unwrap();
    rustix::net::bind(&socket, &LOCAL_ANY).unwrap();
    rustix::net::listen(&socket, 0).unwrap();
    let listener = TcpListener::from(socket);
    let local = listener.local_addr().unwrap();
    let mut diag = Diag::open().unwrap();
    assert_eq!(diag.exact(At::one(local), &[]).unwrap().drops, Some(0));
    assert_eq!(diag.connecting(At::one(local)).unwrap(), []);
    let mut clients = Vec::new();
    let file = drops::open().unwrap();
    let started = drops::read(&file).unwrap();
    for _ in 0..3 {
        let flags = SocketFlags::NONBLOCK;
        let client = rustix::net::socket_with(AddressFamily::INET, SocketType::STREAM, flags, None);
        let client = client.unwrap();
        let _ = rustix::net::connect(&client, &local);
        clients.push(client);
    }
    // One has room, the other two have not.
    let dump = until(&mut diag, local, |dump| dump.drops.is_some_and(|drops| drops >= 2));
    assert_eq!(dump.waiting.len(), 1);
    assert!(diag.exact(At::one(local), &[]).unwrap().drops >= Some(2));
    let now = drops::read(&file).unwrap();
    assert!(now.overflows >= started.overflows + 2 && now.drops >= started.drops + 2);
    let names = |client| SocketAddr::try_from(rustix::net::getsockname(client).unwrap());
    let mut expected: Vec<_> = clients[1..].iter().map(|c| names(c).unwrap()).collect();
    expected.sort_unstable();
    assert_eq!(diag.connecting(At::one(local)).unwrap(), expected);
}

#[test]
fn of_quiet_ones_only_those_that_are_shown_are_told_with_everything() {
    for host in ["127.0.0.1", "::1"] {
        let listener = TcpListener::bind((host, 0)).unwrap();
        let local = listener.local_addr().unwrap();
        let mut diag = Diag::open().unwrap();
        let mut clients: Vec<_> = (0..3).map(|_| TcpStream::connect(local).unwrap()).collect();
        let _servers: Vec<_> = (0..3).map(|_| listener.accept().unwrap().0).collect();
        let peers: Vec<_> = clients.iter().map(|client| client.local_addr().unwrap()).collect();
        clients[1].write_all(b"12345").unwrap();
        let deadline = std::time::Instant::now() + Duration::from_secs(5);
        let dump = loop {
            let dump = diag.dump(At::one(local), Some(&peers[2..])).unwrap();
            if dump.sockets.iter().any(|socket| socket.recv_queue == 5) {
                break dump;
            }
            assert!(std::time::Instant::now() < deadline, "never there");
        };
        let mut told: Vec<_> = dump.sockets.iter().map(|socket| socket.peer).collect();
        told.sort_unstable_by_key(|peer| peers.iter().position(|other| other == peer));
        assert_eq!(told, &peers[1..], "one has bytes, the other is shown");
        assert_eq!(dump.quiet, Quiet::from_iter([(peers[0], Local::UNKNOWN)]));
    }
}

fn exact_on(host: &str) {
    let listener = TcpListener::bind((host, 0)).unwrap();
    let local = listener.local_addr().unwrap();
    let mut diag = Diag::open().unwrap();
    let (mut clients, mut servers, mut wanted) = (vec![], vec![], vec![]);
    // More than one message holds.
    for _ in 0..40 {
        clients.push(TcpStream::connect(local).unwrap());
        servers.push(listener.accept().unwrap().0);
        wanted.push((local, clients.last().unwrap().local_addr().unwrap()));
    }
    let _waiting = TcpStream::connect(local).unwrap();
    clients[0].write_all(b"12345").unwrap();
    let whole = until(&mut diag, local, |dump| {
        let sent = dump.sockets.iter().find(|socket| socket.peer == wanted[0].1);
        sent.unwrap().recv_queue == 5 && dump.waiting.len() == 1
    });
    // Times and windows may differ between two looks.
    let key = |s: &Socket| (s.peer, s.state, s.recv_queue, s.send_queue, s.inode);
    let found = diag.exact(At::one(local), &wanted).unwrap();
    assert_eq!(found.accept_queue, whole.accept_queue);
    let expected: Vec<_> = whole.sockets.iter().filter(|s| s.inode > 0).map(key).collect();
    assert_eq!(found.sockets.iter().map(key).collect::<Vec<_>>(), expected);
    assert_eq!(found.sockets.len(), 40);
    assert_eq!(diag.exact(At::one(local), &wanted[3..5]).unwrap().sockets.len(), 2);

    // One that never was, and one that has left TIME-WAIT behind.
    drop(servers.remove(0));
    drop(clients.remove(0));
    let never = (local, SocketAddr::new(local.ip(), 1));
    let deadline = std::time::Instant::now() + Duration::from_secs(5);
    while !diag.exact(At::one(local), &[wanted[0], never]).unwrap().sockets.is_empty() {
        assert!(std::time::Instant::now() < deadline, "it is still there");
    }
    drop(listener);
    assert_eq!(diag.exact(At::one(local), &[]).unwrap(), Dump::default());
}

#[test]
fn exact_look_ups_find_what_a_dump_finds() {
    exact_on("127.0.0.1");
    if TcpListener::bind(("::1", 0)).is_ok() {
        exact_on("::1");
    }
}

#[test]
fn a_half_open_one_is_listed_apart() {
    let mut answer = answer();
    (answer[HEADER + 1], answer[HEADER + 3]) = (12, 2);
    let mut dump = Dump::default();
    assert!(parse(&answer, 9, &mut |found| dump.add(&found, At::one(LOCAL), None)).unwrap());
    let peer = SocketAddr::from(([127, 0, 0, 1], 40000));
    assert_eq!(dump.half_open, [HalfOpen { peer, retransmits: 2 }]);
    assert_eq!(dump.waiting, []);
}

proptest! {
    #[test]
    fn any_bytes_are_survived(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        let _ = parse(&bytes, 0, &mut |_| ());
    }

    #[test]
    fn any_damage_is_survived(
        cut in 0usize..260,
        changes in proptest::collection::vec((0usize..260, any::<u8>()), 0..8),
    ) {
        let mut bytes = answer();
        for (at, value) in changes {
            if let Some(byte) = bytes.get_mut(at) {
                *byte = value;
            }
        }
        bytes.truncate(cut);
        let _ = parse(&bytes, 9, &mut |_| ());
    }
}
