//! A program with several listeners: what is asked of the kernel, and what is shown of each.

use super::feed::{Feed, id, peer};
use super::{drawn, state_with};
use crate::dashboard::state::State;
use crate::inspect::{AcceptQueue, Listening, Queued, Socket, TcpState, Wanted};
use crate::telemetry::{By, Fd, Local, Mask, Other, OtherKind, Others, Work};

/// The number and the inode of the second listener.
const SECOND: Fd = 6;
const INODE: u32 = 77;

fn at(text: &str) -> std::net::SocketAddr {
    text.parse().unwrap()
}

/// A program with two listeners, and these connections: number, and where their clients have come to.
fn program(connections: &[(u64, &str)]) -> (Feed, State) {
    let mut state = state_with(120, 36, |options| options.program = Some("two.py".into()));
    let mut feed = Feed::new();
    let listener = feed.batch.listener.as_mut().unwrap();
    (listener.addr, listener.work) = (at("127.0.0.1:8080"), Work::Answers);
    let (by, interest) = (By::LOOP, Mask::IN);
    let kind = OtherKind::Listener;
    let second =
        Other { fd: SECOND, by, kind, at: Some(at("0.0.0.0:8081")), interest, inode: INODE };
    feed.batch.others = Some(Others { list: vec![second], more: 0 }.into());
    for (number, local) in connections {
        feed.accept(*number, 10 + Fd::try_from(*number).unwrap());
        feed.row(*number).local = Local::of(at(local));
    }
    state.apply(&feed.publish());
    (feed, state)
}

#[test]
fn each_connection_is_looked_up_where_its_client_has_come_to() {
    let (_, state) = program(&[(1, "127.0.0.1:8080"), (2, "10.0.0.7:8081"), (3, "127.0.0.1:9")]);
    let question = state.question().unwrap();
    let Wanted::These(mut ends) = question.wanted else { panic!("they are few") };
    ends.sort_unstable();
    let mut wanted = vec![
        (at("127.0.0.1:8080"), peer(1)),
        (at("10.0.0.7:8081"), peer(2)),
        (at("127.0.0.1:9"), peer(3)),
    ];
    wanted.sort_unstable();
    assert_eq!(ends, wanted);
    // Nobody listens any more where the last has come to.
    let second = Listening { addr: at("0.0.0.0:8081"), inode: INODE };
    assert_eq!(question.others, [second, Listening { addr: at("127.0.0.1:9"), inode: 0 }]);
}

#[test]
fn a_server_with_one_listener_is_asked_of_as_ever() {
    let mut state = state_with(120, 36, |_| {});
    let mut feed = super::feed::classroom();
    state.apply(&feed.publish());
    let question = state.question().unwrap();
    assert_eq!(question.others, []);
    let addr = feed.batch.listener.unwrap().addr;
    let Wanted::These(ends) = question.wanted else { panic!("they are few") };
    assert!(!ends.is_empty() && ends.iter().all(|(local, _)| *local == addr));
}

#[test]
fn each_listener_has_its_queue_and_each_connection_its_own() {
    let (mut feed, mut state) = program(&[(1, "127.0.0.1:8080"), (8, "127.0.0.1:8081")]);
    // Both clients come from one port.
    feed.row(8).peer = feed.row(1).peer;
    state.apply(&feed.publish());
    let mut snapshot = feed.snapshot();
    let socket = |local: &str, recv_queue| Socket {
        local: Local::of(at(local)),
        recv_queue,
        state: TcpState::Established,
        ..snapshot.sockets[0]
    };
    snapshot.sockets = vec![socket("127.0.0.1:8080", 27), socket("127.0.0.1:8081", 333)];
    let queue = AcceptQueue { len: 3, limit: 5 };
    snapshot.others = vec![Queued { inode: INODE, queue, drops: Some(0) }];
    state.kernel(snapshot, u64::MAX);
    let queues = |number| state.live().table.get(id(number)).unwrap().queues;
    assert_eq!((queues(1), queues(8)), (Some([27, 0]), Some([333, 0])));
    let picture = drawn(&state, 120, 36);
    let line = |start: &str| {
        let is = |line: &&str| line.trim_start_matches(['┃', ' ']).starts_with(start);
        picture.lines().find(is).unwrap_or_default().to_owned()
    };
    assert!(line("5 ").contains("LISTEN accept queue 0 of 1,024"), "{picture}");
    assert!(line("6 ").contains("LISTEN  IN  accept queue 3 of 5"), "{picture}");
    assert!(picture.contains("2 accept queues, 3 wait"), "{picture}");
}
