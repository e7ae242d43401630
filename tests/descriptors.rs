//! Running out of descriptors. Alone in its file, because the limit holds for the whole process.

mod common;

use common::{ask, servers, start};
use epollscope::server::Config;
use epollscope::telemetry::{Command, Errno, ServerKind, What};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

#[test]
fn the_listener_rests_and_goes_on_by_itself() {
    // One after the other, since the limit is one for all.
    let coroutines = Config { server: ServerKind::Coroutines, ..Config::default() };
    for config in servers().into_iter().chain([coroutines]) {
        println!("{}", common::name(&config));
        rests_and_goes_on(config);
    }
}

fn rests_and_goes_on(config: Config) {
    let rounds = config.server == ServerKind::Scan;
    let mut server = start(config);
    let mut clients = [server.client()];
    let fd = server.row_of(&clients[0]).fd;
    assert_eq!(ask(&mut clients[0], "/").0, 200);

    // The next client's own end is there before the limit falls to what is in use.
    let flags = rustix::net::SocketFlags::CLOEXEC;
    let (family, kind) = (rustix::net::AddressFamily::INET, rustix::net::SocketType::STREAM);
    let socket = rustix::net::socket_with(family, kind, flags, None).unwrap();
    let old = getrlimit(Resource::Nofile);
    let used = std::os::fd::AsRawFd::as_raw_fd(&socket).max(fd).unsigned_abs();
    let limit = Rlimit { current: Some(u64::from(used) + 1), ..old };
    setrlimit(Resource::Nofile, limit).unwrap();
    rustix::net::connect(&socket, &server.addr).unwrap();
    let mut waiting = std::net::TcpStream::from(socket);
    server.until("the rest", |s| s.resting);
    assert!(server.events.iter().any(|e| e.event.what == What::Rest { errno: Errno::MFILE }));

    // It neither spins nor sleeps for good.
    let before = server.counters.calls_all();
    let begin = std::time::Instant::now();
    server.until("three more tries", |s| {
        s.counters.calls_all() >= before + 6 || begin.elapsed() > common::LIMIT / 2
    });
    let calls = server.counters.calls_all() - before;
    let tries = begin.elapsed().as_millis() / 100 + 2;
    // `scan` asks in every round, as always.
    let most = tries * 2 + 2;
    assert!(rounds || u128::from(calls) <= most, "{calls} calls in {:?}", begin.elapsed());
    // Others are served meanwhile.
    assert_eq!(ask(&mut clients[0], "/").0, 200);

    // As soon as one of ours is closed, its descriptor goes to the one that waits.
    let row = server.row_of(&clients[0]);
    server.send(Command::Drop(row.id));
    assert_eq!(ask(&mut waiting, "/").0, 200);

    // accept(2) claims a descriptor before it looks whether anybody waits, so it goes on resting
    // until the limit is lifted.
    setrlimit(Resource::Nofile, old).unwrap();
    server.until("accepting again", |s| !s.resting);
    assert!(server.events.iter().any(|e| e.event.what == What::Resume));
    assert_eq!(server.stop().rests, 1);
}
