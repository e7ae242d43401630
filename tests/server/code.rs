//! The code view over real servers: whatever call is made, and wherever somebody stands or sleeps,
//! the line that is marked is one of the program's own source, and names the call.

use std::collections::BTreeSet;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::Mutex;
use std::time::Duration;

use crate::common::{Watched, ask, get, name, on_all, start, start_with};
use epollscope::dashboard::state::code::How;
use epollscope::dashboard::state::{Chosen, Options, State};
use epollscope::http;
use epollscope::source::Source;
use epollscope::source::holder::NAMES;
use epollscope::telemetry::{
    Asks, Capacity, Command, ConnId, Kind, Mode, Place, ServerKind, Site, Stance, Until, What, Why,
};

/// The words, one of which stands in a line that makes the call; in small letters, without `_`.
/// What stands behind the bar is of a step that makes the call among others: `accept` sets the
/// options of the new socket, a reset is an option and a close, a call that failed for good
/// ends in one, and with its last piece a file that was sent is closed.
fn words(kind: Kind) -> &'static [&'static str] {
    match kind {
        Kind::Listen => &["listen"],
        Kind::Accept => &["accept"],
        Kind::Recv => &["recv", "receive"],
        Kind::Send | Kind::Sendfile => &["send"],
        Kind::Close => &["close", /* | */ "reset", "broken", "trysend"],
        Kind::EpollCtl => &["watch", "rearm"],
        Kind::EpollCreate => &["epollcreate"],
        Kind::EpollWait | Kind::Poll | Kind::Select | Kind::Nap => &["wait"],
        Kind::Wait4 => &["wait4"],
        Kind::Shutdown => &["shutdown", "halfclose"],
        Kind::Setsockopt => &["setsockopt", /* | */ "accept", "reset"],
        Kind::Connect => &["connect"],
        Kind::Open | Kind::Openat => &["open"],
        Kind::Stat => &["stat"],
        Kind::Read | Kind::Input => &["read"],
        Kind::Getdents => &["list"],
        other => panic!("{} is no call", other.name()),
    }
}

/// Asserts that the line of a place is in the program, as it is on disk, and names the call.
#[track_caller]
fn names(site: Option<Site>, kind: Kind, server: &str) {
    let place = site.unwrap_or_else(|| panic!("{server}: {} has no place", kind.name())).place();
    let Place { file, line } = place;
    let source = Source::of(file).unwrap_or_else(|| panic!("{file} is not in the program"));
    let text = source.line(line as usize);
    let disk = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/").to_owned() + file);
    assert_eq!(disk.unwrap().lines().nth(line as usize - 1), Some(text));
    let small = text.to_lowercase().replace('_', "");
    let named = words(kind).iter().any(|word| small.contains(word));
    assert!(named, "{server}: {} at {file}:{line}: {text}", kind.name());
}

#[test]
fn every_call_of_every_server_is_made_on_a_line_that_names_it() {
    use Kind::{Accept, Close, Getdents, Open, Recv, Sendfile, Setsockopt, Shutdown, Stat};
    let root = tempfile::tempdir().unwrap();
    std::fs::write(root.path().join("large"), vec![b'x'; 3_000_000]).unwrap();
    std::fs::create_dir(root.path().join("folder")).unwrap();
    let path = root.path().to_owned();
    let held = Mutex::new(BTreeSet::new());
    on_all(|mut config| {
        (config.write_buffer, config.read_buffer) = (Some(65_536), 512);
        config.worker.flags = ["--list", "--read-buffer", "512"].map(Into::into).into();
        let (server_name, kind) = (name(&config), config.server);
        let site = http::Site::open(&path).unwrap().list(true);
        let mut server = start_with(config, site, Capacity::default());
        let mut client = server.client();
        for target in ["/large", "/folder/", "/nothing"] {
            ask(&mut client, target);
        }
        drop(client);
        server.ended(Why::PeerClosed);
        // With input that is left over, half of it is closed first.
        let mut client = server.client();
        let last = get("/large").replace("\r\n\r\n", "\r\nConnection: close\r\n\r\nmore");
        client.write_all(last.as_bytes()).unwrap();
        client.read_to_end(&mut Vec::new()).unwrap();
        drop(client);
        server.until("its end", |s| s.table.is_empty() && s.gone.len() == 1);
        let client = server.client();
        let id = server.row_of(&client).id;
        server.send(Command::Reset(id));
        server.until("the reset", |s| s.table.is_empty() && s.gone.len() == 2);
        server.drain();
        let mut seen = Vec::new();
        for event in server.events.iter().map(|e| &e.event) {
            let kind = event.what.kind();
            if kind.is_call() {
                names(event.site, kind, &server_name);
                seen.push(kind);
                if event.conn.is_some() {
                    calls_by_name(event.site, kind, &server_name, &held);
                }
            } else {
                assert_eq!(event.site, None, "a fact is no call");
            }
        }
        for kind in [Accept, Recv, Sendfile, Close, Setsockopt, Shutdown, Open, Stat, Getdents] {
            assert!(seen.contains(&kind), "{server_name}: no {}", kind.name());
        }
        assert_eq!(seen.contains(&Kind::EpollCtl), kind.asks() == Asks::Interest);
        assert_eq!(server.lost.all(), 0);
        server.stop();
    });
    let held = held.into_inner().unwrap();
    let listed = NAMES.into_iter().chain(["self"]).collect();
    assert_eq!(held, listed, "a name that no line has, or the other way round");
}

