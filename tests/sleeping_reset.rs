//! One who sleeps is dropped and reset. In a file of its own and one test after the other, because a
//! process that another test starts has every socket too until its `exec`: a close is the last one
//! only after that, and the end of all that is queued would reach the client before the reset.

mod common;

use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::sync::Mutex;

use common::{Watched, ask, get, start, with};
use epollscope::telemetry::{Command, ConnState, Kind, Row, ServerKind, Why};

const ALL: [ServerKind; 3] = [ServerKind::Blocking, ServerKind::Threads, ServerKind::Processes];

/// Held by the test that runs.
static ALONE: Mutex<()> = Mutex::new(());

/// Waits until a client's connection sleeps in a call that sends because the client does not read:
/// neither end's kernel has taken anything for a while.
fn until_stuck(server: &mut Watched, client: &TcpStream) -> Row {
    let id = server.until_within(client, &[Kind::Send, Kind::Sendfile]);
    let (mut last, mut same) = (None, 0);
    server.until("a full buffer", |s| {
        let row = &s.table[&id];
        let sends = matches!(row.within, Some(Kind::Send | Kind::Sendfile));
        let now = (row.bytes_out, rustix::io::ioctl_fionread(client).unwrap());
        same = if sends && last == Some(now) { same + 1 } else { 0 };
        last = Some(now);
        same > 200
    });
    server.table[&id]
}

#[test]
fn one_that_sleeps_because_nobody_reads_is_dropped_and_reset_too() {
    let _alone = ALONE.lock();
    let large = get("/room.png").repeat(100);
    for kind in ALL {
        for reset in [false, true] {
            let mut server = start(with(kind, &[]));
            let mut client = server.client();
            client.write_all(large.as_bytes()).unwrap();
            let row = until_stuck(&mut server, &client);
            assert_eq!(row.state, ConnState::Writing);
            server.send(if reset { Command::Reset(row.id) } else { Command::Drop(row.id) });
            server.until("the end", |s| s.counters.open() == 0);
            let end = client.read_to_end(&mut Vec::new());
            if reset {
                assert_eq!(end.expect_err("a reset").kind(), ErrorKind::ConnectionReset, "{kind}");
            } else {
                assert!(end.unwrap() > 0, "{kind}");
            }
            server.ended(if reset { Why::Reset } else { Why::Dropped });
            server.stop();
        }
    }
}

#[test]
fn drop_sends_a_fin_and_reset_a_reset_to_one_that_sleeps() {
    let _alone = ALONE.lock();
    for kind in ALL {
        let mut server = start(with(kind, &[]));
        let mut client = server.client();
        assert_eq!(ask(&mut client, "/").0, 200);
        server.until_within(&client, &[Kind::Recv]);
        let id = server.row_of(&client).id;
        server.send(Command::Drop(id));
        assert_eq!(client.read(&mut [0]).unwrap(), 0);
        server.ended(Why::Dropped);
        let mut client = server.client();
        assert_eq!(ask(&mut client, "/").0, 200);
        server.until_within(&client, &[Kind::Recv]);
        let id = server.row_of(&client).id;
        server.send(Command::Reset(id));
        let error = client.read(&mut [0]).expect_err("a reset");
        assert_eq!(error.kind(), ErrorKind::ConnectionReset, "{kind}");
        server.ended(Why::Reset);
        server.stop();
    }
}
