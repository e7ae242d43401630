//! Options that are changed while the server runs: each has its effect at once, where it has one.

use std::io::{Read, Write};
use std::time::{Duration, Instant};

use crate::common::{LIMIT, Watched, ask, get, on_all, on_those, read_response, start};
use epollscope::inspect::{Inspector, Question};
use epollscope::server::{Config, Mistake, Routes, Trigger};
use epollscope::telemetry::{
    Asks, Command, ConnState, CtlOp, Kind, Mask, ServerKind, Setting, What,
};

/// Changes an option, and waits until the server says so.
fn set(server: &mut Watched, setting: Setting) {
    server.events.clear();
    server.send(Command::Set(setting));
    let told = setting.to_string();
    server.until("the change", |s| {
        s.listener.is_some_and(|listener| listener.options.settings().contains(&setting))
            && s.events.iter().any(|event| {
                event.event.what == What::Set && event.as_ref().text().to_string() == told
            })
    });
}

fn loops(config: &Config) -> bool {
    matches!(config.server.asks(), Asks::Each | Asks::List | Asks::Interest)
}

#[test]
fn another_read_buffer_brings_other_pieces() {
    on_all(|config| {
        if config.server == ServerKind::Processes {
            // Its workers have it from the command line.
            return;
        }
        let sleeps = config.server.asks() == Asks::Sleeps;
        let mut server = start(config);
        let largest = |server: &Watched| {
            let brought = server.events.iter().filter_map(|event| match event.event.what {
                What::Recv { ret } => ret.get().ok(),
                _ => None,
            });
            brought.max().unwrap_or(0)
        };
        let long = get(&format!("/?{}", "x".repeat(300)));
        for bytes in [7, 100, 65_536] {
            let run = server.listener.map_or(0, |listener| listener.run);
            set(&mut server, Setting::ReadBuffer(bytes));
            // Whose calls sleep are not asked to change it: a fresh server takes over.
            server.until("a fresh server", |s| s.listener.unwrap().run == run + u32::from(sleeps));
            let mut client = server.client();
            client.write_all(long.as_bytes()).unwrap();
            assert_eq!(read_response(&mut client).0, 200);
            server.until("its request", |s| {
                s.events.iter().any(|e| e.event.what.kind() == Kind::Request)
            });
            assert_eq!(largest(&server), u64::from(bytes).min(long.len() as u64));
        }
        server.stop();
    });
}

#[test]
fn another_backlog_is_the_kernels() {
    on_all(|config| {
        let mut server = start(config);
        let inspector = Inspector::start(server.addr).unwrap();
        for backlog in [4, 128] {
            set(&mut server, Setting::Backlog(backlog));
            let listens = |e: &epollscope::telemetry::OwnedEvent| {
                matches!(e.event.what, What::Listen { backlog: now, ret, .. }
                    if now == backlog && ret.get().is_ok())
            };
            server.until("listen", |s| s.events.iter().any(listens));
            let begin = Instant::now();
            loop {
                inspector.ask(Question::default());
                let queue = inspector.latest().and_then(|seen| seen.accept_queue);
                if queue.is_some_and(|queue| queue.limit == backlog) {
                    break;
                }
                assert!(begin.elapsed() < LIMIT, "{queue:?} is not {backlog}");
                std::thread::sleep(Duration::from_millis(1));
            }
        }
        assert_eq!(ask(&mut server.client(), "/").0, 200);
        server.stop();
    });
}

