//! A loop that is held: its operator's commands leave no trace in what is shown of it.

use std::io::Write;

use crate::common::{get, on_all, on_each, start};
use epollscope::telemetry::{Asks, Command, ConnState, Kind, Mode, ServerKind, Stance, What};

#[test]
fn stepping_wakes_nothing_and_holds_before_no_plumbing() {
    on_each(|config| {
        let server_kind = config.server;
        let mut server = start(config);
        server.pause();
        let waker = server.waker();
        assert!(server_kind == ServerKind::Scan || waker.is_some_and(|fd| fd >= 0));
        let mut client = server.client();
        client.write_all(get("/class-list.txt").as_bytes()).unwrap();
        let (mut answered, mut before_send) = (false, false);
        for _ in 0..100 {
            let kind = server.step();
            assert_ne!(kind, Kind::Input, "a step of the program's own");
            if let Stance::Held(next) = server.standing.stance
                && next.kind == Kind::Send
            {
                before_send = true;
                let state = server.row_of(&client).state;
                assert_eq!(state, ConnState::Writing, "{server_kind}: it is held before its send");
            }
            for event in &server.events {
                let own = event.ready.iter().any(|ready| Some(ready.fd) == waker);
                assert!(!event.event.is_own() && !own, "{event:?}");
                answered |= event.event.what.kind() == Kind::Send;
            }
            if answered {
                assert!(before_send, "{server_kind}");
                server.stop();
                return;
            }
        }
        panic!("no answer within a hundred steps");
    });
}

#[test]
fn who_steps_is_not_among_those_that_were_asked() {
    on_each(|config| {
        let server_kind = config.server;
        let mut server = start(config);
        server.pause();
        let mut client = server.client();
        client.write_all(get("/").as_bytes()).unwrap();
        while !server.events.iter().any(|event| event.event.what.kind() == Kind::Send) {
            server.step();
        }
        let counters = &server.counters;
        let wakeups = counters.wakeups - counters.own_wakeups;
        match server_kind.asks() {
            Asks::Interest => assert_eq!(counters.asked(), counters.ready, "{server_kind}"),
            // The listener, then the client too.
            Asks::List => {
                let asked = counters.asked();
                assert!((wakeups..=2 * wakeups).contains(&asked), "{asked}, {server_kind}");
            }
            _ => {}
        }
        server.stop();
    });
}

#[test]
fn a_pause_outlives_a_switch() {
    on_all(|config| {
        let first = config.server;
        let mut server = start(config);
        // One that sleeps in its accept is paused and not held.
        server.send(Command::Pause);
        server.until("the pause", |server| server.standing.mode == Mode::Paused);
        for next in ServerKind::ALL.into_iter().filter(|kind| *kind != first) {
            server.send(Command::Switch(next));
            server.until("the next server, paused", |server| {
                let switched =
                    server.events.iter().rev().find_map(|event| match event.event.what {
                        What::Switched { to } => Some(to),
                        _ => None,
                    });
                switched == Some(next) && server.standing.mode == Mode::Paused
            });
        }
        server.stop();
    });
}