/// Asserts that the line of a call for a connection calls the connection by a name that the code view
/// knows, which goes into `held`.
#[track_caller]
fn calls_by_name(
    site: Option<Site>,
    kind: Kind,
    server: &str,
    held: &Mutex<BTreeSet<&'static str>>,
) {
    let Place { file, line } = site.unwrap().place();
    let source = Source::of(file).unwrap();
    let (text, number) = (source.line(line as usize), line as usize);
    let places = source.holder(number);
    // What is accepted, and given its options with that, has no name before.
    if places.is_empty() && text.contains("accept()") {
        return;
    }
    let name = places.first().map(|place| &text[place.clone()]);
    let name = name.unwrap_or_else(|| panic!("{server}: {} at {file}:{line}: {text}", kind.name()));
    held.lock().unwrap().insert(name);
}

#[test]
fn the_counts_of_the_lines_are_all_calls_also_of_those_that_are_lost() {
    on_all(|config| {
        let server_name = name(&config);
        // Hardly an event finds room.
        let capacity = Capacity { batches: 2, events: 4, ..Capacity::default() };
        let mut server = start_with(config, http::Site::embedded(), capacity);
        let mut client = server.client();
        for _ in 0..100 {
            ask(&mut client, "/");
        }
        drop(client);
        server.ended(Why::PeerClosed);
        server.send(Command::Shutdown);
        let (handle, finished) =
            (server.handle.take().unwrap(), |s: &Watched| s.counters.open() == 0);
        while !handle.is_finished() {
            server.drain();
        }
        let counters = handle.join().unwrap();
        assert!(finished(&server));
        assert_eq!(server.made().all(), counters.calls_all(), "{server_name}");
        let made = server.made();
        let sends = made.sites().filter(|(site, _)| {
            let Place { file, line } = site.place();
            Source::of(file).is_some_and(|source| source.line(line as usize).contains("send("))
        });
        let sends: u64 = sends.map(|(_, count)| count).sum();
        assert!(sends >= 100, "{server_name}: {sends}");
    });
}

/// A dashboard that looks at the code.
fn screen() -> State {
    let options = Options {
        ask: true,
        mouse: false,
        choice: Chosen::default(),
        settings: None,
        chinese: false,
        url: String::new(),
        program: None,
        runs_on: false,
        history: 0,
        zero: Duration::ZERO,
    };
    let mut state = State::new(options, Vec::new());
    state.resize(120, 36);
    let eight = crossterm::event::KeyCode::Char('8');
    state.key(crossterm::event::KeyEvent::new(eight, crossterm::event::KeyModifiers::NONE));
    state
}

/// What the code view marks as next: how, which call, and that its line is shown, and names it.
#[track_caller]
fn next(server: &mut Watched, server_name: &str) -> Option<(How, Kind)> {
    let screen = server.screen.as_mut().unwrap();
    screen.tick(0);
    let (how, call) = screen.marks().next?;
    if call.site.is_none() {
        return Some((how, call.kind?));
    }
    names(call.site, call.kind?, server_name);
    let (view, place) = (screen.code().unwrap(), call.site.unwrap().place());
    assert_eq!(view.source.name, place.file);
    assert_eq!(view.next(place.line as usize), Some(how));
    Some((how, call.kind?))
}

#[test]
fn each_step_moves_the_marks_from_line_to_line() {
    on_all(|config| {
        let other = [ServerKind::Threads, ServerKind::Processes, ServerKind::Coroutines];
        if other.contains(&config.server) {
            // See below.
            return;
        }
        let server_name = name(&config);
        let mut server = start(config);
        server.screen = Some(screen());
        server.send(Command::Pause);
        server.until("the pause", |s| s.standing.mode == Mode::Paused);
        let mut client = Some(server.client());
        client.as_mut().unwrap().write_all(get("/").as_bytes()).unwrap();
        server.until("the gate", Watched::is_held);
        let mut made = Vec::new();
        while !made.contains(&Kind::Close) && made.len() < 100 {
            let Stance::Held(before) = server.standing.stance else { panic!() };
            let kind = server.step();
            // What epoll_ctl was about to do is what it has done.
            let op = server.events.iter().rev().find_map(|e| match e.event.what {
                What::EpollCtl { op, .. } => Some(op),
                _ => None,
            });
            assert_eq!(before.op, op.filter(|_| kind == Kind::EpollCtl), "{server_name}");
            if let Some((how, next)) = next(&mut server, &server_name) {
                assert_eq!(how, How::Held);
                let Stance::Held(held) = server.standing.stance else { panic!() };
                assert_eq!(next, held.kind, "{server_name}");
            }
            let (last, result) = server.screen.as_ref().unwrap().marks().last.unwrap();
            assert_eq!(last.kind, Some(kind), "{server_name}");
            names(last.site, kind, &server_name);
            assert!(result.is_ok() || kind != Kind::Send);
            made.push(kind);
            if kind == Kind::Send {
                drop(client.take());
            }
        }
        for kind in [Kind::Recv, Kind::Send, Kind::Close] {
            assert!(made.contains(&kind), "{server_name}: {made:?}");
        }
        server.stop();
    });
}