#[test]
fn a_small_write_buffer_is_soon_full() {
    on_all(|config| {
        let mut server = start(config);
        let mut taken = [0; 2];
        for (i, bytes) in [None, Some(4096)].into_iter().enumerate() {
            set(&mut server, Setting::WriteBuffer(bytes));
            let mut client = server.client();
            let row = server.row_of(&client);
            client.write_all(get("/room.png").repeat(30).as_bytes()).unwrap();
            let set = |s: &Watched| {
                let of_it = s.events.iter().filter(|e| e.event.conn == Some(row.id));
                of_it.filter(|e| e.event.what.kind() == Kind::Setsockopt).any(|e| {
                    matches!(e.event.what, What::Setsockopt { name: "SO_SNDBUF", ret } if ret.get().is_ok())
                })
            };
            server.until("it is full", |s| {
                let row = &s.table[&row.id];
                row.state == ConnState::Writing
                    || matches!(row.within, Some(Kind::Send | Kind::Sendfile))
            });
            // The kernel may still take a little, until nothing moves for a while.
            let mut still = (server.table[&row.id].bytes_out, Instant::now());
            while still.1.elapsed() < Duration::from_millis(100) {
                server.drain();
                let now = server.table[&row.id].bytes_out;
                if now != still.0 {
                    still = (now, Instant::now());
                }
                std::thread::sleep(Duration::from_millis(1));
            }
            assert_eq!(set(&server), bytes.is_some());
            taken[i] = still.0;
        }
        println!("{taken:?}");
        server.stop();
        assert!(taken[1] < taken[0], "{taken:?}");
    });
}

#[test]
fn another_trigger_is_asked_of_every_fd() {
    let mut server = start(Config { server: ServerKind::Epoll, ..Config::default() });
    let mut clients: Vec<_> = (0..3).map(|_| server.client()).collect();
    let rows: Vec<_> = clients.iter().map(|client| server.row_of(client)).collect();
    for trigger in [Trigger::Edge, Trigger::Oneshot, Trigger::Level, Trigger::Edge] {
        set(&mut server, Setting::Trigger(trigger));
        let mode = match trigger {
            Trigger::Level => Mask::NONE,
            Trigger::Edge => Mask::ET,
            Trigger::Oneshot => Mask::ONESHOT,
        };
        let wanted = Mask::IN.with(Mask::RDHUP).with(mode);
        server.until("the masks", |s| rows.iter().all(|row| s.table[&row.id].interest == wanted));
        let again = |e: &&epollscope::telemetry::OwnedEvent| {
            matches!(e.event.what, What::EpollCtl { op: CtlOp::Mod, mask, ret, .. }
                if mask == wanted && ret.get().is_ok())
        };
        // The waker and the listener too.
        assert_eq!(server.events.iter().filter(again).count(), rows.len() + 2, "{trigger:?}");
        for client in &mut clients {
            assert_eq!(ask(client, "/").0, 200);
        }
        clients.push(server.client());
        assert_eq!(ask(clients.last_mut().unwrap(), "/").0, 200);
        drop(clients.pop());
        server.until("it is gone", |s| s.table.len() == rows.len());
    }
    server.stop();
}

#[test]
fn one_recv_and_one_accept_for_each_event() {
    on_those(loops, |config| {
        let level = !(config.server == ServerKind::EpollEt || config.trigger == Trigger::Edge);
        let mut server = start(Config { read_buffer: 16, ..config });
        let mut most = [0; 2];
        for (i, all) in [true, false].into_iter().enumerate() {
            set(&mut server, Setting::Drain(all));
            set(&mut server, Setting::AcceptAll(all));
            server.events.clear();
            let mut client = server.client();
            if all || level {
                assert_eq!(ask(&mut client, "/").0, 200);
            } else {
                client.write_all(get("/").as_bytes()).unwrap();
                server.until("a piece", |s| {
                    s.events.iter().any(|e| e.event.what.kind() == Kind::Recv)
                });
            }
            server
                .until("its recv", |s| s.events.iter().any(|e| e.event.what.kind() == Kind::Recv));
            let mut in_a_row = 0;
            for event in &server.events {
                match event.event.what.kind() {
                    Kind::Recv => in_a_row += 1,
                    kind if kind.is_wait() || kind == Kind::Round => in_a_row = 0,
                    _ => {}
                }
                most[i] = most[i].max(in_a_row);
            }
        }
        assert!(most[0] > 1 && most[1] == 1, "{most:?}");
        server.stop();
    });
}

