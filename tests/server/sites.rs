//! The place in the source that each call carries: on every server it is a line of the server that
//! mentions the call, and where the loop is held it is the line of the call that comes next.

use std::collections::HashMap;
use std::io::Write;
use std::path::Path;

use crate::common::{Watched, ask, get, name, on_all, start};
use epollscope::telemetry::{Command, Event, Kind, Mode, Place, ServerKind, Site, Stance, Why};

/// Lines at most between the gate and the call, where they are not on one line.
const APART: u32 = 8;

/// The words, one of which stands in a line that makes the call; in small letters, without `_`.
fn words(kind: Kind) -> &'static [&'static str] {
    match kind {
        Kind::Accept => &["accept"],
        Kind::Recv => &["recv", "receive"],
        Kind::Send | Kind::Sendfile => &["send"],
        Kind::Close => &["close"],
        Kind::EpollCtl => &["epollctl", "watch", "rearm"],
        Kind::EpollWait | Kind::Poll | Kind::Select | Kind::Nap => &["wait"],
        Kind::Wait4 => &["wait4"],
        Kind::Shutdown => &["shutdown", "halfclose"],
        _ => &[],
    }
}

/// The lines of the source, read once a file.
#[derive(Default)]
struct Source(HashMap<&'static str, Vec<String>>);

impl Source {
    /// The line that a place stands for.
    fn line(&mut self, Place { file, line }: Place) -> &str {
        let lines = self.0.entry(file).or_insert_with(|| {
            let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
            let text = std::fs::read_to_string(&path).expect(file);
            text.lines().map(str::to_owned).collect()
        });
        &lines[line as usize - 1]
    }

    /// Asserts that a call's line mentions it.
    fn mentions(&mut self, event: &Event, server: &str) {
        let kind = event.what.kind();
        let site = event.site.unwrap_or_else(|| panic!("{server}: {event:?} has no place"));
        let place = site.place();
        // What is done to a file is done by a part that knows nothing of servers.
        let files = matches!(
            kind,
            Kind::Open | Kind::Openat | Kind::Stat | Kind::Read | Kind::Getdents | Kind::Close
        ) && event.conn.is_none();
        let known =
            place.file.starts_with("src/server/") || files && place.file == "src/http/files.rs";
        let line = self.line(place).to_lowercase().replace('_', "");
        let words = words(kind);
        let mentioned = words.is_empty() || words.iter().any(|word| line.contains(word));
        assert!(known && mentioned, "{server}: {} is made at {site:?}: {line}", kind.name());
    }
}

#[test]
fn the_line_of_every_call_mentions_it() {
    on_all(|config| {
        let (server_name, kind) = (name(&config), config.server);
        let mut server = start(config);
        let mut client = server.client();
        for target in ["/", "/", "/nothing"] {
            ask(&mut client, target);
        }
        drop(client);
        server.ended(Why::PeerClosed);
        server.drain();
        let (mut source, mut seen) = (Source::default(), Vec::new());
        for event in server.events.iter().map(|e| &e.event) {
            let kind = event.what.kind();
            if kind.is_call() {
                source.mentions(event, &server_name);
                seen.push((kind, event.by.pid().is_some()));
            } else {
                assert_eq!(event.site, None, "a fact is no call");
            }
        }
        let worker = kind == ServerKind::Processes;
        for call in [(Kind::Accept, false), (Kind::Recv, worker), (Kind::Send, worker)] {
            assert!(seen.contains(&call), "{server_name}: {call:?}");
        }
        assert!(seen.contains(&(Kind::Close, false)));
        server.stop();
    });
}

/// The call before which the server is held.
fn held(server: &Watched) -> (Kind, Site) {
    let Stance::Held(next) = server.standing.stance else { panic!("{:?}", server.standing) };
    (next.kind, next.site.expect("a place"))
}

#[test]
fn the_line_before_which_a_paused_loop_stands_is_the_line_of_its_next_call() {
    on_all(|config| {
        let other = [ServerKind::Threads, ServerKind::Processes, ServerKind::Coroutines];
        if other.contains(&config.server) {
            // Several stand at the gate at once, or the runtime's own call is not told.
            return;
        }
        let server_name = name(&config);
        let mut server = start(config);
        server.send(Command::Pause);
        server.until("the pause", |s| s.standing.mode == Mode::Paused);
        let mut client = Some(server.client());
        client.as_mut().unwrap().write_all(get("/").as_bytes()).unwrap();
        server.until("the gate", Watched::is_held);
        let mut made = Vec::new();
        while !made.contains(&Kind::Close) && made.len() < 100 {
            let (kind, site) = held(&server);
            assert_eq!(server.step(), kind);
            let mut calls = server.events.iter().map(|e| &e.event);
            let call = calls.rfind(|event| event.what.kind() == kind).unwrap();
            let (next, there) = (site.place(), call.site.unwrap().place());
            // This one is made, and held, on two lines of one function.
            let two = kind == Kind::Setsockopt;
            let apart = if two { APART } else { 0 };
            let near = next.file == there.file && next.line.abs_diff(there.line) <= apart;
            assert!(near, "{server_name}: held at {next:?}, {} at {there:?}", kind.name());
            made.push(kind);
            if kind == Kind::Send {
                // The next that comes is its FIN.
                drop(client.take());
            }
        }
        for kind in [Kind::Recv, Kind::Send, Kind::Close] {
            assert!(made.contains(&kind), "{server_name}: {made:?}");
        }
        server.stop();
    });
}