#[test]
fn who_sleeps_is_marked_in_the_line_of_the_call() {
    on_all(|config| {
        let (server_name, kind) = (name(&config), config.server);
        let mut server = start(config);
        server.screen = Some(screen());
        let waits = |server: &Watched| {
            matches!(server.standing.stance, Stance::Waiting(_) | Stance::Within(_))
        };
        server.until("it sleeps", waits);
        // Before a first call has ever returned.
        let asleep = next(&mut server, &server_name);
        if kind.asks() == Asks::Runtime {
            assert_eq!(server.screen.as_ref().unwrap().marks().next.unwrap().1.site, None);
        } else {
            assert_eq!(asleep.map(|(how, _)| how), Some(How::Asleep), "{server_name}");
        }
        let mut client = server.client();
        ask(&mut client, "/");
        sleeps_again(&mut server, &client);
        let (how, call) = next(&mut server, &server_name).expect(&server_name);
        let marks = server.screen.as_ref().unwrap().marks();
        let own = [ServerKind::Threads, ServerKind::Processes, ServerKind::Coroutines];
        if own.contains(&kind) {
            let expected = if kind == ServerKind::Coroutines { How::Parked } else { How::Asleep };
            assert_eq!((how, call), (expected, Kind::Recv), "{server_name}");
            assert_eq!(marks.whose.map(|(conn, _)| conn), ConnId::new(1));
            let (last, _) = marks.last.expect(&server_name);
            assert!(matches!(last.kind, Some(Kind::Send | Kind::Sendfile | Kind::Recv)));
        } else {
            assert_eq!((how, marks.whose), (How::Asleep, None), "{server_name}");
        }
        server.stop();
    });
}

/// Waits until a request is answered, and whoever serves the client sleeps again.
fn sleeps_again(server: &mut Watched, client: &TcpStream) {
    let id = server.row_of(client).id;
    server.until("the answer", |s| s.table[&id].requests == 1 && s.table[&id].bytes_out > 0);
    server.until("it sleeps again", |s| {
        let stance = s.standing.stance;
        s.table[&id].within == Some(Kind::Recv)
            || matches!(stance, Stance::Waiting(Some(_)))
            || matches!(stance, Stance::Within(next) if next.kind == Kind::Recv)
    });
}

#[test]
fn a_thread_that_the_pace_holds_is_marked_before_its_call() {
    on_all(|config| {
        if config.server != ServerKind::Threads {
            return;
        }
        let mut server = start(config);
        server.screen = Some(screen());
        let mut client = server.client();
        ask(&mut client, "/");
        sleeps_again(&mut server, &client);
        server.send(Command::Pause);
        server.until("the pause", |s| s.standing.mode == Mode::Paused);
        client.write_all(get("/").as_bytes()).unwrap();
        // It has received, and stands before its answer.
        server.until("the gate", Watched::is_held);
        let id = ConnId::new(1).unwrap();
        server.until("its line", |s| s.table[&id].within.is_none() && s.table[&id].site.is_some());
        assert_eq!(next(&mut server, "threads"), Some((How::Held, Kind::Send)));
        server.send(Command::Run);
        server.until("it goes on", |s| s.table[&id].within == Some(Kind::Recv));
        server.stop();
    });
}

#[test]
fn a_line_is_run_until() {
    on_all(|config| {
        let (server_name, kind) = (name(&config), config.server);
        let mut server = start(config);
        server.screen = Some(screen());
        let mut client = server.client();
        ask(&mut client, "/");
        let id = server.row_of(&client).id;
        server.until("the answer", |s| s.table[&id].requests == 1 && s.table[&id].bytes_out > 0);
        let recv = server.events.iter().rfind(|e| e.event.what.kind() == Kind::Recv).unwrap();
        let site = recv.event.site.unwrap();
        server.send(Command::Until(Until::Site(site)));
        // What comes before the command passes. `scan` asks without being told.
        let begun = |s: &Watched| matches!(s.standing.mode, Mode::Until(_)) || s.is_held();
        server.until("the command", begun);
        client.write_all(get("/").as_bytes()).unwrap();
        server.until("the line", Watched::is_held);
        assert_eq!(next(&mut server, &server_name), Some((How::Held, Kind::Recv)));
        let Stance::Held(held) = server.standing.stance else { panic!() };
        if kind != ServerKind::Processes {
            assert_eq!(held.site, Some(site), "{server_name}");
        }
        server.stop();
    });
}