#[test]
fn a_longer_nap_is_slept() {
    let nap = Duration::from_millis(200);
    let mut server = start(Config {
        server: ServerKind::Scan,
        nap: Duration::from_millis(1),
        ..Config::default()
    });
    set(&mut server, Setting::Nap(nap));
    server.events.clear();
    let slept = |e: &epollscope::telemetry::OwnedEvent| matches!(e.event.what, What::Nap { waited, .. } if u128::from(waited) >= nap.as_nanos());
    server.until("two naps", |s| s.events.iter().filter(|e| slept(e)).count() == 2);
    server.stop();
}

#[test]
fn handlers_move_to_a_pool_and_back() {
    on_those(loops, |config| {
        let routes = Routes { slow: true, ..Routes::default() };
        let mut server = start(Config { routes, ..config });
        for (threads, queued) in [(2, true), (0, false), (2, true)] {
            set(&mut server, Setting::Handlers(threads));
            assert_eq!(server.listener.unwrap().handler_threads, threads as usize);
            assert_eq!(ask(&mut server.client(), "/slow?ms=1").0, 200);
            server.until("the handler", |s| {
                s.events.iter().any(|e| e.event.what.kind() == Kind::Handled)
            });
            let pool = server.events.iter().any(|e| e.event.what.kind() == Kind::Queued);
            assert_eq!(pool, queued);
        }
        server.stop();
    });
}

#[test]
fn a_small_budget_lets_the_others_in_sooner() {
    on_those(loops, |config| {
        let mut server = start(Config { read_buffer: 16, ..config });
        let mut most = [0, 0];
        for (i, budget) in [16, 1].into_iter().enumerate() {
            set(&mut server, Setting::Budget(budget));
            server.events.clear();
            let mut client = server.client();
            client.write_all(get("/").repeat(30).as_bytes()).unwrap();
            for _ in 0..30 {
                assert_eq!(read_response(&mut client).0, 200);
            }
            server.until("its requests", |s| {
                s.events.iter().filter(|e| e.event.what.kind() == Kind::Request).count() == 30
            });
            let mut in_a_row = 0;
            for event in &server.events {
                match event.event.what.kind() {
                    Kind::Recv => in_a_row += 1,
                    kind if kind.is_wait() || kind == Kind::Round => in_a_row = 0,
                    _ => {}
                }
                most[i] = most[i].max(in_a_row);
            }
        }
        // Once for its event, and once more when all that was ready has been served.
        assert!(most[0] > 2 && most[1] <= 2, "{most:?}");
        server.stop();
    });
}

#[test]
fn a_mistake_comes_and_goes() {
    on_those(loops, |config| {
        let mut server = start(config.clone());
        let long = format!("GET / HTTP/1.1\r\nHost: x\r\nA: {}\r\n\r\n", "x".repeat(1500));
        for (mistake, status) in [(None, 200), (Some(Mistake::RecvOnce), 400), (None, 200)] {
            set(&mut server, Setting::Mistake(mistake));
            let mut client = server.client();
            client.write_all(long.as_bytes()).unwrap();
            assert_eq!(read_response(&mut client).0, status);
        }
        if config.server.asks() != Asks::Interest {
            // A closed fd that is still on such a list may be this test's own next socket.
            server.stop();
            return;
        }
        // What is still on the list of a server that forgot to take it off is nobody's: a fresh
        // one takes over.
        set(&mut server, Setting::Mistake(Some(Mistake::ForgetUnregister)));
        let mut client = server.client();
        assert_eq!(ask(&mut client, "/").0, 200);
        server.send(Command::Set(Setting::Mistake(None)));
        assert_eq!(client.read(&mut [0]).unwrap(), 0);
        server.until("a fresh server", |s| {
            s.events.iter().any(|e| e.event.what == What::Switched { to: config.server })
                && s.listener.is_some_and(|listener| listener.run == 1)
        });
        assert_eq!(ask(&mut server.client(), "/").0, 200);
        server.stop();
    });
}
